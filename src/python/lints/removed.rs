//! What Python itself no longer has: modules and names of the standard library, builtins of Python 2.

use std::fmt::Write as _;

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD310",
    name: "removed-from-python",
    summary: "The code uses a module or name that this Python no longer has.",
    why: "Each version of Python takes old things away: `unicode` and `urllib2` went with Python 2, `collections.Mapping` with 3.10, `distutils` with 3.12. What worked on an older Python then fails when the app is imported.",
    bad: r#"
import urllib2
from flask import Flask

application = Flask(__name__)
application.config["RATES"] = urllib2.quote("a b")
"#,
    good: r#"
import urllib.parse
from flask import Flask

application = Flask(__name__)
application.config["RATES"] = urllib.parse.quote("a b")
"#,
    cause: Some("python-version-mismatch"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::Removed { name, gone, module } = &event.kind else { continue };
        let what = if *module { "a module of" } else { "a name of" };
        let (major, minor) = gone.since;
        let mut message = if gone.since <= (3, 0) {
            format!("`{name}` is {what} Python 2; Python 3 does not have it")
        } else {
            format!("`{name}` was taken out of Python in version {major}.{minor}")
        };
        if let Some(instead) = gone.instead {
            let _ = write!(message, ". Write `{instead}` instead");
        }
        let mut found = cx.at(&DOC, event, 1.0, message);
        found.captures.insert("name".to_owned(), name.clone());
        found.captures.insert("module".to_owned(), name.clone());
        out.push(found);
    }
}
