//! Code copied from a listing: with line numbers, the marks of a patch, HTML's entities, or an editor's screen.

use super::{Broken, Explained, Found};
use crate::python::problem::ErrorKind;

pub(super) fn explain(broken: &Broken<'_>, found: &Found<'_>) -> Option<Explained> {
    numbers(broken, found)
        .or_else(|| patch(broken, found))
        .or_else(|| entity(broken, found))
        .or_else(|| screen(broken, found))
}

/// Lines that begin with their numbers: three in a row at least, blank ones apart.
fn numbers(broken: &Broken<'_>, found: &Found<'_>) -> Option<Explained> {
    let number = |line: u32| number(broken.file.lines.text(broken.source, line));
    let last_line = broken.file.lines.line(broken.source.len());
    let (here, width) = number(found.line)?;
    // Whether a line stands in the same run: the numbers grow as the lines do.
    let same = |line: u32| {
        number(line).is_some_and(|(other, _)| {
            i64::from(other) - i64::from(here) == i64::from(line) - i64::from(found.line)
        })
    };
    let run = |lines: &mut dyn Iterator<Item = u32>| {
        let mut end = found.line;
        for line in lines {
            if same(line) {
                end = line;
            } else if !broken.is_blank(line) {
                break;
            }
        }
        end
    };
    let last = run(&mut (found.line + 1..=last_line));
    let first = run(&mut (1..found.line).rev());
    let count = (first..=last).filter(|line| same(*line)).count();
    if count < 3 {
        return None;
    }
    let start = broken.file.lines.start(first);
    let width = if first == found.line { width } else { number(first)?.1 };
    Some(
        broken
            .say(
                start..start + width,
                ErrorKind::PastedMarkup,
                "the lines begin with line numbers: they were copied along from a web page or an editor",
                "Delete the number, and what parts it from the code, at the beginning of each line.",
            )
            .like("invalid syntax")
            .up_to(broken.line_end(last)),
    )
}

/// The number at the beginning of a line, and how far it reaches; what follows must part it from the code.
fn number(line: &str) -> Option<(u32, usize)> {
    let rest = line.trim_start_matches([' ', '\t']);
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let number = rest.get(..digits)?.parse().ok()?;
    let after = &rest[digits..];
    let parted = after.trim().is_empty()
        || after.starts_with([' ', '\t', ':', '|', '.', ')', '\u{2502}', '\u{a0}'])
            && !after[1.min(after.len())..].starts_with(|c: char| c.is_ascii_digit());
    parted.then_some((number, line.len() - after.len()))
}

/// Words with which only statements begin.
const STATEMENTS: &[&str] = &[
    "from", "import", "def", "class", "return", "if", "elif", "else", "for", "while", "try",
    "except", "finally", "with", "async", "raise", "del", "global", "pass", "break", "continue",
    "assert", "@",
];

/// `@@ -1,4 +1,5 @@`, or lines that begin with the + and - of a patch.
fn patch(broken: &Broken<'_>, found: &Found<'_>) -> Option<Explained> {
    let last_line = broken.file.lines.line(broken.source.len());
    let is_mark = |line: u32| marked(broken.file.lines.text(broken.source, line));
    if !is_mark(found.line) {
        return None;
    }
    let last = (found.line..=last_line).rev().find(|line| {
        broken.file.lines.text(broken.source, *line).starts_with(['+', '-']) || is_mark(*line)
    });
    let start = broken.file.lines.start(found.line);
    Some(
        broken
            .say(
                start..start + 1,
                ErrorKind::PastedMarkup,
                "this line comes from a patch (diff): its + and - say what was added and what was taken out",
                "Delete the lines that begin with - or @@, and the + at the beginning of the others.",
            )
            .like("invalid syntax")
            .up_to(broken.line_end(last.unwrap_or(found.line))),
    )
}

fn marked(line: &str) -> bool {
    if line.starts_with("@@ -") && line[4..].contains(" @@") {
        return true;
    }
    let Some(rest) = line.strip_prefix(['+', '-']) else { return false };
    let code = rest.trim_start_matches([' ', '\t']);
    STATEMENTS.iter().any(|word| {
        code.strip_prefix(word).is_some_and(|after| {
            *word == "@" || !after.starts_with(|c: char| c.is_alphanumeric() || c == '_')
        })
    })
}

/// HTML's names of characters, and the characters.
const ENTITIES: &[(&str, &str)] = &[
    ("&quot;", "\""),
    ("&#34;", "\""),
    ("&apos;", "'"),
    ("&#39;", "'"),
    ("&#x27;", "'"),
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&amp;", "&"),
    ("&nbsp;", "a space"),
    ("&#160;", "a space"),
];

/// One of them stands on the line, outside of quotes and comments.
fn entity(broken: &Broken<'_>, found: &Found<'_>) -> Option<Explained> {
    let mut quote = None;
    for (at, c) in found.text.char_indices() {
        let rest = &found.text[at..];
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '#') => return None,
            (None, '&') => {
                let Some((name, plain)) = ENTITIES.iter().find(|(name, _)| rest.starts_with(name))
                else {
                    continue;
                };
                let start = broken.file.lines.start(found.line) + at;
                return Some(
                    broken
                        .say(
                            start..start + name.len(),
                            ErrorKind::PastedMarkup,
                            format!(
                                "{name} is how a web page writes {plain}; Python does not know it"
                            ),
                            format!(
                                "Write {plain} instead, here and wherever else such names stand."
                            ),
                        )
                        .like("invalid syntax"),
                );
            }
            _ => {}
        }
    }
    None
}

/// What an editor shows around a file.
fn screen(broken: &Broken<'_>, found: &Found<'_>) -> Option<Explained> {
    let text = found.text.trim();
    let what = if text.starts_with("GNU nano ") {
        "this is the first line of the editor nano's screen"
    } else if text.starts_with("--More--") {
        "this is what the program more prints at the end of a screen"
    } else if found.text.trim_end() == "~" {
        "this ~ is what the editor vim shows below the end of a file"
    } else {
        return None;
    };
    let start = broken.file.lines.start(found.line);
    let last_line = broken.file.lines.line(broken.source.len());
    let alike = (found.line..=last_line)
        .take_while(|line| broken.file.lines.text(broken.source, *line).trim() == text)
        .last();
    Some(
        broken
            .say(
                start..start + found.text.len(),
                ErrorKind::PastedMarkup,
                format!("{what}; it is no part of the code"),
                "Delete the line.",
            )
            .like("invalid syntax")
            // What is missing behind the last one is noticed at its end.
            .up_to(broken.line_end(alike.unwrap_or(found.line)) + 1),
    )
}

#[cfg(test)]
mod tests {
    use crate::python::parse::parse_file;

    /// The lines and first words of what is said.
    fn said(text: &str) -> Vec<(u32, String)> {
        parse_file(text.as_bytes(), "x.py", None)
            .errors
            .into_iter()
            .map(|error| (error.line, error.message))
            .collect()
    }

    #[test]
    fn one_finding_for_a_listing() {
        for (text, line, word) in [
            ("  1 from a import b\n  2 \n  3 def f():\n  4     return b\n", 1, "line numbers"),
            ("1: from a import b\n2: x = b()\n3: y = x\n", 1, "line numbers"),
            ("10\tfrom a import b\n11\t\n12\tx = b()\n13\ty = x\n", 1, "line numbers"),
            ("import os\n\n 1 | x = 1\n 2 | y = 2\n 3 | z = 3\n", 3, "line numbers"),
            ("@@ -1,2 +1,2 @@\n import os\n-x = 1\n+x = 2\n", 1, "patch"),
            ("+from a import b\n+x = b()\n+def f():\n+    return x\n", 1, "patch"),
            ("def f():\n-    return 1\n+    return 2\n", 2, "patch"),
            ("x = &quot;a&quot;\n", 1, "&quot;"),
            ("if 1 &lt; 2:\n    pass\n", 1, "&lt;"),
            ("f(&#39;a&#39;)\n", 1, "&#39;"),
            ("x = 1\n~\n~\n", 2, "vim"),
        ] {
            let said = said(text);
            assert!(
                matches!(said.as_slice(), [(at, message)] if *at == line && message.contains(word)),
                "{text}: {said:?}"
            );
        }
    }

    #[test]
    fn other_mistakes_are_told_as_before() {
        for text in [
            "x = [\n1 2,\n2 3,\n3 4,\n]\n",
            "print 'a &quot; b'\n",
            "x = (1 # &lt;\n",
            "x = -if\n",
            "1 x\n5 y\n6 z\n",
            "x = 1\n+ y = 2\n",
        ] {
            let said = said(text);
            assert!(
                !said.is_empty()
                    && said.iter().all(|(_, message)| {
                        !["line numbers", "patch", "web page"]
                            .iter()
                            .any(|word| message.contains(word))
                    }),
                "{text}: {said:?}"
            );
        }
    }
}
