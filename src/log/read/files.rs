//! Rotated sets: `x.error.log`, `.1`, `.2.gz`, and logrotate's dated names.

use std::path::{Path, PathBuf};

/// The log and its older parts, oldest first, the log itself last. Only names beside it count;
/// a log that stands alone, or standard input, is a set of one.
#[must_use]
pub fn rotated(path: &Path) -> Vec<PathBuf> {
    let mut set: Vec<(Age, PathBuf)> = Vec::new();
    if let (Some(name), Some(folder)) =
        (path.file_name().and_then(|name| name.to_str()), path.parent())
    {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten().take(20_000) {
            let file_name = entry.file_name();
            let Some(age) = file_name.to_str().and_then(|other| age(name, other)) else { continue };
            if entry.file_type().is_ok_and(|kind| !kind.is_dir()) {
                set.push((age, path.with_file_name(&file_name)));
            }
        }
    }
    set.sort();
    // Both `.2` and `.2.gz` exist while one is being compressed: the plain one, sorted first, is whole.
    set.dedup_by(|later, kept| later.0 == kept.0);
    set.into_iter().map(|(_, path)| path).chain([path.to_owned()]).collect()
}

/// Sorts oldest first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Age {
    /// Rotation number, counted down.
    Number(std::cmp::Reverse<u32>),
    /// `-20260413`, counted up.
    Date(u64),
}

/// What `other` is to the log `name`.
fn age(name: &str, other: &str) -> Option<Age> {
    let rest = other.strip_prefix(name)?;
    let rest = rest.strip_suffix(".gz").unwrap_or(rest);
    if let Some(number) = rest.strip_prefix('.') {
        if number == "old" {
            return Some(Age::Number(std::cmp::Reverse(1)));
        }
        let digits =
            !number.is_empty() && number.len() <= 4 && number.bytes().all(|c| c.is_ascii_digit());
        return digits
            .then(|| number.parse().ok())
            .flatten()
            .map(|n| Age::Number(std::cmp::Reverse(n)));
    }
    let date: String = rest.strip_prefix('-')?.chars().filter(|c| *c != '-').collect();
    let digits = (8..=14).contains(&date.len()) && date.bytes().all(|c| c.is_ascii_digit());
    digits.then(|| format!("{date:0<14}").parse().ok()).flatten().map(Age::Date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn oldest_first() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in [
            "x.log",
            "x.log.1",
            "x.log.2.gz",
            "x.log.10.gz",
            "x.log.2",
            "x.log.bak",
            "y.log.1",
            "x.log.1x",
        ] {
            std::fs::write(folder.path().join(name), "a").expect("written");
        }
        let names: Vec<_> = rotated(&folder.path().join("x.log"))
            .iter()
            .map(|path| path.file_name().expect("a name").to_string_lossy().into_owned())
            .collect();
        assert_eq!(names, ["x.log.10.gz", "x.log.2", "x.log.1", "x.log"]);
    }

    #[test]
    fn dates_and_strangers() {
        assert!(age("a.log", "a.log-20260413.gz") < age("a.log", "a.log-20260414"));
        assert_eq!(age("a.log", "a.log"), None);
        assert_eq!(age("a.log", "a.log."), None);
        assert_eq!(age("a.log", "a.log.99999"), None);
        assert_eq!(rotated(Path::new("-")), [PathBuf::from("-")]);
    }
}
