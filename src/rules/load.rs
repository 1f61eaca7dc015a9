//! From rule files to a checked set of rules.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;

use super::embedded::{embedded, embedded_below};
use super::matcher::Matcher;
use super::platform::Platform;
use super::schema::{Cause, Kind};
use super::{Harmless, Rules};

/// A rule file that cannot be used: the file, and what is wrong in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {problem}")]
pub struct RuleError {
    pub file: String,
    pub problem: String,
}

impl RuleError {
    fn new(file: &str, problem: impl Into<String>) -> Self {
        Self { file: file.to_owned(), problem: problem.into() }
    }
}

/// A rule file before it is parsed.
#[derive(Debug)]
enum Text {
    /// JSON that the build made of TOML.
    Embedded(&'static str),
    Toml(String),
}

/// Rule files by kind: name and text.
#[derive(Debug, Default)]
struct Texts {
    causes: Vec<(String, Text)>,
    platforms: Vec<(String, Text)>,
    harmless: Vec<(String, Text)>,
}

impl Rules {
    /// The rules in the binary.
    ///
    /// # Panics
    /// Never in a build whose tests passed: they load exactly these.
    pub fn embedded() -> &'static Self {
        static RULES: LazyLock<Rules> = LazyLock::new(|| {
            let (rules, errors) = Rules::build(&embedded_texts());
            debug_assert!(errors.is_empty(), "embedded rules: {errors:?}");
            rules
        });
        &RULES
    }

    /// A copy of the rules in the binary of its own.
    #[must_use]
    pub fn load_embedded() -> Self {
        Self::build(&embedded_texts()).0
    }

    /// One cause of the binary, read by itself: much cheaper than all rules. Its file is named by its slug.
    #[must_use]
    pub fn embedded_cause(slug: &str) -> Option<Cause> {
        embedded(&format!("causes/{slug}.toml"))
    }

    /// What is wrong with the embedded rules: always empty in a build whose tests passed.
    #[must_use]
    pub fn embedded_problems() -> Vec<RuleError> {
        Self::build(&embedded_texts()).1
    }

    /// The embedded rules plus those of a folder laid out like `rules/`.
    ///
    /// # Errors
    /// All problems of the folder: unreadable, not TOML, a field that does not exist, a bad pattern.
    pub fn with_folder(dir: &Path) -> Result<Self, Vec<RuleError>> {
        let mut texts = embedded_texts();
        let mut errors = Vec::new();
        let mut found = 0;
        for (folder, into) in [
            ("causes", &mut texts.causes),
            ("platforms", &mut texts.platforms),
            ("harmless", &mut texts.harmless),
        ] {
            let Ok(entries) = std::fs::read_dir(dir.join(folder)) else { continue };
            let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
            paths.sort();
            for path in paths {
                if path.extension().is_none_or(|ending| ending != "toml") {
                    continue;
                }
                let name = path.to_string_lossy().into_owned();
                match std::fs::read_to_string(&path) {
                    Ok(text) => {
                        found += 1;
                        let stem =
                            format!("/{}", path.file_name().unwrap_or_default().to_string_lossy());
                        into.retain(|(known, _)| !known.ends_with(&stem));
                        into.push((name, Text::Toml(text)));
                    }
                    Err(error) => errors.push(RuleError::new(&name, error.to_string())),
                }
            }
        }
        if found == 0 && errors.is_empty() {
            errors.push(RuleError::new(
                &dir.to_string_lossy(),
                "no rule files: expected causes/*.toml, platforms/*.toml or harmless/*.toml below it",
            ));
        }
        let (rules, more) = Self::build(&texts);
        errors.extend(more);
        if errors.is_empty() { Ok(rules) } else { Err(errors) }
    }

    fn build(texts: &Texts) -> (Self, Vec<RuleError>) {
        let mut errors = Vec::new();
        let mut causes: Vec<Cause> = parse_all(&texts.causes, &mut errors);
        causes.sort_by(|a, b| (a.order, &a.slug).cmp(&(b.order, &b.slug)));
        let platforms: Vec<Platform> = parse_all(&texts.platforms, &mut errors);
        let harmless: Vec<Harmless> = parse_all(&texts.harmless, &mut errors);
        check(&causes, &mut errors);
        let by_slug: BTreeMap<String, usize> = causes
            .iter()
            .enumerate()
            .flat_map(|(at, cause)| {
                std::iter::once(cause.slug.clone())
                    .chain(cause.aliases.iter().cloned())
                    .map(move |name| (name, at))
            })
            .collect();
        let matcher = Matcher::build(&causes, &harmless);
        let platforms = platforms.into_iter().map(|p| (p.id.clone(), p)).collect();
        (Self { causes, by_slug, platforms, harmless, matcher }, errors)
    }
}

fn embedded_texts() -> Texts {
    let all = |folder| {
        embedded_below(folder)
            .filter(|(name, _)| name.ends_with(".toml"))
            .map(|(name, json)| (name.to_owned(), Text::Embedded(json)))
            .collect()
    };
    Texts { causes: all("causes"), platforms: all("platforms"), harmless: all("harmless") }
}

fn parse_all<T: serde::de::DeserializeOwned>(
    texts: &[(String, Text)],
    errors: &mut Vec<RuleError>,
) -> Vec<T> {
    let mut parsed = Vec::with_capacity(texts.len());
    for (file, text) in texts {
        let value = match text {
            Text::Embedded(json) => serde_json::from_str(json).map_err(|error| error.to_string()),
            Text::Toml(text) => toml::from_str(text).map_err(|error| error.to_string()),
        };
        match value {
            Ok(value) => parsed.push(value),
            Err(problem) => errors.push(RuleError::new(file, problem)),
        }
    }
    parsed
}

/// What the schema's types cannot say.
fn check(causes: &[Cause], errors: &mut Vec<RuleError>) {
    let mut slugs = BTreeSet::new();
    let known: BTreeSet<&str> = causes
        .iter()
        .flat_map(|cause| {
            cause.signatures.iter().flat_map(|sig| sig.class.iter().map(String::as_str))
        })
        .collect();
    let ids: BTreeSet<String> = causes
        .iter()
        .flat_map(|cause| cause.signatures.iter().map(|sig| format!("{}/{}", cause.slug, sig.id)))
        .collect();
    for cause in causes {
        let file = format!("causes/{}.toml", cause.slug);
        let mut bad = |problem: String| errors.push(RuleError::new(&file, problem));
        for name in std::iter::once(&cause.slug).chain(&cause.aliases) {
            if !slugs.insert(name.clone()) {
                bad(format!("slug or alias '{name}' is used twice"));
            }
        }
        let none = crate::model::Captures::new();
        let title = super::fill(&cause.title, &none, &str::to_owned)
            .unwrap_or_else(|| super::fill_names(&cause.title));
        if title.chars().count() > 60 || title.ends_with('.') {
            bad("title: at most 60 characters, no full stop".into());
        }
        if cause.why.trim().is_empty()
            || cause.how.trim().is_empty()
            || cause.check.trim().is_empty()
        {
            bad("why, how and check need a text".into());
        }
        if cause.fixes.is_empty() {
            bad("no [[fix]]".into());
        }
        if cause.docs.is_empty() {
            bad("no [[docs]]".into());
        }
        let mut seen = BTreeSet::new();
        for sig in &cause.signatures {
            if !seen.insert(&sig.id) {
                bad(format!("signature id '{}' is used twice", sig.id));
            }
            let wrong = match sig.kind {
                Kind::Line if sig.literal.as_ref().is_none_or(|l| l.len() < 4) => {
                    Some("a line signature needs a literal of at least 4 bytes")
                }
                Kind::Exception if sig.types.is_empty() => {
                    Some("an exception signature needs type")
                }
                Kind::Code if sig.lint.is_empty() => Some("a code signature needs lint"),
                Kind::Event if sig.event.is_empty() => Some("an event signature needs event"),
                Kind::Page
                    if sig.page.is_empty()
                        && sig.status.is_empty()
                        && sig.probe.is_empty()
                        && sig.error.is_empty() =>
                {
                    Some("a page signature needs page, status, probe or error")
                }
                Kind::Combination if sig.needs.is_empty() => Some("a combination needs needs"),
                _ => None,
            };
            if let Some(wrong) = wrong {
                bad(format!("signature '{}': {wrong}", sig.id));
            }
            if matches!(sig.kind, Kind::Line | Kind::Exception) && sig.examples.is_empty() {
                bad(format!("signature '{}': no examples", sig.id));
            }
            for target in &sig.explains {
                if !known.contains(target.as_str())
                    && !ids.contains(target)
                    && !is_known_class(target)
                {
                    bad(format!(
                        "signature '{}' explains '{target}', which no signature is",
                        sig.id
                    ));
                }
            }
            for id in sig.needs.iter().chain(&sig.unless) {
                if !ids.contains(id) {
                    bad(format!("signature '{}' names '{id}', which does not exist", sig.id));
                }
            }
        }
    }
}

/// Classes that facts carry without a signature's help.
fn is_known_class(name: &str) -> bool {
    matches!(name, "start-failed" | "worker-died" | "proxy-error" | "timeout" | "crash-state")
}
