//! Routes that Flask refuses.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::{EventKind, RouteRefused};

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD324",
    name: "route-refused",
    summary: "A route is given something that the framework refuses.",
    why: "`@app.route(…)` runs while the file is imported. A path without its first slash, `method=` for `methods=`, or a text where a list is wanted ends the import with an error.",
    bad: r#"
from flask import Flask

application = Flask(__name__)

@application.route("/order", method=["POST"])
def order():
    return "thanks"
"#,
    good: r#"
from flask import Flask

application = Flask(__name__)

@application.route("/order", methods=["POST"])
def order():
    return "thanks"
"#,
    cause: Some("import-time-exception"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::RouteRefused { wrong, later } = &event.kind else { continue };
        let message = match wrong {
            RouteRefused::Keyword { given, meant } => format!(
                "A route takes no argument `{given}`: it is called `{meant}`. With `{given}` the import ends with a TypeError"
            ),
            RouteRefused::Methods(text) => {
                let list = text.split([',', ' ']).filter(|word| !word.is_empty());
                let list: Vec<String> =
                    list.map(|word| format!("\"{}\"", word.to_ascii_uppercase())).collect();
                format!(
                    "`methods` must be a list, and this is a text: write `methods=[{}]`",
                    list.join(", ")
                )
            }
            RouteRefused::Slash { path, is_static } => {
                let what = if *is_static { "`static_url_path`" } else { "The path of a route" };
                format!("{what} must begin with a slash: write \"/{path}\"")
            }
            RouteRefused::Open(path) => {
                format!("In the path \"{path}\" a `<` is not closed: write the missing `>`")
            }
            RouteRefused::Bare(written) => {
                let message = format!(
                    "`@{written}` says no path, so the page has no address and every visit ends with 404: write `@{written}(\"/\")`"
                );
                let mut found = cx.at(&DOC, event, 1.0, message);
                found.severity = Severity::Warning;
                out.push(found);
                continue;
            }
            RouteRefused::Converter { .. } if own_converters(cx) => continue,
            RouteRefused::Converter { given, meant } => format!(
                "Flask does not know `{given}` in a path: write `{meant}` (before the colon stands string, int, float, path or uuid, behind it the name)"
            ),
            RouteRefused::Prefix { given, right } => {
                let rule = if given.starts_with('/') {
                    "must not end with a slash, because the paths of its routes begin with one"
                } else {
                    "must begin with a slash"
                };
                format!("A prefix of FastAPI {rule}: write \"{right}\"")
            }
            RouteRefused::Middleware(class) => format!(
                "`add_middleware` wants the class, and makes the object itself: write `add_middleware({class})`, and what the class is to be given behind it, by name"
            ),
            RouteRefused::Path(path) => format!(
                "A path of FastAPI must begin with a slash: write \"/{path}\". Without it the import ends with an AssertionError"
            ),
            RouteRefused::NoBlueprint { written, what, instead } => format!(
                "`{written}` is {what}, and `register_blueprint` wants a blueprint: {instead}"
            ),
            RouteRefused::Module { written, inside, method } => {
                let kind = if method == "include_router" { "router" } else { "blueprint" };
                let hint = match inside {
                    Some(name) => format!("write `{method}({written}.{name})`"),
                    None => format!("name the {kind} that is in it"),
                };
                format!(
                    "`{written}` is the whole file (a module), and not the {kind} in it: {hint}"
                )
            }
        };
        // A blueprint complains when it is registered, if it ever is.
        let certainty = if *later { 0.8 } else { 1.0 };
        out.push(cx.at(&DOC, event, certainty, message));
    }
}

/// Some module of the project adds converters of its own.
fn own_converters(cx: &ModuleCtx) -> bool {
    cx.run
        .modules
        .iter()
        .filter_map(|module| module.source.as_ref())
        .any(|source| source.text().contains("converters"))
}
