//! Small tests and cuts of single lines, before they are read as parts of a traceback.

/// The text behind a prefix of the same form; numbers in it may differ.
pub(super) fn without<'a>(prefix: &str, text: &'a str) -> &'a str {
    let (form, bytes) = (prefix.as_bytes(), text.as_bytes());
    let digits = |bytes: &[u8], mut at: usize| {
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        at
    };
    let (mut i, mut j) = (0, 0);
    while i < form.len() {
        let (after_i, after_j) = (digits(form, i), digits(bytes, j));
        if after_i > i && after_j > j {
            (i, j) = (after_i, after_j);
        } else if bytes.get(j) == Some(&form[i]) {
            (i, j) = (i + 1, j + 1);
        } else {
            return text;
        }
    }
    text.get(j..).unwrap_or(text)
}

/// Cheap test before a line is searched for escapes.
pub(super) fn may_be_flat(text: &str) -> bool {
    text.len() > 60
        && (text.contains("Traceback (most recent call last):") && !text.ends_with("last):")
            || frames(text) > 1)
}

/// How many frames stand in one line.
pub(super) fn frames(text: &str) -> usize {
    text.match_indices("File \"")
        .filter(|(at, _)| {
            let rest = &text[at + 6..];
            rest.find('"').is_some_and(|end| rest[end..].starts_with("\", line "))
        })
        .take(2)
        .count()
}

/// The first bytes of a line, at a character's border.
pub(super) fn cut(text: &str, bytes: usize) -> &str {
    if text.len() <= bytes {
        return text;
    }
    let mut end = bytes;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
