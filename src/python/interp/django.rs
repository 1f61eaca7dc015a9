//! What Django loads by name: settings, apps, middleware, the URL configuration.

use std::rc::Rc;

use rustpython_ruff_text_size::TextRange;

use super::{Binding, Cx, EventKind, Interp, When};
use crate::python::lints::near;
use crate::python::resolve::pathops;
use crate::python::value::{ClassVal, ModuleId, Value};

/// An app of the project's own.
struct App {
    package: ModuleId,
    config: Option<Rc<ClassVal>>,
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
                if self.options.is_embedded() && !configured && !self.dotenv {
                    let kind =
                        EventKind::Settings { module: String::new(), near: None, literal: None };
                    self.emit(cx, range, "settings", kind);
                }
                return None;
            }
        };
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
            let kind = EventKind::Settings { module: name, near, literal };
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
            self.settings = Some(id);
            return Some(id);
        }
        None
    }

    /// What `get_wsgi_application()` loads.
    pub(super) fn django_load(&mut self, cx: &Cx, range: TextRange) {
        let Some(settings) = self.django_settings(cx, range) else { return };
        // Apps run outside the caller's `try`, and what they import points into their own files.
        let inner = Cx { module: settings, frame: None, via: None, ..cx.clone() };
        self.apps_unknown = !self.is_complete_list(settings, "INSTALLED_APPS");
        // As `apps.populate()` does it: first every app, then every app's models, then `ready()`.
        let mut apps = Vec::new();
        for (name, at) in self.dotted_list(settings, "INSTALLED_APPS") {
            apps.extend(self.django_app(&inner, &name, at));
        }
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
        for (name, at) in self.dotted_list(settings, "MIDDLEWARE") {
            self.dotted_object(&inner, "MIDDLEWARE", &name, at);
        }
        let later = Cx { when: When::FirstRequest, ..inner };
        if let Some(Value::Str(urls)) =
            self.modules[settings].names.get("ROOT_URLCONF").map(|binding| binding.value.clone())
        {
            let at = self.string_literal(settings, &urls).unwrap_or_default();
            self.import_dotted(&later, &urls, at, Some(at));
        }
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
    fn dotted_list(&mut self, settings: ModuleId, name: &str) -> Vec<(String, TextRange)> {
        let Some(binding) = self.modules[settings].names.get(name) else { return Vec::new() };
        let Value::List(items, _) = binding.value.clone() else { return Vec::new() };
        items
            .iter()
            .take(1_000)
            .filter_map(|item| item.text().map(str::to_owned))
            .map(|text| {
                let at = self.string_literal(settings, &text).unwrap_or_default();
                (text, at)
            })
            .collect()
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
