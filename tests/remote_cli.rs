//! The program against a loopback server that plays PythonAnywhere's documented API and a site:
//! probe and diff, `--reload`, `--remote`, `--watch`, `--follow`. No real network, own environment.

#[path = "support/faults.rs"]
mod faults;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use faults::{Server, response};

const SECRET: &str = "0123456789abcdef0123456789abcdef01234567";
const TRACE: &str = "2026-11-21 03:00:00,000: Exception on / [GET]\nTraceback (most recent call last):\n  File \"/home/ana/site/app.py\", line 4, in index\n    return total\nNameError: name 'total' is not defined\n";
const IMPORT: &str = "2026-11-20 03:00:00,000: Error running WSGI application\n2026-11-20 03:00:00,000: ModuleNotFoundError: No module named 'requests'\n2026-11-20 03:00:00,000:   File \"/var/www/ana_pythonanywhere_com_wsgi.py\", line 5, in <module>\n2026-11-20 03:00:00,000:     import requests\n";

fn add(path: &Path, text: &str) {
    let mut file = std::fs::OpenOptions::new().append(true).create(true).open(path).expect("a log");
    file.write_all(text.as_bytes()).expect("added");
}

/// A folder with an error log.
fn log(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ana.pythonanywhere.com.error.log");
    std::fs::write(&path, text).expect("written");
    (folder, path)
}

/// What the API answers to a reload.
#[derive(Clone)]
struct Reload {
    status: u16,
    body: String,
    log: Option<PathBuf>,
}

/// API and site in one; the site fails `failures` times and writes to the log each time.
fn world(reload: Reload, failures: u32, log: Option<PathBuf>) -> (Server, Arc<Mutex<Vec<String>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let told = seen.clone();
    let hits = AtomicU32::new(0);
    let server = Server::plain(move |_, head, stream| {
        let line = head.lines().next().unwrap_or_default().to_owned();
        told.lock().expect("lines").push(head.to_owned());
        let api = "/api/v0/user/ana/";
        let answer = if line.contains(api) && !head.contains(&format!("Token {SECRET}")) {
            response(401, &[], "{\"detail\":\"Invalid token.\"}")
        } else if line.starts_with(&format!("POST {api}webapps/")) {
            if let Some(log) = &reload.log {
                add(log, IMPORT);
            }
            response(reload.status, &[], &reload.body)
        } else if line.starts_with(&format!("GET {api}webapps/ana.pythonanywhere.com/")) {
            response(
                200,
                &[],
                "{\"domain_name\":\"ana.pythonanywhere.com\",\"python_version\":\"3.10\",\"source_directory\":\"/home/ana/site\",\"virtualenv_path\":\"/home/ana/.virtualenvs/v\",\"enabled\":true}",
            )
        } else if line.contains("error.log") {
            response(200, &[], IMPORT)
        } else if line.contains("_wsgi.py") {
            response(200, &[], "import requests\n\napplication = requests.app\n")
        } else if line.contains(api) {
            response(404, &[], "{\"detail\":\"Not found.\"}")
        } else if hits.fetch_add(1, Ordering::Relaxed) < failures {
            if let Some(log) = &log {
                add(log, TRACE);
            }
            response(500, &[], "<h1>Internal Server Error</h1>")
        } else {
            response(200, &[], &format!("<p>fine {SECRET}</p>"))
        };
        let _ = stream.write_all(&answer);
    });
    (server, seen)
}

fn ok() -> Reload {
    Reload { status: 200, body: "{\"status\":\"OK\"}".to_owned(), log: None }
}

/// The program with nothing of this machine's environment.
fn diagnose(server: &Server, args: &[&str]) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("diagnose"));
    command
        .env_clear()
        .env("API_TOKEN", SECRET)
        .env("DIAGNOSE_API_BASE", server.url("/"))
        .env("HOME", std::env::temp_dir())
        .args(args)
        .stdin(Stdio::null());
    command
}

fn run(server: &Server, args: &[&str]) -> (Output, String) {
    let output = diagnose(server, args).output().expect("run");
    let all = format!(
        "{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(!all.contains(SECRET), "the token is shown: {all}");
    (output, all)
}

fn path(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

#[test]
fn lines_that_the_request_caused_belong_to_it() {
    let (_folder, log) = log(IMPORT);
    let (server, seen) = world(ok(), 99, Some(log.clone()));
    let (output, all) =
        run(&server, &["--error-log", path(&log), "--url", &server.url("/"), "--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(output.status.code(), Some(1), "{all}");
    let first = &report["findings"][0];
    assert!(first["evidence"].to_string().contains("NameError"), "{first}");
    let lines = report["site"]["logs"][0]["lines"].as_u64().expect("lines");
    assert_eq!(lines, 4 + 3 * 5, "each added line is read once");
    let examined = report["examined"].to_string();
    assert!(examined.contains("gained 15 lines") && examined.contains("marked dg-"), "{examined}");
    let heads = seen.lock().expect("lines");
    assert!(heads.iter().all(|head| head.starts_with("GET ") && head.contains("dg-")));
}

#[test]
fn a_reload_is_done_probed_and_told() {
    let (_folder, log) = log("");
    let (server, seen) = world(Reload { log: Some(log.clone()), ..ok() }, 0, None);
    let url = server.url("/");
    let mut args = vec!["--error-log", path(&log), "--url", &url, "--platform", "pythonanywhere"];
    args.extend(["--reload", "--user", "ana", "--format", "json"]);
    let (output, all) = run(&server, &args);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert!(report["examined"].to_string().contains("API; it answered after"), "{all}");
    assert!(report["examined"].to_string().contains("gained 4 lines"), "{all}");
    let heads = seen.lock().expect("lines");
    assert!(heads[0].starts_with("POST /api/v0/user/ana/webapps/"), "{}", heads[0]);
    assert!(heads[1..].iter().all(|head| head.starts_with("GET / ")));
    assert!(heads[1..].iter().all(|head| !head.contains(SECRET)), "the site gets no token");
}

#[test]
fn refused_reloads_are_explained() {
    let (_folder, log) = log("");
    for (status, body, word, code) in [
        (401, "{}", "Account page", 2),
        (403, "{}", "another account", 2),
        (404, "{}", "Compare the spelling", 2),
        (429, "{\"detail\":\"Expected available in 12 seconds.\"}", "again in 12 s", 2),
        (409, "{\"error\":\"cname_error\"}", "CNAME", 0),
    ] {
        let (server, _) = world(Reload { status, body: body.to_owned(), log: None }, 0, None);
        let url = server.url("/");
        let mut args = vec!["--error-log", path(&log), "--url", &url];
        args.extend(["--platform", "pythonanywhere", "--reload", "--user", "ana", "-v"]);
        let (output, all) = run(&server, &args);
        let flat = all.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(word), "{status}: {all}");
        assert_eq!(output.status.code(), Some(code), "{status}: {all}");
    }
    let body = "{\"error\":\"cname_error\"}".to_owned();
    let (server, _) = world(Reload { status: 409, body, log: None }, 99, None);
    let url = server.url("/");
    let mut args = vec!["--error-log", path(&log), "--url", &url, "--format", "concise"];
    args.extend(["--platform", "pythonanywhere", "--reload", "--user", "ana"]);
    let (output, all) = run(&server, &args);
    assert!(all.contains("dns-misconfigured") && output.status.code() == Some(1), "{all}");
}

#[test]
fn what_is_missing_is_said() {
    let (server, seen) = world(ok(), 0, None);
    let plain = |args: &[&str], token: &str, base: &str| {
        let output = diagnose(&server, args)
            .env("API_TOKEN", token)
            .env("DIAGNOSE_API_BASE", base)
            .output()
            .expect("run");
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let remote = ["--remote", "www.example.com"];
    let base = server.url("/");
    assert!(plain(&remote, "", &base).contains("API_TOKEN"));
    assert!(plain(&remote, SECRET, &base).contains("--user"));
    assert!(
        plain(&["--remote", "ana.pythonanywhere.com"], SECRET, "http://example.com/")
            .contains("loopback")
    );
    assert!(plain(&["--remote", "a.herokuapp.com"], SECRET, &base).contains("PythonAnywhere only"));
    let wrong = plain(&["--remote", "ana.pythonanywhere.com"], "wrong", &base);
    assert!(wrong.contains("(401)"), "{wrong}");
    assert_eq!(seen.lock().expect("lines").len(), 1);
}

#[test]
fn remote_files_are_diagnosed() {
    let (server, seen) = world(ok(), 0, None);
    let args = ["--remote", "ana.pythonanywhere.com", "--no-probe", "--format", "json"];
    let (output, all) = run(&server, &args);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(report["findings"][0]["cause"], "module-not-installed", "{all}");
    assert_eq!(report["site"]["python"], "3.10");
    let skipped = report["skipped"].to_string();
    assert!(skipped.contains("server.log: does not exist in the account"), "{skipped}");
    assert!(seen.lock().expect("lines").iter().all(|head| head.starts_with("GET /api/")));
}

#[test]
fn watching_ends_when_the_site_is_green() {
    let (_folder, log) = log("");
    let (server, seen) = world(ok(), 4, Some(log.clone()));
    let url = server.url("/");
    let args = ["--error-log", path(&log), "--url", &url, "--watch=0.3", "--format", "json"];
    let (output, all) = run(&server, &args);
    assert!(all.contains("green: "), "{all}");
    assert!(serde_json::from_slice::<serde_json::Value>(&output.stdout).is_ok(), "one report");
    // Three at first, then one at a time.
    assert_eq!(seen.lock().expect("lines").len(), 5);
    let (server, _) = world(ok(), 99, None);
    let url = server.url("/");
    let (output, all) = run(&server, &["--error-log", path(&log), "--url", &url, "--watch=0.03"]);
    assert!(all.contains("not green within"), "{all}");
    assert_eq!(output.status.code(), Some(1));
}

#[cfg(unix)]
#[test]
fn following_prints_new_causes_once() {
    let (_folder, log) = log(IMPORT);
    let (server, _) = world(ok(), 0, None);
    let out = tempfile::NamedTempFile::new().expect("a file");
    let mut child = diagnose(&server, &["--error-log", path(&log), "--no-probe", "--follow"])
        .stdout(out.reopen().expect("opened"))
        .spawn()
        .expect("run");
    let text = || std::fs::read_to_string(out.path()).expect("read");
    let until = |done: &dyn Fn() -> bool| {
        (0..200).any(|_| {
            std::thread::sleep(Duration::from_millis(50));
            done()
        })
    };
    assert!(until(&|| text().contains("module-not-installed") || text().contains("requests")));
    let before = text().len();
    add(&log, TRACE);
    let told = until(&|| text()[before..].contains("error"));
    add(&log, TRACE);
    std::thread::sleep(Duration::from_millis(1500));
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(killed.is_ok_and(|status| status.success()));
    let status = child.wait().expect("ended");
    assert!(told, "{}", text());
    assert_eq!(text()[before..].lines().count(), 1, "{}", text());
    assert_eq!(status.code(), Some(130));
}
