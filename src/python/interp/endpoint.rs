//! Flask's view functions: each app and blueprint has one of a name.

use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::{Ranged, TextRange};

use super::event::{EventKind, NamedBy};
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
        let mut by = NamedBy::Function;
        let mut inner = None;
        for decorator in &def.decorator_list {
            if let (Some(written), None) = (route(&decorator.expression), &inner) {
                app = Some(written);
                continue;
            }
            // What it makes of the function may have a name of its own.
            if app.is_none() || route(&decorator.expression).is_some() {
                return;
            }
            if inner.is_none() {
                let Some((decorator, name)) = self.renames(cx, &decorator.expression) else {
                    return;
                };
                by = NamedBy::Decorator(decorator);
                inner = Some(name);
            }
        }
        let Some(app) = app else { return };
        // A broken definition has no name.
        if def.name.is_empty() {
            return;
        }
        let name = inner.as_deref().unwrap_or(def.name.as_str());
        self.named_endpoint(cx, app, name, def.name.range, by);
    }

    /// `app.add_url_rule("/x", view_func=Page.as_view("page"))`: each `as_view` makes a function of its own.
    pub(super) fn view_class(&mut self, cx: &Cx, call: &ast::ExprCall) {
        if cx.frame.is_some() || cx.weight < 1.0 || cx.quiet || cx.caught.errors {
            return;
        }
        let Expr::Attribute(func) = &*call.func else { return };
        let Expr::Name(app) = &*func.value else { return };
        let keyword = |name: &str| {
            let mut all = call.arguments.keywords.iter();
            all.find(|keyword| keyword.arg.as_ref().is_some_and(|arg| arg.as_str() == name))
        };
        if call.arguments.args.len() != 1 || keyword("endpoint").is_some() {
            return;
        }
        let Some(Expr::Call(made)) = keyword("view_func").map(|keyword| &keyword.value) else {
            return;
        };
        if let Expr::Attribute(method) = &*made.func
            && method.attr.as_str() == "as_view"
            && let Some(Expr::StringLiteral(name)) = made.arguments.args.first()
        {
            let (app, name) = (app.id.to_string(), name.value.to_str().to_owned());
            self.named_endpoint(cx, &app, &name, call.range(), NamedBy::AsView);
        }
    }

    fn named_endpoint(&mut self, cx: &Cx, app: &str, name: &str, range: TextRange, by: NamedBy) {
        let Some(binding) = self.modules[cx.module].names.get(app) else { return };
        let (Value::Inst(class), first) = (&binding.value, binding.range) else { return };
        let blueprint = match table().usual(class) {
            "flask.Flask" => false,
            "flask.Blueprint" => true,
            _ => return,
        };
        if name == app && by == NamedBy::Function {
            let kind = EventKind::AppTaken { app: app.to_owned(), first, blueprint };
            self.emit(cx, range, "app-taken", kind);
        }
        let key = (cx.module, app.to_owned(), first.start().to_u32(), name.to_owned());
        match self.endpoints.get(&key).copied() {
            // Code may take the first one out.
            Some(first) if first != range && !self.mentions(&["view_functions"]) => {
                let (app, name) = (app.to_owned(), name.to_owned());
                let kind = EventKind::DuplicateEndpoint { app, name, first, blueprint, by };
                self.emit(cx, range, "endpoint", kind);
            }
            Some(_) => {}
            None => {
                self.endpoints.insert(key, range);
            }
        }
    }

    /// A decorator of the project that gives back an inner function under that function's own name.
    fn renames(&self, cx: &Cx, decorator: &Expr) -> Option<(String, String)> {
        let Expr::Name(written) = decorator else { return None };
        let binding = self.modules[cx.module].names.get(written.id.as_str())?;
        let Value::Func(func) = &binding.value else { return None };
        if binding.maybe || func.wrapped || func.is_async || func.required != 1 {
            return None;
        }
        let source = self.modules[func.module].source.as_ref()?;
        let def = super::syntax::find_function(source.body(), func.offset)?;
        // `functools.wraps`, `update_wrapper`, and whoever sets the name by hand.
        let text = source.slice(def.range);
        if text.contains("wraps") || text.contains("update_wrapper") || text.contains("__name__") {
            return None;
        }
        let Some(Stmt::Return(last)) = def.body.last() else { return None };
        let Some(Expr::Name(given)) = last.value.as_deref() else { return None };
        let mut inner = def.body.iter().filter_map(|stmt| match stmt {
            Stmt::FunctionDef(inner) if inner.name.as_str() == given.id.as_str() => Some(inner),
            _ => None,
        });
        let (Some(only), None) = (inner.next(), inner.next()) else { return None };
        let plain = only.decorator_list.is_empty();
        plain.then(|| (written.id.to_string(), only.name.to_string()))
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

    #[test]
    fn decorators_of_the_project_that_rename() {
        let with = |guard: &str| {
            let text = format!(
                "{guard}@application.route('/b')\n@guard\ndef one():\n    return ''\n@application.route('/c')\n@guard\ndef two():\n    return ''"
            );
            reported(&text)
        };
        let inner = "    def inner(*args):\n        return view(*args)\n    return inner\n";
        assert!(with(&format!("def guard(view):\n{inner}")));
        for fine in [
            format!("def guard(view):\n    @wraps(view)\n{inner}"),
            format!(
                "def guard(view):\n{}",
                inner.replace(
                    "    return inner",
                    "    inner.__name__ = view.__name__\n    return inner"
                )
            ),
            "def guard(view):\n    view.guarded = True\n    return view\n".to_owned(),
            "def guard(view):\n    return wanted(view)\n".to_owned(),
            "guard = wanted\n".to_owned(),
        ] {
            assert!(!with(&fine), "{fine}");
        }
    }

    #[test]
    fn views_of_classes() {
        let with = |second: &str| {
            reported(&format!(
                "from flask.views import View\nclass Page(View):\n    pass\napplication.add_url_rule('/b', view_func=Page.as_view('show'))\n{second}"
            ))
        };
        assert!(with("application.add_url_rule('/c', view_func=Page.as_view('show'))"));
        assert!(!with("application.add_url_rule('/c', view_func=Page.as_view('other'))"));
        assert!(!with("application.add_url_rule('/c', 'c', view_func=Page.as_view('show'))"));
        assert!(!with("shop.add_url_rule('/c', view_func=Page.as_view('show'))"));
    }
}
