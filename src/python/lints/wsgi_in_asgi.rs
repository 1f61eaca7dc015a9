//! WSGI applications given to an ASGI server.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::calls::table;
use crate::python::entry::Interface;
use crate::python::value::Value;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD119",
    name: "wsgi-in-asgi",
    summary: "The app speaks WSGI, but the server speaks ASGI.",
    why: "Flask, Bottle and Django's wsgi.py make WSGI apps. An ASGI server such as uvicorn or daphne calls them with the wrong arguments, and every request fails: `missing 1 required positional argument: 'start_response'`.",
    bad: r"
# uvicorn wsgi:application
from flask import Flask

application = Flask(__name__)
",
    good: r"
# uvicorn wsgi:application
from a2wsgi import WSGIMiddleware
from flask import Flask

application = WSGIMiddleware(Flask(__name__))
",
    cause: Some("asgi-app-in-wsgi"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    let (Some((id, _)), Some(value)) = (cx.entry(), &cx.application) else { return };
    if !cx.is_served() || cx.run.options.interface != Interface::Asgi {
        return;
    }
    let Some(what) = wsgi(value) else { return };
    let Some(binding) = cx.module(id).names.get(cx.wanted()) else { return };
    if binding.maybe {
        return;
    }
    let message = format!(
        "`{}` is a WSGI app ({what}), and this server speaks ASGI: start it with gunicorn, or wrap it, for instance with `a2wsgi.WSGIMiddleware`",
        cx.wanted()
    );
    let mut found = cx.found(&DOC, id, binding.range, 1.0, message);
    found.captures.insert("framework".to_owned(), what);
    out.push(found);
}

/// What makes a value a WSGI application, and nothing else besides.
fn wsgi(value: &Value) -> Option<String> {
    let short = |name: &str| {
        let last = name.rsplit('.').next().unwrap_or(name);
        if last == "get_wsgi_application" { "Django's wsgi.py".to_owned() } else { last.to_owned() }
    };
    match value {
        // connexion's classes are of either sort, by their version.
        Value::Inst(name) if table().is_wsgi(name) && !name.starts_with("connexion.") => {
            Some(short(name))
        }
        Value::Object(class) if class.methods.iter().all(|func| &*func.name != "__call__") => {
            class.bases.iter().find_map(|base| match base {
                Value::Ext(name) if &**name == "flask.Flask" => Some(short(name)),
                _ => None,
            })
        }
        _ => None,
    }
}
