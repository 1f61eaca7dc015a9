//! Misspelled keywords, and keywords where a name must stand.

use ruff_python_parser::ParseErrorType;

use super::{Broken, Explained, Found, distance};
use crate::python::parse::TokenKind;
use crate::python::problem::ErrorKind;

/// Keywords that begin a statement.
const STARTS: [&str; 24] = [
    "import", "from", "def", "class", "return", "if", "elif", "else", "for", "while", "try",
    "except", "finally", "with", "raise", "assert", "pass", "global", "nonlocal", "del", "yield",
    "async", "await", "lambda",
];

pub(super) fn explain(broken: &Broken<'_>, found: &Found<'_>) -> Option<Explained> {
    keyword_as_name(broken, found).or_else(|| misspelled(broken, found))
}

fn misspelled(broken: &Broken<'_>, found: &Found<'_>) -> Option<Explained> {
    // A keyword in the middle: `from x imoprt y`, `for x im y`.
    if let ParseErrorType::ExpectedToken {
        expected: expected @ (TokenKind::Import | TokenKind::In),
        found: TokenKind::Name,
    } = found.error
    {
        let right = if *expected == TokenKind::Import { "import" } else { "in" };
        let wrong = broken.word(found.token);
        if distance(&wrong.to_ascii_lowercase(), right) <= 2 {
            return Some(say(broken, found.token, wrong, right));
        }
    }
    if broken.kind(found.first) != TokenKind::Name || found.token <= found.first {
        return None;
    }
    let early = found.token == found.first + 1
        && matches!(found.error, ParseErrorType::SimpleStatementsOnSameLine);
    // `esle:` is read as an annotation without a type.
    let alone = found.token == found.first + 2
        && broken.kind(found.first + 1) == TokenKind::Colon
        && broken.kind(found.token) == TokenKind::Newline;
    let wrong = broken.word(found.first);
    let right = match wrong {
        "elseif" | "elsif" => "elif",
        "define" | "defun" | "defn" | "fucntion" | "funtion" | "fuction" | "functon" => "def",
        _ => closest(wrong)?,
    };
    let header_alone = matches!(right, "else" | "try" | "finally" | "except");
    if !((early && !header_alone) || (alone && header_alone) || (early && right == "except")) {
        return None;
    }
    if right == "from"
        && !broken.statement(found.first).iter().any(|token| token.kind() == TokenKind::Import)
    {
        return None;
    }
    Some(say(broken, found.first, wrong, right))
}

fn closest(wrong: &str) -> Option<&'static str> {
    if wrong.len() < 2 {
        return None;
    }
    let lower = wrong.to_ascii_lowercase();
    let allowed = if lower.len() >= 6 { 2 } else { 1 };
    STARTS
        .iter()
        .map(|keyword| (distance(&lower, keyword), *keyword))
        .filter(|(far, keyword)| {
            *far <= allowed && (*far == 0 || keyword.len() > 2 || lower.len() == 2)
        })
        .min_by_key(|(far, _)| *far)
        .map(|(_, keyword)| keyword)
}

fn say(broken: &Broken<'_>, index: usize, wrong: &str, right: &str) -> Explained {
    let message = if wrong.eq_ignore_ascii_case(right) {
        format!("Python's words are lower case: {wrong} means nothing")
    } else {
        format!("{wrong} means nothing to Python; {right} is probably meant")
    };
    broken
        .say(
            broken.span(index),
            ErrorKind::MisspelledKeyword,
            message,
            format!("Write {right} instead of {wrong}."),
        )
        .like("invalid syntax")
}

fn keyword_as_name(broken: &Broken<'_>, found: &Found<'_>) -> Option<Explained> {
    let at = broken.kind(found.token);
    let first = broken.kind(found.first);
    let reserved = |kind: TokenKind| kind.is_non_soft_keyword();
    // `class = …`
    if at == TokenKind::Equal && found.token == found.first + 1 && reserved(first) {
        let word = broken.word(found.first);
        return Some(
            broken
                .say(
                    broken.span(found.first),
                    ErrorKind::AssignToKeyword,
                    format!(
                        "{word} is a word of the language and cannot be the name of a variable"
                    ),
                    format!("Choose another name, for example {word}_ or my_{word}."),
                )
                .like("invalid syntax"),
        );
    }
    let in_parameters =
        matches!(found.error, ParseErrorType::ExpectedToken { expected: TokenKind::Rpar, .. })
            && broken
                .statement(found.first)
                .iter()
                .take(2)
                .any(|token| token.kind() == TokenKind::Def);
    let expects_name = matches!(found.error, ParseErrorType::OtherError(text)
        if text.starts_with("Expected an identifier") || text == "Expected a parameter name" || text.starts_with("Expected an import name"));
    if !((in_parameters || expects_name) && reserved(at)) {
        return None;
    }
    let word = broken.word(found.token);
    if matches!(at, TokenKind::True | TokenKind::False | TokenKind::None) {
        return Some(
            broken
                .say(
                    broken.span(found.token),
                    ErrorKind::AssignToKeyword,
                    format!("{word} is a fixed value and cannot be a name"),
                    "Choose another name.",
                )
                .like(format!("cannot assign to {word}")),
        );
    }
    Some(
        broken
            .say(
                broken.span(found.token),
                ErrorKind::KeywordAsName,
                format!("{word} is a word of the language and cannot be a name"),
                format!("Choose another name, for example {word}_."),
            )
            .like("invalid syntax"),
    )
}
