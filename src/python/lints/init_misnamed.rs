//! A package whose `__init__.py` has another name.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD333",
    name: "init-misnamed",
    summary: "A folder's `__init__.py` has another name, so nothing can be imported from the folder itself.",
    why: "`from shop import app` reads `shop/__init__.py`: two underscores on each side, and nothing behind `.py`. A file of nearly that name is not read.",
    bad: r"
from shop import app as application
# --- shop/_init_.py
from flask import Flask

app = Flask(__name__)
# --- shop/pages.py
",
    good: r"
from shop import app as application
# --- shop/__init__.py
from flask import Flask

app = Flask(__name__)
# --- shop/pages.py
",
    cause: Some("module-not-on-path"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::InitMisnamed { package, file } = &event.kind else { continue };
        let message = format!(
            "The folder `{package}` has no `__init__.py`, but a file `{file}`, which Python does not read: rename it to `__init__.py` (two underscores on each side)"
        );
        let mut found = cx.at(&DOC, event, 1.0, message);
        found.captures.insert("module".to_owned(), package.clone());
        out.push(found);
    }
}
