//! Parsing Python, import resolution, guards, lints. Never runs the user's code. Sees rules, model, text.

pub mod calls;
pub mod decode;
pub mod entry;
pub mod interp;
pub mod limits;
pub mod lines;
pub mod lints;
pub mod parse;
pub mod problem;
pub mod resolve;
pub mod semantic;
pub mod source;
pub mod stack;
pub mod syntax;
pub mod value;

#[cfg(test)]
mod hostile_test;

pub use lints::explain_lint;
