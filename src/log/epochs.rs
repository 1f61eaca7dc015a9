//! Epochs: everything logged since one start, reload or deploy of the app.
//!
//! A respawned worker, or a restart right after a crash without reload or deploy, is no new epoch;
//! lines of one start that are seconds apart are one boundary.

use jiff::Timestamp;

use super::dialect::LifeKind;
use super::events::{FileEvents, Life};
use super::merge::Order;

/// Seconds within which the lines of one start stand (a reload says so several times).
const ONE_START: i64 = 30;

/// The first moment of an epoch.
#[derive(Debug, Clone)]
pub(super) struct Boundary {
    pub order: u64,
    pub time: Option<Timestamp>,
    /// The server said that it was ready afterwards.
    pub ready: bool,
}

/// Boundaries in order. What stands before the first one belongs to an epoch of its own.
pub(super) fn boundaries(files: &[FileEvents], order: &Order) -> Vec<Boundary> {
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
    walk.list
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
                if !again {
                    self.begin(position, life);
                }
            }
            LifeKind::Start => {
                let by_itself = self.crashed && !self.announced;
                let part_of_it = self.announced || (!self.stopped && self.close_to_last(life.time));
                self.crashed = false;
                self.stopped = false;
                self.announced = false;
                if !by_itself && (!part_of_it || self.list.is_empty()) {
                    self.begin(position, life);
                }
            }
            LifeKind::Respawn | LifeKind::WorkerDied | LifeKind::Timeout => {}
        }
    }

    fn begin(&mut self, position: u64, life: &Life) {
        self.list.push(Boundary { order: position, time: life.time, ready: false });
    }

    fn close_to_last(&self, time: Option<Timestamp>) -> bool {
        match (self.list.last().and_then(|last| last.time), time) {
            (Some(a), Some(b)) => (b.as_second() - a.as_second()).abs() <= ONE_START,
            _ => false,
        }
    }
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
}
