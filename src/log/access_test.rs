//! One line of each server, and lines that are none.

use proptest::prelude::*;

use super::*;
use crate::log::prefix::{PrefixCtx, strip, strip_all};

/// Method, path, status, bytes, seconds.
type Request = (String, String, u16, Option<u64>, Option<f64>);

fn read(raw: &str) -> Option<Request> {
    let mut ctx = PrefixCtx::new(Clock::utc(None));
    let line = strip(raw, &mut ctx);
    let found = parse(&line, &ctx.clock)?;
    Some((
        found.method.to_owned(),
        found.path.to_owned(),
        found.status,
        found.bytes,
        found.duration,
    ))
}

#[test]
#[rustfmt::skip]
fn servers() {
    for (raw, method, path, status, bytes, duration) in [
        ("141.101.98.1 - - [22/Dec/2017:12:16:24 +0000] \"GET /a?b=1 HTTP/1.1\" 200 5300 \"-\" \"Mozilla/5.0 (X)\" \"81.136.198.183, 141.101.98.208\" response-time=0.035", "GET", "/a?b=1", 200, Some(5300), Some(0.035)),
        ("2026-04-13 07:57:44,065 INFO django.server \"GET /shop/ HTTP/1.1\" 200 512", "GET", "/shop/", 200, Some(512), None),
        ("2026-04-13 07:57:44,065 INFO \"POST /shop/ HTTP/1.1\" 403", "POST", "/shop/", 403, None, None),
        ("1.2.3.4 - bob [13/Apr/2026:07:57:44 +0200] \"POST /x HTTP/1.0\" 404 -", "POST", "/x", 404, None, None),
        ("1.2.3.4 - - [13/Apr/2026:07:57:44 +0200] \"GET / HTTP/1.1\" 502 150 \"-\" \"curl \\\"x\\\"\" 0.123 0.120 .", "GET", "/", 502, Some(150), Some(0.123)),
        ("1.2.3.4 - - [13/Apr/2026:07:57:44 +0200] \"GET / HTTP/1.1\" 200 2 \"-\" \"x\" rt=1.5 uct=\"0.0\"", "GET", "/", 200, Some(2), Some(1.5)),
        ("1.2.3.4 - - [13/Apr/2026:07:57:44 +0200] \"\\x16\\x03\\x01\" 400 157 \"-\" \"-\"", "", "\\x16\\x03\\x01", 400, Some(157), None),
        ("1.2.3.4 - - [13/Apr/2026:07:57:44 +0200] \"GET /a b HTTP/1.1\" 200 1", "GET", "/a b", 200, Some(1), None),
        ("example.com:80 1.2.3.4 - - [13/Apr/2026:07:57:44 +0200] \"GET / HTTP/1.1\" 301 1", "GET", "/", 301, Some(1), None),
        ("::1 - - [13/Apr/2026:07:57:44 +0200] \"HEAD / HTTP/1.1\" 200 1", "HEAD", "/", 200, Some(1), None),
        ("127.0.0.1 - - [21/Nov/2026 02:45:05] \"GET /boom HTTP/1.1\" 500 -", "GET", "/boom", 500, None, None),
        ("[13/Apr/2026 10:11:12] \"GET / HTTP/1.1\" 500 145", "GET", "/", 500, Some(145), None),
        ("INFO:     127.0.0.1:37246 - \"GET /boom HTTP/1.1\" 500 Internal Server Error", "GET", "/boom", 500, None, None),
        ("[pid: 8|app: 0|req: 1/1] 1.2.3.4 () {40 vars in 700 bytes} [Mon Apr 13 08:13:19 2026] GET /x => generated 0 bytes in 3 msecs (HTTP/1.1 500) 2 headers in 71 bytes (1 switches on core 0)", "GET", "/x", 500, Some(0), Some(0.003)),
        ("2026-04-13 08:13:20 [pid: 8|app: -1|req: -1/1] 1.2.3.4 () {40 vars in 700 bytes} [Mon Apr 13 08:13:19 2026] GET /a => b => generated 21 bytes in 3120 micros (HTTP/1.1 200) 2", "GET", "/a => b", 200, Some(21), Some(0.00312)),
        ("2021-02-07T03:44:26+00:00 heroku[router]: at=error code=H12 desc=\"Request timeout\" method=GET path=\"/a b\" host=x.com request_id=1 fwd=\"1.2.3.4\" dyno=web.1 connect=1ms service=30000ms status=503 bytes=0 protocol=https", "GET", "/a b", 503, Some(0), Some(30.0)),
        ("2018-02-23 16:46:15.4 +0100 CET [router] method=GET path=\"/password\" status=200 duration=0.030s", "GET", "/password", 200, None, Some(0.03)),
    ] {
        let found = read(raw).unwrap_or_else(|| panic!("no request: {raw}"));
        assert_eq!((found.0.as_str(), found.1.as_str(), found.2, found.3), (method, path, status, bytes), "{raw}");
        match (found.4, duration) {
            (Some(a), Some(b)) => assert!((a - b).abs() < 1e-6, "{raw}: {a}"),
            (a, b) => assert_eq!(a, b, "{raw}"),
        }
    }
}

#[test]
fn fields() {
    let mut ctx = PrefixCtx::new(Clock::utc(None));
    let raw = "at=error code=H12 desc=\"Request timeout\" method=GET path=\"/\" dyno=web.1 service=1ms status=503";
    let line = strip(raw, &mut ctx);
    let found = parse(&line, &ctx.clock).expect("a request");
    assert_eq!(
        (found.code, found.desc, found.container),
        (Some("H12"), Some("Request timeout"), Some("web.1"))
    );
    assert_eq!(found.family, Family::Router);
    let raw = "1.2.3.4 - - [13/Apr/2026:07:57:44 +0200] \"GET / HTTP/1.1\" 499 0 \"-\" \"python-requests/2.31.0\" \"1.2.3.4\" response-time=20.001";
    let line = strip(raw, &mut ctx);
    let found = parse(&line, &ctx.clock).expect("a request");
    assert!(found.is_reload_ping() && found.zoned);
    assert_eq!(found.time.map(|at| at.to_string()).as_deref(), Some("2026-04-13T05:57:44Z"));
    assert_eq!(found.to_record(7, 1).order, 7);
}

#[test]
fn others() {
    for raw in [
        "",
        "Traceback (most recent call last):",
        "  File \"/home/u/a.py\", line 3, in <module>",
        "2026/01/01 10:00:00 [error] 12#12: *1 connect() failed, request: \"GET / HTTP/1.1\", upstream: \"x\"",
        "KeyError: \"GET / HTTP/1.1\" 500",
        "he said - \"GET it\" 200 times",
        "the key - \"x y\" 200 ok",
        "status=200 path=",
        "message=\"x\" status=200 path=\"/\"",
        "[pid: 8|app: 0|req: 1/1] 1.2.3.4 () {",
    ] {
        assert_eq!(read(raw), None, "{raw}");
    }
}

#[test]
fn colours_of_the_development_server() {
    let raw = "127.0.0.1 - - [21/Nov/2026 02:45:05] \"\u{1b}[35m\u{1b}[1mGET /boom HTTP/1.1\u{1b}[0m\" 500 -";
    let mut ctx = PrefixCtx::new(Clock::utc(None));
    let clock = ctx.clock.clone();
    let mut seen = Vec::new();
    strip_all(raw, &mut ctx, &mut |line| seen.push(parse(line, &clock).map(|found| found.status)));
    assert_eq!(seen, [Some(500)]);
}

proptest! {
    #[test]
    fn never_panics(
        head in "(\\[pid: 8\\|x\\] 1 \\} \\[|1.2.3.4 - - \\[|at=error |\\PC{0,8})\\PC{0,20}",
        tail in "(\"GET / HTTP/1.1\" 5|=> generated |status=|path=|\\PC{0,9}){0,5}\\PC{0,30}",
    ) {
        let _ = read(&format!("{head}{tail}"));
    }
}
