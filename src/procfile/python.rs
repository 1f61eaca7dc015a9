//! The Python that a project's own files ask for, and the form in which they do.

use std::path::Path;

use super::checks::{Options, RUNTIME_REFUSED, Sink};
use super::containers;
use crate::model::PythonVersion;
use crate::python::lints::LintFinding;

/// The version that runs the app, where every file that names one names the same.
#[must_use]
pub fn stated(dir: &Path) -> Option<PythonVersion> {
    let mut all: Vec<(u8, u8)> = Vec::new();
    // A Procfile is started without the image, unless heroku.yml says so.
    let file = |name: &str| dir.join(name).is_file();
    if (!file("Procfile") || file("heroku.yml"))
        && let Some(text) = super::text(&dir.join("Dockerfile"))
    {
        // Of another image nobody knows it.
        all.push(containers::python(&text)?);
    }
    if let Some(text) = super::text(&dir.join("runtime.txt")) {
        all.extend(version(&text));
    }
    // On a developer's own computer it is the choice of that computer.
    let deployed = ["Procfile", "render.yaml", "railway.json", "nixpacks.toml", "scalingo.json"];
    if deployed.iter().any(|name| dir.join(name).is_file())
        && let Some(text) = super::text(&dir.join(".python-version"))
    {
        all.extend(version(&text));
    }
    if super::text(&dir.join("render.yaml")).is_some_and(|text| text.contains("PYTHON_VERSION")) {
        return None;
    }
    let (major, minor) = *all.first()?;
    let same = all.iter().all(|one| *one == (major, minor)) && major == 3;
    same.then_some(PythonVersion { major, minor })
}

/// `python-3.12.3`, `3.12`.
fn version(text: &str) -> Option<(u8, u8)> {
    let line =
        text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'))?;
    let mut numbers = line.trim_start_matches("python-").split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.trim().parse().ok()?))
}

/// `runtime.txt` of a platform that starts Procfiles: `python-3.12.3`, in small letters.
/// <https://devcenter.heroku.com/articles/python-runtimes>, <https://doc.scalingo.com/languages/python/start>
pub(super) fn check(
    dir: &Path,
    names: &[String],
    options: &Options,
    findings: &mut Vec<LintFinding>,
) {
    if !names.iter().any(|name| name == "Procfile")
        || !names.iter().any(|name| name == "runtime.txt")
    {
        return;
    }
    let path = dir.join("runtime.txt");
    let Some(text) = super::text(&path) else { return };
    let Some((at, line)) = text.lines().enumerate().find(|(_, line)| !line.trim().is_empty())
    else {
        return;
    };
    let line = line.trim().trim_start_matches('\u{feff}');
    let numbers: String = line
        .chars()
        .skip_while(|c| !c.is_ascii_digit())
        .take_while(|c| c.is_ascii_digit() || *c == '.')
        .collect();
    // Only what is meant for Python, and has a version.
    let word = line[..line.find(|c: char| c.is_ascii_digit()).unwrap_or(0)].to_ascii_lowercase();
    let python = word.is_empty() || word.starts_with("python") || word == "py";
    if !python || word == "python-" && line.starts_with("python-") || !numbers.contains('.') {
        return;
    }
    let right = format!("python-{}", numbers.trim_end_matches('.'));
    let mut sink = Sink { file: options.show(&path), findings };
    let no = u32::try_from(at + 1).unwrap_or(0);
    let message = format!(
        "The platform does not read {line:?} as a version of Python: write {right}, in small letters and with a hyphen"
    );
    sink.add(&RUNTIME_REFUSED, 0.9, no, line, message, &[("version", &numbers)]);
}

#[cfg(test)]
mod tests {
    use super::stated;
    use crate::model::PythonVersion;

    fn of(files: &[(&str, &str)]) -> Option<(u8, u8)> {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(dir.path().join(name), text).unwrap();
        }
        stated(dir.path()).map(|PythonVersion { major, minor }| (major, minor))
    }

    #[test]
    fn every_file_that_names_one() {
        assert_eq!(of(&[("runtime.txt", "python-3.11.4\n")]), Some((3, 11)));
        assert_eq!(of(&[("Procfile", "web: x\n"), (".python-version", "3.12\n")]), Some((3, 12)));
        assert_eq!(
            of(&[("Dockerfile", "FROM python:3.8-slim AS base\nFROM base\n")]),
            Some((3, 8))
        );
        assert_eq!(of(&[("Dockerfile", "FROM docker.io/library/python:3.13.0\n")]), Some((3, 13)));
    }

    #[test]
    fn not_where_they_differ_or_say_nothing() {
        let docker = ("Dockerfile", "FROM python:3.12\n");
        assert_eq!(of(&[docker, ("runtime.txt", "python-3.11.4\n")]), None);
        assert_eq!(of(&[docker, ("Procfile", "web: gunicorn app:app\n")]), None);
        assert_eq!(of(&[("Dockerfile", "FROM ubuntu:24.04\n")]), None);
        assert_eq!(of(&[("Dockerfile", "FROM python:3\n")]), None);
        assert_eq!(of(&[("Dockerfile", "ARG V=3.9\nFROM python:${V}\n")]), None);
        assert_eq!(of(&[(".python-version", "3.12\n")]), None);
        assert_eq!(of(&[("runtime.txt", "python-2.7.18\n")]), None);
    }
}
