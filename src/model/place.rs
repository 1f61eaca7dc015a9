//! Where something stands.

use std::sync::Arc;

/// A position in a file, as a person would look it up: lines and columns count from 1.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file as the user knows it: the path they gave, or the one on the server.
    pub file: Arc<str>,
    /// First line, from 1.
    pub line: Option<u32>,
    /// First column in characters, from 1.
    pub column: Option<u32>,
    /// Last line, from 1; never before `line`.
    pub end_line: Option<u32>,
    /// Column just behind the last character, from 1.
    pub end_column: Option<u32>,
}

impl Place {
    /// A whole file.
    #[must_use]
    pub fn file(file: impl Into<Arc<str>>) -> Self {
        Self { file: file.into(), line: None, column: None, end_line: None, end_column: None }
    }

    /// One line of a file.
    #[must_use]
    pub fn line(file: impl Into<Arc<str>>, line: u32) -> Self {
        Self { line: Some(line), ..Self::file(file) }
    }

    /// `file:line`, or just the file.
    #[must_use]
    pub fn display(&self) -> String {
        match self.line {
            Some(line) => format!("{}:{line}", self.file),
            None => self.file.to_string(),
        }
    }
}
