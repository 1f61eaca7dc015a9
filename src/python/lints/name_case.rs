//! Names of well-known modules in the wrong capitals.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::{Safety, Severity};
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD319",
    name: "name-in-other-case",
    summary: "A name is imported from a well-known module that spells it otherwise.",
    why: "Python tells capital from small letters: `flask` has a `Flask` and no `flask`. The import fails with `ImportError: cannot import name …`, whatever version is installed.",
    bad: r"
from flask import flask

application = flask(__name__)
",
    good: r"
from flask import Flask

application = Flask(__name__)
",
    cause: Some("import-time-exception"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::OtherCase(case) = &event.kind else { continue };
        let (module, name, right) = (&case.module, &case.name, &case.right);
        let then = if case.attribute { "AttributeError" } else { "ImportError" };
        let slip = !right.eq_ignore_ascii_case(name);
        let message = if slip {
            format!(
                "`{module}` has no `{name}`: `{right}` was probably meant. As it stands the import fails with {then}"
            )
        } else {
            format!(
                "`{module}` has no `{name}`: Python tells capital from small letters, and its name is `{right}`. As it stands the import fails with {then}"
            )
        };
        let mut found = cx.at(&DOC, event, case.certainty, message);
        found.captures.insert("module".to_owned(), module.clone());
        found.captures.insert("name".to_owned(), name.clone());
        found.captures.insert("near".to_owned(), right.clone());
        // What the file goes on to call by the wrong name must be changed with it.
        let again = cx
            .source(event.module)
            .is_some_and(|source| case.attribute || uses(source.text(), name) > 1);
        if case.attribute || !again {
            found.edits.extend(cx.edit(event.module, event.range, right, Safety::Safe));
        }
        out.push(found);
    }
}

/// How often a word stands in a text.
fn uses(text: &str, word: &str) -> usize {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word)
        .filter(|(at, _)| {
            !text[..*at].ends_with(part) && !text[at + word.len()..].starts_with(part)
        })
        .count()
}
