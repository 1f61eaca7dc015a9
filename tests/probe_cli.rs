//! The program against a loopback site that is flaky, slow, reloading or watched: what it says, how
//! often it asks, and that an interrupt gives the report so far.

#![cfg(unix)]

#[path = "support/faults.rs"]
mod faults;

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use faults::{Server, response};
use serde_json::Value;

const BACKEND: &str =
    "<h1>Something went wrong :-(</h1> hosted by PythonAnywhere. Error code: 502-backend";

/// The program with nothing of this machine's environment.
fn diagnose(args: &[&str]) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("diagnose"));
    command.env_clear().env("HOME", std::env::temp_dir()).args(args).stdin(Stdio::null());
    command
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("no report: {}", String::from_utf8_lossy(&output.stderr)))
}

/// A site whose n-th request is answered by `status`.
fn site(status: impl Fn(u32) -> u16 + Send + Sync + 'static) -> Server {
    Server::plain(move |number, _, stream| {
        let status = status(number);
        let body = if status == 200 { "<p>fine</p>" } else { BACKEND };
        let _ = stream.write_all(&response(status, &[], body));
    })
}

/// A site that accepts and never answers.
fn silent() -> Server {
    Server::plain(|_, _, _| std::thread::sleep(Duration::from_secs(30)))
}

fn probed(server: &Server, more: &[&str]) -> (Option<i32>, Value) {
    let url = server.url("/");
    let mut args = vec!["probe", &url, "--platform", "pythonanywhere", "--format", "json"];
    args.extend(more);
    let output = diagnose(&args).output().expect("run");
    (output.status.code(), json(&output))
}

fn causes(report: &Value) -> Vec<&str> {
    let all = report["findings"].as_array().expect("findings");
    all.iter().filter_map(|finding| finding["cause"].as_str()).collect()
}

#[test]
fn one_failure_and_then_fine_is_a_glitch() {
    let server = site(|number| if number == 1 { 502 } else { 200 });
    let (code, report) = probed(&server, &[]);
    assert_eq!((code, report["probe"]["verdict"].as_str()), (Some(0), Some("flaky")), "{report:#}");
    assert_eq!(causes(&report), ["transient-glitch"]);
    assert_eq!(report["findings"][0]["severity"], "note");
    assert_eq!(report["verdict"], "healthy", "{report:#}");
}

#[test]
fn some_of_many_fail() {
    for status in [500, 502] {
        some_fail(status);
    }
}

/// A proxy that reaches no app now and then does not mean that there is none.
fn some_fail(status: u16) {
    let server = site(move |number| if number % 3 == 2 { status } else { 200 });
    let (_, report) = probed(&server, &["--hits", "6"]);
    assert_eq!(report["probe"]["verdict"], "flaky");
    assert_eq!(server.connections(), 6);
    assert_eq!(report["verdict"], "unknown", "{report:#}");
    for wrong in ["transient-glitch", "proxy-upstream-down"] {
        assert!(!causes(&report).contains(&wrong), "{report:#}");
    }
    let output = diagnose(&["probe", &server.url("/"), "--hits", "6"]).output().expect("run");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("2 of 6 requests failed"), "{text}");
}

#[test]
fn all_fail() {
    let server = site(|_| 502);
    let (code, report) = probed(&server, &["--hits", "2"]);
    assert_eq!((code, report["probe"]["verdict"].as_str()), (Some(1), Some("failing")));
    assert_eq!(report["verdict"], "broken", "{report:#}");
    assert_eq!(server.connections(), 2);
}

/// A log that says: started a moment ago.
fn started_now(folder: &Path) -> String {
    let now = jiff::Timestamp::now();
    let stamp = now.strftime("%Y-%m-%d %H:%M:%S");
    let long = now.strftime("%a %b %d %H:%M:%S %Y");
    let path = folder.join("ana.pythonanywhere.com.server.log");
    std::fs::write(&path, format!("{stamp} *** Starting uWSGI 2.0.28 (64bit) on [{long}] ***\n"))
        .expect("written");
    path.display().to_string()
}

#[test]
fn a_reload_under_way_is_waited_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = started_now(folder.path());
    let server = site(|number| if number < 3 { 502 } else { 200 });
    let url = server.url("/");
    let args = ["--server-log", &log, "--url", &url, "--format", "json"];
    let output = diagnose(&args).output().expect("run");
    let report = json(&output);
    assert_eq!(report["probe"]["verdict"], "ok", "{report:#}");
    assert_eq!((output.status.code(), server.connections()), (Some(0), 3), "{report:#}");
}

#[test]
fn a_reload_that_does_not_end_is_not_waited_for_ever() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = started_now(folder.path());
    let server = site(|_| 502);
    let url = server.url("/");
    let args = ["--server-log", &log, "--url", &url, "--hits", "2", "--format", "json"];
    let report = json(&diagnose(&args).output().expect("run"));
    assert_eq!(report["probe"]["verdict"], "reloading", "{report:#}");
    assert_eq!(server.connections(), 2);
}

/// Waits until the site was asked, then interrupts.
fn interrupt(child: &Child, server: &Server, connections: u32) {
    let start = Instant::now();
    while server.connections() < connections && start.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_millis(200));
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(killed.is_ok_and(|status| status.success()));
}

fn piped(mut command: Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("run")
}

#[test]
fn an_interrupt_in_the_first_request_gives_the_rest() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("error.log");
    std::fs::write(&log, "2026-11-20 03:00:00,000: Error running WSGI application\n2026-11-20 03:00:00,000: ModuleNotFoundError: No module named 'requests'\n2026-11-20 03:00:00,000:   File \"/var/www/ana_pythonanywhere_com_wsgi.py\", line 5, in <module>\n2026-11-20 03:00:00,000:     import requests\n").expect("written");
    let server = silent();
    let url = server.url("/");
    let log = log.display().to_string();
    let child = piped(diagnose(&["--error-log", &log, "--url", &url, "--format", "json"]));
    interrupt(&child, &server, 1);
    let output = child.wait_with_output().expect("ended");
    let report = json(&output);
    assert_eq!(output.status.code(), Some(130));
    assert_eq!(causes(&report), ["module-not-installed"], "{report:#}");
    assert!(report["skipped"].to_string().contains("interrupted"), "{report:#}");
}

#[test]
fn an_interrupt_after_an_answer_keeps_it() {
    let server = Server::plain(|number, _, stream| {
        if number > 1 {
            std::thread::sleep(Duration::from_secs(30));
        }
        let _ = stream.write_all(&response(200, &[], "fine"));
    });
    let url = server.url("/");
    let child = piped(diagnose(&["probe", &url, "--format", "json"]));
    interrupt(&child, &server, 2);
    let output = child.wait_with_output().expect("ended");
    let report = json(&output);
    assert_eq!(output.status.code(), Some(130));
    assert_eq!(report["probe"]["hits"][0]["status"], 200, "{report:#}");
}

#[test]
fn an_interrupt_in_a_reload_gives_the_rest() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("error.log");
    std::fs::write(&log, "2026-11-20 03:00:00,000: nothing\n").expect("written");
    let server = silent();
    let (url, log) = (server.url("/"), log.display().to_string());
    let args = ["--error-log", &log, "--reload", "--user", "ana", "--no-probe", "--format", "json"];
    let mut command = diagnose(&args);
    command.env("API_TOKEN", "0123456789abcdef0123").env("DIAGNOSE_API_BASE", &url);
    command.args(["--platform", "pythonanywhere", "ana.pythonanywhere.com"]);
    let child = piped(command);
    interrupt(&child, &server, 1);
    let output = child.wait_with_output().expect("ended");
    assert_eq!(output.status.code(), Some(130));
    assert!(json(&output)["skipped"].to_string().contains("Interrupted"));
}

/// What waits, and against which limit, is told to people at a terminal and to nobody else.
#[test]
#[allow(clippy::print_stderr, reason = "a skipped test says so")]
fn progress_is_for_terminals() {
    let server = silent();
    let url = server.url("/");
    let args = ["probe", &url, "--timeout", "1", "--platform", "pythonanywhere"];
    let output = diagnose(&args).output().expect("run");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let program = assert_cmd::cargo::cargo_bin!("diagnose").display().to_string();
    let line = format!("'{program}' {} >/dev/null", args.join(" "));
    let Ok(output) = Command::new("script")
        .args(["-qec", &line, "/dev/null"])
        .env("TERM", "xterm")
        .stdin(Stdio::null())
        .output()
    else {
        assert!(std::env::var_os("CI").is_none(), "script is not installed, and CI is set");
        eprintln!("SKIPPED progress_is_for_terminals: script is not installed");
        return;
    };
    let shown = String::from_utf8_lossy(&output.stdout);
    for word in ["request 1 of 3", "waiting for the first byte", "limit 20 s"] {
        assert!(shown.contains(word), "{word}: {shown}");
    }
}

/// A site with a WSGI file that is watched; the answer follows the file's content.
fn watched(minutes: &str) -> (tempfile::TempDir, Server, Child) {
    let folder = tempfile::tempdir().expect("a folder");
    let wsgi = folder.path().join("ana_pythonanywhere_com_wsgi.py");
    std::fs::write(&wsgi, "application = None\n").expect("written");
    let source = wsgi.clone();
    let server = Server::plain(move |_, _, stream| {
        let fixed = std::fs::read_to_string(&source).is_ok_and(|text| text.contains("def"));
        let (status, body) = if fixed { (200, "<p>fine</p>") } else { (502, BACKEND) };
        let _ = stream.write_all(&response(status, &[], body));
    });
    let (url, wsgi) = (server.url("/"), wsgi.display().to_string());
    let watch = format!("--watch={minutes}");
    let mut command = diagnose(&["--wsgi", &wsgi, "--url", &url, &watch, "--format", "json"]);
    command.args(["--hits", "1", "--platform", "pythonanywhere"]);
    let child = piped(command);
    (folder, server, child)
}

#[test]
fn a_fix_that_is_watched_turns_green() {
    let (folder, server, child) = watched("2");
    let start = Instant::now();
    while server.connections() == 0 && start.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_millis(300));
    let fixed = "def application(environ, start):\n    start('200 OK', [])\n    return []\n";
    std::fs::write(folder.path().join("ana_pythonanywhere_com_wsgi.py"), fixed).expect("written");
    let output = child.wait_with_output().expect("ended");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("green: "), "{said}");
    assert!(said.contains("reloaded: asking again"), "{said}");
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert_eq!(json(&output)["probe"]["hits"][0]["status"], 200);
    // Once before the fix, once after it; a slow machine may have looked once more.
    assert!((2..=4).contains(&server.connections()), "{}", server.connections());
}

#[test]
fn watching_where_nothing_happens_ends() {
    let (_folder, server, child) = watched("0.05");
    let output = child.wait_with_output().expect("ended");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("not green within"), "{said}");
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!((1..=5).contains(&server.connections()), "{}", server.connections());
}

/// A traceback of the very page that the probe gets well, from before the last start, is history;
/// one of another page is not.
#[test]
fn an_error_of_a_page_that_works_after_a_restart_is_old() {
    for (route, verdict) in [("/", "healthy"), ("/checkout", "broken")] {
        let folder = tempfile::tempdir().expect("a folder");
        let log = folder.path().join("error.log");
        let text = format!(
            "[2026-11-20 09:00:00 +0000] [11] [ERROR] Error handling request {route}\n\
             Traceback (most recent call last):\n  File \"/srv/shop/app.py\", line 9, in index\n    return prices['x']\nKeyError: 'x'\n\
             [2026-11-20 09:05:00 +0000] [1] [INFO] Handling signal: term\n\
             [2026-11-20 09:05:00 +0000] [1] [INFO] Shutting down: Master\n\
             [2026-11-20 09:06:00 +0000] [1] [INFO] Starting gunicorn 23.0.0\n\
             [2026-11-20 09:06:00 +0000] [1] [INFO] Listening at: http://0.0.0.0:8000 (1)\n\
             [2026-11-20 09:06:00 +0000] [12] [INFO] Booting worker with pid: 12\n"
        );
        std::fs::write(&log, text).expect("written");
        let server = site(|_| 200);
        let (url, log) = (server.url("/"), log.display().to_string());
        let args = [&url, "--error-log", &log, "--format", "json"];
        let report = json(&diagnose(&args).output().expect("run"));
        assert_eq!(report["verdict"], verdict, "{route}: {report:#}");
    }
}

/// The verdict in words and what went wrong stand in JSON too.
#[test]
fn json_says_it_in_words() {
    let server = site(|number| if number % 3 == 2 { 500 } else { 200 });
    let (_, report) = probed(&server, &["--hits", "6"]);
    let notes = report["probe"]["notes"].to_string();
    assert!(notes.contains("2 of 6 requests failed"), "{notes}");
    let server = Server::raw(|_, _, stream| {
        let _ = stream.write_all(b"SSH-2.0-OpenSSH_9.6\r\n");
    });
    let (_, report) = probed(&server, &["--hits", "1"]);
    let detail = report["probe"]["hits"][0]["error"]["detail"].to_string();
    assert!(detail.contains("SSH"), "{report:#}");
}

/// What was odd about a good answer is said without `-v` too.
#[test]
fn notes_stand_in_the_text() {
    let tls = faults::certificate(faults::Certificate::SelfSigned);
    let server = Server::tls(&tls, faults::always(response(200, &[], "<p>fine</p>")));
    let url = server.url("/");
    let output = diagnose(&[&url, "--insecure", "--hits", "1"]).output().expect("run");
    let text = String::from_utf8_lossy(&output.stdout);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("(--insecure)") && text.contains("self-signed"), "{text}");
}

/// An address without a scheme speaks plain http, in `--url` as elsewhere.
#[test]
fn an_address_without_a_scheme_is_asked_with_http() {
    let server = site(|_| 200);
    let address = server.address.to_string();
    let output =
        diagnose(&["--url", &address, "--hits", "1", "--format", "json", "--platform", "generic"]);
    let report = json(&{ output }.output().expect("run"));
    assert_eq!(report["probe"]["hits"][0]["status"], 200, "{report:#}");
}
