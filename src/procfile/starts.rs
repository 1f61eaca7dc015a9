//! What starts the app, by the project's own files: the commands of its Procfile, Dockerfile, platform
//! manifests and start scripts, and the modules that they load.

use std::path::{Path, PathBuf};

use super::checks::is_plain;
use super::command::{Command, Program, commands};
use super::list::list;
use super::{interface, parse, python_path, text};
use crate::python::entry::{EntryKind, EntryOptions, Interface};
use crate::python::entry_points::entry_point;

/// A module that a start command loads.
#[derive(Debug, Clone)]
pub struct StartEntry {
    pub options: EntryOptions,
    /// The module's file.
    pub file: PathBuf,
}

/// Files of platforms and containers in which a line may hold a start command.
const MANIFESTS: &[&str] = &[
    "fly.toml",
    "render.yaml",
    "railway.json",
    "railway.toml",
    "nixpacks.toml",
    "heroku.yml",
    "app.yaml",
    "docker-compose.yml",
    "docker-compose.yaml",
    "compose.yml",
    "compose.yaml",
    "pyproject.toml",
];

/// Programs by which a line of a manifest is known to be a start command.
const SERVERS: &[&str] = &[
    "gunicorn",
    "uvicorn",
    "hypercorn",
    "daphne",
    "waitress-serve",
    "streamlit run",
    "fastapi run",
];

/// A command line and the folders that it may be started in, the likeliest first.
struct Line {
    text: String,
    folders: Vec<PathBuf>,
}

/// The entry points that the start commands of a folder name, each once.
#[must_use]
pub fn entries(dir: &Path) -> Vec<StartEntry> {
    let mut out: Vec<StartEntry> = Vec::new();
    let mut below: Vec<PathBuf> = Vec::new();
    let (own, built) = lines(dir);
    below.extend(built);
    let inner: Vec<(PathBuf, Vec<Line>)> =
        below.into_iter().take(20).map(|dir| (dir.clone(), lines(&dir).0)).collect();
    for (dir, lines) in std::iter::once((dir.to_owned(), own)).chain(inner) {
        for (command, folders) in all_commands(&dir, &lines) {
            let path = python_path::folders(&dir, &command);
            let Some(mut found) = folders
                .iter()
                .find_map(|folder| entry(folder, &command))
                .or_else(|| path.iter().find_map(|folder| entry(folder, &command)))
            else {
                continue;
            };
            found.options.extra_path = path;
            if !out
                .iter()
                .any(|known| known.file == found.file && known.options.kind == found.options.kind)
            {
                out.push(found);
            }
        }
    }
    for found in super::vercel::entries(dir) {
        if !out.iter().any(|known| known.file == found.file) {
            out.push(found);
        }
    }
    out
}

/// The command lines of a folder's start files, those of a Procfile first; and the folders below it
/// that a manifest builds as services of their own.
fn lines(dir: &Path) -> (Vec<Line>, Vec<PathBuf>) {
    let mut lines: Vec<Line> = Vec::new();
    let mut built: Vec<PathBuf> = Vec::new();
    let here = || vec![dir.to_owned()];
    if let Some(bytes) = super::bytes(&dir.join("Procfile")) {
        let entries = parse(&bytes).entries.into_iter();
        lines.extend(entries.map(|entry| Line { text: entry.command, folders: here() }));
    }
    if lines.is_empty() {
        let beanstalk = super::services::beanstalk_commands(dir).into_iter();
        lines.extend(beanstalk.map(|text| Line { text, folders: here() }));
    }
    if let Some(text) = text(&dir.join("Dockerfile")) {
        let mut folders = here();
        folders.extend(named_folders(dir, &text).into_iter().map(|(_, folder)| folder));
        lines.extend(docker(&text).into_iter().map(|text| Line { text, folders: folders.clone() }));
    }
    for name in MANIFESTS {
        let Some(text) = text(&dir.join(name)) else { continue };
        let named = named_folders(dir, &text);
        let all: Vec<&str> = text.lines().take(10_000).collect();
        for (at, line) in all.iter().enumerate() {
            let Some(text) = manifest_line(line).or_else(|| block(&all[at..])) else { continue };
            // A service's folder stands near its command.
            let mut near: Vec<&(usize, PathBuf)> = named.iter().collect();
            near.sort_by_key(|(line, _)| line.abs_diff(at));
            let mut folders = here();
            folders.extend(near.into_iter().map(|(_, folder)| folder.clone()));
            lines.push(Line { text, folders });
        }
        built.extend(named.into_iter().map(|(_, folder)| folder));
    }
    built.sort();
    built.dedup();
    lines.truncate(100);
    (lines, built)
}

/// Folders below the project that a Dockerfile or manifest works in, copies, mounts or builds, with
/// the line: `WORKDIR /srv/backend`, `COPY backend/ .`, `build: ./backend`, `rootDir: backend`.
pub(super) fn named_folders(dir: &Path, text: &str) -> Vec<(usize, PathBuf)> {
    let mut out: Vec<(usize, PathBuf)> = Vec::new();
    for (at, line) in text.lines().enumerate().take(10_000) {
        let line = line.trim().trim_start_matches("- ").trim();
        let (key, value) = line.split_once([' ', ':', '=']).unwrap_or((line, ""));
        let key = key.trim_matches('"');
        let value = match key {
            "WORKDIR" | "COPY" | "ADD" | "build" | "context" | "rootDir" | "working_dir"
            | "rootDirectory" | "source_dir" | "app_dir" => value,
            _ if key.starts_with("./") => key,
            _ => continue,
        };
        let words = value.split([' ', ',', ':', '=', '[', ']']);
        for word in words.map(|word| word.trim_matches(['"', '\''])) {
            let plain = word.trim_start_matches("./").trim_end_matches('/');
            let last = plain.rsplit('/').next().unwrap_or(plain);
            let names = if word.starts_with('/') { [last, last] } else { [plain, last] };
            let found = names
                .iter()
                .filter(|name| !name.is_empty() && !name.starts_with('.') && is_plain(name))
                .map(|name| dir.join(name))
                .find(|path| path.is_dir());
            if let Some(folder) = found
                && !out.iter().any(|(_, known)| *known == folder)
            {
                out.push((at, folder));
            }
        }
    }
    out
}

/// Every simple command that starts something, with the folders that it may be started in.
fn all_commands<'l>(dir: &Path, lines: &'l [Line]) -> Vec<(Command, &'l [PathBuf])> {
    let mut found = Vec::new();
    for line in lines {
        for command in commands(&line.text).0 {
            let path = command.program == Program::Other && command.name.contains('/');
            if path || command.program == Program::Shell {
                found.extend(script(dir, &command).into_iter().map(|one| (one, &*line.folders)));
            } else {
                found.push((command, &*line.folders));
            }
        }
    }
    found
}

/// What a start script of the project runs: the lines that name a server or a Python file.
fn script(dir: &Path, command: &Command) -> Vec<Command> {
    // `./run` needs no ending.
    let name = match command.program {
        Program::Shell => command.target.as_deref(),
        _ => Some(command.name.as_str()),
    };
    let Some(name) = name.filter(|name| is_plain(name)) else { return Vec::new() };
    let name = name.trim_start_matches("./").trim_start_matches("/app/");
    let base = name.rsplit('/').next().unwrap_or(name);
    let Some(text) = [name, base].iter().find_map(|name| text(&dir.join(name))) else {
        return Vec::new();
    };
    if command.program != Program::Shell && !text.lines().next().is_some_and(|l| l.contains("sh")) {
        return Vec::new();
    }
    let joined = text.replace("\\\n", " ");
    let mut cd: Option<String> = None;
    let mut out = Vec::new();
    for line in joined.lines().take(2_000).map(str::trim) {
        if let Some(to) = line.strip_prefix("cd ")
            && !line.contains(['&', ';', '|'])
        {
            cd = Some(to.trim().trim_matches(['"', '\'']).to_owned());
            continue;
        }
        let serves = SERVERS.iter().any(|server| line.contains(server));
        let runs = line.contains("python") && line.contains(".py");
        if line.starts_with('#') || !serves && !runs {
            continue;
        }
        out.extend(commands(line).0.into_iter().map(|mut one| {
            one.chdir = one.chdir.or_else(|| cd.clone().filter(|dir| is_plain(dir)));
            one
        }));
    }
    out
}

/// `CMD` and `ENTRYPOINT`, in the form of a list or of a shell's line.
fn docker(text: &str) -> Vec<String> {
    let joined = text.replace("\\\r\n", " ").replace("\\\n", " ");
    let mut out = Vec::new();
    for line in joined.lines().take(10_000) {
        let line = line.trim();
        let Some((word, rest)) = line.split_once(char::is_whitespace) else { continue };
        if !word.eq_ignore_ascii_case("cmd") && !word.eq_ignore_ascii_case("entrypoint") {
            continue;
        }
        let rest = rest.trim();
        let is_list = rest.starts_with('[') && serde_json::from_str::<Vec<String>>(rest).is_ok();
        out.extend(if is_list { list(rest) } else { Some(rest.to_owned()) });
    }
    out
}

/// The value of `key: gunicorn …`, `key = "gunicorn …"`, `"key": "gunicorn …"`.
pub(super) fn manifest_line(line: &str) -> Option<String> {
    let at = line.find([':', '='])?;
    let (key, value) = (line[..at].trim(), line[at + 1..].trim());
    let names = key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '"' | ' '));
    let script = matches!(key.trim_matches('"'), "startCommand" | "command" | "cmd" | "run")
        && value.contains("python")
        && value.contains(".py");
    let serves = script || SERVERS.iter().any(|server| value.contains(server));
    if !names || key.starts_with('#') || !serves {
        return None;
    }
    let value = value.trim_end_matches(',');
    let quoted =
        |quote: char| value.len() >= 2 && value.starts_with(quote) && value.ends_with(quote);
    if value.starts_with('[') {
        // What runs something names it (`app:app`) or has an option; other lists are of packages.
        return list(value).filter(|words| {
            words.split(' ').any(|word| word.contains(':') || word.starts_with('-'))
                && !key.contains("depend")
                && !key.contains("require")
        });
    }
    let value = if quoted('"') || quoted('\'') { &value[1..value.len() - 1] } else { value };
    Some(value.replace("\\\"", "\""))
}

/// A command in YAML's `command: >` or `command: |`, on the deeper lines below.
pub(super) fn block(lines: &[&str]) -> Option<String> {
    let first = lines.first()?;
    let indent = |line: &str| line.len() - line.trim_start().len();
    let (key, value) = first.trim().trim_start_matches("- ").split_once(':')?;
    let command = matches!(key, "command" | "entrypoint" | "startCommand" | "dockerCommand");
    if !command || !matches!(value.trim(), ">" | "|" | ">-" | "|-" | ">+" | "|+") {
        return None;
    }
    let below: Vec<&str> = lines[1..]
        .iter()
        .take_while(|line| line.trim().is_empty() || indent(line) > indent(first))
        .map(|line| line.trim())
        .filter(|line| !line.is_empty())
        .collect();
    let folded = value.trim().starts_with('>') || below.iter().any(|line| line.contains(" -c "));
    let text = below.join(if folded { " " } else { "; " });
    SERVERS.iter().any(|server| text.contains(server)).then_some(text)
}

/// What one command loads, where its file is at hand.
fn entry(dir: &Path, command: &Command) -> Option<StartEntry> {
    let folder = match command.chdir.as_deref() {
        None => dir.to_owned(),
        Some(chdir) if !is_plain(chdir) => return None,
        Some("/app" | "." | "./") => dir.to_owned(),
        Some(chdir) => match chdir.strip_prefix("/app/") {
            Some(below) => dir.join(below),
            // Where a container has the project, or a folder of it.
            None if chdir.starts_with('/') => {
                let last = chdir.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
                Some(dir.join(last)).filter(|path| path.is_dir()).unwrap_or_else(|| dir.to_owned())
            }
            None => dir.join(chdir.trim_start_matches("./")),
        },
    };
    let target = command.target.as_deref().filter(|target| is_plain(target))?;
    match command.program {
        Program::PythonScript | Program::Streamlit => {
            let file = folder.join(target.trim_start_matches("./").trim_start_matches("/app/"));
            if file.file_name().is_some_and(|name| name == "setup.py") {
                return None;
            }
            let script = EntryOptions { kind: EntryKind::Script, ..EntryOptions::for_file(&file) };
            file.is_file().then_some(StartEntry { options: script, file })
        }
        Program::Celery => worker_entry(&folder, target),
        Program::FastapiCli => file_entry(folder.join(target.trim_start_matches("./")), None),
        Program::Uwsgi if target.contains(".py") => {
            let (file, name) = target.split_once(':').unwrap_or((target, "application"));
            file_entry(folder.join(file.trim_start_matches("./")), Some(name))
        }
        Program::Gunicorn
        | Program::Uvicorn
        | Program::Hypercorn
        | Program::Daphne
        | Program::Uwsgi
        | Program::Waitress => {
            let (module, attr) = target.split_once(':').unwrap_or((target, "application"));
            let (name, called) = match attr.split_once('(') {
                Some((name, _)) => (name, true),
                None => (attr, false),
            };
            // Its configuration is looked for where it is started, not where it goes from there.
            let interface = interface::of(command, dir);
            module_entry(&folder, module, name.trim(), called || command.factory, interface)
        }
        _ => None,
    }
}

/// What a Celery worker imports with `-A shop`: the module, or the package's module `celery`. Nothing serves it.
fn worker_entry(folder: &Path, target: &str) -> Option<StartEntry> {
    let (module, name) = target.split_once(':').unwrap_or((target, "app"));
    let inner = format!("{module}.celery");
    let found = module_entry(folder, &inner, name, false, Interface::Any)
        .or_else(|| module_entry(folder, module, name, false, Interface::Any))?;
    let options = EntryOptions { served: false, ..found.options };
    Some(StartEntry { options, ..found })
}

/// A file that a server reads; without a name, the app that its text makes.
fn file_entry(file: PathBuf, name: Option<&str>) -> Option<StartEntry> {
    let (application, interface) = match name {
        Some(name) if file.is_file() => (name.to_owned(), Interface::Wsgi),
        Some(_) => return None,
        None => (entry_point(&file, true)?.application, Interface::Any),
    };
    let options = EntryOptions { application, interface, ..EntryOptions::for_file(&file) };
    Some(StartEntry { options, file })
}

/// `module:name` below a folder, where the module's file is there.
#[must_use]
pub fn module_entry(
    folder: &Path,
    module: &str,
    name: &str,
    factory: bool,
    interface: Interface,
) -> Option<StartEntry> {
    let is_name =
        |word: &str| !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || c == '_');
    if !module.split('.').all(is_name) || !name.split('.').all(is_name) {
        return None;
    }
    let below = module.replace('.', "/");
    let (base, file) = [folder.to_owned(), folder.join("src")].into_iter().find_map(|base| {
        // A package wins over a module of the same name.
        let files = [base.join(&below).join("__init__.py"), base.join(format!("{below}.py"))];
        let file = files.into_iter().find(|file| file.is_file())?;
        Some((base, file))
    })?;
    let options = EntryOptions {
        kind: EntryKind::ModuleAttr { module: module.to_owned(), attr: name.to_owned(), factory },
        application: name.to_owned(),
        interface,
        ..EntryOptions::for_file(&base)
    };
    Some(StartEntry { options, file })
}

#[cfg(test)]
#[path = "starts_test.rs"]
mod tests;
