//! Apache's error log, 2.4 and 2.2, and mod_wsgi's own `mod_wsgi (pid=1): `.

use super::{Taken, logging::level_word};
use crate::log::bytes::{bracketed, int, one_space};
use crate::log::line::Prefix;
use crate::log::stamp::{self, Clock};

/// `[Tue Feb 13 01:49:59.203306 2018] [wsgi:error] [pid 2304:tid 139] [client ip:port] text`; 2.2 has
/// neither the module nor the process. `inside` and `rest` are the first bracket and what follows.
pub(super) fn take<'a>(
    s: &'a str,
    inside: &str,
    rest: &'a str,
    clock: &Clock,
) -> Option<Taken<'a>> {
    let read = stamp::asctime(inside.as_bytes(), clock).filter(|read| read.len == inside.len())?;
    let (word, mut rest) = bracketed(rest.strip_prefix(' ')?)?;
    let level = level_word(word.rsplit(':').next().unwrap_or(word)).or_else(|| {
        // "debug", "trace1" … "trace8"
        word.contains("trace").then_some(crate::log::line::Level::Debug)
    })?;
    let mut taken = Taken {
        stamp: Some(read.stamp),
        level: Some(level),
        program: Some("apache"),
        ..Taken::default()
    };
    let mut client = false;
    while let Some((field, behind)) = rest.strip_prefix(' ').and_then(bracketed) {
        if let Some(process) = field.strip_prefix("pid ") {
            taken.pid = int(process.as_bytes()).and_then(|(pid, _)| u32::try_from(pid).ok());
        } else if field.starts_with("client ") || field.starts_with("remote ") {
            client = true;
        } else {
            break;
        }
        rest = behind;
    }
    let mut text = one_space(rest)?;
    if let Some(inner) = mod_wsgi(text) {
        taken.pid = inner.pid.or(taken.pid);
        taken.program = inner.program;
        text = &text[inner.len..];
    }
    // Every line about a request ends in ", referer: …" where the visitor sent one.
    if client && let Some(at) = text.rfind(", referer: ") {
        taken.tail = text.len() - at;
    }
    let at = Taken::until(s, text, Prefix::Apache);
    Some(Taken { len: at.len, kind: at.kind, ..taken })
}

/// What a paste that lost the left of its lines keeps of Apache's prefix: any end of
/// `[client ip:port] `, from the address on.
pub(super) fn cut(s: &str) -> Option<Taken<'_>> {
    let digit = s.bytes().take(9).position(|c| c.is_ascii_digit())?;
    if !"[client ".ends_with(&s[..digit]) && !"[remote ".ends_with(&s[..digit]) {
        return None;
    }
    let (address, text) = s[digit..].split_once("] ")?;
    let (ip, port) = address.rsplit_once(':')?;
    let cut = ip.parse::<std::net::Ipv4Addr>().is_ok() && port.parse::<u16>().is_ok();
    cut.then(|| Taken { program: Some("apache"), ..Taken::until(s, text, Prefix::Apache) })
}

/// `mod_wsgi (pid=123): `, `mod_wsgi (pid=123, process='app', application='host|'): `.
pub(super) fn mod_wsgi(s: &str) -> Option<Taken<'_>> {
    let fields = s.strip_prefix("mod_wsgi (pid=")?;
    let (pid, _) = int(fields.as_bytes())?;
    let text = one_space(fields.split_once("):")?.1)?;
    Some(Taken {
        pid: u32::try_from(pid).ok(),
        program: Some("mod_wsgi"),
        ..Taken::until(s, text, Prefix::Apache)
    })
}
