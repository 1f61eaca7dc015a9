//! Names that are used at import and that nothing defines.

use std::fmt::Write as _;

use ruff_python_ast::Stmt;
use ruff_text_size::{Ranged as _, TextRange, TextSize};

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::{Edit, Safety, Severity};
use crate::python::interp::event::{Event, EventKind, Undefined};
use crate::python::value::{ModuleId, Value};

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
    ("django.shortcuts", &["get_list_or_404", "get_object_or_404"]),
    ("django.http", &["HttpResponse", "HttpResponseRedirect", "JsonResponse"]),
    (
        "django.views.generic",
        &["CreateView", "DetailView", "ListView", "TemplateView", "UpdateView"],
    ),
    ("django.contrib.auth.decorators", &["permission_required", "user_passes_test"]),
    ("django.contrib.auth.mixins", &["LoginRequiredMixin"]),
    ("rest_framework.routers", &["DefaultRouter"]),
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
    ("TRUE", "True"),
    ("FALSE", "False"),
    ("NONE", "None"),
    ("NULL", "None"),
];

/// `@app.route(…)` in a file that takes `Flask` from its library and makes no app (the line that does), or makes
/// one of another name.
fn never_made(cx: &ModuleCtx, event: &Event, name: &str) -> Option<Result<String, String>> {
    let source = cx.source(event.module)?;
    let line = source.excerpt(event.range);
    let decorator = line.trim_start().strip_prefix('@')?.strip_prefix(name)?.strip_prefix('.')?;
    let route = decorator.split(['(', ' ']).next().unwrap_or_default();
    if !matches!(route, "route" | "get" | "post" | "put" | "delete" | "patch" | "before_request") {
        return None;
    }
    let has = |class: &str| {
        let names = &cx.module(event.module).names;
        names.get(class).is_some_and(|binding| matches!(binding.value, Value::Ext(_)))
    };
    let called = |class: &str| source.text().contains(&format!("{class}("));
    // `@book.route(…)`, where the file's one blueprint is `bp`.
    let mut made = cx.module(event.module).names.iter().filter(|(_, binding)| {
        matches!(&binding.value, Value::Inst(class) if matches!(&**class, "flask.Blueprint" | "flask.Flask" | "fastapi.APIRouter" | "fastapi.FastAPI"))
            && source.excerpt(binding.range).contains('=')
    });
    if let (Some((only, _)), None) = (made.next(), made.next()) {
        return Some(Err(only.to_string()));
    }
    Some(Ok(match () {
        () if has("Blueprint") && !called("Blueprint") && name != "app" => {
            format!("{name} = Blueprint(\"{name}\", __name__)")
        }
        () if has("Flask") && !called("Flask") => format!("{name} = Flask(__name__)"),
        () if has("FastAPI") && !called("FastAPI") => format!("{name} = FastAPI()"),
        () if has("APIRouter") && !called("APIRouter") => format!("{name} = APIRouter()"),
        () => return None,
    }))
}

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    let mut told: Vec<(ModuleId, &str)> = Vec::new();
    let mut texts: Vec<(ModuleId, TextRange)> = Vec::new();
    for event in cx.events() {
        let EventKind::Undefined(undefined) = &event.kind else { continue };
        let name = &undefined.name;
        // `home/ana/site` is one text, not three names.
        if texts
            .iter()
            .any(|(module, range)| *module == event.module && range.contains_range(event.range))
        {
            continue;
        }
        if undefined.later.is_none()
            && let Some(range) = unquoted(cx, event)
        {
            texts.push((event.module, range));
            out.push(without_quotes(cx, event, range, name));
            continue;
        }
        // The first use fails; the others are the same mistake.
        if told.contains(&(event.module, name)) {
            continue;
        }
        told.push((event.module, name));
        let mut message = format!("`{name}` is used here, and nothing defines it");
        let mut import = None;
        let mut rename = None;
        if let Some(offset) = undefined.later {
            let line = cx.source(event.module).map_or(0, |source| source.line_of(offset));
            message = format!(
                "`{name}` is used here, but it is only defined further down, in line {line}: move that line up, or this one down"
            );
        } else if let Some(line) = never_made(cx, event, name) {
            message = match line {
                Ok(line) => format!(
                    "`{name}` is used here, and no line above makes it: add `{line}` above, behind the imports"
                ),
                Err(other) => format!(
                    "`{name}` is used here, and nothing defines it. Did you mean `{other}`?"
                ),
            };
        } else if let Some(right) = underscored(cx, event, name) {
            let _ = write!(
                message,
                ". Python's own name is `{right}`, with two underscores on each side"
            );
            rename = Some(right);
        } else if compared(cx, event) {
            message.push_str(". `==` only compares; write a single `=` to give it a value");
        } else if let Some(right) = own_word(name) {
            let _ = write!(message, ". Python's own word is `{right}`");
        } else if let Some(inside) = &undefined.inside {
            let _ = write!(
                message,
                " here: the `{name}` inside `{inside}` exists only while that runs"
            );
        } else if let Some(near) = other_case(cx, event, undefined) {
            let _ = write!(message, ". Did you mean `{near}`?");
        } else if let Some(own) = own_setting(cx, event, name) {
            let _ = write!(
                message,
                ": this is the settings' own file, so write `{own}` without `settings.`"
            );
        } else if let Some(line) = missing_import(name, undefined.stdlib) {
            import = Some(line);
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
        found.edits.extend(
            rename.and_then(|name| cx.edit(event.module, event.range, &name, Safety::Safe)),
        );
        out.push(found);
    }
}

/// `settings.SECRET_KEY` in the file of the settings that defines it.
fn own_setting<'s>(cx: &'s ModuleCtx, event: &Event, name: &str) -> Option<&'s str> {
    let source = cx.source(event.module).filter(|_| name == "settings")?;
    let file = source.shown.rsplit('/').next().unwrap_or(&source.shown);
    if !file.contains("settings") && !source.shown.contains("settings/") {
        return None;
    }
    let rest = source.text()[event.range.end().to_usize()..].strip_prefix('.')?;
    let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
    let setting = &rest[..end];
    let defined = |line: &str| {
        line.strip_prefix(setting).is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    (!setting.is_empty() && source.text().lines().any(defined)).then_some(setting)
}

/// A name of the file that differs in capitals alone, where this one is not called.
fn other_case<'u>(cx: &ModuleCtx, event: &Event, undefined: &'u Undefined) -> Option<&'u str> {
    let near = undefined.near.as_deref()?;
    let text = cx.source(event.module)?.text();
    let called = text[event.range.end().to_usize()..].starts_with(['(', '.']);
    (!called && near != undefined.name && near.eq_ignore_ascii_case(&undefined.name))
        .then_some(near)
}

/// The import that people forget for a name.
pub(super) fn missing_import(name: &str, stdlib: bool) -> Option<String> {
    let usual = USUAL.iter().find(|(_, names)| names.contains(&name));
    let short = SHORT.iter().find(|(short, _)| *short == name);
    match (usual, short) {
        (Some((module, _)), _) => Some(format!("from {module} import {name}")),
        (None, Some((_, module))) => Some(format!("import {module} as {name}")),
        (None, None) => stdlib.then(|| format!("import {name}")),
    }
}

/// A usual name near one that nothing defines, of a module that the file speaks of: `jsonfy` of Flask.
pub(super) fn usual_near(name: &str, text: &str) -> Option<(&'static str, String)> {
    let spoken = USUAL.iter().filter(|(module, _)| {
        ["from", "import"].iter().any(|word| text.contains(&format!("{word} {module}")))
    });
    let mut found = spoken.filter_map(|(module, names)| {
        Some((*module, super::near::nearest(name, names.iter().copied())?))
    });
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// Python's word for one of another language.
pub(super) fn own_word(name: &str) -> Option<&'static str> {
    OTHER.iter().find(|(wrong, _)| *wrong == name).map(|(_, right)| *right)
}

/// `_name_`, or `Flask(name)` and `if name == "main"`: web pages and chats swallow underscores.
fn underscored(cx: &ModuleCtx, event: &Event, name: &str) -> Option<String> {
    let core = name.trim_matches('_');
    if !matches!(core, "name" | "file" | "doc" | "package") {
        return None;
    }
    let source = cx.source(event.module)?;
    let text = source.text();
    let (before, after) =
        (&text[..event.range.start().to_usize()], &text[event.range.end().to_usize()..]);
    let guard = before.ends_with("if ") && after.trim_start().starts_with("==");
    let argument = [
        "Flask(",
        "Blueprint(",
        "Dash(",
        "Quart(",
        "getLogger(",
        "abspath(",
        "dirname(",
        "realpath(",
        "Path(",
    ]
    .iter()
    .any(|call| before.ends_with(call));
    (core != name || guard || argument).then(|| format!("__{core}__"))
}

/// `application == app` as a line of its own.
fn compared(cx: &ModuleCtx, event: &Event) -> bool {
    cx.source(event.module).is_some_and(|source| {
        let text = source.text();
        let (before, after) =
            (&text[..event.range.start().to_usize()], &text[event.range.end().to_usize()..]);
        (before.is_empty() || before.ends_with('\n')) && after.trim_start().starts_with("== ")
    })
}

/// The text that was probably meant, where names stand as a path or as Django's settings do.
fn unquoted(cx: &ModuleCtx, event: &Event) -> Option<TextRange> {
    let source = cx.source(event.module)?;
    let text = source.text();
    let start = event.range.start().to_usize();
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let end = text[start..]
        .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '/' | '-')))
        .map_or(text.len(), |at| start + at);
    let (before, written) = (&text[line_start..start], &text[start..end]);
    let is_value = before.trim_end().ends_with(['=', '(', ',', '[', ':']);
    let path = written.matches('/').count() >= 2
        && !written.contains("//")
        && written.split('/').all(|part| part.starts_with(|c: char| c.is_alphabetic()));
    let settings = before.contains("DJANGO_SETTINGS_MODULE") && written.contains('.');
    // `django.contrib.admin,` on a line of its own is an entry of a list.
    let entry = before.trim().is_empty()
        && written.starts_with("django.")
        && matches!(text[end..].trim_start().chars().next(), Some(',' | ']' | ')'));
    if !entry && (!is_value || !(path || settings)) {
        return None;
    }
    let at = |offset: usize| TextSize::try_from(offset).ok();
    Some(TextRange::new(at(start)?, at(end)?))
}

fn without_quotes(cx: &ModuleCtx, event: &Event, range: TextRange, name: &str) -> LintFinding {
    let written = cx.source(event.module).map_or("", |source| source.slice(range)).to_owned();
    let message = format!(
        "This text needs quotes: without them Python looks for something called `{name}`. Write `'{written}'`"
    );
    let mut found = cx.at(&DOC, event, 1.0, message);
    cx.point_at(&mut found, event.module, range);
    found.captures.insert("name".to_owned(), name.to_owned());
    found
}

/// A line before the first import, where the file has one.
pub(super) fn add_import(cx: &ModuleCtx, module: ModuleId, line: &str) -> Option<Edit> {
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
