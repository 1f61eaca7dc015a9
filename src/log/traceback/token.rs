//! What a single line of a traceback is. Looks at one line only; the order of lines is `entry`'s.

use std::borrow::Cow;

use crate::model::ChainLink;

/// A frame line as it was printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RawFrame<'a> {
    pub file: &'a str,
    /// 0 where the printer puts the number on the next line.
    pub line: u32,
    /// `None`: the line names no function, as above a `SyntaxError`.
    pub function: Option<&'a str>,
}

/// One line's meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    Blank,
    /// `Traceback (most recent call last):`; holds what stood before it.
    Header(&'a str),
    /// A printed stack that is no exception: `Stack (most recent call last):`, `Call stack:`.
    Stack,
    Frame(RawFrame<'a>),
    /// `File "/very/long…` without its end.
    CutFrame,
    /// Carets, tildes and box art below a source line.
    Mark,
    /// A source line that carries its own number: `---> 12 import x`, `❱ 12 │ import x`.
    Numbered(u32, &'a str),
    /// A line of context around it.
    Context,
    Link(ChainLink),
    /// A line of many stars.
    Stars,
    /// The wrapper's first line.
    Wrapper,
    Text,
}

const HEADERS: [&str; 3] = [
    "Traceback (most recent call last)",
    "Traceback (innermost last)",
    "Exception Group Traceback (most recent call last)",
];
const FILE: &str = "File \"";

/// Number of leading blanks; a tab counts as one.
pub(super) fn indent(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

/// Takes off what pasting and colouring add: quote marks, escapes, no-break spaces, the bars of
/// exception groups. Borrowed where nothing had to change.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    let mut out = Cow::Borrowed(text.trim_end());
    if out.contains('\u{1b}') {
        out = Cow::Owned(without_escapes(&out));
    }
    if out.contains('\u{a0}') {
        out = Cow::Owned(out.replace('\u{a0}', " "));
    }
    if out.contains("&quot;") {
        out = Cow::Owned(
            out.replace("&quot;", "\"")
                .replace("&#39;", "'")
                .replace("&#x27;", "'")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&amp;", "&"),
        );
    }
    // Apache on Windows escapes what it logs: line ends as `\r`, backslashes doubled
    if let Some(line) = out.strip_suffix("\\r") {
        out = Cow::Owned(line.replace("\\\\", "\\"));
    }
    let quoted = unquoted(&out);
    if quoted.len() != out.len() {
        out = Cow::Owned(quoted.to_owned());
    }
    out
}

/// `> text` and `>> text` without the marks. A lone `>` before anything else stays.
fn unquoted(text: &str) -> &str {
    let mut rest = text;
    for _ in 0..4 {
        let trimmed = rest.trim_start();
        if trimmed == ">" {
            return "";
        }
        match trimmed.strip_prefix("> ") {
            Some(inner) => rest = inner,
            None => break,
        }
    }
    rest
}

/// Without ANSI colour sequences.
fn without_escapes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\u{1b}' {
            out.push(c);
            continue;
        }
        if chars.peek() == Some(&'[') {
            chars.next();
            for c in chars.by_ref() {
                if ('@'..='~').contains(&c) {
                    break;
                }
            }
        }
    }
    out
}

/// An exception group's line: depth of the bars and what stands behind them.
/// `  | ` is depth 1, `    | ` depth 2; `+-+---- 1 ----` separates members.
pub(super) fn group_bar(text: &str) -> Option<(usize, GroupLine<'_>)> {
    let blanks = indent(text);
    if !(2..=64).contains(&blanks) {
        return None;
    }
    let rest = &text[blanks..];
    if let Some(inner) = rest.strip_prefix('|') {
        let inner = inner.strip_prefix(' ').unwrap_or(inner);
        return Some((blanks / 2, GroupLine::Inside(inner)));
    }
    if rest.starts_with("+-+---") || rest.starts_with("+------") {
        let depth = if rest.starts_with("+-+") { blanks / 2 + 1 } else { blanks / 2 };
        let member = rest.bytes().any(|b| b.is_ascii_digit()) || rest.contains("...");
        return Some((depth, if member { GroupLine::Member } else { GroupLine::End }));
    }
    if let Some(inner) = rest.strip_prefix("+ ")
        && HEADERS.iter().any(|head| inner.starts_with(head))
    {
        return Some((blanks / 2, GroupLine::Inside(inner)));
    }
    None
}

/// What stands at an exception group's bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GroupLine<'a> {
    Inside(&'a str),
    Member,
    End,
}

/// The meaning of one cleaned line.
pub(super) fn token(text: &str) -> Token<'_> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Token::Blank;
    }
    let first = trimmed.as_bytes()[0];
    if first == b'F' {
        if let Some(frame) = frame(trimmed) {
            return Token::Frame(frame);
        }
        if trimmed.starts_with(FILE) && !trimmed[FILE.len()..].contains('"') {
            return Token::CutFrame;
        }
    }
    if let Some(before) = header(trimmed) {
        return Token::Header(before);
    }
    if trimmed == "Stack (most recent call last):" || trimmed == "Call stack:" {
        return Token::Stack;
    }
    if let Some(link) = link(trimmed) {
        return Token::Link(link);
    }
    if first == b'*' && trimmed.len() >= 10 && trimmed.bytes().all(|b| b == b'*') {
        return Token::Stars;
    }
    if trimmed.starts_with("Error running WSGI application") {
        return Token::Wrapper;
    }
    if first == b'[' && trimmed.starts_with("[Previous line repeated ") {
        return Token::Mark;
    }
    boxed(trimmed).unwrap_or(Token::Text)
}

/// The text before a traceback's header that ends the line.
fn header(trimmed: &str) -> Option<&str> {
    let bare = trimmed.trim_end_matches([':', ' ', '─', '╮', '-', '+']);
    for head in HEADERS {
        if let Some(before) = bare.strip_suffix(head) {
            return Some(before.trim_matches(['╭', '─', ' ', '+', '-', ':']));
        }
    }
    (trimmed == "Traceback:").then_some("")
}

fn link(trimmed: &str) -> Option<ChainLink> {
    // needles of at most 32 bytes are searched with vectors, longer ones are prepared anew each time
    if trimmed.contains(" exception was the direct cause ")
        && trimmed.contains("above exception was the direct cause of the following exception")
        || trimmed.starts_with("The above exception (") && trimmed.contains("direct cause")
    {
        return Some(ChainLink::DirectCause);
    }
    if trimmed.starts_with("During handling of the above exception") {
        return Some(ChainLink::DuringHandling);
    }
    (trimmed.starts_with("During handling of the ")
        && trimmed.contains("another exception occurred"))
    .then_some(ChainLink::DuringHandling)
}

/// A frame line in any of the forms that Python, IPython and Django print.
pub(super) fn frame(trimmed: &str) -> Option<RawFrame<'_>> {
    if let Some(rest) = trimmed.strip_prefix(FILE) {
        let end = rest.find('"')?;
        let (file, rest) = (&rest[..end], &rest[end + 1..]);
        if file.is_empty() {
            return None;
        }
        if let Some(rest) = rest.strip_prefix(", line ") {
            let (line, rest) = number(rest)?;
            // a web page takes `<module>` for a tag and shows nothing
            let function = match rest.trim_end() {
                ", in" => Some("<module>"),
                rest => rest.strip_prefix(", in ").map(str::trim),
            };
            // `line 3 in f` without the comma is faulthandler's, newest call first
            if function.is_none() && !rest.trim().is_empty() {
                return None;
            }
            return Some(RawFrame { file, line, function });
        }
        // Django's debug page copied as text: the number stands on the next line
        let function = rest.strip_prefix(" in ").or_else(|| rest.strip_prefix(", in "))?;
        return Some(RawFrame { file, line: 0, function: Some(function.trim()) });
    }
    // IPython 8: `File /app/x.py:12, in foo(a)`; Django 3.1+ page: `/app/x.py, line 12, in foo`
    let rest = trimmed.strip_prefix("File ")?;
    let (place, function) = rest.split_once(", in ")?;
    let (file, line) = place.rsplit_once(':')?;
    let (line, tail) = number(line)?;
    if !tail.is_empty() || file.is_empty() {
        return None;
    }
    let function = function.split('(').next().unwrap_or(function).trim();
    Some(RawFrame { file, line, function: Some(function) })
}

fn number(text: &str) -> Option<(u32, &str)> {
    let end = text.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(text.len());
    Some((text[..end].parse().ok()?, &text[end..]))
}

/// Lines of rich's and IPython's boxes, carets, and the value trees of better_exceptions.
fn boxed(trimmed: &str) -> Option<Token<'_>> {
    if trimmed.chars().all(|c| " ^~│└├┌┐┘─╰╯╭╮|".contains(c)) {
        return Some(Token::Mark);
    }
    if let Some(rest) = trimmed.strip_prefix("--->").or_else(|| trimmed.strip_prefix("-->")) {
        let (line, source) = number(rest.trim_start_matches(['-', '>', ' ']))?;
        return Some(Token::Numbered(line, source.trim()));
    }
    let inner = trimmed
        .strip_prefix('│')
        .map(|rest| rest.strip_suffix('│').unwrap_or(rest))
        .or_else(|| trimmed.strip_prefix("| ").map(|rest| rest.strip_suffix('|').unwrap_or(rest)));
    if let Some(inner) = inner {
        let inner = inner.trim();
        if inner.is_empty() {
            return Some(Token::Mark);
        }
        if let Some(rest) = inner.strip_prefix('❱') {
            let (line, source) = number(rest.trim_start())?;
            return Some(Token::Numbered(line, source.trim_start_matches(['│', '|', ' ']).trim()));
        }
        if let Some((place, function)) = inner.rsplit_once(" in ")
            && let Some((file, line)) = place.rsplit_once(':')
            && let Some((line, "")) = number(line)
        {
            return Some(Token::Frame(RawFrame { file, line, function: Some(function.trim()) }));
        }
        return trimmed.starts_with('│').then_some(Token::Context);
    }
    trimmed.starts_with(['└', '├', '╰', '╭']).then_some(Token::Mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_all_printers() {
        let frame = |file, line, function| Token::Frame(RawFrame { file, line, function });
        assert_eq!(
            token("  File \"/app/x.py\", line 12, in <module>"),
            frame("/app/x.py", 12, Some("<module>"))
        );
        assert_eq!(token("  File \"/app/x.py\", line 12"), frame("/app/x.py", 12, None));
        assert_eq!(
            token("File \"/app/x.py\", line 1, in "),
            frame("/app/x.py", 1, Some("<module>"))
        );
        assert_eq!(token("File /app/x.py:12, in foo(a, b)"), frame("/app/x.py", 12, Some("foo")));
        assert_eq!(token("│ /app/x.py:12 in foo      │"), frame("/app/x.py", 12, Some("foo")));
        assert_eq!(token("File \"/x/y.py\" in get"), frame("/x/y.py", 0, Some("get")));
        assert_eq!(
            token("  File \"C:\\site\\x.py\", line 1, in f"),
            frame("C:\\site\\x.py", 1, Some("f"))
        );
    }

    #[test]
    fn not_frames() {
        // faulthandler prints the newest call first and no comma
        assert_eq!(token("  File \"/app/x.py\", line 12 in foo"), Token::Text);
        assert_eq!(token("File not found: x"), Token::Text);
        assert_eq!(token("File \"\", line 1"), Token::Text);
        assert_eq!(token("  File \"/app/lib/python3.11/site-packages/dj"), Token::CutFrame);
        assert_eq!(token("File \"x\", line 99999999999999999999"), Token::Text);
    }

    #[test]
    fn headers_and_links() {
        assert_eq!(token("Traceback (most recent call last):"), Token::Header(""));
        assert_eq!(
            token("ERROR boom Traceback (most recent call last):"),
            Token::Header("ERROR boom")
        );
        assert_eq!(token("╭──── Traceback (most recent call last) ────╮"), Token::Header(""));
        assert_eq!(
            token("During handling of the above exception, another exception occurred:"),
            Token::Link(ChainLink::DuringHandling)
        );
        assert_eq!(token("    ~~~~^^^^"), Token::Mark);
        assert_eq!(token("❱"), Token::Text);
    }

    #[test]
    fn quotes_and_colours_go() {
        assert_eq!(clean("> > Traceback"), "Traceback");
        assert_eq!(clean("\u{1b}[35mValueError\u{1b}[0m: x"), "ValueError: x");
        assert_eq!(clean("\u{a0}\u{a0}File"), "  File");
        assert_eq!(clean(">"), "");
    }

    #[test]
    fn escapes_of_apache_on_windows_go() {
        assert_eq!(
            clean("  File \"C:\\\\x\\\\y.py\", line 1\\r"),
            "  File \"C:\\x\\y.py\", line 1"
        );
    }

    #[test]
    fn bars_of_groups() {
        assert_eq!(group_bar("  | ValueError: 1"), Some((1, GroupLine::Inside("ValueError: 1"))));
        assert_eq!(
            group_bar("  +-+---------------- 1 ----------------"),
            Some((2, GroupLine::Member))
        );
        assert_eq!(
            group_bar("    +------------------------------------"),
            Some((2, GroupLine::End))
        );
        assert_eq!(group_bar("| x"), None);
    }
}
