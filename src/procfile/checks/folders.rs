//! What lies in the project: names of files and folders, as far as start commands speak of them.

use std::path::{Path, PathBuf};

use super::Project;

pub(in crate::procfile) fn is_plain(word: &str) -> bool {
    !word.contains(['$', '\0', '`', '*', '~'])
}

/// One letter too many, too few, wrong, or two changed places.
pub(in crate::procfile) fn swapped(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a == b || a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let start = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (rest_a, rest_b) =
        (a.len().saturating_sub(start + end), b.len().saturating_sub(start + end));
    match (rest_a, rest_b) {
        (0 | 1, 0 | 1) => true,
        (2, 2) => a[start] == b[start + 1] && a[start + 1] == b[start],
        _ => false,
    }
}

/// The folder that a command works in; `None`: not known.
pub(super) fn folder(project: &Project<'_>, chdir: Option<&str>) -> Option<PathBuf> {
    match chdir {
        None => Some(project.dir.clone()),
        Some(dir) if is_plain(dir) => {
            match dir.strip_prefix("/app/").or(if dir == "/app" { Some("") } else { None }) {
                Some(below) => Some(project.dir.join(below)),
                None if dir.starts_with('/') => None,
                None => Some(project.dir.join(dir)),
            }
        }
        Some(_) => None,
    }
}

pub(super) fn below_folders(dir: &Path) -> Vec<String> {
    names(dir, true)
        .into_iter()
        .filter(|name| {
            !name.starts_with('.')
                && !matches!(name.as_str(), "node_modules" | "venv" | "env" | "tests" | "docs")
        })
        .take(100)
        .collect()
}

pub(super) fn modules(dir: &Path) -> Vec<String> {
    names(dir, false)
        .into_iter()
        .filter_map(|name| name.strip_suffix(".py").map(str::to_owned))
        .collect()
}

pub(super) fn names(dir: &Path, folders: bool) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(dir)
        .into_iter()
        .flatten()
        .take(2_000)
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir() == folders))
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort();
    names
}
