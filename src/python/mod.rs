//! Parsing Python, import resolution, guards, lints. Never runs the user's code. Sees rules, model, text.

pub mod decode;
pub mod limits;
pub mod lines;
pub mod parse;
pub mod problem;
pub mod semantic;
pub mod stack;
pub mod syntax;

#[cfg(test)]
mod hostile_test;
