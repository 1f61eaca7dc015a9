//! Environment variables that must be set.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD501",
    name: "environ-at-import",
    summary: "The code needs an environment variable while it is imported.",
    why: "Variables of your console are not set for the web app. `os.environ[\"NAME\"]` then raises KeyError and the app does not start.",
    bad: r#"
import os
from flask import Flask

application = Flask(__name__)
application.secret_key = os.environ["FLASK_KEY"]
"#,
    good: r#"
import os
from flask import Flask

application = Flask(__name__)
application.secret_key = os.environ.get("FLASK_KEY", "")
"#,
    cause: Some("missing-env-var"),
    severity: Severity::Note,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    if !cx.runs_on_server() {
        return;
    }
    for event in cx.events() {
        let EventKind::EnvRequired(name) = &event.kind else { continue };
        let message = format!(
            "The app only starts if the environment variable `{name}` is set for the web app (not just in a console)"
        );
        let mut found = cx.at(&DOC, event, 0.5, message);
        found.severity = Severity::Note;
        found.captures.insert("name".to_owned(), name.clone());
        out.push(found);
    }
}
