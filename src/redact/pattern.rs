//! The patterns of `rules/redact.toml`: literal first, compiled when first needed.

use std::ops::Range;
use std::sync::{LazyLock, OnceLock};

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

impl Pattern {
    /// Whether it can match at all; `lower` is the text in ASCII lower case.
    pub(super) fn may_match(&self, lower: &str) -> bool {
        self.any
            .iter()
            .any(|literal| memchr::memmem::find(lower.as_bytes(), literal.as_bytes()).is_some())
    }

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
                !hidden.is_empty()
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
