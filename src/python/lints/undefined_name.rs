//! Names that are used at import and that nothing defines.

use std::fmt::Write as _;

use rustpython_ruff_python_ast::Stmt;
use rustpython_ruff_text_size::{Ranged as _, TextRange};

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::{Edit, Safety, Severity};
use crate::python::interp::event::EventKind;
use crate::python::value::ModuleId;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD308",
    name: "undefined-name",
    summary: "A name is used while the code is imported, and nothing defines it.",
    why: "Python runs the file from top to bottom. A name that no line above defines or imports ends the import with `NameError: name … is not defined`.",
    bad: r#"
from flask import Flask

application = Flask(__name__)
application.config["DATA"] = os.path.join("srv", "data")
"#,
    good: r#"
import os
from flask import Flask

application = Flask(__name__)
application.config["DATA"] = os.path.join("srv", "data")
"#,
    cause: Some("import-time-exception"),
    severity: Severity::Error,
};

/// Names that people forget to import, and where they come from.
const USUAL: &[(&str, &[&str])] = &[
    ("pathlib", &["Path"]),
    ("datetime", &["timedelta", "timezone"]),
    (
        "typing",
        &["Any", "Callable", "Dict", "Iterable", "List", "Literal", "Optional", "Tuple", "Union"],
    ),
    (
        "flask",
        &[
            "Blueprint",
            "Flask",
            "abort",
            "flash",
            "jsonify",
            "make_response",
            "redirect",
            "render_template",
            "request",
            "send_file",
            "send_from_directory",
            "session",
            "url_for",
        ],
    ),
    ("flask_sqlalchemy", &["SQLAlchemy"]),
    ("flask_cors", &["CORS"]),
    ("flask_login", &["LoginManager", "UserMixin"]),
    ("django.urls", &["include", "path", "re_path", "reverse_lazy"]),
    ("django.conf", &["settings"]),
    ("django.contrib", &["admin"]),
    ("django.db", &["models"]),
    ("django.core.wsgi", &["get_wsgi_application"]),
    ("django.core.asgi", &["get_asgi_application"]),
    ("fastapi", &["APIRouter", "Depends", "FastAPI", "HTTPException"]),
    ("dotenv", &["load_dotenv"]),
    ("pydantic", &["BaseModel"]),
];

/// Short names of libraries.
const SHORT: &[(&str, &str)] =
    &[("np", "numpy"), ("pd", "pandas"), ("plt", "matplotlib.pyplot"), ("sa", "sqlalchemy")];

/// Words of other languages.
const OTHER: &[(&str, &str)] = &[
    ("true", "True"),
    ("false", "False"),
    ("null", "None"),
    ("nil", "None"),
    ("none", "None"),
    ("undefined", "None"),
];

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    let mut told: Vec<(ModuleId, &str)> = Vec::new();
    for event in cx.events() {
        let EventKind::Undefined(undefined) = &event.kind else { continue };
        let name = &undefined.name;
        // The first use fails; the others are the same mistake.
        if told.contains(&(event.module, name)) {
            continue;
        }
        told.push((event.module, name));
        let mut message = format!("`{name}` is used here, and nothing defines it");
        let usual = USUAL.iter().find(|(_, names)| names.contains(&name.as_str()));
        let short = SHORT.iter().find(|(short, _)| short == name);
        let mut import = None;
        if let Some(offset) = undefined.later {
            let line = cx.source(event.module).map_or(0, |source| source.line_of(offset));
            message = format!(
                "`{name}` is used here, but it is only defined further down, in line {line}: move that line up, or this one down"
            );
        } else if let Some((_, right)) = OTHER.iter().find(|(wrong, _)| wrong == name) {
            let _ = write!(message, ". Python's own word is `{right}`");
        } else if let Some(inside) = &undefined.inside {
            let _ = write!(
                message,
                " here: the `{name}` inside `{inside}` exists only while that runs"
            );
        } else if let Some((module, _)) = usual {
            import = Some(format!("from {module} import {name}"));
        } else if let Some((_, module)) = short {
            import = Some(format!("import {module} as {name}"));
        } else if undefined.stdlib {
            import = Some(format!("import {name}"));
        } else if let Some(near) = &undefined.near {
            let _ = write!(message, ". Did you mean `{near}`?");
        } else {
            message.push_str(": it is misspelled, or its import is missing");
        }
        if let Some(import) = &import {
            let _ = write!(message, ". Add `{import}` at the top of the file");
        }
        let mut found = cx.at(&DOC, event, 1.0, message);
        found.captures.insert("name".to_owned(), name.clone());
        found.edits.extend(import.and_then(|line| add_import(cx, event.module, &line)));
        out.push(found);
    }
}

/// A line before the first import, where the file has one.
fn add_import(cx: &ModuleCtx, module: ModuleId, line: &str) -> Option<Edit> {
    let source = cx.source(module)?;
    let first = source.body().iter().find(|stmt| match stmt {
        Stmt::Import(_) => true,
        Stmt::ImportFrom(node) => {
            node.module.as_ref().is_none_or(|name| name.as_str() != "__future__")
        }
        _ => false,
    })?;
    let start = first.range().start();
    let text = source.text();
    let at_margin = start.to_usize() == 0 || text[..start.to_usize()].ends_with(['\n', '\r']);
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    at_margin
        .then(|| {
            cx.edit(module, TextRange::empty(start), &format!("{line}{newline}"), Safety::Safe)
        })
        .flatten()
}
