//! Tables of prefixes: what is left, and what was learnt.

use proptest::prelude::*;

use super::*;
use crate::log::line::Level::{Critical, Error, Info, Warning};

fn ctx() -> PrefixCtx {
    PrefixCtx::new(Clock::utc("2026-11-21T03:00:00Z".parse().ok()))
}

fn utc(line: &Line<'_>) -> String {
    line.stamp.map_or_else(|| "-".to_owned(), |stamp| stamp.at.to_string())
}

/// raw, text, stamp, level, pid, container, program
type Row = (
    &'static str,
    &'static str,
    &'static str,
    Option<Level>,
    Option<u32>,
    Option<&'static str>,
    Option<&'static str>,
);

fn check(rows: &[Row]) {
    for &(raw, text, stamp, level, pid, container, program) in rows {
        let mut ctx = ctx();
        let line = strip(raw, &mut ctx);
        assert_eq!(line.text, text, "text of {raw:?}");
        assert_eq!(utc(&line), stamp, "stamp of {raw:?}");
        assert_eq!(
            (line.level, line.pid, line.container, line.program),
            (level, pid, container, program),
            "fields of {raw:?}"
        );
        assert_eq!(line.raw, raw);
    }
}

#[test]
#[rustfmt::skip]
fn pythonanywhere() {
    check(&[
        ("2026-04-13 07:57:44,065: Error running WSGI application", "Error running WSGI application", "2026-04-13T07:57:44.065Z", None, None, None, None),
        ("2026-04-13 07:57:44,065:   File \"/home/u/m/a.py\", line 3, in <module>", "  File \"/home/u/m/a.py\", line 3, in <module>", "2026-04-13T07:57:44.065Z", None, None, None, None),
        ("2026-04-13 07:57:44,065: ", "", "2026-04-13T07:57:44.065Z", None, None, None, None),
        ("2026-04-13 07:57:44,065:", "", "2026-04-13T07:57:44.065Z", None, None, None, None),
        ("2017-01-11 10:21:56,482 :Traceback (most recent call last):", "Traceback (most recent call last):", "2017-01-11T10:21:56.482Z", None, None, None, None),
        ("2017-01-11 10:21:56,482 :  File \"/a.py\", line 1", "  File \"/a.py\", line 1", "2017-01-11T10:21:56.482Z", None, None, None, None),
        ("2017-01-11 10:21:56,482 : ImportError: No module named x", "ImportError: No module named x", "2017-01-11T10:21:56.482Z", None, None, None, None),
        ("2026-04-13 07:57:44 *** Operational MODE: single process ***", "*** Operational MODE: single process ***", "2026-04-13T07:57:44Z", None, None, None, None),
        ("2026-04-13 08:13:20 Mon Apr 13 08:13:19 2026 - HARAKIRI !!! worker 1 status !!!", "HARAKIRI !!! worker 1 status !!!", "2026-04-13T08:13:20Z", None, None, None, Some("uwsgi")),
        ("2026-04-13 07:57:44     indented by the app", "    indented by the app", "2026-04-13T07:57:44Z", None, None, None, None),
    ]);
}

#[test]
#[rustfmt::skip]
fn servers() {
    check(&[
        ("Mon Apr 13 08:13:19 2026 - *** HARAKIRI ON WORKER 1 (pid: 8, try: 1) ***", "*** HARAKIRI ON WORKER 1 (pid: 8, try: 1) ***", "2026-04-13T08:13:19Z", None, None, None, Some("uwsgi")),
        ("Fri Apr  3 08:13:19 2026 - x", "x", "2026-04-03T08:13:19Z", None, None, None, Some("uwsgi")),
        ("[uWSGI] getting INI configuration from /etc/uwsgi/a.ini", "[uWSGI] getting INI configuration from /etc/uwsgi/a.ini", "-", None, None, None, None),
        ("[2024-08-20 15:28:23 +0000] [1] [INFO] Starting gunicorn 23.0.0", "Starting gunicorn 23.0.0", "2024-08-20T15:28:23Z", Some(Info), Some(1), None, Some("gunicorn")),
        ("[2024-08-20 17:28:23 +0200] [12] [CRITICAL] WORKER TIMEOUT (pid:12)", "WORKER TIMEOUT (pid:12)", "2024-08-20T15:28:23Z", Some(Critical), Some(12), None, Some("gunicorn")),
        ("2024/01/01 10:00:00 [error] 12#13: *1 connect() failed (111: Connection refused)", "connect() failed (111: Connection refused)", "2024-01-01T10:00:00Z", Some(Error), Some(12), None, Some("nginx")),
        ("2024/01/01 10:00:00 [emerg] 12#12: bind() to 0.0.0.0:80 failed", "bind() to 0.0.0.0:80 failed", "2024-01-01T10:00:00Z", Some(Critical), Some(12), None, Some("nginx")),
        ("2024/01/01 10:00:00.123456 [INFO] Executing instruction: x", "Executing instruction: x", "2024-01-01T10:00:00.123456Z", Some(Info), None, None, None),
        ("[Tue Feb 13 01:49:59.203306 2018] [wsgi:error] [pid 2304:tid 1399] [client 10.0.0.1:51234]   File \"/a.py\", line 1, referer: http://x/", "  File \"/a.py\", line 1", "2018-02-13T01:49:59.203306Z", Some(Error), Some(2304), None, Some("apache")),
        ("[Tue Feb 13 01:49:59 2018] [error] [client 10.0.0.1] mod_wsgi (pid=77): Target WSGI script '/a' cannot be loaded as Python module.", "Target WSGI script '/a' cannot be loaded as Python module.", "2018-02-13T01:49:59Z", Some(Error), Some(77), None, Some("mod_wsgi")),
        ("[Tue Feb 13 01:49:59 2018] [notice] Apache/2.2 configured -- resuming normal operations", "Apache/2.2 configured -- resuming normal operations", "2018-02-13T01:49:59Z", Some(Info), None, None, Some("apache")),
        ("[Tue Feb 13 01:49:59.2 2018] [wsgi:error] [pid 23] ImportError: x, referer: y", "ImportError: x, referer: y", "2018-02-13T01:49:59.2Z", Some(Error), Some(23), None, Some("apache")),
        ("[Tue Feb 13 01:49:59.2 2018] [wsgi:error] [pid 23] [remote 1.2.3.4:5] [x] y", "[x] y", "2018-02-13T01:49:59.2Z", Some(Error), Some(23), None, Some("apache")),
        ("INFO:     Uvicorn running on http://127.0.0.1:8000 (Press CTRL+C to quit)", "Uvicorn running on http://127.0.0.1:8000 (Press CTRL+C to quit)", "-", Some(Info), None, None, None),
        ("ERROR:    Exception in ASGI application", "Exception in ASGI application", "-", Some(Error), None, None, None),
        ("ERROR:waitress:Exception while serving /", "Exception while serving /", "-", Some(Error), None, None, Some("waitress")),
    ]);
}

#[test]
#[rustfmt::skip]
fn system() {
    check(&[
        ("May 14 14:42:49 host uwsgi: *** Starting uWSGI", "*** Starting uWSGI", "2026-05-14T14:42:49Z", None, None, None, Some("uwsgi")),
        ("Dec 31 23:59:59 host gunicorn[12]:   File \"a\"", "  File \"a\"", "2025-12-31T23:59:59Z", None, Some(12), None, Some("gunicorn")),
        ("Mär 10 12:34:56 host systemd[1]: x", "x", "2026-03-10T12:34:56Z", None, Some(1), None, Some("systemd")),
        ("12月 21 22:22:32 pi gunicorn[507]:   File \"a\"", "  File \"a\"", "2025-12-21T22:22:32Z", None, Some(507), None, Some("gunicorn")),
        ("Mar 10 12:34:56.123456 host systemd[1]: x", "x", "2026-03-10T12:34:56.123456Z", None, Some(1), None, Some("systemd")),
        ("2024-03-10T12:34:56+0100 host web[12]: x", "x", "2024-03-10T11:34:56Z", None, Some(12), None, Some("web")),
        ("Mar 10 12:34:56 ip-172-31-0-1 web: Traceback (most recent call last):", "Traceback (most recent call last):", "2026-03-10T12:34:56Z", None, None, None, Some("web")),
        ("Mar 10 12:34:56 host kernel: [  12.345678] Out of memory: Killed process 7 (python)", "Out of memory: Killed process 7 (python)", "2026-03-10T12:34:56Z", None, None, None, Some("kernel")),
        ("<45>1 2015-05-09T20:21:25.608433+00:00 host heroku web.1 - State changed from starting to crashed", "State changed from starting to crashed", "2015-05-09T20:21:25.608433Z", Some(Info), None, Some("web.1"), Some("heroku")),
        ("83 <40>1 2012-11-30T06:45:29+00:00 host app web.3 - Starting process", "Starting process", "2012-11-30T06:45:29Z", Some(Critical), None, Some("web.3"), Some("app")),
        ("<165>1 2003-10-11T22:14:15.003Z h prog 12 ID47 [a@1 k=\"v]\"] text", "text", "2003-10-11T22:14:15.003Z", Some(Info), Some(12), None, Some("prog")),
        ("<34>Oct 11 22:14:15 mymachine su: failed", "failed", "2026-10-11T22:14:15Z", Some(Critical), None, None, Some("su")),
    ]);
}

#[test]
#[rustfmt::skip]
fn containers() {
    check(&[
        ("[1776068009123] Instancing..", "Instancing..", "2026-04-13T08:13:29.123Z", None, None, None, None),
        ("2021-02-07T03:44:26.158480+00:00 heroku[web.1]: Error R10 (Boot timeout)", "Error R10 (Boot timeout)", "2021-02-07T03:44:26.15848Z", None, None, Some("web.1"), Some("heroku")),
        ("2021-02-07T03:44:26.158480+00:00 app[web.1]:   File \"a.py\"", "  File \"a.py\"", "2021-02-07T03:44:26.15848Z", None, None, Some("web.1"), Some("app")),
        ("2021-02-07T03:44:26.158480+00:00 app[web.1]: [2021-02-07 03:44:25 +0000] [4] [ERROR] x", "x", "2021-02-07T03:44:26.15848Z", Some(Error), Some(4), Some("web.1"), Some("gunicorn")),
        ("021-02-07T03:44:26.158480+00:00 app[web.1]: x", "x", "2021-02-07T03:44:26.15848Z", None, None, Some("web.1"), Some("app")),
        ("-07T03:44:26.158480+00:00 app[web.1]: x", "x", "-", None, None, Some("web.1"), Some("app")),
        ("2021-02-07T03:44:26+00:00 heroku[router]: at=error code=H10", "at=error code=H10", "2021-02-07T03:44:26Z", None, None, None, Some("router")),
        ("2018-02-23 16:46:15.402816225 +0100 CET [manager] container [web-1] (5a) started", "container [web-1] (5a) started", "2018-02-23T15:46:15.402816225Z", None, None, None, Some("manager")),
        ("2018-02-23 16:46:15 +0100 CET [web-1]   File \"a\"", "  File \"a\"", "2018-02-23T15:46:15Z", None, None, Some("web-1"), Some("app")),
        ("2018-02-23 16:46:15.4 +0000 UTC [one-off-123] ", "", "2018-02-23T16:46:15.4Z", None, None, Some("one-off-123"), Some("app")),
        ("2018-02-23 13:46:15.4 -0300 -03 [web-2]", "", "2018-02-23T16:46:15.4Z", None, None, Some("web-2"), Some("app")),
        ("web_1  |   File \"a\"", "  File \"a\"", "-", None, None, Some("web_1"), None),
        ("myapp-web-1  | x", "x", "-", None, None, Some("myapp-web-1"), None),
        ("10:23:45 web.1   | x", "x", "-", None, None, Some("web.1"), None),
        ("<details><summary>ValueError: x</summary>", "ValueError: x", "-", None, None, None, None),
        ("<pre><code>Traceback (most recent call last):", "Traceback (most recent call last):", "-", None, None, None, None),
        ("ValueError: x</code></pre>", "ValueError: x", "-", None, None, None, None),
        ("    {% for card in cards %}<code>{{ card }}</code>", "    {% for card in cards %}<code>{{ card }}</code>", "-", None, None, None, None),
        ("<Shop object at 0x7f>", "<Shop object at 0x7f>", "-", None, None, None, None),
        ("12-Nov-18 09:33:04: shop.views ERROR: x", "x", "2018-11-12T09:33:04Z", Some(Error), None, None, Some("shop.views")),
        ("12-Nov-18 09:33:04 - x", "x", "2018-11-12T09:33:04Z", None, None, None, None),
        ("8/15/2026, 1:21:55 AM   File \"a\"", "  File \"a\"", "2026-08-15T01:21:55Z", None, None, None, None),
        ("8/15/2026 1:21:55 AMTraceback (most", "Traceback (most", "2026-08-15T01:21:55Z", None, None, None, None),
        ("8/15/2026 1:21:55 AM  File \"a\"", "  File \"a\"", "2026-08-15T01:21:55Z", None, None, None, None),
        ("2026-08-15 1:21:55 AM ValueError: x", "ValueError: x", "2026-08-15T01:21:55Z", None, None, None, None),
        ("2025-08-15T13:21:55Z proxy[148e21] sin [error][PR03] could not find", "[PR03] could not find", "2025-08-15T13:21:55Z", Some(Error), None, Some("148e21"), Some("proxy")),
        ("2025-08-15T13:21:55Z app[148e21] sin [info]  File \"a\"", "  File \"a\"", "2025-08-15T13:21:55Z", None, None, Some("148e21"), Some("app")),
        ("2025-08-15T13:21:55Z app[148e21] sin [info]   File \"a\"", "  File \"a\"", "2025-08-15T13:21:55Z", None, None, Some("148e21"), Some("app")),
        ("    2021-02-07T03:44:26+00:00 app[web.1]:   File \"a\"", "  File \"a\"", "2021-02-07T03:44:26Z", None, None, Some("web.1"), Some("app")),
        ("2024-05-01T12:00:00.000000000Z [err]    File \"a\"", "  File \"a\"", "2024-05-01T12:00:00Z", Some(Error), None, None, None),
        ("2024-05-01T12:00:00.5Z stderr F Traceback (most recent call last):", "Traceback (most recent call last):", "2024-05-01T12:00:00.5Z", None, None, None, None),
        ("Aug 15 01:21:55 PM  ==> Deploying...", "==> Deploying...", "2026-08-15T13:21:55Z", None, None, None, Some("render")),
        ("Aug 15 1:21:55 AM [x7k2p]    File \"a\"", "  File \"a\"", "2026-08-15T01:21:55Z", None, None, Some("x7k2p"), Some("render")),
    ]);
}

#[test]
#[rustfmt::skip]
fn loggers() {
    check(&[
        ("ERROR:root:boom", "boom", "-", Some(Error), None, None, Some("root")),
        ("2024-01-02 10:00:00,123 ERROR app.views: boom", "boom", "2024-01-02T10:00:00.123Z", Some(Error), None, None, Some("app.views")),
        ("2024-01-02 10:00:00,123 - app.views - WARNING - boom", "boom", "2024-01-02T10:00:00.123Z", Some(Warning), None, None, Some("app.views")),
        ("2024-01-02 10:00:00,123 [ERROR] django.request: Internal Server Error: /x", "Internal Server Error: /x", "2024-01-02T10:00:00.123Z", Some(Error), None, None, Some("django.request")),
        ("2024-01-02 10:00:00,123 ERROR ValueError: x", "ValueError: x", "2024-01-02T10:00:00.123Z", Some(Error), None, None, None),
        ("2024-01-02 10:00:00,123 ERROR sqlalchemy.exc.OperationalError: x", "sqlalchemy.exc.OperationalError: x", "2024-01-02T10:00:00.123Z", Some(Error), None, None, None),
        ("ERROR 2024-01-02 10:00:00,123 views 12 140123 boom", "boom", "2024-01-02T10:00:00.123Z", Some(Error), Some(12), None, Some("views")),
        ("[ERROR] boom", "boom", "-", Some(Error), None, None, None),
        ("[2024-01-02 10:00:00,123] ERROR in app: Exception on / [GET]", "Exception on / [GET]", "2024-01-02T10:00:00.123Z", Some(Error), None, None, None),
        ("2024-01-02 10:00:00.123 | ERROR    | app.main:run:12 - boom", "boom", "2024-01-02T10:00:00.123Z", Some(Error), None, None, None),
        ("2024-01-02 10:00:00 [error    ] boom   key=1", "boom   key=1", "2024-01-02T10:00:00Z", Some(Error), None, None, None),
        ("2013-07-18 10:15:00,123 INFO spawned: 'web' with pid 12", "spawned: 'web' with pid 12", "2013-07-18T10:15:00.123Z", Some(Info), None, None, None),
        ("[2024-01-02 10:00:00,123: ERROR/MainProcess] Task x raised", "Task x raised", "2024-01-02T10:00:00.123Z", Some(Error), None, None, Some("celery")),
        ("[E 240102 10:00:00 web:1793] Uncaught exception", "Uncaught exception", "2024-01-02T10:00:00Z", Some(Error), None, None, None),
        ("2024-01-02 10:00:00 [12] [ERROR] boom", "boom", "2024-01-02T10:00:00Z", Some(Error), Some(12), None, None),
        ("> ERROR:root:boom", "boom", "-", Some(Error), None, None, Some("root")),
        ("```python", "", "-", None, None, None, None),
    ]);
}

#[test]
fn without_a_reference_syslog_lines_have_no_time() {
    let mut ctx = PrefixCtx::new(Clock::utc(None));
    let line = strip("Mar 10 12:34:56 host systemd[1]: x", &mut ctx);
    assert_eq!((line.text, line.stamp, line.program), ("x", None, Some("systemd")));
}

#[test]
fn ordinary_text_is_left_alone() {
    for raw in [
        "  File \"/home/u/a.py\", line 3, in <module>",
        "    x = flags | mask",
        "    2024 - year",
        "    [1, 2]",
        "flags | mask",
        "ValueError: bad value",
        "KeyError: 'SECRET_KEY'",
        "sqlalchemy.exc.OperationalError: (x) y",
        "ERROR: Could not find a version that satisfies the requirement x",
        "Error: x",
        "INFO",
        "Traceback (most recent call last):",
        "[pid: 8|app: 0|req: 1/1] 1.2.3.4 () {40 vars in 700 bytes} [Mon Apr 13 08:13:19 2026] GET / => generated 0 bytes",
        "127.0.0.1 - - [13/Apr/2026:07:57:44 +0000] \"GET / HTTP/1.1\" 200 5",
        "[13/Apr/2026 07:57:44] \"GET / HTTP/1.1\" 500 145",
        "*** Starting uWSGI 2.0.31 (64bit) on [Mon Apr 13 08:13:19 2026] ***",
        "WSGI app 0 (mountpoint='') ready in 5 seconds on interpreter 0x1 pid: 8 (default app)",
        ">>> import x",
        "> /home/u/a.py(12)f()",
        "[1, 2, 3]",
        "['a', 'b']",
        "[Errno 2] No such file or directory",
        "1776068009",
        "2026-04-13",
        "2026-13-45 99:99:99 x",
        "Mark 10 12:34:56 x",
        "May be wrong",
        "==> Running 'gunicorn app:app'",
        "-----> Procfile declares types -> web",
        " !   Error deploying the application",
        "app[x] = 1",
        "-- Boot 0123456789abcdef --",
        "<html><body>",
        "<module> x",
        "{\"a\": 1}",
    ] {
        let mut ctx = ctx();
        let line = strip(raw, &mut ctx);
        assert_eq!(line.text, raw);
        assert!(line.prefixes.is_empty(), "{raw:?}");
    }
}

#[test]
fn a_start_of_uwsgi_says_when() {
    let raw = "*** Starting uWSGI 2.0.31 (64bit) on [Mon Apr 13 08:13:19 2026] ***";
    assert_eq!(utc(&strip(raw, &mut ctx())), "2026-04-13T08:13:19Z");
    let stamped = format!("2026-04-13 09:00:00 {raw}");
    assert_eq!(utc(&strip(&stamped, &mut ctx())), "2026-04-13T09:00:00Z");
}

#[test]
fn a_bare_service_name_is_believed_when_it_repeats() {
    let mut ctx = ctx();
    assert_eq!(strip("shop  | one", &mut ctx).text, "shop  | one");
    assert_eq!(strip("shop  | two", &mut ctx).text, "two");
}

fn all(raw: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    strip_all(raw, &mut ctx(), &mut |line| out.push((utc(line), line.text.to_owned())));
    out
}

#[test]
fn folded_lines() {
    let at = "2026-04-13T07:57:44Z".to_owned();
    assert_eq!(
        all("2026-04-13 07:57:44 Traceback:#012  File \"a\"#012KeyError: 'x'#012"),
        vec![
            (at.clone(), "Traceback:".to_owned()),
            (at.clone(), "  File \"a\"".to_owned()),
            (at, "KeyError: 'x'".to_owned())
        ]
    );
    assert_eq!(all("GET /#012x"), vec![("-".to_owned(), "GET /#012x".to_owned())]);
}

#[test]
fn json_lines() {
    let at = "2024-01-02T10:00:00.5Z".to_owned();
    assert_eq!(
        all(
            r#"{"log":"  File \"a\", line 1\n","stream":"stderr","time":"2024-01-02T10:00:00.5Z"}"#
        ),
        vec![(at.clone(), "  File \"a\", line 1".to_owned())]
    );
    assert_eq!(
        all(
            r#"{"message":"boom","level":"error","timestamp":"2024-01-02T10:00:00.5Z","exc_info":"Traceback\nKeyError: 'x'"}"#
        ),
        vec![
            (at.clone(), "boom".to_owned()),
            (at.clone(), "Traceback".to_owned()),
            (at, "KeyError: 'x'".to_owned())
        ]
    );
    assert_eq!(all(r#"{"a":1}"#).len(), 1);
}

#[test]
fn what_a_cut_off_left_of_apache_leaves() {
    for head in ["[client ", "ent ", "t ", "", "emote "] {
        let raw = format!("{head}203.0.113.9:60026] KeyError: 'A'");
        assert_eq!(all(&raw)[0].1, "KeyError: 'A'");
    }
    for whole in ["at 203.0.113.9:60026] x", "203.0.113.9:x] y", "1:2] y", "203.0.113.9] y"] {
        assert_eq!(all(whole)[0].1, whole);
    }
}

#[test]
fn colours_go() {
    assert_eq!(all("\u{1b}[36mweb_1  |\u{1b}[0m boom")[0].1, "boom");
    assert_eq!(all("\u{1b}[").len(), 1);
    assert_eq!(all("\u{1b}")[0].1, "");
}

proptest! {
    #[test]
    fn never_panics(raw in "\\PC{0,200}") {
        let mut ctx = ctx();
        let line = strip(&raw, &mut ctx);
        prop_assert!(raw.contains(line.text));
    }

    #[test]
    fn never_panics_on_near_misses(
        head in "(\\[|<)?[0-9]{0,4}[-/]?[0-9]{0,2}[-/ ]?(Mon |Tue Feb |Mär )?[0-9]{0,2}[T ]?[0-9]{0,2}:?[0-9]{0,2}:?[0-9]{0,2}[.,]?[0-9]{0,12} ?[+-]?[0-9:]{0,6}\\]? ?",
        tail in "(\\[?(ERROR|INFO|err|pid 1)\\]?|- |: ?|\\||app\\[|é|#012| ){0,6}\\PC{0,20}",
    ) {
        let raw = format!("{head}{tail}");
        strip_all(&raw, &mut ctx(), &mut |line| { let _ = line.text.len(); });
    }

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let raw = String::from_utf8_lossy(&bytes);
        strip_all(&raw, &mut ctx(), &mut |line| { let _ = line.text.len(); });
    }
}
