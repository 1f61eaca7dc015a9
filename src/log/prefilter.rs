//! The cheap test before anything else: can a line matter at all?

use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::dialect;
use super::traceback::START_LITERALS;

/// Words of error-like lines that no rule may know, and of request lines.
const WORDS: &[&str] =
    &["rror", "RROR", "FATAL", "CRITICAL", "ailed", "HTTP/", "method=", "raceback"];

/// Whether a traceback, a life-cycle line, a request or an error-like line may stand here.
pub(super) fn interesting(raw: &str) -> bool {
    static AUTOMATON: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    AUTOMATON
        .get_or_init(|| {
            let words = WORDS
                .iter()
                .copied()
                .chain(START_LITERALS.iter().copied())
                .chain(dialect::literals());
            AhoCorasick::builder().kind(Some(AhoCorasickKind::DFA)).build(words).ok()
        })
        .as_ref()
        .is_none_or(|automaton| automaton.is_match(raw))
}

/// Whether a line may tell of a request.
pub(super) fn request_like(text: &str) -> bool {
    static AUTOMATON: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    has(&AUTOMATON, &["HTTP/", "method=", "\" - "], text)
}

/// Whether a line sounds like trouble.
pub(super) fn error_like(text: &str) -> bool {
    static AUTOMATON: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    has(&AUTOMATON, &["rror", "RROR", "FATAL", "CRITICAL", "ailed", "anic"], text)
}

/// One vectorised search instead of one per word.
fn has(automaton: &OnceLock<Option<AhoCorasick>>, words: &[&str], text: &str) -> bool {
    automaton
        .get_or_init(|| AhoCorasick::new(words).ok())
        .as_ref()
        .is_none_or(|automaton| automaton.is_match(text))
}
