//! `case` patterns that CPython refuses and the crate lets pass.

use ruff_python_ast::{Expr, Number, Pattern, UnaryOp};
use ruff_text_size::{Ranged, TextRange};

use super::{Own, SemanticKind, Walk};
use crate::python::problem::ErrorKind;

/// One pattern, without those inside it.
pub(super) fn check(walk: &Walk<'_>, pattern: &Pattern) {
    let say = |range: TextRange, message: &str, hint, cpython: &str| {
        let own = Own {
            kind: ErrorKind::MatchPattern,
            message: message.to_owned(),
            hint,
            cpython: cpython.to_owned(),
        };
        walk.report(range, SemanticKind::Own(own));
    };
    match pattern {
        Pattern::MatchSequence(sequence) => {
            let mut stars = sequence.patterns.iter().filter(|part| part.is_match_star());
            if let (Some(_), Some(second)) = (stars.next(), stars.next()) {
                say(
                    second.range(),
                    "a case pattern may have only one * in a list or tuple",
                    "Keep one of the two.",
                    "multiple starred names in sequence pattern",
                );
            }
        }
        Pattern::MatchMapping(mapping) => {
            if let Some(rest) = mapping.rest.as_ref().filter(|rest| rest.as_str() == "_") {
                say(
                    rest.range(),
                    "**_ is not allowed in a case pattern",
                    "Delete it: other keys are allowed anyway.",
                    "invalid syntax",
                );
            }
            let mut seen: Vec<f64> = Vec::new();
            for key in &mapping.keys {
                let Some(value) = number(key) else { continue };
                if seen.contains(&value) {
                    say(
                        key.range(),
                        "this case pattern asks for the same key twice",
                        "Delete one of the two.",
                        "mapping pattern checks duplicate key",
                    );
                }
                seen.push(value);
            }
        }
        Pattern::MatchOr(or) => {
            let before = or.patterns.iter().rev().skip(1);
            for part in before {
                if matches!(part, Pattern::MatchAs(part) if part.pattern.is_none() && part.name.is_none())
                {
                    say(
                        part.range(),
                        "_ matches everything, so nothing may follow it after a |",
                        "Move the _ to the end.",
                        "wildcard makes remaining patterns unreachable",
                    );
                }
            }
        }
        Pattern::MatchValue(part) if part.value.is_f_string_expr() => say(
            part.range(),
            "a case pattern cannot be an f-string",
            "Write the text itself, or compare in an if behind the pattern.",
            "patterns may only match literals and attribute lookups",
        ),
        _ => {}
    }
}

/// The value of a literal number, `True` or `False`: keys are the same if these are.
fn number(expr: &Expr) -> Option<f64> {
    match expr {
        Expr::BooleanLiteral(literal) => Some(f64::from(u8::from(literal.value))),
        Expr::NumberLiteral(literal) => match &literal.value {
            Number::Int(int) => int.as_i64().map(|int| int as f64),
            Number::Float(float) => Some(*float),
            Number::Complex { .. } => None,
        },
        Expr::UnaryOp(unary) if unary.op == UnaryOp::USub => number(&unary.operand).map(|n| -n),
        _ => None,
    }
}
