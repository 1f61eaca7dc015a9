//! One test per shape and per mess, with counter-examples. The samples are what real servers
//! printed, or our own lines in their format.

use jiff::Timestamp;

use super::*;
use crate::log::prefix::{PrefixCtx, strip_all};
use crate::model::{ChainLink, FrameOwner, ModuleOwner, TracebackShape};

/// Lines without any prefix.
fn plain(text: &str) -> Vec<Assembled> {
    let mut assembler = Assembler::new();
    let mut done = Vec::new();
    for (no, text) in text.lines().enumerate() {
        done.extend(
            assembler.push(&Line { no: no as u64 + 1, raw: text, text, ..Line::default() }).done,
        );
    }
    done.extend(assembler.finish());
    done
}

/// Lines that each carry a stamp; `@N ` before a line moves the clock to second N.
fn stamped(text: &str) -> Vec<Assembled> {
    let mut assembler = Assembler::new();
    let mut done = Vec::new();
    let mut second = 0;
    for (no, text) in text.lines().enumerate() {
        let mut text = text;
        if let Some((at, rest)) = text.strip_prefix('@').and_then(|rest| rest.split_once(' ')) {
            second = at.parse().unwrap_or(second);
            text = rest;
        }
        let stamp = Some(Stamp {
            at: Timestamp::from_second(1_700_000_000 + second).unwrap_or_default(),
            zoned: true,
        });
        done.extend(
            assembler
                .push(&Line { no: no as u64 + 1, raw: text, text, stamp, ..Line::default() })
                .done,
        );
    }
    done.extend(assembler.finish());
    done
}

fn one(done: Vec<Assembled>) -> Assembled {
    assert_eq!(done.len(), 1, "{done:#?}");
    done.into_iter().next().unwrap_or_else(|| unreachable!())
}

const SIMPLE: &str = "Traceback (most recent call last):
  File \"/home/u/mysite/flask_app.py\", line 2, in <module>
    from flask import Flask
ModuleNotFoundError: No module named 'flask'";

#[test]
fn standard() {
    let it = one(plain(SIMPLE));
    assert_eq!(it.event.type_name, "ModuleNotFoundError");
    assert_eq!(it.event.message, "No module named 'flask'");
    assert_eq!(it.event.shape, TracebackShape::Standard);
    assert_eq!(it.event.frames.len(), 1);
    assert_eq!(it.event.frames[0].source.as_deref(), Some("from flask import Flask"));
    assert_eq!(it.event.module_owner, ModuleOwner::ThirdParty);
    assert_eq!((it.first_line, it.last_line, it.phase), (1, 4, Phase::Import));
    assert!(it.excerpt.ends_with("ModuleNotFoundError: No module named 'flask'"));
}

#[test]
fn wrapper_at_import_with_banner() {
    let it = one(stamped(
        "Error running WSGI application
ModuleNotFoundError: No module named 'flask'
  File \"/var/www/u_pythonanywhere_com_wsgi.py\", line 16, in <module>
    from flask_app import app as application  # noqa

  File \"/home/u/mysite/flask_app.py\", line 2, in <module>
    from flask import Flask
***************************************************
If you're seeing an import error and don't know why,
we have a dedicated help page to help you debug:
https://help.pythonanywhere.com/pages/DebuggingImportError/
***************************************************",
    ));
    assert_eq!(it.event.shape, TracebackShape::MessageFirst);
    assert!(it.banner);
    assert_eq!(it.phase, Phase::Import);
    assert_eq!(it.event.frames.len(), 2);
    assert_eq!(it.event.frames[1].source.as_deref(), Some("from flask import Flask"));
    assert_eq!(it.last_line, 12);
}

#[test]
fn wrapper_in_a_request_and_without_frames() {
    let done = stamped(
        "Error running WSGI application
KeyError: 'cart'
  File \"/home/u/.virtualenvs/v/lib/python3.10/site-packages/flask/app.py\", line 2552, in __call__
    return self.wsgi_app(environ, start_response)

  File \"/home/u/mysite/flask_app.py\", line 20, in checkout
    return session['cart']
@60 Error running WSGI application
TypeError: __call__() missing 1 required positional argument: 'send'
@90 something else was printed",
    );
    assert_eq!(done.len(), 2);
    assert_eq!(done[0].phase, Phase::Request);
    assert!(!done[0].banner);
    assert_eq!(done[1].event.frames.len(), 0);
    assert_eq!(done[1].event.message, "__call__() missing 1 required positional argument: 'send'");
    assert_eq!(done[1].phase, Phase::Request);
    assert_eq!(done[1].last_line, 9);
}

#[test]
fn wrapper_syntax_error() {
    let it = one(stamped(
        "Error running WSGI application
  File \"/home/u/mysite/flask_app.py\", line 9

    def index()

               ^

SyntaxError: expected ':'
  File \"/var/www/u_pythonanywhere_com_wsgi.py\", line 16, in <module>
    from flask_app import app as application  # noqa
***************************************************
If you're seeing an import error and don't know why,
we have a dedicated help page to help you debug:
https://help.pythonanywhere.com/pages/DebuggingImportError/
***************************************************",
    ));
    assert_eq!(it.event.type_name, "SyntaxError");
    assert_eq!(it.event.syntax_at, Some(("/home/u/mysite/flask_app.py".to_owned(), 9)));
    assert_eq!(it.event.frames.len(), 1);
    assert!(it.banner);
}

/// Raw lines, through the prefixes.
fn logged(text: &str) -> (Vec<Assembled>, Vec<u64>) {
    let mut ctx = PrefixCtx::default();
    let mut assembler = Assembler::new();
    let mut done = Vec::new();
    let mut consumed = Vec::new();
    for (no, raw) in text.lines().enumerate() {
        strip_all(raw, &mut ctx, &mut |line| {
            let pushed = assembler.push(&Line { no: no as u64 + 1, ..line.clone() });
            if pushed.consumed {
                consumed.push(no as u64 + 1);
            }
            done.extend(pushed.done);
        });
    }
    done.extend(assembler.finish());
    (done, consumed)
}

#[test]
fn chain_by_cause_and_while_handling() {
    let text = |link: &str| {
        format!(
            "Traceback (most recent call last):\n  File \"/app/a.py\", line 4, in b\n    a()\n    ~^^\n  File \"/app/a.py\", line 2, in a\n    def a(): return {{}}['x']\n                    ~~^^^^^\nKeyError: 'x'\n\n{link}\n\nTraceback (most recent call last):\n  File \"/app/a.py\", line 6, in b\n    raise RuntimeError(\"two\\nlines\") from e\nRuntimeError: two\nlines\n"
        )
    };
    let it =
        one(plain(&text("The above exception was the direct cause of the following exception:")));
    assert_eq!(
        (it.event.type_name.as_str(), it.event.message.as_str()),
        ("RuntimeError", "two\nlines")
    );
    assert_eq!(it.event.chain.len(), 1);
    assert_eq!(it.event.chain[0].link, ChainLink::DirectCause);
    assert_eq!(it.event.chain[0].event.type_name, "KeyError");
    assert_eq!(it.event.chain[0].event.frames.len(), 2);
    assert_eq!(it.event.frames.len(), 1);
    let it =
        one(plain(&text("During handling of the above exception, another exception occurred:")));
    assert_eq!(it.event.chain[0].link, ChainLink::DuringHandling);
}

#[test]
fn group_gives_its_members() {
    let done = plain(
        "  + Exception Group Traceback (most recent call last):
  |   File \"/app/t.py\", line 26, in grp
  |     raise ExceptionGroup(\"many\", exs)
  | ExceptionGroup: many (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File \"/app/t.py\", line 2, in a
    |     def a(): return {}['x']
    |                     ~~^^^^^
    | KeyError: 'x'
    +---------------- 2 ----------------
    | Traceback (most recent call last):
    |   File \"/app/t.py\", line 9, in c
    |     int(\"z\")
    | ValueError: bad
    +------------------------------------",
    );
    assert_eq!(done.len(), 2, "{done:#?}");
    assert_eq!(done[0].event.type_name, "KeyError");
    assert_eq!(done[0].event.frames.len(), 2);
    assert_eq!(done[1].event.type_name, "ValueError");
    assert!(done[0].event.chain.is_empty());
}

#[test]
fn syntax_errors_say_where() {
    let it = one(plain(
        "Traceback (most recent call last):
  File \"/app/wsgi.py\", line 3, in <module>
    from shop import app
  File \"/app/shop.py\", line 9
    def f(:
          ^
SyntaxError: invalid syntax",
    ));
    assert_eq!(it.event.syntax_at, Some(("/app/shop.py".to_owned(), 9)));
    assert_eq!(it.event.frames.len(), 1);
    assert_eq!(it.phase, Phase::Import);
    // without a header
    let it = one(plain(
        "  File \"/app/shop.py\", line 9\n    x = (\n        ^\nSyntaxError: '(' was never closed",
    ));
    assert_eq!(it.event.syntax_at, Some(("/app/shop.py".to_owned(), 9)));
}

#[test]
fn repeated_lines_and_notes() {
    let it = one(plain(
        "Traceback (most recent call last):
  File \"/app/r.py\", line 1, in r
    def r(n): return r(n + 1)
  [Previous line repeated 996 more times]
RecursionError: maximum recursion depth exceeded
a note",
    ));
    assert_eq!(it.event.frames.len(), 1);
    assert_eq!(it.event.message, "maximum recursion depth exceeded\na note");
}

#[test]
fn gunicorns_worker_and_what_follows() {
    let (done, consumed) = logged(
        "[2026-11-21 02:48:02 +0000] [7] [INFO] Booting worker with pid: 7
[2026-11-21 02:48:03 +0000] [7] [ERROR] Exception in worker process
Traceback (most recent call last):
  File \"/v/lib/python3.11/site-packages/gunicorn/arbiter.py\", line 608, in spawn_worker
    worker.init_process()
  File \"/v/lib/python3.11/site-packages/gunicorn/util.py\", line 371, in import_app
    mod = importlib.import_module(module)
  File \"/app/web.py\", line 2, in <module>
    import flaskk
ModuleNotFoundError: No module named 'flaskk'
[2026-11-21 02:48:03 +0000] [7] [INFO] Worker exiting (pid: 7)
[2026-11-21 02:48:03 +0000] [1] [ERROR] Worker (pid:7) exited with code 3",
    );
    let it = one(done);
    assert_eq!(it.phase, Phase::Import);
    assert_eq!(it.event.intro.as_deref(), Some("Exception in worker process"));
    assert_eq!(it.pid, Some(7));
    assert!(it.stamp.is_some());
    assert!(!it.handled);
    assert_eq!(consumed, (3..=10).collect::<Vec<u64>>());
}

#[test]
fn routes_of_frameworks() {
    let (done, _) = logged(
        "[2026-11-21 02:48:03,123] ERROR in app: Exception on /checkout [POST]
Traceback (most recent call last):
  File \"/v/lib/python3.11/site-packages/flask/app.py\", line 1511, in wsgi_app
    response = self.full_dispatch_request()
  File \"/app/web.py\", line 5, in checkout
    return {}['cart']
KeyError: 'cart'
127.0.0.1 - - [21/Nov/2026 02:48:07] \"POST /checkout HTTP/1.1\" 500 -
Internal Server Error: /pay
Traceback (most recent call last):
  File \"/v/lib/python3.11/site-packages/django/core/handlers/exception.py\", line 55, in inner
    response = get_response(request)
  File \"/app/views.py\", line 2, in boom
    import numpyy
ModuleNotFoundError: No module named 'numpyy'",
    );
    assert_eq!(done.len(), 2, "{done:#?}");
    assert_eq!(done[0].route.as_deref(), Some("/checkout"));
    assert_eq!(done[0].event.message, "'cart'");
    assert_eq!(done[1].route.as_deref(), Some("/pay"));
    // an import inside a request is a request
    assert!(done.iter().all(|it| it.phase == Phase::Request));
}

#[test]
fn mod_wsgi_cannot_load() {
    let (done, _) = logged(
        "[Tue Feb 13 01:49:59.203306 2018] [wsgi:error] [pid 9:tid 1] mod_wsgi (pid=9): Target WSGI script '/var/www/a/app.wsgi' cannot be loaded as Python module.
[Tue Feb 13 01:49:59.203306 2018] [wsgi:error] [pid 9:tid 1] mod_wsgi (pid=9): Exception occurred processing WSGI script '/var/www/a/app.wsgi'.
[Tue Feb 13 01:49:59.203306 2018] [wsgi:error] [pid 9:tid 1] Traceback (most recent call last):
[Tue Feb 13 01:49:59.203306 2018] [wsgi:error] [pid 9:tid 1]   File \"/var/www/a/app.wsgi\", line 4, in <module>
[Tue Feb 13 01:49:59.203306 2018] [wsgi:error] [pid 9:tid 1]     from a import app as application
[Tue Feb 13 01:49:59.203306 2018] [wsgi:error] [pid 9:tid 1] ImportError: No module named a",
    );
    let it = one(done);
    assert_eq!(it.phase, Phase::Import);
    assert!(it.event.intro.is_some_and(|intro| intro.contains("cannot be loaded")));
    assert_eq!(it.event.module_owner, ModuleOwner::Own);
}

#[test]
fn a_name_with_a_hyphen_is_never_a_package() {
    let it = one(plain("ModuleNotFoundError: No module named 'my-app'"));
    assert_eq!(it.event.module_owner, ModuleOwner::Own);
}

#[test]
fn commands_are_not_the_site() {
    let it = one(plain(
        "Traceback (most recent call last):
  File \"manage.py\", line 22, in <module>
    main()
  File \"/v/lib/python3.11/site-packages/django/core/management/__init__.py\", line 442, in execute_from_command_line
    utility.execute()
  File \"/v/lib/python3.11/site-packages/django/core/management/base.py\", line 416, in run_from_argv
    self.execute(*args, **cmd_options)
django.db.utils.OperationalError: no such table: x",
    ));
    assert_eq!(it.phase, Phase::Command);
    let it = one(plain(
        "Traceback (most recent call last):\n  File \"<stdin>\", line 1, in <module>\nNameError: name 'x' is not defined",
    ));
    assert_eq!(it.phase, Phase::Command);
}

#[test]
fn bare_exceptions() {
    for (text, name) in [
        ("ModuleNotFoundError: No module named 'flask'", "ModuleNotFoundError"),
        (
            "django.core.exceptions.ImproperlyConfigured: x",
            "django.core.exceptions.ImproperlyConfigured",
        ),
        ("jinja2.exceptions.TemplateNotFound: x.html", "jinja2.exceptions.TemplateNotFound"),
        ("Error: Could not import 'app'.", "Error"),
    ] {
        let it = one(plain(&format!("starting\n{text}\nended")));
        assert_eq!(it.event.type_name, name);
        assert_eq!(it.event.shape, TracebackShape::Bare);
        assert_eq!((it.first_line, it.last_line), (2, 2));
    }
}

#[test]
fn logged_below_error_is_handled() {
    let (done, _) = logged(
        "2024-01-01 10:00:00,123 INFO ValueError: handled, continuing\n2024-01-01 10:00:01,123 INFO next",
    );
    assert!(done.iter().all(|it| it.handled), "{done:#?}");
    let (done, _) = logged(
        "2024-01-01 10:00:00,123 WARNING retrying
Traceback (most recent call last):
  File \"/app/x.py\", line 3, in f
    g()
ValueError: x
2024-01-01 10:00:01,123 INFO next",
    );
    assert!(one(done).handled);
}

#[test]
fn the_three_shapes_of_one_error_log() {
    let (done, consumed) = logged(
        "2026-04-13 07:57:44,065: Error running WSGI application
2026-04-13 07:57:44,066: ModuleNotFoundError: No module named 'flask_foo'
2026-04-13 07:57:44,066:   File \"/var/www/u_pythonanywhere_com_wsgi.py\", line 16, in <module>
2026-04-13 07:57:44,066:     from flask_app import app as application  # noqa
2026-04-13 07:57:44,066: 
2026-04-13 07:57:44,066:   File \"/home/u/mysite/flask_app.py\", line 2, in <module>
2026-04-13 07:57:44,066:     import flask_foo
2026-04-13 07:57:44,067: ***************************************************
2026-04-13 07:57:44,067: If you're seeing an import error and don't know why,
2026-04-13 07:57:44,067: we have a dedicated help page to help you debug: 
2026-04-13 07:57:44,067: https://help.pythonanywhere.com/pages/DebuggingImportError/
2026-04-13 07:57:44,067: ***************************************************
2026-04-13 08:00:00,100: Internal Server Error: /checkout
Traceback (most recent call last):
  File \"/home/u/.virtualenvs/v/lib/python3.10/site-packages/django/core/handlers/exception.py\", line 55, in inner
    response = get_response(request)
  File \"/home/u/mysite/views.py\", line 2, in boom
    raise ValueError(\"boom\")
ValueError: boom
2026-04-13 08:00:01,100: Exception on /x [GET]
2026-04-13 08:00:01,100: Traceback (most recent call last):
2026-04-13 08:00:01,100:   File \"/home/u/.virtualenvs/v/lib/python3.10/site-packages/flask/app.py\", line 2525, in wsgi_app
2026-04-13 08:00:01,100:     response = self.full_dispatch_request()
2026-04-13 08:00:01,101: KeyError: 'y'
2026-04-13 08:00:09,100: Not Found: /favicon.ico",
    );
    assert_eq!(done.len(), 3, "{done:#?}");
    assert_eq!(done.iter().map(|it| it.banner).collect::<Vec<_>>(), [true, false, false]);
    assert_eq!(
        done.iter().map(|it| it.phase).collect::<Vec<_>>(),
        [Phase::Import, Phase::Request, Phase::Request]
    );
    assert_eq!(done[1].route.as_deref(), Some("/checkout"));
    assert_eq!(done[1].event.message, "boom");
    assert_eq!(done[2].route.as_deref(), Some("/x"));
    assert!(done.iter().all(|it| it.stamp.is_some()));
    assert!(!consumed.contains(&13) && !consumed.contains(&20) && !consumed.contains(&25));
}

#[test]
fn identical_blocks_are_events_of_their_own() {
    let block = "Error running WSGI application
ModuleNotFoundError: No module named 'a1'
  File \"/var/www/u_wsgi.py\", line 16, in <module>
    import a1
***************************************************
If you're seeing an import error and don't know why,
***************************************************
";
    let done = stamped(&block.repeat(3));
    assert_eq!(done.len(), 3);
    assert!(done.iter().all(|it| it.banner));
}

#[test]
fn boxes_of_rich_and_ipython() {
    let it = one(plain(
        "╭───────────── Traceback (most recent call last) ─────────────╮
│ /app/r.py:3 in <module>                                     │
│                                                             │
│   1 x = 1                                                   │
│ ❱ 3 f()                                                     │
│                                                             │
╰─────────────────────────────────────────────────────────────╯
ModuleNotFoundError: No module named 'flaskk'",
    ));
    assert_eq!((it.event.frames[0].line, it.event.frames[0].source.as_deref()), (3, Some("f()")));
    let it = one(plain(
        "---------------------------------------------------------------------------
ValueError                                Traceback (most recent call last)
File /app/r.py:2, in f(a)
      1 def f(a):
----> 2     raise ValueError('x')

ValueError: x",
    ));
    assert_eq!(it.event.frames[0].function, "f");
    assert_eq!(it.event.message, "x");
}

#[test]
fn djangos_report() {
    let it = one(plain(
        "Request Method: GET
Request URL: http://u.pythonanywhere.com/checkout

Traceback (most recent call last):
  File \"/v/lib/python3.11/site-packages/django/core/handlers/exception.py\", line 55, in inner
    response = get_response(request)
  File \"/app/views.py\", line 2, in boom
    raise ValueError(\"boom\")

Exception Type: ValueError at /checkout
Exception Value: boom
Raised during: views.boom
Request information:
USER: AnonymousUser",
    ));
    assert_eq!(it.event.type_name, "ValueError");
    assert_eq!(it.event.message, "boom");
    assert_eq!(it.route.as_deref(), Some("/checkout"));
    assert_eq!(it.phase, Phase::Request);
}

#[test]
fn logging_errors_stack_is_no_second_exception() {
    let it = one(plain(
        "--- Logging error ---
Traceback (most recent call last):
  File \"/usr/lib/python3.11/logging/__init__.py\", line 1113, in emit
    self.flush()
OSError: [Errno 9] Bad file descriptor
Call stack:
  File \"/app/web.py\", line 3, in <module>
    log.error('x')
Message: 'x'
Arguments: ()",
    ));
    assert_eq!(it.event.type_name, "OSError");
    assert_eq!(it.event.intro.as_deref(), Some("--- Logging error ---"));
}

#[test]
fn drivers_messages_of_several_lines() {
    let it = one(plain(
        "Traceback (most recent call last):
  File \"/app/web.py\", line 2, in <module>
    connect()
sqlalchemy.exc.OperationalError: (psycopg2.OperationalError) connection to server failed: Connection refused
\tIs the server running on that host?

[SQL: select 1]
(Background on this error at: https://sqlalche.me/e/20/e3q8)
unable to load app 0 (mountpoint='') (callable not found or import error)",
    ));
    assert!(it.event.message.contains("Is the server running"));
    assert!(it.event.message.contains("[SQL: select 1]"));
    assert!(!it.event.message.contains("unable to load app"));
}

mod mess;
