//! Windows line ends.

use super::Sink;
use crate::model::Severity;
use crate::procfile::parse::Parsed;
use crate::python::lints::LintDoc;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WP107",
    name: "procfile-line-ends",
    summary: "The Procfile has Windows line ends",
    why: "The invisible character at the end of each line becomes a part of the last word of the command.",
    bad: "web: gunicorn app:app\r\n",
    good: "web: gunicorn app:app\n",
    cause: Some("procfile-invalid"),
    severity: Severity::Warning,
};

pub(super) fn check(parsed: &Parsed, sink: &mut Sink<'_>) {
    if parsed.crlf {
        sink.add(&DOC, 0.5, 1, "", "The Procfile has Windows line ends; on some platforms the last word of each command then ends in an invisible character. Save it with Unix line ends (LF).".to_owned(), &[]);
    }
}
