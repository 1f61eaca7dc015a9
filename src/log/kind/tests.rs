//! Heads of files of each kind.

use super::*;

#[test]
#[rustfmt::skip]
fn logs() {
    for (name, head, kind, platform) in [
        ("x", "2026-04-13 07:57:44,065: Error running WSGI application\n2026-04-13 07:57:44,069: KeyError: 'x'\n", LogKind::Error, Some("pythonanywhere")),
        ("x", "ModuleNotFoundError: No module named 'shop'\n  File \"/var/www/ana_pythonanywhere_com_wsgi.py\", line 3, in <module>\n", LogKind::Any, Some("pythonanywhere")),
        ("u.pythonanywhere.com.server.log", "2026-04-13 07:57:44 *** Starting uWSGI 2.0.28 (64bit) ***\n2026-04-13 07:57:44 hello\n", LogKind::Server, Some("pythonanywhere")),
        ("x", "1.2.3.4 - - [13/Apr/2026:07:57:44 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"x\" \"1.2.3.4\" response-time=0.035\n", LogKind::Access, Some("pythonanywhere")),
        ("x", "1.2.3.4 - - [13/Apr/2026:07:57:44 +0000] \"GET / HTTP/1.1\" 200 5\n", LogKind::Access, None),
        ("error.log", "2024/01/01 10:00:00 [error] 12#12: *1 connect() failed\n", LogKind::Nginx, None),
        ("error.log", "[Tue Feb 13 01:49:59.203306 2018] [wsgi:error] [pid 2304:tid 1] [client 1.1.1.1:1] Traceback (most recent call last):\n", LogKind::Nginx, None),
        ("x", "[2024-08-20 15:28:23 +0000] [1] [INFO] Starting gunicorn 23.0.0\nTraceback (most recent call last):\n", LogKind::Server, None),
        ("x", "*** Starting uWSGI 2.0.31 (64bit) ***\ncompiled\n[pid: 8|app: 0|req: 1/1] 1.2.3.4 () {4 vars in 7 bytes} [Mon Apr 13 08:13:19 2026] GET / => generated 0 bytes in 3 msecs (HTTP/1.1 500) 2 h\n", LogKind::Server, None),
        ("x", "2021-02-07T03:44:26+00:00 heroku[web.1]: State changed from starting to crashed\n", LogKind::Platform, Some("heroku")),
        ("x", "2018-02-23 16:46:15.4 +0100 CET [web-1] hello\n", LogKind::Platform, Some("scalingo")),
        ("x", "-----> Procfile declares types -> web\n Waiting for your application to boot...\n !   Error deploying the application\n", LogKind::Platform, Some("scalingo")),
        ("x", "==> Running 'gunicorn app:app'\n==> Exited with status 1\n", LogKind::Platform, Some("render")),
        ("x", "2025-08-15T13:21:55Z app[148e21] sin [info] hello\n", LogKind::Platform, Some("fly")),
        ("my.error.log", "Traceback (most recent call last):\n  File \"a\", line 1\nKeyError: 'x'\n", LogKind::Error, None),
        ("paste.txt", "Traceback (most recent call last):\n  File \"a\", line 1\nKeyError: 'x'\n", LogKind::Any, None),
        ("empty.log", "", LogKind::Any, None),
        ("x.access.log", "", LogKind::Access, None),
        ("x.error.log", "", LogKind::Error, None),
    ] {
        let guess = guess(name, head);
        assert_eq!((guess.kind, guess.platform), (kind, platform), "{name}: {head}");
        assert_eq!(recognise(name, head.as_bytes()), InputKind::Log(kind), "{name}: {head}");
    }
}

#[test]
#[rustfmt::skip]
fn servers_seen() {
    assert_eq!(guess("x", "[2024-08-20 15:28:23 +0000] [1] [INFO] Starting gunicorn 23.0.0\n").servers, ["gunicorn"]);
    assert_eq!(guess("x", "INFO:     Started server process [1]\n").servers, ["uvicorn"]);
    assert_eq!(guess("x", "Mar 10 12:34:56 host systemd[1]: Started shop.service.\n").servers, ["systemd"]);
}

#[test]
fn configuration_or_code_in_a_question_is_read_for_its_log() {
    let unit = "[Unit]\nDescription=x\n[Service]\nExecStart=/x\n";
    let site = "server {\n  listen 80;\n  location / { proxy_pass http://x; }\n}\n";
    let code = "from fastapi import FastAPI\nimport os\n\napp = FastAPI()\n";
    for text in [
        format!("My unit:\n```\n{unit}```\n"),
        format!(
            "{unit}\nNov 20 10:11:12 web1 systemd[1]: shop.service: Failed with result 'exit-code'.\n"
        ),
        format!(
            "It gives me this error and I do not know why: Failed at step CHDIR spawning /x\n{unit}"
        ),
        format!("{site}\n[2026-11-20 10:11:12 +0000] [7] [ERROR] Exception in worker process\n"),
        format!("{site}\nModuleNotFoundError: No module named 'stripe'\n"),
        format!(
            "{code}\nweb_1  | ERROR:    Error loading ASGI app. Could not import module \"main\".\n"
        ),
        format!(
            "This is the file that I want to run\n{code}\nand it does not start, what is wrong?\n"
        ),
    ] {
        assert!(matches!(recognise("q.txt", text.as_bytes()), InputKind::Log(_)), "{text}");
    }
    for (text, kind) in [
        (format!("# the error that we get is not found here\n{unit}"), InputKind::SystemdUnit),
        (format!("{site}error_page 502 /502.html;\n"), InputKind::NginxConfig),
        (
            format!(
                "\"\"\"\nThis is the file that the server is told to load.\n\"\"\"\n{code}# and this is not in the way of it\n"
            ),
            InputKind::Python,
        ),
    ] {
        assert_eq!(recognise("q.txt", text.as_bytes()), kind, "{text}");
    }
}

#[test]
fn no_logs() {
    for (name, head, kind) in [
        ("a_wsgi.py", "x", InputKind::Python),
        ("wsgi", "import os\nfrom app import app as application\n", InputKind::Python),
        ("gunicorn.conf.py", "bind = 'x'\n", InputKind::GunicornConfig),
        ("Procfile", "", InputKind::Procfile),
        ("p", "web: gunicorn app:app\nworker: celery -A app worker\n", InputKind::Procfile),
        (
            "site",
            "server {\n  listen 80;\n  location / { proxy_pass http://x; }\n}\n",
            InputKind::NginxConfig,
        ),
        ("a.conf", "<VirtualHost *:80>\nWSGIScriptAlias / /a.py\n", InputKind::ApacheConfig),
        ("a.ini", "# x\n[uwsgi]\nmaster = true\n", InputKind::UwsgiIni),
        ("a", "[Unit]\nDescription=x\n[Service]\nExecStart=/x\n", InputKind::SystemdUnit),
        (
            "e.json",
            "{\"events\": [{\"created_at\": \"x\", \"type\": \"crash\"}]}",
            InputKind::EventsJson,
        ),
        (
            "t",
            "* Mon Jan 02 2006 15:04:05 - Crash - container 'web-1' has crashed\n",
            InputKind::Timeline,
        ),
        ("b", "PK\u{3}\u{4}rest", InputKind::Zip),
        ("b", "\u{1}\u{2}\u{3}\u{4}\u{5}\u{6}", InputKind::Unknown),
    ] {
        assert_eq!(recognise(name, head.as_bytes()), kind, "{name}: {head}");
    }
}

#[test]
fn json_log_lines_are_a_log() {
    let head = "{\"log\":\"[2024-08-20 15:28:23 +0000] [1] [INFO] Starting gunicorn 23.0.0\\n\",\"time\":\"2024-08-20T15:28:23Z\"}\n";
    assert_eq!(recognise("x-json", head.as_bytes()), InputKind::Log(LogKind::Server));
}

#[test]
fn pastes_that_hold_a_log() {
    let ticket = "Hi,\n\nmy app does not start since yesterday, this is what I get:\n\nTraceback (most recent call last):\n  File \"/srv/a.py\", line 1, in <module>\nKeyError: 'x'\n";
    assert!(holds_log(ticket.as_bytes()));
    assert!(holds_log(b"[2024-05-05 10:00:00 +0000] [7] [INFO] Booting worker with pid: 7\n"));
    for text in
        ["flask==3.0.0\ngunicorn\n", "Buy milk and bread for the weekend.\n", "", "\0\x01\x02"]
    {
        assert!(!holds_log(text.as_bytes()), "{text:?}");
    }
}
