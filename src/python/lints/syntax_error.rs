//! Files that Python cannot compile.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::problem::SyntaxProblem;
use crate::python::value::ModuleId;
use rustpython_ruff_text_size::{TextRange, TextSize};

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
    good: r#"
from flask import Flask

application = Flask(__name__)
"#,
    cause: Some("wsgi-syntax-error"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for (id, module) in cx.run.modules.iter().enumerate() {
        let Some(source) = &module.source else { continue };
        let first = source.problems().iter().find(|problem| {
            !super::syntax_new::is_newer(problem) && !super::python2::is_python2(problem.kind)
        });
        if let Some(problem) = first {
            // Python 2 code upsets the parser in many ways: its own finding says it better.
            if source.problems().first().is_some_and(|first| super::python2::is_python2(first.kind))
            {
                continue;
            }
            out.push(problem_finding(cx, &DOC, id, problem));
        }
    }
}

/// A finding of a parser's problem.
pub(super) fn problem_finding(
    cx: &ModuleCtx,
    doc: &'static LintDoc,
    id: ModuleId,
    problem: &SyntaxProblem,
) -> LintFinding {
    let start = TextSize::try_from(problem.range.start).unwrap_or_default();
    let end = TextSize::try_from(problem.range.end).unwrap_or_default().max(start);
    let mut message = problem.message.clone();
    if let Some(hint) = &problem.hint {
        message.push_str(". ");
        message.push_str(hint);
    }
    let mut found = cx.found(doc, id, TextRange::new(start, end), 1.0, message);
    found.place.line = Some(problem.line);
    found.place.column = Some(problem.column);
    found.place.end_line = Some(problem.end_line);
    found.place.end_column = Some(problem.end_column);
    found.captures.insert("problem".to_owned(), problem.kind.slug().to_owned());
    if let Some(version) = problem.needs_python {
        found.captures.insert("version".to_owned(), version.to_string());
    }
    found
}
