//! Classes and functions used as if they were the module that they come from.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD355",
    name: "module-wanted",
    summary: "A class or function is used as if it were the module of the same name.",
    why: "`from datetime import datetime` brings the class, `import datetime` the whole module. `datetime.timedelta` is in the module and not in the class, so it ends with AttributeError where the class was imported.",
    bad: r#"
from datetime import datetime
from flask import Flask

application = Flask(__name__)
application.config["PERMANENT_SESSION_LIFETIME"] = datetime.timedelta(days=7)
"#,
    good: r#"
from datetime import timedelta
from flask import Flask

application = Flask(__name__)
application.config["PERMANENT_SESSION_LIFETIME"] = timedelta(days=7)
"#,
    cause: Some("import-time-exception"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::Namesake { written, module, name, attr, import } = &event.kind else {
            continue;
        };
        let fails = if *import { "the import ends" } else { "this line ends" };
        let instead = if attr == name {
            format!("write `{written}` alone in place of `{written}.{attr}`")
        } else {
            format!("add `from {module} import {attr}` and write `{attr}` alone")
        };
        let message = format!(
            "`{written}` comes from `from {module} import {name}`, so it is not the whole module {module}, and has no `{attr}`: {fails} with AttributeError. {}{}",
            instead[..1].to_ascii_uppercase(),
            &instead[1..]
        );
        let mut found = cx.at(&DOC, event, 1.0, message);
        if !import {
            found.cause = Some("app-exception");
        }
        found.captures.insert("name".to_owned(), written.clone());
        out.push(found);
    }
}
