//! A tuple and a list that are to be added.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD431",
    name: "tuple-plus-list",
    summary: "A `+` stands between a tuple or a text and a list, which Python does not add.",
    why: "Round brackets make a tuple and square ones a list. Old Django projects have tuples in their settings, and `INSTALLED_APPS += [\"x\"]` then fails with TypeError.",
    bad: r#"
from flask import Flask

NAMES = ("a", "b")
MORE = NAMES + ["c"]
application = Flask(__name__)
"#,
    good: r#"
from flask import Flask

NAMES = ["a", "b"]
MORE = NAMES + ["c"]
application = Flask(__name__)
"#,
    cause: Some("import-time-exception"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        if let EventKind::ListPlusText { text } = &event.kind {
            let written = cx.source(event.module).map_or("…", |source| source.slice(*text));
            let message = format!(
                "A list and a text cannot be added (TypeError): put the text in square brackets, `[{written}]`"
            );
            out.push(cx.at(&DOC, event, 1.0, message));
            continue;
        }
        let EventKind::MixedSum(sum) = &event.kind else { continue };
        let written = |range| {
            cx.source(event.module)
                .map(|source| source.slice(range))
                .filter(|text| !text.is_empty() && text.len() <= 30 && !text.contains('\n'))
        };
        let (tuple, list) =
            if sum.tuple_first { (sum.left, sum.right) } else { (sum.right, sum.left) };
        let name = |range, what: &str| {
            written(range).map_or_else(|| what.to_owned(), |text| format!("`{text}`"))
        };
        let message = format!(
            "{} is a tuple (round brackets) and {} a list (square ones), and Python adds only two of a kind (TypeError): write both with square brackets",
            name(tuple, "One"),
            name(list, "the other"),
        );
        out.push(cx.at(&DOC, event, 1.0, message));
    }
}
