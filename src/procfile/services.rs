//! Start commands in the manifests of compose, Railway, Nixpacks, App Engine and Heroku's containers, and
//! the app of Elastic Beanstalk: whether what they load is in the project.

use std::path::{Path, PathBuf};

use super::checks::{self, Options, Project, Sink, absent, is_plain};
use super::command::commands;
use super::containers;
use super::starts::{block, manifest_line, named_folders};
use crate::python::lints::LintFinding;

const FILES: &[&str] = &[
    "docker-compose.yml",
    "docker-compose.yaml",
    "compose.yml",
    "compose.yaml",
    "railway.json",
    "railway.toml",
    "nixpacks.toml",
    "heroku.yml",
    "app.yaml",
];

/// Checks the manifests that lie in a folder.
pub(super) fn check(
    dir: &Path,
    names: &[String],
    options: &Options,
    findings: &mut Vec<LintFinding>,
) {
    let mut project = None;
    for name in FILES.iter().filter(|name| names.iter().any(|known| known == *name)) {
        let path = dir.join(name);
        let Some(text) = super::text(&path) else { continue };
        let project = project.get_or_insert_with(|| Project::new(dir, options));
        let mut sink = Sink { file: options.show(&path), findings };
        manifest(name, &text, project, &mut sink);
    }
    if dir.join(".ebextensions").is_dir() && !names.iter().any(|name| name == "Procfile") {
        let project = project.get_or_insert_with(|| Project::new(dir, options));
        beanstalk(dir, project, findings, options);
    }
}

fn manifest(name: &str, text: &str, project: &Project<'_>, sink: &mut Sink<'_>) {
    let all: Vec<&str> = text.lines().take(10_000).collect();
    let compose = name.contains("compose");
    let folders: Vec<PathBuf> =
        named_folders(&project.dir, text).into_iter().map(|(_, folder)| folder).collect();
    let image = if compose { containers::plain_image(&project.dir) } else { None };
    for (at, line) in all.iter().enumerate() {
        if let Some(image) = &image {
            let mut dirs = vec![project.dir.clone()];
            dirs.extend(image.iter().chain(&folders).cloned());
            in_compose(&all, at, &dirs, project, sink);
        }
        let Some(command) = manifest_line(line).or_else(|| block(&all[at..])) else { continue };
        // An image that somebody else built has code of its own.
        if compose && !is_built(&all, at) {
            continue;
        }
        for one in commands(&command).0 {
            let Some(target) = one.target.as_deref().filter(|target| is_plain(target)) else {
                continue;
            };
            if !checks::loads(&one) {
                continue;
            }
            let mut folders = folders.clone();
            folders.extend(super::python_path::folders(&project.dir, &one));
            let (module, attr) = target.split_once(':').unwrap_or((target, ""));
            let no = u32::try_from(at + 1).unwrap_or(0);
            absent::check(
                checks::Target { module, attr },
                &folders,
                no,
                line.trim(),
                project,
                sink,
            );
        }
    }
}

/// A script that is started, and settings that the environment names, in a service that is built here.
fn in_compose(
    all: &[&str],
    at: usize,
    dirs: &[PathBuf],
    project: &Project<'_>,
    sink: &mut Sink<'_>,
) {
    let line = all[at].trim();
    let no = u32::try_from(at + 1).unwrap_or(0);
    if let Some(command) = line.strip_prefix("command:").map(str::trim)
        && command.contains(".py")
        && !command.starts_with(['[', '>', '|'])
        && is_built(all, at)
    {
        let command = command.trim_matches(['"', '\'']);
        for one in commands(command).0 {
            absent::script(&one, dirs, no, line, project, sink);
        }
    }
    if let Some((before, rest)) = line.split_once("DJANGO_SETTINGS_MODULE")
        && before.trim_matches(['-', ' ', '"', '\'']).is_empty()
        && let Some(value) = rest.strip_prefix(['=', ':'])
        && in_built(all, at)
    {
        let value = value.split(" #").next().unwrap_or(value).trim().trim_matches(['"', '\'']);
        if let Some(message) = absent::settings(dirs, value).filter(|_| is_plain(value)) {
            sink.add(
                &checks::UNRESOLVED,
                0.9,
                no,
                line,
                message,
                &[("module", value), ("name", "")],
            );
        }
    }
}

/// One of the blocks that a line stands in is a service that is built here.
fn in_built(all: &[&str], at: usize) -> bool {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut own = indent(all[at]);
    for (above, line) in all[..at].iter().enumerate().rev() {
        if !line.trim().is_empty() && indent(line) < own {
            own = indent(line);
            if is_built(all, above) {
                return true;
            }
        }
    }
    false
}

/// The service that a line belongs to is built here.
fn is_built(all: &[&str], at: usize) -> bool {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let own = indent(all[at]);
    let inside = |line: &&&str| line.trim().is_empty() || indent(line) >= own;
    let before = all[..at].iter().rev().take_while(inside);
    let behind = all[at + 1..].iter().take_while(inside);
    before.chain(behind).any(|line| indent(line) == own && line.trim().starts_with("build:"))
}

/// `WSGIPath` of Elastic Beanstalk's Python platforms, which run gunicorn since Amazon Linux 2: a module and
/// a name, as gunicorn takes them (<https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/create-deploy-python-container.html>).
/// A Procfile stands in its place.
fn beanstalk(
    dir: &Path,
    project: &Project<'_>,
    findings: &mut Vec<LintFinding>,
    options: &Options,
) {
    for (path, at, line, value) in wsgi_paths(dir) {
        let shown = match &options.shown {
            Some(shown) => format!(
                "{}/.ebextensions/{}",
                shown.trim_end_matches('/'),
                path.file_name().unwrap_or_default().to_string_lossy()
            ),
            None => path.display().to_string(),
        };
        let mut sink = Sink { file: shown, findings };
        if let Some(file) = value.strip_suffix(".py").filter(|file| file.contains('/')) {
            let module = file.replace('/', ".");
            let message = format!(
                "{value} is the form of the old platforms. On Amazon Linux 2 and later Elastic Beanstalk starts gunicorn, which wants the module's name: {module}:application"
            );
            sink.add(
                &checks::UNRESOLVED,
                0.9,
                at,
                &line,
                message,
                &[("module", &value), ("name", "")],
            );
            continue;
        }
        let (module, attr) = value.split_once(':').unwrap_or((&value, ""));
        let module = module.trim_end_matches(".py");
        absent::check(checks::Target { module, attr }, &[], at, &line, project, &mut sink);
    }
}

/// What Elastic Beanstalk starts with gunicorn, where no Procfile stands and the name is known.
pub(super) fn beanstalk_commands(dir: &Path) -> Vec<String> {
    let known = |value: &String| value.contains(':') || value.ends_with("wsgi");
    let paths = wsgi_paths(dir).into_iter().map(|(_, _, _, value)| value);
    paths.filter(known).map(|value| format!("gunicorn {value}")).collect()
}

/// Every `WSGIPath:` below `.ebextensions`, with its file, line and text.
fn wsgi_paths(dir: &Path) -> Vec<(PathBuf, u32, String, String)> {
    let entries = std::fs::read_dir(dir.join(".ebextensions")).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .take(200)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "config"))
        .collect();
    files.sort();
    let mut out = Vec::new();
    for path in files {
        let Some(text) = super::text(&path) else { continue };
        for (at, line) in text.lines().enumerate() {
            let bare = line.trim().trim_matches('"');
            let Some(value) = bare.strip_prefix("WSGIPath") else { continue };
            let value = value.trim_start_matches(['"', ':', ' ', '=']).trim();
            let value = value.split(" #").next().unwrap_or(value).trim().trim_matches(['"', '\'']);
            if !value.is_empty() && is_plain(value) {
                let no = u32::try_from(at + 1).unwrap_or(0);
                out.push((path.clone(), no, line.trim().to_owned(), value.to_owned()));
            }
        }
    }
    out
}
