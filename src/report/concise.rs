//! `--format concise`: one line per finding, `place: severity slug: title`, for `grep` and editors.

use std::fmt::Write as _;

use super::{Style, words};
use crate::model::Verdict;
use crate::redact::Shareable;
use crate::text::{ascii, defuse, terminal};

/// One line per finding; without findings the verdict alone.
pub(super) fn concise(shareable: &Shareable, style: &Style) -> String {
    let report = shareable.report();
    let mut out = String::new();
    for finding in &report.findings {
        let place = finding
            .evidence
            .iter()
            .find_map(|item| item.place.as_ref())
            .map(|place| match (place.line, place.column) {
                (Some(line), Some(column)) => {
                    format!("{}:{line}:{column}", words::below_root(report, &place.file))
                }
                _ => words::place(report, place),
            })
            .or_else(|| words::subject(report))
            .unwrap_or_else(|| "-".to_owned());
        // A lint's certainty is in its severity; a cause's is worth a word.
        let word = if words::is_lint(report) {
            String::new()
        } else {
            format!(" ({})", words::confidence(finding, style.verbose > 0))
        };
        let line = format!(
            "{}: {} {}: {}{word}",
            terminal(&place),
            words::severity(finding.severity),
            terminal(words::slug(finding)),
            terminal(words::headline(report, finding)),
        );
        let line = if style.unicode { defuse(&line) } else { ascii(&defuse(&line)) };
        let _ = writeln!(out, "{line}");
    }
    if style.quiet == 0
        && report.findings.is_empty()
        && (report.verdict != Verdict::Broken || words::is_lint(report))
    {
        let subject = words::subject(report).map_or_else(String::new, |s| format!("{s}: "));
        let _ = writeln!(out, "{}{}.", terminal(&subject), words::verdict(report));
    }
    out
}
