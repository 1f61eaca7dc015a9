//! Vercel: which Python files its builds serve. Each is a function of its own that must define `app` or `handler`.

use std::path::{Path, PathBuf};

use super::starts::StartEntry;
use super::text;
use crate::python::entry::{EntryOptions, Interface};
use crate::python::entry_points::binds;

/// Most files of one pattern.
const MOST: usize = 20;

/// The entry points that `vercel.json` names. Without builds it is `api/index.py`, by Vercel's habit.
pub(super) fn entries(dir: &Path) -> Vec<StartEntry> {
    let Some(text) = text(&dir.join("vercel.json")) else { return Vec::new() };
    let Ok(config) = serde_json::from_str::<serde_json::Value>(&text) else { return Vec::new() };
    let builds = config.get("builds").and_then(|builds| builds.as_array());
    let sources: Vec<&str> = match builds {
        Some(builds) => builds
            .iter()
            .filter(|build| {
                build.get("use").and_then(|used| used.as_str()).is_some_and(|used| {
                    used.split('@').nth(1).is_some_and(|name| name == "vercel/python")
                })
            })
            .filter_map(|build| build.get("src").and_then(|src| src.as_str()))
            .collect(),
        None => vec!["api/index.py"],
    };
    sources
        .into_iter()
        .flat_map(|source| files(dir, source))
        .filter_map(|file| served(&file))
        .collect()
}

/// The files of a path, of which the last part may be `*.py`.
fn files(dir: &Path, source: &str) -> Vec<PathBuf> {
    let source = source.trim_start_matches("./").trim_start_matches('/');
    if source.split('/').any(|part| part == "..") {
        return Vec::new();
    }
    let Some(folder) = source.strip_suffix("*.py") else {
        let file = dir.join(source);
        return if file.is_file() && source.ends_with(".py") { vec![file] } else { Vec::new() };
    };
    let folder = dir.join(folder.trim_end_matches("**/"));
    let found = std::fs::read_dir(folder).into_iter().flatten().take(500).flatten();
    let mut files: Vec<PathBuf> = found
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "py") && path.is_file())
        .collect();
    files.sort();
    files.truncate(MOST);
    files
}

/// A file that must define `app`; one with a `handler` of the other kind is no app.
fn served(file: &Path) -> Option<StartEntry> {
    let text = text(file)?;
    let other = !binds(&text, "app")
        && (binds(&text, "application")
            || binds(&text, "handler")
            || text.lines().any(|line| line.starts_with("class handler")));
    // Helpers beside the functions begin so.
    let helper = file.file_name()?.to_str()?.starts_with(['_', '.']);
    if other || helper {
        return None;
    }
    let options = EntryOptions {
        application: "app".to_owned(),
        interface: Interface::Any,
        ..EntryOptions::for_file(file)
    };
    Some(StartEntry { options, file: file.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::entries;
    use std::fs;

    fn found(config: &str) -> Vec<String> {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("api")).unwrap();
        fs::write(dir.path().join("vercel.json"), config).unwrap();
        for (name, text) in [
            ("app.py", "from flask import Flask\napp = Flask(__name__)\n"),
            ("api/index.py", "from app import app\n"),
            ("api/plain.py", "class handler(BaseHTTPRequestHandler):\n    pass\n"),
            ("api/_tools.py", "x = 1\n"),
        ] {
            fs::write(dir.path().join(name), text).unwrap();
        }
        let found = entries(dir.path()).into_iter();
        found
            .map(|entry| {
                assert_eq!(entry.options.application, "app");
                entry.file.strip_prefix(dir.path()).unwrap().display().to_string()
            })
            .collect()
    }

    #[test]
    fn builds_name_files() {
        let build = |src: &str, with: &str| {
            format!("{{\"builds\": [{{\"src\": \"{src}\", \"use\": \"{with}\"}}]}}")
        };
        assert_eq!(found(&build("app.py", "@vercel/python")), ["app.py"]);
        assert_eq!(found(&build("./api/index.py", "@vercel/python@3.0.7")), ["api/index.py"]);
        assert_eq!(found(&build("api/*.py", "@vercel/python")), ["api/index.py"]);
        assert_eq!(found("{\"rewrites\": []}"), ["api/index.py"]);
        for none in [
            build("app.py", "@vercel/node"),
            build("gone.py", "@vercel/python"),
            build("api/plain.py", "@vercel/python"),
            build("../app.py", "@vercel/python"),
            build("package.json", "@vercel/static-build"),
            "{ not json".to_owned(),
        ] {
            assert_eq!(found(&none), [""; 0], "{none}");
        }
    }
}
