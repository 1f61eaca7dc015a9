//! What `path()`, `re_path()`, `url()` and `include()` refuse, or every visit fails with.

use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::{Ranged, TextRange};

use super::call::Args;
use super::event::UrlRefused;
use super::{Cx, EventKind, Interp};
use crate::python::value::{ModuleId, Value};

/// What may stand before the colon in `<int:number>`.
const CONVERTERS: &[&str] = &["str", "int", "slug", "uuid", "path"];

impl Interp<'_> {
    /// `path(route, view)`.
    pub(super) fn url_path(&mut self, cx: &Cx, call: &ast::ExprCall, name: &str, args: &Args) {
        if cx.caught.any || cx.quiet {
            return;
        }
        if let (Some(Value::Str(route)), Some(first)) =
            (args.get(0, "route"), call.arguments.args.first())
        {
            let route = route.to_string();
            match name {
                "django.urls.path" => self.route_of_path(cx, &route, first.range()),
                _ => {
                    if let Some(group) = open_group(&route) {
                        self.url_refused(cx, first.range(), UrlRefused::Group(group));
                    }
                }
            }
        }
        let given = call.arguments.args.get(1).or_else(|| {
            let mut keywords = call.arguments.keywords.iter();
            let found = keywords.find(|it| it.arg.as_ref().is_some_and(|arg| arg == "view"));
            found.map(|keyword| &keyword.value)
        });
        let (Some(view), Some(given)) = (args.get(1, "view"), given) else { return };
        let range = given.range();
        let source = self.modules[cx.module].source.clone();
        let written =
            || source.as_ref().map_or_else(String::new, |source| source.slice(range).to_owned());
        let wrong = match view {
            Value::Str(text) => {
                // Before 1.10 this was the way to name a view.
                if name == "django.conf.urls.url" && self.django_from("1.10") != Some(true) {
                    return;
                }
                UrlRefused::ViewText(text.to_string())
            }
            Value::Class(class) if !class.opaque && self.is_view(class) => {
                UrlRefused::Class(written())
            }
            Value::Class(class) if !class.opaque && self.is_consumer(class) => {
                UrlRefused::Consumer(written())
            }
            Value::Ext(name) if name.ends_with(".as_view") => UrlRefused::AsView(written()),
            Value::Ext(name)
                if name.starts_with("django.views.generic.") && name.ends_with("View")
                    || name.starts_with("django.contrib.auth.views.") && name.ends_with("View") =>
            {
                UrlRefused::Class(written())
            }
            Value::Ext(name)
                if &**name == "django.contrib.admin.site.urls" && self.lacks_admin() =>
            {
                UrlRefused::AdminMissing
            }
            Value::Module(id) if self.modules[*id].source.is_some() => {
                UrlRefused::Module(written())
            }
            Value::Func(_) => {
                // More arguments may come as a dictionary.
                let plain = name == "django.urls.path"
                    && args.positional.len() < 3
                    && !args.has_stars()
                    && !args.keywords.iter().any(|(key, _)| key == "kwargs");
                self.django_view_of(cx, view, args.get(0, "route"), plain);
                return;
            }
            _ => return,
        };
        self.url_refused(cx, range, wrong);
    }

    /// A class-based view, by bases that are known to the end.
    fn is_view(&self, class: &crate::python::value::ClassVal) -> bool {
        if class.methods.iter().any(|func| matches!(&*func.name, "__new__" | "__init__")) {
            return false;
        }
        class.bases.iter().any(|base| match base {
            Value::Ext(name) => {
                (name.starts_with("django.views.")
                    || name.starts_with("rest_framework.")
                    || name.starts_with("django.contrib.auth.views."))
                    && (name.ends_with("View") || name.ends_with("ViewSet"))
            }
            Value::Class(base) => self.is_view(base),
            _ => false,
        })
    }

    /// All apps are known, and none is or brings the admin.
    fn lacks_admin(&self) -> bool {
        self.settings.is_some()
            && self.apps_ready
            && !self.apps_unknown
            && !self.apps_unclear
            && !self.app_names.is_empty()
            && !self.app_names.iter().any(|name| name.to_lowercase().contains("admin"))
            && !self
                .modules
                .iter()
                .filter_map(|module| module.source.as_ref())
                .any(|source| source.text().contains("AdminConfig"))
    }

    /// A consumer of channels, which has `as_asgi()` since 3.0.
    fn is_consumer(&mut self, class: &crate::python::value::ClassVal) -> bool {
        self.has_base(class, "Consumer")
            && class.bases.iter().all(|base| {
                matches!(base, Value::Class(_))
                    || matches!(base, Value::Ext(name) if name.starts_with("channels."))
            })
            && self
                .version_of("channels", "channels")
                .is_some_and(|version| crate::rules::removed_names::is_from(&version, "3.0"))
    }

    /// `static(settings.MEDIA_URL, document_root=…)` of `django.templatetags.static`.
    pub(super) fn static_of_urls(&mut self, cx: &Cx, call: &ast::ExprCall, args: &Args) {
        let of_urls = args.keywords.iter().any(|(key, _)| key == "document_root");
        if of_urls && !cx.caught.any {
            self.url_refused(cx, call.range(), UrlRefused::OtherStatic);
        }
    }

    fn route_of_path(&mut self, cx: &Cx, route: &str, range: TextRange) {
        let mut rest = route;
        while let Some((_, after)) = rest.split_once('<') {
            let Some((inner, behind)) = after.split_once('>') else { break };
            rest = behind;
            if route.contains("(?P<") {
                break;
            }
            let (converter, name) = match inner.split_once(':') {
                Some((converter, name)) => (Some(converter), name),
                None => (None, inner),
            };
            let is_name = |text: &str| {
                !text.is_empty()
                    && !text.starts_with(|c: char| c.is_ascii_digit())
                    && text.chars().all(|c| c.is_alphanumeric() || c == '_')
            };
            if let Some(converter) = converter
                && !CONVERTERS.contains(&converter)
                && is_name(converter)
                && !self.own_converters()
            {
                let meant = if CONVERTERS.contains(&name) {
                    Some(format!("<{name}:{converter}>"))
                } else {
                    let known = match converter {
                        "string" => Some("str"),
                        "integer" | "number" | "id" | "float" => Some("int"),
                        _ => None,
                    };
                    known.map(|known| format!("<{known}:{name}>"))
                };
                if meant.is_some() || !self.has_foreign_apps() {
                    let given = format!("<{inner}>");
                    self.url_refused(cx, range, UrlRefused::Converter { given, meant });
                }
                return;
            }
            if inner.contains(char::is_whitespace) || !is_name(name) {
                self.url_refused(cx, range, UrlRefused::Parameter(format!("<{inner}>")));
                return;
            }
        }
        if route.starts_with('^') || route.ends_with('$') || route.contains("(?P<") {
            self.url_refused(cx, range, UrlRefused::Regular(route.to_owned()));
        }
    }

    /// Some module registers converters of its own.
    fn own_converters(&self) -> bool {
        self.mentions(&["register_converter", "REGISTERED_CONVERTERS"])
    }

    /// An app from elsewhere, which may register converters as well.
    fn has_foreign_apps(&self) -> bool {
        self.apps_unknown
            || self.app_names.iter().any(|name| {
                let top = name.split('.').next().unwrap_or(name);
                top != "django" && !self.by_name.contains_key(top)
            })
    }

    /// `include(what, namespace=…)`.
    pub(super) fn url_include(
        &mut self,
        cx: &Cx,
        call: &ast::ExprCall,
        name: &str,
        args: &Args,
        included: Option<ModuleId>,
    ) {
        if cx.caught.any || cx.quiet {
            return;
        }
        let Some(first) = call.arguments.args.first() else { return };
        let range = first.range();
        match args.positional.first() {
            Some(Value::Ext(name)) if &**name == "django.contrib.admin.site.urls" => {
                if self.is_new_include(name_of(call)) || self.django_from("2.0") == Some(true) {
                    self.url_refused(cx, range, UrlRefused::AdminIncluded);
                }
                return;
            }
            Some(Value::Unknown) => self.not_imported(cx, first),
            _ => {}
        }
        // `django.urls` has it since 2.0, when this became an error.
        if name != "django.urls.include" && self.django_from("2.0") != Some(true) {
            return;
        }
        let Some(Value::Str(namespace)) = args.get(1, "namespace") else { return };
        let namespace = namespace.to_string();
        let source = |this: &Self| {
            this.modules[cx.module]
                .source
                .as_ref()
                .map(|source| source.slice(range).to_owned())
                .filter(|text| text.len() <= 40)
        };
        let wrong = match (included, first) {
            (Some(id), _) => {
                let module = &self.modules[id];
                if module.dynamic
                    || module.source.is_none()
                    || module.names.contains_key("app_name")
                    || module.names.contains_key("__getattr__")
                    || module.loading
                {
                    return;
                }
                let names = self.names_of(id);
                if names.opaque || names.module.contains_key("app_name") {
                    return;
                }
                let file = self.options.shown(&self.modules[id].path);
                let file = file.rsplit('/').take(2).collect::<Vec<_>>();
                let file = file.into_iter().rev().collect::<Vec<_>>().join("/");
                UrlRefused::Namespace { file: Some(file), listed: None, namespace }
            }
            (None, Expr::List(_)) => {
                UrlRefused::Namespace { file: None, listed: source(self), namespace }
            }
            (None, _) => match args.positional.first() {
                Some(Value::Ext(name))
                    if name.starts_with("rest_framework.routers.") && name.ends_with("().urls") =>
                {
                    UrlRefused::Namespace { file: None, listed: source(self), namespace }
                }
                _ => return,
            },
        };
        self.url_refused(cx, call.range(), wrong);
    }

    fn is_new_include(&self, name: Option<&str>) -> bool {
        name.is_some() && self.uses_new_urls()
    }

    /// `include(shop.urls)` where only the package was imported.
    fn not_imported(&mut self, cx: &Cx, given: &Expr) {
        let Expr::Attribute(node) = given else { return };
        let Value::Module(package) = self.expr(&cx.quietly(), &node.value) else { return };
        let module = &self.modules[package];
        if module.search.is_empty()
            || module.dynamic
            || module.loading
            || module.names.contains_key(node.attr.as_str())
            || module.names.contains_key("__getattr__")
            || self.apps_unknown
        {
            return;
        }
        let full = format!("{}.{}", module.name, node.attr);
        let dirs = module.search.clone();
        if self.by_name.contains_key(&full)
            || self.finder.find(&node.attr, dirs.iter().map(String::as_str)).is_none()
        {
            return;
        }
        self.url_refused(cx, given.range(), UrlRefused::NotImported(full));
    }

    fn url_refused(&mut self, cx: &Cx, range: TextRange, wrong: UrlRefused) {
        self.emit(cx, range, "url", EventKind::UrlRefused(wrong));
    }
}

fn name_of(call: &ast::ExprCall) -> Option<&str> {
    match &*call.func {
        Expr::Name(name) => Some(name.id.as_str()),
        _ => None,
    }
}

/// A named group of a regular expression whose name does not end: `(?P<id\d+)`.
fn open_group(pattern: &str) -> Option<String> {
    pattern.match_indices("(?P<").find_map(|(at, _)| {
        let rest = &pattern[at + 4..];
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        (end == 0 || !rest[end..].starts_with('>')).then(|| {
            let shown: String = pattern[at..].chars().take(20).collect();
            shown
        })
    })
}

#[cfg(test)]
mod tests {
    use super::open_group;

    #[test]
    fn groups_whose_names_do_not_end() {
        for wrong in [r"^post/(?P<pk\d+)/$", r"(?P<>x)", r"(?P<pk:int>\d+)"] {
            assert!(open_group(wrong).is_some(), "{wrong}");
        }
        for fine in [r"^post/(?P<pk>\d+)/$", r"(?P=pk)", r"(?:x)", "^$"] {
            assert!(open_group(fine).is_none(), "{fine}");
        }
    }
}
