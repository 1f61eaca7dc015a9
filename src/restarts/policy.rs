//! The restart policy as a pure state machine.
//!
//! Scalingo's policy (<https://doc.scalingo.com/platform/app/troubleshooting/runtime-issues>), with
//! the parameters of the platform's profile:
//! 1. The counter starts at 0. The first crash sets it to 1 and the container is restarted at once.
//! 2. A restart begins a warm-up. A container that survives it has its counter set back to 0.
//! 3. A crash inside the warm-up adds 1; below the limit, the next restart comes after
//!    `(counter − free) × step` minutes.
//! 4. Warning mails are sent at certain values of the counter.
//! 5. At the limit the platform gives up: the state is absorbing.

use jiff::{SignedDuration, Timestamp};

use crate::model::{ContainerState, RestartState};
use crate::rules::platform::RestartPolicy;

/// Something that happened to one container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Event {
    pub at: Timestamp,
    pub kind: EventKind,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventKind {
    /// New containers begin with a new counter: deployment, manual restart, scaling from zero.
    Fresh,
    /// A start that was seen; the time replaces the one that the policy foretells.
    Start,
    Crash,
    /// Stopped on purpose.
    Stop,
}

/// Wait before the restart that follows a crash with this counter; `None` once the platform gave up.
#[must_use]
pub fn wait(policy: &RestartPolicy, counter: u32) -> Option<SignedDuration> {
    if policy.give_up.is_some_and(|limit| counter >= limit) {
        return None;
    }
    let steps = counter.saturating_sub(policy.free);
    let minutes = i64::from(steps) * i64::from(policy.step_min);
    let minutes = policy.longest_min.map_or(minutes, |longest| minutes.min(i64::from(longest)));
    Some(SignedDuration::from_mins(minutes))
}

/// Minutes of the waits after the first crashes of a row.
fn waits(policy: &RestartPolicy, counter: u32) -> Vec<u32> {
    if policy.unpublished {
        return Vec::new();
    }
    let minutes = |wait: SignedDuration| u32::try_from(wait.as_mins()).unwrap_or(u32::MAX);
    (1..=counter).filter_map(|counter| wait(policy, counter)).map(minutes).collect()
}

/// Walks one container through the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Machine {
    pub counter: u32,
    /// When the running (or next) start began or will begin; `None` before anything is known.
    pub started: Option<Timestamp>,
    pub stopped: bool,
}

impl Machine {
    /// Whether the platform gave up.
    #[must_use]
    pub fn given_up(&self, policy: &RestartPolicy) -> bool {
        policy.give_up.is_some_and(|limit| self.counter >= limit)
    }

    /// Takes the next event; events must come in order of time.
    pub fn step(&mut self, policy: &RestartPolicy, event: Event) {
        match event.kind {
            EventKind::Fresh => {
                *self = Self { counter: 0, started: Some(event.at), stopped: false }
            }
            EventKind::Stop => self.stopped = true,
            EventKind::Start => {
                if !self.given_up(policy) {
                    self.started = Some(event.at);
                    self.stopped = false;
                }
            }
            EventKind::Crash => self.crash(policy, event.at),
        }
    }

    fn crash(&mut self, policy: &RestartPolicy, at: Timestamp) {
        if self.given_up(policy) {
            return;
        }
        let survived = self.started.is_some_and(|start| at >= warmed_up(policy, start));
        // Without a known start the first crash is the first of its row.
        self.counter = if survived || self.counter == 0 { 1 } else { self.counter + 1 };
        let foretold = !policy.unpublished || self.counter <= policy.free;
        self.started = wait(policy, self.counter).filter(|_| foretold).map(|wait| later(at, wait));
        self.stopped = false;
    }

    /// Where the container stands at a moment.
    #[must_use]
    pub fn state(&self, policy: &RestartPolicy, container: &str, now: Timestamp) -> ContainerState {
        let mut state = ContainerState {
            container: container.to_owned(),
            counter: self.counter,
            state: RestartState::Running,
            warmup_until: None,
            next_restart: None,
            gives_up_at: None,
            mails_sent: policy.mails.iter().copied().filter(|at| *at <= self.counter).collect(),
            inferred: false,
            crashes: Vec::new(),
            waits: Vec::new(),
            limit: policy.give_up,
            last_line: None,
        };
        if self.given_up(policy) {
            state.state = RestartState::GivenUp;
            state.waits = waits(policy, self.counter.saturating_sub(1));
            return state;
        }
        if self.stopped {
            state.state = RestartState::Stopped;
            return state;
        }
        let Some(started) = self.started.filter(|_| self.counter > 0) else {
            if self.counter > 0 {
                state.state = RestartState::Waiting;
            }
            return state;
        };
        let until = warmed_up(policy, started);
        if now >= until {
            state.counter = 0;
            state.mails_sent.clear();
            return state;
        }
        state.warmup_until = Some(until);
        if now < started {
            state.state = RestartState::Waiting;
            state.next_restart = Some(started);
            state.waits = waits(policy, self.counter.saturating_sub(1));
        } else {
            state.state = RestartState::WarmUp;
            state.waits = waits(policy, self.counter);
        }
        state.gives_up_at = self.gives_up_at(policy, now.max(started));
        state
    }

    /// When the platform gives up if this start and every later one dies at once.
    fn gives_up_at(&self, policy: &RestartPolicy, from: Timestamp) -> Option<Timestamp> {
        let limit = policy.give_up?;
        let waits = (self.counter + 1..limit)
            .filter_map(|counter| wait(policy, counter))
            .fold(SignedDuration::ZERO, |sum, wait| sum + wait);
        Some(later(from, waits))
    }
}

/// The first moment at which a start counts as survived.
#[must_use]
pub fn warmed_up(policy: &RestartPolicy, start: Timestamp) -> Timestamp {
    later(start, SignedDuration::from_mins(i64::from(policy.warmup_min)))
}

/// Saturating addition: a hostile date is no panic.
fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// One row of a simulation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Minutes and seconds since the first crash's start.
    pub crash_at: SignedDuration,
    pub counter: u32,
    /// Until the next restart; `None`: the platform gives up.
    pub wait: Option<SignedDuration>,
    pub mail: bool,
}

/// What happens to a container whose every start lives so long. Ends when the platform gives up,
/// or after two crashes in a row with the same counter, which repeat for ever.
#[must_use]
pub fn simulate(policy: &RestartPolicy, life: SignedDuration) -> Vec<Row> {
    let mut machine = Machine::default();
    let mut rows: Vec<Row> = Vec::new();
    let origin = Timestamp::UNIX_EPOCH;
    let mut now = origin;
    machine.step(policy, Event { at: now, kind: EventKind::Fresh });
    for _ in 0..100 {
        now = later(now, life);
        machine.step(policy, Event { at: now, kind: EventKind::Crash });
        let wait = wait(policy, machine.counter);
        rows.push(Row {
            crash_at: now.duration_since(origin),
            counter: machine.counter,
            wait,
            mail: policy.mails.contains(&machine.counter),
        });
        let repeats = rows.len() >= 2 && rows[rows.len() - 2].counter == machine.counter;
        match wait {
            Some(wait) if !repeats => now = later(now, wait),
            _ => break,
        }
    }
    rows
}

#[cfg(test)]
#[path = "policy_test.rs"]
mod tests;
