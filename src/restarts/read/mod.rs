//! Readers of what platforms tell about containers: time lines, the API's events, logs.
//!
//! Each reader turns its format into [`Seen`]; what follows for the restart policy is decided in
//! `states`. Readers take any text and never fail: what they do not know, they leave out.

mod api;
mod boot;
mod heroku;
mod logs;
mod table;
mod timeline;

use jiff::Timestamp;

use crate::log::stamp::Clock;

pub use boot::Silence;
pub use logs::LogEvents;

/// Most events kept of one input; a container writes a handful a day.
const MOST: usize = 20_000;

/// One thing that a platform recorded.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seen {
    pub at: Timestamp,
    /// `web-1`, `web.1`; `None`: the app as a whole.
    pub container: Option<String>,
    pub what: What,
    /// Line of the input, from 1; 0 where it has none.
    pub line: u32,
    /// The record for people, bounded to 300 characters.
    pub text: String,
}

/// What was recorded.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A deployment with the platform's word for how it ended: `success`, `hook-error`, …
    Deployment(String),
    /// A restart that somebody asked for; the process types, empty for all.
    Restart(Vec<String>),
    /// A restart that the platform made by itself, after a crash; as in [`What::Restart`].
    Revived(Vec<String>),
    /// Scaled: process type, containers before (if told) and after.
    Scale(Vec<(String, Option<u32>, u32)>),
    /// Stopped on purpose: the reason, if told.
    StopApp(String),
    /// A container began to run; the platform's id of this one.
    Start(String),
    /// A container ended, not said why.
    Ended(String),
    /// A container was stopped on purpose.
    Stop,
    /// A container crashed. The log text that came with the record.
    Crash(String),
    /// A second record of a crash: one within seconds of a [`What::Crash`] of the same container
    /// is the same crash, alone it counts as one.
    CrashEcho(String),
    /// The container wrote something, so it lived: the last line before a start or the end.
    Output(String),
}

impl Seen {
    fn new(at: Timestamp, container: Option<&str>, what: What, line: u32, text: &str) -> Self {
        let text: String = text.trim().chars().take(300).collect();
        Self { at, container: container.map(str::to_owned), what, line, text }
    }
}

/// Which format a text was taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Api,
    Timeline,
    /// `scalingo deployments`.
    Table,
    Log,
}

/// Reads a text of any of the known formats. Stamps without a zone are UTC unless `clock` says else.
#[must_use]
pub fn read(text: &str, clock: &Clock) -> (Format, Vec<Seen>) {
    let text = text.trim_start_matches('\u{feff}');
    if let Some(seen) = api::read(text) {
        return (Format::Api, seen);
    }
    let seen = table::read(text, clock);
    if !seen.is_empty() {
        return (Format::Table, seen);
    }
    let mut log = LogEvents::new(clock.clone());
    for (raw, no) in text.lines().zip(1u32..) {
        log.line(raw, no);
    }
    let (told, mut seen) = log.finish();
    let format = if seen.is_empty() && !told.is_empty() { Format::Timeline } else { Format::Log };
    seen.extend(told);
    seen.sort();
    (format, seen)
}

/// A restart, by whom: in time lines the platform's own follow each crash and bear its name.
fn restarted(kinds: Vec<String>, by: &str) -> What {
    let platform = by.contains("scalingo-platform") || by.contains("deploy@scalingo.com");
    if platform { What::Revived(kinds) } else { What::Restart(kinds) }
}

/// `web:1:M` or `web:1`, as Scalingo writes a formation.
fn formation(text: &str) -> Vec<(String, u32)> {
    text.split([',', ' ', '[', ']'])
        .filter_map(|part| {
            let mut parts = part.split(':');
            let kind = parts.next().filter(|kind| !kind.is_empty())?;
            let amount = parts.next()?.parse().ok()?;
            Some((kind.to_owned(), amount))
        })
        .collect()
}

/// What changed from one formation to another.
fn scaled(before: &[(String, u32)], after: &[(String, u32)]) -> What {
    let old = |kind: &str| before.iter().find(|(name, _)| name == kind).map(|(_, n)| *n);
    What::Scale(after.iter().map(|(kind, n)| (kind.clone(), old(kind), *n)).collect())
}

#[cfg(test)]
mod tests;
