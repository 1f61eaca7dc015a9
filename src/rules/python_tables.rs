//! What is known of Python's module names: the standard library over all versions, and which
//! distribution an import name comes from. Data: `rules/python/stdlib.toml`, `distributions.toml`.

use std::collections::HashMap;
use std::sync::OnceLock;

use foldhash::fast::RandomState;
use serde::Deserialize;

use super::embedded::embedded;

/// Thousands of names, read at nearly every start.
type Names<T> = HashMap<&'static str, T, RandomState>;

#[derive(Default, Deserialize)]
struct Table {
    #[serde(borrow)]
    modules: Names<&'static str>,
}

/// A Python version as (major, minor).
pub type Version = (u8, u8);

/// A module of the standard library and the versions that have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StdlibModule {
    /// First version that has it; 2.7 for what is older, 3.0 for the first Python 3.
    pub since: Version,
    /// First version that no longer has it.
    pub removed: Option<Version>,
    /// Only Windows' Python has it.
    pub windows: bool,
}

/// `None` where the embedded table cannot be read; a test makes sure that it can.
fn read(path: &str) -> Names<&'static str> {
    embedded::<Table>(path).unwrap_or_default().modules
}

fn stdlib() -> &'static Names<StdlibModule> {
    static TABLE: OnceLock<Names<StdlibModule>> = OnceLock::new();
    TABLE.get_or_init(|| {
        read("python/stdlib.toml")
            .into_iter()
            .filter_map(|(name, value)| Some((name, stdlib_entry(value)?)))
            .collect()
    })
}

fn stdlib_entry(value: &str) -> Option<StdlibModule> {
    let (range, windows) = match value.strip_suffix(" windows") {
        Some(range) => (range, true),
        None => (value, false),
    };
    let (since, removed) = match range.split_once('-') {
        Some((since, removed)) => (since, Some(version(removed)?)),
        None => (range, None),
    };
    Some(StdlibModule { since: version(since)?, removed, windows })
}

fn version(text: &str) -> Option<Version> {
    let (major, minor) = text.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

fn distributions() -> &'static Names<&'static str> {
    static TABLE: OnceLock<Names<&'static str>> = OnceLock::new();
    TABLE.get_or_init(|| read("python/distributions.toml"))
}

/// Something that Python itself lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Removed {
    /// First version without it; 3.0 stands for Python 3.
    pub since: Version,
    /// What to write instead.
    pub instead: Option<&'static str>,
}

/// A name inside a module of the standard library, such as `collections.Mapping`.
#[must_use]
pub fn removed_name(full: &str) -> Option<Removed> {
    static TABLE: OnceLock<Names<&'static str>> = OnceLock::new();
    TABLE.get_or_init(|| read("python/removed.toml")).get(full).and_then(|text| removed(text))
}

/// The version that brought a name of a module of the standard library, where it is not as old as Python 3.8.
#[must_use]
pub fn added_name(full: &str) -> Option<Version> {
    static TABLE: OnceLock<Names<&'static str>> = OnceLock::new();
    TABLE.get_or_init(|| read("python/added.toml")).get(full).and_then(|text| version(text))
}

/// A builtin that Python 3 does not have.
#[must_use]
pub fn removed_builtin(name: &str) -> Option<Removed> {
    #[derive(Default, Deserialize)]
    struct Builtins {
        #[serde(borrow)]
        builtins: HashMap<&'static str, &'static str>,
    }
    static TABLE: OnceLock<HashMap<&'static str, &'static str>> = OnceLock::new();
    let table = TABLE
        .get_or_init(|| embedded::<Builtins>("python/removed.toml").unwrap_or_default().builtins);
    table.get(name).and_then(|text| removed(text))
}

fn removed(text: &'static str) -> Option<Removed> {
    let (since, instead) = match text.split_once(' ') {
        Some((since, instead)) => (since, Some(instead)),
        None => (text, None),
    };
    Some(Removed { since: version(since)?, instead })
}

/// The entry of a standard-library module, by its top-level name.
#[must_use]
pub fn stdlib_module(name: &str) -> Option<StdlibModule> {
    stdlib().get(top(name)).copied()
}

/// Some version of Python has a module of this name.
#[must_use]
pub fn is_stdlib(name: &str) -> bool {
    stdlib_module(name).is_some()
}

/// First version with the module.
#[must_use]
pub fn stdlib_since(name: &str) -> Option<Version> {
    stdlib_module(name).map(|module| module.since)
}

/// First version without the module, where it was removed.
#[must_use]
pub fn stdlib_removed(name: &str) -> Option<Version> {
    stdlib_module(name).and_then(|module| module.removed)
}

/// What `pip install` takes for an import name: the longest known dotted start decides, so
/// `google.cloud.storage.blob` gives `google-cloud-storage`.
#[must_use]
pub fn distribution_for(import_name: &str) -> Option<&'static str> {
    let table = distributions();
    let mut name = import_name;
    loop {
        if let Some(distribution) = table.get(name) {
            return Some(distribution);
        }
        name = name.rsplit_once('.')?.0;
    }
}

/// The import names of a distribution, written as in a requirements file; sorted.
#[must_use]
pub fn import_names_of(distribution: &str) -> Vec<&'static str> {
    static BY_DISTRIBUTION: OnceLock<HashMap<String, Vec<&'static str>>> = OnceLock::new();
    let table = BY_DISTRIBUTION.get_or_init(|| {
        let mut table: HashMap<String, Vec<&str>> = HashMap::new();
        for (module, name) in distributions() {
            let name = normalised(name.split(['[', '=']).next().unwrap_or(name));
            table.entry(name).or_default().push(module);
        }
        for names in table.values_mut() {
            names.sort_unstable();
        }
        table
    });
    table.get(&normalised(distribution)).cloned().unwrap_or_default()
}

/// The known module that differs from a name in capitals and underscores alone; `None` where several do.
/// One look-up, however often it is asked.
#[must_use]
pub fn known_by_case(name: &str) -> Option<&'static str> {
    static BY_LETTERS: OnceLock<HashMap<String, Option<&'static str>>> = OnceLock::new();
    let folded = |name: &str| name.to_ascii_lowercase().replace('_', "");
    let table = BY_LETTERS.get_or_init(|| {
        let mut table: HashMap<String, Option<&'static str>> = HashMap::new();
        for name in distributions().keys().chain(stdlib().keys()).copied() {
            table
                .entry(folded(name))
                .and_modify(|known| *known = known.filter(|known| *known == name))
                .or_insert(Some(name));
        }
        table
    });
    table.get(&folded(name)).copied().flatten()
}

/// Names compare without case, with `-`, `_` and `.` alike (packaging.python.org, name normalization).
fn normalised(name: &str) -> String {
    name.trim().to_ascii_lowercase().replace(['_', '.'], "-")
}

/// The known module that was probably meant: another case, or one typing error away.
/// `None` for names that are known, too short, or near several.
#[must_use]
pub fn nearest_known(name: &str) -> Option<&'static str> {
    let name = top(name);
    let known = || distributions().keys().chain(stdlib().keys()).copied();
    if name.len() > 64 || distributions().contains_key(name) || stdlib().contains_key(name) {
        return None;
    }
    let folded = normalised(name);
    let mut same: Vec<&str> = known().filter(|other| normalised(other) == folded).collect();
    same.sort_unstable();
    if let Some(first) = same.first() {
        return Some(first);
    }
    if name.len() < 5 {
        return None;
    }
    let lower = name.to_ascii_lowercase();
    let mut near = known().filter(|other| one_edit(&lower, &other.to_ascii_lowercase()));
    let first = near.next()?;
    near.all(|other| normalised(other) == normalised(first)).then_some(first)
}

fn top(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}

/// One letter more, less, other, or two neighbours swapped.
fn one_edit(a: &str, b: &str) -> bool {
    let (a, b) = if a.len() <= b.len() {
        (a.as_bytes(), b.as_bytes())
    } else {
        (b.as_bytes(), a.as_bytes())
    };
    if b.len() - a.len() > 1 || a == b {
        return false;
    }
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (x, y) = (&a[head..], &b[head..]);
    if a.len() < b.len() {
        return x == &y[1..];
    }
    x.len() == y.len()
        && (x[1..] == y[1..] || x.len() > 1 && x[0] == y[1] && x[1] == y[0] && x[2..] == y[2..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_read_whole() {
        assert!(distributions().len() >= 400, "{}", distributions().len());
        assert_eq!(read("python/stdlib.toml").len(), stdlib().len());
        let gone = read("python/removed.toml");
        assert!(gone.len() > 60 && gone.values().all(|text| removed(text).is_some()));
        assert_eq!(removed_name("collections.Mapping").map(|gone| gone.since), Some((3, 10)));
        assert_eq!(removed_builtin("unicode").and_then(|gone| gone.instead), Some("str"));
        assert!(stdlib().len() > 250);
    }

    #[test]
    fn distributions_by_longest_start() {
        assert_eq!(distribution_for("cv2"), Some("opencv-python-headless"));
        assert_eq!(distribution_for("PIL.Image"), Some("Pillow"));
        assert_eq!(distribution_for("google.cloud.storage.blob"), Some("google-cloud-storage"));
        assert_eq!(distribution_for("google.cloud.unheard"), Some("google-cloud-core"));
        assert_eq!(distribution_for("mysite.settings"), None);
        assert_eq!(distribution_for(""), None);
        assert!(import_names_of("Pillow").contains(&"PIL"));
        assert!(import_names_of("flask_SQLAlchemy").contains(&"flask_sqlalchemy"));
    }

    #[test]
    fn versions_of_the_standard_library() {
        assert_eq!(stdlib_removed("imp"), Some((3, 12)));
        assert_eq!(stdlib_removed("distutils.core"), Some((3, 12)));
        assert_eq!(stdlib_removed("cgi"), Some((3, 13)));
        assert_eq!(stdlib_removed("urllib2"), Some((3, 0)));
        assert_eq!(stdlib_since("tomllib"), Some((3, 11)));
        assert_eq!(stdlib_since("zoneinfo"), Some((3, 9)));
        assert!(stdlib_module("winreg").is_some_and(|module| module.windows));
        assert!(is_stdlib("json") && !is_stdlib("flask") && !is_stdlib("user"));
    }

    #[test]
    fn no_name_is_in_both_tables() {
        let both: Vec<&&str> =
            distributions().keys().filter(|name| stdlib().contains_key(*name)).collect();
        assert!(both.is_empty(), "{both:?}");
    }

    #[test]
    fn near_names() {
        assert_eq!(nearest_known("Flask"), Some("flask"));
        assert_eq!(nearest_known("pil"), Some("PIL"));
        assert_eq!(nearest_known("reqeusts"), Some("requests"));
        assert_eq!(nearest_known("flask"), None);
        assert_eq!(nearest_known("mysite"), None);
        assert_eq!(nearest_known("db"), None);
        assert_eq!(nearest_known(&"x".repeat(100_000)), None);
    }
}
