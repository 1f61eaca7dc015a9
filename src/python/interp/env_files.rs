//! Variables that python-decouple and django-environ read from a `.env` file: which file that is, and what is in it.
//!
//! The file at hand is seldom the server's: only what it has under nearly the same name, or what lies where nobody
//! looks for it, is told.

use ruff_python_ast as ast;
use ruff_text_size::{Ranged, TextRange};

use super::call::Args;
use super::{Cx, EventKind, Interp};
use crate::python::lints::near;
use crate::python::resolve::pathops;
use crate::python::value::Value;

/// Largest file that is read.
const MAX_BYTES: u64 = 64 << 10;

/// Methods of `environ.Env` that are no variables.
const OTHER: &[&str] = &["read_env", "parse_value", "get_value", "prefix", "dump"];

impl Interp<'_> {
    /// `config("NAME")`, `env("NAME")`, `env.bool("NAME")`.
    pub(super) fn env_call(&mut self, cx: &Cx, call: &ast::ExprCall, name: &str, args: &Args) {
        let decouple = match name {
            "decouple.config" => true,
            "environ.Env" => {
                let with = args.keywords.iter().map(|(key, _)| key.clone());
                self.env_defaults.extend(with);
                return;
            }
            "environ.Env()" => false,
            _ => match name.strip_prefix("environ.Env().") {
                Some(method) if !OTHER.contains(&method) => false,
                _ => return,
            },
        };
        let given = args.positional.len() > 1
            || args.has_stars()
            || args.keywords.iter().any(|(key, _)| matches!(key.as_str(), "default" | "var"));
        let Some(Value::Str(variable)) = args.positional.first() else { return };
        let variable = variable.to_string();
        if given
            || cx.quiet
            || cx.caught.any
            || cx.weight < 1.0
            || self.environ.contains_key(&variable)
            || self.env_defaults.contains(&variable)
        {
            return;
        }
        let range = call.arguments.args.first().map_or(call.range(), Ranged::range);
        if decouple {
            self.decoupled(cx, variable, range);
        } else {
            self.environed(cx, variable, range);
        }
    }

    /// `environ.Env.read_env(…)`: the file, by default beside the one that calls.
    pub(super) fn env_file(&mut self, cx: &Cx, name: &str, args: &Args) {
        if !name.starts_with("environ.") {
            self.env_files.push(None);
            return;
        }
        let file = match args.get(0, "env_file").or_else(|| args.get(usize::MAX, "env_file")) {
            Some(value) => value.text().map(|path| pathops::absolute(path, &self.cwd)),
            None => Some(pathops::join(&pathops::parent(&self.modules[cx.module].path), ".env")),
        };
        self.env_files.push(file);
    }

    fn decoupled(&mut self, cx: &Cx, variable: String, range: TextRange) {
        let dirs = self.dirs_above(cx);
        for dir in &dirs {
            let listing = self.finder.list(dir);
            if listing.file("settings.ini") {
                return;
            }
            if listing.file(".env") {
                let path = pathops::join(dir, ".env");
                return self.looked_up(cx, variable, &[path], range);
            }
        }
        for dir in &dirs {
            let listing = self.finder.list(dir);
            let other = listing.iter().find(|(name, is_dir)| {
                !is_dir && name.ends_with(".env") && !name.starts_with('.') && *name != "sample.env"
            });
            if let Some((name, _)) = other
                && self.keys_of(&pathops::join(dir, name)).contains(&variable)
            {
                let there = name.to_owned();
                let wanted = ".env".to_owned();
                let kind = EventKind::EnvElsewhere { wanted, there, renamed: true };
                self.emit(cx, range, "env-file", kind);
                return;
            }
        }
        self.emit(cx, range, "env", EventKind::EnvRequired(variable));
    }

    fn environed(&mut self, cx: &Cx, variable: String, range: TextRange) {
        let Some(files) = self.env_files.iter().cloned().collect::<Option<Vec<String>>>() else {
            return;
        };
        if files.is_empty() {
            self.emit(cx, range, "env", EventKind::EnvRequired(variable));
            return;
        }
        let there = |this: &mut Self, path: &str| {
            this.finder.list(&pathops::parent(path)).file(pathops::basename(path))
        };
        if files.iter().any(|file| there(self, file)) {
            return self.looked_up(cx, variable, &files, range);
        }
        for dir in self.dirs_above(cx) {
            let path = pathops::join(&dir, ".env");
            if there(self, &path) && self.keys_of(&path).contains(&variable) {
                let wanted = self.short(&files[0]);
                let there = self.short(&path);
                let kind = EventKind::EnvElsewhere { wanted, there, renamed: false };
                self.emit(cx, range, "env-file", kind);
                return;
            }
        }
        self.emit(cx, range, "env", EventKind::EnvRequired(variable));
    }

    /// A file's name with that of its folder.
    fn short(&self, path: &str) -> String {
        let shown = self.options.shown(path);
        let mut parts: Vec<&str> = shown.rsplit('/').take(2).collect();
        parts.reverse();
        parts.join("/")
    }

    fn looked_up(&mut self, cx: &Cx, variable: String, files: &[String], range: TextRange) {
        let keys: Vec<String> = files.iter().flat_map(|file| self.keys_of(file)).collect();
        if keys.contains(&variable) {
            return;
        }
        // A name that is asked for elsewhere is one of its own.
        let asked = |key: &str| {
            self.modules.iter().filter_map(|module| module.source.as_ref()).any(|source| {
                let text = source.text();
                text.contains(&format!("'{key}'")) || text.contains(&format!("\"{key}\""))
            })
        };
        let near = near::nearest(&variable, keys.iter().map(String::as_str));
        match near.filter(|near| !asked(near)) {
            Some(near) => {
                let file = self.short(&files[0]);
                let kind = EventKind::EnvMisspelled { name: variable, near, file };
                self.emit(cx, range, "env-file", kind);
            }
            None => self.emit(cx, range, "env", EventKind::EnvRequired(variable)),
        }
    }

    /// The folder of the calling file and those above it, up to the one with `manage.py`.
    fn dirs_above(&mut self, cx: &Cx) -> Vec<String> {
        let mut dirs = Vec::new();
        let mut dir = pathops::parent(&self.modules[cx.module].path);
        while dirs.len() < 5 && dir != "/" && !dir.is_empty() {
            let last = self.finder.list(&dir).file("manage.py");
            dirs.push(dir.clone());
            if last {
                break;
            }
            dir = pathops::parent(&dir);
        }
        dirs
    }

    /// Names that a `.env` file gives values to.
    fn keys_of(&self, path: &str) -> Vec<String> {
        let disk = self.finder.disk(path);
        let small = std::fs::metadata(&disk).is_ok_and(|it| it.is_file() && it.len() <= MAX_BYTES);
        if !small {
            return Vec::new();
        }
        let text = std::fs::read(&disk).unwrap_or_default();
        String::from_utf8_lossy(&text)
            .lines()
            .filter_map(|line| {
                let line = line.trim();
                let line = line.strip_prefix("export ").unwrap_or(line);
                let (key, _) = line.split_once('=')?;
                (!key.starts_with('#')).then(|| key.trim().to_owned())
            })
            .collect()
    }

    /// `load_dotenv()` in the WSGI file, below the line that has read the settings.
    pub(super) fn dotenv_late(&mut self, cx: &Cx, range: TextRange) {
        if self.settings.is_none() || cx.module != 0 || cx.frame.is_some() || cx.quiet {
            return;
        }
        let wanted = self.events.iter().find_map(|event| match &event.kind {
            EventKind::EnvRequired(name) if event.module != 0 && event.weight >= 1.0 => {
                Some(name.clone())
            }
            _ => None,
        });
        if let Some(name) = wanted {
            self.emit(cx, range, "dotenv", EventKind::DotenvLate(name));
        }
    }
}
