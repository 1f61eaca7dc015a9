//! A Procfile that lies in a folder, where the platform does not look.

use std::path::Path;

use super::folders::below_folders;
use super::{Options, Sink};
use crate::model::Severity;
use crate::python::lints::{LintDoc, LintFinding};

pub(super) const DOC: LintDoc = LintDoc {
    code: "WP114",
    name: "procfile-misplaced",
    summary: "The Procfile lies in a folder, so it is not read",
    why: "The platform looks for the Procfile at the top of the repository, beside requirements.txt, unless it is told to use another folder (on Scalingo by the variable PROJECT_DIR).",
    bad: r"
# --- config/Procfile
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
    severity: Severity::Warning,
};

/// Files that make a folder the top of a project that is deployed.
const TOP: [&str; 5] = ["requirements.txt", "pyproject.toml", "Pipfile", "setup.py", "uv.lock"];

/// Looks one level below a project that has no Procfile of its own.
pub(in crate::procfile) fn check(
    dir: &Path,
    names: &[String],
    options: &Options,
    findings: &mut Vec<LintFinding>,
) {
    let is_top = |has: &dyn Fn(&str) -> bool| TOP.iter().any(|name| has(name));
    if !is_top(&|wanted| names.iter().any(|name| name == wanted)) {
        return;
    }
    let mut found = below_folders(dir).into_iter().filter(|below| {
        let folder = dir.join(below);
        // With requirements of its own it is a project of its own.
        folder.join("Procfile").is_file() && !is_top(&|name| folder.join(name).is_file())
    });
    let (Some(below), None) = (found.next(), found.next()) else { return };
    let name = format!("{below}/Procfile");
    let file = match &options.shown {
        Some(shown) => format!("{}/{name}", shown.trim_end_matches('/')),
        None => dir.join(&name).display().to_string(),
    };
    Sink { file, findings }.add(
        &DOC,
        0.8,
        0,
        &name,
        format!("The platform looks for the Procfile at the top of the project, beside the requirements, and not in {below}/. Move it: git mv {name} Procfile"),
        &[],
    );
}
