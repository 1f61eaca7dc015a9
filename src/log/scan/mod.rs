//! The scanner: one pass over each file, line rules and tracebacks, requests and life-cycle.
//!
//! Files are read side by side; `merge` puts their events into one order and epochs.

mod answered;
#[cfg(test)]
mod block_test;
mod exceptions;
mod known;
mod requests;
mod said;
mod sample;
mod scanner;
#[cfg(test)]
mod stopped_test;
mod tested;
mod window;

use std::ops::ControlFlow;

use jiff::{Timestamp, tz::TimeZone};

pub(super) use self::exceptions::exception_key;
use self::sample::Sample;
use self::scanner::Scanner;
pub(super) use self::scanner::line_key;
use super::events::FileEvents;
use super::line::Line;
use super::merge;
use super::order::FileOrder;
use super::prefilter::Prefilter;
use super::prefix::PrefixCtx;
use super::read::{LogReader, ReadError};
use super::unwrap::Unwrap;
use crate::model::{Facts, LogFile, LogKind};
use crate::rules::Rules;

/// Most bytes of a log out of order that are held to be sorted.
const SORTED: usize = 16 * 1024 * 1024;
/// Bytes of a file for which the search of [`Prefilter`] that takes longer to build pays.
const LARGE: u64 = 1 << 20;
/// Lines that tell in which order a log runs.
const ORDER_LINES: usize = 600;

/// What the scanner is told besides files and rules.
#[derive(Debug, Clone, Default)]
pub struct ScanOptions {
    /// Zone of stamps that carry none.
    pub zone: Option<TimeZone>,
    pub now: Option<Timestamp>,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    /// Id of the platform's profile.
    pub platform: String,
    /// Files whose beginning is missing.
    pub cut: Vec<std::path::PathBuf>,
}

/// Reads all files of a site.
#[must_use]
pub fn scan(files: &[LogFile], options: &ScanOptions, rules: &Rules) -> Facts {
    let open = |at: usize| LogReader::open(&files[at].path);
    merge::merge(scan_each(files, &open, options, rules), options, rules)
}

/// Reads files side by side; `open` hands out the reader of the file of that index.
pub(super) fn scan_each(
    files: &[LogFile],
    open: &(dyn Fn(usize) -> Result<LogReader, ReadError> + Sync),
    options: &ScanOptions,
    rules: &Rules,
) -> Vec<FileEvents> {
    let prefilter = &Prefilter::new(rules);
    std::thread::scope(|scope| {
        let handles: Vec<_> = files
            .iter()
            .enumerate()
            .map(|(at, file)| scope.spawn(move || scan_file(file, open(at), options, prefilter)))
            .collect();
        handles
            .into_iter()
            .zip(files)
            .map(|(handle, file)| {
                handle.join().unwrap_or_else(|_| FileEvents {
                    skipped: Some(format!("{}: reading it crashed; please report it", file.shown)),
                    ..FileEvents::default()
                })
            })
            .collect()
    })
}

/// A text in memory, as if it were a file: `explain`, examples of rules.
#[must_use]
pub fn scan_text(text: &str, kind: LogKind, rules: &Rules) -> Facts {
    let options = ScanOptions { platform: "generic".to_owned(), ..ScanOptions::default() };
    let prefilter = Prefilter::new(rules);
    let mut scanner = Scanner::new("text", kind, &options, &prefilter);
    scanner.double_spaced = super::spaced::is_double(text);
    let lines: Vec<&str> = text.lines().collect();
    let backwards = order_of(text, &mut scanner.ctx) == FileOrder::NewestFirst;
    for at in 0..lines.len() {
        let raw = if backwards { lines[lines.len() - 1 - at] } else { lines[at] };
        scanner.line(raw, at as u64 + 1);
    }
    merge::merge(vec![scanner.finish(true)], &options, rules)
}

/// Reads one file as far as the reader goes.
pub(super) fn scan_file(
    file: &LogFile,
    opened: Result<LogReader, ReadError>,
    options: &ScanOptions,
    prefilter: &Prefilter<'_>,
) -> FileEvents {
    let kind = file.kind.unwrap_or(LogKind::Any);
    let mut scanner = Scanner::new(&file.shown, kind, options, prefilter);
    let failed = |problem: String| FileEvents { skipped: Some(problem), ..FileEvents::default() };
    let log = match opened {
        Ok(log) => log,
        // An empty log was read from first to last line.
        Err(ReadError::Empty(_)) => return scanner.finish(true),
        Err(problem) => return failed(problem.to_string()),
    };
    scanner.large = log.ahead().is_none_or(|bytes| bytes > LARGE);
    let head = log.peek();
    if file.kind.is_none() {
        scanner.kind = super::kind::guess(&file.shown, &head).kind;
    }
    scanner.no_log = super::document::reason(&head);
    scanner.double_spaced = super::spaced::is_double(&head);
    if let Some(unwrap) = Unwrap::of(&head) {
        return scan_broken(log, scanner, unwrap);
    }
    let order = order_of(&head, &mut scanner.ctx);
    if matches!(order, FileOrder::NewestFirst | FileOrder::OutOfOrder) {
        return scan_sorted(log, scanner, order);
    }
    let (log, before) = match (options.since, order) {
        (Some(since), FileOrder::OldestFirst | FileOrder::Unknown) => {
            match window::enter(log, since, &head, &mut scanner) {
                Ok(entered) => entered,
                Err(problem) => return failed(problem.to_string()),
            }
        }
        _ => (log, Some(0)),
    };
    scanner.large = log.ahead().is_none_or(|bytes| bytes > LARGE);
    let mut sample = Sample::of(&log, scanner.kind);
    let ended = log.for_each_block(|block| {
        if sample.takes(&block) {
            scanner.block(block, before.unwrap_or(0));
        } else {
            scanner.leave_out(block, before.unwrap_or(0));
        }
        ControlFlow::Continue(())
    });
    let mut events = scanner.finish(ended.is_ok());
    if before.is_none() {
        window::without_line_numbers(&mut events);
    }
    if let Err(problem) = ended {
        events.skipped = Some(problem.to_string());
    }
    events
}

/// A log whose lines a terminal or mail broke.
fn scan_broken(log: LogReader, mut scanner: Scanner<'_>, mut unwrap: Unwrap) -> FileEvents {
    let ended = log.for_each_block(|block| {
        for line in block.lines() {
            if let Some((whole, no)) = unwrap.push(line.text, line.no) {
                scanner.line(&whole, no);
            }
        }
        ControlFlow::Continue(())
    });
    if let Some((whole, no)) = unwrap.finish() {
        scanner.line(&whole, no);
    }
    let mut events = scanner.finish(ended.is_ok());
    if let Err(problem) = ended {
        events.skipped = Some(problem.to_string());
    }
    events
}

/// A log whose newest line stands first, or whose lines arrive out of order: read in order of time.
fn scan_sorted(log: LogReader, mut scanner: Scanner<'_>, order: FileOrder) -> FileEvents {
    let mut lines: Vec<String> = Vec::new();
    let mut bytes = 0usize;
    let ended = log.for_each_block(|block| {
        for line in block.lines() {
            bytes += line.text.len();
            lines.push(line.text.to_owned());
        }
        // Of a newest-first log the oldest is left out; a mixed one of that size is read as far.
        if bytes > SORTED { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    let sequence: Vec<usize> = if order == FileOrder::NewestFirst {
        (0..lines.len()).rev().collect()
    } else {
        let stamps: Vec<Option<Timestamp>> = lines
            .iter()
            .map(|raw| super::prefix::strip(raw, &mut scanner.ctx).stamp.map(|stamp| stamp.at))
            .collect();
        super::order::by_time(&stamps)
    };
    for (rank, &at) in sequence.iter().enumerate() {
        scanner.line(&lines[at], rank as u64 + 1);
    }
    let mut events = scanner.finish(ended.is_ok());
    // Events keep their rank as order; places are lines of the file as it stands.
    let real = |line: u32| {
        let rank = usize::try_from(line).unwrap_or(0).saturating_sub(1);
        sequence.get(rank).map_or(line, |at| u32::try_from(at + 1).unwrap_or(u32::MAX))
    };
    for place in events
        .facts
        .iter_mut()
        .chain(&mut events.unexplained)
        .flat_map(|fact| [&mut fact.place, &mut fact.last_place])
        .flatten()
    {
        place.line = place.line.map(real);
        place.end_line = place.end_line.map(real);
        if place.end_line < place.line {
            std::mem::swap(&mut place.line, &mut place.end_line);
        }
    }
    if let Err(problem) = ended {
        events.skipped = Some(problem.to_string());
    }
    events
}

fn order_of(head: &str, ctx: &mut PrefixCtx) -> FileOrder {
    let lines: Vec<Line<'_>> =
        head.lines().take(ORDER_LINES).map(|raw| super::prefix::strip(raw, ctx)).collect();
    super::order::detect(&lines)
}
