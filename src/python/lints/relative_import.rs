//! Relative imports from where no package is.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::{Safety, Severity};
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD309",
    name: "relative-import-outside-package",
    summary: "A relative import stands in a file that is not imported as part of a package.",
    why: "`from .config import KEY` starts at the package that the file belongs to. A file that the server imports by its bare name belongs to none: `attempted relative import with no known parent package`.",
    bad: r#"
from shop import app as application
# --- shop.py
from flask import Flask
from .config import TITLE

app = Flask(TITLE)
# --- config.py
TITLE = "shop"
"#,
    good: r#"
from shop import app as application
# --- shop.py
from flask import Flask
from config import TITLE

app = Flask(TITLE)
# --- config.py
TITLE = "shop"
"#,
    cause: Some("module-not-on-path"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::Relative { written, alone, certainty } = &event.kind else { continue };
        let module = &cx.module(event.module).name;
        let bare = written.trim_start_matches('.');
        let message = if *alone {
            let instead = if bare.is_empty() {
                "import the module by its own name".to_owned()
            } else {
                format!("write `from {bare} import …`")
            };
            format!(
                "This file is imported as `{module}`, which is in no package, so the dots of `from {written} import …` lead nowhere: {instead}, or have the server import the file as part of its package"
            )
        } else {
            format!(
                "`from {written} import …` goes above `{}`, the outermost package of this file (it is imported as `{module}`): take dots away, or import the module by its full name",
                module.split('.').next().unwrap_or(module)
            )
        };
        let mut found = cx.at(&DOC, event, *certainty, message);
        found.captures.insert("module".to_owned(), written.clone());
        // One dot, and the module lies beside the file: the bare name is what was meant.
        let beside = *alone
            && written.len() == bare.len() + 1
            && !bare.is_empty()
            && !bare.contains('.')
            && cx.has_beside(event.module, bare);
        if beside
            && let Some(source) = cx.source(event.module)
            && let Some(at) = source.slice(event.range).find(written.as_str())
        {
            let start = event.range.start().to_usize() + at;
            found.edits.extend(cx.edit_at(event.module, start, written.len(), bare, Safety::Safe));
        }
        out.push(found);
    }
}
