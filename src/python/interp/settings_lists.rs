//! Lists in Django's settings: apps, middleware, hosts, and the model of users that one of the apps brings.

use std::rc::Rc;

use ruff_text_size::{TextRange, TextSize};

use super::django::App;
use super::event::SettingWrong;
use super::settings::Written;
use super::{Cx, Interp};
use crate::python::lints::near;
use crate::python::value::{ClassVal, ModuleId, Value};

/// Settings that must be lists.
const LISTS: &[&str] = &[
    "ALLOWED_HOSTS",
    "INSTALLED_APPS",
    "MIDDLEWARE",
    "AUTHENTICATION_BACKENDS",
    "STATICFILES_DIRS",
    "LOCALE_PATHS",
    "CSRF_TRUSTED_ORIGINS",
    "PASSWORD_HASHERS",
];

const AUTH: &str = "django.contrib.auth.middleware.AuthenticationMiddleware";
const MESSAGES: &str = "django.contrib.messages.middleware.MessageMiddleware";

impl Interp<'_> {
    /// Lists that Django looks at while it starts.
    pub(super) fn setting_lists(&mut self, cx: &Cx, settings: ModuleId) {
        if cx.quiet || cx.caught.any {
            return;
        }
        for name in LISTS {
            let Some(at) = self.written(settings, name) else { continue };
            if let Value::Str(text) | Value::Path(text) = &at.value {
                let wrong = SettingWrong::NotList(text.to_string());
                self.refuse(cx, name, (at.module, at.range), 1.0, wrong);
            }
        }
        if let Some(at) = self.written(settings, "REST_FRAMEWORK")
            && let Value::Dict(items, _) = &at.value
        {
            for (key, value) in items.iter().filter(|(key, _)| key.ends_with("_CLASSES")) {
                if let Value::Str(text) = value {
                    let place = self.inside(&at, key);
                    self.refuse(cx, key, place, 1.0, SettingWrong::NotList(text.to_string()));
                }
            }
        }
        self.hosts(cx, settings);
        self.origins(cx, settings);
        self.session_order(cx, settings);
        self.admin_needs(cx, settings);
        if let Some(at) = self.written(settings, "MIDDLEWARE_CLASSES")
            && !self.modules[settings].names.contains_key("MIDDLEWARE")
            && !self.modules[settings].dynamic
            && let Some(from) = self.middleware_from()
        {
            let place = (at.module, at.range);
            self.refuse(cx, "MIDDLEWARE_CLASSES", place, from, SettingWrong::OldName);
        }
        if let (Some(root), Some(dirs)) =
            (self.written(settings, "STATIC_ROOT"), self.written(settings, "STATICFILES_DIRS"))
            && let (Some(root), Value::List(items, _)) = (root.value.text(), &dirs.value)
            && items.iter().any(|item| item.text().is_some_and(|dir| same_path(dir, root)))
            // Without the finder that looks into these folders nothing complains.
            && !self.modules[settings].names.contains_key("STATICFILES_FINDERS")
        {
            let place = (dirs.module, dirs.range);
            self.refuse(cx, "STATICFILES_DIRS", place, 1.0, SettingWrong::StaticRoot);
        }
    }

    /// How sure it is that Django no longer reads `MIDDLEWARE_CLASSES`.
    fn middleware_from(&mut self) -> Option<f64> {
        match self.django_from("2.0") {
            Some(true) => Some(1.0),
            Some(false) => None,
            None => self.uses_new_urls().then_some(0.8),
        }
    }

    fn hosts(&mut self, cx: &Cx, settings: ModuleId) {
        let Some(at) = self.written(settings, "ALLOWED_HOSTS") else { return };
        let Value::List(hosts, true) = &at.value else { return };
        let Some(hosts) = hosts.iter().map(Value::text).collect::<Option<Vec<&str>>>() else {
            return;
        };
        let local = |host: &str| {
            host.is_empty()
                || host.starts_with("localhost")
                || host.starts_with("127.")
                || host.starts_with("0.0.0.0")
                || host.starts_with('[')
        };
        let plain = |host: &str| right_host(host).is_none_or(|right| right == host);
        let only = !hosts.iter().any(|host| plain(host) && !local(host));
        for host in hosts.iter().filter(|host| !plain(host) && !host.starts_with("localhost")) {
            let Some(right) = right_host(host).filter(|right| !local(right)) else { continue };
            let place = self.inside(&at, host);
            let wrong = SettingWrong::Host { host: (*host).to_owned(), right, only };
            self.refuse(cx, "ALLOWED_HOSTS", place, 1.0, wrong);
        }
    }

    fn origins(&mut self, cx: &Cx, settings: ModuleId) {
        let Some(at) = self.written(settings, "CSRF_TRUSTED_ORIGINS") else { return };
        let Value::List(origins, _) = &at.value else { return };
        let bare = origins.iter().filter_map(Value::text).find(|text| !text.contains("://"));
        let Some(bare) = bare else { return };
        if self.django_from("4.0") == Some(true) {
            let place = self.inside(&at, bare);
            let wrong = SettingWrong::Origin(bare.to_owned());
            self.refuse(cx, "CSRF_TRUSTED_ORIGINS", place, 1.0, wrong);
        }
    }

    /// Whoever needs the session stands below the middleware that brings it.
    fn session_order(&mut self, cx: &Cx, settings: ModuleId) {
        let Some(at) = self.written(settings, "MIDDLEWARE") else { return };
        let Value::List(items, true) = &at.value else { return };
        let Some(names) = items.iter().map(Value::text).collect::<Option<Vec<&str>>>() else {
            return;
        };
        let session = names.iter().position(|name| name.to_lowercase().contains("session"));
        for who in [AUTH, MESSAGES] {
            let Some(index) = names.iter().position(|name| *name == who) else { continue };
            // Without the app of messages nobody asks for them; the message store may be a cookie.
            let stored =
                who == MESSAGES && self.modules[settings].names.contains_key("MESSAGE_STORAGE");
            // A middleware of one's own may bring it under any name.
            let usual = |name: &&str| {
                ["django.", "whitenoise.", "corsheaders."].iter().any(|it| name.starts_with(it))
            };
            let brought = session.is_none() && !names[..index].iter().all(usual);
            if stored || brought || session.is_some_and(|session| session < index) {
                continue;
            }
            let place = self.inside(&at, who);
            let last = who.rsplit('.').next().unwrap_or(who).to_owned();
            let wrong = SettingWrong::SessionOrder { who: last, missing: session.is_none() };
            self.refuse(cx, "MIDDLEWARE", place, 1.0, wrong);
            return;
        }
    }

    /// The admin among the apps, and not what it needs among the middleware.
    fn admin_needs(&mut self, cx: &Cx, settings: ModuleId) {
        let (Some(apps), Some(at)) =
            (self.written(settings, "INSTALLED_APPS"), self.written(settings, "MIDDLEWARE"))
        else {
            return;
        };
        let (Value::List(apps, _), Value::List(items, true)) = (&apps.value, &at.value) else {
            return;
        };
        let Some(names) = items.iter().map(Value::text).collect::<Option<Vec<&str>>>() else {
            return;
        };
        if !apps.iter().filter_map(Value::text).any(|app| app == "django.contrib.admin")
            || self.modules[settings].dynamic
            // Who silences the checks knows that nobody opens its pages.
            || self.modules[settings].names.contains_key("SILENCED_SYSTEM_CHECKS")
        {
            return;
        }
        // A middleware of one's own may be a child of Django's.
        let own = names.iter().any(|name| {
            !["django.", "whitenoise.", "corsheaders.", "debug_toolbar."]
                .iter()
                .any(|it| name.starts_with(it))
        });
        let lacking: Vec<&'static str> =
            [AUTH, MESSAGES].into_iter().filter(|it| !own && !names.contains(it)).collect();
        if !lacking.is_empty() {
            let wrong = SettingWrong::AdminNeeds(lacking);
            self.refuse(cx, "MIDDLEWARE", (at.module, at.range), 0.8, wrong);
        }
    }

    /// The same app twice, or two apps that Django calls by the same label.
    pub(super) fn app_labels(&mut self, cx: &Cx, settings: ModuleId, apps: &[App]) {
        let Some(at) = self.written(settings, "INSTALLED_APPS") else { return };
        if !matches!(&at.value, Value::List(_, true)) || cx.quiet {
            return;
        }
        let names = self.dotted_list(settings, "INSTALLED_APPS");
        for (index, (name, ..)) in names.iter().enumerate() {
            if names[..index].iter().any(|(earlier, ..)| earlier == name) {
                let place = self.second(&at, name);
                let wrong = SettingWrong::AppTwice(name.clone());
                self.refuse(cx, "INSTALLED_APPS", place, 1.0, wrong);
                return;
            }
        }
        let mut labels: Vec<(String, &App)> = Vec::new();
        for app in apps {
            let Some(label) = self.label(cx, app) else { continue };
            if let Some((_, first)) = labels.iter().find(|(known, _)| *known == label) {
                let wrong = SettingWrong::SameLabel {
                    label,
                    first: first.entry.clone(),
                    second: app.entry.clone(),
                };
                let place = self.second(&at, &app.entry);
                self.refuse(cx, "INSTALLED_APPS", place, 1.0, wrong);
                return;
            }
            labels.push((label, app));
        }
    }

    /// The last place of an entry in a list.
    fn second(&self, at: &Written, name: &str) -> (ModuleId, TextRange) {
        let mut place = self.inside(at, name);
        while let Some(next) =
            self.literal_behind(at.module, name, place.1.start() + TextSize::from(1))
        {
            // A list is no longer than that, whatever stands behind it.
            if self.modules[at.module].source.as_ref().is_some_and(|source| {
                source.text()[place.1.end().to_usize()..next.start().to_usize()].contains(']')
            }) {
                break;
            }
            place.1 = next;
        }
        place
    }

    /// What Django calls an app of the project by.
    pub(super) fn label(&mut self, cx: &Cx, app: &App) -> Option<String> {
        // A label may be made when the configuration is.
        let makes = |class: &ClassVal| {
            class.opaque || class.methods.iter().any(|it| matches!(&*it.name, "__init__" | "label"))
        };
        if app.unclear || app.config.as_ref().is_some_and(|config| makes(config)) {
            return None;
        }
        // The configuration of a library's app (`AdminConfig`), of which this is a child, has a label.
        let child = |class: &ClassVal| {
            class.bases.iter().any(|base| {
                matches!(base, Value::Ext(name) if !matches!(&**name, "django.apps.AppConfig" | "django.apps.config.AppConfig"))
            })
        };
        let child = app.config.as_ref().is_some_and(|config| child(config));
        let own = app.config.as_ref().map(|config| self.member(cx, config, "label", false));
        match own {
            Some(Value::Str(label)) => return Some(label.to_string()),
            // Given in a way that is not understood.
            Some(Value::Unknown | Value::Ext(_)) | None => {}
            Some(_) => return None,
        }
        let written = app
            .config
            .as_ref()
            .is_some_and(|config| config.attributes.iter().any(|(name, _)| &**name == "label"));
        if written || child {
            return None;
        }
        let package = &self.modules[app.package].name;
        package.rsplit('.').next().map(str::to_owned)
    }

    /// `AUTH_USER_MODEL` leads to a model of an installed app.
    pub(super) fn user_model(&mut self, cx: &Cx, settings: ModuleId, apps: &[App]) {
        let Some(at) = self.written(settings, "AUTH_USER_MODEL") else { return };
        let Value::Str(text) = at.value.clone() else { return };
        let place = (at.module, at.range);
        let parts: Vec<&str> = text.split('.').collect();
        let [label, model] = parts.as_slice() else {
            let right = match parts.as_slice() {
                [.., app, "models", model] | [app, .., model] => Some(format!("{app}.{model}")),
                _ => None,
            };
            self.refuse(cx, "AUTH_USER_MODEL", place, 1.0, SettingWrong::UserModelForm(right));
            return;
        };
        let mut found = None;
        let mut unclear = false;
        for app in apps {
            match self.label(cx, app) {
                Some(known) if known == *label => found = Some(app.package),
                Some(_) => {}
                None => unclear = true,
            }
        }
        if let Some(package) = found {
            self.user_class(cx, place, package, model);
            return;
        }
        // An app of a library may have that label.
        let foreign = self.dotted_list(settings, "INSTALLED_APPS").iter().any(|(name, ..)| {
            name.split('.').any(|part| part == *label) && !apps.iter().any(|app| app.entry == *name)
        });
        let beside = {
            let own = self.own_path();
            self.finder.find(label, own.iter().map(String::as_str)).is_some()
        };
        if !self.apps_unknown && !unclear && !foreign {
            let certainty = if beside { 1.0 } else { 0.8 };
            let wrong = SettingWrong::UserModelApp((*label).to_owned());
            self.refuse(cx, "AUTH_USER_MODEL", place, certainty, wrong);
        }
    }

    fn user_class(
        &mut self,
        cx: &Cx,
        place: (ModuleId, TextRange),
        package: ModuleId,
        model: &str,
    ) {
        let full = format!("{}.models", self.modules[package].name);
        let Some(&models) = self.by_name.get(&full) else {
            // Without the file there is no model at all.
            let dirs = self.modules[package].search.clone();
            if !dirs.is_empty()
                && self.finder.find("models", dirs.iter().map(String::as_str)).is_none()
            {
                let wrong = SettingWrong::UserModelClass { model: model.to_owned(), near: None };
                self.refuse(cx, "AUTH_USER_MODEL", place, 1.0, wrong);
            }
            return;
        };
        // Models are found by name in any capitals, wherever in the app they stand.
        let has = |this: &Self, id: ModuleId| {
            let module = &this.modules[id];
            module.dynamic
                || module.ended
                || module.names.iter().any(|(name, binding)| {
                    name.eq_ignore_ascii_case(model)
                        || matches!(&binding.value, Value::Class(class) if class.name.eq_ignore_ascii_case(model))
                })
        };
        let prefix = format!("{}.", self.modules[package].name);
        let anywhere = (0..self.modules.len())
            .filter(|&id| id == models || self.modules[id].name.starts_with(&prefix))
            .any(|id| has(self, id));
        if anywhere || self.names_of(models).opaque {
            return;
        }
        let classes: Vec<Rc<str>> = self.modules[models]
            .names
            .values()
            .filter_map(|binding| match &binding.value {
                Value::Class(class) if class.module == models => Some(Rc::clone(&class.name)),
                _ => None,
            })
            .collect();
        let near = near::nearest(model, classes.iter().map(|name| &**name)).or_else(|| {
            let mut users = classes.iter().filter(|name| {
                let name = name.to_lowercase();
                name.contains("user") && !name.contains("manager")
            });
            let first = users.next()?;
            users.next().is_none().then(|| first.to_string())
        });
        let wrong = SettingWrong::UserModelClass { model: model.to_owned(), near };
        self.refuse(cx, "AUTH_USER_MODEL", place, 1.0, wrong);
    }
}

/// The host's name in an address; `None` for what nobody means as one.
fn right_host(host: &str) -> Option<String> {
    if host == "*" || host.is_empty() {
        return None;
    }
    let bare = host.trim().split_once("://").map_or(host.trim(), |(_, rest)| rest);
    let bare = bare.split('/').next().unwrap_or(bare);
    let bare = match bare.rsplit_once(':') {
        Some((name, port)) if !name.contains(':') && port.bytes().all(|b| b.is_ascii_digit()) => {
            name
        }
        _ => bare,
    };
    // `*.shop.com` is written `.shop.com`.
    let bare = bare.strip_prefix("*.").map_or_else(|| bare.to_owned(), |rest| format!(".{rest}"));
    (!bare.is_empty()).then_some(bare)
}

fn same_path(a: &str, b: &str) -> bool {
    a.trim_end_matches('/') == b.trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::right_host;

    #[test]
    fn hosts_are_names_alone() {
        for (written, right) in [
            ("https://ana.pythonanywhere.com/", "ana.pythonanywhere.com"),
            ("ana.pythonanywhere.com/", "ana.pythonanywhere.com"),
            ("shop.com:8000", "shop.com"),
            ("*.shop.com", ".shop.com"),
            (" shop.com", "shop.com"),
        ] {
            assert_eq!(right_host(written).as_deref(), Some(right));
        }
        for fine in ["shop.com", ".shop.com", "127.0.0.1", "[::1]", "::1"] {
            assert_eq!(right_host(fine).as_deref(), Some(fine));
        }
        assert_eq!(right_host("*"), None);
    }
}
