//! What Django loads by name: settings, apps, middleware, the URL configuration.

use std::rc::Rc;

use rustpython_ruff_python_ast::{self as ast, Expr};
use rustpython_ruff_text_size::TextRange;

use super::event::{Settings, SettingsWrong};
use super::{Binding, Cx, EventKind, Interp, When};
use crate::python::lints::near;
use crate::python::resolve::pathops;
use crate::python::value::{ClassVal, ModuleId, Value};

/// An app of the project's own.
struct App {
    package: ModuleId,
    config: Option<Rc<ClassVal>>,
}

/// An entry of a dictionary.
fn entry<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    match value {
        Value::Dict(items, _) => {
            items.iter().find(|(known, _)| &**known == key).map(|(_, value)| value)
        }
        _ => None,
    }
}

/// The configuration that Django finds by itself: the only one of the module.
fn only_config<'a>(bindings: impl Iterator<Item = &'a Binding>) -> Option<Rc<ClassVal>> {
    let mut found = bindings.filter_map(|binding| match &binding.value {
        Value::Class(class)
            if class
                .bases
                .iter()
                .any(|base| matches!(base, Value::Ext(name) if name.ends_with(".AppConfig"))) =>
        {
            Some(Rc::clone(class))
        }
        _ => None,
    });
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

impl Interp<'_> {
    /// Imports the settings module that the environment names.
    pub(super) fn django_settings(&mut self, cx: &Cx, range: TextRange) -> Option<ModuleId> {
        if let Some(id) = self.settings {
            return Some(id);
        }
        let name = match self.environ.get("DJANGO_SETTINGS_MODULE") {
            Some(Value::Str(name)) => name.to_string(),
            Some(_) => return None,
            None => {
                // Elsewhere the variable may be set by the server's own configuration.
                let configured = self.modules.iter().any(|module| {
                    module
                        .source
                        .as_ref()
                        .is_some_and(|source| source.text().contains("settings.configure"))
                });
                if configured || self.dotenv {
                    return None;
                }
                // Set in a way that could not be followed.
                let named =
                    self.modules.iter().filter_map(|module| module.source.as_ref()).any(|source| {
                        source.text().lines().any(|line| {
                            let line = line.trim_start();
                            !line.starts_with('#') && line.contains("DJANGO_SETTINGS_MODULE")
                        })
                    });
                if !self.misnamed_variable(cx) && self.options.is_embedded() && !named {
                    let kind = EventKind::Settings(Settings {
                        module: String::new(),
                        wrong: SettingsWrong::Unset,
                        near: None,
                        elsewhere: None,
                        literal: None,
                        certainty: 0.8,
                    });
                    self.emit(cx, range, "settings", kind);
                }
                return None;
            }
        };
        if self.settings_path(cx, &name, range) {
            return None;
        }
        let before = self.events.len();
        let value = self.import_dotted(cx, &name, range, None);
        // The import's own complaint points at the call; the settings' name is what is wrong.
        let missing = self.events[before..].iter().position(|event| {
            event.module == cx.module
                && matches!(&event.kind, EventKind::Missing(missing) if missing.name == name)
        });
        if let Some(at) = missing {
            let event = self.events.remove(before + at);
            let (near, literal) = (self.near_dotted(&name), self.string_literal(cx.module, &name));
            let (elsewhere, certainty) = match &event.kind {
                EventKind::Missing(missing) => (missing.elsewhere.clone(), missing.certainty),
                _ => (None, 1.0),
            };
            let kind = EventKind::Settings(Settings {
                module: name,
                wrong: SettingsWrong::Missing,
                near,
                elsewhere,
                literal,
                certainty,
            });
            self.seen.remove(&(cx.module, literal.unwrap_or(range).start().to_u32(), "settings"));
            self.emit(
                &Cx { weight: event.weight, ..cx.clone() },
                literal.unwrap_or(range),
                "settings",
                kind,
            );
            return None;
        }
        if let Value::Module(id) = value {
            let filled = self.modules[id].source.as_ref().is_some_and(|s| is_filled(s.text()));
            self.modules[id].dynamic |= filled;
            self.settings = Some(id);
            return Some(id);
        }
        None
    }

    /// `DJANGO_SETTING_MODULE` is set, which nothing reads.
    fn misnamed_variable(&mut self, cx: &Cx) -> bool {
        const RIGHT: &str = "DJANGO_SETTINGS_MODULE";
        let Some(wrong) = near::nearest(RIGHT, self.environ.keys().map(String::as_str)) else {
            return false;
        };
        let place = (0..self.modules.len())
            .find_map(|id| Some((id, self.string_literal(id, &wrong)?)))
            .map_or((cx.module, None), |(id, range)| (id, Some(range)));
        let (module, Some(literal)) = place else { return false };
        let kind = EventKind::Settings(Settings {
            module: wrong,
            wrong: SettingsWrong::Misnamed,
            near: Some(RIGHT.to_owned()),
            elsewhere: None,
            literal: Some(literal),
            // Elsewhere the server's own environment may set the right one.
            certainty: if self.options.is_embedded() { 1.0 } else { 0.8 },
        });
        self.emit(&Cx { module, ..cx.clone() }, literal, "settings", kind);
        true
    }

    /// `/srv/shop/shop/settings.py` where Django wants `shop.settings`.
    fn settings_path(&mut self, cx: &Cx, name: &str, range: TextRange) -> bool {
        if !name.contains(['/', '\\']) {
            return false;
        }
        let stem = name.strip_suffix(".py").unwrap_or(name);
        let parts: Vec<&str> = stem.split(['/', '\\']).filter(|part| !part.is_empty()).collect();
        let dirs: Vec<String> = self.sys_path.iter().map(|entry| entry.path.clone()).collect();
        // The shortest end of the path that the search path leads to.
        let near = (1..=parts.len().min(4)).find_map(|take| {
            let tail = &parts[parts.len() - take..];
            let mut dirs = dirs.clone();
            for (at, part) in tail.iter().enumerate() {
                self.finder.find(part, dirs.iter().map(String::as_str))?;
                if at + 1 < tail.len() {
                    dirs = dirs.iter().map(|dir| pathops::join(dir, part)).collect();
                }
            }
            Some(tail.join("."))
        });
        let literal = self.string_literal(cx.module, name);
        let kind = EventKind::Settings(Settings {
            module: name.to_owned(),
            wrong: SettingsWrong::Path,
            near,
            elsewhere: None,
            literal,
            certainty: 1.0,
        });
        self.emit(cx, literal.unwrap_or(range), "settings", kind);
        true
    }

    /// What `get_wsgi_application()` loads.
    pub(super) fn django_load(&mut self, cx: &Cx, range: TextRange) {
        let Some(settings) = self.django_settings(cx, range) else {
            self.apps_ready = true;
            return;
        };
        self.secret_key(cx, settings);
        self.django_logging(cx, settings);
        // Apps run outside the caller's `try`, and what they import points into their own files.
        let inner = Cx { module: settings, frame: None, via: None, ..cx.clone() };
        self.apps_unknown = !self.is_complete_list(settings, "INSTALLED_APPS");
        // As `apps.populate()` does it: first every app, then every app's models, then `ready()`.
        let mut apps = Vec::new();
        for (name, module, at) in self.dotted_list(settings, "INSTALLED_APPS") {
            apps.extend(self.django_app(&self.named_in(&inner, module, at), &name, at));
        }
        self.apps_ready = true;
        for app in &apps {
            self.optional_submodule(&inner, app.package, "models");
        }
        for app in apps {
            if let Some(config) = app.config
                && let Value::Func(ready) = self.member(&inner, &config, "ready", true)
            {
                self.call_function(&inner, &ready, &[], &[]);
            }
        }
        for (name, module, at) in self.dotted_list(settings, "MIDDLEWARE") {
            self.dotted_object(&self.named_in(&inner, module, at), "MIDDLEWARE", &name, at);
        }
        for (setting, name, module, at) in self.dotted_settings(settings) {
            let inner = Cx { when: When::FirstRequest, ..self.named_in(&inner, module, at) };
            self.dotted_object(&inner, setting, &name, at);
        }
        if let Some(Value::Str(urls)) =
            self.modules[settings].names.get("ROOT_URLCONF").map(|binding| binding.value.clone())
        {
            let (module, at) = self.literal_place(settings, &urls);
            let later = Cx { module, when: When::FirstRequest, ..inner };
            if let Value::Module(id) = self.import_dotted(&later, &urls, at, Some(at)) {
                self.urlpatterns(&later, id);
            }
        }
    }

    /// Notes models that are loaded while Django's apps are not, at the import that leads there.
    pub(super) fn models_loaded(&mut self, cx: &Cx, what: impl FnOnce() -> String) {
        if self.apps_ready || cx.caught.names || cx.quiet {
            return;
        }
        let Some(first) = self.modules.first().and_then(|module| module.source.as_ref()) else {
            return;
        };
        let text = first.text();
        let served = ["get_wsgi_application", "get_asgi_application", "execute_from_command_line"]
            .iter()
            .any(|name| text.contains(name));
        let entry = self.modules.iter().rev().find(|module| {
            module.source.as_ref().is_some_and(|source| {
                source.text().contains("get_wsgi_application()")
                    || source.text().contains("get_asgi_application()")
            })
        });
        if !served && entry.is_none()
            || self.modules.iter().any(|module| {
                module.source.as_ref().is_some_and(|source| {
                    source.text().contains("settings.configure")
                        || source.text().contains("django.setup")
                })
            })
        {
            return;
        }
        let Some(&(module, range)) = self.import_sites.first() else { return };
        let cx = Cx { module, ..cx.clone() };
        self.emit(&cx, range, "models", EventKind::ModelsTooEarly(what()));
    }

    /// Notes settings that surely have no `SECRET_KEY`.
    fn secret_key(&mut self, cx: &Cx, settings: ModuleId) {
        let module = &self.modules[settings];
        if module.dynamic || module.names.contains_key("SECRET_KEY") {
            return;
        }
        let names = self.names_of(settings);
        if names.opaque || names.module.contains_key("SECRET_KEY") {
            return;
        }
        let module = &self.modules[settings];
        let (name, dirs) = (module.name.clone(), module.search.clone());
        // A package of settings is often named where one of its modules is meant.
        let mut inside = Vec::new();
        for dir in &dirs {
            inside.extend(self.finder.modules(dir).into_iter().map(|module| (dir.clone(), module)));
        }
        let text = |dir: &str, module: &str| {
            let path = self.finder.disk(&pathops::join(dir, &format!("{module}.py")));
            std::fs::read_to_string(path).unwrap_or_default()
        };
        let texts: Vec<(String, String)> = inside
            .iter()
            .map(|(dir, module)| (module.clone(), text(dir, module)))
            .filter(|(_, text)| has_key(text) || text.contains("import *"))
            .collect();
        let usual = ["production", "prod", "base", "local", "dev", "settings"];
        let near = usual
            .iter()
            .find_map(|wanted| texts.iter().find(|(module, _)| module == wanted))
            .or_else(|| texts.iter().find(|(_, text)| has_key(text)))
            .map(|(module, _)| format!("{name}.{module}"));
        let literal = self.string_literal(cx.module, &name).unwrap_or_default();
        // The server's own environment goes before a `setdefault`.
        let sure = near.is_none()
            || !self.modules[cx.module]
                .source
                .as_ref()
                .is_some_and(|source| source.excerpt(literal).contains("setdefault"));
        let (module, range) = if literal == TextRange::default() {
            (settings, TextRange::default())
        } else {
            (cx.module, literal)
        };
        let cx = Cx { module, ..cx.clone() };
        self.emit(&cx, range, "secret-key", EventKind::NoSecretKey { near, sure });
    }

    /// Notes two texts in a list of a setting that Python joins, for want of a comma.
    pub(super) fn joined_texts(&mut self, cx: &Cx, target: &Expr, value: &Expr) {
        let Expr::Name(name) = target else { return };
        let setting = name.id.as_str();
        let named = ["APPS", "MIDDLEWARE", "MIDDLEWARE_CLASSES", "ALLOWED_HOSTS", "_BACKENDS"];
        if cx.frame.is_some() || !named.iter().any(|end| setting.ends_with(end)) {
            return;
        }
        let (Expr::List(ast::ExprList { elts, .. }) | Expr::Tuple(ast::ExprTuple { elts, .. })) =
            value
        else {
            return;
        };
        for item in elts {
            let Expr::StringLiteral(literal) = item else { continue };
            let parts = literal.value.as_slice();
            for (first, second) in parts.iter().zip(parts.iter().skip(1)) {
                let kind = EventKind::JoinedTexts {
                    setting: setting.to_owned(),
                    first: first.value.to_string(),
                    second: second.value.to_string(),
                };
                let whole = |text: &str| !text.is_empty() && !text.starts_with(['.', '-']);
                if whole(&second.value) && !first.value.ends_with(['.', '-', '_']) {
                    self.emit(cx, first.range, "joined", kind);
                }
            }
        }
    }

    /// Other settings of Django's own that name an object by its dotted path.
    fn dotted_settings(
        &self,
        settings: ModuleId,
    ) -> Vec<(&'static str, String, ModuleId, TextRange)> {
        let names = &self.modules[settings].names;
        let mut out = Vec::new();
        let mut add = |setting, value: &Value| {
            if let Some(text) = value.text() {
                let (module, at) = self.literal_place(settings, text);
                out.push((setting, text.to_owned(), module, at));
            }
        };
        if let Some(Value::List(items, _)) = names.get("TEMPLATES").map(|binding| &binding.value) {
            for engine in items.iter() {
                let Some(Value::Dict(options, _)) = entry(engine, "OPTIONS") else { continue };
                let found = options.iter().find(|(key, _)| &**key == "context_processors");
                if let Some((_, Value::List(processors, _))) = found {
                    processors.iter().for_each(|item| add("context_processors", item));
                }
            }
        }
        for setting in ["AUTHENTICATION_BACKENDS", "DATABASE_ROUTERS"] {
            if let Some(Value::List(items, _)) = names.get(setting).map(|binding| &binding.value) {
                items.iter().for_each(|item| add(setting, item));
            }
        }
        for setting in ["EMAIL_BACKEND", "DEFAULT_FILE_STORAGE", "DEFAULT_EXCEPTION_REPORTER"] {
            if let Some(binding) = names.get(setting) {
                add(setting, &binding.value);
            }
        }
        out
    }

    /// A list in the settings of which every item is known.
    fn is_complete_list(&self, settings: ModuleId, name: &str) -> bool {
        !self.modules[settings].dynamic
            && self.modules[settings].names.get(name).is_some_and(|binding| {
                matches!(&binding.value, Value::List(items, true)
                    if items.iter().all(|item| item.text().is_some()))
            })
    }

    /// Strings of a list in the settings with their places.
    fn dotted_list(&self, settings: ModuleId, name: &str) -> Vec<(String, ModuleId, TextRange)> {
        let Some(binding) = self.modules[settings].names.get(name) else { return Vec::new() };
        let Value::List(items, _) = &binding.value else { return Vec::new() };
        items
            .iter()
            .take(1_000)
            .filter_map(Value::text)
            .map(|text| {
                let (module, at) = self.literal_place(settings, text);
                (text.to_owned(), module, at)
            })
            .collect()
    }

    /// Where a text of the settings is written: in them, or in a file beside them that they take over.
    fn literal_place(&self, settings: ModuleId, text: &str) -> (ModuleId, TextRange) {
        let package =
            |name: &str| name.rsplit_once('.').map_or("", |(package, _)| package).to_owned();
        let own = package(&self.modules[settings].name);
        let beside = (0..self.modules.len())
            .rev()
            .filter(|&id| id != settings && package(&self.modules[id].name).starts_with(&own));
        std::iter::once(settings)
            .chain(beside)
            .find_map(|id| Some((id, self.string_literal(id, text)?)))
            .unwrap_or((settings, TextRange::default()))
    }

    /// One of `INSTALLED_APPS`: a package, or the path of its `AppConfig`.
    fn django_app(&mut self, cx: &Cx, name: &str, at: TextRange) -> Option<App> {
        let last = name.rsplit('.').next().unwrap_or(name);
        let is_config = last.chars().next().is_some_and(char::is_uppercase);
        let module =
            if is_config { name.rsplit_once('.').map_or(name, |(module, _)| module) } else { name };
        let value = self.import_dotted(cx, module, at, Some(at));
        let Value::Module(id) = value else { return None };
        if is_config {
            self.dotted_object(cx, "INSTALLED_APPS", name, at);
            let config = match self.modules[id].names.get(last).map(|binding| &binding.value) {
                Some(Value::Class(class)) => Some(Rc::clone(class)),
                _ => None,
            };
            let package =
                module.rsplit_once('.').and_then(|(package, _)| self.by_name.get(package));
            return Some(App { package: *package?, config });
        }
        self.optional_submodule(cx, id, "apps");
        let config = self
            .by_name
            .get(&format!("{name}.apps"))
            .and_then(|&apps| only_config(self.modules[apps].names.values()));
        Some(App { package: id, config })
    }

    fn optional_submodule(&mut self, cx: &Cx, package: ModuleId, name: &str) {
        let dirs = self.modules[package].search.clone();
        if self.finder.find(name, dirs.iter().map(String::as_str)).is_some() {
            let full = format!("{}.{name}", self.modules[package].name);
            self.import_dotted(cx, &full, TextRange::default(), None);
        }
    }

    /// `pkg.module.Name` in a setting.
    fn dotted_object(&mut self, cx: &Cx, setting: &'static str, name: &str, at: TextRange) {
        let Some((module, object)) = name.rsplit_once('.') else { return };
        let Value::Module(id) = self.import_dotted(cx, module, at, Some(at)) else { return };
        let module = &self.modules[id];
        if module.names.contains_key(object)
            || module.dynamic
            || module.names.contains_key("__getattr__")
            || module.source.is_none()
        {
            return;
        }
        let near = near::nearest(
            object,
            module.names.keys().map(String::as_str).filter(|name| !name.starts_with("__")),
        );
        self.emit(
            cx,
            at,
            "django-name",
            EventKind::DjangoName { setting, name: name.to_owned(), near },
        );
    }

    /// The first string literal of that text in a module, for pointing at it.
    pub fn string_literal(&self, module: ModuleId, text: &str) -> Option<TextRange> {
        use rustpython_ruff_text_size::TextSize;
        let source = self.modules[module].source.as_ref()?;
        for quote in ['"', '\''] {
            let wanted = format!("{quote}{text}{quote}");
            if let Some(at) = source.text().find(&wanted) {
                let start = TextSize::try_from(at).ok()?;
                let len = TextSize::try_from(wanted.len()).ok()?;
                return Some(TextRange::at(start, len));
            }
        }
        None
    }

    /// A dotted name near one that was not found, checked part by part.
    fn near_dotted(&mut self, name: &str) -> Option<String> {
        let mut dirs: Vec<String> = self.sys_path.iter().map(|entry| entry.path.clone()).collect();
        let mut out: Vec<String> = Vec::new();
        for part in name.split('.') {
            let exact = self.finder.find(part, dirs.iter().map(String::as_str)).is_some();
            let chosen = if exact {
                part.to_owned()
            } else {
                let mut names: Vec<String> = Vec::new();
                for dir in &dirs {
                    names.extend(self.finder.list(dir).importable());
                }
                near::nearest(part, names.iter().map(String::as_str))?
            };
            dirs = dirs
                .iter()
                .map(|dir| pathops::join(dir, &chosen))
                .filter(|dir| self.finder.is_dir(dir))
                .collect();
            out.push(chosen);
        }
        let found = out.join(".");
        (found != name).then_some(found)
    }
}

/// A settings file assigns `SECRET_KEY` itself.
fn has_key(text: &str) -> bool {
    text.lines().any(|line| line.trim_start().starts_with("SECRET_KEY"))
}

/// Settings that a library fills in by the module's own name: `DjangoDynaconf(__name__)`.
fn is_filled(text: &str) -> bool {
    text.match_indices("__name__").any(|(at, _)| {
        let Some(before) = text[..at].trim_end().strip_suffix('(') else { return false };
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
        let start = before.rfind(|c| !is_name(c)).map_or(0, |at| at + 1);
        let callee = before[start..].rsplit('.').next().unwrap_or_default();
        !callee.is_empty() && !callee.to_ascii_lowercase().contains("logger")
    })
}

#[cfg(test)]
mod tests {
    use super::is_filled;

    #[test]
    fn settings_that_a_library_fills_in() {
        assert!(is_filled("settings = dynaconf.DjangoDynaconf(\n    __name__,\n)\n"));
        for text in [
            "log = logging.getLogger(__name__)\n",
            "log = get_logger( __name__ )\n",
            "ROOT = __name__.split('.')[0]\n",
            "if (__name__ == 'x'):\n    pass\n",
        ] {
            assert!(!is_filled(text), "{text}");
        }
    }
}
