//! Prefixes that begin with an ISO date: most platforms' and loggers'. The stamp is read once,
//! then each dialect is asked whether what follows is its own.

use super::{Taken, container, logging, syslog};
use crate::log::bytes::{one_space, spaces};
use crate::log::line::Prefix;
use crate::log::stamp::{self, Clock};

/// A line that begins with `2026-04-13 07:57:44…` with an American date or with `12-Nov-18`.
pub(super) fn take<'a>(s: &'a str, clock: &Clock) -> Option<Taken<'a>> {
    let read = if s.as_bytes().get(4) == Some(&b'-') {
        stamp::iso(s.as_bytes(), clock)?
    } else if matches!(s.as_bytes().get(1..3), Some([b'/', _] | [_, b'/'])) {
        stamp::american(s.as_bytes(), clock)?
    } else if s.as_bytes().get(3).is_some_and(u8::is_ascii_alphabetic) {
        stamp::day_first(s.as_bytes(), clock)?
    } else {
        return None;
    };
    let rest = &s[read.len..];
    let mut taken = Taken { stamp: Some(read.stamp), ..Taken::default() };
    let (text, kind, arrival) = dialect(s, rest, &mut taken)?;
    taken.len = s.len() - text.len();
    taken.kind = Some(kind);
    taken.arrival = arrival;
    Some(taken)
}

fn dialect<'a>(
    s: &'a str,
    rest: &'a str,
    taken: &mut Taken<'a>,
) -> Option<(&'a str, Prefix, bool)> {
    if rest.is_empty() {
        return Some((rest, Prefix::Stamp, true));
    }
    let spaced = rest.strip_prefix(' ');
    if let Some(behind) = spaced {
        if let Some(text) = container::scalingo(behind, taken) {
            return Some((text, Prefix::Scalingo, true));
        }
        if let Some(text) = container::heroku(behind, taken) {
            return Some((text, Prefix::Heroku, true));
        }
        if let Some(text) = container::fly(behind, taken) {
            return Some((text, Prefix::Fly, true));
        }
        if let Some(text) = container::cri(behind) {
            return Some((text, Prefix::Cri, true));
        }
        if let Some(text) = container::railway(behind, taken) {
            return Some((text, Prefix::Railway, true));
        }
        if s.as_bytes()[10] == b'T'
            && let Some(text) = syslog::host_and_tag(behind, taken, true)
        {
            return Some((text, Prefix::Syslog, true));
        }
    }
    if let Some(text) = logging::after_stamp(rest, taken) {
        return Some((text, Prefix::Logging, false));
    }
    // The PythonAnywhere error log: ": " today, " :" until about 2017. Its stamp has milliseconds.
    if s.as_bytes().get(19) == Some(&b',') {
        if let Some(text) = rest.strip_prefix(": ") {
            return Some((text, Prefix::Wrapper, false));
        }
        if let Some(text) = rest.strip_prefix(" :").or_else(|| rest.strip_prefix(':')) {
            // The old form has no space of its own; indentation is even, so an odd one has.
            let own = spaces(text) % 2;
            return Some((&text[own..], Prefix::Wrapper, false));
        }
    }
    // A copied table loses the tab behind its date: `5:50:01 PMTraceback`.
    if s.as_bytes()[..s.len() - rest.len()].ends_with(b"M")
        && spaces(rest).is_multiple_of(2)
        && rest.trim_start_matches(' ').starts_with(|c: char| c.is_ascii_alphabetic())
    {
        return Some((rest, Prefix::Stamp, true));
    }
    // Anything else behind the stamp must be set off by a space, or by the tab of a table.
    let cell = || rest.strip_prefix('\t');
    one_space(rest).or_else(cell).map(|text| (text, Prefix::Stamp, true))
}

/// `1759859767375<tab>` before the same instant as a date: the first column of a log viewer's export.
pub(super) fn milliseconds(s: &str) -> Option<Taken<'_>> {
    let (number, rest) = s.split_once('\t')?;
    let digits = matches!(number.len(), 13 | 16 | 19) && number.bytes().all(|c| c.is_ascii_digit());
    (digits && rest.as_bytes().first().is_some_and(u8::is_ascii_digit))
        .then(|| Taken::until(s, rest, Prefix::Paste))
}
