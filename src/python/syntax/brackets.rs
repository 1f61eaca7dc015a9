//! Brackets that are never closed, closed by the wrong kind, or closed without having been opened.

use std::ops::Range;

use ruff_python_parser::{LexicalErrorType, ParseErrorType};

use super::{Broken, Explained, Found};
use crate::python::parse::{Ranged, Token, TokenKind};
use crate::python::problem::ErrorKind;

/// What does not fit together, over the whole file.
#[derive(Debug, Default)]
pub(super) struct Brackets {
    /// Openers without a closer, in order.
    unclosed: Vec<Range<usize>>,
    /// Closers of another kind, each with the opener they met.
    mismatched: Vec<(Range<usize>, Range<usize>)>,
    /// Closers without an opener.
    unmatched: Vec<Range<usize>>,
    /// Start and end of every pair.
    pairs: Vec<(usize, usize)>,
}

fn closer_of(kind: TokenKind) -> Option<TokenKind> {
    match kind {
        TokenKind::Lpar => Some(TokenKind::Rpar),
        TokenKind::Lsqb => Some(TokenKind::Rsqb),
        TokenKind::Lbrace => Some(TokenKind::Rbrace),
        _ => None,
    }
}

impl Brackets {
    /// Pairs up the brackets of a file; those inside f-strings count only while the f-string is open.
    pub(super) fn of(tokens: &[Token]) -> Self {
        let mut found = Self::default();
        let mut open: Vec<(TokenKind, Range<usize>)> = Vec::new();
        let mut texts: Vec<usize> = Vec::new();
        for token in tokens {
            let range = token.start().to_usize()..token.end().to_usize();
            match token.kind() {
                TokenKind::FStringStart | TokenKind::TStringStart => texts.push(open.len()),
                TokenKind::FStringEnd | TokenKind::TStringEnd => {
                    if let Some(depth) = texts.pop() {
                        open.truncate(depth);
                    }
                }
                TokenKind::Newline => {
                    // A broken f-string ended without its end token.
                    if let Some(depth) = texts.drain(..).next() {
                        open.truncate(depth);
                    }
                }
                kind => {
                    if let Some(closer) = closer_of(kind) {
                        open.push((closer, range));
                    } else if matches!(kind, TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace)
                    {
                        found.close(&mut open, kind, range);
                    }
                }
            }
        }
        found.unclosed.extend(open.into_iter().map(|(_, range)| range));
        found.unclosed.sort_by_key(|range| range.start);
        found
    }

    fn close(
        &mut self,
        open: &mut Vec<(TokenKind, Range<usize>)>,
        kind: TokenKind,
        range: Range<usize>,
    ) {
        match open.last() {
            None => self.unmatched.push(range),
            Some((closer, opener)) if *closer == kind => {
                self.pairs.push((opener.start, range.end));
                open.pop();
            }
            Some((_, opener)) => {
                self.mismatched.push((range, opener.clone()));
                // It closes an outer bracket, or is a slip for the right closer.
                if let Some(at) = open.iter().rposition(|(closer, _)| *closer == kind) {
                    open.truncate(at);
                } else {
                    open.pop();
                }
            }
        }
    }

    /// Whether an offset lies within a bracket that is closed.
    pub(super) fn inside_pair(&self, at: usize) -> bool {
        self.pairs.iter().any(|(start, end)| *start < at && at < *end)
    }

    /// Where the bracket that opens at `at` is closed again.
    pub(super) fn end_of(&self, at: usize) -> Option<usize> {
        self.pairs.iter().find(|(start, _)| *start == at).map(|(_, end)| *end)
    }
}

pub(super) fn explain(broken: &Broken<'_>, found: &Found<'_>) -> Option<Explained> {
    let lexical =
        matches!(found.error, ParseErrorType::Lexical(kind) if *kind != LexicalErrorType::Eof);
    if lexical {
        return None;
    }
    let at = found.range.start;
    let brackets = &broken.brackets;
    let line_of = |offset: usize| broken.file.lines.line(offset);
    if let Some((closer, opener)) =
        brackets.mismatched.iter().find(|(closer, opener)| opener.start <= at && at <= closer.end)
    {
        let (open, close) = (&broken.source[opener.clone()], &broken.source[closer.clone()]);
        let opened = line_of(opener.start);
        let place = if opened == line_of(closer.start) {
            "on this line".to_owned()
        } else {
            format!("on line {opened}")
        };
        return Some(
            broken
                .say(
                    closer.clone(),
                    ErrorKind::MismatchedBracket,
                    format!("this {close} closes nothing: the bracket that is still open is the {open} {place}"),
                    format!("Close the {open} {place} with {} first, or change one of the two.", matching(open)),
                )
                .like(format!("closing parenthesis '{close}' does not match opening parenthesis '{open}'"))
                .up_to(broken.source.len()),
        );
    }
    if let Some(closer) = brackets.unmatched.iter().find(|closer| closer.start == at) {
        let close = &broken.source[closer.clone()];
        return Some(
            broken
                .say(
                    closer.clone(),
                    ErrorKind::UnmatchedBracket,
                    format!("this {close} closes nothing: no bracket is open here"),
                    format!(
                        "Delete this {close}, or add the opening {} where it belongs.",
                        matching(close)
                    ),
                )
                .like(format!("unmatched '{close}'")),
        );
    }
    let opener = brackets.unclosed.iter().rev().find(|opener| opener.start < at)?;
    if brackets.pairs.iter().any(|(start, end)| *start > opener.start && *start < at && at < *end)
        && line_of(opener.start) == found.line
    {
        return None;
    }
    let open = &broken.source[opener.clone()];
    if line_of(opener.start) == found.line
        && let Some(quote) =
            text_without_start(&broken.source[opener.end..broken.line_end(found.line)])
    {
        return Some(
            broken
                .say(
                    opener.clone(),
                    ErrorKind::UnterminatedString,
                    format!("a text ends with a {quote} on this line, and does not begin with one"),
                    format!("Write the missing {quote} where the text begins, for instance right behind the {open}."),
                )
                .like("unterminated string literal")
                .up_to(broken.source.len()),
        );
    }
    Some(
        broken
            .say(
                opener.clone(),
                ErrorKind::UnclosedBracket,
                format!("this {open} is never closed"),
                format!("Add the missing {} where the expression ends.", matching(open)),
            )
            .like(format!("'{open}' was never closed"))
            .up_to(broken.source.len()),
    )
}

/// `/shop')`: the line's one quote stands where a text ends.
fn text_without_start(rest: &str) -> Option<char> {
    let mut quotes = rest.char_indices().filter(|(_, c)| matches!(c, '\'' | '"'));
    let (at, quote) = quotes.next()?;
    if quotes.next().is_some() || at == 0 || rest[..at].trim().is_empty() {
        return None;
    }
    let before = rest[..at].chars().next_back()?;
    let tail = rest[at + 1..].trim();
    let closes = tail.starts_with([')', ']', '}']) && tail.chars().all(|c| ")]}:,;".contains(c));
    (closes && !before.is_whitespace() && !"(,=[{".contains(before)).then_some(quote)
}

fn matching(bracket: &str) -> &'static str {
    match bracket {
        "(" => ")",
        "[" => "]",
        "{" => "}",
        ")" => "(",
        "]" => "[",
        _ => "{",
    }
}
