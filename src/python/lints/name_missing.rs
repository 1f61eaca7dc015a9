//! Names that an own module does not have.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Safety;
use crate::model::Severity;
use crate::python::interp::event::EventKind;
use crate::python::value::ModuleId;
use std::fmt::Write as _;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD306",
    name: "name-not-found-own",
    summary: "A name is imported from one of your modules that does not define it.",
    why: "The file is found, but the name in it is spelled otherwise or is gone: `ImportError: cannot import name …`.",
    bad: r"
from shop import aap as application
# --- shop.py
from flask import Flask

app = Flask(__name__)
",
    good: r"
from shop import app as application
# --- shop.py
from flask import Flask

app = Flask(__name__)
",
    cause: Some("import-time-exception"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::MissingName { target, name, near, circular, attribute } = &event.kind else {
            continue;
        };
        if *circular && (*attribute || super::circular::defined_below(cx, *target, name))
            || *target == event.module && cx.module(*target).search.is_empty()
        {
            continue;
        }
        let module = cx.module(*target);
        if module.names.contains_key(name.as_str()) || module.dynamic {
            continue;
        }
        // A file that hides a library's is reported as such.
        let hides = cx.run.events.iter().any(
            |other| matches!(&other.kind, EventKind::Shadows { target: of, .. } if of == target),
        );
        if hides {
            continue;
        }
        // The file itself fails at the name, in a line that is told.
        let fails_there = cx.run.events.iter().any(|other| {
            other.module == *target
                && matches!(&other.kind, EventKind::Undefined(undefined) if undefined.name == *name)
        });
        if fails_there {
            continue;
        }
        let guarded = module.guarded.iter().any(|(bound, _)| bound == name);
        let mut near = near.clone();
        let apps = super::app_missing::apps(cx, *target);
        let wants_app = cx.entry == Some(event.module)
            && cx
                .source(event.module)
                .is_some_and(|source| source.excerpt(event.range).contains(cx.wanted()));
        if near.is_none()
            && wants_app
            && let [(app, _, false)] = apps.as_slice()
        {
            near = Some(app.clone());
        }
        let mut message = format!(
            "`{}` has no `{name}`",
            module.source.as_ref().map_or(module.path.as_str(), |source| &source.shown)
        );
        if guarded {
            message.push_str(" when it is imported: the name is only defined under a condition that is false on the server (such as `if __name__ == \"__main__\":`). Move its line out of that block");
        } else if let Some(file) = hidden_file(cx, *target, name) {
            let folder = file.trim_end_matches(".py");
            let _ = write!(
                message,
                ". The file `{file}` has it, but the folder `{folder}` beside it has the same name, and Python takes the folder: rename one of the two"
            );
        } else if let Some(near) = &near {
            let _ = write!(message, ". Did you mean `{near}`?");
        } else if *attribute && module.name.contains("settings") && is_setting(name) {
            message.push_str(", so this line fails with AttributeError: Django's own defaults are only in `from django.conf import settings`, so import that in place of the file");
        } else if let Some((function, line)) =
            module.source.as_ref().and_then(|s| super::returns::made_inside(s, name))
        {
            let _ = write!(
                message,
                " when it is imported: `{function}()` alone makes it, in line {line}, and keeps it to itself. Move that line out of the function, to the left margin, or call a function that returns it"
            );
        } else if *attribute {
            message.push_str(", so this line fails with AttributeError");
        } else {
            let _ = write!(message, ", so `from {} import {name}` fails", module.name);
        }
        if wants_app
            && near.is_none()
            && let Some(instead) = module.source.as_ref().and_then(|s| super::programs::instead(s))
        {
            let _ = write!(message, ". {instead}");
        }
        let mut found = cx.at(&DOC, event, 1.0, message);
        if wants_app {
            found.cause = Some("application-missing");
        }
        found.captures.insert("module".to_owned(), module.name.clone());
        found.captures.insert("name".to_owned(), name.clone());
        if let Some(near) = &near
            && !guarded
        {
            found.captures.insert("near".to_owned(), near.clone());
            let source = cx.source(event.module);
            let plain = source.is_some_and(|source| {
                source.slice(event.range) == name
                    && (*attribute
                        || source.excerpt(event.range).contains(" as ")
                        || source.text().matches(name.as_str()).count() == 1)
            });
            if plain {
                found.edits.extend(cx.edit(event.module, event.range, near, Safety::Safe));
            }
        }
        out.push(found);
    }
}

/// A file beside a package's folder, of its name, that defines a name: `app.py` beside `app/`.
fn hidden_file(cx: &ModuleCtx, target: ModuleId, name: &str) -> Option<String> {
    let module = cx.module(target);
    let (last, folder) = (module.name.rsplit('.').next()?, module.source.as_ref()?.disk.parent()?);
    if module.search.is_empty() {
        return None;
    }
    let file = format!("{last}.py");
    let path = folder.parent()?.join(&file);
    let small = std::fs::metadata(&path).is_ok_and(|meta| meta.is_file() && meta.len() < 1 << 18);
    let text = small.then(|| std::fs::read_to_string(path).ok()).flatten()?;
    let defines = text.lines().any(|line| {
        [format!("{name} ="), format!("{name}="), format!("def {name}("), format!("class {name}")]
            .iter()
            .any(|start| line.starts_with(start))
    });
    defines.then_some(file)
}

/// A setting that Django has a default for, of those that models and views ask for.
fn is_setting(name: &str) -> bool {
    [
        "AUTH_USER_MODEL",
        "MEDIA_ROOT",
        "MEDIA_URL",
        "STATIC_ROOT",
        "STATIC_URL",
        "DEBUG",
        "DEFAULT_FROM_EMAIL",
        "LOGIN_URL",
        "LOGIN_REDIRECT_URL",
        "LANGUAGE_CODE",
        "LANGUAGES",
        "TIME_ZONE",
    ]
    .contains(&name)
}
