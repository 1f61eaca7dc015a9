//! Renderers, one file per format: pure functions of a [`Shareable`].
//!
//! Border: nothing here reads files, the clock or the environment; what a renderer must know of
//! its surroundings stands in [`Style`]. Every foreign text passes `crate::text` on its way out.

mod answer;
mod ci;
mod concise;
mod html;
pub mod json;
mod markdown;
mod reply;
mod text;
mod words;

use std::io::{self, Write};
use std::time::Duration;

use crate::redact::Shareable;

/// Output formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    Text,
    /// One line per finding, for `grep` and editors.
    Concise,
    Json,
    Markdown,
    Html,
    Sarif,
    /// GitHub workflow commands.
    Github,
    /// GitLab code quality.
    Gitlab,
    Junit,
    /// Sentences that a support agent can send.
    Reply,
}

/// Dialects of Markdown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Flavor {
    /// Tables, folding, fences.
    #[default]
    Github,
    /// For forums: no HTML, no tables, indented code, at most two links.
    Plain,
}

/// How to write, apart from what.
#[derive(Debug, Clone)]
pub struct Style {
    /// Colours; `colored`'s own override must be set to the same, once per run.
    pub color: bool,
    /// Columns of the terminal; at least 60 are used, at most 100.
    pub width: usize,
    /// Glyphs beyond ASCII.
    pub unicode: bool,
    /// `-v`: 1 shows all evidence, numbers and examined inputs; 2 the receipt, too.
    pub verbose: u8,
    /// `-q`: only findings.
    pub quiet: u8,
    pub markdown_flavor: Flavor,
    /// Most characters of a Markdown report.
    pub budget: Option<usize>,
    /// Print the points of each finding.
    pub explain_ranking: bool,
    /// What the person typed, without the program's path.
    pub command: Option<String>,
    /// How long the run took; `None` keeps outputs comparable.
    pub elapsed: Option<Duration>,
    /// Folder that CI formats make paths relative to.
    pub base: Option<String>,
    /// The current folder below `base`, which relative paths start from; empty where it is `base`.
    pub below: String,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            color: false,
            width: 80,
            unicode: true,
            verbose: 0,
            quiet: 0,
            markdown_flavor: Flavor::Github,
            budget: Some(30_000),
            explain_ranking: false,
            command: None,
            elapsed: None,
            base: None,
            below: String::new(),
        }
    }
}

/// Writes a report.
///
/// # Errors
/// Only those of `out`.
pub fn render(
    format: Format,
    report: &Shareable,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let text = match format {
        Format::Text => text::text(report, style),
        Format::Concise => concise::concise(report, style),
        Format::Json => json::json(report, style),
        Format::Markdown => markdown::markdown(report, style),
        Format::Html => html::html(report, style),
        Format::Reply => reply::reply(report, style),
        Format::Github => ci::github::github(report, style),
        Format::Sarif => ci::sarif::sarif(std::slice::from_ref(report), style),
        Format::Gitlab => ci::gitlab::gitlab(std::slice::from_ref(report), style),
        Format::Junit => ci::junit::junit(std::slice::from_ref(report), style),
    };
    out.write_all(text.as_bytes())
}

/// Writes several sites' reports: one document for machine formats, one after the other for people.
///
/// # Errors
/// Only those of `out`.
pub fn render_many(
    format: Format,
    reports: &[Shareable],
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    // People read the site that fails first.
    let mut sorted: Vec<Shareable> = Vec::new();
    let reports = if format == Format::Json {
        reports
    } else {
        sorted.extend(reports.iter().cloned());
        sorted.sort_by_key(|one| std::cmp::Reverse(one.report().verdict));
        &sorted
    };
    match (format, reports) {
        (_, [report]) => render(format, report, style, out),
        (Format::Text, _) => out.write_all(text::sites(reports, style).as_bytes()),
        (Format::Json, _) => out.write_all(json::json_many(reports, style).as_bytes()),
        (Format::Sarif, _) => out.write_all(ci::sarif::sarif(reports, style).as_bytes()),
        (Format::Gitlab, _) => out.write_all(ci::gitlab::gitlab(reports, style).as_bytes()),
        (Format::Junit, _) => out.write_all(ci::junit::junit(reports, style).as_bytes()),
        _ => {
            for (at, report) in reports.iter().enumerate() {
                if at > 0 {
                    out.write_all(b"\n")?;
                }
                render(format, report, style, out)?;
            }
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests;
