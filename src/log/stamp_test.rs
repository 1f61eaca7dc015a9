//! Every way to write a time, and what is none.

use super::*;

fn clock() -> Clock {
    Clock::utc("2026-11-21T03:00:00Z".parse().ok())
}

fn show(stamp: Option<Stamp>) -> String {
    stamp.map_or_else(
        || "-".to_owned(),
        |stamp| format!("{} {}", stamp.at, if stamp.zoned { "z" } else { "n" }),
    )
}

#[test]
fn forms() {
    for (written, wanted) in [
        ("2026-04-13 07:57:44", "2026-04-13T07:57:44Z n"),
        ("2026-04-13T07:57:44.5Z", "2026-04-13T07:57:44.5Z z"),
        ("2026-04-13T07:57:44,123456789123+02:00", "2026-04-13T05:57:44.123456789Z z"),
        ("2026/04/13 07:57:44", "2026-04-13T07:57:44Z n"),
        ("2018-02-23 16:46:15 +0100 CET", "2018-02-23T15:46:15Z z"),
        ("2018-02-23 16:46:15 UTC", "2018-02-23T16:46:15Z z"),
        ("2024-02-29 00:00:00", "2024-02-29T00:00:00Z n"),
        ("2023-02-29 00:00:00", "-"),
        ("2016-12-31 23:59:60", "2016-12-31T23:59:59Z n"),
        ("2026-04-13 24:00:00", "-"),
        ("0000-01-01 00:00:00", "-"),
        ("Mon Apr 13 08:13:19 2026", "2026-04-13T08:13:19Z n"),
        ("Mon Apr  3 08:13:19.25 2026", "2026-04-03T08:13:19.25Z n"),
        ("Mon Apr 13 08:13:19 CEST 2026", "2026-04-13T06:13:19Z z"),
        ("13/Apr/2026:07:57:44 +0000", "2026-04-13T07:57:44Z z"),
        ("13/Apr/2026:07:57:44 -0530", "2026-04-13T13:27:44Z z"),
        ("13/Apr/2026 07:57:44", "2026-04-13T07:57:44Z n"),
        ("Nov 20 01:02:03", "2026-11-20T01:02:03Z n"),
        ("Nov 22 23:00:00", "2026-11-22T23:00:00Z n"),
        ("Dec  1 01:02:03", "2025-12-01T01:02:03Z n"),
        ("Feb 29 01:02:03", "2024-02-29T01:02:03Z n"),
        ("févr. 03 01:02:03", "2026-02-03T01:02:03Z n"),
        ("9月 03 01:02:03", "2026-09-03T01:02:03Z n"),
        ("99月 03 01:02:03", "-"),
        ("Aug 15, 1:21:55 PM", "2026-08-15T13:21:55Z n"),
        ("Aug 15 12:21:55 AM", "2026-08-15T00:21:55Z n"),
        ("1776068009", "2026-04-13T08:13:29Z z"),
        ("1776068009123", "2026-04-13T08:13:29.123Z z"),
        ("1776068009.5", "2026-04-13T08:13:29.5Z z"),
        ("17760", "-"),
        ("", "-"),
        ("yesterday", "-"),
    ] {
        assert_eq!(show(any(written, &clock())), wanted, "{written:?}");
    }
}

#[test]
fn the_clock_places_what_has_no_zone() {
    let zone = TimeZone::posix("CST6CDT,M3.2.0,M11.1.0").expect("a POSIX rule");
    let clock = Clock::new(&zone, None);
    assert_eq!(show(any("2026-07-01 07:00:00", &clock)), "2026-07-01T12:00:00Z n");
    assert_eq!(show(any("2026-01-01 07:00:00", &clock)), "2026-01-01T13:00:00Z n");
    assert_eq!(show(any("2026-01-01T07:00:00Z", &clock)), "2026-01-01T07:00:00Z z");
    let fixed = Clock::new(&TimeZone::fixed(jiff::tz::offset(2)), None);
    assert_eq!(show(any("2026-07-01 07:00:00", &fixed)), "2026-07-01T05:00:00Z n");
}

#[test]
fn no_reference_no_year() {
    assert_eq!(syslog(b"Nov 20 01:02:03", &Clock::default()), None);
}

#[test]
fn lengths_end_where_the_stamp_ends() {
    assert_eq!(
        iso(b"2018-02-23 16:46:15 +0100 CET [web-1]", &clock()).map(|read| read.len),
        Some(29)
    );
    assert_eq!(iso(b"2018-02-23 16:46:15 +0100 INFO x", &clock()).map(|read| read.len), Some(25));
    assert_eq!(iso(b"2018-02-23 16:46:15 -07 x", &clock()).map(|read| read.len), Some(19));
    assert_eq!(common(b"13/Apr/2026:07:57:44 +0000] x", &clock()).map(|read| read.len), Some(26));
}
