//! Epochs: everything logged since one start, reload or deploy of the app.
//!
//! A respawned worker, or a restart right after a crash without reload or deploy, is no new epoch;
//! lines of one start that are seconds apart are one boundary. Where a platform logs starts but no
//! crashes, a container's next start is taken for a restart after a crash if the same failure
//! stands on both sides of it. A restart after which the app fails otherwise begins an epoch:
//! somebody changed something.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::dialect::LifeKind;
use super::events::{FileEvents, Life};
use super::merge::Order;

/// Seconds within which the lines of one start stand (a reload says so several times).
const ONE_START: i64 = 30;
/// The mark of a platform that logs the starts of its containers.
const CONTAINER: &str = "container starts";

/// The first moment of an epoch.
#[derive(Debug, Clone)]
pub(super) struct Boundary {
    pub order: u64,
    pub time: Option<Timestamp>,
    /// The server said that it was ready afterwards.
    pub ready: bool,
    /// A container that had been started before was started, and nothing says why.
    pub again: bool,
}

impl Boundary {
    fn at(position: u64, life: &Life) -> Self {
        Self { order: position, time: life.time, ready: false, again: false }
    }
}

/// A start that failed.
#[derive(Debug, Clone)]
pub(super) struct FailedStart {
    pub order: u64,
    pub container: Option<String>,
    /// What makes two failures the same.
    pub key: String,
}

/// Boundaries in order. What stands before the first one belongs to an epoch of its own.
pub(super) fn boundaries(
    files: &[FileEvents],
    order: &Order,
    failures: &[FailedStart],
) -> Vec<Boundary> {
    let mut lives: Vec<(u64, &Life)> = files
        .iter()
        .enumerate()
        .flat_map(|(at, file)| {
            file.lives.iter().map(move |life| (order.at(life.time, at, life.line), life))
        })
        .collect();
    lives.sort_by_key(|(position, _)| *position);
    let mut walk = Walk::default();
    for (position, life) in lives {
        walk.step(position, life);
    }
    let mut list = walk.list;
    join_loops(&mut list, failures);
    let restarts = walk.restarts.iter().map(|(boundary, _)| boundary.order);
    let mut starts: Vec<u64> = list.iter().map(|boundary| boundary.order).chain(restarts).collect();
    starts.sort_unstable();
    let changed = walk.restarts.into_iter().filter(|(boundary, container)| {
        let own = |failure: &&FailedStart| failure.container == *container;
        let (before, after) = around(boundary.order, &starts, failures, &own);
        !before.is_empty() && !after.is_empty() && before.is_disjoint(&after)
    });
    list.extend(changed.map(|(boundary, _)| boundary));
    list.sort_by_key(|boundary| boundary.order);
    list
}

/// The failures between a start and its neighbours.
fn around<'f>(
    order: u64,
    starts: &[u64],
    failures: &'f [FailedStart],
    own: &dyn Fn(&&FailedStart) -> bool,
) -> (BTreeSet<&'f str>, BTreeSet<&'f str>) {
    let from = starts.iter().copied().take_while(|start| *start < order).last().unwrap_or(0);
    let to = starts.iter().copied().find(|start| *start > order).unwrap_or(u64::MAX);
    let between = |from: u64, to: u64| {
        let inside = failures.iter().filter(|one| (from..to).contains(&one.order)).filter(own);
        inside.map(|one| one.key.as_str()).collect()
    };
    (between(from, order), between(order, to))
}

/// Takes the restarts of a loop out of the boundaries.
fn join_loops(boundaries: &mut Vec<Boundary>, failures: &[FailedStart]) {
    if !boundaries.iter().any(|boundary| boundary.again) {
        return;
    }
    let orders: Vec<u64> = boundaries.iter().map(|boundary| boundary.order).collect();
    boundaries.retain(|boundary| {
        let same = || {
            let (before, after) = around(boundary.order, &orders, failures, &|_| true);
            !before.is_disjoint(&after)
        };
        !(boundary.again && same())
    });
}

/// What the lines so far said.
#[derive(Debug, Default)]
struct Walk {
    list: Vec<Boundary>,
    /// The app died by itself: the next start is the platform's or supervisor's.
    crashed: bool,
    /// It was stopped on purpose: the next start is somebody's.
    stopped: bool,
    /// A reload or deploy was announced whose start has not come yet.
    announced: bool,
    /// Restarts after a crash, with their containers.
    restarts: Vec<(Boundary, Option<String>)>,
    /// The last restart after a crash: the server's own first line follows it.
    revived: Option<Timestamp>,
    /// Containers that were started since the last reload or deploy.
    containers: BTreeSet<String>,
}

impl Walk {
    fn step(&mut self, position: u64, life: &Life) {
        match life.kind {
            LifeKind::Crash | LifeKind::LoadFailed => self.crashed = true,
            LifeKind::Stop => self.stopped = true,
            LifeKind::Ready => {
                self.crashed = false;
                self.announced = false;
                if let Some(last) = self.list.last_mut() {
                    last.ready = true;
                }
            }
            LifeKind::Reload | LifeKind::Deploy => {
                let again = self.announced && self.close_to_last(life.time);
                self.crashed = false;
                self.stopped = false;
                self.announced = true;
                self.containers.clear();
                if !again {
                    self.begin(position, life);
                }
            }
            LifeKind::Start => {
                let by_itself = self.crashed && !self.announced;
                let part_of_it = self.announced
                    || (!self.stopped && self.close_to_last(life.time))
                    || (!by_itself && close(self.revived, life.time));
                if by_itself {
                    self.revived = life.time;
                    self.restarts.push((Boundary::at(position, life), life.container.clone()));
                }
                let again = self.started(life);
                self.crashed = false;
                self.stopped = false;
                self.announced = false;
                if !by_itself && (!part_of_it || self.list.is_empty()) {
                    self.begin(position, life);
                    if let Some(last) = self.list.last_mut() {
                        last.again = again;
                    }
                }
            }
            LifeKind::Respawn | LifeKind::WorkerDied | LifeKind::Timeout => {}
        }
    }

    fn begin(&mut self, position: u64, life: &Life) {
        self.list.push(Boundary::at(position, life));
    }

    /// Notes the start of a container; whether it had been started before.
    fn started(&mut self, life: &Life) -> bool {
        let Some(name) = life.container.as_ref().filter(|_| life.label == CONTAINER) else {
            return false;
        };
        !self.containers.insert(name.clone())
    }

    fn close_to_last(&self, time: Option<Timestamp>) -> bool {
        close(self.list.last().and_then(|last| last.time), time)
    }
}

fn close(a: Option<Timestamp>, b: Option<Timestamp>) -> bool {
    a.zip(b).is_some_and(|(a, b)| (b.as_second() - a.as_second()).abs() <= ONE_START)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Kinds with seconds → the orders at which epochs begin.
    fn begins(lives: &[(LifeKind, i64)]) -> Vec<u64> {
        let mut walk = Walk::default();
        for (at, (kind, second)) in lives.iter().enumerate() {
            let life = Life {
                kind: *kind,
                label: String::new(),
                time: Timestamp::from_second(*second).ok(),
                line: at as u64,
                pid: None,
                container: None,
                version: None,
            };
            walk.step(at as u64, &life);
        }
        walk.list.into_iter().map(|boundary| boundary.order).collect()
    }

    #[test]
    fn the_lines_of_one_reload_are_one_epoch() {
        use LifeKind::{Ready, Reload, Start, Stop};
        assert_eq!(
            begins(&[
                (Start, 0),
                (Ready, 1),
                (Reload, 100),
                (Reload, 100),
                (Stop, 101),
                (Start, 102),
                (Ready, 103)
            ]),
            [0, 2]
        );
    }

    #[test]
    fn a_restart_after_a_crash_is_none_and_one_after_a_stop_is() {
        use LifeKind::{Crash, Deploy, Ready, Start, Stop};
        assert_eq!(begins(&[(Start, 0), (Crash, 5), (Start, 6), (Crash, 9), (Start, 300)]), [0]);
        assert_eq!(begins(&[(Start, 0), (Ready, 1), (Stop, 5), (Start, 7)]), [0, 3]);
        assert_eq!(begins(&[(Start, 0), (Crash, 5), (Deploy, 50), (Start, 52)]), [0, 2]);
    }

    fn container(second: i64) -> Life {
        Life {
            kind: LifeKind::Start,
            label: CONTAINER.to_owned(),
            time: Timestamp::from_second(second).ok(),
            line: 0,
            pid: None,
            container: Some("web-1".to_owned()),
            version: None,
        }
    }

    #[test]
    fn restarts_with_the_same_failure_on_both_sides_are_no_epochs() {
        let mut walk = Walk::default();
        for (order, second) in [(10, 0), (20, 100), (30, 500)] {
            walk.step(order, &container(second));
        }
        let orders = |list: &[Boundary]| -> Vec<u64> { list.iter().map(|b| b.order).collect() };
        let mut list = walk.list;
        assert_eq!(orders(&list), [10, 20, 30]);
        let failures = [(12, "a"), (22, "a"), (32, "b")].map(|(order, key)| FailedStart {
            order,
            container: None,
            key: key.to_owned(),
        });
        join_loops(&mut list, &failures);
        assert_eq!(orders(&list), [10, 30]);
    }

    #[test]
    fn the_servers_own_first_line_belongs_to_a_restart_after_a_crash() {
        use LifeKind::{LoadFailed, Start};
        let lives = [(Start, 0), (LoadFailed, 50), (Start, 60), (Start, 63), (LoadFailed, 110)];
        assert_eq!(begins(&lives), [0]);
    }
}
