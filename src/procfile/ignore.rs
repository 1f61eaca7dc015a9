//! `# diagnose: ignore[WP110]` in Procfiles and manifests: the same words as in Python files.
//!
//! A comment behind a command (the shell takes it for one, too) speaks of its line, one on a line of
//! its own of the next line, and of the whole file where the finding has no line.

use std::collections::BTreeMap;
use std::path::Path;

use crate::python::lint_run::{next_code, unused};
use crate::python::lints::LintFinding;
use crate::python::suppress::{self, Ignore};

/// Takes out what the files' own comments ignore, and adds a note on comments that ignore nothing.
/// `files`: those that were checked, by the names that findings give them.
#[must_use]
pub fn heed(findings: Vec<LintFinding>, files: &[String]) -> Vec<LintFinding> {
    let mut ignores: BTreeMap<String, Vec<Ignore>> = BTreeMap::new();
    let named = findings.iter().map(|found| found.place.file.to_string());
    for file in named.chain(files.iter().cloned()) {
        ignores.entry(file).or_insert_with_key(|file| {
            super::text(Path::new(file)).map_or_else(Vec::new, |text| comments(&text))
        });
    }
    ignores.retain(|_, comments| !comments.is_empty());
    if ignores.is_empty() {
        return findings;
    }
    let findings = findings.into_iter().filter(|found| !of_the_file(found, &mut ignores)).collect();
    let mut kept =
        suppress::apply(findings, &mut ignores, |file, line| next_code(Path::new(file), line));
    kept.extend(unused(&ignores));
    kept
}

/// The comments of a text.
fn comments(text: &str) -> Vec<Ignore> {
    let mut all = Vec::new();
    for (line, no) in text.lines().zip(1u32..).take(10_000) {
        if !line.contains("diagnose:") {
            continue;
        }
        let Some(at) = line.find('#') else { continue };
        let Some((codes, whole_file)) = suppress::comment(&line[at..]) else { continue };
        all.push(Ignore {
            line: no,
            column: u32::try_from(line[..at].chars().count() + 1).unwrap_or(1),
            codes,
            next: line[..at].trim().is_empty(),
            whole_file,
            used: false,
        });
    }
    all
}

/// A finding on the file as a whole has no line that a comment could stand at.
fn of_the_file(found: &LintFinding, ignores: &mut BTreeMap<String, Vec<Ignore>>) -> bool {
    if found.place.line.is_some() {
        return false;
    }
    let Some(comments) = ignores.get_mut(&*found.place.file) else { return false };
    let mut ignored = false;
    for comment in comments.iter_mut().filter(|comment| comment.next || comment.whole_file) {
        let names = |code: &String| suppress::selects(code, found.code, found.name, found.cause);
        if comment.codes.iter().any(names) || (comment.whole_file && comment.codes.is_empty()) {
            comment.used = true;
            ignored = true;
        }
    }
    ignored
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::procfile::{Options, check_folder};

    fn left(procfile: &str) -> Vec<(&'static str, Option<u32>)> {
        let dir = tempfile::tempdir().expect("a folder");
        std::fs::write(dir.path().join("Procfile"), procfile).expect("a file");
        std::fs::write(dir.path().join("requirements.txt"), "gunicorn").expect("a file");
        let found = check_folder(dir.path(), &Options::default());
        let file = dir.path().join("Procfile").display().to_string();
        heed(found, &[file]).iter().map(|found| (found.code, found.place.line)).collect()
    }

    #[test]
    fn comments_speak_of_their_line_the_next_or_the_file() {
        let line = "web: gunicorn app:app -b 0.0.0.0:8000";
        assert_eq!(left(line), [("WP110", Some(1))]);
        assert!(left(&format!("{line} # diagnose: ignore[WP110]\n")).is_empty());
        assert!(left(&format!("# diagnose: ignore[procfile-fixed-port]\n\n{line}\n")).is_empty());
        assert!(left(&format!("{line}\n# diagnose: ignore-file[port-not-bound]\n")).is_empty());
        assert!(left("# diagnose: ignore[WP105]\nclock: gunicorn x\n").is_empty());
        let other = format!("# diagnose: ignore[WP112]\n{line}\n");
        assert_eq!(left(&other), [("WP110", Some(2)), ("WD901", Some(1))]);
    }
}
