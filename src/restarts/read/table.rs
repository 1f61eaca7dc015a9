//! The table of `scalingo deployments`: one row a deployment, with its date and status.

use super::{MOST, Seen, What};
use crate::log::stamp::{self, Clock};

/// Every row below a heading with the columns DATE and STATUS.
pub(super) fn read(text: &str, clock: &Clock) -> Vec<Seen> {
    let mut columns: Option<(usize, usize, Option<usize>)> = None;
    let mut seen = Vec::new();
    for (line, no) in text.lines().zip(1u32..).take(MOST) {
        let Some(cells) = cells(line) else { continue };
        let at = |name: &str| cells.iter().position(|cell| cell.eq_ignore_ascii_case(name));
        if let (Some(date), Some(status)) = (at("date"), at("status")) {
            columns = Some((date, status, at("git ref")));
            continue;
        }
        let Some((date, status, reference)) = columns else { continue };
        let (Some(date), Some(status)) = (cells.get(date), cells.get(status)) else { continue };
        let word = status.bytes().all(|c| c.is_ascii_lowercase() || c == b'-');
        let Some(read) = stamp::iso(date.replace('/', "-").as_bytes(), clock) else { continue };
        if status.is_empty() || !word {
            continue;
        }
        let reference = reference.and_then(|at| cells.get(at)).copied().unwrap_or_default();
        let shown = format!("deployment of {reference} ({status})");
        let what = What::Deployment((*status).to_owned());
        seen.push(Seen::new(read.stamp.at, None, what, no, &shown));
    }
    seen
}

/// The cells of a row drawn with bars, ASCII or not.
fn cells(line: &str) -> Option<Vec<&str>> {
    let line = line.trim();
    let bar = ['│', '|'].into_iter().find(|bar| line.starts_with(*bar))?;
    let inside = line.trim_matches(bar);
    Some(inside.split(bar).map(str::trim).collect())
}
