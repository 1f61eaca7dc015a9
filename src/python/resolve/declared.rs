//! What a project says that it needs: words of its requirement files, whatever their format.
//!
//! Only ever used to keep silent: a name that stands there is a third party's.

use crate::python::maps::HashSet;

use super::finder::Finder;
use super::pathops;

/// Largest file that is looked into, and most files of one folder.
const MAX_BYTES: u64 = 1 << 20;
const MAX_FILES: usize = 40;

/// Words of the requirement files in these folders, in lower case, with `-` for `_` and `.`.
pub(in crate::python) fn words(finder: &mut Finder, dirs: &[String]) -> HashSet<String> {
    let mut words = HashSet::default();
    for dir in dirs {
        read_dir(finder, dir, false, &mut words);
        if finder.list(dir).dir("requirements") {
            read_dir(finder, &pathops::join(dir, "requirements"), true, &mut words);
        }
    }
    words
}

fn read_dir(finder: &mut Finder, dir: &str, all: bool, words: &mut HashSet<String>) {
    let listing = finder.list(dir);
    let mut names: Vec<&str> = listing
        .iter()
        .filter(|(name, is_dir)| !is_dir && (is_requirements(name) || all && is_list(name)))
        .map(|(name, _)| name)
        .collect();
    names.sort_unstable();
    for name in names.into_iter().take(MAX_FILES) {
        let path = finder.disk(&pathops::join(dir, name));
        if std::fs::metadata(&path).is_ok_and(|meta| meta.is_file() && meta.len() <= MAX_BYTES)
            && let Ok(bytes) = std::fs::read(&path)
        {
            add(&String::from_utf8_lossy(&bytes), words);
        }
    }
}

fn is_list(name: &str) -> bool {
    name.ends_with(".txt") || name.ends_with(".in")
}

fn is_requirements(name: &str) -> bool {
    matches!(
        name,
        "pyproject.toml"
            | "setup.py"
            | "setup.cfg"
            | "Pipfile"
            | "environment.yml"
            | "environment.yaml"
            | "conda.yml"
            | "PKG-INFO"
            | "poetry.lock"
            | "uv.lock"
    ) || is_list(name) && name.contains("require")
}

fn add(text: &str, words: &mut HashSet<String>) {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    for word in text.split(|c: char| !is_word(c)) {
        let word = word.trim_matches(['-', '_', '.']);
        if (2..=80).contains(&word.len()) {
            words.insert(word.to_ascii_lowercase().replace(['_', '.'], "-"));
        }
    }
}

/// Whether a top-level module is one that a requirement may bring: `telegram` of `python-telegram-bot`.
pub(in crate::python) fn brings(words: &HashSet<String>, module: &str) -> bool {
    let wanted = module.to_ascii_lowercase().replace('_', "-");
    words.contains(&wanted)
        || words.iter().any(|word| {
            word.match_indices(&wanted).any(|(at, found)| {
                let (before, after) = (&word[..at], &word[at + found.len()..]);
                (before.is_empty() || before.ends_with('-'))
                    && (after.is_empty() || after.starts_with('-'))
            })
        })
}

#[cfg(test)]
mod tests {
    use super::{add, brings};
    use crate::python::maps::HashSet;

    #[test]
    fn requirements_of_every_form() {
        let mut words = HashSet::default();
        add("Jwcrypto>=1.4\npython_telegram-bot[webhooks]==20 # bot\n", &mut words);
        add("dependencies = [\"xstatic\", 'XStatic-Bootstrap>=3']", &mut words);
        for name in ["jwcrypto", "telegram", "xstatic"] {
            assert!(brings(&words, name), "{name}");
        }
        for name in ["crypto", "gram", "shop"] {
            assert!(!brings(&words, name), "{name}");
        }
    }
}
