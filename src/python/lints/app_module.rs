//! A module in place of the application.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Safety;
use crate::model::Severity;
use crate::python::value::Value;
use ruff_text_size::{TextRange, TextSize};

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD113",
    name: "application-is-module",
    summary: "`application` is a module, not the app inside it.",
    why: "Importing a file gives the file, not the app in it: the server cannot call it (`'module' object is not callable`).",
    bad: r"
import shop as application
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
    cause: Some("application-missing"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    let (Some((id, source)), Some(Value::Module(target))) = (cx.entry(), &cx.application) else {
        return;
    };
    if !cx.is_served() || super::app_shadowed::earlier(cx).is_some() {
        return;
    }
    let Some(binding) = cx.module(id).names.get(cx.wanted()) else { return };
    if binding.maybe {
        return;
    }
    let name = cx.module(*target).name.clone();
    let apps = super::app_missing::apps(cx, *target);
    let wanted = cx.wanted();
    let hint = match apps.as_slice() {
        [(app, _, _)] => format!("write `from {name} import {app} as {wanted}`"),
        _ => format!("import the app itself, as in `from {name} import app as {wanted}`"),
    };
    let message = format!("`{wanted}` is the module `{name}` here, not the app in it: {hint}");
    let mut found = cx.found(&DOC, id, binding.range, 1.0, message);
    found.captures.insert("module".to_owned(), name.clone());
    if let [(app, _, _)] = apps.as_slice() {
        let line = source.excerpt(binding.range).trim_start().to_owned();
        let statement = format!(
            "import {} as {wanted}",
            source.slice(binding.range).split(" as ").next().unwrap_or("")
        );
        if line == statement
            && let Some(at) = source.text().find(&statement)
        {
            let start = TextSize::try_from(at).unwrap_or_default();
            let len = TextSize::try_from(statement.len()).unwrap_or_default();
            let text = format!("from {name} import {app} as {wanted}");
            found.edits.extend(cx.edit(id, TextRange::at(start, len), &text, Safety::Safe));
        }
    }
    out.push(found);
}
