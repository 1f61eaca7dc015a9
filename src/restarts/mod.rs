//! The restart policy as a state machine, and the readers of platform events.
//! Sees log, rules, model, text.

pub mod policy;
