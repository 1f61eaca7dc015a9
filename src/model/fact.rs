//! Facts: what was seen, where, when and how often; and the bundle that collectors fill.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{ContainerState, ExceptionEvent, LogKind, Place, ProbeReport, Severity};

/// Typed values taken from evidence, by name; only values that passed their type are here.
pub type Captures = BTreeMap<String, String>;

/// Where a fact came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    Log,
    Code,
    Probe,
    Event,
    Config,
}

/// What the app was doing when it was seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// While the code was loaded: the app never became ready.
    Import,
    /// While a request was served: the app had been loaded.
    Request,
    /// In a server's worker or master process, not in the app's own code.
    Worker,
    /// A management command, task, console or hook: not the web app.
    Command,
    #[default]
    Unknown,
}

/// A rule's signature that recognised a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigMatch {
    /// Stable id, e.g. `module-not-installed/no-module-named`.
    pub signature: String,
    pub captures: Captures,
}

/// One thing that was seen.
#[derive(Debug, Clone)]
pub struct Fact {
    pub source: Source,
    /// Every signature that recognises it; the engine chooses the owner. Empty: nobody knows it.
    pub matches: Vec<SigMatch>,
    pub place: Option<Place>,
    pub time: Option<Timestamp>,
    /// Where and when the last of `count` repeats stands.
    pub last_place: Option<Place>,
    pub last_time: Option<Timestamp>,
    /// How often it was seen, at least 1.
    pub count: u32,
    /// The text itself, raw and bounded to 2,000 characters; several lines are joined by `\n`.
    pub excerpt: String,
    pub phase: Phase,
    /// For logs: which kind of file it stands in.
    pub log_kind: Option<LogKind>,
    /// Epochs ago: 0 is the current one. Code, probe and config facts are 0.
    pub epoch: u32,
    /// Position in the merged order of all logs; later is newer. 0 where there is no order.
    pub order: u64,
    /// URL path of the request that it belongs to, without query.
    pub route: Option<String>,
    pub pid: Option<u32>,
    /// Container or dyno, e.g. `web-1`.
    pub container: Option<String>,
    /// HTTP status that the fact itself states.
    pub status: Option<u16>,
    /// Caused by our own request (read from what the logs gained during the probe).
    pub ours: bool,
    /// Set where something later proves that this no longer holds; the text says what.
    pub resolved: Option<String>,
    /// For code facts: the lint's code and its stated certainty (1.0, 0.8 or 0.5).
    pub lint: Option<String>,
    pub certainty: f64,
    /// For lints without a cause: how bad it is.
    pub severity: Option<Severity>,
    /// The parsed exception, where it is one.
    pub exception: Option<Box<ExceptionEvent>>,
    /// Edits that would mend it, in bytes of the file.
    pub edits: Vec<Edit>,
    /// One sentence for people, where the excerpt does not speak for itself.
    pub note: Option<String>,
}

impl Fact {
    /// A fact with nothing known but its source and text.
    #[must_use]
    pub fn new(source: Source, excerpt: impl Into<String>) -> Self {
        Self {
            source,
            matches: Vec::new(),
            place: None,
            time: None,
            last_place: None,
            last_time: None,
            count: 1,
            excerpt: excerpt.into(),
            phase: Phase::Unknown,
            log_kind: None,
            epoch: 0,
            order: 0,
            route: None,
            pid: None,
            container: None,
            status: None,
            ours: false,
            resolved: None,
            lint: None,
            certainty: 1.0,
            severity: None,
            exception: None,
            edits: Vec::new(),
            note: None,
        }
    }
}

/// A replacement of bytes in one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    pub file: String,
    /// First byte replaced.
    pub start: u32,
    /// Byte behind the last one replaced.
    pub end: u32,
    pub text: String,
    pub safety: Safety,
}

/// Whether a fix may be applied without asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Safety {
    Safe,
    Unsafe,
}

/// Something that a cause's being current speaks against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contrary {
    pub cause: String,
    /// A clause for people: "all 14 files that it imports were parsed".
    pub reason: String,
}

/// A moment of the app's life, for epochs and the time line.
#[derive(Debug, Clone)]
pub struct Mark {
    pub kind: MarkKind,
    pub time: Option<Timestamp>,
    pub place: Option<Place>,
    pub order: u64,
    pub label: String,
    pub count: u32,
    pub container: Option<String>,
    pub epoch: u32,
}

/// What kind of moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MarkKind {
    Start,
    Ready,
    Reload,
    Deploy,
    Crash,
    Error,
    Request,
    Probe,
}

/// What the visitor, the platform or the person reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symptom {
    pub kind: SymptomKind,
    pub source: SymptomSource,
    pub time: Option<Timestamp>,
    pub route: Option<String>,
}

/// Which symptom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SymptomKind {
    Status(u16),
    ReloadError,
    Slow,
    Timeout,
    CrashLoop,
    /// The site answered as it should.
    Ok,
    /// Nothing answered at all.
    Unreachable,
}

/// Who says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SymptomSource {
    User,
    Probe,
    AccessLog,
    Platform,
}

/// One line of an access log or a router log that matters on its own.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestRecord {
    pub time: Option<Timestamp>,
    pub method: String,
    pub path: String,
    pub status: u16,
    pub bytes: Option<u64>,
    /// Seconds.
    pub duration: Option<f64>,
    pub agent: Option<String>,
    pub order: u64,
    pub epoch: u32,
}

/// What an access log says about one route.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RouteStats {
    pub route: String,
    pub ok: u64,
    pub failed: u64,
    /// Order of the newest answer of each sort.
    pub last_ok: Option<u64>,
    pub last_failed: Option<u64>,
    pub last_ok_time: Option<Timestamp>,
    pub last_failed_time: Option<Timestamp>,
    pub last_failed_status: Option<u16>,
    /// Good answers since the last failure, and the longest run of good answers between two failures.
    pub ok_since_failure: u64,
    pub longest_ok_run: u64,
    /// Answers of the current epoch only.
    pub ok_now: u64,
    pub failed_now: u64,
}

/// A check that ran, for "Examined".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examined {
    /// `logs`, `code`, `probe`, …
    pub check: String,
    pub what: String,
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
}

/// A check that could not run, and what it lacked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    pub check: String,
    /// The missing input and the way to give it.
    pub missing: String,
}

/// What was read of one log.
#[derive(Debug, Clone, PartialEq)]
pub struct LogSummary {
    pub path: String,
    pub kind: LogKind,
    pub first: Option<Timestamp>,
    pub last: Option<Timestamp>,
    pub lines: u64,
    pub clock: super::ClockState,
    /// Read from first to last line over the current epoch.
    pub complete: bool,
    /// Requests before the newest part were counted in a sample of blocks.
    pub sampled: bool,
}

/// Everything that the collectors and joins found: the engine's only input besides rules and plan.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    pub facts: Vec<Fact>,
    pub marks: Vec<Mark>,
    pub symptoms: Vec<Symptom>,
    pub routes: Vec<RouteStats>,
    pub contrary: Vec<Contrary>,
    pub examined: Vec<Examined>,
    pub skipped: Vec<Skipped>,
    pub logs: Vec<LogSummary>,
    pub probe: Option<ProbeReport>,
    pub restarts: Vec<ContainerState>,
    /// Error-like lines that nobody recognised, newest last, at most 20.
    pub unexplained: Vec<Fact>,
    /// Order and time of the last proof that the app was loaded (a request that reached its code).
    pub loaded_at: Option<(u64, Option<Timestamp>)>,
    /// The newest proof that somebody reached the app from outside: position and time.
    pub reached_at: Option<(u64, Option<Timestamp>)>,
}

impl Facts {
    /// Adds everything of another collector.
    pub fn merge(&mut self, other: Self) {
        self.facts.extend(other.facts);
        self.marks.extend(other.marks);
        self.symptoms.extend(other.symptoms);
        self.routes.extend(other.routes);
        self.contrary.extend(other.contrary);
        self.examined.extend(other.examined);
        self.skipped.extend(other.skipped);
        self.logs.extend(other.logs);
        self.restarts.extend(other.restarts);
        self.unexplained.extend(other.unexplained);
        if other.probe.is_some() {
            self.probe = other.probe;
        }
        self.loaded_at = self.loaded_at.max(other.loaded_at);
        self.reached_at = self.reached_at.max(other.reached_at);
    }
}
