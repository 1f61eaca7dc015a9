//! Over all fixtures: the JSON contract, the width of the text, the same bytes for the same input.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use clap::Parser as _;
use diagnose::cli::args::Args;
use diagnose::cli::diagnose_args;
use diagnose::model::Report;
use diagnose::redact::{RedactOptions, redact};
use diagnose::report::{Format, Style, json, render_many};
use unicode_width::UnicodeWidthStr;

use crate::{Desk, fixture, repository};

#[derive(serde::Deserialize)]
struct Scenario {
    args: Vec<String>,
}

/// What a scenario's folder says that a person would type.
pub(crate) fn typed(folder: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(folder.join("scenario.toml")).expect("readable");
    let scenario: Scenario = toml::from_str(&text).expect("a scenario");
    let place = |arg: String| {
        let path = folder.join(&arg);
        let given = !arg.starts_with('-') && !arg.is_empty() && path.exists();
        if given { path.to_string_lossy().into_owned() } else { arg }
    };
    scenario.args.into_iter().map(place).collect()
}

fn folders() -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = std::fs::read_dir(repository().join("fixtures"))
        .expect("fixtures")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.join("scenario.toml").is_file())
        .collect();
    all.sort();
    all
}

pub(crate) fn diagnosed(argv: &[String]) -> Vec<Report> {
    let argv = std::iter::once("diagnose".to_owned()).chain(argv.iter().cloned());
    let args = Args::try_parse_from(argv).unwrap_or_else(|error| panic!("{error}"));
    diagnose_args(&args.diagnose, &Arc::new(AtomicBool::new(false)))
        .unwrap_or_else(|error| panic!("{error}"))
}

/// A report in one format, as it would be handed on.
pub(crate) fn printed(reports: &[Report], format: Format) -> String {
    let all: Vec<_> =
        reports.iter().map(|report| redact(report.clone(), &RedactOptions::shared())).collect();
    let mut out = Vec::new();
    render_many(format, &all, &Style::default(), &mut out).expect("in memory");
    String::from_utf8(out).expect("reports are UTF-8")
}

/// Lines wider than the page that no break could have made narrower. A word (a URL, a path) and a
/// command, which is copied as a whole, are never broken; excerpts keep the code's own columns.
fn too_wide<'a>(text: &'a str, json: &str) -> Vec<&'a str> {
    text.lines()
        .filter(|line| line.width() > 80)
        .filter(|line| {
            let longest = line.split_whitespace().map(UnicodeWidthStr::width).max().unwrap_or(0);
            let command =
                json.contains(serde_json::json!(line.trim()).to_string().trim_matches('"'));
            let excerpt = line.contains('|') || line.contains('│');
            longest < 60 && !command && !excerpt
        })
        .collect()
}

#[test]
fn every_fixture_keeps_the_contract_and_the_width() {
    colored::control::set_override(false);
    let schema: serde_json::Value = serde_json::from_str(json::SCHEMA).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let folders = folders();
    let next = AtomicUsize::new(0);
    let mut wrong: Vec<String> = std::thread::scope(|scope| {
        let work = || {
            let mut wrong = Vec::new();
            while let Some(folder) = folders.get(next.fetch_add(1, Ordering::Relaxed)) {
                let name = folder.file_name().unwrap_or_default().to_string_lossy();
                let reports = diagnosed(&typed(folder));
                let text = printed(&reports, Format::Json);
                let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
                for error in validator.iter_errors(&value).take(2) {
                    wrong.push(format!("{name}: {error} at {}", error.instance_path()));
                }
                for skipped in reports.iter().flat_map(|report| &report.skipped) {
                    if skipped.missing.contains("crash") {
                        wrong.push(format!("{name}: {} {}", skipped.check, skipped.missing));
                    }
                }
                let json = text;
                let text = printed(&reports, Format::Text);
                wrong.extend(
                    too_wide(&text, &json).into_iter().map(|line| format!("{name}: {line}")),
                );
                if text.contains('\u{1b}') {
                    wrong.push(format!("{name}: an escape sequence"));
                }
            }
            wrong
        };
        let workers: Vec<_> = (0..4).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("no panic")).collect()
    });
    wrong.sort();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let desk = Desk::new();
    for name in ["pa-missing-package", "gu-two-faults", "heroku-memory"] {
        let mut args = typed(Path::new(&fixture(name)));
        if !args.iter().any(|arg| arg == "--now") {
            args.extend(crate::NOW.map(str::to_owned));
        }
        args.extend(["--format", "json"].map(str::to_owned));
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let (first, second) = (desk.run(&args), desk.run(&args));
        assert!(first.out.starts_with('{'), "{name}: {}", first.err);
        assert_eq!(first.out, second.out, "{name}");
    }
}

#[test]
fn colour_only_where_it_is_wanted() {
    let desk = Desk::new();
    let log = desk.file("error.log", crate::BROKEN);
    let base = ["--error-log", &log, "--symptom", "500"];
    let always = [&base[..], &["--color", "always"]].concat();
    assert!(!desk.run(&base).out.contains('\u{1b}'));
    assert!(desk.run(&always).out.contains('\u{1b}'));
    let with = |name: &str, args: &[&str]| {
        let output = desk.command(args).env(name, "1").output().expect("it runs");
        crate::ran(&output).out.contains('\u{1b}')
    };
    assert!(with("CLICOLOR_FORCE", &base));
    assert!(!with("NO_COLOR", &base));
}
