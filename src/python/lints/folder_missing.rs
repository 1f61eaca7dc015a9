//! Folders that the code needs at import and that the project does not have.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD323",
    name: "folder-missing",
    summary: "The code needs a folder at import that the project does not have.",
    why: "`StaticFiles` and the log handlers look for their folder when they are made. Git does not keep empty folders, so one that is there on your computer may be missing on the server.",
    bad: r#"
import logging
from flask import Flask

logging.basicConfig(filename="logs/app.log")
application = Flask(__name__)
"#,
    good: r"
import logging
from flask import Flask

logging.basicConfig(level=logging.INFO)
application = Flask(__name__)
",
    cause: Some("file-not-found"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::FolderMissing { folder, log } = &event.kind else { continue };
        let message = if *log {
            format!(
                "The log file is to be in the folder `{folder}`, which the project does not have: FileNotFoundError. Log to the console (leave the file out), or make the folder first with `os.makedirs(\"{folder}\", exist_ok=True)`"
            )
        } else {
            format!(
                "There is no folder `{folder}` in the project, and the import fails without it. Add the folder with a file in it (Git keeps no empty folders), or delete this line"
            )
        };
        // Where the server starts is only known from its start command or configuration.
        let certainty = if cx.run.options.searched { 0.5 } else { 0.8 };
        let mut found = cx.at(&DOC, event, certainty, message);
        found.captures.insert("path".to_owned(), folder.clone());
        out.push(found);
    }
}
