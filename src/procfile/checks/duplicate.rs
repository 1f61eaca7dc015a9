//! A process type that is declared twice.

use std::collections::BTreeSet;

use super::Sink;
use crate::model::Severity;
use crate::procfile::parse::Parsed;
use crate::python::lints::LintDoc;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WP104",
    name: "procfile-duplicate",
    summary: "A process type is declared twice",
    why: "Only one of the two commands is started, and nothing says which one.",
    bad: r"
web: gunicorn app:app
web: gunicorn app:app --workers 4
# --- app.py
from flask import Flask

app = Flask(__name__)
# --- requirements.txt
flask
gunicorn
",
    good: r"
web: gunicorn app:app --workers 4
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

pub(super) fn check(parsed: &Parsed, sink: &mut Sink<'_>) {
    let mut known = BTreeSet::new();
    for entry in &parsed.entries {
        let text = format!("{}: {}", entry.kind, entry.command);
        if !known.insert(entry.kind.as_str()) {
            sink.add(
                &DOC,
                0.8,
                entry.line,
                &text,
                format!("The type {} is declared twice; only one of the lines counts.", entry.kind),
                &[],
            );
        }
    }
}
