//! Several log lines that a chat or form joined into one: each begins with the same date.

/// Stamps that a line must repeat to be taken apart.
const LEAST: usize = 3;
/// Length of `2026-04-13 07:57:44`.
const STAMP: usize = 19;

/// The lines that one raw line stands for; `None` where it is just one.
pub(super) fn split(raw: &str) -> Option<Vec<&str>> {
    let bytes = raw.as_bytes();
    if bytes.len() < LEAST * (STAMP + 2) || !is_stamp(bytes) {
        return None;
    }
    let date = &raw[..10];
    let starts: Vec<usize> = raw
        .match_indices(date)
        .map(|(at, _)| at)
        .filter(|&at| (at == 0 || bytes[at - 1] == b' ') && is_stamp(&bytes[at..]))
        .collect();
    if starts.len() < LEAST {
        return None;
    }
    let ends = starts.iter().skip(1).copied().chain(std::iter::once(raw.len()));
    Some(
        starts
            .iter()
            .zip(ends)
            // The separator belongs to neither line; one more space is a line's own.
            .map(|(&start, end)| raw[start..end].strip_suffix(' ').unwrap_or(&raw[start..end]))
            .collect(),
    )
}

/// `2026-04-13 07:57:44` at the start.
fn is_stamp(bytes: &[u8]) -> bool {
    bytes.len() >= STAMP
        && bytes[..STAMP].iter().enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            10 => matches!(byte, b' ' | b'T'),
            13 | 16 => *byte == b':',
            _ => byte.is_ascii_digit(),
        })
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn a_joined_traceback_comes_apart() {
        let raw = "2026-04-13 07:57:44,065: Error running WSGI application 2026-04-13 07:57:44,066: KeyError: 'X' 2026-04-13 07:57:44,066:   File \"/a.py\", line 1, in <module>";
        let parts = split(raw).expect("three lines");
        assert_eq!(parts.len(), 3);
        assert!(parts[2].ends_with("in <module>") && parts[2].contains(":   File"));
    }

    #[test]
    fn one_line_with_dates_in_it_stays_whole() {
        assert!(
            split("2026-04-13 07:57:44 job ran from 2026-04-13 to 2026-04-14 at 2026-04-13")
                .is_none()
        );
        assert!(split("GET /?d=2026-04-13").is_none());
        assert!(split("").is_none());
    }
}
