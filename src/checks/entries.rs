//! Which modules a project's own files start: Procfiles and containers, servers' configuration kept
//! beside the code, Flask's settings, and the `wsgi` of our own configuration.

use std::path::{Path, PathBuf};

use crate::procfile::{self, StartEntry, module_entry};
use crate::python::entry::{EntryOptions, Interface};
use crate::python::entry_points;
use crate::python::lint_run::NamedEntry;
use crate::python::lints::LintFinding;
use crate::site::Tree;
use crate::site::config::{App, AppKind, ConfigFile, load};

/// Folders below the project in which people keep servers' configuration.
const PLACES: &[&str] =
    &["", "deploy", "deployment", "conf", "config", "etc", "ops", "server", "uwsgi", "gunicorn"];

/// Everything that the files of one folder start, each module once.
#[must_use]
pub fn named(dir: &Path) -> Vec<NamedEntry> {
    let mut out: Vec<NamedEntry> = Vec::new();
    let all = procfile::start_entries(dir).into_iter().chain(configured(dir)).chain(flask(dir));
    for found in all {
        if !out.iter().any(|known| known.file == found.file) {
            out.push(NamedEntry { options: found.options, file: found.file });
        }
    }
    out
}

/// Modules that uWSGI's files, kept with the code, name and that the project does not have.
#[must_use]
pub fn absent(dir: &Path) -> Vec<LintFinding> {
    let mut out = Vec::new();
    for app in apps(dir).iter().filter(|app| app.kind == AppKind::Uwsgi) {
        let Some(module) = &app.module else { continue };
        // As the other findings of the folder are shown.
        let mut place = module.place.clone();
        let whole = std::path::absolute(dir).unwrap_or_else(|_| dir.to_owned());
        if let Ok(below) = Path::new(&*place.file).strip_prefix(&whole) {
            place.file = dir.join(below).display().to_string().into();
        }
        let folders: Vec<PathBuf> = std::iter::once(app.chdir.as_ref())
            .chain(app.python_path.iter().map(Some))
            .flatten()
            .filter_map(|setting| Some(dir.join(Path::new(&setting.text).file_name()?)))
            .collect();
        out.extend(procfile::absent_module(dir, &folders, &place, &module.line, &module.text));
    }
    out
}

/// Apps of uWSGI, gunicorn, systemd, supervisor and Apache files.
fn configured(dir: &Path) -> Vec<StartEntry> {
    apps(dir).iter().filter_map(|app| entry(dir, app)).collect()
}

fn apps(dir: &Path) -> Vec<App> {
    let mut files = Vec::new();
    for place in PLACES {
        let folder = if place.is_empty() { dir.to_owned() } else { dir.join(place) };
        let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten().take(2_000);
        let mut names: Vec<PathBuf> = entries
            .map(|entry| entry.path())
            .filter(|path| is_config(path) && path.is_file())
            .collect();
        names.sort();
        files.extend(names.into_iter().take(20).map(|path| {
            let shown = std::path::absolute(&path).unwrap_or_else(|_| path.clone());
            ConfigFile { shown: shown.display().to_string(), path }
        }));
    }
    if files.is_empty() {
        return Vec::new();
    }
    load(&files, Some(&Tree::new(Path::new("/")))).apps
}

fn is_config(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    match ending {
        "ini" | "service" | "conf" => true,
        "py" => name.starts_with("gunicorn"),
        "yml" | "yaml" | "xml" | "json" => name.to_ascii_lowercase().contains("uwsgi"),
        _ => false,
    }
}

/// What one app loads. Its folder is often that of another machine: then the file is looked for where
/// the code is at hand.
fn entry(dir: &Path, app: &App) -> Option<StartEntry> {
    let chdir = app.chdir.as_ref().map(|setting| PathBuf::from(&setting.text));
    let beside = Path::new(&*app.place.file).parent().map(Path::to_owned);
    let mut folders: Vec<PathBuf> = Vec::new();
    // `/srv/shop/backend` on the server is `backend` here.
    if let Some(last) = chdir.as_ref().and_then(|path| path.file_name()) {
        folders.push(dir.join(last));
    }
    folders.extend(chdir.filter(|path| path.is_dir()));
    folders.push(dir.to_owned());
    folders.extend(beside);
    for extra in &app.python_path {
        let last = Path::new(&extra.text).file_name();
        folders.extend(last.map(|name| dir.join(name)));
    }
    let interface = match app.kind {
        AppKind::Uwsgi | AppKind::ModWsgi => Interface::Wsgi,
        AppKind::Gunicorn | AppKind::Other => Interface::Any,
    };
    let callable = app.callable.as_ref().map(|setting| setting.text.as_str());
    if let Some(module) = &app.module {
        let (module, attr) = module.text.split_once(':').unwrap_or((&module.text, ""));
        let name = if attr.is_empty() { callable.unwrap_or("application") } else { attr };
        let (name, called) = match name.split_once('(') {
            Some((name, _)) => (name, true),
            None => (name, false),
        };
        let mut found = folders
            .iter()
            .find_map(|dir| module_entry(dir, module.trim(), name.trim(), called, interface))?;
        found.options.extra_path = search_path(dir, &folders, app);
        return Some(found);
    }
    let file = Path::new(&app.wsgi_file.as_ref()?.text);
    let name = file.file_name()?;
    let file = folders
        .iter()
        .flat_map(|dir| [dir.join(file), dir.join(name)])
        .find(|path| path.is_file())?;
    let options = EntryOptions {
        application: callable.unwrap_or("application").to_owned(),
        interface,
        extra_path: search_path(dir, &folders, app),
        ..EntryOptions::for_file(&file)
    };
    Some(StartEntry { options, file })
}

/// Folders that the server puts on the search path, where they are at hand; as written where they are not.
fn search_path(dir: &Path, folders: &[PathBuf], app: &App) -> Vec<PathBuf> {
    let place = |text: &str| {
        let written = Path::new(text);
        let near = written.file_name().map(|name| dir.join(name));
        let below = folders.iter().map(|folder| folder.join(written)).chain(near);
        below.into_iter().find(|path| path.is_dir()).unwrap_or_else(|| dir.join(written))
    };
    app.python_path.iter().map(|setting| place(&setting.text)).collect()
}

/// `FLASK_APP=shop.web` or `shop/web.py` in `.flaskenv` or `.env`; Flask looks for `app`,
/// `application` and the factories itself (<https://flask.palletsprojects.com/en/stable/cli/>).
fn flask(dir: &Path) -> Option<StartEntry> {
    let value = [".flaskenv", ".env"].iter().find_map(|name| {
        let text = std::fs::read_to_string(dir.join(name)).ok()?;
        text.lines().find_map(|line| {
            let line = line.trim();
            let line = line.strip_prefix("export ").unwrap_or(line);
            let value = line.strip_prefix("FLASK_APP=")?;
            Some(value.trim().trim_matches(['"', '\'']).to_owned())
        })
    })?;
    let (module, name) = value.split_once(':').unwrap_or((&value, ""));
    let module = module.trim_end_matches(".py").trim_start_matches("./").replace('/', ".");
    let (name, called) = match name.split_once('(') {
        Some((name, _)) => (name, true),
        None => (name, false),
    };
    let mut found = module_entry(
        dir,
        &module,
        if name.is_empty() { "app" } else { name },
        called,
        Interface::Any,
    )?;
    if name.is_empty() {
        // Which of the names it is, the file's own text says.
        let name = entry_points::flask_name(&found.file).or_else(|| {
            entry_points::entry_point(&found.file, true).map(|point| point.application)
        })?;
        found.options.application.clone_from(&name);
        if let crate::python::entry::EntryKind::ModuleAttr { attr, .. } = &mut found.options.kind {
            *attr = name;
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::named;
    use std::fs;

    fn files(files: &[(&str, &str)]) -> Vec<(String, String)> {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        named(dir.path())
            .into_iter()
            .map(|found| {
                let file = found.file.strip_prefix(dir.path()).unwrap().display().to_string();
                (file, found.options.watched().to_owned())
            })
            .collect()
    }

    #[test]
    fn configuration_kept_with_the_code_names_the_entry() {
        for (name, text) in [
            ("uwsgi.ini", "[uwsgi]\nchdir = /srv/shop\nmodule = core.web:app\n"),
            ("deploy/uwsgi.ini", "[uwsgi]\nmodule = core.web\ncallable = app\n"),
            ("deploy/shop.ini", "[uwsgi]\nwsgi-file = core/web.py\ncallable = app\n"),
            ("gunicorn.conf.py", "wsgi_app = 'core.web:app'\n"),
            (
                "shop.service",
                "[Service]\nWorkingDirectory=/srv/shop\nExecStart=/srv/v/bin/gunicorn core.web:app\n",
            ),
            (".flaskenv", "FLASK_APP=core.web\n"),
        ] {
            let web = ("core/web.py", "from flask import Flask\napp = Flask(__name__)\n");
            assert_eq!(
                files(&[(name, text), web, ("core/__init__.py", "")]),
                [("core/web.py".to_owned(), "app".to_owned())],
                "{name}"
            );
        }
    }

    #[test]
    fn what_the_server_puts_on_the_search_path() {
        let told = |setting: &str| {
            let dir = tempfile::tempdir().unwrap();
            for (name, text) in [
                (
                    "uwsgi.ini",
                    format!("[uwsgi]\nchdir = %d/src\nmodule = web:app\n{setting}\n").as_str(),
                ),
                ("src/web.py", "import helpers\napp = print\n"),
                ("lib/helpers.py", ""),
            ] {
                let path = dir.path().join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
            let found = named(dir.path()).pop().unwrap();
            let out = crate::python::entry::analyse_entry(&found.options);
            out.findings.iter().any(|found| found.code == "WD301")
        };
        for setting in [
            "pythonpath = %d/lib",
            "pp = ../lib",
            "python-path = /srv/shop/lib",
            // What is not here may have it.
            "pythonpath = /srv/common",
        ] {
            assert!(!told(setting), "{setting}");
        }
        assert!(told("processes = 2"));
        assert!(told("pythonpath = %d/src"));
    }

    #[test]
    fn flask_finds_an_app_that_is_made_elsewhere() {
        let env = (".flaskenv", "FLASK_APP=news.py\n");
        let package = ("core/__init__.py", "from flask import Flask\napp = Flask(__name__)\n");
        let found = files(&[env, ("news.py", "from core import app\n"), package]);
        assert_eq!(found, [("news.py".to_owned(), "app".to_owned())]);
        assert!(files(&[env, ("news.py", "import core\n"), package]).is_empty());
    }

    #[test]
    fn other_files_name_nothing() {
        assert!(files(&[("tox.ini", "[tox]\n"), ("nginx.conf", "server {}\n")]).is_empty());
        assert!(files(&[("uwsgi.ini", "[uwsgi]\nmodule = gone:app\n")]).is_empty());
    }
}
