//! Events of a file that were seen before: a repeat is counted and not looked at again.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;

use crate::model::{Fact, Place};

/// Most events kept of one file; repeats of one event count once.
const MOST_FACTS: usize = 5_000;
/// Lines between an introducing line and its traceback.
const INTRO_WITHIN: u64 = 6;

/// What makes two events the same one, and where the events stand in the list of facts.
#[derive(Debug, Default)]
pub(super) struct Known {
    index: HashMap<String, usize>,
    /// Newest line of each event that is a line of its own, and its place in the list.
    lines: BTreeSet<(u64, usize)>,
    /// Counts life-cycle moments, so that repeats never reach over a restart.
    segment: u32,
}

impl Known {
    /// A restart: what follows is no repeat of what was before.
    pub(super) fn next_segment(&mut self) {
        self.segment += 1;
    }

    /// Whether an event is known in this stretch.
    pub(super) fn has(&self, key: &str) -> bool {
        self.index.contains_key(&self.full(key))
    }

    /// Counts an event that is known in this stretch; nothing else of it is looked at again.
    pub(super) fn repeats(
        &mut self,
        facts: &mut [Fact],
        key: &str,
        time: Option<Timestamp>,
        place: &Place,
        order: u64,
    ) -> bool {
        let Some(&at) = self.index.get(&self.full(key)) else { return false };
        let known = &mut facts[at];
        known.count = known.count.saturating_add(1);
        known.last_time = time.or(known.last_time);
        known.last_place = Some(place.clone());
        if known.exception.is_none() {
            self.lines.remove(&(known.order, at));
            self.lines.insert((order, at));
        }
        known.order = order;
        true
    }

    /// Adds an event, or counts it where it repeats a known one of the same stretch.
    pub(super) fn add(&mut self, facts: &mut Vec<Fact>, key: &str, mut fact: Fact) {
        if let Some(place) = fact.place.as_ref()
            && self.repeats(facts, key, fact.time, place, fact.order)
        {
            return;
        }
        if facts.len() >= MOST_FACTS {
            return;
        }
        fact.last_time = fact.time;
        self.index.insert(self.full(key), facts.len());
        if fact.exception.is_none() {
            self.lines.insert((fact.order, facts.len()));
        }
        facts.push(fact);
    }

    /// The line that introduced a traceback is no second event.
    pub(super) fn forget_intro(&mut self, facts: &mut [Fact], intro: &str, first_line: u64) {
        let intro = intro.trim();
        let near = (first_line.saturating_sub(INTRO_WITHIN), 0)..=(first_line, usize::MAX);
        let Some(at) = self
            .lines
            .range(near)
            .map(|(_, at)| *at)
            .filter(|at| facts[*at].excerpt.trim().starts_with(intro))
            .max()
        else {
            return;
        };
        let known = &mut facts[at];
        if known.count > 1 {
            known.count -= 1;
        } else {
            known.matches.clear();
            self.index.retain(|_, index| *index != at);
        }
    }

    fn full(&self, key: &str) -> String {
        format!("{}|{key}", self.segment)
    }
}
