//! Two view functions of one name.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD312",
    name: "duplicate-endpoint",
    summary: "Two of a Flask app's view functions have the same name.",
    why: "Flask calls each view by the name of its function. A second function of that name stops the start: `View function mapping is overwriting an existing endpoint function`.",
    bad: r#"
from flask import Flask

application = Flask(__name__)

@application.route("/")
def page():
    return "start"

@application.route("/about")
def page():
    return "about"
"#,
    good: r#"
from flask import Flask

application = Flask(__name__)

@application.route("/")
def page():
    return "start"

@application.route("/about")
def about():
    return "about"
"#,
    cause: Some("import-time-exception"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::DuplicateEndpoint { app, name, first, blueprint } = &event.kind else {
            continue;
        };
        let line =
            cx.source(event.module).map_or(0, |source| source.line_of(first.start().to_u32()));
        let message = format!(
            "`{app}` has a view function `{name}` already, in line {line}: Flask refuses a second one of that name, and the app does not start. Rename one of the two"
        );
        // A blueprint complains when it is registered, if it ever is.
        let certainty = if *blueprint { 0.8 } else { 1.0 };
        let mut found = cx.at(&DOC, event, certainty, message);
        found.captures.insert("name".to_owned(), name.clone());
        out.push(found);
    }
}
