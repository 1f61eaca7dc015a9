//! Views that cannot be called as the framework calls them.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::{EventKind, ViewRefused};

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD356",
    name: "view-refused",
    summary: "A view function does not fit the way in which it is called, or gives nothing back.",
    why: "The site starts, and then every visit of the page fails: the framework gives the view what stands in the address between `<` and `>`, each under its name, and wants a page back.",
    bad: r#"
from flask import Flask

application = Flask(__name__)

@application.route("/user/<name>")
def user():
    return "user"
"#,
    good: r#"
from flask import Flask

application = Flask(__name__)

@application.route("/user/<name>")
def user(name):
    return name
"#,
    cause: Some("app-exception"),
    severity: Severity::Warning,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::ViewRefused(wrong) = &event.kind else { continue };
        let message = match wrong {
            ViewRefused::Parameter { view, variable, spare: Some(spare), path } => format!(
                "The address \"{path}\" gives the view `{variable}`, and `{view}` calls its parameter `{spare}`: every visit ends with TypeError. Give both the same name"
            ),
            ViewRefused::Parameter { view, variable, spare: None, path } => format!(
                "The address \"{path}\" gives the view `{variable}`, and `{view}` has no such parameter: every visit ends with TypeError. Add `{variable}` to its brackets"
            ),
            ViewRefused::NotInPath { view, parameter } => format!(
                "`{view}` wants `{parameter}`, and the address does not give it: every visit ends with TypeError. Write `<{parameter}>` into the address, or take the parameter away"
            ),
            ViewRefused::Method(view) => format!(
                "`{view}` is a method of a class, and nobody gives it `self`: every visit ends with TypeError. Write it outside of the class, without `self`"
            ),
            ViewRefused::NoRequest(view) => format!(
                "Django gives every view the request, and `{view}` takes nothing: every visit ends with TypeError. Write `def {view}(request):`"
            ),
            ViewRefused::Hook { view, decorator, given: 0 } => format!(
                "What stands below `@….{decorator}` is called without anything, and `{view}` wants a parameter: it ends with TypeError. Write `def {view}():`"
            ),
            ViewRefused::Hook { view, decorator, .. } => {
                let what = match decorator.as_str() {
                    "errorhandler" | "app_errorhandler" => "error",
                    "after_request" => "response",
                    "user_loader" => "user_id",
                    "request_loader" => "request",
                    _ => "error",
                };
                format!(
                    "What stands below `@….{decorator}` is given one thing, and `{view}` does not take one: it ends with TypeError. Write `def {view}({what}):`"
                )
            }
            ViewRefused::NothingOfDjango(view) => format!(
                "`{view}` never gives a page back: every visit ends with `ValueError: The view … didn't return an HttpResponse object`. Write `return` before what the page is to be"
            ),
            ViewRefused::Nothing(view) => format!(
                "`{view}` never gives a page back: every visit ends with `TypeError: The view function … did not return a valid response`. Write `return` before what the page is to be"
            ),
        };
        out.push(cx.at(&DOC, event, 1.0, message));
    }
}
