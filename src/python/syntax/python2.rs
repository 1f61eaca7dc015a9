//! Python 2: print and exec statements, `except X, e`, `raise E, "x"`, backticks, `<>`, `0755`, `ur''`.

use ruff_python_parser::{LexicalErrorType, ParseErrorType};

use super::{Broken, Explained, Found};
use crate::python::parse::TokenKind;
use crate::python::problem::ErrorKind;

const CONVERT: &str =
    "The whole file may be Python 2: the tool 2to3 or a newer version of the code helps.";

pub(super) fn explain(broken: &Broken<'_>, found: &Found<'_>) -> Option<Explained> {
    statement(broken, found)
        .or_else(|| literal(broken, found))
        .or_else(|| parameters(broken, found))
        .or_else(|| operator(broken, found))
}

fn statement(broken: &Broken<'_>, found: &Found<'_>) -> Option<Explained> {
    let first = broken.word(found.first);
    if found.token == found.first + 1
        && matches!(
            found.error,
            ParseErrorType::SimpleStatementsOnSameLine | ParseErrorType::ExpectedExpression
        )
        && matches!(first, "print" | "exec")
    {
        let rest =
            broken.source.get(found.range.start..broken.line_end(found.line)).unwrap_or("").trim();
        let rest = rest.split(" #").next().unwrap_or(rest).trim_end_matches([',', ' ']);
        let (kind, message) = if first == "print" {
            (
                ErrorKind::Python2Print,
                "this is Python 2's print; in Python 3 print is a function and needs brackets",
            )
        } else {
            (
                ErrorKind::Python2Exec,
                "this is Python 2's exec; in Python 3 exec is a function and needs brackets",
            )
        };
        let hint = if kind == ErrorKind::Python2Print {
            format!("Write print({rest})")
        } else {
            format!("Write exec(\u{2026}). {CONVERT}")
        };
        let range = broken.span(found.first).start..found.range.end;
        return Some(broken.say(range, kind, message, hint).like(format!(
            "Missing parentheses in call to '{first}'. Did you mean {first}(...)?"
        )));
    }
    if broken.kind(found.first) == TokenKind::Raise
        && matches!(found.error, ParseErrorType::UnparenthesizedTupleExpression)
    {
        let comma = (found.first..broken.tokens.len())
            .find(|index| broken.kind(*index) == TokenKind::Comma);
        let range = comma.map_or(found.range.clone(), |index| broken.span(index));
        let name = broken.word(found.first + 1);
        return Some(
            broken
                .say(
                    range,
                    ErrorKind::Python2Raise,
                    "this is Python 2's way to raise an exception with a message",
                    format!(
                        "Write raise {name}(\u{2026}) with the message in the brackets. {CONVERT}"
                    ),
                )
                .like("invalid syntax"),
        );
    }
    None
}

fn literal(broken: &Broken<'_>, found: &Found<'_>) -> Option<Explained> {
    let text = broken.source.get(found.range.clone()).unwrap_or("");
    if let ParseErrorType::Lexical(LexicalErrorType::OtherError(message)) = found.error {
        if message.contains("decimal integer") {
            let digits: String = broken.source[found.range.start..]
                .chars()
                .take_while(char::is_ascii_alphanumeric)
                .collect();
            let octal = digits.trim_start_matches('0');
            return Some(
                broken
                    .say(
                        found.range.clone(),
                        ErrorKind::Python2Octal,
                        format!("numbers must not begin with 0 in Python 3; in Python 2, {digits} was an octal number"),
                        format!("Write 0o{octal} for an octal number such as file permissions, or {octal} for a usual one."),
                    )
                    .like("leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers"),
            );
        }
        if message.starts_with("ParseIntError")
            || message.contains("integer")
            || message.contains("decimal")
            || message.contains("float")
        {
            return Some(number(broken, found, found.range.clone()));
        }
    }
    if !broken.adjoins(found.token) {
        return None;
    }
    let before = broken.kind(found.token - 1);
    let joined = broken.span(found.token - 1).start..broken.span(found.token).end;
    if matches!(before, TokenKind::Int | TokenKind::Float | TokenKind::Complex)
        && matches!(broken.kind(found.token), TokenKind::Name | TokenKind::Int)
    {
        if matches!(text, "L" | "l") && before == TokenKind::Int {
            return Some(
                broken
                    .say(
                        joined,
                        ErrorKind::Python2Long,
                        "the L behind this number is Python 2; whole numbers have no limit in Python 3",
                        "Delete the L.",
                    )
                    .like("invalid decimal literal"),
            );
        }
        return Some(number(broken, found, joined));
    }
    let prefix = broken.word(found.token - 1);
    if broken.kind(found.token) == TokenKind::String
        && before == TokenKind::Name
        && prefix.len() <= 3
    {
        let (kind, message, hint) = if prefix.eq_ignore_ascii_case("ur") {
            (
                ErrorKind::Python2String,
                "the prefix ur is Python 2; Python 3 does not know it".to_owned(),
                "Write r before the quote.",
            )
        } else {
            (
                ErrorKind::InvalidSyntax,
                format!("{prefix} is no prefix that a string can have"),
                "Prefixes are r, b, f, u and their combinations; else put a comma or operator before the quote.",
            )
        };
        return Some(broken.say(joined, kind, message, hint).like("invalid syntax"));
    }
    None
}

fn number(broken: &Broken<'_>, found: &Found<'_>, range: std::ops::Range<usize>) -> Explained {
    let start = range.start;
    let text: String = broken.source[start..]
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_' || *c == '.')
        .collect();
    let _ = found;
    broken
        .say(
            start..start + text.len().max(1),
            ErrorKind::BadNumber,
            format!("{text} is neither a number nor a name: names must not begin with a digit"),
            "Put quotes around it if it is text, or an operator or space between number and name.",
        )
        .like("invalid decimal literal")
}

fn parameters(broken: &Broken<'_>, found: &Found<'_>) -> Option<Explained> {
    if let ParseErrorType::ExpectedToken { expected, found: TokenKind::Lpar } = found.error {
        let lambda = *expected == TokenKind::Colon
            && found.token > 0
            && broken.kind(found.token - 1) == TokenKind::Lambda;
        let function = *expected == TokenKind::Rpar
            && broken
                .statement(found.first)
                .iter()
                .take(3)
                .any(|token| token.kind() == TokenKind::Def);
        if lambda || function {
            let end = broken.brackets.end_of(found.range.start).unwrap_or(found.range.end);
            return Some(
                broken
                    .say(
                        found.range.start..end,
                        ErrorKind::Python2Parameters,
                        "brackets around parameters are Python 2; a parameter must be a single name in Python 3",
                        "Take one name, and unpack it inside: a, b = name (in a lambda use name[0] and name[1]).",
                    )
                    .like(if lambda { "Lambda expression parameters cannot be parenthesized" } else { "Function parameters cannot be parenthesized" }),
            );
        }
    }
    let at = broken.kind(found.token);
    let next = broken.kind(found.token + 1);
    if at == TokenKind::Async
        && !matches!(next, TokenKind::Def | TokenKind::With | TokenKind::For | TokenKind::Name)
    {
        return Some(
            broken
                .say(
                    broken.span(found.token),
                    ErrorKind::AsyncName,
                    "async is a keyword since Python 3.7 and can no longer be a name",
                    "Rename it; if the line belongs to a library, install a newer version of the library.",
                )
                .like("invalid syntax"),
        );
    }
    None
}

fn operator(broken: &Broken<'_>, found: &Found<'_>) -> Option<Explained> {
    if let ParseErrorType::Lexical(LexicalErrorType::UnrecognizedToken { tok: '`' }) = found.error {
        return Some(
            broken
                .say(
                    found.range.clone(),
                    ErrorKind::Python2Backticks,
                    "backticks are Python 2 (or come from Markdown); Python 3 does not know them",
                    "Write repr(x) instead of `x`, or delete the backticks.",
                )
                .like("invalid syntax"),
        );
    }
    let greater = broken.kind(found.token) == TokenKind::Greater
        && broken.adjoins(found.token)
        && broken.kind(found.token - 1) == TokenKind::Less;
    greater.then(|| {
        broken
            .say(
                found.range.start - 1..found.range.end,
                ErrorKind::Python2NotEqual,
                "<> is Python 2; in Python 3 \u{201c}not equal\u{201d} is written !=",
                "Write != instead of <>.",
            )
            .like("invalid syntax")
    })
}
