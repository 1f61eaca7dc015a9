//! A platform's log, line by line: Scalingo's `[manager]` and Heroku's dyno manager.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use jiff::{SignedDuration, Timestamp};

use super::{MOST, Seen, Silence, What, boot, heroku, timeline};
use crate::log::line::Line;
use crate::log::prefix::{PrefixCtx, strip_all};
use crate::log::stamp::Clock;

/// Seconds within which only the last line of a container is kept.
const BUCKET: i64 = 1;
/// Most of them kept, the newest (a crash loop takes under five hours).
const MOST_BUCKETS: usize = 40_000;
const MOST_CONTAINERS: usize = 50;
/// Characters kept of a last line.
const LAST_LINE: usize = 120;

/// Collects the events of one log; lines may come in any order, and lines of a time line may stand
/// among them, as people paste them.
pub struct LogEvents {
    ctx: PrefixCtx,
    clock: Clock,
    seen: Vec<Seen>,
    /// Lines of a time line.
    told: Vec<Seen>,
    /// Per container, the last line in each few seconds.
    output: BTreeMap<String, BTreeMap<i64, (Timestamp, String)>>,
    buckets: usize,
    timed_out: bool,
}

impl LogEvents {
    /// For a log whose stamps follow `clock`.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        let ctx = PrefixCtx::new(clock.clone());
        Self {
            ctx,
            clock,
            seen: Vec::new(),
            told: Vec::new(),
            output: BTreeMap::new(),
            buckets: 0,
            timed_out: false,
        }
    }

    /// Takes one raw line; `no` is its number from 1.
    pub fn line(&mut self, raw: &str, no: u32) {
        if raw.contains(" - ")
            && let Some(seen) = timeline::one(raw, no, &self.clock)
        {
            if self.told.len() < MOST {
                self.told.push(seen);
            }
            return;
        }
        self.timed_out |= boot::says_timeout(raw);
        let mut ctx = std::mem::take(&mut self.ctx);
        strip_all(raw, &mut ctx, &mut |line| self.stripped(line, no));
        self.ctx = ctx;
    }

    fn stripped(&mut self, line: &Line<'_>, no: u32) {
        let Some(stamp) = line.stamp else { return };
        let text = line.text.trim();
        let found = match line.program {
            Some("manager") => manager(text),
            Some("heroku" | "api") => {
                let at = line.container;
                heroku::what(text, at.is_some()).map(|what| (at.map(str::to_owned), what))
            }
            Some("app") => {
                self.output(line, text, stamp.at);
                None
            }
            // The output of a deployment.
            _ => {
                text.starts_with("<-- https://").then(|| (None, What::Deployment("success".into())))
            }
        };
        if let Some((container, what)) = found
            && self.seen.len() < MOST
        {
            self.seen.push(Seen::new(stamp.at, container.as_deref(), what, no, text));
        }
    }

    /// Notes that a container lived; a rough time is enough.
    fn output(&mut self, line: &Line<'_>, text: &str, at: Timestamp) {
        let Some(container) = line.container.filter(|name| name.len() <= 64) else { return };
        if !self.output.contains_key(container) && self.output.len() < MOST_CONTAINERS {
            self.output.insert(container.to_owned(), BTreeMap::new());
        }
        let Some(lived) = self.output.get_mut(container) else { return };
        if text.is_empty() {
            return;
        }
        let text = || text.chars().take(LAST_LINE).collect();
        match lived.entry(at.as_second().div_euclid(BUCKET)) {
            Entry::Vacant(place) => {
                place.insert((at, text()));
                self.buckets += 1;
            }
            Entry::Occupied(mut place) if place.get().0 <= at => {
                place.insert((at, text()));
            }
            Entry::Occupied(_) => {}
        }
        if self.buckets > MOST_BUCKETS && lived.pop_first().is_some() {
            self.buckets -= 1;
        }
    }

    /// Whether a line says that the platform's boot limit passed.
    #[must_use]
    pub fn timed_out(&self) -> bool {
        self.timed_out
    }

    /// Where the time of the newest start went.
    #[must_use]
    pub fn silence(&self, limit: SignedDuration) -> Option<Silence> {
        boot::longest(&self.seen, limit, |container, from| {
            let lived = self.output.get(container);
            let since = lived.into_iter().flat_map(|lived| lived.range(from.as_second()..));
            since
                .map(|(_, (at, text))| (*at, text.as_str()))
                .filter(|(at, _)| *at >= from)
                .collect()
        })
    }

    /// The lines of a time line; and what the log itself tells, in order of time, with each container's last line before each of
    /// its starts and at the end.
    #[must_use]
    pub fn finish(mut self) -> (Vec<Seen>, Vec<Seen>) {
        let mut last_lines = Vec::new();
        for seen in self.seen.iter().filter(|seen| matches!(seen.what, What::Start(_))) {
            let lived = seen.container.as_ref().and_then(|name| self.output.get(name));
            let bucket = seen.at.as_second().div_euclid(BUCKET);
            let before = lived
                .and_then(|lived| lived.range(..=bucket).rev().find(|(_, (at, _))| *at < seen.at));
            if let Some((_, (at, text))) = before {
                let what = What::Output(text.clone());
                last_lines.push(Seen::new(*at, seen.container.as_deref(), what, 0, ""));
            }
        }
        for (container, lived) in &self.output {
            if let Some((_, (at, text))) = lived.last_key_value() {
                last_lines.push(Seen::new(*at, Some(container), What::Output(text.clone()), 0, ""));
            }
        }
        self.seen.append(&mut last_lines);
        self.seen.sort();
        (self.told, self.seen)
    }
}

/// `container [web-1] (5a90…) started`, `… has stopped`, `… started with the command '…'`.
fn manager(text: &str) -> Option<(Option<String>, What)> {
    let rest = text.strip_prefix("container [")?;
    let (name, rest) = rest.split_once(']')?;
    if name.is_empty() || name.len() > 64 {
        return None;
    }
    let rest = rest.trim_start();
    let (id, rest) = rest
        .strip_prefix('(')
        .and_then(|rest| rest.split_once(')'))
        .map_or(("", rest), |(id, rest)| (id, rest.trim_start()));
    let what = if rest.starts_with("started") {
        What::Start(id.to_owned())
    } else if rest.starts_with("has stopped") || rest.starts_with("stopped") {
        What::Ended(id.to_owned())
    } else if rest.contains("crashed") {
        What::Crash(String::new())
    } else {
        return None;
    };
    Some((Some(name.to_owned()), what))
}
