//! A file of yours has the name of a module of Python itself.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::{EventKind, Shadowed};
use crate::python::value::ModuleId;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD303",
    name: "shadows-stdlib",
    summary: "A file of yours has the name of a module of Python itself.",
    why: "Folders on `sys.path` come before the standard library. Every import of that name, also by installed packages, gets your file.",
    bad: r"
from flask import Flask
import random

application = Flask(__name__)
NUMBER = random.randint(1, 6)
# --- random.py
x = 1
",
    good: r"
from flask import Flask
import random

application = Flask(__name__)
NUMBER = random.randint(1, 6)
# --- dice.py
x = 1
",
    cause: Some("module-shadowed"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::Shadows { name, what: Shadowed::Stdlib, target } = &event.kind else {
            continue;
        };
        let Some((certainty, detail)) = super::shadows_stdlib::harm(cx, *target, name) else {
            continue;
        };
        let path = cx.module(*target).path.clone();
        let message =
            format!("`{path}` hides Python's own module `{name}`{detail}: rename your file");
        let mut found = cx.at(&DOC, event, certainty, message);
        if certainty < 0.8 {
            found.severity = Severity::Note;
        }
        found.captures.insert("module".to_owned(), name.clone());
        found.captures.insert("path".to_owned(), path);
        out.push(found);
    }
}

/// An own module of that name harms where something is asked of it that it does not have.
pub(super) fn harm(cx: &ModuleCtx, target: ModuleId, name: &str) -> Option<(f64, String)> {
    let missing = cx.run.events.iter().find_map(|event| match &event.kind {
        EventKind::MissingName { target: of, name, .. } if *of == target => Some(name.clone()),
        _ => None,
    });
    if let Some(missing) = missing {
        return Some((1.0, format!(", and has no `{missing}`")));
    }
    let module = cx.module(target);
    if module.dynamic {
        return None;
    }
    // Attributes that the code asks of it, as `random.randint`.
    for source in cx.run.modules.iter().filter_map(|module| module.source.as_ref()) {
        let text = source.text();
        for (at, _) in text.match_indices(&format!("{name}.")).take(200) {
            let before = text[..at].chars().next_back();
            if before.is_some_and(|c| {
                c.is_alphanumeric() || c == '_' || c == '.' || c == '"' || c == '\''
            }) {
                continue;
            }
            let line = text[..at].rsplit(['\n', '\r']).next().unwrap_or("");
            if line.contains('#')
                || line.trim_start().starts_with("from")
                || line.trim_start().starts_with("import")
            {
                continue;
            }
            let attribute: String = text[at + name.len() + 1..]
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            if !attribute.is_empty()
                && !module.names.contains_key(&attribute)
                && source.disk != module.source.as_ref().map(|s| s.disk.clone()).unwrap_or_default()
            {
                return Some((0.8, format!(", and has no `{attribute}`")));
            }
        }
    }
    Some((0.5, String::new()))
}
