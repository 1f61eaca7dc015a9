//! `module:app` that does not resolve.

use std::path::{Path, PathBuf};

use super::folders::{below_folders, folder, is_plain, modules, swapped};
use super::{Project, Sink};
use crate::model::Severity;
use crate::procfile::command::{Command, Program};
use crate::procfile::{interface, python_path};
use crate::python::entry::{EntryKind, EntryOptions, analyse_entry};
use crate::python::lints::LintDoc;

pub(in crate::procfile) const DOC: LintDoc = LintDoc {
    code: "WP109",
    name: "procfile-module-unresolved",
    summary: "The start command names an app that is not there",
    why: "The server imports the module before the colon and takes the name behind it. Both must exist.",
    bad: r"
web: gunicorn app:application
# --- app.py
from flask import Flask

app = Flask(__name__)
# --- requirements.txt
flask
gunicorn
",
    good: r"
web: gunicorn app:app
# --- app.py
from flask import Flask

app = Flask(__name__)
# --- requirements.txt
flask
gunicorn
",
    cause: Some("application-missing"),
    severity: Severity::Error,
};

/// Whether what a server is to load can be found.
pub(super) fn check(
    command: &Command,
    cd: Option<&str>,
    line: u32,
    text: &str,
    project: &Project<'_>,
    sink: &mut Sink<'_>,
) {
    let server = matches!(
        command.program,
        Program::Gunicorn
            | Program::Uvicorn
            | Program::Hypercorn
            | Program::Daphne
            | Program::Waitress
            | Program::Celery
    );
    let worker = command.program == Program::Celery;
    let who = if worker { "Celery" } else { "the server" };
    if let Some(target) = command.target.as_deref().filter(|target| server && is_address(target)) {
        let option = match command.program {
            Program::Uvicorn | Program::Daphne => "--host and --port",
            Program::Waitress => "--listen",
            _ => "-b",
        };
        let message = format!(
            "The first word that is no option names the app, and {target} is an address: write {option} before it, and the app as MODULE:NAME"
        );
        let captures = [("module", target), ("name", "")];
        return sink.add(&DOC, 1.0, line, text, message, &captures);
    }
    let Some(target) = command.target.as_deref().filter(|target| server && is_plain(target)) else {
        return;
    };
    if !project.whole {
        return;
    }
    let (module, attr) = target.split_once(':').unwrap_or((target, ""));
    if command.program == Program::Hypercorn
        && (module.starts_with("wsgi") || module.starts_with("asgi") || module.starts_with("file"))
        && attr.contains(':')
    {
        return;
    }
    let mut say = |certainty: f64, message: String| {
        sink.add(&DOC, certainty, line, text, message, &[("module", module), ("name", attr)]);
    };
    let inside = command.chdir.as_deref().or(cd);
    let target = Target { module, attr };
    if let Some(message) = shape(target, who, inside) {
        return say(1.0, message);
    }
    // `runp-heroku` can be imported where such a file is; no package has a name like that.
    let hyphen = module.contains('-');
    let plain = |part: &str| is_identifier(&part.replace('-', "_"));
    if module.is_empty() || !module.split('.').all(plain) {
        return;
    }
    let Some(dir) = folder(project, command.chdir.as_deref().or(cd)) else { return };
    let below = module.replace('.', "/");
    let here = |dir: &Path| {
        // A package wins over a module of the same name.
        let files = [dir.join(&below).join("__init__.py"), dir.join(format!("{below}.py"))];
        files.into_iter().find(|file| file.is_file())
    };
    let path = python_path::folders(&project.dir, command);
    let found = here(&dir).or_else(|| path.iter().find_map(|folder| here(folder)));
    if let Some(file) = found {
        // Celery looks for its app by itself, under several names.
        if worker {
            return;
        }
        attribute(&dir, path, &file, (module, attr), command, project, &mut say);
        return;
    }
    let top = module.split('.').next().unwrap_or(module);
    // A folder without __init__.py is a package as well; an installed one has its own name.
    let first = dir.join(top);
    let exists = first.is_dir()
        || dir.join(format!("{top}.py")).is_file()
        || dir.join("src").join(top).exists();
    let installed = !hyphen && project.requirements.has(&top.replace('_', "-"))
        || project.requirements.open && !exists && !near(&dir, &below) && !own_wsgi(&dir, &below);
    if installed {
        return;
    }
    if worker {
        // A namespace package is one, too.
        if !dir.join(&below).is_dir() {
            let sure = exists || !project.requirements.open;
            say(
                if sure { 0.8 } else { 0.5 },
                format!(
                    "There is no module {module} in the project for Celery to load, and no requirement of that name."
                ),
            );
        }
        return;
    }
    let elsewhere =
        below_folders(&dir).into_iter().find(|folder| here(&dir.join(folder)).is_some());
    if let Some(folder) = elsewhere {
        // Installed from a src layout, or found by a path that the code sets: not for sure.
        let certainty = if folder == "src" { 0.5 } else { 0.8 };
        return say(
            certainty,
            format!(
                "{module} is not in the folder that the server starts in; it stands in {folder}/. Start it with --chdir {folder}, or name it {folder}.{module}."
            ),
        );
    }
    // `portfolio.wsgi`, where the project's only package with such a module has another name.
    if let Some((_, rest)) = below.split_once('/').filter(|_| !exists)
        && let Some(folder) = packages_with(&dir, rest)
    {
        let meant = format!("{folder}.{}", rest.replace('/', "."));
        return say(
            1.0,
            format!("There is no package {top} in the project; {meant} was probably meant."),
        );
    }
    let alike =
        modules(&dir).into_iter().find(|name| name.eq_ignore_ascii_case(top) || swapped(name, top));
    let meant = apps_elsewhere(&dir, &below, attr);
    match alike {
        Some(name) if !exists => say(
            1.0,
            format!("There is no module {module} in the project; {name} was probably meant."),
        ),
        _ => {
            let certainty = if exists || !project.requirements.open { 0.8 } else { 0.5 };
            let rest = match meant {
                Some(meant) => {
                    format!("; the app is made in another file: {meant} was probably meant.")
                }
                None => ", and no requirement of that name.".to_owned(),
            };
            say(certainty, format!("There is no module {module} in the project{rest}"));
        }
    }
}

/// What a server is told to load: `module:attr`, as it is written.
#[derive(Debug, Clone, Copy)]
pub(in crate::procfile) struct Target<'t> {
    pub module: &'t str,
    pub attr: &'t str,
}

/// What is wrong with a target's own form: a file's name or a path in place of a module's.
pub(super) fn shape(target: Target<'_>, who: &str, inside: Option<&str>) -> Option<String> {
    let Target { module, attr } = target;
    if module.is_empty() && !attr.is_empty() {
        return Some(format!(
            "The module's name is missing before the colon: {who} wants MODULE:{attr}, such as main:{attr}"
        ));
    }
    if let Some(stem) = module.strip_suffix(".py") {
        let stem = stem.trim_start_matches('/').replace('/', ".");
        let right = match attr {
            "" if who == "Celery" => stem,
            "" => format!("{stem}:app"),
            attr => format!("{stem}:{attr}"),
        };
        return Some(format!(
            "{module} is a file name; {who} wants the module's name, without .py: {right}"
        ));
    }
    if let Some((folder, stem)) = module.rsplit_once('/').filter(|_| module.starts_with('/')) {
        let right = if attr.is_empty() { stem.to_owned() } else { format!("{stem}:{attr}") };
        return Some(format!(
            "{module} is a path; {who} wants the module's name: {right}, started in that folder (--chdir {folder})"
        ));
    }
    if module.contains('/') {
        return Some(format!(
            "{module} is a path; {who} wants the module's name with dots: {}",
            module.replace('/', ".")
        ));
    }
    let package = module.strip_suffix("__init__")?;
    let inside = inside.map(|dir| dir.trim_end_matches('/'));
    let meant = match (package.trim_end_matches('.'), inside) {
        ("", Some(dir)) => dir.rsplit('/').next().unwrap_or(dir).to_owned(),
        ("", None) => "FOLDER".to_owned(),
        (package, _) => package.to_owned(),
    };
    let name = if attr.is_empty() { "app" } else { attr };
    Some(format!(
        "__init__ is the folder's own file: {who} wants the folder's name, {meant}:{name}, and is started in the folder above it"
    ))
}

/// The one folder that has the rest of a dotted name: `portfolio` for `wsgi`.
pub(super) fn packages_with(dir: &Path, rest: &str) -> Option<String> {
    let mut holders = below_folders(dir)
        .into_iter()
        .filter(|folder| dir.join(folder).join(format!("{rest}.py")).is_file());
    holders.next().filter(|_| holders.next().is_none())
}

/// The one file that makes an app (or has the factory of that name), as a target: `main:app`.
pub(super) fn apps_elsewhere(dir: &Path, below: &str, attr: &str) -> Option<String> {
    let factory = attr.split_once('(').map(|(name, _)| name);
    let top = below.split('/').next().unwrap_or(below);
    let mut folders = vec![(dir.to_owned(), String::new())];
    // A package of that name is there, and the module in it is elsewhere.
    if dir.join(top).is_dir() {
        folders = vec![(dir.join(top), format!("{top}."))];
        for inner in below_folders(&dir.join(top)).into_iter().take(20) {
            folders.push((dir.join(top).join(&inner), format!("{top}.{inner}.")));
        }
    }
    let mut found = None;
    for (folder, prefix) in folders {
        for name in modules(&folder).into_iter().take(60) {
            let Some(code) = crate::procfile::text(&folder.join(format!("{name}.py"))) else {
                continue;
            };
            let made = match factory {
                Some(factory) => code
                    .lines()
                    .any(|line| line.starts_with(&format!("def {factory}(")))
                    .then(|| attr.to_owned()),
                None => code.lines().find_map(made_here),
            };
            if let Some(made) = made {
                if found.is_some() {
                    return None;
                }
                let module = if name == "__init__" {
                    prefix.trim_end_matches('.').to_owned()
                } else {
                    format!("{prefix}{name}")
                };
                found = Some(format!("{module}:{made}"));
            }
        }
    }
    found
}

/// `app` of `app = Flask(…)` at the left margin.
fn made_here(line: &str) -> Option<String> {
    let (name, value) = line.split_once('=')?;
    let (name, value) = (name.trim_end(), value.trim_start());
    let class = value.split('(').next()?.rsplit('.').next()?;
    (is_identifier(name)
        && !line.starts_with(char::is_whitespace)
        && value.contains('(')
        && matches!(class, "Flask" | "FastAPI" | "Quart" | "Starlette"))
    .then(|| name.to_owned())
}

/// The project has exactly one package with a `wsgi` or `asgi` module, as the target names one.
fn own_wsgi(dir: &Path, below: &str) -> bool {
    let Some((_, rest @ ("wsgi" | "asgi"))) = below.split_once('/') else { return false };
    below_folders(dir)
        .iter()
        .filter(|folder| dir.join(folder).join(format!("{rest}.py")).is_file())
        .count()
        == 1
}

fn near(dir: &Path, below: &str) -> bool {
    below_folders(dir).iter().any(|folder| dir.join(folder).join(format!("{below}.py")).is_file())
        || modules(dir).iter().any(|name| {
            swapped(name, below.split('/').next().unwrap_or(below))
                || name.eq_ignore_ascii_case(below)
        })
}

/// `0.0.0.0:8000`, `:8000`, `localhost:80`.
fn is_address(target: &str) -> bool {
    let host = target.split(':').next().unwrap_or_default();
    let numbers = host.split('.').filter(|part| part.parse::<u8>().is_ok()).count();
    host == "localhost"
        || numbers == 4 && host.split('.').count() == 4
        || host.is_empty() && target[1..].parse::<u16>().is_ok()
}

pub(super) fn is_identifier(word: &str) -> bool {
    !word.is_empty()
        && !word.starts_with(|c: char| c.is_ascii_digit())
        && word.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// Whether the module defines what the server asks it for: the static analysis decides.
fn attribute(
    dir: &Path,
    path: Vec<PathBuf>,
    file: &Path,
    (module, attr): (&str, &str),
    command: &Command,
    project: &Project<'_>,
    say: &mut dyn FnMut(f64, String),
) {
    let call = attr.split_once('(').map(|(name, _)| name);
    let name = call.unwrap_or(attr).trim();
    let name = match (name, command.program) {
        ("", Program::Gunicorn | Program::Hypercorn) => "application",
        ("", _) => return,
        (name, _) => name,
    };
    if command.program == Program::Gunicorn
        && call.is_none()
        && let Some((object, part)) = name.split_once('.')
        && [object, part].iter().all(|word| is_identifier(word))
    {
        // Before version 20 gunicorn evaluated what stands there.
        if !project.requirements.pins_below("gunicorn", 20) {
            let file = file.file_name().unwrap_or_default().to_string_lossy();
            say(
                0.8,
                format!(
                    "gunicorn reads only a name behind the colon, not {name}. Write {part} = {name} in {file}, and start {module}:{part}"
                ),
            );
        }
        return;
    }
    if !is_identifier(name) {
        return;
    }
    let options = EntryOptions {
        kind: EntryKind::ModuleAttr {
            module: module.to_owned(),
            attr: name.to_owned(),
            factory: command.factory || call.is_some(),
        },
        application: name.to_owned(),
        interface: interface::of(command, &project.dir),
        extra_path: path,
        ..EntryOptions::for_file(dir)
    };
    let analysis = analyse_entry(&options);
    let absent = analysis.findings.iter().find(|found| {
        // What is wrong with the code's own line is told there.
        let own = found.name == "application-shadowed"
            || found.captures.contains_key("class")
            || found.captures.get("what").is_some_and(|what| what == "None");
        !own && (matches!(found.name, "app-missing" | "app-misspelled")
            || found.cause == Some("application-missing") && found.severity == Severity::Error)
    });
    if let Some(found) = absent {
        say(
            found.certainty,
            format!(
                "{}: {}",
                file.file_name().unwrap_or_default().to_string_lossy(),
                found.message
            ),
        );
    }
}
