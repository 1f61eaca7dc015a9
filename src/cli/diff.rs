//! `diagnose diff A.json B.json`: which findings are gone, which are new.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

use serde_json::Value;

use super::args::DiffArgs;
use super::exit::Exit;
use super::failure::Failure;

/// Compares two reports; 1 where a new error stands in the second.
pub(super) fn run(args: &DiffArgs) -> anyhow::Result<Exit> {
    let before = findings(&args.before)?;
    let after = findings(&args.after)?;
    let mut stdout = std::io::stdout().lock();
    let mut new_error = false;
    for (name, finding) in &after {
        if !before.contains_key(name) {
            new_error |= finding.error;
            writeln!(stdout, "new   {name}: {}", crate::text::terminal(&finding.title))?;
        }
    }
    for (name, finding) in &before {
        match after.get(name) {
            None => writeln!(stdout, "gone  {name}: {}", crate::text::terminal(&finding.title))?,
            Some(_) => writeln!(stdout, "still {name}: {}", crate::text::terminal(&finding.title))?,
        }
    }
    if before.is_empty() && after.is_empty() {
        writeln!(stdout, "no current findings in either report")?;
    }
    Ok(if new_error { Exit::Findings } else { Exit::Clean })
}

/// A current finding of a report.
pub(super) struct Entry {
    pub title: String,
    pub error: bool,
    /// Where its evidence came from, in the report's words.
    pub sources: Vec<String>,
}

/// The current findings of a report's file.
///
/// # Errors
/// A file that cannot be read or is no report.
pub(super) fn findings(path: &Path) -> Result<BTreeMap<String, Entry>, Failure> {
    let bad = |why: String| {
        Failure::new(format!("{}: {why}", path.display()))
            .hint("give a report written by diagnose --format json or -o report.json")
    };
    let text = std::fs::read_to_string(path).map_err(|error| bad(error.to_string()))?;
    let json: Value =
        serde_json::from_str(&text).map_err(|error| bad(format!("not JSON ({error})")))?;
    if json["schema"] != "diagnose/v1" {
        return Err(bad("not a report of diagnose/v1".to_owned()));
    }
    Ok(findings_of(&json))
}

/// The current findings of a report, or of several in one document.
pub(super) fn findings_of(json: &Value) -> BTreeMap<String, Entry> {
    let reports: Vec<&Value> =
        json["reports"].as_array().map_or_else(|| vec![json], |list| list.iter().collect());
    let mut all = BTreeMap::new();
    for finding in reports.iter().filter_map(|report| report["findings"].as_array()).flatten() {
        if finding["state"] != "current" {
            continue;
        }
        let name = finding["cause"].as_str().or(finding["lint"].as_str()).unwrap_or("?").to_owned();
        let evidence = finding["evidence"].as_array().map_or(&[][..], Vec::as_slice);
        let sources = evidence.iter().filter_map(|one| one["source"].as_str());
        all.insert(
            name,
            Entry {
                title: finding["title"].as_str().unwrap_or_default().to_owned(),
                error: finding["severity"] == "error",
                sources: sources.map(str::to_owned).collect(),
            },
        );
    }
    all
}
