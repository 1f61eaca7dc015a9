//! What came along when code was copied: bold names, lines of templates and of servers' configuration.

use super::{Broken, Explained, Found};
use crate::python::parse::TokenKind;
use crate::python::problem::ErrorKind;

pub(super) fn explain(broken: &Broken<'_>, found: &Found<'_>) -> Option<Explained> {
    bold(broken, found)
        .or_else(|| template(broken, found))
        .or_else(|| configuration(broken, found))
        .map(|explained| explained.like("invalid syntax"))
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
