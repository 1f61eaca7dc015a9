//! Own web servers that start at import.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::model::{Edit, Safety};
use crate::python::calls::CallKind;
use crate::python::value::ModuleId;
use ruff_text_size::TextRange;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD101",
    name: "server-at-import",
    summary: "The code starts its own web server while it is imported.",
    why: "The hosting platform runs the server and imports your code. A second server started by that import never comes back, so the app never becomes ready: visitors get 502 or 504.",
    bad: r#"
from flask import Flask

app = Flask(__name__)
application = app
app.run(host="0.0.0.0", port=5000)
"#,
    good: r#"
from flask import Flask

app = Flask(__name__)
application = app

if __name__ == "__main__":
    app.run(host="0.0.0.0", port=5000)
"#,
    cause: Some("dev-server-run"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    if !cx.runs_on_server() {
        return;
    }
    for (event, call) in cx.calls().filter(|(_, call)| call.rule.kind == CallKind::Server) {
        let written = cx.source(event.module).map_or("", |source| source.slice(event.range));
        let short = callee(written);
        let message = format!(
            "`{short}(…)` starts {} while the code is imported{}. The platform already runs a server for you. Put the call under `if __name__ == \"__main__\":`, or remove it",
            call.rule.what,
            ModuleCtx::through(event)
        );
        let certainty = if is_program(cx) { 0.5 } else { 1.0 };
        let mut found = cx.at(&DOC, event, call.rule.certainty * certainty, message);
        found.captures.insert("call".to_owned(), short.to_owned());
        found.captures.insert("server".to_owned(), call.rule.what.clone());
        if call.top_level
            && let Some(statement) = call.statement
        {
            found.edits.extend(guard(cx, event.module, statement));
        }
        out.push(found);
    }
}

/// Nobody named the entry point, and the package's own `__main__.py` runs it: `python -m shop` may be
/// all that ever starts it.
fn is_program(cx: &ModuleCtx) -> bool {
    let Some((_, source)) = cx.entry().filter(|_| cx.run.options.searched) else { return false };
    let main = source.disk.with_file_name("__main__.py");
    let stem = source.disk.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    std::fs::read_to_string(main).is_ok_and(|text| {
        text.lines().any(|line| {
            let code = line.trim_start();
            (code.starts_with("from ") || code.starts_with("import "))
                && code.split([' ', '.', ',']).any(|word| word == stem)
        })
    })
}

/// What is called, of a call's text: `create_app().run` of `create_app().run(debug=True)`.
fn callee(written: &str) -> &str {
    let mut depth = 0;
    let open = written.char_indices().rev().find(|(_, c)| {
        depth += match c {
            ')' => 1,
            '(' => -1,
            _ => 0,
        };
        depth == 0
    });
    match open {
        Some((at, _)) if at > 0 && at <= 60 && !written[..at].contains('\n') => &written[..at],
        _ => written.split('(').next().unwrap_or(written),
    }
}

/// Puts a statement at the start of a line under `if __name__ == "__main__":`.
fn guard(cx: &ModuleCtx, module: ModuleId, statement: TextRange) -> Option<Edit> {
    let source = cx.source(module)?;
    let text = source.text();
    let start = statement.start().to_usize();
    let line_start = text[..start].rfind(['\n', '\r']).map_or(0, |at| at + 1);
    // Only a call that has its lines to itself at the left margin can be moved without a second look.
    if line_start != start {
        return None;
    }
    let end = statement.end().to_usize();
    let rest = text[end..].split(['\n', '\r']).next().unwrap_or("").trim();
    if !rest.is_empty() && !rest.starts_with('#') {
        return None;
    }
    let body = source.slice(statement);
    // Text inside a string over several lines would change with its indentation.
    if body.contains("\"\"\"") || body.contains("'''") {
        return None;
    }
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let indented = body.replace('\n', "\n    ");
    cx.edit(
        module,
        statement,
        &format!("if __name__ == \"__main__\":{newline}    {indented}"),
        Safety::Safe,
    )
}
