//! Ports bound by hand at import.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::calls::CallKind;
use crate::python::interp::event::CallEvent;
use crate::python::value::Value;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD102",
    name: "port-bind",
    summary: "The code binds a network port while it is imported.",
    why: "The web server that the platform runs owns the port. Binding another one fails with `Address already in use`, or hides your app from visitors.",
    bad: r#"
import socket
from flask import Flask

application = Flask(__name__)
sock = socket.socket()
sock.bind(("0.0.0.0", 8000))
"#,
    good: r"
from flask import Flask

application = Flask(__name__)
",
    cause: Some("manual-port-bind"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    if !cx.runs_on_server() {
        return;
    }
    for (event, call) in cx.calls().filter(|(_, call)| call.rule.kind == CallKind::Bind) {
        if asks_for_a_free_port(call) {
            continue;
        }
        let message = format!(
            "This line binds a port by hand while the code is imported{}. The platform's server does that for you: remove it, or move it under `if __name__ == \"__main__\":`",
            ModuleCtx::through(event)
        );
        let mut found = cx.at(&DOC, event, call.rule.certainty, message);
        if let Some(port) = port(call) {
            found.captures.insert("port".to_owned(), port.to_string());
        }
        out.push(found);
    }
}

/// Port 0, a path of a Unix socket, or a socket that only finds a free port.
fn asks_for_a_free_port(call: &CallEvent) -> bool {
    port(call) == Some(0)
        || call.args.first().is_some_and(|arg| matches!(arg, Value::Str(_)))
            && call.name == "socket.socket().bind"
}

fn port(call: &CallEvent) -> Option<i64> {
    call.args.iter().find_map(|arg| match arg {
        Value::List(items, _) => items.iter().find_map(|item| match item {
            Value::Int(port) => Some(*port),
            _ => None,
        }),
        Value::Int(port) => Some(*port),
        _ => None,
    })
}
