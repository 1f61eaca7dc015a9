//! Blueprints: which one stands under a name, and what Flask refuses when one is made, registered or added to.

use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::{Ranged, TextRange};

use super::call::Args;
use super::event::RouteRefused;
use super::stmt::dotted_text;
use super::{Cx, EventKind, Interp};
use crate::python::value::{ModuleId, Value};
use crate::rules::removed_names::is_from;

const BLUEPRINT: &str = "flask.Blueprint";

/// Methods that add to a blueprint what its app must be told.
const SETUP: &[&str] = &[
    "route",
    "get",
    "post",
    "put",
    "delete",
    "patch",
    "add_url_rule",
    "before_request",
    "after_request",
    "errorhandler",
    "context_processor",
];

/// The function that runs: names in it are its own.
type Inside = Option<(ModuleId, u32)>;

/// A class of resources that was added: where, to what, the class's module, and its name.
type Resource = (ModuleId, String, ModuleId, String);

#[derive(Debug)]
struct Blueprint {
    module: ModuleId,
    made: TextRange,
    /// Its own name, as given.
    name: Option<String>,
    registered: Option<(ModuleId, TextRange)>,
}

/// What an app was given.
#[derive(Debug)]
struct Given {
    /// Where the app has that name.
    app: (ModuleId, Inside, String),
    name: Option<String>,
    blueprint: usize,
    place: (ModuleId, TextRange),
}

/// The blueprints of a site.
#[derive(Debug, Default)]
pub(super) struct Blueprints {
    all: Vec<Blueprint>,
    /// Which stands under a name.
    names: Vec<(ModuleId, Inside, String, usize)>,
    given: Vec<Given>,
    /// Classes of resources that were added: where and to what, and the place.
    resources: Vec<(Resource, (ModuleId, TextRange))>,
}

impl Blueprints {
    /// A name gets another value.
    pub(super) fn forget(&mut self, module: ModuleId, name: &str) {
        self.names.retain(|(of, _, known, _)| *of != module || known != name);
    }
}

impl Interp<'_> {
    /// `Blueprint("shop.api", __name__)`: the dots of names part a blueprint from what is in it.
    pub(super) fn blueprint_made(&mut self, cx: &Cx, call: &ast::ExprCall, args: &Args) {
        let name = match args.get(0, "name") {
            Some(Value::Str(name)) => Some(name.to_string()),
            _ => None,
        };
        if let Some(name) = name.as_ref().filter(|name| name.contains('.'))
            && !cx.caught.errors
            && self.flask_from("2.0.1") != Some(false)
        {
            let written = call.arguments.args.first().or_else(|| {
                let mut keywords = call.arguments.keywords.iter();
                keywords
                    .find(|word| word.arg.as_ref().is_some_and(|arg| arg.as_str() == "name"))
                    .map(|word| &word.value)
            });
            let computed = !matches!(written, Some(Expr::StringLiteral(_)));
            let wrong = RouteRefused::Dot { given: name.clone(), computed };
            self.refused(cx, written.map_or(call.range(), Ranged::range), wrong, false);
        }
        self.prefix_of_blueprint(cx, call, args);
        if cx.frame.is_none() && cx.weight >= 1.0 && !cx.quiet {
            let (module, made) = (cx.module, call.range());
            self.blueprints.all.push(Blueprint { module, made, name, registered: None });
        }
    }

    /// `url_prefix="shop"`.
    pub(super) fn prefix_of_blueprint(&mut self, cx: &Cx, call: &ast::ExprCall, args: &Args) {
        let Some(Value::Str(prefix)) = args.get(usize::MAX, "url_prefix") else { return };
        let mut keywords = call.arguments.keywords.iter();
        let given =
            keywords.find(|word| word.arg.as_ref().is_some_and(|arg| arg.as_str() == "url_prefix"));
        if let Some(given) = given.filter(|_| !prefix.is_empty() && !prefix.starts_with('/'))
            && !cx.caught.errors
            // One blueprint in another: the outer prefix comes first.
            && !self.is_other_flask()
        {
            let right = format!("/{prefix}");
            let wrong = RouteRefused::NoSlash { what: "The prefix of a blueprint", right };
            self.refused(cx, given.value.range(), wrong, true);
        }
    }

    /// `pages = Blueprint(…)` on the straight line of a module.
    pub(super) fn blueprint_named(&mut self, cx: &Cx, target: &Expr, source: &Expr) {
        let (Some(last), Expr::Name(name)) = (self.blueprints.all.last(), target) else { return };
        if cx.frame.is_none() && last.module == cx.module && last.made == source.range() {
            let entry = (cx.module, None, name.id.to_string(), self.blueprints.all.len() - 1);
            self.blueprints.names.push(entry);
        }
    }

    /// `from pages import pages as shop`.
    pub(super) fn blueprint_imported(&mut self, cx: &Cx, from: ModuleId, name: &str, bound: &str) {
        if let Some(at) = self.blueprint_called(from, None, name) {
            let inside = self.runs_in(cx);
            self.blueprints.names.push((cx.module, inside, bound.to_owned(), at));
        }
    }

    fn runs_in(&self, cx: &Cx) -> Inside {
        cx.frame.and_then(|_| self.running.last().copied())
    }

    fn blueprint_called(&self, module: ModuleId, inside: Inside, name: &str) -> Option<usize> {
        let found = self
            .blueprints
            .names
            .iter()
            .rev()
            .find(|(of, within, known, _)| *of == module && *within == inside && known == name);
        found.map(|(.., at)| *at)
    }

    /// Which blueprint an expression is.
    fn blueprint_of(&mut self, cx: &Cx, expr: &Expr) -> Option<usize> {
        match expr {
            Expr::Name(name) => {
                let name = name.id.as_str();
                let own = cx.frame.is_some_and(|at| {
                    self.frames.get(at).is_some_and(|frame| frame.vars.contains_key(name))
                });
                let inside = if own { self.runs_in(cx) } else { None };
                if own && inside.is_none() {
                    return None;
                }
                self.blueprint_called(cx.module, inside, name)
            }
            Expr::Attribute(node) => match self.expr(&cx.quietly(), &node.value) {
                Value::Module(id) => self.blueprint_called(id, None, node.attr.as_str()),
                _ => None,
            },
            _ => None,
        }
    }

    /// `app.register_blueprint(pages)`: one of a name, and each once.
    pub(super) fn blueprint_registered(&mut self, cx: &Cx, call: &ast::ExprCall, args: &Args) {
        if self.blueprints.all.is_empty() || cx.quiet || cx.weight < 1.0 || cx.caught.errors {
            return;
        }
        let (Some(first), Expr::Attribute(func)) = (call.arguments.args.first(), &*call.func)
        else {
            return;
        };
        let (Some(at), Some(app)) = (self.blueprint_of(cx, first), dotted_text(&func.value)) else {
            return;
        };
        self.prefix_of_blueprint(cx, call, args);
        let place = (cx.module, call.range());
        self.blueprints.all[at].registered.get_or_insert(place);
        // Another name at each registration is what Flask wants.
        if args.has_stars() || args.keywords.iter().any(|(key, _)| key == "name") {
            return;
        }
        let name = self.blueprints.all[at].name.clone();
        let app = (cx.module, self.runs_in(cx), app);
        let before = self.blueprints.given.iter().find(|given| {
            given.app == app
                && given.place != place
                && (given.blueprint == at || name.is_some() && given.name == name)
        });
        let before = before.map(|given| (given.blueprint == at, given.place));
        match before {
            Some((true, first)) if self.flask_from("2.1") != Some(false) => {
                let unknown = self.version_of("flask", "flask").is_none();
                self.refused(cx, call.range(), RouteRefused::Twice { first }, unknown);
            }
            Some((false, first)) => {
                let name = name.clone().unwrap_or_default();
                self.refused(cx, call.range(), RouteRefused::SameName { name, first }, false);
            }
            _ => {}
        }
        self.blueprints.given.push(Given { app, name, blueprint: at, place });
    }

    /// `@pages.route("/")` below the line that registers `pages`.
    pub(super) fn blueprint_late(&mut self, cx: &Cx, call: &ast::ExprCall, method: &str) {
        if !SETUP.contains(&method) || cx.frame.is_some() || cx.quiet || cx.weight < 1.0 {
            return;
        }
        let Expr::Attribute(func) = &*call.func else { return };
        let Some(at) = self.blueprint_of(cx, &func.value) else { return };
        // Each is told once.
        let Some(first) = self.blueprints.all[at].registered.take() else { return };
        if cx.caught.errors {
            return;
        }
        let written = dotted_text(&func.value).unwrap_or_default();
        let wrong = RouteRefused::Late { written, first };
        self.refused(cx, call.range(), wrong, false);
    }

    pub(super) fn has_blueprints(&self) -> bool {
        !self.blueprints.all.is_empty()
    }

    /// The blueprint under a name of a module, and its own name where that is known.
    pub(super) fn blueprint_name(&self, module: ModuleId, written: &str) -> Option<Option<String>> {
        let known = self.blueprint_called(module, None, written);
        let is_one = || {
            let binding = self.modules[module].names.get(written);
            binding.is_some_and(|binding| Self::is_blueprint(&binding.value))
        };
        match known {
            Some(at) => Some(self.blueprints.all[at].name.clone()),
            None => is_one().then_some(None),
        }
    }

    /// The first blueprint that was made under a name and not registered.
    pub(super) fn first_blueprint(&self) -> Option<(ModuleId, TextRange, String)> {
        let (at, blueprint) =
            self.blueprints.all.iter().enumerate().find(|(_, it)| it.registered.is_none())?;
        let name = self
            .blueprints
            .names
            .iter()
            .find(|(module, _, _, of)| *of == at && *module == blueprint.module)
            .map(|(_, _, name, _)| name.clone())?;
        Some((blueprint.module, blueprint.made, name))
    }

    /// Whether Flask is that version or a later one, where its version is known.
    fn flask_from(&mut self, least: &str) -> Option<bool> {
        self.version_of("flask", "flask").map(|version| is_from(&version, least))
    }

    /// `add_url_rule("/", "home", home())`: the view is called once, at import, and what it gave is no view.
    pub(super) fn view_called(&mut self, cx: &Cx, call: &ast::ExprCall, args: &Args) {
        let Some(value) = args.get(2, "view_func") else {
            // `add_url_rule("/x", home)`.
            if let (Some(Value::Func(_)), Some(given)) =
                (args.positional.get(1), call.arguments.args.get(1))
                && !args.has_stars()
                && let Some(written) = dotted_text(given)
            {
                self.refused(cx, given.range(), RouteRefused::Endpoint(written), false);
            }
            return;
        };
        if !matches!(value, Value::Str(_) | Value::Plain(_) | Value::List(..) | Value::Dict(..)) {
            return;
        }
        let by_name = || {
            let mut keywords = call.arguments.keywords.iter();
            keywords
                .find(|word| word.arg.as_ref().is_some_and(|arg| arg.as_str() == "view_func"))
                .map(|word| &word.value)
        };
        if let Some(Expr::Call(given)) = call.arguments.args.get(2).or_else(by_name)
            && let Some(written) = dotted_text(&given.func)
        {
            self.refused(cx, given.range(), RouteRefused::Called(written), false);
        }
    }

    /// `api.add_resource(Hello(), "/")`: the class is wanted, which makes an object for each request.
    pub(super) fn resource_made(&mut self, cx: &Cx, call: &ast::ExprCall, args: &Args) {
        self.resource_added(cx, call, args);
        if let (Some(Value::Object(_)), Some(Expr::Call(first))) =
            (args.positional.first(), call.arguments.args.first())
            && let Some(class) = dotted_text(&first.func)
            && !cx.caught.attributes
        {
            self.refused(cx, first.range(), RouteRefused::Resource(class), false);
        }
    }

    /// `api.add_resource(Users, "users")`, and the same class once more.
    fn resource_added(&mut self, cx: &Cx, call: &ast::ExprCall, args: &Args) {
        if cx.quiet || cx.weight < 1.0 || cx.caught.errors || args.has_stars() {
            return;
        }
        for (value, written) in args.positional.iter().zip(&call.arguments.args).skip(1) {
            if let Value::Str(path) = value
                && !path.starts_with('/')
                && !path.is_empty()
                && self.somewhere_prefix().is_none()
            {
                let right = format!("/{path}");
                let wrong = RouteRefused::NoSlash { what: "The address of a resource", right };
                self.refused(cx, written.range(), wrong, false);
                return;
            }
        }
        let (Some(Value::Class(class)), Expr::Attribute(func)) =
            (args.positional.first(), &*call.func)
        else {
            return;
        };
        let (Some(api), name) = (dotted_text(&func.value), class.name.to_string()) else { return };
        if args.keywords.iter().any(|(key, _)| key == "endpoint") || cx.frame.is_some() {
            return;
        }
        let place = (cx.module, call.range());
        let key = (cx.module, api, class.module, name.clone());
        let before = self.blueprints.resources.iter().find(|(known, _)| *known == key);
        match before.map(|(_, first)| *first) {
            Some(first) if first != place => {
                let wrong = RouteRefused::ResourceTwice { class: name, first };
                self.refused(cx, call.range(), wrong, false);
            }
            Some(_) => {}
            None => self.blueprints.resources.push((key, place)),
        }
    }

    /// An `Api` with a prefix of its own, which may bring the slash.
    fn somewhere_prefix(&self) -> Option<()> {
        let mut sources = self.modules.iter().filter_map(|module| module.source.as_ref());
        sources.any(|source| super::scopes::has(source.text(), "prefix")).then_some(())
    }

    /// `application = app()`, where `app` is the app.
    pub(super) fn app_called(&mut self, cx: &Cx, call: &ast::ExprCall, callee: &Value) {
        let Value::Inst(class) = callee else { return };
        let is_app = matches!(&**class, "flask.Flask" | "fastapi.FastAPI");
        let nothing = call.arguments.args.is_empty() && call.arguments.keywords.is_empty();
        if is_app && nothing && !cx.caught.types && !self.is_other_flask() {
            let written = dotted_text(&call.func).unwrap_or_default();
            let what = super::event::NoFunction::App;
            let brackets = super::event::Brackets { written, what, instead: None };
            self.emit(cx, call.range(), "brackets", EventKind::Brackets(brackets));
        }
    }

    pub(super) fn is_blueprint(value: &Value) -> bool {
        matches!(value, Value::Inst(class) if &**class == BLUEPRINT)
    }
}
