//! Circular imports that fail.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;
use crate::python::value::ModuleId;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD305",
    name: "circular-import",
    summary: "Two modules import each other, and one asks for a name that the other has not defined yet.",
    why: "While a module is being imported, only the lines above the import have run. A name from below does not exist yet: `cannot import name … (most likely due to a circular import)`.",
    bad: r#"
from shop import app as application
# --- shop.py
from flask import Flask
from routes import home

app = Flask(__name__)
# --- routes.py
from shop import app

def home():
    return "hello"
"#,
    good: r#"
from shop import app as application
# --- shop.py
from flask import Flask

app = Flask(__name__)

from routes import home
# --- routes.py
from shop import app

def home():
    return "hello"
"#,
    cause: Some("module-shadowed"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::MissingName { target, name, circular: true, .. } = &event.kind else {
            continue;
        };
        let other = cx.module(*target);
        if !defined_below(cx, *target, name) || *target == event.module {
            continue;
        }
        let message = format!(
            "`{}` is still being imported here, and `{name}` is defined further down in it: the import fails. Import it inside the function that needs it, or move `{name}` to a module of its own",
            other.name
        );
        let mut found = cx.at(&DOC, event, 1.0, message);
        found.captures.insert("module".to_owned(), other.name.clone());
        found.captures.insert("name".to_owned(), name.clone());
        out.push(found);
    }
}

/// The module has the name once it is loaded.
pub(super) fn defined_below(cx: &ModuleCtx, target: ModuleId, name: &str) -> bool {
    cx.module(target).names.contains_key(name)
}
