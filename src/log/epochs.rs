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
    let mut list: Vec<Boundary> = Vec::new();
    let mut crashed = false;
    for (position, life) in lives {
        match life.kind {
            LifeKind::Crash | LifeKind::LoadFailed => crashed = true,
            LifeKind::Ready => {
                crashed = false;
                if let Some(last) = list.last_mut() {
                    last.ready = true;
                }
            }
            LifeKind::Start if crashed => crashed = false,
            LifeKind::Start | LifeKind::Reload | LifeKind::Deploy => {
                crashed = false;
                let same = list.last().is_some_and(|last: &Boundary| {
                    !last.ready && near(last.time, life.time)
                        || life.kind == LifeKind::Start && near(last.time, life.time)
                });
                if !same {
                    list.push(Boundary { order: position, time: life.time, ready: false });
                }
            }
            LifeKind::Stop | LifeKind::Respawn | LifeKind::WorkerDied | LifeKind::Timeout => {}
        }
    }
    list
}

fn near(a: Option<Timestamp>, b: Option<Timestamp>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (b.as_second() - a.as_second()).abs() <= ONE_START,
        _ => false,
    }
}
