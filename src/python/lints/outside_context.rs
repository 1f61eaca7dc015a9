//! What needs Flask's application context or request, at import.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD320",
    name: "outside-app-context",
    summary: "Something is used at import that Flask has only in an application context or during a request.",
    why: "`db.create_all()`, `User.query`, `current_app` and `request` ask Flask which app (or request) is the current one. While the code is imported there is none: `RuntimeError: Working outside of application context`. Flask-SQLAlchemy wants it for every use of the database since version 3.0.",
    bad: r#"
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

application = Flask(__name__)
application.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:////home/ana/site/shop.db"
db = SQLAlchemy(application)
db.create_all()
"#,
    good: r#"
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

application = Flask(__name__)
application.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:////home/ana/site/shop.db"
db = SQLAlchemy(application)
with application.app_context():
    db.create_all()
"#,
    cause: Some("import-time-exception"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    let mut told = Vec::new();
    for event in cx.events() {
        let EventKind::OutsideContext(outside) = &event.kind else { continue };
        // The first ends the import; the others are the same mistake.
        if told.contains(&event.module) {
            continue;
        }
        told.push(event.module);
        let what = &outside.what;
        let through = ModuleCtx::through(event);
        let message = if outside.request {
            format!(
                "`{what}` belongs to a request, and there is none while the code is imported{through}: RuntimeError. Use it inside a view function"
            )
        } else if outside.database {
            let since =
                if outside.certainty < 1.0 { " (Flask-SQLAlchemy 3.0 and newer)" } else { "" };
            let given = cx.source(event.module).is_some_and(|source| {
                let call = source.slice(event.range);
                call.contains("app=") || call.contains("app =")
            });
            if given {
                format!(
                    "`{what}` no longer takes the app (since Flask-SQLAlchemy 3.0), and this line ends with TypeError: put `{what}` without `app=` into a block `with app.app_context():`"
                )
            } else {
                format!(
                    "`{what}` runs while the code is imported{through}, where no app is the current one: RuntimeError: Working outside of application context{since}. Put it into a block `with app.app_context():`"
                )
            }
        } else {
            format!(
                "`{what}` asks for the current app, and there is none while the code is imported{through}: RuntimeError: Working outside of application context. Put it into a block `with app.app_context():`, or inside a view function"
            )
        };
        let mut found = cx.at(&DOC, event, outside.certainty, message);
        found.captures.insert("name".to_owned(), what.clone());
        out.push(found);
    }
}
