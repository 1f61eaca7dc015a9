//! What Django loads by name: settings, apps, middleware, the URL configuration.

use std::rc::Rc;

use ruff_python_ast::name::Name;
use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::TextRange;

use super::event::SettingWrong;
use super::{Binding, Cx, EventKind, Interp, When};
use crate::python::entry::EntryKind;
use crate::python::lints::near;
use crate::python::resolve::finder::Found;
use crate::python::value::{ClassVal, ModuleId, Value};

/// An app of the project's own.
pub(super) struct App {
    pub(super) package: ModuleId,
    pub(super) config: Option<Rc<ClassVal>>,
    /// It may have another configuration than that.
    pub(super) unclear: bool,
    /// As it stands in `INSTALLED_APPS`.
    pub(super) entry: String,
}

/// The configuration that Django finds by itself, and whether there is one that is not understood: the only one of the
/// module that does not say `default = False`, or the one that says `default = True`.
fn only_config<'a>(bindings: impl Iterator<Item = &'a Binding>) -> (Option<Rc<ClassVal>>, bool) {
    let is_config = |base: &Value| matches!(base, Value::Ext(name) if name.ends_with(".AppConfig"));
    let mut plain = Vec::new();
    let mut chosen = Vec::new();
    let mut unclear = false;
    for binding in bindings {
        let Value::Class(class) = &binding.value else { continue };
        if !class.bases.iter().any(is_config) {
            // It may be one by a base of its own.
            unclear |= class.name.ends_with("Config");
            continue;
        }
        let default = class.attributes.iter().find(|(name, _)| &**name == "default");
        match default.map(|(_, value)| value.truth()) {
            None => plain.push(class),
            Some(Some(true)) => chosen.push(class),
            Some(Some(false)) => {}
            Some(None) => unclear = true,
        }
    }
    match (plain.as_slice(), chosen.as_slice()) {
        ([one], []) | (_, [one]) => (Some(Rc::clone(one)), unclear),
        (rest, _) => (None, unclear || !rest.is_empty() || chosen.len() > 1),
    }
}

impl Interp<'_> {
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
        self.setting_lists(&inner, settings);
        self.setting_values(&inner, settings);
        self.apps_unknown = !self.is_complete_list(settings, "INSTALLED_APPS");
        // As `apps.populate()` does it: first every app, then every app's models, then `ready()`.
        let mut apps = Vec::new();
        self.populating = true;
        for (name, module, at) in self.dotted_list(settings, "INSTALLED_APPS") {
            self.app_names.push(name.clone());
            apps.extend(self.django_app(&self.named_in(&inner, module, at), &name, at));
        }
        self.populating = false;
        self.apps_ready = true;
        for app in &apps {
            self.optional_submodule(&inner, app.package, "models");
        }
        self.app_labels(&inner, settings, &apps);
        self.user_model(&inner, settings, &apps);
        let admin = self.app_names.iter().any(|name| {
            matches!(
                name.as_str(),
                "django.contrib.admin" | "django.contrib.admin.apps.AdminConfig"
            )
        });
        let packages: Vec<ModuleId> = apps.iter().map(|app| app.package).collect();
        for app in apps {
            if let Some(config) = &app.config
                && let Value::Func(ready) = self.member(&inner, config, "ready", true)
            {
                self.call_function(&inner, &ready, &[], &[]);
            }
            // What `admin.autodiscover()` imports.
            if admin {
                self.optional_submodule(&inner, app.package, "admin");
            }
        }
        for (name, module, at) in self.dotted_list(settings, "MIDDLEWARE") {
            let inner = self.named_in(&inner, module, at);
            if !name.contains('.') {
                self.not_dotted(&inner, &name, at);
            } else if !self.middleware_is_app(&inner, &name, at) {
                self.dotted_object(&inner, "MIDDLEWARE", &name, at);
                self.middleware(&inner, &name);
            }
        }
        let later = Cx { when: When::FirstRequest, ..inner.clone() };
        for package in packages {
            self.template_tags(&later, package);
        }
        self.needed_middleware(&inner, settings);
        for (name, module, at) in self.tag_libraries(settings) {
            self.import_dotted(&Cx { module, ..later.clone() }, &name, at, Some(at));
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
        const SERVING: &[&str] = &[
            "get_wsgi_application",
            "get_asgi_application",
            "execute_from_command_line",
            "ProtocolTypeRouter",
        ];
        let serves = |text: &str| SERVING.iter().any(|name| text.contains(name));
        let served = self.modules.iter().take(2).any(|module| {
            module.loading && module.source.as_ref().is_some_and(|source| serves(source.text()))
        });
        // The package's own `__init__.py` comes before the entry point.
        let served = served
            || self.modules.first().is_some_and(|first| !first.search.is_empty() && first.loading)
                && std::fs::read_to_string(self.entry_file()).is_ok_and(|text| serves(&text));
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

    /// The file that the server loads.
    fn entry_file(&self) -> std::path::PathBuf {
        match &self.options.kind {
            EntryKind::ModuleAttr { module, .. } => {
                self.options.entry.join(format!("{}.py", module.replace('.', "/")))
            }
            _ => self.options.entry.clone(),
        }
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

    /// One of `INSTALLED_APPS`: a package, or the path of its `AppConfig`.
    fn django_app(&mut self, cx: &Cx, name: &str, at: TextRange) -> Option<App> {
        let last = name.rsplit('.').next().unwrap_or(name);
        let is_config = last.chars().next().is_some_and(char::is_uppercase);
        let module =
            if is_config { name.rsplit_once('.').map_or(name, |(module, _)| module) } else { name };
        if self.app_misspelled(cx, name, at) || self.django_slip(cx, "INSTALLED_APPS", name, at) {
            self.apps_unclear = true;
            return None;
        }
        let value = self.import_dotted(cx, module, at, Some(at));
        let Value::Module(id) = value else {
            self.apps_unclear |= matches!(value, Value::Unknown);
            if is_config && matches!(value, Value::Ext(_)) {
                if module.ends_with(".middleware") && last.ends_with("Middleware") {
                    let wrong = SettingWrong::MiddlewareAsApp(name.to_owned());
                    self.refuse(cx, "INSTALLED_APPS", (cx.module, at), 1.0, wrong);
                } else {
                    self.installed_name(cx, module, last, at);
                }
            }
            return None;
        };
        if is_config {
            self.dotted_object(cx, "INSTALLED_APPS", name, at);
            let config = match self.modules[id].names.get(last).map(|binding| &binding.value) {
                Some(Value::Class(class)) => Some(Rc::clone(class)),
                _ => None,
            };
            if let Some(config) = &config {
                self.no_app_config(cx, config, name, at);
                if let Value::Str(said) = self.member(cx, config, "name", false) {
                    self.app_names.push(said.to_string());
                }
            }
            // A configuration in the package's own `__init__.py` belongs to it.
            let package = if self.modules[id].search.is_empty() {
                let above = module.rsplit_once('.').and_then(|(above, _)| self.by_name.get(above));
                above.copied()
            } else {
                Some(id)
            };
            self.apps_unclear |= package.is_none() || config.is_none();
            let (package, entry) = (package?, name.to_owned());
            let app = App { package, config, unclear: false, entry };
            self.config_name(cx, &app, true);
            return Some(app);
        }
        self.optional_submodule(cx, id, "apps");
        self.default_config(cx, id);
        let apps = self.by_name.get(&format!("{name}.apps")).copied();
        let (config, unclear) =
            apps.map_or((None, false), |apps| only_config(self.modules[apps].names.values()));
        let config = config.filter(|config| Some(config.module) == apps);
        let app = App { package: id, config, unclear, entry: name.to_owned() };
        self.config_name(cx, &app, false);
        Some(app)
    }

    /// The modules in `templatetags`, all of which Django imports for the first page.
    fn template_tags(&mut self, cx: &Cx, package: ModuleId) {
        let dirs = self.modules[package].search.clone();
        let found = self.finder.find("templatetags", dirs.iter().map(String::as_str));
        let Some((Found::Package { dir, .. }, _)) = found else { return };
        let name = format!("{}.templatetags", self.modules[package].name);
        for module in self.finder.modules(&dir).into_iter().take(100) {
            self.import_dotted(cx, &format!("{name}.{module}"), TextRange::default(), None);
        }
    }

    fn optional_submodule(&mut self, cx: &Cx, package: ModuleId, name: &str) {
        let dirs = self.modules[package].search.clone();
        if self.finder.find(name, dirs.iter().map(String::as_str)).is_some() {
            let full = format!("{}.{name}", self.modules[package].name);
            self.import_dotted(cx, &full, TextRange::default(), None);
        }
    }

    /// `pkg.module.Name` in a setting.
    pub(super) fn dotted_object(
        &mut self,
        cx: &Cx,
        setting: &'static str,
        name: &str,
        at: TextRange,
    ) {
        if self.django_slip(cx, setting, name, at) {
            return;
        }
        let Some((module, object)) = name.rsplit_once('.') else { return };
        let id = match self.import_dotted(cx, module, at, Some(at)) {
            Value::Module(id) => id,
            Value::Ext(_) => {
                self.installed_name(cx, module, object, at);
                return;
            }
            _ => return,
        };
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
            module.names.keys().map(Name::as_str).filter(|name| !name.starts_with("__")),
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
        use ruff_text_size::TextSize;
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
}
