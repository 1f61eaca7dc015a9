//! The shape of a cause file, `rules/causes/SLUG.toml`, as written by people.
//!
//! One file is one cause: its texts, its fixes per platform, and the signatures by which it is
//! recognised, each with examples that must match and counter-examples that must not.

use serde::Deserialize;

use crate::model::{ModuleOwner, Phase, Severity};

/// One cause of the catalogue.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cause {
    /// Public name, never renamed; equal to the file name.
    pub slug: String,
    /// At most 60 characters; names what is wrong, not the symptom. May use `{captures}`.
    pub title: String,
    /// Place in the catalogue; breaks ties.
    pub order: u32,
    /// Heading of the catalogue.
    pub group: String,
    pub severity: SeverityWord,
    /// Gets only events that no specific cause claimed.
    #[serde(default)]
    pub fallback: bool,
    /// The app never becomes ready while this holds.
    #[serde(default)]
    pub stops_start: bool,
    /// Former slugs.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// What a visitor or the platform sees: `500`, `502`, `reload-error`, `slow`, `timeout`, `crash-loop`, …
    #[serde(default)]
    pub symptoms: Vec<String>,
    /// The same, where a platform differs; replaces `symptoms` there.
    #[serde(default)]
    pub symptoms_on: std::collections::BTreeMap<String, Vec<String>>,
    /// What it means, for a beginner.
    pub why: String,
    /// How the program recognises it.
    pub how: String,
    /// How to see that it is gone.
    pub check: String,
    /// How to keep it from happening again.
    #[serde(default)]
    pub prevent: Vec<PreventText>,
    #[serde(default)]
    pub docs: Vec<Doc>,
    #[serde(default, rename = "fix")]
    pub fixes: Vec<FixText>,
    #[serde(default, rename = "signature")]
    pub signatures: Vec<SignatureText>,
}

/// A page that explains more.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Doc {
    /// Only there; absent: everywhere.
    pub platform: Option<String>,
    pub url: String,
}

/// One way to keep it from happening again: a sentence, or a table where only some platforms have it.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "PreventForm")]
pub struct PreventText {
    /// Platforms it is for; empty: everywhere.
    pub platforms: Vec<String>,
    /// One or two sentences, filled like a fix's.
    pub text: String,
    pub command: Option<String>,
    /// The page that explains it.
    pub url: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum PreventForm {
    Everywhere(String),
    There {
        #[serde(default)]
        platforms: Vec<String>,
        text: String,
        command: Option<String>,
        url: Option<String>,
    },
}

impl From<PreventForm> for PreventText {
    fn from(form: PreventForm) -> Self {
        match form {
            PreventForm::Everywhere(text) => {
                Self { platforms: Vec::new(), text, command: None, url: None }
            }
            PreventForm::There { platforms, text, command, url } => {
                Self { platforms, text, command, url }
            }
        }
    }
}

/// One numbered step of the fix.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FixText {
    /// Platforms it is for (`pythonanywhere`, `scalingo`, `heroku`, …). Absent: steps for every
    /// platform that no other step of this file names; `["all"]`: for every platform, besides
    /// those that name it.
    #[serde(default)]
    pub platforms: Vec<String>,
    /// Only when one of these signatures (short ids) spoke; `!id`: not when that one did.
    #[serde(default)]
    pub signatures: Vec<String>,
    /// Not where one of these captures is known: another step says it better then.
    #[serde(default)]
    pub without: Vec<String>,
    /// What to do, in one or two sentences. `{name}` takes a capture, `{name|filter}` changes it,
    /// `{name?text}` says what stands there without it. A step whose `{name}` is unknown is left out.
    pub text: String,
    pub command: Option<String>,
    pub verify: Option<String>,
}

impl FixText {
    /// A step for every platform, besides the platforms' own.
    #[must_use]
    pub fn is_for_all(&self) -> bool {
        self.platforms.iter().any(|name| name == "all")
    }
}

/// One way to recognise the cause.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignatureText {
    /// Short id, unique in the file; the full id is `SLUG/ID`. Never reused.
    pub id: String,
    pub kind: Kind,
    /// Clause for the receipt: what was seen.
    pub label: String,
    pub strength: Strength,
    /// Speaks against the cause.
    #[serde(default)]
    pub against: bool,
    /// Platforms on which it means anything; absent: all.
    #[serde(default)]
    pub platforms: Vec<String>,
    /// Full ids of signatures that, seen later in the same stream, say that it is over.
    #[serde(default)]
    pub resolved_by: Vec<String>,
    /// Severity of the finding when this signature leads.
    pub severity: Option<SeverityWord>,
    /// Title of the finding when this signature leads; may use `{captures}`.
    pub title: Option<String>,
    /// What visitors see where this is the evidence, in place of the cause's symptoms: a refused upload
    /// is a 413, whatever else the cause may show.
    #[serde(default)]
    pub symptoms: Vec<String>,
    /// Like evidence, counted as best + a quarter of the others; absent: the source and phase.
    pub group: Option<String>,
    /// Added to the computed specificity when several signatures want one event.
    #[serde(default)]
    pub priority: i32,
    /// Classes of consequences it belongs to: `start-failed`, `worker-died`, `proxy-error`, …
    #[serde(default)]
    pub class: Vec<String>,
    /// Ids or classes of signatures that follow from it.
    #[serde(default)]
    pub explains: Vec<String>,
    pub scope: Option<Scope>,
    /// Other causes whose signatures may match the same examples.
    #[serde(default)]
    pub also: Vec<String>,
    /// Raw log text (one or several lines) that must match; for `code` the source of a file.
    #[serde(default)]
    pub examples: Vec<String>,
    #[serde(default)]
    pub counterexamples: Vec<String>,
    /// Types of the regexes' named groups: `module = "py-module"`. Groups `module2` … `module9` are
    /// the same capture in other branches of the pattern.
    #[serde(default)]
    pub captures: std::collections::BTreeMap<String, CaptureType>,
    /// Constant captures.
    #[serde(default)]
    pub set: std::collections::BTreeMap<String, String>,

    // kind = "line"
    /// Logs where it may stand: `error`, `server`, `access`, `nginx`, `platform`; absent: any.
    #[serde(default, rename = "where")]
    pub places: Vec<String>,
    /// Bytes (at least 4) that every matching line contains.
    pub literal: Option<String>,
    /// On the line after its prefixes are taken off. ASCII classes.
    pub regex: Option<String>,

    // kind = "line": sets; kind = "exception": filters
    #[serde(default)]
    pub phase: Vec<PhaseWord>,

    // kind = "exception"
    /// Short (`KeyError`) or full names; a leading `*` is a wildcard.
    #[serde(default, rename = "type")]
    pub types: Vec<String>,
    /// On the exception's message.
    pub message: Option<String>,
    /// Owner of the last frame: `own`, `library`, `stdlib`, `server`, `none`.
    #[serde(default)]
    pub last_frame: Vec<String>,
    /// No frame may be the person's own code.
    #[serde(default)]
    pub no_own_frame: bool,
    /// On `file:function:source` of any frame.
    pub frame: Option<String>,
    /// On `file:function:source` of the last frame; for a `SyntaxError` on `file::source` of what does not compile, with
    /// `‸` behind the character that the caret points to.
    pub bottom: Option<String>,
    /// No frame may match.
    pub no_frame: Option<String>,
    /// On the line that introduced the traceback.
    pub intro: Option<String>,
    #[serde(default)]
    pub module_owner: Vec<ModuleOwnerWord>,

    // kind = "code"
    /// Codes of lints.
    #[serde(default)]
    pub lint: Vec<String>,

    // kind = "page"
    /// Ids of pages in `rules/pages/`; a leading `*` is a wildcard.
    #[serde(default)]
    pub page: Vec<String>,
    #[serde(default)]
    pub status: Vec<u16>,
    /// Verdicts of the probe: `slow-first`, `over-limit`, …
    #[serde(default)]
    pub probe: Vec<String>,
    /// Kinds of a hit's error: `tls-expired`, `refused`, …
    #[serde(default)]
    pub error: Vec<String>,
    /// Phase of the hit's error: `dns`, `connect`, `tls`, `first-byte`, `body`.
    #[serde(default)]
    pub error_phase: Vec<String>,

    // kind = "event"
    /// Types of platform events, and of facts that joins and readers make.
    #[serde(default)]
    pub event: Vec<String>,
    /// On the event's text.
    pub text: Option<String>,

    // kind = "combination"
    /// Full ids of signatures that must have spoken.
    #[serde(default)]
    pub needs: Vec<String>,
    #[serde(default)]
    pub unless: Vec<String>,
    /// All within so many seconds.
    pub within_seconds: Option<u32>,
    /// The first of `needs` at least so often.
    pub count: Option<u32>,
}

/// How far `explains` reaches.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    pub same: Option<Same>,
    pub within_seconds: Option<u32>,
}

/// What the explaining and the explained event share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Same {
    Pid,
    Request,
    Epoch,
    Container,
    /// The same missing module.
    Module,
}

/// The kinds of signatures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Hash, PartialOrd, Ord)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    Line,
    Exception,
    Code,
    Page,
    Event,
    Combination,
}

/// Strength words; the points stand in the engine's weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, PartialOrd, Ord)]
#[serde(rename_all = "kebab-case")]
pub enum Strength {
    /// Says nothing by itself: only for combinations.
    None,
    Weak,
    Moderate,
    Strong,
    Definitive,
}

/// Types that a captured text must fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CaptureType {
    PyModule,
    Path,
    Host,
    Int,
    Duration,
    EnvName,
    UrlPath,
    Word,
}

/// `note`, `warning`, `error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SeverityWord {
    Note,
    Warning,
    Error,
}

impl From<SeverityWord> for Severity {
    fn from(word: SeverityWord) -> Self {
        match word {
            SeverityWord::Note => Self::Note,
            SeverityWord::Warning => Self::Warning,
            SeverityWord::Error => Self::Error,
        }
    }
}

/// Words of phases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PhaseWord {
    Import,
    Request,
    Worker,
    Command,
    Unknown,
}

impl From<PhaseWord> for Phase {
    fn from(word: PhaseWord) -> Self {
        match word {
            PhaseWord::Import => Self::Import,
            PhaseWord::Request => Self::Request,
            PhaseWord::Worker => Self::Worker,
            PhaseWord::Command => Self::Command,
            PhaseWord::Unknown => Self::Unknown,
        }
    }
}

/// Words of module owners.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ModuleOwnerWord {
    ThirdParty,
    Stdlib,
    Own,
    Unknown,
}

impl From<ModuleOwnerWord> for ModuleOwner {
    fn from(word: ModuleOwnerWord) -> Self {
        match word {
            ModuleOwnerWord::ThirdParty => Self::ThirdParty,
            ModuleOwnerWord::Stdlib => Self::Stdlib,
            ModuleOwnerWord::Own => Self::Own,
            ModuleOwnerWord::Unknown => Self::Unknown,
        }
    }
}
