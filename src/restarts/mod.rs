//! The restart policy as a state machine, and the readers of platform events.
//! Sees log, rules, model, text.

pub mod policy;
pub mod read;
mod states;

pub use states::{History, current_crashes, histories, reference_time, states};
