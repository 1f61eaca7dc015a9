//! How deep the parser would have to go, estimated before it runs, since a stack overflow cannot be caught.
//!
//! One pass over the bytes that knows strings, comments, f-strings and brackets, and nothing else of the
//! grammar. It errs on the high side. CPython has limits of its own for brackets and indents; beyond those
//! a file is broken, beyond ours it is only not examined.

use std::ops::Range;

use super::problem::{ErrorKind, NotParsed};

/// CPython's `MAXLEVEL`: open brackets at one place.
const BRACKETS: usize = 200;
/// CPython's `MAXINDENT`: levels of indentation.
const INDENTS: usize = 100;
/// f-strings within f-strings; CPython's `MAXFSTRINGLEVEL`.
const FSTRINGS: usize = 150;
/// Operators and suffixes that can nest in one expression.
const CHAIN: u32 = 10_000;
/// Largest file that is parsed, in bytes.
pub const MAX_BYTES: usize = 1 << 20;

/// What the estimate says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Depth {
    /// Parsing needs about this many nested calls of the parser's expression functions.
    Fine(u32),
    /// CPython refuses it too.
    Error {
        range: Range<usize>,
        kind: ErrorKind,
        message: String,
        cpython_like: &'static str,
        hint: &'static str,
    },
    /// Legal perhaps, but not examined.
    TooMuch(NotParsed),
}

enum Frame {
    /// An open bracket, or the replacement field of an f-string.
    Bracket { chain: u32, lambdas: u32, field: bool },
    /// The text of an f-string, or the format after the colon of a field.
    Text { quote: u8, triple: bool, format: bool },
}

struct Scan<'s> {
    bytes: &'s [u8],
    at: usize,
    frames: Vec<Frame>,
    indents: Vec<u32>,
    brackets: usize,
    fstrings: usize,
    /// Nesting by operators of this line outside brackets, and within all open brackets.
    chain: u32,
    lambdas: u32,
    total: u32,
    deepest: u32,
    /// Brackets that a broken f-string left open: the parser may still be inside of them.
    lost: u32,
}

/// Estimates the depth of a source.
pub fn depth(source: &str) -> Depth {
    if source.len() > MAX_BYTES {
        let megabytes = source.len() as f64 / 1_048_576.0;
        return Depth::TooMuch(NotParsed {
            why: format!("the file is {megabytes:.1} MB; files over 1 MB are not checked"),
        });
    }
    let mut scan = Scan {
        bytes: source.as_bytes(),
        at: 0,
        frames: Vec::new(),
        indents: Vec::new(),
        brackets: 0,
        fstrings: 0,
        chain: 0,
        lambdas: 0,
        total: 0,
        deepest: 0,
        lost: 0,
    };
    match scan.run() {
        Ok(()) => Depth::Fine(scan.deepest + scan.indents.len() as u32),
        Err(found) => found,
    }
}

const ORDINARY: u8 = 0;
const WORD: u8 = 1;
const SPECIAL: u8 = 2;
const OPERATOR: u8 = 3;

const CLASS: [u8; 256] = {
    let mut table = [ORDINARY; 256];
    let mut at = 0;
    while at < 256 {
        let byte = at as u8;
        if byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80 {
            table[at] = WORD;
        }
        at += 1;
    }
    let specials = b"\"'#()[]{},;\n\r\\:";
    at = 0;
    while at < specials.len() {
        table[specials[at] as usize] = SPECIAL;
        at += 1;
    }
    let operators = b"+-*/%@&|^~<>=!.`?$";
    at = 0;
    while at < operators.len() {
        table[operators[at] as usize] = OPERATOR;
        at += 1;
    }
    table
};

/// `**=` is one operator, `@@@` three.
fn operator_len(rest: &[u8]) -> usize {
    let [first, ..] = rest else { return 0 };
    match rest.get(1) {
        Some(second) if first == second && matches!(first, b'*' | b'/' | b'<' | b'>') => {
            if rest.get(2) == Some(&b'=') { 3 } else { 2 }
        }
        Some(b'=') => 2,
        Some(b'>') if matches!(first, b'-' | b'<') => 2,
        _ => 1,
    }
}

impl Scan<'_> {
    fn run(&mut self) -> Result<(), Depth> {
        self.indent()?;
        while self.at < self.bytes.len() {
            if let Some(&Frame::Text { quote, triple, format }) = self.frames.last() {
                self.text(quote, triple, format)?;
                continue;
            }
            let byte = self.bytes[self.at];
            match CLASS[byte as usize] {
                ORDINARY => self.at += 1,
                WORD => self.word()?,
                OPERATOR => {
                    self.at += operator_len(&self.bytes[self.at..]);
                    self.link(1)?;
                }
                _ => self.special(byte)?,
            }
        }
        Ok(())
    }

    /// One more link in the chain of the expression that is open here.
    fn link(&mut self, links: u32) -> Result<(), Depth> {
        match self.frames.last_mut() {
            Some(Frame::Bracket { chain, .. }) => *chain += links,
            _ => self.chain += links,
        }
        self.total += links;
        self.note()
    }

    fn note(&mut self) -> Result<(), Depth> {
        let now = self.total + self.lost + self.frames.len() as u32;
        self.deepest = self.deepest.max(now);
        if self.total + self.lost > CHAIN {
            let line = memchr::memchr_iter(b'\n', &self.bytes[..self.at.min(self.bytes.len())])
                .count()
                + 1;
            return Err(Depth::TooMuch(NotParsed {
                why: format!(
                    "an expression near line {line} has more than {CHAIN} operators; the file was not checked"
                ),
            }));
        }
        Ok(())
    }

    /// A comma or semicolon ends the operators at this level.
    fn reset(&mut self) {
        let chain = match self.frames.last_mut() {
            Some(Frame::Bracket { chain, .. }) => chain,
            _ => &mut self.chain,
        };
        self.total -= *chain;
        *chain = 0;
    }

    fn word(&mut self) -> Result<(), Depth> {
        let start = self.at;
        let rest = &self.bytes[start..];
        self.at += rest.iter().position(|byte| CLASS[*byte as usize] != WORD).unwrap_or(rest.len());
        let word = &self.bytes[start..self.at];
        if matches!(self.bytes.get(self.at), Some(b'"' | b'\'')) && word.len() <= 2 {
            let text = word.iter().any(|byte| matches!(byte, b'f' | b'F' | b't' | b'T'))
                && word.iter().all(|byte| matches!(byte, b'f' | b'F' | b't' | b'T' | b'r' | b'R'));
            if text {
                return self.open_text();
            }
        }
        // Most words are names.
        if word.len() > 7 || !word[0].is_ascii_lowercase() {
            return Ok(());
        }
        match word {
            b"not" | b"and" | b"or" | b"in" | b"is" | b"if" | b"else" | b"await" | b"yield"
            | b"from" | b"for" | b"while" | b"with" | b"try" | b"except" | b"finally"
            | b"class" | b"def" | b"match" | b"case" | b"elif" | b"async" | b"return" | b"del"
            | b"assert" | b"raise" | b"type" => self.link(1),
            b"lambda" => {
                match self.frames.last_mut() {
                    Some(Frame::Bracket { lambdas, .. }) => *lambdas += 1,
                    _ => self.lambdas += 1,
                }
                self.total += 1;
                self.note()
            }
            _ => Ok(()),
        }
    }

    fn special(&mut self, byte: u8) -> Result<(), Depth> {
        match byte {
            b'#' => {
                let rest = &self.bytes[self.at..];
                self.at += memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
            }
            b'"' | b'\'' => self.string(byte),
            b'(' | b'[' | b'{' => self.open(false)?,
            b')' | b']' | b'}' => {
                self.at += 1;
                if self.close() {
                    self.link(1)?;
                }
            }
            b',' | b';' => {
                self.at += 1;
                self.reset();
            }
            b':' => {
                self.at += 1;
                // In a field the colon begins the format, unless it is the walrus of a bracket within.
                if matches!(self.frames.last(), Some(Frame::Bracket { field: true, .. }))
                    && self.bytes.get(self.at) != Some(&b'=')
                {
                    let (quote, triple) = self.outer_text();
                    self.frames.push(Frame::Text { quote, triple, format: true });
                }
            }
            b'\\' => {
                self.at += 1;
                self.line_end();
            }
            _ => {
                self.line_end();
                if self.frames.is_empty() {
                    self.total = 0;
                    self.chain = 0;
                    self.lambdas = 0;
                    self.indent()?;
                }
            }
        }
        Ok(())
    }

    fn line_end(&mut self) {
        if self.bytes[self.at..].starts_with(b"\r\n") {
            self.at += 2;
        } else if matches!(self.bytes.get(self.at), Some(b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn open(&mut self, field: bool) -> Result<(), Depth> {
        self.brackets += 1;
        if self.brackets > BRACKETS {
            return Err(Depth::Error {
                range: self.at..self.at + 1,
                kind: ErrorKind::TooManyBrackets,
                message: format!(
                    "more than {BRACKETS} brackets are open at once here; Python refuses that"
                ),
                cpython_like: "too many nested parentheses",
                hint: "Split the expression into several statements, or look for a bracket that is never closed.",
            });
        }
        self.at += 1;
        self.frames.push(Frame::Bracket { chain: 0, lambdas: 0, field });
        self.note()
    }

    /// Closes the innermost bracket; kinds of brackets are left to the parser. False if none is open.
    fn close(&mut self) -> bool {
        match self.frames.pop() {
            Some(Frame::Bracket { chain, lambdas, field }) => {
                self.brackets -= 1;
                self.total -= chain + lambdas;
                !field
            }
            Some(text) => {
                self.frames.push(text);
                false
            }
            None => false,
        }
    }

    fn string(&mut self, quote: u8) {
        let triple = self.bytes[self.at..].starts_with(&[quote; 3]);
        self.at += if triple { 3 } else { 1 };
        while self.at < self.bytes.len() {
            let rest = &self.bytes[self.at..];
            let found = if triple {
                memchr::memchr2(quote, b'\\', rest)
            } else {
                memchr::memchr3(quote, b'\\', b'\n', rest)
            };
            let Some(found) = found else {
                self.at = self.bytes.len();
                return;
            };
            // A lone carriage return ends a line as well.
            if !triple && let Some(carriage) = memchr::memchr(b'\r', &rest[..found]) {
                self.at += carriage;
                self.cut_short();
                return;
            }
            self.at += found;
            match self.bytes[self.at] {
                b'\\' => {
                    self.at += 1;
                    self.skip_one();
                }
                b'\n' => {
                    self.cut_short();
                    return;
                }
                _ if triple && !self.bytes[self.at..].starts_with(&[quote; 3]) => self.at += 1,
                _ => {
                    self.at += if triple { 3 } else { 1 };
                    return;
                }
            }
        }
    }

    /// A string without its closing quote, in a field of a one-line f-string: both end with the line.
    fn cut_short(&mut self) {
        if self.fstrings > 0 && !self.outer_text().1 {
            self.leave_text();
        }
    }

    /// One character, where a line end counts as one.
    fn skip_one(&mut self) {
        self.at += if self.bytes[self.at..].starts_with(b"\r\n") { 2 } else { 1 };
        self.at = self.at.min(self.bytes.len());
    }

    fn open_text(&mut self) -> Result<(), Depth> {
        let quote = self.bytes[self.at];
        let triple = self.bytes[self.at..].starts_with(&[quote; 3]);
        self.fstrings += 1;
        if self.fstrings > FSTRINGS {
            return Err(Depth::Error {
                range: self.at..self.at + 1,
                kind: ErrorKind::FString,
                message: format!(
                    "more than {FSTRINGS} f-strings stand within each other here; Python refuses that"
                ),
                cpython_like: "too many nested f-strings",
                hint: "Put the inner text into a variable first.",
            });
        }
        self.at += if triple { 3 } else { 1 };
        self.frames.push(Frame::Text { quote, triple, format: false });
        self.note()
    }

    /// Quotes of the f-string that the innermost field belongs to.
    fn outer_text(&self) -> (u8, bool) {
        self.frames
            .iter()
            .rev()
            .find_map(|frame| match frame {
                Frame::Text { quote, triple, .. } => Some((*quote, *triple)),
                Frame::Bracket { .. } => None,
            })
            .unwrap_or((b'"', false))
    }

    /// The literal part of an f-string up to the next field, quote or line end.
    fn text(&mut self, quote: u8, triple: bool, format: bool) -> Result<(), Depth> {
        let byte = self.bytes[self.at];
        match byte {
            b'\\' => {
                self.at += 1;
                // A backslash does not keep a brace from opening a field.
                if !matches!(self.bytes.get(self.at), Some(b'{' | b'}')) {
                    self.skip_one();
                }
            }
            b'{' if !format && self.bytes.get(self.at + 1) == Some(&b'{') => self.at += 2,
            b'{' => self.open(true)?,
            b'}' if format => {
                // Ends the format and its field.
                self.at += 1;
                self.frames.pop();
                self.close();
            }
            b'\n' | b'\r' if !triple => self.leave_text(),
            _ if byte == quote && (!triple || self.bytes[self.at..].starts_with(&[quote; 3])) => {
                self.at += if triple { 3 } else { 1 };
                self.leave_text();
            }
            _ => self.at += 1,
        }
        Ok(())
    }

    /// Leaves the f-string, with the field and format that are still open in it.
    fn leave_text(&mut self) {
        loop {
            match self.frames.pop() {
                Some(Frame::Text { format: true, .. }) => {}
                Some(Frame::Text { format: false, .. }) => {
                    self.fstrings -= 1;
                    return;
                }
                Some(Frame::Bracket { chain, lambdas, .. }) => {
                    self.brackets -= 1;
                    self.total -= chain + lambdas;
                    self.lost += 1 + chain + lambdas;
                }
                None => return,
            }
        }
    }

    /// The indentation of the line that begins here.
    fn indent(&mut self) -> Result<(), Depth> {
        let start = self.at;
        let mut column = 0;
        loop {
            match self.bytes.get(self.at) {
                Some(b' ') => column += 1,
                Some(b'\t') => column = (column / 8 + 1) * 8,
                Some(0x0c) => column = 0,
                // Blank lines and comments have no indentation.
                Some(b'\n' | b'\r' | b'#') | None => return Ok(()),
                Some(_) => break,
            }
            self.at += 1;
        }
        while self.indents.last().is_some_and(|&top| top > column) {
            self.indents.pop();
        }
        if column > self.indents.last().copied().unwrap_or(0) {
            self.indents.push(column);
            if self.indents.len() >= INDENTS {
                return Err(Depth::Error {
                    range: start..self.at,
                    kind: ErrorKind::TooManyIndents,
                    message: format!(
                        "this line is indented {} levels deep; Python refuses that",
                        self.indents.len()
                    ),
                    cpython_like: "too many levels of indentation",
                    hint: "Move the inner part into a function of its own.",
                });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "limits_test.rs"]
mod tests;
