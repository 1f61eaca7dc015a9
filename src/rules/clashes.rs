//! Packages that do not go together, or that are not what their name promises. Data: `rules/python/clashes.toml`.

use std::sync::OnceLock;

use serde::Deserialize;

use super::embedded::embedded;

/// What is wrong with a requirement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Another package brings the module; unless that one is asked for, too.
    Name { unless: &'static str },
    /// A version from `least` on and below `below` (or any), with `other` of `from` or later.
    Versions { least: &'static str, below: &'static str, other: &'static str, from: &'static str },
}

/// A requirement with which the import of a module fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The module that is imported.
    pub module: &'static str,
    /// The distribution, in lower case with `-`.
    pub dist: &'static str,
    pub kind: Kind,
    /// What goes wrong.
    pub why: &'static str,
    /// What to write in the requirements.
    pub instead: &'static str,
}

/// Something is known of a module's package. Asked at every import of a library: no table is built for that.
#[must_use]
pub fn is_known(module: &str) -> bool {
    MODULES.contains(&module)
}

/// The modules of the table; a test compares them.
const MODULES: &[&str] = &[
    "admin_honeypot",
    "corsheaders",
    "dash",
    "django_filters",
    "docx",
    "fitz",
    "flask",
    "flask_admin",
    "flask_bcrypt",
    "flask_jwt_extended",
    "flask_login",
    "flask_marshmallow",
    "flask_moment",
    "flask_mongoengine",
    "flask_restful",
    "flask_restplus",
    "flask_restx",
    "flask_script",
    "flask_socketio",
    "flask_sqlalchemy",
    "flask_uploads",
    "flask_wtf",
    "import_export",
    "jet",
    "jose",
    "serial",
    "socketio",
    "telegram",
];

/// What is known of a module's package.
pub fn of(module: &str) -> impl Iterator<Item = &'static Rule> {
    table().iter().filter(move |rule| rule.module == module)
}

fn table() -> &'static [Rule] {
    #[derive(Deserialize)]
    struct Row<'d> {
        module: &'d str,
        dist: &'d str,
        #[serde(default)]
        unless: Option<&'d str>,
        #[serde(default)]
        least: Option<&'d str>,
        #[serde(default)]
        below: Option<&'d str>,
        #[serde(default)]
        other: Option<&'d str>,
        #[serde(default)]
        from: Option<&'d str>,
        why: &'d str,
        instead: &'d str,
    }
    #[derive(Default, Deserialize)]
    struct File<'d> {
        #[serde(borrow)]
        clash: Vec<Row<'d>>,
    }
    static TABLE: OnceLock<Vec<Rule>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let file = embedded::<File<'static>>("python/clashes.toml").unwrap_or_default();
        let rules = file.clash.into_iter().map(|row| Rule {
            module: row.module,
            dist: row.dist,
            kind: match (row.unless, row.other) {
                (Some(unless), _) => Kind::Name { unless },
                (None, other) => Kind::Versions {
                    least: row.least.unwrap_or_default(),
                    below: row.below.unwrap_or_default(),
                    other: other.unwrap_or_default(),
                    from: row.from.unwrap_or_default(),
                },
            },
            why: row.why,
            instead: row.instead,
        });
        rules.collect()
    })
}

#[cfg(test)]
mod tests {
    use super::{MODULES, table};

    #[test]
    fn the_list_of_modules_is_the_tables() {
        let mut modules: Vec<&str> = table().iter().map(|rule| rule.module).collect();
        modules.sort_unstable();
        modules.dedup();
        assert_eq!(modules, MODULES);
    }
}
