//! Names that the installed version of a package does not have.

use std::fmt::Write as _;

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD313",
    name: "name-not-in-package",
    summary: "A name is imported from a package whose installed version does not have it.",
    why: "Packages take old names away: `flask.Markup` went with Flask 3.0, `werkzeug.contrib` with Werkzeug 1.0. The import then fails with `ImportError: cannot import name …` on the machine that has the newer version.",
    bad: r"
from flask import Flask, Markup

application = Flask(__name__)
# --- venv/pyvenv.cfg
version = 3.11.4
# --- venv/lib/python3.11/site-packages/flask-3.0.2.dist-info/METADATA
Name: Flask
# --- venv/lib/python3.11/site-packages/flask/__init__.py
from .app import Flask as Flask

def __getattr__(name):
    if name == '__version__':
        return '3.0.2'
    raise AttributeError(name)
# --- venv/lib/python3.11/site-packages/flask/app.py
class Flask:
    def __call__(self, environ, start_response): ...
",
    good: r"
from flask import Flask
from markupsafe import Markup

application = Flask(__name__)
# --- venv/pyvenv.cfg
version = 3.11.4
# --- venv/lib/python3.11/site-packages/flask-3.0.2.dist-info/METADATA
Name: Flask
# --- venv/lib/python3.11/site-packages/flask/__init__.py
from .app import Flask as Flask

def __getattr__(name):
    if name == '__version__':
        return '3.0.2'
    raise AttributeError(name)
# --- venv/lib/python3.11/site-packages/flask/app.py
class Flask:
    def __call__(self, environ, start_response): ...
# --- venv/lib/python3.11/site-packages/markupsafe/__init__.py
class Markup(str): ...
",
    cause: Some("incompatible-dependency"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::NotInstalled(gone) = &event.kind else { continue };
        let version = gone.version.as_deref().map_or_else(String::new, |text| format!(" {text}"));
        let (dist, name) = (&gone.dist, &gone.name);
        let whose = if gone.name == "ext" && gone.pinned && gone.version.is_none() {
            "Flask (since 1.0)".to_owned()
        } else if gone.pinned && gone.version.is_none() {
            format!("The newest `{dist}`, which requirements.txt lets pip install,")
        } else if gone.pinned && !cx.run.is_pinned(dist) {
            format!("`{dist}`{version}, with which the project was begun (head of the settings),")
        } else if gone.pinned {
            format!("`{dist}`{version}, which requirements.txt asks for,")
        } else {
            format!("The installed `{dist}`{version}")
        };
        let mut message = if gone.part {
            format!("{whose} has no module `{}.{name}`", gone.module)
        } else {
            format!("{whose} has no `{name}` in `{}`", gone.module.trim_end_matches("()"))
        };
        let line = |range: ruff_text_size::TextRange| {
            cx.source(event.module).map_or(0, |source| source.line_of(range.start().to_u32()))
        };
        // `from flask.ext.x import y` meets it twice.
        if out.last().is_some_and(|last: &LintFinding| {
            last.code == DOC.code
                && last.place.line == Some(line(event.range))
                && last.captures.get("name") == Some(name)
        }) {
            continue;
        }
        if (gone.module.as_str(), name.as_str()) == ("flask", "ext") {
            message.push_str(
                ": extensions are packages of their own. Write `flask_sqlalchemy` for `flask.ext.sqlalchemy`",
            );
        } else {
            match gone.instead.as_deref() {
                // Nothing takes its place.
                Some("-") => message.push_str(": it is not needed any more, take it out"),
            Some(instead) => {
                let _ = write!(message, ". Use `{instead}` instead");
            }
            None => message.push_str(
                ": it was renamed or removed, or another version is needed (the package's list of changes tells)",
            ),
        }
        }
        let mut found = cx.at(&DOC, event, gone.certainty, message);
        found.captures.insert("module".to_owned(), gone.module.clone());
        found.captures.insert("name".to_owned(), name.clone());
        found.captures.insert("dist".to_owned(), dist.clone());
        out.push(found);
    }
}
