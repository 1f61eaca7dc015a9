//! What is missing: a colon, a comma, an operand, the `if` of an `else`, the `except` of a `try`.

use ruff_python_parser::ParseErrorType;

use super::{Broken, Explained, Found};
use crate::python::parse::TokenKind;
use crate::python::problem::ErrorKind;

pub(super) fn explain(broken: &Broken<'_>, found: &Found<'_>) -> Option<Explained> {
    match found.error {
        ParseErrorType::ExpectedToken { expected: TokenKind::Colon, found: at } => colon(broken, found, *at),
        ParseErrorType::ExpectedToken { expected: TokenKind::Comma, found: at } if begins_expression(*at) => Some(comma(broken, found)),
        ParseErrorType::ExpectedExpression => Some(operand(broken, found)),
        ParseErrorType::SimpleStatementsOnSameLine | ParseErrorType::SimpleAndCompoundStatementOnSameLine => {
            Some(two_statements(broken, found))
        }
        ParseErrorType::OtherError(text) if text == "Expected a statement" => clause(broken, found),
        ParseErrorType::OtherError(text) if text.starts_with("Expected `except` or `finally`") => Some(
            broken
                .say(
                    found.range.clone(),
                    ErrorKind::TryWithoutExcept,
                    "the try block above ends here, but it has neither except nor finally",
                    "Add except with what to do when it fails. It must stand directly below the block, indented like try.",
                )
                .like("expected 'except' or 'finally' block"),
        ),
        _ => None,
    }
}

fn colon(broken: &Broken<'_>, found: &Found<'_>, at: TokenKind) -> Option<Explained> {
    let lambda =
        broken.statement(found.first).iter().any(|token| token.kind() == TokenKind::Lambda);
    let first = broken.kind(found.first);
    let word = broken.word(found.first);
    if at != TokenKind::Newline && !lambda && !first.is_keyword() {
        return None;
    }
    let end = if found.token > 0 { broken.span(found.token - 1).end } else { found.range.start };
    let (message, hint) = if lambda {
        (
            "a colon is missing behind the parameters of this lambda".to_owned(),
            "Write lambda NAMES: EXPRESSION, with commas between the names.".to_owned(),
        )
    } else if at == TokenKind::Newline {
        (
            format!("a colon is missing at the end of this {word} line"),
            "Write : at the end of the line.".to_owned(),
        )
    } else {
        (
            format!("a colon is missing in this {word} line"),
            "Write : before this word, or look for a missing operator.".to_owned(),
        )
    };
    Some(
        broken
            .say(
                end.min(found.range.start)..found.range.start.max(end),
                ErrorKind::MissingColon,
                message,
                hint,
            )
            .like("expected ':'"),
    )
}

fn begins_expression(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Name
            | TokenKind::Int
            | TokenKind::Float
            | TokenKind::Complex
            | TokenKind::String
            | TokenKind::FStringStart
            | TokenKind::Lpar
            | TokenKind::Lsqb
            | TokenKind::Lbrace
            | TokenKind::True
            | TokenKind::False
            | TokenKind::None
            | TokenKind::Lambda
            | TokenKind::Ellipsis
            | TokenKind::Type
            | TokenKind::Match
            | TokenKind::Case
    )
}

fn comma(broken: &Broken<'_>, found: &Found<'_>) -> Explained {
    let before = if found.token > 0 { broken.span(found.token - 1) } else { found.range.clone() };
    let left = broken.source.get(before.clone()).unwrap_or("");
    let right = broken.word(found.token);
    let place =
        if left.len() <= 30 && right.len() <= 30 && !left.contains('\n') && !right.contains('\n') {
            format!("between `{left}` and `{right}`")
        } else {
            "between these two items".to_owned()
        };
    broken
        .say(
            before.start..before.end,
            ErrorKind::MissingComma,
            format!("a comma is missing {place}"),
            format!(
                "Write a comma behind {}.",
                if left.len() <= 30 { left } else { "the first item" }
            ),
        )
        .like("invalid syntax. Perhaps you forgot a comma?")
        .up_to(found.range.end)
        .up_to(broken.line_end(found.line))
}

fn operand(broken: &Broken<'_>, found: &Found<'_>) -> Explained {
    let before = if found.token > 0 { broken.word(found.token - 1).trim() } else { "" };
    let at = broken.kind(found.token);
    let message = if before.is_empty() || found.token == found.first {
        "something is missing here: a value or a name was expected".to_owned()
    } else if at == TokenKind::Newline || at == TokenKind::EndOfFile {
        format!("the line ends behind `{before}`, where a value is still missing")
    } else {
        format!(
            "behind `{before}` a value or a name was expected, not {}",
            shown(broken.word(found.token))
        )
    };
    let hint = if before == "=" {
        "Write the value behind the =; use None or '' if there is none yet."
    } else {
        "Complete the expression, or delete what is left over."
    };
    broken.say(found.range.clone(), ErrorKind::MissingOperand, message, hint).like("invalid syntax")
}

fn shown(word: &str) -> String {
    if word.trim().is_empty() || word.len() > 30 { "this".to_owned() } else { format!("`{word}`") }
}

fn two_statements(broken: &Broken<'_>, found: &Found<'_>) -> Explained {
    let before = if found.token > 0 { broken.word(found.token - 1) } else { "" };
    let at = broken.word(found.token);
    let message = if before.is_empty() || before.len() > 30 || at.len() > 30 || at.trim().is_empty()
    {
        "Python does not understand how the two parts of this line belong together".to_owned()
    } else {
        format!("Python does not understand how `{before}` and `{at}` belong together")
    };
    broken
        .say(
            found.range.clone(),
            ErrorKind::TwoStatements,
            message,
            "Begin a new line for a new statement. If it is one statement, an operator, a comma, a dot or quotes are missing between the two.",
        )
        .like("invalid syntax")
}

/// `else`, `elif`, `except` and `finally` without what they belong to.
fn clause(broken: &Broken<'_>, found: &Found<'_>) -> Option<Explained> {
    let (word, owner) = match broken.kind(found.token) {
        TokenKind::Else => ("else", "if, for, while or try"),
        TokenKind::Elif => ("elif", "if"),
        TokenKind::Except => ("except", "try"),
        TokenKind::Finally => ("finally", "try"),
        _ => return None,
    };
    Some(
        broken
            .say(
                broken.span(found.token),
                ErrorKind::ElseWithoutIf,
                format!("this {word} belongs to no {owner}: none stands directly above at the same indentation"),
                format!("Indent {word} exactly like its {owner}, and leave no other line at that indentation between them."),
            )
            .like("invalid syntax"),
    )
}
