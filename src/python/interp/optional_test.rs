//! Packages that code does without when they are not installed.

use crate::python::lint_run::{LintOptions, run};
use std::fs;

/// The lines at which a module is told to be missing, in a virtualenv that has only Flask.
fn missing(text: &str) -> Vec<u32> {
    let dir = tempfile::tempdir().unwrap();
    let root = fs::canonicalize(dir.path()).unwrap();
    let flask = root.join("venv/lib/python3.11/site-packages/flask");
    fs::create_dir_all(&flask).unwrap();
    fs::write(flask.join("__init__.py"), "class Flask:\n    pass\n").unwrap();
    fs::write(root.join("venv/pyvenv.cfg"), "version = 3.11.4\n").unwrap();
    let text = format!("{text}\nfrom flask import Flask\napp = Flask(__name__)\n");
    fs::write(root.join("app.py"), text).unwrap();
    let options = LintOptions { virtualenv: Some(root.join("venv")), ..LintOptions::default() };
    let out = run(&[root.join("app.py")], &options);
    let found = out.findings.iter().filter(|found| found.code == "WD302");
    found.filter_map(|found| found.place.line).collect()
}

#[test]
fn what_follows_an_import_that_may_fail() {
    for text in [
        "try:\n    import PIL\nexcept ImportError:\n    PIL = None\nelse:\n    from PIL import Image",
        "try:\n    import PIL\nexcept Exception:\n    pass\nelse:\n    import PIL.Image\n    import piexif",
        "try:\n    import PIL\nexcept ImportError:\n    PIL = None\n\ndef load():\n    if PIL is None:\n        return None\n    import PIL.Image\n    return PIL\nload()",
    ] {
        assert_eq!(missing(text), [0; 0], "{text}");
    }
}

#[test]
fn what_is_needed() {
    for (text, line) in [
        ("import PIL", 1),
        // No import that is caught stands above.
        ("try:\n    x = 1\nexcept ImportError:\n    pass\nelse:\n    import PIL", 6),
        ("try:\n    import json\nexcept ValueError:\n    pass\nelse:\n    import PIL", 6),
        ("try:\n    import redis\nexcept ImportError:\n    pass\nimport PIL", 5),
        ("def load():\n    import PIL\n    return PIL\nload()", 2),
    ] {
        assert_eq!(missing(text), [line], "{text}");
    }
}
