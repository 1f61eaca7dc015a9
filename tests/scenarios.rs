//! The scenario folders through the library: is the right cause first, is nobody accused wrongly?
//!
//! `cargo test --test scenarios -- --nocapture` prints the table and the misses.

#![allow(clippy::print_stdout, reason = "the table is what the test is run for")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use clap::Parser as _;
use diagnose::cli::args::Args;
use diagnose::cli::diagnose_args;
use diagnose::model::{Confidence, Report, Severity, State, Verdict};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    origin: String,
    platform: String,
    #[allow(dead_code, reason = "for readers of the folder")]
    description: String,
    args: Vec<String>,
    expect: Expect,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    verdict: String,
    #[serde(default)]
    first: Vec<String>,
    #[serde(default)]
    also: Vec<String>,
    #[serde(default)]
    within_three: Vec<String>,
    #[serde(default)]
    never: Vec<String>,
    exit: Option<u8>,
}

struct Outcome {
    name: String,
    platform: String,
    origin: String,
    healthy: bool,
    first_right: bool,
    within_three: bool,
    problems: Vec<String>,
}

fn folders() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut all: Vec<PathBuf> = std::fs::read_dir(root)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.join("scenario.toml").is_file())
        .collect();
    all.sort();
    all
}

/// Paths in `args` are relative to the folder.
fn placed(folder: &Path, args: &[String]) -> Vec<String> {
    args.iter()
        .map(|arg| {
            let path = folder.join(arg);
            if !arg.starts_with('-') && !arg.is_empty() && path.exists() {
                path.to_string_lossy().into_owned()
            } else {
                arg.clone()
            }
        })
        .collect()
}

fn run(folder: &Path) -> Outcome {
    let text = std::fs::read_to_string(folder.join("scenario.toml")).expect("readable");
    let name = folder.file_name().expect("a folder").to_string_lossy().into_owned();
    let scenario: Scenario =
        toml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    let argv = std::iter::once("diagnose".to_owned()).chain(placed(folder, &scenario.args));
    let args = Args::try_parse_from(argv).unwrap_or_else(|error| panic!("{name}: {error}"));
    let reports = diagnose_args(&args.diagnose, &Arc::new(AtomicBool::new(false)))
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    let report = reports.into_iter().max_by_key(|report| report.verdict).expect("a report");
    judge(name, &scenario, &report)
}

fn judge(name: String, scenario: &Scenario, report: &Report) -> Outcome {
    let expect = &scenario.expect;
    let healthy = expect.first.is_empty();
    let current: Vec<_> = report
        .findings
        .iter()
        .filter(|f| f.state == State::Current && f.confidence.0 >= Confidence::ASSERTED)
        .collect();
    let slug =
        |at: usize| report.findings.get(at).and_then(|f| f.cause.clone()).unwrap_or_default();
    let mut problems = Vec::new();
    let verdict = match report.verdict {
        Verdict::Broken => "broken",
        Verdict::Healthy => "healthy",
        Verdict::Unknown => "unknown",
    };
    if verdict != expect.verdict {
        problems.push(format!("verdict {verdict}, expected {}", expect.verdict));
    }
    let (first_right, within_three);
    if healthy {
        let accused: Vec<_> = current.iter().filter(|f| f.severity == Severity::Error).collect();
        first_right = accused.is_empty();
        within_three = first_right;
        for finding in accused {
            problems.push(format!(
                "accused of {} ({:.2})",
                finding.cause.clone().unwrap_or_default(),
                finding.confidence.0
            ));
        }
    } else {
        first_right = expect.first.contains(&slug(0));
        let wanted =
            if expect.within_three.is_empty() { &expect.first } else { &expect.within_three };
        within_three = (0..3).any(|at| wanted.contains(&slug(at)));
        if !first_right {
            let seen: Vec<String> = report
                .findings
                .iter()
                .take(4)
                .map(|f| {
                    format!(
                        "{} {:.2}{}",
                        f.cause.clone().unwrap_or_default(),
                        f.confidence.0,
                        if f.state == State::Old { " old" } else { "" }
                    )
                })
                .collect();
            problems.push(format!("first is [{}], expected {:?}", seen.join(", "), expect.first));
        }
        for finding in &current {
            let slug = finding.cause.clone().unwrap_or_default();
            let allowed = expect.first.contains(&slug)
                || expect.also.contains(&slug)
                || expect.within_three.contains(&slug);
            if !allowed && finding.confidence.0 >= 0.8 && finding.severity == Severity::Error {
                problems.push(format!("wrong cause {slug} at {:.2}", finding.confidence.0));
            }
        }
    }
    for slug in &expect.also {
        if !current.iter().any(|f| f.cause.as_ref() == Some(slug)) {
            problems.push(format!("{slug} is missing"));
        }
    }
    for slug in &expect.never {
        if current.iter().any(|f| f.cause.as_ref() == Some(slug)) {
            problems.push(format!("{slug} must not be asserted"));
        }
    }
    if let Some(exit) = expect.exit {
        let fails = current.iter().any(|f| f.severity == Severity::Error);
        if u8::from(fails) != exit {
            problems.push(format!("exit {}, expected {exit}", u8::from(fails)));
        }
    }
    Outcome {
        name,
        platform: scenario.platform.clone(),
        origin: scenario.origin.clone(),
        healthy,
        first_right,
        within_three,
        problems,
    }
}

#[test]
fn right_cause_first_and_nobody_accused_wrongly() {
    let outcomes: Vec<Outcome> = folders().iter().map(|folder| run(folder)).collect();
    assert!(!outcomes.is_empty(), "no scenario was found");
    let mut by_platform: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for outcome in &outcomes {
        let entry = by_platform.entry(outcome.platform.as_str()).or_default();
        entry.0 += 1;
        entry.1 += usize::from(outcome.first_right);
        let mark = if outcome.problems.is_empty() { "ok  " } else { "MISS" };
        println!("{mark} {:<12} {}", outcome.origin, outcome.name);
        for problem in &outcome.problems {
            println!("       {problem}");
        }
    }
    for (platform, (all, right)) in &by_platform {
        println!("{platform:<16} {right} of {all} right first");
    }
    let broken: Vec<_> = outcomes.iter().filter(|o| !o.healthy).collect();
    let right = broken.iter().filter(|o| o.first_right).count();
    let share = right as f64 / broken.len().max(1) as f64;
    println!("right cause first: {right} of {} ({:.1} %)", broken.len(), share * 100.0);
    let accused: Vec<&str> =
        outcomes.iter().filter(|o| o.healthy && !o.first_right).map(|o| o.name.as_str()).collect();
    let lost: Vec<&str> =
        outcomes.iter().filter(|o| !o.within_three).map(|o| o.name.as_str()).collect();
    let wrong: Vec<&str> = outcomes
        .iter()
        .filter(|o| o.problems.iter().any(|problem| problem.starts_with("wrong cause")))
        .map(|o| o.name.as_str())
        .collect();
    assert!(share >= 0.95, "right cause first in {:.1} % only", share * 100.0);
    assert!(accused.is_empty(), "healthy sites accused: {accused:?}");
    assert!(lost.is_empty(), "not within the first three: {lost:?}");
    assert!(wrong.is_empty(), "wrong cause at 0.8 or more: {wrong:?}");
}
