//! Values of the wrong kind in Django's settings, URL configurations and models.

use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::Ranged;

use super::call::Args;
use super::event::{FieldValue, SettingWrong, UrlRefused};
use super::{Cx, EventKind, Interp};
use crate::python::lints::near;
use crate::python::value::{ModuleId, Value};

/// What `class Meta` of a model may say, in any version.
const META: &[&str] = &[
    "verbose_name",
    "verbose_name_plural",
    "db_table",
    "db_table_comment",
    "ordering",
    "unique_together",
    "permissions",
    "get_latest_by",
    "order_with_respect_to",
    "app_label",
    "db_tablespace",
    "abstract",
    "managed",
    "proxy",
    "swappable",
    "auto_created",
    "index_together",
    "apps",
    "default_permissions",
    "select_on_save",
    "default_related_name",
    "required_db_features",
    "required_db_vendor",
    "base_manager_name",
    "default_manager_name",
    "indexes",
    "constraints",
    "default_manager",
    "manager_inheritance_from_future",
];

/// The rules of `on_delete`.
const RULES: &[&str] = &["CASCADE", "PROTECT", "RESTRICT", "SET_NULL", "SET_DEFAULT", "DO_NOTHING"];

impl Interp<'_> {
    /// `urlpatterns = ["path(…)"]`, `ALLOWED_HOSTS = os.environ.get("HOSTS", "")`.
    pub(super) fn wrong_kind(&mut self, cx: &Cx, target: &Expr, value: &Expr) {
        let Expr::Name(name) = target else { return };
        if cx.frame.is_some() || cx.quiet || cx.caught.any || cx.weight < 1.0 {
            return;
        }
        match (name.id.as_str(), value) {
            ("urlpatterns", Expr::List(list)) => {
                let text = list.elts.iter().find(|item| item.is_string_literal_expr());
                if let Some(text) = text {
                    let kind = EventKind::UrlRefused(UrlRefused::TextAmong);
                    self.emit(cx, text.range(), "url", kind);
                }
            }
            ("ALLOWED_HOSTS", value) if self.is_variable(cx, value) => {
                // Code further down may make a list of it.
                let Some(source) = self.modules[cx.module].source.clone() else { return };
                let written = source.slice(value.range()).to_owned();
                let uses = source.text().matches(name.id.as_str()).count()
                    - written.matches(name.id.as_str()).count();
                let named = self.modules[cx.module].name.as_str();
                let django = matches!(self.environ.get("DJANGO_SETTINGS_MODULE"),
                    Some(Value::Str(settings)) if **settings == *named
                        || settings.strip_suffix(named).is_some_and(|up| up.ends_with('.')));
                // All names together may be given to something that changes them.
                let open = ["globals()", "locals()", "vars()"];
                let open = open.iter().any(|word| source.text().contains(word));
                if uses == 1 && django && !open {
                    let wrong = SettingWrong::FromVariable(written);
                    self.refuse(cx, name.id.as_str(), (cx.module, name.range), 1.0, wrong);
                }
            }
            _ => {}
        }
    }

    /// `os.environ["X"]`, `os.environ.get("X", "a text")` or `os.getenv("X", "a text")`.
    fn is_variable(&self, cx: &Cx, value: &Expr) -> bool {
        let Some(source) = self.modules[cx.module].source.as_ref() else { return false };
        match value {
            Expr::Subscript(node) => source.slice(node.value.range()) == "os.environ",
            Expr::Call(call) => {
                matches!(call.arguments.args.get(1), Some(Expr::StringLiteral(_)))
                    && matches!(
                        source.slice(call.func.range()),
                        "os.environ.get" | "os.getenv" | "environ.get" | "getenv"
                    )
            }
            _ => false,
        }
    }

    /// No `ROOT_URLCONF` in settings that are a site's.
    pub(super) fn root_urls(&mut self, cx: &Cx, settings: ModuleId) {
        if self.names_of(settings).opaque {
            return;
        }
        let module = &self.modules[settings];
        if module.dynamic
            || module.names.contains_key("ROOT_URLCONF")
            || module.names.contains_key("__getattr__")
            || module.source.as_ref().is_none_or(|source| {
                !source.problems().is_empty() || source.text().contains("URLCONF")
            })
        {
            return;
        }
        let package = module.name.split('.').next().unwrap_or_default().to_owned();
        if self.written(settings, "MIDDLEWARE").is_none() {
            return;
        }
        if let Some(at) = self.written(settings, "INSTALLED_APPS") {
            let wrong = SettingWrong::NoRootUrls(package);
            self.refuse(cx, "ROOT_URLCONF", (at.module, at.range), 0.8, wrong);
        }
    }

    /// `ForeignKey(get_user_model, on_delete="CASCADE")`.
    pub(super) fn field_values(&mut self, cx: &Cx, call: &ast::ExprCall, name: &str, args: &Args) {
        let relation = matches!(
            name.strip_prefix("django.db.models."),
            Some("ForeignKey" | "OneToOneField" | "ManyToManyField")
        );
        if !relation || cx.caught.any || cx.caught.types || cx.quiet {
            return;
        }
        let given = |at: usize, keyword: &str| {
            call.arguments.args.get(at).or_else(|| {
                let mut keywords = call.arguments.keywords.iter();
                let found = keywords.find(|it| it.arg.as_ref().is_some_and(|arg| arg == keyword));
                found.map(|found| &found.value)
            })
        };
        if let (Some(Value::Ext(to)), Some(at)) = (args.get(0, "to"), given(0, "to"))
            && &**to == "django.contrib.auth.get_user_model"
        {
            let source = self.modules[cx.module].source.as_ref();
            let written = source.map_or_else(String::new, |it| it.slice(at.range()).to_owned());
            let kind = EventKind::FieldValue(FieldValue::UserNotCalled(written));
            self.emit(cx, at.range(), "field", kind);
        }
        if name.ends_with("ManyToManyField") {
            return;
        }
        if let (Some(Value::Str(text)), Some(at)) =
            (args.get(1, "on_delete"), given(1, "on_delete"))
            && RULES.contains(&text.rsplit('.').next().unwrap_or(text))
            && self.django_from("3.0") != Some(false)
        {
            let kind = EventKind::FieldValue(FieldValue::OnDeleteText(text.to_string()));
            self.emit(cx, at.range(), "field", kind);
        }
    }

    /// `ProtocolTypeRouter({"http": get_asgi_application})`.
    pub(super) fn protocols(&mut self, cx: &Cx, call: &ast::ExprCall) {
        let Some(Expr::Dict(table)) = call.arguments.args.first() else { return };
        if cx.quiet || cx.caught.any {
            return;
        }
        for item in &table.items {
            if !matches!(&item.value, Expr::Name(_) | Expr::Attribute(_)) {
                continue;
            }
            if let Value::Ext(name) = self.expr(&cx.quietly(), &item.value)
                && &*name == "django.core.asgi.get_asgi_application"
                && let Some(source) = self.modules[cx.module].source.as_ref()
            {
                let written = source.slice(item.value.range()).to_owned();
                let kind = EventKind::UrlRefused(UrlRefused::AppNotCalled(written));
                self.emit(cx, item.value.range(), "url", kind);
            }
        }
    }

    /// Names in `class Meta` of a model that are nearly ones that Django knows.
    pub(super) fn meta_names(&mut self, cx: &Cx, def: &ast::StmtClassDef) {
        if cx.quiet || cx.caught.any || cx.caught.types || cx.frame.is_some() {
            return;
        }
        let metas = def.body.iter().filter_map(|stmt| match stmt {
            Stmt::ClassDef(inner) if inner.name.as_str() == "Meta" => Some(inner),
            _ => None,
        });
        let bodies = metas.filter(|meta| meta.arguments.is_none()).flat_map(|meta| &meta.body);
        for stmt in bodies {
            let Stmt::Assign(node) = stmt else { continue };
            let [Expr::Name(name)] = node.targets.as_slice() else { continue };
            let given = name.id.as_str();
            if given.starts_with('_') || META.contains(&given) {
                continue;
            }
            if let Some(meant) = near::nearest(given, META.iter().copied())
                && !self.mentions(&["DEFAULT_NAMES"])
            {
                let (model, given) = (def.name.to_string(), given.to_owned());
                self.emit(cx, name.range, "meta", EventKind::MetaName { model, given, meant });
            }
        }
    }
}
