//! A version of Python in a form that the platform does not read. Looked for in `procfile::python`.

use crate::model::Severity;
use crate::python::lints::LintDoc;

pub(in crate::procfile) const DOC: LintDoc = LintDoc {
    code: "WP115",
    name: "runtime-refused",
    summary: "runtime.txt names no version of Python that the platform reads",
    why: "The build stops, or takes another Python, where runtime.txt is not written as the platform wants it: python-3.12.3.",
    bad: r"
web: gunicorn app:app
# --- runtime.txt
Python 3.12.3
# --- app.py
from flask import Flask

app = Flask(__name__)
# --- requirements.txt
flask
gunicorn
",
    good: r"
web: gunicorn app:app
# --- runtime.txt
python-3.12.3
# --- app.py
from flask import Flask

app = Flask(__name__)
# --- requirements.txt
flask
gunicorn
",
    cause: Some("python-version-mismatch"),
    severity: Severity::Error,
};
