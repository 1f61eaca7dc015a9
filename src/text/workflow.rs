//! Lines that a CI runner reads: GitHub's workflow commands.

/// The text behind the second `::` of a workflow command.
#[must_use]
pub fn workflow_data(text: &str) -> String {
    let clean: String =
        text.chars()
            .map(|c| {
                if super::is_hostile(c) && !matches!(c, '\n' | '\r' | '\t') {
                    '\u{fffd}'
                } else {
                    c
                }
            })
            .collect();
    clean.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property (`file=`, `title=`) of a workflow command.
#[must_use]
pub fn workflow_property(text: &str) -> String {
    workflow_data(text).replace(':', "%3A").replace(',', "%2C")
}

/// The line so that no runner takes it for a command: a `::` at its beginning (behind spaces) and
/// the older `##[` anywhere are broken up by a space. Everything else stays.
#[must_use]
pub fn defuse(line: &str) -> String {
    let body = line.trim_start();
    let lead = &line[..line.len() - body.len()];
    let mut out = match body.strip_prefix("::") {
        Some(rest) => format!("{lead}: :{rest}"),
        None => line.to_owned(),
    };
    if out.contains("##[") {
        out = out.replace("##[", "## [");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_and_properties() {
        assert_eq!(workflow_data("50%\r\na:b"), "50%25%0D%0Aa:b");
        assert_eq!(workflow_property("C:\\a,b"), "C%3A\\a%2Cb");
        assert_eq!(workflow_data("\u{1b}[2J"), "\u{fffd}[2J");
    }

    #[test]
    fn no_line_is_a_command() {
        assert_eq!(defuse("::error::x"), ": :error::x");
        assert_eq!(defuse("   ::add-mask::x"), "   : :add-mask::x");
        assert_eq!(defuse("a ::b"), "a ::b");
        assert_eq!(defuse("a ##[error]b"), "a ## [error]b");
    }
}
