//! nginx's error log, `2024/01/01 10:00:00 [error] 12#12: *1 text`; also Elastic Beanstalk's
//! engine and Go's logger, which write the date with slashes too.

use super::{Taken, logging::level_word};
use crate::log::bytes::{bracketed, int, one_space};
use crate::log::line::Prefix;
use crate::log::stamp::{self, Clock};

pub(super) fn take<'a>(s: &'a str, clock: &Clock) -> Option<Taken<'a>> {
    if s.as_bytes().get(4) != Some(&b'/') {
        return None;
    }
    let read = stamp::iso(s.as_bytes(), clock)?;
    let rest = one_space(&s[read.len..])?;
    let mut taken = Taken { stamp: Some(read.stamp), ..Taken::default() };
    let mut text = rest;
    let mut kind = Prefix::Stamp;
    if let Some((word, behind)) = bracketed(rest)
        && let Some(level) = level_word(word)
    {
        taken.level = Some(level);
        text = one_space(behind)?;
        if let Some((pid, behind)) = process(text) {
            kind = Prefix::Nginx;
            taken.program = Some("nginx");
            taken.pid = Some(pid);
            text = connection(behind);
        }
    }
    let at = Taken::until(s, text, kind);
    Some(Taken { len: at.len, kind: at.kind, ..taken })
}

/// `12#12: `
fn process(s: &str) -> Option<(u32, &str)> {
    let (pid, len) = int(s.as_bytes())?;
    let rest = s[len..].strip_prefix('#')?;
    let (_, len) = int(rest.as_bytes())?;
    Some((u32::try_from(pid).ok()?, one_space(rest[len..].strip_prefix(':')?)?))
}

/// `*1 `
fn connection(s: &str) -> &str {
    s.strip_prefix('*')
        .and_then(|rest| int(rest.as_bytes()).and_then(|(_, len)| one_space(&rest[len..])))
        .unwrap_or(s)
}
