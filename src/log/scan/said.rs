//! Exceptions that a line names behind other words: only what a rule knows counts, and less.

use super::exceptions::fails_to_load;
use super::scanner::{Scanner, bounded};
use crate::log::line::{Level, Line};
use crate::log::traceback;
use crate::model::{Fact, Phase, Source};

/// Certainty of what a program says of an exception that it caught: it may matter, or be a job's.
const LOGGED: f64 = 0.3;
/// Newest events among which the same message makes a line a repetition.
const LATELY: usize = 50;

impl Scanner<'_> {
    /// Notes what the line says, where a specific rule knows it; says whether it did.
    pub(super) fn said(&mut self, line: &Line<'_>) -> bool {
        if line.level.is_some_and(|level| level < Level::Error) {
            return false;
        }
        let error = line.level.is_some();
        let Some(said) = traceback::said(line.text, error) else { return false };
        // gunicorn prints the message again below the traceback
        let known = |fact: &Fact| {
            fact.exception.as_ref().is_some_and(|event| event.message == said.event.message)
        };
        if self.events.facts.iter().rev().take(LATELY).any(known) {
            return true;
        }
        let loads = fails_to_load(&said.event) || tells_of_start(line.text);
        let phase = if loads { Phase::Import } else { Phase::Unknown };
        let mut matches = self.rules.match_exception(&said.event, phase);
        matches.retain(|hit| {
            self.rules.signature(&hit.signature).is_some_and(|signature| !signature.fallback)
        });
        if matches.is_empty() {
            return false;
        }
        let mut fact = Fact::new(Source::Log, bounded(line.text));
        fact.phase = phase;
        fact.time = line.stamp.map(|stamp| stamp.at).or(self.last_time);
        fact.place = Some(self.place(line.no));
        fact.log_kind = Some(self.kind);
        fact.container = line.container.map(str::to_owned);
        fact.pid = line.pid;
        // whoever logged it caught it
        fact.certainty = if error && line.stamp.is_some() { LOGGED } else { said.certainty };
        fact.order = line.no;
        let key = format!("said|{}", super::scanner::line_key(&matches[0], line.container));
        fact.matches = matches;
        let at = self.events.facts.len();
        self.known.add(&mut self.events.facts, &key, fact);
        if self.events.facts.len() > at {
            self.answered.wait(at, line.no, self.last_time);
        }
        true
    }
}

/// Words of a program that does not come to serve.
fn tells_of_start(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    ["startup", "failed to start", "could not start", "cannot start", "unable to start"]
        .iter()
        .any(|words| lower.contains(words))
}
