//! Prefixes that begin with a bracket: gunicorn, Celery, Flask, Apache, the kernel, bare levels;
//! and uWSGI's own date, which has none.

use super::{Taken, apache, container, logging};
use crate::log::bytes::{bracketed, int, one_space, pid, spaces};
use crate::log::line::{Level, Prefix};
use crate::log::stamp::{self, Clock};

/// A line that begins with `[`.
pub(super) fn take<'a>(s: &'a str, clock: &Clock) -> Option<Taken<'a>> {
    let (inside, rest) = bracketed(s)?;
    match *inside.as_bytes().first()? {
        b' ' | b'0'..=b'9' => dated(s, inside, rest, clock)
            .or_else(|| kernel(s, inside, rest))
            .or_else(|| milliseconds(s, inside, rest)),
        b'A'..=b'Z' => apache::take(s, inside, rest, clock)
            .or_else(|| uwsgi_bracket(s, inside, rest, clock))
            .or_else(|| level(s, inside, rest))
            .or_else(|| tornado(s, inside, rest, clock)),
        b'u' => (inside == "uWSGI" || inside == "uwsgi")
            .then(|| one_space(rest))
            .flatten()
            // uWSGI's own first line has the name as part of its words.
            .filter(|text| !text.starts_with("getting "))
            .map(|text| Taken { program: Some("uwsgi"), ..Taken::until(s, text, Prefix::Uwsgi) }),
        b'a'..=b'z' => {
            let mut taken = Taken::default();
            if let Some(text) = container::railway(s, &mut taken) {
                let at = Taken::until(s, text, Prefix::Railway);
                return Some(Taken { len: at.len, kind: at.kind, ..taken });
            }
            level(s, inside, rest)
        }
        _ => None,
    }
}

/// `[1759859767375] ` of tools that show the logs of AWS Lambda.
fn milliseconds<'a>(s: &'a str, inside: &'a str, rest: &'a str) -> Option<Taken<'a>> {
    let read = stamp::epoch(inside.as_bytes())
        .filter(|read| inside.len() == 13 && read.len == inside.len())?;
    let text = one_space(rest)?;
    Some(Taken { stamp: Some(read.stamp), ..Taken::until(s, text, Prefix::Stamp) })
}

/// `[2024-08-20 15:28:23 +0000] [1] [INFO] ` and its kin.
fn dated<'a>(s: &'a str, inside: &'a str, rest: &'a str, clock: &Clock) -> Option<Taken<'a>> {
    let b = inside.as_bytes();
    let read = stamp::iso(b, clock)
        .or_else(|| stamp::common(b, clock).filter(|read| read.len == b.len()))?;
    let mut taken = Taken { stamp: Some(read.stamp), ..Taken::default() };
    let within = &inside[read.len..];
    // Celery: "[2024-08-20 15:28:23,123: ERROR/MainProcess] text".
    if let Some(worker) = within.strip_prefix(": ") {
        let word = worker.split('/').next().unwrap_or(worker);
        taken.level = logging::level_word(word);
        taken.program = Some("celery");
        let at = Taken::until(s, one_space(rest)?, Prefix::Celery);
        return Some(Taken { len: at.len, kind: at.kind, ..taken });
    }
    if !within.is_empty() {
        return None;
    }
    let mut rest = one_space(rest)?;
    // An access line has its request here: "[13/Apr/2026 10:11:12] "GET / HTTP/1.1" 500 145".
    if rest.starts_with('"') {
        return None;
    }
    if let Some((process, behind)) = bracketed(rest)
        && let Some(number) = pid(process)
        && let Some((word, behind)) = behind.strip_prefix(' ').and_then(bracketed)
        && let Some(found) = logging::level_word(word)
    {
        taken.pid = Some(number);
        taken.level = Some(found);
        taken.program = Some("gunicorn");
        let at = Taken::until(s, one_space(behind)?, Prefix::Gunicorn);
        return Some(Taken { len: at.len, kind: at.kind, ..taken });
    }
    // Flask and others: "[2024-… ] ERROR in app: text", "[…] [ERROR] text", "[…] text".
    let spaced = &s[s.len() - rest.len() - usize::from(!rest.is_empty())..];
    if let Some(text) = logging::after_stamp(spaced, &mut taken) {
        rest = text;
    }
    let at = Taken::until(s, rest, Prefix::Logging);
    Some(Taken { len: at.len, kind: at.kind, ..taken })
}

/// The kernel's `[   12.345678] `: seconds since boot.
fn kernel<'a>(s: &'a str, inside: &str, rest: &'a str) -> Option<Taken<'a>> {
    let digits = &inside.as_bytes()[spaces(inside)..];
    let (_, len) = int(digits)?;
    let fraction = digits.get(len..)?.strip_prefix(b".")?;
    let (_, used) = int(fraction)?;
    (used == fraction.len() && (1..=9).contains(&used)).then_some(())?;
    let text = one_space(rest)?;
    Some(Taken { program: Some("kernel"), ..Taken::until(s, text, Prefix::Kernel) })
}

/// A bare `[ERROR] `, with the logger behind it where one stands.
fn level<'a>(s: &'a str, inside: &str, rest: &'a str) -> Option<Taken<'a>> {
    let found: Level = logging::level_word(inside.trim_end())?;
    let text = one_space(rest)?;
    Some(Taken { level: Some(found), ..Taken::until(s, text, Prefix::Logging) })
}

fn tornado<'a>(s: &'a str, inside: &str, rest: &'a str, clock: &Clock) -> Option<Taken<'a>> {
    let (found, stamp) = logging::tornado(inside, clock)?;
    let text = one_space(rest)?;
    Some(Taken { level: Some(found), stamp, ..Taken::until(s, text, Prefix::Logging) })
}

/// uWSGI's own date, `Mon Apr 13 08:13:19 2026 - `, which stands before its warnings and errors.
pub(super) fn uwsgi_date<'a>(s: &'a str, clock: &Clock) -> Option<Taken<'a>> {
    let read = stamp::asctime(s.as_bytes(), clock)?;
    let rest = &s[read.len..];
    let text = rest.strip_prefix(" - ").or_else(|| (rest == " -").then_some(""))?;
    Some(Taken {
        stamp: Some(read.stamp),
        program: Some("uwsgi"),
        ..Taken::until(s, text, Prefix::Uwsgi)
    })
}

/// The same date in brackets, by `log-date` formats or foreign loggers: `[Mon Apr 13 08:13:19 2026] text`.
fn uwsgi_bracket<'a>(s: &'a str, inside: &str, rest: &'a str, clock: &Clock) -> Option<Taken<'a>> {
    let read = stamp::asctime(inside.as_bytes(), clock)?;
    let text = (read.len == inside.len()).then(|| one_space(rest))??;
    let text = text.strip_prefix("- ").unwrap_or(text);
    Some(Taken { stamp: Some(read.stamp), ..Taken::until(s, text, Prefix::Stamp) })
}
