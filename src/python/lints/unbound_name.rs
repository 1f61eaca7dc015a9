//! Names in functions that nothing defines: the request fails, not the import.

use std::fmt::Write as _;

use super::undefined_name::{add_import, missing_import, own_word};
use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD322",
    name: "undefined-name-in-function",
    summary: "A function uses a name that nothing defines.",
    why: "The app starts, and fails when a request gets to that line: `NameError: name … is not defined`, which visitors see as a 500 page. What stands below `if __name__ == \"__main__\":` is not there either: a server does not run that block.",
    bad: r#"
from flask import Flask

application = Flask(__name__)


@application.route("/")
def home():
    return render_template("home.html")
"#,
    good: r#"
from flask import Flask, render_template

application = Flask(__name__)


@application.route("/")
def home():
    return render_template("home.html")
"#,
    cause: Some("app-exception"),
    severity: Severity::Warning,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    let any = cx.events().any(|event| matches!(event.kind, EventKind::Unbound(_)));
    if !any || !cx.runs_on_server() || cx.run.injects_names() {
        return;
    }
    for event in cx.events() {
        let EventKind::Unbound(unbound) = &event.kind else { continue };
        let name = &unbound.name;
        let module = cx.module(event.module);
        // Another module may have put it there, or the import fails with it already.
        if module.dynamic
            || module.names.contains_key(name.as_str())
            || told_at_import(cx, event.module, name)
        {
            continue;
        }
        let place = match unbound.function.as_str() {
            "lambda" => "here".to_owned(),
            function => format!("in `{function}`"),
        };
        let mut message = format!("`{name}` is used {place}, and nothing defines it");
        let mut import = None;
        if let Some(offset) = unbound.guarded {
            let line = cx.source(event.module).map_or(0, |source| source.line_of(offset));
            message = format!(
                "`{name}` is used {place}, and it is only defined in line {line}, below `if __name__ == \"__main__\":`, which a server does not run: move that line above the functions"
            );
        } else if unbound.old.is_some() {
            let _ = write!(message, ": it is a name of Python 2");
            if let Some(instead) = unbound.old.and_then(|old| old.instead) {
                let _ = write!(message, ". Write `{instead}` instead");
            }
        } else if let Some(right) = own_word(name) {
            let _ = write!(message, ". Python's own word is `{right}`");
        } else if let Some(line) = missing_import(name, unbound.stdlib) {
            let _ = write!(message, ". Add `{line}` at the top of the file");
            import = Some(line);
        } else if let Some(near) = &unbound.near {
            let _ = write!(message, ". Did you mean `{near}`?");
        } else if let Some((module, near)) = cx
            .source(event.module)
            .and_then(|source| super::undefined_name::usual_near(name, source.text()))
        {
            let _ = write!(message, ". Did you mean `{near}` of `{module}`?");
        } else {
            message.push_str(": it is misspelled, or its import is missing");
        }
        message.push_str(". A request that gets to this line ends with NameError, a 500 page");
        let mut found = cx.at(&DOC, event, 0.8, message.replace("?. A request", "? A request"));
        found.captures.insert("name".to_owned(), name.clone());
        found.edits.extend(import.and_then(|line| add_import(cx, event.module, &line)));
        out.push(found);
    }
}

/// The import was told to fail for want of that name.
fn told_at_import(cx: &ModuleCtx, module: usize, name: &str) -> bool {
    cx.run.events.iter().any(|event| {
        event.module == module
            && match &event.kind {
                EventKind::Undefined(undefined) => undefined.name == name,
                EventKind::Removed { name: removed, .. } => removed == name,
                _ => false,
            }
    })
}
