//! What starts the app, by the project's own files: the commands of its Procfile, Dockerfile, platform
//! manifests and start scripts, and the modules that they load.

use std::path::{Path, PathBuf};

use super::checks::is_plain;
use super::command::{Command, Program, commands};
use super::{interface, parse, text};
use crate::python::entry::{EntryKind, EntryOptions, Interface};

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
];

/// Programs by which a line of a manifest is known to be a start command.
const SERVERS: &[&str] =
    &["gunicorn", "uvicorn", "hypercorn", "daphne", "waitress-serve", "streamlit run"];

/// The entry points that the start commands of a folder name, each once.
#[must_use]
pub fn entries(dir: &Path) -> Vec<StartEntry> {
    let mut out: Vec<StartEntry> = Vec::new();
    for command in all_commands(dir) {
        let Some(found) = entry(dir, &command) else { continue };
        if !out
            .iter()
            .any(|known| known.file == found.file && known.options.kind == found.options.kind)
        {
            out.push(found);
        }
    }
    out
}

/// Every simple command that starts something, those of a Procfile first.
fn all_commands(dir: &Path) -> Vec<Command> {
    let mut lines: Vec<String> = Vec::new();
    if let Some(bytes) = super::bytes(&dir.join("Procfile")) {
        lines.extend(parse(&bytes).entries.into_iter().map(|entry| entry.command));
    }
    lines.extend(text(&dir.join("Dockerfile")).into_iter().flat_map(|text| docker(&text)));
    for name in MANIFESTS {
        let Some(text) = text(&dir.join(name)) else { continue };
        lines.extend(text.lines().take(10_000).filter_map(manifest_line));
    }
    let mut found = Vec::new();
    for line in lines.iter().take(100) {
        for command in commands(line).0 {
            if command.program == Program::Shell {
                found.extend(script(dir, &command));
            } else {
                found.push(command);
            }
        }
    }
    found
}

/// What a start script of the project runs: the lines that name a server.
fn script(dir: &Path, command: &Command) -> Vec<Command> {
    let Some(name) = command.target.as_deref().filter(|name| is_plain(name)) else {
        return Vec::new();
    };
    let name = name.trim_start_matches("./").trim_start_matches("/app/");
    let Some(text) = text(&dir.join(name)) else { return Vec::new() };
    let joined = text.replace("\\\n", " ");
    joined
        .lines()
        .take(2_000)
        .filter(|line| !line.trim_start().starts_with('#'))
        .filter(|line| SERVERS.iter().any(|server| line.contains(server)))
        .flat_map(|line| commands(line.trim()).0)
        .collect()
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
        match serde_json::from_str::<Vec<String>>(rest) {
            Ok(words) => out.push(
                words
                    .iter()
                    .map(|word| {
                        if word.contains(char::is_whitespace) {
                            format!("\"{}\"", word.replace(['"', '\\'], ""))
                        } else {
                            word.clone()
                        }
                    })
                    .collect::<Vec<_>>()
                    .join(" "),
            ),
            Err(_) => out.push(rest.to_owned()),
        }
    }
    out
}

/// The value of `key: gunicorn …`, `key = "gunicorn …"`, `"key": "gunicorn …"`.
fn manifest_line(line: &str) -> Option<String> {
    let at = line.find([':', '='])?;
    let (key, value) = (line[..at].trim(), line[at + 1..].trim());
    let names = key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '"' | ' '));
    if !names || key.starts_with('#') || !SERVERS.iter().any(|server| value.contains(server)) {
        return None;
    }
    let value = value.trim_end_matches(',');
    let quoted =
        |quote: char| value.len() >= 2 && value.starts_with(quote) && value.ends_with(quote);
    let value = if quoted('"') || quoted('\'') { &value[1..value.len() - 1] } else { value };
    Some(value.replace("\\\"", "\""))
}

/// What one command loads, where its file is at hand.
fn entry(dir: &Path, command: &Command) -> Option<StartEntry> {
    let folder = match command.chdir.as_deref() {
        None => dir.to_owned(),
        Some(chdir) if !is_plain(chdir) => return None,
        Some("/app" | "." | "./") => dir.to_owned(),
        Some(chdir) => match chdir.strip_prefix("/app/") {
            Some(below) => dir.join(below),
            None if chdir.starts_with('/') => return None,
            None => dir.join(chdir.trim_start_matches("./")),
        },
    };
    let target = command.target.as_deref().filter(|target| is_plain(target))?;
    match command.program {
        Program::PythonScript | Program::Streamlit => {
            let file = folder.join(target.trim_start_matches("./"));
            let script = EntryOptions { kind: EntryKind::Script, ..EntryOptions::for_file(&file) };
            file.is_file().then_some(StartEntry { options: script, file })
        }
        Program::Gunicorn
        | Program::Uvicorn
        | Program::Hypercorn
        | Program::Daphne
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
mod tests {
    use super::{docker, entries, manifest_line};
    use crate::python::entry::{EntryKind, Interface};
    use std::fs;

    fn found(files: &[(&str, &str)]) -> Vec<(String, EntryKind, Interface)> {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        entries(dir.path())
            .into_iter()
            .map(|entry| {
                let file = entry.file.strip_prefix(dir.path()).unwrap().display().to_string();
                (file, entry.options.kind, entry.options.interface)
            })
            .collect()
    }

    fn module(module: &str, attr: &str, factory: bool) -> EntryKind {
        EntryKind::ModuleAttr { module: module.into(), attr: attr.into(), factory }
    }

    #[test]
    fn procfiles_name_modules_factories_and_scripts() {
        let files = [
            (
                "Procfile",
                "web: gunicorn \"core.web:make(1)\" -b :$PORT\nworker: python jobs/run.py\n",
            ),
            ("core/web.py", ""),
            ("jobs/run.py", ""),
        ];
        assert_eq!(
            found(&files),
            [
                ("core/web.py".into(), module("core.web", "make", true), Interface::Wsgi),
                ("jobs/run.py".into(), EntryKind::Script, Interface::Wsgi),
            ]
        );
    }

    #[test]
    fn containers_and_manifests() {
        let files = [
            ("Dockerfile", "FROM x\nWORKDIR /app\nCMD [\"./start.sh\"]\n"),
            (
                "start.sh",
                "#!/bin/sh\nexec gunicorn -k uvicorn.workers.UvicornWorker \\\n  api.main:app\n",
            ),
            ("render.yaml", "services:\n  - type: web\n    startCommand: uvicorn other:app\n"),
            ("Procfile", "web: uvicorn --interface wsgi third:app\n"),
            ("third.py", ""),
            ("api/main.py", ""),
            ("other.py", ""),
        ];
        assert_eq!(
            found(&files),
            [
                ("third.py".into(), module("third", "app", false), Interface::Any),
                ("api/main.py".into(), module("api.main", "app", false), Interface::Asgi),
                ("other.py".into(), module("other", "app", false), Interface::Asgi),
            ]
        );
    }

    #[test]
    fn what_is_not_there_or_not_plain_is_none() {
        assert!(found(&[("Procfile", "web: gunicorn $APP\nx: gunicorn no.such:app\n")]).is_empty());
        assert!(
            found(&[("Dockerfile", "RUN pip install gunicorn\n# CMD gunicorn a:b\n")]).is_empty()
        );
    }

    #[test]
    fn lines_are_read_as_they_are_written() {
        assert_eq!(docker("CMD [\"sh\", \"-c\", \"gunicorn a:b\"]"), ["sh -c \"gunicorn a:b\""]);
        assert_eq!(
            manifest_line("  \"startCommand\": \"gunicorn a:b\",").as_deref(),
            Some("gunicorn a:b")
        );
        assert_eq!(manifest_line("# run: gunicorn a:b"), None);
        assert_eq!(manifest_line("image: python"), None);
    }
}
