//! An address that only the container itself can reach.

use super::Sink;
use super::listen::Listen;
use crate::model::Severity;
use crate::python::lints::LintDoc;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WP111",
    name: "procfile-localhost-bind",
    summary: "The start command listens on 127.0.0.1 only",
    why: "127.0.0.1 is the container itself: the router, which is another machine, gets no answer.",
    bad: r"
web: gunicorn app:app --bind 127.0.0.1:$PORT
# --- app.py
from flask import Flask

app = Flask(__name__)
# --- requirements.txt
flask
gunicorn
",
    good: r"
web: gunicorn app:app --bind 0.0.0.0:$PORT
# --- app.py
from flask import Flask

app = Flask(__name__)
# --- requirements.txt
flask
gunicorn
",
    cause: Some("port-not-bound"),
    severity: Severity::Error,
};

pub(super) fn check(listen: &Listen<'_>, line: u32, text: &str, sink: &mut Sink<'_>) {
    if let Some(host) = listen.host
        && matches!(host, "127.0.0.1" | "localhost" | "::1" | "0.0.0.1")
    {
        let default = if listen.default_host { " (its default)" } else { "" };
        sink.add(
            &DOC, 0.8, line, text,
            format!("The server listens on {host}{default}, which only the container itself can reach. Listen on 0.0.0.0."),
            &[("host", host)],
        );
    }
}
