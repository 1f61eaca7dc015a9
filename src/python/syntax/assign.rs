//! Assignments to what cannot be assigned to, and `=` where `==` is meant.

use ruff_python_parser::ParseErrorType;

use super::{Broken, Explained, Found};
use crate::python::parse::{Ranged, TokenKind};
use crate::python::problem::ErrorKind;

pub(super) fn explain(broken: &Broken<'_>, found: &Found<'_>) -> Option<Explained> {
    match found.error {
        ParseErrorType::ExpectedToken { expected: TokenKind::Colon, found: TokenKind::Equal }
            if matches!(
                broken.kind(found.first),
                TokenKind::If | TokenKind::While | TokenKind::Elif
            ) =>
        {
            let word = broken.word(found.first);
            Some(
                broken
                    .say(
                        found.range.clone(),
                        ErrorKind::AssignInCondition,
                        format!("a single = gives a value to a name; this {word} wants to compare"),
                        "Write == to compare.",
                    )
                    .like("invalid syntax. Maybe you meant '==' or ':=' instead of '='?"),
            )
        }
        ParseErrorType::InvalidAssignmentTarget
        | ParseErrorType::InvalidAugmentedAssignmentTarget
        | ParseErrorType::InvalidAnnotatedAssignmentTarget
        | ParseErrorType::InvalidNamedAssignmentTarget => Some(target(broken, found)),
        ParseErrorType::InvalidDeleteTarget => Some(
            broken
                .say(
                    found.range.clone(),
                    ErrorKind::DeleteTarget,
                    "del removes a name, an item or an attribute; this is none of them",
                    "Write the name, for example del x or del x['key'].",
                )
                .like("cannot delete expression"),
        ),
        _ => None,
    }
}

fn target(broken: &Broken<'_>, found: &Found<'_>) -> Explained {
    let inside: Vec<TokenKind> = broken
        .tokens
        .iter()
        .skip(found.token)
        .take_while(|token| token.end().to_usize() <= found.range.end)
        .map(ruff_python_ast::token::Token::kind)
        .collect();
    let text = broken.source.get(found.range.clone()).unwrap_or("");
    let literal = |kind: &TokenKind| {
        matches!(
            kind,
            TokenKind::Int
                | TokenKind::Float
                | TokenKind::Complex
                | TokenKind::String
                | TokenKind::True
                | TokenKind::False
                | TokenKind::None
                | TokenKind::Ellipsis
                | TokenKind::FStringStart
        )
    };
    let compares = inside.iter().any(|kind| {
        matches!(
            kind,
            TokenKind::EqEqual
                | TokenKind::NotEqual
                | TokenKind::Less
                | TokenKind::Greater
                | TokenKind::LessEqual
                | TokenKind::GreaterEqual
                | TokenKind::In
                | TokenKind::Is
        )
    });
    let (kind, message, hint, cpython) = if !inside.is_empty() && inside.iter().all(literal)
        || inside.first() == Some(&TokenKind::FStringStart)
    {
        (
            ErrorKind::AssignToLiteral,
            format!("{} is a fixed value; nothing can be assigned to it", shorten(text)),
            "The name must stand left of the =, the value right. Write == to compare.".to_owned(),
            "cannot assign to literal here. Maybe you meant '==' instead of '='?",
        )
    } else if inside.last() == Some(&TokenKind::Rpar)
        && inside.first() == Some(&TokenKind::Name)
        && !compares
    {
        (
            ErrorKind::AssignToCall,
            "this calls a function; nothing can be assigned to its result".to_owned(),
            "The name must stand left of the =. Write == to compare; to set an item write square brackets, as in os.environ['X'] = 'y'."
                .to_owned(),
            "cannot assign to function call here. Maybe you meant '==' instead of '='?",
        )
    } else if compares {
        (
            ErrorKind::AssignToExpression,
            "a comparison stands left of the =; nothing can be assigned to it".to_owned(),
            "Write == everywhere to compare, or only = to assign.".to_owned(),
            "cannot assign to comparison",
        )
    } else {
        let hyphen = inside.contains(&TokenKind::Minus)
            && inside.iter().all(|kind| matches!(kind, TokenKind::Name | TokenKind::Minus));
        (
            ErrorKind::AssignToExpression,
            "the left side of this assignment is an expression, not a name".to_owned(),
            if hyphen {
                format!("Names cannot contain a hyphen (-): write {}.", text.replace('-', "_"))
            } else {
                "The name must stand alone left of the =. Write == to compare.".to_owned()
            },
            "cannot assign to expression here. Maybe you meant '==' instead of '='?",
        )
    };
    broken.say(found.range.clone(), kind, message, hint).like(cpython)
}

fn shorten(text: &str) -> String {
    if text.chars().count() > 30 {
        format!("{}\u{2026}", text.chars().take(29).collect::<String>())
    } else {
        text.to_owned()
    }
}
