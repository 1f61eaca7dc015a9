//! Syntax that this Python does not know yet.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::problem::{ErrorKind, SyntaxProblem};

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD002",
    name: "syntax-too-new",
    summary: "The file uses syntax of a newer Python than the one that runs the app.",
    why: "The server runs one certain Python. Syntax that came later is a syntax error there, though it works on your own computer.",
    bad: r#"
from flask import Flask

application = Flask(__name__)

def name(kind):
    match kind:
        case 1:
            return "one"
# --- venv/pyvenv.cfg
version = 3.8.18
# --- venv/lib/python3.8/site-packages/flask/__init__.py
"#,
    good: r#"
from flask import Flask

application = Flask(__name__)

def name(kind):
    if kind == 1:
        return "one"
# --- venv/pyvenv.cfg
version = 3.8.18
# --- venv/lib/python3.8/site-packages/flask/__init__.py
"#,
    cause: Some("python-version-mismatch"),
    severity: Severity::Error,
};

/// Fine for a newer Python.
pub(super) fn is_newer(problem: &SyntaxProblem) -> bool {
    problem.needs_python.is_some() || problem.kind == ErrorKind::NeedsNewerPython
}

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    let known = cx.run.options.python.is_some();
    for source in cx.run.modules.iter().filter_map(|module| module.source.as_ref()) {
        out.extend(
            super::syntax_findings(source, known)
                .into_iter()
                .filter(|found| found.code == DOC.code),
        );
    }
}
