//! Excerpts of source code, drawn by `annotate-snippets`: line numbers, marks, cuts at the width.
//!
//! The crate neither wraps labels nor knows our escapes, so two things happen before it is asked: the
//! lines are escaped as every line for a terminal is, and a label that has no room beside its mark is
//! wrapped below it.

use std::ops::Range;

use annotate_snippets::renderer::{AnsiColor, DecorStyle, Style};
use annotate_snippets::{AnnotationKind, Group, Level, Padding, Renderer, Snippet};

use super::page::{Page, Tone};
use crate::model::Evidence;
use crate::text::{ascii, terminal, width, wrap};

/// Most lines of what a mark says.
const LABEL_LINES: usize = 4;
/// Columns that the crate wants around a mark, and its label, in a line that it has to cut; with less,
/// the line becomes wider than the page.
const AROUND: usize = 12;

/// The excerpt's `lines`, numbered from `number` on, and what is marked in the first of them.
///
/// `gutter` is the number of columns before the bar. The frame around it, with the place, is the
/// caller's.
pub(super) fn excerpt(
    page: &mut Page<'_>,
    item: &Evidence,
    lines: &[&str],
    number: u32,
    gutter: usize,
) {
    let Some(first) = lines.first() else { return };
    let room = page.width.saturating_sub(gutter + 2);
    let label = clean(page, item.label.as_deref().unwrap_or_default());
    let shown: Vec<String> = lines.iter().map(|line| clean(page, line)).collect();
    let mark = marked(item, first).map(|mark| on_screen(page, first, &mark));
    let mark = mark.map(|mark| at_most(&shown, mark, room));
    let beside = mark.as_ref().is_some_and(|mark| fits(&shown, mark, &label, room));

    let last = number as usize + lines.len() - 1;
    let digits = last.to_string().len();
    let text = shown.join("\n");
    let mut snippet = Snippet::source(text.as_str()).line_start(number as usize).fold(false);
    if let Some(mark) = mark {
        let mark = AnnotationKind::Primary.span(mark);
        snippet = snippet.annotation(if beside { mark.label(label.as_str()) } else { mark });
    }
    // What follows keeps the crate from closing its frame below the mark.
    let group = Group::with_level(Level::ERROR).element(snippet).element(Padding);
    let drawn = renderer(page, room + digits + 3).render(&[group]);
    let drawn: Vec<&str> = drawn.lines().collect();
    let space = " ".repeat(gutter.saturating_sub(digits + 1));
    // The first and the last line are the crate's own frame.
    for line in drawn.iter().take(drawn.len().saturating_sub(1)).skip(1) {
        page.line(&format!("{space}{line}"));
    }
    if !beside {
        below(page, &label, gutter, room);
    }
}

/// The label on lines of its own; the end of the sentence often is what helps, so it is cut last.
fn below(page: &mut Page<'_>, label: &str, gutter: usize, room: usize) {
    let mut parts = wrap(label, room);
    if parts.len() > LABEL_LINES {
        let tail = parts.split_off(LABEL_LINES - 1).join(" ");
        parts.push(page.cut(&tail, room));
    }
    let bar = page.paint(&format!("{}{} ", " ".repeat(gutter), page.glyphs.bar), Tone::Dim);
    for part in parts.iter().filter(|part| !part.is_empty()) {
        let text = format!("{bar}{}", page.paint(part, Tone::Mark));
        page.line(&text);
    }
}

/// The crate's renderer in the colours and glyphs of the page.
fn renderer(page: &Page<'_>, columns: usize) -> Renderer {
    let plain = if page.style.color {
        let red = Style::new().fg_color(Some(AnsiColor::Red.into()));
        let dim = Style::new().dimmed();
        Renderer::plain().error(red).line_num(dim)
    } else {
        Renderer::plain()
    };
    let decor = if page.style.unicode { DecorStyle::Unicode } else { DecorStyle::Ascii };
    plain.decor_style(decor).term_width(columns)
}

fn clean(page: &Page<'_>, text: &str) -> String {
    let text = terminal(text);
    if page.style.unicode { text } else { ascii(&text) }
}

/// Bytes of the escaped line for bytes of the line as it stands in the file.
fn on_screen(page: &Page<'_>, line: &str, mark: &Range<usize>) -> Range<usize> {
    let at = |byte: usize| clean(page, &line[..byte]).len();
    at(mark.start)..at(mark.end)
}

/// The start of a mark that is too wide for the page.
fn at_most(lines: &[String], mark: Range<usize>, room: usize) -> Range<usize> {
    if lines.iter().all(|line| width(line) <= room) {
        return mark;
    }
    let mut wide = 0;
    let start = mark.start;
    let end = lines[0][mark.clone()].char_indices().find_map(|(at, c)| {
        wide += width(c.encode_utf8(&mut [0; 4]));
        (wide + AROUND > room).then_some(start + at)
    });
    start..end.unwrap_or(mark.end)
}

/// Whether the label can stand beside the mark.
fn fits(lines: &[String], mark: &Range<usize>, label: &str, room: usize) -> bool {
    let label = width(label) + 1;
    // An empty mark is drawn, too.
    let marked = width(&lines[0][mark.clone()]).max(1);
    if lines.iter().all(|line| width(line) <= room) {
        width(&lines[0][..mark.start]) + marked + label <= room
    } else {
        marked + label + AROUND <= room
    }
}

/// The bytes of the line that are marked; from its first character on where only a label is known,
/// `None` where nothing is.
fn marked(item: &Evidence, line: &str) -> Option<Range<usize>> {
    let place = item.place.as_ref();
    let byte = |column: usize| line.char_indices().nth(column).map_or(line.len(), |(at, _)| at);
    let long = line.chars().count();
    let indent = line.chars().take_while(|c| c.is_whitespace()).count();
    let column = place.and_then(|place| place.column).map(|column| column as usize);
    let same_line = place.is_some_and(|p| p.end_line.is_none() || p.end_line == p.line);
    // Just behind the last character is where something is missing.
    if let Some(column) = column.filter(|column| (1..=long + 1).contains(column)) {
        let end = place.and_then(|place| place.end_column).map(|end| end as usize);
        let end = match end.filter(|end| *end > column) {
            Some(end) if same_line => end - 1,
            _ if same_line => column,
            _ => long,
        };
        return Some(byte(column - 1)..byte(end));
    }
    let labelled = item.label.as_deref().is_some_and(|label| !label.is_empty());
    (labelled || column.is_some()).then(|| byte(indent)..line.len())
}

#[cfg(test)]
#[path = "source_test.rs"]
mod tests;
