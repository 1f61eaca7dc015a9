//! A request, an active app or finished URLs, asked for while the code is imported.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD321",
    name: "outside-request",
    summary: "Something that exists only during a request is used while the code is imported.",
    why: "The server imports the file before anybody visits the site. `request`, `session` and their like then raise `RuntimeError: Working outside of request context`, and Django's `reverse()` asks for URLs that are not loaded yet.",
    bad: r#"
from flask import Flask, request

application = Flask(__name__)
name = request.args.get("name")

@application.route("/")
def home():
    return f"hello {name}"
"#,
    good: r#"
from flask import Flask, request

application = Flask(__name__)

@application.route("/")
def home():
    name = request.args.get("name")
    return f"hello {name}"
"#,
    cause: Some("import-time-exception"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::OutsideRequest { name, app } = &event.kind else { continue };
        let (certainty, message) = match (*name, *app) {
            ("reverse", _) => (
                0.8,
                "`reverse()` is called while the URLs are still being loaded, which fails: use `reverse_lazy()` here, from the same module".to_owned(),
            ),
            (name, true) => (
                1.0,
                format!(
                    "`{name}` works only while a request is handled, and this line runs while the file is imported: move it into a view function, or below `with app.app_context():`"
                ),
            ),
            (name, false) => (
                1.0,
                format!(
                    "`{name}` exists only while a request is handled, and this line runs while the file is imported: move it into the view function that needs it"
                ),
            ),
        };
        let mut found = cx.at(&DOC, event, certainty, message);
        found.captures.insert("name".to_owned(), (*name).to_owned());
        out.push(found);
    }
}
