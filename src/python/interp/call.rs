//! Calls: the table's names, own functions and classes, what `os.path` and `importlib` give.

use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::{Ranged, TextRange};
use std::rc::Rc;

use super::event::CallEvent;
use super::expr::literal_range;
use super::stmt::dotted_text;
use super::{Cx, EventKind, Frame, Interp, syntax};
use crate::python::calls::{CallKind, CallRule, table};
use crate::python::value::{FuncRef, Value, join};

/// Deepest call of own functions that is followed.
const MAX_CALLS: usize = 24;

/// Evaluated arguments.
#[derive(Debug, Default)]
pub(super) struct Args {
    pub(super) positional: Vec<Value>,
    pub(super) keywords: Vec<(String, Value)>,
    /// `*args` or `**kwargs` stand among them.
    open: bool,
}

impl Args {
    /// Argument by position or keyword.
    pub(super) fn get(&self, at: usize, name: &str) -> Option<&Value> {
        self.positional
            .get(at)
            .or_else(|| self.keywords.iter().find(|(key, _)| key == name).map(|(_, value)| value))
    }

    /// `*args`, `**kwargs` or keywords: what is given is not all in sight.
    pub(super) fn is_open(&self) -> bool {
        self.open || !self.keywords.is_empty()
    }

    /// `*args` or `**kwargs` stand among them.
    pub(super) fn has_stars(&self) -> bool {
        self.open
    }

    fn keyword(&self, name: &str) -> Option<&Value> {
        self.keywords.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }
}

impl Interp<'_> {
    pub(super) fn call(&mut self, cx: &Cx, call: &ast::ExprCall) -> Value {
        // Only the outermost call is the statement.
        let statement = cx.statement;
        let cx = &Cx { statement: None, ..cx.clone() };
        let (receiver, callee) = match &*call.func {
            Expr::Attribute(node) => {
                let base = self.expr(cx, &node.value);
                let callee = self.load_attribute(cx, &base, node);
                (Some((base, node)), callee)
            }
            func => (None, self.expr(cx, func)),
        };
        let mut args = Args::default();
        for arg in &call.arguments.args {
            if let Expr::Starred(star) = arg {
                args.open = true;
                if let Value::List(items, true) = self.expr(cx, &star.value) {
                    args.positional.extend(items.iter().cloned());
                }
            } else {
                let value = self.expr(cx, arg);
                args.positional.push(value);
            }
        }
        for keyword in &call.arguments.keywords {
            let value = self.expr(cx, &keyword.value);
            args.open |= keyword.arg.is_none();
            let name = keyword.arg.as_ref().map_or("**", |name| name.as_str());
            args.keywords.push((name.to_owned(), value));
        }
        if let Some((_, node)) = &receiver {
            self.note_push(&node.attr);
        }
        self.wrong_call(cx, call, &callee);
        if let Some((Value::EnvValue, node)) = &receiver
            && let Expr::Call(inner) = &*node.value
        {
            self.unset_variable(cx, inner);
        }
        if let Some((base, node)) = &receiver {
            self.discord_loop(cx, call, base, node.attr.as_str());
        }
        if let Some((base, node)) = &receiver
            && let Some(value) = self.method(cx, base, node, call, &args)
        {
            return value;
        }
        match &callee {
            Value::Func(func) => {
                // What a class gives out may be bound already.
                if !matches!(&receiver, Some((base, _)) if !matches!(base, Value::Module(_))) {
                    self.arguments(cx, call, func, &args);
                }
                let this = match &receiver {
                    Some((object @ Value::Object(_), _)) => object,
                    _ => &Value::Unknown,
                };
                let before = self.unset.len();
                if args.positional.iter().any(|value| matches!(value, Value::EnvValue)) {
                    self.unset_arguments(cx, call, func);
                }
                let value = self.call_bound(cx, func, this, &args.positional, &args.keywords);
                self.unset.truncate(before);
                value
            }
            Value::Class(class) => {
                let object = Value::Object(Rc::clone(class));
                if let Value::Func(init) = self.member(cx, class, "__init__", true) {
                    self.call_bound(cx, &init, &object, &args.positional, &args.keywords);
                } else if let Some(Value::Ext(base)) =
                    class.bases.iter().find(|base| matches!(base, Value::Ext(_)))
                {
                    self.check(cx, call, statement, base, None, &args);
                }
                object
            }
            Value::Object(class) => match self.member(cx, class, "__call__", true) {
                Value::Func(func) => {
                    self.call_bound(cx, &func, &callee, &args.positional, &args.keywords)
                }
                _ => Value::Unknown,
            },
            Value::Ext(name) => {
                let name = name.to_string();
                let method = receiver.as_ref().map(|(base, node)| (base, *node));
                self.library(cx, call, statement, &name, method, &args)
            }
            Value::Unknown | Value::Inst(_) => {
                if let Value::Inst(name) = &callee {
                    self.env_call(cx, call, &format!("{name}()"), &args);
                }
                if let Some((base, node)) = &receiver {
                    self.unknown_method(cx, call, statement, base, node, &args);
                }
                Value::Unknown
            }
            _ => Value::Unknown,
        }
    }

    /// Notes a call of an own function whose arguments do not fit.
    fn arguments(&mut self, cx: &Cx, call: &ast::ExprCall, func: &FuncRef, args: &Args) {
        if args.open || func.wrapped || func.bound || cx.caught.types {
            return;
        }
        let given = args.positional.len() + args.keywords.len();
        if self.is_method(func) {
            return;
        }
        let name = func.name.to_string();
        let kind = if let Some(kind) = self.unknown_keyword(func, args) {
            kind
        } else if given < func.required {
            EventKind::Arguments { name, wanted: func.required, given }
        } else if args.positional.len() > func.positional {
            EventKind::Arguments { name, wanted: func.positional, given: args.positional.len() }
        } else {
            return;
        };
        // Code may give it other parameters.
        if self.mentions(&["__defaults__", "__kwdefaults__", "__code__"]) {
            return;
        }
        self.emit(cx, call.range(), "arguments", kind);
    }

    /// A keyword that the function has no parameter for.
    fn unknown_keyword(&self, func: &FuncRef, args: &Args) -> Option<EventKind> {
        if args.keywords.is_empty() {
            return None;
        }
        let source = self.modules[func.module].source.as_ref()?;
        let def = syntax::find_function(source.body(), func.offset)?;
        if def.parameters.kwarg.is_some() || !def.decorator_list.is_empty() {
            return None;
        }
        let names: Vec<&str> = def
            .parameters
            .args
            .iter()
            .chain(&def.parameters.kwonlyargs)
            .map(|parameter| parameter.parameter.name.as_str())
            .collect();
        let (given, _) = args.keywords.iter().find(|(key, _)| !names.contains(&key.as_str()))?;
        let near = crate::python::lints::near::nearest(given, names.iter().copied());
        Some(EventKind::NoKeyword { function: func.name.to_string(), given: given.clone(), near })
    }

    /// A class method under a plain name brings its class along: `add = Registry.add`.
    fn is_method(&mut self, func: &FuncRef) -> bool {
        let Some(source) = self.source_to_run(func.module) else { return true };
        syntax::find_function(source.body(), func.offset).is_none_or(|def| {
            let mut parameters = def.parameters.posonlyargs.iter().chain(&def.parameters.args);
            parameters
                .next()
                .is_some_and(|first| matches!(first.parameter.name.as_str(), "self" | "cls"))
        })
    }

    /// A call into a library.
    fn library(
        &mut self,
        cx: &Cx,
        call: &ast::ExprCall,
        statement: Option<TextRange>,
        name: &str,
        receiver: Option<(&Value, &ast::ExprAttribute)>,
        args: &Args,
    ) -> Value {
        if let Some(value) = self.builtin(cx, call, name, args) {
            return value;
        }
        self.server_thread(cx, call, name, args);
        self.opener(cx, call, name, args);
        self.wants_loop(cx, call, name);
        self.extension_call(cx, call, name, args);
        if name.starts_with("environs.") {
            self.reader_of_environment(cx, name, &args.positional, !args.is_open(), call.range());
        }
        let exits = self.check(cx, call, statement, name, receiver, args);
        self.route(cx, call, name, args);
        self.refused_call(cx, call, name, args);
        if let Some((_, node)) = receiver {
            self.class_not_called(cx, name, node, args);
        }
        self.context_call(cx, call, name);
        if name.starts_with("django.") {
            self.translated(cx, name, call.range());
            self.queried(cx, name, call.range());
            self.admin_call(cx, call, name, args);
            self.field_arguments(cx, call, name);
            self.field_values(cx, call, name, args);
        } else if name.starts_with("rest_framework.") {
            self.registered(cx, call, name, args);
        } else if name.starts_with("decouple.") || name.starts_with("environ.") {
            self.env_call(cx, call, name, args);
        }
        match name {
            "django.urls.reverse" | "django.core.urlresolvers.reverse" => {
                self.reversed_early(cx, call);
            }
            "django.db.models.ForeignKey" | "django.db.models.OneToOneField" => {
                self.on_delete(cx, call, name, args);
            }
            "django.urls.path" | "django.urls.re_path" | "django.conf.urls.url" => {
                self.url_path(cx, call, name, args);
            }
            "django.templatetags.static.static" => self.static_of_urls(cx, call, args),
            "django.contrib.auth.get_user_model" => self.user_model_early(cx, call.range()),
            "channels.routing.ProtocolTypeRouter" => self.protocols(cx, call),
            "channels.routing.get_default_application" => self.asgi_default(cx, call.range()),
            "django.setup" => {
                self.apps_ready = true;
                self.set_up = true;
                let kind = EventKind::DjangoSetup { statement: statement.unwrap_or(call.range()) };
                self.emit(cx, call.range(), "django-setup", kind);
                self.django_settings(cx, call.range());
            }
            "django.core.wsgi.get_wsgi_application"
            | "django.core.asgi.get_asgi_application"
            // What these two return; older manuals call it themselves.
            | "django.core.handlers.wsgi.WSGIHandler"
            | "django.core.handlers.asgi.ASGIHandler"
            | "django.core.management.execute_from_command_line" => {
                self.handler_alone(cx, name, call.range());
                self.django_load(cx, call.range());
            }
            "asyncio.run"
            | "asyncio.get_event_loop().run_until_complete"
            | "asyncio.new_event_loop().run_until_complete"
            | "trio.run"
            | "anyio.run" => match args.positional.first() {
                Some(Value::Coroutine(func)) => return self.run_coroutine(cx, &func.clone()),
                Some(Value::Func(func)) => return self.run_coroutine(cx, &func.clone()),
                _ => {}
            },
            // The included URL configuration is imported by that call.
            "django.urls.include" | "django.conf.urls.include" => {
                let first = match args.positional.first() {
                    Some(Value::List(items, _)) => items.first().cloned(),
                    other => other.cloned(),
                };
                let included = match first {
                    Some(Value::Str(urls)) => {
                        let at = Self::literal(call, 0);
                        self.import_dotted(cx, &urls, at.unwrap_or(call.range()), at)
                    }
                    Some(value) => value,
                    None => Value::Unknown,
                };
                let whole = !matches!(args.positional.first(), Some(Value::List(..)));
                if let Value::Module(id) = included {
                    self.urlpatterns(cx, id);
                    self.url_include(cx, call, name, args, whole.then_some(id));
                } else if whole || matches!(call.arguments.args.first(), Some(Expr::List(_))) {
                    self.url_include(cx, call, name, args, None);
                }
            }
            "argparse.ArgumentParser().add_argument" => self.option(args),
            "argparse.ArgumentParser().parse_args" if args.positional.is_empty() => {
                self.parse_args(cx, call, args);
            }
            "builtins.int" | "builtins.float" => {
                if let Some(Expr::Call(inner)) = call.arguments.args.first() {
                    self.unset_variable(cx, inner);
                }
            }
            _ => {}
        }
        if exits {
            return super::expr::ext("<exit>");
        }
        super::expr::ext(&format!("{name}()"))
    }

    /// Looks a dotted name up in the table; true when it ends the process.
    fn check(
        &mut self,
        cx: &Cx,
        call: &ast::ExprCall,
        statement: Option<TextRange>,
        name: &str,
        receiver: Option<(&Value, &ast::ExprAttribute)>,
        args: &Args,
    ) -> bool {
        let table = table();
        let mut rule = table.by_name(name).cloned();
        if rule.is_none() {
            // Methods are judged by name only on things of unknown sort.
            let known_library = receiver.is_some_and(|(base, _)| matches!(base, Value::Inst(_)))
                && !receiver.is_some_and(|(base, node)| looks_like_app(base, node));
            if let Some((base, node)) = receiver
                && let Some(found) = table.by_method(node.attr.as_str())
                && (found.only_with.is_empty() || !known_library)
                && only_with(found, args)
            {
                let _ = base;
                rule = Some(found.clone());
            } else if let Some((base, node)) = receiver
                && node.attr.as_str() == "run"
                && looks_like_app(base, node)
                && !known_library
            {
                rule =
                    table.by_method("run").map(|rule| CallRule { certainty: 0.5, ..rule.clone() });
            }
        }
        let Some(rule) = rule else { return false };
        if switched_off(&rule, args) {
            return false;
        }
        let kind = rule.kind;
        if kind == CallKind::Exit {
            self.other_python(cx, name, args, call.range());
            if !cx.caught.exits || name == "os._exit" {
                self.emit(
                    cx,
                    call.range(),
                    "exit",
                    EventKind::Exit(format!("{}()", name.trim_start_matches("builtins."))),
                );
            }
            return !cx.caught.exits;
        }
        // A failed request that is caught still waits; that is all it does.
        self.emit(
            cx,
            call.range(),
            sort(kind),
            EventKind::Call(CallEvent {
                name: name.to_owned(),
                rule,
                args: args.positional.clone(),
                keywords: args.keywords.clone(),
                statement,
                top_level: cx.via.is_none() && cx.frame.is_none(),
            }),
        );
        false
    }

    /// `int(os.environ.get("PORT"))`, `os.getenv("HOSTS").split(",")`: without the variable that is None.
    fn unset_variable(&mut self, cx: &Cx, call: &ast::ExprCall) {
        if let Some(name) = self.may_be_unset(cx, call) {
            self.env_required(cx, &name, call.range());
        }
    }

    fn unknown_method(
        &mut self,
        cx: &Cx,
        call: &ast::ExprCall,
        statement: Option<TextRange>,
        base: &Value,
        node: &ast::ExprAttribute,
        args: &Args,
    ) {
        let written = dotted_text(&call.func).unwrap_or_else(|| node.attr.to_string());
        self.check(cx, call, statement, &format!("?{written}"), Some((base, node)), args);
    }

    /// Runs an own function's body.
    pub(super) fn call_function(
        &mut self,
        cx: &Cx,
        func: &FuncRef,
        positional: &[Value],
        keywords: &[(String, Value)],
    ) -> Value {
        self.call_bound(cx, func, &Value::Unknown, positional, keywords)
    }

    fn call_bound(
        &mut self,
        cx: &Cx,
        func: &FuncRef,
        this: &Value,
        positional: &[Value],
        keywords: &[(String, Value)],
    ) -> Value {
        if func.is_async {
            return Value::Coroutine(Rc::new(func.clone()));
        }
        self.run_body(cx, func, this, positional, keywords)
    }

    /// Runs a coroutine to its end.
    pub(super) fn run_coroutine(&mut self, cx: &Cx, func: &FuncRef) -> Value {
        self.run_body(cx, func, &Value::Unknown, &[], &[])
    }

    fn run_body(
        &mut self,
        cx: &Cx,
        func: &FuncRef,
        this: &Value,
        positional: &[Value],
        keywords: &[(String, Value)],
    ) -> Value {
        let key = (func.module, func.offset);
        if self.running.len() >= MAX_CALLS || self.running.contains(&key) {
            return Value::Unknown;
        }
        let used = self.calls.get(&key).map_or(0, |(count, _)| *count);
        if used >= 4 {
            return self.calls[&key].1.clone();
        }
        let Some(source) = self.source_to_run(func.module) else { return Value::Unknown };
        let Some(def) = syntax::find_function(source.body(), func.offset) else {
            return Value::Unknown;
        };
        // Calling a generator runs nothing of it.
        if !func.is_async && syntax::is_generator(&def.body) {
            return Value::Unknown;
        }
        // Its defaults may call it again.
        self.running.push(key);
        let mut frame = Frame::default();
        let mut given = positional.iter();
        let mut parameters = def.parameters.posonlyargs.iter().chain(&def.parameters.args);
        if let Some(this) = receiver(def, func, this)
            && let Some(first) = parameters.next()
        {
            frame.vars.insert(first.parameter.name.to_string(), this);
        }
        for parameter in parameters.chain(&def.parameters.kwonlyargs) {
            let name = parameter.parameter.name.as_str();
            let value = keywords
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.clone())
                .or_else(|| given.next().cloned())
                .or_else(|| {
                    parameter.default.as_ref().map(|default| {
                        let inner = Cx { module: func.module, frame: None, ..cx.quietly() };
                        self.expr(&inner, default)
                    })
                })
                .unwrap_or(Value::Unknown);
            frame.vars.insert(name.to_owned(), value);
        }
        for extra in [&def.parameters.vararg, &def.parameters.kwarg].into_iter().flatten() {
            frame.vars.insert(extra.name.to_string(), Value::Unknown);
        }
        // A function sees its own module's names, not those of its caller.
        let base = self.frames.len();
        let outer = std::mem::take(&mut self.frames);
        self.frames.push(frame);
        let weight = if func.wrapped { cx.weight * 0.8 } else { cx.weight };
        let inner = Cx {
            module: func.module,
            weight,
            quiet: cx.quiet,
            caught: cx.caught,
            frame: Some(0),
            depth: cx.depth.saturating_add(1),
            via: Some(Rc::clone(&func.name)),
            when: cx.when,
            statement: None,
        };
        self.block(&inner, &def.body);
        self.running.pop();
        let frame = self.frames.pop().unwrap_or_default();
        self.frames = outer;
        debug_assert_eq!(self.frames.len(), base);
        let mut returns = frame.returns.into_iter();
        let value = match returns.next() {
            None => Value::None,
            Some(first) => returns.fold(first, |a, b| join(&a, &b)),
        };
        let value = if func.wrapped { Value::Unknown } else { value };
        self.calls.insert(key, (used + 1, value.clone()));
        value
    }

    /// `name` where a string literal stands, for edits.
    pub(super) fn literal(call: &ast::ExprCall, at: usize) -> Option<TextRange> {
        call.arguments.args.get(at).and_then(literal_range)
    }
}

/// What Python itself gives as the first argument: the object, the class, or nothing.
fn receiver(def: &ast::StmtFunctionDef, func: &FuncRef, this: &Value) -> Option<Value> {
    let has = |name: &str| {
        def.decorator_list.iter().any(|decorator| {
            matches!(&decorator.expression, Expr::Name(node) if node.id.as_str() == name)
        })
    };
    if has("classmethod") {
        return Some(match this {
            Value::Object(class) => Value::Class(Rc::clone(class)),
            _ => Value::Unknown,
        });
    }
    (func.bound && !has("staticmethod")).then(|| this.clone())
}

/// One event of a kind per place.
fn sort(kind: CallKind) -> &'static str {
    match kind {
        CallKind::Server => "server",
        CallKind::Bind => "bind",
        CallKind::Block => "block",
        CallKind::Wait => "wait",
        CallKind::Slow => "slow",
        CallKind::Thread => "thread",
        CallKind::Exit => "exit",
        CallKind::Input => "input",
    }
}

fn only_with(rule: &CallRule, args: &Args) -> bool {
    rule.only_with.is_empty() || rule.only_with.iter().any(|name| args.keyword(name).is_some())
}

/// `app.run()` on something imported that is called like an app.
fn looks_like_app(base: &Value, node: &ast::ExprAttribute) -> bool {
    let name = match base {
        Value::Ext(name) => name.rsplit('.').next().unwrap_or("").to_owned(),
        Value::Unknown => match &*node.value {
            Expr::Name(name) => name.id.to_string(),
            _ => return false,
        },
        _ => return false,
    };
    matches!(
        name.as_str(),
        "app" | "application" | "socketio" | "flask_app" | "server" | "web_app" | "webapp"
    )
}

fn switched_off(rule: &CallRule, args: &Args) -> bool {
    rule.unless.iter().any(|text| {
        let Some((name, wanted)) = text.split_once('=') else { return false };
        match args.keyword(name) {
            Some(Value::Bool(value)) => (if *value { "True" } else { "False" }) == wanted,
            _ => false,
        }
    })
}
