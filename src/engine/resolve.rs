//! Whether evidence still holds: epochs, and what was seen to work later.

use std::collections::BTreeSet;

use super::weights;
use crate::model::{
    Fact, Facts, FrameOwner, LogKind, MarkKind, Phase, Source, SymptomKind, SymptomSource,
};
use crate::rules::Rules;
use crate::rules::schema::Kind;

/// Good answers of the newest start that make failures of an earlier one history.
const ANSWERED_WELL: u64 = 5;
/// Hours that a web server's log goes on without a failure, after which it is history.
const SILENT_HOURS: i64 = 12;

/// The factor of one fact, and why it is resolved where it is.
pub(super) fn factor(
    fact: &Fact,
    facts: &Facts,
    rules: &Rules,
    twice: &BTreeSet<&str>,
) -> (f64, Option<String>) {
    let ours = if fact.ours { weights::OURS } else { 1.0 };
    if let Some(why) = &fact.resolved {
        return (weights::RESOLVED, Some(why.clone()));
    }
    if fact.source != Source::Log || fact.ours {
        // What a start command lacks is nothing to a site that was seen to work, nor is a server
        // that was down for the first of our requests and up for the others.
        if (fact.source == Source::Config || fact.source == Source::Log)
            && was_down(fact, rules)
            && let Some(why) = works_now(facts)
        {
            return (weights::RESOLVED, Some(why.to_owned()));
        }
        return (ours, None);
    }
    let why = match fact.phase {
        Phase::Import => start_resolved(fact, facts, rules),
        Phase::Request if !was_down(fact, rules) && fact.route.is_some() => {
            request_resolved(fact, facts)
        }
        // That something was down is over once the app answers again.
        _ if was_down(fact, rules) => start_resolved(fact, facts, rules),
        _ => restarted_and_well(fact, facts).or_else(|| before_the_start(fact, facts)),
    };
    let why = why.or_else(|| said_to_be_over(fact, facts, rules));
    let why = why.or_else(|| long_past(fact, facts, rules));
    if why.is_some() {
        return (weights::RESOLVED, why);
    }
    let again =
        fact.epoch == 1 && fact.matches.iter().any(|hit| twice.contains(hit.signature.as_str()));
    let epoch = if again { 1.0 } else { weights::EPOCHS[(fact.epoch as usize).min(2)] };
    let factor = if fact.phase == Phase::Request && fact.epoch <= 2 {
        epoch.max(weights::REQUEST_FLOOR)
    } else {
        epoch
    };
    (factor, None)
}

/// A failed start is history once something later could only come from the loaded app.
fn start_resolved(fact: &Fact, facts: &Facts, rules: &Rules) -> Option<String> {
    // An app that nobody can reach was loaded all the same.
    let unreached = classed(fact, rules, &["not-reached"]);
    let proof = if unreached { facts.reached_at } else { facts.loaded_at };
    if let Some((order, time)) = proof
        && fact.order > 0
        && order > fact.order
    {
        return Some(match time {
            Some(time) => {
                format!("the app was loaded later, at {}", time.strftime("%Y-%m-%d %H:%M"))
            }
            None => "the app was loaded later".to_owned(),
        });
    }
    got_further(fact, facts).or_else(|| works_now(facts).map(str::to_owned))
}

/// A later start failed on a line further down in a module where this one failed: what stands at
/// module level runs in order, so the line that failed here was passed.
fn got_further(fact: &Fact, facts: &Facts) -> Option<String> {
    let lines = |fact: &Fact| -> Vec<(String, u32)> {
        let frames = fact.exception.iter().flat_map(|exception| &exception.frames);
        frames
            .filter(|frame| frame.owner == FrameOwner::Own && frame.function == "<module>")
            .map(|frame| (frame.file.clone(), frame.line))
            .collect()
    };
    let failed = lines(fact);
    let later = |other: &&Fact| {
        other.phase == Phase::Import
            && other.source == Source::Log
            && other.order > fact.order
            && other.container == fact.container
    };
    facts.facts.iter().filter(later).flat_map(lines).find_map(|(file, line)| {
        let (_, at) = failed.iter().find(|(own, at)| *own == file && *at < line)?;
        Some(format!("a later start got past line {at} of {file}, as far as line {line}"))
    })
}

/// What failed before the first start of its stream was part of getting there (a wait for the
/// database), and is over once the app that started then was seen to be loaded.
fn before_the_start(fact: &Fact, facts: &Facts) -> Option<String> {
    if fact.phase != Phase::Unknown || fact.order == 0 {
        return None;
    }
    let (loaded, _) = facts.loaded_at?;
    let mine = |mark: &&crate::model::Mark| {
        mark.kind == MarkKind::Start && mark.container == fact.container
    };
    let started_before = facts.marks.iter().filter(mine).any(|mark| mark.order <= fact.order);
    let started_after =
        facts.marks.iter().filter(mine).any(|mark| mark.order > fact.order && mark.order < loaded);
    (!started_before && started_after)
        .then(|| "it stands before the start, and the app was loaded after it".to_owned())
}

/// A later line of the same stream says that it is over: the connection is there again.
fn said_to_be_over(fact: &Fact, facts: &Facts, rules: &Rules) -> Option<String> {
    let over: Vec<&str> = fact
        .matches
        .iter()
        .filter_map(|hit| rules.signature(&hit.signature))
        .flat_map(|sig| sig.text.resolved_by.iter().map(String::as_str))
        .collect();
    if over.is_empty() || fact.order == 0 {
        return None;
    }
    let file = |fact: &Fact| fact.place.as_ref().map(|place| place.file.clone());
    facts.facts.iter().filter(|later| later.order > fact.order).find_map(|later| {
        let says = later.matches.iter().find(|hit| over.contains(&hit.signature.as_str()))?;
        if later.container != fact.container || file(later) != file(fact) {
            return None;
        }
        rules.signature(&says.signature).map(|sig| format!("later {}", sig.text.label))
    })
}

/// A web server that reaches nobody says so on each request: where its log goes on for so long
/// without, the app was there again.
fn long_past(fact: &Fact, facts: &Facts, rules: &Rules) -> Option<String> {
    let proxy = fact.matches.iter().filter_map(|hit| rules.signature(&hit.signature)).any(|sig| {
        sig.text.kind == Kind::Line && sig.text.class.iter().any(|class| class == "proxy-error")
    });
    if !proxy || fact.log_kind == Some(LogKind::Platform) {
        return None;
    }
    let failing = facts.symptoms.iter().any(|symptom| {
        symptom.kind != SymptomKind::Ok && symptom.source != SymptomSource::AccessLog
    });
    let seen = fact.last_time.or(fact.time)?;
    let file = &fact.place.as_ref()?.file;
    let log = facts.logs.iter().find(|log| **file == *log.path)?;
    let hours = (log.last?.as_second() - seen.as_second()) / 3600;
    (!failing && hours >= SILENT_HOURS)
        .then(|| format!("the log goes on for {hours} hours without it"))
}

/// A line that says that the app or its server was not there.
fn was_down(fact: &Fact, rules: &Rules) -> bool {
    classed(fact, rules, &["start-failed", "proxy-error", "crash-state", "start-command"])
}

fn classed(fact: &Fact, rules: &Rules, classes: &[&str]) -> bool {
    fact.matches
        .iter()
        .filter_map(|hit| rules.signature(&hit.signature))
        .any(|sig| sig.text.class.iter().any(|class| classes.contains(&class.as_str())))
}

/// A symptom that says the site works.
fn works_now(facts: &Facts) -> Option<&'static str> {
    facts.symptoms.iter().find_map(|symptom| match (symptom.kind, symptom.source) {
        (SymptomKind::Ok, SymptomSource::Probe) => Some("the site answers now"),
        (SymptomKind::Ok, SymptomSource::User) => Some("the site works, as you say"),
        _ => None,
    })
}

/// Failures of no named page, from before the last start: history where the site works, or where
/// the new start has answered only well and nobody says that it fails.
fn restarted_and_well(fact: &Fact, facts: &Facts) -> Option<String> {
    if fact.epoch == 0 {
        return None;
    }
    if let Some(works) = works_now(facts) {
        return Some(works.to_owned());
    }
    let failing = facts.symptoms.iter().any(|symptom| {
        symptom.kind != SymptomKind::Ok && symptom.source != SymptomSource::AccessLog
    });
    let well: u64 = facts.routes.iter().map(|route| route.ok_now).sum();
    let badly: u64 = facts.routes.iter().map(|route| route.failed_now).sum();
    (!failing && badly == 0 && well >= ANSWERED_WELL)
        .then(|| format!("{well} requests were answered well since the app was started again"))
}

/// Our own requests of the very same page, after a restart: one good answer is enough, and none
/// may have failed.
fn probed_well(route: &str, fact: &Fact, facts: &Facts) -> Option<String> {
    let probe = facts.probe.as_ref()?;
    let rest = probe.url.split_once("://").map_or(probe.url.as_str(), |(_, rest)| rest);
    let path = rest.find('/').map_or("/", |at| &rest[at..]).split(['?', '#']).next()?;
    let well = !probe.hits.is_empty()
        && probe.hits.iter().all(|hit| hit.error.is_none() && hit.status.is_some_and(|s| s < 400));
    (fact.epoch > 0 && well && path == route)
        .then(|| format!("the probe got {route} well, after a restart"))
}

/// A failed request is history only when the same route worked again, often enough.
fn request_resolved(fact: &Fact, facts: &Facts) -> Option<String> {
    let route = fact.route.as_deref()?;
    if let Some(why) = probed_well(route, fact, facts) {
        return Some(why);
    }
    let stats = facts.routes.iter().find(|stats| stats.route == route)?;
    if stats.last_ok? <= stats.last_failed.unwrap_or(0) {
        return None;
    }
    let restarted = fact.epoch > 0;
    let enough = if restarted {
        stats.ok_since_failure >= 1
    } else {
        stats.ok_since_failure >= 3 && stats.ok_since_failure > stats.longest_ok_run
    };
    enough.then(|| format!("{route} was answered well {} times since", stats.ok_since_failure))
}
