//! Django's admin and model fields: what is registered twice, and arguments that no field has.

use rustpython_ruff_python_ast as ast;
use rustpython_ruff_text_size::{Ranged, TextRange};

use super::call::Args;
use super::event::SettingWrong;
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
        let range = call.range;
        match name {
            "django.contrib.admin.site.unregister" => {
                // Whatever it is, it may be registered anew.
                let Some(first) = args.positional.first() else { return };
                for model in models(first) {
                    self.unregistered.push(model);
                }
            }
            "django.contrib.admin.site.register" | "django.contrib.admin.register"
                if !args.has_stars() && !args.keywords.iter().any(|(key, _)| key == "site") =>
            {
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
        if cx.caught.any {
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
}

/// One model, or several in a list.
fn models(value: &Value) -> Vec<Model> {
    match value {
        Value::List(items, _) => items.iter().filter_map(model_of).collect(),
        other => model_of(other).into_iter().collect(),
    }
}
