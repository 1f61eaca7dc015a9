//! Definitions: functions and classes become values; their bodies are run when something calls them.

use std::rc::Rc;

use ruff_python_ast as ast;
use ruff_text_size::Ranged;

use super::stmt::dotted_text;
use super::{Cx, Frame, Interp};
use crate::python::value::{ClassVal, FuncRef, Value};

impl Interp<'_> {
    /// A definition; decorators and defaults are evaluated.
    pub(super) fn function(&mut self, cx: &Cx, def: &ast::StmtFunctionDef) -> Value {
        let (mut wrapped, mut fastapi) = (false, false);
        let mut decorators = Vec::new();
        for decorator in &def.decorator_list {
            let value = self.expr(cx, &decorator.expression);
            self.bare_route(cx, &decorator.expression, &value);
            self.decorator_brackets(cx, &decorator.expression, &value);
            let name =
                value.dotted().or_else(|| dotted_text(&decorator.expression)).unwrap_or_default();
            if def.is_async && name == "flask.Flask().route()" {
                self.async_view(cx, def.name.range);
            }
            fastapi |=
                name.starts_with("fastapi.FastAPI().") || name.starts_with("fastapi.APIRouter().");
            wrapped |= !crate::python::calls::table().is_quiet_decorator(&name);
            decorators.push(name);
        }
        if !decorators.is_empty() {
            self.view_signature(cx, def, &decorators);
        }
        self.endpoint(cx, def);
        for parameter in def.parameters.iter_non_variadic_params() {
            if let Some(default) = &parameter.default {
                self.expr(cx, default);
            }
        }
        let annotated = def.returns.is_some()
            || def.parameters.iter().any(|parameter| parameter.annotation().is_some());
        if annotated && def.type_params.is_none() && self.annotations_run(cx) {
            // Python 3.14 evaluates them when they are asked for.
            let weight = if self.options.python.is_some() { 1.0 } else { 0.8 };
            let inner = Cx { weight: cx.weight * weight, ..cx.clone() };
            for parameter in &*def.parameters {
                let Some(annotation) = parameter.annotation() else { continue };
                let value = self.expr(&inner, annotation);
                if !def.decorator_list.is_empty() {
                    self.form_wanted(&inner, &value, annotation.range());
                }
                if let (true, ast::AnyParameterRef::NonVariadic(parameter)) = (fastapi, parameter) {
                    self.plain_parameter(&inner, parameter, &value);
                }
            }
            if let Some(returns) = &def.returns {
                self.expr(&inner, returns);
            }
        }
        Value::Func(Rc::new(func_ref(cx, def, wrapped)))
    }

    /// Annotations of this module are evaluated where they stand.
    pub(super) fn annotations_run(&self, cx: &Cx) -> bool {
        let later = self.options.python.is_some_and(|v| (v.major, v.minor) >= (3, 14));
        let postponed = || {
            let source = self.modules[cx.module].source.as_ref();
            source.is_some_and(|source| source.postpones_annotations())
        };
        !later && !postponed()
    }

    pub(super) fn class(&mut self, cx: &Cx, def: &ast::StmtClassDef) -> Value {
        let mut bases = Vec::new();
        let mut opaque = !def.decorator_list.is_empty();
        for decorator in &def.decorator_list {
            self.expr(cx, &decorator.expression);
        }
        if let Some(arguments) = &def.arguments {
            for base in &arguments.args {
                let value = self.expr(cx, base);
                self.base_of_class(cx, base, &value);
                bases.push(value);
            }
            for keyword in &arguments.keywords {
                opaque = true;
                self.expr(cx, &keyword.value);
            }
        }
        let is_model =
            |base: &Value| matches!(base, Value::Ext(name) if &**name == "django.db.models.Model");
        if bases.iter().any(is_model) {
            self.models_loaded(cx, || format!("the model `{}`", def.name));
            self.model_without_app(cx, def);
            self.meta_names(cx, def);
        }
        self.fields_of_model(cx, def, &bases);
        self.table_of_model(cx, def, &bases);
        self.fields_of_pydantic(cx, def, &bases);
        self.fields_of_form(cx, def, &bases);
        let frame = self.frames.len();
        self.frames.push(Frame::default());
        let inner = Cx { frame: Some(frame), ..cx.clone() };
        self.block(&inner, &def.body);
        let vars = self.frames.pop().map(|frame| frame.vars).unwrap_or_default();
        let mut methods = Vec::new();
        let mut attributes = Vec::new();
        for (name, value) in vars {
            match value {
                Value::Func(func) => {
                    methods.push(FuncRef { name: name.as_str().into(), ..(*func).clone() });
                }
                value => attributes.push((name.as_str().into(), value)),
            }
        }
        Value::Class(Rc::new(ClassVal {
            module: cx.module,
            name: def.name.as_str().into(),
            bases,
            methods,
            attributes,
            opaque,
        }))
    }
}

fn func_ref(cx: &Cx, def: &ast::StmtFunctionDef, wrapped: bool) -> FuncRef {
    let positional = def.parameters.posonlyargs.len() + def.parameters.args.len();
    let required = def
        .parameters
        .posonlyargs
        .iter()
        .chain(&def.parameters.args)
        .filter(|parameter| parameter.default.is_none())
        .count();
    FuncRef {
        module: cx.module,
        offset: def.range.start().to_u32(),
        name: def.name.as_str().into(),
        required: required
            + def.parameters.kwonlyargs.iter().filter(|p| p.default.is_none()).count(),
        positional: if def.parameters.vararg.is_some() { usize::MAX } else { positional },
        is_async: def.is_async,
        bound: false,
        wrapped,
    }
}
