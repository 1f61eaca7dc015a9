//! Every lint's own examples, run through the whole analysis.

use std::fs;
use std::path::Path;

use super::LINTS;
use crate::python::entry::{Analysis, EntryOptions, analyse_entry};

/// Writes `# --- path` separated files below a folder that plays `/home/ana/site`, and analyses `wsgi.py`.
pub(crate) fn analyse(text: &str) -> Analysis {
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path().join("home/ana/site");
    write_files(&home, text);
    let mut options = EntryOptions::for_file(&home.join("wsgi.py"));
    options.root = Some(dir.path().to_owned());
    options.assume_path = false;
    options.threads = Some(false);
    options.whole = true;
    if home.join("venv").is_dir() {
        options.virtualenv = Some("/home/ana/site/venv".into());
    }
    options.virtualenv = options.virtualenv.map(|_| home.join("venv"));
    analyse_entry(&options)
}

fn write_files(dir: &Path, text: &str) {
    let mut name = "wsgi.py".to_owned();
    let mut body = String::new();
    let mut files = Vec::new();
    for line in text.trim_start_matches('\n').lines() {
        if let Some(next) = line.strip_prefix("# --- ") {
            files.push((
                std::mem::replace(&mut name, next.trim().to_owned()),
                std::mem::take(&mut body),
            ));
        } else {
            body.push_str(line);
            body.push('\n');
        }
    }
    files.push((name, body));
    for (name, body) in files {
        let path = dir.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, body).unwrap();
    }
}

fn codes(analysis: &Analysis) -> Vec<String> {
    analysis
        .findings
        .iter()
        .map(|found| format!("{} {} {}", found.place.display(), found.name, found.message))
        .collect()
}

#[test]
fn every_bad_example_is_reported_and_every_good_one_is_clean() {
    let mut failures = Vec::new();
    for lint in LINTS {
        let doc = lint.doc;
        let bad = analyse(doc.bad);
        let found = |code: &str| bad.findings.iter().any(|found| found.code == code);
        if !found(doc.code) && !(doc.code == "WD003" && found("WD001")) {
            failures.push(format!("{}: bad example not reported, but {:?}", doc.name, codes(&bad)));
        }
        let good = analyse(doc.good);
        if !good.findings.is_empty() {
            failures.push(format!("{}: good example reported: {:?}", doc.name, codes(&good)));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn codes_and_names_are_unique() {
    let mut seen = std::collections::BTreeSet::new();
    for lint in LINTS {
        assert!(seen.insert(lint.doc.code) && seen.insert(lint.doc.name), "{}", lint.doc.code);
    }
}
