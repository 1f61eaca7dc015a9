//! A folder and a file's name put together without a slash.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD332",
    name: "path-without-slash",
    summary: "A folder and a file's name are put together without a slash between them.",
    why: "`os.path.dirname(__file__)` and `os.getcwd()` end without a slash. `folder + \"data.json\"` is then the name of a file that is not there.",
    bad: r#"
import json
import os
from flask import Flask

application = Flask(__name__)
folder = os.path.dirname(os.path.abspath(__file__))
with open(folder + "data.json") as file:
    data = json.load(file)
# --- data.json
{}
"#,
    good: r#"
import json
import os
from flask import Flask

application = Flask(__name__)
folder = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(folder, "data.json")) as file:
    data = json.load(file)
# --- data.json
{}
"#,
    cause: Some("file-not-found"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::Glued { path, right } = &event.kind else { continue };
        let message = format!(
            "This opens `{path}`, which is not there: a slash is missing before the file's name. Write `os.path.join(FOLDER, \"{}\")`, or \"{right}\"",
            right.trim_start_matches('/')
        );
        let mut found = cx.at(&DOC, event, 1.0, message);
        found.captures.insert("path".to_owned(), path.clone());
        out.push(found);
    }
}
