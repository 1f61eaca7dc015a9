//! Characters that look right and are not: curly quotes, invisible spaces, full-width signs.

use ruff_python_parser::{LexicalErrorType, ParseErrorType};

use super::{Broken, Explained, Found};
use crate::python::problem::ErrorKind;

pub(super) fn explain(broken: &Broken<'_>, found: &Found<'_>) -> Option<Explained> {
    let at = match found.error {
        ParseErrorType::Lexical(LexicalErrorType::UnrecognizedToken { .. }) => found.range.start,
        // The error may be noticed one token later.
        _ => {
            let start = broken.file.lines.start(found.line);
            let behind = found
                .text
                .char_indices()
                .find(|(at, c)| start + at >= found.range.start && !c.is_whitespace())?;
            (!behind.1.is_ascii() && !behind.1.is_alphanumeric()).then_some(start + behind.0)?
        }
    };
    let c = broken.source.get(at..)?.chars().next()?;
    if c.is_ascii() {
        return None;
    }
    let range = at..at + c.len_utf8();
    let code = format!("U+{:04X}", c as u32);
    let (kind, message, hint) = match c {
        '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}' | '\u{2032}' | '\u{00b4}' | '\u{ff07}' => (
            ErrorKind::CurlyQuote,
            format!("this is the typographic quote {c}; Python knows only the straight quotes ' and \""),
            "Replace it by ' \u{2013} web pages and word processors make quotes curly, so type the line again.".to_owned(),
        ),
        '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{201f}' | '\u{2033}' | '\u{00ab}' | '\u{00bb}' | '\u{ff02}' => (
            ErrorKind::CurlyQuote,
            format!("this is the typographic quote {c}; Python knows only the straight quotes ' and \""),
            "Replace it by \" \u{2013} web pages and word processors make quotes curly, so type the line again.".to_owned(),
        ),
        '\u{00a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => (
            ErrorKind::InvisibleCharacter,
            format!("this looks like a space but is another character ({code}, {})", name(c)),
            "Delete it and type a usual space; it came with text copied from a web page or document.".to_owned(),
        ),
        _ if is_invisible(c) => (
            ErrorKind::InvisibleCharacter,
            format!("there is an invisible character here ({code}, {})", name(c)),
            "Delete it: put the cursor behind it and press Backspace, or type the line again.".to_owned(),
        ),
        _ => match plain(c) {
            Some(plain) => (
                ErrorKind::OddCharacter,
                format!("this {c} ({code}) is not the {plain} that Python knows"),
                format!("Replace it by {plain}"),
            ),
            None => (
                ErrorKind::OddCharacter,
                format!("the character {c} ({code}) means nothing to Python outside of quotes"),
                "Delete it, or put the text between quotes.".to_owned(),
            ),
        },
    };
    let cpython = if kind == ErrorKind::InvisibleCharacter {
        format!("invalid non-printable character {code}")
    } else {
        format!("invalid character '{c}' ({code})")
    };
    Some(broken.say(range, kind, message, hint).like(cpython))
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{00ad}' | '\u{fe00}'..='\u{fe0f}')
        || c.is_control()
}

fn name(c: char) -> &'static str {
    match c {
        '\u{00a0}' | '\u{202f}' => "no-break space",
        '\u{3000}' => "wide space",
        '\u{2000}'..='\u{200a}' | '\u{205f}' => "typographic space",
        '\u{200b}' => "zero-width space",
        '\u{200c}' | '\u{200d}' | '\u{2060}' => "joiner",
        '\u{feff}' => "byte order mark",
        '\u{00ad}' => "soft hyphen",
        '\u{2028}' | '\u{2029}' => "line separator",
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            "text direction mark"
        }
        _ => "control character",
    }
}

/// The ASCII character that is meant.
fn plain(c: char) -> Option<char> {
    Some(match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}' => '-',
        '\u{00d7}' | '\u{2217}' | '\u{22c5}' => '*',
        '\u{00f7}' | '\u{2215}' => '/',
        '\u{02c6}' => '^',
        '\u{3001}' => ',',
        '\u{3002}' => '.',
        '\u{3010}' | '\u{300c}' => '[',
        '\u{3011}' | '\u{300d}' => ']',
        // The full-width forms are ASCII, shifted.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0)?,
        _ => return None,
    })
}
