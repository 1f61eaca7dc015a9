//! From what was recorded to where each container stands.
//!
//! The records are sorted by time, so that any order of input lines gives the same states. What
//! concerns the app as a whole is dealt out to its containers; crashes that only repeated starts
//! tell of are inferred, and the state says so.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::policy::{Event, EventKind, Machine, wait, warmed_up};
use super::read::{Seen, What};
use crate::model::ContainerState;
use crate::rules::platform::RestartPolicy;

/// A second record of a crash stands within so long of the first.
const ECHO: SignedDuration = SignedDuration::from_secs(10);
/// The old container of a deployment or restart ends so long after the new one began.
const HAND_OVER: SignedDuration = SignedDuration::from_secs(180);
/// Records that end so long before the clock are not of a live site.
const LIVE: SignedDuration = SignedDuration::from_hours(12);
/// How far an inferred restart may lie from the moment that the policy foretells.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(90);

/// One container's events for the policy, in order of time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    pub events: Vec<Event>,
    /// At least one crash was worked out from starts instead of read.
    pub inferred: bool,
    /// The container's last line before each crash, as far as it is known.
    pub last_lines: Vec<(Timestamp, String)>,
}

/// Every container's history. A crash stands in it once, whatever recorded it.
#[must_use]
pub fn histories(seen: &[Seen], policy: &RestartPolicy) -> BTreeMap<String, History> {
    let mut sorted: Vec<&Seen> = seen.iter().collect();
    // Which line a record stands on is no part of what happened.
    sorted.sort_by(|a, b| (a.at, &a.what, &a.container).cmp(&(b.at, &b.what, &b.container)));
    let mut all = BTreeMap::new();
    let names: std::collections::BTreeSet<&str> = sorted
        .iter()
        .filter(|one| concerns_a_container(&one.what))
        .filter_map(|one| one.container.as_deref())
        .filter(|name| is_kept_running(name))
        .collect();
    for name in names {
        let own: Vec<&Seen> = sorted.iter().copied().filter(|one| applies(one, name)).collect();
        all.insert(name.to_owned(), history(name, &own, policy));
    }
    all
}

/// Where every container stands at a moment.
#[must_use]
pub fn states(seen: &[Seen], policy: &RestartPolicy, now: Timestamp) -> Vec<ContainerState> {
    histories(seen, policy)
        .into_iter()
        .map(|(name, history)| {
            let mut machine = Machine::default();
            let mut crashes = Vec::new();
            for event in history.events.iter().filter(|event| event.at <= now) {
                machine.step(policy, *event);
                if event.kind == EventKind::Crash {
                    crashes.push(event.at);
                }
            }
            let mut state = machine.state(policy, &name, now);
            state.inferred = history.inferred;
            state.last_line = same_last_line(&history, &crashes, state.counter);
            state.crashes = crashes;
            state
        })
        .collect()
}

/// What was written last before each of the last `counter` crashes, if it was always the same.
fn same_last_line(history: &History, crashes: &[Timestamp], counter: u32) -> Option<String> {
    let row = crashes.len().saturating_sub(counter as usize);
    let mut lines = crashes[row..]
        .iter()
        .map(|crash| history.last_lines.iter().find(|(at, _)| at == crash).map(|(_, line)| line));
    let first = lines.next()??;
    let same = |line: &String| without_numbers(line) == without_numbers(first);
    (counter > 1 && lines.all(|line| line.is_some_and(same))).then(|| first.clone())
}

/// Process ids and times differ from start to start.
fn without_numbers(line: &str) -> String {
    line.chars().filter(|c| !c.is_ascii_digit()).collect()
}

/// Whether a process that wrote this as its last line is at its end.
fn is_last_word(line: &str) -> bool {
    const WORDS: [&str; 5] = [
        "Worker failed to boot",
        "App failed to load",
        "Shutting down: Master",
        "command not found",
        "Application startup failed. Exiting",
    ];
    let exception = || {
        let name = line.split([':', ' ']).next().unwrap_or_default();
        let class = name.rsplit('.').next().unwrap_or_default();
        let whole = name.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'.'));
        let named = ["Error", "Exception", "Exit"].iter().any(|end| class.ends_with(end));
        whole && named && (line.len() == name.len() || line[name.len()..].starts_with(':'))
    };
    WORDS.iter().any(|word| line.contains(word)) || exception()
}

/// The crashes of a container since the last deployment or restart that concerns it.
#[must_use]
pub fn current_crashes(state: &ContainerState, seen: &[Seen]) -> Vec<Timestamp> {
    let begun = seen
        .iter()
        .filter(|one| applies(one, &state.container))
        .filter(|one| match &one.what {
            What::Deployment(status) => matches!(status.as_str(), "success" | ""),
            What::Restart(_) => true,
            What::Scale(kinds) => {
                kinds.iter().any(|(_, before, now)| *before == Some(0) && *now > 0)
            }
            _ => false,
        })
        .map(|one| one.at)
        .max();
    state.crashes.iter().copied().filter(|at| begun.is_none_or(|begun| *at >= begun)).collect()
}

/// The moment that a state is asked for: what was given; else the clock, if the records reach up
/// to it; else the newest record, because records reach support days later.
#[must_use]
pub fn reference_time(clock: Timestamp, given: bool, newest: Option<Timestamp>) -> Timestamp {
    match newest {
        Some(newest) if !given && clock.duration_since(newest).abs() > LIVE => newest,
        _ => clock,
    }
}

fn concerns_a_container(what: &What) -> bool {
    matches!(what, What::Start(_) | What::Crash(_) | What::CrashEcho(_))
}

/// The policy is for containers that the platform keeps running, not for one-off ones.
fn is_kept_running(name: &str) -> bool {
    let kind = kind_of(name);
    !matches!(kind, "one-off" | "postdeploy" | "run" | "release" | "scheduler" | "build")
}

/// `web` of `web-1` or `web.1`.
fn kind_of(name: &str) -> &str {
    name.rsplit_once(['-', '.']).map_or(name, |(kind, _)| kind)
}

fn applies(one: &Seen, name: &str) -> bool {
    let listed = |kinds: &[String]| {
        kinds.is_empty() || kinds.iter().any(|kind| kind == name || kind == kind_of(name))
    };
    match (&one.container, &one.what) {
        (Some(container), What::Start(_)) if kind_of(container) == "postdeploy" => true,
        (Some(container), _) => container == name,
        (None, What::Restart(kinds) | What::Revived(kinds)) => listed(kinds),
        (None, What::Scale(kinds)) => kinds.iter().any(|(kind, ..)| kind == kind_of(name)),
        (None, _) => true,
    }
}

/// Walks one container's records and keeps a machine beside it, for what must be inferred.
fn history(name: &str, own: &[&Seen], policy: &RestartPolicy) -> History {
    let crash_records: Vec<Timestamp> =
        own.iter().filter(|one| matches!(one.what, What::Crash(_))).map(|one| one.at).collect();
    let told = own.iter().any(|one| matches!(one.what, What::Crash(_) | What::CrashEcho(_)));
    let mut walk = Walk {
        policy,
        machine: Machine::default(),
        history: History::default(),
        running: None,
        ended: None,
        output: None,
        line: None,
    };
    for (at, one) in own.iter().enumerate() {
        match &one.what {
            What::Deployment(status) => {
                // A failed deployment leaves the old containers as they are.
                if matches!(status.as_str(), "success" | "") {
                    walk.fresh(one.at);
                }
            }
            What::Restart(_) => walk.fresh(one.at),
            What::Revived(_) => walk.push(one.at, EventKind::Start),
            What::Scale(kinds) => {
                let kind = kinds.iter().find(|(kind, ..)| kind == kind_of(name));
                match kind {
                    Some((_, _, 0)) => walk.push(one.at, EventKind::Stop),
                    Some((_, Some(0), _)) => walk.fresh(one.at),
                    _ => {}
                }
            }
            What::StopApp(_) | What::Stop => walk.push(one.at, EventKind::Stop),
            What::Start(_) if one.container.as_deref() != Some(name) => walk.fresh(one.at),
            What::Start(id) => {
                let handed_over = own[at + 1..]
                    .iter()
                    .take_while(|later| later.at.duration_since(one.at) <= HAND_OVER)
                    .any(|later| matches!(&later.what, What::Ended(old) if old != id || old.is_empty()));
                walk.start(one.at, told, handed_over);
            }
            What::Ended(_) => walk.ended = Some(one.at),
            What::Crash(_) => walk.push(one.at, EventKind::Crash),
            What::CrashEcho(_) => {
                let echo =
                    crash_records.iter().any(|crash| one.at.duration_since(*crash).abs() <= ECHO);
                if !echo {
                    walk.push(one.at, EventKind::Crash);
                }
            }
            What::Output(line) => {
                walk.output = Some(one.at);
                walk.line = Some(line.clone());
            }
        }
    }
    walk.end(told);
    walk.history.events.sort();
    walk.history
}

struct Walk<'p> {
    policy: &'p RestartPolicy,
    machine: Machine,
    history: History,
    /// When the container that runs began, as the records say; `None` before or after a new beginning.
    running: Option<Timestamp>,
    /// When it ended for a reason that was not told.
    ended: Option<Timestamp>,
    /// Its last sign of life, and what it wrote.
    output: Option<Timestamp>,
    line: Option<String>,
}

impl Walk<'_> {
    fn push(&mut self, at: Timestamp, kind: EventKind) {
        let event = Event { at, kind };
        self.machine.step(self.policy, event);
        self.history.events.push(event);
        if let (EventKind::Crash, Some(line)) = (kind, self.line.take()) {
            self.history.last_lines.push((at, line));
        }
        if matches!(kind, EventKind::Crash | EventKind::Stop) {
            self.running = None;
        }
    }

    fn fresh(&mut self, at: Timestamp) {
        self.push(at, EventKind::Fresh);
        self.running = None;
        self.ended = None;
    }

    /// A start was logged. `told`: the records name crashes, so none is inferred.
    fn start(&mut self, at: Timestamp, told: bool, handed_over: bool) {
        if handed_over {
            self.fresh(at);
            self.running = Some(at);
            return;
        }
        if let (false, Some(began)) = (told, self.running) {
            let ended = self.ended.filter(|ended| *ended >= began);
            match ended {
                // Ended on its own account within the warm-up, or after a long good life on request.
                Some(ended) if ended >= warmed_up(self.policy, began) => {
                    self.fresh(at);
                }
                Some(ended) => self.inferred(ended),
                None => self.inferred(self.crashed_at(began, at)),
            }
        }
        self.push(at, EventKind::Start);
        self.running = Some(at);
        self.ended = None;
        self.output = None;
        self.line = None;
    }

    /// The last start of the records: it died, too, if it said so in the words of the others.
    fn end(&mut self, told: bool) {
        let (Some(began), Some(output), Some(line)) = (self.running, self.output, &self.line)
        else {
            return;
        };
        let as_before = self
            .history
            .last_lines
            .last()
            .is_some_and(|(_, before)| without_numbers(before) == without_numbers(line));
        if !told && output >= began && as_before && is_last_word(line) {
            self.inferred(output);
        }
    }

    fn inferred(&mut self, at: Timestamp) {
        self.history.inferred = true;
        self.push(at, EventKind::Crash);
    }

    /// When a container that began at `began` and began anew at `again` crashed: if it was in its
    /// warm-up, the policy's wait before the restart; else just before the restart.
    fn crashed_at(&self, began: Timestamp, again: Timestamp) -> Timestamp {
        let alive = self.output.filter(|at| *at >= began && *at <= again).unwrap_or(began);
        let Some(pause) = wait(self.policy, self.machine.counter + 1) else { return again };
        let Ok(at) = again.checked_sub(pause) else { return again };
        // The platform needs a moment to start it, so the crash may seem to lie before its start.
        let at = if at < alive && alive.duration_since(at) <= TOLERANCE { alive } else { at };
        if at >= alive && at < warmed_up(self.policy, began) { at } else { again }
    }
}

#[cfg(test)]
mod tests;
