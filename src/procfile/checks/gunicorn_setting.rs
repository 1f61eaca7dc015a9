//! A setting of gunicorn's configuration file that it refuses. Looked for in `procfile::gunicorn_conf`.

use crate::model::Severity;
use crate::python::lints::LintDoc;

pub(in crate::procfile) const DOC: LintDoc = LintDoc {
    code: "WP116",
    name: "gunicorn-setting",
    summary: "gunicorn refuses or does not know a setting of its configuration file",
    why: "gunicorn checks the values of its settings when it starts and ends if one is of the wrong kind. Names that it does not know are passed over without a word.",
    bad: r#"
web: gunicorn app:app
# --- gunicorn.conf.py
workers = "many"
# --- app.py
from flask import Flask

app = Flask(__name__)
# --- requirements.txt
flask
gunicorn
"#,
    good: r"
web: gunicorn app:app
# --- gunicorn.conf.py
workers = 2
# --- app.py
from flask import Flask

app = Flask(__name__)
# --- requirements.txt
flask
gunicorn
",
    cause: Some("exit-on-start"),
    severity: Severity::Error,
};
