//! Values that nothing can call.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::calls::table;
use crate::python::entry::Interface;
use crate::python::interp::Called;
use crate::python::value::{ClassVal, FuncRef, ModuleId, Value};
use ruff_text_size::TextRange;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD115",
    name: "application-not-callable",
    summary: "`application` is something that cannot be called.",
    why: "The server calls `application` for each request. A text, a number or an object without `__call__` cannot be called.",
    bad: r#"
from flask import Flask

app = Flask(__name__)
application = "app"
"#,
    good: r"
from flask import Flask

application = Flask(__name__)
",
    cause: Some("application-missing"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    let (Some((id, _)), Some(value)) = (cx.entry(), &cx.application) else { return };
    if !cx.is_served() || super::app_shadowed::earlier(cx).is_some() {
        return;
    }
    let Some(binding) = cx.module(id).names.get(cx.wanted()) else { return };
    if binding.maybe {
        return;
    }
    let wanted = cx.wanted();
    let wsgi = cx.run.options.interface == Interface::Wsgi;
    // gunicorn has workers for these; a server that is not known may be it.
    if !wsgi && matches!(value, Value::Inst(name) if has_worker(name)) {
        return;
    }
    let has_server =
        cx.source(id).is_some_and(|source| source.text().contains(&format!("{wanted}.server")));
    // Nobody said which of the two names the server is told.
    if has_server && cx.run.options.assumed_name && cx.run.dash_uncallable {
        return;
    }
    // The installed package's own source knows better than the table.
    let known = match (&cx.called, value) {
        (_, Value::Inst(name)) if &**name == "dash.Dash" && cx.run.dash_uncallable => {
            Some("a Dash object, which only its own server can start".to_owned())
        }
        (Called::Never, Value::Inst(name)) if wsgi => {
            Some(format!("an object of `{name}`, which is no WSGI application"))
        }
        (Called::Never, Value::Object(class)) if wsgi => {
            Some(format!("an object of the class `{}`, which is no WSGI application", class.name))
        }
        _ => uncallable(value),
    };
    let (what, message) = match (known, value) {
        (Some(what), _) => {
            let dash = matches!(value, Value::Inst(name) if &**name == "dash.Dash");
            let web_py = matches!(value, Value::Inst(name) if &**name == "web.application");
            let tornado =
                matches!(value, Value::Inst(name) if &**name == "tornado.web.Application");
            let instead = if tornado {
                "Tornado is a server of its own, and its apps are no WSGI apps. Start it as a program (`python FILE`), with `app.listen(PORT)` and `IOLoop.current().start()`"
            } else if dash && has_server {
                "let it load what the line with `.server` makes, such as `server`, in its place"
            } else if dash {
                "add the line `server = app.server`, with the name of your app, and let the server load `server`"
            } else if web_py {
                "what web.py makes for servers is its `wsgifunc()`"
            } else {
                "it must be the app object itself"
            };
            let message = match nothing_returned(cx, id, binding.range).filter(|_| what == "None") {
                Some(factory) => format!(
                    "`{wanted}` is None here, because `{factory}()` returns nothing: end `{factory}` with `return` and the app"
                ),
                None => {
                    format!("`{wanted}` is {what} here, and the server cannot call that: {instead}")
                }
            };
            (what, message)
        }
        (None, Value::Func(func))
            if wsgi
                && !func.is_async
                && !func.wrapped
                && !makes_app(cx, func)
                && !super::app_shadowed::is_view(cx, func)
                && !takes_two(func) =>
        {
            let what = format!("`def {}`", func.name);
            let instead = cx.source(func.module).and_then(|s| super::programs::instead(s));
            let message = if func.positional == 0 && !super::returns::gives_something(cx, func) {
                format!(
                    "`{wanted}` is the function `{}`, which takes nothing and returns nothing, so it is no web app. {}",
                    func.name,
                    instead.unwrap_or("Import the app object in its place, such as the `app` of `app = Flask(__name__)`")
                )
            } else {
                format!(
                    "The server calls `{wanted}` with two arguments, `environ` and `start_response`, and {what} does not take exactly these"
                )
            };
            (what, message)
        }
        _ => return,
    };
    let mut found = cx.found(&DOC, id, binding.range, 1.0, message);
    found.captures.insert("what".to_owned(), what);
    out.push(found);
}

/// It can be called with two arguments; a method of an object has its own besides.
fn takes_two(func: &FuncRef) -> bool {
    let own = usize::from(func.bound);
    func.positional.saturating_sub(own) >= 2 && func.required.saturating_sub(own) <= 2
}

/// It is called without arguments, and gives something back.
fn makes_app(cx: &ModuleCtx, func: &FuncRef) -> bool {
    super::app_factory::is_factory(func) && super::returns::gives_something(cx, func)
}

/// The function that is called in the line that gives a name its value: `app = create_app()`.
fn nothing_returned(cx: &ModuleCtx, id: ModuleId, at: TextRange) -> Option<String> {
    let source = cx.source(id)?;
    let rest = source.text().get(at.end().to_usize()..)?.lines().next()?;
    let call = rest.trim_start().strip_prefix('=')?.trim();
    let (name, _) = call.split_once('(')?;
    let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    let own = cx.module(id).names.get(name).map(|binding| &binding.value);
    (plain && matches!(own, Some(Value::Func(_)))).then(|| name.to_owned())
}

/// Applications that are neither WSGI nor ASGI, and that a worker class of gunicorn serves:
/// `aiohttp.GunicornWebWorker`, `tornado`.
fn has_worker(name: &str) -> bool {
    matches!(name, "aiohttp.web.Application" | "tornado.web.Application")
}

/// What a value is, if it surely cannot be called.
pub(super) fn uncallable(value: &Value) -> Option<String> {
    Some(match value {
        Value::None => "None".to_owned(),
        Value::Bool(_) => "True or False".to_owned(),
        Value::Int(_) => "a number".to_owned(),
        Value::Str(_) => "a text".to_owned(),
        Value::Path(_) => "a path".to_owned(),
        Value::List(..) => "a list".to_owned(),
        Value::Dict(..) => "a dictionary".to_owned(),
        Value::Plain(what) => (*what).to_owned(),
        Value::Inst(name) if table().is_no_app(name) => {
            format!("an object of `{name}`")
        }
        Value::Coroutine(func) => format!("the unfinished call of `async def {}`", func.name),
        Value::Object(class) if is_no_app(class) => {
            format!("an object of the class `{}`, which is no WSGI application", class.name)
        }
        Value::Object(class) if !callable(class) => {
            format!("an object of the class `{}`, which has no `__call__`", class.name)
        }
        _ => return None,
    })
}

/// A class without `__call__` of its own, made from one that is no application.
fn is_no_app(class: &ClassVal) -> bool {
    !class.opaque
        && !class.methods.iter().any(|func| &*func.name == "__call__")
        && !class.attributes.iter().any(|(name, _)| &**name == "__call__")
        && matches!(class.bases.as_slice(), [Value::Ext(base)] if table().is_no_app(base))
}

/// The class or one of its bases defines `__call__`, or nobody knows.
fn callable(class: &ClassVal) -> bool {
    class.opaque
        // What has `__get__` gives something else than itself.
        || class
            .methods
            .iter()
            .any(|func| matches!(&*func.name, "__call__" | "__getattr__" | "__get__"))
        || class.attributes.iter().any(|(name, _)| &**name == "__call__")
        || class.bases.iter().any(|base| match base {
            Value::Class(base) => callable(base),
            Value::Ext(name) => &**name != "builtins.object",
            _ => true,
        })
}
