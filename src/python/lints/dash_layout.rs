//! A Dash app whose layout stands in a file that the server never loads.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD331",
    name: "dash-layout-elsewhere",
    summary: "The Dash app gets its layout in a file that the server does not load.",
    why: "A Dash app without a layout answers each request with an error (NoLayoutException). The file that says `app.layout = …` must be the one that the server loads.",
    bad: r#"
from app import server as application
# --- app.py
import dash

app = dash.Dash(__name__)
server = app.server
# --- index.py
from dash import html
from app import app

app.layout = html.Div("shop")
"#,
    good: r#"
from app import server as application
import index
# --- app.py
import dash

app = dash.Dash(__name__)
server = app.server
# --- index.py
from dash import html
from app import app

app.layout = html.Div("shop")
"#,
    cause: Some("app-exception"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::NoLayout { app, file } = &event.kind else { continue };
        let stem = file.trim_end_matches(".py");
        let message = format!(
            "`{app}` has no layout on the server: `{file}` sets `{app}.layout`, and the server never loads that file. Have the server load `{stem}` (with `server = {app}.server` in it), or write `import {stem}` in the WSGI file"
        );
        let mut found = cx.at(&DOC, event, 1.0, message);
        found.captures.insert("path".to_owned(), file.clone());
        out.push(found);
    }
}
