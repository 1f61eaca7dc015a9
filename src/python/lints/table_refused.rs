//! Models that SQLAlchemy refuses.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::{EventKind, TableRefused};

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD352",
    name: "table-refused",
    summary: "SQLAlchemy refuses a model when its class is made.",
    why: "A class of `db.Model` becomes a table as soon as its file is imported. Each needs a column that tells its rows apart (`primary_key=True`), a table of its own, and no column called `metadata`. Otherwise the import ends with an error.",
    bad: r#"
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

application = Flask(__name__)
application.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:////home/ana/shop.db"
db = SQLAlchemy(application)

class Price(db.Model):
    amount = db.Column(db.Integer)
"#,
    good: r#"
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

application = Flask(__name__)
application.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:////home/ana/shop.db"
db = SQLAlchemy(application)

class Price(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    amount = db.Column(db.Integer)
"#,
    cause: Some("import-time-exception"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::TableRefused(wrong) = &event.kind else { continue };
        let message = match wrong {
            TableRefused::NoKey(class) => format!(
                "No column of `{class}` is its primary key, which tells the rows apart, and the import ends with ArgumentError: add `id = db.Column(db.Integer, primary_key=True)`"
            ),
            TableRefused::SmallColumn => "`column` in small letters makes no column of a table: write `Column` with a capital. As it stands the import ends with an error".to_owned(),
            TableRefused::NoTable { table, right } => format!(
                "A foreign key names the table and the column, and no model has the table \"{table}\": whatever asks the database ends with NoReferencedTableError. Write \"{right}\""
            ),
            TableRefused::NoClass { class, right } => format!(
                "A relationship names the class of the other model, and there is no `{class}`: the first question to the database ends with InvalidRequestError. Write \"{right}\""
            ),
            TableRefused::Reserved => "A model cannot have a column called `metadata`: SQLAlchemy needs that name itself, and the import ends with an error. Call it otherwise; `details = db.Column(\"metadata\", …)` keeps the name in the database".to_owned(),
            TableRefused::Twice { twice: Some((first, second)), table, .. } => format!(
                "This file is loaded a second time, as `{second}` after `{first}`, and the second time the table \"{table}\" is there already: the import ends with InvalidRequestError. Import it under one name everywhere"
            ),
            TableRefused::Twice { table, first: (module, range), .. } => {
                let first = cx.source(*module).map_or_else(String::new, |source| {
                    let line = source.place(*range).line.unwrap_or(1);
                    format!(" in {}, line {line},", source.shown)
                });
                format!(
                    "Another model{first} has the table \"{table}\" already, and the import ends with InvalidRequestError: give this one another `__tablename__`, or delete one of the two"
                )
            }
        };
        out.push(cx.at(&DOC, event, 1.0, message));
    }
}
