//! Rules: data that says how facts are recognised and which causes they support.
//!
//! `schema` is the shape of a cause file, `load` checks and compiles them, `matcher` finds
//! signatures in lines and exceptions, `fill` puts captures into texts. Nothing here reads logs.

pub mod attributes;
pub mod brings;
mod capture;
pub mod clashes;
mod embedded;
mod fill;
mod load;
mod matcher;
pub mod page;
pub mod pasted;
pub mod placeholders;
pub mod platform;
mod programs;
pub mod public_names;
pub mod python_tables;
pub mod removed_names;
pub mod schema;

use std::collections::BTreeMap;

use serde::Deserialize;

pub use embedded::{embedded, embedded_below};
pub use fill::{fill, fill_known, fill_names, placeholders};
pub use load::RuleError;
use matcher::Matcher;
pub use matcher::{LineMatch, Signature, verdict_word};
use platform::Platform;
use schema::Cause;

/// All rules, compiled.
#[derive(Debug)]
pub struct Rules {
    causes: Vec<Cause>,
    by_slug: BTreeMap<String, usize>,
    platforms: BTreeMap<String, Platform>,
    harmless: Vec<Harmless>,
    matcher: Matcher,
}

/// Lines that a working site writes: never evidence, never "unexplained".
/// One file of `rules/harmless/`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Harmless {
    #[serde(rename = "line")]
    pub lines: Vec<HarmlessLine>,
}

/// One harmless line.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HarmlessLine {
    /// At least 4 bytes that every such line contains.
    pub literal: String,
    pub regex: Option<String>,
    /// Why it is harmless.
    pub because: String,
    pub examples: Vec<String>,
    #[serde(default)]
    pub counterexamples: Vec<String>,
}

impl Rules {
    /// All causes in catalogue order.
    #[must_use]
    pub fn causes(&self) -> &[Cause] {
        &self.causes
    }

    /// Files of harmless lines.
    #[must_use]
    pub fn harmless(&self) -> &[Harmless] {
        &self.harmless
    }

    /// A cause by its slug or a former one.
    #[must_use]
    pub fn cause(&self, slug: &str) -> Option<&Cause> {
        self.by_slug.get(slug).map(|&at| &self.causes[at])
    }

    /// A platform's profile.
    #[must_use]
    pub fn platform(&self, id: &str) -> Option<&Platform> {
        self.platforms.get(id)
    }

    /// All profiles in order of their ids.
    pub fn platforms(&self) -> impl Iterator<Item = &Platform> {
        self.platforms.values()
    }

    /// The steps of a cause for one platform, in the file's order: those for all, with those that
    /// name it or its kind, or, where none does, those that name what it is like, else nobody.
    pub fn steps<'a>(
        &'a self,
        cause: &'a schema::Cause,
        platform: &'a str,
        speaks: impl Fn(&schema::FixText) -> bool,
    ) -> Vec<&'a schema::FixText> {
        let own = |fix: &schema::FixText| fix.platforms.iter().any(|p| self.is_called(platform, p));
        let like = |fix: &schema::FixText| fix.platforms.iter().any(|p| self.is_meant(platform, p));
        let any = |wanted: &dyn Fn(&schema::FixText) -> bool| {
            cause.fixes.iter().any(|fix| wanted(fix) && speaks(fix))
        };
        let (any_own, any_like) = (any(&own), any(&like));
        let fits = |fix: &schema::FixText| {
            fix.is_for_all()
                || match (any_own, any_like) {
                    (true, _) => own(fix),
                    (false, true) => like(fix),
                    (false, false) => fix.platforms.is_empty(),
                }
        };
        cause.fixes.iter().filter(|fix| speaks(fix) && fits(fix)).collect()
    }

    /// A platform's value, or that of the profile it is like.
    pub fn platform_value<T>(&self, id: &str, get: impl Fn(&Platform) -> Option<T>) -> Option<T> {
        let mut id = id;
        for _ in 0..4 {
            let platform = self.platforms.get(id)?;
            if let Some(value) = get(platform) {
                return Some(value);
            }
            id = platform.like.as_deref()?;
        }
        None
    }

    /// Whether a text for `wanted` (a platform or a kind of platforms) is for this one by name.
    #[must_use]
    pub fn is_called(&self, platform: &str, wanted: &str) -> bool {
        let family = self.platforms.get(platform).and_then(|profile| profile.family.as_deref());
        platform == wanted || family == Some(wanted)
    }

    /// The same, or for what it is like: gunicorn's are those of an own server. Platforms with
    /// command lines of their own take nothing from each other.
    #[must_use]
    pub fn is_meant(&self, platform: &str, wanted: &str) -> bool {
        let family = self.platforms.get(platform).and_then(|profile| profile.family.as_deref());
        self.is_called(platform, wanted) || family.is_none() && self.platform_is(platform, wanted)
    }

    /// The platforms that texts for `wanted` are for by name.
    pub fn called<'a>(&'a self, wanted: &'a str) -> impl Iterator<Item = &'a Platform> {
        self.platforms.values().filter(move |profile| self.is_called(&profile.id, wanted))
    }

    /// Adds the platform's words to what texts are filled with.
    pub fn add_words(&self, platform: &str, captures: &mut crate::model::Captures) {
        let Some(profile) = self.platforms.get(platform) else { return };
        for (name, text) in &profile.words {
            if let Some(text) = fill(text, captures, &str::to_owned) {
                captures.insert(name.clone(), text);
            }
        }
    }

    /// Whether `platform` is `wanted` or like it.
    #[must_use]
    pub fn platform_is(&self, platform: &str, wanted: &str) -> bool {
        let mut id = platform;
        for _ in 0..4 {
            if id == wanted {
                return true;
            }
            match self.platforms.get(id).and_then(|p| p.like.as_deref()) {
                Some(like) => id = like,
                None => return false,
            }
        }
        false
    }
}

/// The distribution to install for an import name: `cv2` → `opencv-python`; unknown names stay.
#[must_use]
pub fn distribution(import_name: &str) -> String {
    let top = import_name.split('.').next().unwrap_or(import_name);
    python_tables::distribution_for(import_name)
        .or_else(|| python_tables::distribution_for(top))
        .unwrap_or(top)
        .to_owned()
}
