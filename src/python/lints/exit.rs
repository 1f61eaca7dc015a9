//! Code that ends the process while it is imported.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD204",
    name: "exit-at-import",
    summary: "The code ends the whole process while it is imported.",
    why: "The server imports your file. `sys.exit()` there ends the server's worker before it could answer a single request, often without a line in the log.",
    bad: r"
import sys
from flask import Flask

application = Flask(__name__)
sys.exit(0)
",
    good: r#"
import sys
from flask import Flask

application = Flask(__name__)

if __name__ == "__main__":
    sys.exit(0)
"#,
    cause: Some("exit-on-start"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    if !cx.runs_on_server() {
        return;
    }
    for event in cx.events() {
        let EventKind::Exit(how) = &event.kind else { continue };
        let message = format!(
            "`{how}` ends the process while the code is imported{}: the app never starts. Remove it, or put it under `if __name__ == \"__main__\":`",
            ModuleCtx::through(event)
        );
        let mut found = cx.at(&DOC, event, 1.0, message);
        found.captures.insert("call".to_owned(), how.clone());
        out.push(found);
    }
}
