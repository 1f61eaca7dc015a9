//! Django's admin and model fields: what is registered twice, and arguments that no field has.

use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::{Ranged, TextRange};

use super::call::Args;
use super::event::{LibraryRefuses, ModelWithoutApp, SettingWrong};
use super::{Cx, EventKind, Interp};
use crate::python::lints::near;
use crate::python::value::{ModuleId, Value};

/// What fields of Django's models take by name, in any version.
const FIELD_ARGUMENTS: &[&str] = &[
    "verbose_name",
    "name",
    "primary_key",
    "max_length",
    "unique",
    "blank",
    "null",
    "db_index",
    "rel",
    "default",
    "editable",
    "serialize",
    "unique_for_date",
    "unique_for_month",
    "unique_for_year",
    "choices",
    "help_text",
    "db_column",
    "db_tablespace",
    "auto_created",
    "validators",
    "error_messages",
    "db_comment",
    "db_default",
    "on_delete",
    "to",
    "to_field",
    "related_name",
    "related_query_name",
    "limit_choices_to",
    "parent_link",
    "db_constraint",
    "swappable",
    "symmetrical",
    "through",
    "through_fields",
    "db_table",
    "auto_now",
    "auto_now_add",
    "max_digits",
    "decimal_places",
    "upload_to",
    "storage",
    "width_field",
    "height_field",
    "path",
    "match",
    "recursive",
    "allow_files",
    "allow_folders",
    "protocol",
    "unpack_ipv4",
    "encoder",
    "decoder",
    "allow_unicode",
    "db_collation",
    "expression",
    "output_field",
    "db_persist",
    "from_fields",
    "to_fields",
];

/// A model: its module and name.
type Model = (Option<ModuleId>, String);

fn model_of(value: &Value) -> Option<Model> {
    match value {
        Value::Class(class) => Some((Some(class.module), class.name.to_string())),
        Value::Ext(name) => {
            let model = name.strip_prefix("django.contrib.auth.models.")?;
            matches!(model, "User" | "Group").then(|| (None, model.to_owned()))
        }
        _ => None,
    }
}

impl Interp<'_> {
    /// `admin.site.register(Book)`, `admin.site.unregister(User)`, `@admin.register(Book)`.
    pub(super) fn admin_call(&mut self, cx: &Cx, call: &ast::ExprCall, name: &str, args: &Args) {
        let range = call.range();
        match name {
            "django.contrib.admin.site.unregister" => {
                if self.class_of_admin(cx, call, args, "unregister") {
                    return;
                }
                // Whatever it is, it may be registered anew.
                let Some(first) = args.positional.first() else { return };
                for model in models(first) {
                    self.unregistered.push(model);
                }
            }
            "django.contrib.admin.site.register" | "django.contrib.admin.register"
                if !args.has_stars() && !args.keywords.iter().any(|(key, _)| key == "site") =>
            {
                if let (Some(Value::Module(id)), Some(first)) =
                    (args.positional.first(), call.arguments.args.first())
                    && !cx.caught.errors
                    && !cx.caught.types
                    && self.modules[*id].source.is_some()
                {
                    let written = super::stmt::dotted_text(first).unwrap_or_default();
                    let refuses = LibraryRefuses::ModuleOfModels(written);
                    self.refuses(cx, first.range(), refuses, 1.0);
                    return;
                }
                if self.class_of_admin(cx, call, args, "register") {
                    return;
                }
                let given: Vec<Model> = if name.ends_with("site.register") {
                    args.positional.first().map(models).unwrap_or_default()
                } else {
                    args.positional.iter().filter_map(model_of).collect()
                };
                for model in given {
                    self.admin_registered(cx, model, range);
                }
            }
            _ => {}
        }
    }

    /// `admin.site.register(PostAdmin)`: how the admin shows a model, in place of the model.
    fn class_of_admin(
        &mut self,
        cx: &Cx,
        call: &ast::ExprCall,
        args: &Args,
        method: &'static str,
    ) -> bool {
        let (Some(Value::Class(class)), Some(first)) =
            (args.positional.first(), call.arguments.args.first())
        else {
            return false;
        };
        let [Value::Ext(base)] = class.bases.as_slice() else { return false };
        let of_admin = base
            .strip_prefix("django.contrib.admin.")
            .is_some_and(|base| matches!(base, "ModelAdmin" | "StackedInline" | "TabularInline"));
        if !of_admin || cx.caught.errors || cx.quiet {
            return false;
        }
        let class = class.name.to_string();
        let model = class.strip_suffix("Admin").filter(|name| !name.is_empty());
        let model = model.filter(|name| self.modules[cx.module].names.contains_key(*name));
        let model = model.map(str::to_owned);
        let more = args.positional.len() > 1;
        let refuses = LibraryRefuses::AdminClass { class, model, method, more };
        self.refuses(cx, first.range(), refuses, 1.0);
        true
    }

    fn admin_registered(&mut self, cx: &Cx, model: Model, range: TextRange) {
        if cx.quiet || cx.weight < 1.0 || cx.via.is_some() || self.hooks {
            return;
        }
        if let Some(at) = self.unregistered.iter().position(|known| *known == model) {
            self.unregistered.remove(at);
            return;
        }
        // Django's own stand in its own `admin.py`, before those of the project.
        let own = model.0.is_none()
            && self.app_names.iter().any(|name| name == "django.contrib.auth")
            && self.app_names.iter().any(|name| name == "django.contrib.admin");
        let first = self.registered.iter().find(|(known, ..)| *known == model);
        let first = match first {
            Some((_, module, range)) => Some((*module, *range)),
            None if own => None,
            None => {
                self.registered.push((model, cx.module, range));
                return;
            }
        };
        // Code may take it out in its own way; a model that another one stands in for is passed over.
        let swapped = own
            && self
                .settings
                .and_then(|settings| self.written(settings, "AUTH_USER_MODEL"))
                .is_some();
        if cx.caught.any || swapped || self.mentions(&["._registry"]) {
            return;
        }
        let kind = EventKind::RegisteredTwice { model: model.1, first };
        self.emit(cx, range, "registered", kind);
    }

    /// `CharField(maxlength=20)`.
    pub(super) fn field_arguments(&mut self, cx: &Cx, call: &ast::ExprCall, name: &str) {
        let Some(field) = name.strip_prefix("django.db.models.") else { return };
        if !field.ends_with("Field") && field != "ForeignKey" || field.contains('.') {
            return;
        }
        if cx.caught.types || cx.caught.any {
            return;
        }
        for keyword in &call.arguments.keywords {
            let Some(given) = &keyword.arg else { continue };
            if FIELD_ARGUMENTS.contains(&given.as_str()) {
                continue;
            }
            if let Some(meant) = near::nearest(given, FIELD_ARGUMENTS.iter().copied()) {
                let kind = EventKind::FieldArgument {
                    field: field.to_owned(),
                    given: given.to_string(),
                    meant,
                };
                self.emit(cx, given.range(), "field", kind);
            }
        }
    }

    /// `get_user_model()` at the top of the file that defines that very model further down.
    pub(super) fn user_model_early(&mut self, cx: &Cx, range: TextRange) {
        let Some(settings) = self.settings.filter(|_| self.apps_ready && !cx.caught.any) else {
            return;
        };
        let Some(Value::Str(text)) = self.written(settings, "AUTH_USER_MODEL").map(|it| it.value)
        else {
            return;
        };
        let Some((app, model)) = text.split_once('.') else { return };
        let module = &self.modules[cx.module];
        let here = module
            .name
            .strip_suffix(".models")
            .is_some_and(|package| package.rsplit('.').next() == Some(app));
        if !here || !module.loading || cx.via.is_some() || module.names.contains_key(model) {
            return;
        }
        let below = self.names_of(cx.module).module.get(model).copied();
        if below.is_some_and(|at| at > range.start().to_u32()) {
            let wrong = SettingWrong::UserTooEarly(model.to_owned());
            self.refuse(cx, "AUTH_USER_MODEL", (cx.module, range), 1.0, wrong);
        }
    }

    /// A model was defined: its package must be an installed app.
    pub(super) fn model_without_app(&mut self, cx: &Cx, def: &ast::StmtClassDef) {
        if self.settings.is_none() || !self.apps_ready || self.apps_unknown {
            return;
        }
        if cx.quiet || cx.frame.is_some() || cx.caught.any || cx.caught.runtime || self.apps_unclear
        {
            return;
        }
        let module = self.modules[cx.module].name.clone();
        if cx.module == 0 || module == "__main__" || self.modules[cx.module].shielded {
            return;
        }
        // What is called `Meta` otherwise may say anything.
        let other = |stmt: &Stmt| {
            matches!(stmt, Stmt::Assign(node) if node.targets.iter().any(|target| {
                matches!(target, Expr::Name(name) if name.id.as_str() == "Meta")
            }))
        };
        if def.body.iter().any(other) {
            return;
        }
        // `class Meta` may say which app it is, or that it is none.
        let meta = def.body.iter().find_map(|stmt| match stmt {
            Stmt::ClassDef(inner) if inner.name.as_str() == "Meta" => Some(inner),
            _ => None,
        });
        if let Some(meta) = meta {
            let says = |stmt: &Stmt| match stmt {
                Stmt::Assign(node) => node.targets.iter().any(|target| {
                    matches!(target, Expr::Name(name)
                        if matches!(name.id.as_str(), "app_label" | "abstract"))
                }),
                Stmt::Pass(_) | Stmt::Expr(_) => false,
                _ => true,
            };
            if meta.arguments.is_some() || meta.body.iter().any(says) {
                return;
            }
        }
        // `polls`, `polls.apps.PollsConfig`, and what a configuration says that it is of.
        let names: Vec<String> = self
            .app_names
            .iter()
            .map(|name| match name.rsplit_once('.') {
                Some((module, last)) if last.starts_with(char::is_uppercase) => {
                    module.strip_suffix(".apps").unwrap_or(module).to_owned()
                }
                _ => name.clone(),
            })
            .collect();
        let within = |name: &str| {
            module == name || module.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'))
        };
        if names.iter().any(|name| within(name)) {
            return;
        }
        let package = module.rsplit_once('.').map_or(module.as_str(), |(package, _)| package);
        // The very file is an app's, under another name.
        let folder = crate::python::resolve::pathops::parent(&self.modules[cx.module].path);
        let installed_as = self
            .modules
            .iter()
            .filter(|other| other.search.contains(&folder) && other.name != package)
            .map(|other| other.name.clone())
            .find(|name| names.contains(name));
        let mut place = (cx.module, def.name.range);
        if installed_as.is_some() {
            let top = package.split('.').next().unwrap_or(package);
            let outside = self
                .import_sites
                .iter()
                .rev()
                .find(|(id, _)| self.modules[*id].name.split('.').next() != Some(top));
            place = outside.copied().unwrap_or(place);
        }
        let kind = ModelWithoutApp {
            model: def.name.to_string(),
            package: package.to_owned(),
            installed_as,
        };
        let cx = Cx { module: place.0, ..cx.clone() };
        self.emit(&cx, place.1, "model-app", EventKind::ModelWithoutApp(kind));
    }
}

/// One model, or several in a list.
fn models(value: &Value) -> Vec<Model> {
    match value {
        Value::List(items, _) => items.iter().filter_map(model_of).collect(),
        other => model_of(other).into_iter().collect(),
    }
}
