//! What is kept of a diagnosis: bundles for support, and earlier reports that a fix is held against.

use std::io::Read as _;

use crate::{BROKEN, Desk, NOW};

const WSGI: &str =
    "import sys\nsys.path.insert(0, '/home/ana/site')\nfrom shop import app as application\n";
const SHOP: &str = "from flask import Flask\n\nKEY = 'x'\nAWS_SECRET_ACCESS_KEY = 'wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY'\napp = Flask(__name__)\napp.run()\n";

fn entries(desk: &Desk, name: &str) -> Vec<(String, String)> {
    let file = std::fs::File::open(desk.dir.path().join(name)).expect("a bundle");
    let mut zip = zip::ZipArchive::new(file).expect("an archive");
    (0..zip.len())
        .map(|at| {
            let mut entry = zip.by_index(at).expect("an entry");
            let mut text = String::new();
            entry.read_to_string(&mut text).expect("text");
            (entry.name().to_owned(), text)
        })
        .collect()
}

#[test]
fn a_bundle_of_a_tree_is_diagnosed_like_the_tree() {
    let desk = Desk::new();
    for (name, text) in [
        ("var/www/ana_pythonanywhere_com_wsgi.py", WSGI),
        ("home/ana/site/shop.py", SHOP),
        ("home/ana/site/venv/lib/x.py", "not = own code\n"),
        ("var/log/ana.pythonanywhere.com.error.log", ""),
    ] {
        let path = desk.dir.path().join("root").join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        std::fs::write(path, text).expect("written");
    }
    let first = desk.run(&["--root", "root", "--bundle", "b.zip", "--format", "json"]);
    assert_eq!(first.code, 1, "{}{}", first.out, first.err);
    assert!(first.err.contains("b.zip") && first.err.contains("before you send"), "{}", first.err);

    let all = entries(&desk, "b.zip");
    let names: Vec<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
    for wanted in ["REPORT.md", "REPORT.json", "home/ana/site/shop.py"] {
        assert!(names.contains(&wanted), "{wanted} in {names:?}");
    }
    assert!(!names.iter().any(|name| name.contains("venv")), "{names:?}");
    assert!(all.iter().all(|(_, text)| !text.contains("EXAMPLEKEY")), "a secret left the machine");

    let again = desk.run(&["b.zip", "--format", "json"]);
    let causes = |text: &str| -> Vec<String> {
        let json: serde_json::Value = serde_json::from_str(text).expect("JSON");
        let findings = json["findings"].as_array().expect("findings").clone();
        findings.iter().map(|f| f["cause"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(causes(&first.out), causes(&again.out), "{}", again.err);
}

#[test]
fn a_bundle_of_named_files_is_diagnosed_alike() {
    let desk = Desk::new();
    let log = desk.file("crash.txt", BROKEN);
    let ran = desk.run(&["--error-log", &log, "--symptom", "500", "--bundle", "b.zip", "-q", "-q"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let again = desk.run(&["b.zip", "--symptom", "500", NOW[0], NOW[1]]);
    assert!(again.out.contains("flask_cors"), "{}{}", again.out, again.err);
}

#[test]
fn a_bundle_that_cannot_be_written_is_said_before_anything_else() {
    let desk = Desk::new();
    let log = desk.file("error.log", BROKEN);
    for bad in ["b.tar", "nowhere/b.zip"] {
        let ran = desk.run(&["--error-log", &log, "--bundle", bad]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{bad}");
        assert!(ran.err.contains(bad), "{}", ran.err);
    }
}

#[test]
fn a_fix_is_held_against_the_earlier_report() {
    let desk = Desk::new();
    let log = desk.file("error.log", BROKEN);
    let report = desk.run(&["--error-log", &log, "-o", "before.json", NOW[0], NOW[1]]);
    assert_eq!(report.code, 1);
    let still = desk.run(&["--error-log", &log, "--verify", "before.json", NOW[0], NOW[1]]);
    assert_eq!(still.code, 1);
    assert!(still.out.contains("still there     module-not-installed"), "{}", still.out);

    let mended = desk.file("later.log", "2026-11-21 08:59:59,000: *** Starting uWSGI ***\n");
    let gone = desk.run(&["--error-log", &mended, "--verify", "before.json", NOW[0], NOW[1]]);
    assert_eq!(gone.code, 0, "{}{}", gone.out, gone.err);
    assert!(gone.out.contains("gone            module-not-installed"), "{}", gone.out);

    let code = desk.file("wsgi.py", "def application(environ, start_response):\n    return []\n");
    let blind = desk.run(&["--wsgi", &code, "--verify", "before.json", "--format", "json"]);
    assert_eq!(blind.code, 1, "what was not looked at is not gone");
    assert!(blind.err.contains("not looked for"), "{}", blind.err);
    assert!(serde_json::from_str::<serde_json::Value>(&blind.out).is_ok(), "{}", blind.out);
}

#[test]
fn what_is_no_report_is_refused() {
    let desk = Desk::new();
    let log = desk.file("error.log", BROKEN);
    let ran = desk.run(&["--error-log", &log, "--verify", &log]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("error.log"), "{}", ran.err);
}
