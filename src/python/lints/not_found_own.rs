//! Own modules that the search path does not lead to.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Safety;
use crate::model::Severity;
use crate::python::interp::event::EventKind;
use std::fmt::Write as _;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD301",
    name: "module-not-found-own",
    summary: "A module of your own project is not found on the search path.",
    why: "Python looks for modules only in the folders on `sys.path`. A wrong folder, a misspelled name or another case (`Shop` is not `shop`) means ModuleNotFoundError.",
    bad: r#"
import sys
sys.path.insert(0, "/home/ana/site/shop")
from views.main import app as application
# --- shop/views/__init__.py
# --- shop/views/man.py
from flask import Flask
app = Flask(__name__)
"#,
    good: r#"
import sys
sys.path.insert(0, "/home/ana/site/shop")
from views.main import app as application
# --- shop/views/__init__.py
# --- shop/views/main.py
from flask import Flask
app = Flask(__name__)
"#,
    cause: Some("module-not-on-path"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::Missing(missing) = &event.kind else { continue };
        if !missing.own {
            continue;
        }
        let name = &missing.name;
        let searched = missing
            .searched
            .iter()
            .take(4)
            .map(|dir| format!("`{dir}`"))
            .collect::<Vec<_>>()
            .join(", ");
        let mut message = format!(
            "There is no module `{}` to import here",
            if missing.part == *name {
                name.clone()
            } else {
                format!("{}` of `{name}", missing.part)
            }
        );
        let mut certainty = missing.certainty;
        let mut edit = None;
        if let Some(near) = &missing.near {
            let _ = write!(message, ". Did you mean `{near}`?");
            let whole = replace_last(name, &missing.part, near);
            edit = missing.name_range.and_then(|range| {
                let written = cx.source(event.module)?.slice(range).to_owned();
                let text = if written == *name {
                    whole.clone()
                } else if written == missing.part {
                    near.clone()
                } else {
                    return None;
                };
                cx.edit(event.module, range, &text, Safety::Safe)
            });
        } else if let Some(place) = &missing.elsewhere {
            let _ = write!(
                message,
                ". It is in `{place}`, which is not on the path: add `sys.path.insert(0, \"{place}\")` before this line"
            );
        } else if let Some(module) = name.strip_suffix(".py").filter(|_| missing.part == "py") {
            let _ = write!(
                message,
                ". A module is imported without the ending of its file: write `{module}`"
            );
        } else {
            certainty = certainty.min(0.8_f64.max(certainty));
        }
        if !searched.is_empty() {
            let _ = write!(message, " (searched: {searched})");
        }
        let mut found = cx.at(&DOC, event, certainty, message);
        found.captures.insert("module".to_owned(), name.clone());
        if let Some(near) = &missing.near {
            found.captures.insert("near".to_owned(), near.clone());
        }
        if let Some(place) = &missing.elsewhere {
            found.captures.insert("path".to_owned(), place.clone());
            found.captures.insert("folder".to_owned(), place.clone());
        }
        found.edits.extend(edit);
        out.push(found);
    }
}

/// The dotted name with its wrong part replaced.
fn replace_last(name: &str, part: &str, near: &str) -> String {
    name.split('.')
        .map(|piece| if piece == part { near } else { piece })
        .collect::<Vec<_>>()
        .join(".")
}
