//! `diagnose lint -`: code from standard input, as editors and hooks hand it over.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use super::args::LintArgs;
use super::failure::Failure;
use super::plan::keep;
use crate::python::fix::FixedFile;
use crate::python::unsaved::Unsaved;

/// Code that came from standard input.
pub(super) struct Typed {
    pub(super) unsaved: Unsaved,
    /// Where it is kept; goes with this.
    _folder: tempfile::TempDir,
}

impl Typed {
    /// Reads standard input where that is asked for.
    ///
    /// # Errors
    /// Other paths stand beside it, or it cannot be kept.
    pub(super) fn read(args: &LintArgs) -> anyhow::Result<Option<Self>> {
        let dash = args.paths.iter().any(|path| path == Path::new("-"));
        if !dash && args.stdin_filename.is_none() {
            return Ok(None);
        }
        if args.paths.iter().any(|path| path != Path::new("-")) {
            let message = if dash {
                "- is the code from standard input: no other path can stand beside it"
            } else {
                "--stdin-filename names the code from standard input: no path can stand beside it"
            };
            return Err(Failure::new(message).hint("diagnose lint - --stdin-filename FILE").into());
        }
        if let Some(folder) = args.stdin_filename.as_ref().filter(|path| path.is_dir()) {
            return Err(Failure::new(format!(
                "--stdin-filename {}: is a folder",
                folder.display()
            ))
            .hint("name the file that the code belongs to")
            .into());
        }
        let (folder, text, problem) =
            keep(|| Ok(std::io::stdin().lock()), &AtomicBool::new(false))?;
        if let Some(problem) = problem {
            return Err(Failure::new(format!("standard input: {problem}")).into());
        }
        let file = args.stdin_filename.clone().unwrap_or_else(|| PathBuf::from("stdin"));
        Ok(Some(Self { unsaved: Unsaved { file, text }, _folder: folder }))
    }

    /// `--fix`: with the changes of this code alone, prints the code, changed or as it came, and takes it as the text from now on.
    pub(super) fn print(&self, changes: &[FixedFile]) -> std::io::Result<()> {
        let text = match changes.first() {
            Some(change) => {
                std::fs::write(&self.unsaved.text, &change.after)?;
                change.after.clone()
            }
            None => std::fs::read(&self.unsaved.text)?,
        };
        std::io::stdout().lock().write_all(&text)
    }
}
