//! Single checks that the crate does not have.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{
    ExceptHandler, Expr, ExprNumberLiteral, InterpolatedStringElement, Number, PythonVersion, Stmt,
};
use ruff_python_parser::semantic_errors::SemanticSyntaxErrorKind;
use ruff_text_size::{Ranged, TextRange};

use super::scope::ScopeKind;
use super::{Own, SemanticError, SemanticKind, Walk, debug_name, stars};
use crate::python::problem::ErrorKind;

/// Decimal digits that CPython turns into a number.
const MOST_DIGITS: u32 = 4_300;

impl<'a> Walk<'a> {
    /// What the crate does not look for in one statement.
    pub(super) fn own_checks(&self, stmt: &'a Stmt) {
        stars::check_stmt(self, stmt);
        match stmt {
            Stmt::Try(stmt) => {
                let handlers = stmt.handlers.iter().rev().skip(1);
                for ExceptHandler::ExceptHandler(handler) in handlers {
                    if handler.type_.is_none() {
                        self.report(handler.range, SemanticKind::DefaultExceptNotLast);
                    }
                }
            }
            Stmt::Match(stmt) if self.target < PythonVersion::PY310 => {
                self.report(stmt.subject.range(), SemanticKind::OldMatch);
            }
            Stmt::With(stmt) if self.target < PythonVersion::PY39 => {
                if let [item] = stmt.items.as_slice()
                    && item.optional_vars.is_some()
                    && self.source[stmt.start().to_usize()..item.start().to_usize()].contains('(')
                {
                    self.report(item.range, SemanticKind::OldWith);
                }
            }
            Stmt::ClassDef(stmt) => {
                if let Some(arguments) = &stmt.arguments {
                    debug_name::arguments(self, arguments);
                }
            }
            Stmt::Assign(stmt) => {
                stmt.targets.iter().for_each(|target| debug_name::attribute(self, target));
            }
            Stmt::AnnAssign(stmt) => {
                debug_name::attribute(self, &stmt.target);
                if self.future_annotations
                    && (PythonVersion::PY310..PythonVersion::PY314).contains(&self.target)
                {
                    InAnnotation(self).visit_expr(&stmt.annotation);
                }
                if let Expr::Name(name) = &*stmt.target
                    && self.declares
                    && self.scope().nonlocals.contains_key(name.id.as_str())
                {
                    let own = Own {
                        kind: ErrorKind::NonlocalOrGlobal,
                        message: format!("{} is nonlocal here, so it cannot get a type", name.id),
                        hint: "Delete the colon and the type.",
                        cpython: format!("annotated name '{}' can't be nonlocal", name.id),
                    };
                    self.report(stmt.range, SemanticKind::Own(own));
                }
            }
            Stmt::Return(stmt) => self.leaves_star(stmt.range, "return", true),
            Stmt::Break(stmt) => self.leaves_star(stmt.range, "break", false),
            Stmt::Continue(stmt) => self.leaves_star(stmt.range, "continue", false),
            _ => {}
        }
    }

    /// A statement that would jump out of an `except*` block.
    fn leaves_star(&self, range: TextRange, word: &str, always: bool) {
        let scope = self.scope();
        let Some(loops) = scope.star_loops else { return };
        if always || scope.loops == loops {
            let own = Own {
                kind: ErrorKind::LoopControlOutsideLoop,
                message: format!("{word} cannot leave an except* block"),
                hint: "Set a variable in the block, and ask for it behind the try.",
                cpython: "'break', 'continue' and 'return' cannot appear in an except* block"
                    .to_owned(),
            };
            self.report(range, SemanticKind::Own(own));
        }
    }

    /// At the end of a comprehension: before 3.11 one that awaits needs a function or comprehension around it
    /// that does.
    pub(super) fn left(&mut self, range: TextRange, generator: bool) {
        if self.target >= PythonVersion::PY311 {
            return;
        }
        let scope = self.scope_mut();
        let (awaits, is_async) =
            (scope.awaits, matches!(scope.kind, ScopeKind::Comprehension { is_async: true, .. }));
        let awaiting = if awaits { Vec::new() } else { std::mem::take(&mut scope.awaiting) };
        let outer = self.scopes.len() - 2;
        // Those with `async for` are the crate's to report.
        if awaits
            && !is_async
            && !generator
            && let Some(outer) = self.scopes.get_mut(outer)
            && outer.kind.is_comprehension()
        {
            outer.awaiting.push(range);
        }
        for range in awaiting {
            let own = Own {
                kind: ErrorKind::AwaitOutsideAsync,
                message:
                    "a comprehension with await inside another comprehension needs Python 3.11"
                        .to_owned(),
                hint: "Build the inner list in a line of its own, in a for loop.",
                cpython: "asynchronous comprehension outside of an asynchronous function"
                    .to_owned(),
            };
            self.report(range, SemanticKind::Own(own));
        }
    }

    /// The crate forbids some expressions in annotations and type parameters also inside a lambda there, which
    /// is a function of its own.
    pub(super) fn inside_lambda(&self, body: &Expr) {
        self.errors.borrow_mut().retain(|SemanticError { range, kind }| {
            !(matches!(kind, SemanticKind::Crate(SemanticSyntaxErrorKind::InvalidExpression(..)))
                && body.range().contains_range(*range))
        });
    }

    pub(super) fn digits(&self, literal: &ExprNumberLiteral) {
        let Number::Int(_) = literal.value else { return };
        if u32::from(literal.range.len()) <= MOST_DIGITS || self.target < PythonVersion::PY311 {
            return;
        }
        let text = &self.source[literal.range.start().to_usize()..literal.range.end().to_usize()];
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        if digits > MOST_DIGITS as usize && text.bytes().all(|b| b.is_ascii_digit() || b == b'_') {
            let own = Own {
                kind: ErrorKind::BadNumber,
                message: format!("this number has {digits} digits; Python reads {MOST_DIGITS}"),
                hint: "Write it as hexadecimal (0x…), or as a text in quotes.",
                cpython: "Exceeds the limit (4300 digits) for integer string conversion".to_owned(),
            };
            self.report(literal.range, SemanticKind::Own(own));
        }
    }

    /// A part of an f-string.
    pub(super) fn element(&mut self, element: &'a InterpolatedStringElement) {
        stars::check_element(self, element);
        let InterpolatedStringElement::Interpolation(field) = element else { return };
        let most = if self.target >= PythonVersion::PY312 { 3 } else { 2 };
        if self.elements >= most {
            let own = Own {
                kind: ErrorKind::FString,
                message: "braces within the format of braces, too deeply for an f-string"
                    .to_owned(),
                hint: "Put the inner text into a variable first.",
                cpython: "f-string: expressions nested too deeply".to_owned(),
            };
            self.report(field.range, SemanticKind::Own(own));
            return;
        }
        let open = std::mem::take(&mut self.elements);
        self.visit_expr(&field.expression);
        self.elements = open + 1;
        if let Some(spec) = &field.format_spec {
            spec.elements.iter().for_each(|inner| self.element(inner));
        }
        self.elements = open;
    }
}

/// Looks for what may not stand in an annotation that is kept as text.
struct InAnnotation<'w, 'a>(&'w Walk<'a>);

impl Visitor<'_> for InAnnotation<'_, '_> {
    fn visit_expr(&mut self, expr: &Expr) {
        let what = match expr {
            Expr::Lambda(_) => return,
            Expr::Named(_) => "an assignment with :=",
            Expr::Yield(_) | Expr::YieldFrom(_) => "yield",
            Expr::Await(_) => "await",
            _ => return visitor::walk_expr(self, expr),
        };
        let own = Own {
            kind: ErrorKind::CompileStep,
            message: format!("{what} cannot stand in a type"),
            hint: "Compute the value in a line of its own.",
            cpython: "expression cannot be used within an annotation".to_owned(),
        };
        self.0.report(expr.range(), SemanticKind::Own(own));
    }
}
