//! `--format gitlab`: code quality, a JSON array.
//! <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>

use serde::Serialize;

use super::{message, spots};
use crate::model::Severity;
use crate::redact::Shareable;
use crate::report::{Style, words};
use crate::text::xml as plain;

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

pub(in crate::report) fn gitlab(reports: &[Shareable], style: &Style) -> String {
    let mut issues: Vec<Issue> = Vec::new();
    for shareable in reports {
        let report = shareable.report();
        for spot in spots(report, style) {
            let slug = words::slug(spot.finding);
            // A path is required: without a file of the repository, the one that people look at.
            let path = spot.path.clone().unwrap_or_else(|| fallback(report));
            issues.push(Issue {
                // The page does not show `check_name`.
                description: plain(&format!("{slug}: {}", message(report, spot.finding))),
                check_name: plain(slug),
                fingerprint: spot.fingerprint.clone(),
                severity: match spot.finding.severity {
                    Severity::Error => "major",
                    Severity::Warning => "minor",
                    Severity::Note => "info",
                },
                location: Location { path: plain(&path), lines: Lines { begin: spot.line } },
            });
        }
    }
    unique(&mut issues);
    crate::report::json::write(&issues)
}

/// GitLab merges entries of one fingerprint; several sites can have the same finding.
fn unique(issues: &mut [Issue]) {
    let mut seen = std::collections::BTreeSet::new();
    for issue in issues {
        while !seen.insert(issue.fingerprint.clone()) {
            issue.fingerprint.push('+');
        }
    }
}

fn fallback(report: &crate::model::Report) -> String {
    report
        .site
        .wsgi
        .as_ref()
        .and_then(|path| path.file_name())
        .map_or_else(|| "wsgi.py".to_owned(), |name| name.to_string_lossy().into_owned())
}
