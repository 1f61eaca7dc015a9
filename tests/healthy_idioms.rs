//! Rare ways of writing what works: none may be accused. A case is `=== name`, then perhaps lines
//! `file:line lint-name` of what is worth a warning, then `--- file` and its text. A case without a `wsgi.py` is
//! completed by the case `base` of its file; `--- file +` stands for what follows the base's text.

use std::fs;
use std::path::Path;

use diagnose::model::Severity;
use diagnose::python::entry::{EntryOptions, analyse_entry};
use diagnose::python::lint_run::{LintOptions, run};
use diagnose::python::lints::LintFinding;

#[derive(Default)]
struct Case {
    name: String,
    /// `file:line lint-name`
    warned: Vec<String>,
    files: Vec<(String, String)>,
}

fn cases(text: &str) -> Vec<Case> {
    let mut all: Vec<Case> = Vec::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("=== ") {
            all.push(Case { name: name.to_owned(), ..Case::default() });
            continue;
        }
        let Some(case) = all.last_mut() else { continue };
        if let Some(file) = line.strip_prefix("--- ") {
            case.files.push((file.to_owned(), String::new()));
        } else if let Some((_, body)) = case.files.last_mut() {
            body.push_str(line);
            body.push('\n');
        } else {
            case.warned.push(line.to_owned());
        }
    }
    all
}

/// Adds what the case leaves out.
fn complete(case: &mut Case, base: &[(String, String)]) {
    let own: Vec<String> =
        case.files.iter().map(|(file, _)| file.trim_end_matches(" +").to_owned()).collect();
    for (file, body) in &mut case.files {
        if let Some(name) = file.strip_suffix(" +") {
            let (_, head) = base.iter().find(|(known, _)| known == name).expect("a file of base");
            *body = format!("{head}{body}");
            *file = name.to_owned();
        }
    }
    // A package of settings takes the place of the file.
    let package = own.iter().any(|file| file.starts_with("site1/settings"));
    case.files.extend(
        base.iter()
            .filter(|(file, _)| !(own.contains(file) || package && file == "site1/settings.py"))
            .cloned(),
    );
}

fn told(findings: &[LintFinding], dir: &Path, case: &Case) -> Vec<String> {
    let shown = |found: &LintFinding| {
        let file = Path::new(&*found.place.file);
        let file = file.strip_prefix(dir).unwrap_or(file).display().to_string();
        format!("{file}:{} {}", found.place.line.unwrap_or(0), found.name)
    };
    findings
        .iter()
        .filter(|found| found.severity > Severity::Note)
        .filter(|found| found.severity == Severity::Error || !case.warned.contains(&shown(found)))
        .map(|found| format!("  {} {:?} {}", shown(found), found.severity, found.message))
        .collect()
}

#[test]
fn rare_ways_that_work_are_not_accused() {
    let mut failures = Vec::new();
    let mut count = 0;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wsgi_healthy");
    let mut texts: Vec<_> =
        fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    texts.sort();
    for text in texts {
        let mut all = cases(&fs::read_to_string(text).unwrap());
        let base = match all.first() {
            Some(first) if first.name == "base" => all.remove(0).files,
            _ => Vec::new(),
        };
        for mut case in all {
            count += 1;
            complete(&mut case, &base);
            let dir = tempfile::tempdir().unwrap();
            let dir = fs::canonicalize(dir.path()).unwrap().join("site");
            for (name, body) in &case.files {
                let path = dir.join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, body).unwrap();
            }
            // As a folder, and as the WSGI file that somebody names.
            let mut found = told(
                &run(std::slice::from_ref(&dir), &LintOptions::default()).findings,
                &dir,
                &case,
            );
            let entry = EntryOptions::for_file(&dir.join("wsgi.py"));
            found.extend(told(&analyse_entry(&entry).findings, &dir, &case));
            fs::remove_dir_all(&dir).unwrap();
            if !found.is_empty() {
                failures.push(format!("{}:\n{}", case.name, found.join("\n")));
            }
        }
    }
    assert!(failures.is_empty(), "{} of {count}:\n{}", failures.len(), failures.join("\n"));
    assert!(count >= 60, "{count}");
}
