//! ASGI applications given to a WSGI server.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::calls::table;
use crate::python::entry::Interface;
use crate::python::interp::Called;
use crate::python::value::Value;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD118",
    name: "asgi-in-wsgi",
    summary: "The app speaks ASGI, but the server speaks WSGI.",
    why: "FastAPI, Starlette, Quart and Django's asgi.py make ASGI apps. A WSGI server such as uWSGI calls them with the wrong arguments, and every request fails.",
    bad: r"
from fastapi import FastAPI

application = FastAPI()
",
    good: r"
from a2wsgi import ASGIMiddleware
from fastapi import FastAPI

application = ASGIMiddleware(FastAPI())
",
    cause: Some("asgi-app-in-wsgi"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    let (Some((id, _)), Some(value)) = (cx.entry(), &cx.application) else { return };
    if !cx.is_served() || cx.run.options.interface != Interface::Wsgi {
        return;
    }
    let by_source = match value {
        Value::Inst(name) if cx.called == Called::Asgi => Some(short(name)),
        Value::Object(class) if cx.called == Called::Asgi => Some(class.name.to_string()),
        _ => None,
    };
    let Some(what) = asgi(value).or(by_source) else { return };
    let Some(binding) = cx.module(id).names.get(cx.wanted()) else { return };
    if binding.maybe {
        return;
    }
    let other_way = matches!(what.as_str(), "WsgiToAsgi" | "WSGIMiddleware");
    let message = if other_way {
        format!(
            "`{what}` makes an ASGI app of a WSGI app, and this server speaks WSGI: the other way round is needed. Wrap the app with `a2wsgi.ASGIMiddleware` instead"
        )
    } else {
        wrong_sort(cx, &what)
    };
    let mut found = cx.found(&DOC, id, binding.range, 1.0, message);
    found.captures.insert("framework".to_owned(), what);
    out.push(found);
}

fn wrong_sort(cx: &ModuleCtx, what: &str) -> String {
    let wanted = cx.wanted();
    if what == DJANGO {
        let module = cx.entry().map_or("", |(id, _)| cx.module(id).name.as_str());
        let wsgi = module.strip_suffix("asgi").map_or("", |package| package);
        return format!(
            "`{wanted}` is an ASGI app ({what}), and this server speaks WSGI: start `{wsgi}wsgi` in its place, or tell gunicorn to use `-k uvicorn_worker.UvicornWorker` (package uvicorn-worker)"
        );
    }
    format!(
        "`{wanted}` is an ASGI app ({what}), and this server speaks WSGI: start it with an ASGI server (`uvicorn {0}:{wanted}`, or gunicorn with `-k uvicorn.workers.UvicornWorker`), or wrap it with `a2wsgi.ASGIMiddleware`",
        cx.entry.map_or("main", |id| cx.module(id).name.as_str())
    )
}

/// How Django's own is called.
const DJANGO: &str = "Django's asgi.py";

/// What makes a value an ASGI application.
fn asgi(value: &Value) -> Option<String> {
    match value {
        Value::Inst(name) if table().is_asgi(name) => Some(short(name)),
        Value::Func(func) if func.is_async && func.positional == 3 => {
            Some(format!("async def {}", func.name))
        }
        Value::Object(class) => {
            if let Some(call) = class.methods.iter().find(|func| &*func.name == "__call__") {
                return (call.is_async && call.positional == 4).then(|| class.name.to_string());
            }
            class.bases.iter().find_map(|base| match base {
                Value::Ext(name) if table().is_asgi(name) => Some(short(name)),
                Value::Class(base) => asgi(&Value::Object(std::rc::Rc::clone(base))),
                _ => None,
            })
        }
        _ => None,
    }
}

fn short(name: &str) -> String {
    let last = name.rsplit('.').next().unwrap_or(name);
    if last == "get_asgi_application" { DJANGO.to_owned() } else { last.to_owned() }
}
