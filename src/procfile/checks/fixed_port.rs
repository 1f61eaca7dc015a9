//! A port that is not the platform's.

use super::listen::Listen;
use super::{Options, Sink};
use crate::model::Severity;
use crate::python::lints::LintDoc;

pub(in crate::procfile) const DOC: LintDoc = LintDoc {
    code: "WP110",
    name: "procfile-fixed-port",
    summary: "The start command does not listen on $PORT",
    why: "The platform names the port in the variable PORT and sends requests there, and nowhere else.",
    bad: r"
web: gunicorn app:app --bind 0.0.0.0:8000
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

pub(super) fn check(
    listen: &Listen<'_>,
    line: u32,
    text: &str,
    options: &Options,
    sink: &mut Sink<'_>,
) {
    let Some(port) = listen.port else { return };
    // Render and Fly find the port by themselves or are told; there only the address counts.
    let any_port = options.is("render") || options.is("fly");
    let default = if listen.default { " (its default)" } else { "" };
    if port.starts_with('\0') {
        sink.add(&DOC, 0.8, line, text, format!("$PORT stands in single quotes ({}), where the shell does not fill it in. Leave the quotes out.", listen.bind.map_or_else(String::new, |bind| bind.text.replace('\0', ""))), &[]);
        return;
    }
    if port.contains('$') {
        return;
    }
    // One dash: Streamlit takes it for an argument of the app.
    if let Some((_, rest)) = text.split_once(" -server.").filter(|_| text.contains("streamlit")) {
        let word: String = rest.chars().take_while(|c| !c.is_whitespace() && *c != '=').collect();
        sink.add(&DOC, 1.0, line, text, format!("-server.{word} has one dash too few, so Streamlit does not see it: write --server.{word}"), &[("port", port)]);
        return;
    }
    if port.parse::<u32>().is_err() {
        let shown: String = port.chars().take(20).collect();
        let meant = port.trim_matches(['%', '{', '}', '<', '>']).eq_ignore_ascii_case("port");
        if meant {
            sink.add(
                &DOC,
                1.0,
                line,
                text,
                format!("{shown} is not filled in: the shell wants a dollar sign, $PORT."),
                &[("port", &shown)],
            );
        }
        return;
    }
    if !any_port {
        sink.add(
            &DOC, 0.8, line, text,
            format!("The server listens on port {port}{default}, but the platform sends requests to the port that it names in the variable PORT. Write $PORT in its place."),
            &[("port", port)],
        );
    }
}
