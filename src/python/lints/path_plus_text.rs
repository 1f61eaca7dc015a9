//! `+` between a `Path` and a text.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD430",
    name: "path-plus-text",
    summary: "A `+` stands between a `Path` and a text, which Python does not add.",
    why: "New Django projects make a `Path` of `BASE_DIR`. Where older ones wrote `BASE_DIR + \"/static\"`, the line now fails with TypeError: unsupported operand type(s) for +.",
    bad: r#"
from pathlib import Path
from flask import Flask

BASE_DIR = Path(__file__).resolve().parent
application = Flask(__name__)
application.config["DATA"] = BASE_DIR + "/data"
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
        let EventKind::PathPlusText { left, right } = &event.kind else { continue };
        let written = |range| {
            cx.source(event.module)
                .map(|source| source.slice(range))
                .filter(|text| !text.is_empty() && text.len() <= 40 && !text.contains('\n'))
        };
        let message = match (written(*left), written(*right)) {
            (Some(left), Some(right)) if right.starts_with(['"', '\'']) => {
                let quote = &right[..1];
                let plain = right.trim_matches(['"', '\'']).trim_start_matches('/');
                format!(
                    "`{left}` is a `Path`, and a text cannot be added to it: write `{left} / {quote}{plain}{quote}`"
                )
            }
            (Some(left), Some(right)) => format!(
                "A `Path` and a text cannot be added: write `{left} / {right}`, where the text does not begin with a slash"
            ),
            _ => "A `Path` and a text cannot be added: join them with `/`, where the text does not begin with a slash".to_owned(),
        };
        out.push(cx.at(&DOC, event, 1.0, message));
    }
}
