//! Tracebacks that somebody or something put on one line: split again into the lines they were.

use super::{lines::frames, names};

const MAX_LINES: usize = 500;

/// The lines of a flattened traceback, or `None` where `text` is none.
pub(super) fn unflatten(text: &str) -> Option<Vec<String>> {
    // pytest shows what it compared: a text that holds a traceback is no exception
    if text.trim_start().starts_with("+ ") || text.starts_with("E  ") {
        return None;
    }
    if let Some(lines) = listed(text) {
        return Some(lines);
    }
    for (escape, quote) in [("#012", false), ("\\n", true), ("\\012", false)] {
        let lines = text.matches(escape).count();
        if lines >= 1 && text.contains("File ") && (lines >= 2 || text.contains(", line ")) {
            let clean =
                if quote { inside_quotes(text).replace("\\\"", "\"") } else { text.to_owned() };
            return Some(clean.split(escape).take(MAX_LINES).map(str::to_owned).collect());
        }
    }
    by_blanks(text)
}

/// A list of strings, one for each line: `"Traceback …:"," File \"…\", line 1, in f"," g()"]`.
fn listed(text: &str) -> Option<Vec<String>> {
    const BETWEEN: &str = "\",\"";
    let head = text.find("Traceback (most recent call last):\",\"")?;
    let body = text[head..].split("\"]").next()?;
    let lines = text[..head]
        .trim_end_matches('"')
        .trim_end_matches(',')
        .trim_end_matches('"')
        .split(BETWEEN)
        .chain(body.split(BETWEEN))
        .take(MAX_LINES);
    Some(lines.map(|line| line.replace("\\\"", "\"")).collect())
}

/// Without the rest of the JSON object behind the string that holds the traceback.
fn inside_quotes(text: &str) -> &str {
    let Some(head) = text.find("Traceback (most") else { return text };
    let bytes = text.as_bytes();
    if head == 0 || bytes[head - 1] != b'"' {
        return text;
    }
    let end = (head..text.len()).find(|at| bytes[*at] == b'"' && bytes[at - 1] != b'\\');
    &text[..end.unwrap_or(text.len())]
}

/// `Traceback (most recent call last): File "…", line 1, in <module> import x …Error: y`.
fn by_blanks(text: &str) -> Option<Vec<String>> {
    const HEAD: &str = "Traceback (most recent call last):";
    let (before, body) = match text.find(HEAD) {
        Some(at) => (&text[..at], text[at + HEAD.len()..].trim()),
        // A paste that begins in the middle: what stands before the first frame is its rest.
        None if frames(text) > 1 => ("", &text[text.find("File \"")?..]),
        None => return None,
    };
    if body.is_empty() {
        return None;
    }
    let mut lines = vec![format!("{before}{HEAD}")];
    let mut frames: Vec<&str> = Vec::new();
    let mut rest = body;
    while let Some(next) = rest.get(1..).and_then(|tail| tail.find("File \"")) {
        if frames.len() == MAX_LINES / 3 {
            break;
        }
        let (frame, tail) = rest.split_at(next + 1);
        frames.push(frame);
        rest = tail;
    }
    frames.push(rest);
    let last = frames.len() - 1;
    for (index, frame) in frames.into_iter().enumerate() {
        if !frame.starts_with("File \"") {
            lines.push(frame.trim().to_owned());
            continue;
        }
        let (head, source) = split_frame(frame);
        lines.push(format!("  {head}"));
        let (source, tail) = match exception_at(source) {
            Some(at) if index == last || source[at..].contains("above exception") => {
                source.split_at(at)
            }
            _ => (source, ""),
        };
        if !source.trim().is_empty() {
            lines.push(format!("    {}", source.trim()));
        }
        push_tail(tail, &mut lines);
    }
    Some(lines)
}

/// The exception, and what announces the next one of a chain.
fn push_tail(tail: &str, lines: &mut Vec<String>) {
    const LINKS: [&str; 2] = [
        "During handling of the above exception, another exception occurred:",
        "The above exception was the direct cause of the following exception:",
    ];
    for link in LINKS {
        if let Some((before, after)) = tail.split_once(link) {
            lines.push(before.trim().to_owned());
            lines.push(String::new());
            lines.push(link.to_owned());
            lines.push(String::new());
            if !after.trim().is_empty() {
                lines.push(after.trim().to_owned());
            }
            return;
        }
    }
    let message = tail.trim();
    // `'shop'[2026-01-13 21:23:33 +0000] [36] [INFO] …`: the server's next record
    let next = message
        .match_indices("[20")
        .map(|(at, _)| at)
        .find(|&at| at > 0 && is_record(&message.as_bytes()[at..]))
        .unwrap_or(message.len());
    if next > 0 {
        lines.push(message[..next].trim_end().to_owned());
    }
}

/// `[2026-01-13 21:23:33` at the start.
fn is_record(bytes: &[u8]) -> bool {
    bytes.len() > 20
        && b"[0000-00-00 00:00:00"
            .iter()
            .zip(bytes)
            .all(|(want, have)| if *want == b'0' { have.is_ascii_digit() } else { want == have })
}

/// `File "x", line 3, in f` and the source behind it; a function is one word.
fn split_frame(frame: &str) -> (&str, &str) {
    let Some(quote) = frame[6..].find('"').map(|at| at + 7) else { return (frame, "") };
    let Some(number) = frame[quote..].strip_prefix(", line ") else { return frame.split_at(quote) };
    let digits = number.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(number.len());
    let mut end = quote + ", line ".len() + digits;
    if let Some(function) = frame[end..].strip_prefix(", in ") {
        let word = function.find(char::is_whitespace).unwrap_or(function.len());
        end += ", in ".len() + glued(&function[..word]).unwrap_or(word);
    }
    frame.split_at(end)
}

/// Where the exception begins in `fModuleNotFoundError:`: the line end between them was lost.
fn glued(word: &str) -> Option<usize> {
    let name = word.strip_suffix(':')?;
    name.match_indices(|c: char| c.is_ascii_uppercase())
        .map(|(at, _)| at)
        .find(|&at| at > 0 && names::split(&name[at..]).is_some() && names::telling(&name[at..]))
}

/// Where the exception begins in `source… ValueError: message`.
fn exception_at(text: &str) -> Option<usize> {
    let mut at = 0;
    let mut tried = 0;
    while at < text.len() && tried < 2_000 {
        let word_end = text[at..].find(' ').map_or(text.len(), |end| at + end);
        let mut word = &text[at..word_end];
        // `raise SystemError('x')SystemError: x`: a page that swallowed its line ends
        if word.ends_with(':')
            && let Some(glued) = word.rfind([')', ']', '\'', '"']).filter(|glue| *glue > 0)
            && names::telling(word[glued + 1..].trim_end_matches(':'))
        {
            at += glued + 1;
            word = &text[at..word_end];
        }
        let name = word.strip_suffix(':');
        let telling = name.is_some_and(|name| names::split(name).is_some() && names::telling(name))
            || word_end == text.len() && names::split(word).is_some() && names::telling(word)
            || name.is_some_and(|name| {
                name.contains('.')
                    && names::split(name).is_some()
                    && name
                        .rsplit('.')
                        .next()
                        .is_some_and(|short| short.starts_with(|c: char| c.is_ascii_uppercase()))
            });
        // `raise ValueError: …` and `except ValueError:` are source
        let before = text[..at].trim_end();
        if telling && !before.ends_with("except") && !before.ends_with("raise") {
            return Some(at);
        }
        at = word_end + 1;
        tried += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_by_blanks() {
        let lines = unflatten("Traceback (most recent call last): File \"/app/a.py\", line 1, in <module> from flask import Flask ModuleNotFoundError: No module named 'flask'").expect("flat");
        assert_eq!(
            lines,
            [
                "Traceback (most recent call last):",
                "  File \"/app/a.py\", line 1, in <module>",
                "    from flask import Flask",
                "ModuleNotFoundError: No module named 'flask'",
            ]
        );
    }

    #[test]
    fn splits_what_nothing_stands_between() {
        let lines = unflatten("Traceback (most recent call last):  File \"/app/a.py\", line 1, in f    raise OddError('no')OddError: no").expect("flat");
        assert_eq!(lines.last().map(String::as_str), Some("OddError: no"));
    }

    #[test]
    fn splits_escapes() {
        let lines = unflatten(
            "Traceback (most recent call last):#012  File \"a\", line 1, in f#012ValueError: x",
        )
        .expect("flat");
        assert_eq!(lines.len(), 3);
        let lines = unflatten("{\"exc\": \"Traceback (most recent call last):\\n  File \\\"a\\\", line 1, in f\\nValueError: x\"}").expect("flat");
        assert_eq!(lines[1], "  File \"a\", line 1, in f");
    }

    #[test]
    fn begins_in_the_middle_and_lost_its_line_ends() {
        let lines = unflatten("b/base.py\", line 146, in load    self.x()  File \"/srv/util.py\", line 371, in app    mod = load(m)  File \"<frozen importlib._bootstrap>\", line 984, in _find_and_load_unlockedModuleNotFoundError: No module named '/srv/shop'[2026-01-13 21:23:33 +0000] [36").expect("flat");
        assert_eq!(
            lines,
            [
                "Traceback (most recent call last):",
                "  File \"/srv/util.py\", line 371, in app",
                "    mod = load(m)",
                "  File \"<frozen importlib._bootstrap>\", line 984, in _find_and_load_unlocked",
                "ModuleNotFoundError: No module named '/srv/shop'",
            ]
        );
        assert!(unflatten("  File \"/srv/util.py\", line 371, in app").is_none());
    }

    #[test]
    fn plain_headers_are_not_flat() {
        assert!(unflatten("Traceback (most recent call last):").is_none());
        assert!(unflatten("ready\\n").is_none());
        assert!(unflatten(" +    where <method lower> = 'Traceback (most recent call last):\\n  File \"/app/a.py\", line 1, in <module>\\nKeyError: 1\\n'.lower").is_none());
    }
}
