//! Files that are not Python at all: HTML, PHP, shell scripts, configuration, diffs, lists of requirements.

use crate::python::parse::ParsedFile;
use crate::python::problem::{ErrorKind, SyntaxProblem};

/// Looks only at files that did not parse.
pub(super) fn explain(file: &ParsedFile) -> Option<SyntaxProblem> {
    let mut lines = file.source.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let (number, first) = lines.next()?;
    let head = first.trim().to_ascii_lowercase();
    let second = lines.next().map_or("", |(_, line)| line.trim());
    let what = if head.starts_with("<!doctype")
        || head.starts_with("<html")
        || head.starts_with("<head")
    {
        (
            "a web page (HTML)",
            "The page of a site was saved instead of the raw file: download it again with the \u{201c}Raw\u{201d} button.",
        )
    } else if head.starts_with("<?php") {
        ("a PHP script", "Put Python code here.")
    } else if head.starts_with("<?xml") {
        ("an XML file", "Put Python code here.")
    } else if head.starts_with("#!")
        && ["/sh", "bash", "zsh", "dash"].iter().any(|shell| head.ends_with(shell))
    {
        ("a shell script", "Run it in a Bash console, and put Python code here.")
    } else if head.starts_with("#!")
        && (head.contains("node") || head.contains("perl") || head.contains("ruby"))
    {
        ("a script in another language", "Put Python code here.")
    } else if head.starts_with(r"{\rtf") {
        (
            "a rich-text document (RTF)",
            "Save the file as plain text: word processors add formatting that Python cannot read.",
        )
    } else if head.starts_with("diff --git ")
        || (head.starts_with("--- ") && second.starts_with("+++ "))
    {
        ("a patch (diff)", "Apply it with git apply, or put the changed file here.")
    } else if is_ini(&head, second) {
        (
            "a configuration file (INI)",
            "Give it the ending that its program expects, and put Python code here.",
        )
    } else if is_nginx(&head, second) {
        ("an nginx configuration", "Put it under /etc/nginx, and Python code here.")
    } else if head.starts_with('{')
        && file.source.contains("\"cells\"")
        && file.source.contains("\"nbformat\"")
    {
        ("a Jupyter notebook", "Export it as a script: jupyter nbconvert --to script NAME.ipynb")
    } else if is_requirements(&file.source) {
        ("a list of requirements", "Save it as requirements.txt, and put Python code here.")
    } else {
        return None;
    };
    let start = file.lines.start(number as u32 + 1);
    let message = format!("this file is not Python but {}", what.0);
    let mut problem = file.problem(start..start + first.len(), ErrorKind::NotPython, message);
    problem.hint = Some(what.1.to_owned());
    problem.cpython_like = Some("invalid syntax".to_owned());
    Some(problem)
}

fn is_ini(head: &str, second: &str) -> bool {
    let section =
        head.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).is_some_and(|name| {
            !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_.- :".contains(c))
        });
    section
        && (second.starts_with(['#', ';'])
            || second.split_once(['=', ':']).is_some_and(|(key, _)| {
                let key = key.trim();
                !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || "_.-".contains(c))
            }))
}

fn is_nginx(head: &str, second: &str) -> bool {
    ["server {", "http {", "events {", "upstream ", "location "]
        .iter()
        .any(|word| head.starts_with(word))
        && head.ends_with('{')
        && second.ends_with([';', '{'])
}

/// Every line is a requirement, and at least one pins a version.
fn is_requirements(source: &str) -> bool {
    let mut pinned = false;
    let lines =
        source.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    for line in lines.take(50) {
        if line.starts_with("-r ") || line.starts_with("-e ") {
            pinned = true;
            continue;
        }
        let end = line
            .find(|c: char| !(c.is_ascii_alphanumeric() || "._-[],".contains(c)))
            .unwrap_or(line.len());
        let rest = line[end..].trim_start();
        if end == 0 || !(rest.is_empty() || rest.starts_with([';', '#']) || pins(rest)) {
            return false;
        }
        pinned |= pins(rest);
    }
    pinned
}

/// `==2.0`, `>=1,<3`.
fn pins(rest: &str) -> bool {
    ["==", ">=", "<=", "~=", "!=", "<", ">"]
        .iter()
        .find_map(|operator| rest.strip_prefix(operator))
        .is_some_and(|version| version.trim_start().starts_with(|c: char| c.is_ascii_digit()))
}
