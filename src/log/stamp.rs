//! The ways in which logs write a time, and the instant that is meant.
//!
//! Every parser reads from the start of a slice and says how many bytes it took; none guesses
//! where a stamp begins. A stamp without an offset is placed by the [`Clock`] of its file.

use jiff::{Timestamp, civil, tz::TimeZone};

use super::bytes::{fixed, int};
use super::line::Stamp;

/// What a file's stamps leave out: zone and year.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    /// Seconds east of UTC where the zone has one fixed offset.
    fixed: i32,
    /// The zone, where its offset changes over the year.
    zone: Option<TimeZone>,
    /// "Now" of the log: syslog stamps name no year and are placed at most two days after this.
    pub reference: Option<Timestamp>,
}

impl Clock {
    /// Stamps without offset are in `zone`; those without year are before `reference`.
    #[must_use]
    pub fn new(zone: &TimeZone, reference: Option<Timestamp>) -> Self {
        match zone.to_fixed_offset() {
            Ok(offset) => Self { fixed: offset.seconds(), zone: None, reference },
            Err(_) => Self { fixed: 0, zone: Some(zone.clone()), reference },
        }
    }

    /// Stamps without offset are UTC.
    #[must_use]
    pub fn utc(reference: Option<Timestamp>) -> Self {
        Self { fixed: 0, zone: None, reference }
    }
}

/// A stamp that was read and how many bytes it took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Read {
    pub stamp: Stamp,
    pub len: usize,
}

/// Date and time as written, before a zone is applied.
#[derive(Debug, Clone, Copy)]
struct Civil {
    year: i32,
    month: u32,
    day: u32,
    hour: u32,
    minute: u32,
    second: u32,
    nanos: u32,
}

/// Days from 1970-01-01, proleptic Gregorian (Howard Hinnant's `days_from_civil`,
/// <https://howardhinnant.github.io/date_algorithms.html>); jiff's way is several times slower here.
fn days(year: i32, month: u32, day: u32) -> i64 {
    let y = i64::from(if month <= 2 { year - 1 } else { year });
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let doy =
        (153 * (i64::from(month) + if month > 2 { -3 } else { 9 }) + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468
}

fn month_length(year: i32, month: u32) -> u32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl Civil {
    fn valid(&self) -> bool {
        (1..=12).contains(&self.month)
            && (1..=month_length(self.year, self.month)).contains(&self.day)
            && self.hour < 24
            && self.minute < 60
            && self.second <= 60
            && (1970..=9990).contains(&self.year)
    }

    fn at(&self, offset: Option<i32>, clock: &Clock) -> Option<Stamp> {
        if !self.valid() {
            return None;
        }
        // A leap second is the last second of its minute here.
        let second = self.second.min(59);
        if let (None, Some(zone)) = (offset, &clock.zone) {
            let local = civil::DateTime::new(
                self.year as i16,
                self.month as i8,
                self.day as i8,
                self.hour as i8,
                self.minute as i8,
                second as i8,
                self.nanos as i32,
            );
            let at = zone.to_timestamp(local.ok()?).ok()?;
            return Some(Stamp { at, zoned: false });
        }
        let seconds = days(self.year, self.month, self.day) * 86_400
            + i64::from(self.hour * 3600 + self.minute * 60 + second)
            - i64::from(offset.unwrap_or(clock.fixed));
        let at = Timestamp::new(seconds, self.nanos as i32).ok()?;
        Some(Stamp { at, zoned: offset.is_some() })
    }
}

/// `HH:MM:SS`, then `.` or `,` and any number of digits.
fn time(b: &[u8]) -> Option<(u32, u32, u32, u32, usize)> {
    let hour = fixed(b, 0, 2)?;
    let minute = (b.get(2) == Some(&b':')).then(|| fixed(b, 3, 2))??;
    let second = (b.get(5) == Some(&b':')).then(|| fixed(b, 6, 2))??;
    let (nanos, len) = fraction(b, 8);
    Some((hour, minute, second, nanos, len))
}

/// A time whose clock may have twelve hours: then the hour may have one digit, and ` AM` or ` PM`
/// follows. Its length includes these.
fn twelve_hours(s: &[u8], at: usize) -> Option<(u32, u32, u32, u32, usize)> {
    let (mut hour, minute, second, nanos, mut used) = if s.get(at + 1) == Some(&b':') {
        let mut padded = [b'0'; 33];
        let take = s.len().saturating_sub(at).min(32);
        padded[1..=take].copy_from_slice(&s[at..at + take]);
        let (hour, minute, second, nanos, used) = time(&padded[..=take])?;
        (hour, minute, second, nanos, used - 1)
    } else {
        time(s.get(at..)?)?
    };
    // browsers write a narrow space
    let rest = s.get(at + used..)?;
    let gap = if rest.starts_with("\u{202f}".as_bytes()) { 3 } else { 1 };
    match rest.get(gap..gap + 2) {
        Some(b"AM") if gap == 3 || rest[0] == b' ' => hour %= 12,
        Some(b"PM") if gap == 3 || rest[0] == b' ' => hour = hour % 12 + 12,
        _ => return Some((hour, minute, second, nanos, used)),
    }
    used += gap + 2;
    Some((hour, minute, second, nanos, used))
}

/// Nanoseconds of `.123` or `,123` at `at`, and the position behind it.
fn fraction(b: &[u8], at: usize) -> (u32, usize) {
    if !matches!(b.get(at), Some(b'.' | b',')) {
        return (0, at);
    }
    let digits = b[at + 1..].iter().take_while(|c| c.is_ascii_digit()).count();
    if digits == 0 {
        return (0, at);
    }
    let mut nanos = 0;
    for i in 0..9 {
        let digit = if i < digits { u32::from(b[at + 1 + i] - b'0') } else { 0 };
        nanos = nanos * 10 + digit;
    }
    (nanos, at + 1 + digits)
}

/// `Z`, `+02:00`, `+0200` or `+02` at the start: seconds east of UTC and length.
fn numeric_offset(b: &[u8]) -> Option<(i32, usize)> {
    let sign = match b.first()? {
        b'Z' | b'z' if !b.get(1).is_some_and(u8::is_ascii_alphanumeric) => return Some((0, 1)),
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let hours = fixed(b, 1, 2)?;
    let (minutes, len) = if b.get(3) == Some(&b':') {
        (fixed(b, 4, 2)?, 6)
    } else if let Some(minutes) = fixed(b, 3, 2) {
        (minutes, 5)
    } else {
        (0, 3)
    };
    if hours > 18 || minutes > 59 || b.get(len).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    Some((sign * (hours * 3600 + minutes * 60) as i32, len))
}

/// Zone words that logs print; where one means several zones, the one that servers use.
fn zone_word(b: &[u8]) -> Option<(i32, usize)> {
    let len = b.iter().take_while(|c| c.is_ascii_uppercase()).count();
    if !(3..=5).contains(&len) || b.get(len).is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    let minutes = match &b[..len] {
        b"UTC" | b"GMT" | b"WET" => 0,
        b"CET" | b"BST" | b"WEST" => 60,
        b"CEST" | b"EET" | b"SAST" => 120,
        b"EEST" | b"MSK" => 180,
        b"IST" => 330,
        b"SGT" | b"HKT" | b"AWST" => 480,
        b"JST" | b"KST" => 540,
        b"AEST" => 600,
        b"AEDT" => 660,
        b"NZST" => 720,
        b"EDT" => -240,
        b"EST" | b"CDT" => -300,
        b"CST" | b"MDT" => -360,
        b"MST" | b"PDT" => -420,
        b"PST" => -480,
        _ => return None,
    };
    Some((minutes * 60, len))
}

/// `2026-04-13 07:57:44`, with `T`, with `/`, with a fraction, with an offset behind or after one
/// space, with Go's zone word behind that (`+0100 CET`, `-0300 -03`), with a 12-hour clock.
#[must_use]
pub fn iso(s: &[u8], clock: &Clock) -> Option<Read> {
    if s.len() < 19
        || !matches!(s[4], b'-' | b'/')
        || s[7] != s[4]
        || !matches!(s[10], b'T' | b' ' | b't' | b'_')
    {
        return None;
    }
    let (year, month, day) = (fixed(s, 0, 4)?, fixed(s, 5, 2)?, fixed(s, 8, 2)?);
    let (hour, minute, second, nanos, used) = twelve_hours(s, 11)?;
    let mut len = 11 + used;
    let mut offset = None;
    let gap = usize::from(s.get(len) == Some(&b' '));
    if let Some((seconds, used)) = numeric_offset(&s[len + gap..]) {
        // "12:00:00 -07 …" is text, not a zone: behind a space four digits are wanted.
        if gap == 0 || used >= 5 {
            offset = Some(seconds);
            len += gap + used;
            len += go_zone_name(&s[len..]);
        }
    } else if let Some((seconds, used)) = zone_word(&s[len + gap..]) {
        offset = Some(seconds);
        len += gap + used;
    }
    let civil = Civil { year: year as i32, month, day, hour, minute, second, nanos };
    Some(Read { stamp: civil.at(offset, clock)?, len })
}

/// Length of ` CET` or ` -03` behind a numeric offset.
fn go_zone_name(s: &[u8]) -> usize {
    if s.first() != Some(&b' ') {
        return 0;
    }
    let rest = &s[1..];
    let len = match rest.first() {
        Some(b'+' | b'-') => 1 + rest[1..].iter().take_while(|c| c.is_ascii_digit()).count(),
        _ => rest.iter().take_while(|c| c.is_ascii_uppercase()).count(),
    };
    let ends = matches!(rest.get(len), None | Some(b' '));
    if ends && (3..=5).contains(&len) && !is_level(&rest[..len]) { 1 + len } else { 0 }
}

/// Level words look like zone words.
fn is_level(word: &[u8]) -> bool {
    matches!(word, b"INFO" | b"WARN" | b"ERROR" | b"DEBUG" | b"FATAL" | b"CRIT" | b"ERR" | b"TRACE")
}

/// A month's name at the start: English fast, then what journals of other languages print.
#[rustfmt::skip]
fn month(b: &[u8]) -> Option<(u32, usize)> {
    const ENGLISH: [&[u8; 3]; 12] = [
        b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec",
    ];
    const OTHERS: [(&str, u32); 47] = [
        ("janv.", 1), ("jan", 1), ("ene", 1), ("gen", 1), ("янв", 1), ("févr.", 2), ("fev", 2), ("feb", 2),
        ("фев", 2), ("mars", 3), ("mär", 3), ("mar", 3), ("мар", 3), ("avril", 4), ("abr", 4), ("apr", 4),
        ("апр", 4), ("mai", 5), ("mag", 5), ("may", 5), ("май", 5), ("juin", 6), ("giu", 6), ("jun", 6),
        ("июн", 6), ("juil.", 7), ("lug", 7), ("jul", 7), ("июл", 7), ("août", 8), ("ago", 8), ("aug", 8),
        ("авг", 8), ("sept.", 9), ("sep", 9), ("set", 9), ("сен", 9), ("okt", 10), ("oct.", 10), ("out", 10),
        ("окт", 10), ("nov", 11), ("ноя", 11), ("déc.", 12), ("dez", 12), ("dic", 12), ("дек", 12),
    ];
    let head = b.get(..3)?;
    if let Some(i) = ENGLISH.iter().position(|name| name.as_slice() == head) {
        return Some((i as u32 + 1, 3));
    }
    if let Some((number, len)) = int(b) {
        // Chinese and Japanese: "12月 21".
        let sign = "月".as_bytes();
        return b[len..].starts_with(sign).then_some((number as u32, len + sign.len()));
    }
    // A day follows each name: most lines of text end here.
    let take = b.len().min(12);
    if !b[..take].contains(&b' ') || !b[..b.len().min(20)].iter().any(u8::is_ascii_digit) {
        return None;
    }
    let text = String::from_utf8_lossy(&b[..take]).to_lowercase();
    let (name, number) = OTHERS.iter().find(|(name, _)| text.starts_with(name))?;
    let mut len = name.len();
    len += usize::from(b.get(len) == Some(&b'.'));
    (b.get(len) == Some(&b' ')).then_some((*number, len))
}

/// The day of a month, padded with a space or not, and its length.
fn day(b: &[u8]) -> Option<(u32, usize)> {
    let pad = usize::from(b.first() == Some(&b' '));
    let (value, len) = int(&b[pad..])?;
    (len <= 2).then_some((value as u32, pad + len))
}

/// uWSGI's, Apache's and C's `Mon Apr 13 08:13:19 2026`, fraction and zone word allowed.
#[must_use]
pub fn asctime(s: &[u8], clock: &Clock) -> Option<Read> {
    const WEEKDAYS: [&[u8; 3]; 7] = [b"Mon", b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun"];
    let head = s.get(..4)?;
    if head[3] != b' ' || !WEEKDAYS.iter().any(|day| day.as_slice() == &head[..3]) {
        return None;
    }
    let (month, used) = month(&s[4..])?;
    let mut at = 4 + used;
    at += usize::from(s.get(at) == Some(&b' '));
    let (day, used) = day(s.get(at..)?)?;
    at += used;
    (s.get(at) == Some(&b' ')).then_some(())?;
    let (hour, minute, second, nanos, used) = time(&s[at + 1..])?;
    at += 1 + used;
    (s.get(at) == Some(&b' ')).then_some(())?;
    let mut offset = None;
    if let Some((seconds, used)) = zone_word(&s[at + 1..]) {
        offset = Some(seconds);
        at += 1 + used;
        (s.get(at) == Some(&b' ')).then_some(())?;
    }
    let year = fixed(s, at + 1, 4)? as i32;
    let civil = Civil { year, month, day, hour, minute, second, nanos };
    Some(Read { stamp: civil.at(offset, clock)?, len: at + 5 })
}

/// Syslog's and journald's `Apr 13 08:13:19`, with a fraction, with a 12-hour clock (Render's
/// dashboard), a comma behind the day, or a year behind the day. Needs `clock.reference` for the year.
#[must_use]
pub fn syslog(s: &[u8], clock: &Clock) -> Option<Read> {
    let (month, mut at) = month(s)?;
    (s.get(at) == Some(&b' ')).then_some(())?;
    at += 1;
    let (day, used) = day(s.get(at..)?)?;
    at += used;
    at += usize::from(s.get(at) == Some(&b','));
    (s.get(at) == Some(&b' ')).then_some(())?;
    at += 1;
    let mut year = None;
    if let (Some(written), Some(b' ' | b',')) = (fixed(s, at, 4), s.get(at + 4)) {
        year = Some(written as i32);
        at += 5 + usize::from(s.get(at + 5) == Some(&b' '));
    }
    let (hour, minute, second, nanos, used) = twelve_hours(s, at)?;
    at += used;
    let civil = Civil { year: year.unwrap_or(0), month, day, hour, minute, second, nanos };
    let stamp = if year.is_some() { civil.at(None, clock)? } else { infer_year(civil, clock)? };
    Some(Read { stamp, len: at })
}

/// `12-Nov-18 09:33:04` and `12 Nov 2018 09:33:04,391`: the day before an English month.
#[must_use]
pub fn day_first(s: &[u8], clock: &Clock) -> Option<Read> {
    let (day, at) = day(s)?;
    let mark = *s.get(at).filter(|&&c| matches!(c, b'-' | b' '))?;
    let (month, used) = month(s.get(at + 1..at + 4)?)?;
    let at = at + 1 + used;
    (s.get(at) == Some(&mark)).then_some(())?;
    let (year, used) = match fixed(s, at + 1, 4) {
        Some(year) => (year, 4),
        None => (2000 + fixed(s, at + 1, 2)?, 2),
    };
    let at = at + 1 + used;
    (s.get(at) == Some(&b' ')).then_some(())?;
    let (hour, minute, second, nanos, used) = time(s.get(at + 1..)?)?;
    let civil = Civil { year: year as i32, month, day, hour, minute, second, nanos };
    Some(Read { stamp: civil.at(None, clock)?, len: at + 1 + used })
}

/// `7/18/2026, 6:40:04 AM`: what browsers make of a date in the United States, where viewers of
/// logs take it from. Without AM or PM the day may stand first, so nothing is read.
#[must_use]
pub fn american(s: &[u8], clock: &Clock) -> Option<Read> {
    let number = |at: usize| {
        let len = if s.get(at + 1).is_some_and(u8::is_ascii_digit) { 2 } else { 1 };
        (s.get(at + len) == Some(&b'/')).then(|| Some((fixed(s, at, len)?, at + len + 1)))?
    };
    let (month, at) = number(0)?;
    let (day, at) = number(at)?;
    let year = fixed(s, at, 4)? as i32;
    let mut at = at + 4;
    at += usize::from(s.get(at) == Some(&b','));
    (s.get(at) == Some(&b' ')).then_some(())?;
    let (hour, minute, second, nanos, used) = twelve_hours(s, at + 1)?;
    let len = at + 1 + used;
    (s.get(len - 1) == Some(&b'M')).then_some(())?;
    let civil = Civil { year, month, day, hour, minute, second, nanos };
    Some(Read { stamp: civil.at(None, clock)?, len })
}

/// The newest year that puts the stamp at most two days after the reference.
fn infer_year(mut civil: Civil, clock: &Clock) -> Option<Stamp> {
    let reference = clock.reference?;
    let latest = reference.as_second().saturating_add(2 * 86_400);
    let newest = 1970 + (latest / 31_556_952) as i32 + 1;
    // Eight years hold a 29 February, also around 2100.
    for year in ((newest - 9).max(1970)..=newest).rev() {
        civil.year = year;
        if let Some(stamp) = civil.at(None, clock)
            && stamp.at.as_second() <= latest
        {
            return Some(stamp);
        }
    }
    None
}

/// The access logs' `13/Apr/2026:07:57:44 +0000`; Django's development server leaves out the
/// offset and writes a space behind the year.
#[must_use]
pub fn common(s: &[u8], clock: &Clock) -> Option<Read> {
    let (day, mut at) = day(s)?;
    (s.get(at) == Some(&b'/')).then_some(())?;
    let (month, used) = month(s.get(at + 1..)?)?;
    at += 1 + used;
    (s.get(at) == Some(&b'/')).then_some(())?;
    let year = fixed(s, at + 1, 4)? as i32;
    at += 5;
    matches!(s.get(at), Some(b':' | b' ')).then_some(())?;
    let (hour, minute, second, nanos, used) = time(&s[at + 1..])?;
    at += 1 + used;
    let mut offset = None;
    if s.get(at) == Some(&b' ')
        && let Some((seconds, used)) = numeric_offset(&s[at + 1..])
    {
        offset = Some(seconds);
        at += 1 + used;
    }
    let civil = Civil { year, month, day, hour, minute, second, nanos };
    Some(Read { stamp: civil.at(offset, clock)?, len: at })
}

/// Seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by the digits.
#[must_use]
pub fn epoch(s: &[u8]) -> Option<Read> {
    let digits = s.iter().take_while(|c| c.is_ascii_digit()).count();
    let (seconds, nanos, len) = match digits {
        10 => {
            let (nanos, len) = fraction(s, 10);
            (int(s)?.0, nanos, len)
        }
        13 | 16 => {
            let unit = 10u64.pow(digits as u32 - 10);
            let (value, len) = int(s)?;
            (value / unit, (value % unit) as u32 * (1_000_000_000 / unit) as u32, len)
        }
        19 => (int(&s[..10])?.0, int(&s[10..19])?.0 as u32, 19),
        _ => return None,
    };
    let at = Timestamp::new(i64::try_from(seconds).ok()?, nanos as i32).ok()?;
    Some(Read { stamp: Stamp { at, zoned: true }, len })
}

/// Any of the forms above; for values that are nothing but a time (JSON fields, events).
#[must_use]
pub fn any(s: &str, clock: &Clock) -> Option<Stamp> {
    let b = s.trim().as_bytes();
    let read = iso(b, clock)
        .or_else(|| asctime(b, clock))
        .or_else(|| common(b, clock))
        .or_else(|| syslog(b, clock))
        .or_else(|| american(b, clock))
        .or_else(|| day_first(b, clock))
        .or_else(|| epoch(b))?;
    Some(read.stamp)
}

#[cfg(test)]
#[path = "stamp_test.rs"]
mod tests;
