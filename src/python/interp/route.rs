//! What Flask refuses when a route is made: arguments of `route`, the path itself, a module in place of a blueprint.

use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::Ranged;

use super::call::Args;
use super::event::RouteRefused;
use super::registered::FASTAPI_ROUTES;
use super::{Cx, EventKind, Interp};
use crate::python::lints::near;
use crate::python::value::{ModuleId, Value};

/// Methods that take a path first.
const ROUTES: &[&str] = &["route", "get", "post", "put", "delete", "patch", "add_url_rule"];

/// What werkzeug's `Rule` and Flask's `add_url_rule` take by name.
const KEYWORDS: &[&str] = &[
    "rule",
    "endpoint",
    "view_func",
    "provide_automatic_options",
    "methods",
    "defaults",
    "strict_slashes",
    "redirect_to",
    "subdomain",
    "host",
    "alias",
    "build_only",
    "merge_slashes",
    "websocket",
];

/// What may stand before the colon in `<int:number>`.
const CONVERTERS: &[&str] = &["default", "string", "any", "path", "int", "float", "uuid"];

impl Interp<'_> {
    /// A call of a method of a Flask or FastAPI app, or of a blueprint or router.
    pub(super) fn route(&mut self, cx: &Cx, call: &ast::ExprCall, name: &str, args: &Args) {
        if cx.caught.types || cx.caught.attributes || cx.quiet {
            return;
        }
        if name == "flask.Flask" {
            if args.positional.is_empty()
                && !args.has_stars()
                && !args.keywords.iter().any(|(key, _)| key == "import_name")
            {
                let kind = EventKind::Arguments { name: "Flask".to_owned(), wanted: 1, given: 0 };
                self.emit(cx, call.range(), "arguments", kind);
            }
            self.static_url(cx, call, args);
            self.templates_of(cx, call, args, true);
            self.flask_keywords(cx, args, call.range());
            return;
        }
        self.made(cx, call, name, args);
        let Some((class, method)) = name.rsplit_once("().") else { return };
        if method == "add_resource" && matches!(class, "flask_restful.Api" | "flask_restx.Api") {
            self.resource_made(cx, call, args);
        }
        if method == "include_router" {
            self.prefix(cx, call, args);
        }
        let flask = match class {
            "flask.Flask" => true,
            "flask.Blueprint" | "fastapi.FastAPI" | "fastapi.APIRouter" => false,
            _ => return,
        };
        if let Some(Value::Module(id)) = args.positional.first()
            && matches!(method, "register_blueprint" | "include_router")
        {
            self.module_registered(cx, call, *id, method);
        }
        if method == "register_blueprint" {
            self.no_blueprint(cx, call, args);
            if flask && !self.is_other_flask() {
                self.blueprint_registered(cx, call, args);
            }
        }
        if class == "flask.Blueprint" {
            self.blueprint_late(cx, call, method);
        }
        if class == "fastapi.FastAPI" {
            self.asgi_parts(cx, call, method, args);
        }
        if class == "fastapi.FastAPI" && FASTAPI_ROUTES.contains(&method) {
            self.routed_path(cx, call, args);
        }
        if method == "add_url_rule" {
            self.view_class(cx, call);
            self.view_called(cx, call, args);
        }
        if class.starts_with("fastapi") || !ROUTES.contains(&method) || self.is_other_flask() {
            return;
        }
        for keyword in &call.arguments.keywords {
            let Some(given) = &keyword.arg else { continue };
            let text = given.as_str();
            if !KEYWORDS.contains(&text)
                && !self.own_rules()
                && let Some(meant) = near::nearest(text, KEYWORDS.iter().copied())
            {
                let wrong = RouteRefused::Keyword { given: text.to_owned(), meant };
                self.refused(cx, given.range, wrong, !flask);
            }
            if text == "methods"
                && let Value::Str(written) = self.expr(&cx.quietly(), &keyword.value)
            {
                let wrong = RouteRefused::Methods(written.to_string());
                self.refused(cx, keyword.value.range(), wrong, !flask);
            }
        }
        if let (Some(Value::Str(path)), Some(first)) =
            (args.positional.first(), call.arguments.args.first())
            && let Some(wrong) = path_refused(path, flask)
            && !self.own_rules()
        {
            self.refused(cx, first.range(), wrong, !flask);
        }
    }

    /// `@app.route` above a function: what it gives is thrown away, and the page has no address.
    pub(super) fn bare_route(&mut self, cx: &Cx, decorator: &Expr, value: &Value) {
        let (Value::Ext(name), Expr::Attribute(node)) = (value, decorator) else { return };
        let Some((class, method)) = name.rsplit_once("().") else { return };
        let known = matches!(class, "flask.Flask" | "flask.Blueprint")
            || matches!(class, "fastapi.FastAPI" | "fastapi.APIRouter");
        if known && ROUTES.contains(&method) && !self.is_other_flask() {
            let written = super::stmt::dotted_text(decorator).unwrap_or_default();
            self.refused(cx, node.range, RouteRefused::Bare(written), false);
        }
    }

    /// `Flask(__name__, static_url_path="static")` makes the route `static/…`.
    fn static_url(&mut self, cx: &Cx, call: &ast::ExprCall, args: &Args) {
        let keyword = |name: &str| {
            call.arguments
                .keywords
                .iter()
                .find(|keyword| keyword.arg.as_ref().is_some_and(|arg| arg.as_str() == name))
        };
        let off = keyword("static_folder")
            .is_some_and(|folder| !matches!(folder.value, Expr::StringLiteral(_)));
        let Some(given) = keyword("static_url_path").filter(|_| !off) else { return };
        if let Some(Value::Str(path)) = args.get(usize::MAX, "static_url_path")
            && !path.trim_end_matches('/').is_empty()
            && !path.starts_with('/')
        {
            let wrong = RouteRefused::Slash { path: path.to_string(), is_static: true };
            self.refused(cx, given.value.range(), wrong, false);
        }
    }

    /// `register_blueprint(shop)`, where `shop` is the file and the blueprint is in it.
    fn module_registered(&mut self, cx: &Cx, call: &ast::ExprCall, id: ModuleId, method: &str) {
        let Some(first) = call.arguments.args.first() else { return };
        let module = &self.modules[id];
        if module.source.is_none() || module.dynamic {
            return;
        }
        let wanted =
            if method == "include_router" { "fastapi.APIRouter" } else { "flask.Blueprint" };
        let mut inside = module.names.iter().filter(
            |(_, binding)| matches!(&binding.value, Value::Inst(class) if &**class == wanted),
        );
        // One that is taken from elsewhere may be another module's: say no name where it is not clear.
        let inside = match (inside.next(), inside.next()) {
            (Some((name, _)), None) => Some(name.to_string()),
            _ => None,
        };
        let written = self.modules[cx.module]
            .source
            .as_ref()
            .map_or_else(String::new, |source| source.slice(first.range()).to_owned());
        let wrong = RouteRefused::Module { written, inside, method: method.to_owned() };
        self.refused(cx, first.range(), wrong, false);
    }

    /// A child of `Flask`, or code that changes the class, may take other paths and arguments.
    fn own_rules(&self) -> bool {
        self.mentions(&["def add_url_rule", ".add_url_rule =", "url_rule_class", "def route("])
    }

    pub(super) fn refused(
        &mut self,
        cx: &Cx,
        range: ruff_text_size::TextRange,
        wrong: RouteRefused,
        later: bool,
    ) {
        self.emit(cx, range, "route", EventKind::RouteRefused { wrong, later });
    }

    /// Frameworks on top of Flask whose apps have more than Flask's.
    pub(super) fn is_other_flask(&self) -> bool {
        ["apiflask", "flask_openapi3", "flask_api", "eve", "connexion", "quart", "flask_restx"]
            .iter()
            .any(|name| self.spoken.contains(*name))
    }
}

/// What is wrong with the path of a route.
///
/// A blueprint's path follows the prefix that it is registered with, which may bring the slash.
fn path_refused(path: &str, flask: bool) -> Option<RouteRefused> {
    if flask && !path.starts_with('/') {
        return Some(RouteRefused::Slash { path: path.to_owned(), is_static: false });
    }
    let mut rest = path;
    while let Some(open) = rest.find('<') {
        let Some(len) = rest[open..].find('>') else {
            return Some(RouteRefused::Open(path.to_owned()));
        };
        let inside = &rest[open + 1..open + len];
        rest = &rest[open + len..];
        let (before, variable) = inside.split_once(':').unwrap_or(("", inside));
        if !before.contains('(') && !is_name(variable) {
            return Some(RouteRefused::Variable { inside: inside.to_owned() });
        }
        if before.is_empty() {
            continue;
        }
        let given = before.split('(').next().unwrap_or(before);
        if CONVERTERS.contains(&given) || before.contains('(') {
            continue;
        }
        if CONVERTERS.contains(&variable) {
            let meant = format!("<{variable}:{given}>");
            return Some(RouteRefused::Converter { given: format!("<{inside}>"), meant });
        }
        let meant = match given {
            "str" | "text" | "slug" | "char" | "chars" => "string",
            "integer" | "number" | "num" | "id" => "int",
            "double" | "decimal" => "float",
            _ => continue,
        };
        let meant = format!("<{meant}:{variable}>");
        return Some(RouteRefused::Converter { given: format!("<{inside}>"), meant });
    }
    None
}

/// What Werkzeug takes for the name of a variable.
fn is_name(text: &str) -> bool {
    !text.starts_with(|c: char| c.is_ascii_digit())
        && !text.is_empty()
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use crate::python::lints::tests::analyse;

    fn reported(line: &str) -> bool {
        let text = format!(
            "from flask import Blueprint, Flask\nimport shop\n\
             application = Flask(__name__)\npages = Blueprint('pages', __name__)\n\
             {line}\ndef page(**given):\n    return ''\n# --- shop.py\nfrom flask import Blueprint\n\
             goods = Blueprint('goods', __name__)\n"
        );
        analyse(&text).findings.iter().any(|found| found.name == "route-refused")
    }

    #[test]
    fn arguments_of_a_route() {
        for wrong in [
            "@application.route('/', method=['POST'])",
            "@application.route('/', method='POST')",
            "@application.route('/', methods='POST')",
            "@application.route('/', methods=('POST'))",
            "@application.route('/', strict_slash=False)",
            "@pages.route('/', methods='POST')",
            "application.add_url_rule('/x', 'x', print, method=['GET'])\n@application.route('/')",
        ] {
            assert!(reported(wrong), "{wrong}");
        }
        for fine in [
            "@application.route('/', methods=['POST'])",
            "@application.route('/', methods=('POST',))",
            "@application.route('/', methods={'GET', 'POST'}, strict_slashes=False, endpoint='x')",
            "@application.route('/', **more())",
            "@application.get('/x', defaults={'x': 1})",
            "@pages.route('shop')",
            "@pages.route('')",
            "@application.errorhandler(404)",
        ] {
            assert!(!reported(fine), "{fine}");
        }
    }

    #[test]
    fn the_path_of_a_route() {
        for wrong in [
            "@application.route('shop')",
            "@application.route('')",
            "@application.route('/<name')",
            "@application.route('/<id:int>')",
            "@application.route('/<str:name>')",
            "@pages.route('/<integer:n>')",
            "@application.route('/<int: n>')",
            "@application.route('/<user-id>')",
            "@application.route('/< name >')",
            "@application.route('/<>')",
        ] {
            assert!(reported(wrong), "{wrong}");
        }
        for fine in [
            "@application.route('/<int:n>/<path:rest>/<name>')",
            "@application.route('/<any(a, b):which>')",
            "@application.route('/<regex(\"[a-z]+\"):name>')",
            "@application.route('/<hexadecimal:name>')",
            "@application.route('/a>b')",
            "@application.route('/' + NAME)",
        ] {
            assert!(!reported(fine), "{fine}");
        }
    }

    #[test]
    fn a_route_without_brackets_and_an_app_without_a_name() {
        assert!(reported("@application.route"));
        assert!(reported("@pages.get"));
        assert!(!reported("@application.errorhandler(404)"));
        assert!(!reported("@application.before_request"));
        let wrong = |call: &str| {
            let text = format!("from flask import Flask\napplication = {call}\n");
            analyse(&text).findings.iter().any(|found| found.name == "call-arguments")
        };
        assert!(wrong("Flask()") && wrong("Flask(static_folder='x')"));
        assert!(!wrong("Flask(import_name='x')") && !wrong("Flask(*given())"));
    }

    #[test]
    fn an_own_converter_may_have_any_name() {
        let text = "from flask import Flask\napplication = Flask(__name__)\n\
                    application.url_map.converters['str'] = make()\n\
                    @application.route('/<str:name>')\ndef page(name):\n    return ''\n";
        assert!(!analyse(text).findings.iter().any(|found| found.name == "route-refused"));
    }

    #[test]
    fn a_module_in_place_of_its_blueprint() {
        assert!(reported("application.register_blueprint(shop)\n@application.route('/')"));
        assert!(!reported("application.register_blueprint(shop.goods)\n@application.route('/')"));
        assert!(!reported("application.register_blueprint(pages)\n@application.route('/')"));
    }

    #[test]
    fn the_path_of_static_files() {
        let with = |arguments: &str| {
            let text =
                format!("from flask import Flask\napplication = Flask(__name__{arguments})\n");
            analyse(&text).findings.iter().any(|found| found.name == "route-refused")
        };
        assert!(with(", static_url_path='static'"));
        for fine in [
            ", static_url_path='/static'",
            ", static_url_path=''",
            ", static_url_path='static', static_folder=None",
            ", static_folder='static'",
        ] {
            assert!(!with(fine), "{fine}");
        }
    }
}
