//! The command line: arguments, plan, one file per sub-command. Everything is wired here.

pub mod args;
mod diagnose;
mod exit;
mod failure;
pub mod plan;
mod progress;

pub use diagnose::{DiagnoseInput, diagnose_args, diagnose_site};
pub use exit::Exit;
pub use failure::Failure;
