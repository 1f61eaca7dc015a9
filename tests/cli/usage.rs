//! What cannot be carried out says which flag or file it was, and the way out; exit 2.

use crate::{BROKEN, Desk};

/// Arguments, what the message must name, what the way out must hold.
const WRONG: &[(&[&str], &str, &str)] = &[
    (&["--symptom", "ok", "--symptom", "500", "e.log"], "--symptom", "either"),
    (&["--status", "200", "--symptom", "500", "e.log"], "--symptom", "either"),
    (&["--no-probe", "--url", "http://127.0.0.1:1/"], "--url", "--help"),
    (&["--since", "2026-01-02", "--until", "2026-01-01", "e.log"], "--since", "--until"),
    (&["--now", "yesterday", "e.log"], "--now", "2026-"),
    (&["--since", "soon", "e.log"], "--since", "2h"),
    (&["--tz", "Mars/Base", "e.log"], "--tz", "UTC"),
    (&["--platform", "foo", "e.log"], "--platform", "pythonanywhere"),
    (&["--symptom", "foo", "e.log"], "--symptom", "reload-error"),
    (&["--status", "99", "e.log"], "--status 99", "100 to 599"),
    (&["--symptom", "ok", "--symptom", "timeout", "e.log"], "--symptom", "either"),
    (&["--no-probe", "--hits", "2", "e.log"], "--hits", "Leave out"),
    (&["-q", "-v", "e.log"], "--quiet", "Leave out"),
    (&["--budget", "many", "e.log"], "--budget", "number of characters"),
    (&["--user", "ana", "e.log"], "--user", "--remote"),
    (&["a.example", "b.example", "--no-probe"], "a.example and b.example", "name one"),
    (&["--select", "segfault", "--ignore", "segfault", "e.log"], "segfault", "--ignore"),
    (&["--verify", "e.log", "e.log"], "e.log: not JSON", "report.json"),
    (&["--python-version", "abc", "e.log"], "--python-version", "3.11"),
    (&["--hits", "0", "e.log"], "--hits", "1..=20"),
    (&["--timeout", "-1", "e.log"], "--timeout", ""),
    (&["--timeout", "nan", "e.log"], "--timeout", "seconds"),
    (&["--timeout", "0", "e.log"], "--timeout", "seconds"),
    (&["--url", "not a url", "e.log"], "--url", "https://"),
    (&["--fromat", "json"], "--fromat", "--format"),
    (&["--format", "yaml"], "yaml", "json"),
    (&["nope.log"], "nope.log", "give"),
    (&["--error-log", "nope.log"], "nope.log", ""),
    (&["--error-log", "."], ".", "folder"),
    (&["--wsgi", "nope.py"], "nope.py", ""),
    (&["--root", "nope"], "--root nope", ""),
    (&["--project", "nope"], "--project nope", ""),
    (&["lint", "nope.py"], "nope.py", ""),
    (&["restarts", "nope"], "nope", ""),
    (&["explain", "no-such-cause"], "no-such-cause", "diagnose"),
    (&["rules", "check", "nope"], "nope", ""),
    (&["demo", "nope"], "nope", "missing-package"),
    (&["diff", "a.json", "b.json"], "a.json", ""),
    (&["--config", "nope.toml", "e.log"], "nope.toml", ""),
    (&["--rules", "nope", "e.log"], "--rules nope", "causes"),
    (&["-o", "x.foo", "e.log"], "x.foo", ".md"),
    (&["-o", "nope/x.md", "e.log"], "nope/x.md", ""),
    (&["completions", "foo"], "foo", "bash"),
    (&["probe"], "TARGET", "Usage"),
    (&["probe", "http://"], "http://", ""),
    (&["--select", "no-such-cause", "e.log"], "--select", "diagnose rules"),
];

#[test]
fn every_refusal_names_its_reason_and_exits_2() {
    let desk = Desk::new();
    desk.file("e.log", BROKEN);
    let mut wrong = Vec::new();
    for (args, names, way_out) in WRONG {
        let ran = desk.run(args);
        let reasons = [
            (ran.code != 2, format!("exit {}", ran.code)),
            (!ran.err.contains(names), format!("does not name {names}")),
            (!ran.err.contains(way_out), format!("no way out ({way_out})")),
            (ran.err.contains("panicked"), "a panic".to_owned()),
        ];
        for (_, reason) in reasons.iter().filter(|(fails, _)| *fails) {
            wrong.push(format!("{args:?}: {reason}\n{}{}", ran.err, ran.out));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn output_that_cannot_be_written_is_known_before_the_work() {
    let desk = Desk::new();
    desk.file("e.log", BROKEN);
    let ran = desk.run(&["-o", "x.foo", "e.log"]);
    assert_eq!(ran.out, "", "nothing is printed for a typing error");
}

#[test]
fn the_short_help_is_short() {
    let desk = Desk::new();
    for (command, tells) in [
        (None, "--error-log"),
        (Some("lint"), "--unsafe-fixes"),
        (Some("probe"), "--hits"),
        (Some("restarts"), "--simulate"),
        (Some("explain"), "--all"),
        (Some("rules"), "check"),
        (Some("demo"), "--list"),
        (Some("diff"), "Compare"),
    ] {
        let help = |flag| desk.run(&command.into_iter().chain([flag]).collect::<Vec<_>>()).out;
        let (short, long) = (help("-h"), help("--help"));
        assert!(short.lines().all(|line| line.chars().count() <= 80), "{short}");
        assert!(short.contains(tells), "{short}");
        assert!(short.lines().count() <= 24, "one screen: {short}");
        // What it names exists, and a sub-command's help is its own.
        for flag in short.split([' ', '\n']).filter(|word| word.starts_with("--")) {
            assert!(long.contains(flag.trim_matches(',')), "{flag}: {long}");
        }
    }
}

#[test]
fn messages_never_carry_escape_sequences_from_arguments() {
    let desk = Desk::new();
    for args in [
        &["no\u{1b}[31msuch\nfile.log"][..],
        &["--platform", "x\u{1b}]0;t\u{7}"],
        &["--error-log", "\u{1b}[2J.log"],
        &["lint", "\u{1b}[2J.py"],
        &["explain", "\u{1b}[2J"],
        &["--format", "\u{1b}[2J"],
    ] {
        let ran = desk.run(args);
        assert_eq!(ran.code, 2, "{args:?} {}", ran.err);
        assert!(
            !ran.err.contains('\u{1b}') && !ran.out.contains('\u{1b}'),
            "{args:?} {:?}",
            ran.err
        );
    }
}
