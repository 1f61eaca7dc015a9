//! Names and types that this Python does not know yet.

use std::fmt::Write as _;

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD354",
    name: "name-too-new",
    summary: "The code uses a name or a way to write types that this Python does not have yet.",
    why: "Each version of Python brings new names, such as `enum.StrEnum` with 3.11, and `int | None` works since 3.10. On an older one the file is read without complaint, and then the import ends with ImportError, AttributeError or TypeError.",
    bad: r"
from flask import Flask

application = Flask(__name__)

def price(of: int | None = None):
    return of
# --- venv/pyvenv.cfg
version = 3.9.18
# --- venv/lib/python3.9/site-packages/flask/__init__.py
",
    good: r"
from typing import Optional
from flask import Flask

application = Flask(__name__)

def price(of: Optional[int] = None):
    return of
# --- venv/pyvenv.cfg
version = 3.9.18
# --- venv/lib/python3.9/site-packages/flask/__init__.py
",
    cause: Some("python-version-mismatch"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::TooNew { what, since, python, instead } = &event.kind else { continue };
        let mut message = format!(
            "{what} came with Python {}.{}, and this is Python {}.{}: the import fails. ",
            since.0, since.1, python.0, python.1
        );
        match instead {
            Some(instead) => {
                let _ = write!(message, "Write {instead}, or use a newer Python");
            }
            None => {
                message.push_str("Use a newer Python, or write it in a way that this one knows");
            }
        }
        let mut found = cx.at(&DOC, event, 1.0, message);
        found.captures.insert("name".to_owned(), what.trim_matches('`').to_owned());
        out.push(found);
    }
}
