//! The receipt of a finding: where its points come from (`--explain-ranking`).

use super::super::words;
use crate::model::{Finding, Report};

/// Columns of the number in front of a reason.
pub(in super::super) const NUMBER: usize = 8;

/// `+13.0  reason  (place)`, the sum, and what it means.
pub(in super::super) fn lines(report: &Report, finding: &Finding) -> Vec<String> {
    let mut lines = vec!["Points (10 are odds of ten to one):".to_owned()];
    let mut sum = 0.0;
    for point in &finding.points {
        let place = point
            .place
            .as_ref()
            .map(|place| format!(" ({})", words::place(report, place)))
            .unwrap_or_default();
        if point.points.abs() < f64::EPSILON {
            lines.push(format!("        {}{place}", point.reason));
        } else {
            sum += point.points;
            lines.push(format!("{:+6.1}  {}{place}", point.points, point.reason));
        }
    }
    lines.push(format!(
        "{sum:+6.1}  in all; confidence {:.2} ({})",
        finding.confidence.0,
        words::confidence(finding, false)
    ));
    lines
}
