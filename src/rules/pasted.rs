//! Error pages whose text somebody copied from the browser: without tags, headers or status line.

use regex::{Regex, RegexBuilder};
use serde::Deserialize;

use super::page::{Page, Pages};

/// Bytes of a text that may be such a copy, with a question round it.
pub const MAX_BYTES: usize = 4096;

/// How a page's text looks where it was copied; white space counts as one space.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PastedText {
    /// Case-insensitive. A group `status` finds the status where the page stands for several.
    pub regex: String,
    pub examples: Vec<String>,
    #[serde(default)]
    pub counterexamples: Vec<String>,
}

impl PastedText {
    pub(super) fn compile(&self) -> Result<Regex, regex::Error> {
        RegexBuilder::new(&self.regex).case_insensitive(true).size_limit(1 << 20).build()
    }
}

/// The page that a text is a copy of, and the status that visitors get with it.
#[must_use]
pub fn recognise<'a>(pages: &'a Pages, text: &str) -> Option<(&'a Page, Option<u16>)> {
    if text.len() > MAX_BYTES || is_log(text) || teaches(text) {
        return None;
    }
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    pages.iter().find_map(|page| {
        let pasted = page.text.pasted.as_ref()?;
        let found = pasted.compile().ok()?.captures(&text)?;
        let told = found.name("status").and_then(|status| status.as_str().parse().ok());
        Some((page, told.or_else(|| page.text.status.iter().copied().find(|s| *s >= 400))))
    })
}

/// A log tells more than the page that it names.
fn is_log(text: &str) -> bool {
    ["Traceback (most recent call last)", "File \"", "<html", "<!doctype", "HTTP/1."]
        .iter()
        .any(|word| text.contains(word))
}

/// A guide names the pages that it explains; it speaks to somebody who does not see them yet.
fn teaches(text: &str) -> bool {
    let lower = text.to_lowercase();
    ["if you see", "you should", "make sure", "check whether", "how to fix", "to fix this"]
        .iter()
        .any(|words| lower.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> Option<&'static str> {
        recognise(Pages::embedded(), text).map(|(page, _)| page.text.id.as_str())
    }

    #[test]
    fn examples_of_the_pages_behave() {
        let mut count = 0;
        for page in Pages::embedded().iter() {
            let Some(pasted) = &page.text.pasted else { continue };
            let own = Some(page.text.id.as_str());
            pasted.compile().expect("the pattern compiles");
            for example in &pasted.examples {
                count += 1;
                assert_eq!(id(example), own, "{example}");
            }
            for example in &pasted.counterexamples {
                assert_ne!(id(example), own, "{example}");
            }
        }
        assert!(count > 30, "{count}");
    }

    #[test]
    fn statuses_are_told() {
        let status = |text| recognise(Pages::embedded(), text).and_then(|(_, status)| status);
        assert_eq!(status("Error code: 502-backend"), Some(502));
        assert_eq!(status("Error 523 Ray ID: 7d5e\nOrigin is unreachable"), Some(523));
        assert_eq!(status("Bad Request (400)"), Some(400));
    }

    #[test]
    fn logs_are_no_pages() {
        for text in [
            "2026/11/20 12:00:01 [error] 12#12: upstream, request: \"GET / HTTP/1.1\" 502 Bad Gateway nginx",
            "Traceback (most recent call last):\n  502 Bad Gateway nginx",
            "GET / 502 Bad Gateway",
            "the site is down",
            "## 502\nIf you see \"502 Bad Gateway nginx\", check whether gunicorn runs.",
        ] {
            assert_eq!(id(text), None, "{text}");
        }
        assert_eq!(id(&format!("502 Bad Gateway\nnginx\n{}", "x ".repeat(MAX_BYTES))), None);
    }
}
