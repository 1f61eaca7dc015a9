//! Python files that lie beside a module, loaded or not, for what they do or would have done.

use super::Interp;
use crate::python::resolve::pathops;

/// Most files of one folder that are looked into.
const MAX_FILES: usize = 40;
/// Largest file that is looked into, in bytes.
const MAX_BYTES: u64 = 1 << 18;

impl Interp<'_> {
    /// Names of the Python files in a folder on the server, sorted.
    pub(super) fn python_files(&mut self, folder: &str) -> Vec<String> {
        let listing = self.finder.list(folder);
        let files = listing.iter().filter(|(file, is_dir)| !is_dir && file.ends_with(".py"));
        let mut files: Vec<String> = files.map(|(file, _)| file.to_owned()).collect();
        files.sort_unstable();
        files.truncate(MAX_FILES);
        files
    }

    /// What a small file in a folder on the server says.
    pub(super) fn text_beside(&self, folder: &str, file: &str) -> Option<String> {
        let disk = self.finder.disk(&pathops::join(folder, file));
        let meta = std::fs::metadata(&disk).ok()?;
        (meta.is_file() && meta.len() <= MAX_BYTES)
            .then(|| std::fs::read_to_string(&disk).ok())
            .flatten()
    }

    /// The file was loaded as a module.
    pub(super) fn is_loaded(&self, folder: &str, file: &str) -> bool {
        let path = pathops::join(folder, file);
        self.modules.iter().any(|module| module.path == path)
    }
}
