//! What one file gave, before files are merged: events, life-cycle moments, requests.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;

use super::dialect::LifeKind;
use crate::model::{Fact, LogSummary, RequestRecord};

/// A moment of the app's life as one line told it.
#[derive(Debug, Clone)]
pub struct Life {
    pub kind: LifeKind,
    pub label: String,
    pub time: Option<Timestamp>,
    pub line: u64,
    pub pid: Option<u32>,
    pub container: Option<String>,
}

/// A request that failed, kept one by one so that errors can be matched to it.
#[derive(Debug, Clone)]
pub struct Failed {
    pub record: RequestRecord,
    pub line: u64,
}

/// Counts of one route in one file.
#[derive(Debug, Clone, Default)]
pub struct RouteCount {
    pub ok: u64,
    pub failed: u64,
    pub last_ok: Option<(Option<Timestamp>, u64)>,
    pub last_failed: Option<(Option<Timestamp>, u64, u16)>,
    pub ok_since_failure: u64,
    pub longest_ok_run: u64,
}

/// Everything of one file.
#[derive(Debug, Default)]
pub struct FileEvents {
    /// Facts with `place`, `time`, `last_time`, `count`; `order` holds the line of the last repeat.
    pub facts: Vec<Fact>,
    pub lives: Vec<Life>,
    pub routes: BTreeMap<String, RouteCount>,
    pub failed: VecDeque<Failed>,
    /// Successes that only the loaded app can give, newest last; bounded.
    pub loaded: VecDeque<(Option<Timestamp>, u64)>,
    /// Error-like lines that no rule knows.
    pub unexplained: Vec<Fact>,
    pub summary: Option<LogSummary>,
    pub skipped: Option<String>,
    /// Requests of the platform's own ping: time, status, seconds.
    pub pings: VecDeque<(Option<Timestamp>, u16, Option<f64>, u64)>,
}
