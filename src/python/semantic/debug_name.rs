//! `__debug__` cannot be assigned to: the places that the crate does not look at.

use ruff_python_ast::{Arguments, Expr, Identifier, Parameters, Pattern};

use super::{Own, SemanticKind, Walk};
use crate::python::problem::ErrorKind;

fn name(walk: &Walk<'_>, name: &Identifier) {
    if name.as_str() == "__debug__" {
        let own = Own {
            kind: ErrorKind::CompileStep,
            message: "__debug__ is Python's own and cannot be given a value".to_owned(),
            hint: "Use another name.",
            cpython: "cannot assign to __debug__".to_owned(),
        };
        walk.report(name.range, SemanticKind::Own(own));
    }
}

/// `f(__debug__=1)`, `class A(__debug__=1)`.
pub(super) fn arguments(walk: &Walk<'_>, arguments: &Arguments) {
    arguments.keywords.iter().filter_map(|keyword| keyword.arg.as_ref()).for_each(|arg| {
        name(walk, arg);
    });
}

/// `x.__debug__ = 1`.
pub(super) fn attribute(walk: &Walk<'_>, target: &Expr) {
    if let Expr::Attribute(attribute) = target {
        name(walk, &attribute.attr);
    }
}

/// `lambda __debug__: 1`; the crate knows those of `def`.
pub(super) fn parameters(walk: &Walk<'_>, parameters: &Parameters) {
    parameters.iter().for_each(|parameter| name(walk, parameter.name()));
}

/// `case A(__debug__=1)`.
pub(super) fn pattern(walk: &Walk<'_>, pattern: &Pattern) {
    if let Pattern::MatchClass(class) = pattern {
        class.arguments.keywords.iter().for_each(|keyword| name(walk, &keyword.attr));
    }
}
