//! `--format json`: the contract of DESIGN.md, with structs of its own.

mod names;
mod v1;

use serde::Serialize;
use std::fmt::Write as _;

use crate::model::{Report, Verdict};
use crate::redact::Shareable;
use crate::report::Style;
use crate::text::is_hostile;

/// The JSON Schema of what is written here; printed by `diagnose schema`.
pub const SCHEMA: &str = include_str!("../../../schema/diagnose-v1.json");

/// One report, indented, with a line end.
#[must_use]
pub(super) fn json(report: &Shareable, style: &Style) -> String {
    write(&v1::Envelope::new(report, style.verbose > 0))
}

/// Several sites in one document.
#[must_use]
pub(super) fn json_many(reports: &[Shareable], style: &Style) -> String {
    let worst = reports.iter().map(|r| r.report().verdict).max().unwrap_or(Verdict::Unknown);
    write(&v1::Many {
        schema: v1::SCHEMA_ID,
        verdict: names::verdict(worst),
        reports: reports
            .iter()
            .map(|report| v1::Envelope::new(report, style.verbose > 0))
            .collect(),
    })
}

/// The report as a value, for `diff`, `--verify` and tests.
#[must_use]
pub fn value(report: &Shareable) -> serde_json::Value {
    serde_json::to_value(v1::Envelope::new(report, false)).unwrap_or_default()
}

/// The envelope with empty arrays, for commands that have only a part of it.
#[must_use]
pub fn empty_report(version: &str, verdict: Verdict) -> Report {
    Report {
        version: version.to_owned(),
        verdict,
        site: crate::model::Site::default(),
        platform_name: String::new(),
        logs: Vec::new(),
        symptoms: Vec::new(),
        findings: Vec::new(),
        ruled_out: Vec::new(),
        examined: Vec::new(),
        evaluated: Vec::new(),
        skipped: Vec::new(),
        next_check: None,
        timeline: Vec::new(),
        probe: None,
        restarts: Vec::new(),
        unexplained: Vec::new(),
        support: Vec::new(),
        now: None,
    }
}

/// JSON whose strings are safe to show: what `serde_json` leaves raw but a terminal would obey
/// (C1 controls, direction marks) is written as `\u` escapes, which mean the same.
pub(super) fn write(value: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    let mut out = String::with_capacity(text.len() + 1);
    for c in text.chars() {
        if c != '\n' && is_hostile(c) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out.push('\n');
    out
}
