//! Indentation: tabs and spaces, too much, too little, none.

use ruff_python_parser::{LexicalErrorType, ParseErrorType};

use super::{Broken, Explained, Found};
use crate::python::problem::ErrorKind;

pub(super) fn explain(broken: &Broken<'_>, found: &Found<'_>) -> Option<Explained> {
    match found.error {
        ParseErrorType::Lexical(LexicalErrorType::IndentationError) => {
            Some(tabs(broken, found).unwrap_or_else(|| unindent(broken, found)))
        }
        ParseErrorType::UnexpectedIndentation => {
            Some(tabs(broken, found).unwrap_or_else(|| too_much(broken, found)))
        }
        ParseErrorType::OtherError(text) => {
            let header = text.strip_prefix("Expected an indented block after ")?;
            Some(missing(broken, found, header))
        }
        _ => None,
    }
}

fn indentation(text: &str) -> &str {
    &text[..text.len() - text.trim_start_matches([' ', '\t', '\u{c}']).len()]
}

/// The line's white space.
fn margin(broken: &Broken<'_>, found: &Found<'_>) -> std::ops::Range<usize> {
    let start = broken.file.lines.start(found.line);
    start..start + indentation(found.text).len()
}

/// Tabs here and spaces in the lines above, or the other way round.
fn tabs(broken: &Broken<'_>, found: &Found<'_>) -> Option<Explained> {
    let own = indentation(found.text);
    if own.is_empty() {
        return None;
    }
    let above = (1..found.line).rev().find(|line| {
        let text = broken.file.lines.text(broken.source, *line);
        !broken.is_blank(*line) && !indentation(text).is_empty()
    })?;
    let theirs = indentation(broken.file.lines.text(broken.source, above));
    if own.contains('\t') == theirs.contains('\t') && own.contains(' ') == theirs.contains(' ') {
        return None;
    }
    let (here, there) = if own.contains('\t') { ("tabs", "spaces") } else { ("spaces", "tabs") };
    Some(
        broken
            .say(
                margin(broken, found),
                ErrorKind::TabsAndSpaces,
                format!("this line is indented with {here}, but line {above} above with {there}; Python cannot compare the two"),
                "Let your editor convert all tabs to spaces (4 per level).",
            )
            .like("inconsistent use of tabs and spaces in indentation"),
    )
}

fn unindent(broken: &Broken<'_>, found: &Found<'_>) -> Explained {
    let width = indentation(found.text).chars().count();
    broken
        .say(
            margin(broken, found),
            ErrorKind::UnindentMismatch,
            format!("this line begins {width} spaces from the left, and no line above it that it could belong to does"),
            "Indent it exactly like the other lines of its block.",
        )
        .like("unindent does not match any outer indentation level")
}

fn too_much(broken: &Broken<'_>, found: &Found<'_>) -> Explained {
    broken
        .say(
            margin(broken, found),
            ErrorKind::UnexpectedIndent,
            "this line is indented further than the line above, but the line above does not begin a block",
            "Delete the extra spaces at the beginning, so that the line stands under the one above.",
        )
        .like("unexpected indent")
}

fn missing(broken: &Broken<'_>, found: &Found<'_>, header: &str) -> Explained {
    let lines = &broken.file.lines;
    let what = header.replace('`', "");
    let header_token = (0..found.token.min(broken.tokens.len()))
        .rev()
        .find(|index| broken.kind(*index) == crate::python::parse::TokenKind::Colon);
    let header_line = header_token.map_or(found.line, |index| lines.line(broken.span(index).start));
    let behind = lines.line(found.range.start) == header_line
        && found.range.start + 1 >= broken.line_end(header_line);
    let range = if behind {
        // Python complains about the line that follows; if the file ends without a body, about its last line.
        let count = lines.count() as u32;
        let follower = (header_line + 1..=count).find(|line| !broken.is_blank(*line));
        let last_text =
            || (1..=count).rev().find(|line| !lines.text(broken.source, *line).trim().is_empty());
        let last = follower.or_else(last_text).unwrap_or(1);
        let start = lines.start(last);
        start..start + lines.text(broken.source, last).len()
    } else {
        found.range.clone()
    };
    broken
        .say(
            range,
            ErrorKind::MissingIndent,
            format!("line {header_line} begins a block ({what}), so at least one line below must be indented"),
            "Indent the lines that belong to it by 4 spaces; write pass if there is nothing to do.",
        )
        .like(format!("expected an indented block after {what} on line {header_line}"))
}
