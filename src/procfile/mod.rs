//! Procfiles and start commands, and what is wrong with them. Sees python, rules, model, text.
//!
//! `parse` reads the file, `command` a start command, `requirements` what the project installs,
//! `checks` says what is wrong, `starts` what is loaded. Nothing is ever run.

mod checks;
mod command;
mod containers;
mod gunicorn_conf;
mod ignore;
mod interface;
mod list;
mod manifests;
mod parse;
mod pip;
mod python;
mod python_path;
mod requirements;
mod services;
mod starts;
mod vercel;

use std::path::Path;

pub use checks::{DOCS, Options, doc};
pub use command::{Bind, Command, Program};
pub use ignore::heed;
pub use parse::{Entry, Parsed, parse};
pub use python::stated as stated_python;
pub use starts::{StartEntry, entries as start_entries, module_entry};

use crate::python::lints::LintFinding;

/// Largest file that is read.
const MAX_BYTES: u64 = 1 << 20;

/// Checks the start commands of a project folder: its Procfile, or what stands in its place, and
/// the manifests of platforms (`app.json`, `scalingo.json`, `fly.toml`, `render.yaml`).
///
/// `name` of a finding is the event that rules know it by: `procfile-syntax`, `procfile-fixed-port`, ….
#[must_use]
pub fn check_folder(dir: &Path, options: &Options) -> Vec<LintFinding> {
    let mut findings = Vec::new();
    let file = dir.join("Procfile");
    let names = file_names(dir);
    if names.iter().any(|name| name == "Procfile") {
        findings.extend(check_file(&file, options));
    } else {
        checks::bad_name::check(dir, &names, options, &mut findings);
        if findings.is_empty() {
            checks::misplaced::check(dir, &names, options, &mut findings);
        }
    }
    manifests::check(dir, &names, options, &mut findings);
    beside(dir, &names, options, &mut findings);
    findings
}

/// What else a folder says of its start: containers, manifests, gunicorn's configuration, requirements.
fn beside(dir: &Path, names: &[String], options: &Options, findings: &mut Vec<LintFinding>) {
    if names.iter().any(|name| name == "Dockerfile") {
        containers::check(dir, options, findings);
    }
    services::check(dir, names, options, findings);
    for_procfile(dir, names, options, findings);
}

/// What a platform that starts the Procfile reads as well.
fn for_procfile(dir: &Path, names: &[String], options: &Options, findings: &mut Vec<LintFinding>) {
    gunicorn_conf::check(dir, names, options, findings);
    pip::check(dir, names, options, findings);
    python::check(dir, names, options, findings);
}

/// What lies beside a Procfile that is checked by itself, and counts with it.
#[must_use]
pub fn check_beside(dir: &Path, options: &Options) -> Vec<LintFinding> {
    let mut findings = Vec::new();
    for_procfile(dir, &file_names(dir), options, &mut findings);
    findings
}

/// The files of a folder.
fn file_names(dir: &Path) -> Vec<String> {
    std::fs::read_dir(dir)
        .into_iter()
        .flatten()
        .take(5_000)
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect()
}

/// The text of `diagnose explain WP110`.
#[must_use]
pub fn explain(what: &str) -> Option<String> {
    doc(what).map(crate::python::lints::explain_doc)
}

/// Whether a selector (`WP1`, a name, a cause) names a check of this module.
#[must_use]
pub fn selectable(selector: &str) -> bool {
    DOCS.iter().any(|doc| crate::python::suppress::selects(selector, doc.code, doc.name, doc.cause))
}

/// Whether a module that a server's configuration names is nowhere in the project; `place` is where it
/// says so.
#[must_use]
pub fn absent_module(
    dir: &Path,
    folders: &[std::path::PathBuf],
    place: &crate::model::Place,
    line: &str,
    target: &str,
) -> Vec<LintFinding> {
    let options = Options::default();
    let mut findings = Vec::new();
    let mut sink = checks::Sink { file: place.file.to_string(), findings: &mut findings };
    let (module, attr) = target.split_once(':').unwrap_or((target, ""));
    let target = checks::Target { module: module.trim(), attr: attr.trim() };
    let project = checks::Project::new(dir, &options);
    if checks::is_plain(target.module) {
        let at = place.line.unwrap_or(0);
        checks::absent::check(target, folders, at, line, &project, &mut sink);
    }
    findings
}

/// The start files of a folder, by the names that findings give them.
#[must_use]
pub fn start_files(dir: &Path) -> Vec<String> {
    let names = ["Procfile", "fly.toml", "render.yaml"];
    let files = names.iter().map(|name| dir.join(name)).filter(|path| path.is_file());
    files.map(|path| path.display().to_string()).collect()
}

/// Checks one Procfile; the folder that it lies in is taken for the project.
#[must_use]
pub fn check_file(file: &Path, options: &Options) -> Vec<LintFinding> {
    let Some(bytes) = bytes(file) else { return Vec::new() };
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let mut findings = Vec::new();
    if matches!(name, "scalingo.json" | "app.json" | "fly.toml" | "render.yaml") {
        let dir = file.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
        manifests::check(dir, &[name.to_owned()], options, &mut findings);
        return findings;
    }
    checks::procfile(file, &bytes, options)
}

/// Whether a file named on a command line is one that is checked here, by its name.
#[must_use]
pub fn is_start_file(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(|name| {
        name.starts_with("Procfile")
            || matches!(
                name,
                "procfile" | "scalingo.json" | "app.json" | "fly.toml" | "render.yaml"
            )
    })
}

fn bytes(path: &Path) -> Option<Vec<u8>> {
    let meta = std::fs::metadata(path).ok()?;
    if !meta.is_file() || meta.len() > MAX_BYTES {
        return None;
    }
    std::fs::read(path).ok()
}

fn text(path: &Path) -> Option<String> {
    bytes(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests;
