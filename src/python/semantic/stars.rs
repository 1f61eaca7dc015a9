//! A star before an expression where only a list, tuple, set or call may hold it: what the crate's parser lets pass.

use ruff_python_ast::{Expr, InterpolatedStringElement, Stmt};
use ruff_text_size::Ranged;

use super::{Own, SemanticKind, Walk};
use crate::python::problem::ErrorKind;

pub(super) fn check_stmt(walk: &Walk<'_>, stmt: &Stmt) {
    match stmt {
        Stmt::Expr(stmt) => starred(walk, &stmt.value),
        Stmt::With(stmt) => {
            stmt.items
                .iter()
                .filter_map(|item| item.optional_vars.as_deref())
                .for_each(|target| starred(walk, target));
        }
        Stmt::Assign(stmt) if stmt.targets.len() > 1 => {
            stmt.targets.iter().for_each(|target| starred(walk, target));
        }
        _ => {}
    }
}

/// `f"{*a}"`; `f"{*a, b}"` is a tuple.
pub(super) fn check_element(walk: &Walk<'_>, element: &InterpolatedStringElement) {
    if let InterpolatedStringElement::Interpolation(field) = element {
        starred(walk, &field.expression);
    }
}

fn starred(walk: &Walk<'_>, expr: &Expr) {
    if expr.is_starred_expr() {
        let own = Own {
            kind: ErrorKind::StarExpression,
            message: "a * cannot stand before a name here".to_owned(),
            hint: "Put it into a list or tuple, as in [*a], or delete the *.",
            cpython: "can't use starred expression here".to_owned(),
        };
        walk.report(expr.range(), SemanticKind::Own(own));
    }
}
