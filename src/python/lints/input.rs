//! Questions to a keyboard that is not there.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::calls::CallKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD205",
    name: "input-at-import",
    summary: "The code asks for input from the keyboard while it is imported.",
    why: "A server has no keyboard. `input()` fails there with EOFError, or waits for ever.",
    bad: r#"
from flask import Flask

application = Flask(__name__)
name = input("Your name: ")
"#,
    good: r"
from flask import Flask

application = Flask(__name__)
",
    cause: Some("import-time-blocking"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    if !cx.runs_on_server() {
        return;
    }
    for (event, call) in cx.calls().filter(|(_, call)| call.rule.kind == CallKind::Input) {
        let message = format!(
            "This line {} while the code is imported{}, and a server has none: it fails with EOFError or hangs. Use a setting or an environment variable",
            call.rule.what,
            ModuleCtx::through(event)
        );
        let mut found = cx.at(&DOC, event, 1.0, message);
        found.captures.insert("call".to_owned(), call.name.replace("builtins.", ""));
        out.push(found);
    }
}
