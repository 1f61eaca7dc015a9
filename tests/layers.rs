//! Who may import whom: reads the `use` lines of `src/` and fails on an arrow that is not drawn.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Module → modules that it may name. `cli` and `main` may name everything.
const ARROWS: &[(&str, &[&str])] = &[
    ("allocator", &[]),
    ("model", &[]),
    ("text", &[]),
    ("rules", &["model", "text"]),
    ("log", &["rules", "model", "text"]),
    ("python", &["rules", "model", "text"]),
    ("http", &["rules", "model", "text"]),
    ("procfile", &["python", "rules", "model", "text"]),
    ("restarts", &["log", "rules", "model", "text"]),
    ("site", &["log", "python", "rules", "model", "text"]),
    (
        "checks",
        &["site", "log", "python", "http", "procfile", "restarts", "rules", "model", "text"],
    ),
    ("engine", &["rules", "model"]),
    ("redact", &["model", "rules"]),
    ("report", &["model", "rules", "text", "redact"]),
];

fn sources(dir: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).expect("src is readable").flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            into.push(path);
        }
    }
}

/// The top-level module that a file belongs to.
fn module_of(src: &Path, file: &Path) -> String {
    let below = file.strip_prefix(src).expect("below src");
    let first = below.components().next().expect("a name").as_os_str().to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

/// Top-level modules named by `crate::NAME` anywhere in the file.
fn named(text: &str) -> Vec<String> {
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| line.split("crate::").skip(1))
        .map(|rest| {
            rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>()
        })
        .filter(|name| !name.is_empty())
        .collect()
}

#[test]
fn arrows_point_one_way() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let allowed: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    let mut files = Vec::new();
    sources(&src, &mut files);
    let mut wrong = Vec::new();
    let mut checked = 0;
    for file in files {
        let module = module_of(&src, &file);
        if matches!(module.as_str(), "cli" | "main" | "lib") {
            continue;
        }
        let allowed = allowed
            .get(module.as_str())
            .unwrap_or_else(|| panic!("module {module} is not in the table of tests/layers.rs"));
        let text = std::fs::read_to_string(&file).expect("readable");
        // Tests may look at anything.
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(&text);
        for name in named(code) {
            checked += 1;
            let known = ARROWS.iter().any(|(known, _)| *known == name) || name == "cli";
            if known && name != module && !allowed.contains(&name.as_str()) {
                wrong.push(format!("{}: {module} → {name}", file.display()));
            }
        }
    }
    assert!(checked > 20, "the test reads nothing any more");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn main_stays_small() {
    let main = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/main.rs");
    let lines = std::fs::read_to_string(main).expect("readable").lines().count();
    assert!(lines < 60, "main.rs has {lines} lines");
}
