//! Discovery and the platform profile. Sees log, python, rules, model, text.
//!
//! `discover` looks at fixed places of a machine or of a copied tree and says what it found and
//! what it looked for; it never follows the content of logs to other places.

mod pythonanywhere;

use std::path::{Path, PathBuf};

use crate::model::Site;

/// What discovery found.
#[derive(Debug, Default)]
pub struct Discovered {
    pub sites: Vec<Site>,
    /// Places that were looked at, for "nothing found".
    pub looked_for: Vec<String>,
    /// What was left out, and why.
    pub notes: Vec<String>,
}

/// Looks for sites below `root` (`/` on the machine itself).
#[must_use]
pub fn discover(root: &Path, domain: Option<&str>) -> Discovered {
    let mut found = Discovered::default();
    pythonanywhere::find(root, domain, &mut found);
    found
}

/// A path of the server as a readable path below `root`.
#[must_use]
pub fn below(root: &Path, server_path: &str) -> PathBuf {
    root.join(server_path.trim_start_matches('/'))
}

/// A readable path as the server knows it.
#[must_use]
pub fn on_server(root: Option<&Path>, path: &Path) -> String {
    match root.and_then(|root| path.strip_prefix(root).ok()) {
        Some(rest) => format!("/{}", rest.display()),
        None => path.display().to_string(),
    }
}
