//! Every lint's own examples, run through the whole analysis.

use std::fs;
use std::path::Path;

use super::LINTS;
use crate::python::entry::{Analysis, EntryOptions, Interface, analyse_entry};

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
    if text.trim_start().starts_with("# python ") {
        options.kind = crate::python::entry::EntryKind::Script;
    }
    if text.trim_start().starts_with("# uvicorn ") {
        options.interface = Interface::Asgi;
    }
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
        if !found(doc.code) {
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

/// What a fix writes parses, and the finding is gone.
#[test]
fn fixes_of_bad_examples_mend_them() {
    let mut fixed = 0;
    for lint in LINTS {
        let dir = tempfile::tempdir().unwrap();
        let home = dir.path().join("home/ana/site");
        write_files(&home, lint.doc.bad);
        let mut options = EntryOptions::for_file(&home.join("wsgi.py"));
        options.root = Some(dir.path().to_owned());
        options.assume_path = false;
        options.whole = true;
        let before = analyse_entry(&options);
        let edits: Vec<_> = before.findings.iter().flat_map(|found| found.edits.clone()).collect();
        if edits.is_empty() {
            continue;
        }
        let plan = crate::python::fix::plan(&edits, false, None, None);
        assert!(!plan.is_empty(), "{}: {edits:?}", lint.doc.name);
        for file in &plan {
            crate::python::fix::write(file).unwrap();
        }
        let after = analyse_entry(&options);
        assert!(
            !after.findings.iter().any(|found| found.code == lint.doc.code),
            "{}: {:?}",
            lint.doc.name,
            codes(&after)
        );
        fixed += 1;
    }
    assert!(fixed >= 8, "{fixed}");
}

/// Nesting and length that no person writes: an answer, whatever it is.
#[test]
fn hostile_sources_neither_hang_nor_overflow() {
    let sum = format!("x = {}1\n", "a + ".repeat(9_000));
    let calls = format!("x = f{}\n", "()".repeat(9_000));
    let attributes = format!("x = a{}\n", ".b".repeat(9_000));
    let functions: String =
        (0..200).map(|n| format!("def f{n}():\n    f{}()\n    f{}()\n", n + 1, n + 1)).collect();
    let strings = format!("x = 'a'\n{}", "x = x + x\n".repeat(2_000));
    let lists = format!("x = [1]\n{}", "x = x + x\n".repeat(2_000));
    let loops = "for i in [1, 2, 3, 4, 5, 6, 7, 8]:\n".to_owned();
    let nested: String =
        (0..18).map(|depth| format!("{}{loops}", " ".repeat(depth))).collect::<String>()
            + &" ".repeat(18)
            + "pass\n";
    for text in [
        sum,
        calls,
        attributes,
        functions + "f0()\n",
        strings,
        lists,
        nested,
        "import wsgi\nfrom wsgi import *\n".to_owned(),
        // Functions whose defaults call them.
        "def f(a=1): pass\ndef f(a=f()): pass\ndef g(a=h()): pass\ndef h(a=g()): pass\ndef g(a=h()): pass\nf()\ng()\n".to_owned(),
        "def index(a=1): pass\nasync def index(b=index(index())): pass\nx = index(index())\nasync def index(c=index()): pass\n".to_owned(),
        // Names that nothing defines: one a thousand times, and thousands of them.
        "missing;".repeat(12_000),
        (0..12_000).map(|n| format!("missing{n}\n")).collect(),
        "import wsgi\n".to_owned()
            + &(0..12_000).map(|n| format!("wsgi.missing{n}\n")).collect::<String>(),
    ] {
        analyse(&text);
    }
}
