//! Threads and processes that start at import.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::calls::CallKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD203",
    name: "thread-at-import",
    summary: "A thread or process is started while the code is imported, where the platform does not run them.",
    why: "The web app's server runs without threads of your own: they never get a turn, or hang the app; child processes get killed.",
    bad: r"
import threading
from flask import Flask

application = Flask(__name__)

def work():
    pass

threading.Thread(target=work).start()
",
    good: r"
from flask import Flask

application = Flask(__name__)
",
    cause: Some("deadlock-or-threads"),
    severity: Severity::Warning,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    if !cx.runs_on_server() || cx.run.options.threads != Some(false) {
        return;
    }
    for (event, call) in cx.calls().filter(|(_, call)| call.rule.kind == CallKind::Thread) {
        let message = format!(
            "This call {} while the code is imported{}. This platform's web apps don't run them: use an always-on or scheduled task",
            call.rule.what,
            ModuleCtx::through(event)
        );
        let mut found = cx.at(&DOC, event, call.rule.certainty, message);
        found.captures.insert("call".to_owned(), call.name.trim_start_matches('?').to_owned());
        out.push(found);
    }
}
