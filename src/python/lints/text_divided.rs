//! `/` between two texts, which only joins paths of `pathlib`.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD317",
    name: "text-divided",
    summary: "A `/` stands between two texts, which Python cannot divide.",
    why: "`BASE_DIR / \"db.sqlite3\"` works where `BASE_DIR` is a `Path`, as in new Django projects. Older ones make a text of it with `os.path`, and the line fails with TypeError: unsupported operand type(s) for /: 'str' and 'str'.",
    bad: r#"
import os
from flask import Flask

BASE_DIR = os.path.dirname(os.path.abspath(__file__))
application = Flask(__name__)
application.config["DATA"] = BASE_DIR / "data"
"#,
    good: r#"
from pathlib import Path
from flask import Flask

BASE_DIR = Path(__file__).resolve().parent
application = Flask(__name__)
application.config["DATA"] = BASE_DIR / "data"
"#,
    cause: Some("import-time-exception"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::TextDivided { left, right } = &event.kind else { continue };
        let written = |range| {
            cx.source(event.module)
                .map(|source| source.slice(range))
                .filter(|text| !text.is_empty() && text.len() <= 40 && !text.contains('\n'))
        };
        let message = match (written(*left), written(*right)) {
            (Some(left), Some(right)) => format!(
                "`{left}` is a text here, and `/` joins only paths made with `Path(…)`: write `os.path.join({left}, {right})`"
            ),
            _ => "`/` joins only paths made with `Path(…)`, and these two are texts: write `os.path.join(…, …)`".to_owned(),
        };
        out.push(cx.at(&DOC, event, 1.0, message));
    }
}
