//! Projects that work must not be accused; those in `tests/wsgi_broken/` must be, on the right line.

use std::fs;
use std::path::{Path, PathBuf};

use diagnose::model::{PythonVersion, Severity};
use diagnose::python::entry::{Analysis, EntryKind, EntryOptions, Interface, analyse_entry};
use diagnose::python::lint_run::{LintOptions, run};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

fn projects() -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = fs::read_dir(folder("projects"))
        .unwrap()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    all.sort();
    all
}

fn show(analysis: &Analysis) -> String {
    analysis
        .findings
        .iter()
        .map(|found| {
            format!(
                "  {} {:?} {} {}",
                found.place.display(),
                found.severity,
                found.name,
                found.message
            )
        })
        .collect::<Vec<_>>()
        .join("\n")
}

/// Under every way of naming the entry point, with and without knowledge of the server.
#[test]
fn healthy_projects_are_not_accused() {
    let mut failures = Vec::new();
    let all = projects();
    assert!(all.len() >= 12);
    for project in all {
        let text = fs::read_to_string(project.join("project.toml")).unwrap();
        let table: toml::Table = toml::from_str(&text).unwrap();
        let string = |key: &str| table[key].as_str().unwrap().to_owned();
        let file = EntryOptions {
            application: string("application"),
            python: Some(PythonVersion { major: 3, minor: 11 }),
            ..EntryOptions::for_file(&project.join(string("entry")))
        };
        let hosted = EntryOptions {
            assume_path: false,
            threads: Some(false),
            cwd: Some(project.clone()),
            ..file.clone()
        };
        let target = string("target");
        let (module, attr) = target.split_once(':').unwrap();
        let named = EntryOptions {
            entry: project.clone(),
            kind: EntryKind::ModuleAttr {
                module: module.to_owned(),
                attr: attr.to_owned(),
                factory: false,
            },
            interface: Interface::Wsgi,
            ..hosted.clone()
        };
        for (how, options) in [("file", file), ("hosted", hosted), ("module", named)] {
            let analysis = analyse_entry(&options);
            if !analysis.findings.is_empty() || !analysis.has_application || !analysis.complete {
                failures.push(format!(
                    "{} as {how}: application {}, notes {:?}\n{}",
                    project.display(),
                    analysis.has_application,
                    analysis.notes,
                    show(&analysis)
                ));
            }
        }
        let lint = run(&[project.clone(), project.join(string("entry"))], &LintOptions::default());
        if lint.findings.iter().any(|found| found.severity > Severity::Note)
            || lint.entry_points.is_empty()
        {
            failures.push(format!(
                "{} as lint: {:?} {:?}",
                project.display(),
                lint.entry_points,
                lint.findings
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// One broken site of a case file: expectation and files.
struct Case {
    name: String,
    expected: Vec<(String, u32, String)>,
    files: Vec<(String, String)>,
}

/// `=== name`, then lines `file:line lint-name`, then `--- file` and its text.
fn cases(text: &str) -> Vec<Case> {
    let mut out: Vec<Case> = Vec::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("=== ") {
            out.push(Case { name: name.to_owned(), expected: Vec::new(), files: Vec::new() });
            continue;
        }
        let Some(case) = out.last_mut() else { continue };
        if let Some(file) = line.strip_prefix("--- ") {
            case.files.push((file.to_owned(), String::new()));
        } else if let Some((_, body)) = case.files.last_mut() {
            body.push_str(line);
            body.push('\n');
        } else if let Some((place, lint)) = line.split_once(' ') {
            let (file, number) = place.rsplit_once(':').expect("file:line");
            case.expected.push((
                file.to_owned(),
                number.parse().expect("a number"),
                lint.to_owned(),
            ));
        }
    }
    out
}

#[test]
fn broken_files_are_reported_on_the_right_line() {
    let mut failures = Vec::new();
    let mut count = 0;
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder("wsgi_broken")).unwrap().flatten().map(|entry| entry.path()).collect();
    files.sort();
    for file in files.iter().filter(|path| path.extension().is_some_and(|ending| ending == "txt")) {
        for case in cases(&fs::read_to_string(file).unwrap()) {
            count += 1;
            let dir = tempfile::tempdir().unwrap();
            let home = dir.path().join("home/ana/site");
            for (name, body) in &case.files {
                let path = match name.strip_prefix('/') {
                    Some(rest) => dir.path().join(rest),
                    None => home.join(name),
                };
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, body).unwrap();
            }
            let mut options = EntryOptions::for_file(&home.join(&case.files[0].0));
            options.root = Some(dir.path().to_owned());
            options.assume_path = false;
            options.whole = true;
            options.threads = Some(false);
            if home.join("venv").is_dir() {
                options.virtualenv = Some(home.join("venv"));
            }
            let analysis = analyse_entry(&options);
            let mut found: Vec<(String, u32, String)> = analysis
                .findings
                .iter()
                .map(|found| {
                    let file = found
                        .place
                        .file
                        .strip_prefix("/home/ana/site/")
                        .unwrap_or(&found.place.file)
                        .to_owned();
                    (file, found.place.line.unwrap_or(0), found.name.to_owned())
                })
                .collect();
            let mut expected = case.expected;
            found.sort();
            expected.sort();
            if found != expected {
                failures.push(format!("{}: expected {expected:?}\n{}", case.name, show(&analysis)));
            }
            for found in &analysis.findings {
                assert!(
                    !found.message.is_empty() && !found.message.ends_with('\n'),
                    "{}",
                    case.name
                );
            }
        }
    }
    assert!(failures.is_empty(), "{} of {count} cases:\n{}", failures.len(), failures.join("\n"));
    assert!(count >= 60, "{count}");
}

/// The layout that Celery's documentation gives for Django: `config/celery.py` imports the package
/// `celery`, and `config/` is not in front of the path.
#[test]
fn a_module_named_like_the_package_that_it_imports_is_fine_inside_a_package() {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("manage.py", "import os\n"),
        (
            "config/__init__.py",
            "from .celery import app as celery_app\n\n__all__ = (\"celery_app\",)\n",
        ),
        (
            "config/celery.py",
            "import os\nfrom celery import Celery\n\nos.environ.setdefault(\"DJANGO_SETTINGS_MODULE\", \"config.settings\")\napp = Celery(\"shop\")\n",
        ),
        (
            "config/wsgi.py",
            "import os\nfrom django.core.wsgi import get_wsgi_application\n\nos.environ.setdefault(\"DJANGO_SETTINGS_MODULE\", \"config.settings\")\napplication = get_wsgi_application()\n",
        ),
        (
            "config/settings.py",
            "import os\n\nSECRET_KEY = os.environ.get(\"KEY\")\nALLOWED_HOSTS = [\"shop.example\"]\nROOT_URLCONF = \"config.urls\"\n",
        ),
        ("config/urls.py", "urlpatterns = []\n"),
    ] {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let found = run(&[dir.path().to_owned()], &LintOptions::default());
    let errors: Vec<&str> = found
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| finding.message.as_str())
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(found.entry_points.len(), 1);

    // Beside the WSGI file, and not inside a package, the same module does hide the package.
    for (name, text) in [
        ("celery.py", "from celery import Celery\n"),
        ("wsgi.py", "import celery\napplication = print\n"),
    ] {
        fs::create_dir_all(dir.path().join("flat")).unwrap();
        fs::write(dir.path().join("flat").join(name), text).unwrap();
    }
    let found = run(&[dir.path().join("flat")], &LintOptions::default());
    assert!(found.findings.iter().any(|finding| finding.severity == Severity::Error));
}
