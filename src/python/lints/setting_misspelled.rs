//! Settings whose names are misspelled.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD335",
    name: "setting-misspelled",
    summary: "A setting that the app needs is set under a misspelled name.",
    why: "Flask takes any name for a setting and says nothing of one that nobody reads. Flask-SQLAlchemy looks for `SQLALCHEMY_DATABASE_URI` and stops the start without it.",
    bad: r#"
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

application = Flask(__name__)
application.config["SQLALCHEMY_DATABASE_URL"] = "sqlite:///shop.db"
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
        let EventKind::SettingMisspelled(key) = &event.kind else { continue };
        let message = if !key.to_ascii_uppercase().contains("DATABASE")
            && !key.to_ascii_uppercase().contains("ALCHEMY")
        {
            format!(
                "Flask reads `SECRET_KEY`, and nothing sets it: `{key}` is another name, which nobody reads, and whatever uses `session` or `flash` ends with RuntimeError. Write `SECRET_KEY` here"
            )
        } else {
            format!(
                "Flask-SQLAlchemy reads `SQLALCHEMY_DATABASE_URI`, and nothing sets it: `{key}` is another name, which nobody reads. Write `SQLALCHEMY_DATABASE_URI` here"
            )
        };
        let database = message.starts_with("Flask-SQLAlchemy");
        let mut found = cx.at(&DOC, event, 1.0, message);
        // Without sessions nobody misses the key.
        if !database {
            found.severity = Severity::Warning;
        }
        found.captures.insert("name".to_owned(), key.clone());
        out.push(found);
    }
}
