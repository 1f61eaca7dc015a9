//! Files that Python cannot compile.

use std::sync::Arc;

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::model::{Captures, Place};
use crate::python::problem::SyntaxProblem;
use crate::python::source::Source;
use ruff_text_size::{TextRange, TextSize};

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD001",
    name: "syntax-error",
    summary: "A file that the server loads is not valid Python.",
    why: "Python reads the whole file before it runs the first line. One mistake anywhere keeps the app from starting.",
    bad: r#"
from flask import Flask

application = Flask(__name__

@application.route("/")
def home():
    return "hello"
"#,
    good: r"
from flask import Flask

application = Flask(__name__)
",
    cause: Some("wsgi-syntax-error"),
    severity: Severity::Error,
};

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

/// A finding of a parser's problem.
pub(super) fn finding(
    source: &Source,
    doc: &'static LintDoc,
    problem: &SyntaxProblem,
) -> LintFinding {
    let start = TextSize::try_from(problem.range.start).unwrap_or_default();
    let mut message = problem.message.clone();
    if let Some(hint) = &problem.hint {
        message.push_str(". ");
        message.push_str(hint);
    }
    let mut captures = Captures::new();
    captures.insert("problem".to_owned(), problem.kind.slug().to_owned());
    if let Some(version) = problem.needs_python {
        captures.insert("version".to_owned(), version.to_string());
    }
    LintFinding {
        code: doc.code,
        name: doc.name,
        cause: doc.cause,
        severity: doc.severity,
        certainty: 1.0,
        place: Place {
            file: Arc::clone(&source.shown),
            line: Some(problem.line),
            column: Some(problem.column),
            end_line: Some(problem.end_line),
            end_column: Some(problem.end_column),
        },
        excerpt: source.excerpt(TextRange::empty(start)),
        message,
        captures,
        edits: Vec::new(),
    }
}
