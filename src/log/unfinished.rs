//! A start of uWSGI that never reached "WSGI app … ready": code that hangs, serves by itself, or
//! ends the process leaves no other line (FACTS.md, "What real servers do", 7 and 8).

use super::dialect::LifeKind;
use super::events::{FileEvents, Life};
use crate::model::{Captures, Fact, Phase, Place, Source};
use crate::rules::Rules;

/// Label of the mark with which uWSGI starts (see `dialect::uwsgi`).
const START: &str = "uWSGI starts";

/// Adds an event for the last start of each server log where it ended without the app.
pub(super) fn find(files: &mut [FileEvents], rules: &Rules) {
    let newest = files.iter().filter_map(|file| file.summary.as_ref()?.last).max();
    for file in files.iter_mut() {
        let Some(at) = file.lives.iter().rposition(|life| life.label == START) else { continue };
        let start = file.lives[at].clone();
        let after = &file.lives[at + 1..];
        let finished = after.iter().any(|life| {
            matches!(life.kind, LifeKind::LoadFailed | LifeKind::Respawn | LifeKind::WorkerDied)
                || (life.kind == LifeKind::Ready && life.label == "app loaded")
                || life.kind == LifeKind::Reload
        });
        if finished {
            continue;
        }
        let ended = after.iter().any(|life| life.kind == LifeKind::Stop);
        // A start of this very moment may still be going on.
        let waited = match (start.time, newest) {
            (Some(start), Some(newest)) => newest.as_second() - start.as_second() >= 2,
            _ => true,
        };
        let cut = file.summary.as_ref().is_some_and(|summary| !summary.complete);
        if (!ended && !waited) || cut {
            continue;
        }
        let (event, text) = if ended {
            ("start-ended", "the start ended before the app was loaded, and no error was logged")
        } else {
            ("start-not-finished", "the start never reached \"WSGI app … ready\"")
        };
        let fact = fact(event, text, &start, file, rules);
        if !fact.matches.is_empty() {
            file.facts.push(fact);
        }
    }
}

fn fact(event: &str, text: &str, start: &Life, file: &FileEvents, rules: &Rules) -> Fact {
    let mut fact = Fact::new(Source::Log, text);
    fact.matches = rules.match_event(event, text, &Captures::new());
    fact.phase = Phase::Import;
    fact.time = start.time;
    fact.last_time = start.time;
    // Just behind the start, so that it belongs to the epoch that begins there.
    fact.order = start.line + 1;
    fact.pid = start.pid;
    fact.log_kind = file.summary.as_ref().map(|summary| summary.kind);
    fact.place = file.summary.as_ref().map(|summary| {
        Place::line(summary.path.as_str(), u32::try_from(start.line).unwrap_or(u32::MAX))
    });
    fact
}
