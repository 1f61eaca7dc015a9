//! Folders that the start puts on Python's search path: `PYTHONPATH` before the command, in a script or a
//! container's environment, and gunicorn's `--pythonpath`.

use std::path::{Path, PathBuf};

use super::command::Command;
use super::interface::ENVIRONMENTS;

/// Folders of the project that a command adds, then those that the project's own files set for all.
pub(super) fn folders(dir: &Path, command: &Command) -> Vec<PathBuf> {
    let own = command.python_path.iter().flat_map(|value| resolved(dir, value));
    let mut out: Vec<PathBuf> = Vec::new();
    for folder in own.chain(environment(dir)) {
        if !out.contains(&folder) {
            out.push(folder);
        }
    }
    out
}

/// What Dockerfiles, compose files, scripts and `.env` set.
fn environment(dir: &Path) -> Vec<PathBuf> {
    let scripts = std::fs::read_dir(dir).into_iter().flatten().flatten().take(2_000);
    let mut files: Vec<PathBuf> = scripts
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "sh" || ending == "bash"))
        .collect();
    files.sort();
    files.truncate(20);
    files
        .extend(ENVIRONMENTS.iter().filter(|name| **name != "Procfile").map(|name| dir.join(name)));
    let mut out = Vec::new();
    for text in files.iter().filter_map(|file| super::text(file)) {
        for line in text.lines().filter(|line| !line.trim_start().starts_with('#')) {
            let value = line.split_once("PYTHONPATH").and_then(|(_, rest)| {
                // `ENV PYTHONPATH /app`, `PYTHONPATH: /app`, `PYTHONPATH=/app`, `"PYTHONPATH": "/app"`
                let rest = rest.trim_start_matches(['"', '\'']);
                rest.strip_prefix(['=', ':', ' ']).map(str::trim)
            });
            out.extend(value.into_iter().flat_map(|value| resolved(dir, value)));
        }
    }
    out
}

/// The folders at hand that a value means: `$PYTHONPATH:$(pwd)/src`, `/code/backend`, `.`.
fn resolved(dir: &Path, value: &str) -> Vec<PathBuf> {
    let value = value.replace("$(pwd)", ".").replace("${PWD}", ".").replace("$PWD", ".");
    let words = value.split([':', ';', ',', ' ', '&']).map(|word| word.trim_matches(['"', '\'']));
    words
        .filter(|word| !word.is_empty() && super::checks::is_plain(word))
        .filter_map(|word| {
            let parts: Vec<&str> =
                word.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
            if parts.contains(&"..") {
                return None;
            }
            if !word.starts_with('/') {
                return Some(dir.join(parts.join("/"))).filter(|path| path.is_dir());
            }
            // A path of the container: the project is its start, wherever that was put.
            (0..parts.len())
                .map(|from| dir.join(parts[from..].join("/")))
                .find(|path| path.is_dir())
                .or_else(|| (parts.len() < 3).then(|| dir.to_owned()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::folders;
    use crate::procfile::command::commands;
    use std::fs;

    fn of(line: &str, files: &[(&str, &str)]) -> Vec<String> {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("src/app")).unwrap();
        for (name, text) in files {
            fs::write(dir.path().join(name), text).unwrap();
        }
        let command = commands(line).0.pop().unwrap();
        let below = |path: &std::path::PathBuf| {
            path.strip_prefix(dir.path()).unwrap().display().to_string()
        };
        folders(dir.path(), &command).iter().map(below).collect()
    }

    #[test]
    fn every_way_of_saying_it() {
        assert_eq!(of("PYTHONPATH=src gunicorn main:app", &[]), ["src"]);
        assert_eq!(of("env PYTHONPATH=./src:$PYTHONPATH gunicorn main:app", &[]), ["src"]);
        assert_eq!(of("gunicorn --pythonpath src main:app", &[]), ["src"]);
        for (name, text) in [
            ("Dockerfile", "ENV PYTHONPATH=/code/src/app\n"),
            ("Dockerfile", "ENV PYTHONPATH \"${PYTHONPATH}:/srv/site/src/app\"\n"),
            ("compose.yml", "    environment:\n      - PYTHONPATH=/src/app\n"),
            ("compose.yml", "    environment:\n      PYTHONPATH: /x/src/app\n"),
            ("start.sh", "export PYTHONPATH=$PYTHONPATH:$(pwd)/src/app\n"),
        ] {
            assert_eq!(of("gunicorn main:app", &[(name, text)]), ["src/app"], "{text}");
        }
        // The folder of the project itself.
        assert_eq!(of("gunicorn main:app", &[(".env", "PYTHONPATH=/app\n")]), [""]);
    }

    #[test]
    fn what_is_not_there_or_not_said_is_none() {
        for line in
            ["gunicorn main:app", "PYTHONPATH=lib gunicorn a:b", "PYTHONPATH=.. gunicorn a:b"]
        {
            assert!(of(line, &[("Dockerfile", "# ENV PYTHONPATH=/src\n")]).is_empty(), "{line}");
        }
    }
}
