//! A file that was meant to be the Procfile.

use std::path::Path;

use super::{Options, Sink};
use crate::model::Severity;
use crate::procfile::parse::parse;
use crate::python::lints::{LintDoc, LintFinding};

pub(super) const DOC: LintDoc = LintDoc {
    code: "WP101",
    name: "procfile-bad-name",
    summary: "The Procfile has another name, so it is not read",
    why: "The platform looks for a file named exactly Procfile at the top of the project. Any other name is as good as no file.",
    bad: r"
# --- Procfile.txt
web: gunicorn app:app
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

/// A file that was meant to be the Procfile.
pub(in crate::procfile) fn check(
    dir: &Path,
    names: &[String],
    options: &Options,
    findings: &mut Vec<LintFinding>,
) {
    let meant = |name: &str| {
        let lower = name.to_lowercase();
        matches!(
            lower.as_str(),
            "procfile"
                | "procfile.txt"
                | "procfile.rtf"
                | "procfile.md"
                | "procfile.py"
                | "procfile.yml"
                | "proc file"
                | "profile"
                | "procflie"
                | "procfil"
                | "proc-file"
                | "proc_file"
                | ".procfile"
                | "procfiles"
        )
    };
    for name in names.iter().filter(|name| meant(name)) {
        let path = dir.join(name);
        let parsed = crate::procfile::bytes(&path).map(|bytes| parse(&bytes)).unwrap_or_default();
        let loose = !name.to_lowercase().contains("procfile");
        if loose
            && !parsed
                .entries
                .iter()
                .any(|entry| matches!(entry.kind.as_str(), "web" | "worker" | "release"))
        {
            continue;
        }
        Sink { file: options.show(&path), findings }.add(
            &DOC, 1.0, 0, name,
            format!("This file is named {name}; the platform only reads a file named exactly Procfile, with a capital P and no ending. Rename it: git mv {name} Procfile"),
            &[],
        );
        return;
    }
}
