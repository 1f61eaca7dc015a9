//! Reading logs: files, prefixes, time stamps, epochs, tracebacks, dialects. Sees rules, model, text.

pub mod line;
