//! Code that does not come back while it is imported.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::calls::CallKind;
use crate::python::interp::event::{CallEvent, EventKind};
use crate::python::value::Value;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD201",
    name: "blocking-at-import",
    summary: "The code waits or loops while it is imported.",
    why: "The server waits until your file has been imported. A loop that never ends or a long wait keeps the app from starting.",
    bad: r"
import time
from flask import Flask

application = Flask(__name__)

while True:
    time.sleep(60)
",
    good: r"
import time
from flask import Flask

application = Flask(__name__)

def work():
    while True:
        time.sleep(60)
",
    cause: Some("import-time-blocking"),
    severity: Severity::Error,
};

/// Seconds of sleep that nobody minds.
const SHORT: i64 = 10;

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    if !cx.runs_on_server() {
        return;
    }
    for event in cx.events() {
        let through = ModuleCtx::through(event);
        let (what, certainty, severity) = match &event.kind {
            EventKind::EndlessLoop => ("This loop never ends".to_owned(), 1.0, Severity::Error),
            EventKind::Call(call) if call.rule.kind == CallKind::Block => {
                (format!("This call is {}", call.rule.what), call.rule.certainty, Severity::Error)
            }
            EventKind::Call(call) if call.rule.kind == CallKind::Wait => match waits(call) {
                Some((certainty, severity)) => {
                    (format!("This call {}", call.rule.what), certainty, severity)
                }
                None => continue,
            },
            _ => continue,
        };
        let message = format!(
            "{what}, and it runs while the code is imported{through}: the app cannot start until it is over. Move it into a function, a scheduled task or a script of its own"
        );
        let mut found = cx.at(&DOC, event, certainty, message);
        found.severity = found.severity.min(severity);
        if let EventKind::Call(call) = &event.kind {
            found.captures.insert("call".to_owned(), call.name.trim_start_matches('?').to_owned());
        }
        out.push(found);
    }
}

/// How sure and how bad a wait is; `None` where nobody minds.
fn waits(call: &CallEvent) -> Option<(f64, Severity)> {
    if call.name != "time.sleep" {
        let severity = if call.rule.certainty >= 0.8 { Severity::Warning } else { Severity::Note };
        return Some((call.rule.certainty, severity));
    }
    match call.args.first() {
        Some(Value::Int(seconds)) if *seconds < SHORT => None,
        Some(Value::Int(seconds)) if *seconds >= 20 => Some((1.0, Severity::Error)),
        Some(Value::Int(_)) => Some((0.8, Severity::Warning)),
        _ => None,
    }
}
