//! Flask's view functions: each app and blueprint has one of a name.

use rustpython_ruff_python_ast::{self as ast, Expr};

use super::event::EventKind;
use super::{Cx, Interp};
use crate::python::calls::table;
use crate::python::value::Value;

/// The app's methods that make a view of the function below them.
const ROUTES: &[&str] = &["route", "get", "post", "put", "delete", "patch"];

impl Interp<'_> {
    /// Notes a decorated function whose name its app has a view of already.
    ///
    /// Only on the straight line of a module: elsewhere nobody knows whether it is the same app.
    pub(super) fn endpoint(&mut self, cx: &Cx, def: &ast::StmtFunctionDef) {
        if cx.frame.is_some() || cx.weight < 1.0 || cx.quiet || cx.caught.errors {
            return;
        }
        let mut app = None;
        for decorator in &def.decorator_list {
            let Some(written) = route(&decorator.expression) else {
                // What it makes of the function may have a name of its own.
                return;
            };
            app = Some(written);
        }
        let Some(app) = app else { return };
        let Some(binding) = self.modules[cx.module].names.get(app) else { return };
        let (Value::Inst(class), first) = (&binding.value, binding.range) else { return };
        let blueprint = match table().usual(class) {
            "flask.Flask" => false,
            "flask.Blueprint" => true,
            _ => return,
        };
        let name = def.name.as_str();
        // A broken definition has no name.
        if name.is_empty() {
            return;
        }
        if name == app {
            let kind = EventKind::AppTaken { app: app.to_owned(), first };
            self.emit(cx, def.name.range, "app-taken", kind);
        }
        let key = (cx.module, app.to_owned(), first.start().to_u32(), name.to_owned());
        match self.endpoints.get(&key).copied() {
            Some(first) if first != def.name.range => {
                let kind = EventKind::DuplicateEndpoint {
                    app: app.to_owned(),
                    name: name.to_owned(),
                    first,
                    blueprint,
                };
                self.emit(cx, def.name.range, "endpoint", kind);
            }
            Some(_) => {}
            None => {
                self.endpoints.insert(key, def.name.range);
            }
        }
    }
}

/// `app` of `@app.route(…)`, where the function gives the endpoint its name.
fn route(decorator: &Expr) -> Option<&str> {
    let Expr::Call(call) = decorator else { return None };
    let Expr::Attribute(func) = &*call.func else { return None };
    let Expr::Name(app) = &*func.value else { return None };
    let named = call
        .arguments
        .keywords
        .iter()
        .any(|keyword| keyword.arg.as_ref().is_none_or(|name| name.as_str() == "endpoint"));
    (ROUTES.contains(&func.attr.as_str()) && !named).then_some(app.id.as_str())
}

#[cfg(test)]
mod tests {
    use crate::python::lints::tests::analyse;

    fn reported(second: &str) -> bool {
        let text = format!(
            "from flask import Blueprint, Flask\nfrom functools import wraps\nfrom login import wanted\n\
             application = Flask(__name__)\nshop = Blueprint('shop', __name__)\n\
             @application.route('/')\ndef page():\n    return ''\n{second}\n"
        );
        analyse(&text).findings.iter().any(|found| found.name == "duplicate-endpoint")
    }

    #[test]
    fn the_same_app_and_the_same_name() {
        assert!(reported("@application.route('/b', methods=['POST'])\ndef page():\n    return ''"));
        assert!(reported("@application.get('/b')\nasync def page():\n    return ''"));
        for other in [
            "@application.route('/b', endpoint='b')\ndef page():\n    return ''",
            "@application.route('/b', **more)\ndef page():\n    return ''",
            "@shop.route('/b')\ndef page():\n    return ''",
            "@application.route('/b')\n@wanted\ndef page():\n    return ''",
            "def page():\n    return ''",
            "@application.errorhandler(404)\ndef page(error):\n    return ''",
            "@application.route('/b')\n@application.route('/c')\ndef other():\n    return ''",
            "application = Flask('second')\n@application.route('/b')\ndef page():\n    return ''",
            "if unknown():\n    @application.route('/b')\n    def page():\n        return ''",
        ] {
            assert!(!reported(other), "{other}");
        }
    }
}
