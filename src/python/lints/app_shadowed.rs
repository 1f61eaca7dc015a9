//! Applications that are overwritten later.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;
use crate::python::value::{FuncRef, Value};
use ruff_text_size::TextRange;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD117",
    name: "application-shadowed",
    summary: "A later line gives the name `application` to something else.",
    why: "The last assignment wins: the app that was made before is lost, and the server finds something that it cannot call.",
    bad: r#"
from flask import Flask

application = Flask(__name__)
application = "my first app"
"#,
    good: r#"
from flask import Flask

application = Flask(__name__)
title = "my first app"
"#,
    cause: Some("application-missing"),
    severity: Severity::Error,
};

/// The app that the name held before, where it now holds something that cannot be called.
pub(super) fn earlier(cx: &ModuleCtx) -> Option<TextRange> {
    let (id, _) = cx.entry()?;
    let now = cx.module(id).names.get(cx.wanted())?.range;
    let value = cx.application.as_ref()?;
    if super::app_not_callable::uncallable(value).is_none() && !matches!(value, Value::Module(_)) {
        return None;
    }
    cx.module(id).history.iter().find_map(|(value, range, _)| {
        let app = matches!(value, Value::Inst(_))
            || matches!(value, Value::Object(_))
                && super::app_not_callable::uncallable(value).is_none();
        (app && *range != now).then_some(*range)
    })
}

/// The function is a view that took the name of its app.
pub(super) fn is_view(cx: &ModuleCtx, func: &FuncRef) -> bool {
    cx.events().any(|event| {
        matches!(&event.kind, EventKind::AppTaken { app, .. } if **app == *func.name)
            && event.module == func.module
    })
}

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::AppTaken { app, first, blueprint } = &event.kind else { continue };
        let line =
            cx.source(event.module).map_or(0, |source| source.line_of(first.start().to_u32()));
        let what = if *blueprint { "blueprint" } else { "app" };
        let message = format!(
            "This function is called `{app}`, like the {what} that line {line} makes: from here on `{app}` is the function, and the {what} is lost. Give the function another name"
        );
        out.push(cx.at(&DOC, event, 1.0, message));
    }
    if !cx.is_served() {
        return;
    }
    let (Some((id, source)), Some(before)) = (cx.entry(), earlier(cx)) else { return };
    let Some(binding) = cx.module(id).names.get(cx.wanted()) else { return };
    if binding.maybe {
        return;
    }
    let line = source.place(before).line.unwrap_or(0);
    let message = format!(
        "Line {line} makes the app `{0}`, but this line gives the name `{0}` to something else: use another name here",
        cx.wanted()
    );
    out.push(cx.found(&DOC, id, binding.range, 1.0, message));
}
