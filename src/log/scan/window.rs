//! A window of time at the end of a large log: entered where it begins instead of read up to there.

use jiff::Timestamp;

use super::scanner::Scanner;
use super::{LARGE, ORDER_LINES};
use crate::log::access;
use crate::log::events::FileEvents;
use crate::log::line::Line;
use crate::log::prefix::{PrefixCtx, strip};
use crate::log::read::{LogReader, ReadError, find_offset};
use crate::model::LogKind;

/// Enters a log whose stamps ascend shortly before `since`; the lines that were left out, where
/// they are few enough to be counted. A log that cannot be entered comes back as it was.
pub(super) fn enter(
    log: LogReader,
    since: Timestamp,
    head: &str,
    scanner: &mut Scanner<'_>,
) -> Result<(LogReader, Option<u64>), ReadError> {
    if !log.can_be_entered() || log.size().is_none_or(|bytes| bytes <= LARGE) {
        return Ok((log, Some(0)));
    }
    let (kind, ctx) = (scanner.kind, &mut scanner.ctx);
    let stamps: Vec<Timestamp> =
        head.lines().take(ORDER_LINES).filter_map(|raw| stamp_of(raw, kind, ctx)).collect();
    let falls = stamps.windows(2).filter(|pair| pair[1] < pair[0]).count();
    let Some(&first) = stamps.first() else { return Ok((log, Some(0))) };
    // Requests are logged when they end, so a few stand behind later ones.
    if first >= since || falls * 20 > stamps.len() {
        return Ok((log, Some(0)));
    }
    let offset = find_offset(log.path(), since, |raw| stamp_of(raw, kind, ctx)).unwrap_or(0);
    if offset == 0 {
        return Ok((log, Some(0)));
    }
    let log = log.enter(offset)?;
    // What was passed over was seen, though not read: the log begins where it begins.
    scanner.first_time = Some(first);
    scanner.last_time = Some(first);
    let before = log.lines_before();
    Ok((log, before))
}

/// Lines of a log entered so far behind its start that nobody counted have no numbers.
pub(super) fn without_line_numbers(events: &mut FileEvents) {
    for place in events
        .facts
        .iter_mut()
        .chain(&mut events.unexplained)
        .flat_map(|fact| [&mut fact.place, &mut fact.last_place])
        .flatten()
    {
        place.line = None;
        place.end_line = None;
    }
}

fn stamp_of(raw: &str, kind: LogKind, ctx: &mut PrefixCtx) -> Option<Timestamp> {
    let requests = kind == LogKind::Access;
    let line = Line { raw, text: raw, ..Line::default() };
    let request = if requests { access::parse(&line, &ctx.clock) } else { None };
    request.and_then(|request| request.time).or_else(|| strip(raw, ctx).stamp.map(|stamp| stamp.at))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use crate::log::prefilter::Prefilter;
    use crate::log::read::LogReader;
    use crate::log::scan::scanner::Scanner;
    use crate::log::scan::{ScanOptions, scan};
    use crate::model::{LogFile, LogKind};
    use crate::rules::Rules;

    #[test]
    fn a_window_of_an_access_log_is_entered() {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        let mut text = String::new();
        for minute in 0..28_000u32 {
            let (day, hour) = (1 + minute / 1440, minute / 60 % 24);
            let status = if minute % 100 == 7 { 500 } else { 200 };
            text += &format!(
                "203.0.113.9 - - [{day:02}/Apr/2026:{hour:02}:{:02}:00 +0000] \"GET /shop HTTP/1.1\" {status} 512 \"-\" \"x\"\n",
                minute % 60
            );
        }
        file.write_all(text.as_bytes()).expect("written");
        let kind = Some(LogKind::Access);
        let log = LogFile { path: file.path().to_owned(), shown: "a.log".into(), kind };
        let since = "2026-04-20T00:00:00Z".parse().ok();
        let options = ScanOptions { since, ..ScanOptions::default() };
        let prefilter = Prefilter::new(Rules::embedded());
        let reader = LogReader::open(file.path()).expect("readable");
        let mut scanner = Scanner::new("a.log", LogKind::Access, &options, &prefilter);
        let head = reader.peek();
        let (entered, before) =
            super::enter(reader, since.expect("a time"), &head, &mut scanner).expect("entered");
        assert!(entered.start() > text.len() as u64 / 2, "{}", entered.start());
        assert!(before.is_some_and(|lines| lines > 10_000));
        let facts = scan(&[log], &options, Rules::embedded());
        assert_eq!(facts.logs[0].lines, text.lines().count() as u64);
        assert_eq!(
            facts.logs[0].last.map(|at| at.to_string()).as_deref(),
            Some("2026-04-20T10:39:00Z")
        );
    }

    #[test]
    fn a_window_at_the_end_gives_what_reading_all_would() {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        let mut text = String::new();
        for minute in 0..30_000u32 {
            let (day, hour) = (1 + minute / 1440, minute / 60 % 24);
            let stamp = format!("2026-04-{day:02} {hour:02}:{:02}:00,000", minute % 60);
            text += &format!("{stamp}: order {minute} was placed and paid by a customer\n");
            if minute % 1000 == 999 {
                text += &format!(
                    "{stamp}: Exception on /pay{minute} [GET]\nTraceback (most recent call last):\n  \
                     File \"/srv/shop/app.py\", line 7, in pay\n    total = basket['sum']\nKeyError: 'sum'\n"
                );
            }
        }
        file.write_all(text.as_bytes()).expect("written");
        let log = LogFile { path: file.path().to_owned(), shown: "e.log".into(), kind: None };
        let options =
            ScanOptions { since: "2026-04-20T00:00:00Z".parse().ok(), ..ScanOptions::default() };
        let facts = scan(std::slice::from_ref(&log), &options, Rules::embedded());
        let found: Vec<_> = facts
            .facts
            .iter()
            .filter_map(|fact| Some((fact.route.clone()?, fact.place.as_ref()?.line?)))
            .collect();
        let wanted: Vec<_> = text
            .lines()
            .enumerate()
            .filter(|(_, line)| line.contains("Exception on") && *line > "2026-04-20")
            .map(|(at, line)| {
                let route = line.split(' ').nth(4).unwrap_or_default();
                (route.to_owned(), u32::try_from(at + 2).expect("small"))
            })
            .collect();
        assert_eq!(found, wanted);
        let log = &facts.logs[0];
        assert_eq!(log.first.map(|at| at.to_string()).as_deref(), Some("2026-04-01T00:00:00Z"));
        assert_eq!(log.lines, text.lines().count() as u64);
    }
}
