//! Packages that code imports and that the project's list of packages does not bring: a list as `pip freeze` writes
//! it, or one of nothing but well-known packages.

use super::event::Unlisted;
use super::{Cx, Interp};
use crate::python::maps::HashSet;
use crate::python::resolve::pins;
use crate::rules::brings;

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
    "Dockerfile",
    "Aptfile",
    "constraints.txt",
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

    fn frozen(&mut self) -> Option<Frozen> {
        let own = self.own_path();
        let mut container = false;
        for dir in &own {
            let listing = self.finder.list(dir);
            if OTHER_WAYS.iter().any(|name| listing.file(name)) {
                return None;
            }
            container |= CONTAINERS.iter().any(|name| listing.file(name));
        }
        let asked = pins::asked(&mut self.finder, &own);
        if asked.is_empty() || asked.values().any(|asked| asked.extras) {
            return None;
        }
        let whole = |names: &&[&str]| names.iter().all(|name| asked.contains_key(*name));
        let is_frozen = asked.values().all(|asked| asked.exact.is_some());
        let names = if is_frozen && WHOLE.iter().any(whole) {
            asked.into_keys().collect()
        } else {
            brings::installed(asked.keys().map(String::as_str))?.into_iter().collect()
        };
        Some(Frozen { names, container })
    }
}

#[cfg(test)]
mod tests {
    use crate::model::Severity;
    use crate::python::lint_run::{LintOptions, run};
    use std::fs;

    const FREEZE: &str = "click==8.1.7\nFlask==3.0.0\nitsdangerous==2.1.2\nJinja2==3.1.2\nMarkupSafe==2.1.3\nWerkzeug==3.0.1\n";

    fn told(import: &str, files: &str) -> Vec<(String, Severity)> {
        let dir = tempfile::tempdir().unwrap();
        let text =
            format!("app.py\n{import}\nfrom flask import Flask\napp = Flask(__name__)\n{files}");
        for part in text.split("# --- ") {
            let (name, text) = part.split_once('\n').unwrap();
            fs::write(dir.path().join(name), text).unwrap();
        }
        let found = run(&[dir.path().to_owned()], &LintOptions::default()).findings;
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
}
