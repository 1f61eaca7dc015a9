//! `lint --baseline FILE`: what was there before is not reported again.
//!
//! A finding is known by file, lint and the text of its line, so that moved lines stay known.

use std::collections::BTreeMap;
use std::path::Path;

use super::failure::Failure;
use crate::python::lints::LintFinding;

/// Drops known findings; writes the baseline where it does not exist yet.
///
/// # Errors
/// A baseline that cannot be read, understood or written.
pub(super) fn apply(file: &Path, findings: &mut Vec<LintFinding>) -> Result<(), Failure> {
    let bad = |error: &dyn std::fmt::Display| {
        Failure::new(format!("--baseline {}: {error}", file.display()))
            .hint("delete the file to write a new baseline")
    };
    if !file.exists() {
        let mut counts: BTreeMap<String, u32> = BTreeMap::new();
        for finding in findings.iter() {
            *counts.entry(key(finding)).or_default() += 1;
        }
        let text = serde_json::to_string_pretty(&counts).map_err(|error| bad(&error))?;
        std::fs::write(file, text + "\n").map_err(|error| bad(&error))?;
        findings.clear();
        return Ok(());
    }
    let text = std::fs::read_to_string(file).map_err(|error| bad(&error))?;
    let mut counts: BTreeMap<String, u32> =
        serde_json::from_str(&text).map_err(|error| bad(&error))?;
    findings.retain(|finding| match counts.get_mut(&key(finding)) {
        Some(left) if *left > 0 => {
            *left -= 1;
            false
        }
        _ => true,
    });
    Ok(())
}

/// The path from here, however it was typed: `./app.py` and the absolute path are one file.
fn key(finding: &LintFinding) -> String {
    let file = &*finding.place.file;
    let here = std::env::current_dir().ok();
    let near = here.as_deref().and_then(|here| Path::new(file).strip_prefix(here).ok());
    let file = near.map_or_else(|| file.to_owned(), |path| path.display().to_string());
    let file = file.replace('\\', "/");
    let file = file.strip_prefix("./").unwrap_or(&file);
    format!("{file}|{}|{}", finding.code, finding.excerpt.trim())
}
