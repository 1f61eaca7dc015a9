//! Access lines of every server: one request each.
//!
//! Three families: the Common Log Format and its extensions (nginx, Apache, gunicorn,
//! `PythonAnywhere`, werkzeug, Django's and uvicorn's own servers), uWSGI's request line, and the
//! `key=value` lines of the routers of Heroku and Scalingo. Borrowed from the line; total on any bytes.

use jiff::Timestamp;

use super::bytes::{bracketed, decimal, fixed, int, run};
use super::line::Line;
use super::stamp::{self, Clock};
use crate::model::RequestRecord;

/// One request as an access line tells it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct AccessLine<'a> {
    pub time: Option<Timestamp>,
    /// Whether the stamp carried its own offset.
    pub zoned: bool,
    pub client: &'a str,
    pub method: &'a str,
    /// With the query, as it was sent.
    pub path: &'a str,
    pub status: u16,
    pub bytes: Option<u64>,
    /// Seconds.
    pub duration: Option<f64>,
    pub agent: Option<&'a str>,
    /// Whether it says which page sent the visitor there.
    pub referred: bool,
    /// A router's error code: `H12`.
    pub code: Option<&'a str>,
    /// The router's words for it: `Request timeout`.
    pub desc: Option<&'a str>,
    pub host: Option<&'a str>,
    pub container: Option<&'a str>,
    pub pid: Option<u32>,
    pub family: Family,
}

/// Who writes such lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Family {
    /// A proxy's or server's access log.
    #[default]
    Common,
    /// uWSGI's request line: the status is the app's own, the visitor may have seen another.
    Uwsgi,
    /// uvicorn's or a development server's.
    Server,
    /// A platform's router.
    Router,
}

impl AccessLine<'_> {
    /// The path without its query.
    #[must_use]
    pub fn route(&self) -> &str {
        self.path.split(['?', '#']).next().unwrap_or(self.path)
    }

    /// The platform's own hit after a reload: `GET /` by `python-requests`
    /// (`PythonAnywhere`; a 499 near 20 s is that ping giving up).
    #[must_use]
    pub fn is_reload_ping(&self) -> bool {
        self.path == "/"
            && self.method == "GET"
            && self.agent.is_some_and(|agent| agent.starts_with("python-requests/"))
    }

    /// As the model has it, with bounded texts.
    #[must_use]
    pub fn to_record(&self, order: u64, epoch: u32) -> RequestRecord {
        let keep = |s: &str| super::bytes::clip(s, 500).to_owned();
        RequestRecord {
            time: self.time,
            method: keep(self.method),
            path: keep(self.path),
            status: self.status,
            bytes: self.bytes,
            duration: self.duration,
            agent: self.agent.map(keep),
            order,
            epoch,
        }
    }
}

/// Reads a line as a request; `None` for anything else.
#[must_use]
pub fn parse<'a>(line: &Line<'a>, clock: &Clock) -> Option<AccessLine<'a>> {
    let text = line.text;
    let mut found = match *text.as_bytes().first()? {
        b'[' => uwsgi(text, clock).or_else(|| django(text, clock)),
        b'"' => line.stamp.and_then(|_| stamped(text)),
        b'a'..=b'z' if text.contains("status=") && text.contains("path=") => router(text),
        _ if memchr::memchr(b'"', text.as_bytes()).is_some() => common(text, clock),
        _ => None,
    }
    // behind a stamp and a logger's name
    .or_else(|| {
        let (logger, rest) = line.stamp.and_then(|_| text.split_once(' '))?;
        (rest.starts_with('"') && !logger.contains('"')).then(|| stamped(rest)).flatten()
    })
    .or_else(|| {
        (text.as_bytes()[0].is_ascii_alphabetic()).then(|| common(text, clock)).flatten()
    })?;
    if let Some(stamp) = line.stamp
        && found.time.is_none()
    {
        found.time = Some(stamp.at);
        found.zoned = stamp.zoned;
    }
    found.pid = found.pid.or(line.pid);
    found.container = found.container.or(line.container);
    Some(found)
}

/// Methods that servers accept; a mere word before a quote's space is no request.
fn is_method(word: &str) -> bool {
    (1..=20).contains(&word.len())
        && word.bytes().all(|c| c.is_ascii_uppercase() || c == b'-' || c == b'_')
}

/// `GET /path?query HTTP/1.1`: method and path. Paths may hold spaces where clients send them.
fn request(s: &str) -> Option<(&str, &str)> {
    let (method, rest) = s.split_once(' ')?;
    let path = match rest.rfind(" HTTP/") {
        Some(at) => &rest[..at],
        None => rest,
    };
    is_method(method).then_some((method, path))
}

/// A quoted part and what is behind it; `\"` does not end it.
fn quoted(s: &str) -> Option<(&str, &str)> {
    let inner = s.strip_prefix('"')?;
    let b = inner.as_bytes();
    let mut from = 0;
    loop {
        let end = from + memchr::memchr(b'"', &b[from..])?;
        let escapes = b[..end].iter().rev().take_while(|&&c| c == b'\\').count();
        if escapes % 2 == 0 {
            return Some((&inner[..end], &inner[end + 1..]));
        }
        from = end + 1;
    }
}

/// Django's server behind a logger that stamps its lines: `"GET / HTTP/1.1" 200 512`.
fn stamped(s: &str) -> Option<AccessLine<'_>> {
    let (line, rest) = quoted(s)?;
    let (method, path) = request(line).filter(|_| line.contains(" HTTP/"))?;
    let (status, rest) = status(rest.strip_prefix(' ')?)?;
    let bytes = rest.trim_start();
    let (bytes, used) = int(bytes.as_bytes()).map_or((None, 0), |(size, used)| (Some(size), used));
    (rest.trim_start().len() == used).then_some(AccessLine {
        method,
        path,
        status,
        bytes,
        family: Family::Server,
        ..AccessLine::default()
    })
}

/// A status from 100 to 599 with a border behind it, and the rest.
fn status(s: &str) -> Option<(u16, &str)> {
    let value = fixed(s.as_bytes(), 0, 3).filter(|value| (100..=599).contains(value))?;
    let rest = &s[3..];
    rest.bytes().next().is_none_or(|c| c == b' ' || c == b',').then_some((value as u16, rest))
}

/// `IP - user [date] "request" status bytes "referer" "agent" …`, also without date (uvicorn's
/// `IP:port - "request" status Reason`) and with a name of the host in front.
fn common<'a>(s: &'a str, clock: &Clock) -> Option<AccessLine<'a>> {
    let quote = memchr::memchr(b'"', s.as_bytes())?;
    let head = &s[..quote];
    let mut out = AccessLine { client: head.split(' ').next()?, ..AccessLine::default() };
    // A client is an address or a name; prose is not.
    if head.len() > 400
        || out.client.is_empty()
        || out.client.ends_with(':')
        || !head.ends_with(' ')
    {
        return None;
    }
    if let Some(open) = memchr::memchr(b'[', head.as_bytes()) {
        let (date, behind) = bracketed(&head[open..])?;
        let read =
            stamp::common(date.as_bytes(), clock).or_else(|| stamp::iso(date.as_bytes(), clock))?;
        out.time = Some(read.stamp.at);
        out.zoned = read.stamp.zoned;
        if !behind.trim().is_empty() {
            return None;
        }
    } else if head.len() != out.client.len() + 3 || !head.ends_with(" - ") {
        return None;
    }
    let (line, rest) = quoted(&s[quote..])?;
    let (code, rest) = status(rest.strip_prefix(' ')?)?;
    out.status = code;
    // Garbage that was no HTTP at all still is a request with an answer.
    (out.method, out.path) = request(line).unwrap_or(("", line));
    if out.time.is_none() {
        // uvicorn: the reason's words follow, nothing else.
        out.family = Family::Server;
        return (is_method(out.method) && line.contains(" HTTP/")).then_some(out);
    }
    let rest = rest.trim_start_matches([' ', ',']);
    let rest = if let Some((bytes, used)) = int(rest.as_bytes()) {
        out.bytes = Some(bytes);
        &rest[used..]
    } else {
        // werkzeug writes "-" and nothing behind it.
        if rest == "-" {
            out.family = Family::Server;
        }
        rest.strip_prefix('-').unwrap_or(rest)
    };
    extras(rest, &mut out);
    Some(out)
}

/// What servers add behind the size: quoted referer, agent and addresses; times by name.
fn extras<'a>(mut s: &'a str, out: &mut AccessLine<'a>) {
    let mut quotes = 0;
    while let Some(rest) = s.strip_prefix(' ') {
        if let Some((inside, behind)) = quoted(rest) {
            quotes += 1;
            if quotes == 1 {
                out.referred = inside.starts_with("http");
            }
            if quotes == 2 && inside != "-" {
                out.agent = Some(inside);
            }
            s = behind;
            continue;
        }
        let end = rest.find(' ').unwrap_or(rest.len());
        let word = &rest[..end];
        s = &rest[end..];
        if let Some((key, value)) = word.split_once('=') {
            let value = value.trim_matches('"');
            match key {
                "response-time" | "rt" | "request_time" | "rt_req" | "duration" | "time" => {
                    out.duration = seconds(value).or(out.duration);
                }
                _ => {}
            }
        } else if quotes >= 2 && out.duration.is_none() && word.contains('.') {
            // nginx's $request_time stands bare: seconds with three digits behind the point.
            let point = word.len().checked_sub(4).and_then(|at| word.as_bytes().get(at));
            if point == Some(&b'.')
                && decimal(word.as_bytes()).is_some_and(|(_, used)| used == word.len())
            {
                out.duration = seconds(word);
            }
        }
    }
}

/// `0.035`, `30000ms`, `30ms`, `0.030s`, `1.5m`: seconds.
fn seconds(s: &str) -> Option<f64> {
    let (value, used) = decimal(s.as_bytes())?;
    match &s[used..] {
        "" | "s" => Some(value),
        "ms" => Some(value / 1e3),
        "µs" | "us" => Some(value / 1e6),
        "m" => Some(value * 60.0),
        _ => None,
    }
}

/// Django's development server: `[13/Apr/2026 10:11:12] "GET / HTTP/1.1" 500 145`.
fn django<'a>(s: &'a str, clock: &Clock) -> Option<AccessLine<'a>> {
    let (date, rest) = bracketed(s)?;
    let read = stamp::common(date.as_bytes(), clock)?;
    let (line, rest) = quoted(rest.strip_prefix(' ')?)?;
    let (status, rest) = status(rest.strip_prefix(' ')?)?;
    let (method, path) = request(line).unwrap_or(("", line));
    let bytes =
        rest.strip_prefix(' ').and_then(|rest| int(rest.as_bytes())).map(|(bytes, _)| bytes);
    Some(AccessLine {
        time: Some(read.stamp.at),
        zoned: read.stamp.zoned,
        method,
        path,
        status,
        bytes,
        family: Family::Server,
        ..AccessLine::default()
    })
}

/// uWSGI: `[pid: 8|app: 0|req: 1/1] 1.2.3.4 () {40 vars in 700 bytes} [Mon Apr 13 08:13:19 2026]
/// GET / => generated 0 bytes in 3 msecs (HTTP/1.1 500) 2 headers in 71 bytes …`.
fn uwsgi<'a>(s: &'a str, clock: &Clock) -> Option<AccessLine<'a>> {
    let rest = s.strip_prefix("[pid: ")?;
    let (pid, _) = int(rest.as_bytes())?;
    let rest = rest.split_once("] ")?.1;
    let client = &rest[..rest.find(' ')?];
    let mut out = AccessLine {
        client,
        pid: u32::try_from(pid).ok(),
        family: Family::Uwsgi,
        ..AccessLine::default()
    };
    let rest = rest.split_once("} ")?.1;
    let (date, rest) = bracketed(rest)?;
    if let Some(read) = stamp::asctime(date.as_bytes(), clock) {
        out.time = Some(read.stamp.at);
        out.zoned = read.stamp.zoned;
    }
    // The path is the visitor's and may hold anything: take the last arrow.
    let arrow = rest.rfind(" => generated ")?;
    let (method, path) = rest[..arrow].strip_prefix(' ')?.split_once(' ')?;
    (out.method, out.path) = is_method(method).then_some((method, path))?;
    let rest = &rest[arrow + " => generated ".len()..];
    let (bytes, _) = int(rest.as_bytes())?;
    out.bytes = Some(bytes);
    if let Some((_, time)) = rest.split_once(" bytes in ")
        && let Some((value, used)) = decimal(time.as_bytes())
    {
        let unit = &time[used..];
        out.duration = Some(if unit.starts_with(" micros") {
            value / 1e6
        } else if unit.starts_with(" secs") {
            value
        } else {
            value / 1e3
        });
    }
    let protocol = rest.split_once("(HTTP/")?.1;
    let digits = protocol[run(protocol, |c| c != b' ' && c != b')')..].strip_prefix(' ')?;
    out.status = fixed(digits.as_bytes(), 0, 3).filter(|value| *value <= 599)? as u16;
    Some(out)
}

/// Routers: `at=error code=H12 desc="Request timeout" method=GET path="/" … service=30000ms status=503`,
/// `method=GET path="/password" status=200 duration=0.030s`.
fn router(s: &str) -> Option<AccessLine<'_>> {
    let mut out = AccessLine { family: Family::Router, ..AccessLine::default() };
    let (mut rest, mut seen_status) = (s, false);
    while !rest.is_empty() {
        rest = rest.trim_start_matches([' ', ',']);
        let key_len = run(rest, |c| c.is_ascii_alphanumeric() || c == b'_' || c == b'-');
        let Some(behind) = rest[key_len..].strip_prefix('=') else {
            // A word without a value.
            let end = rest.find(' ').unwrap_or(rest.len());
            rest = &rest[end..];
            continue;
        };
        let key = &rest[..key_len];
        let (value, after) = quoted(behind).unwrap_or_else(|| {
            let end = behind.find(' ').unwrap_or(behind.len());
            behind.split_at(end)
        });
        match key {
            "method" => out.method = value,
            "path" => out.path = value,
            "status" => {
                if let Some((code, _)) = status(value) {
                    out.status = code;
                    seen_status = true;
                }
            }
            "bytes" => out.bytes = int(value.as_bytes()).map(|(bytes, _)| bytes),
            "service" | "duration" => out.duration = seconds(value).or(out.duration),
            "code" => out.code = Some(value),
            "desc" => out.desc = Some(value),
            "host" => out.host = Some(value),
            "dyno" | "container" => out.container = (!value.is_empty()).then_some(value),
            "fwd" | "from" => out.client = value,
            "user_agent" => out.agent = Some(value),
            _ => {}
        }
        rest = after;
    }
    (seen_status && is_method(out.method) && !out.path.is_empty()).then_some(out)
}

#[cfg(test)]
#[path = "access_test.rs"]
mod tests;
