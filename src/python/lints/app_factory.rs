//! Factories that nobody calls.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::model::{Edit, Safety};
use crate::python::calls::table;
use crate::python::interp::event::EventKind;
use crate::python::source::Source;
use crate::python::value::{FuncRef, ModuleId, Value};
use ruff_text_size::{TextRange, TextSize};

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD114",
    name: "factory-not-called",
    summary: "`application` is the function that makes the app, not the app.",
    why: "The server calls `application(environ, start_response)`. A factory that was not called does not take these, so every request fails.",
    bad: r"
from shop import create_app

application = create_app
# --- shop.py
from flask import Flask

def create_app():
    return Flask(__name__)
",
    good: r"
from shop import create_app

application = create_app()
# --- shop.py
from flask import Flask

def create_app():
    return Flask(__name__)
",
    cause: Some("application-missing"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    let mut classes = Vec::new();
    for event in cx.events() {
        let EventKind::ClassNotCalled { app, class } = &event.kind else { continue };
        let message = format!(
            "`{app}` is the class `{0}` itself, and no object was made of it: write `{app} = {1}`",
            class.rsplit('.').next().unwrap_or(class),
            made(class)
        );
        let mut found = cx.at(&DOC, event, 1.0, message);
        found.captures.insert("class".to_owned(), class.clone());
        out.push(found);
        classes.push(class.as_str());
    }
    let (Some((id, source)), Some(value)) = (cx.entry(), &cx.application) else { return };
    if !cx.is_served() {
        return;
    }
    let Some(binding) = cx.module(id).names.get(cx.wanted()) else { return };
    let wanted = cx.wanted();
    let (name, certainty) = match value {
        Value::Func(func) if is_factory(func) && super::returns::gives_something(cx, func) => {
            (func.name.to_string(), 1.0)
        }
        Value::Func(func)
            if !func.wrapped
                && func.positional != usize::MAX
                && looks_like_factory(&func.name)
                && func.positional != 2 =>
        {
            (func.name.to_string(), 0.8)
        }
        Value::Ext(name) if table().is_wsgi(name) || table().is_asgi(name) => {
            (name.rsplit('.').next().unwrap_or(name).to_owned(), 1.0)
        }
        Value::Ext(name) if looks_like_factory(name.rsplit('.').next().unwrap_or(name)) => {
            (name.rsplit('.').next().unwrap_or(name).to_owned(), 0.8)
        }
        _ => return,
    };
    let told = match value {
        Value::Func(func) => super::app_shadowed::is_view(cx, func),
        Value::Ext(name) => classes.contains(&&**name),
        _ => false,
    };
    // Where no start command is known, `def app():` may well be called by the one that is.
    let nobody_says = cx.run.options.assumed_name && wanted == name && wanted != "application";
    if binding.maybe || told || nobody_says {
        return;
    }
    let call = match value {
        Value::Ext(full) => made(full),
        _ => format!("{name}()"),
    };
    let message = if wanted == name {
        format!(
            "`{name}` makes the app when it is called, and the server is told to take it as the app: name it `{}:{name}()` in the start command, in quotes",
            cx.module(id).name
        )
    } else {
        format!(
            "`{wanted}` is `{name}` itself, which makes the app but was never called: write `{wanted} = {call}`"
        )
    };
    let mut found = cx.found(&DOC, id, binding.range, certainty, message);
    found.captures.insert("factory".to_owned(), name);
    // `application = create_app` at the end of a line.
    let end = binding.range.end().to_usize();
    let rest = source.text().get(end..).unwrap_or("").split(['\n', '\r']).next().unwrap_or("");
    let takes_nothing = matches!(value, Value::Func(func) if func.required == 0)
        || matches!(value, Value::Ext(name) if name.contains("get_"));
    if takes_nothing && let Some(right) = rest.trim_start().strip_prefix('=') {
        let written = right.split('#').next().unwrap_or("").trim();
        if !written.is_empty()
            && written.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.')
        {
            let at = end + rest.find(written).unwrap_or(0) + written.len();
            let at = TextSize::try_from(at).unwrap_or_default();
            found.edits.extend(cx.edit(id, TextRange::empty(at), "()", Safety::Safe));
        }
    }
    if takes_nothing {
        found.edits.extend(called_after_import(cx, id, source, binding.range));
    }
    out.push(found);
}

/// How an app is made of a class or factory.
fn made(full: &str) -> String {
    let name = full.rsplit('.').next().unwrap_or(full);
    let arguments = match full {
        "flask.Flask" | "quart.Quart" => "__name__",
        "flask.Blueprint" => "\"NAME\", __name__",
        _ => "",
    };
    format!("{name}({arguments})")
}

/// `from shop import create_app as application` alone on its line: the alias goes, and the call comes
/// on a line below.
fn called_after_import(
    cx: &ModuleCtx,
    id: ModuleId,
    source: &Source,
    alias: TextRange,
) -> Vec<Edit> {
    let text = source.text();
    let (start, end) = (alias.start().to_usize(), alias.end().to_usize());
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[end..].find('\n').map_or(text.len(), |at| end + at);
    let (before, after) = (&text[line_start..start], text[end..line_end].trim_end());
    let plain = before.starts_with("from ") && before.ends_with(" import ");
    let Some((made, _)) = source.slice(alias).split_once(" as ") else { return Vec::new() };
    let made = made.trim();
    if !plain || !(after.is_empty() || after.trim_start().starts_with('#')) {
        return Vec::new();
    }
    let size = |at: usize| TextSize::try_from(at).unwrap_or_default();
    let end_of_line = if text[..line_end].ends_with('\r') { "\r\n" } else { "\n" };
    let call = format!("{end_of_line}{} = {made}()", cx.wanted());
    let call_at = size(line_start + text[line_start..line_end].trim_end_matches('\r').len());
    let drop = TextRange::new(size(start + made.len()), alias.end());
    let edits = [
        cx.edit(id, drop, "", Safety::Safe),
        cx.edit(id, TextRange::empty(call_at), &call, Safety::Safe),
    ];
    // One without the other would break the file.
    edits.into_iter().collect::<Option<Vec<Edit>>>().unwrap_or_default()
}

/// A WSGI callable takes two arguments; a factory none that must be given.
pub(super) fn is_factory(func: &FuncRef) -> bool {
    let plain = !func.is_async && !func.wrapped;
    plain && func.positional < 2 && func.required == 0
        || plain && func.positional == 1 && looks_like_factory(&func.name)
}

/// `create_app`, `make_app`, `get_wsgi_application` …
fn looks_like_factory(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["create_", "make_", "build_", "get_", "init_"].iter().any(|start| lower.starts_with(start))
        && ["app", "application", "server"].iter().any(|end| lower.ends_with(end))
}
