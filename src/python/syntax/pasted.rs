//! Text that belongs elsewhere: prompts, shell commands, notebook magics, Markdown, HTML, tracebacks.

use super::{Broken, Explained, Found};
use crate::python::parse::{Ranged, TokenKind};
use crate::python::problem::ErrorKind;

/// Commands of a shell that people paste into Python files.
const COMMANDS: [&str; 44] = [
    "pip",
    "pip3",
    "python",
    "python3",
    "cd",
    "ls",
    "mkdir",
    "rm",
    "cp",
    "mv",
    "cat",
    "nano",
    "vim",
    "export",
    "source",
    "workon",
    "sudo",
    "git",
    "mkvirtualenv",
    "virtualenv",
    "apt",
    "apt-get",
    "brew",
    "conda",
    "npm",
    "yarn",
    "curl",
    "wget",
    "flask",
    "django-admin",
    "gunicorn",
    "uwsgi",
    "uvicorn",
    "heroku",
    "scalingo",
    "touch",
    "chmod",
    "chown",
    "echo",
    "set",
    "poetry",
    "pipenv",
    "uv",
    "docker",
];

pub(super) fn explain(broken: &Broken<'_>, found: &Found<'_>) -> Option<Explained> {
    let text = found.text.trim_start();
    let start =
        found.range.start.min(broken.file.lines.start(found.line) + found.text.len() - text.len());
    if broken.brackets.inside_pair(start) || !starts_statement(broken, start) {
        return None;
    }
    let range = broken.file.lines.start(found.line) + (found.text.len() - text.len())
        ..broken.line_end(found.line);
    let say = |kind, message: &str, hint: &str| {
        Some(broken.say(range.clone(), kind, message, hint).like("invalid syntax"))
    };
    if text.starts_with(">>>") || text.starts_with("... ") {
        return say(
            ErrorKind::PastedPrompt,
            ">>> is what the Python console prints before your input; it is not part of the code",
            "Delete the >>> and ... at the beginning of these lines, and the output lines between them.",
        );
    }
    if text.starts_with("In [") && text.contains("]:") {
        return say(
            ErrorKind::PastedPrompt,
            "this line was copied with the prompt of IPython or Jupyter",
            "Delete the In [1]: at the beginning of the line.",
        );
    }
    if let Some(command) = after_prompt(text) {
        return say(
            ErrorKind::PastedPrompt,
            "this line was copied from a terminal, with its prompt; Python cannot run shell commands",
            &format!("Delete the line here and run it in a Bash console instead: {command}"),
        );
    }
    if text.starts_with("```") || text.starts_with("~~~") {
        return say(
            ErrorKind::MarkdownFence,
            "these marks belong to Markdown or a chat, where they surround code; they are not Python",
            "Delete this line, and the other line with the same marks.",
        );
    }
    if text.starts_with("Traceback (most recent call last)") {
        return say(
            ErrorKind::PastedTraceback,
            "an error message was pasted into the file",
            "Delete the lines of the error message.",
        )
        .map(|explained| explained.up_to(end_of_traceback(broken, found.line)));
    }
    if let Some(rest) = text.strip_prefix(['!', '%'])
        && rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '%')
        && found.range.start <= range.start + 1
    {
        return say(
            ErrorKind::NotebookMagic,
            "lines that begin with ! or % work only in a Jupyter notebook",
            "Delete the line; run its command in a Bash console if it is needed.",
        );
    }
    if is_markup(text) {
        return say(
            ErrorKind::PastedMarkup,
            "this line is HTML, not Python",
            "Move it to a template file, or put it between quotes.",
        );
    }
    if is_command(broken, found, text) {
        return say(
            ErrorKind::ShellCommand,
            "a shell command was pasted into this Python file; Python cannot run it",
            &format!(
                "Delete the line here and run it in a Bash console instead: {}",
                text.trim_end()
            ),
        );
    }
    None
}

/// The line is not the inside of a text over several lines.
fn starts_statement(broken: &Broken<'_>, at: usize) -> bool {
    let index = broken.tokens.partition_point(|token| token.start().to_usize() < at);
    index == 0 || broken.span(index - 1).end <= at
}

/// What follows `$ `, `(venv) $ `, `12:30 ~ $ `, `C:\> `, `me@host:~$ `.
fn after_prompt(text: &str) -> Option<&str> {
    let (before, command) = text
        .split_once("$ ")
        .or_else(|| {
            text.split_once("> ")
                .filter(|(before, _)| before.get(1..3) == Some(r":\") || before.starts_with("PS "))
        })
        .or_else(|| text.strip_prefix("# ").map(|command| ("", command)))?;
    let before = before.trim();
    let command = command.trim();
    let prompt = before.is_empty()
        || before.ends_with('~')
        || before.get(1..3) == Some(r":\")
        || before.starts_with("PS ")
        || (before.starts_with('(') && before.ends_with(')'))
        || (before.contains('@') && before.contains(':') && !before.contains(' '))
        || before.contains("~/");
    (prompt && command.starts_with(|c: char| c.is_ascii_alphabetic() || "./~".contains(c)))
        .then_some(command)
}

fn is_markup(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('<') else { return false };
    let rest = rest.trim_start_matches('/');
    let name = rest.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).next().unwrap_or("");
    const TAGS: [&str; 34] = [
        "p", "br", "div", "span", "html", "head", "body", "a", "ul", "ol", "li", "h1", "h2", "h3",
        "h4", "table", "tr", "td", "th", "form", "input", "script", "style", "link", "meta",
        "title", "img", "b", "i", "pre", "code", "section", "nav", "button",
    ];
    TAGS.contains(&name.to_ascii_lowercase().as_str()) && text.contains('>')
        || text.starts_with("<!--")
}

/// The first word is a command, and what follows cannot continue a Python statement.
fn is_command(broken: &Broken<'_>, found: &Found<'_>, text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or("");
    let name = first.rsplit('/').next().unwrap_or(first);
    let python = name.strip_prefix("python").or_else(|| name.strip_prefix("pip"));
    let known = COMMANDS.contains(&name)
        || python.is_some_and(|rest| {
            !rest.is_empty() && rest.chars().all(|c| c.is_ascii_digit() || c == '.')
        });
    if !known {
        return (first.starts_with("./") || first.starts_with("~/")) && text.len() > 3;
    }
    let rest = text[first.len()..].trim_start();
    if rest.is_empty() || rest.starts_with(['=', '(', '.', ',', ')', ':', '[', '+', '*', '%']) {
        return false;
    }
    // `source = x y` is a mistake of another kind; `export A=b` is a command.
    let second = broken.kind(found.first + 1);
    !matches!(
        second,
        TokenKind::Equal | TokenKind::In | TokenKind::Is | TokenKind::And | TokenKind::Or
    )
}

/// Behind the last line of a pasted traceback: its lines are indented, and one `Name: message` ends it.
fn end_of_traceback(broken: &Broken<'_>, line: u32) -> usize {
    let lines = &broken.file.lines;
    let mut last = line;
    while last < lines.count() as u32 {
        last += 1;
        let text = lines.text(broken.source, last);
        if !text.starts_with(' ') {
            break;
        }
    }
    broken.line_end(last)
}
