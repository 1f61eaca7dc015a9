//! Every check reports its own bad example and not its good one.

use std::path::Path;

use super::{DOCS, Options};
use crate::procfile::check_folder;

/// Writes an example: the text before the first `# --- name` is the Procfile.
fn names(example: &str) -> Vec<&'static str> {
    let dir = tempfile::tempdir().expect("a folder");
    let mut name = "Procfile";
    let mut text = String::new();
    let put = |name: &str, text: &str| {
        if !text.is_empty() {
            let file = dir.path().join(name);
            std::fs::create_dir_all(file.parent().expect("a folder")).expect("made");
            std::fs::write(file, text).expect("a file");
        }
    };
    for line in example.strip_prefix('\n').unwrap_or(example).split_inclusive('\n') {
        if let Some(next) = line.strip_prefix("# --- ") {
            put(name, &text);
            name = next.trim_end();
            text.clear();
        } else {
            text.push_str(line);
        }
    }
    put(name, &text);
    let options = Options { platform: Some("scalingo".to_owned()), ..Options::default() };
    check_folder(Path::new(dir.path()), &options).iter().map(|found| found.name).collect()
}

#[test]
fn examples_do_what_they_say() {
    for doc in DOCS {
        assert!(names(doc.bad).contains(&doc.name), "{}: {:?}", doc.code, names(doc.bad));
        let good = names(doc.good);
        let said: Vec<_> =
            good.iter().filter(|name| **name != "procfile-command-missing").collect();
        assert!(said.is_empty(), "{}: {good:?}", doc.code);
    }
}

#[test]
fn codes_and_names_are_unique() {
    let codes: std::collections::BTreeSet<_> = DOCS.iter().map(|doc| doc.code).collect();
    let names: std::collections::BTreeSet<_> = DOCS.iter().map(|doc| doc.name).collect();
    assert_eq!((codes.len(), names.len()), (DOCS.len(), DOCS.len()));
}
