//! Routers of Django REST framework, and classes that are made from a model: forms and serializers.

use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::Ranged;

use super::call::Args;
use super::event::RouterRefused;
use super::{Cx, EventKind, Interp};
use crate::python::lints::near;
use crate::python::value::{ClassVal, Value};
use crate::rules::removed_names;

/// What makes a form or serializer of a model; whether it is a form.
const FROM_MODEL: &[(&str, bool)] = &[
    ("django.forms.ModelForm", true),
    ("django.forms.models.ModelForm", true),
    ("rest_framework.serializers.ModelSerializer", false),
    ("rest_framework.serializers.HyperlinkedModelSerializer", false),
];

impl Interp<'_> {
    /// `router.register("tasks", TaskViewSet)`.
    pub(super) fn registered(&mut self, cx: &Cx, call: &ast::ExprCall, name: &str, args: &Args) {
        let router = name.starts_with("rest_framework.routers.") && name.ends_with("().register");
        if !router || cx.caught.any || cx.quiet {
            return;
        }
        let keyword = |wanted: &str| {
            let mut keywords = call.arguments.keywords.iter();
            keywords.find(|it| it.arg.as_ref().is_some_and(|arg| arg == wanted))
        };
        if let Some(old) = keyword("base_name") {
            let version = self.version_of("rest_framework", "djangorestframework");
            if version.is_some_and(|version| removed_names::is_from(&version, "3.11")) {
                let kind = EventKind::RouterRefused(RouterRefused::OldKeyword);
                self.emit(cx, old.range, "router", kind);
            }
            return;
        }
        let given = args.positional.len() > 2 || keyword("basename").is_some() || args.has_stars();
        let Some(Value::Class(class)) = args.get(1, "viewset") else { return };
        let later = format!("{}.queryset", class.name);
        if given || !self.lacks_queryset(class) || self.mentions(&[&later, "get_default_basename"])
        {
            return;
        }
        let kind = EventKind::RouterRefused(RouterRefused::NoBasename(class.name.to_string()));
        self.emit(cx, call.range(), "router", kind);
    }

    /// Neither the class nor any base of the project has a `queryset`, and the other bases are the framework's.
    fn lacks_queryset(&self, class: &ClassVal) -> bool {
        let named = |name: &str| name == "queryset";
        !class.opaque
            && !class.attributes.iter().any(|(name, _)| named(name))
            && !class.methods.iter().any(|func| named(&func.name))
            && !class.bases.is_empty()
            && class.bases.iter().all(|base| match base {
                Value::Ext(name) => name.starts_with("rest_framework."),
                Value::Class(base) => self.lacks_queryset(base),
                _ => false,
            })
    }

    /// Every name in `fields` is one of the model's, or of the form itself.
    fn fields_known(&mut self, cx: &Cx, def: &ast::StmtClassDef, meta: &ast::StmtClassDef) {
        let quiet = cx.quietly();
        let value = |name: &str| {
            meta.body.iter().find_map(|stmt| match stmt {
                Stmt::Assign(node)
                    if matches!(node.targets.as_slice(),
                        [Expr::Name(it)] if it.id.as_str() == name) =>
                {
                    Some(&*node.value)
                }
                _ => None,
            })
        };
        let (Some(model), Some(fields)) = (value("model"), value("fields")) else { return };
        if let Expr::StringLiteral(text) = fields
            && text.value.to_str() != "__all__"
        {
            let text = text.value.to_str().to_owned();
            let kind = EventKind::FieldsText { class: def.name.to_string(), text };
            self.emit(cx, fields.range(), "fields", kind);
            return;
        }
        let (Expr::List(ast::ExprList { elts, .. }) | Expr::Tuple(ast::ExprTuple { elts, .. })) =
            fields
        else {
            return;
        };
        let Value::Class(class) = self.expr(&quiet, model) else { return };
        let mut known: Vec<String> = vec!["id".to_owned(), "pk".to_owned()];
        if !self.model_fields(&class, &mut known) {
            return;
        }
        // What the form or serializer declares itself.
        for stmt in &def.body {
            match stmt {
                Stmt::Assign(node) => known.extend(node.targets.iter().filter_map(|it| match it {
                    Expr::Name(name) => Some(name.id.to_string()),
                    _ => None,
                })),
                Stmt::AnnAssign(node) => known.extend(match &*node.target {
                    Expr::Name(name) => Some(name.id.to_string()),
                    _ => None,
                }),
                Stmt::FunctionDef(_) | Stmt::ClassDef(_) | Stmt::Expr(_) | Stmt::Pass(_) => {}
                _ => return,
            }
        }
        for item in elts {
            let Expr::StringLiteral(text) = item else { continue };
            let field = text.value.to_str();
            if known.iter().any(|name| name == field) {
                continue;
            }
            let near = near::nearest(field, known.iter().map(String::as_str));
            // A field of the other model's may point here, and be called by any name.
            if near.is_none() || field.ends_with("_set") || self.may_point_back(field) {
                continue;
            }
            let kind = EventKind::UnknownField {
                model: class.name.to_string(),
                field: field.to_owned(),
                near,
            };
            self.emit(cx, text.range, "fields", kind);
        }
    }

    /// Some model may give another one that name: `related_name="comments"`, `add_to_class("comments", …)`, or a model
    /// of that name with a field of one to one.
    fn may_point_back(&self, field: &str) -> bool {
        let mut sources = self.modules.iter().filter_map(|module| module.source.as_ref());
        sources.any(|source| {
            let text = source.text();
            let quoted =
                text.contains(&format!("'{field}'")) || text.contains(&format!("\"{field}\""));
            quoted && (text.contains("related_name") || text.contains("add_to_class"))
                || text.match_indices("class ").any(|(at, found)| {
                    let name = text[at + found.len()..].get(..field.len());
                    name.is_some_and(|name| name.eq_ignore_ascii_case(field))
                })
        })
    }

    /// Names that a model of the project has; false where it may have others.
    fn model_fields(&self, class: &ClassVal, known: &mut Vec<String>) -> bool {
        known.extend(class.attributes.iter().map(|(name, _)| name.to_string()));
        known.extend(class.methods.iter().map(|func| func.name.to_string()));
        for (name, _) in &class.attributes {
            known.push(format!("{name}_id"));
        }
        !class.opaque
            && !class.bases.is_empty()
            && class.bases.iter().all(|base| match base {
                Value::Ext(name) => &**name == "django.db.models.Model",
                Value::Class(base) => self.model_fields(base, known),
                _ => false,
            })
    }

    /// `class NoteForm(ModelForm)` whose `Meta` names a model and no fields.
    pub(super) fn fields_of_model(&mut self, cx: &Cx, def: &ast::StmtClassDef, bases: &[Value]) {
        let [Value::Ext(base)] = bases else { return };
        let Some((_, form)) = FROM_MODEL.iter().find(|(name, _)| *name == &**base) else { return };
        if cx.quiet || cx.caught.any || !def.decorator_list.is_empty() {
            return;
        }
        let mut metas = def.body.iter().filter_map(|stmt| match stmt {
            Stmt::ClassDef(inner) if inner.name.as_str() == "Meta" => Some(inner),
            _ => None,
        });
        let (Some(meta), None) = (metas.next(), metas.next()) else { return };
        if meta.arguments.as_ref().is_some_and(|arguments| !arguments.is_empty()) {
            return;
        }
        let mut names: Vec<&str> = Vec::new();
        for stmt in &meta.body {
            match stmt {
                Stmt::Assign(node) => {
                    for target in &node.targets {
                        match target {
                            Expr::Name(name) => names.push(name.id.as_str()),
                            _ => return,
                        }
                    }
                }
                Stmt::AnnAssign(node) => match &*node.target {
                    Expr::Name(name) => names.push(name.id.as_str()),
                    _ => return,
                },
                Stmt::Expr(_) | Stmt::Pass(_) | Stmt::FunctionDef(_) => {}
                _ => return,
            }
        }
        if names.contains(&"fields") {
            self.fields_known(cx, def, meta);
            return;
        }
        if names.contains(&"model") && !names.contains(&"fields") && !names.contains(&"exclude") {
            let kind = EventKind::NoFields { class: def.name.to_string(), form: *form };
            self.emit(cx, meta.name.range, "fields", kind);
        }
    }
}
