//! A platform's log, line by line: Scalingo's `[manager]` and Heroku's dyno manager.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{MOST, Seen, What, heroku};
use crate::log::line::Line;
use crate::log::prefix::{PrefixCtx, strip_all};
use crate::log::stamp::Clock;

/// Seconds within which only the last line of a container is kept.
const BUCKET: i64 = 10;
/// Most of them kept of one container (a day is 8,640), the newest.
const MOST_BUCKETS: usize = 20_000;
const MOST_CONTAINERS: usize = 50;

/// Collects the events of one log; lines may come in any order.
pub struct LogEvents {
    ctx: PrefixCtx,
    seen: Vec<Seen>,
    /// Per container, the last line in each few seconds.
    output: BTreeMap<String, BTreeMap<i64, Timestamp>>,
}

impl LogEvents {
    /// For a log whose stamps follow `clock`.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self { ctx: PrefixCtx::new(clock), seen: Vec::new(), output: BTreeMap::new() }
    }

    /// Takes one raw line; `no` is its number from 1.
    pub fn line(&mut self, raw: &str, no: u32) {
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
                self.output(line, stamp.at);
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
    fn output(&mut self, line: &Line<'_>, at: Timestamp) {
        let Some(container) = line.container.filter(|name| name.len() <= 64) else { return };
        if !self.output.contains_key(container) && self.output.len() < MOST_CONTAINERS {
            self.output.insert(container.to_owned(), BTreeMap::new());
        }
        let Some(lived) = self.output.get_mut(container) else { return };
        let last = lived.entry(at.as_second().div_euclid(BUCKET)).or_insert(at);
        *last = at.max(*last);
        if lived.len() > MOST_BUCKETS {
            lived.pop_first();
        }
    }

    /// Everything that was found, in order of time: with the last sign of life before each start.
    #[must_use]
    pub fn finish(mut self) -> Vec<Seen> {
        let mut last_lines = Vec::new();
        for seen in self.seen.iter().filter(|seen| matches!(seen.what, What::Start(_))) {
            let lived = seen.container.as_ref().and_then(|name| self.output.get(name));
            let bucket = seen.at.as_second().div_euclid(BUCKET);
            let before =
                lived.and_then(|lived| lived.range(..=bucket).rev().find(|(_, at)| **at < seen.at));
            if let Some((_, at)) = before {
                last_lines.push(Seen::new(*at, seen.container.as_deref(), What::Output, 0, ""));
            }
        }
        self.seen.append(&mut last_lines);
        self.seen.sort();
        self.seen
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
