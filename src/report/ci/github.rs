//! `--format github`: workflow commands, which GitHub shows beside the lines.
//!
//! Limits and escaping: <https://github.com/actions/toolkit/blob/main/docs/problem-matchers.md#limitations>
//! and `packages/core/src/command.ts` there. Ranked first, 10 errors and 10 warnings a step are shown.

use std::fmt::Write as _;

use super::{Spot, message, spots};
use crate::model::Severity;
use crate::redact::Shareable;
use crate::report::{Style, words};
use crate::text::{workflow_data, workflow_property};

/// Annotations of one kind that GitHub shows per step.
const MOST: usize = 10;

pub(in crate::report) fn github(shareable: &Shareable, style: &Style) -> String {
    let report = shareable.report();
    let mut out = String::new();
    let mut written = [0_usize; 3];
    let mut left_out = 0;
    for spot in spots(report, style) {
        let level = match spot.finding.severity {
            Severity::Error => 0,
            Severity::Warning => 1,
            Severity::Note => 2,
        };
        // One notice is kept for "and N more".
        let most = if level == 2 { MOST - 1 } else { MOST };
        if written[level] >= most {
            left_out += 1;
            continue;
        }
        written[level] += 1;
        let word = ["error", "warning", "notice"][level];
        let slug = words::slug(spot.finding);
        let mut place = String::new();
        if let Some(path) = &spot.path {
            // The log view hides the properties.
            place = format!("{path}:{}: ", spot.line);
        }
        let text = format!("{place}{slug}: {}", message(report, spot.finding));
        let _ = writeln!(out, "::{word} {}::{}", properties(&spot, slug), workflow_data(&text));
    }
    if left_out > 0 {
        let _ = writeln!(
            out,
            "::notice title=diagnose::and {left_out} more findings; the job summary has all of them"
        );
    }
    out
}

fn properties(spot: &Spot<'_>, slug: &str) -> String {
    let mut out = String::new();
    if let Some(path) = &spot.path {
        let _ = write!(out, "file={},line={}", workflow_property(path), spot.line);
        let end = spot.end_line.filter(|end| *end >= spot.line);
        if let Some(end) = end {
            let _ = write!(out, ",endLine={end}");
        }
        // Columns of a range over several lines put the annotation in the wrong place.
        if end.is_none_or(|end| end == spot.line)
            && let Some(column) = spot.column
        {
            let _ = write!(out, ",col={column}");
            if let Some(end) = spot.end_column.filter(|end| *end >= column) {
                let _ = write!(out, ",endColumn={end}");
            }
        }
        out.push(',');
    }
    let _ = write!(out, "title={}", workflow_property(&format!("diagnose ({slug})")));
    out
}
