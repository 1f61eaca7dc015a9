//! Where modules are found: the effective search path, the tree at hand, virtual environments.
//! Reads directories and small files; never code.

pub mod declared;
pub mod finder;
pub mod pathops;
pub mod pins;
pub mod venv;

use std::path::{Path, PathBuf};

/// Maps paths on the server to files at hand.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    /// Folder that plays `/`; `None`: paths are those of this machine.
    pub root: Option<PathBuf>,
    /// A path on the server whose text is read from another file at hand.
    pub unsaved: Option<(String, PathBuf)>,
}

impl Tree {
    /// File at hand of a path on the server.
    pub fn disk(&self, server: &str) -> PathBuf {
        if let Some((file, text)) = &self.unsaved
            && file == server
        {
            return text.clone();
        }
        match &self.root {
            Some(root) => root.join(server.trim_start_matches('/')),
            None => PathBuf::from(server),
        }
    }

    /// Path on the server of a file at hand (absolute), or of a path that already is one.
    pub fn server(&self, path: &Path) -> String {
        if let Some(root) = &self.root {
            let root = std::path::absolute(root).unwrap_or_else(|_| root.clone());
            let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
            if let Ok(rest) = absolute.strip_prefix(&root) {
                return format!("/{}", rest.display());
            }
            return path.display().to_string();
        }
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        pathops::normal(&absolute.display().to_string())
    }
}

/// One entry of the search path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathEntry {
    /// Path on the server, normalised.
    pub path: String,
    pub origin: Origin,
}

/// Who put an entry there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The server: working folder, `pythonpath`, the entry's own folder.
    Server,
    /// Assumed by us, because the deployment is not known.
    Assumed,
    /// The code itself, with this module and byte range.
    Code { module: usize, start: u32, end: u32 },
    /// The virtual environment.
    SitePackages,
}
