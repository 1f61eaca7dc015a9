//! From accounts to an order of causes with probabilities.

use std::collections::{BTreeMap, BTreeSet};

use super::ledger::{Account, Entry};
use super::weights;
use crate::model::{Confidence, Facts, LogKind, Severity, State};
use crate::rules::Rules;

/// A cause's place in the report.
#[derive(Debug)]
pub(super) struct Ranked {
    pub slug: String,
    pub confidence: Confidence,
    pub state: State,
    pub severity: Severity,
    /// Why the probability was changed after the score, for the receipt.
    pub remarks: Vec<String>,
}

/// Orders every cause that has evidence of its own.
pub(super) fn rank(
    accounts: &BTreeMap<String, Account>,
    entries: &[Entry<'_>],
    facts: &Facts,
    rules: &Rules,
    platform: &str,
) -> Vec<Ranked> {
    let mut ranked: Vec<Ranked> = accounts
        .iter()
        .filter(|(slug, account)| account.own > 0.0 && rules.cause(slug).is_some())
        .map(|(slug, account)| place(slug, account, accounts, entries, facts, rules, platform))
        .collect();
    let fallback = |slug: &str| rules.cause(slug).is_some_and(|cause| cause.fallback);
    let asserted = |place: &Ranked| place.confidence.0 >= Confidence::ASSERTED;
    ranked.sort_by(|a, b| {
        let key = |place: &Ranked| {
            (
                place.state == State::Old,
                !asserted(place),
                // An error that is asserted stands before warnings and notes.
                asserted(place) && place.severity != Severity::Error,
                fallback(&place.slug),
            )
        };
        key(a).cmp(&key(b)).then_with(|| {
            let apart = (a.confidence.0 - b.confidence.0).abs();
            if apart > 0.02 {
                return b.confidence.0.total_cmp(&a.confidence.0);
            }
            let tie = |place: &Ranked| {
                let cause = rules.cause(&place.slug);
                (
                    cause.is_some_and(|cause| cause.stops_start),
                    accounts[&place.slug].newest,
                    std::cmp::Reverse(cause.map_or(u32::MAX, |cause| cause.order)),
                )
            };
            tie(b).cmp(&tie(a))
        })
    });
    ranked
}

fn place(
    slug: &str,
    account: &Account,
    accounts: &BTreeMap<String, Account>,
    entries: &[Entry<'_>],
    facts: &Facts,
    rules: &Rules,
    platform: &str,
) -> Ranked {
    let mut remarks = Vec::new();
    let mut probability = weights::probability(account.score);
    // Causes that claim the same event share it.
    let rivals: BTreeSet<&str> = account
        .favour
        .iter()
        .take(1)
        .flat_map(|&at| entries[at].owners.iter())
        .filter(|claim| !claim.sig.text.against && claim.sig.slug != slug)
        .map(|claim| claim.sig.slug.as_str())
        .collect();
    if !rivals.is_empty() {
        let mine = 10f64.powf(account.score / 10.0);
        let theirs: f64 = rivals
            .iter()
            .filter_map(|rival| accounts.get(*rival))
            .map(|rival| 10f64.powf(rival.score / 10.0))
            .sum();
        probability *= mine / (mine + theirs);
        remarks.push(format!(
            "shares its evidence with {}",
            rivals.into_iter().collect::<Vec<_>>().join(", ")
        ));
    }
    if unconfirmed(account, entries, facts, platform, rules)
        && probability > weights::UNCONFIRMED_MOST
    {
        probability = weights::UNCONFIRMED_MOST;
        remarks.push("only the error log was read: good requests write nothing there".to_owned());
    }
    let state = if account.any_current { State::Current } else { State::Old };
    let lead = account
        .favour
        .first()
        .and_then(|&at| entries[at].owners.iter().find(|claim| claim.sig.slug == slug));
    let mut severity: Severity =
        rules.cause(slug).map_or(Severity::Error, |cause| cause.severity.into());
    if let Some(word) = lead.and_then(|claim| claim.sig.text.severity) {
        severity = word.into();
    }
    // The code alone cannot tell a warning from an outage: lints state their own severity.
    if let Some(&at) = account.favour.first()
        && let Some(stated) = entries[at].fact.severity
    {
        severity = severity.min(stated);
    }
    if state == State::Old {
        severity = Severity::Note;
    }
    Ranked { slug: slug.to_owned(), confidence: Confidence(probability), state, severity, remarks }
}

/// Start-time evidence of `PythonAnywhere`'s error log alone, with nothing that confirms it.
fn unconfirmed(
    account: &Account,
    entries: &[Entry<'_>],
    facts: &Facts,
    platform: &str,
    rules: &Rules,
) -> bool {
    rules.platform_is(platform, "pythonanywhere")
        && account.fits.is_empty()
        && facts.logs.iter().all(|log| log.kind == LogKind::Error)
        && !facts.logs.is_empty()
        && account
            .favour
            .iter()
            .all(|&at| entries[at].fact.log_kind.is_some() && entries[at].is_start_time())
}
