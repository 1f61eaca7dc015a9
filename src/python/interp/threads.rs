//! What a thread or process is to do: whether it starts a web server.

use std::rc::Rc;

use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::Ranged;

use super::call::Args;
use super::{Cx, EventKind, Frame, Interp, syntax};
use crate::python::calls::{CallKind, table};
use crate::python::value::{FuncRef, Value};

impl Interp<'_> {
    /// Notes a thread that is made to run a server.
    pub(super) fn server_thread(&mut self, cx: &Cx, call: &ast::ExprCall, name: &str, args: &Args) {
        let (at, keyword) = match name {
            "threading.Thread" | "multiprocessing.Process" => (1, "target"),
            "threading.Timer" => (1, "function"),
            "_thread.start_new_thread" => (0, "function"),
            _ => return,
        };
        let by_keyword = call
            .arguments
            .keywords
            .iter()
            .find(|given| given.arg.as_ref().is_some_and(|name| name.as_str() == keyword));
        let written = match by_keyword {
            Some(given) => Some(&given.value),
            None => call.arguments.args.get(at),
        };
        let what = match (args.get(at, keyword), written) {
            (Some(Value::Ext(name)), _) => server(name),
            (Some(Value::Func(func)), _) if self.speaks_of_server(func) => {
                let func = func.clone();
                self.tried(|run| {
                    run.call_function(cx, &func, &[], &[]);
                })
            }
            (_, Some(Expr::Lambda(lambda))) => self.tried(|run| {
                let frame = run.frames.len();
                run.frames.push(Frame::default());
                run.expr(&Cx { frame: Some(frame), ..cx.clone() }, &lambda.body);
                run.frames.truncate(frame);
            }),
            _ => None,
        };
        if let Some(what) = what {
            let process = name.starts_with("multiprocessing");
            self.emit(cx, call.range(), "server-thread", EventKind::ServerThread { what, process });
        }
    }

    /// The text of a function has a word that starts servers: only then it is followed.
    fn speaks_of_server(&mut self, func: &FuncRef) -> bool {
        let Some(source) = self.source_to_run(func.module) else { return false };
        let Some(def) = syntax::find_function(source.body(), func.offset) else { return false };
        let text = source.slice(def.range);
        ["run", "serve", "launch", "start"].iter().any(|word| text.contains(word))
    }

    /// The server that something starts. What else happens there happens in a thread: nothing of it is kept,
    /// but for what is said of modules that were loaded meanwhile.
    fn tried(&mut self, act: impl FnOnce(&mut Self)) -> Option<String> {
        let before = self.events.len();
        let modules = self.modules.len();
        let (seen, environ, path) =
            (self.seen.clone(), self.environ.clone(), self.sys_path.clone());
        let (unknown, pushed) = (self.path_unknown, self.pushed);
        act(self);
        (self.path_unknown, self.pushed) = (unknown, pushed);
        (self.seen, self.environ, self.sys_path) = (seen, environ, path);
        let mut what = None;
        for event in self.events.split_off(before) {
            match &event.kind {
                EventKind::Call(call) if call.rule.kind == CallKind::Server => {
                    what = what.or_else(|| Some(call.rule.what.clone()));
                }
                _ if event.module >= modules => self.events.push(event),
                _ => {}
            }
        }
        what
    }
}

/// What a library's function serves with.
fn server(name: &Rc<str>) -> Option<String> {
    let rule = table().by_name(name)?;
    (rule.kind == CallKind::Server).then(|| rule.what.clone())
}
