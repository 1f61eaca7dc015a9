//! View functions that cannot be called as the framework calls them, or that give nothing back: every visit fails.
//! Judged only where nothing but the framework stands between: one more decorator may do anything.

use ruff_python_ast::visitor::{Visitor, walk_stmt};
use ruff_python_ast::{self as ast, Expr, Stmt};

use ruff_text_size::TextRange;

use super::event::ViewRefused;
use super::{Cx, EventKind, Interp, scopes, syntax};
use crate::python::value::{FuncRef, Value};

/// Methods of an app or blueprint that make a view.
const ROUTES: &[&str] = &["route", "get", "post", "put", "delete", "patch"];

/// Functions that the framework calls with so many arguments.
const HOOKS: &[(&str, usize)] = &[
    ("flask.Flask().errorhandler()", 1),
    ("flask.Blueprint().errorhandler()", 1),
    ("flask.Blueprint().app_errorhandler()", 1),
    ("flask.Flask().before_request", 0),
    ("flask.Blueprint().before_request", 0),
    ("flask.Flask().after_request", 1),
    ("flask.Blueprint().after_request", 1),
    ("flask.Flask().teardown_request", 1),
    ("flask.Flask().teardown_appcontext", 1),
    ("flask.Flask().context_processor", 0),
    ("flask_login.LoginManager().user_loader", 1),
    ("flask_login.LoginManager().request_loader", 1),
    ("flask_login.LoginManager().unauthorized_handler", 0),
];

impl Interp<'_> {
    /// A function with decorators; what each of them is, by its dotted name.
    pub(super) fn view_signature(&mut self, cx: &Cx, def: &ast::StmtFunctionDef, names: &[String]) {
        if cx.quiet || cx.weight < 1.0 || def.name.is_empty() || self.is_other_flask() {
            return;
        }
        if let [name] = names
            && let Some((_, given)) = HOOKS.iter().find(|(known, _)| known == name)
        {
            self.hook(cx, def, name, *given);
            return;
        }
        let route = |name: &String| {
            let name = name.strip_suffix("()")?;
            let (class, method) = name.rsplit_once("().")?;
            let known = matches!(class, "flask.Flask" | "flask.Blueprint");
            (known && ROUTES.contains(&method)).then_some(class == "flask.Flask")
        };
        // A handler of errors leaves the function as it is.
        let handler = |name: &String| name.ends_with("errorhandler()");
        let own: Option<Vec<Option<bool>>> = names
            .iter()
            .map(|name| if handler(name) { Some(None) } else { route(name).map(Some) })
            .collect();
        let Some(own) = own else { return };
        if own.iter().flatten().next().is_none() || self.values_are_moved() {
            return;
        }
        for (decorator, of_app) in def.decorator_list.iter().zip(own) {
            let Some(of_app) = of_app else { continue };
            let Expr::Call(call) = &decorator.expression else { return };
            self.route_signature(cx, def, call, of_app);
        }
        if gives_nothing(def) {
            let wrong = ViewRefused::Nothing(def.name.to_string());
            self.emit(cx, def.name.range, "view", EventKind::ViewRefused(wrong));
        }
    }

    /// Something takes variables out of addresses, or puts others in.
    fn values_are_moved(&self) -> bool {
        let mut sources = self.modules.iter().filter_map(|module| module.source.as_ref());
        sources.any(|source| {
            scopes::has(source.text(), "url_value_preprocessor")
                || scopes::has(source.text(), "view_functions")
        })
    }

    fn route_signature(
        &mut self,
        cx: &Cx,
        def: &ast::StmtFunctionDef,
        call: &ast::ExprCall,
        of_app: bool,
    ) {
        let Some(Expr::StringLiteral(path)) = call.arguments.args.first() else { return };
        let others = ["defaults", "subdomain", "host"];
        let aside = call
            .arguments
            .keywords
            .iter()
            .any(|word| word.arg.as_ref().is_none_or(|name| others.contains(&name.as_str())));
        if aside {
            return;
        }
        let Some(variables) = variables(path.value.to_str()) else { return };
        let parameters = &def.parameters;
        let takes = |name: &str| {
            parameters
                .args
                .iter()
                .chain(&parameters.kwonlyargs)
                .any(|known| known.parameter.name.as_str() == name)
        };
        if parameters.kwarg.is_none()
            && let Some(lost) = variables.iter().find(|name| !takes(name))
        {
            let spare = parameters
                .args
                .iter()
                .map(|known| known.parameter.name.to_string())
                .find(|name| !variables.contains(name));
            let wrong = ViewRefused::Parameter {
                view: def.name.to_string(),
                variable: lost.clone(),
                spare,
                path: path.value.to_str().to_owned(),
            };
            self.emit(cx, def.name.range, "view", EventKind::ViewRefused(wrong));
            return;
        }
        // A blueprint's prefix may have variables, too.
        let wanted = parameters.args.iter().chain(&parameters.kwonlyargs).find(|known| {
            known.default.is_none()
                && !variables.iter().any(|name| known.parameter.name.as_str() == name)
        });
        if let Some(wanted) = wanted {
            let name = wanted.parameter.name.as_str();
            let method = name == "self" && cx.frame.is_some();
            if !of_app && !method {
                return;
            }
            let view = def.name.to_string();
            let wrong = if method {
                ViewRefused::Method(view)
            } else {
                ViewRefused::NotInPath { view, parameter: name.to_owned() }
            };
            self.emit(cx, def.name.range, "view", EventKind::ViewRefused(wrong));
        }
    }

    /// `@app.errorhandler(404) def lost():`
    fn hook(&mut self, cx: &Cx, def: &ast::StmtFunctionDef, name: &str, given: usize) {
        let parameters = &def.parameters;
        let all = parameters.posonlyargs.iter().chain(&parameters.args);
        let most = all.clone().count();
        let least = all.filter(|known| known.default.is_none()).count();
        // In a class the first may be its object.
        let fits = (parameters.vararg.is_some() || most >= given) && least <= given;
        if fits || cx.frame.is_some() && least > given {
            return;
        }
        let decorator = name.trim_end_matches("()").rsplit('.').next().unwrap_or(name).to_owned();
        let view = def.name.to_string();
        let wrong = ViewRefused::Hook { view, decorator, given };
        self.emit(cx, def.name.range, "view", EventKind::ViewRefused(wrong));
    }

    /// A function as a view of Django's `path`, and the address.
    pub(super) fn django_view(
        &mut self,
        cx: &Cx,
        func: &FuncRef,
        route: Option<&str>,
        plain: bool,
    ) {
        if func.wrapped || func.bound || cx.weight < 1.0 {
            return;
        }
        let Some(source) = self.source_to_run(func.module) else { return };
        let Some(def) = syntax::find_function(source.body(), func.offset) else { return };
        if !def.decorator_list.is_empty()
            || def.parameters.vararg.is_some()
            || !source.problems().is_empty()
        {
            return;
        }
        let view = def.name.to_string();
        let first = def.parameters.posonlyargs.iter().chain(&def.parameters.args).next();
        let wrong = if first.is_none() {
            ViewRefused::NoRequest(view)
        } else if let Some(route) = route.filter(|_| plain && def.parameters.kwarg.is_none()) {
            let Some(variables) = variables(route) else { return };
            let takes = |name: &String| {
                let mut all = def.parameters.args.iter().skip(1).chain(&def.parameters.kwonlyargs);
                all.any(|known| known.parameter.name.as_str() == name)
            };
            let Some(lost) = variables.iter().find(|name| !takes(name)) else {
                if gives_nothing(def) {
                    self.tell_view(cx, func, def.name.range, ViewRefused::NothingOfDjango(view));
                }
                return;
            };
            let spare = def
                .parameters
                .args
                .iter()
                .skip(1)
                .map(|known| known.parameter.name.to_string())
                .find(|name| !variables.contains(name));
            ViewRefused::Parameter { view, variable: lost.clone(), spare, path: route.to_owned() }
        } else {
            return;
        };
        self.tell_view(cx, func, def.name.range, wrong);
    }

    fn tell_view(&mut self, cx: &Cx, func: &FuncRef, range: TextRange, wrong: ViewRefused) {
        let cx = Cx { module: func.module, frame: None, via: None, ..cx.clone() };
        self.emit(&cx, range, "view", EventKind::ViewRefused(wrong));
    }

    pub(super) fn django_view_of(
        &mut self,
        cx: &Cx,
        view: &Value,
        route: Option<&Value>,
        plain: bool,
    ) {
        if let Value::Func(func) = view {
            let route = match route {
                Some(Value::Str(route)) => Some(route.to_string()),
                _ => None,
            };
            self.django_view(cx, func, route.as_deref(), plain);
        }
    }
}

/// The variables of an address: `<int:number>`, `<name>`; `None` where it is not clear.
fn variables(path: &str) -> Option<Vec<String>> {
    let mut out = Vec::new();
    for part in path.split('<').skip(1) {
        let (inside, _) = part.split_once('>')?;
        let name = inside.rsplit(':').next().unwrap_or(inside);
        let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if name.is_empty() || !plain || inside.contains('(') {
            return None;
        }
        out.push(name.to_owned());
    }
    Some(out)
}

/// No line of a function gives a value back, and it does not end with an exception either.
fn gives_nothing(def: &ast::StmtFunctionDef) -> bool {
    let mut ends = Ends { gives: false };
    ends.visit_body(&def.body);
    if ends.gives {
        return false;
    }
    match def.body.last() {
        Some(Stmt::Raise(_) | Stmt::While(_) | Stmt::With(_) | Stmt::Try(_) | Stmt::Match(_)) => {
            false
        }
        // `abort(404)` never comes back, and `...` is a sketch.
        Some(Stmt::Expr(node)) => match &*node.value {
            Expr::Call(call) => !super::stmt::dotted_text(&call.func).is_some_and(|name| {
                let last = name.rsplit('.').next().unwrap_or(&name).to_ascii_lowercase();
                ["abort", "exit", "raise", "fail", "error"].iter().any(|word| last.contains(word))
            }),
            Expr::EllipsisLiteral(_) => false,
            _ => true,
        },
        Some(Stmt::Pass(_)) | None => false,
        Some(_) => true,
    }
}

struct Ends {
    gives: bool,
}

impl<'a> Visitor<'a> for Ends {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Return(node) => self.gives |= node.value.is_some(),
            Stmt::Raise(_) => self.gives = true,
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
            _ => walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Yield(_) | Expr::YieldFrom(_) => self.gives = true,
            Expr::Lambda(_) => {}
            _ => ruff_python_ast::visitor::walk_expr(self, expr),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::python::lints::tests::analyse;

    fn told(text: &str) -> usize {
        let out = analyse(&format!(
            "from flask import Blueprint, Flask, abort, redirect\nfrom functools import wraps\napplication = Flask(__name__)\npages = Blueprint('pages', __name__)\n{text}\n"
        ));
        out.findings.iter().filter(|found| found.name == "view-refused").count()
    }

    #[test]
    fn parameters_of_views() {
        for wrong in [
            "@application.route('/user/<name>')\ndef user():\n    return ''",
            "@application.route('/user/<int:number>')\ndef user(id):\n    return ''",
            "@pages.route('/user/<name>')\ndef user():\n    return ''",
            "@application.route('/user')\ndef user(name):\n    return ''",
            "@application.errorhandler(404)\n@application.route('/<path:rest>')\ndef user(ex):\n    return ''",
            "@application.route('/')\n@application.route('/<name>')\ndef user(name):\n    return ''",
            "class Pages:\n    @application.route('/')\n    def home(self):\n        return ''",
        ] {
            assert_eq!(told(wrong), 1, "{wrong}");
        }
        for fine in [
            "@application.route('/user/<name>')\ndef user(name):\n    return ''",
            "@application.route('/user/<name>')\ndef user(**given):\n    return ''",
            "@application.route('/')\n@application.route('/<name>')\ndef user(name=None):\n    return ''",
            "@application.route('/', defaults={'name': ''})\n@application.route('/<name>')\ndef user(name):\n    return ''",
            "@pages.route('/user')\ndef user(name):\n    return ''",
            "@application.route('/user')\n@unknown\ndef user(name):\n    return ''",
            "@application.route('/<lang>/x')\ndef user():\n    return ''\n@application.url_value_preprocessor\ndef take(endpoint, values):\n    values.pop('lang')",
            "@application.route('/<any(a, b):which>')\ndef user():\n    return ''",
            "@application.route(PATH)\ndef user(name):\n    return ''",
        ] {
            assert_eq!(told(fine), 0, "{fine}");
        }
    }

    #[test]
    fn hooks() {
        for wrong in [
            "@application.errorhandler(404)\ndef lost():\n    return ''",
            "@pages.app_errorhandler(404)\ndef lost():\n    return ''",
            "@application.before_request\ndef check(request):\n    pass",
            "@application.after_request\ndef add():\n    pass",
        ] {
            assert_eq!(told(wrong), 1, "{wrong}");
        }
        for fine in [
            "@application.errorhandler(404)\ndef lost(error):\n    return ''",
            "@application.errorhandler(404)\ndef lost(*args):\n    return ''",
            "@application.errorhandler(404)\n@application.route('/lost')\ndef lost(error=None):\n    return ''",
            "@application.before_request\ndef check():\n    pass",
            "@application.after_request\ndef add(response):\n    return response",
        ] {
            assert_eq!(told(fine), 0, "{fine}");
        }
    }

    #[test]
    fn views_that_give_nothing() {
        let view = |body: &str| told(&format!("@application.route('/')\ndef home():\n    {body}"));
        assert_eq!(view("redirect('/x')"), 1);
        assert_eq!(view("x = 1"), 1);
        assert_eq!(view("if x:\n        print(x)"), 1);
        for fine in [
            "return 'x'",
            "pass",
            "abort(404)",
            "raise ValueError",
            "yield 'x'",
            "if x:\n        return ''",
            "with x:\n        return ''",
            "try:\n        return ''\n    finally:\n        pass",
            "...",
        ] {
            assert_eq!(view(fine), 0, "{fine}");
        }
    }

    #[test]
    fn views_of_django() {
        let site = |view: &str, path: &str| {
            let text = format!(
                "import os\nfrom django.core.wsgi import get_wsgi_application\nos.environ['DJANGO_SETTINGS_MODULE'] = 'shop.settings'\napplication = get_wsgi_application()\n# --- shop/__init__.py\n# --- shop/settings.py\nSECRET_KEY = 'x'\nALLOWED_HOSTS = ['x']\nROOT_URLCONF = 'shop.urls'\n# --- shop/urls.py\nfrom django.urls import path\nfrom .views import view\nurlpatterns = [path({path})]\n# --- shop/views.py\n{view}\n"
            );
            let found = analyse(&text).findings;
            found.iter().filter(|found| found.name == "view-refused").count()
        };
        assert_eq!(site("def view():\n    return 1", "'', view"), 1);
        assert_eq!(site("def view(request, id):\n    return 1", "'<int:pk>', view"), 1);
        assert_eq!(site("def view(request):\n    return 1", "'<slug:name>/', view"), 1);
        assert_eq!(site("def view(request):\n    print(1)", "'', view"), 1);
        for (view, path) in [
            ("def view(request, pk):\n    return 1", "'<int:pk>', view"),
            ("def view(request, **given):\n    return 1", "'<int:pk>', view"),
            ("def view(*args):\n    return 1", "'<int:pk>', view"),
            ("@wrap\ndef view():\n    return 1", "'', view"),
            ("def view(request, pk, more):\n    return 1", "'<int:pk>', view, {'more': 1}"),
            ("def view(request, x):\n    return 1", "'', view"),
            ("def make():\n    return 1\nview = make()", "'', view"),
        ] {
            assert_eq!(site(view, path), 0, "{view}");
        }
    }
}
