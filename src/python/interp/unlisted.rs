//! Packages that code imports and that the project's list of packages does not bring: a list as `pip freeze` writes
//! it, or one of nothing but well-known packages.

use super::event::Unlisted;
use super::{Cx, Interp};
use crate::python::maps::HashSet;
use crate::python::resolve::{pathops, pins};
use crate::rules::brings;
use crate::rules::removed_names::is_from;

/// What a package always brings. A list of fixed versions that holds one of these whole was written from what was
/// installed, and holds everything.
const WHOLE: &[&[&str]] = &[
    &["flask", "werkzeug", "jinja2", "markupsafe", "itsdangerous", "click"],
    &["django", "sqlparse", "asgiref"],
    &["django", "sqlparse", "pytz"],
    &["fastapi", "starlette", "pydantic", "typing-extensions"],
];

/// Files that say otherwise what is installed.
const OTHER_WAYS: &[&str] = &[
    "Pipfile",
    "Pipfile.lock",
    "poetry.lock",
    "uv.lock",
    "pdm.lock",
    "setup.py",
    "setup.cfg",
    "environment.yml",
    "environment.yaml",
    "conda.yml",
    "Aptfile",
    "constraints.txt",
    "pixi.toml",
    "flake.nix",
    "shell.nix",
    "default.nix",
    "conda.yaml",
    "packages.txt",
    "apt.txt",
    "postBuild",
];

/// Files of platforms that install what the list holds, and nothing else.
const CONTAINERS: &[&str] = &[
    "Procfile",
    "scalingo.json",
    "app.json",
    "runtime.txt",
    "render.yaml",
    "railway.json",
    "railway.toml",
    "nixpacks.toml",
];

/// Files with commands of a build, which may install more.
const BUILDS: &[&str] = &[
    "Procfile",
    "app.json",
    "render.yaml",
    "railway.json",
    "railway.toml",
    "nixpacks.toml",
    "heroku.yml",
    "docker-compose.yml",
    "docker-compose.yaml",
    "compose.yml",
    "compose.yaml",
    "Makefile",
    "makefile",
    "justfile",
    "Justfile",
    "Vagrantfile",
    "tox.ini",
    "noxfile.py",
    "fabfile.py",
    "tasks.py",
];

/// Folders in which people keep what builds and starts a project.
const FOLDERS: &[&str] = &["docker", "deploy", "deployment", "scripts", "bin", "ops", ".docker"];

/// Most scripts of one folder that are read.
const MAX_SCRIPTS: usize = 20;

/// Largest file of commands that is read, in bytes.
const MAX_BYTES: u64 = 1 << 18;

/// Namespaces that many packages fill, and what is there though no list names it.
const SHARED: &[&str] = &[
    "google",
    "azure",
    "zope",
    "ruamel",
    "backports",
    "mpl_toolkits",
    "sphinxcontrib",
    "opentelemetry",
    "pkg_resources",
    "setuptools",
    "pip",
    "wheel",
    "gi",
    "apt_pkg",
];

/// Parts of packages' names that say nothing.
const COMMON: &[&str] = &[
    "python", "django", "flask", "client", "binary", "headless", "core", "tools", "library", "rest",
];

/// What the project's list of packages holds.
#[derive(Debug)]
pub(super) struct Frozen {
    names: HashSet<String>,
    container: bool,
}

impl Interp<'_> {
    /// Whether a package that was found nowhere is missing in a list that is known to be complete. On
    /// PythonAnywhere many packages are there from the start, so a WSGI file of such a server proves nothing.
    pub(super) fn unlisted(&mut self, cx: &Cx, top: &str, dist: &str) -> Option<Unlisted> {
        if self.environment.known || self.options.is_embedded() || cx.quiet || cx.weight < 1.0 {
            return None;
        }
        // Where threads are forbidden it is that host again, whatever file was given.
        if self.options.threads == Some(false) {
            return None;
        }
        // What setuptools had, and what neither it nor the image brings any more.
        if top == "pkg_resources"
            && self.options.python.is_some_and(|python| (python.major, python.minor) >= (3, 12))
            && self.without_setuptools()
        {
            return Some(Unlisted { container: true });
        }
        if SHARED.contains(&top) || self.declared(top) || self.declared(dist) {
            return None;
        }
        if self.frozen.is_none() {
            self.frozen = Some(self.frozen());
        }
        let frozen = self.frozen.as_ref()?.as_ref()?;
        // The same module may come under other names: any word in common is doubt enough.
        let dist = dist.to_ascii_lowercase().replace(['_', '.'], "-");
        let words = dist.split(['-', '=', '<', '>', '[']).chain([top]);
        let mut words = words.filter(|word| word.len() > 2 && !COMMON.contains(word));
        let alike = words.any(|word| {
            let word = word.to_ascii_lowercase();
            frozen.names.iter().any(|name| name.contains(&word))
        });
        (!alike).then_some(Unlisted { container: frozen.container })
    }

    /// Whether setuptools, which brings distutils back, is surely not there: an image of Python 3.12 or later
    /// has none, and the list of packages is known whole.
    pub(super) fn without_setuptools(&mut self) -> bool {
        let own = self.own_path();
        let image = own.iter().find_map(|dir| {
            let path = self.finder.disk(&pathops::join(dir, "Dockerfile"));
            let small = std::fs::metadata(&path)
                .is_ok_and(|meta| meta.is_file() && meta.len() <= MAX_BYTES);
            small.then(|| std::fs::read_to_string(&path).ok()).flatten()
        });
        let Some(image) = image else { return false };
        let plain = image.lines().any(|line| line.starts_with("FROM python:3."));
        if !plain || installs_more(&image) || image.contains("setuptools") {
            return false;
        }
        let asked = pins::asked(&mut self.finder, &own);
        if asked.is_empty() || asked.values().any(|asked| asked.extras) {
            return false;
        }
        // Older ones want it.
        let new = |name: &str| {
            name == "gunicorn"
                && asked[name].exact.as_ref().is_some_and(|exact| is_from(exact, "20.2"))
        };
        let names = asked.keys().map(String::as_str).filter(|name| !new(name));
        brings::installed(names).is_some_and(|all| !all.iter().any(|name| *name == "setuptools"))
    }

    fn frozen(&mut self) -> Option<Frozen> {
        let own = self.own_path();
        let mut container = false;
        for dir in &own {
            let listing = self.finder.list(dir);
            if OTHER_WAYS.iter().any(|name| listing.file(name)) {
                return None;
            }
            container |= CONTAINERS.iter().any(|name| listing.file(name));
            // Heroku's and Scalingo's hooks round the build.
            if listing.dir("bin")
                && self
                    .finder
                    .list(&pathops::join(dir, "bin"))
                    .iter()
                    .any(|(name, _)| name.ends_with("_compile"))
            {
                return None;
            }
            if listing.dir("ansible") || self.builds_more(dir, true) || self.lists_dependencies(dir)
            {
                return None;
            }
            for folder in FOLDERS.iter().filter(|folder| listing.dir(folder)) {
                if self.builds_more(&pathops::join(dir, folder), false) {
                    return None;
                }
            }
        }
        let asked = pins::asked(&mut self.finder, &own);
        if asked.is_empty() || asked.values().any(|asked| asked.extras) {
            return None;
        }
        let whole = |names: &&[&str]| names.iter().all(|name| asked.contains_key(*name));
        let is_frozen = asked.values().all(|asked| asked.exact.is_some());
        let names = if is_frozen && WHOLE.iter().any(whole) {
            asked.into_keys().collect()
        } else if own.iter().any(|dir| self.finder.list(dir).file("requirements.in")) {
            // That one holds what is asked for.
            return None;
        } else {
            brings::installed(asked.keys().map(String::as_str))?.into_iter().collect()
        };
        Some(Frozen { names, container })
    }
}

impl Interp<'_> {
    /// A file of a folder makes a container, or has commands that install more.
    fn builds_more(&mut self, dir: &str, root: bool) -> bool {
        let listing = self.finder.list(dir);
        let is_image = |name: &str| {
            name.starts_with("Dockerfile")
                || name.starts_with("Containerfile")
                || name.ends_with("ockerfile")
        };
        let files = || listing.iter().filter(|(_, is_dir)| !is_dir).map(|(name, _)| name);
        if files().any(is_image) {
            return true;
        }
        let named = BUILDS.iter().copied().filter(|name| root && listing.file(name));
        let scripts = files().filter(|name| name.ends_with(".sh") || name.ends_with(".bash"));
        let all: Vec<String> =
            named.chain(scripts.take(MAX_SCRIPTS)).map(|name| pathops::join(dir, name)).collect();
        all.iter().any(|path| match self.small_text(path) {
            Some(text) => installs_more(&text),
            None => true,
        })
    }

    /// `pyproject.toml` says what the project needs, too.
    fn lists_dependencies(&mut self, dir: &str) -> bool {
        let path = pathops::join(dir, "pyproject.toml");
        self.finder.list(dir).file("pyproject.toml")
            && self.small_text(&path).is_none_or(|text| {
                text.lines().map(str::trim).any(|line| {
                    line.starts_with("dependencies")
                        || line.starts_with("[tool.poetry.dependencies")
                        || line.starts_with("[dependency-groups")
                })
            })
    }

    fn small_text(&self, path: &str) -> Option<String> {
        let path = self.finder.disk(path);
        let small =
            std::fs::metadata(&path).is_ok_and(|meta| meta.is_file() && meta.len() <= MAX_BYTES);
        let bytes = small.then(|| std::fs::read(&path).ok()).flatten()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// `pip install` of something other than a list of packages and pip itself.
fn installs_more(commands: &str) -> bool {
    commands.split("install ").skip(1).zip(commands.split("install ")).any(|(rest, before)| {
        let pip = before.trim_end().ends_with(|c: char| c.is_ascii_alphanumeric())
            && before
                .trim_end()
                .trim_end_matches(|c: char| c.is_ascii_digit() || c == '.')
                .ends_with("pip");
        let end = rest.find(['\n', '&', ';', '|', '"', '\'']).unwrap_or(rest.len());
        let mut words = rest[..end].split_whitespace().filter(|word| !word.starts_with('-'));
        pip && words.any(|word| {
            !matches!(word, "pip" | "setuptools" | "wheel") && !word.ends_with("requirements.txt")
        })
    })
}

#[cfg(test)]
mod tests {
    use super::installs_more;
    use crate::model::Severity;
    use crate::python::lint_run::{LintOptions, run};
    use std::fs;

    const FREEZE: &str = "click==8.1.7\nFlask==3.0.0\nitsdangerous==2.1.2\nJinja2==3.1.2\nMarkupSafe==2.1.3\nWerkzeug==3.0.1\n";

    fn told(import: &str, files: &str) -> Vec<(String, Severity)> {
        told_with(import, files, &LintOptions::default())
    }

    fn told_with(import: &str, files: &str, options: &LintOptions) -> Vec<(String, Severity)> {
        let dir = tempfile::tempdir().unwrap();
        let text =
            format!("app.py\n{import}\nfrom flask import Flask\napp = Flask(__name__)\n{files}");
        for part in text.split("# --- ") {
            let (name, text) = part.split_once('\n').unwrap();
            fs::write(dir.path().join(name), text).unwrap();
        }
        let found = run(&[dir.path().to_owned()], options).findings;
        found
            .into_iter()
            .filter(|found| found.name == "module-not-found-third-party")
            .map(|found| (found.message, found.severity))
            .collect()
    }

    #[test]
    fn a_complete_list_without_the_package() {
        let list = format!("# --- requirements.txt\n{FREEZE}gunicorn==21.2.0\n");
        let found = told("from flask_cors import CORS", &list);
        assert!(matches!(found.as_slice(), [(_, Severity::Warning)]), "{found:?}");
        assert!(
            found[0].0.contains("flask-cors") || found[0].0.contains("Flask-Cors"),
            "{found:?}"
        );
        let found =
            told("import pandas as pd", &format!("{list}# --- Procfile\nweb: gunicorn app:app\n"));
        assert!(matches!(found.as_slice(), [(_, Severity::Error)]), "{found:?}");
        // Written by hand, of packages that are all well known.
        let list = "# --- requirements.txt\nflask\ngunicorn\n";
        assert!(matches!(told("import requests", list).as_slice(), [(_, Severity::Warning)]));
    }

    #[test]
    fn lists_that_may_lack_what_is_installed() {
        for (import, more) in [
            // Whatever brings pandas may stand there.
            ("import pandas", "# --- requirements.txt\nflask\nour-own-tools\n".to_owned()),
            ("import jinja2, certifi", "# --- requirements.txt\nflask\nrequests\n".to_owned()),
            ("import httptools", "# --- requirements.txt\nflask\nuvicorn[standard]\n".to_owned()),
            ("import pandas", "# --- environment.yml\nname: x\n".to_owned()),
            ("import pandas", "# --- requirements.txt\nflask==3.0.0\nstreamlit==1.30\n".to_owned()),
            ("import pandas", format!("# --- requirements.txt\n{FREEZE}seaborn\n")),
            ("import pandas", format!("# --- requirements.txt\n{FREEZE}-r more.txt\n")),
            (
                "import pandas",
                format!(
                    "# --- requirements.txt\n{FREEZE}# --- Dockerfile\nRUN pip install pandas\n"
                ),
            ),
            (
                "import pandas",
                format!("# --- requirements.txt\n{FREEZE}# --- requirements-data.txt\npandas\n"),
            ),
            (
                "import cv2",
                format!("# --- requirements.txt\n{FREEZE}opencv-contrib-python==4.9.0.80\n"),
            ),
            (
                "import psycopg2",
                format!("# --- requirements.txt\n{FREEZE}psycopg2-binary==2.9.9\n"),
            ),
            ("import pkg_resources", format!("# --- requirements.txt\n{FREEZE}")),
            (
                "try:\n    import pandas\nexcept ImportError:\n    pandas = None",
                format!("# --- requirements.txt\n{FREEZE}"),
            ),
            ("import werkzeug", format!("# --- requirements.txt\n{FREEZE}")),
        ] {
            assert_eq!(told(import, &more), [], "{import} {more}");
        }
    }

    #[test]
    fn commands_of_builds() {
        for more in
            ["pip install pandas", "x: \"pip3 install -U gdal==3.4\"", "python -m pip install ."]
        {
            assert!(installs_more(more), "{more}");
        }
        for only in [
            "pip install -r requirements.txt",
            "pip install --upgrade pip && pip install -r requirements.txt && npm install x",
            "buildCommand: \"pip install -r requirements.txt\"\nstart: gunicorn app:app",
            "apt-get install libpq-dev",
        ] {
            assert!(!installs_more(only), "{only}");
        }
    }

    #[test]
    fn a_host_that_brings_packages() {
        let list = format!("# --- requirements.txt\n{FREEZE}");
        let hosted = LintOptions { threads: Some(false), ..LintOptions::default() };
        assert_eq!(told_with("import pandas", &list, &hosted), []);
        assert_eq!(told_with("import pandas", &list, &LintOptions::default()).len(), 1);
    }
}
