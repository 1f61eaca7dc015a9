//! What logs gained since a moment: ends are noted before, the part behind them is read afterwards
//! and joins the events of its file. Rotated and truncated logs are followed. When to look is the
//! caller's business.

use std::fs::{File, Metadata};
use std::io::{Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};

use super::dialect::{self, LifeKind};
use super::events::{FileEvents, RouteCount};
use super::merge;
use super::prefilter::Prefilter;
use super::prefix::{PrefixCtx, strip_all};
use super::read::{LogReader, ReadError};
use super::scan::{ScanOptions, scan_each, scan_file};
use super::stamp::Clock;
use crate::model::{Examined, Facts, LogFile, Phase};
use crate::rules::Rules;

/// Bytes at the end of a log in which a line end or a recent start is looked for.
const GLANCE: u64 = 64 * 1024;
/// Bytes that are read of what a log gained, at most.
const MOST_ADDED: u64 = 64 << 20;
/// A start is recent for so long.
const RECENT: SignedDuration = SignedDuration::from_secs(60);
/// Entries of a folder in which a rotated log is looked for.
const MOST_ENTRIES: usize = 2_000;

/// Where a log ended. Nothing is kept open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEnd {
    path: PathBuf,
    /// Behind the last whole line; `None`: not a file that grows (standard input, compressed).
    len: Option<u64>,
    id: Option<(u64, u64)>,
}

/// Whose lines the added ones are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ours {
    /// When the first request was sent.
    pub at: Option<Timestamp>,
    /// URL paths that were asked for, redirects included.
    pub routes: Vec<String>,
    /// A request failed: without that, an exception in a request is somebody else's.
    pub failed: bool,
}

/// Notes the ends, in the order of the files.
#[must_use]
pub fn note(files: &[LogFile]) -> Vec<LogEnd> {
    files
        .iter()
        .map(|file| {
            let (len, id) = end_of(&file.path).map_or((None, None), |(len, id)| (Some(len), id));
            LogEnd { path: file.path.clone(), len, id }
        })
        .collect()
}

/// Sizes and identities now: two equal answers mean that nothing was written between them.
#[must_use]
pub fn sizes(ends: &[LogEnd]) -> Vec<(u64, Option<(u64, u64)>)> {
    ends.iter()
        .map(|end| {
            std::fs::metadata(&end.path).map_or((0, None), |meta| (meta.len(), identity(&meta)))
        })
        .collect()
}

/// Whether anything was written since the ends were noted.
#[must_use]
pub fn grew(ends: &[LogEnd]) -> bool {
    ends.iter().zip(sizes(ends)).any(|(end, (size, id))| match end.len {
        Some(len) => id != end.id || size < len || added_line(end, size),
        None => false,
    })
}

/// Reads every file up to its noted end, then calls `ready`, which may wait, and reads what was
/// added meanwhile. Facts of the added part are marked as ours where `ready` says whose they are.
#[must_use]
pub fn scan_with_added(
    files: &[LogFile],
    ends: &[LogEnd],
    options: &ScanOptions,
    rules: &Rules,
    ready: impl FnOnce() -> Option<Ours>,
) -> Facts {
    let open = |at: usize| match ends.get(at).and_then(|end| end.len) {
        Some(len) => LogReader::open_until(&files[at].path, len),
        None => LogReader::open(&files[at].path),
    };
    let mut scanned = scan_each(files, &open, options, rules);
    for (file, events) in files.iter().zip(&mut scanned) {
        if options.cut.contains(&file.path) {
            lacks_its_beginning(events);
        }
    }
    let mut gained = Vec::new();
    if let Some(ours) = ready() {
        for (at, end) in ends.iter().enumerate().take(files.len()) {
            let Some(more) = scan_added(&files[at], end, &scanned[at], options, rules) else {
                continue;
            };
            let lines = more.events.summary.as_ref().map_or(0, |summary| summary.lines);
            if lines > 0 {
                let unit = if lines == 1 { "line" } else { "lines" };
                gained.push(format!("{} gained {lines} {unit}", files[at].shown));
            }
            append(&mut scanned[at], more, &ours);
        }
    }
    let mut facts = merge::merge(scanned, options, rules);
    if !gained.is_empty() {
        facts.examined.push(Examined {
            check: "probe and diff".to_owned(),
            what: format!("{} while the site was asked", gained.join(", ")),
            from: None,
            to: None,
        });
    }
    facts
}

/// The rest of a log is as good as the whole only where the app's last start stands in it.
fn lacks_its_beginning(events: &mut FileEvents) {
    let starts = |kind| matches!(kind, LifeKind::Start | LifeKind::Reload | LifeKind::Deploy);
    let started = events.lives.iter().any(|life| starts(life.kind));
    if let Some(summary) = events.summary.as_mut() {
        summary.complete &= started;
    }
}

/// What the logs gained since their ends were noted, by itself; and the ends now.
#[must_use]
pub fn scan_only_added(
    files: &[LogFile],
    ends: &[LogEnd],
    options: &ScanOptions,
    rules: &Rules,
) -> (Facts, Vec<LogEnd>) {
    let now = note(files);
    let mut all = Vec::new();
    for (file, end) in files.iter().zip(ends) {
        let mut events = FileEvents::default();
        if let Some(more) = scan_added(file, end, &events, options, rules) {
            events = more.events;
        }
        all.push(events);
    }
    (merge::merge(all, options, rules), now)
}

/// A start, reload or deploy that the ends of the logs tell, less than a minute before `now`.
#[must_use]
pub fn started_just_now(files: &[LogFile], options: &ScanOptions, now: Timestamp) -> bool {
    files.iter().any(|file| {
        if file.path.as_os_str() == "-" {
            return false;
        }
        let Ok(log) = LogReader::open_tail(&file.path, GLANCE) else { return false };
        let clock = match &options.zone {
            Some(zone) => Clock::new(zone, Some(now)),
            None => Clock::utc(Some(now)),
        };
        let mut ctx = PrefixCtx::new(clock);
        let mut found = false;
        let mut bytes = 0;
        let read = log.for_each_block(|block| {
            for raw in block.lines() {
                strip_all(raw.text, &mut ctx, &mut |line| {
                    let start = dialect::mark(line).is_some_and(|mark| {
                        matches!(mark.kind, LifeKind::Start | LifeKind::Reload | LifeKind::Deploy)
                    });
                    let age = line.stamp.map(|stamp| now.duration_since(stamp.at));
                    found |= start
                        && age.is_some_and(|age| {
                            age >= -SignedDuration::from_secs(5) && age <= RECENT
                        });
                });
            }
            bytes += block.text.len() as u64;
            if bytes > GLANCE { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        found && read.is_ok()
    })
}

/// Events of an added part, and the number that its lines are counted from.
struct Added {
    events: FileEvents,
    /// Lines of the file before it: 0 in a file that was begun anew.
    base: u64,
}

fn scan_added(
    file: &LogFile,
    end: &LogEnd,
    before: &FileEvents,
    options: &ScanOptions,
    rules: &Rules,
) -> Option<Added> {
    let noted = end.len?;
    let lines = before.summary.as_ref().map_or(0, |summary| summary.lines);
    let mut file = file.clone();
    if file.kind.is_none() && noted > 0 {
        file.kind = before.summary.as_ref().map(|summary| summary.kind);
    }
    let (size, id) = end_of(&file.path).unwrap_or((0, None));
    if id != end.id {
        // Rotated: the rest of the old file under its new name, then the new one.
        let old = end.id.and_then(|id| renamed(&end.path, id));
        let mut events = FileEvents::default();
        if let Some(old) = old {
            let rest = LogFile { path: old.clone(), ..file.clone() };
            events = read_part(&rest, LogReader::open_at(&old, noted), options, rules);
        }
        if size > 0 {
            let fresh = read_part(&file, bounded(&file.path, 0, size), options, rules);
            append_plain(&mut events, fresh);
        }
        return Some(Added { events, base: 0 });
    }
    if size < noted {
        // Emptied in place, as copytruncate does.
        let events = read_part(&file, bounded(&file.path, 0, size), options, rules);
        return Some(Added { events, base: 0 });
    }
    if size == noted {
        return None;
    }
    let events = read_part(&file, bounded(&file.path, noted, size), options, rules);
    Some(Added { events, base: lines })
}

/// From an offset, or from as far before the end as is read of an addition.
fn bounded(path: &Path, from: u64, size: u64) -> Result<LogReader, ReadError> {
    LogReader::open_at(path, from.max(size.saturating_sub(MOST_ADDED)))
}

fn read_part(
    file: &LogFile,
    opened: Result<LogReader, ReadError>,
    options: &ScanOptions,
    rules: &Rules,
) -> FileEvents {
    let mut events = scan_file(file, opened, options, &Prefilter::new(rules));
    // Gone again, or no text any more: the first reading told what there was.
    events.skipped = None;
    events
}

/// Joins the added part to its file: later lines, marked as ours where they can be.
fn append(into: &mut FileEvents, added: Added, ours: &Ours) {
    let Added { mut events, base } = added;
    for fact in events.facts.iter_mut().chain(&mut events.unexplained) {
        for place in [&mut fact.place, &mut fact.last_place].into_iter().flatten() {
            let shift = u32::try_from(base).unwrap_or(u32::MAX);
            place.line = place.line.map(|line| line.saturating_add(shift));
            place.end_line = place.end_line.map(|line| line.saturating_add(shift));
        }
        let foreign = fact
            .route
            .as_ref()
            .is_some_and(|route| !ours.routes.iter().any(|asked| asked == route));
        let older = fact.time.zip(ours.at).is_some_and(|(time, at)| {
            // Stamps are whole seconds, and zones may differ by quarters of an hour.
            at.duration_since(time) > SignedDuration::from_secs(2)
                && at.duration_since(time) < SignedDuration::from_mins(14)
        });
        fact.ours = !foreign && !older && (fact.phase != Phase::Request || ours.failed);
        if fact.ours {
            fact.time = fact.time.or(ours.at);
            fact.last_time = fact.last_time.or(fact.time);
            if fact.phase == Phase::Request && fact.route.is_none() {
                fact.route = ours.routes.last().cloned();
            }
        }
    }
    append_plain(into, events);
}

fn append_plain(into: &mut FileEvents, mut more: FileEvents) {
    // Lines count on, so that what was added later stays later.
    let base = into.summary.as_ref().map_or(0, |summary| summary.lines);
    for fact in more.facts.iter_mut().chain(&mut more.unexplained) {
        fact.order += base;
    }
    for life in &mut more.lives {
        life.line += base;
    }
    for failed in &mut more.failed {
        failed.line += base;
        failed.record.order += base;
    }
    into.facts.append(&mut more.facts);
    into.unexplained.append(&mut more.unexplained);
    into.lives.append(&mut more.lives);
    into.failed.append(&mut more.failed);
    into.loaded.extend(more.loaded.into_iter().map(|(time, line)| (time, line + base)));
    into.pings.extend(
        more.pings.into_iter().map(|(time, status, s, line)| (time, status, s, line + base)),
    );
    for (route, count) in more.routes {
        into.routes.entry(route).or_default().follow(&count, base);
    }
    match (&mut into.summary, more.summary) {
        (Some(known), Some(new)) => {
            known.lines += new.lines;
            known.first = known.first.or(new.first);
            known.last = new.last.or(known.last);
            known.complete &= new.complete;
        }
        (known @ None, new) => *known = new,
        (Some(_), None) => {}
    }
}

impl RouteCount {
    /// Counts of later lines of the same file; `base`: lines before them.
    fn follow(&mut self, later: &Self, base: u64) {
        self.longest_ok_run = self.longest_ok_run.max(later.longest_ok_run);
        if later.failed > 0 {
            if self.failed > 0 {
                self.longest_ok_run = self.longest_ok_run.max(self.ok_since_failure);
            }
            self.ok_since_failure = later.ok_since_failure;
            self.failed_writing = later.failed_writing;
        } else if !self.failed_writing {
            self.ok_since_failure += later.ok;
        } else {
            self.ok_since_failure += later.ok_writing;
        }
        self.ok += later.ok;
        self.failed += later.failed;
        self.ok_writing += later.ok_writing;
        if later.failed > 0 || !self.failed_writing || later.ok_writing > 0 {
            self.last_ok = later.last_ok.map(|(time, line)| (time, line + base)).or(self.last_ok);
        }
        self.last_failed = later
            .last_failed
            .map(|(time, line, status)| (time, line + base, status))
            .or(self.last_failed);
    }
}

/// Length up to the last line end, and which file it is; `None` for what does not grow by lines.
fn end_of(path: &Path) -> Option<(u64, Option<(u64, u64)>)> {
    if path.as_os_str() == "-" {
        return None;
    }
    let mut file = File::open(path).ok()?;
    let meta = file.metadata().ok()?;
    if !meta.is_file() {
        return None;
    }
    let mut head = [0u8; 2];
    let compressed = file.read(&mut head).ok()? == 2 && head == [0x1f, 0x8b];
    if compressed {
        return None;
    }
    Some((line_end(&mut file, meta.len()).ok()?, identity(&meta)))
}

/// Behind the last line end; the length itself where the last line is longer than a glance.
fn line_end(file: &mut File, len: u64) -> std::io::Result<u64> {
    let from = len.saturating_sub(GLANCE);
    file.seek(SeekFrom::Start(from))?;
    let mut tail = Vec::new();
    file.take(len - from).read_to_end(&mut tail)?;
    Ok(match memchr::memrchr(b'\n', &tail) {
        Some(end) => from + end as u64 + 1,
        None if from == 0 => 0,
        None => from + tail.len() as u64,
    })
}

/// A whole line stands behind the noted end.
fn added_line(end: &LogEnd, size: u64) -> bool {
    end.len.is_some_and(|len| size > len) && end_of(&end.path).map(|(len, _)| len) > end.len
}

/// The file of this identity in the same folder: a rotated log under its new name.
fn renamed(path: &Path, id: (u64, u64)) -> Option<PathBuf> {
    let folder = path.parent()?;
    let entries = std::fs::read_dir(folder).ok()?;
    entries
        .flatten()
        .take(MOST_ENTRIES)
        .find(|entry| entry.metadata().is_ok_and(|meta| identity(&meta) == Some(id)))
        .map(|entry| entry.path())
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems have no such identity")]
fn identity(meta: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((meta.dev(), meta.ino()))
}

#[cfg(not(unix))]
fn identity(_meta: &Metadata) -> Option<(u64, u64)> {
    None
}

#[cfg(test)]
#[path = "added_test.rs"]
mod tests;
