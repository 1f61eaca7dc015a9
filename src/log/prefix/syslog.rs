//! syslog as RFC 3164 and RFC 5424 write it, journald's short forms, Elastic Beanstalk, Heroku's
//! drains, and Render's dashboard, whose stamp looks like syslog's.

use super::Taken;
use crate::log::bytes::{bracketed, int, one_space, pid, run};
use crate::log::line::Prefix;
use crate::log::stamp::{self, Clock};

/// Tags that write no process id, for lines where anything could follow the stamp.
const TAGS: [&str; 14] = [
    "kernel",
    "uwsgi",
    "gunicorn",
    "systemd",
    "python",
    "python3",
    "nginx",
    "sudo",
    "CRON",
    "cron",
    "dockerd",
    "containerd",
    "supervisord",
    "audit",
];

/// `Apr 13 08:13:19 host tag[12]: text`.
pub(super) fn take<'a>(s: &'a str, clock: &Clock) -> Option<Taken<'a>> {
    let read = stamp::syslog(s.as_bytes(), clock);
    // Without a reference time the year is unknown, but the prefix is one all the same.
    let (stamp, len) = match read {
        Some(read) => (Some(read.stamp), read.len),
        None => (None, stamp::syslog(s.as_bytes(), &any_year())?.len),
    };
    let rest = s.get(len..)?;
    let mut taken = Taken { stamp, arrival: true, ..Taken::default() };
    // Render's dashboard writes a 12-hour clock and two spaces.
    if s[..len].ends_with('M') {
        let text = rest.strip_prefix("  ").or_else(|| one_space(rest))?;
        taken.program = Some("render");
        let at = Taken::until(s, instance(text, &mut taken), Prefix::Render);
        return Some(Taken { len: at.len, kind: at.kind, ..taken });
    }
    let rest = one_space(rest)?;
    let text = host_and_tag(rest, &mut taken, false).unwrap_or(rest);
    let at = Taken::until(s, text, Prefix::Syslog);
    Some(Taken { len: at.len, kind: at.kind, ..taken })
}

/// Chinese and Japanese journals: `12月 21 22:22:32 host tag[1]: text`.
pub(super) fn numbered_month<'a>(s: &'a str, clock: &Clock) -> Option<Taken<'a>> {
    let (_, len) = int(s.as_bytes())?;
    s[len..].starts_with('月').then(|| take(s, clock))?
}

/// A clock that finds a year for every day, to learn only how long a stamp is.
fn any_year() -> Clock {
    Clock::utc(jiff::Timestamp::from_second(4_102_444_800).ok())
}

/// Render's `[abcde]  ` before the text: the instance.
fn instance<'a>(s: &'a str, taken: &mut Taken<'a>) -> &'a str {
    let Some((inside, rest)) = bracketed(s) else { return s };
    let shaped =
        inside.len() == 5 && inside.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    match rest.strip_prefix("  ").or_else(|| rest.strip_prefix(' ')) {
        Some(text) if shaped && super::logging::level_word(inside).is_none() => {
            taken.container = Some(inside);
            text
        }
        _ => s,
    }
}

/// `host tag[12]: ` or `host tag: `; with `strict` a tag without process id must be a known one.
pub(super) fn host_and_tag<'a>(s: &'a str, taken: &mut Taken<'a>, strict: bool) -> Option<&'a str> {
    let host = run(s, |c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_' | b'.'));
    let rest = s[host..].strip_prefix(' ').filter(|_| host > 0)?;
    let len = run(rest, |c| {
        c.is_ascii_alphanumeric()
            || matches!(c, b'-' | b'_' | b'.' | b'/' | b'@' | b'(' | b')' | b'\\')
    });
    let tag = &rest[..len];
    if tag.is_empty() {
        return None;
    }
    let behind = &rest[len..];
    let text = if let Some((inside, behind)) = bracketed(behind) {
        let text = one_space(behind.strip_prefix(':')?)?;
        match pid(inside) {
            Some(number) => taken.pid = Some(number),
            None => taken.container = Some(inside),
        }
        text
    } else {
        if strict && !TAGS.contains(&tag) {
            return None;
        }
        one_space(behind.strip_prefix(':')?)?
    };
    taken.program = Some(tag);
    Some(text)
}

/// `<165>` and then either RFC.
pub(super) fn with_priority<'a>(s: &'a str, clock: &Clock) -> Option<Taken<'a>> {
    let rest = s.strip_prefix('<')?;
    let (priority, len) = int(rest.as_bytes()).filter(|&(value, _)| value <= 191)?;
    let rest = rest[len..].strip_prefix('>')?;
    let level = match priority % 8 {
        0..=2 => crate::log::line::Level::Critical,
        3 => crate::log::line::Level::Error,
        4 => crate::log::line::Level::Warning,
        7 => crate::log::line::Level::Debug,
        _ => crate::log::line::Level::Info,
    };
    if let Some(rest) = rest.strip_prefix("1 ") {
        let mut taken = Taken { level: Some(level), arrival: true, ..Taken::default() };
        let text = rfc5424(rest, clock, &mut taken)?;
        let at = Taken::until(s, text, Prefix::Syslog5424);
        return Some(Taken { len: at.len, kind: at.kind, ..taken });
    }
    let inner = take(rest, clock)?;
    Some(Taken { len: inner.len + (s.len() - rest.len()), level: Some(level), ..inner })
}

/// RFC 6587's octet count before the priority, as HTTP drains send it: `83 <40>1 …`.
pub(super) fn octet_counted<'a>(s: &'a str, clock: &Clock) -> Option<Taken<'a>> {
    let (_, len) = int(s.as_bytes())?;
    let rest = s[len..].strip_prefix(' ').filter(|rest| rest.starts_with('<'))?;
    let inner = with_priority(rest, clock)?;
    Some(Taken { len: inner.len + (s.len() - rest.len()), ..inner })
}

/// `STAMP HOST APP PROCID MSGID [SD] text`; Heroku leaves the structured data out.
fn rfc5424<'a>(s: &'a str, clock: &Clock, taken: &mut Taken<'a>) -> Option<&'a str> {
    let (written, rest) = s.split_once(' ')?;
    taken.stamp = stamp::iso(written.as_bytes(), clock).map(|read| read.stamp);
    if taken.stamp.is_none() && written != "-" {
        return None;
    }
    let (_host, rest) = rest.split_once(' ')?;
    let (app, rest) = rest.split_once(' ')?;
    let (process, rest) = rest.split_once(' ')?;
    let (_id, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    taken.program = (app != "-").then_some(app);
    if let Some(number) = pid(process) {
        taken.pid = Some(number);
    } else if matches!(process, "router" | "api") {
        taken.program = Some(process);
    } else if process != "-" {
        taken.container = Some(process);
    }
    let text = if let Some(text) = rest.strip_prefix("- ") {
        text
    } else if rest == "-" {
        ""
    } else {
        structured(rest).unwrap_or(rest)
    };
    Some(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// The text behind `[id key="value"][…] `.
fn structured(s: &str) -> Option<&str> {
    let mut rest = s;
    while rest.starts_with('[') && rest[1..].contains('=') {
        let mut quoted = false;
        let mut escaped = false;
        let end = rest.bytes().position(|c| {
            let closes = c == b']' && !quoted;
            if c == b'"' && !escaped {
                quoted = !quoted;
            }
            escaped = c == b'\\' && !escaped;
            closes
        })?;
        rest = &rest[end + 1..];
    }
    (rest.len() < s.len()).then(|| one_space(rest)).flatten()
}
