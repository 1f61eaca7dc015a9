//! Settings that are set below the extension that reads them.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD327",
    name: "setting-too-late",
    summary: "A setting is set below the line in which an extension reads it.",
    why: "`SQLAlchemy(app)`, `PyMongo(app)` and `Mail(app)` read the app's settings when they are called. What is set further down comes too late.",
    bad: r#"
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

application = Flask(__name__)
db = SQLAlchemy(application)
application.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///shop.db"
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
        let EventKind::ConfigLate { extension, setting, line, fails, certainty } = &event.kind
        else {
            continue;
        };
        let line =
            cx.source(event.module).map_or(0, |source| source.line_of(line.start().to_u32()));
        let end = if *fails { "so the start fails" } else { "so it works as if nothing was set" };
        let message = format!(
            "`{extension}` reads the app's settings in this line, and `{setting}` is only set below, in line {line}, {end}: move this line below the settings"
        );
        let mut found = cx.at(&DOC, event, *certainty, message);
        if !fails {
            found.severity = Severity::Warning;
        }
        found.captures.insert("name".to_owned(), setting.clone());
        out.push(found);
    }
}
