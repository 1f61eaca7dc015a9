//! Names of process types that the platform does not take.

use super::{Options, Sink};
use crate::model::Severity;
use crate::procfile::parse::Parsed;
use crate::python::lints::LintDoc;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WP103",
    name: "procfile-type",
    summary: "A process type has a name that is not allowed",
    why: "Scalingo takes letters and digits only, at most 24. Other names are refused or never started.",
    bad: r"
web: gunicorn app:app
send_mails: python app.py
# --- app.py
from flask import Flask

app = Flask(__name__)
# --- requirements.txt
flask
gunicorn
",
    good: r"
web: gunicorn app:app
mails: python app.py
# --- app.py
from flask import Flask

app = Flask(__name__)
# --- requirements.txt
flask
gunicorn
",
    cause: Some("procfile-invalid"),
    severity: Severity::Warning,
};

pub(super) fn check(parsed: &Parsed, options: &Options, sink: &mut Sink<'_>) {
    for entry in &parsed.entries {
        let text = format!("{}: {}", entry.kind, entry.command);
        let plain = entry.kind.bytes().all(|c| c.is_ascii_alphanumeric());
        if (!plain || entry.kind.len() > 24) && options.is("scalingo") {
            sink.add(
                &DOC,
                0.8,
                entry.line,
                &text,
                format!(
                    "{} is no process type there: only letters and digits, at most 24.",
                    entry.kind
                ),
                &[],
            );
        }
    }
}
