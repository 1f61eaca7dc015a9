//! What happens to tracebacks on their way: pastes, consoles, interleaving, hostile input.

use super::*;

#[test]
fn lost_header_and_lost_first_lines() {
    let it = one(plain(
        "    from flask import Flask
  File \"/app/web.py\", line 2, in <module>
    import nope
ModuleNotFoundError: No module named 'nope'",
    ));
    assert_eq!(it.event.frames.len(), 1);
    assert_eq!(it.event.type_name, "ModuleNotFoundError");
    assert_eq!(it.first_line, 2);
}

#[test]
fn lost_indentation_and_double_spacing() {
    let it = one(plain(
        "Traceback (most recent call last):

File \"/app/web.py\", line 2, in <module>

import shop

File \"/app/shop.py\", line 1, in <module>

from flask import Flask

ModuleNotFoundError: No module named 'flask'",
    ));
    assert_eq!(it.event.frames.len(), 2);
    assert_eq!(it.event.frames[0].source.as_deref(), Some("import shop"));
    assert_eq!(it.event.message, "No module named 'flask'");
}

#[test]
fn quoted_and_coloured() {
    let text: String = SIMPLE.lines().map(|line| format!("> {line}\n")).collect();
    assert_eq!(one(plain(&text)).event.frames.len(), 1);
    let text: String = SIMPLE.lines().map(|line| format!("\u{1b}[31m{line}\u{1b}[0m\n")).collect();
    assert_eq!(one(plain(&text)).event.message, "No module named 'flask'");
}

#[test]
fn flattened() {
    for joint in [" ", "\\n", "#012"] {
        let text = SIMPLE
            .lines()
            .map(|line| if joint == " " { line.trim() } else { line })
            .collect::<Vec<_>>()
            .join(joint);
        let done = plain(&format!("before\n{text}\nafter"));
        let it = one(done);
        assert_eq!(it.event.message, "No module named 'flask'", "{joint}");
        assert_eq!(it.event.frames.len(), 1);
        assert_eq!(it.event.frames[0].source.as_deref(), Some("from flask import Flask"));
        assert_eq!((it.first_line, it.last_line), (2, 2));
    }
}

#[test]
fn flattened_chain() {
    let it = one(plain(
        "Traceback (most recent call last): File \"/app/a.py\", line 1, in f x() KeyError: 'A' During handling of the above exception, another exception occurred: Traceback (most recent call last): File \"/app/b.py\", line 2, in g y() ValueError: B",
    ));
    assert_eq!(it.event.type_name, "ValueError");
    assert_eq!(it.event.chain.len(), 1);
    assert_eq!(it.event.chain[0].event.type_name, "KeyError");
}

#[test]
fn frame_lines_broken_at_the_terminals_width() {
    let it = one(plain(
        "Traceback (most recent call last):
  File \"/home/u/.virtualenvs/v/lib/python3.8/site-packages/django/core/handl
ers/base.py\", line 113, in _get_response
    response = f()
ValueError: x",
    ));
    assert_eq!(
        it.event.frames[0].file,
        "/home/u/.virtualenvs/v/lib/python3.8/site-packages/django/core/handlers/base.py"
    );
    assert_eq!(it.event.frames[0].owner, FrameOwner::Library);
    // cut, not broken
    let it = one(plain(
        "Traceback (most recent call last):
  File \"/home/u/.virtualenvs/v/lib/python3.8/site-packages/django/core/handl
    response = f()
  File \"/home/u/x.py\", line 3, in f
    g()
ValueError: x",
    ));
    assert_eq!(it.event.frames.len(), 1);
}

#[test]
fn prefixed_lines_broken_by_a_console() {
    let (done, _) = logged(
        "2021-01-11T15:02:54.234018+00:00 app[web.1]: [2021-01-11 15:02:54 +0000] [10] [E
RROR] Exception in worker process
2021-01-11T15:02:54.234035+00:00 app[web.1]: Traceback (most recent call last):
2021-01-11T15:02:54.234040+00:00 app[web.1]: File \"/app/.heroku/python/lib/pytho
n3.6/site-packages/gunicorn/arbiter.py\", line 583, in spawn_worker
2021-01-11T15:02:54.234045+00:00 app[web.1]: worker.init_process()
2021-01-11T15:02:54.234046+00:00 app[web.1]: File \"/app/.heroku/python/lib/pyth
on3.6/site-packages/gunicorn/util.py\", line 358, in import_app
2021-01-11T15:02:54.234047+00:00 app[web.1]: mod = importlib.import_module(modul
e)
2021-01-11T15:02:54.234048+00:00 app[web.1]: File \"/app/shop/wsgi.py\", line 1
6, in <module>
2021-01-11T15:02:54.234049+00:00 app[web.1]: ModuleNotFoundError: No module named 'whi
tenoise'
2021-01-11T15:02:54.300000+00:00 app[web.1]: [2021-01-11 15:02:54 +0000] [10] [INFO] Worker exiting (pid: 10)",
    );
    let it = one(done);
    assert_eq!(it.event.message, "No module named 'whitenoise'");
    assert_eq!(it.event.frames.len(), 3, "{:#?}", it.event.frames);
    assert_eq!(it.event.frames[1].source.as_deref(), Some("mod = importlib.import_module(module)"));
    assert_eq!((it.event.frames[2].line, it.event.frames[2].function.as_str()), (16, "<module>"));
    assert_eq!(it.phase, Phase::Import);
    assert_eq!(it.event.intro.as_deref(), Some("RROR] Exception in worker process"));
    assert_eq!(it.container.as_deref(), Some("web.1"));
}

#[test]
fn copied_from_a_page() {
    let it = one(plain(&SIMPLE.replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")));
    assert_eq!(it.event.frames[0].function, "<module>");
}

#[test]
fn newest_first() {
    let lines: Vec<&str> = SIMPLE.lines().rev().collect();
    let lines: Vec<Line<'_>> = lines
        .iter()
        .enumerate()
        .map(|(no, text)| Line { no: no as u64 + 1, raw: text, text, ..Line::default() })
        .collect();
    let it = one(assemble_reversed(&lines));
    assert_eq!(it.event.frames.len(), 1);
    assert_eq!((it.first_line, it.last_line), (1, 4));
}

#[test]
fn interleaved_by_container() {
    let (done, _) = logged(
        "web_1  | Traceback (most recent call last):
job_1  | Traceback (most recent call last):
web_1  |   File \"/app/web.py\", line 2, in <module>
job_1  |   File \"/app/job.py\", line 3, in <module>
web_1  |     import a1
job_1  |     import b1
job_1  | ModuleNotFoundError: No module named 'b1'
web_1  | ModuleNotFoundError: No module named 'a1'",
    );
    assert_eq!(done.len(), 2, "{done:#?}");
    for it in done {
        assert_eq!(it.event.frames.len(), 1);
        let web = it.container.as_deref().is_some_and(|name| name.starts_with("web"));
        assert_eq!(it.event.frames[0].file, if web { "/app/web.py" } else { "/app/job.py" });
        assert_eq!(
            it.event.message,
            if web { "No module named 'a1'" } else { "No module named 'b1'" }
        );
    }
}

#[test]
fn interleaved_by_process() {
    let (done, _) = logged(
        "[Tue Feb 13 01:49:59.203306 2018] [wsgi:error] [pid 2304:tid 139] [client 1.2.3.4:5] Traceback (most recent call last):
[Tue Feb 13 01:49:59.203307 2018] [wsgi:error] [pid 2305:tid 139] [client 1.2.3.9:5] Traceback (most recent call last):
[Tue Feb 13 01:49:59.203308 2018] [wsgi:error] [pid 2304:tid 139] [client 1.2.3.4:5]   File \"/var/www/a/app.wsgi\", line 4, in <module>
[Tue Feb 13 01:49:59.203309 2018] [wsgi:error] [pid 2305:tid 139] [client 1.2.3.9:5]   File \"/var/www/b/app.wsgi\", line 5, in <module>
[Tue Feb 13 01:49:59.203310 2018] [wsgi:error] [pid 2304:tid 139] [client 1.2.3.4:5]     from a import app
[Tue Feb 13 01:49:59.203311 2018] [wsgi:error] [pid 2304:tid 139] [client 1.2.3.4:5] ImportError: No module named a
[Tue Feb 13 01:49:59.203312 2018] [wsgi:error] [pid 2305:tid 139] [client 1.2.3.9:5]     x = y
[Tue Feb 13 01:49:59.203313 2018] [wsgi:error] [pid 2305:tid 139] [client 1.2.3.9:5] NameError: name 'y' is not defined",
    );
    assert_eq!(done.len(), 2, "{done:#?}");
    assert_eq!(done.iter().map(|it| it.event.frames[0].line).collect::<Vec<_>>(), [4, 5]);
    assert_eq!(done.iter().map(|it| it.pid).collect::<Vec<_>>(), [Some(2304), Some(2305)]);
    assert!(done.iter().all(|it| it.phase == Phase::Import));
}

#[test]
fn prose_fires_nothing() {
    for text in [
        "Internal Server Error: /checkout",
        "Error: nothing of interest",
        "Starting uWSGI",
        "No such file or directory",
        "worker 1 (pid: 3) died",
        "File not found",
        "the ValueError: was fine",
        "DeprecationWarning: x",
        "{\"error_message\": null}",
        "  File \"/app/x.py\", line 3 in f",
    ] {
        assert!(plain(text).is_empty(), "{text}");
    }
}

#[test]
fn other_writers_between_the_frames() {
    let (done, consumed) = logged(
        "Traceback (most recent call last):
  File \"/app/web.py\", line 2, in <module>
[2026-11-21 02:48:02 +0000] [8] [INFO] Booting worker with pid: 8
    import shop
  File \"/app/shop.py\", line 1, in <module>
    import nope
ModuleNotFoundError: No module named 'nope'",
    );
    let it = one(done);
    assert_eq!(it.event.frames.len(), 2);
    assert_eq!(it.event.frames[0].source.as_deref(), Some("import shop"));
    assert!(!consumed.contains(&3));
}

#[test]
fn message_first_without_its_first_line() {
    let it = one(stamped(
        "KeyError: 'SECRET'
  File \"/var/www/u_wsgi.py\", line 9, in <module>
    from app import app as application

  File \"/home/u/app.py\", line 3, in <module>
    KEY = os.environ['SECRET']",
    ));
    assert_eq!(it.event.shape, TracebackShape::MessageFirst);
    assert_eq!(it.event.frames.len(), 2);
    assert_eq!(it.phase, Phase::Import);
}

#[test]
fn a_long_traceback_stays_bounded() {
    let mut assembler = Assembler::new();
    let mut feed = |text: &str, no| {
        let _ = assembler.push(&Line { no, raw: text, text, ..Line::default() });
    };
    feed("Traceback (most recent call last):", 1);
    for no in 0..200_000_u64 {
        feed("  File \"/app/r.py\", line 1, in r", no * 2 + 2);
        feed("    def r(n): return r(n + 1)", no * 2 + 3);
    }
    feed(&format!("RecursionError: {}", "x".repeat(1_000_000)), 400_002);
    let it = one(assembler.finish());
    assert_eq!(it.event.frames.len(), 200);
    assert_eq!(it.event.message.len(), 2_000);
    assert!(it.excerpt.chars().count() <= 2_000);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(300))]

    /// Whatever stands in the lines: no panic, bounded, lines in order.
    #[test]
    fn never_panics(parts in proptest::collection::vec((0..24_usize, ".{0,40}"), 0..60)) {
        const PIECES: [&str; 24] = [
            "Traceback (most recent call last):", "  File \"/a.py\", line 3, in f", "    x = 1", "ValueError: ",
            "  File \"a", "\", line 9", "Error running WSGI application", "**************", "\n", "",
            "  + Exception Group Traceback (most recent call last):", "  +-+--- 1 ---", "    | ", "  | ", "    +------",
            "The above exception was the direct cause of the following exception:", "SyntaxError: x",
            "Exception Type: X at /y", "Call stack:", "Message: ", "│ /a:1 in b", "❱ 3", "---> 4 x", "> > ",
        ];
        let text: String = parts.iter().map(|(at, tail)| format!("{}{}\n", PIECES[*at], tail)).collect();
        for it in plain(&text).into_iter().chain(stamped(&text)).chain(logged(&text).0) {
            proptest::prop_assert!(it.first_line <= it.last_line);
            proptest::prop_assert!(it.event.frames.len() <= 200);
            proptest::prop_assert!(it.excerpt.chars().count() <= 2_000);
        }
        let flat = text.replace('\n', " ");
        let _ = plain(&flat);
    }
}

#[test]
fn a_prefix_that_nobody_knows() {
    let it = one(plain(
        "<shop 17:01:09> Traceback (most recent call last):
<shop 17:01:09>   File \"/app/a.py\", line 1, in f
<shop 17:01:10>     g()
<shop 17:01:10> ValueError: x
<shop 17:01:11> next",
    ));
    assert_eq!((it.event.type_name.as_str(), it.event.frames.len()), ("ValueError", 1));
    assert_eq!(it.event.message, "x");
    assert_eq!(it.event.frames[0].source.as_deref(), Some("g()"));
}

#[test]
fn servers_records_above_a_foreign_traceback() {
    let (done, _) = logged(
        "[2021-01-11 15:02:54 +0000] [10] [INFO] Worker exiting (pid: 10)
Traceback (most recent call last):
  File \"/app/.heroku/python/bin/gunicorn\", line 8, in <module>
    sys.exit(run())
  File \"/app/.heroku/python/lib/python3.6/site-packages/gunicorn/arbiter.py\", line 524, in reap_workers
    raise HaltServer(reason, self.WORKER_BOOT_ERROR)
gunicorn.errors.HaltServer: <HaltServer 'Worker failed to boot.' 3>",
    );
    let it = one(done);
    assert!(!it.handled);
    assert_eq!(it.phase, Phase::Worker);
    assert_eq!(it.event.intro, None);
}

#[test]
fn json_that_nobody_unfolded() {
    let it = one(plain(
        "{\"exc\":\"Traceback (most recent call last):\\n  File \\\"/app/a.py\\\", line 1, in f\\n    g()\\nValueError: x\",\"level\":\"error\"}",
    ));
    assert_eq!(it.event.message, "x");
    assert_eq!(it.event.frames[0].file, "/app/a.py");
}

#[test]
fn a_strangers_broken_request_is_handled() {
    for intro in [
        "08:06:41 WARNING | uvicorn.error: Invalid HTTP request received.",
        "[2026-01-02 10:11:12 +0000] [12] [ERROR] Socket error processing request.",
    ] {
        let (done, _) = logged(&format!(
            "{intro}
Traceback (most recent call last):
  File \"/srv/venv/lib/python3.10/site-packages/h11/_util.py\", line 76, in _reraise_as_remote_protocol_error
    raise self
h11._util.RemoteProtocolError: illegal request line"
        ));
        assert!(one(done).handled, "{intro}");
    }
}

#[test]
fn what_a_build_says_behind_an_indented_traceback_is_no_message() {
    let build = "       Traceback (most recent call last):
         File \"/tmp/build_1/shop/settings.py\", line 23, in <module>
           SECRET_KEY = os.environ['SECRET_KEY']
         File \"<frozen os>\", line 679, in __getitem__
       KeyError: 'SECRET_KEY'
 !     Error while running '$ python manage.py collectstatic --noinput'.
       See traceback above for details.";
    assert_eq!(one(plain(build)).event.message, "'SECRET_KEY'");
    let two_lines = "  Traceback (most recent call last):
    File \"/app/db.py\", line 3, in <module>
      connect()
  psycopg2.OperationalError: could not connect to server: Connection refused
          Is the server running on host \"db\"?
-----> Discovering process types";
    let message = one(plain(two_lines)).event.message;
    assert!(message.contains("Is the server running"), "{message}");
    assert!(!message.contains("Discovering"), "{message}");
}

#[test]
fn a_learnt_traceback_that_comes_again_is_not_read_line_by_line() {
    let text = "Traceback (most recent call last):\n  File \"/app/shop.py\", line 7, in pay\n    \
                total = basket['sum']\nKeyError: 'sum'\n2026-04-13 07:57:44,065: next\n";
    let mut assembler = Assembler::new();
    assert!(assembler.verbatim(text, 1).is_none());
    let mut done = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let stamp =
            line.starts_with("2026").then_some(Stamp { at: Timestamp::UNIX_EPOCH, zoned: true });
        let line = Line { no: at as u64 + 1, raw: line, text: line, stamp, ..Line::default() };
        done.extend(assembler.push(&line).done);
    }
    assert!(assembler.verbatim(text, 6).is_none(), "nobody learnt it");
    assembler.learn(done[0].fingerprint.expect("one event"), "known");
    let repeat = assembler.verbatim(text, 6).expect("known now");
    assert_eq!((repeat.key.as_str(), repeat.first_line, repeat.last_line), ("known", 6, 9));
}
