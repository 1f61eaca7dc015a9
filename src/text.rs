//! Escaping and measuring text: one function per sink.
//!
//! Every byte from logs, code and HTTP bodies is somebody else's and passes one of these before it
//! is written. The functions know sinks, not reports.

use std::fmt::Write as _;

mod markup;
mod width;
mod workflow;

pub use markup::{
    html, markdown, markdown_code, markdown_code_cell, markdown_fence, markdown_prose, xml,
};
pub use width::{pad, truncate, width, wrap};
pub use workflow::{defuse, workflow_data, workflow_property};

/// Whether a character could move the cursor, colour the screen, reorder or hide text.
#[must_use]
pub fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{180E}'
            | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E007F}')
}

/// One line for a terminal: tabs become spaces, everything hostile is spelled out (`\x1b`,
/// `\u{202e}`), line ends too (`\n`).
#[must_use]
pub fn terminal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => out.push_str("    "),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            c if is_hostile(c) && (c as u32) < 0x100 => {
                let _ = write!(out, "\\x{:02x}", c as u32);
            }
            c if is_hostile(c) => {
                let _ = write!(out, "\\u{{{:x}}}", c as u32);
            }
            c => out.push(c),
        }
    }
    out
}

/// Several lines for a terminal: like [`terminal`] for each line, line ends kept.
#[must_use]
pub fn terminal_lines(text: &str) -> Vec<String> {
    text.lines().map(|line| terminal(line.trim_end())).collect()
}

/// Only ASCII: our own glyphs get their plain twins, everything else becomes `?`.
#[must_use]
pub fn ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_ascii() => out.push(c),
            '·' | '•' | '–' | '—' => out.push('-'),
            '…' => out.push_str("..."),
            '‹' => out.push('<'),
            '›' => out.push('>'),
            '‘' | '’' => out.push('\''),
            '“' | '”' => out.push('"'),
            '→' => out.push_str("->"),
            '×' => out.push('x'),
            '≥' => out.push_str(">="),
            '≤' => out.push_str("<="),
            '\u{a0}' => out.push(' '),
            _ => out.push('?'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_gets_no_control_codes() {
        assert_eq!(terminal("\u{1b}[31mred\u{7}\u{9b}2J"), "\\x1b[31mred\\x07\\x9b2J");
        assert_eq!(terminal("abc\u{202e}cba\u{200b}"), "abc\\u{202e}cba\\u{200b}");
        assert_eq!(terminal("a\tb\r\n"), "a    b\\r\\n");
        assert_eq!(terminal("naïve 日本"), "naïve 日本");
    }

    #[test]
    fn ascii_knows_our_glyphs() {
        assert_eq!(ascii("‹ip-1› · a…é"), "<ip-1> - a...?");
    }

    #[test]
    fn lines_lose_their_ends_only() {
        assert_eq!(terminal_lines("a\r\n  b\n"), ["a", "  b"]);
    }
}
