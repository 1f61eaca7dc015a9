//! Explaining away: a consequence is booked under its cause.

use super::ledger::{Claim, Entry, Fired, share};
use super::weights;
use crate::model::{Fact, Phase, Source};
use crate::rules::schema::Same;

/// Sets `explained_by` of every event that another one explains.
pub(super) fn away(entries: &mut [Entry<'_>]) {
    let mut explained = vec![None; entries.len()];
    for (at, entry) in entries.iter().enumerate() {
        let Some(claim) = entry.owners.first() else { continue };
        let mut best: Option<((i32, f64), usize)> = None;
        for (by, other) in entries.iter().enumerate() {
            if by == at {
                continue;
            }
            let Some(explainer) = other.owners.first() else { continue };
            if explainer.sig.slug == claim.sig.slug {
                continue;
            }
            // A failure that no longer holds explains nothing that still does, but what stands
            // beside it in an earlier epoch.
            let same_past = other.fact.epoch > 0 && other.fact.epoch == entry.fact.epoch;
            if other.factor < weights::OLD_BELOW && entry.factor >= weights::OLD_BELOW && !same_past
            {
                continue;
            }
            let named = explainer.sig.text.explains.iter().any(|target| {
                target == &claim.sig.id || claim.sig.text.class.iter().any(|class| class == target)
            });
            let named = named || nobody_listens(other, explainer, entry, claim);
            if !named || !in_scope(other, entry) {
                continue;
            }
            // Of two that could, what still holds does.
            let rank = (explainer.sig.specificity, other.factor);
            if best.is_none_or(|(known, _)| rank > known) {
                best = Some((rank, by));
            }
        }
        explained[at] = best.map(|(_, by)| by);
    }
    // A circle would leave nobody to blame: the earlier one keeps its points.
    for at in 0..explained.len() {
        let mut seen = vec![at];
        let mut next = explained[at];
        while let Some(by) = next {
            if seen.contains(&by) {
                explained[at] = None;
                break;
            }
            seen.push(by);
            next = explained[by];
        }
    }
    for (entry, by) in entries.iter_mut().zip(explained) {
        entry.explained_by = by;
    }
}

/// The same by signatures that only together say something: the first entry of the combination's
/// own cause stands for it.
pub(super) fn by_combinations(entries: &mut [Entry<'_>], fired: &[Fired<'_>]) {
    for Fired { sig, needed } in fired.iter().filter(|fired| !fired.sig.text.explains.is_empty()) {
        let own = |entry: &Entry<'_>| {
            entry.owners.first().is_some_and(|claim| claim.sig.slug == sig.slug)
        };
        let Some(by) = entries.iter().position(|entry| {
            own(entry)
                && entry.explained_by.is_none()
                && (entry.factor >= weights::OLD_BELOW || entry.is_context())
                && needed.iter().flatten().any(|fact| std::ptr::eq(*fact, entry.fact))
        }) else {
            continue;
        };
        for entry in entries.iter_mut() {
            let Some(claim) = entry.owners.first() else { continue };
            let named = sig.text.explains.iter().any(|target| {
                target == &claim.sig.id || claim.sig.text.class.iter().any(|class| class == target)
            });
            let current = entry.factor >= weights::OLD_BELOW;
            if named && current && claim.sig.slug != sig.slug && entry.explained_by.is_none() {
                entry.explained_by = Some(by);
            }
        }
    }
}

/// An app that could not start is why the proxy reaches nobody.
fn nobody_listens(
    cause: &Entry<'_>,
    explainer: &Claim<'_>,
    effect: &Entry<'_>,
    claim: &Claim<'_>,
) -> bool {
    cause.is_start_time()
        && explainer.sig.slug != "exit-on-start"
        && (explainer.sig.text.explains.iter().chain(&explainer.sig.text.class))
            .any(|target| target == "start-failed")
        && claim.sig.slug == "proxy-upstream-down"
        && claim.sig.text.class.iter().any(|class| class == "proxy-error")
        && effect.fact.source == Source::Log
}

fn in_scope(cause: &Entry<'_>, effect: &Entry<'_>) -> bool {
    let Some(claim) = cause.owners.first() else { return false };
    let (a, b) = (cause.fact, effect.fact);
    if let Some(scope) = claim.sig.text.scope {
        if scope.same.is_some_and(|same| !share(same, a, b)) {
            return false;
        }
        if scope.within_seconds.is_some_and(|seconds| !within(a, b, seconds)) {
            return false;
        }
        if scope.same.is_some() || scope.within_seconds.is_some() {
            return true;
        }
    }
    // What the probe, the code and the platform's events say is about now.
    if b.source != Source::Log || a.source != Source::Log {
        // A failed request ends no container.
        if a.phase == Phase::Request && b.source == Source::Event {
            return false;
        }
        return cause.factor >= weights::OLD_BELOW;
    }
    // An exception in one request does not explain that the app cannot start.
    if a.phase == Phase::Request && effect.is_start_time() {
        return false;
    }
    share(Same::Epoch, a, b)
}

/// Whether two facts are at most so many seconds apart; without times, whether they share an epoch.
pub(super) fn within(a: &Fact, b: &Fact, seconds: u32) -> bool {
    match (a.last_time.or(a.time), b.last_time.or(b.time)) {
        (Some(x), Some(y)) => {
            let apart = (x.as_second() - y.as_second()).abs();
            let apart = apart
                .min((a.time.unwrap_or(x).as_second() - b.time.unwrap_or(y).as_second()).abs());
            apart <= i64::from(seconds)
        }
        _ => a.epoch == b.epoch,
    }
}
