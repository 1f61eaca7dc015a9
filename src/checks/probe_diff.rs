//! Probe and diff: the logs' ends are noted before the site is asked, and the part behind them is
//! read when the answers are there and the logs have settled. The log and probe collectors run
//! side by side; this is where they meet.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::http::classify::hit_failed;
use crate::log::added::{self, LogEnd, Ours};
use crate::model::{LogFile, ProbeReport};

/// Longest wait for the logs after the last answer.
const MOST: Duration = Duration::from_millis(1500);
/// Nothing has come by then: nothing will.
const NOTHING: Duration = Duration::from_millis(400);
/// Nothing new for so long: the logs have settled.
const QUIET: Duration = Duration::from_millis(200);
const STEP: Duration = Duration::from_millis(20);
/// Copies of logs are fetched so often, with so much time between.
const FETCHES: u32 = 3;
const LAG: Duration = Duration::from_secs(1);

/// Where the probe is.
#[derive(Debug, Default)]
enum Probe {
    #[default]
    Running,
    /// Whose the new lines are; `None`: nothing was asked.
    Ended(Option<Ours>),
}

/// Fetches what logs on another machine gained; `true`: something new is here.
#[derive(Clone)]
pub struct Refresh(Arc<dyn Fn() -> bool + Send + Sync>);

impl Refresh {
    /// `fetch` is called from the probe's thread, a few times at most.
    pub fn new(fetch: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(fetch))
    }

    /// Fetches now.
    #[must_use]
    pub fn fetch(&self) -> bool {
        (self.0)()
    }
}

impl std::fmt::Debug for Refresh {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Refresh")
    }
}

/// The ends of the site's logs, and the moment when the probe is through.
#[derive(Debug, Default)]
pub struct ProbeDiff {
    ends: Vec<LogEnd>,
    refresh: Option<Refresh>,
    done: Mutex<Probe>,
    changed: Condvar,
}

impl ProbeDiff {
    /// Notes where the logs end now.
    #[must_use]
    pub fn note(logs: &[LogFile]) -> Self {
        Self::from_ends(added::note(logs))
    }

    /// Ends that were noted earlier, such as before a reload.
    #[must_use]
    pub fn from_ends(ends: Vec<LogEnd>) -> Self {
        Self { ends, ..Self::default() }
    }

    /// The logs are copies: what the originals gained has to be fetched.
    #[must_use]
    pub fn refreshed_by(mut self, refresh: Option<Refresh>) -> Self {
        self.refresh = refresh;
        self
    }

    pub(super) fn ends(&self) -> &[LogEnd] {
        &self.ends
    }

    /// Waits until the probe is through. At once where no ends were noted.
    pub(super) fn wait(&self) -> Option<Ours> {
        if self.ends.is_empty() {
            return None;
        }
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Probe::Ended(ours) = &*done {
                return ours.clone();
            }
            done = self.changed.wait(done).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The probe ends when this is dropped, however it ends.
    pub(super) fn begin(&self) -> Running<'_> {
        Running { diff: self, ours: None }
    }
}

/// A probe under way.
pub(super) struct Running<'d> {
    diff: &'d ProbeDiff,
    ours: Option<Ours>,
}

impl Running<'_> {
    /// Waits until the logs have settled: not at all after good answers, little where nothing grows.
    pub(super) fn settle(&mut self, report: &ProbeReport, stop: &dyn Fn() -> bool) {
        let failed = report.hits.iter().any(hit_failed);
        self.ours = Some(Ours {
            at: report.hits.first().and_then(|hit| hit.at),
            routes: routes(report),
            failed,
        });
        if !failed || self.diff.ends.is_empty() {
            return;
        }
        if let Some(refresh) = &self.diff.refresh {
            fetched(refresh, stop);
            return;
        }
        let start = Instant::now();
        let mut last = (added::sizes(&self.diff.ends), start);
        let mut grew = added::grew(&self.diff.ends);
        while start.elapsed() < MOST && !stop() {
            let enough = if grew { last.1.elapsed() >= QUIET } else { start.elapsed() >= NOTHING };
            if enough {
                return;
            }
            std::thread::sleep(STEP);
            let now = added::sizes(&self.diff.ends);
            if now != last.0 {
                last = (now, Instant::now());
                grew = true;
            }
        }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let mut done = self.diff.done.lock().unwrap_or_else(PoisonError::into_inner);
        *done = Probe::Ended(self.ours.take());
        self.diff.changed.notify_all();
    }
}

/// Fetches copies of logs until one has grown, a few times: hosted logs lag behind.
fn fetched(refresh: &Refresh, stop: &dyn Fn() -> bool) {
    for attempt in 0..FETCHES {
        let start = Instant::now();
        while attempt > 0 && start.elapsed() < LAG && !stop() {
            std::thread::sleep(STEP);
        }
        if stop() || refresh.fetch() {
            return;
        }
    }
}

/// The paths that were asked for, in order.
fn routes(report: &ProbeReport) -> Vec<String> {
    let hops = report.hits.iter().flat_map(|hit| hit.redirects.iter().map(|hop| hop.url.as_str()));
    let mut all: Vec<String> = Vec::new();
    for url in std::iter::once(report.url.as_str()).chain(hops) {
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        let path = rest.find('/').map_or("/", |at| &rest[at..]);
        let path = path.split(['?', '#']).next().unwrap_or("/").to_owned();
        if !all.contains(&path) {
            all.push(path);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Hit, ProbeVerdict, Redirect};

    fn report(url: &str, hops: &[&str]) -> ProbeReport {
        let redirects =
            hops.iter().map(|url| Redirect { url: (*url).to_owned(), status: 302 }).collect();
        ProbeReport {
            url: url.to_owned(),
            verdict: ProbeVerdict::Ok,
            limit_ms: 0,
            limits: String::new(),
            hits: vec![Hit { status: Some(200), redirects, ..Hit::default() }],
            marker: None,
            notes: Vec::new(),
            skipped: None,
            cname: None,
        }
    }

    #[test]
    fn routes_are_paths_without_queries() {
        let report = report("https://a.example", &["https://a.example/login?next=/", "/login"]);
        assert_eq!(routes(&report), ["/", "/login"]);
    }

    #[test]
    fn a_probe_that_breaks_off_releases_those_who_wait() {
        let log = tempfile::NamedTempFile::new().expect("a file");
        let file = LogFile { path: log.path().to_owned(), shown: "x".to_owned(), kind: None };
        let diff = ProbeDiff::note(&[file]);
        std::thread::scope(|scope| {
            scope.spawn(|| drop(diff.begin()));
            assert_eq!(diff.wait(), None);
        });
        let mut running = diff.begin();
        running.settle(&report("https://a.example/x", &[]), &|| false);
        drop(running);
        assert_eq!(diff.wait().expect("ours").routes, ["/x"]);
    }
}
