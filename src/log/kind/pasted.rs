//! Questions and tickets: configuration or code, what a server wrote and a person's own words in one
//! text. Such a text is read as a log, for what the server wrote in it.

use crate::log::document::is_sentence;
use crate::log::line::Prefix;
use crate::log::prefix::{PrefixCtx, strip};
use crate::log::stamp::Clock;

/// Words of somebody, or of a program, who tells of trouble.
const TROUBLE: &[&str] = &[
    "error",
    "fail",
    "denied",
    "not found",
    "exit",
    "crash",
    "traceback",
    "502",
    "500",
    "timeout",
];

/// Whether the lines are more than the configuration that stands in them.
pub(super) fn with_configuration(lines: &[&str]) -> bool {
    fenced(lines)
        || written_by_a_server(lines)
        || lines.iter().any(|line| tells_of_trouble(line) || in_another_script(line))
}

/// Whether the lines are more than the Python source that stands in them.
pub(super) fn with_python(lines: &[&str]) -> bool {
    let told = |line: &&str| {
        line.starts_with(|c: char| c.is_alphabetic())
            && crate::log::traceback::said(line, false).is_some()
    };
    lines.iter().any(told) || fenced(lines) || written_by_a_server(lines) || has_prose(lines)
}

/// Words in a script that no configuration is written in, outside comments and values.
fn in_another_script(line: &str) -> bool {
    let text = line.trim_start();
    !text.starts_with(['#', ';', '/', '<', '"', '\''])
        && !text.contains('=')
        && text.chars().filter(|c| c.is_alphabetic() && *c > '\u{24f}').count() >= 4
}

/// Markdown's fences around code.
fn fenced(lines: &[&str]) -> bool {
    lines.iter().any(|line| line.starts_with("```"))
}

/// A line with the prefix of a server, a platform or a logger, or an exception at the margin.
fn written_by_a_server(lines: &[&str]) -> bool {
    let mut ctx = PrefixCtx::new(Clock::utc(None));
    lines.iter().any(|raw| {
        let line = strip(raw, &mut ctx);
        line.stamp.is_some()
            || line.container.is_some()
            || line.pid.is_some()
            || line.level.is_some() && !line.prefixes.has(Prefix::Paste)
            || line.text.starts_with("Traceback (most recent call last)")
            || line.text.starts_with("*** Starting uWSGI ")
            || line.text.starts_with("!!! ")
            || is_frame(line.text)
            || is_exception(line.text)
            // by its full name also inside an indented code block
            || is_exception(line.text.trim_start()) && line.text.trim_start().contains("Error: (")
    })
}

/// `File "…", line 3`: of a traceback, whatever became of its indentation.
fn is_frame(text: &str) -> bool {
    text.trim_start().strip_prefix("File \"").is_some_and(|rest| rest.contains("\", line "))
}

/// `ModuleNotFoundError: No module named 'x'`, with or without the module of the type.
fn is_exception(text: &str) -> bool {
    let Some((name, message)) = text.split_once(": ") else { return false };
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
    (name.ends_with("Error") || name.ends_with("Exception"))
        && name.len() > "Error".len()
        && name.chars().all(word)
        && !message.trim().is_empty()
}

/// A sentence with trouble in it that no configuration has: neither a comment nor a directive.
fn tells_of_trouble(line: &str) -> bool {
    let text = line.trim();
    let directive = text.starts_with(['#', ';', '<', '-', '/'])
        || text.ends_with([';', '{', '}', '\\'])
        || ["ErrorLog", "ErrorDocument", "Error:"].iter().any(|word| text.starts_with(word))
        || text.split_once('=').is_some_and(|(key, _)| !key.trim().contains(' '));
    let lower = || text.to_ascii_lowercase();
    !directive && is_sentence(text) && TROUBLE.iter().any(|word| lower().contains(word))
}

/// A sentence at the margin, in no string and no comment.
fn has_prose(lines: &[&str]) -> bool {
    const STATEMENTS: [&str; 14] = [
        "import ", "from ", "if ", "for ", "with ", "while ", "return ", "def ", "class ",
        "assert ", "raise ", "print", "@", "#",
    ];
    let mut quoted = false;
    lines.iter().any(|line| {
        let quotes = line.matches("\"\"\"").count() + line.matches("'''").count();
        let inside = quoted || quotes > 0;
        quoted ^= quotes % 2 == 1;
        !inside
            && line.starts_with(|c: char| c.is_alphabetic())
            && !STATEMENTS.iter().any(|word| line.starts_with(word))
            && !line.contains(['=', '"', '[', '{'])
            && is_sentence(line)
    })
}
