//! A file of yours has the name of an installed package.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::{EventKind, Shadowed};

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD304",
    name: "shadows-installed",
    summary: "A file of yours has the name of an installed package.",
    why: "Folders on `sys.path` come before site-packages: the import gets your file instead of the package.",
    bad: r"
from flask import Flask

application = Flask(__name__)
# --- flask.py
x = 1
# --- venv/pyvenv.cfg
version = 3.10.1
# --- venv/lib/python3.10/site-packages/flask/__init__.py
",
    good: r"
from flask import Flask

application = Flask(__name__)
# --- shop.py
x = 1
# --- venv/pyvenv.cfg
version = 3.10.1
# --- venv/lib/python3.10/site-packages/flask/__init__.py
",
    cause: Some("module-shadowed"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    imports_itself(cx, out);
    for event in cx.events() {
        let EventKind::Shadows { name, what: Shadowed::Installed, target } = &event.kind else {
            continue;
        };
        let Some((certainty, detail)) = super::shadows_stdlib::harm(cx, *target, name) else {
            continue;
        };
        let path = cx.module(*target).path.clone();
        let message =
            format!("`{path}` hides the installed package `{name}`{detail}: rename your file");
        let mut found = cx.at(&DOC, event, certainty, message);
        if certainty < 0.8 {
            found.severity = Severity::Note;
        }
        found.captures.insert("module".to_owned(), name.clone());
        found.captures.insert("path".to_owned(), path);
        out.push(found);
    }
}

/// A file that imports from its own name means the package of that name, and gets itself.
fn imports_itself(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::MissingName { target, name, attribute, .. } = &event.kind else { continue };
        let module = cx.module(*target);
        if *target != event.module || module.name.contains('.') || !module.search.is_empty() {
            continue;
        }
        // The WSGI file's line, pasted into the app that it imports.
        let package = crate::rules::python_tables::distribution_for(&module.name).is_some();
        let below = !package
            && module
                .names
                .get(name.as_str())
                .is_some_and(|binding| binding.range.start() > event.range.end());
        let message = if *attribute {
            format!(
                "This file is itself called `{0}`, so `import {0}` finds this file and not the package, and it has no `{name}`: give the file another name, such as `my_{0}.py`",
                module.name
            )
        } else if below {
            format!(
                "This file is `{0}` itself, and `{name}` is defined only further down in it: `from {0} import {name}` imports the file from itself and fails. Delete this line, or put it into the WSGI file where it belongs",
                module.name
            )
        } else {
            format!(
                "This file is itself called `{0}`, so `from {0} import {name}` finds this file and not the package: give the file another name, such as `my_{0}.py`, and import it by that",
                module.name
            )
        };
        let mut found = cx.at(&DOC, event, 1.0, message);
        found.captures.insert("module".to_owned(), module.name.clone());
        found.captures.insert("path".to_owned(), module.path.clone());
        out.push(found);
    }
}
