//! Import lines: hyphens, paths, digits, missing names, JavaScript's order.

use ruff_python_parser::ParseErrorType;

use super::{Broken, Explained, Found};
use crate::python::parse::TokenKind;
use crate::python::problem::ErrorKind;
use crate::rules::python_tables;

pub(super) fn explain(broken: &Broken<'_>, found: &Found<'_>) -> Option<Explained> {
    let first = broken.kind(found.first);
    if !matches!(first, TokenKind::Import | TokenKind::From) || found.token == found.first {
        return None;
    }
    let say = |range, message: &str, hint: &str| {
        Some(broken.say(range, ErrorKind::BadImport, message, hint).like("invalid syntax"))
    };
    let at = broken.kind(found.token);
    let rest = broken.span(found.first + 1).start..broken.line_end(found.line);
    match at {
        TokenKind::From if first == TokenKind::Import => {
            let (module, name) = (broken.word(found.token + 1), broken.word(found.first + 1));
            // `import flask from Flask` has the two mixed up: the module's name is known.
            let known = python_tables::known_by_case(module)
                .filter(|known| *known != module && known.eq_ignore_ascii_case(name));
            let (module, name) = known.map_or((module, name), |known| (known, module));
            return Some(
                broken
                    .say(
                        found.range.clone(),
                        ErrorKind::OtherLanguage,
                        "this order is JavaScript's; in Python from comes first",
                        format!("Write from {module} import {name}"),
                    )
                    .like("invalid syntax"),
            );
        }
        TokenKind::Minus => {
            let name: String = broken.source[rest.start..]
                .chars()
                .take_while(|c| c.is_alphanumeric() || "_-.".contains(*c))
                .collect();
            // `pip install flask-cors`, and `import flask_cors`.
            let package = name.split('.').next().unwrap_or(&name);
            let hint = match python_tables::import_names_of(package).as_slice() {
                [known] => format!(
                    "{package} is the name to install; the name to import is {known}. Write {} {known}{}",
                    broken.word(found.first),
                    if first == TokenKind::From { " import \u{2026}" } else { "." }
                ),
                _ => format!(
                    "Rename the file or folder to {} and import that. The name to import can differ from the name to install.",
                    name.replace('-', "_")
                ),
            };
            return say(
                rest.start..rest.start + name.len(),
                "a module's name cannot contain a hyphen (-): Python reads it as minus",
                &hint,
            );
        }
        TokenKind::Slash => {
            return say(
                rest,
                "an import names a module, not a path",
                "Write the module's name with dots instead of slashes, and add its folder to sys.path.",
            );
        }
        TokenKind::Lpar if broken.kind(found.token - 1) == TokenKind::Name => {
            let name = broken.word(found.token - 1);
            let module = broken.word(found.first + 1);
            let hint = if first == TokenKind::From {
                format!("Delete the round brackets here; call {name}() in a line below.")
            } else {
                let call = broken.source[broken.span(found.first + 1).start..rest.end].trim_end();
                format!("Write import {module} in one line and {call} in the next.")
            };
            return say(
                found.range.clone(),
                "an import only names things, it does not call them",
                &hint,
            );
        }
        TokenKind::Int | TokenKind::Float => {
            return say(
                rest,
                "a module's name cannot begin with a digit",
                "Rename the file so that it begins with a letter.",
            );
        }
        TokenKind::String => {
            return say(rest, "an import names a module without quotes", "Delete the quotes.");
        }
        _ => {}
    }
    match found.error {
        ParseErrorType::EmptyImportNames if !matches!(at, TokenKind::Equal) && !at.is_keyword() => {
            say(
                broken.span(found.first).start..broken.line_end(found.line),
                "this import does not say what to import",
                "Write the names behind import.",
            )
        }
        ParseErrorType::OtherError(text) if text.starts_with("Trailing comma") => say(
            found.range.clone(),
            "this import ends with a comma",
            "Delete the comma, or put round brackets around the names.",
        )
        .map(|explained| {
            explained.like("trailing comma not allowed without surrounding parentheses")
        }),
        ParseErrorType::OtherError(text) if text.starts_with("Star import cannot be") => say(
            found.range.clone(),
            "the star of import * must not stand in brackets",
            "Write import * without brackets.",
        ),
        ParseErrorType::OtherError(text) if text.starts_with("Expected symbol after `as`") => say(
            found.range.clone(),
            "a name is missing behind as",
            "Write the name that the import should get, or delete as.",
        ),
        ParseErrorType::ExpectedToken { expected: TokenKind::Comma, found: TokenKind::Dot } => say(
            found.range.clone(),
            "the name behind as must be a simple name without dots",
            "Choose a name without a dot.",
        ),
        _ => None,
    }
}
