//! Texts without their quotes, and decorators without a function.

use rustpython_ruff_python_parser::ParseErrorType;

use super::{Broken, Explained, Found};
use crate::python::parse::TokenKind;
use crate::python::problem::ErrorKind;

pub(super) fn explain(broken: &Broken<'_>, found: &Found<'_>) -> Option<Explained> {
    path(broken, found)
        .or_else(|| decorator(broken, found))
        .map(|explained| explained.like("invalid syntax"))
}

/// `path = /home/ana/site`, `sys.path.append(/home/ana/site)`.
fn path(broken: &Broken<'_>, found: &Found<'_>) -> Option<Explained> {
    let begins = |at: usize| {
        broken.kind(at) == TokenKind::Slash
            && at > found.first
            && broken.adjoins(at + 1)
            && matches!(
                broken.kind(at - 1),
                TokenKind::Equal
                    | TokenKind::Lpar
                    | TokenKind::Lsqb
                    | TokenKind::Comma
                    | TokenKind::Colon
            )
    };
    let at = (found.token.saturating_sub(1)..=found.token).find(|&at| begins(at))?;
    let start = broken.span(at).start;
    let rest = &broken.source[start..broken.line_end(broken.file.lines.line(start))];
    let path = rest.split([' ', '\t', ',', ')', ']', '}', '#', '"', '\'']).next()?;
    if !path[1..].starts_with(|c: char| c.is_alphabetic()) {
        return None;
    }
    Some(broken.say(
        start..start + path.len(),
        ErrorKind::UnquotedText,
        "this path needs quotes: without them Python reads it as code",
        format!("Write '{path}'."),
    ))
}

/// `@app.route("/")` at the end of the file, above something else, or with its function on its line.
fn decorator(broken: &Broken<'_>, found: &Found<'_>) -> Option<Explained> {
    let at = broken.kind(found.token);
    let is_head = matches!(at, TokenKind::Def | TokenKind::Class | TokenKind::Async);
    if broken.kind(found.first) == TokenKind::At && is_head {
        let word = broken.word(found.token);
        return Some(broken.say(
            broken.span(found.token),
            ErrorKind::Decorator,
            format!("{word} must begin a line of its own, below the line with @"),
            format!("Put a line break before {word}."),
        ));
    }
    let ParseErrorType::OtherError(text) = found.error else { return None };
    if !text.contains("decorator") {
        return None;
    }
    // The line with @ is the last one that ends before the place of the error.
    let end = (0..found.token.min(broken.tokens.len()))
        .rev()
        .find(|&index| broken.kind(index) == TokenKind::Newline)?;
    let first = (0..end)
        .rev()
        .take_while(|&index| broken.kind(index) != TokenKind::Newline)
        .find(|&index| broken.kind(index) == TokenKind::At)?;
    Some(
        broken
            .say(
                broken.span(first).start..broken.span(end).start,
                ErrorKind::Decorator,
                "a line with @ must stand directly above a function or class, and none follows here",
                "Write the function (def \u{2026}) below this line, or delete the line.",
            )
            .up_to(broken.line_end(found.line)),
    )
}
