//! Takes the prefixes of platforms, servers and loggers off a line.
//!
//! Prefixes nest: a container platform's stands before the app server's, that before the app's
//! own. Each dialect is one small hand-written parser; the first byte chooses which ones are
//! asked, and they are asked again until none matches. What is left is the app's own line with
//! its own indentation, so a dialect takes exactly one separator and never trims.

mod apache;
mod bracket;
mod compose;
mod container;
mod iso;
mod json;
mod logging;
mod nginx;
mod passenger;
mod paste;
mod syslog;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use super::bytes;
use super::line::{Level, Line, Prefix, Stamp};
use super::stamp::Clock;

pub use json::unfold_json;

/// How many prefixes may stand before one line; more is no log.
const MOST: usize = 8;

/// What the lines before told about the next: number, clock, habits of the stream.
#[derive(Debug, Clone, Default)]
pub struct PrefixCtx {
    /// Number given to the next line; the caller counts.
    pub no: u64,
    pub clock: Clock,
    /// A Compose-like name without a number that the line before began with, hashed.
    compose_name: u64,
    /// Year, for stamps that lost their first characters in a paste.
    year: Option<i16>,
}

impl PrefixCtx {
    /// For a file whose stamps follow `clock`.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self { no: 1, clock, compose_name: 0, year: None }
    }
}

/// One prefix that was recognised.
#[derive(Debug, Default, Clone, Copy)]
struct Taken<'a> {
    len: usize,
    stamp: Option<Stamp>,
    /// The stamp says when the line arrived somewhere, not when the app wrote it.
    arrival: bool,
    level: Option<Level>,
    pid: Option<u32>,
    container: Option<&'a str>,
    program: Option<&'a str>,
    kind: Option<Prefix>,
    /// Bytes to drop at the end of the line (Apache's referer, the end of a code span).
    tail: usize,
}

impl<'a> Taken<'a> {
    /// The prefix that ends where `rest`, a tail of `line`, begins.
    fn until(line: &'a str, rest: &'a str, kind: Prefix) -> Self {
        Self { len: line.len() - rest.len(), kind: Some(kind), ..Self::default() }
    }
}

/// Takes every prefix off one line. Total and linear; allocates nothing.
pub fn strip<'a>(raw: &'a str, ctx: &mut PrefixCtx) -> Line<'a> {
    let raw = raw.trim_end_matches(['\r', '\n']);
    let mut line = Line { no: ctx.no, raw, text: raw, ..Line::default() };
    let start = paste::before_end_tags(raw).trim_start_matches(['\u{feff}', '\0']);
    line.text = start;
    // A log pasted into a list or a code block is indented as a whole, stamps included.
    let margin = start.trim_start_matches([' ', '\t']);
    if margin.len() < start.len() && stamped_margin(margin, ctx) {
        line.text = margin;
    }
    let mut arrived = false;
    strip_more(&mut line, ctx, &mut arrived);
    if line.stamp.is_none() && line.text.starts_with(UWSGI_START) {
        line.stamp = uwsgi_start(line.text, &ctx.clock);
    }
    line
}

/// uWSGI's first line; in a log without stamps the only one that says when it was written.
const UWSGI_START: &str = "*** Starting uWSGI ";

/// `*** Starting uWSGI 2.0.31 (64bit) on [Sat Nov 21 02:40:46 2026] ***`
fn uwsgi_start(text: &str, clock: &Clock) -> Option<Stamp> {
    let (_, date) = text.split_once(" on [")?;
    Some(super::stamp::asctime(date.as_bytes(), clock)?.stamp)
}

/// Whether the first words behind an indentation are a prefix with a date: the app's own
/// indented lines do not begin so.
fn stamped_margin(s: &str, ctx: &mut PrefixCtx) -> bool {
    let digit = |at: usize| s.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    (digit(0) || (s.starts_with('[') && digit(1)))
        && take(s, ctx, &Line::default()).is_some_and(|taken| taken.stamp.is_some())
}

/// Takes off what still stands before `line.text`.
fn strip_more(line: &mut Line<'_>, ctx: &mut PrefixCtx, arrived: &mut bool) {
    for _ in 0..MOST {
        let Some(taken) = take(line.text, ctx, line) else { break };
        if taken.len == 0 || taken.len > line.text.len() {
            break;
        }
        let text = &line.text[taken.len..];
        line.text = &text[..text.len() - taken.tail.min(text.len())];
        if let Some(stamp) = taken.stamp {
            if !*arrived {
                line.stamp = Some(stamp);
            }
            *arrived |= taken.arrival;
            ctx.year = Some(stamp.at.to_zoned(jiff::tz::TimeZone::UTC).year());
        }
        line.level = taken.level.or(line.level);
        line.pid = taken.pid.or(line.pid);
        line.container = taken.container.or(line.container);
        line.program = taken.program.or(line.program);
        if let Some(kind) = taken.kind {
            line.prefixes.insert(kind);
        }
    }
}

/// The prefix at the start of `s`.
fn take<'a>(s: &'a str, ctx: &mut PrefixCtx, line: &Line<'_>) -> Option<Taken<'a>> {
    let outermost = line.prefixes.is_empty();
    whole(s, ctx, line).or_else(|| if outermost { apache::cut(s) } else { None })
}

/// The prefix at the start of `s`, if nothing was cut off it.
fn whole<'a>(s: &'a str, ctx: &mut PrefixCtx, line: &Line<'_>) -> Option<Taken<'a>> {
    let outermost = line.prefixes.is_empty();
    match *s.as_bytes().first()? {
        b'0'..=b'9' => iso::take(s, &ctx.clock)
            .or_else(|| nginx::take(s, &ctx.clock))
            .or_else(|| syslog::octet_counted(s, &ctx.clock))
            .or_else(|| compose::foreman(s))
            .or_else(|| syslog::numbered_month(s, &ctx.clock))
            .or_else(|| if outermost { iso::milliseconds(s) } else { None })
            .or_else(|| container::cut(s, ctx)),
        b'[' => bracket::take(s, &ctx.clock).or_else(|| passenger::own(s, &ctx.clock)),
        b'<' => syslog::with_priority(s, &ctx.clock)
            .or_else(|| if outermost { paste::tags(s) } else { None }),
        b'-' | b':' | b'T' | b'.' if outermost && container::looks_cut(s) => container::cut(s, ctx),
        b'>' if outermost => paste::quote(s),
        b'`' if outermost => paste::fence(s).or_else(|| paste::span(s)),
        b'A'..=b'Z' => bracket::uwsgi_date(s, &ctx.clock)
            .or_else(|| passenger::app(s))
            .or_else(|| syslog::take(s, &ctx.clock))
            .or_else(|| logging::level_first(s, &ctx.clock))
            .or_else(|| if outermost { compose::take(s, ctx) } else { None }),
        b'a'..=b'z' => container::bare(s)
            .or_else(|| apache::mod_wsgi(s))
            .or_else(|| if outermost { compose::take(s, ctx) } else { None })
            .or_else(|| syslog::take(s, &ctx.clock)),
        0x80.. => syslog::take(s, &ctx.clock),
        _ => None,
    }
}

/// Takes the prefixes off one raw line and calls `f` for each line that it stands for: a JSON
/// line or one with `#012` in it is several; ANSI colours are removed. `ctx.no` is kept.
pub fn strip_all(raw: &str, ctx: &mut PrefixCtx, f: &mut impl FnMut(&Line<'_>)) {
    let clean = paste::plain(without_ansi(raw));
    if let Some(unfolded) = unfold_json(&clean) {
        for part in unfolded.split('\n') {
            let mut line = strip(part, ctx);
            line.prefixes.insert(Prefix::Json);
            f(&line);
        }
        return;
    }
    let line = strip(&clean, ctx);
    if folded(&line) {
        for part in unfold(&line, ctx) {
            f(&part);
        }
    } else {
        f(&line);
    }
}

/// Whether the line's text holds newlines that its transport wrote as `#012`
/// (syslog's escape; the server log of `PythonAnywhere`).
pub fn folded(line: &Line<'_>) -> bool {
    (line.prefixes.has(Prefix::Stamp)
        || line.prefixes.has(Prefix::Syslog)
        || line.prefixes.has(Prefix::Syslog5424))
        && memchr::memmem::find(line.text.as_bytes(), b"#012").is_some()
}

/// The lines that a [`folded`] one stands for, each with the stamp and number of the whole and
/// with its own inner prefixes taken off; an empty last one is left out.
pub fn unfold<'a>(line: &Line<'a>, ctx: &mut PrefixCtx) -> Vec<Line<'a>> {
    let text = line.text.strip_suffix("#012").unwrap_or(line.text);
    text.split("#012")
        .map(|part| {
            let mut one = Line { text: part, ..line.clone() };
            let mut arrived = true;
            strip_more(&mut one, ctx, &mut arrived);
            one
        })
        .collect()
}

/// The line without ANSI escape sequences; borrowed where it has none.
#[must_use]
pub fn without_ansi(s: &str) -> Cow<'_, str> {
    if memchr::memchr(0x1b, s.as_bytes()).is_none() {
        return Cow::Borrowed(s);
    }
    let mut out = String::with_capacity(s.len());
    let mut rest = s;
    while let Some(at) = rest.find('\u{1b}') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(sequence) = rest.strip_prefix('[') {
            // CSI: parameters, then one letter.
            let len = bytes::run(sequence, |c| (0x20..0x40).contains(&c));
            let last = usize::from(sequence.as_bytes().get(len).is_some_and(u8::is_ascii));
            rest = &sequence[len + last..];
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}
