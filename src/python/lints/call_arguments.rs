//! Calls of own functions at import whose arguments do not fit.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD311",
    name: "call-arguments",
    summary: "A function of yours is called at import with too few or too many arguments.",
    why: "A parameter without a default must be given. A factory that wants a configuration and is called as `create_app()` ends the import with `TypeError: create_app() missing 1 required positional argument`.",
    bad: r"
from shop import create_app

application = create_app()
# --- shop.py
from flask import Flask

def create_app(config):
    return Flask(config)
",
    good: r#"
from shop import create_app

application = create_app("shop")
# --- shop.py
from flask import Flask

def create_app(config):
    return Flask(config)
"#,
    cause: Some("import-time-exception"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        if let EventKind::NoKeyword { function, given, near } = &event.kind {
            let hint = match near {
                Some(near) => format!("write `{near}=` in its place"),
                None if matches!(function.as_str(), "Flask" | "mount") => {
                    format!("leave `{given}=` out")
                }
                None => format!("leave `{given}=` out, or add the parameter to `def {function}`"),
            };
            let message = format!(
                "`{function}` takes no argument `{given}`, so the call fails with TypeError: {hint}"
            );
            let mut found = cx.at(&DOC, event, 1.0, message);
            found.captures.insert("name".to_owned(), function.clone());
            out.push(found);
            continue;
        }
        let EventKind::Arguments { name, wanted, given } = &event.kind else { continue };
        let plural = |n: usize| if n == 1 { "" } else { "s" };
        let message = if name == "os.environ.setdefault" {
            "`os.environ.setdefault` needs a name and a value, and only one text stands here: put a comma between the two".to_owned()
        } else if name == "Flask" && *given == 0 {
            "`Flask` must be told the name of its file: write `Flask(__name__)`. As it stands the call fails with TypeError".to_owned()
        } else if name == "Blueprint" {
            "`Blueprint` must be told a name of its own and the name of its file: write `Blueprint(\"NAME\", __name__)`. As it stands the call fails with TypeError".to_owned()
        } else if name == "sys.path.insert" {
            "`sys.path.insert` wants a position and a folder, in this order: write `sys.path.insert(0, \"/the/folder\")`. As it stands the call fails with TypeError".to_owned()
        } else if name == "sys.path.append" {
            "`sys.path.append` takes one folder: call it once for each. As it stands the call fails with TypeError".to_owned()
        } else {
            format!(
                "`{name}` wants {} {wanted} argument{}, and {given} {} given here: the call fails with TypeError",
                if given < wanted { "at least" } else { "at most" },
                plural(*wanted),
                if *given == 1 { "is" } else { "are" }
            )
        };
        let mut found = cx.at(&DOC, event, 1.0, message);
        found.captures.insert("name".to_owned(), name.clone());
        out.push(found);
    }
}
