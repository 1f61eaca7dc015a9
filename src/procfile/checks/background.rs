//! A start command that the platform loses sight of.

use super::Sink;
use crate::model::Severity;
use crate::procfile::command::{Background, Command};
use crate::python::lints::LintDoc;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WP113",
    name: "procfile-background",
    summary: "The start command goes to the background",
    why: "The platform watches the process that it started. When that one ends, the container is stopped, whatever runs behind it.",
    bad: r"
web: gunicorn app:app &
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
    cause: Some("procfile-invalid"),
    severity: Severity::Error,
};

/// `&` in the command of one process type.
pub(super) fn check(
    background: Background,
    kind: &str,
    serves: bool,
    line: u32,
    text: &str,
    sink: &mut Sink<'_>,
) {
    match background {
        Background::Whole if !matches!(kind, "release" | "postdeploy") => sink.add(
            &DOC, 0.8, line, text,
            "The & at the end sends the program to the background: the shell ends at once, and the platform takes that for the end of the app. Remove the &.".to_owned(), &[],
        ),
        Background::Part if serves => sink.add(
            &DOC, 0.5, line, text,
            "The & starts a second program behind the platform's back: if it dies, nothing restarts it. Give it a line of its own.".to_owned(), &[],
        ),
        _ => {}
    }
}

/// The server's own option.
pub(super) fn daemon(command: &Command, line: u32, text: &str, sink: &mut Sink<'_>) {
    if command.daemon {
        sink.add(&DOC, 1.0, line, text, "--daemon detaches gunicorn: the platform sees the process end and stops the container. Remove it.".to_owned(), &[]);
    }
}
