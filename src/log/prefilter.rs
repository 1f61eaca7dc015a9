//! The cheap test before anything else: can a line matter at all?

use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::dialect;
use super::grams::Grams;
use super::traceback::START_LITERALS;
use crate::rules::Rules;

/// Words of error-like lines that no rule may know, and of request lines.
const WORDS: &[&str] = &[
    "rror",
    "RROR",
    "FATAL",
    "CRITICAL",
    "ailed",
    "HTTP/",
    "method=",
    "raceback",
    // messages without their type, see `traceback::said`
    "annot import name",
    "Unable to import module",
    "Max retries exceeded",
    " codec can't ",
    "1. No module named ",
    // runs of tests
    "test session starts",
    "Creating test database",
    " passed in ",
    " passed, ",
    " tests in ",
    "FAILED (",
];

/// One search for all words of which a line that matters holds at least one.
#[derive(Debug)]
pub(super) struct Prefilter<'r> {
    pub(super) rules: &'r Rules,
    /// Built in a third of a millisecond.
    quick: OnceLock<Option<AhoCorasick>>,
    /// Searches several times faster, but takes milliseconds to build.
    fast: OnceLock<Option<AhoCorasick>>,
    grams: OnceLock<Option<Grams>>,
}

impl<'r> Prefilter<'r> {
    pub(super) fn new(rules: &'r Rules) -> Self {
        Self { rules, quick: OnceLock::new(), fast: OnceLock::new(), grams: OnceLock::new() }
    }

    /// Whether a rule's literal, a traceback, a life-cycle line, a request or an error-like line
    /// may stand here. `large`: there is so much text that the faster search pays.
    pub(super) fn may_matter(&self, raw: &str, large: bool) -> bool {
        self.automaton(large).is_none_or(|automaton| automaton.is_match(raw))
    }

    /// Bytes of the whole lines with which `text` begins that cannot matter: one search over all of them.
    pub(super) fn quiet(&self, text: &str, large: bool) -> usize {
        let Some(automaton) = self.automaton(large) else { return 0 };
        let Some(grams) = self.grams.get_or_init(|| Grams::new(&self.words())) else { return 0 };
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(near) = grams.find(bytes, at) {
            let start = memchr::memrchr(b'\n', &bytes[..near]).map_or(0, |end| end + 1);
            let end =
                memchr::memchr(b'\n', &bytes[near..]).map_or(bytes.len(), |end| near + end + 1);
            if automaton.is_match(&bytes[start..end]) {
                return start;
            }
            at = end;
        }
        text.len()
    }

    fn automaton(&self, large: bool) -> Option<&AhoCorasick> {
        let (automaton, kind) = if large {
            (&self.fast, AhoCorasickKind::DFA)
        } else {
            (&self.quick, AhoCorasickKind::ContiguousNFA)
        };
        automaton
            .get_or_init(|| AhoCorasick::builder().kind(Some(kind)).build(self.words()).ok())
            .as_ref()
    }

    /// All words; those that hold another one are left out.
    fn words(&self) -> Vec<&str> {
        let mut words: Vec<&str> = WORDS
            .iter()
            .copied()
            .chain(START_LITERALS.iter().copied())
            .chain(dialect::literals().map(|word| -> &str { word }))
            .chain(self.rules.literals().iter().map(String::as_str))
            .collect();
        words.sort_by_key(|word| word.len());
        let mut kept: Vec<&str> = Vec::with_capacity(words.len());
        for word in words {
            if !kept.iter().any(|short| word.contains(short)) {
                kept.push(word);
            }
        }
        kept
    }
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
