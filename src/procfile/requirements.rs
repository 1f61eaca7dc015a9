//! Which distributions a project installs, as far as its files say.

use std::collections::BTreeSet;
use std::path::Path;

use crate::rules::removed_names::is_from;

/// Names, lower case with hyphens.
#[derive(Debug, Clone, Default)]
pub(super) struct Requirements {
    pub names: BTreeSet<String>,
    /// A lock file: everything that will be there stands in it.
    pub locked: bool,
    /// Lines of `requirements.txt` that fix a version: name and first number.
    pinned: Vec<(String, u32)>,
    /// Whole versions that `==` fixes.
    exact: Vec<(String, String)>,
    /// No file was found, or one refers to something that was not read.
    pub open: bool,
}

impl Requirements {
    /// What the files of a folder ask for.
    pub(super) fn read(dir: &Path) -> Self {
        let mut all = Self::default();
        let mut any = false;
        for lock in ["poetry.lock", "uv.lock", "Pipfile.lock", "pdm.lock"] {
            if let Some(text) = super::text(&dir.join(lock)) {
                any = true;
                all.locked = true;
                all.lock(&text);
            }
        }
        if let Some(text) = super::text(&dir.join("requirements.txt")) {
            any = true;
            all.requirements(dir, &text, 0);
        }
        if let Some(text) = super::text(&dir.join("Pipfile")) {
            any = true;
            all.keys(&text);
        }
        if let Some(text) = super::text(&dir.join("pyproject.toml")) {
            let before = all.names.len();
            all.keys(&text);
            any |= all.names.len() > before;
        }
        // What these ask for is decided when they run.
        for file in [
            "setup.py",
            "setup.cfg",
            "environment.yml",
            "environment.yaml",
            "conda.yml",
            "Dockerfile",
        ] {
            all.open |= dir.join(file).is_file();
        }
        all.open |= !any;
        all
    }

    /// A version below that is asked for: `gunicorn==19.9.0`, `gunicorn<20`.
    pub(super) fn pins_below(&self, name: &str, version: u32) -> bool {
        self.pinned.iter().any(|(known, major)| known == name && *major < version)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    fn add(&mut self, text: &str) {
        let name: String = text
            .trim()
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
            .map(|c| if matches!(c, '_' | '.') { '-' } else { c.to_ascii_lowercase() })
            .collect();
        if !name.is_empty() {
            // Extras pull in more: `uvicorn[standard]`, `fastapi[all]`.
            if let Some((_, extras)) = text.split_once('[')
                && let Some((extras, _)) = extras.split_once(']')
            {
                for extra in extras.split(',') {
                    self.names.insert(format!("{name}[{}]", extra.trim().to_ascii_lowercase()));
                }
            }
            let rest = text.trim()[name.len()..].trim_start();
            let (operator, number) =
                rest.split_at(rest.len() - rest.trim_start_matches(['=', '<', '~']).len());
            let digits: String =
                number.trim_start().chars().take_while(char::is_ascii_digit).collect();
            if let Ok(major) = digits.parse::<u32>() {
                match operator {
                    "==" | "===" | "~=" | "<=" => self.pinned.push((name.clone(), major)),
                    "<" => self.pinned.push((name.clone(), major.saturating_sub(1))),
                    _ => {}
                }
            }
            if let Some(version) = rest.strip_prefix("==") {
                let version = version.trim_start_matches('=').trim();
                let end = version.find([' ', ';', ',', '#']).unwrap_or(version.len());
                self.exact.push((name.clone(), version[..end].to_owned()));
            }
            self.names.insert(name);
        }
    }

    /// The version that a package is fixed at.
    pub(super) fn exact(&self, name: &str) -> Option<&str> {
        self.exact.iter().find(|(known, _)| known == name).map(|(_, version)| version.as_str())
    }

    /// gunicorn 20.1 and older with an eventlet of 0.30.3 or later; both are fixed.
    pub(super) fn old_gunicorn_new_eventlet(&self) -> bool {
        let (Some(gunicorn), Some(eventlet)) = (self.exact("gunicorn"), self.exact("eventlet"))
        else {
            return false;
        };
        !is_from(gunicorn, "20.2") && is_from(eventlet, "0.30.3")
    }

    fn requirements(&mut self, dir: &Path, text: &str, depth: u32) {
        for line in text.replace("\\\n", " ").lines() {
            let line = line.split(" #").next().unwrap_or("").trim();
            let line = line.trim_start_matches('\u{feff}');
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let include = line
                .strip_prefix("-r")
                .or_else(|| line.strip_prefix("--requirement"))
                .map(|rest| rest.trim_start_matches(['=', ' ']).trim());
            if let Some(file) = include {
                let path = dir.join(file);
                match super::text(&path).filter(|_| depth < 5) {
                    Some(text) => self.requirements(path.parent().unwrap_or(dir), &text, depth + 1),
                    None => self.open = true,
                }
                continue;
            }
            if line.starts_with("-e")
                || line.contains("://")
                || line.starts_with('.')
                || line.starts_with('/')
            {
                // A distribution of its own may pull in anything.
                self.open = true;
            }
            if !line.starts_with('-') {
                self.add(line);
            }
        }
    }

    /// `name = "…"` of TOML locks; the keys of a JSON lock.
    fn lock(&mut self, text: &str) {
        for line in text.lines() {
            let line = line.trim();
            if let Some(name) = line.strip_prefix("name = \"") {
                self.add(name);
            } else if let Some(name) = line.strip_prefix('"')
                && line.ends_with('{')
            {
                self.add(name);
            }
        }
    }

    /// Names from `Pipfile` and `pyproject.toml`: keys, and strings of lists. Too many names are no
    /// harm, because only absence is reported.
    fn keys(&mut self, text: &str) {
        let mut listed = false;
        for line in text.lines() {
            let line = line.trim();
            if line.starts_with('[') && line.ends_with(']') && !line.contains('"') {
                listed = line.contains("packages") || line.contains("dependencies");
                continue;
            }
            if listed && let Some((name, _)) = line.split_once('=') {
                self.add(name.trim().trim_matches('"'));
            }
            for part in
                line.split('"').skip(1).step_by(2).chain(line.split('\'').skip(1).step_by(2))
            {
                self.add(part);
            }
        }
    }
}
