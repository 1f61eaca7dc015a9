//! Packages that are not in the virtualenv.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::{Safety, Severity};
use crate::python::interp::event::EventKind;
use std::collections::BTreeSet;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD302",
    name: "module-not-found-third-party",
    summary: "A package that the code imports is not in the web app's virtualenv, or not in its list of packages.",
    why: "Each virtualenv has its own packages, and a container has those of requirements.txt. What is installed on your computer or for another Python is not there.",
    bad: r"
import flask
import yaml

application = flask.Flask(__name__)
# --- venv/pyvenv.cfg
version = 3.10.1
# --- venv/lib/python3.10/site-packages/flask/__init__.py
",
    good: r"
import flask
import yaml

application = flask.Flask(__name__)
# --- venv/pyvenv.cfg
version = 3.10.1
# --- venv/lib/python3.10/site-packages/flask/__init__.py
# --- venv/lib/python3.10/site-packages/yaml/__init__.py
",
    cause: Some("module-not-installed"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    let mut seen = BTreeSet::new();
    for event in cx.events() {
        let EventKind::Missing(missing) = &event.kind else { continue };
        if missing.own || !seen.insert(missing.part.clone()) {
            continue;
        }
        let venv = cx
            .run
            .options
            .virtualenv
            .as_ref()
            .map(|path| path.display().to_string())
            .unwrap_or_default();
        if let Some(near) = &missing.near {
            let message = format!(
                "No package has a module `{}`: it is called `{near}`{}",
                missing.part,
                if near.eq_ignore_ascii_case(&missing.part) {
                    " (capitals and small letters count)"
                } else {
                    ""
                },
            );
            let mut found = cx.at(&DOC, event, missing.certainty, message);
            found.captures.insert("module".to_owned(), missing.part.clone());
            found.edits.extend(missing.name_range.and_then(|range| {
                let at = range.start().to_usize();
                let written = cx.source(event.module)?.slice(range);
                written.starts_with(&missing.part).then_some(())?;
                cx.edit_at(event.module, at, missing.part.len(), near, Safety::Safe)
            }));
            out.push(found);
            continue;
        }
        let message = match &missing.distribution {
            Some(dist) if missing.unlisted.is_some() => format!(
                "{}, which is imported here, neither stands in requirements.txt nor comes with what stands there: where only that list is installed, as in a container, this import ends with ModuleNotFoundError. Add the line `{dist}`",
                package(&missing.part, dist)
            ),
            Some(dist) => format!(
                "`{}` is not installed in this web app's virtualenv: install `{dist}` there with its own pip",
                missing.part
            ),
            None => format!(
                "`{}` is neither in your project's folders nor installed in this web app's virtualenv",
                missing.part
            ),
        };
        let mut found = cx.at(&DOC, event, missing.certainty, message);
        found.captures.insert("module".to_owned(), missing.part.clone());
        if missing.unlisted.is_some_and(|unlisted| !unlisted.container) {
            found.severity = Severity::Warning;
        }
        if let Some(dist) = &missing.distribution {
            found.captures.insert("dist".to_owned(), dist.clone());
        }
        if !venv.is_empty() {
            found.captures.insert("virtualenv".to_owned(), venv);
        }
        out.push(found);
    }
}

/// The package of a module, named once where both are called the same.
fn package(module: &str, dist: &str) -> String {
    let plain = |name: &str| name.to_ascii_lowercase().replace(['_', '.'], "-");
    if plain(module) == plain(dist) {
        format!("The package `{dist}`")
    } else {
        format!("The package `{dist}` (module `{module}`)")
    }
}
