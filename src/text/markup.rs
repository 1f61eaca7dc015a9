//! Markdown, HTML and XML.

use super::{is_hostile, terminal};

/// One line of running Markdown text: nothing in it is markup, a link, HTML or a mention.
#[must_use]
pub fn markdown(text: &str) -> String {
    let text = terminal(text);
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len() + 8);
    for (at, &c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).map(|i| chars[i]);
        let after = chars.get(at + 1).copied();
        let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        match c {
            '\\' | '`' | '*' | '[' | ']' | '|' | '~' | '{' | '}' => {
                out.push('\\');
                out.push(c);
            }
            // Inside a word it is no emphasis.
            '_' if !(word(before) && word(after)) => out.push_str("\\_"),
            '#' | '+' | '-' | '=' if before.is_none() => {
                out.push('\\');
                out.push(c);
            }
            // `1.` and `1)` at the start would be a list.
            '.' | ')'
                if at > 0
                    && after.is_none_or(char::is_whitespace)
                    && chars[..at].iter().all(char::is_ascii_digit) =>
            {
                out.push('\\');
                out.push(c);
            }
            '!' if after == Some('[') => out.push_str("\\!"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // Nobody is to be called into the thread by a log line.
            '@' if word(after) && !word(before) => out.push_str("@\u{200b}"),
            c => out.push(c),
        }
    }
    out
}

/// Our own prose with values in it: like [`markdown`], but pairs of backticks stay code.
#[must_use]
pub fn markdown_prose(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) || parts.len() == 1 {
        return markdown(text);
    }
    parts
        .iter()
        .enumerate()
        .map(|(at, part)| match at % 2 {
            0 if part.is_empty() => String::new(),
            0 => markdown(part),
            _ => markdown_code(part),
        })
        .collect()
}

/// Longest run of backticks.
fn longest_run(text: &str) -> usize {
    let (mut longest, mut run) = (0, 0);
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// A code span that holds any text: its fence is longer than every run of backticks in it.
#[must_use]
pub fn markdown_code(text: &str) -> String {
    let text = terminal(text);
    if text.trim().is_empty() {
        return "–".to_owned();
    }
    let fence = "`".repeat(longest_run(&text) + 1);
    let space = if text.starts_with('`') || text.ends_with('`') || text.starts_with(' ') {
        " "
    } else {
        ""
    };
    format!("{fence}{space}{text}{space}{fence}")
}

/// A code span inside a table cell: `|` would end the cell even there.
#[must_use]
pub fn markdown_code_cell(text: &str) -> String {
    markdown_code(text).replace('|', "\\|")
}

/// A fenced block that holds any text; ends with a line end.
#[must_use]
pub fn markdown_fence(lines: &[String], language: &str) -> String {
    let longest = lines.iter().map(|line| longest_run(line)).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let mut out = format!("{fence}{language}\n");
    for line in lines {
        out.push_str(&super::defuse(&terminal(line)));
        out.push('\n');
    }
    out.push_str(&fence);
    out.push('\n');
    out
}

/// Text or a quoted attribute of HTML. Line ends and tabs stay, other hostile characters are
/// spelled out.
#[must_use]
pub fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(c),
            c if is_hostile(c) => out.push_str(&terminal(c.encode_utf8(&mut [0; 4]))),
            c => out.push(c),
        }
    }
    out
}

/// Text of XML 1.0 *before* its markup is escaped by a writer: characters that XML does not know
/// or that are hostile are spelled out, line ends and tabs stay.
#[must_use]
pub fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' => out.push(c),
            '\r' => {}
            '\u{FFFE}' | '\u{FFFF}' => out.push('\u{FFFD}'),
            c if is_hostile(c) => out.push_str(&terminal(c.encode_utf8(&mut [0; 4]))),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn running_text_is_not_markup() {
        assert_eq!(
            markdown("**a** <b> [x](y) `c` a|b"),
            "\\*\\*a\\*\\* &lt;b&gt; \\[x\\](y) \\`c\\` a\\|b"
        );
        assert_eq!(markdown("snake_case _x_"), "snake_case \\_x\\_");
        assert_eq!(markdown("# h"), "\\# h");
        assert_eq!(markdown("1. x"), "1\\. x");
        assert_eq!(markdown("hi @ana"), "hi @\u{200b}ana");
        assert_eq!(markdown("a\nb"), "a\\\\nb");
    }

    #[test]
    fn code_spans_hold_backticks() {
        assert_eq!(markdown_code("a"), "`a`");
        assert_eq!(markdown_code("a``b"), "```a``b```");
        assert_eq!(markdown_code("`a"), "`` `a ``");
        assert_eq!(markdown_code_cell("a|b"), "`a\\|b`");
        assert_eq!(markdown_code(" "), "–");
    }

    #[test]
    fn fences_are_longer_than_what_they_hold() {
        let block = markdown_fence(&["````".to_owned(), "::error::x".to_owned()], "");
        assert_eq!(block, "`````\n````\n: :error::x\n`````\n");
    }

    #[test]
    fn html_and_xml() {
        assert_eq!(html("<a href='x' \"&\u{1b}"), "&lt;a href=&#39;x&#39; &quot;&amp;\\x1b");
        assert_eq!(xml("a\u{0}\u{fffe}<"), "a\\x00\u{fffd}<");
    }
}
