//! Two view functions of one name.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::{EventKind, NamedBy};

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
        let EventKind::DuplicateEndpoint { app, name, first, blueprint, by } = &event.kind else {
            continue;
        };
        let line =
            cx.source(event.module).map_or(0, |source| source.line_of(first.start().to_u32()));
        let message = match by {
            NamedBy::Function => format!(
                "`{app}` has a view function `{name}` already, in line {line}: Flask refuses a second one of that name, and the app does not start. Rename one of the two"
            ),
            NamedBy::Decorator(decorator) => format!(
                "`@{decorator}` gives every function that it is put on the name `{name}`, and Flask refuses a second view of that name (the first is in line {line}): the app does not start. In `{decorator}`, write `@functools.wraps(…)` above `def {name}`, with the name of the function that it is given, and `import functools` at the top"
            ),
            NamedBy::AsView => format!(
                "`as_view(\"{name}\")` makes a new view function each time, and `{app}` has one of that name from line {line}: the app does not start. Make it once (`view = ….as_view(\"{name}\")`) and give it to both, or use another name here"
            ),
        };
        // A blueprint complains when it is registered, if it ever is.
        let certainty = if *blueprint { 0.8 } else { 1.0 };
        let mut found = cx.at(&DOC, event, certainty, message);
        found.captures.insert("name".to_owned(), name.clone());
        out.push(found);
    }
}
