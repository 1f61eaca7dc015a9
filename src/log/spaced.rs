//! Logs with an empty line below every line, as copying from a web page or a chat leaves them.

/// Lines looked at.
const LINES: usize = 300;
/// Lines with text that it takes.
const LEAST: usize = 6;

/// Whether an empty line stands below (nearly) every line: the empty ones say nothing.
pub(super) fn is_double(head: &str) -> bool {
    let lines: Vec<bool> = head.lines().take(LINES).map(|line| line.trim().is_empty()).collect();
    let full = lines.iter().filter(|empty| !**empty).count();
    let apart = lines.windows(2).filter(|pair| !pair[0] && pair[1]).count();
    full >= LEAST && apart * 10 >= (full - 1) * 9
}

#[cfg(test)]
mod tests {
    use super::is_double;

    #[test]
    fn every_second_line_is_empty() {
        let log = "Traceback\n  File \"a\"\n    x\n  File \"b\"\n    y\nKeyError: 'z'";
        assert!(is_double(&log.replace('\n', "\n\n")));
        assert!(is_double(&log.replace('\n', "\n \r\n")));
        assert!(!is_double(log));
        assert!(!is_double(&format!("{log}\n\n{log}\n")));
        assert!(!is_double("a\n\nb\n\nc"));
        assert!(!is_double(""));
    }
}
