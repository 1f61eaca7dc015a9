//! What comes after a failure: its consequences, the loop that it makes, and what would have told
//! the team or spared it.

use std::collections::BTreeMap;

use super::finding::evidence;
use super::ledger::{Account, Entry};
use crate::model::{
    Captures, Consequence, ContainerState, Evidence, Facts, Mark, MarkKind, Prevention,
    RestartState, Site, Source,
};
use crate::rules::platform::Platform;
use crate::rules::schema::Cause;
use crate::rules::{Rules, distribution, fill};

/// Causes of a start that does not listen in time.
const BOOT_TIMEOUT: [&str; 3] = ["port-not-bound", "slow-startup", "import-time-blocking"];

/// The cause whose texts speak of loops.
const LOOP: &str = "crash-loop";

/// What follows from the finding: facts that it explains, and the crash loop.
pub(super) fn consequences(
    account: &Account,
    entries: &[Entry<'_>],
    facts: &Facts,
    platform: Option<&Platform>,
    slug: &str,
) -> Vec<Consequence> {
    let mut by_label: BTreeMap<&str, Vec<Evidence>> = BTreeMap::new();
    for &at in &account.consequences {
        if let Some(claim) = entries[at].owners.first() {
            by_label.entry(&claim.sig.text.label).or_default().push(evidence(entries[at].fact));
        }
    }
    let mut list: Vec<Consequence> = by_label
        .into_iter()
        .map(|(label, evidence)| Consequence { title: label.to_owned(), runs: false, evidence })
        .collect();
    // The crash loop stands under the cause of the crashes.
    // A start that never listened is tried again by other rules than one that crashed.
    let retried = platform.is_some_and(|one| one.limits.boot_attempts.is_some())
        && BOOT_TIMEOUT.contains(&slug)
        && tried_again(facts);
    if let Some(container) = loop_of(account, entries, facts).filter(|_| !retried) {
        let title = loop_title(container);
        list.push(Consequence { title, runs: false, evidence: Vec::new() });
    }
    let failed = account.any_start_time || ends_deployment(account, entries);
    if account.any_current && failed {
        let title = platform.and_then(|platform| still_runs(facts, platform, slug));
        list.extend(title.map(|title| Consequence { title, runs: true, evidence: Vec::new() }));
    }
    list
}

/// An event of the platform says that a start or a deployment failed for this cause.
fn ends_deployment(account: &Account, entries: &[Entry<'_>]) -> bool {
    let start_failed = |at: usize| {
        let claims = &entries[at].owners;
        claims.iter().any(|claim| claim.sig.text.class.iter().any(|class| class == "start-failed"))
    };
    let hook =
        |at: usize| entries[at].owners.iter().any(|claim| claim.sig.slug == "deploy-hook-failed");
    account
        .favour
        .iter()
        .any(|&at| hook(at) || entries[at].fact.source == Source::Event && start_failed(at))
        || account.consequences.iter().any(|&at| start_failed(at))
}

/// What the visitors get meanwhile: the old version, nothing, or what the platform tries again.
fn still_runs(facts: &Facts, platform: &Platform, slug: &str) -> Option<String> {
    let failed = |mark: &&Mark| {
        mark.label.starts_with("deployment failed") || mark.label == "release command failed"
    };
    let good = |mark: &&Mark| mark.kind == MarkKind::Deploy && mark.label == "deployed";
    let requested = |mark: &&Mark| {
        mark.kind == MarkKind::Reload
            && matches!(mark.label.as_str(), "restart on request" | "scaled")
    };
    let newest = |wanted: &dyn Fn(&&Mark) -> bool| {
        facts.marks.iter().filter(wanted).max_by_key(|mark| mark.time)
    };
    let (deployed, failure) = (newest(&good), newest(&failed));
    let since = deployed.and_then(|mark| mark.time);
    if let Some(failure) = failure.filter(|mark| mark.time.is_none() || mark.time > since) {
        let before = deployed.is_some() && failure.time.is_some();
        let text = if before { &platform.after.deployment } else { &platform.after.maybe_first };
        return text.clone();
    }
    if !BOOT_TIMEOUT.contains(&slug) {
        return None;
    }
    let restart = newest(&requested).filter(|mark| mark.time > since);
    let from = match restart {
        Some(restart) => restart.time,
        // Only after a restart or scaling is a start tried again.
        None if tried_again(facts) => None,
        None => return None,
    };
    // Each container is tried for itself; the server's own start line is no second attempt.
    let mut starts: BTreeMap<&str, u32> = BTreeMap::new();
    for mark in &facts.marks {
        let attempt = matches!(mark.label.as_str(), "container starts" | "dyno starts");
        if let Some(name) = mark.container.as_deref().filter(|_| attempt)
            && mark.time >= from
        {
            *starts.entry(name).or_default() += 1;
        }
    }
    let starts = starts.into_values().max().unwrap_or(0);
    let attempts = platform.limits.boot_attempts?;
    let attempt = if (1..=attempts).contains(&starts) {
        format!(" (attempt {starts} of {attempts} so far)")
    } else {
        String::new()
    };
    let captures = Captures::from([
        ("attempts".to_owned(), attempts.to_string()),
        ("attempt".to_owned(), attempt),
    ]);
    fill(platform.after.restart.as_deref()?, &captures, &distribution)
}

/// Starts follow each other, and no record says that one of them crashed.
fn tried_again(facts: &Facts) -> bool {
    let mut looping = facts.restarts.iter().filter(|one| is_looping(one)).peekable();
    looping.peek().is_some() && looping.all(|one| one.inferred)
}

/// How to keep it from happening again: the cause's own texts for this platform, and where it made a
/// loop of crashes, those of loops.
pub(super) fn prevent(
    cause: &Cause,
    account: &Account,
    entries: &[Entry<'_>],
    facts: &Facts,
    site: &Site,
    rules: &Rules,
    captures: &Captures,
) -> Vec<Prevention> {
    let container =
        if cause.slug == LOOP { most_crashes(facts) } else { loop_of(account, entries, facts) };
    let mut captures = captures.clone();
    if let Some(told) = container.and_then(told) {
        captures.insert("told".to_owned(), told);
    }
    let loops = rules.cause(LOOP).filter(|other| container.is_some() && other.slug != cause.slug);
    let here = |platforms: &[String]| {
        platforms.is_empty()
            || platforms.iter().any(|name| rules.is_meant(site.platform_id(), name))
    };
    cause
        .prevent
        .iter()
        .chain(loops.iter().flat_map(|other| &other.prevent))
        .filter(|item| here(&item.platforms))
        .filter_map(|item| {
            let filled = |text: &str| fill(text, &captures, &distribution);
            Some(Prevention {
                text: filled(&item.text)?,
                command: item.command.as_deref().and_then(filled),
                url: item.url.clone(),
            })
        })
        .collect()
}

/// `each of the 6 crashes of web-1, the first at 2026-11-20 10:00 UTC`.
fn told(container: &ContainerState) -> Option<String> {
    let first = container.crashes.first()?.strftime("%Y-%m-%d %H:%M UTC");
    Some(match container.crashes.len() {
        1 => format!("the crash of {} at {first}", container.container),
        n => format!("each of the {n} crashes of {}, the first at {first}", container.container),
    })
}

fn most_crashes(facts: &Facts) -> Option<&ContainerState> {
    facts.restarts.iter().filter(|one| !one.crashes.is_empty()).max_by_key(|one| one.counter)
}

/// The loop that this account's events explain.
fn loop_of<'f>(
    account: &Account,
    entries: &[Entry<'_>],
    facts: &'f Facts,
) -> Option<&'f ContainerState> {
    let explains_crash = account.consequences.iter().any(|&at| {
        entries[at].fact.source == Source::Event && entries[at].fact.container.is_some()
    });
    facts
        .restarts
        .iter()
        .filter(|container| is_looping(container))
        .max_by_key(|one| one.counter)
        .filter(|_| account.any_current && (account.any_start_time || explains_crash))
}

fn is_looping(container: &ContainerState) -> bool {
    container.crashes.len() > 1
        && matches!(
            container.state,
            RestartState::WarmUp | RestartState::Waiting | RestartState::GivenUp
        )
}

/// `explains all 6 crashes of web-1: the same error before each`, where the logs hold it as often.
pub(super) fn same_error(
    account: &Account,
    entries: &[Entry<'_>],
    facts: &Facts,
) -> Option<String> {
    let container = loop_of(account, entries, facts)?;
    let crashes = container.crashes.len();
    let seen = account.favour.iter().map(|&at| entries[at].fact).any(|fact| {
        fact.source == Source::Log
            && fact.container.as_ref() == Some(&container.container)
            && fact.count as usize >= crashes
    });
    seen.then(|| {
        format!("all {crashes} crashes of {}: the same error before each", container.container)
    })
}

/// Where the loop stands: `web-1 crashed 4 times in a row; next restart 10:15 UTC, …`.
fn loop_title(container: &ContainerState) -> String {
    let time = |at: jiff::Timestamp| at.strftime("%Y-%m-%d %H:%M UTC").to_string();
    let mut text = if container.counter > 1 {
        format!("{} crashed {} times in a row", container.container, container.counter)
    } else {
        format!("{} crashed {} times", container.container, container.crashes.len())
    };
    if container.inferred {
        text.push_str(" (inferred from repeated starts)");
    }
    match container.state {
        RestartState::GivenUp => text.push_str("; the platform gave up and does not restart it"),
        RestartState::WarmUp => text.push_str("; it runs, inside its warm-up"),
        _ => {}
    }
    if let Some(at) = container.next_restart {
        text.push_str(&format!("; next restart {}", time(at)));
    }
    if let Some(at) = container.gives_up_at {
        let crash = container.limit.map_or_else(String::new, |limit| format!("crash {limit}, "));
        text.push_str(&format!("; given up at {crash}{} if nothing changes", time(at)));
    }
    text
}

#[cfg(test)]
#[path = "after_test.rs"]
mod tests;
