//! `diagnose`: why a hosted Python web app shows an error, ranked and with evidence.
//!
//! Data flows one way: arguments → plan → site → collectors → facts → engine → report →
//! redaction → renderer. The module docs say what belongs where.

pub mod checks;
pub mod cli;
pub mod engine;
pub mod http;
pub mod log;
pub mod model;
pub mod procfile;
pub mod python;
pub mod redact;
pub mod report;
pub mod restarts;
pub mod rules;
pub mod site;
pub mod text;
