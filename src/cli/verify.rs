//! `--verify REPORT.json`: after a fix, what became of the findings of an earlier report.
//!
//! A finding is only gone where what had shown it was looked at again.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;

use super::diff::{Entry, findings, findings_of};
use super::exit::Exit;
use super::failure::Failure;
use crate::model::Report;
use crate::redact::{RedactOptions, redact};
use crate::report::{Format, Style, render_many};

/// An earlier report.
pub(super) struct Earlier {
    name: String,
    findings: BTreeMap<String, Entry>,
}

/// Reads the earlier report before anything else is done.
///
/// # Errors
/// A file that cannot be read or is no report.
pub(super) fn read(path: &Path) -> Result<Earlier, Failure> {
    Ok(Earlier { name: path.display().to_string(), findings: findings(path)? })
}

/// Prints what became of each finding: on standard output below a text report, else on standard
/// error. The code is 1 while an error of the earlier report stands or could not be looked for.
pub(super) fn write(earlier: &Earlier, reports: &[Report], text: bool) -> anyhow::Result<Exit> {
    let shared: Vec<_> =
        reports.iter().map(|r| redact(r.clone(), &RedactOptions::shared())).collect();
    let mut json = Vec::new();
    render_many(Format::Json, &shared, &Style::default(), &mut json)?;
    let json: serde_json::Value = serde_json::from_slice(&json)?;
    let now = findings_of(&json);
    let looked: BTreeSet<&str> = reports
        .iter()
        .flat_map(|report| &report.examined)
        .map(|entry| entry.check.as_str())
        .collect();

    let mut lines = vec![format!("Compared with {}:", earlier.name)];
    let mut open = false;
    for (name, entry) in &earlier.findings {
        let again = entry.sources.is_empty()
            || entry
                .sources
                .iter()
                .any(|source| checks_of(source).iter().any(|check| looked.contains(check)));
        let word = match (now.contains_key(name), again) {
            (true, _) => "still there",
            (false, true) => "gone",
            (false, false) => "not looked for",
        };
        open |= entry.error && word != "gone";
        lines.push(format!("  {word:<14}  {name}: {}", entry.title));
    }
    for (name, entry) in now.iter().filter(|(name, _)| !earlier.findings.contains_key(*name)) {
        open |= entry.error;
        lines.push(format!("  {:<14}  {name}: {}", "new", entry.title));
    }
    if lines.len() == 1 {
        lines.push("  no findings, then and now".to_owned());
    }
    let mut out: Box<dyn std::io::Write> =
        if text { Box::new(std::io::stdout()) } else { Box::new(std::io::stderr()) };
    writeln!(out)?;
    for line in lines {
        writeln!(out, "{}", crate::text::terminal(&line))?;
    }
    Ok(if open { Exit::Findings } else { Exit::Clean })
}

/// The checks that give evidence of a source.
fn checks_of(source: &str) -> &'static [&'static str] {
    match source {
        "log" => &["logs"],
        "code" => &["code"],
        "probe" => &["probe"],
        "event" => &["events", "logs"],
        _ => &["server configuration", "procfile", "environment"],
    }
}
