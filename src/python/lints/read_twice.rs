//! Scripts that what they import reads a second time.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD336",
    name: "script-read-twice",
    summary: "A script is imported by what it imports, so it is read twice.",
    why: "`python app.py` runs the file under the name `__main__`. When another file then says `from app import db`, Python reads `app.py` again, and there the other file is still half loaded.",
    bad: r"
# python wsgi.py
from flask import Flask

app = Flask(__name__)
db = object()
from models import Note
if __name__ == '__main__':
    app.run()
# --- models.py
from wsgi import db

class Note:
    table = db
",
    good: r"
from flask import Flask
from data import db
from models import Note

application = app = Flask(__name__)
if __name__ == '__main__':
    app.run()
# --- data.py
db = object()
# --- models.py
from data import db

class Note:
    table = db
",
    cause: Some("import-time-exception"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::ReadTwice { name, line } = &event.kind else { continue };
        let Some((id, source)) = cx.entry() else { continue };
        let (script, at) = (&cx.module(id).name, source.line_of(line.start().to_u32()));
        let message = format!(
            "`python {script}.py` runs that file as `__main__`, so this line reads it a second time, and its line {at} then asks this file for `{name}`, which it does not have yet: ImportError. Start it as `gunicorn {script}:app`, or move what both need into a module of its own"
        );
        let mut found = cx.at(&DOC, event, 1.0, message);
        found.captures.insert("name".to_owned(), name.clone());
        out.push(found);
    }
}
