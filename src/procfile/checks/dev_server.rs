//! The development server in production.

use super::Sink;
use crate::model::Severity;
use crate::procfile::command::{Command, Program};
use crate::python::lints::LintDoc;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WP112",
    name: "procfile-dev-server",
    summary: "The start command runs the development server",
    why: "It serves one visitor after the other and was not made to face the internet.",
    bad: r"
web: flask --app app run --host 0.0.0.0 --port $PORT
# --- app.py
from flask import Flask

app = Flask(__name__)
# --- requirements.txt
flask
gunicorn
",
    good: r"
web: gunicorn app:app
# --- app.py
from flask import Flask

app = Flask(__name__)
# --- requirements.txt
flask
gunicorn
",
    cause: Some("dev-server-run"),
    severity: Severity::Warning,
};

pub(super) fn check(command: &Command, line: u32, text: &str, sink: &mut Sink<'_>) {
    let dev = matches!(command.program, Program::FlaskRun | Program::DjangoRunserver)
        || command.program == Program::FastapiCli && text.contains("fastapi dev");
    if dev {
        sink.add(&DOC, 0.8, line, text, "This starts the framework's development server: it is slow, serves one visitor after the other, and was not made to face the internet. Use gunicorn (or uvicorn).".to_owned(), &[]);
    }
}
