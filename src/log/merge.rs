//! From files to one story: a common order, epochs, proofs that the app was loaded, symptoms.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::dialect::LifeKind;
use super::epochs::{self, Boundary, FailedStart};
use super::events::{Failed, FileEvents};
use super::scan::ScanOptions;
use crate::model::{
    Examined, Fact, Facts, LogKind, Mark, MarkKind, Phase, Place, RouteStats, Skipped, Symptom,
    SymptomKind, SymptomSource,
};
use crate::rules::Rules;

/// Most moments kept for the time line.
const MOST_MARKS: usize = 400;
/// Seconds between an error and the request that it belongs to.
const SAME_REQUEST: i64 = 2;

/// Where something stands among all lines of all files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position {
    /// Files without any time come last: they are of the newest epoch.
    untimed: bool,
    time: Option<Timestamp>,
    file: usize,
    line: u64,
}

impl Position {
    fn new(time: Option<Timestamp>, file: usize, line: u64) -> Self {
        Self { untimed: time.is_none(), time, file, line }
    }
}

/// Puts the events of all files into one order and says to which epoch each belongs.
pub(super) fn merge(mut files: Vec<FileEvents>, options: &ScanOptions, rules: &Rules) -> Facts {
    let mut out = Facts::default();
    let pythonanywhere = rules.platform_is(&options.platform, "pythonanywhere");
    for file in &mut files {
        if let Some(problem) = file.skipped.take() {
            out.skipped.push(Skipped { check: "logs".to_owned(), missing: problem });
        }
    }
    super::clocks::align(&mut files);
    super::unfinished::find(&mut files, rules);
    super::unfinished::endless_imports(&mut files, rules);
    super::unfinished::vanished_workers(&mut files, rules);
    let order = Order::new(&files);
    let boundaries = epochs::boundaries(&files, &order, &failed_starts(&files, &order));
    let newest = boundaries.len() as u32;
    let epoch_at = |position: u64| -> u32 {
        let started = boundaries.partition_point(|b| b.order <= position) as u32;
        newest - started
    };

    let failed: Vec<(usize, &Failed)> = files
        .iter()
        .enumerate()
        .flat_map(|(at, file)| file.failed.iter().map(move |f| (at, f)))
        .collect();
    let mut facts: Vec<Fact> = Vec::new();
    for (at, file) in files.iter().enumerate() {
        for fact in &file.facts {
            let mut fact = fact.clone();
            let line = fact.order;
            fact.order = order.at(fact.last_time.or(fact.time), at, line);
            fact.epoch = epoch_at(fact.order);
            if fact.route.is_none() && matches!(fact.phase, Phase::Request) {
                fact.route = route_of(&fact, &failed);
            }
            facts.push(fact);
        }
        for fact in &file.unexplained {
            let mut fact = fact.clone();
            fact.order = order.at(fact.last_time.or(fact.time), at, fact.order);
            fact.epoch = epoch_at(fact.order);
            out.unexplained.push(fact);
        }
        for life in &file.lives {
            let position = order.at(life.time, at, life.line);
            let place = file.summary.as_ref().map(|summary| {
                Place::line(summary.path.as_str(), u32::try_from(life.line).unwrap_or(u32::MAX))
            });
            out.marks.push(Mark {
                kind: mark_kind(life.kind),
                time: life.time,
                place,
                order: position,
                label: life.label.clone(),
                count: 1,
                container: life.container.clone(),
                epoch: epoch_at(position),
            });
        }
    }
    out.unexplained.sort_by_key(|fact| fact.order);
    let skip = out.unexplained.len().saturating_sub(20);
    out.unexplained.drain(..skip);

    let proofs = |words: fn(&str) -> bool| {
        loaded(&files, &order, &facts, &boundaries, pythonanywhere, words)
    };
    out.loaded_at = proofs(proves_loading);
    out.reached_at = proofs(proves_reaching);
    out.routes = routes(&files, &order, &epoch_at);
    symptoms(&files, &order, &epoch_at, &mut out);

    // The newest start has not shown yet how it ended: what stands before it is not history.
    let unfinished = newest > 0
        && !facts.iter().any(|fact| fact.epoch == 0)
        && out.loaded_at.is_none_or(|(position, _)| epoch_at(position) > 0)
        && !out.routes.iter().any(|route| route.ok_now + route.failed_now > 0);
    if unfinished {
        for fact in facts.iter_mut().chain(&mut out.unexplained) {
            fact.epoch = fact.epoch.saturating_sub(1);
        }
    }
    out.facts = collapse(facts);
    out.marks.sort_by_key(|mark| mark.order);
    let skip = out.marks.len().saturating_sub(MOST_MARKS);
    out.marks.drain(..skip);
    for file in files {
        let Some(summary) = file.summary else { continue };
        out.examined.push(Examined {
            check: "logs".to_owned(),
            what: format!(
                "{} ({}, {} {}{})",
                summary.path,
                kind_word(summary.kind),
                summary.lines,
                if summary.lines == 1 { "line" } else { "lines" },
                if summary.sampled { "; requests before the newest 64 MiB: a sample" } else { "" }
            ),
            from: summary.first,
            to: summary.last,
        });
        out.logs.push(summary);
    }
    out
}

/// Failures outside of requests: where they stand, and what makes two of them the same.
fn failed_starts(files: &[FileEvents], order: &Order) -> Vec<FailedStart> {
    let mut all = Vec::new();
    for (at, file) in files.iter().enumerate() {
        for fact in &file.facts {
            if fact.exception.is_some() && fact.phase != Phase::Request {
                let key = fact.matches.first().map_or_else(
                    || event_key(&Fact { epoch: 0, ..fact.clone() }),
                    |hit| super::scan::line_key(hit, None),
                );
                all.push(FailedStart {
                    order: order.at(fact.last_time.or(fact.time), at, fact.order),
                    container: fact.container.clone(),
                    key,
                });
            }
        }
    }
    all
}

/// Repeats of one event within an epoch are one fact, whatever stood between them.
fn collapse(facts: Vec<Fact>) -> Vec<Fact> {
    let mut kept: Vec<Fact> = Vec::new();
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for fact in facts {
        let key = event_key(&fact);
        let Some(&at) = known.get(&key) else {
            known.insert(key, kept.len());
            kept.push(fact);
            continue;
        };
        let first = &mut kept[at];
        first.count = first.count.saturating_add(fact.count);
        if fact.order > first.order {
            first.order = fact.order;
            first.last_time = fact.last_time.or(first.last_time);
            first.last_place = fact.last_place.or(fact.place);
        }
    }
    kept
}

fn event_key(fact: &Fact) -> String {
    let mut key = format!(
        "{}|{:?}|{:?}|{:?}|{:?}",
        fact.epoch, fact.phase, fact.log_kind, fact.container, fact.route
    );
    if let Some(hit) = fact.matches.first() {
        key += &super::scan::line_key(hit, None);
    }
    if let Some(exception) = &fact.exception {
        key += &super::scan::exception_key(exception, fact.phase, None, None);
    }
    key
}

/// Rank of every position that matters, so that one number orders all files.
#[derive(Debug)]
pub(super) struct Order {
    positions: Vec<Position>,
    /// The first time of each file: what stands above it without a time is not newer.
    heads: Vec<Option<Timestamp>>,
}

impl Order {
    fn new(files: &[FileEvents]) -> Self {
        let heads: Vec<Option<Timestamp>> =
            files.iter().map(|file| file.summary.as_ref().and_then(|log| log.first)).collect();
        let mut positions: Vec<Position> = Vec::new();
        for (at, file) in files.iter().enumerate() {
            let place = |time: Option<Timestamp>, line| Position::new(time.or(heads[at]), at, line);
            positions.extend(file.facts.iter().map(|f| place(f.last_time.or(f.time), f.order)));
            positions
                .extend(file.unexplained.iter().map(|f| place(f.last_time.or(f.time), f.order)));
            positions.extend(file.lives.iter().map(|l| place(l.time, l.line)));
            positions.extend(file.loaded.iter().map(|(time, line)| place(*time, *line)));
            positions.extend(file.failed.iter().map(|f| place(f.record.time, f.line)));
            positions.extend(file.routes.values().flat_map(|route| {
                let ok = route.last_ok.map(|(time, line)| place(time, line));
                let bad = route.last_failed.map(|(time, line, _)| place(time, line));
                ok.into_iter().chain(bad)
            }));
            positions.extend(file.pings.iter().map(|(time, _, _, line)| place(*time, *line)));
        }
        positions.sort_unstable();
        positions.dedup();
        Self { positions, heads }
    }

    /// From 1; equal positions are equal.
    pub(super) fn at(&self, time: Option<Timestamp>, file: usize, line: u64) -> u64 {
        let position = Position::new(time.or(self.heads[file]), file, line);
        self.positions.partition_point(|known| *known < position) as u64 + 1
    }
}

/// The newest proof that the app was loaded.
fn loaded(
    files: &[FileEvents],
    order: &Order,
    facts: &[Fact],
    boundaries: &[Boundary],
    pythonanywhere: bool,
    proves: fn(&str) -> bool,
) -> Option<(u64, Option<Timestamp>)> {
    let mut newest: Option<(u64, Option<Timestamp>)> = None;
    let mut offer = |position: u64, time: Option<Timestamp>| {
        if newest.is_none_or(|(known, _)| position > known) {
            newest = Some((position, time));
        }
    };
    // An exception in a request: the code had been loaded.
    for fact in facts {
        if fact.phase == Phase::Request && fact.exception.is_some() {
            offer(fact.order, fact.last_time.or(fact.time));
        }
    }
    let last_failed_start =
        facts.iter().filter(|fact| fact.phase == Phase::Import).map(|fact| fact.order).max();
    for (at, file) in files.iter().enumerate() {
        let platform = file.summary.as_ref().is_some_and(|s| s.kind == LogKind::Platform);
        for &(time, line) in &file.loaded {
            let position = order.at(time, at, line);
            if platform
                && let Some(failure) = last_failed_start
                && position > failure
            {
                // Two releases log into one stream: only after a start that followed the failure.
                let started = file.lives.iter().any(|life| {
                    let when = order.at(life.time, at, life.line);
                    matches!(life.kind, LifeKind::Start | LifeKind::Ready)
                        && when > failure
                        && when < position
                });
                if !started {
                    continue;
                }
            }
            offer(position, time);
        }
        for life in &file.lives {
            // The wrapper reports "ready" even when the import failed.
            if life.kind == LifeKind::Ready && !pythonanywhere && proves(&life.label) {
                offer(order.at(life.time, at, life.line), life.time);
            }
        }
    }
    if pythonanywhere {
        // Each reload ends with a ping: a start whose ping left no failure block has loaded the app.
        let error_log = files
            .iter()
            .any(|f| f.summary.as_ref().is_some_and(|s| s.kind == LogKind::Error && s.complete));
        if error_log && let Some(start) = boundaries.last() {
            let failed_since = last_failed_start.is_some_and(|failure| failure >= start.order);
            let stuck = files.iter().flat_map(|f| &f.pings).any(|(time, status, _, _)| {
                *status >= 499 && time.zip(start.time).is_some_and(|(ping, start)| ping >= start)
            });
            if !failed_since && !stuck && start.ready {
                offer(start.order, start.time);
            }
        }
    }
    newest
}

fn routes(files: &[FileEvents], order: &Order, epoch_at: &dyn Fn(u64) -> u32) -> Vec<RouteStats> {
    let mut all: BTreeMap<&str, RouteStats> = BTreeMap::new();
    for (at, file) in files.iter().enumerate() {
        for (route, count) in &file.routes {
            let stats = all
                .entry(route)
                .or_insert_with(|| RouteStats { route: route.clone(), ..RouteStats::default() });
            stats.ok += count.ok;
            stats.failed += count.failed;
            if let Some((time, line)) = count.last_ok {
                let position = order.at(time, at, line);
                if stats.last_ok.is_none_or(|known| position > known) {
                    stats.last_ok = Some(position);
                    stats.last_ok_time = time;
                }
                if epoch_at(position) == 0 {
                    stats.ok_now += count.ok_since_failure.max(1);
                }
            }
            if let Some((time, line, status)) = count.last_failed {
                let position = order.at(time, at, line);
                if stats.last_failed.is_none_or(|known| position > known) {
                    stats.last_failed = Some(position);
                    stats.last_failed_time = time;
                    stats.last_failed_status = Some(status);
                }
                if epoch_at(position) == 0 {
                    stats.failed_now += 1;
                }
            }
            stats.ok_since_failure = stats.ok_since_failure.max(count.ok_since_failure);
            stats.longest_ok_run = stats.longest_ok_run.max(count.longest_ok_run);
        }
    }
    all.into_values().collect()
}

/// Many servers bind their port, and so count as up, before they load the app: only these words
/// follow the loading.
fn proves_loading(label: &str) -> bool {
    matches!(label, "app loaded" | "uvicorn listens" | "health check passes" | "container ready")
}

/// The platform itself connected to the app: what the app says of its address proves nothing.
fn proves_reaching(label: &str) -> bool {
    matches!(
        label,
        "dyno up"
            | "deployed"
            | "service live"
            | "port found"
            | "health check passes"
            | "container ready"
    )
}

/// What the access and router logs of the newest epoch say a visitor sees now.
fn symptoms(files: &[FileEvents], order: &Order, epoch_at: &dyn Fn(u64) -> u32, out: &mut Facts) {
    let mut seen: BTreeMap<u16, Symptom> = BTreeMap::new();
    for route in &out.routes {
        let still = route.last_failed.is_some() && route.last_failed >= route.last_ok;
        let now = route.last_failed.is_some_and(|position| epoch_at(position) == 0);
        if let Some(status) = route.last_failed_status
            && still
            && now
        {
            seen.entry(status).or_insert(Symptom {
                kind: SymptomKind::Status(status),
                source: SymptomSource::AccessLog,
                time: route.last_failed_time,
                route: Some(route.route.clone()),
            });
        }
    }
    for (at, file) in files.iter().enumerate() {
        for &(time, status, duration, line) in &file.pings {
            if status == 499
                && duration.is_some_and(|seconds| seconds > 15.0)
                && epoch_at(order.at(time, at, line)) == 0
            {
                out.symptoms.push(Symptom {
                    kind: SymptomKind::ReloadError,
                    source: SymptomSource::AccessLog,
                    time,
                    route: Some("/".to_owned()),
                });
            }
        }
    }
    out.symptoms.extend(seen.into_values());
}

/// The route of a failed request that was answered in the same seconds.
fn route_of(fact: &Fact, failed: &[(usize, &Failed)]) -> Option<String> {
    let at = fact.last_time.or(fact.time)?;
    let mut routes: Vec<&str> = failed
        .iter()
        .filter(|(_, failed)| {
            failed.record.status == 500
                && failed
                    .record
                    .time
                    .is_some_and(|time| (time.as_second() - at.as_second()).abs() <= SAME_REQUEST)
        })
        .map(|(_, failed)| failed.record.path.split(['?', '#']).next().unwrap_or_default())
        .collect();
    routes.sort_unstable();
    routes.dedup();
    match routes.as_slice() {
        [one] => Some((*one).to_owned()),
        _ => None,
    }
}

fn mark_kind(kind: LifeKind) -> MarkKind {
    match kind {
        LifeKind::Start | LifeKind::Respawn => MarkKind::Start,
        LifeKind::Ready => MarkKind::Ready,
        LifeKind::Reload | LifeKind::Stop => MarkKind::Reload,
        LifeKind::Deploy => MarkKind::Deploy,
        LifeKind::Crash | LifeKind::LoadFailed | LifeKind::WorkerDied => MarkKind::Crash,
        LifeKind::Timeout => MarkKind::Error,
    }
}

/// The kind of a log for people.
#[must_use]
pub fn kind_word(kind: LogKind) -> &'static str {
    match kind {
        LogKind::Error => "error log",
        LogKind::Server => "server log",
        LogKind::Access => "access log",
        LogKind::Nginx => "web server's error log",
        LogKind::Platform => "platform log",
        LogKind::Any => "log",
    }
}
