//! A file that is only the note of Git LFS.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD334",
    name: "lfs-pointer",
    summary: "A file that the code loads is only the note that Git LFS leaves in its place.",
    why: "Git LFS keeps large files in a store of its own and puts a note of three lines into the repository. Platforms that copy the repository get the note: `invalid load key, 'v'`.",
    bad: r#"
import json
from flask import Flask

application = Flask(__name__)
with open("/home/ana/site/prices.json", "r") as file:
    prices = json.load(file)
# --- prices.json
version https://git-lfs.github.com/spec/v1
oid sha256:4d7a214614ab2935c943f9e0ff69d22e
size 132735
"#,
    good: r#"
import json
from flask import Flask

application = Flask(__name__)
with open("/home/ana/site/prices.json", "r") as file:
    prices = json.load(file)
# --- prices.json
{}
"#,
    cause: Some("file-not-found"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::LfsPointer(path) = &event.kind else { continue };
        let message = format!(
            "`{path}` is only the note that Git LFS leaves in the place of a large file, so loading it fails (`invalid load key, 'v'`): fetch the file itself with `git lfs pull` where the app is built, or keep it out of LFS"
        );
        let mut found = cx.at(&DOC, event, 1.0, message);
        found.captures.insert("path".to_owned(), path.clone());
        out.push(found);
    }
}
