//! Attributes that app objects do not have.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD325",
    name: "app-attribute-missing",
    summary: "The app object does not have an attribute that the code uses.",
    why: "One wrong letter in `@app.route` or `app.config` ends the import: `AttributeError: 'Flask' object has no attribute …`.",
    bad: r#"
from flask import Flask

application = Flask(__name__)

@application.routes("/")
def home():
    return "hello"
"#,
    good: r#"
from flask import Flask

application = Flask(__name__)

@application.route("/")
def home():
    return "hello"
"#,
    cause: Some("import-time-exception"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::NoAppAttribute { class, name, near } = &event.kind else { continue };
        let class = class.rsplit('.').next().unwrap_or(class);
        let message =
            format!("A `{class}` object has no attribute `{name}`: `{near}` was probably meant");
        let mut found = cx.at(&DOC, event, 1.0, message);
        found.captures.insert("name".to_owned(), name.clone());
        out.push(found);
    }
}
