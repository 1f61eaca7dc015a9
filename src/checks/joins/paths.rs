//! Paths quoted in logs matched to files at hand, by longest common suffix.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use jiff::Timestamp;

use crate::model::{Facts, Site};

/// Largest file that is compared with a log's quotation, in bytes.
const LARGEST: u64 = 2 * 1024 * 1024;
/// Most files of the project that are looked at.
const MOST_FILES: usize = 20_000;

/// The readable files of the site, by name.
pub(super) struct Files {
    root: Option<PathBuf>,
    on_host: bool,
    by_name: BTreeMap<String, Vec<PathBuf>>,
    texts: RefCell<BTreeMap<PathBuf, Option<Vec<String>>>>,
}

impl Files {
    /// Lists the project's Python files once.
    pub(super) fn new(site: &Site) -> Self {
        let mut by_name: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
        let mut add = |path: PathBuf| {
            if let Some(name) = path.file_name() {
                by_name.entry(name.to_string_lossy().into_owned()).or_default().push(path);
            }
        };
        if let Some(wsgi) = &site.wsgi {
            add(wsgi.clone());
        }
        if let Some(project) = &site.project {
            walkdir::WalkDir::new(project)
                .max_depth(8)
                .into_iter()
                .filter_entry(|entry| {
                    let name = entry.file_name().to_string_lossy();
                    entry.depth() == 0
                        || !(name.starts_with('.')
                            || matches!(
                                name.as_ref(),
                                "node_modules" | "site-packages" | "__pycache__" | "venv" | "env"
                            ))
                })
                .filter_map(Result::ok)
                .filter(|entry| entry.file_type().is_file())
                .filter(|entry| entry.path().extension().is_some_and(|ending| ending == "py"))
                .take(MOST_FILES)
                .for_each(|entry| add(entry.into_path()));
        }
        Self { root: site.root.clone(), on_host: site.on_host, by_name, texts: RefCell::default() }
    }

    /// The file at hand that a path of the server means; `None` where two fit equally well.
    pub(super) fn find(&self, server_path: &str) -> Option<PathBuf> {
        if let Some(root) = &self.root {
            let below = root.join(server_path.trim_start_matches('/'));
            if below.is_file() {
                return Some(below);
            }
        } else if self.on_host && Path::new(server_path).is_file() {
            return Some(PathBuf::from(server_path));
        }
        let name = server_path.rsplit('/').next()?;
        let candidates = self.by_name.get(name)?;
        let common = |path: &Path| {
            let ours: Vec<_> = path.components().rev().collect();
            let theirs: Vec<&str> = server_path.rsplit('/').collect();
            ours.iter()
                .zip(&theirs)
                .take_while(|(a, b)| a.as_os_str().to_string_lossy() == **b)
                .count()
        };
        let best = candidates.iter().map(|path| common(path)).max()?;
        let mut fitting = candidates.iter().filter(|path| common(path) == best);
        let first = fitting.next()?;
        // A name that everything shares (`__init__.py`, `views.py`) needs its folder too.
        let unique = fitting.next().is_none() && (best >= 2 || candidates.len() == 1);
        unique.then(|| first.clone())
    }

    /// A line of a file, trimmed; `None` where the file cannot be read.
    pub(super) fn line(&self, path: &Path, number: u32) -> Option<Option<String>> {
        self.with_lines(path, |lines| {
            lines.get(number.saturating_sub(1) as usize).map(|line| line.trim().to_owned())
        })
    }

    /// Whether the text stands anywhere in the file as a line of its own.
    pub(super) fn has_line(&self, path: &Path, text: &str) -> Option<bool> {
        self.with_lines(path, |lines| lines.iter().any(|line| line.trim() == text))
    }

    fn with_lines<T>(&self, path: &Path, get: impl Fn(&[String]) -> T) -> Option<T> {
        let mut texts = self.texts.borrow_mut();
        let lines = texts.entry(path.to_owned()).or_insert_with(|| {
            let size = std::fs::metadata(path).ok()?.len();
            if size > LARGEST {
                return None;
            }
            let bytes = std::fs::read(path).ok()?;
            Some(String::from_utf8_lossy(&bytes).lines().map(str::to_owned).collect())
        });
        lines.as_deref().map(get)
    }

    /// When the file was changed last.
    pub(super) fn changed(path: &Path) -> Option<SystemTime> {
        std::fs::metadata(path).ok()?.modified().ok()
    }
}

/// Seconds by which a log's file time and its last line differ where file times were kept.
const LOG_SLACK: i64 = 120;

/// Whether file times are the server's: on the machine itself they are; a copied tree kept them
/// only if its logs' times fit their last lines (a checkout or an unpacked upload is all "now").
pub(super) fn times_are_kept(site: &Site, facts: &Facts) -> bool {
    if !site.times_are_real {
        return false;
    }
    if site.on_host {
        return true;
    }
    site.logs.iter().any(|log| {
        let last = facts.logs.iter().find(|read| read.path == log.shown).and_then(|read| read.last);
        let saved = Files::changed(&log.path).and_then(|time| Timestamp::try_from(time).ok());
        match (last, saved) {
            (Some(last), Some(saved)) => (saved.as_second() - last.as_second()).abs() <= LOG_SLACK,
            _ => false,
        }
    })
}
