//! Relative paths opened at import.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;
use crate::python::resolve::pathops::{absolute, parent};

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD502",
    name: "relative-open-at-import",
    summary: "A file is opened by a relative path while the code is imported.",
    why: "A relative path starts at the server's working folder, which is seldom your project's folder: FileNotFoundError.",
    bad: r#"
from flask import Flask

application = Flask(__name__)
KEY = open("data/key.txt").read()
"#,
    good: r#"
from pathlib import Path

from flask import Flask

application = Flask(__name__)
KEY = open(Path(__file__).parent / "data/key.txt").read()
"#,
    cause: Some("file-not-found"),
    severity: Severity::Warning,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    if !cx.runs_on_server() {
        return;
    }
    for event in cx.events() {
        let EventKind::RelativeOpen { path, makes } = &event.kind else { continue };
        // There under the server's working folder, where that is known.
        let cwd_known = cx.run.options.cwd.is_some();
        let exists = |folder: &str| cx.run.finder.disk(&absolute(path, folder)).exists();
        if cwd_known && exists(&cx.run.cwd) {
            continue;
        }
        // A database that lies nowhere may be one that is to be made.
        if *makes && cwd_known && !exists(&parent(&cx.module(event.module).path)) {
            continue;
        }
        let then = if *makes {
            ", where SQLite makes a new and empty database: `no such table`"
        } else {
            ", not beside this file"
        };
        let message = format!(
            "`{path}` is a relative path: on the server it starts at the server's working folder{then}. Write `Path(__file__).parent / \"{path}\"`"
        );
        let mut found = cx.at(&DOC, event, 0.5, message);
        found.captures.insert("path".to_owned(), path.clone());
        out.push(found);
    }
}
