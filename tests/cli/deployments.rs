//! Whole repositories that are deployed: those of `tests/deployments/broken.txt`, each after a real thread, are
//! told of in the right file and line; those of `working.txt` are left alone.

use std::path::Path;

use crate::{Desk, repository};

struct Case {
    name: String,
    /// `FILE:LINE CODE`
    expect: Option<(String, String)>,
    files: Vec<(String, String)>,
}

/// `=== NAME | WHY`, then `expect: FILE:LINE CODE`, then `--- FILE` and its text.
fn cases(file: &str) -> Vec<Case> {
    let path = repository().join("tests/deployments").join(file);
    let text = std::fs::read_to_string(path).expect("the cases");
    let mut cases: Vec<Case> = Vec::new();
    for line in text.lines() {
        if let Some(head) = line.strip_prefix("=== ") {
            let name = head.split('|').next().unwrap_or(head).trim().to_owned();
            cases.push(Case { name, expect: None, files: Vec::new() });
            continue;
        }
        let case = cases.last_mut().expect("a head first");
        if let Some(name) = line.strip_prefix("--- ") {
            case.files.push((name.trim().to_owned(), String::new()));
        } else if let Some((_, text)) = case.files.last_mut() {
            text.push_str(line);
            text.push('\n');
        } else if let Some(expect) = line.strip_prefix("expect: ") {
            let (place, code) = expect.split_once(' ').expect("a place and a code");
            case.expect = Some((place.to_owned(), code.to_owned()));
        }
    }
    cases
}

/// Lines of errors and warnings, with places as in the case.
fn told(case: &Case) -> Vec<String> {
    let desk = Desk::new();
    for (name, text) in &case.files {
        let path = desk.dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).expect("a folder");
        std::fs::write(path, text).expect("written");
    }
    let ran = desk.run(&["lint", "--no-config", "--format", "concise", "."]);
    assert!(matches!(ran.code, 0 | 1), "{}: {}", case.name, ran.err);
    ran.out
        .lines()
        .filter(|line| line.contains(": error ") || line.contains(": warning "))
        .map(|line| line.strip_prefix("./").unwrap_or(line).to_owned())
        .collect()
}

#[test]
fn broken_ones_are_told_of() {
    let all = cases("broken.txt");
    assert!(all.len() >= 50);
    for case in &all {
        let (place, code) = case.expect.as_ref().expect("what is expected");
        let told = told(case);
        let right = told.iter().any(|line| {
            line.starts_with(&format!("{place}:")) && line.contains(&format!(" {code}: "))
        });
        assert!(right, "{}: {place} {code}, and told was {told:#?}", case.name);
    }
}

#[test]
fn working_ones_are_left_alone() {
    let all = cases("working.txt");
    assert!(all.len() >= 20);
    for case in &all {
        assert!(told(case).is_empty(), "{}: {:#?}", case.name, told(case));
    }
}
