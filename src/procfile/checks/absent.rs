//! A module that a container, a server's configuration or a manifest is to load, and that is nowhere in
//! the project. Where the code lies in there is seldom known for sure: only what is in no folder is told.

use std::path::{Path, PathBuf};

use super::command_missing::DOC as COMMAND_MISSING;
use super::folders::{below_folders, is_plain, modules};
use super::module_unresolved::{DOC, Target, apps_elsewhere, is_identifier, packages_with, shape};
use super::{Project, Sink};
use crate::procfile::command::{Command, Program};
use crate::procfile::text as read;

/// Names that projects give their own files, and that no package brings.
const OWN: &[&str] = &[
    "app",
    "application",
    "main",
    "wsgi",
    "asgi",
    "manage",
    "server",
    "run",
    "api",
    "backend",
    "src",
    "website",
    "mysite",
    "myapp",
    "myproject",
];

/// `folders`: everywhere that the start may look.
pub(in crate::procfile) fn check(
    target: Target<'_>,
    folders: &[PathBuf],
    line: u32,
    text: &str,
    project: &Project<'_>,
    sink: &mut Sink<'_>,
) {
    let Target { module, attr } = target;
    if !project.whole {
        return;
    }
    let captures = [("module", module), ("name", attr)];
    if let Some(message) = shape(target, "the server", None) {
        return sink.add(&DOC, 1.0, line, text, message, &captures);
    }
    if module.is_empty() || !module.split('.').all(is_identifier) {
        return;
    }
    let below = module.replace('.', "/");
    let top = module.split('.').next().unwrap_or(module);
    let here = |dir: &Path| dir.join(&below).is_dir() || dir.join(format!("{below}.py")).is_file();
    // `RUN pip install mlflow`
    let docker = read(&project.dir.join("Dockerfile")).unwrap_or_default();
    let installs = |line: &str| line.contains("install") && line.contains(top);
    if project.requirements.has(&top.replace('_', "-")) || docker.lines().any(installs) {
        return;
    }
    let mut all: Vec<PathBuf> = vec![project.dir.clone()];
    all.extend(folders.iter().cloned());
    all.extend(below_folders(&project.dir).into_iter().map(|name| project.dir.join(name)));
    let inner: Vec<PathBuf> = all
        .iter()
        .flat_map(|dir| below_folders(dir).into_iter().map(|name| dir.join(name)))
        .take(500)
        .collect();
    all.extend(inner);
    // The first name anywhere: it may be put on the path in a way that is not seen here.
    if all
        .iter()
        .any(|dir| here(dir) || dir.join(top).is_dir() || dir.join(format!("{top}.py")).is_file())
    {
        return;
    }
    let dir = &project.dir;
    let meant = match below.split_once('/') {
        Some((_, rest)) => {
            packages_with(dir, rest).map(|folder| format!("{folder}.{}", rest.replace('/', ".")))
        }
        None => None,
    };
    let alike = modules(dir).into_iter().find(|name| name.eq_ignore_ascii_case(top));
    // Of other names, a package that is not seen may bring the module.
    let own = OWN.contains(&top)
        || module.ends_with(".wsgi")
        || module.ends_with(".asgi")
        || !project.requirements.open;
    let elsewhere = || if own { apps_elsewhere(dir, &below, attr) } else { None };
    let meant = meant.or(alike).or_else(elsewhere);
    let message = match meant {
        Some(meant) => {
            format!("There is no module {module} in the project; {meant} was probably meant.")
        }
        None if OWN.contains(&top) => format!("There is no module {module} in the project."),
        None => return,
    };
    sink.add(&DOC, 0.9, line, text, message, &captures);
}

/// A script that a container starts, and that is in none of the folders: `python manage.py`.
pub(in crate::procfile) fn script(
    command: &Command,
    folders: &[PathBuf],
    line: u32,
    text: &str,
    project: &Project<'_>,
    sink: &mut Sink<'_>,
) {
    let script = matches!(
        command.program,
        Program::PythonScript | Program::DjangoManage | Program::DjangoRunserver
    );
    let Some(target) = command.target.as_deref().filter(|target| script && is_plain(target)) else {
        return;
    };
    let name = target.trim_start_matches("./");
    if !project.whole || name.starts_with('/') || !name.ends_with(".py") || command.chdir.is_some()
    {
        return;
    }
    let all = std::iter::once(&project.dir).chain(folders);
    if all.clone().any(|dir| dir.join(name).is_file()) {
        return;
    }
    let base = name.rsplit('/').next().unwrap_or(name);
    let near = |dir: &PathBuf| {
        let below = below_folders(dir).into_iter().map(|folder| (dir.join(&folder), folder));
        below.filter(|(path, _)| path.join(base).is_file()).map(|(_, folder)| folder).collect()
    };
    let found: Vec<String> = near(&project.dir);
    let message = match found.as_slice() {
        [] if all.map(near).any(|found: Vec<String>| !found.is_empty()) => return,
        [] => format!("The container starts {name}, which is not in the project."),
        [folder] => format!(
            "The container starts {name}, and that lies in {folder}/: write {folder}/{base}, or set the working folder to it."
        ),
        _ => return,
    };
    sink.add(&COMMAND_MISSING, 0.9, line, text, message, &[("command", name)]);
}

/// The names of settings modules that a container's environment gives, `config.settings.prod`, and that
/// lie beside others: `None` if they are there, or nothing is known of their package.
pub(in crate::procfile) fn settings(dirs: &[PathBuf], module: &str) -> Option<String> {
    if !module.split('.').all(is_identifier) {
        return None;
    }
    let (package, name) = module.rsplit_once('.')?;
    let below = package.replace('.', "/");
    let mut beside = None;
    for dir in dirs {
        let folder = dir.join(&below);
        if folder.join(format!("{name}.py")).is_file() || folder.join(name).is_dir() {
            return None;
        }
        // The package itself must be the project's: then what it lacks is not there.
        if folder.join("__init__.py").is_file() {
            // Made at the start, from what is kept out of the repository.
            if name.contains("local") || name.contains("secret") {
                return None;
            }
            let names =
                modules(&folder).into_iter().filter(|name| name != "__init__").collect::<Vec<_>>();
            beside = Some(names);
        } else if dir.join(format!("{below}.py")).is_file() {
            let code = read(&dir.join(format!("{below}.py")))?;
            if code.contains("ROOT_URLCONF") || code.contains("INSTALLED_APPS") {
                return Some(format!(
                    "There is no settings module {module}: {package} is a file, {}, and no folder",
                    format_args!("{below}.py")
                ));
            }
        }
    }
    let names = beside?;
    let near =
        names.iter().find(|other| other.starts_with(name) || name.starts_with(other.as_str()));
    Some(match near {
        Some(near) => format!(
            "There is no settings module {module} in the project; {package}.{near} was probably meant"
        ),
        None => format!(
            "There is no settings module {module} in the project: {below}/ has {}",
            names.join(", ")
        ),
    })
}
