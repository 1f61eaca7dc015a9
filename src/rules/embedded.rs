//! The files of `rules/` as the build embedded them.

/// Path below `rules/`, bytes; sorted by path.
static FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// Text of one embedded file, e.g. `python/calls.toml`; empty where there is none or it is not UTF-8.
#[must_use]
pub fn embedded_file(path: &str) -> &'static str {
    FILES
        .binary_search_by(|(name, _)| (*name).cmp(path))
        .ok()
        .and_then(|at| std::str::from_utf8(FILES[at].1).ok())
        .unwrap_or_default()
}

/// Every embedded file below a folder, e.g. `causes`: path and text.
pub fn embedded_below(folder: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    FILES
        .iter()
        .filter(move |(name, _)| {
            name.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
        })
        .filter_map(|(name, bytes)| Some((*name, std::str::from_utf8(bytes).ok()?)))
}
