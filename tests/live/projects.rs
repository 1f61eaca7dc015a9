//! The projects of `tests/projects/`, which lint must not accuse, really work: each is started and
//! asked, half of them under gunicorn and half under uWSGI.

use std::fs;
use std::path::Path;

use crate::stack::{Stack, tools};
use crate::{last, plan, probe};

#[test]
fn every_healthy_project_answers() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/projects");
    let mut projects: Vec<_> =
        fs::read_dir(folder).expect("projects").flatten().map(|entry| entry.path()).collect();
    projects.retain(|path| path.join("project.toml").is_file());
    projects.sort();
    assert!(projects.len() >= 12);
    let mut failures = Vec::new();
    for (at, project) in projects.iter().enumerate() {
        let Some(tools) = tools("every_healthy_project_answers") else { return };
        let (server, pass) = if at % 2 == 0 { ("gunicorn", "http") } else { ("uwsgi", "uwsgi") };
        let text = fs::read_to_string(project.join("project.toml")).expect("readable");
        let table: toml::Table = toml::from_str(&text).expect("TOML");
        let string = |key: &str| table[key].as_str().expect("a string").to_owned();
        let mut stack = Stack::new(tools, pass);
        stack.project(server, project, &string("target"));
        let report = probe(&plan(stack.url(&string("get"))));
        if last(&report).0 != Some(200) {
            let name = project.file_name().unwrap_or_default().to_string_lossy().into_owned();
            failures.push(format!(
                "{name} under {server}: {:?}\n{}",
                last(&report),
                stack.outputs()
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
