//! What other libraries refuse, at import or in every request: a class where an object is wanted, a decorator with
//! or without its brackets, an argument in the wrong place, an app wrapped round itself.

use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::{Ranged, TextRange};

use super::call::Args;
use super::event::LibraryRefuses;
use super::stmt::dotted_text;
use super::{Cx, EventKind, Interp};
use crate::python::lints::near;
use crate::python::resolve::pathops;
use crate::python::value::Value;
use crate::rules::removed_names::is_from;

/// Decorators that must be called; the version since which, and of which distribution.
const CALLED: &[(&str, &str, &str)] = &[
    ("flask_jwt_extended.jwt_required", "flask-jwt-extended", "4.0"),
    ("flask_caching.Cache().cached", "flask-caching", "0"),
    ("flask_limiter.Limiter().limit", "flask-limiter", "0"),
    ("flask_socketio.SocketIO().on", "flask-socketio", "0"),
];

/// Decorators that must not be called without anything.
const UNCALLED: &[&str] = &[
    "flask_login.login_required",
    "flask_login.fresh_login_required",
    "flask_login.LoginManager().user_loader",
    "flask_login.LoginManager().request_loader",
    "flask.Flask().before_request",
    "flask.Flask().after_request",
    "flask.Flask().teardown_appcontext",
    "flask.Flask().context_processor",
    "django.views.decorators.csrf.csrf_exempt",
];

/// Wrappers of a WSGI app that call what they were given.
const WRAPPERS: &[&str] = &[
    "werkzeug.middleware.",
    "werkzeug.contrib.",
    "whitenoise.",
    "socketio.WSGIApp",
    "engineio.WSGIApp",
];

/// Extensions that set the loader of users themselves.
const OWN_LOADERS: &[&str] = &["flask_user", "flask_security", "flask_appbuilder", "flask_dance"];

/// What FastAPI takes for no field of a request, but for a thing that somebody must make.
const SESSIONS: &[&str] =
    &["sqlalchemy.orm.Session", "sqlalchemy.ext.asyncio.AsyncSession", "sqlmodel.Session"];

impl Interp<'_> {
    pub(super) fn refuses(
        &mut self,
        cx: &Cx,
        range: TextRange,
        refuses: LibraryRefuses,
        certainty: f64,
    ) {
        let kind = EventKind::LibraryRefuses { refuses, certainty };
        self.emit(cx, range, "refuses", kind);
    }

    /// A call of a library's function.
    pub(super) fn refused_call(&mut self, cx: &Cx, call: &ast::ExprCall, name: &str, args: &Args) {
        if cx.quiet || cx.caught.errors || cx.caught.types {
            return;
        }
        self.database_object(cx, call, name, args);
        let top = name.split('.').next().unwrap_or(name);
        if name.ends_with(".Jinja2Templates") {
            self.jinja_wanted(cx, name, call.range());
        }
        match top {
            "wtforms" | "flask_wtf" => self.validators(cx, call),
            "slowapi" if name == "slowapi.Limiter" => {
                let twice = args.keywords.iter().any(|(key, _)| key == "key_func");
                if twice && !args.positional.is_empty() {
                    self.refuses(cx, call.range(), LibraryRefuses::SlowLimiter, 1.0);
                }
            }
            "flask_limiter" if name == "flask_limiter.Limiter" => self.limiter(cx, call, args),
            "fastapi" if name == "fastapi.Depends" => self.depends_called(cx, call),
            "pydantic" if name == "pydantic.Field" => self.field_of_pydantic(cx, call, args),
            "matplotlib" if name == "matplotlib.use" => self.backend(cx, call, args),
            "fastapi" if name == "fastapi.Path" => self.path_default(cx, call, args),
            "flask_login" if name == "flask_login.LoginManager" => {
                self.login_managers.push((cx.module, call.range()));
            }
            "flask_socketio" if name == "flask_socketio.SocketIO" => {
                self.async_mode(cx, call, args);
            }
            "flask" if name == "flask.Flask().config.from_object" => {
                self.config_object(cx, call, args);
            }
            _ => {}
        }
    }

    /// `StringField(validators=[DataRequired])`.
    fn validators(&mut self, cx: &Cx, call: &ast::ExprCall) {
        let mut keywords = call.arguments.keywords.iter();
        let given = keywords
            .find(|word| word.arg.as_ref().is_some_and(|arg| arg.as_str() == "validators"))
            .map(|word| &word.value)
            .or_else(|| call.arguments.args.get(1));
        let Some(Expr::List(list)) = given else { return };
        for item in &list.elts {
            if !matches!(item, Expr::Name(_) | Expr::Attribute(_)) {
                continue;
            }
            let value = self.expr(&cx.quietly(), item);
            if let Value::Ext(name) = &value
                && let Some(class) = name.strip_prefix("wtforms.validators.")
                && class.starts_with(|c: char| c.is_ascii_uppercase())
            {
                let written = dotted_text(item).unwrap_or_default();
                self.refuses(cx, item.range(), LibraryRefuses::Validator(written), 1.0);
            }
        }
    }

    /// `submit = SubmitField` in the class of a form.
    pub(super) fn fields_of_form(&mut self, cx: &Cx, def: &ast::StmtClassDef, bases: &[Value]) {
        let [Value::Ext(base)] = bases else { return };
        if !matches!(&**base, "flask_wtf.FlaskForm" | "flask_wtf.Form" | "wtforms.Form") || cx.quiet
        {
            return;
        }
        for stmt in &def.body {
            let ast::Stmt::Assign(node) = stmt else { continue };
            if !matches!(&*node.value, Expr::Name(_) | Expr::Attribute(_)) {
                continue;
            }
            let value = self.expr(&cx.quietly(), &node.value);
            if let Value::Ext(name) = &value
                && name.starts_with("wtforms.")
                && name.ends_with("Field")
            {
                let written = dotted_text(&node.value).unwrap_or_default();
                self.refuses(cx, node.value.range(), LibraryRefuses::FieldClass(written), 1.0);
            }
        }
    }

    /// `Limiter(app, key_func=…)`: since 3.0 the function comes first.
    fn limiter(&mut self, cx: &Cx, call: &ast::ExprCall, args: &Args) {
        let app = matches!(args.positional.first(), Some(Value::Inst(class)) if &**class == "flask.Flask");
        if !app || !args.keywords.iter().any(|(key, _)| key == "key_func") {
            return;
        }
        let certainty = match self.version_of("flask_limiter", "flask-limiter") {
            Some(version) if is_from(&version, "3.0") => 1.0,
            Some(_) => return,
            None => 0.8,
        };
        self.refuses(cx, call.range(), LibraryRefuses::Limiter, certainty);
    }

    /// `item: int = Path(None)`.
    fn path_default(&mut self, cx: &Cx, call: &ast::ExprCall, args: &Args) {
        let Some(default) = args.get(0, "default") else { return };
        if !matches!(default, Value::None | Value::Str(_) | Value::Int(_) | Value::Bool(_))
            || self.version_of("fastapi", "fastapi").is_some_and(|v| !is_from(&v, "0.95"))
        {
            return;
        }
        self.refuses(cx, call.range(), LibraryRefuses::PathDefault, 1.0);
    }

    /// `Depends(get_db())`, where `get_db` yields what it opens.
    fn depends_called(&mut self, cx: &Cx, call: &ast::ExprCall) {
        let Some(Expr::Call(inner)) = call.arguments.args.first() else { return };
        let Value::Func(func) = self.expr(&cx.quietly(), &inner.func) else { return };
        let Some(source) = self.source_to_run(func.module) else { return };
        let Some(def) = super::syntax::find_function(source.body(), func.offset) else { return };
        // A function that gives a function is the way to give it arguments.
        let yields = def.body.iter().any(|stmt| {
            matches!(stmt, ast::Stmt::Expr(node) if node.value.is_yield_expr())
                || matches!(stmt, ast::Stmt::Try(node) if node.body.iter().any(
                    |stmt| matches!(stmt, ast::Stmt::Expr(node) if node.value.is_yield_expr())))
        });
        if def.decorator_list.is_empty() && yields {
            let written = dotted_text(&inner.func).unwrap_or_default();
            self.refuses(cx, inner.range(), LibraryRefuses::DependsCalled(written), 1.0);
        }
    }

    /// `SocketIO(app, async_mode="eventlet")` without that package.
    fn async_mode(&mut self, cx: &Cx, call: &ast::ExprCall, args: &Args) {
        let Some(Value::Str(mode)) = args.get(usize::MAX, "async_mode") else { return };
        let mode = match &**mode {
            "eventlet" => "eventlet",
            "gevent" | "gevent_uwsgi" => "gevent",
            _ => return,
        };
        let installed = self.is_installed("flask_socketio");
        if installed && self.spot(mode).is_some() {
            return;
        }
        if !installed {
            let asked = self.asked();
            let known = asked.contains_key("flask-socketio");
            let there = asked.iter().any(|(name, asked)| asked.extras || name.contains(mode));
            if !known || there {
                return;
            }
        }
        let certainty = if installed { 1.0 } else { 0.8 };
        let refuses = LibraryRefuses::AsyncMode { mode, installed };
        self.refuses(cx, call.range(), refuses, certainty);
    }

    /// `app.config.from_object("config.Production")`: imported by its name.
    fn config_object(&mut self, cx: &Cx, call: &ast::ExprCall, args: &Args) {
        let (Some(Value::Str(name)), Some(first)) =
            (args.positional.first(), call.arguments.args.first())
        else {
            return;
        };
        let Some((module, object)) = name.rsplit_once('.') else { return };
        if cx.weight < 1.0 || self.hooks || self.path_unknown {
            return;
        }
        // Only a file of the project that is there for sure: others are no matter of this line.
        let own = self.own_path();
        let top = module.split('.').next().unwrap_or(module).to_owned();
        if !self.by_name.contains_key(module)
            && self.finder.find(&top, own.iter().map(String::as_str)).is_none()
        {
            return;
        }
        let quiet = cx.quietly();
        let Value::Module(id) = self.import_dotted(&quiet, module, first.range(), None) else {
            return;
        };
        let known = &self.modules[id];
        if known.source.is_none()
            || known.dynamic
            || known.loading
            || known.names.contains_key(object)
            || known.names.contains_key("__getattr__")
            || self.finder.find(object, known.search.iter().map(String::as_str)).is_some()
        {
            return;
        }
        let names = self.names_of(id);
        if names.opaque || names.may_be_made(object) || names.module.contains_key(object) {
            return;
        }
        let classes = || {
            self.modules[id].names.iter().filter_map(|(name, binding)| {
                matches!(binding.value, Value::Class(_)).then_some(name.as_str())
            })
        };
        let near = near::nearest(object, classes());
        let mut others: Vec<String> = classes().map(str::to_owned).collect();
        others.sort();
        others.truncate(4);
        let file = self.modules[id].source.as_ref().map_or("", |source| &*source.shown).to_owned();
        let object = object.to_owned();
        let refuses = LibraryRefuses::ConfigObject { file, object, near, others };
        self.refuses(cx, first.range(), refuses, 1.0);
    }

    /// A decorator of a function, and what it is.
    pub(super) fn decorator_brackets(&mut self, cx: &Cx, decorator: &Expr, value: &Value) {
        if cx.quiet || cx.caught.errors || cx.caught.types {
            return;
        }
        let Some(name) = value.dotted() else { return };
        if let Expr::Call(call) = decorator {
            let empty = call.arguments.args.is_empty() && call.arguments.keywords.is_empty();
            let bare = name.strip_suffix("()");
            if let Some(bare) = bare.filter(|bare| empty && UNCALLED.contains(bare)) {
                let written = dotted_text(&call.func).unwrap_or_else(|| bare.to_owned());
                self.refuses(cx, decorator.range(), LibraryRefuses::Called(written), 1.0);
            }
            return;
        }
        let Some((known, dist, since)) = CALLED.iter().find(|(known, ..)| *known == name) else {
            return;
        };
        let top = known.split('.').next().unwrap_or(known);
        let certainty = match self.version_of(top, dist) {
            Some(version) if !is_from(&version, since) => return,
            None if *since != "0" => 0.8,
            _ => 1.0,
        };
        let written = dotted_text(decorator).unwrap_or_default();
        self.refuses(cx, decorator.range(), LibraryRefuses::NotCalled(written), certainty);
    }

    /// `app.wsgi_app = ProxyFix(app)`: the app calls what calls the app.
    pub(super) fn wraps_itself(&mut self, cx: &Cx, node: &ast::ExprAttribute, source: &Expr) {
        let (Expr::Call(call), Some(app)) = (source, dotted_text(&node.value)) else { return };
        let same = |arg: &&Expr| dotted_text(arg).as_deref() == Some(&*app);
        let Some(given) = call.arguments.args.iter().find(same) else { return };
        let wrapper = self.expr(&cx.quietly(), &call.func);
        let is_known = wrapper
            .dotted()
            .is_some_and(|name| WRAPPERS.iter().any(|known| name.starts_with(known)));
        if is_known {
            let wrapper = dotted_text(&call.func).unwrap_or_default();
            self.refuses(cx, given.range(), LibraryRefuses::Itself { app, wrapper }, 1.0);
        }
    }

    /// A parameter of a route of FastAPI without a default: a plain class is no field of a request.
    pub(super) fn plain_parameter(
        &mut self,
        cx: &Cx,
        parameter: &ast::ParameterWithDefault,
        value: &Value,
    ) {
        if parameter.default.is_some() || cx.caught.errors {
            return;
        }
        let Some(annotation) = &parameter.parameter.annotation else { return };
        let parameter = parameter.parameter.name.to_string();
        let refuses = match value {
            Value::Class(class)
                if class.bases.is_empty()
                    && !class.opaque
                    && !class.methods.iter().any(|method| method.name.starts_with("__get_")) =>
            {
                LibraryRefuses::PlainClass { class: class.name.to_string(), parameter }
            }
            Value::Ext(name) if SESSIONS.contains(&&**name) => {
                let class = name.rsplit('.').next().unwrap_or(name).to_owned();
                LibraryRefuses::Session { class, parameter }
            }
            _ => return,
        };
        self.refuses(cx, annotation.range(), refuses, 1.0);
    }

    /// After everything was loaded: Flask-Login is in use, and nothing tells it how to find a user.
    pub fn user_loader(&mut self) {
        let Some(&(module, range)) = self.login_managers.first() else { return };
        if !self.complete || OWN_LOADERS.iter().any(|name| self.spoken.contains(*name)) {
            return;
        }
        let says = |words: &[&str]| {
            let mut sources = self.modules.iter().filter_map(|module| module.source.as_ref());
            sources.any(|source| words.iter().any(|word| source.text().contains(word)))
        };
        if says(&["_loader", "_user_callback", "setattr("])
            || !says(&["login_required", "current_user", "login_user"])
        {
            return;
        }
        let folder = pathops::parent(&self.modules[module].path);
        let files = self.python_files(&folder);
        let file = files.into_iter().find(|file| {
            self.text_beside(&folder, file).is_some_and(|text| text.contains(".user_loader"))
        });
        if self.another_starts(module, file.as_deref(), &["user_loader"]) {
            return;
        }
        let certainty = if file.is_some() { 1.0 } else { 0.8 };
        let cx = Cx { module, ..self.base() };
        self.refuses(&cx, range, LibraryRefuses::NoUserLoader(file), certainty);
    }
}
