//! Django's apps: their configurations, the middleware and models of the project, and what may not run so early.

use std::rc::Rc;

use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::TextRange;

use super::django::App;
use super::event::{ConfigName, MiddlewareWrong, SettingWrong};
use super::{Cx, EventKind, Interp, When};
use crate::python::lints::near;
use crate::python::resolve::finder::Found;
use crate::python::value::{ClassVal, ModuleId, Value};
use crate::rules::removed_names;

/// Functions that translate at once.
const TRANSLATORS: &[&str] =
    &["gettext", "ngettext", "pgettext", "npgettext", "ugettext", "ungettext"];

/// What asks the database at once, of a model's manager or query.
const ASKING: &[&str] = &[
    "get",
    "first",
    "last",
    "latest",
    "earliest",
    "count",
    "exists",
    "create",
    "get_or_create",
    "update_or_create",
    "bulk_create",
    "update",
    "delete",
    "aggregate",
    "in_bulk",
];

impl Interp<'_> {
    /// The configuration of an app: its `name` must lead to the package.
    pub(super) fn config_name(&mut self, cx: &Cx, app: &App, explicit: bool) {
        let Some(config) = app.config.clone().filter(|_| !app.unclear) else { return };
        // By itself Django takes it since 3.2.
        let mut certainty = 1.0;
        if !explicit {
            match self.django_from("3.2") {
                Some(true) => {}
                Some(false) => return,
                None => certainty = 0.8,
            }
        }
        let package = self.modules[app.package].name.clone();
        let wrong = match self.member(cx, &config, "name", false) {
            Value::Str(name) if *name == *package => return,
            Value::Str(name) => {
                if self.leads_somewhere(&name) {
                    return;
                }
                ConfigName::Wrong { name: name.to_string(), right: package }
            }
            Value::List(items, true) => match items.as_slice() {
                [Value::Str(name)] => ConfigName::Tuple(name.to_string()),
                _ => return,
            },
            _ => {
                let bare = config.bases.iter().all(
                    |base| matches!(base, Value::Ext(name) if &**name == "django.apps.AppConfig"),
                );
                if config.opaque
                    || !bare
                    || config.attributes.iter().any(|(name, _)| &**name == "name")
                {
                    return;
                }
                ConfigName::Missing(package)
            }
        };
        let weight = cx.weight * certainty;
        let range = self.class_place(&config, "name");
        let cx = Cx { module: config.module, frame: None, via: None, weight, ..cx.clone() };
        self.emit(&cx, range, "config-name", EventKind::ConfigName(wrong));
    }

    /// A dotted name that the search path leads to, or may lead to.
    fn leads_somewhere(&mut self, name: &str) -> bool {
        if self.path_unknown || self.hooks || name.is_empty() || self.by_name.contains_key(name) {
            return true;
        }
        let mut dirs: Vec<String> = self.sys_path.iter().map(|entry| entry.path.clone()).collect();
        let packages_known = self.environment.known && !self.environment.system_too;
        for (at, part) in name.split('.').enumerate() {
            let Some((found, _)) = self.finder.find(part, dirs.iter().map(String::as_str)) else {
                // Of packages that are not at hand nothing is known; one's own app is no package.
                return at == 0 && !packages_known && self.declared(part);
            };
            dirs = match found {
                Found::Package { dir, .. } => vec![dir],
                Found::Namespace(dirs) => dirs,
                Found::Module(_) | Found::Binary(_) => Vec::new(),
            };
        }
        true
    }

    /// Where a class of the project assigns an attribute, else its name.
    fn class_place(&mut self, class: &ClassVal, attribute: &str) -> TextRange {
        let Some(source) = self.source_to_run(class.module) else { return TextRange::default() };
        let Some(def) = find_class(source.body(), &class.name) else { return TextRange::default() };
        let named =
            |target: &Expr| matches!(target, Expr::Name(name) if name.id.as_str() == attribute);
        def.body
            .iter()
            .find_map(|stmt| match stmt {
                Stmt::Assign(node) if node.targets.iter().any(named) => Some(node.range),
                Stmt::AnnAssign(node) if named(&node.target) => Some(node.range),
                _ => None,
            })
            .unwrap_or(def.name.range)
    }

    /// An app, or its configuration, stands among the middleware.
    pub(super) fn middleware_is_app(&mut self, cx: &Cx, name: &str, at: TextRange) -> bool {
        let Some((module, object)) = name.rsplit_once('.') else { return false };
        let listed = self.app_names.iter().any(|app| app == name);
        let contrib = name.starts_with("django.contrib.") && name.matches('.').count() == 2;
        let value = match self.by_name.get(module) {
            Some(&id) => self.modules[id].names.get(object).map(|binding| binding.value.clone()),
            None => None,
        };
        let is_config = match &value {
            Some(Value::Class(class)) => self.has_base(class, ".AppConfig"),
            _ => name.contains(".apps.") && object.ends_with("Config"),
        };
        let wrong = is_config || contrib || listed || self.names_module(name);
        if wrong {
            let wrong = SettingWrong::AppAsMiddleware(name.to_owned());
            self.refuse(cx, "MIDDLEWARE", (cx.module, at), 1.0, wrong);
        }
        wrong
    }

    /// An entry of `MIDDLEWARE` without a dot.
    pub(super) fn not_dotted(&mut self, cx: &Cx, name: &str, at: TextRange) {
        let apps = self.app_names.clone();
        let own = self.own_path();
        let near = apps.iter().find_map(|app| {
            let module = format!("{app}.middleware");
            let path = format!("{}/middleware.py", app.replace('.', "/"));
            own.iter().find_map(|dir| {
                let disk = self.finder.disk(&format!("{dir}/{path}"));
                let text = std::fs::read_to_string(disk).ok()?;
                let defines = ["class ", "def "].iter().any(|word| {
                    text.contains(&format!("{word}{name}("))
                        || text.contains(&format!("{word}{name}:"))
                });
                defines.then(|| format!("{module}.{name}"))
            })
        });
        let wrong = SettingWrong::NotDotted { name: name.to_owned(), near };
        self.refuse(cx, "MIDDLEWARE", (cx.module, at), 1.0, wrong);
    }

    /// `blog,apps` and `blog.apps.blogConfig`, which are told as what they are.
    pub(super) fn app_misspelled(&mut self, cx: &Cx, name: &str, at: TextRange) -> bool {
        if let Some((first, rest)) = name.split_once(',')
            && !first.is_empty()
            && !rest.is_empty()
            && !name.contains(char::is_whitespace)
            && self.leads_somewhere(&name.replace(',', "."))
        {
            let near = name.replace(',', ".");
            let wrong = SettingWrong::Comma { name: name.to_owned(), near };
            self.refuse(cx, "INSTALLED_APPS", (cx.module, at), 1.0, wrong);
            return true;
        }
        let Some((module, last)) = name.rsplit_once('.').filter(|(it, _)| it.ends_with(".apps"))
        else {
            return false;
        };
        if last.starts_with(char::is_uppercase) || !self.leads_somewhere(module) {
            return false;
        }
        let Value::Module(id) = self.import_dotted(cx, module, at, Some(at)) else { return false };
        let module = &self.modules[id];
        if !module.search.is_empty() || module.dynamic {
            return false;
        }
        let classes = module.names.iter().filter(|(_, it)| matches!(it.value, Value::Class(_)));
        let near = near::nearest(last, classes.map(|(name, _)| name.as_str()));
        if near.is_some() {
            let setting = "INSTALLED_APPS";
            let kind = EventKind::DjangoName { setting, name: name.to_owned(), near };
            self.emit(cx, at, "django-name", kind);
            return true;
        }
        false
    }

    /// Apps that end the start with an error where their middleware is missing.
    pub(super) fn needed_middleware(&mut self, cx: &Cx, settings: ModuleId) {
        const NEEDED: &[(&str, &str, &str, &str)] = &[(
            "allauth.account",
            "django-allauth",
            "0.56",
            "allauth.account.middleware.AccountMiddleware",
        )];
        for (app, dist, since, middleware) in NEEDED {
            if !self.app_names.iter().any(|name| name == app) {
                continue;
            }
            let Some(at) = self.written(settings, "MIDDLEWARE") else { return };
            let all = matches!(&at.value, Value::List(_, true));
            let names = self.dotted_list(settings, "MIDDLEWARE");
            if !all || names.iter().any(|(name, ..)| name == middleware) {
                continue;
            }
            let top = app.split('.').next().unwrap_or(app);
            let version = self.version_of(top, dist);
            if version.is_some_and(|version| removed_names::is_from(&version, since)) {
                let wrong = SettingWrong::NeedsMiddleware {
                    app: (*dist).to_owned(),
                    middleware: (*middleware).to_owned(),
                };
                self.refuse(cx, "MIDDLEWARE", (at.module, at.range), 1.0, wrong);
            }
        }
    }

    /// A middleware among the apps: what stands there must be an `AppConfig`.
    pub(super) fn no_app_config(&mut self, cx: &Cx, class: &ClassVal, name: &str, at: TextRange) {
        if class.opaque || !class.bases.iter().all(is_object) || !name.contains("iddleware") {
            return;
        }
        let wrong = SettingWrong::MiddlewareAsApp(name.to_owned());
        self.refuse(cx, "INSTALLED_APPS", (cx.module, at), 1.0, wrong);
    }

    /// An entry of `MIDDLEWARE`: a function or class that takes the next one, and nothing else.
    pub(super) fn middleware(&mut self, cx: &Cx, name: &str) {
        let Some((module, object)) = name.rsplit_once('.') else { return };
        let value = match self.by_name.get(module) {
            Some(&id) => self.modules[id].names.get(object).map(|binding| binding.value.clone()),
            None => None,
        };
        let Some(Value::Class(class)) = value else { return };
        if class.opaque || !class.bases.iter().all(is_object) {
            return;
        }
        let own = |method: &str| class.methods.iter().find(|func| &*func.name == method);
        let written = |method: &str| class.attributes.iter().any(|(name, _)| &**name == method);
        if written("__init__")
            || written("__new__")
            || own("__new__").is_some()
            || written("__call__")
        {
            return;
        }
        let takes = own("__init__").map_or(0, |init| init.positional.saturating_sub(1));
        let wrong = if takes == 0 {
            MiddlewareWrong::TakesNothing
        } else if own("__call__").is_none() {
            MiddlewareWrong::NotCallable
        } else {
            return;
        };
        let range = self.class_place(&class, "__init__ is no attribute");
        let cx = Cx { module: class.module, frame: None, via: None, ..cx.clone() };
        let kind = EventKind::MiddlewareRefused { class: class.name.to_string(), wrong };
        self.emit(&cx, range, "middleware", kind);
    }

    /// A dotted name is a module or package, of the project or installed.
    fn names_module(&mut self, name: &str) -> bool {
        if self.by_name.contains_key(name) {
            return true;
        }
        let (module, object) = name.rsplit_once('.').unwrap_or(("", name));
        !object.chars().next().is_some_and(char::is_uppercase)
            && self.installed_is_module(module, object)
    }

    /// A base of a class of the project has such an ending.
    pub(super) fn has_base(&self, class: &ClassVal, ending: &str) -> bool {
        class.bases.iter().any(|base| match base {
            Value::Ext(name) => name.ends_with(ending),
            Value::Class(base) => self.has_base(base, ending),
            _ => false,
        })
    }

    /// A call of Django's translation while the apps are not loaded.
    pub(super) fn translated(&mut self, cx: &Cx, name: &str, range: TextRange) {
        let Some(function) = name.strip_prefix("django.utils.translation.") else { return };
        if self.apps_ready || self.settings.is_none() || !TRANSLATORS.contains(&function) {
            return;
        }
        if !self.populating || cx.caught.any || cx.quiet {
            return;
        }
        // Without translations a text is given back as it is.
        let plain = self.settings.and_then(|settings| self.written(settings, "USE_I18N"));
        if plain.is_some_and(|at| at.value.truth() == Some(false)) {
            return;
        }
        self.emit(cx, range, "gettext", EventKind::GettextEarly(function.to_owned()));
    }

    /// A query of a model that is run while a module is imported.
    pub(super) fn queried(&mut self, cx: &Cx, name: &str, range: TextRange) {
        if manager(name).is_none() {
            return;
        }
        let Some(method) = name.rsplit('.').next() else { return };
        if ASKING.contains(&method) {
            self.asked_early(cx, method, range);
        }
    }

    /// A query of a model that a loop, a comprehension or `list()` goes through.
    pub(super) fn iterated(&mut self, cx: &Cx, value: &Value, range: TextRange) {
        if let Value::Inst(name) | Value::Ext(name) = value
            && manager(name).is_some_and(|rest| !rest.is_empty())
        {
            self.asked_early(cx, "all", range);
        }
    }

    fn asked_early(&mut self, cx: &Cx, how: &str, range: TextRange) {
        // With the first request the tables are there; a management command comes by here before that.
        let imported = cx.via.is_none() && self.settings.is_some() && self.apps_ready;
        if !imported || cx.caught.any || cx.quiet || cx.when != When::FirstRequest && cx.module == 0
        {
            return;
        }
        let Some(source) = self.modules[cx.module].source.as_ref() else { return };
        let written = source.slice(range);
        let model = written.split(".objects").next().unwrap_or_default();
        let model: String = model
            .chars()
            .rev()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect::<Vec<char>>()
            .into_iter()
            .rev()
            .collect();
        let kind = EventKind::QueryAtImport { model, how: how.to_owned() };
        self.emit(cx, range, "query", kind);
    }

    /// What the package of an app is called in the settings, for the label of its models.
    pub(super) fn default_config(&mut self, cx: &Cx, package: ModuleId) {
        if self.django_from("3.2") != Some(false) {
            return;
        }
        let Some(binding) = self.modules[package].names.get("default_app_config").cloned() else {
            return;
        };
        if let (Value::Str(name), false) = (&binding.value, binding.maybe) {
            let cx = Cx { module: package, frame: None, via: None, ..cx.clone() };
            let at = self.string_literal(package, name).unwrap_or(binding.range);
            self.dotted_object(&cx, "default_app_config", name, at);
        }
    }
}

/// What is asked of a model's manager: `.all()` of `django.db.models.Model.objects.all()`.
fn manager(name: &str) -> Option<&str> {
    let known =
        ["django.db.models.Model", "django.contrib.auth.models.", "django.contrib.sites.models."];
    let (model, rest) = name.split_once(".objects")?;
    let fits = known.iter().any(|known| {
        model == *known
            || known.ends_with('.')
                && model.strip_prefix(known).is_some_and(|name| !name.contains('.'))
    });
    fits.then_some(rest)
}

fn is_object(base: &Value) -> bool {
    matches!(base, Value::Ext(name) if matches!(&**name, "object" | "builtins.object"))
}

/// A class at the top of a module, or below a condition there.
pub(super) fn find_class<'a>(body: &'a [Stmt], name: &Rc<str>) -> Option<&'a ast::StmtClassDef> {
    body.iter().find_map(|stmt| match stmt {
        Stmt::ClassDef(def) if def.name.as_str() == &**name => Some(def),
        Stmt::If(node) => find_class(&node.body, name),
        Stmt::Try(node) => find_class(&node.body, name),
        _ => None,
    })
}
