//! Any bytes as a WSGI file: followed as a server would load it, every finding checked for a place in the file,
//! every edit for one that can be made.
#![no_main]

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use diagnose::python::lint_run::{LintOptions, run};
use libfuzzer_sys::fuzz_target;

static FILE: LazyLock<PathBuf> = LazyLock::new(|| {
    let dir = std::env::temp_dir().join(format!("diagnose-fuzz-{}", std::process::id()));
    fs::create_dir_all(&dir).unwrap();
    fs::write(dir.join("shop.py"), "from flask import Flask\napp = Flask(__name__)\n").unwrap();
    dir.join("wsgi.py")
});

fuzz_target!(|bytes: &[u8]| {
    fs::write(&*FILE, bytes).unwrap();
    let out = run(&[FILE.clone()], &LintOptions::default());
    for found in &out.findings {
        assert!(!found.message.is_empty() && found.place.line != Some(0));
        for edit in &found.edits {
            assert!(edit.start <= edit.end);
        }
    }
    for change in diagnose::python::fix::plan(
        &out.findings.iter().flat_map(|found| found.edits.iter().cloned()).collect::<Vec<_>>(),
        true,
        None,
        None,
    ) {
        let _ = change.diff();
    }
});
