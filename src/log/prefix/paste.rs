//! What a paste adds: quotation marks, code fences, code spans and the tags around a folded or
//! preformatted text.

use std::borrow::Cow;

use super::Taken;
use crate::log::line::Prefix;

/// The line without the marks by which Markdown shows code and makes words bold: a paste has them
/// in the middle of a server's own words. Borrowed where it has none.
pub(super) fn plain(s: Cow<'_, str>) -> Cow<'_, str> {
    if memchr::memchr2(b'`', b'*', s.as_bytes()).is_none() {
        return s;
    }
    let s = match without_ticks(&s) {
        inner if inner.len() == s.len() => s,
        inner => Cow::Owned(inner.to_owned()),
    };
    match without_bold(&s) {
        Some(plain) => Cow::Owned(plain),
        None => s,
    }
}

/// Without the backticks at the ends of a line that has none inside.
fn without_ticks(s: &str) -> &str {
    let inner = s.trim_matches('`');
    // a fence may open on the line of what it shows
    let inner = if s.starts_with('`') { inner.trim_start() } else { inner };
    let is_fence = inner.len() <= 20 && inner.bytes().all(|c| c.is_ascii_alphanumeric());
    if inner.contains('`') || is_fence { s } else { inner }
}

/// `**words**` stands between blanks or line ends; three stars are a server's own.
fn without_bold(s: &str) -> Option<String> {
    if !s.contains("**") || s.contains("***") || s.matches("**").count() % 2 == 1 {
        return None;
    }
    // a tracker's title is known by its marks: `**KeyError** in **views.py:3**`
    if s.contains("** in **") {
        return None;
    }
    let blank = |c: Option<char>| c.is_none_or(char::is_whitespace);
    let mut out = String::with_capacity(s.len());
    for (at, part) in s.split("**").enumerate() {
        let bold = at % 2 == 1;
        let before = out.chars().next_back();
        if bold && (!blank(before) || blank(part.chars().next()) || blank(part.chars().next_back()))
        {
            return None;
        }
        let closed = at > 0 && !bold;
        if closed && part.starts_with(|c: char| c.is_alphanumeric() || c == '_') {
            return None;
        }
        out.push_str(part);
    }
    Some(out)
}

/// `> ` before a line, as mail and Markdown quote. A prompt (`>>> `), pdb's `> /path` and npm's
/// `> build` are no quotation, but only pdb's can stand in a log and matters.
pub(super) fn quote(s: &str) -> Option<Taken<'_>> {
    let rest = s.strip_prefix('>')?;
    let text =
        if rest.is_empty() || begins_a_quotation(rest) { rest } else { rest.strip_prefix(' ')? };
    (!text.starts_with('/')).then(|| Taken::until(s, text, Prefix::Paste))
}

/// `django.core.exceptions.ImproperlyConfigured: …` or a traceback's header right behind the mark,
/// where somebody forgot the blank.
fn begins_a_quotation(rest: &str) -> bool {
    let name = rest.split(": ").next().unwrap_or(rest);
    let dotted = name.len() < rest.len()
        && name.contains('.')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.'));
    let error = name.ends_with("Error") || name.ends_with("Exception");
    let plain = name.len() > "Exception".len() && name.bytes().all(|b| b.is_ascii_alphanumeric());
    let exception = dotted || error && plain && name.len() < rest.len();
    rest.starts_with("Traceback (most")
        || exception && rest.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// A line that is nothing but a fence, with its language.
pub(super) fn fence(s: &str) -> Option<Taken<'_>> {
    let language = s.strip_prefix("```")?;
    (language.len() <= 20 && language.bytes().all(|c| c.is_ascii_alphanumeric()))
        .then(|| Taken::until(s, "", Prefix::Paste))
        .map(|taken| Taken { len: s.len(), ..taken })
}

/// A line that is one code span: the text between its backticks.
pub(super) fn span(s: &str) -> Option<Taken<'_>> {
    let inner = s.trim_end().strip_prefix('`')?.strip_suffix('`')?;
    let tail = s.len() - 1 - inner.len();
    (!inner.is_empty() && !inner.contains('`')).then(|| Taken {
        len: 1,
        tail,
        kind: Some(Prefix::Paste),
        ..Taken::default()
    })
}

/// `<details><summary>`, `<pre><code>` before the text of a paste.
pub(super) fn tags(s: &str) -> Option<Taken<'_>> {
    const NAMES: [&str; 4] = ["details", "summary", "pre", "code"];
    let mut rest = s;
    while let Some((name, behind)) = rest.strip_prefix('<').and_then(|tag| tag.split_once('>')) {
        if !NAMES.contains(&name.strip_suffix(" open").unwrap_or(name)) {
            break;
        }
        rest = behind;
    }
    (rest.len() < s.len()).then(|| Taken::until(s, rest, Prefix::Paste))
}

/// The text without the tags that end such a paste. An indented line, and one with a stamp, may be
/// a template's own.
pub(super) fn before_end_tags(s: &str) -> &str {
    const TAGS: [&str; 4] = ["</details>", "</summary>", "</pre>", "</code>"];
    if !s.starts_with(|first: char| first == '<' || first.is_ascii_alphabetic()) {
        return s;
    }
    let mut text = s;
    while text.ends_with('>')
        && let Some(rest) = TAGS.iter().find_map(|tag| text.strip_suffix(tag))
    {
        text = rest;
    }
    text
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    fn plain(text: &str) -> String {
        super::plain(Cow::Borrowed(text)).into_owned()
    }

    #[test]
    fn marks_of_markdown_go() {
        assert_eq!(
            plain("connect() to unix:/run/a.sock failed **(13: Permission denied)** while"),
            "connect() to unix:/run/a.sock failed (13: Permission denied) while"
        );
        assert_eq!(plain("**DAMN ! worker 1 died**"), "DAMN ! worker 1 died");
        assert_eq!(plain("`[core:notice] [pid 822] AH00051"), "[core:notice] [pid 822] AH00051");
        assert_eq!(plain("``app_1 | listen queue full``"), "app_1 | listen queue full");
        assert_eq!(plain("``` KeyError: 'PORT'```"), "KeyError: 'PORT'");
    }

    #[test]
    fn quotations_without_a_blank() {
        let rest = |text: &str| super::quote(text).map(|taken| text[taken.len..].to_owned());
        assert_eq!(rest(">a.b.OddError: no such"), Some("a.b.OddError: no such".to_owned()));
        assert_eq!(rest("> KeyError: 'x'"), Some("KeyError: 'x'".to_owned()));
        assert_eq!(rest(">RuntimeError: no"), Some("RuntimeError: no".to_owned()));
        assert_eq!(rest(">>> import shop"), None);
        assert_eq!(rest(">python 3.10.6"), None);
        assert_eq!(rest("><b>x.y: z</b>"), None);
    }

    #[test]
    fn stars_and_ticks_of_servers_stay() {
        for text in [
            "*** HARAKIRI ON WORKER 1 ***",
            "    return f(*args, **kwargs)",
            "    return f(**a, **b)",
            "x = 2 ** 3 ** 4",
            "    f(a, **b)**2",
            "TypeError: use `x` and `y`",
            "```python",
            "```",
        ] {
            assert_eq!(plain(text), text);
        }
    }
}
