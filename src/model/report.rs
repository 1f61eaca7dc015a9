//! The report: what the engine concludes, before redaction.

use jiff::Timestamp;

use super::{
    Captures, ContainerState, Edit, Examined, LogSummary, MarkKind, Place, ProbeReport, Safety,
    Site, Skipped, Source, Symptom,
};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    Note,
    Warning,
    Error,
}

/// Whether a finding holds now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    Current,
    Old,
}

/// The verdict over the whole site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    Healthy,
    Unknown,
    Broken,
}

/// Probability that a cause is at work, against "none of these".
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Confidence(pub f64);

impl Confidence {
    /// The number below which a cause is not asserted.
    pub const ASSERTED: f64 = 0.40;

    /// certain, likely, possible, or not enough evidence.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self.0 {
            p if p >= 0.95 => "certain",
            p if p >= 0.75 => "likely",
            p if p >= Self::ASSERTED => "possible",
            _ => "not enough evidence",
        }
    }
}

/// Everything that is printed.
#[derive(Debug, Clone)]
pub struct Report {
    pub version: String,
    pub verdict: Verdict,
    pub site: Site,
    /// The platform's name for people.
    pub platform_name: String,
    pub logs: Vec<LogSummary>,
    pub symptoms: Vec<Symptom>,
    /// Rank order, most probable current cause first; old ones last.
    pub findings: Vec<Finding>,
    pub ruled_out: Vec<RuledOut>,
    pub examined: Vec<Examined>,
    /// Checks by their codes that were made, whether they found something or not (`lint` only).
    pub evaluated: Vec<String>,
    pub skipped: Vec<Skipped>,
    pub next_check: Option<NextCheck>,
    pub timeline: Vec<TimelineEntry>,
    pub probe: Option<ProbeReport>,
    pub restarts: Vec<ContainerState>,
    /// Error-like lines that nobody recognised; shown where the verdict is unknown.
    pub unexplained: Vec<Evidence>,
    /// Where to ask, and what to attach; empty where the site is healthy.
    pub support: Vec<String>,
    /// The time that the report refers to.
    pub now: Option<Timestamp>,
}

/// A cause (or a lint without one) with what speaks for it.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Slug of the catalogue.
    pub cause: Option<String>,
    /// Code of the lint that found it, in `lint` runs.
    pub lint: Option<String>,
    pub title: String,
    pub severity: Severity,
    pub state: State,
    pub confidence: Confidence,
    /// The receipt, in the order added.
    pub points: Vec<Point>,
    pub evidence: Vec<Evidence>,
    /// What the cause means, with captures filled in.
    pub why: String,
    /// A short clause on what this explains: "explains the 502".
    pub explains: Option<String>,
    pub fixes: Vec<Fix>,
    /// How to keep it from happening again.
    pub prevent: Vec<Prevention>,
    pub consequences: Vec<Consequence>,
    pub docs: Vec<String>,
    pub captures: Captures,
}

/// One line of the receipt.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// Decibans after all factors.
    pub points: f64,
    pub reason: String,
    pub place: Option<Place>,
}

/// A fact cited for a finding.
#[derive(Debug, Clone)]
pub struct Evidence {
    pub source: Source,
    pub place: Option<Place>,
    pub time: Option<Timestamp>,
    pub count: u32,
    pub last_time: Option<Timestamp>,
    pub excerpt: String,
    /// A short label for the mark under the excerpt.
    pub label: Option<String>,
}

/// One numbered step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    pub text: String,
    pub command: Option<String>,
    /// How to see that it worked.
    pub verify: Option<String>,
    pub safety: Option<Safety>,
    pub edits: Vec<Edit>,
}

/// One way to keep it from happening again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prevention {
    pub text: String,
    pub command: Option<String>,
    /// The page that explains it.
    pub url: Option<String>,
}

/// Something that follows from the finding.
#[derive(Debug, Clone)]
pub struct Consequence {
    pub title: String,
    /// A sentence on what still runs, not something that the finding explains.
    pub runs: bool,
    pub evidence: Vec<Evidence>,
}

/// A cause that was checked and is not at work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuledOut {
    pub cause: String,
    pub title: String,
    pub reason: String,
}

/// The check or input that would tell most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextCheck {
    pub check: String,
    /// One sentence: what to do.
    pub text: String,
    pub command: Option<String>,
}

/// One moment of the time line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineEntry {
    pub time: Option<Timestamp>,
    pub kind: MarkKind,
    pub place: Option<Place>,
    pub count: u32,
    pub label: String,
}
