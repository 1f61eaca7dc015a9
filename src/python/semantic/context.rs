//! The walk itself, and the answers to the checker's questions about where it is.
//!
//! The answers follow CPython's compiler (`Python/symtable.c`, `Python/compile.c`), not the crate's example,
//! which answers yes to many of them.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{
    Comprehension, Expr, InterpolatedStringElement, Pattern, PythonVersion, Stmt, StmtFunctionDef,
};
use ruff_python_parser::semantic_errors::{
    LazyImportContext, SemanticSyntaxContext, SemanticSyntaxError, SemanticSyntaxErrorKind,
};
use ruff_text_size::{Ranged, TextRange};

use super::bindings::{self, How};
use super::scope::{Scope, ScopeKind};
use super::{SemanticError, SemanticKind, Walk};
use super::{debug_name, patterns, walrus};

/// `from __future__ import annotations` stands at the top.
pub(super) fn defers_annotations(body: &[Stmt]) -> bool {
    body.iter().any(|stmt| {
        matches!(stmt, Stmt::ImportFrom(import)
            if import.module.as_deref() == Some("__future__")
                && import.names.iter().any(|alias| alias.name.as_str() == "annotations"))
    })
}

impl SemanticSyntaxContext for Walk<'_> {
    fn future_annotations_or_stub(&self) -> bool {
        // Older versions compile the annotations all the same.
        self.future_annotations && self.target >= PythonVersion::PY310
    }

    fn lazy_import_context(&self) -> Option<LazyImportContext> {
        match self.scope().kind {
            ScopeKind::Function { .. } | ScopeKind::Lambda => Some(LazyImportContext::Function),
            ScopeKind::Class => Some(LazyImportContext::Class),
            _ if self.tries > 0 => Some(LazyImportContext::TryExceptBlocks),
            _ => None,
        }
    }

    fn python_version(&self) -> PythonVersion {
        self.target
    }

    fn source(&self) -> &str {
        self.source
    }

    fn global(&self, name: &str) -> Option<TextRange> {
        if !self.declares {
            return None;
        }
        self.scope().globals.get(name).copied()
    }

    fn has_nonlocal_binding(&self, name: &str) -> bool {
        let enclosing = &self.scopes[..self.scopes.len() - 1];
        enclosing.iter().rev().any(|scope| match scope.kind {
            ScopeKind::Function { .. } | ScopeKind::Lambda => {
                scope.has_parameter(name)
                    || (!scope.globals.contains_key(name)
                        && scope.bound.get_or_init(|| bindings::bound(scope.body)).contains(name))
            }
            // Methods see the class they stand in as `__class__`.
            ScopeKind::Class => name == "__class__",
            _ => false,
        })
    }

    fn in_async_context(&self) -> bool {
        for scope in self.scopes.iter().rev() {
            match scope.kind {
                ScopeKind::Function { is_async } => return is_async,
                ScopeKind::Comprehension { .. } => {}
                _ => return false,
            }
        }
        false
    }

    fn in_await_allowed_context(&self) -> bool {
        for scope in self.scopes.iter().rev() {
            match scope.kind {
                ScopeKind::Function { .. }
                | ScopeKind::Lambda
                | ScopeKind::Comprehension { generator: true, .. } => return true,
                ScopeKind::Comprehension { .. } => {}
                _ => return false,
            }
        }
        false
    }

    fn in_yield_allowed_context(&self) -> bool {
        matches!(self.scope().kind, ScopeKind::Function { .. } | ScopeKind::Lambda)
    }

    fn in_sync_comprehension(&self) -> bool {
        self.scopes
            .iter()
            .rev()
            .map_while(|scope| match scope.kind {
                ScopeKind::Comprehension { is_async, .. } => Some(is_async),
                _ => None,
            })
            .any(|is_async| !is_async)
    }

    fn in_class_body_comprehension(&self) -> bool {
        // `walrus` looks after these.
        false
    }

    fn in_module_scope(&self) -> bool {
        self.scope().kind == ScopeKind::Module
    }

    fn in_function_scope(&self) -> bool {
        matches!(self.scope().kind, ScopeKind::Function { .. })
    }

    fn in_generator_context(&self) -> bool {
        self.scopes
            .iter()
            .rev()
            .map_while(|scope| match scope.kind {
                ScopeKind::Comprehension { generator, .. } => Some(generator),
                _ => None,
            })
            .any(|generator| generator)
    }

    fn in_notebook(&self) -> bool {
        false
    }

    fn report_semantic_error(&self, error: SemanticSyntaxError) {
        // `walrus`, `patterns` and `declare` know the whole of these rules, and say them in our words.
        if matches!(
            error.kind,
            SemanticSyntaxErrorKind::ReboundComprehensionVariable
                | SemanticSyntaxErrorKind::NamedExpressionInComprehensionIterable
                | SemanticSyntaxErrorKind::MultipleStarredNamesInSequencePattern
                | SemanticSyntaxErrorKind::NonlocalParameter(_)
        ) {
            return;
        }
        self.report(error.range, SemanticKind::Crate(error.kind));
    }

    fn in_loop_context(&self) -> bool {
        self.scope().loops > 0
    }

    fn is_bound_parameter(&self, name: &str) -> bool {
        self.scope().has_parameter(name)
    }
}

impl<'a> Walk<'a> {
    pub(super) fn scope(&self) -> &Scope<'a> {
        &self.scopes[self.scopes.len() - 1]
    }

    pub(super) fn scope_mut(&mut self) -> &mut Scope<'a> {
        let last = self.scopes.len() - 1;
        &mut self.scopes[last]
    }

    pub(super) fn report(&self, range: TextRange, kind: SemanticKind) {
        self.errors.borrow_mut().push(SemanticError { range, kind });
    }

    /// Runs `inside` in a new scope.
    fn within(&mut self, scope: Scope<'a>, inside: impl FnOnce(&mut Self)) {
        self.scopes.push(scope);
        self.declare();
        inside(self);
        self.scopes.pop();
    }

    /// Reads the `global` and `nonlocal` statements of the new scope ahead.
    pub(super) fn declare(&mut self) {
        if !self.declares {
            return;
        }
        let mut found = Vec::new();
        bindings::declared(self.scope().body, &mut found);
        let mut errors = Vec::new();
        let mut seen = std::collections::HashSet::new();
        let is_function = matches!(self.scope().kind, ScopeKind::Function { .. });
        let index = self.scopes.len() - 1;
        let scope = &mut self.scopes[index];
        for item in found {
            let name = item.name;
            let late = seen.contains(name);
            let used = |word| SemanticKind::UsedBefore { name: name.to_owned(), word };
            match item.how {
                How::Bound => {
                    seen.insert(name);
                }
                How::Global => {
                    if late {
                        errors.push((item.range, used("global")));
                    }
                    scope.globals.insert(name, item.range);
                }
                How::Nonlocal => {
                    if late {
                        errors.push((item.range, used("nonlocal")));
                    } else if is_function && scope.has_parameter(name) {
                        errors.push((item.range, SemanticKind::NonlocalParameter(name.to_owned())));
                    }
                    scope.nonlocals.insert(name, item.range);
                }
            }
            if let (Some(a), Some(b)) = (scope.globals.get(name), scope.nonlocals.get(name)) {
                let range = if a.start() < b.start() { *b } else { *a };
                errors.push((range, SemanticKind::NonlocalAndGlobal(name.to_owned())));
            }
        }
        for (range, kind) in errors {
            self.report(range, kind);
        }
    }

    fn check_with(
        &mut self,
        check: impl FnOnce(&mut ruff_python_parser::semantic_errors::SemanticSyntaxChecker, &Self),
    ) {
        let mut checker = std::mem::take(&mut self.checker);
        check(&mut checker, self);
        self.checker = checker;
    }

    fn function(&mut self, stmt: &'a StmtFunctionDef) {
        for decorator in &stmt.decorator_list {
            self.visit_decorator(decorator);
        }
        if let Some(type_params) = &stmt.type_params {
            self.visit_type_params(type_params);
        }
        // Defaults and annotations are evaluated outside.
        self.visit_parameters(&stmt.parameters);
        if let Some(returns) = &stmt.returns {
            self.visit_annotation(returns);
        }
        let kind = ScopeKind::Function { is_async: stmt.is_async };
        self.within(Scope::new(kind, Some(&stmt.parameters), &stmt.body), |walk| {
            walk.visit_body(&stmt.body);
        });
    }

    fn looped(&mut self, body: &'a [Stmt], orelse: &'a [Stmt]) {
        self.scope_mut().loops += 1;
        self.blocks(1, body);
        self.scope_mut().loops -= 1;
        self.visit_body(orelse);
    }

    fn comprehension(
        &mut self,
        elements: [Option<&'a Expr>; 2],
        generators: &'a [Comprehension],
        range: TextRange,
        generator: bool,
    ) {
        // The first iterable is evaluated outside.
        if let Some(first) = generators.first() {
            self.iterable(&first.iter);
        }
        let is_async = generators.iter().any(|part| part.is_async);
        let kind = ScopeKind::Comprehension { is_async, generator };
        let mut scope = Scope::new(kind, None, &[]);
        scope.awaits = is_async;
        self.within(scope, |walk| {
            for (index, part) in generators.iter().enumerate() {
                walrus::iterate(walk, &part.target);
                walk.visit_expr(&part.target);
                if index > 0 {
                    walk.iterable(&part.iter);
                }
                part.ifs.iter().for_each(|test| walk.visit_expr(test));
            }
            elements.into_iter().flatten().for_each(|element| walk.visit_expr(element));
            walk.left(range, generator);
        });
    }

    fn iterable(&mut self, iter: &'a Expr) {
        self.iterables += 1;
        self.visit_expr(iter);
        self.iterables -= 1;
    }
}

impl<'a> Visitor<'a> for Walk<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        self.check_with(|checker, walk| checker.visit_stmt(stmt, walk));
        self.own_checks(stmt);
        match stmt {
            Stmt::FunctionDef(stmt) => self.function(stmt),
            Stmt::ClassDef(stmt) => {
                for decorator in &stmt.decorator_list {
                    self.visit_decorator(decorator);
                }
                if let Some(type_params) = &stmt.type_params {
                    self.visit_type_params(type_params);
                }
                if let Some(arguments) = &stmt.arguments {
                    self.visit_arguments(arguments);
                }
                self.within(Scope::new(ScopeKind::Class, None, &stmt.body), |walk| {
                    walk.visit_body(&stmt.body);
                });
            }
            Stmt::For(stmt) => {
                self.visit_expr(&stmt.iter);
                self.visit_expr(&stmt.target);
                self.looped(&stmt.body, &stmt.orelse);
            }
            Stmt::While(stmt) => {
                self.visit_expr(&stmt.test);
                self.looped(&stmt.body, &stmt.orelse);
            }
            Stmt::Try(stmt) => {
                self.tries += 1;
                self.tried(stmt);
                self.tries -= 1;
            }
            Stmt::With(stmt) => {
                stmt.items.iter().for_each(|item| self.visit_with_item(item));
                let count = u32::try_from(stmt.items.len()).unwrap_or(u32::MAX);
                self.blocks(count, &stmt.body);
            }
            _ => visitor::walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        self.check_with(|checker, walk| checker.visit_expr(expr, walk));
        match expr {
            Expr::Named(named) => {
                walrus::check(self, named);
                if let Expr::Name(target) = &*named.target
                    && self.scope().kind.is_comprehension()
                {
                    self.scope_mut().assigned.push(target.id.as_str());
                }
                visitor::walk_expr(self, expr);
            }
            Expr::Await(_) => {
                self.scope_mut().awaits = true;
                visitor::walk_expr(self, expr);
            }
            Expr::NumberLiteral(literal) => self.digits(literal),
            Expr::Call(call) => {
                debug_name::arguments(self, &call.arguments);
                visitor::walk_expr(self, expr);
            }
            Expr::Name(name) if self.declares => {
                if let Some(range) = self.scope().nonlocals.get(name.id.as_str())
                    && name.start() < range.start()
                {
                    let kind =
                        SemanticKind::UsedBefore { name: name.id.to_string(), word: "nonlocal" };
                    self.report(*range, kind);
                }
            }
            Expr::Lambda(lambda) => {
                if let Some(parameters) = &lambda.parameters {
                    debug_name::parameters(self, parameters);
                    self.visit_parameters(parameters);
                }
                self.inside_lambda(&lambda.body);
                let scope = Scope::new(ScopeKind::Lambda, lambda.parameters.as_deref(), &[]);
                self.within(scope, |walk| walk.visit_expr(&lambda.body));
            }
            Expr::ListComp(comp) => {
                self.comprehension([Some(&comp.elt), None], &comp.generators, comp.range, false);
            }
            Expr::SetComp(comp) => {
                self.comprehension([Some(&comp.elt), None], &comp.generators, comp.range, false);
            }
            Expr::Generator(comp) => {
                self.comprehension([Some(&comp.elt), None], &comp.generators, comp.range, true);
            }
            Expr::DictComp(comp) => {
                self.comprehension(
                    [comp.key.as_deref(), Some(&comp.value)],
                    &comp.generators,
                    comp.range,
                    false,
                );
            }
            _ => visitor::walk_expr(self, expr),
        }
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        patterns::check(self, pattern);
        debug_name::pattern(self, pattern);
        visitor::walk_pattern(self, pattern);
    }

    fn visit_interpolated_string_element(&mut self, element: &'a InterpolatedStringElement) {
        self.element(element);
    }
}
