//! An encoding that hides the first line.

use super::Sink;
use crate::model::Severity;
use crate::procfile::parse::Parsed;
use crate::python::lints::LintDoc;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WP106",
    name: "procfile-encoding",
    summary: "The encoding of the Procfile hides its first line",
    why: "Some editors and PowerShell write invisible characters before the first letter, so the first type has another name than the one you see.",
    bad: "\u{feff}web: gunicorn app:app\n",
    good: "web: gunicorn app:app\n",
    cause: Some("procfile-invalid"),
    severity: Severity::Error,
};

pub(super) fn check(parsed: &Parsed, sink: &mut Sink<'_>) {
    if parsed.utf16 {
        sink.add(&DOC, 1.0, 1, "", "The Procfile is saved as UTF-16, as PowerShell does with `>`; the platform cannot read it. Save it as UTF-8 without BOM.".to_owned(), &[("encoding", "UTF-16")]);
    } else if parsed.bom {
        sink.add(&DOC, 0.8, 1, "", "The Procfile begins with an invisible byte order mark (BOM), so its first type is not read as its name. Save it as UTF-8 without BOM.".to_owned(), &[("encoding", "BOM")]);
    }
}
