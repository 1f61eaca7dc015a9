//! `diagnose` and its configuration file: what applies, what does not, and the way out.

use crate::{BROKEN, Desk, NOW};

#[test]
fn the_nearest_file_sets_what_no_flag_sets() {
    let desk = Desk::new();
    let log = desk.file("error.log", BROKEN);
    desk.file("diagnose.toml", "fail-on = \"never\"\nplatform = \"scalingo\"\n");
    let ran = desk.run(&["--error-log", &log, NOW[0], NOW[1]]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.starts_with("Scalingo"), "{}", ran.out);
    let flag = desk.run(&["--error-log", &log, "--fail-on", "error", NOW[0], NOW[1]]);
    assert_eq!(flag.code, 1, "a flag wins over the file");
    let without = desk.run(&["--error-log", &log, "--no-config", NOW[0], NOW[1]]);
    assert_eq!(without.code, 1);
}

#[test]
fn a_choice_made_for_lint_hides_no_cause() {
    let desk = Desk::new();
    let log = desk.file("error.log", BROKEN);
    desk.file("pyproject.toml", "[tool.diagnose]\nselect = [\"WD101\"]\nformat = \"github\"\n");
    let ran = desk.run(&["--error-log", &log, NOW[0], NOW[1]]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("flask_cors") && !ran.out.contains("::error"), "{}", ran.out);
}

#[test]
fn the_file_can_name_the_inputs() {
    let desk = Desk::new();
    std::fs::create_dir(desk.dir.path().join("logs")).expect("a folder");
    std::fs::write(desk.dir.path().join("logs/app.log"), BROKEN).expect("written");
    desk.file("own.toml", "logs = [\"logs/app.log\"]\n");
    let ran = desk.run(&["--config", "own.toml", NOW[0], NOW[1]]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("flask_cors"), "{}", ran.out);
    let other = desk.file("fine.log", "all is well\n");
    let given = desk.run(&["--config", "own.toml", &other, NOW[0], NOW[1]]);
    assert!(!given.out.contains("flask_cors"), "only what was given is read: {}", given.out);
}

#[test]
fn a_bad_file_is_named_with_the_way_out() {
    let desk = Desk::new();
    let log = desk.file("error.log", BROKEN);
    for text in ["platfrom = \"heroku\"\n", "probe = { hits = 0 }\n", "fail-on = \"warn\"\n"] {
        desk.file("diagnose.toml", text);
        let ran = desk.run(&["--error-log", &log]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{text}");
        assert!(
            ran.err.contains("diagnose.toml") && ran.err.contains("--no-config"),
            "{}",
            ran.err
        );
    }
}

#[test]
fn ascii_is_ascii() {
    let desk = Desk::new();
    let log = desk.file("error.log", BROKEN);
    let ran = desk.run(&["--error-log", &log, "--ascii", NOW[0], NOW[1]]);
    assert_eq!(ran.code, 1);
    let odd: String = ran.out.chars().filter(|c| !c.is_ascii()).collect();
    assert!(odd.is_empty(), "{odd}");
    let ran = desk.run(&["explain", "--all", "--ascii"]);
    let odd: String = ran.out.chars().filter(|c| !c.is_ascii()).collect();
    assert!(odd.is_empty(), "{odd}");
}

#[test]
fn a_file_never_gets_colour_codes() {
    let desk = Desk::new();
    let log = desk.file("error.log", BROKEN);
    let ran = desk.run(&["--error-log", &log, "--color", "always", "-o", "r.txt", NOW[0], NOW[1]]);
    assert!(ran.out.contains('\u{1b}'), "{}", ran.out);
    let file = std::fs::read_to_string(desk.dir.path().join("r.txt")).expect("written");
    assert!(!file.contains('\u{1b}'), "{file}");
}
