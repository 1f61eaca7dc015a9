//! What came along when code was copied: line numbers, a web page's spelling of signs, bold names, lines of
//! templates and of servers' configuration.

use super::{Broken, Explained, Found};
use crate::python::parse::{Ranged, TokenKind};
use crate::python::problem::ErrorKind;

pub(super) fn explain(broken: &Broken<'_>, found: &Found<'_>) -> Option<Explained> {
    line_numbers(broken, found)
        .or_else(|| entity(broken, found))
        .or_else(|| bold(broken, found))
        .or_else(|| template(broken, found))
        .or_else(|| configuration(broken, found))
        .map(|explained| explained.like("invalid syntax"))
}

/// `1 import os`, `2. import sys`: the lines count up.
fn line_numbers(broken: &Broken<'_>, found: &Found<'_>) -> Option<Explained> {
    let lines = &broken.file.lines;
    let number = |line: u32| number_of(lines.text(broken.source, line));
    let own = number(found.line)?;
    let last = lines.count() as u32;
    let beside = |line: u32, wanted: u32| line > 0 && line <= last && number(line) == Some(wanted);
    if !(beside(found.line + 1, own + 1) || own > 0 && beside(found.line - 1, own - 1)) {
        return None;
    }
    let mut end = found.line;
    while beside(end + 1, own + (end + 1 - found.line)) {
        end += 1;
    }
    let start = lines.start(found.line);
    let indent = found.text.len() - found.text.trim_start().len();
    let digits = own.to_string().len();
    Some(
        broken
            .say(
                start + indent..start + indent + digits,
                ErrorKind::PastedLineNumbers,
                "line numbers were copied together with the code",
                "Delete the number at the beginning of each line.",
            )
            .up_to(broken.line_end(end)),
    )
}

/// The number that a line begins with, where something parts it from the code.
fn number_of(text: &str) -> Option<u32> {
    let text = text.trim_start();
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let rest = &text[digits..];
    let parted = rest.is_empty() || rest.starts_with([' ', '\t', '.', ':', ')', '|']);
    (digits > 0 && digits < 5 && parted).then(|| text[..digits].parse().ok()).flatten()
}

/// Signs that HTML writes as `&name;`.
const ENTITIES: &[(&str, &str)] = &[
    ("&quot;", "\""),
    ("&#34;", "\""),
    ("&#39;", "'"),
    ("&#039;", "'"),
    ("&#x27;", "'"),
    ("&apos;", "'"),
    ("&gt;", ">"),
    ("&lt;", "<"),
    ("&amp;", "&"),
    ("&nbsp;", "a space"),
];

fn entity(broken: &Broken<'_>, found: &Found<'_>) -> Option<Explained> {
    let start = broken.file.lines.start(found.line);
    let is_code = |at: usize| {
        broken
            .tokens
            .binary_search_by_key(&at, |token| token.start().to_usize())
            .is_ok_and(|index| broken.kind(index) == TokenKind::Amper)
    };
    let (at, written, sign) = ENTITIES
        .iter()
        .filter_map(|(written, sign)| {
            let at = start + found.text.find(written)?;
            is_code(at).then_some((at, *written, *sign))
        })
        .min()?;
    let last = ENTITIES.iter().filter_map(|(written, _)| broken.source.rfind(written)).max()?;
    let last = broken.file.lines.line(last.max(at));
    Some(
        broken
            .say(
                at..at + written.len(),
                ErrorKind::PastedMarkup,
                format!("{written} is how the source of a web page writes {sign}; Python does not know it"),
                "Copy the code again from the page as your browser shows it, or replace these signs in the whole file.",
            )
            .up_to(broken.line_end(last)),
    )
}

/// Names with two underscores on each side, which Markdown prints in bold.
const BOLD: &[&str] = &[
    "name",
    "main",
    "file",
    "init",
    "str",
    "repr",
    "call",
    "doc",
    "all",
    "version",
    "class",
    "dict",
    "len",
    "enter",
    "exit",
    "new",
    "iter",
    "next",
    "getattr",
    "getitem",
    "eq",
    "hash",
    "author",
    "tablename",
];

fn bold(broken: &Broken<'_>, found: &Found<'_>) -> Option<Explained> {
    let from = found.token.saturating_sub(3).max(found.first);
    let at = (from..=found.token).find(|&at| {
        broken.kind(at) == TokenKind::DoubleStar
            && broken.kind(at + 2) == TokenKind::DoubleStar
            && broken.adjoins(at + 1)
            && broken.adjoins(at + 2)
            && BOLD.contains(&broken.word(at + 1))
    })?;
    let name = broken.word(at + 1);
    Some(broken.say(
        broken.span(at).start..broken.span(at + 2).end,
        ErrorKind::PastedMarkup,
        format!("**{name}** was __{name}__ before a web page or chat made it bold"),
        format!("Write __{name}__, with two underscores on each side."),
    ))
}

/// `{% block content %}`.
fn template(broken: &Broken<'_>, found: &Found<'_>) -> Option<Explained> {
    let text = found.text.trim();
    if !(text.starts_with("{%") && text.contains("%}")) {
        return None;
    }
    let start = broken.file.lines.start(found.line);
    let indent = found.text.len() - found.text.trim_start().len();
    let last = broken.source.rfind("%}").map_or(found.line, |at| broken.file.lines.line(at));
    Some(
        broken
            .say(
                start + indent..broken.line_end(found.line),
                ErrorKind::PastedMarkup,
                "this line belongs to a template (Jinja or Django), not to Python",
                "Move it to a file in the folder templates, and give the page out with render_template or render.",
            )
            .up_to(broken.line_end(last)),
    )
}

/// First words of Apache's configuration.
const APACHE: &[&str] = &[
    "WSGIScriptAlias",
    "WSGIDaemonProcess",
    "WSGIProcessGroup",
    "WSGIApplicationGroup",
    "WSGIPythonPath",
    "WSGIPythonHome",
    "WSGIPassAuthorization",
    "LoadModule",
    "ServerName",
    "ServerAlias",
    "ServerAdmin",
    "DocumentRoot",
    "ErrorLog",
    "CustomLog",
    "RewriteEngine",
    "RewriteRule",
    "RewriteCond",
    "PassengerPython",
    "PassengerAppRoot",
    "<VirtualHost",
    "</VirtualHost>",
    "<Directory",
    "</Directory>",
    "<Files",
    "</Files>",
    "<Location",
    "</Location>",
];

/// A line of Apache's configuration or of a Procfile.
fn configuration(broken: &Broken<'_>, found: &Found<'_>) -> Option<Explained> {
    let text = found.text.trim_start();
    let mut words = text.split_whitespace();
    let (first, second) = (words.next()?, words.next().unwrap_or_default());
    let apache = APACHE.contains(&first) && !second.starts_with(['=', '(', '.']);
    let procfile = matches!(first, "web:" | "worker:" | "release:" | "clock:")
        && second.starts_with(|c: char| c.is_ascii_alphabetic());
    let (message, hint) = if apache {
        (
            "this line belongs to Apache's configuration, not to Python",
            "Move it to the file of your site in /etc/apache2/sites-available; this file holds only Python.",
        )
    } else if procfile {
        (
            "this line belongs to a Procfile, not to Python",
            "Move it to a file that is called Procfile, without an ending, in the top folder of the project.",
        )
    } else {
        return None;
    };
    let start = broken.file.lines.start(found.line) + (found.text.len() - text.len());
    let lines = &broken.file.lines;
    let is_more = |line: u32| {
        let text = lines.text(broken.source, line).trim_start();
        text.split_whitespace().next().is_none_or(|word| APACHE.contains(&word))
    };
    let count = lines.count() as u32;
    let mut end = found.line;
    while apache && end < count && is_more(end + 1) {
        end += 1;
    }
    let range = start..broken.line_end(found.line);
    Some(broken.say(range, ErrorKind::NotPython, message, hint).up_to(broken.line_end(end)))
}
