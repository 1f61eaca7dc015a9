//! The time line: starts, reloads, crashes and errors in order.

use std::collections::BTreeMap;

use super::ledger::Entry;
use crate::model::{Facts, MarkKind, Source, TimelineEntry};

/// Most entries; the newest are kept.
const MOST: usize = 200;

/// Merges marks, recognised log events and probe hits.
pub(super) fn timeline(facts: &Facts, entries: &[Entry<'_>]) -> Vec<TimelineEntry> {
    let mut all: BTreeMap<(Option<jiff::Timestamp>, u64, usize), TimelineEntry> = BTreeMap::new();
    for mark in &facts.marks {
        let entry = TimelineEntry {
            time: mark.time,
            kind: mark.kind,
            place: mark.place.clone(),
            count: mark.count,
            label: mark.label.clone(),
        };
        all.insert((mark.time, mark.order, all.len()), entry);
    }
    for entry in entries {
        let Some(claim) = entry.owners.iter().find(|claim| !claim.sig.text.against) else {
            continue;
        };
        let kind = match entry.fact.source {
            Source::Log => MarkKind::Error,
            Source::Event => MarkKind::Crash,
            Source::Probe => MarkKind::Probe,
            Source::Code | Source::Config => continue,
        };
        if entry.fact.time.is_none() && entry.fact.order == 0 {
            continue;
        }
        let line = TimelineEntry {
            time: entry.fact.time,
            kind,
            place: entry.fact.place.clone(),
            count: entry.fact.count,
            label: format!("{}: {}", claim.sig.slug, claim.sig.text.label),
        };
        all.insert((entry.fact.time, entry.fact.order, all.len()), line);
    }
    let skip = all.len().saturating_sub(MOST);
    all.into_values().skip(skip).collect()
}
