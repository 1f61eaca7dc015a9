//! Lines that are no entry.

use super::{Options, Sink};
use crate::model::Severity;
use crate::procfile::parse::{Bad, Parsed};
use crate::python::lints::LintDoc;

pub(in crate::procfile) const DOC: LintDoc = LintDoc {
    code: "WP102",
    name: "procfile-syntax",
    summary: "A line of the start file cannot be read",
    why: "Each line is a process type, a colon and a command. A line of another shape declares nothing, so its process never starts.",
    bad: r"
web gunicorn app:app
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

pub(super) fn check(parsed: &Parsed, options: &Options, sink: &mut Sink<'_>) {
    for (no, text, bad) in &parsed.bad {
        let first = text.split_whitespace().next().unwrap_or_default();
        let message = match bad {
            Bad::NoColon => format!("This line has no `type: command` form, so the platform does not read it. Write the process type and a colon first, such as `web: {}`.", text.trim_start_matches(first).trim()),
            Bad::SpaceBeforeColon => "A space stands before the colon, so the platform does not read this line. Write `web: …` without the space.".to_owned(),
            Bad::NoCommand => format!("The type {} has no command: write the command on the same line, behind the colon.", text.trim_end_matches(':').trim()),
            Bad::Kind => format!("{first} is no process type: only letters and digits may stand before the colon."),
            Bad::Continued => "A command must stand on one line: a backslash at the end of a line is not followed by most platforms.".to_owned(),
        };
        let certainty = match bad {
            Bad::Continued => 0.5,
            // Where another line declares the same, this one is only lost text.
            _ if parsed
                .entries
                .iter()
                .any(|entry| matches!(entry.kind.as_str(), "web" | "tcp"))
                && !options.is("scalingo") =>
            {
                0.5
            }
            _ => 0.8,
        };
        sink.add(&DOC, certainty, *no, text, message, &[]);
    }
}
