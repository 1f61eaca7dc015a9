//! Every sub-command does its job.

use std::process::{Command as System, Stdio};

use crate::{BROKEN, Desk, NOW, fixture, repository};

#[test]
fn a_broken_site_is_named_and_exits_1() {
    let desk = Desk::new();
    let log = desk.file("error.log", BROKEN);
    let ran = desk.run(&["--error-log", &log, "--symptom", "500", NOW[0], NOW[1]]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("flask_cors"), "{}", ran.out);
    assert!(ran.err.is_empty(), "{}", ran.err);
}

#[test]
fn exit_zero_and_fail_on_set_the_code() {
    let desk = Desk::new();
    let log = desk.file("error.log", BROKEN);
    let base = ["--error-log", &log, "--symptom", "500", NOW[0], NOW[1]];
    for extra in [&["--exit-zero"][..], &["--fail-on", "never"]] {
        let ran = desk.run(&[&base[..], extra].concat());
        assert_eq!(ran.code, 0, "{extra:?}");
    }
}

#[test]
fn lint_tells_clean_from_broken() {
    let desk = Desk::new();
    let good = desk.file("good.py", "def application(environ, start_response):\n    return []\n");
    let bad = desk.file("bad.py", "def application(:\n");
    assert_eq!(desk.run(&["lint", &good]).code, 0);
    let ran = desk.run(&["lint", &bad, "--format", "concise"]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("bad.py:1"), "{}", ran.out);
}

#[test]
fn probe_of_nobody_says_refused() {
    let desk = Desk::new();
    let ran = desk.run(&["probe", "http://127.0.0.1:1/", "--hits", "1", "--timeout", "3"]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert!(ran.out.to_lowercase().contains("refused"), "{}", ran.out);
}

#[test]
fn an_unreachable_site_is_a_finding_beside_the_logs() {
    let desk = Desk::new();
    let log = desk.file("error.log", BROKEN);
    let ran = desk.run(&["--error-log", &log, "--url", "http://127.0.0.1:1/", "--hits", "1"]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("127.0.0.1:1"), "{}", ran.out);
}

#[test]
fn restarts_simulates_and_reads() {
    let desk = Desk::new();
    let ran = desk.run(&["restarts", "--simulate", "9m59s", "--platform", "scalingo"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(!ran.out.is_empty());
    let ran = desk.command(&["restarts", "-"]).write_stdin("").output().expect("it runs");
    assert!(ran.status.code().is_some_and(|code| code <= 2));
}

#[test]
fn a_simulation_is_also_for_programs_and_restarts_are_written_to_files() {
    let desk = Desk::new();
    let ran = desk.run(&["restarts", "--simulate", "0s", "11m", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    // 275 minutes of waits, as the policy's text has it; who survives the warm-up is never given up.
    assert_eq!(json["lives"][0]["given_up_at_s"], 275 * 60);
    assert_eq!(json["lives"][0]["crashes"].as_array().map(Vec::len), Some(13));
    assert!(json["lives"][1]["given_up_at_s"].is_null());

    let log = desk.file("timeline.txt", "* Fri Nov 20 2026 10:00:00 - Deployment - deployment of abc (success)\n* Fri Nov 20 2026 10:00:10 - Crash - container 'web-1' has crashed\n");
    let ran = desk.run(&["restarts", &log, "-o", "r.json", NOW[0], NOW[1]]);
    assert!(ran.out.contains("web-1"), "{}{}", ran.out, ran.err);
    let text = std::fs::read_to_string(desk.dir.path().join("r.json")).expect("written");
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(json["restarts"][0]["container"], "web-1");
}

#[test]
fn explain_rules_schema_and_the_rest_answer() {
    let desk = Desk::new();
    for (args, holds) in [
        (&["explain", "module-not-installed"][..], "module"),
        (&["explain", "H12"], "H12"),
        (&["explain", "502"], "502"),
        (&["explain", "--all"], "harakiri"),
        (&["explain", "ModuleNotFoundError: No module named 'flask'"], "module-not-installed"),
        (&["rules"], "module-not-installed"),
        (&["rules", "list"], "module-not-installed"),
        (&["rules", "check"], ""),
        (&["schema"], "diagnose/v1"),
        (&["self-check"], ""),
        (&["completions", "bash"], "diagnose"),
        (&["man"], ".TH"),
        (&["demo", "--list"], "missing-package"),
        (&["--version"], "diagnose "),
        (&["--help"], "Usage:"),
        (&["-h"], "Usage:"),
        (&["lint", "--help"], "Usage:"),
    ] {
        let ran = desk.run(args);
        assert_eq!(ran.code, 0, "{args:?}: {}{}", ran.out, ran.err);
        assert!(ran.out.contains(holds), "{args:?}: {}", ran.out);
        assert!(!ran.out.contains('\u{1b}'), "{args:?}");
    }
}

#[test]
fn a_demo_is_diagnosed_live() {
    let desk = Desk::new();
    let ran = desk.run(&["demo", "missing-package"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
}

#[test]
fn reports_are_compared() {
    let desk = Desk::new();
    let log = desk.file("error.log", BROKEN);
    desk.run(&["--error-log", &log, "--symptom", "500", NOW[0], NOW[1], "-o", "a.json"]);
    desk.run(&["--error-log", &log, "--symptom", "ok", NOW[0], NOW[1], "-o", "b.json"]);
    let ran = desk.run(&["diff", "a.json", "b.json"]);
    assert!(ran.code <= 1, "{}", ran.err);
    assert!(!ran.out.is_empty());
}

#[test]
fn files_are_written_in_the_format_of_their_ending() {
    let desk = Desk::new();
    let log = desk.file("error.log", BROKEN);
    let ran = desk.run(&[
        "--error-log",
        &log,
        "-o",
        "r.md",
        "-o",
        "r.html",
        "-o",
        "r.json",
        "-o",
        "r.sarif",
        "-o",
        "r.xml",
        "-o",
        "r.txt",
        "-qq",
    ]);
    assert_eq!(ran.out, "");
    for (name, start) in [("r.html", "<!"), ("r.json", "{"), ("r.sarif", "{"), ("r.xml", "<?xml")] {
        let text = std::fs::read_to_string(desk.dir.path().join(name)).expect("written");
        assert!(text.to_lowercase().starts_with(start), "{name}: {}", &text[..60.min(text.len())]);
    }
    for name in ["r.md", "r.txt"] {
        assert!(desk.dir.path().join(name).exists(), "{name}");
    }
}

#[test]
fn two_sites_of_one_tree_are_both_reported() {
    let desk = Desk::new();
    let root = repository().join("tests/trees/two-sites");
    let root = root.to_string_lossy();
    let ran = desk.run(&["--root", &root, "--format", "json", NOW[0], NOW[1]]);
    assert!(ran.code <= 1, "{}", ran.err);
    let json: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(json["reports"].as_array().map(Vec::len), Some(2), "{}", ran.out);
    let text = desk.run(&["--root", &root, NOW[0], NOW[1]]).out;
    assert!(text.contains("shop") && text.contains("blog"), "{text}");
}

#[test]
fn a_closed_pipe_is_a_clean_end() {
    let desk = Desk::new();
    for args in [&["schema"][..], &["explain", "--all"], &["rules"], &["man"], &["--help"]] {
        let mut child = System::new(env!("CARGO_BIN_EXE_diagnose"))
            .args(args)
            .env_clear()
            .env("HOME", desk.dir.path())
            .current_dir(desk.dir.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it runs");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        assert!(output.stderr.is_empty(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn a_fixture_read_as_a_person_would() {
    let desk = Desk::new();
    let folder = fixture("pa-missing-package");
    let ran = desk.run(&[&folder, "--platform", "pythonanywhere", NOW[0], NOW[1]]);
    assert!((0..=1).contains(&ran.code), "{}{}", ran.out, ran.err);
}
