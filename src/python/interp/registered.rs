//! What is given to an app to be registered: blueprints that are none, prefixes and paths that FastAPI refuses.

use std::rc::Rc;

use ruff_python_ast as ast;
use ruff_text_size::{Ranged, TextRange};

use super::call::Args;
use super::event::RouteRefused;
use super::{Cx, EventKind, Interp};
use crate::python::lints::near;
use crate::python::value::{ClassVal, Value};

/// Methods of a FastAPI app that take a path first.
pub(super) const FASTAPI_ROUTES: &[&str] =
    &["get", "post", "put", "delete", "patch", "head", "options", "api_route", "websocket"];

/// Extensions that are made with a blueprint and taken for it.
const APIS: &[&str] = &["flask_restx.Api", "flask_restplus.Api", "flask_restful.Api"];

/// What `Flask` takes by name, in any version since 1.0.
const FLASK_KEYWORDS: &[&str] = &[
    "import_name",
    "static_url_path",
    "static_folder",
    "static_host",
    "host_matching",
    "subdomain_matching",
    "template_folder",
    "instance_path",
    "instance_relative_config",
    "root_path",
];

impl Interp<'_> {
    /// A blueprint or router is made.
    pub(super) fn made(&mut self, cx: &Cx, call: &ast::ExprCall, name: &str, args: &Args) {
        match name {
            // The name and the file's name; anything else may be given by name.
            "flask.Blueprint" => {
                let given = args.positional.len()
                    + args
                        .keywords
                        .iter()
                        .filter(|(key, _)| matches!(key.as_str(), "name" | "import_name"))
                        .count();
                if given < 2 && !args.has_stars() && !cx.caught.types {
                    let kind =
                        EventKind::Arguments { name: "Blueprint".to_owned(), wanted: 2, given };
                    self.emit(cx, call.range(), "arguments", kind);
                }
                self.blueprint_made(cx, call, args);
                self.templates_of(cx, call, args, false);
            }
            "fastapi.APIRouter" => self.prefix(cx, call, args),
            _ => {}
        }
    }

    /// `Flask(__name__, static_path="/static")`: what the class takes by name.
    pub(super) fn flask_keywords(&mut self, cx: &Cx, args: &Args, range: TextRange) {
        if args.has_stars() || cx.caught.types || self.is_other_flask() {
            return;
        }
        let Some((given, _)) =
            args.keywords.iter().find(|(key, _)| !FLASK_KEYWORDS.contains(&key.as_str()))
        else {
            return;
        };
        let near = match given.as_str() {
            "static_path" => Some("static_url_path".to_owned()),
            given => near::nearest(given, FLASK_KEYWORDS.iter().copied()),
        };
        let kind =
            EventKind::NoKeyword { function: "Flask".to_owned(), given: given.clone(), near };
        self.emit(cx, range, "arguments", kind);
    }

    /// `prefix="shop"`, `prefix="/shop/"`.
    pub(super) fn prefix(&mut self, cx: &Cx, call: &ast::ExprCall, args: &Args) {
        let mut keywords = call.arguments.keywords.iter();
        let is_prefix =
            |word: &&ast::Keyword| word.arg.as_ref().is_some_and(|arg| arg.as_str() == "prefix");
        let (Some(word), Some(Value::Str(given))) =
            (keywords.find(is_prefix), args.get(usize::MAX, "prefix"))
        else {
            return;
        };
        if given.is_empty() || given.starts_with('/') && !given.ends_with('/') || cx.caught.errors {
            return;
        }
        let inside = given.trim_matches('/');
        let right = if inside.is_empty() { String::new() } else { format!("/{inside}") };
        let wrong = RouteRefused::Prefix { given: given.to_string(), right };
        self.refused(cx, word.value.range(), wrong, false);
    }

    /// `add_middleware(Mine())`, `mount("/x", app, lifespan=…)`.
    pub(super) fn asgi_parts(&mut self, cx: &Cx, call: &ast::ExprCall, method: &str, args: &Args) {
        if method == "mount" && !args.has_stars() && !cx.caught.types {
            let known = ["path", "app", "name"];
            if let Some((given, _)) =
                args.keywords.iter().find(|(key, _)| !known.contains(&key.as_str()))
            {
                let (function, given) = ("mount".to_owned(), given.clone());
                let kind = EventKind::NoKeyword { function, given, near: None };
                self.emit(cx, call.range(), "arguments", kind);
            }
        }
        if method == "add_middleware"
            && let Some(Value::Object(of)) = args.positional.first()
            && self.is_no_maker(cx, of)
            && let Some(ast::Expr::Call(first)) = call.arguments.args.first()
            && let Some(class) = super::stmt::dotted_text(&first.func)
        {
            self.refused(cx, first.range(), RouteRefused::Middleware(class), false);
        }
    }

    /// Objects of the class cannot be called with an app alone, to make a middleware of it.
    fn is_no_maker(&mut self, cx: &Cx, class: &Rc<ClassVal>) -> bool {
        !class.opaque
            && match self.member(cx, class, "__call__", true) {
                Value::Func(func) => func.required > 2 && func.positional != usize::MAX,
                _ => class
                    .bases
                    .iter()
                    .all(|base| matches!(base, Value::Ext(name) if name.ends_with("object"))),
            }
    }

    /// `@app.get("shop")`.
    pub(super) fn routed_path(&mut self, cx: &Cx, call: &ast::ExprCall, args: &Args) {
        if let (Some(Value::Str(path)), Some(first)) =
            (args.positional.first(), call.arguments.args.first())
            && !path.starts_with('/')
            && !cx.caught.errors
        {
            self.refused(cx, first.range(), RouteRefused::Path(path.to_string()), false);
        }
    }

    /// What is registered is a class, a function, or an extension that was made with the blueprint.
    pub(super) fn no_blueprint(&mut self, cx: &Cx, call: &ast::ExprCall, args: &Args) {
        let Some(first) = call.arguments.args.first() else { return };
        let (what, instead) = match args.positional.first() {
            Some(Value::Ext(name)) if &**name == "flask.Blueprint" => (
                "the class `Blueprint` itself".to_owned(),
                "name the blueprint that was made with it".to_owned(),
            ),
            Some(Value::Inst(name)) if APIS.contains(&&**name) => (
                format!("an `{}`", name.rsplit('.').next().unwrap_or(name)),
                "register the blueprint that it was made with".to_owned(),
            ),
            Some(Value::Inst(name)) if &**name == "flask.Flask" && !self.is_other_flask() => (
                "an app of its own".to_owned(),
                "make a `Blueprint` of it, or mount it with `DispatcherMiddleware`".to_owned(),
            ),
            Some(Value::Func(func))
                if !func.wrapped
                    && !self.took_its_place(func.module, func)
                    && !self.mentions(&[&format!("{}.register", func.name)]) =>
            {
                (
                    format!("the function `{}`", func.name),
                    "name the blueprint, or call the function if it makes one".to_owned(),
                )
            }
            _ => return,
        };
        let source = self.modules[cx.module].source.as_ref();
        let written = source.map_or_else(String::new, |s| s.slice(first.range()).to_owned());
        let wrong = RouteRefused::NoBlueprint { written, what, instead };
        self.refused(cx, first.range(), wrong, false);
    }

    /// The function is a view that took the name of its blueprint, which is told there.
    fn took_its_place(&self, module: usize, func: &crate::python::value::FuncRef) -> bool {
        self.events.iter().any(|event| {
            event.module == module
                && matches!(&event.kind, EventKind::AppTaken { app, .. } if **app == *func.name)
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::python::lints::tests::analyse;

    fn reported(name: &str, line: &str) -> bool {
        let text = format!(
            "from fastapi import APIRouter, FastAPI\nfrom flask import Blueprint, Flask\nfrom flask_restx import Api\napplication = Flask(__name__)\npages = Blueprint('pages', __name__)\napi = Api(pages)\nrouter = APIRouter()\nfast = FastAPI()\ndef make():\n    return pages\n{line}\n"
        );
        analyse(&text).findings.iter().any(|found| found.name == name)
    }

    #[test]
    fn blueprints_that_are_none() {
        for wrong in ["api", "Blueprint", "make"] {
            let line = format!("application.register_blueprint({wrong})");
            assert!(reported("route-refused", &line), "{wrong}");
        }
        for fine in ["pages", "make()", "unknown", "api.blueprint", "pages, url_prefix='/x'"] {
            let line = format!("application.register_blueprint({fine})");
            assert!(!reported("route-refused", &line), "{fine}");
        }
    }

    #[test]
    fn blueprints_of_one_name() {
        assert!(reported("call-arguments", "x = Blueprint(__name__)"));
        assert!(reported("call-arguments", "x = Blueprint('x', url_prefix='/x')"));
        assert!(!reported("call-arguments", "x = Blueprint(name='x', import_name=__name__)"));
        assert!(!reported("call-arguments", "x = Blueprint(*given())"));
    }

    #[test]
    fn prefixes_and_paths_of_fastapi() {
        for wrong in [
            "fast.include_router(router, prefix='api')",
            "fast.include_router(router, prefix='/api/')",
            "x = APIRouter(prefix='api')",
            "@fast.get('shop')\ndef shop():\n    return {}",
            "class Mine:\n    pass\nfast.add_middleware(Mine())",
        ] {
            assert!(reported("route-refused", wrong), "{wrong}");
        }
        for fine in [
            "fast.include_router(router, prefix='/api')",
            "fast.include_router(router, prefix='')",
            "fast.include_router(router, prefix=PREFIX)",
            "x = APIRouter(prefix='/api', tags=['x'])",
            "class Mine:\n    pass\nfast.add_middleware(Mine, x=1)",
            "fast.add_middleware(make())\nfast.mount('/x', application, name='x')",
            "@fast.get('/shop')\ndef shop():\n    return {}",
            "@router.get('')\ndef shop():\n    return {}",
        ] {
            assert!(!reported("route-refused", fine), "{fine}");
        }
    }
}
