//! Code written for Python 2.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::problem::ErrorKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD003",
    name: "python2-code",
    summary: "The file is written for Python 2.",
    why: "Python 2 ended in 2020. Its `print` statement, `except X, e` and other forms are syntax errors in Python 3.",
    bad: r#"
from flask import Flask

application = Flask(__name__)
print "started"
"#,
    good: r#"
from flask import Flask

application = Flask(__name__)
print("started")
"#,
    cause: Some("wsgi-syntax-error"),
    severity: Severity::Error,
};

/// Kinds of problems that only old code has.
pub(super) fn is_python2(kind: ErrorKind) -> bool {
    kind.slug().starts_with("python2-")
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
