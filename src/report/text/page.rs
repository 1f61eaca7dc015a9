//! A page of terminal text: indentation, wrapping, colours. Every line that leaves it is safe.

use std::fmt::Write as _;

use colored::Colorize as _;

use super::super::Style;
use crate::text::{ascii, defuse, pad, terminal, truncate, width, wrap};

/// What a piece of text is, which decides its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    Strong,
    Dim,
    Error,
    Warning,
    Note,
    Good,
    Mark,
}

/// Glyphs with their ASCII twins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Glyphs {
    pub(super) dot: &'static str,
    pub(super) ellipsis: &'static str,
    pub(super) first: &'static str,
    pub(super) next: &'static str,
    pub(super) bar: &'static str,
    pub(super) last: &'static str,
    pub(super) block: &'static str,
    pub(super) thin: &'static str,
    pub(super) crash: &'static str,
    pub(super) good: &'static str,
    pub(super) unknown: &'static str,
    pub(super) bad: &'static str,
}

const UNICODE: Glyphs = Glyphs {
    dot: "·",
    ellipsis: "…",
    first: "╭▸",
    next: "├▸",
    bar: "│",
    last: "╰",
    block: "■",
    thin: "▏",
    crash: "✗",
    good: "✓",
    unknown: "?",
    bad: "✗",
};

const ASCII: Glyphs = Glyphs {
    dot: "-",
    ellipsis: "..",
    first: ",->",
    next: "|->",
    bar: "|",
    last: "`",
    block: "#",
    thin: "|",
    crash: "X",
    good: "OK",
    unknown: "?",
    bad: "X",
};

/// Lines being written.
pub(super) struct Page<'a> {
    pub(super) style: &'a Style,
    pub(super) width: usize,
    pub(super) glyphs: Glyphs,
    out: String,
}

impl<'a> Page<'a> {
    pub(super) fn new(style: &'a Style) -> Self {
        Self {
            style,
            width: style.width.clamp(60, 100),
            glyphs: if style.unicode { UNICODE } else { ASCII },
            out: String::new(),
        }
    }

    /// Coloured, where colours are on; `text` must be clean already.
    pub(super) fn paint(&self, text: &str, tone: Tone) -> String {
        if !self.style.color || text.is_empty() {
            return text.to_owned();
        }
        match tone {
            Tone::Plain => text.to_owned(),
            Tone::Strong => text.bold().to_string(),
            Tone::Dim => text.dimmed().to_string(),
            Tone::Error => text.red().bold().to_string(),
            Tone::Warning => text.yellow().bold().to_string(),
            Tone::Note => text.cyan().bold().to_string(),
            Tone::Good => text.green().bold().to_string(),
            Tone::Mark => text.red().to_string(),
        }
    }

    /// A line made of clean pieces; ends lines, defuses runner commands.
    pub(super) fn line(&mut self, text: &str) {
        let text = defuse(text.trim_end());
        let text = if self.style.unicode { text } else { ascii(&text) };
        self.out.push_str(&text);
        self.out.push('\n');
    }

    /// One empty line, never two.
    pub(super) fn gap(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// Foreign text, wrapped; the first line begins with `first`, the others with as many spaces.
    pub(super) fn paragraph(&mut self, first: &str, text: &str, tone: Tone) {
        let indent = width(first);
        let clean = terminal(text);
        for (at, line) in wrap(&clean, self.width.saturating_sub(indent)).iter().enumerate() {
            let lead = if at == 0 { first.to_owned() } else { " ".repeat(indent) };
            let line = format!("{lead}{}", self.paint(line, tone));
            self.line(&line);
        }
    }

    /// Like [`Page::paragraph`] with a label of our own in strong type: `   Why   …`.
    pub(super) fn labelled(&mut self, label: &str, text: &str) {
        self.labelled_item(label, "", text);
    }

    /// A label, a number or nothing behind it, and the text.
    pub(super) fn labelled_item(&mut self, label: &str, number: &str, text: &str) {
        let lead = pad(&format!("   {label}"), LABEL);
        let indent = LABEL + width(number);
        let clean = terminal(text);
        for (at, line) in wrap(&clean, self.width.saturating_sub(indent)).iter().enumerate() {
            let lead = if at == 0 {
                format!("{}{number}", self.paint(&lead, Tone::Strong))
            } else {
                " ".repeat(indent)
            };
            self.line(&format!("{lead}{line}"));
        }
    }

    /// A command on lines of its own: never wrapped, so that it can be copied.
    pub(super) fn command(&mut self, indent: usize, command: &str) {
        for line in command.lines() {
            let line = format!("{}{}", " ".repeat(indent), self.paint(&terminal(line), Tone::Note));
            self.line(&line);
        }
    }

    /// Foreign text on one line, cut to `most` columns.
    pub(super) fn cut(&self, text: &str, most: usize) -> String {
        truncate(&terminal(text), most, self.glyphs.ellipsis)
    }

    /// A path cut in the middle of its folders: its end says most.
    pub(super) fn cut_path(&self, text: &str, most: usize) -> String {
        let text = terminal(text);
        let wide = width(&text);
        if wide <= most {
            return text;
        }
        let mut tail = String::new();
        for piece in text.split_inclusive('/').rev() {
            if width(&tail) + width(piece) + 4 > most && !tail.is_empty() {
                break;
            }
            tail.insert_str(0, piece);
        }
        truncate(&format!("{}/{tail}", self.glyphs.ellipsis), most, self.glyphs.ellipsis)
    }

    /// Clean text behind the last line.
    pub(super) fn amend_last(&mut self, text: &str) {
        if self.out.ends_with('\n') {
            self.out.pop();
        }
        let text = if self.style.unicode { text.to_owned() } else { ascii(text) };
        self.out.push_str(&text);
        self.out.push('\n');
    }

    pub(super) fn finish(mut self) -> String {
        while self.out.ends_with("\n\n") {
            self.out.pop();
        }
        self.out
    }

    /// `left`, and `right` at the right edge; on a line of its own where both don't fit.
    pub(super) fn sides(&mut self, left: (&str, &str), right: &str) -> bool {
        let (plain, painted) = left;
        let room = self.width.saturating_sub(width(plain) + 2);
        if width(right) > room {
            self.line(painted);
            return false;
        }
        let mut line = String::new();
        let space = self.width - width(plain) - width(right);
        let _ = write!(line, "{painted}{}{}", " ".repeat(space), self.paint(right, Tone::Dim));
        self.line(&line);
        true
    }
}

/// Column at which texts stand behind `Why`, `Fix`, `Docs`.
pub(super) const LABEL: usize = 9;
