//! Pages behind a status: `rules/pages/*.toml`, their shape and how they are recognised.
//!
//! A page is told by its status, its headers and short fragments of its body, never by one
//! phrase alone where a normal page could quote it. What a page means for the site's health
//! stands in the file too; which cause it supports is said by the causes.

use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

use regex::{Regex, RegexBuilder};
use serde::Deserialize;

use super::embedded::embedded_below;
use super::load::RuleError;
use crate::model::{AnsweredBy, PageException};

/// One file of `rules/pages/`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct PageFile {
    #[serde(rename = "page")]
    pages: Vec<PageText>,
}

/// One page, as written by people. All conditions that are given must hold.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PageText {
    /// Public, unique, never reused: `pythonanywhere-unhandled-exception`.
    pub id: String,
    /// For people, at most 70 characters.
    pub title: String,
    /// Profile of the platform that alone shows it.
    pub platform: Option<String>,
    pub answered_by: AnsweredByWord,
    /// Any of these; absent: any status.
    #[serde(default)]
    pub status: Vec<u16>,
    /// Lower-case name → pattern on the value; an empty pattern asks for presence.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Fragments that all stand in the body, upper and lower case alike.
    #[serde(default)]
    pub body: Vec<String>,
    /// At least one of these stands in the body.
    #[serde(default)]
    pub any: Vec<String>,
    /// None of these stands in the body.
    #[serde(default)]
    pub not: Vec<String>,
    /// On the body, case-insensitive.
    pub regex: Option<String>,
    /// The body has at most so many bytes: an error page, not an article that quotes one.
    pub max_bytes: Option<usize>,
    /// Decides between pages that match both; default 0.
    #[serde(default)]
    pub priority: i32,
    /// Whether a visitor sees an error; default: yes.
    #[serde(default = "yes")]
    pub fails: bool,
    /// The site says that it is starting, or waking up.
    #[serde(default)]
    pub starting: bool,
    /// A debugger or debug page: source and settings are visible.
    #[serde(default)]
    pub debug: bool,
    /// One or two sentences: what it means.
    pub means: String,
    /// Causes that show this page, most usual first; a hint, no evidence.
    #[serde(default)]
    pub causes: Vec<String>,
    /// Patterns with one group each that find the exception in the body.
    pub exception_type: Option<String>,
    pub exception_message: Option<String>,
    /// Its text, where somebody copied it from the browser.
    pub pasted: Option<super::pasted::PastedText>,
    /// Where the fragments are documented.
    #[serde(default)]
    pub sources: Vec<String>,
    pub examples: Vec<PageExample>,
    #[serde(default)]
    pub counterexamples: Vec<PageExample>,
}

fn yes() -> bool {
    true
}

/// An answer, shortened to what matters.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PageExample {
    pub status: u16,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    #[serde(default)]
    pub body: String,
    /// `type: message` that must be found.
    pub exception: Option<String>,
}

/// Words of `answered_by`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AnsweredByWord {
    App,
    AppServer,
    Proxy,
    Platform,
    Cdn,
}

impl From<AnsweredByWord> for AnsweredBy {
    fn from(word: AnsweredByWord) -> Self {
        match word {
            AnsweredByWord::App => Self::App,
            AnsweredByWord::AppServer => Self::AppServer,
            AnsweredByWord::Proxy => Self::Proxy,
            AnsweredByWord::Platform => Self::Platform,
            AnsweredByWord::Cdn => Self::Cdn,
        }
    }
}

/// An answer to recognise.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    pub status: u16,
    /// Lower-case names.
    pub headers: &'a [(String, String)],
    /// As text, possibly only its first part.
    pub body: &'a str,
    /// Length of the whole body, as far as it was read.
    pub bytes: u64,
}

impl Answer<'_> {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// All pages, ready to match.
#[derive(Debug)]
pub struct Pages {
    pages: Vec<Page>,
}

/// One page, its patterns compiled when first needed.
#[derive(Debug)]
pub struct Page {
    pub text: PageText,
    body: Vec<String>,
    any: Vec<String>,
    not: Vec<String>,
    regex: Lazy,
    headers: Vec<(String, Lazy)>,
    exception_type: Lazy,
    exception_message: Lazy,
}

#[derive(Debug, Default)]
struct Lazy {
    pattern: Option<String>,
    compiled: OnceLock<Option<Regex>>,
}

impl Lazy {
    fn new(pattern: Option<String>) -> Self {
        Self { pattern, compiled: OnceLock::new() }
    }

    fn get(&self) -> Option<&Regex> {
        let pattern = self.pattern.as_ref()?;
        self.compiled.get_or_init(|| compile(pattern).ok()).as_ref()
    }

    /// No pattern matches everything.
    fn matches(&self, text: &str) -> bool {
        self.pattern.is_none() || self.get().is_some_and(|regex| regex.is_match(text))
    }

    fn group(&self, text: &str) -> Option<String> {
        let found = self.get()?.captures(text)?.get(1)?;
        let text = unescape(found.as_str().trim());
        (!text.is_empty()).then(|| text.chars().take(500).collect())
    }
}

fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).case_insensitive(true).size_limit(1 << 20).build()
}

/// The entities that frameworks write around exceptions.
fn unescape(text: &str) -> String {
    text.replace("&#39;", "'")
        .replace("&#x27;", "'")
        .replace("&quot;", "\"")
        .replace("&#34;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

impl Page {
    fn new(text: PageText) -> Self {
        let lower = |all: &[String]| all.iter().map(|part| part.to_lowercase()).collect();
        Self {
            body: lower(&text.body),
            any: lower(&text.any),
            not: lower(&text.not),
            regex: Lazy::new(text.regex.clone()),
            headers: text
                .headers
                .iter()
                .map(|(name, pattern)| (name.clone(), Lazy::new(Some(pattern.clone()))))
                .collect(),
            exception_type: Lazy::new(text.exception_type.clone()),
            exception_message: Lazy::new(text.exception_message.clone()),
            text,
        }
    }

    /// The more a page asks for, the more it says.
    fn weight(&self) -> i64 {
        let parts = 3 * self.body.len()
            + 2 * usize::from(!self.any.is_empty())
            + 3 * usize::from(self.regex.pattern.is_some())
            + 2 * self.headers.len()
            + usize::from(!self.text.status.is_empty());
        i64::from(self.text.priority) * 1000 + parts as i64
    }

    fn matches(&self, answer: &Answer<'_>, lower: &str) -> bool {
        (self.text.status.is_empty() || self.text.status.contains(&answer.status))
            && self.text.max_bytes.is_none_or(|most| answer.bytes <= most as u64)
            && self.headers.iter().all(|(name, pattern)| {
                answer.header(name).is_some_and(|value| pattern.matches(value))
            })
            && self.body.iter().all(|part| lower.contains(part.as_str()))
            && (self.any.is_empty() || self.any.iter().any(|part| lower.contains(part.as_str())))
            && !self.not.iter().any(|part| lower.contains(part.as_str()))
            && self.regex.matches(answer.body)
    }

    /// The exception that the page tells, if it does.
    #[must_use]
    pub fn exception(&self, body: &str) -> Option<PageException> {
        let type_name = self.exception_type.group(body)?;
        let valid = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
        if type_name.len() > 120 || !type_name.chars().all(valid) {
            return None;
        }
        let message = self.exception_message.group(body).unwrap_or_default();
        Some(PageException { type_name, message })
    }
}

impl Pages {
    /// The pages in the binary.
    pub fn embedded() -> &'static Self {
        static PAGES: LazyLock<Pages> = LazyLock::new(|| {
            // What is wrong with them is found by tests: here it would compile every pattern.
            Pages::read_embedded(false).0
        });
        &PAGES
    }

    fn read_embedded(check: bool) -> (Self, Vec<RuleError>) {
        Self::build(
            embedded_below("pages")
                .map(|(name, json)| (name, serde_json::from_str(json).map_err(|e| e.to_string()))),
            check,
        )
    }

    /// Pages of TOML files given as name and text, and what is wrong with them.
    pub fn parse<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> (Self, Vec<RuleError>) {
        Self::build(
            files
                .into_iter()
                .map(|(name, text)| (name, toml::from_str(text).map_err(|e| e.to_string()))),
            true,
        )
    }

    fn build<'a>(
        files: impl Iterator<Item = (&'a str, Result<PageFile, String>)>,
        check: bool,
    ) -> (Self, Vec<RuleError>) {
        let mut pages: Vec<Page> = Vec::new();
        let mut errors = Vec::new();
        for (name, file) in files {
            let fail = |problem: String| RuleError { file: name.to_owned(), problem };
            let file = match file {
                Ok(file) => file,
                Err(problem) => {
                    errors.push(fail(problem));
                    continue;
                }
            };
            for text in file.pages {
                if check && pages.iter().any(|page| page.text.id == text.id) {
                    errors.push(fail(format!("the id {} is used twice", text.id)));
                    continue;
                }
                if check {
                    let problems = problems(&text).into_iter();
                    errors.extend(problems.map(|p| fail(format!("{}: {p}", text.id))));
                }
                pages.push(Page::new(text));
            }
        }
        pages.sort_by(|a, b| b.weight().cmp(&a.weight()).then(a.text.id.cmp(&b.text.id)));
        (Self { pages }, errors)
    }

    /// Most specific first.
    pub fn iter(&self) -> impl Iterator<Item = &Page> {
        self.pages.iter()
    }

    /// A page by its id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Page> {
        self.pages.iter().find(|page| page.text.id == id)
    }

    /// The page that this answer is.
    #[must_use]
    pub fn recognise(&self, answer: &Answer<'_>) -> Option<&Page> {
        let lower = answer.body.to_lowercase();
        self.pages.iter().find(|page| page.matches(answer, &lower))
    }
}

fn problems(text: &PageText) -> Vec<String> {
    let mut problems = Vec::new();
    let bare = text.body.is_empty()
        && text.any.is_empty()
        && text.regex.is_none()
        && text.headers.is_empty()
        && text.max_bytes.is_none();
    if bare {
        problems.push("a page needs more than a status".to_owned());
    }
    if text.examples.is_empty() {
        problems.push("a page needs an example".to_owned());
    }
    let patterns = [&text.regex, &text.exception_type, &text.exception_message];
    for pattern in patterns.into_iter().flatten().chain(text.headers.values()) {
        if let Err(error) = compile(pattern) {
            problems.push(error.to_string());
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer_of<'a>(example: &'a PageExample, headers: &'a [(String, String)]) -> Answer<'a> {
        Answer {
            status: example.status,
            headers,
            body: &example.body,
            bytes: example.body.len() as u64,
        }
    }

    fn headers(example: &PageExample) -> Vec<(String, String)> {
        example.headers.iter().map(|(k, v)| (k.clone(), v.clone())).collect()
    }

    #[test]
    fn embedded_pages_load_and_their_examples_behave() {
        let (pages, errors) = Pages::read_embedded(true);
        assert!(errors.is_empty(), "{errors:#?}");
        assert!(pages.pages.len() > 40, "{}", pages.pages.len());
        for page in pages.iter() {
            let id = &page.text.id;
            for (at, example) in page.text.examples.iter().enumerate() {
                let headers = headers(example);
                let answer = answer_of(example, &headers);
                let found = pages.recognise(&answer).map(|page| page.text.id.as_str());
                assert_eq!(found, Some(id.as_str()), "example {at} of {id}");
                let told = page
                    .exception(&example.body)
                    .map(|e| format!("{}: {}", e.type_name, e.message));
                assert_eq!(told, example.exception, "exception of example {at} of {id}");
            }
            for (at, example) in page.text.counterexamples.iter().enumerate() {
                let headers = headers(example);
                let found = pages.recognise(&answer_of(example, &headers));
                assert_ne!(
                    found.map(|page| page.text.id.as_str()),
                    Some(id.as_str()),
                    "counter-example {at} of {id}"
                );
            }
        }
    }

    #[test]
    fn pages_name_causes_that_look_like_slugs_and_short_titles() {
        for page in Pages::embedded().iter() {
            let text = &page.text;
            assert!(text.title.chars().count() <= 70, "{}", text.id);
            assert!(!text.means.is_empty() && text.means.ends_with('.'), "{}", text.id);
            let slug = |s: &String| s.chars().all(|c| c.is_ascii_lowercase() || c == '-');
            assert!(text.causes.iter().all(slug), "{}", text.id);
        }
    }

    #[test]
    fn causes_name_only_pages_that_exist() {
        for sig in crate::rules::Rules::embedded().signatures() {
            for wanted in &sig.text.page {
                let known = match wanted.strip_prefix('*') {
                    Some(ending) => Pages::embedded().iter().any(|p| p.text.id.ends_with(ending)),
                    None => Pages::embedded().get(wanted).is_some(),
                };
                assert!(known, "{} names the page {wanted}", sig.id);
            }
        }
    }

    #[test]
    fn bad_files_are_told() {
        let bare = r#"
            [[page]]
            id = "x"
            title = "x"
            answered_by = "app"
            status = [500]
            means = "x."
            examples = [{ status = 500 }]
        "#;
        assert_eq!(Pages::parse([("a.toml", bare)]).1.len(), 1);
        assert_eq!(Pages::parse([("a.toml", "nonsense = [")]).1.len(), 1);
    }

    #[test]
    fn exceptions_with_odd_types_are_not_taken() {
        let page = r#"
            [[page]]
            id = "x"
            title = "x"
            answered_by = "app"
            body = ["T:"]
            exception_type = "T: (.*)"
            means = "x."
            examples = [{ status = 500, body = "T: KeyError", exception = "KeyError: " }]
        "#;
        let (pages, errors) = Pages::parse([("a.toml", page)]);
        assert!(errors.is_empty());
        let page = pages.get("x").expect("page");
        assert!(page.exception("T: KeyError").is_some());
        assert!(page.exception("T: rm -rf /; #").is_none());
    }
}
