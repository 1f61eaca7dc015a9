//! Texts without their quotes, and decorators without a function.

use ruff_python_parser::ParseErrorType;

use super::{Broken, Explained, Found};
use crate::python::parse::TokenKind;
use crate::python::problem::ErrorKind;

pub(super) fn explain(broken: &Broken<'_>, found: &Found<'_>) -> Option<Explained> {
    path(broken, found)
        .or_else(|| star(broken, found))
        .or_else(|| address(broken, found))
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
    let at = (found.token.saturating_sub(1)..=found.token).find(|&at| begins(at));
    let Some(at) = at.or_else(|| scheme(broken, found)) else { return root(broken, found) };
    let start = broken.span(at).start;
    let rest = &broken.source[start..broken.line_end(broken.file.lines.line(start))];
    let path = rest.split([' ', '\t', ',', ')', ']', '}', '#', '"', '\'']).next()?;
    if !path.starts_with(|c: char| c.is_alphabetic())
        && !path[1..].starts_with(|c: char| c.is_alphabetic())
    {
        return root(broken, found);
    }
    let what = if path.contains("://") { "address" } else { "path" };
    Some(broken.say(
        start..start + path.len(),
        ErrorKind::UnquotedText,
        format!("this {what} needs quotes: without them Python reads it as code"),
        format!("Write '{path}'."),
    ))
}

/// Where `https://…` or `sqlite:///…` begins.
fn scheme(broken: &Broken<'_>, found: &Found<'_>) -> Option<usize> {
    const SCHEMES: &[&str] = &[
        "http",
        "https",
        "ftp",
        "sqlite",
        "postgres",
        "postgresql",
        "mysql",
        "redis",
        "rediss",
        "mongodb",
        "amqp",
        "ws",
        "wss",
    ];
    (found.first + 1..=found.token).rev().take(4).find(|&at| {
        SCHEMES.contains(&broken.word(at))
            && broken.kind(at + 1) == TokenKind::Colon
            && broken.source[broken.span(at + 1).end..].starts_with("//")
            && matches!(
                broken.kind(at - 1),
                TokenKind::Equal
                    | TokenKind::Lpar
                    | TokenKind::Lsqb
                    | TokenKind::Comma
                    | TokenKind::Colon
            )
    })
}

/// `@app.route(/)`.
fn root(broken: &Broken<'_>, found: &Found<'_>) -> Option<Explained> {
    let at = (found.token.saturating_sub(1)..=found.token)
        .find(|&at| at > 0 && broken.kind(at) == TokenKind::Slash)?;
    let alone = matches!(broken.kind(at - 1), TokenKind::Lpar)
        && matches!(broken.kind(at + 1), TokenKind::Rpar | TokenKind::Comma);
    (alone && broken.kind(found.first) == TokenKind::At).then(|| {
        broken.say(
            broken.span(at),
            ErrorKind::UnquotedText,
            "this path needs quotes: without them Python reads it as code",
            "Write '/'.",
        )
    })
}

/// `ALLOWED_HOSTS = [*]`.
fn star(broken: &Broken<'_>, found: &Found<'_>) -> Option<Explained> {
    let at = found.token.checked_sub(1)?;
    let closes = matches!(broken.kind(found.token), TokenKind::Rsqb | TokenKind::Comma);
    let opens = matches!(broken.kind(at.checked_sub(1)?), TokenKind::Lsqb | TokenKind::Comma);
    if broken.kind(at) != TokenKind::Star || !closes || !opens {
        return None;
    }
    Some(broken.say(
        broken.span(at),
        ErrorKind::UnquotedText,
        "this * needs quotes: without them Python reads it as code",
        "Write '*'.",
    ))
}

/// `host=0.0.0.0`.
fn address(broken: &Broken<'_>, found: &Found<'_>) -> Option<Explained> {
    let is_number = |at: usize| matches!(broken.kind(at), TokenKind::Int | TokenKind::Float);
    if !is_number(found.token) {
        return None;
    }
    let first = (0..=found.token)
        .rev()
        .take_while(|&at| is_number(at))
        .find(|&at| at == 0 || !broken.adjoins(at) || !is_number(at - 1))?;
    let last = (first..broken.tokens.len())
        .take_while(|&at| at == first || is_number(at) && broken.adjoins(at))
        .last()?;
    let range = broken.span(first).start..broken.span(last).end;
    let text = broken.source.get(range.clone())?;
    let parts: Vec<&str> = text.split('.').collect();
    if parts.len() != 4 || !parts.iter().all(|part| part.parse::<u8>().is_ok()) {
        return None;
    }
    let hint = format!("Write '{text}'.");
    let message = "this address needs quotes: without them Python reads it as numbers";
    Some(broken.say(range, ErrorKind::UnquotedText, message, hint))
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
    let ends = matches!(broken.kind(found.token + 1), TokenKind::Newline | TokenKind::EndOfFile);
    if broken.kind(found.first) == TokenKind::At && at == TokenKind::Colon && ends {
        return Some(broken.say(
            broken.span(found.token),
            ErrorKind::Decorator,
            "a line with @ ends without a colon",
            "Delete the :.",
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
