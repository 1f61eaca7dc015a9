//! Heavy loading at import.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::calls::CallKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD202",
    name: "slow-import",
    summary: "Something heavy is loaded while the code is imported.",
    why: "The first request after a reload waits until everything is loaded. A model of several hundred megabytes can take longer than the platform waits.",
    bad: r#"
from flask import Flask
from transformers import pipeline

application = Flask(__name__)
summarizer = pipeline("summarization")
"#,
    good: r#"
from functools import lru_cache

from flask import Flask
from transformers import pipeline

application = Flask(__name__)

@lru_cache
def summarizer():
    return pipeline("summarization")
"#,
    cause: Some("slow-startup"),
    severity: Severity::Warning,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    if !cx.runs_on_server() {
        return;
    }
    for (event, call) in cx.calls().filter(|(_, call)| call.rule.kind == CallKind::Slow) {
        let message = format!(
            "This line {} while the code is imported{}, so the first request after a reload is slow. Load it on first use instead",
            call.rule.what,
            ModuleCtx::through(event)
        );
        let mut found = cx.at(&DOC, event, call.rule.certainty, message);
        if found.certainty < 0.8 {
            found.severity = Severity::Note;
        }
        found.captures.insert("call".to_owned(), call.name.trim_start_matches('?').to_owned());
        out.push(found);
    }
}
