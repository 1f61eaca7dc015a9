//! Public names of well-known modules, for names in the wrong capitals. Data: `rules/python/public_names.toml`.

use std::collections::HashMap;
use std::sync::OnceLock;

use foldhash::fast::RandomState;
use serde::Deserialize;

use super::embedded::embedded;

/// The one public name that another differs from only in its capitals; `None` where the module has it, too.
#[must_use]
pub fn in_other_case(module: &str, name: &str) -> Option<&'static str> {
    let right = spelled(module, name)?;
    (right != name && !aside(module).any(|known| known == name)).then_some(right)
}

/// The public names of a module, in the order of the table.
pub fn of(module: &str) -> impl Iterator<Item = &'static str> {
    words(module).filter(|word| !word.starts_with('-'))
}

/// The module is in the table.
#[must_use]
pub fn is_known(module: &str) -> bool {
    table().contains_key(module)
}

/// What a module has that is called like itself: `Flask` of `flask`, `datetime` of `datetime`.
#[must_use]
pub fn namesake(module: &str) -> Option<&'static str> {
    let last = module.rsplit('.').next().unwrap_or(module);
    let folded = last.replace('_', "");
    // `SQLAlchemy` of `flask_sqlalchemy`, too.
    let short = folded.strip_prefix("flask").unwrap_or_default();
    spelled(module, &folded).or_else(|| spelled(module, short))
}

/// A name as the module writes it. The table has none that differ only in their capitals.
fn spelled(module: &str, name: &str) -> Option<&'static str> {
    of(module).find(|known| known.eq_ignore_ascii_case(name))
}

/// Names that are there, but are not what people mean.
fn aside(module: &str) -> impl Iterator<Item = &'static str> {
    words(module).filter_map(|word| word.strip_prefix('-'))
}

fn words(module: &str) -> impl Iterator<Item = &'static str> {
    let lines = table().get(module).map_or(&[][..], Vec::as_slice);
    lines.iter().flat_map(|line| line.split_whitespace())
}

/// The lines of each module, divided when they are asked for: every start of the program pays for this.
fn table() -> &'static HashMap<&'static str, Vec<&'static str>, RandomState> {
    #[derive(Default, Deserialize)]
    struct File {
        #[serde(borrow)]
        modules: HashMap<&'static str, Vec<&'static str>, RandomState>,
    }
    static TABLE: OnceLock<HashMap<&'static str, Vec<&'static str>, RandomState>> = OnceLock::new();
    TABLE.get_or_init(|| embedded::<File>("python/public_names.toml").unwrap_or_default().modules)
}

#[cfg(test)]
mod tests {
    use super::{in_other_case, is_known, namesake, table};

    #[test]
    fn one_name_in_other_capitals() {
        assert!(table().len() > 100, "{}", table().len());
        for (module, wrong, right) in [
            ("flask", "flask", "Flask"),
            ("flask", "Jsonify", "jsonify"),
            ("django.http", "httpResponse", "HttpResponse"),
            ("flask_sqlalchemy", "SqlAlchemy", "SQLAlchemy"),
            ("pathlib", "path", "Path"),
            ("datetime", "Datetime", "datetime"),
        ] {
            assert_eq!(in_other_case(module, wrong), Some(right), "{module}.{wrong}");
        }
    }

    #[test]
    fn names_that_are_there_or_are_no_mistake_of_capitals() {
        for (module, name) in [
            ("flask", "Flask"),
            // A module of the package.
            ("flask", "app"),
            ("flask", "config"),
            // Both are public.
            ("flask", "request"),
            ("flask", "Request"),
            ("flask_sqlalchemy", "sqlalchemy"),
            ("flask", "flaskk"),
            ("unheard_of", "flask"),
        ] {
            assert_eq!(in_other_case(module, name), None, "{module}.{name}");
        }
    }

    #[test]
    fn modules_and_their_namesakes() {
        assert_eq!(namesake("flask"), Some("Flask"));
        assert_eq!(namesake("flask_sqlalchemy"), Some("SQLAlchemy"));
        assert_eq!(namesake("datetime"), Some("datetime"));
        assert_eq!(namesake("django.http"), None);
        assert!(is_known("bottle") && !is_known("unheard_of"));
    }
}
