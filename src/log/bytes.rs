//! Small steps over bytes that the hand-written parsers share. Never panics, never allocates.

/// `n` ASCII digits at `at` as a number.
pub(crate) fn fixed(b: &[u8], at: usize, n: usize) -> Option<u32> {
    let part = b.get(at..at.checked_add(n)?)?;
    part.iter().try_fold(0u32, |sum, &c| {
        c.is_ascii_digit().then(|| sum.wrapping_mul(10).wrapping_add(u32::from(c - b'0')))
    })
}

/// The digits at the start as a number (at most 18 of them) and how many there are.
pub(crate) fn int(b: &[u8]) -> Option<(u64, usize)> {
    let len = b.iter().take_while(|c| c.is_ascii_digit()).count();
    if len == 0 || len > 18 {
        return None;
    }
    let value = b[..len].iter().fold(0u64, |sum, &c| sum * 10 + u64::from(c - b'0'));
    Some((value, len))
}

/// The whole of `s` as a process id.
pub(crate) fn pid(s: &str) -> Option<u32> {
    match int(s.as_bytes()) {
        Some((value, len)) if len == s.len() => u32::try_from(value).ok(),
        _ => None,
    }
}

/// A decimal number such as `0.035` or `12` at the start, in its own unit, and its length.
pub(crate) fn decimal(b: &[u8]) -> Option<(f64, usize)> {
    let (whole, mut len) = int(b)?;
    let mut value = whole as f64;
    if b.get(len) == Some(&b'.') {
        let digits = b[len + 1..].iter().take_while(|c| c.is_ascii_digit()).count();
        let mut scale = 0.1;
        for &c in b[len + 1..len + 1 + digits].iter().take(9) {
            value += f64::from(c - b'0') * scale;
            scale /= 10.0;
        }
        len += if digits == 0 { 0 } else { 1 + digits };
    }
    Some((value, len))
}

/// How many leading bytes of `s` satisfy `test`.
pub(crate) fn run(s: &str, test: impl Fn(u8) -> bool) -> usize {
    s.bytes().take_while(|&c| test(c)).count()
}

/// How many leading spaces.
pub(crate) fn spaces(s: &str) -> usize {
    run(s, |c| c == b' ')
}

/// One separator space, or the end of the line.
pub(crate) fn one_space(s: &str) -> Option<&str> {
    if s.is_empty() { Some(s) } else { s.strip_prefix(' ') }
}

/// `[inside]rest` split at the first `]`; what is inside holds no `[`.
pub(crate) fn bracketed(s: &str) -> Option<(&str, &str)> {
    let inner = s.strip_prefix('[')?;
    let end = memchr::memchr2(b']', b'[', inner.as_bytes())?;
    (inner.as_bytes()[end] == b']').then(|| (&inner[..end], &inner[end + 1..]))
}

/// The longest start of `s` that is at most `max` bytes and ends at a character.
pub(crate) fn clip(s: &str, max: usize) -> &str {
    &s[..s.floor_char_boundary(max)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        assert_eq!(fixed(b"2026-", 0, 4), Some(2026));
        assert_eq!(fixed(b"20x6", 0, 4), None);
        assert_eq!(fixed(b"20", 0, 4), None);
        assert_eq!(int(b"12 "), Some((12, 2)));
        assert_eq!(int(b"1234567890123456789"), None);
        assert_eq!(pid("12a"), None);
        assert_eq!(pid("99999999999"), None);
        assert!((decimal(b"0.035").unwrap().0 - 0.035).abs() < 1e-9);
        assert_eq!(decimal(b"3. "), Some((3.0, 1)));
    }

    #[test]
    fn brackets_and_clips() {
        assert_eq!(bracketed("[a] b"), Some(("a", " b")));
        assert_eq!(bracketed("[a[0] b"), None);
        assert_eq!(bracketed("[a"), None);
        assert_eq!(clip("aé", 2), "a");
        assert_eq!(clip("ab", 9), "ab");
    }
}
