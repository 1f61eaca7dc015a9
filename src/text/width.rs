//! Columns: how wide text is on a terminal, cutting and wrapping it there.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns that a line takes.
#[must_use]
pub fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

fn columns(c: char) -> usize {
    UnicodeWidthChar::width(c).unwrap_or(0)
}

/// The text, or its beginning and an `ellipsis`, in at most `most` columns.
#[must_use]
pub fn truncate(text: &str, most: usize, ellipsis: &str) -> String {
    if width(text) <= most {
        return text.to_owned();
    }
    let room = most.saturating_sub(width(ellipsis));
    let mut used = 0;
    let mut out = String::new();
    for c in text.chars() {
        used += columns(c);
        if used > room {
            break;
        }
        out.push(c);
    }
    if most >= width(ellipsis) {
        out.push_str(ellipsis);
    }
    out
}

/// The text with spaces behind it up to `to` columns.
#[must_use]
pub fn pad(text: &str, to: usize) -> String {
    let mut out = text.to_owned();
    out.extend(std::iter::repeat_n(' ', to.saturating_sub(width(text))));
    out
}

/// Longest address that is never cut, though it be wider than the page.
const ADDRESS: usize = 200;

/// Lines of at most `most` columns, broken at spaces; words that are too long are cut, addresses
/// stand whole.
///
/// Runs of spaces count as one. Never empty: empty text is one empty line.
#[must_use]
pub fn wrap(text: &str, most: usize) -> Vec<String> {
    let most = most.max(8);
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in text.split_whitespace() {
        let wide = width(word);
        if used > 0 && used + 1 + wide > most {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        // Half an address is worth nothing.
        if wide <= most || (word.contains("://") && wide <= ADDRESS) {
            line.push_str(word);
            used += wide;
            continue;
        }
        for c in word.chars() {
            if used + columns(c) > most {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push(c);
            used += columns(c);
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_by_columns() {
        assert_eq!(truncate("abcdef", 4, "…"), "abc…");
        assert_eq!(truncate("日本語", 5, "…"), "日本…");
        assert_eq!(truncate("abc", 3, "…"), "abc");
        assert_eq!(truncate("abc", 0, "…"), "");
    }

    #[test]
    fn wraps_words_and_cuts_long_ones() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("0123456789ab", 8), ["01234567", "89ab"]);
        assert_eq!(wrap("see (https://a.example/b) x", 8), ["see", "(https://a.example/b)", "x"]);
        assert_eq!(wrap("", 8), [""]);
        assert_eq!(wrap("a   b", 80), ["a b"]);
    }

    #[test]
    fn pads_wide_characters() {
        assert_eq!(pad("日", 4), "日  ");
    }
}
