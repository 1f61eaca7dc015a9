//! Which of several faults in the code the server meets first.
//!
//! The code alone shows all of them at once, each for itself. Running, it stops at the first: what stands below
//! in the same file is not reached.

use std::collections::BTreeMap;

use super::ledger::{Account, Entry};
use super::rank::Ranked;
use crate::model::{Confidence, Severity, Source, State};
use crate::rules::Rules;

/// Least probability with which the upper fault is believed to stop the start.
const BELIEVED: f64 = 0.5;

/// Lints on what Python finds when it compiles a file.
const COMPILED: [&str; 3] = ["syntax-error", "syntax-too-new", "python2-code"];

/// Puts a fault that ends the start before one that stands below it, if nothing but the code tells of both.
pub(super) fn order(
    ranked: &mut Vec<Ranked>,
    accounts: &BTreeMap<String, Account>,
    entries: &[Entry<'_>],
    rules: &Rules,
) {
    let line = |place: &Ranked| stops_at(place, &accounts[&place.slug], entries, rules);
    let Some((file, below)) = ranked.first().and_then(line) else { return };
    let above = ranked
        .iter()
        .enumerate()
        .skip(1)
        .filter(|(_, place)| place.confidence.0 >= BELIEVED)
        .filter_map(|(at, place)| line(place).map(|(other, no)| (at, other, no)))
        .filter(|(_, other, no)| *other == file && *no < below)
        .min_by_key(|(_, _, no)| *no);
    let Some((at, _, no)) = above else { return };
    let first = ranked.remove(at);
    let passed = &mut ranked[0];
    passed.confidence = Confidence(passed.confidence.0.min(first.confidence.0));
    passed.remarks.push(format!("reached only if line {no} works"));
    ranked.insert(0, first);
}

/// Where a cause that only the code tells of ends the start: file and line of its first evidence.
fn stops_at<'e>(
    place: &Ranked,
    account: &Account,
    entries: &'e [Entry<'_>],
    rules: &Rules,
) -> Option<(&'e str, u32)> {
    let stops = place.state == State::Current
        && place.severity == Severity::Error
        && rules.cause(&place.slug).is_some_and(|cause| cause.stops_start);
    let only_code = account.favour.iter().all(|&at| entries[at].fact.source == Source::Code);
    if !stops || !only_code {
        return None;
    }
    let lines = account.favour.iter().filter_map(|&at| {
        let fact = entries[at].fact;
        let place = fact.place.as_ref()?;
        // Python reads the whole file before it runs its first line.
        let compiled = fact.lint.as_deref().is_some_and(|lint| COMPILED.contains(&lint));
        Some((&*place.file, if compiled { 0 } else { place.line? }))
    });
    let lead = lines.clone().next()?.0;
    lines.filter(|(file, _)| *file == lead).min_by_key(|(_, line)| *line)
}
