//! The files of `rules/` as the build embedded them: JSON of the TOML that people write.

use serde::Deserialize;

/// Path below `rules/`, JSON; sorted by path.
static FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// One embedded file, e.g. `python/calls.toml`; `None` where there is none or it has another shape.
#[must_use]
pub fn embedded<T: Deserialize<'static>>(path: &str) -> Option<T> {
    let at = FILES.binary_search_by(|(name, _)| (*name).cmp(path)).ok()?;
    serde_json::from_str(FILES[at].1).ok()
}

/// Every embedded file below a folder, e.g. `causes`: path and JSON.
pub fn embedded_below(folder: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    FILES
        .iter()
        .filter(move |(name, _)| {
            name.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
        })
        .copied()
}
