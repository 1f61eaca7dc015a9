//! Docker Compose's `web_1  | ` and `web-1 | `, foreman's `10:23:45 web.1   | `.

use super::{PrefixCtx, Taken, logging};
use crate::log::bytes::{fixed, one_space, run, spaces};
use crate::log::line::Prefix;

/// Service names that need no number to be believed.
const SERVICES: [&str; 22] = [
    "web", "app", "api", "django", "flask", "fastapi", "backend", "server", "wsgi", "gunicorn",
    "uwsgi", "nginx", "db", "postgres", "mysql", "redis", "celery", "worker", "beat", "proxy",
    "frontend", "site",
];

fn name_byte(c: u8) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_' | b'.')
}

/// A service's name, padded, a bar, one space. A name without number that is no usual service
/// is believed from its second line in a row on: `flags | mask` is Python too.
pub(super) fn take<'a>(s: &'a str, ctx: &mut PrefixCtx) -> Option<Taken<'a>> {
    let len = run(s, name_byte);
    let pad = spaces(&s[len..]);
    let rest = s[len + pad..].strip_prefix('|').filter(|_| pad > 0)?;
    let text = one_space(rest)?;
    let name = &s[..len];
    if logging::level_word(name).is_some() {
        return None;
    }
    let numbered = name.rsplit_once(['_', '-', '.']).is_some_and(|(_, number)| {
        !number.is_empty() && number.bytes().all(|c| c.is_ascii_digit())
    });
    if !numbered && !SERVICES.contains(&name) {
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325u64, |sum, c| {
            (sum ^ u64::from(c)).wrapping_mul(0x0100_0000_01b3)
        });
        if ctx.compose_name != hash {
            ctx.compose_name = hash;
            return None;
        }
    }
    Some(Taken { container: Some(name), ..Taken::until(s, text, Prefix::Compose) })
}

/// foreman and honcho: a time of day before the name.
pub(super) fn foreman(s: &str) -> Option<Taken<'_>> {
    let b = s.as_bytes();
    if fixed(b, 0, 2).is_none()
        || b.get(2) != Some(&b':')
        || b.get(5) != Some(&b':')
        || b.get(8) != Some(&b' ')
    {
        return None;
    }
    let rest = s.get(9..)?;
    let len = run(rest, name_byte);
    let text =
        one_space(rest[len..].trim_start_matches(' ').strip_prefix('|').filter(|_| len > 0)?)?;
    let name = &rest[..len];
    if logging::level_word(name).is_some() {
        return None;
    }
    Some(Taken { container: Some(name), ..Taken::until(s, text, Prefix::Compose) })
}
