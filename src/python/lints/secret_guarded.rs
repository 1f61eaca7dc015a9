//! A secret key that is only set when the file is started as a program.

use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::{Ranged, TextRange};

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::source::Source;
use crate::python::value::Value;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD337",
    name: "secret-key-guarded",
    summary: "The secret key is only set below `if __name__ == \"__main__\":`.",
    why: "The server imports the file, so that block does not run, and Flask has no key: whatever uses `session` or `flash` ends with `RuntimeError: The session is unavailable because no secret key was set`.",
    bad: r#"
from flask import Flask, session

application = Flask(__name__)

@application.route("/")
def home():
    session["seen"] = True
    return "hello"

if __name__ == "__main__":
    application.secret_key = "change me"
    application.run()
"#,
    good: r#"
import os
from flask import Flask, session

application = Flask(__name__)
application.secret_key = os.environ.get("SECRET_KEY", "change me")

@application.route("/")
def home():
    session["seen"] = True
    return "hello"

if __name__ == "__main__":
    application.run()
"#,
    cause: Some("app-exception"),
    severity: Severity::Error,
};

/// Only the first files are looked into: the app is made in one of them.
const FILES: usize = 6;

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    if !cx.is_served() || !cx.run.complete {
        return;
    }
    let sources = || {
        let modules = cx.run.modules.iter().enumerate();
        modules.filter_map(|(id, module)| Some((id, module.source.as_ref()?)))
    };
    let Some((id, range)) =
        sources().take(FILES).find_map(|(id, source)| Some((id, guarded(source)?)))
    else {
        return;
    };
    let mut uses = false;
    for (other, source) in sources() {
        let text = source.text();
        let names = &cx.module(other).names;
        let flasks = |name: &str| {
            names.get(name).is_some_and(|binding| {
                matches!(&binding.value, Value::Ext(of) if of.strip_prefix("flask.") == Some(name))
            })
        };
        uses |= flasks("session") && (text.contains("session[") || text.contains("session."))
            || flasks("flash") && text.contains("flash(")
            || text.contains("flask.session")
            || text.contains("flask.flash");
        // A key anywhere else, or settings that come from elsewhere.
        let inside = |at: usize| {
            other == id
                && block(source)
                    .is_some_and(|all| all.start().to_usize() <= at && at < all.end().to_usize())
        };
        // Sessions that are kept in another way need none.
        let words = [
            "secret_key",
            "SECRET_KEY",
            "config.from_",
            "config.update",
            "session_interface",
            "flask_session",
        ];
        let mut keys = words.iter().flat_map(|word| text.match_indices(word).map(|(at, _)| at));
        if keys.any(|at| !inside(at)) {
            return;
        }
    }
    if !uses || !cx.source(id).is_some_and(|source| source.text().contains("Flask(")) {
        return;
    }
    let message = "The secret key is only set when this file is started as a program; the server imports it, so there is no key, and whatever uses `session` or `flash` ends with RuntimeError. Move this line up, right below the line that makes the app".to_owned();
    out.push(cx.found(&DOC, id, range, 1.0, message));
}

/// The block below `if __name__ == "__main__":`.
fn block(source: &Source) -> Option<TextRange> {
    let last = source.body().last()?;
    let Stmt::If(node) = last else { return None };
    let Expr::Compare(test) = &*node.test else { return None };
    let is_main = matches!(&*test.left, Expr::Name(name) if name.id.as_str() == "__name__");
    is_main.then_some(node.range)
}

/// `app.secret_key = …` in that block.
fn guarded(source: &Source) -> Option<TextRange> {
    let Stmt::If(node) = source.body().last()? else { return None };
    block(source)?;
    node.body.iter().find_map(|stmt| {
        let Stmt::Assign(assign) = stmt else { return None };
        let key = match assign.targets.first()? {
            Expr::Attribute(target) => target.attr.as_str() == "secret_key",
            Expr::Subscript(target) => {
                matches!(&*target.slice, Expr::StringLiteral(key) if key.value.to_str() == "SECRET_KEY")
            }
            _ => false,
        };
        key.then(|| assign.range())
    })
}

#[cfg(test)]
mod tests {
    use crate::python::lints::tests::analyse;

    fn reported(more: &str, end: &str) -> bool {
        let text = format!(
            "from flask import Flask, session\napplication = Flask(__name__)\n{more}\nif __name__ == '__main__':\n    {end}\n    application.run()\n"
        );
        analyse(&text).findings.iter().any(|found| found.name == "secret-key-guarded")
    }

    #[test]
    fn the_key_in_the_wrong_block() {
        let view = "@application.route('/')\ndef home():\n    session['x'] = 1\n    return ''";
        assert!(reported(view, "application.secret_key = 'x'"));
        assert!(reported(view, "application.config['SECRET_KEY'] = 'x'"));
        assert!(!reported(view, "application.debug = True"));
        assert!(!reported("", "application.secret_key = 'x'"));
        for set in ["application.secret_key = 'y'", "application.config.from_object('x')"] {
            assert!(!reported(&format!("{set}\n{view}"), "application.secret_key = 'x'"), "{set}");
        }
    }
}
