//! What one file gave, before files are merged: events, life-cycle moments, requests.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;

use super::dialect::LifeKind;
use crate::model::{Fact, LogSummary, RequestRecord};

/// A moment of the app's life as one line told it.
#[derive(Debug, Clone)]
pub(super) struct Life {
    pub(super) kind: LifeKind,
    pub(super) label: String,
    pub(super) time: Option<Timestamp>,
    pub(super) line: u64,
    pub(super) pid: Option<u32>,
    pub(super) container: Option<String>,
    /// Major version of the server that starts.
    pub(super) version: Option<u64>,
}

/// A request that failed, kept one by one so that errors can be matched to it.
#[derive(Debug, Clone)]
pub(super) struct Failed {
    pub(super) record: RequestRecord,
    pub(super) line: u64,
}

/// Counts of one route in one file.
#[derive(Debug, Clone, Default)]
pub(super) struct RouteCount {
    pub(super) ok: u64,
    pub(super) failed: u64,
    pub(super) last_ok: Option<(Option<Timestamp>, u64)>,
    pub(super) last_failed: Option<(Option<Timestamp>, u64, u16)>,
    pub(super) ok_since_failure: u64,
    pub(super) longest_ok_run: u64,
    /// Good answers to requests that change something, and whether the last failure was of one.
    pub(super) ok_writing: u64,
    pub(super) failed_writing: bool,
}

/// Everything of one file.
#[derive(Debug, Default)]
pub(super) struct FileEvents {
    /// Facts with `place`, `time`, `last_time`, `count`; `order` holds the line of the last repeat.
    pub(super) facts: Vec<Fact>,
    pub(super) lives: Vec<Life>,
    pub(super) routes: BTreeMap<String, RouteCount>,
    pub(super) failed: VecDeque<Failed>,
    /// Successes that only the loaded app can give, newest last; bounded.
    pub(super) loaded: VecDeque<(Option<Timestamp>, u64)>,
    /// Error-like lines that no rule knows.
    pub(super) unexplained: Vec<Fact>,
    pub(super) summary: Option<LogSummary>,
    pub(super) skipped: Option<String>,
    /// The newest line that uWSGI writes right before it loads the app.
    pub(super) loading: Option<u64>,
    /// The newest line with which a worker of gunicorn took its leave.
    pub(super) left: Option<u64>,
    /// Requests of the platform's own ping: time, status, seconds.
    pub(super) pings: VecDeque<(Option<Timestamp>, u16, Option<f64>, u64)>,
}
