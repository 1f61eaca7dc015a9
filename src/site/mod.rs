//! Discovery and the platform profile. Sees log, python, rules, model, text.
//!
//! `discover` looks at fixed places of a machine or of a copied tree and says what it found and
//! what it looked for; it never follows the content of logs to other places.

#![expect(
    clippy::case_sensitive_file_extension_comparisons,
    reason = "the servers and Python compare names exactly, too"
)]

mod checkout;
pub mod config;
mod environment;
pub(crate) mod pythonanywhere;
pub mod servers;
mod tree;
mod walk;

use std::path::{Path, PathBuf};

use crate::log::kind::InputKind;
use crate::log::read::rotated;
use crate::model::{LogFile, LogKind, PythonVersion, Site};
use crate::rules::Rules;

pub use tree::{Tree, join};

/// What discovery found.
#[derive(Debug, Default)]
pub struct Discovered {
    pub sites: Vec<Site>,
    /// Places that were looked at, for "nothing found".
    pub looked_for: Vec<String>,
    /// What was left out, and why.
    pub notes: Vec<String>,
}

/// Looks for sites below `root` (`/` on the machine itself): a hosting platform's places first,
/// then servers' configuration, then projects. Sites say by `on_host` and `times_are_real` what
/// the machine and file times mean.
#[must_use]
pub fn discover(root: &Path, domain: Option<&str>, rules: &Rules) -> Discovered {
    let tree = Tree::new(root);
    let mut found = Discovered::default();
    pythonanywhere::find(root, domain, &mut found);
    for site in &mut found.sites {
        site.on_host = tree.is_machine();
        site.times_are_real = true;
    }
    if found.sites.is_empty() {
        servers::find(&tree, domain, &mut found);
    }
    for site in &mut found.sites {
        with_rotated(&tree, &mut site.logs);
    }
    let platform = tree
        .is_machine()
        .then(|| {
            environment::platform(
                rules,
                |name| std::env::var_os(name).is_some(),
                |path| Path::new(path).exists(),
            )
        })
        .flatten();
    // A domain says nothing of the projects that lie about on a machine that may not serve it.
    if found.sites.is_empty() && (domain.is_none() || platform.is_some()) {
        projects(&tree, platform.is_some(), &mut found);
    }
    if let Some(platform) = platform {
        for site in &mut found.sites {
            site.platform = Some(platform.clone());
        }
    }
    found
}

/// Checkouts: the current folder on the machine itself, a container's places, then homes.
fn projects(tree: &Tree, in_container: bool, found: &mut Discovered) {
    let mut stages: Vec<Vec<PathBuf>> = Vec::new();
    let mut shown = Vec::new();
    if tree.is_machine() {
        if let Ok(here) = std::env::current_dir()
            && here != Path::new("/")
        {
            shown.push(here.display().to_string());
            stages.push(vec![here]);
        }
        if in_container {
            shown.extend(checkout::CONTAINER_PLACES.iter().map(|place| (*place).to_owned()));
            stages.push(checkout::places(tree, checkout::CONTAINER_PLACES));
        }
        let home = std::env::var_os("HOME").map(PathBuf::from).filter(|dir| dir.is_dir());
        if let Some(home) = home.filter(|home| !stages.iter().any(|stage| stage.contains(home))) {
            shown.push(home.display().to_string());
            stages.push(vec![home]);
        }
    } else {
        for places in [checkout::CONTAINER_PLACES, checkout::SERVER_PLACES] {
            shown.extend(places.iter().map(|place| (*place).to_owned()));
            stages.push(checkout::places(tree, places));
        }
    }
    shown.dedup();
    if shown.is_empty() {
        shown.push("the current folder and the home folder".to_owned());
    }
    found.looked_for.push(format!("{} in {}", checkout::LOOKED_FOR, shown.join(", ")));
    for start in stages {
        let (sites, notes) = checkout::find(tree, &start, walk::Bounds::default());
        found.notes.extend(notes);
        if !sites.is_empty() {
            let logs = if tree.is_machine() { Vec::new() } else { copied_logs(tree) };
            found.sites.extend(sites.into_iter().map(|site| Site {
                on_host: in_container,
                logs: site.logs.iter().chain(&logs).cloned().collect(),
                ..site
            }));
            return;
        }
    }
}

/// A log that was rotated a moment ago says little: older parts of its set, newest first, are
/// read with it until there is enough.
fn with_rotated(tree: &Tree, logs: &mut Vec<LogFile>) {
    /// Bytes that are enough, and older parts at most.
    const ENOUGH: u64 = 256 * 1024;
    const MOST: usize = 3;
    let mut all: Vec<LogFile> = Vec::new();
    for log in logs.drain(..) {
        let mut size = std::fs::metadata(&log.path).map_or(0, |meta| meta.len());
        let mut older = Vec::new();
        for part in rotated(&log.path).into_iter().rev().skip(1).take(MOST) {
            if size >= ENOUGH {
                break;
            }
            let Some(path) = tree.follow(&part).filter(|path| path.is_file()) else { break };
            size += std::fs::metadata(&path).map_or(0, |meta| meta.len());
            older.push(LogFile { shown: tree.shown(&part), path, kind: log.kind });
        }
        all.extend(older.into_iter().rev());
        all.push(log);
    }
    let mut seen = std::collections::BTreeSet::new();
    all.retain(|log| seen.insert(log.path.clone()));
    *logs = all;
}

/// Logs of the operating system, which say nothing of a web app.
const SYSTEM_LOGS: &[&str] = &[
    "alternatives",
    "auth",
    "boot",
    "bootstrap",
    "cloud-init",
    "daemon",
    "dpkg",
    "fontconfig",
    "kern",
    "mail",
];

/// Logs at the top of a copied tree's `/var/log` that may be some web app's.
fn copied_logs(tree: &Tree) -> Vec<LogFile> {
    tree.names("/var/log")
        .into_iter()
        .filter(|name| name.strip_suffix(".log").is_some_and(|stem| !SYSTEM_LOGS.contains(&stem)))
        .filter_map(|name| {
            let shown = join("/var/log", &name);
            let path = tree.find(&shown).filter(|path| path.is_file())?;
            let text = tree::head(&path)?;
            match crate::log::kind::recognise(&name, &text) {
                InputKind::Log(kind) => {
                    Some(LogFile { path, shown, kind: Some(kind).filter(|k| *k != LogKind::Any) })
                }
                _ => None,
            }
        })
        .collect()
}

/// The web apps in a project folder that the person named, nearest first, and what was left out.
#[must_use]
pub fn project(dir: &Path) -> (Vec<Site>, Vec<String>) {
    checkout::of_folder(dir)
}

/// `3.11` or `3.11.4`, at the start of the text.
fn version(text: &str) -> Option<PythonVersion> {
    let mut parts = text.split(|c: char| !c.is_ascii_digit());
    let version =
        PythonVersion { major: parts.next()?.parse().ok()?, minor: parts.next()?.parse().ok()? };
    (2..=3).contains(&version.major).then_some(version)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rotated_log_is_read_with_its_older_parts() {
        let folder = tempfile::tempdir().expect("a folder");
        let log = folder.path().join("var/log");
        std::fs::create_dir_all(&log).expect("made");
        for name in ["a.b.error.log", "a.b.error.log.1", "a.b.error.log.2.gz", "c.d.error.log.1"] {
            std::fs::write(log.join(name), "x").expect("written");
        }
        let tree = Tree::new(folder.path());
        let mut logs = vec![LogFile {
            path: log.join("a.b.error.log"),
            shown: "/var/log/a.b.error.log".to_owned(),
            kind: Some(LogKind::Error),
        }];
        with_rotated(&tree, &mut logs);
        let shown: Vec<&str> = logs.iter().map(|log| log.shown.as_str()).collect();
        assert_eq!(
            shown,
            ["/var/log/a.b.error.log.2.gz", "/var/log/a.b.error.log.1", "/var/log/a.b.error.log"]
        );
    }
}
