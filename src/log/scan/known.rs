//! Events of a file that were seen before: a repeat is counted and not looked at again.

use std::collections::{BTreeMap, HashMap};

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
    /// Newest line of each event that is a line of its own, its place in the list, its full key.
    lines: BTreeMap<(u64, usize), String>,
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
        let full = self.full(key);
        let Some(&at) = self.index.get(&full) else { return false };
        let known = &mut facts[at];
        known.count = known.count.saturating_add(1);
        known.last_time = time.or(known.last_time);
        known.last_place = Some(place.clone());
        if known.exception.is_none() {
            self.lines.remove(&(known.order, at));
            self.lines.insert((order, at), full);
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
        let full = self.full(key);
        if fact.exception.is_none() {
            self.lines.insert((fact.order, facts.len()), full.clone());
        }
        self.index.insert(full, facts.len());
        facts.push(fact);
    }

    /// The line that introduced a traceback is no second event, if it `may` go.
    pub(super) fn forget_intro(
        &mut self,
        facts: &mut Vec<Fact>,
        intro: &str,
        first_line: u64,
        may: impl Fn(&Fact) -> bool,
    ) {
        let intro = intro.trim();
        let near = (first_line.saturating_sub(INTRO_WITHIN), 0)..=(first_line, usize::MAX);
        let Some(at) = self
            .lines
            .range(near)
            .map(|((_, at), _)| *at)
            .filter(|at| facts[*at].excerpt.trim().starts_with(intro))
            .max()
        else {
            return;
        };
        if !may(&facts[at]) {
            return;
        }
        let known = &mut facts[at];
        if known.count > 1 {
            known.count -= 1;
        } else {
            known.matches.clear();
            let line = (known.order, at);
            if let Some(key) = self.lines.get(&line)
                && self.index.get(key) == Some(&at)
            {
                self.index.remove(key);
            }
            // Usually the newest event: such lines must not use up the room for others.
            if at + 1 == facts.len() {
                facts.pop();
                self.lines.remove(&line);
            }
        }
    }

    fn full(&self, key: &str) -> String {
        format!("{}|{key}", self.segment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Place, SigMatch, Source};

    fn line(text: &str, order: u64) -> Fact {
        let mut fact = Fact::new(Source::Log, text.to_owned());
        fact.matches =
            vec![SigMatch { signature: "a/b".into(), captures: crate::model::Captures::new() }];
        fact.order = order;
        fact.place = Some(Place::line("e.log", 1));
        fact
    }

    #[test]
    fn introducing_lines_use_up_no_room() {
        let (mut known, mut facts) = (Known::default(), Vec::new());
        known.add(&mut facts, "other", line("disk is full", 1));
        for at in 1..=20_000 {
            known.add(&mut facts, "intro", line("Exception on /x [GET]", at * 10));
            known.forget_intro(&mut facts, "Exception on /x [GET]", at * 10 + 1, |_| true);
        }
        assert_eq!(facts.len(), 1);
        known.add(&mut facts, "new", line("boom", 300_000));
        assert_eq!(facts.len(), 2);
        assert!(known.has("new") && known.has("other") && !known.has("intro"));
    }

    #[test]
    fn an_earlier_event_that_introduced_once_is_counted_down() {
        let (mut known, mut facts) = (Known::default(), Vec::new());
        known.add(&mut facts, "intro", line("Exception on /x [GET]", 10));
        known.add(&mut facts, "intro", line("Exception on /x [GET]", 20));
        known.add(&mut facts, "other", line("disk is full", 21));
        known.forget_intro(&mut facts, "Exception on /x [GET]", 22, |_| true);
        assert_eq!((facts.len(), facts[0].count), (2, 1));
        known.forget_intro(&mut facts, "Exception on /x [GET]", 22, |_| true);
        assert!(facts[0].matches.is_empty() && !known.has("intro") && known.has("other"));
        known.next_segment();
        assert!(!known.has("other"));
    }
}
