//! No process that serves.

use super::Sink;
use crate::model::Severity;
use crate::procfile::parse::Parsed;
use crate::python::lints::LintDoc;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WP105",
    name: "procfile-no-web",
    summary: "No process type is named web",
    why: "Only the type named web gets requests from the router. An app without one has to be told so: scale web to zero.",
    bad: r"
Web: gunicorn app:app
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
    severity: Severity::Warning,
};

pub(super) fn check(parsed: &Parsed, sink: &mut Sink<'_>) {
    let serves = |kind: &str| matches!(kind, "web" | "tcp");
    let broken_web =
        parsed.bad.iter().any(|(_, text, _)| text.trim_start().to_lowercase().starts_with("web"));
    if parsed.utf16 || parsed.entries.iter().any(|entry| serves(&entry.kind)) || broken_web {
        return;
    }
    let near = parsed.entries.iter().find(|entry| {
        let lower = entry.kind.to_lowercase();
        matches!(
            lower.as_str(),
            "web" | "wep" | "webs" | "wb" | "website" | "webserver" | "server" | "http" | "app"
        )
    });
    if let Some(entry) = near {
        sink.add(
            &DOC, if entry.kind.eq_ignore_ascii_case("web") { 1.0 } else { 0.8 }, entry.line, &format!("{}: {}", entry.kind, entry.command),
            format!("The type is named {}; only the type named exactly web (small letters) gets requests from the router.", entry.kind),
            &[("type", &entry.kind)],
        );
    } else if parsed.entries.is_empty() {
        if parsed.bad.is_empty() {
            sink.add(
                &DOC,
                0.8,
                0,
                "",
                "The Procfile is empty: it declares no process.".to_owned(),
                &[],
            );
        }
    } else {
        sink.add(
            &DOC, 0.5, 0, "",
            "The Procfile has no web line, so no process answers requests. If this app is meant to have no web process, tell the platform: scalingo --app my-app scale web:0".to_owned(),
            &[],
        );
    }
}
