//! The whole program against real stacks: what their logs, the code and the probe say together.

use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::stack::{Stack, tools};

const FINE: &str = "
def application(environ, start_response):
    start_response('200 OK', [('Content-Type', 'text/plain')])
    return [b'fine']
";

/// The report on a running stack: nginx's log, the app server's output, the code, three requests.
fn diagnose(stack: &Stack, more: &[&str]) -> Value {
    let output = Command::new(assert_cmd::cargo::cargo_bin!("diagnose"))
        .env_clear()
        .env("HOME", std::env::temp_dir())
        .args(["--url", &stack.url("/"), "--nginx-log", &stack.path("nginx.err")])
        .args(["--format", "json", "--timeout", "20"])
        .args(more)
        .stdin(Stdio::null())
        .output()
        .expect("run");
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

/// With the app server's output and the code.
fn whole(stack: &Stack) -> Value {
    diagnose(stack, &["--server-log", &stack.path("out1"), "--wsgi", &stack.path("app.py")])
}

fn first(report: &Value) -> &str {
    report["findings"][0]["cause"].as_str().unwrap_or_default()
}

#[track_caller]
fn expect(stack: &Stack, report: &Value, causes: &[&str]) {
    let outputs = stack.outputs();
    assert!(causes.contains(&first(report)), "{report:#}\n{outputs}");
    assert_eq!(report["verdict"], "broken", "{report:#}\n{outputs}");
}

#[test]
fn nothing_behind_nginx() {
    let Some(tools) = tools("nothing behind nginx") else { return };
    let stack = Stack::new(tools, "uwsgi");
    let report = diagnose(&stack, &[]);
    expect(&stack, &report, &["proxy-upstream-down", "proxy-misconfigured"]);
}

#[test]
fn another_socket() {
    let Some(tools) = tools("another socket") else { return };
    let mut stack = Stack::with_listen(tools, "uwsgi", "", "other.sock");
    stack.uwsgi(FINE, &[]);
    expect(&stack, &whole(&stack), &["proxy-misconfigured", "proxy-upstream-down"]);
}

#[test]
fn uwsgi_with_a_server_of_its_own() {
    let Some(tools) = tools("uwsgi, app.run()") else { return };
    let mut stack = Stack::new(tools, "uwsgi");
    stack.uwsgi(
        "from flask import Flask\napplication = Flask(__name__)\napplication.run(port=0)\n",
        &[],
    );
    expect(&stack, &whole(&stack), &["dev-server-run"]);
}

#[test]
fn gunicorn_with_a_server_of_its_own() {
    let Some(tools) = tools("gunicorn, app.run()") else { return };
    let mut stack = Stack::new(tools, "http");
    stack.gunicorn(
        "from flask import Flask\napplication = Flask(__name__)\napplication.run(port=0)\n",
        &[],
    );
    expect(&stack, &whole(&stack), &["dev-server-run"]);
}

#[test]
fn uwsgi_kills_a_slow_request() {
    let Some(tools) = tools("uwsgi harakiri, logs") else { return };
    let mut stack = Stack::new(tools, "uwsgi");
    let app = "import time\ndef application(environ, start_response):\n    time.sleep(30)\n";
    stack.uwsgi(app, &["--harakiri", "1"]);
    expect(&stack, &whole(&stack), &["harakiri-slow-request"]);
}

#[test]
fn gunicorn_kills_a_slow_request() {
    let Some(tools) = tools("gunicorn timeout, logs") else { return };
    let mut stack = Stack::new(tools, "http");
    let app = "import time\ndef application(environ, start_response):\n    time.sleep(30)\n";
    stack.gunicorn(app, &["--timeout", "1"]);
    expect(&stack, &whole(&stack), &["harakiri-slow-request"]);
}

#[test]
fn workers_that_are_killed() {
    let app = "import os\ndef application(environ, start_response):\n    os.kill(os.getpid(), 9)\n";
    let Some(found) = tools("uwsgi killed, logs") else { return };
    let mut stack = Stack::new(found, "uwsgi");
    stack.uwsgi(app, &[]);
    expect(&stack, &whole(&stack), &["out-of-memory"]);
    let Some(found) = tools("gunicorn killed, logs") else { return };
    let mut stack = Stack::new(found, "http");
    stack.gunicorn(app, &[]);
    expect(&stack, &whole(&stack), &["out-of-memory"]);
}

#[test]
fn a_missing_module() {
    let app = "import shoelaces\n";
    let Some(found) = tools("uwsgi, missing module, logs") else { return };
    let mut stack = Stack::new(found, "uwsgi");
    stack.uwsgi(app, &[]);
    expect(&stack, &whole(&stack), &["module-not-installed"]);
}

#[test]
fn a_first_request_that_is_slow() {
    let Some(tools) = tools("slow first, logs") else { return };
    let mut stack = Stack::new(tools, "uwsgi");
    let app = "
import time
first = True
def application(environ, start_response):
    global first
    if first:
        time.sleep(2.5)
        first = False
    start_response('200 OK', [])
    return [b'fine']
";
    stack.uwsgi(app, &[]);
    let report = whole(&stack);
    assert_eq!(report["verdict"], "healthy", "{report:#}\n{}", stack.outputs());
}

#[test]
fn a_start_that_takes_a_while() {
    let Some(tools) = tools("start under way, logs") else { return };
    let mut stack = Stack::new(tools, "uwsgi");
    std::thread::scope(|scope| {
        let nginx = stack.path("nginx.err");
        let url = stack.url("/");
        let probing = scope.spawn(move || {
            let output = Command::new(assert_cmd::cargo::cargo_bin!("diagnose"))
                .env_clear()
                .args(["--url", &url, "--nginx-log", &nginx])
                .args(["--format", "json", "--hits", "8"])
                .output()
                .expect("run");
            serde_json::from_slice::<Value>(&output.stdout).expect("a report")
        });
        std::thread::sleep(Duration::from_secs(2));
        stack.uwsgi(FINE, &[]);
        let report = probing.join().expect("probe");
        let last = report["probe"]["hits"].as_array().and_then(|hits| hits.last());
        assert_eq!(last.map(|hit| &hit["status"]), Some(&200.into()), "{report:#}");
        assert_eq!(report["verdict"], "healthy", "{report:#}\n{}", stack.outputs());
    });
}
