//! Evidence with excerpts: place, line, mark, how often.

use super::super::words;
use super::page::{Page, Tone};
use super::source;
use crate::model::{Evidence, Report, Source};
use crate::text::{pad, terminal_lines, width};

/// Most pieces shown without `-v`.
const MOST: usize = 3;
/// Most lines of one excerpt without `-v`, and with it.
const LINES: usize = 7;
const LINES_VERBOSE: usize = 40;
/// Columns of the line number in front of the bar.
const GUTTER: usize = 5;

/// The block of a finding's evidence, with an empty line before it.
pub(super) fn block(page: &mut Page<'_>, report: &Report, evidence: &[Evidence]) {
    if evidence.iter().any(tells) {
        page.gap();
    }
    snug(page, report, evidence);
}

/// The block alone.
pub(super) fn snug(page: &mut Page<'_>, report: &Report, evidence: &[Evidence]) {
    let most = if page.style.verbose > 0 { usize::MAX } else { MOST };
    let shown: Vec<&Evidence> = evidence.iter().filter(|item| tells(item)).take(most).collect();
    if shown.is_empty() {
        return;
    }
    let gutter = shown
        .iter()
        .filter_map(|item| item.place.as_ref()?.line)
        .map(|line| line.to_string().len() + 1)
        .max()
        .unwrap_or(0)
        .max(GUTTER);
    for (at, item) in shown.iter().enumerate() {
        piece(page, report, item, gutter, at == 0);
    }
    let rest = evidence.iter().filter(|item| tells(item)).count() - shown.len();
    let end = if rest > 0 {
        format!("{}{} +{rest} more (-v)", " ".repeat(gutter), page.glyphs.last)
    } else {
        format!("{}{}", " ".repeat(gutter), page.glyphs.last)
    };
    let end = page.paint(&end, Tone::Dim);
    page.line(&end);
}

/// Whether there is anything to show.
fn tells(item: &Evidence) -> bool {
    item.place.is_some() || !item.excerpt.trim().is_empty()
}

fn piece(page: &mut Page<'_>, report: &Report, item: &Evidence, gutter: usize, first: bool) {
    let arrow = if first { page.glyphs.first } else { page.glyphs.next };
    let place = item.place.as_ref().map_or_else(
        || words::source(item.source).to_owned(),
        |place| match place.column {
            Some(column) if item.source == Source::Code && words::is_lint(report) => {
                format!("{}:{column}", words::place(report, place))
            }
            _ => words::place(report, place),
        },
    );
    let room = page.width.saturating_sub(gutter + width(arrow) + 1);
    let head = format!("{}{arrow} ", " ".repeat(gutter));
    let head = format!("{}{}", page.paint(&head, Tone::Dim), page.cut_path(&place, room));
    page.line(&head);
    let bar = page.paint(&format!("{}{} ", " ".repeat(gutter), page.glyphs.bar), Tone::Dim);
    let room = page.width.saturating_sub(gutter + 2);
    if item.source == Source::Code
        && let Some(number) = item.place.as_ref().and_then(|place| place.line)
    {
        source::excerpt(page, item, &code(item, page.style.verbose > 0), number, gutter);
        return;
    }
    let lines = excerpt(item, page.style.verbose > 0);
    let stamp = item.time.map(|time| format!("{} ", words::stamp(time, report.now)));
    let stamp = stamp.filter(|_| item.source != Source::Probe && lines.len() == 1);
    let repeats = words::repeats(item, report.now);
    let last = lines.len().saturating_sub(1);
    for (at, line) in lines.iter().enumerate() {
        let lead = stamp.clone().unwrap_or_default();
        let mut whole = format!("{lead}{line}");
        // The line that says what happened is worth three lines, and so is a setting; others are cut.
        let tells_all = at == last || item.source == Source::Config;
        if tells_all && width(&whole) > room {
            let mut parts = crate::text::wrap(&whole, room);
            if parts.len() > 3 {
                let tail = parts.split_off(2).join(" ");
                parts.push(page.cut(&tail, room));
            }
            whole = parts.pop().unwrap_or_default();
            for part in parts {
                page.line(&format!("{bar}{part}"));
            }
        }
        let whole = page.cut(&whole, room);
        let behind = repeats.as_ref().filter(|_| at == last);
        match behind {
            Some(times) if width(&whole) + width(times) + 3 <= room => {
                let space = room - width(times);
                let line = format!("{bar}{}{}", pad(&whole, space), page.paint(times, Tone::Dim));
                page.line(&line);
            }
            Some(times) => {
                page.line(&format!("{bar}{whole}"));
                let line = format!("{bar}{}", page.paint(&format!("  {times}"), Tone::Dim));
                page.line(&line);
            }
            None => page.line(&format!("{bar}{whole}")),
        }
    }
    if lines.is_empty()
        && let Some(times) = repeats
    {
        page.line(&format!("{bar}{times}"));
    }
}

/// The lines worth showing: all of a short excerpt, the end of a traceback, the start of the rest.
fn excerpt(item: &Evidence, verbose: bool) -> Vec<String> {
    let most = if verbose { LINES_VERBOSE } else { LINES };
    let mut lines = terminal_lines(&item.excerpt);
    while lines.last().is_some_and(|line| line.trim().is_empty()) {
        lines.pop();
    }
    lines.retain(|line| !line.trim().is_empty());
    if lines.len() <= most {
        return lines;
    }
    let trace = lines.iter().any(|line| line.trim_start().starts_with("File \""));
    let left = lines.len() - (most - 1);
    if trace {
        let mut end = lines.split_off(left);
        end.insert(0, format!("… {left} lines before (-v)"));
        end
    } else {
        lines.truncate(most - 1);
        lines.push(format!("… {left} more lines (-v)"));
        lines
    }
}

/// The lines of code worth showing, as they stand in the file.
fn code(item: &Evidence, verbose: bool) -> Vec<&str> {
    let most = if verbose { LINES_VERBOSE } else { LINES };
    let lines = item.excerpt.trim_end().lines().map(str::trim_end);
    lines.take(most).collect()
}
