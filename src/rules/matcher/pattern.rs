//! Patterns as rules write them, compiled when they are first needed.

use std::sync::OnceLock;

use regex::{Regex, RegexBuilder};

/// A pattern that is compiled when its literal has appeared for the first time.
#[derive(Debug)]
pub(super) struct Lazy {
    pattern: Option<String>,
    compiled: OnceLock<Option<Regex>>,
}

impl Lazy {
    pub(super) fn new(pattern: Option<&String>) -> Self {
        Self { pattern: pattern.cloned(), compiled: OnceLock::new() }
    }

    /// As it was written.
    pub(super) fn text(&self) -> Option<&str> {
        self.pattern.as_deref()
    }

    /// `Some(None)`: no pattern. `None`: the pattern does not match.
    pub(super) fn captures<'t>(&self, text: &'t str) -> Option<Option<regex::Captures<'t>>> {
        let Some(pattern) = &self.pattern else { return Some(None) };
        let compiled = self.compiled.get_or_init(|| compile(pattern).ok());
        compiled.as_ref()?.captures(text).map(Some)
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        let Some(pattern) = &self.pattern else { return true };
        let compiled = self.compiled.get_or_init(|| compile(pattern).ok());
        compiled.as_ref().is_some_and(|regex| regex.is_match(text))
    }
}

pub(super) fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(&ascii_classes(pattern)).size_limit(1 << 20).build()
}

/// `\d`, `\w`, `\s`, `\b` as ASCII: what servers print is ASCII, and such patterns compile ten times faster.
fn ascii_classes(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 32);
    let mut in_class = false;
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match (chars.next(), in_class) {
                (Some('d'), false) => out.push_str("[0-9]"),
                (Some('d'), true) => out.push_str("0-9"),
                (Some('w'), false) => out.push_str("[0-9A-Za-z_]"),
                (Some('w'), true) => out.push_str("0-9A-Za-z_"),
                (Some('s'), false) => out.push_str("[ \\t\\r\\n]"),
                (Some('s'), true) => out.push_str(" \\t\\r\\n"),
                (Some('S'), false) => out.push_str("[^ \\t\\r\\n]"),
                (Some('b'), false) => out.push_str("(?-u:\\b)"),
                (Some(other), _) => {
                    out.push('\\');
                    out.push(other);
                }
                (None, _) => out.push('\\'),
            },
            '[' => {
                in_class = true;
                out.push('[');
            }
            ']' => {
                in_class = false;
                out.push(']');
            }
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::ascii_classes;

    #[test]
    fn classes_become_ascii_inside_and_outside_brackets() {
        assert_eq!(ascii_classes(r"\d+ [\d.]\w\."), r"[0-9]+ [0-9.][0-9A-Za-z_]\.");
    }
}
