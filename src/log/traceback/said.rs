//! Exceptions that a line names behind other words: a logger's sentence, SQLAlchemy's brackets, the
//! person who asks for help. No traceback stands there, so it is weaker than one.
//!
//! Looks at one line. What only explains errors ("if you see …", "fixed …") names none.

mod voice;

use self::voice::{LABEL, is_label, teaches, tells};
use super::{foreign, module, names};
use crate::model::{ExceptionEvent, TracebackShape};

/// Bytes of a line that are looked at.
const MOST: usize = 4_000;

/// An exception in the middle of a line, and how sure it is that it happened.
#[derive(Debug, Clone)]
pub struct Said {
    pub event: ExceptionEvent,
    pub certainty: f64,
}

/// The exception that a line tells of, though it does not begin with it. `error`: the line's level
/// is error or above.
#[must_use]
pub fn said(text: &str, error: bool) -> Option<Said> {
    let text = super::lines::cut(text, MOST).trim();
    let (at, name, message, certainty) = find(text, error)?;
    if message.is_empty() || foreign::is_foreign(name, &message) {
        return None;
    }
    let before = &text[..at];
    if super::quiet::goes_on(text) || teaches(before, tells(before)) {
        return None;
    }
    let mut event = ExceptionEvent {
        type_name: name.to_owned(),
        message,
        shape: TracebackShape::Bare,
        ..ExceptionEvent::default()
    };
    if matches!(event.short_type(), "ImportError" | "ModuleNotFoundError") {
        event.module_owner = module::owner(&event);
    }
    Some(Said { event, certainty })
}

fn find(text: &str, error: bool) -> Option<(usize, &str, String, f64)> {
    if let Some(found) = bracketed(text, error) {
        return Some(found);
    }
    if let Some((name, message)) = quoted_whole(text) {
        return Some((0, name, message.to_owned(), 0.7));
    }
    if let Some((name, message)) = untyped(text) {
        return Some((0, name, message, 0.55));
    }
    if let Some((name, message)) = errno(text).filter(|_| error || text.starts_with("[Errno ")) {
        return Some((0, name, message, 0.7));
    }
    if let Some((at, message)) = denied(text, error) {
        return Some((at, "PermissionError", message, 0.55));
    }

    let mut from = 0;
    while let Some((at, name, message)) = next_named(text, from) {
        from = at + name.len();
        let before = &text[..at];
        let frame = before.starts_with("File \"");
        if error && at <= LABEL * 2 || frame || is_label(before) {
            return Some((at, name, message, 0.55));
        }
        if tells(before) {
            return Some((at, name, message, 0.55));
        }
    }
    connection(text)
}

/// SQLAlchemy's `(psycopg2.OperationalError) message`, unless the line begins with the outer type.
fn bracketed(text: &str, error: bool) -> Option<(usize, &str, String, f64)> {
    for (at, _) in text.match_indices('(') {
        let rest = &text[at + 1..];
        let Some(end) = rest.find(')') else { continue };
        let name = &rest[..end];
        let dotted = name.contains('.') && name.len() < 100;
        if !dotted || !names::telling(name) || names::split(name) != Some((name, "")) {
            continue;
        }
        let message = rest[end + 1..].trim_start();
        let before = &text[..at];
        if at == 0
            || error
            || is_label(before)
            || tells(before)
            || before.ends_with(['`', '"', '\''])
        {
            return Some((at, name, ended(before, message), 0.55));
        }
    }
    None
}

/// A line that is nothing but an exception in quotation marks, perhaps as an item of a list.
fn quoted_whole(text: &str) -> Option<(&str, &str)> {
    if let Some(bold) = text.strip_prefix("**").and_then(|rest| rest.strip_suffix("**")) {
        return names::bare(bold.trim());
    }
    // pytest's report
    if let Some(failed) = text.strip_prefix("E  ") {
        return names::bare(failed.trim());
    }
    let inner = text.trim_start_matches(['*', '-', '+', '•', ' ', '>']);
    let mark = inner.chars().next()?;
    let close = match mark {
        '`' | '"' | '\'' => mark,
        '“' => '”',
        _ => return None,
    };
    let inner = inner.trim_start_matches(mark).trim_end_matches(['.', ' ', ':', ',']);
    let inner = inner.strip_suffix(close)?.trim_end_matches(close);
    // more code on the line: the sentence goes on
    if mark == '`' && inner.contains('`') {
        return None;
    }
    names::bare(inner.trim())
}

/// Messages that are unmistakable without their type: of imports, and AWS Lambda's of its handler.
fn untyped(text: &str) -> Option<(&'static str, String)> {
    let whole = text.trim_matches(['`', '"', '*', ' ']);
    let text = unnumbered(whole);
    let lambda = text
        .split_once("Unable to import module '")
        .filter(|(before, _)| before.len() <= LABEL)
        .and_then(|(_, rest)| rest.split_once("': "));
    if let Some((_, message)) = lambda {
        return Some(("ImportError", message.to_owned()));
    }
    if let Some(found) = turned(text) {
        return Some(found);
    }
    let rest = text.get(1..)?;
    if rest.starts_with("annot import name '") && rest.contains("' from ") {
        return Some(("ImportError", format!("c{rest}")));
    }
    if let Some(found) = codec(text).or_else(|| urlopen(text)) {
        return Some(found);
    }
    // Python 2 puts no marks around it, and only an item of waitress's list is sure to be one
    let listed = text.strip_prefix("No module named ").filter(|_| text.len() < whole.len());
    if listed.is_some_and(|module| !module.is_empty() && !module.contains(' ')) {
        return Some(("ModuleNotFoundError", text.to_owned()));
    }
    let module = text.strip_prefix("No module named '")?.strip_suffix('\'')?;
    (!module.contains([' ', '\''])).then(|| ("ModuleNotFoundError", text.to_owned()))
}

/// AWS Lambda's older order, the message first: `'Shop' object has no attribute 'url': AttributeError`.
/// Only where the message is Python's own: any sentence may end with the name of an exception.
fn turned(text: &str) -> Option<(&'static str, String)> {
    const TURNED: &[(&str, &str)] = &[
        ("ImportError", "No module named "),
        ("ImportError", "cannot import name "),
        ("ImportError", "bad magic number in "),
        ("ModuleNotFoundError", "No module named "),
        ("AttributeError", "'"),
        ("AttributeError", "module '"),
        ("NameError", "name '"),
        ("NameError", "global name '"),
        ("KeyError", "'"),
        ("TypeError", "'"),
        ("TypeError", "unsupported operand type"),
        ("SyntaxError", "invalid syntax"),
        ("OperationalError", "could not connect to server"),
        ("OperationalError", "connection to server at "),
        ("ImproperlyConfigured", "Error loading "),
        ("ImproperlyConfigured", "The SECRET_KEY setting must not be empty"),
    ];
    let (message, name) = text.rsplit_once(": ")?;
    TURNED
        .iter()
        .find(|(known, starts)| *known == name && message.starts_with(starts))
        .map(|(known, _)| (*known, message.to_owned()))
}

/// The operating system's refusal of a file, as Python words it, in a record of level error: `Cannot
/// start: [Errno 13] Permission denied: '/var/lib/shop'`.
fn errno(text: &str) -> Option<(&'static str, String)> {
    let at = text.find("[Errno ").filter(|at| *at <= LABEL * 2)?;
    let (number, rest) = text[at + "[Errno ".len()..].split_once("] ")?;
    let (words, path) = rest.split_once(": '")?;
    let path = path.split('\'').next()?;
    let name = match number {
        "1" | "13" => "PermissionError",
        "2" => "FileNotFoundError",
        "20" => "NotADirectoryError",
        "21" => "IsADirectoryError",
        "28" | "30" | "122" => "OSError",
        _ => return None,
    };
    (words.len() <= 40 && path.starts_with('/'))
        .then(|| (name, format!("[Errno {number}] {words}: '{path}'")))
}

/// `Permission denied: '/srv/shop/debug.log'`, the end of Python's words, as people pass it on.
fn denied(text: &str, error: bool) -> Option<(usize, String)> {
    const WORDS: &str = "Permission denied: '/";
    let at = text.find(WORDS)?;
    let path = text[at + WORDS.len()..].split('\'').next()?;
    let before = text[..at].trim_end_matches(['`', '"', '“']);
    (before.is_empty()
        || error
        || is_label(&text[..at])
        || tells(before.trim_end().trim_end_matches('-')))
    .then(|| (at, format!("[Errno 13] Permission denied: '/{path}'")))
}

/// Without the number of a list's item: waitress counts an exception's arguments.
fn unnumbered(text: &str) -> &str {
    text.split_once(". ")
        .filter(|(number, _)| {
            (1..=2).contains(&number.len()) && number.bytes().all(|c| c.is_ascii_digit())
        })
        .map_or(text, |(_, rest)| rest)
}

/// `<urlopen error …>`, which names urllib's exception.
fn urlopen(text: &str) -> Option<(&'static str, String)> {
    let at = text.find("<urlopen error ")?;
    let end = at + text[at..].find('>')? + 1;
    let before = &text[..at];
    // a message of a logger: "Failed to send a request to the server: <urlopen error …>"
    (before.len() <= LABEL && before.trim_end().ends_with(':') || before.is_empty())
        .then(|| ("urllib.error.URLError", text[at..end].to_owned()))
}

/// `'utf-8' codec can't decode byte …` in somebody's sentence.
fn codec(text: &str) -> Option<(&'static str, String)> {
    let at = text.find(" codec can't ")?;
    let start = text[..at].strip_suffix('\'')?.rfind('\'')?;
    let name = match &text[at + " codec can't ".len()..] {
        rest if rest.starts_with("decode") => "UnicodeDecodeError",
        rest if rest.starts_with("encode") => "UnicodeEncodeError",
        _ => return None,
    };
    let before = &text[..start];
    // Apache's `[remote 127.0.0.1:35974] `
    let apache = before.starts_with('[') && before.trim_end().ends_with(']');
    (before.is_empty() || apache || is_label(before) || tells(before))
        .then(|| (name, ended(before, &text[start..])))
}

/// The next `Type: message` or `Type('message')` that does not begin the line.
fn next_named(text: &str, from: usize) -> Option<(usize, &str, String)> {
    #[rustfmt::skip]
    const ENDINGS: [&str; 11] = [
        "Error", "Exception", "Timeout", "ImproperlyConfigured", "NotReady", "DisallowedHost",
        "DoesNotExist", "TemplateNotFound", "DistributionNotFound", "VersionConflict", "TooManyConnections",
    ];
    let mut from = from;
    loop {
        let (end, _) = ENDINGS
            .iter()
            .filter_map(|ending| {
                text.get(from..)?.find(ending).map(|at| (from + at + ending.len(), ending))
            })
            .min()?;
        from = end;
        let start = text[..end]
            .rfind(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.')))
            .map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
        // `**_KeyError: 'x'_**`
        let name = text[start..end].trim_start_matches(['.', '_']);
        let rest = &text[end..];
        if start == 0 || !names::telling(name) {
            continue;
        }
        let before = &text[..start];
        if let Some(message) = rest.strip_prefix(": ") {
            // `ERROR in app.views.SomethingError: x` and labels of words alike need a stem
            let short = name.rsplit('.').next().unwrap_or(name);
            if names::bare(&text[start..]).is_some() && short.len() > 6 {
                return Some((start, name, ended(before, message)));
            }
        }
        // Django's heading and its message on one line
        if let Some(place) = rest.strip_prefix(" at /")
            && let Some((_, message)) = place.split_once(' ')
        {
            return Some((start, name, ended(before, message)));
        }
        if let Some(inner) = rest.strip_prefix('(')
            && let Some(message) = repr(inner)
        {
            return Some((start, name, message));
        }
    }
}

/// The message in the arguments of a printed exception: `'x')` and `2013, 'x')`.
fn repr(inner: &str) -> Option<String> {
    let quoted = |text: &str| -> Option<String> {
        let mark = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
        let end = text[1..].rfind(mark)?;
        Some(text[1..=end].to_owned())
    };
    if let Some(message) = quoted(inner) {
        return Some(message);
    }
    let (number, rest) = inner.split_once(", ")?;
    if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit() || b == b'-') {
        return None;
    }
    let message = quoted(rest)?;
    // as `str()` of it says: the driver's pair, or the errno of the operating system
    Some(if number.len() == 4 {
        format!("({number}, '{message}')")
    } else {
        format!("[Errno {number}] {message}")
    })
}

/// urllib3's words for a request that failed, which name their exception inside.
fn connection(text: &str) -> Option<(usize, &'static str, String, f64)> {
    const STARTS: [&str; 3] =
        ["HTTPSConnectionPool(host=", "HTTPConnectionPool(host=", "Max retries exceeded with url"];
    if !text.contains("Max retries exceeded") {
        return None;
    }
    let at = STARTS.iter().find_map(|start| text.find(start))?;
    Some((at, "urllib3.exceptions.MaxRetryError", ended(&text[..at], &text[at..]), 0.55))
}

/// The message up to the quotation mark that was opened right before the name.
fn ended(before: &str, message: &str) -> String {
    let close = match before.chars().next_back() {
        Some('`') => "`",
        Some('"') => "\"",
        Some('“') => "”",
        _ => return message.trim().trim_end_matches('`').to_owned(),
    };
    message.split(close).next().unwrap_or(message).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::said;

    fn told(text: &str) -> Option<(String, String)> {
        said(text, false).map(|it| (it.event.type_name, it.event.message))
    }

    #[test]
    fn somebody_tells_of_an_error() {
        for (text, name, message) in [
            (
                "If I run it with two workers I get the error ValueError: too many threads for this",
                "ValueError",
                "too many threads for this",
            ),
            (
                "When I open the page I get ImportError: cannot import name 'shop'",
                "ImportError",
                "cannot import name 'shop'",
            ),
            (
                "i deployed it and I am getting error psycopg2.OperationalError: could not translate host name \"pg\" to address",
                "psycopg2.OperationalError",
                "could not translate host name \"pg\" to address",
            ),
            (
                "* \"ImportError: cannot import name 'x' from 'y.z'\"",
                "ImportError",
                "cannot import name 'x' from 'y.z'",
            ),
            (
                "Running it fails with `KeyError: 'SHOP_KEY'` on the server.",
                "KeyError",
                "'SHOP_KEY'",
            ),
            (
                "Rates: HTTPSConnectionPool(host='api.shop.example', port=443): Max retries exceeded with url: / (Caused by x)",
                "urllib3.exceptions.MaxRetryError",
                "HTTPSConnectionPool(host='api.shop.example', port=443): Max retries exceeded with url: / (Caused by x)",
            ),
            ("shop.sync: (psycopg2.OperationalError) connection refused", "", ""),
            (
                "sync failed: (psycopg2.OperationalError) connection refused",
                "psycopg2.OperationalError",
                "connection refused",
            ),
            (
                "Could not start: OperationalError(2003, \"Can't connect to MySQL server on 'db'\")",
                "OperationalError",
                "(2003, 'Can't connect to MySQL server on 'db'')",
            ),
            (
                "Failed to reach the shop: <urlopen error Tunnel connection failed: 403 Forbidden>",
                "urllib.error.URLError",
                "<urlopen error Tunnel connection failed: 403 Forbidden>",
            ),
            ("1. No module named shop.wsgi", "ModuleNotFoundError", "No module named shop.wsgi"),
            (
                "'Shop' object has no attribute 'url': AttributeError",
                "AttributeError",
                "'Shop' object has no attribute 'url'",
            ),
            ("No module named shop.apps: ImportError", "ImportError", "No module named shop.apps"),
            ("The sync ended with an exception: KeyError", "", ""),
            (
                "I only get the message \"'utf-8' codec can't decode byte 0xc4 in position 4: invalid\".",
                "",
                "",
            ),
            (
                "and I am getting this message: \"'utf-8' codec can't decode byte 0xc4 in position 4: invalid\".",
                "UnicodeDecodeError",
                "'utf-8' codec can't decode byte 0xc4 in position 4: invalid",
            ),
            ("E   ValueError: numpy.dtype size changed", "ValueError", "numpy.dtype size changed"),
            (
                "Error: ConnectionRefusedError(111, 'Connection refused')",
                "ConnectionRefusedError",
                "[Errno 111] Connection refused",
            ),
        ] {
            let it = told(text);
            if name.is_empty() {
                assert!(it.is_none(), "{text}");
            } else {
                assert_eq!(it, Some((name.to_owned(), message.to_owned())), "{text}");
            }
        }
    }

    #[test]
    fn an_explanation_tells_of_none() {
        for text in [
            "If you get ModuleNotFoundError: No module named 'flask', activate the virtualenv.",
            "- Fixed an error: KeyError: 'DATABASE_URL' when the variable is missing",
            "raises ValueError: bad input",
            "Redis failed: ConnectionError: Error 111, falling back to memory",
            "The docs say that KeyError: 'x' is raised",
            "**`OperationalError: no such table: item`**: run `flask db upgrade`.",
            "",
            "Error",
        ] {
            assert!(told(text).is_none(), "{text}: {:?}", told(text));
        }
    }

    #[test]
    fn a_level_is_enough() {
        let it = said("sync of prices: KeyError: 'SHOP_KEY'", true).expect("an error");
        assert_eq!(it.event.message, "'SHOP_KEY'");
        assert!(it.certainty < 0.6);
    }
}
