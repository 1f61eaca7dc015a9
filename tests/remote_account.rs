//! `--remote` against a loopback account whose logs grow, whose web app is switched off, and whose
//! logs are longer than what is kept.

#[path = "support/faults.rs"]
mod faults;

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use faults::{Server, response};

const SECRET: &str = "0123456789abcdef0123456789abcdef01234567";
const SETTINGS: &str = "{\"domain_name\":\"ana.pythonanywhere.com\",\"python_version\":\"3.10\"";
const IMPORT: &str = "2026-11-21 03:00:00,000: Error running WSGI application\n2026-11-21 03:00:00,000: ModuleNotFoundError: No module named 'requests'\n2026-11-21 03:00:00,000:   File \"/var/www/ana_pythonanywhere_com_wsgi.py\", line 5, in <module>\n2026-11-21 03:00:00,000:     import requests\n";
const START: &str = "2026-11-21 03:00:00 *** Starting uWSGI 2.0.28 (64bit) on [Sat Nov 21 03:00:00 2026] ***\n2026-11-21 03:00:00 WSGI app 0 (mountpoint='') ready in 1 seconds on interpreter 0x55d5 pid: 1 (default app)\n";

/// What the account holds, and what happens to it.
#[derive(Default)]
struct Account {
    /// Fields behind the fixed ones.
    settings: &'static str,
    logs: BTreeMap<&'static str, String>,
    /// Added to the error log by a reload.
    on_reload: &'static str,
    /// Status of the site, and what a request adds to the error log.
    status: u16,
    on_request: &'static str,
}

fn serve(account: Account) -> (Server, Arc<Mutex<Vec<String>>>) {
    let account = Mutex::new(account);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let told = seen.clone();
    let server = Server::plain(move |_, head, stream| {
        let line = head.lines().next().unwrap_or_default();
        told.lock().expect("lines").push(line.to_owned());
        let mut account = account.lock().expect("account");
        let answer = if line.contains("/files/path/var/log/") {
            let log = account.logs.iter().find(|(kind, _)| line.contains(&format!("{kind}.log")));
            log.map_or_else(|| response(404, &[], "{}"), |(_, text)| response(200, &[], text))
        } else if line.contains("/files/path/var/www/") {
            response(200, &[], "def application(e, s):\n    s('200 OK', [])\n    return []\n")
        } else if line.starts_with("POST ") {
            let more = account.on_reload;
            account.logs.entry("error").or_default().push_str(more);
            response(200, &[], "{\"status\":\"OK\"}")
        } else if line.contains("/api/v0/") {
            response(200, &[], &format!("{SETTINGS}{}}}", account.settings))
        } else {
            let more = account.on_request;
            account.logs.entry("error").or_default().push_str(more);
            let body = "<h1>Something went wrong :-(</h1> hosted by PythonAnywhere. Error code: Unhandled Exception";
            response(account.status, &[], if account.status == 200 { "<p>fine</p>" } else { body })
        };
        let _ = stream.write_all(&answer);
    });
    (server, seen)
}

fn run(server: &Server, more: &[&str]) -> serde_json::Value {
    let output = Command::new(assert_cmd::cargo::cargo_bin!("diagnose"))
        .env_clear()
        .env("API_TOKEN", SECRET)
        .env("DIAGNOSE_API_BASE", server.url("/"))
        .env("HOME", std::env::temp_dir())
        .args(["--remote", "ana.pythonanywhere.com", "--format", "json"])
        .args(more)
        .stdin(Stdio::null())
        .output()
        .expect("run");
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

fn first(report: &serde_json::Value) -> &str {
    report["findings"][0]["cause"].as_str().unwrap_or_default()
}

#[test]
fn what_follows_a_reload_is_read() {
    let logs = BTreeMap::from([("error", String::new()), ("server", START.to_owned())]);
    let (server, seen) =
        serve(Account { logs, on_reload: IMPORT, status: 500, ..Account::default() });
    let report = run(&server, &["--reload", "--url", &server.url("/")]);
    assert_eq!(first(&report), "module-not-installed", "{report:#}");
    assert!(report["examined"].to_string().contains("gained 4 lines"), "{report:#}");
    let lines = seen.lock().expect("lines");
    let at = lines.iter().position(|line| line.starts_with("POST ")).expect("reloaded");
    assert!(lines[at..].iter().any(|line| line.contains("error.log")), "{lines:?}");
}

#[test]
fn what_the_request_wrote_is_fetched() {
    let logs = BTreeMap::from([("error", String::new()), ("server", START.to_owned())]);
    let (server, _) =
        serve(Account { logs, on_request: IMPORT, status: 500, ..Account::default() });
    let report = run(&server, &["--url", &server.url("/"), "--hits", "1"]);
    assert_eq!(first(&report), "module-not-installed", "{report:#}");
    assert!(report["examined"].to_string().contains("gained 4 lines"), "{report:#}");
}

#[test]
fn a_web_app_that_is_switched_off() {
    for (settings, title) in [
        (",\"enabled\":false", "disabled"),
        (",\"expiry\":\"2024-02-16\"", "expired"),
        (",\"enabled\":false,\"expiry\":\"2024-02-16\"", "expired"),
    ] {
        let (server, _) = serve(Account { settings, status: 404, ..Account::default() });
        let report = run(&server, &["--no-probe"]);
        assert_eq!(first(&report), "site-disabled", "{report:#}");
        let finding = &report["findings"][0];
        assert!(finding["title"].as_str().is_some_and(|text| text.contains(title)), "{finding}");
        assert_eq!(report["verdict"], "broken");
    }
    let settings = ",\"enabled\":true,\"expiry\":\"2024-02-16\"";
    let (server, _) = serve(Account { settings, status: 200, ..Account::default() });
    assert_eq!(first(&run(&server, &["--no-probe"])), "");
    // The site's own answer counts more than a setting.
    let (server, _) =
        serve(Account { settings: ",\"enabled\":false", status: 200, ..Account::default() });
    let report = run(&server, &["--url", &server.url("/")]);
    assert_eq!(report["verdict"], "healthy", "{report:#}");
}

#[test]
fn a_log_without_its_beginning_rules_nothing_out() {
    let line = "2026-11-21 03:00:01 announcing my loyalty to the Emperor...\n";
    let long = |head: &str, tail: &str| {
        let mut text = head.to_owned();
        text.push_str(&line.repeat((8 << 20) / line.len() + 100));
        text.push_str(tail);
        text
    };
    let ruled_out = |log: String| {
        let logs = BTreeMap::from([("server", log)]);
        let (server, _) = serve(Account { logs, ..Account::default() });
        let report = run(&server, &["--no-probe"]);
        (report["ruled_out"].to_string(), report["skipped"].to_string())
    };
    let (whole, skipped) = ruled_out(format!("{START}{line}"));
    assert!(whole.contains("harakiri") && !skipped.contains("beginning"), "{whole} {skipped}");
    let (cut, skipped) = ruled_out(long(START, ""));
    assert!(!cut.contains("harakiri"), "{cut}");
    assert!(skipped.contains("server.log: its beginning was not read"), "{skipped}");
    // The newest start stands in what was read.
    let (started, _) = ruled_out(long("", START));
    assert!(started.contains("harakiri"), "{started}");
}
