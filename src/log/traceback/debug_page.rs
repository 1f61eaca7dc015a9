//! Reports of Django's debug page and error mails, as text: the table below and above the frames.

use super::part::{KeptFrame, bounded};

/// `/app/x.py, line 12, in foo` and the older `/app/x.py in foo, line 12`.
pub(super) fn place(value: &str) -> Option<KeptFrame> {
    let (before, after) = value.split_once(", line ")?;
    let end = after.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(after.len());
    let line = after[..end].parse().ok()?;
    let (file, function) = match after[end..].strip_prefix(", in ") {
        Some(function) => (before, function),
        None => before.rsplit_once(" in ")?,
    };
    Some(KeptFrame {
        file: bounded(file.trim(), 500),
        line,
        function: Some(bounded(function.trim(), 200)),
        source: None,
        log_line: 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ages() {
        for text in ["/app/x.py, line 12, in foo", "/app/x.py in foo, line 12"] {
            let frame = place(text).expect(text);
            assert_eq!((frame.file.as_str(), frame.line), ("/app/x.py", 12));
            assert_eq!(frame.function.as_deref(), Some("foo"));
        }
        assert!(place("nowhere").is_none());
    }
}
