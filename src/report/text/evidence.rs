//! Evidence with excerpts: place, line, mark, how often.

use super::super::words;
use super::page::{Page, Tone};
use crate::model::{Evidence, Report, Source};
use crate::text::{pad, terminal, terminal_lines, width};

/// Most pieces shown without `-v`.
const MOST: usize = 3;
/// Most lines of one excerpt without `-v`, and with it.
const LINES: usize = 7;
const LINES_VERBOSE: usize = 40;
/// Most lines of what a mark says.
const LABEL_LINES: usize = 4;
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
    let lines = excerpt(item, page.style.verbose > 0);
    let bar = page.paint(&format!("{}{} ", " ".repeat(gutter), page.glyphs.bar), Tone::Dim);
    let room = page.width.saturating_sub(gutter + 2);
    if item.source == Source::Code
        && let Some(number) = item.place.as_ref().and_then(|place| place.line)
    {
        code(page, item, &lines, number, gutter);
        return;
    }
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

/// Lines of code with their numbers, and the mark under the first.
fn code(page: &mut Page<'_>, item: &Evidence, lines: &[String], number: u32, gutter: usize) {
    let indent = lines
        .iter()
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len() - line.trim_start().len())
        .min()
        .unwrap_or(0);
    let room = page.width.saturating_sub(gutter + 2);
    for (at, line) in lines.iter().enumerate() {
        let label = format!("{:>at$} ", number as usize + at, at = gutter - 1);
        let lead = page.paint(&format!("{label}{} ", page.glyphs.bar), Tone::Dim);
        if at == 0 {
            let marked = Marked::new(page, item, line, indent, room);
            page.line(&format!("{lead}{}", marked.line));
            marked.mark(page, item, gutter, room);
            continue;
        }
        let line = page.cut(line.get(indent..).unwrap_or(line), room);
        page.line(&format!("{lead}{line}"));
    }
}

/// A line of code cut to the room there is, so that what is marked stays in sight.
struct Marked {
    line: String,
    /// Columns before the mark, and its own.
    mark: Option<(usize, usize)>,
}

impl Marked {
    fn new(page: &Page<'_>, item: &Evidence, line: &str, indent: usize, room: usize) -> Self {
        let chars: Vec<char> = line.chars().skip(indent).collect();
        let Some((start, end)) = span(item, line, indent) else {
            return Self { line: page.cut(line.get(indent..).unwrap_or(line), room), mark: None };
        };
        let text = |from: usize, to: usize| chars[from..to].iter().collect::<String>();
        let wide = |from: usize, to: usize| width(&text(from, to));
        // What stands before a mark far right is left out, but for some of it.
        let mut from = 0;
        let needed = (end - start).min(room / 2);
        if wide(0, chars.len()) > room {
            while from < start && wide(from, (start + needed).min(end)) + 2 > room {
                from += 1;
            }
            if from > 0 {
                from = (from + room / 4).min(start);
            }
        }
        let (shown, shift) = if from > 0 {
            (
                format!("{}{}", page.glyphs.ellipsis, text(from, chars.len())),
                width(page.glyphs.ellipsis),
            )
        } else {
            (text(0, chars.len()), 0)
        };
        let left = shift + wide(from, start);
        let mark = (left < room).then(|| (left, wide(start, end).max(1).min(room - left)));
        Self { line: page.cut(&shown, room), mark }
    }

    /// `━━━━ label` under the marked columns.
    fn mark(&self, page: &mut Page<'_>, item: &Evidence, gutter: usize, room: usize) {
        let Some((left, wide)) = self.mark else { return };
        let bar = page.paint(&format!("{}{} ", " ".repeat(gutter), page.glyphs.bar), Tone::Dim);
        let line = page.glyphs.mark.repeat(wide);
        let space = " ".repeat(left);
        let label = terminal(item.label.as_deref().unwrap_or_default());
        if left + wide + 1 + width(&label) <= room {
            let text =
                format!("{bar}{space}{}", page.paint(&format!("{line} {label}"), Tone::Mark));
            page.line(&text);
            return;
        }
        let text = format!("{bar}{space}{}", page.paint(&line, Tone::Mark));
        page.line(&text);
        // Too long to stand beside the mark; the end of the sentence often is what helps.
        let mut parts = crate::text::wrap(&label, room);
        if parts.len() > LABEL_LINES {
            let tail = parts.split_off(LABEL_LINES - 1).join(" ");
            parts.push(page.cut(&tail, room));
        }
        for part in parts.iter().filter(|part| !part.is_empty()) {
            let text = format!("{bar}{}", page.paint(part, Tone::Mark));
            page.line(&text);
        }
    }
}

/// The characters of a line, its indent left out, that are marked; the whole line where only a label
/// is known.
fn span(item: &Evidence, line: &str, indent: usize) -> Option<(usize, usize)> {
    let place = item.place.as_ref();
    let long = line.chars().count();
    let column = place.and_then(|place| place.column).map(|column| column as usize);
    let same_line = place.is_some_and(|p| p.end_line.is_none() || p.end_line == p.line);
    let (start, end) = match column {
        Some(column) if column > indent && column <= long => {
            let end = place.and_then(|place| place.end_column).map(|end| end as usize);
            let end = end.filter(|end| same_line && *end > column).unwrap_or(if same_line {
                column + 1
            } else {
                long + 1
            });
            (column - 1, end.min(long + 1) - 1)
        }
        _ => (indent, long),
    };
    let labelled = item.label.as_deref().is_some_and(|label| !label.is_empty());
    (labelled || column.is_some()).then(|| {
        let start = (start - indent.min(start)).min(long.saturating_sub(indent));
        (start, (end - indent.min(end)).max(start).min(long.saturating_sub(indent)))
    })
}

/// The lines worth showing: all of a short excerpt, the end of a traceback, the start of the rest.
fn excerpt(item: &Evidence, verbose: bool) -> Vec<String> {
    let most = if verbose { LINES_VERBOSE } else { LINES };
    let mut lines = terminal_lines(&item.excerpt);
    while lines.last().is_some_and(|line| line.trim().is_empty()) {
        lines.pop();
    }
    if item.source == Source::Code {
        lines.truncate(most);
        return lines;
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
