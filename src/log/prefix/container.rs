//! Prefixes of container platforms: Heroku, Scalingo, Fly, Railway, Kubernetes.

use super::{PrefixCtx, Taken, logging::level_word};
use crate::log::bytes::{bracketed, fixed, one_space, pid, run, spaces};
use crate::log::line::Level;
use crate::log::line::Prefix;
use crate::log::stamp;

/// A word of a process type or service.
fn word(c: u8) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_' | b'.' | b'/')
}

/// Heroku's `heroku[web.1]: ` or `app[web.1]: ` behind the stamp.
pub(super) fn heroku<'a>(s: &'a str, taken: &mut Taken<'a>) -> Option<&'a str> {
    let len = run(s, word);
    if len == 0 {
        return None;
    }
    let (inside, rest) = bracketed(&s[len..])?;
    let text = one_space(rest.strip_prefix(':')?)?;
    taken.program = Some(&s[..len]);
    match pid(inside) {
        Some(number) => taken.pid = Some(number),
        None if matches!(inside, "router" | "api" | "logplex") => taken.program = Some(inside),
        None => taken.container = Some(inside),
    }
    Some(text)
}

/// Heroku's source without any stamp, as people paste it.
pub(super) fn bare(s: &str) -> Option<Taken<'_>> {
    if !s.starts_with("heroku[") && !s.starts_with("app[") {
        return fly_bare(s);
    }
    let mut taken = Taken::default();
    let text = heroku(s, &mut taken)?;
    let at = Taken::until(s, text, Prefix::Heroku);
    Some(Taken { len: at.len, kind: at.kind, ..taken })
}

/// Fly's source without a stamp: `app[148e…] ams [info] `.
fn fly_bare(s: &str) -> Option<Taken<'_>> {
    let mut taken = Taken::default();
    let text = fly(s, &mut taken)?;
    let at = Taken::until(s, text, Prefix::Fly);
    Some(Taken { len: at.len, kind: at.kind, ..taken })
}

/// Whether a line may be a Heroku line whose stamp lost its first characters.
pub(super) fn looks_cut(s: &str) -> bool {
    let head = &s.as_bytes()[..s.len().min(48)];
    memchr::memmem::find(head, b" heroku[").is_some()
        || memchr::memmem::find(head, b" app[").is_some()
}

/// A Heroku line whose stamp lost its first characters in a paste: `021-02-07T03:44:26+00:00 app[web.1]: `.
pub(super) fn cut<'a>(s: &'a str, ctx: &PrefixCtx) -> Option<Taken<'a>> {
    const SHAPE: &str = "0000-00-00T";
    if !looks_cut(s) {
        return None;
    }
    let space = s.find(' ')?;
    let stump = &s[..space];
    if !stump
        .bytes()
        .all(|c| c.is_ascii_digit() || matches!(c, b'-' | b':' | b'.' | b'+' | b'T' | b'Z'))
    {
        return None;
    }
    let mut taken = Taken::default();
    let text = heroku(&s[space + 1..], &mut taken)?;
    let date = stump.find('T').map_or(0, |at| at + 1);
    let month_and_day = "00-00T".len();
    if (month_and_day..=SHAPE.len()).contains(&date) {
        let b = stump.as_bytes();
        let written = match date - month_and_day {
            4 => fixed(b, 0, 3).map(|y| 2000 + y as i16),
            3 => fixed(b, 0, 2).map(|y| 2000 + y as i16),
            _ => None,
        };
        if let Some(year) = written.or(ctx.year) {
            let full = format!("{year:04}-{}", &stump[date - month_and_day..]);
            taken.stamp = stamp::iso(full.as_bytes(), &ctx.clock).map(|read| read.stamp);
        }
    }
    taken.arrival = true;
    let at = Taken::until(s, text, Prefix::Heroku);
    Some(Taken { len: at.len, kind: at.kind, ..taken })
}

/// Scalingo's `[web-1] ` behind the stamp: a source in brackets.
pub(super) fn scalingo<'a>(s: &'a str, taken: &mut Taken<'a>) -> Option<&'a str> {
    let (inside, rest) = bracketed(s)?;
    let text = one_space(rest)?;
    if matches!(inside, "manager" | "router" | "deploy" | "build") {
        taken.program = Some(inside);
        return Some(text);
    }
    // A process type of letters and digits, or one of the platform's own with a hyphen, and a number.
    let (kind, number) = inside.rsplit_once('-')?;
    // Scalingo's stamps carry their offset; without one this is a thread's name.
    let shaped = !kind.is_empty()
        && taken.stamp.is_some_and(|stamp| stamp.zoned)
        && kind.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-')
        && !number.is_empty()
        && number.bytes().all(|c| c.is_ascii_digit());
    shaped.then(|| {
        taken.container = Some(inside);
        taken.program = Some("app");
        text
    })
}

/// Fly's `app[148e…] ams [info] `; the text may follow the bracket at once.
pub(super) fn fly<'a>(s: &'a str, taken: &mut Taken<'a>) -> Option<&'a str> {
    let len = run(s, |c| c.is_ascii_lowercase());
    let (machine, rest) = bracketed(&s[len..]).filter(|_| len > 0)?;
    let rest = rest.strip_prefix(' ')?;
    let region = run(rest, |c| c.is_ascii_lowercase());
    let (level, rest) = bracketed(rest[region..].strip_prefix(' ')?)?;
    let level = level_word(level).filter(|_| (2..=4).contains(&region))?;
    // What the app writes is "info", whatever it is: the word speaks for the platform's own lines.
    let program = &s[..len];
    taken.level = Some(level).filter(|level| program != "app" || *level != Level::Info);
    taken.program = Some(program);
    taken.container = Some(machine);
    // The dashboard writes the text at once, the command line behind a space; indentation is
    // even, so an odd space is the separator.
    Some(&rest[spaces(rest) % 2..])
}

/// Railway's `[inf]  `, two spaces wide.
pub(super) fn railway<'a>(s: &'a str, taken: &mut Taken<'a>) -> Option<&'a str> {
    let (inside, rest) = bracketed(s)?;
    if !matches!(inside, "inf" | "err" | "wrn" | "dbg") {
        return None;
    }
    // Standard output is "inf" there, tracebacks too.
    taken.level = level_word(inside).filter(|level| *level != Level::Info);
    rest.strip_prefix("  ").or_else(|| one_space(rest))
}

/// Kubernetes' `stdout F ` behind the stamp.
pub(super) fn cri(s: &str) -> Option<&str> {
    let rest = s.strip_prefix("stdout ").or_else(|| s.strip_prefix("stderr "))?;
    one_space(rest.strip_prefix(['F', 'P'])?)
}
