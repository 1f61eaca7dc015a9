//! Public names of well-known modules, for names in the wrong capitals. Data: `rules/python/public_names.toml`.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde::Deserialize;

use super::embedded::embedded;

/// By module: the names in small letters, as they are written.
type Names = HashMap<String, &'static str>;

/// What is known of one module.
#[derive(Debug, Default)]
struct Known {
    names: Names,
    /// Names that are there, but are not what people mean.
    aside: Vec<&'static str>,
}

/// The one public name that another differs from only in its capitals; `None` where the module has it, too.
#[must_use]
pub fn in_other_case(module: &str, name: &str) -> Option<&'static str> {
    let known = table().get(module)?;
    let right = *known.names.get(&name.to_lowercase())?;
    (right != name && !known.aside.contains(&name)).then_some(right)
}

/// The public names of a module, in no order.
pub fn of(module: &str) -> impl Iterator<Item = &'static str> {
    table().get(module).into_iter().flat_map(|known| known.names.values().copied())
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
    let folded = last.replace('_', "").to_lowercase();
    // `SQLAlchemy` of `flask_sqlalchemy`, too.
    let short = folded.strip_prefix("flask").unwrap_or_default();
    let names = &table().get(module)?.names;
    names.get(&folded).or_else(|| names.get(short)).copied()
}

fn table() -> &'static HashMap<&'static str, Known> {
    #[derive(Default, Deserialize)]
    struct File {
        #[serde(borrow)]
        modules: HashMap<&'static str, Vec<&'static str>>,
    }
    static TABLE: OnceLock<HashMap<&'static str, Known>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let file = embedded::<File>("python/public_names.toml").unwrap_or_default();
        let modules = file.modules.into_iter().map(|(module, lines)| {
            let mut known = Known::default();
            for word in lines.into_iter().flat_map(str::split_whitespace) {
                match word.strip_prefix('-') {
                    Some(name) => known.aside.push(name),
                    None => {
                        known.names.insert(word.to_lowercase(), word);
                    }
                }
            }
            (module, known)
        });
        modules.collect()
    })
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
