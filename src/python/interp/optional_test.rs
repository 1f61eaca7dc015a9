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
        "try:\n    import PIL\nexcept ImportError:\n    HAVE = False\nelse:\n    HAVE = True\nif HAVE:\n    import numpy",
        "import __main__\nprint(__main__.__file__)",
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

/// The lines of settings at which a module is told to be missing, in a virtualenv that has only Django.
fn missing_app(lines: &str) -> Vec<u32> {
    let dir = tempfile::tempdir().unwrap();
    let root = fs::canonicalize(dir.path()).unwrap();
    let core = root.join("venv/lib/python3.11/site-packages/django/core");
    fs::create_dir_all(&core).unwrap();
    fs::create_dir_all(root.join("shop")).unwrap();
    let wsgi = "import os\nfrom django.core.wsgi import get_wsgi_application\nos.environ['DJANGO_SETTINGS_MODULE'] = 'shop.settings'\napplication = get_wsgi_application()\n";
    for (path, text) in [
        ("venv/pyvenv.cfg", "version = 3.11.4\n"),
        ("venv/lib/python3.11/site-packages/django/__init__.py", ""),
        ("venv/lib/python3.11/site-packages/django/core/__init__.py", ""),
        (
            "venv/lib/python3.11/site-packages/django/core/wsgi.py",
            "def get_wsgi_application():\n    pass\n",
        ),
        ("wsgi.py", wsgi),
        ("shop/__init__.py", ""),
        ("shop/settings.py", &format!("INSTALLED_APPS = ['shop']\nMIDDLEWARE = []\n{lines}\n")),
    ] {
        fs::write(root.join(path), text).unwrap();
    }
    let options = LintOptions { virtualenv: Some(root.join("venv")), ..LintOptions::default() };
    let out = run(&[root.join("wsgi.py")], &options);
    let found = out.findings.iter().filter(|found| found.code == "WD302");
    found.filter_map(|found| found.place.line).collect()
}

#[test]
fn apps_that_settings_do_without() {
    for lines in [
        "try:\n    import debug_toolbar\n    INSTALLED_APPS += ['debug_toolbar']\nexcept ImportError:\n    pass",
        "try:\n    import debug_toolbar\nexcept ImportError:\n    pass\nelse:\n    INSTALLED_APPS.append('debug_toolbar')\n    MIDDLEWARE += ['debug_toolbar.middleware.DebugToolbarMiddleware']",
        "from contextlib import suppress\nwith suppress(ImportError):\n    import debug_toolbar\n    INSTALLED_APPS += ['debug_toolbar']",
        "for app in ('debug_toolbar', 'rosetta'):\n    try:\n        __import__(app)\n    except ImportError:\n        continue\n    INSTALLED_APPS.append(app)",
        "if len(INSTALLED_APPS):\n    try:\n        import debug_toolbar\n        INSTALLED_APPS += ['debug_toolbar']\n    except Exception:\n        pass",
    ] {
        assert_eq!(missing_app(lines), [0; 0], "{lines}");
    }
    for (lines, line) in [
        ("INSTALLED_APPS += ['debug_toolbar']", 3),
        ("try:\n    import json\nexcept ImportError:\n    pass\nINSTALLED_APPS += ['rosetta']", 7),
        (
            "try:\n    import json\n    INSTALLED_APPS += ['rosetta']\nexcept ValueError:\n    pass",
            5,
        ),
        ("for app in ['rosetta']:\n    INSTALLED_APPS.append(app)", 3),
    ] {
        assert_eq!(missing_app(lines), [line], "{lines}");
    }
}
