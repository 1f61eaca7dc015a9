//! Names that well-known packages took away, and since when. Data: `rules/python/removed_names.toml`.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde::Deserialize;

use super::embedded::embedded;

/// A name that a package no longer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RemovedName {
    /// Dotted, as imported.
    pub name: &'static str,
    /// The distribution, in lower case with `-`.
    pub dist: &'static str,
    /// First version without it.
    pub since: &'static str,
    /// What to write instead.
    pub instead: Option<&'static str>,
}

impl RemovedName {
    /// Whether a version lacks the name.
    #[must_use]
    pub fn is_gone_in(&self, version: &str) -> bool {
        is_from(version, self.since)
    }
}

/// What is known of a dotted name: itself, or the module that it stands in.
#[must_use]
pub fn of(full: &str) -> Option<RemovedName> {
    let table = table();
    let mut name = full;
    loop {
        if let Some(found) = table.get(name) {
            return Some(*found);
        }
        name = name.rsplit_once('.')?.0;
    }
}

fn table() -> &'static HashMap<&'static str, RemovedName> {
    #[derive(Default, Deserialize)]
    struct File {
        #[serde(borrow, flatten)]
        packages: HashMap<&'static str, HashMap<&'static str, &'static str>>,
    }
    static TABLE: OnceLock<HashMap<&'static str, RemovedName>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let file = embedded::<File>("python/removed_names.toml").unwrap_or_default();
        let names = file.packages.into_iter().flat_map(|(dist, names)| {
            names.into_iter().map(move |(name, text)| {
                let (since, instead) = match text.split_once(' ') {
                    Some((since, instead)) => (since, Some(instead)),
                    None => (text, None),
                };
                (name, RemovedName { name, dist, since, instead })
            })
        });
        names.collect()
    })
}

/// Whether a version is that one or a later one.
#[must_use]
pub fn is_from(version: &str, least: &str) -> bool {
    numbers(version) >= numbers(least)
}

/// `2.3.0rc1` as numbers: what follows the first part that is none does not count.
fn numbers(version: &str) -> Vec<u32> {
    let mut out: Vec<u32> = Vec::new();
    for part in version.split('.') {
        let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
        let Ok(number) = digits.parse() else { break };
        out.push(number);
        if digits.len() < part.len() {
            break;
        }
    }
    while out.last() == Some(&0) {
        out.pop();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{of, table};

    #[test]
    fn names_and_versions() {
        assert!(table().len() > 40, "{}", table().len());
        let gone = of("flask.Markup").unwrap();
        assert_eq!((gone.dist, gone.instead), ("flask", Some("markupsafe.Markup")));
        assert!(gone.is_gone_in("3.0") && gone.is_gone_in("3.0.2") && gone.is_gone_in("10"));
        assert!(!gone.is_gone_in("2.3.3") && !gone.is_gone_in("2"));
        assert_eq!(
            of("werkzeug.contrib.fixers.ProxyFix").map(|gone| gone.name),
            Some("werkzeug.contrib")
        );
        assert_eq!(of("flask.Flask"), None);
    }
}
