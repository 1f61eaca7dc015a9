//! Why the job could not be done: what happened, and the way out.

use std::fmt;

/// A failure for the user: exit code 2.
#[derive(Debug)]
pub struct Failure {
    /// One line: names the file or flag.
    pub message: String,
    /// Commands or paths that help.
    pub hints: Vec<String>,
}

impl Failure {
    /// A failure without hints.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hints: Vec::new() }
    }

    /// Adds a way out.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message)?;
        for hint in &self.hints {
            write!(f, "\n  {hint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}
