//! What packages install beside themselves. Data: `rules/python/brings.toml`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::embedded::embedded;

/// Everything that a list of packages installs (names in lower case with `-`); `None` if one of them is not known.
/// Reads the table anew: asked once a run at most.
#[must_use]
pub fn installed<'n>(list: impl Iterator<Item = &'n str>) -> Option<BTreeSet<String>> {
    #[derive(Deserialize)]
    struct File {
        #[serde(borrow)]
        brings: BTreeMap<&'static str, Vec<&'static str>>,
    }
    let table = embedded::<File>("python/brings.toml")?.brings;
    let mut all = BTreeSet::new();
    let mut open: Vec<&'static str> = Vec::new();
    for name in list {
        let (name, brought) = table.get_key_value(name)?;
        all.insert((*name).to_owned());
        open.extend(brought);
    }
    while let Some(name) = open.pop() {
        if all.insert(name.to_owned()) {
            open.extend(table.get(name).into_iter().flatten());
        }
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::installed;

    #[test]
    fn what_comes_along_comes_along_again() {
        let all = installed(["flask-migrate", "requests"].into_iter()).unwrap();
        for name in ["flask", "jinja2", "markupsafe", "sqlalchemy", "alembic", "certifi"] {
            assert!(all.contains(name), "{name}");
        }
        assert!(!all.contains("pandas"));
        assert_eq!(installed(["flask", "nobody-knows-it"].into_iter()), None);
    }
}
