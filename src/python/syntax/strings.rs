//! Strings: missing quotes, escapes of Windows paths, bytes, f-strings, backslashes outside of strings.

use ruff_python_parser::{InterpolatedStringErrorType as Field, LexicalErrorType, ParseErrorType};

use super::{Broken, Explained, Found};
use crate::python::parse::{Ranged, TokenKind};
use crate::python::problem::ErrorKind;

pub(super) fn explain(broken: &Broken<'_>, found: &Found<'_>) -> Option<Explained> {
    use LexicalErrorType as Lexical;
    match found.error {
        ParseErrorType::Lexical(Lexical::UnclosedStringError) => Some(unclosed(broken, found.range.start)),
        ParseErrorType::Lexical(Lexical::UnicodeError | Lexical::MissingUnicodeLbrace | Lexical::MissingUnicodeRbrace) => {
            Some(escape(broken, found))
        }
        ParseErrorType::Lexical(Lexical::InvalidByteLiteral) => Some(
            broken
                .say(
                    found.range.clone(),
                    ErrorKind::BytesNotAscii,
                    "a bytes literal (b'\u{2026}') can hold only plain English letters, digits and signs",
                    "Drop the b before the quote, or write '\u{2026}'.encode('utf-8').",
                )
                .like("bytes can only contain ASCII literal characters"),
        ),
        ParseErrorType::Lexical(Lexical::LineContinuationError) => Some(continuation(broken, found)),
        ParseErrorType::FStringError(error)
        | ParseErrorType::TStringError(error)
        | ParseErrorType::Lexical(Lexical::FStringError(error) | Lexical::TStringError(error)) => {
            Some(field(broken, found, error))
        }
        ParseErrorType::OtherError(text) if text.starts_with("Bytes literal cannot be mixed") => Some(
            broken
                .say(
                    found.range.clone(),
                    ErrorKind::MixedStrings,
                    "a bytes literal (b'\u{2026}') and a string stand side by side; Python cannot join the two",
                    "Make both strings or both bytes.",
                )
                .like("cannot mix bytes and nonbytes literals"),
        ),
        ParseErrorType::OtherError(text) if text.starts_with("Cannot mix t-string") => Some(
            broken
                .say(
                    found.range.clone(),
                    ErrorKind::MixedStrings,
                    "a t-string (t'\u{2026}') and another string stand side by side; Python cannot join the two",
                    "Write t before both quotes, or before none.",
                )
                .like("cannot mix t-string literals with string or bytes literals"),
        ),
        ParseErrorType::ExpectedExpression
            if broken.kind(found.token) == TokenKind::Rbrace
                && found.token > 1
                && broken.kind(found.token - 1) == TokenKind::Lbrace
                && matches!(broken.kind(found.token - 2), TokenKind::FStringStart | TokenKind::FStringMiddle | TokenKind::Rbrace) =>
        {
            Some(
                broken
                    .say(
                        broken.span(found.token - 1).start..found.range.end,
                        ErrorKind::FString,
                        "the braces {} of this f-string are empty",
                        "Write a name or an expression between them, or {{}} for the braces themselves.",
                    )
                    .like("f-string: empty expression not allowed"),
            )
        }
        _ => apostrophe(broken, found),
    }
}

fn unclosed(broken: &Broken<'_>, start: usize) -> Explained {
    let rest = &broken.source[start..];
    let quotes = rest.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let at = start + rest.len() - quotes.len();
    let quote = quotes.chars().next().unwrap_or('"');
    let triple = quotes.starts_with("'''") || quotes.starts_with("\"\"\"");
    if triple {
        let three = quote.to_string().repeat(3);
        return broken
            .say(
                start..at + 3,
                ErrorKind::UnterminatedTripleString,
                format!("the text that begins here with {three} never ends, so everything below is part of it"),
                format!("Write {three} where the text should end."),
            )
            .like("unterminated triple-quoted string literal")
            .up_to(broken.source.len());
    }
    let line = broken.file.lines.line(start);
    let end = broken.line_end(line);
    let other = if quote == '\'' { '"' } else { '\'' };
    let body = quotes.lines().next().unwrap_or("");
    let before = &broken.source[broken.file.lines.start(line)..start];
    let hint = if body.trim_end_matches([')', ']', '}', ',', ';', ' ']).ends_with(other) {
        format!("It begins with {quote} and ends with {other}: use the same quote on both sides.")
    } else if body.ends_with('\\') || body.contains("\\'") || body.contains("\\\"") {
        format!(
            "Write {quote} where the text should end. A backslash before a quote takes away its meaning: write \\\\ for a backslash at the end."
        )
    } else if before.matches(quote).count() >= 2 {
        format!(
            "If the text itself contains a {quote}, write \\{quote} there or use {other} around the text. Else add the missing {quote}."
        )
    } else {
        format!("Write {quote} where the text should end.")
    };
    broken
        .say(
            start..end,
            ErrorKind::UnterminatedString,
            format!("this text begins with a {quote} but has no closing {quote} on the same line"),
            hint,
        )
        .like("unterminated string literal")
}

/// `'it's'`: the parser trips over the word behind the string before it sees the last quote.
fn apostrophe(broken: &Broken<'_>, found: &Found<'_>) -> Option<Explained> {
    let behind_string = broken.adjoins(found.token)
        && broken.kind(found.token - 1) == TokenKind::String
        && broken.kind(found.token) == TokenKind::Name;
    let last = broken.line_end(found.line);
    let quote = broken.source.get(..found.range.start)?.chars().next_back()?;
    let rest = broken.source.get(found.range.start..last)?;
    if !behind_string || rest.matches(quote).count() % 2 == 0 {
        return None;
    }
    let other = if quote == '\'' { '"' } else { '\'' };
    Some(
        broken
            .say(
                found.range.start - 1..found.range.end,
                ErrorKind::UnterminatedString,
                format!("the {quote} inside the text ends it here, and the last {quote} begins a text without an end"),
                format!("Use {other} around the text, or write \\{quote} inside of it."),
            )
            .like("unterminated string literal"),
    )
}

fn escape(broken: &Broken<'_>, found: &Found<'_>) -> Explained {
    let at = found.range.start;
    let index = broken.tokens.partition_point(|token| token.end().to_usize() <= at);
    let span = if index < broken.tokens.len() { broken.span(index) } else { found.range.clone() };
    let text = broken.source.get(span.clone()).unwrap_or("");
    let windows = text.contains(":\\")
        || text.contains("\\\\")
        || text.to_ascii_lowercase().contains("\\users");
    let start = if at >= span.start && at <= span.end { at } else { span.start };
    let bad = broken.source[..start]
        .rfind('\\')
        .filter(|slash| *slash >= span.start)
        .unwrap_or(span.start);
    let code: String = broken.source[bad..].chars().take(2).collect();
    let explained = if windows {
        broken.say(
            span,
            ErrorKind::UnicodeEscape,
            format!("the backslashes of this Windows path are read as special characters ({code} begins a character code)"),
            "Put an r before the quote (r'C:\\\u{2026}'), or use forward slashes. On a Linux server use the server's own path.",
        )
    } else {
        broken.say(
            bad..found.range.end.max(bad + 1),
            ErrorKind::UnicodeEscape,
            format!("{code} begins a character code, and what follows is not one"),
            "Write \\\\ for a backslash, or put an r before the quote.",
        )
    };
    explained.like("(unicode error) 'unicodeescape' codec can't decode bytes")
}

fn continuation(broken: &Broken<'_>, found: &Found<'_>) -> Explained {
    let slash = broken.source[..found.range.end.min(broken.source.len())]
        .rfind('\\')
        .unwrap_or(found.range.start);
    let behind = &broken.source[slash..broken.line_end(found.line).max(slash)];
    let (message, hint) = if behind.trim_end() == "\\" {
        (
            "there are spaces behind the backslash at the end of this line",
            "Delete the spaces: the backslash must be the last character.",
        )
    } else {
        (
            "a backslash stands outside of quotes; there it may only be the last character of a line",
            "Put the text between quotes, use / in a path, or delete the backslash.",
        )
    };
    broken
        .say(slash..slash + 1, ErrorKind::LineContinuation, message, hint)
        .like("unexpected character after line continuation character")
}

fn field(broken: &Broken<'_>, found: &Found<'_>, error: &Field) -> Explained {
    let (message, hint, cpython) = match error {
        Field::UnterminatedString => return unclosed(broken, start_of_fstring(broken, found)),
        Field::UnterminatedTripleQuotedString => {
            return unclosed(broken, start_of_fstring(broken, found));
        }
        Field::UnclosedLbrace => (
            "a { of this f-string is not closed, or what stands between { and } is not one expression",
            "Write } behind the expression, or {{ for the brace itself.",
            "f-string: expecting '}'",
        ),
        Field::SingleRbrace => (
            "this f-string has a } without a {",
            "Write }} for the brace itself, or add the missing {.",
            "f-string: single '}' is not allowed",
        ),
        Field::InvalidConversionFlag | Field::ConversionFlagNotImmediatelyAfterExclamation => (
            "behind ! in an f-string only r, s or a may stand",
            "Write for example {name!r}, or drop the ! part.",
            "f-string: invalid conversion character",
        ),
        Field::LambdaWithoutParentheses => (
            "a lambda inside an f-string needs round brackets around it",
            "Write {(lambda \u{2026}: \u{2026})}.",
            "f-string: lambda expressions are not allowed without parentheses",
        ),
        Field::NewlineInFormatSpec => (
            "the format behind the colon of this f-string goes over the end of the line",
            "Keep it on one line, or use triple quotes.",
            "f-string: newlines are not allowed in format specifiers",
        ),
    };
    broken.say(found.range.clone(), ErrorKind::FString, message, hint).like(cpython)
}

fn start_of_fstring(broken: &Broken<'_>, found: &Found<'_>) -> usize {
    broken.tokens[..found.token.min(broken.tokens.len())]
        .iter()
        .rposition(|token| {
            matches!(token.kind(), TokenKind::FStringStart | TokenKind::TStringStart)
        })
        .map_or(found.range.start, |index| broken.span(index).start)
}
