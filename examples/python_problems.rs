//! Prints what the Python parser says about files: `path TAB line TAB column TAB kind TAB message`, for the corpus check.
//!
//! Usage: `python_problems [--target X.Y] [--all] < list-of-paths`. A file without a problem prints nothing; one that
//! was not examined prints the kind `not-parsed`. Without `--all` only the first problem of each file.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a tool for the terminal")]

use std::io::{BufRead, Write};

use diagnose::model::PythonVersion;
use diagnose::python::parse::{map_deep, parse_file};

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let all = arguments.iter().any(|argument| argument == "--all");
    let target = arguments
        .iter()
        .position(|argument| argument == "--target")
        .and_then(|at| arguments.get(at + 1))
        .and_then(|text| text.split_once('.'))
        .and_then(|(major, minor)| {
            Some(PythonVersion { major: major.parse().ok()?, minor: minor.parse().ok()? })
        });
    let paths: Vec<String> = std::io::stdin().lock().lines().collect::<Result<_, _>>()?;
    let reports = map_deep(paths.len(), |index| {
        let path = &paths[index];
        let Ok(bytes) = std::fs::read(path) else { return format!("{path}\t0\t0\tunreadable\t\n") };
        let file = parse_file(&bytes, path, target);
        let mut report = String::new();
        if let Some(why) = &file.not_parsed {
            report.push_str(&format!("{path}\t0\t0\tnot-parsed\t{}\n", why.why));
        }
        for error in file.errors.iter().take(if all { usize::MAX } else { 1 }) {
            let text = format!(
                "{path}\t{}\t{}\t{}\t{} | {}",
                error.line,
                error.column,
                error.kind.slug(),
                error.message,
                error.hint.as_deref().unwrap_or("-")
            );
            report.push_str(&text.replace('\n', "\\n"));
            report.push('\n');
        }
        report
    });
    let mut out = std::io::stdout().lock();
    reports.iter().try_for_each(|report| out.write_all(report.as_bytes()))
}
