//! `web: python app.py`, where the file starts its own server: the address and port that it is given there.

use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{Expr, ExprCall, Number};
use ruff_text_size::Ranged;

use super::folders::{folder, is_plain};
use super::{Options, Project, Sink};
use crate::procfile::command::{Command, Program};
use crate::python::source::Source;

/// Where a server listens that a script starts.
#[derive(Debug, Default)]
struct Start {
    line: u32,
    host: Option<String>,
    port: Option<i64>,
    /// A host or port is given that is not written out here.
    host_unknown: bool,
    port_unknown: bool,
}

pub(super) fn check(
    command: &Command,
    line: u32,
    text: &str,
    project: &Project<'_>,
    options: &Options,
    sink: &mut Sink<'_>,
) {
    let script = command.target.as_deref().filter(|script| {
        command.program == Program::PythonScript && is_plain(script) && !script.starts_with('/')
    });
    let Some(script) = script else { return };
    let Some(dir) = folder(project, command.chdir.as_deref()) else { return };
    let path = dir.join(script);
    let Some(bytes) = crate::procfile::bytes(&path) else { return };
    let source = Source::parse(&bytes, script, &path, None);
    let code = source.text();
    if !source.problems().is_empty() || code.contains("SERVER_NAME") || code.contains("ServerName")
    {
        return;
    }
    let mut starts = Starts { source: &source, found: Vec::new() };
    starts.visit_body(source.body());
    // Of several, one may be chosen by a condition.
    let [start] = starts.found.as_slice() else { return };
    let dash = code.contains("dash");
    let uvicorn = code.contains("uvicorn.run(");
    let at = start.line;
    if !start.port_unknown && !options.is("render") && !options.is("fly") {
        let default = if uvicorn { 8000 } else { 5000 };
        let port = match start.port {
            Some(port) => Some((port, "")),
            // Dash takes PORT by itself.
            None if dash => None,
            None => Some((default, " (its default)")),
        };
        if let Some((port, said)) = port {
            let shown = port.to_string();
            sink.add(
                &super::fixed_port::DOC,
                0.8,
                line,
                text,
                format!(
                    "{script} starts its server on port {port}{said} in line {at}, but the platform sends requests to the port that it names in the variable PORT. Write port=int(os.environ.get(\"PORT\", {port})) there, with host=\"0.0.0.0\""
                ),
                &[("port", &shown)],
            );
            return;
        }
    }
    if start.host_unknown {
        return;
    }
    let host = start.host.as_deref().unwrap_or("127.0.0.1");
    if matches!(host, "127.0.0.1" | "localhost" | "::1") {
        let said = if start.host.is_none() { " (its default)" } else { "" };
        sink.add(
            &super::localhost::DOC,
            0.8,
            line,
            text,
            format!(
                "{script} starts its server on {host}{said} in line {at}, which only the container itself can reach. Write host=\"0.0.0.0\" there"
            ),
            &[("host", host)],
        );
    }
}

/// Calls that start a server.
struct Starts<'a> {
    source: &'a Source,
    found: Vec<Start>,
}

impl<'a> Visitor<'a> for Starts<'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Call(call) = expr
            && starts(call)
        {
            let line = self.source.line_of(call.range().start().to_u32());
            let mut start = Start { line, ..Start::default() };
            for word in &call.arguments.keywords {
                match (word.arg.as_ref().map(ruff_python_ast::Identifier::as_str), &word.value) {
                    (Some("host"), Expr::StringLiteral(host)) => {
                        start.host = Some(host.value.to_str().to_owned());
                    }
                    (Some("port"), Expr::NumberLiteral(port)) => match &port.value {
                        Number::Int(port) => start.port = port.as_i64(),
                        _ => start.port_unknown = true,
                    },
                    (Some("host"), _) => start.host_unknown = true,
                    (Some("port"), _) => start.port_unknown = true,
                    (None, _) => {
                        start.host_unknown = true;
                        start.port_unknown = true;
                    }
                    _ => {}
                }
            }
            // `app.run("0.0.0.0", 80)`: who gives them by place knows what they do.
            let positional = call.arguments.args.len();
            start.host_unknown |= positional > 0;
            start.port_unknown |= positional > 1;
            self.found.push(start);
        }
        walk_expr(self, expr);
    }
}

/// `app.run(…)`, `socketio.run(app, …)`, `uvicorn.run(…)`.
fn starts(call: &ExprCall) -> bool {
    let Expr::Attribute(node) = &*call.func else { return false };
    let Expr::Name(name) = &*node.value else { return false };
    matches!(node.attr.as_str(), "run" | "run_server")
        && matches!(name.id.as_str(), "app" | "application" | "server" | "socketio" | "uvicorn")
}
