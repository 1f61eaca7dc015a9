//! Folders that must be there when the code is imported: those of static files, and of the log file.

use rustpython_ruff_python_ast as ast;
use rustpython_ruff_text_size::Ranged;

use super::call::Args;
use super::{Cx, EventKind, Interp};
use crate::python::resolve::pathops;
use crate::python::value::Value;

/// How far up a relative folder is looked for: the server may start above the file.
const LEVELS: usize = 6;

impl Interp<'_> {
    /// `StaticFiles(directory="static")`, `FileHandler("logs/app.log")`: both fail without the folder.
    pub(super) fn folder_wanted(&mut self, cx: &Cx, call: &ast::ExprCall, name: &str, args: &Args) {
        let log = match name {
            "starlette.staticfiles.StaticFiles" | "fastapi.staticfiles.StaticFiles" => false,
            "logging.FileHandler"
            | "logging.handlers.RotatingFileHandler"
            | "logging.handlers.TimedRotatingFileHandler"
            | "logging.basicConfig" => true,
            _ => return,
        };
        if cx.quiet || cx.weight < 1.0 || cx.caught.errors || args.has_stars() {
            return;
        }
        let off = |name: &str, value: bool| {
            args.keywords.iter().any(|(key, given)| {
                key == name && !matches!(given, Value::Bool(is) if *is == value)
            })
        };
        // Told not to look, or to open the file with the first line only.
        if off("check_dir", true) || off("delay", false) || off("packages", false) {
            return;
        }
        let keyword = if log { "filename" } else { "directory" };
        let at = if name == "logging.basicConfig" { usize::MAX } else { 0 };
        let Some(Value::Str(given) | Value::Path(given)) = args.get(at, keyword) else { return };
        let folder = if log { pathops::dirname(given) } else { given };
        let folder = folder.trim_end_matches('/').to_owned();
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | ' ');
        if folder.is_empty()
            || folder.starts_with(['/', '~'])
            || !folder.chars().all(plain)
            || self.moved
            || self.makes_folders()
            || self.is_near(cx, &folder)
        {
            return;
        }
        let range = call
            .arguments
            .keywords
            .iter()
            .find(|given| given.arg.as_ref().is_some_and(|arg| arg.as_str() == keyword))
            .map(|given| given.value.range())
            .or_else(|| call.arguments.args.first().map(Ranged::range))
            .unwrap_or(call.range);
        self.emit(cx, range, "folder", EventKind::FolderMissing { folder, log });
    }

    /// The folder lies where the server may start: beside the file, or above it.
    fn is_near(&mut self, cx: &Cx, folder: &str) -> bool {
        let file = self.modules[cx.module].path.clone();
        let mut bases = vec![self.cwd.clone(), pathops::parent(&file)];
        for _ in 0..LEVELS {
            let up = bases.last().map_or_else(String::new, |last| pathops::parent(last));
            bases.push(up);
        }
        bases.iter().any(|base| {
            let path = pathops::join(base, folder);
            self.finder.exists(&path) || self.finder.is_dir(&path)
        })
    }

    /// Some module makes folders; which, nobody knows.
    fn makes_folders(&self) -> bool {
        self.modules
            .iter()
            .filter_map(|module| module.source.as_ref())
            .any(|source| source.text().contains("mkdir") || source.text().contains("makedirs"))
    }
}

#[cfg(test)]
mod tests {
    use crate::python::lints::tests::analyse;

    fn reported(line: &str) -> bool {
        let text = format!(
            "import logging, os\nfrom flask import Flask\nfrom starlette.staticfiles import StaticFiles\n\
             application = Flask(__name__)\n{line}\n# --- pages/index.html\n"
        );
        analyse(&text).findings.iter().any(|found| found.name == "folder-missing")
    }

    #[test]
    fn folders_that_are_not_there() {
        for wrong in [
            "StaticFiles(directory='static')",
            "StaticFiles(directory='./static/', html=True)",
            "logging.FileHandler('logs/app.log')",
            "logging.basicConfig(filename='logs/app.log', level=logging.INFO)",
        ] {
            assert!(reported(wrong), "{wrong}");
        }
        for fine in [
            "StaticFiles(directory='pages')",
            "StaticFiles(directory='static', check_dir=False)",
            "StaticFiles(directory=os.path.join(HERE, 'static'))",
            "StaticFiles(directory='/srv/static')",
            "StaticFiles(packages=['shop'])",
            "if os.path.isdir('static'):\n    StaticFiles(directory='static')",
            "os.makedirs('logs', exist_ok=True)\nlogging.FileHandler('logs/app.log')",
            "logging.FileHandler('app.log')",
            "logging.FileHandler('logs/app.log', delay=True)",
            "logging.basicConfig(level=logging.INFO)",
            "try:\n    logging.FileHandler('logs/app.log')\nexcept OSError:\n    pass",
        ] {
            assert!(!reported(fine), "{fine}");
        }
    }
}
