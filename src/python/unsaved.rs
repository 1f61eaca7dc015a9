//! Code that stands in the place of a file: what an editor has not saved yet, or standard input.

use std::path::{Path, PathBuf};

/// A file whose text is elsewhere. It need not exist itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsaved {
    /// The file as it is called.
    pub file: PathBuf,
    /// Where its text is kept for the run.
    pub text: PathBuf,
}

impl Unsaved {
    /// Where a file's text is read.
    pub fn at_hand<'p>(unsaved: Option<&'p Self>, path: &'p Path) -> &'p Path {
        match unsaved {
            Some(unsaved) if unsaved.file == path => &unsaved.text,
            _ => path,
        }
    }

    /// The file as it is called, of where its text is read.
    pub fn named<'p>(unsaved: Option<&'p Self>, path: &'p Path) -> &'p Path {
        match unsaved {
            Some(unsaved) if unsaved.text == path => &unsaved.file,
            _ => path,
        }
    }
}
