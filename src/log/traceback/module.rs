//! Whose module an import error misses, by its name and the paths of the frames around it.

use crate::model::{ExceptionEvent, FrameOwner, ModuleOwner};
use crate::rules::python_tables;

/// Last parts of dotted names that only projects have.
const PROJECT_PARTS: &[&str] = &[
    "settings",
    "wsgi",
    "asgi",
    "urls",
    "views",
    "models",
    "forms",
    "admin",
    "routes",
    "config",
    "local_settings",
    "serializers",
    "tasks",
    "app",
    "main",
    "apps",
    "signals",
    "extensions",
];

/// Single names that only projects have.
const PROJECT_NAMES: &[&str] = &[
    "settings",
    "local_settings",
    "wsgi",
    "asgi",
    "urls",
    "views",
    "models",
    "forms",
    "routes",
    "config",
    "app",
    "main",
    "flask_app",
    "mysite",
    "server",
    "application",
    "run",
    "api",
    "core",
    "utils",
    "helpers",
    "database",
    "db",
    "project",
    "myapp",
    "my_app",
    "website",
    "web",
    "bot",
    "backend",
    "accounts",
    "users",
    "blog",
    "pages",
    "common",
    "bottle_app",
    "wsgi_app",
    "my_settings",
    "constants",
    "secrets_local",
    "credentials",
    "extensions",
];

/// The module that an import error names: `No module named 'x.y'`, `cannot import name 'a' from 'x'`.
#[must_use]
pub fn missing_module(message: &str) -> Option<&str> {
    if let Some(at) = message.find("No module named ") {
        let rest = &message[at + "No module named ".len()..];
        return name(rest);
    }
    if message.trim_start().starts_with("cannot import name") {
        let at = message.find(" from ")?;
        let rest = &message[at + " from ".len()..];
        let rest = rest.strip_prefix("partially initialized module ").unwrap_or(rest);
        return name(rest);
    }
    None
}

fn name(rest: &str) -> Option<&str> {
    let rest = rest.trim_start_matches(['\'', '"', '`', ' ']);
    let end = rest
        .bytes()
        .position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-')))
        .unwrap_or(rest.len());
    let name = rest[..end].trim_end_matches('.');
    (!name.is_empty() && name.len() <= 200).then_some(name)
}

/// Python 2 names only the last part of a dotted module whose package it did find: the import in
/// the innermost frame says the whole (`from shop.models import x`, `No module named models`).
pub(super) fn complete(event: &mut ExceptionEvent) {
    hidden(event);
    let Some(part) = event.message.strip_prefix("No module named ").map(str::trim) else { return };
    let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if part.is_empty() || !plain(part) {
        return;
    }
    let source = event.frames.last().and_then(|frame| frame.source.as_deref()).unwrap_or("");
    let mut words = source.split_whitespace();
    let whole = match (words.next(), words.next()) {
        (Some("from" | "import"), Some(whole)) => whole.trim_end_matches([',', ';']),
        _ => return,
    };
    let dotted = whole.strip_suffix(part).is_some_and(|head| {
        head.len() > 1
            && head.ends_with('.')
            && !head.starts_with('.')
            && head.split('.').all(plain)
    });
    // of the standard library the last part says more: Python 3's modules under Python 2
    if dotted && !python_tables::is_stdlib(whole.split('.').next().unwrap_or(whole)) {
        // quoted as Python 3 does: unquoted, a dotted name says that its first part is missing
        event.message = format!("No module named '{whole}'");
    }
}

/// Streamlit's cloud shows visitors no message; the import in the innermost frame says it.
fn hidden(event: &mut ExceptionEvent) {
    if event.short_type() != "ModuleNotFoundError" || event.message.contains("No module named") {
        return;
    }
    let source = event.frames.last().and_then(|frame| frame.source.as_deref()).unwrap_or("");
    let mut words = source.split_whitespace();
    if let (Some("from" | "import"), Some(whole)) = (words.next(), words.next()) {
        let whole = whole.trim_end_matches([',', ';']);
        if !whole.starts_with('.') && name(whole) == Some(whole) {
            event.message = format!("No module named '{whole}'");
        }
    }
}

/// Before Python 3.8 a circular import reads like a missing name: the module that lacks the name is
/// itself still being imported, as the frames show. Worded as newer versions do.
pub(super) fn circular(event: &mut ExceptionEvent) {
    let Some(file) = path_in_brackets(&event.message) else { return };
    let inside = |frame: &crate::model::Frame| {
        frame.file == file && frame.function == "<module>" && frame.owner == FrameOwner::Own
    };
    let above = event.frames.len().saturating_sub(1);
    if !event.message.starts_with("cannot import name")
        || event.message.contains("circular import")
        || !event.frames.iter().take(above).any(inside)
    {
        return;
    }
    if let Some((head, tail)) = event.message.split_once(" from ")
        && let Some((module, path)) = tail.rsplit_once(" (")
    {
        event.message = format!(
            "{head} from partially initialized module {module} (most likely due to a circular import) ({path}"
        );
    }
}

/// Whose the module is.
#[must_use]
pub(super) fn owner(event: &ExceptionEvent) -> ModuleOwner {
    if let Some(module) = lacking_module(event) {
        let library =
            python_tables::is_stdlib(module) || python_tables::distribution_for(module).is_some();
        return if library && named_in_paths(event, module) {
            ModuleOwner::Own
        } else {
            ModuleOwner::Unknown
        };
    }
    let Some(module) = missing_module(&event.message) else { return ModuleOwner::Unknown };
    // `cannot import name 'x' from 'y' (/path/y.py)` says whose y is
    if let Some(file) = path_in_brackets(&event.message) {
        return match super::owner::frame_owner(file) {
            FrameOwner::Own => ModuleOwner::Own,
            FrameOwner::Library | FrameOwner::Server => ModuleOwner::ThirdParty,
            FrameOwner::Stdlib => ModuleOwner::Stdlib,
        };
    }
    let top = module.split('.').next().unwrap_or(module);
    if python_tables::is_stdlib(top) {
        return ModuleOwner::Stdlib;
    }
    if python_tables::distribution_for(module).is_some() {
        return ModuleOwner::ThirdParty;
    }
    // no distribution is imported by a name with a hyphen: it comes from a command or a setting
    if top.contains('-')
        || named_in_paths(event, top)
        || named_by_project(module, top)
        || named_by_configuration(event)
    {
        return ModuleOwner::Own;
    }
    ModuleOwner::Unknown
}

/// The module that lacks something: `module 'environ' has no attribute 'Env'`.
fn lacking_module(event: &ExceptionEvent) -> Option<&str> {
    let rest = event
        .message
        .strip_prefix("module '")
        .filter(|_| event.short_type() == "AttributeError")?;
    let (module, rest) = rest.split_once('\'')?;
    (rest.starts_with(" has no attribute") && !module.contains('.')).then_some(module)
}

fn path_in_brackets(message: &str) -> Option<&str> {
    let (_, rest) = message.rsplit_once(" (")?;
    let path = rest.split(')').next()?;
    [".py", ".so", ".pyc"].iter().any(|ending| path.ends_with(ending)).then_some(path)
}

fn named_in_paths(event: &ExceptionEvent, top: &str) -> bool {
    event.frames.iter().filter(|frame| frame.owner == FrameOwner::Own).any(|frame| {
        let path = frame.file.replace('\\', "/");
        let mut parts: Vec<&str> = path.split('/').collect();
        // the name of a person below /home says nothing about their modules
        if let Some(at) = parts.iter().position(|part| matches!(*part, "home" | "Users")) {
            parts.drain(..(at + 2).min(parts.len()));
        }
        parts.iter().any(|part| part.strip_suffix(".py").unwrap_or(part) == top)
    })
}

/// The failing import is the server's of the app, or Django's of the settings: a name that the
/// person wrote into a command or setting.
fn named_by_configuration(event: &ExceptionEvent) -> bool {
    let last = event.frames.iter().rev().find(|frame| frame.owner != FrameOwner::Stdlib);
    last.is_some_and(|frame| {
        let path = frame.file.replace('\\', "/");
        path.ends_with("gunicorn/util.py") && frame.function == "import_app"
            || path.ends_with("uvicorn/importer.py")
            || path.ends_with("django/conf/__init__.py")
            || path.ends_with("waitress/runner.py")
            || path.ends_with("flask/cli.py")
    })
}

fn named_by_project(module: &str, top: &str) -> bool {
    match module.split_once('.') {
        None => PROJECT_NAMES.contains(&top),
        Some((_, rest)) => {
            rest.split('.').any(|part| PROJECT_PARTS.contains(&part))
                || PROJECT_NAMES.contains(&top)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Frame;

    #[test]
    fn what_python_2_left_out_is_completed() {
        let told = |message: &str, source: &str| {
            let frame = Frame {
                source: Some(source.to_owned()),
                function: "<module>".to_owned(),
                file: "/app/x.py".to_owned(),
                line: 1,
                owner: FrameOwner::Own,
                log_line: 1,
            };
            let mut event = ExceptionEvent {
                message: message.to_owned(),
                frames: vec![frame],
                ..ExceptionEvent::default()
            };
            complete(&mut event);
            event.message
        };
        for (message, source, whole) in [
            ("wsgi", "from django.core.wsgi import get_wsgi_application", "'django.core.wsgi'"),
            ("models", "import shop.models, os", "'shop.models'"),
            ("parse", "from urllib.parse import quote", "parse"),
            ("models", "from models import Post", "models"),
            ("models", "from .models import Post", "models"),
            ("models", "from shop.supermodels import Post", "models"),
            ("'models'", "from shop.models import Post", "'models'"),
        ] {
            let message = format!("No module named {message}");
            assert_eq!(told(&message, source), format!("No module named {whole}"), "{source}");
        }
    }
}
