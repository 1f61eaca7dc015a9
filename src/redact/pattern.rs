//! The patterns of `rules/redact.toml`: literal first, compiled when first needed.

use std::ops::Range;
use std::sync::{LazyLock, OnceLock};

use aho_corasick::AhoCorasick;
use regex::Regex;
use serde::Deserialize;

use crate::rules::embedded;

/// One pattern of the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pattern {
    pub(super) id: String,
    /// `secret` or `query`.
    #[serde(default = "secret")]
    pub(super) kind: String,
    /// Lower-case literals of which one must be in the text.
    any: Vec<String>,
    regex: String,
    /// Values that are none.
    unless: Option<String>,
    #[serde(default)]
    #[cfg_attr(not(test), expect(dead_code, reason = "run by tests"))]
    pub(super) examples: Vec<Example>,
    #[serde(default)]
    #[cfg_attr(not(test), expect(dead_code, reason = "run by tests"))]
    pub(super) counterexamples: Vec<String>,
    #[serde(skip)]
    compiled: OnceLock<Option<(Regex, Option<Regex>)>>,
}

/// What a pattern makes of a text.
#[cfg_attr(not(test), expect(dead_code, reason = "run by tests"))]
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Example {
    pub(super) text: String,
    pub(super) becomes: String,
}

#[derive(Debug, Default, Deserialize)]
struct File {
    pattern: Vec<Pattern>,
}

fn secret() -> String {
    "secret".to_owned()
}

/// Every pattern, in order.
pub(super) fn patterns() -> &'static [Pattern] {
    // The file is embedded and parsed by a test: it cannot be broken in a release.
    static PATTERNS: LazyLock<Vec<Pattern>> =
        LazyLock::new(|| embedded::<File>("redact.toml").unwrap_or_default().pattern);
    &PATTERNS
}

/// Which patterns can match at all: one search for all their literals.
pub(super) fn may_match(text: &str) -> Vec<bool> {
    static LITERALS: LazyLock<Option<(AhoCorasick, Vec<usize>)>> = LazyLock::new(|| {
        let all = patterns().iter().enumerate();
        let (owners, literals): (Vec<usize>, Vec<&String>) =
            all.flat_map(|(at, pattern)| pattern.any.iter().map(move |l| (at, l))).unzip();
        let automaton = AhoCorasick::builder().ascii_case_insensitive(true).build(literals).ok()?;
        Some((automaton, owners))
    });
    let Some((automaton, owners)) = &*LITERALS else { return vec![true; patterns().len()] };
    let mut may = vec![false; patterns().len()];
    for found in automaton.find_overlapping_iter(text) {
        may[owners[found.pattern().as_usize()]] = true;
    }
    may
}

impl Pattern {
    /// Spans to hide, in order, not overlapping.
    pub(super) fn spans(&self, text: &str) -> Vec<Range<usize>> {
        let compiled = self.compiled.get_or_init(|| {
            let regex = Regex::new(&self.regex).ok()?;
            let unless = match &self.unless {
                Some(unless) => Some(Regex::new(unless).ok()?),
                None => None,
            };
            Some((regex, unless))
        });
        let Some((regex, unless)) = compiled else { return Vec::new() };
        regex
            .captures_iter(text)
            .filter_map(|found| {
                ["hide", "hide_a", "hide_b"].iter().find_map(|name| found.name(name))
            })
            .filter(|hidden| {
                // The word that our own steps write for a value.
                !hidden.is_empty()
                    && hidden.as_str() != "VALUE"
                    && !unless.as_ref().is_some_and(|unless| unless.is_match(hidden.as_str()))
            })
            .map(|hidden| hidden.range())
            .collect()
    }

    /// Whether its regexes compile, for the test of the file.
    #[cfg(test)]
    pub(super) fn compiles(&self) -> bool {
        Regex::new(&self.regex).is_ok()
            && self.unless.as_deref().is_none_or(|unless| Regex::new(unless).is_ok())
    }
}
