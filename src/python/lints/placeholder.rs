//! Placeholders that were never replaced.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD503",
    name: "placeholder-left",
    summary: "A placeholder of a template was not replaced.",
    why: "Texts such as `yourusername` or `/path/to/project` stand for something of yours. With them the path does not exist.",
    bad: r#"
import sys
sys.path.insert(0, "/home/yourusername/mysite")
from flask import Flask

application = Flask(__name__)
"#,
    good: r#"
import sys
sys.path.insert(0, "/home/ana/site")
from flask import Flask

application = Flask(__name__)
"#,
    cause: Some("module-not-on-path"),
    severity: Severity::Error,
};

/// Words that templates and manuals use.
const WORDS: &[&str] = &[
    "yourusername",
    "your_username",
    "your-username",
    "<username>",
    "<your-username>",
    "<your_username>",
    "{username}",
    "your-project-name",
    "your_project_name",
    "yourprojectname",
    "<project",
    "<your",
    "path/to/",
    "/path/to",
    "your_project",
    "your-project",
    "my_username",
    "myusername",
    "yourdomain",
];

/// Whether a path still has a placeholder.
pub(super) fn is_placeholder(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    WORDS.iter().any(|word| lower.contains(word))
}

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let (text, range) = match &event.kind {
            EventKind::PathMissing { literal_text, literal, .. } => {
                (literal_text, literal.unwrap_or(event.range))
            }
            EventKind::Settings { module, literal, .. } => (module, literal.unwrap_or(event.range)),
            EventKind::PathElsewhere { text, literal } => (text, literal.unwrap_or(event.range)),
            _ => continue,
        };
        if !is_placeholder(text) {
            continue;
        }
        let message = format!("`{text}` is a placeholder: put your own name or folder there");
        let mut found = cx.at(&DOC, event, 1.0, message);
        if let Some(source) = cx.source(event.module) {
            found.place = source.place(range);
        }
        found.captures.insert("path".to_owned(), text.clone());
        out.push(found);
    }
}
