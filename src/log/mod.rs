//! Reading logs: files, prefixes, time stamps, epochs, tracebacks, dialects. Sees rules, model, text.

pub mod access;
pub(crate) mod bytes;
pub mod dialect;
pub mod kind;
pub mod line;
pub mod order;
pub mod prefix;
pub mod read;
pub mod stamp;
pub mod traceback;
