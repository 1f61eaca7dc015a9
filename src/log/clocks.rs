//! Clocks that differ by a time zone: Django sets the process's zone from `TIME_ZONE`, so that
//! the error log is in the site's zone while the server's and access log stay in UTC.
//!
//! Files are aligned on events that both have: an error logged at the very second at which the
//! access log has a 500, but for a whole number of quarter hours.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::events::FileEvents;
use crate::model::{ClockState, LogKind, Phase};

/// Zones differ by multiples of this, in seconds (Nepal and others: 45 minutes past).
const STEP: i64 = 15 * 60;
/// Farthest zones, in steps: UTC-12 to UTC+14.
const WEST: i64 = -12 * 4;
const EAST: i64 = 14 * 4;
/// Seconds by which the two lines of one request differ.
const TOLERANCE: i64 = 2;

/// Moves events of the error log that were stamped in another zone.
pub(super) fn align(files: &mut [FileEvents]) {
    let mut anchors: Vec<i64> = files
        .iter()
        .flat_map(|file| file.failed.iter())
        .filter(|failed| failed.record.status == 500)
        .filter_map(|failed| failed.record.time.map(Timestamp::as_second))
        .collect();
    if anchors.is_empty() {
        return;
    }
    anchors.sort_unstable();
    for file in files {
        let error_log = file.summary.as_ref().is_some_and(|summary| {
            summary.kind == LogKind::Error && summary.clock != ClockState::Offset
        });
        if error_log {
            align_one(file, &anchors);
        }
    }
}

fn align_one(file: &mut FileEvents, anchors: &[i64]) {
    // Votes of the events that match no request as they stand.
    let mut votes: BTreeMap<i64, u32> = BTreeMap::new();
    for fact in file.facts.iter().filter(|fact| fact.exception.is_some()) {
        let Some(at) = fact.last_time.or(fact.time).map(Timestamp::as_second) else { continue };
        if near(anchors, at) {
            *votes.entry(0).or_default() += 1;
            continue;
        }
        for step in WEST..=EAST {
            if step != 0 && near(anchors, at - step * STEP) {
                *votes.entry(step).or_default() += 1;
            }
        }
    }
    let best =
        votes.iter().max_by_key(|(step, count)| (**count, -step.abs())).map(|(s, c)| (*s, *c));
    let Some((step, count)) = best else { return };
    if step == 0 || count < 1 {
        return;
    }
    let zero = votes.get(&0).copied().unwrap_or(0);
    if count < 2 && zero > 0 {
        return;
    }
    let shift = SignedDuration::from_secs(-step * STEP);
    for fact in file.facts.iter_mut().chain(&mut file.unexplained) {
        let matches_as_it_is =
            fact.last_time.or(fact.time).is_some_and(|at| near(anchors, at.as_second()));
        // Before Django set the zone, the wrapper's own blocks are stamped in UTC.
        if matches_as_it_is
            || (fact.phase == Phase::Import && !shifted_fits(fact.last_time, anchors, step))
        {
            continue;
        }
        for time in [&mut fact.time, &mut fact.last_time].into_iter().flatten() {
            if let Ok(moved) = time.checked_add(shift) {
                *time = moved;
            }
        }
    }
}

fn shifted_fits(time: Option<Timestamp>, anchors: &[i64], step: i64) -> bool {
    time.is_some_and(|at| near(anchors, at.as_second() - step * STEP))
}

fn near(anchors: &[i64], at: i64) -> bool {
    let from = anchors.partition_point(|anchor| *anchor < at - TOLERANCE);
    anchors.get(from).is_some_and(|anchor| *anchor <= at + TOLERANCE)
}
