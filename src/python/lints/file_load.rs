//! Files loaded by their path that are not there, or that load themselves.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD316",
    name: "file-load",
    summary: "A file that the code loads by its path is not there, or is the file itself.",
    why: "`imp.load_source` and `spec_from_file_location` read the file at that path and run it, each time anew. The hosting panel's template loads `passenger_wsgi.py` from itself, without end; put the name of your own file there.",
    bad: r#"
import imp

wsgi = imp.load_source("wsgi", "wsgi.py")
application = wsgi.application
"#,
    good: r#"
import imp

wsgi = imp.load_source("wsgi", "app.py")
application = wsgi.application
# --- app.py
from flask import Flask
application = Flask(__name__)
"#,
    cause: Some("import-time-exception"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::FileLoad(load) = &event.kind else { continue };
        let path = &load.path;
        let (certainty, message) = if load.itself {
            (
                1.0,
                format!(
                    "`{path}` is this file itself: it loads itself again and again until Python stops with RecursionError. Name the file that defines your app, such as `app.py`"
                ),
            )
        } else {
            let hint = match &load.near {
                Some(near) => format!(". Did you mean `{near}`?"),
                None => ": write the name of the file that defines your app".to_owned(),
            };
            (0.8, format!("There is no file `{path}` to load here{hint}"))
        };
        let mut found = cx.at(&DOC, event, certainty, message);
        found.captures.insert("path".to_owned(), path.clone());
        out.push(found);
    }
}
