//! Parsing Python, import resolution, guards, lints. Never runs the user's code. Sees rules, model, text.

mod ahead;
pub mod calls;
pub mod decode;
pub mod entry;
pub mod entry_points;
pub mod fix;
pub mod installed;
pub mod interp;
pub mod limits;
pub mod lines;
pub mod lint_run;
pub mod lints;
mod maps;
mod nesting;
mod outline;
pub mod parse;
pub mod problem;
pub mod resolve;
pub mod semantic;
pub mod source;
pub mod stack;
pub mod suppress;
pub mod syntax;
pub mod unsaved;
pub mod value;
mod walk;

#[cfg(test)]
mod hostile_test;

pub use entry_points::entry_in;
pub use lints::explain_lint;
