//! The probe: phases, pages, what a status means. Sees rules, model, text.
//!
//! `probe::run` sends at most `hits` GET requests and measures each phase on connections of its
//! own (hyper over our TCP and TLS streams), because a high-level client hides the phases.
//! The tokio runtime lives inside `run` only. Nothing here ranks causes or prints.

mod address;
pub mod api;
pub mod classify;
mod connect;
mod cookies;
mod exchange;
mod failure;
mod hint;
mod hit;
mod meter;
pub mod notes;
pub mod plan;
pub mod probe;
mod proxy;
mod raw;
mod request;
mod resolve;
mod tls;
pub mod verdict;
mod webapp;
