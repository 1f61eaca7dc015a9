//! Calls and look-ups at import of what takes none.

use std::fmt::Write as _;

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::{EventKind, NoFunction};

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD318",
    name: "wrong-brackets",
    summary: "Brackets stand behind something that takes none of the kind, while the code is imported.",
    why: "A module cannot be called, only what is in it; a function is called with round brackets; two items of a list need a comma between them. Otherwise the import ends with `TypeError: … object is not callable` (or `not subscriptable`).",
    bad: r"
import datetime
import flask

STARTED = datetime.datetime.now()
application = flask(__name__)
",
    good: r"
import datetime
import flask

STARTED = datetime.datetime.now()
application = flask.Flask(__name__)
",
    cause: Some("import-time-exception"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::Brackets(brackets) = &event.kind else { continue };
        let written = &brackets.written;
        let mut message = match brackets.what {
            NoFunction::Module => format!(
                "`{written}` is a whole module here, and a module cannot be called: the import ends with TypeError"
            ),
            NoFunction::Data => format!(
                "`{written}` is no function, so it cannot be called: the import ends with TypeError"
            ),
            NoFunction::Function => format!(
                "`{written}` is a function: square brackets behind it end the import with TypeError"
            ),
            NoFunction::App => format!(
                "`{written}` is the app already, and brackets behind it call it without a request: the import ends with TypeError. Write `{written}` without brackets"
            ),
            NoFunction::Literal => "Two brackets follow each other without a comma, so Python takes the second for a call or an index of the first, and the import ends with TypeError: put a comma between them".to_owned(),
        };
        match (&brackets.instead, brackets.what) {
            (Some(instead), _) => {
                let _ = write!(message, ". Write `{instead}`");
            }
            (None, NoFunction::Module) => {
                let _ = write!(
                    message,
                    ". Call what is in it: `{written}.name(…)`, or import that name with `from … import …`"
                );
            }
            _ => {}
        }
        let mut found = cx.at(&DOC, event, 1.0, message);
        found.captures.insert("name".to_owned(), written.clone());
        out.push(found);
    }
}
