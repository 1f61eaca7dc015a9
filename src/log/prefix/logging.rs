//! Python's `logging` as people set it up, loguru, structlog, supervisor, uvicorn, Tornado.

use super::Taken;
use crate::log::bytes::{bracketed, int, one_space, run, spaces};
use crate::log::line::{Level, Prefix};
use crate::log::stamp::{self, Clock};

/// A level's word in capitals at the start and its length; a word character may not follow.
pub(super) fn level(s: &str) -> Option<(Level, usize)> {
    let len = run(s, |c| c.is_ascii_uppercase());
    if s.as_bytes().get(len).is_some_and(|&c| c.is_ascii_alphanumeric() || c == b'_') {
        return None;
    }
    Some((level_word(&s[..len])?, len))
}

/// The level that a whole word means, in capitals or small letters.
pub(super) fn level_word(word: &str) -> Option<Level> {
    Some(match word {
        "DEBUG" | "debug" | "TRACE" | "trace" | "dbg" | "DEBG" | "BLAT" => Level::Debug,
        "INFO" | "info" | "NOTICE" | "notice" | "SUCCESS" | "inf" | "Information" => Level::Info,
        "WARNING" | "warning" | "WARN" | "warn" | "wrn" => Level::Warning,
        "ERROR" | "error" | "ERR" | "err" | "ERRO" | "EXCEPTION" => Level::Error,
        "CRITICAL" | "critical" | "CRIT" | "crit" | "FATAL" | "fatal" | "alert" | "emerg"
        | "ALERT" => Level::Critical,
        _ => return None,
    })
}

/// A logger's name: a known root or a dotted name whose last part is no class, so that
/// `sqlalchemy.exc.OperationalError` stays.
fn logger(name: &str) -> bool {
    #[rustfmt::skip]
    const KNOWN: [&str; 21] = [
        "root", "werkzeug", "app", "uvicorn", "gunicorn", "waitress", "celery", "asyncio", "urllib3", "__main__",
        "django", "flask", "main", "tornado", "hypercorn", "daphne", "apscheduler", "wsgi", "server", "views",
        "sqlalchemy",
    ];
    let last = name.rsplit('.').next().unwrap_or(name);
    let shaped = !name.is_empty()
        && name.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'_' | b'-'))
        && last.bytes().next().is_some_and(|c| c.is_ascii_lowercase() || c == b'_');
    shaped && (name.contains('.') || KNOWN.contains(&name))
}

/// `name: ` at the start, where `name` is a logger's.
fn logger_colon(s: &str) -> Option<(&str, &str)> {
    let len = run(s, |c| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'_' | b'-'));
    let rest = one_space(s[len..].strip_prefix(':')?)?;
    logger(&s[..len]).then(|| (&s[..len], rest))
}

/// What may stand between the level and the message: `name: `, `[name] `, `[name:12] `,
/// `module 12 140… `, `- `, `in app: `.
fn after_level<'a>(s: &'a str, taken: &mut Taken<'a>) -> &'a str {
    let s = s.strip_prefix("- ").unwrap_or(s);
    if let Some((name, rest)) = logger_colon(s) {
        taken.program = Some(name);
        return rest;
    }
    if let Some((inside, rest)) = bracketed(s)
        && let Some(rest) = one_space(rest.strip_prefix(':').unwrap_or(rest))
    {
        let name = inside.split(':').next().unwrap_or(inside);
        if logger(name) || (!name.is_empty() && name.bytes().all(|c| c.is_ascii_digit())) {
            taken.program = logger(name).then_some(name).or(taken.program);
            return rest;
        }
    }
    // Django's "verbose": module, process, thread.
    let word = run(s, |c| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'_'));
    if word > 0
        && let Some(rest) = s[word..].strip_prefix(' ')
        && let Some((process, used)) = int(rest.as_bytes())
        && let Some(rest) = rest[used..].strip_prefix(' ')
        && let Some((_, used)) = int(rest.as_bytes())
        && let Some(rest) = one_space(&rest[used..])
    {
        taken.pid = u32::try_from(process).ok();
        taken.program = Some(&s[..word]);
        return rest;
    }
    // Flask: "ERROR in app: Exception on / [GET]".
    if let Some(rest) = s.strip_prefix("in ") {
        let len = run(rest, |c| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'_'));
        if len > 0
            && let Some(rest) = rest[len..].strip_prefix(':').and_then(one_space)
        {
            return rest;
        }
    }
    s
}

/// What follows a stamp: ` - name - LEVEL - `, ` LEVEL name: `, ` [LEVEL] `, ` | LEVEL | place - `,
/// ` name LEVEL `, `: LEVEL: `. Gives the rest behind it.
pub(super) fn after_stamp<'a>(s: &'a str, taken: &mut Taken<'a>) -> Option<&'a str> {
    let rest =
        s.strip_prefix(' ').or_else(|| s.strip_prefix(": ")).or_else(|| s.strip_prefix(':'))?;
    if let Some(rest) = rest.strip_prefix("| ") {
        return loguru(rest, taken);
    }
    if let Some(rest) = rest.strip_prefix("- ") {
        return dashed(rest, taken);
    }
    if let Some((found, len)) = level(rest) {
        taken.level = Some(found);
        let rest = &rest[len..];
        let rest = rest.strip_prefix(':').unwrap_or(rest);
        // Levels are often padded to one width: "INFO     text".
        let pad = spaces(rest).min(9 - len.min(8));
        return Some(after_level(&rest[pad.max(usize::from(rest.starts_with(' ')))..], taken));
    }
    if let Some((inside, behind)) = bracketed(rest) {
        if let Some(found) = level_word(inside.trim_end()) {
            taken.level = Some(found);
            let behind = behind.strip_prefix(':').unwrap_or(behind);
            return Some(after_level(behind.strip_prefix(' ').unwrap_or(behind), taken));
        }
        // "[12] [ERROR] text": a process, then a level.
        if let Some(pid) = crate::log::bytes::pid(inside.trim_start_matches("pid "))
            && let Some((word, behind)) = behind.strip_prefix(' ').and_then(bracketed)
            && let Some(found) = level_word(word)
        {
            taken.pid = Some(pid);
            taken.level = Some(found);
            return one_space(behind);
        }
    }
    // Odoo: "812 ERROR shop odoo.http: text"; its database may be "?".
    if let Some((pid, used)) = int(rest.as_bytes())
        && let Some(behind) = rest[used..].strip_prefix(' ')
        && let Some((found, used)) = level(behind)
        && let Some(behind) = one_space(&behind[used..])
    {
        taken.pid = u32::try_from(pid).ok();
        taken.level = Some(found);
        let named = behind.split_once(' ').and_then(|(_, rest)| logger_colon(rest));
        if let Some((name, text)) = named {
            taken.program = Some(name);
            return Some(text);
        }
        return Some(after_level(behind, taken));
    }
    // "app.views ERROR text"
    let len = run(rest, |c| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'_' | b'-'));
    if logger(&rest[..len])
        && let Some(behind) = rest[len..].strip_prefix(' ')
        && let Some((found, used)) = level(behind)
        && let behind = &behind[used..]
        && let Some(behind) = one_space(behind.strip_prefix(':').unwrap_or(behind))
    {
        taken.level = Some(found);
        taken.program = Some(&rest[..len]);
        return Some(behind);
    }
    None
}

/// `name - LEVEL - text`, `LEVEL - name - text`, or just `text` behind ` - `.
fn dashed<'a>(s: &'a str, taken: &mut Taken<'a>) -> Option<&'a str> {
    let first = s.find(" - ").map_or(s.len(), |at| at);
    let word = &s[..first];
    let rest = s.get(first + 3..);
    if let Some(found) = level_word(word.trim()) {
        taken.level = Some(found);
        let rest = rest?;
        // The name comes second in some formats.
        if let Some((name, behind)) = rest.split_once(" - ")
            && logger(name)
        {
            taken.program = Some(name);
            return Some(behind);
        }
        return Some(rest);
    }
    if let Some(rest) = rest
        && word.len() <= 100
        && !word.contains(' ')
        && let Some((found, used)) = level(rest)
    {
        taken.level = Some(found);
        taken.program = Some(word);
        let rest = &rest[used..];
        return rest.trim_start_matches(' ').strip_prefix("- ").or_else(|| one_space(rest));
    }
    Some(s)
}

/// `ERROR    | module:function:12 - text`
fn loguru<'a>(s: &'a str, taken: &mut Taken<'a>) -> Option<&'a str> {
    let (found, len) = level(s)?;
    taken.level = Some(found);
    let rest = s[len..].trim_start_matches(' ').strip_prefix("| ")?;
    let place = rest.find(' ').unwrap_or(rest.len());
    match rest[place..].strip_prefix(" - ") {
        Some(text) if rest[..place].contains(':') => Some(text),
        _ => Some(rest),
    }
}

/// Lines that begin with the level: `ERROR:root:`, uvicorn's `INFO:     `, `ERROR 2024-… `.
pub(super) fn level_first<'a>(s: &'a str, clock: &Clock) -> Option<Taken<'a>> {
    let (found, len) = level(s)?;
    let rest = &s[len..];
    if let Some(behind) = rest.strip_prefix(':') {
        // uvicorn pads "LEVEL:" to ten columns; "ERROR: text" is other people's prose and stays.
        let pad = spaces(behind);
        if pad > 0 {
            let width = 10usize.saturating_sub(len + 1).max(1);
            let padded = pad >= width && (width > 1 || len == 8);
            return padded.then(|| Taken {
                level: Some(found),
                ..Taken::until(s, &behind[width..], Prefix::Uvicorn)
            });
        }
        let name = run(behind, |c| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'_' | b'-'));
        let text = behind[name..].strip_prefix(':').filter(|_| name > 0)?;
        return Some(Taken {
            level: Some(found),
            program: Some(&behind[..name]),
            ..Taken::until(s, text, Prefix::Logging)
        });
    }
    let rest = rest.strip_prefix(' ')?.trim_start_matches(' ');
    // Alembic and Flask-Migrate: "ERROR [flask_migrate] text"
    if let Some((name, behind)) = bracketed(rest)
        && (logger(name) || name.bytes().all(|c| c.is_ascii_lowercase() || c == b'_'))
        && let Some(text) = one_space(behind)
    {
        return Some(Taken {
            level: Some(found),
            program: Some(name),
            ..Taken::until(s, text, Prefix::Logging)
        });
    }
    let bare = rest.strip_prefix('[').unwrap_or(rest);
    let read = stamp::iso(bare.as_bytes(), clock)?;
    let mut rest = &bare[read.len..];
    rest = rest.strip_prefix(']').unwrap_or(rest);
    let mut taken = Taken { level: Some(found), stamp: Some(read.stamp), ..Taken::default() };
    let text = after_level(one_space(rest)?, &mut taken);
    let at = Taken::until(s, text, Prefix::Logging);
    Some(Taken { len: at.len, kind: at.kind, ..taken })
}

/// Tornado's `[E 240101 10:00:00 web:1793] text`; `inside` is what the brackets hold.
pub(super) fn tornado(
    inside: &str,
    clock: &Clock,
) -> Option<(Level, Option<crate::log::line::Stamp>)> {
    let found = match inside.get(..2)? {
        "D " => Level::Debug,
        "I " => Level::Info,
        "W " => Level::Warning,
        "E " => Level::Error,
        "C " => Level::Critical,
        _ => return None,
    };
    let rest = &inside[2..];
    if crate::log::bytes::fixed(rest.as_bytes(), 0, 6).is_some()
        && rest.as_bytes().get(6) == Some(&b' ')
    {
        let full = format!("20{}-{}-{} {}", &rest[..2], &rest[2..4], &rest[4..6], &rest[7..]);
        return Some((found, Some(stamp::iso(full.as_bytes(), clock)?.stamp)));
    }
    let shaped = stamp::iso(rest.as_bytes(), clock);
    (shaped.is_some() || rest.as_bytes().get(2) == Some(&b':'))
        .then_some((found, shaped.map(|read| read.stamp)))
}
