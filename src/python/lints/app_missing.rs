//! Entry points without the name that the server wants.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Safety;
use crate::model::Severity;
use crate::python::calls::table;
use crate::python::entry_points::{hosted, is_server_file};
use crate::python::value::{ModuleId, Value};
use ruff_text_size::{TextRange, TextSize};

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD111",
    name: "no-application",
    summary: "The file does not define the `application` that the server calls.",
    why: "The server imports the file and then looks for one certain name, usually `application`. Without it no request can be answered.",
    bad: r"
from flask import Flask

webshop = Flask(__name__)
",
    good: r"
from flask import Flask

webshop = Flask(__name__)
application = webshop
",
    cause: Some("application-missing"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    let Some((id, source)) = cx.entry() else { return };
    if !cx.is_served()
        || cx.application.is_some()
        || !cx.entry_is_clear()
        || !source.problems().is_empty()
    {
        return;
    }
    // A module that is asked for a name it lacks may make it.
    let module = cx.entry().map(|(id, _)| cx.module(id));
    if module.is_some_and(|module| module.names.contains_key("__getattr__")) {
        return;
    }
    // Who ends with an exception has more to mend than that.
    if cx.run.modules.iter().any(|module| module.ended) {
        return;
    }
    // The more special lints speak for these.
    if super::app_conditional::guarded(cx).is_some()
        || super::app_misspelled::misspelled(cx).is_some()
    {
        return;
    }
    let wanted = cx.wanted();
    let apps = apps(cx, id);
    // Found by its text alone, a file without an app was never an entry point.
    let by_text = cx.run.options.searched && cx.run.options.assume_path;
    if by_text && apps.is_empty() && !is_server_file(&source.disk) {
        return;
    }
    let hint = match apps.as_slice() {
        [(name, _, _)] => {
            format!(" Your app is called `{name}` here: add the line `{wanted} = {name}`")
        }
        _ => match imported_app(cx, id) {
            Some((module, app)) if app == wanted => {
                format!(" Your app is in `{module}`: add the line `from {module} import {app}`")
            }
            Some((module, app)) => format!(
                " Your app is in `{module}`: add the line `from {module} import {app} as {wanted}`"
            ),
            None => format!(" Add a line such as `from your_module import app as {wanted}`"),
        },
    };
    let hint = match super::returns::made_inside(source, wanted) {
        Some((function, line)) if apps.is_empty() => format!(
            " `{function}()` alone makes it, in line {line}, and keeps it to itself: move that line out of the function, or call `{function}()` at the left margin and take what it returns"
        ),
        _ => hint,
    };
    let package = source.shown.ends_with("__init__.py").then(|| &cx.module(id).name);
    let hint = match package.filter(|_| apps.is_empty() && cx.has_beside(id, "wsgi")) {
        Some(package) => {
            format!(
                " The app is in `wsgi.py` beside it: name `{package}.wsgi` in the start command"
            )
        }
        None => hint,
    };
    let hint = match super::programs::instead(source) {
        Some(instead) if apps.is_empty() => format!(" {instead}"),
        _ => hint,
    };
    let empty = source.body().is_empty();
    let message = if empty {
        format!("This file is empty, so it defines no `{wanted}`.{hint}")
    } else {
        format!(
            "The server looks for the name `{wanted}` in this file, and nothing defines it.{hint}"
        )
    };
    let range = apps.first().map_or_else(|| last_line(source), |(_, range, _)| *range);
    // `gunicorn wsgi:webshop` is as good; nobody said what the server asks this file for.
    let hosted = hosted(&source.disk);
    let unsure =
        cx.run.options.searched && cx.run.options.assume_path && !apps.is_empty() && !hosted;
    let certainty = if unsure { 0.5 } else { 1.0 };
    let mut found = cx.found(&DOC, id, range, certainty, message);
    if unsure {
        found.severity = Severity::Note;
    }
    found.captures.insert("name".to_owned(), wanted.to_owned());
    if let [(name, range, imported)] = apps.as_slice() {
        found.captures.insert("app".to_owned(), name.clone());
        // The old name may be used below an import that is renamed.
        let used_again = *imported && source.text().matches(name.as_str()).count() > 1;
        let edit = if *imported && !used_again {
            // `from x import app` becomes `from x import app as application`.
            (source.slice(*range) == name)
                .then(|| cx.edit(id, *range, &format!("{name} as {wanted}"), Safety::Safe))
                .flatten()
        } else {
            let end = TextSize::try_from(source.text().len()).unwrap_or_default();
            let newline = if source.text().ends_with('\n') { "" } else { "\n" };
            cx.edit(
                id,
                TextRange::empty(end),
                &format!("{newline}{wanted} = {name}\n"),
                Safety::Safe,
            )
        };
        found.edits.extend(edit);
    }
    out.push(found);
}

/// The one app of the one module that the entry point imports and that makes one.
fn imported_app(cx: &ModuleCtx, id: ModuleId) -> Option<(String, String)> {
    let mut found = None;
    for (at, module) in cx.run.modules.iter().enumerate() {
        if module.importer != Some(id) || module.source.is_none() {
            continue;
        }
        let made = |(name, _, imported): (String, TextRange, bool)| (!imported).then_some(name);
        let mut apps = apps(cx, at).into_iter().filter_map(made);
        match (apps.next(), apps.next()) {
            (None, _) => {}
            (Some(app), None) if found.is_none() => found = Some((module.name.clone(), app)),
            _ => return None,
        }
    }
    found
}

/// Names that hold an application, whether imported, in order.
pub(super) fn apps(cx: &ModuleCtx, id: ModuleId) -> Vec<(String, TextRange, bool)> {
    let mut apps: Vec<(String, TextRange, bool)> = cx
        .module(id)
        .names
        .iter()
        .filter(|(_, binding)| match &binding.value {
            Value::Inst(name) => table().is_wsgi(name) || table().is_asgi(name),
            _ => false,
        })
        .map(|(name, binding)| {
            let imported = cx.source(id).is_some_and(|source| {
                let line = source.excerpt(binding.range);
                let line = line.trim_start();
                line.starts_with("from ") || line.starts_with("import ")
            });
            (name.to_string(), binding.range, imported)
        })
        .collect();
    apps.sort_by_key(|(_, range, _)| range.start());
    if apps.is_empty() {
        // Imported from somewhere that was not read, but named like an app.
        apps = ["app", "application"]
            .iter()
            .filter_map(|name| {
                let binding = cx.module(id).names.get(*name)?;
                matches!(binding.value, Value::Ext(_) | Value::Unknown)
                    .then(|| ((*name).to_owned(), binding.range, true))
            })
            .collect();
    }
    apps
}

fn last_line(source: &crate::python::source::Source) -> TextRange {
    let text = source.text().trim_end();
    let start = text.rfind(['\n', '\r']).map_or(0, |at| at + 1);
    TextRange::new(
        TextSize::try_from(start).unwrap_or_default(),
        TextSize::try_from(text.len()).unwrap_or_default(),
    )
}
