//! Modules that end with an exception of their own.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD321",
    name: "raise-at-import",
    summary: "A `raise` that nothing catches ends the import.",
    why: "The server runs the file from top to bottom. At `raise` it stops there: what stands below is never reached, so the app is never made.",
    bad: r#"
from flask import Flask

raise RuntimeError("fill in the secret key below, then remove this line")
application = Flask(__name__)
"#,
    good: r"
from flask import Flask

application = Flask(__name__)
",
    cause: Some("import-time-exception"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::Raised(said) = &event.kind else { continue };
        let then = if cx.is_served() && Some(event.module) == cx.entry {
            format!("`{}` below is never made", cx.wanted())
        } else {
            "what stands below is never reached".to_owned()
        };
        let with = if said.is_empty() { String::new() } else { format!(" with `{said}`") };
        let message = format!(
            "The import ends here{with}, so {then}: remove this line, or put it below the condition that it is meant for"
        );
        let mut found = cx.at(&DOC, event, 1.0, message);
        found.captures.insert("exception".to_owned(), said.clone());
        out.push(found);
    }
}
