//! Statements that go on without a package that is not installed, and what they name.

use ruff_python_ast::{self as ast, ExceptHandler, Expr, Stmt};
use ruff_text_size::{Ranged as _, TextRange};

use super::caught::catches_imports;
use super::{Caught, Cx, Interp, syntax};
use crate::python::value::{ModuleId, Value};

impl Interp<'_> {
    /// Where execution is for a name that a setting holds: `INSTALLED_APPS += ["debug_toolbar"]` below an
    /// import of it in a `try` is not reached without the package.
    pub(super) fn named_in(&self, cx: &Cx, module: ModuleId, at: TextRange) -> Cx {
        let imports = cx.caught.imports || self.is_optional(module, at);
        Cx { module, caught: Caught { imports, ..cx.caught }, ..cx.clone() }
    }

    fn is_optional(&self, module: ModuleId, at: TextRange) -> bool {
        let Some(source) = &self.modules[module].source else { return false };
        let may = ["except", "suppress"].iter().any(|word| source.text().contains(word));
        may && !at.is_empty() && holds(source.body(), at)
    }
}

impl Interp<'_> {
    /// A context manager of the project's that takes what is raised inside: its `__exit__` returns something, or it is
    /// made of a generator that has its `yield` in a `try`.
    pub(super) fn swallows(&mut self, cx: &Cx, value: &Value, made: &Expr) -> bool {
        let func = match (value, made) {
            (Value::Object(class), _) => match self.member(cx, class, "__exit__", true) {
                Value::Func(func) => func,
                _ => return false,
            },
            (Value::Unknown, Expr::Call(call)) => match self.expr(&cx.quietly(), &call.func) {
                Value::Func(func) if func.wrapped => func,
                _ => return false,
            },
            _ => return false,
        };
        let Some(source) = self.source_to_run(func.module) else { return false };
        let Some(def) = syntax::find_function(source.body(), func.offset) else { return false };
        let gives = |stmt: &Stmt| match stmt {
            Stmt::Return(node) => node.value.as_deref().is_some_and(|value| {
                !matches!(
                    value,
                    Expr::NoneLiteral(_)
                        | Expr::BooleanLiteral(ast::ExprBooleanLiteral { value: false, .. })
                )
            }),
            Stmt::Try(node) => !node.handlers.is_empty() && syntax::is_generator(&node.body),
            _ => false,
        };
        any_stmt(&def.body, &gives)
    }
}

/// Some statement of a block, or of one inside it.
fn any_stmt(body: &[Stmt], wanted: &impl Fn(&Stmt) -> bool) -> bool {
    body.iter().any(|stmt| {
        wanted(stmt)
            || match stmt {
                Stmt::If(node) => {
                    any_stmt(&node.body, wanted)
                        || node
                            .elif_else_clauses
                            .iter()
                            .any(|clause| any_stmt(&clause.body, wanted))
                }
                Stmt::Try(node) => {
                    any_stmt(&node.body, wanted)
                        || any_stmt(&node.orelse, wanted)
                        || any_stmt(&node.finalbody, wanted)
                }
                Stmt::With(node) => any_stmt(&node.body, wanted),
                Stmt::For(node) => any_stmt(&node.body, wanted),
                Stmt::While(node) => any_stmt(&node.body, wanted),
                _ => false,
            }
    })
}

/// The place lies in a statement outside functions that catches a failing import.
fn holds(body: &[Stmt], at: TextRange) -> bool {
    let Some(stmt) = body.iter().find(|stmt| stmt.range().contains_range(at)) else { return false };
    match stmt {
        Stmt::Try(node) => {
            tries(node)
                || holds(&node.body, at)
                || holds(&node.orelse, at)
                || holds(&node.finalbody, at)
        }
        Stmt::With(node) => node.items.iter().any(suppresses) || holds(&node.body, at),
        // Names that are tried one by one.
        Stmt::For(node) => {
            node.body.iter().any(|stmt| matches!(stmt, Stmt::Try(node) if tries(node)))
                || holds(&node.body, at)
        }
        Stmt::If(node) => {
            holds(&node.body, at)
                || node.elif_else_clauses.iter().any(|clause| holds(&clause.body, at))
        }
        _ => false,
    }
}

/// Something is imported, by a statement or a call, and a handler takes its failure.
fn tries(node: &ast::StmtTry) -> bool {
    let imports = |stmt: &Stmt| {
        matches!(stmt, Stmt::Import(_) | Stmt::ImportFrom(_) | Stmt::Expr(_) | Stmt::Assign(_))
    };
    node.body.iter().any(imports)
        && node.handlers.iter().any(|ExceptHandler::ExceptHandler(handler)| {
            let again = Stmt::is_raise_stmt;
            !handler.body.last().is_some_and(again)
                && handler.type_.as_deref().is_none_or(catches_imports)
        })
}

/// `with suppress(ImportError):`
fn suppresses(item: &ast::WithItem) -> bool {
    let Expr::Call(call) = &item.context_expr else { return false };
    let name = match &*call.func {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(node) => node.attr.as_str(),
        _ => return false,
    };
    name == "suppress" && call.arguments.args.iter().any(catches_imports)
}
