//! Reading logs: files, prefixes, time stamps, epochs, tracebacks, dialects. Sees rules, model, text.

pub mod access;
pub mod added;
mod boring;
pub(crate) mod bytes;
mod circle;
mod clocks;
pub mod dialect;
pub(crate) mod document;
mod epochs;
mod events;
mod flattened;
mod grams;
pub mod kind;
pub mod line;
pub mod merge;
pub mod order;
mod prefilter;
pub mod prefix;
pub mod read;
mod refusals;
pub mod scan;
mod spaced;
pub mod stamp;
pub mod traceback;
mod unfinished;
mod unwrap;
