//! Packages whose versions do not go together, as the requirements ask for them.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD328",
    name: "packages-clash",
    summary: "The requirements ask for a package that does not work with what they leave open.",
    why: "`pip install` takes the newest version of everything that is not fixed. An old package with a fixed version then meets new ones that it was not written for, and its import fails.",
    bad: r"
from flask import Flask

application = Flask(__name__)
# --- requirements.txt
Flask==1.1.2
",
    good: r"
from flask import Flask

application = Flask(__name__)
# --- requirements.txt
Flask==3.0.3
",
    cause: Some("incompatible-dependency"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::Clash(clash) = &event.kind else { continue };
        let asked = match &clash.version {
            Some(version) => format!("requirements.txt asks for {} {version}", clash.dist),
            None => format!("requirements.txt asks for {}", clash.dist),
        };
        let message = match &clash.lacks {
            Some(what) => format!(
                "{what} needs the package {}, and requirements.txt does not ask for it: {}. {}",
                clash.dist, clash.why, clash.instead
            ),
            None => {
                format!("{asked}, and this import fails with it: {}. {}", clash.why, clash.instead)
            }
        };
        let mut found = cx.at(&DOC, event, clash.certainty, message);
        found.captures.insert("dist".to_owned(), clash.dist.clone());
        out.push(found);
    }
}
