//! Addresses of databases that SQLAlchemy refuses.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD326",
    name: "database-url-refused",
    summary: "A database's address begins with a word that SQLAlchemy does not know.",
    why: "The first word of the address says which database it is: `sqlite`, `postgresql`, `mysql`. A slip in it ends the start with `Can't load plugin: sqlalchemy.dialects`, and `postgres` is no longer one of them since SQLAlchemy 1.4.",
    bad: r#"
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

application = Flask(__name__)
application.config["SQLALCHEMY_DATABASE_URI"] = "sqllite:///shop.db"
db = SQLAlchemy(application)
"#,
    good: r#"
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

application = Flask(__name__)
application.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///shop.db"
db = SQLAlchemy(application)
"#,
    cause: Some("import-time-exception"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::DatabaseUrl { given, right, postgres, certainty } = &event.kind else {
            continue;
        };
        let message = if *postgres {
            format!(
                "SQLAlchemy knows no database `{given}` since its version 1.4: write `{right}://` at the start of the address"
            )
        } else if given.starts_with("sqlite:") {
            format!("The address of an SQLite file has three slashes: write `{right}`")
        } else {
            format!(
                "SQLAlchemy knows no database `{given}`, so the app cannot start: write `{right}://` at the start of the address"
            )
        };
        let mut found = cx.at(&DOC, event, *certainty, message);
        found.captures.insert("name".to_owned(), given.clone());
        out.push(found);
    }
}
