//! Routes that Flask refuses.

use ruff_text_size::TextRange;

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::{Event, EventKind, RouteRefused};
use crate::python::value::ModuleId;

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
            RouteRefused::Dot { given, computed } => {
                let short = given.rsplit('.').next().unwrap_or(given);
                let is = if *computed {
                    format!(", and this is \"{given}\" here")
                } else {
                    String::new()
                };
                format!(
                    "The name of a blueprint must not have a dot{is}: write `Blueprint(\"{short}\", __name__)`. With a dot the import ends with ValueError"
                )
            }
            RouteRefused::Twice { first } => format!(
                "This blueprint was registered already, {}: Flask takes each only once, and the import ends with ValueError. Delete one of the two lines, or give this one a `name=` of its own",
                place(cx, event, *first)
            ),
            RouteRefused::SameName { name, first } => format!(
                "Two blueprints are called \"{name}\": the other is registered {}. The import ends with ValueError: give one of them another name in `Blueprint(\"…\", __name__)`",
                place(cx, event, *first)
            ),
            RouteRefused::Late { written, first } => format!(
                "This comes too late: `{written}` was registered {}, and Flask (since 2.3) ends the import with AssertionError. Move `register_blueprint` below everything that is added to `{written}`",
                place(cx, event, *first)
            ),
            RouteRefused::Variable { inside } => {
                let plain: String = inside.chars().filter(|c| !c.is_whitespace()).collect();
                let name = plain.rsplit(':').next().unwrap_or_default();
                let rule = if name.is_empty() {
                    "a name is missing, such as `<name>`".to_owned()
                } else if name.contains('-') {
                    let right = plain.replace('-', "_");
                    format!(
                        "a name has no hyphen: write `<{right}>`, and call the function's parameter so too"
                    )
                } else if plain.len() < inside.len() {
                    format!("there must be no blank: write `<{plain}>`")
                } else {
                    "a name has letters of English, digits and `_` only".to_owned()
                };
                format!(
                    "In `<{inside}>` {rule}. As it stands the import ends with ValueError: malformed url rule"
                )
            }
            RouteRefused::Called(written) => format!(
                "`{written}()` calls the view now and gives Flask the page's text, so every visit fails: write `{written}` without brackets"
            ),
            RouteRefused::NoSlash { what, right } => format!(
                "{what} must begin with a slash, and the import ends with ValueError: write \"{right}\""
            ),
            RouteRefused::Endpoint(written) => format!(
                "The second place is for the endpoint's name, and `{written}` is the view: write `view_func={written}`. As it stands every visit fails"
            ),
            RouteRefused::ResourceTwice { class, first } => format!(
                "`{class}` was added already, {}, and the import ends with AssertionError: give both addresses in one call, or this one an `endpoint=` of its own",
                place(cx, event, *first)
            ),
            RouteRefused::Resource(class) => format!(
                "`add_resource` wants the class, and `{class}()` is an object of it: write `add_resource({class}, …)`. As it stands the import ends with AttributeError"
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

/// "in line 4", or "in pages.py, line 4".
fn place(cx: &ModuleCtx, event: &Event, (module, range): (ModuleId, TextRange)) -> String {
    let Some(source) = cx.source(module) else { return String::new() };
    let line = source.place(range).line.unwrap_or(1);
    if module == event.module {
        format!("in line {line}")
    } else {
        format!("in {}, line {line}", source.shown)
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
