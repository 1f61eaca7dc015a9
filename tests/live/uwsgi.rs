//! nginx in front of uWSGI.

use std::time::Duration;

use diagnose::model::{AnsweredBy, ProbeVerdict};

use crate::stack::{Stack, tools};
use crate::{last, plan, probe};

const PLAIN: &str = "
def application(environ, start_response):
    start_response('200 OK', [('Content-Type', 'text/plain')])
    return [b'fine']
";

#[test]
fn healthy() {
    let Some(tools) = tools("uwsgi healthy") else { return };
    let mut stack = Stack::new(tools, "uwsgi");
    stack.uwsgi(PLAIN, &[]);
    let mut plan = plan(stack.url("/"));
    plan.hits = 3;
    let report = probe(&plan);
    assert_eq!(
        (report.verdict, last(&report)),
        (ProbeVerdict::Ok, (Some(200), None)),
        "{}",
        stack.outputs()
    );
    assert_eq!(report.hits.len(), 3);
}

#[test]
fn no_upstream() {
    let Some(tools) = tools("no upstream") else { return };
    let stack = Stack::new(tools, "uwsgi");
    let report = probe(&plan(stack.url("/")));
    assert_eq!(
        (report.verdict, last(&report)),
        (ProbeVerdict::Failing, (Some(502), Some("nginx-502")))
    );
    assert_eq!(report.hits[0].answered_by, Some(AnsweredBy::Proxy));
}

#[test]
fn wrong_socket() {
    let Some(tools) = tools("wrong socket") else { return };
    let mut stack = Stack::with_listen(tools, "uwsgi", "", "other.sock");
    stack.uwsgi(PLAIN, &[]);
    let report = probe(&plan(stack.url("/")));
    assert_eq!(
        (report.verdict, last(&report)),
        (ProbeVerdict::Failing, (Some(502), Some("nginx-502")))
    );
}

#[test]
fn http_spoken_to_a_uwsgi_socket() {
    let Some(tools) = tools("http to a uwsgi socket") else { return };
    let mut stack = Stack::new(tools, "http");
    stack.uwsgi(PLAIN, &[]);
    let report = probe(&plan(stack.url("/")));
    assert_eq!(
        (report.verdict, last(&report)),
        (ProbeVerdict::Failing, (Some(502), Some("nginx-502"))),
        "{}",
        stack.outputs()
    );
}

#[test]
fn a_server_of_its_own_at_import() {
    let Some(tools) = tools("app.run() at import") else { return };
    let mut stack = Stack::new(tools, "uwsgi");
    stack.uwsgi(
        "from flask import Flask\napplication = Flask(__name__)\napplication.run(port=0)\n",
        &[],
    );
    let report = probe(&plan(stack.url("/")));
    assert_eq!(
        (report.verdict, last(&report)),
        (ProbeVerdict::Failing, (Some(504), Some("nginx-504"))),
        "{}",
        stack.outputs()
    );
}

#[test]
fn a_module_that_is_missing() {
    let Some(tools) = tools("missing module") else { return };
    let mut stack = Stack::new(tools, "uwsgi");
    stack.uwsgi("import no_such_module_at_all\n", &[]);
    let report = probe(&plan(stack.url("/")));
    assert_eq!(
        (report.verdict, last(&report)),
        (ProbeVerdict::Failing, (Some(500), Some("uwsgi-500"))),
        "{}",
        stack.outputs()
    );
    assert_eq!(report.hits[0].answered_by, Some(AnsweredBy::AppServer));
}

#[test]
fn an_exception_in_a_view() {
    let Some(tools) = tools("exception in a view") else { return };
    let mut stack = Stack::new(tools, "uwsgi");
    stack.uwsgi("from flask import Flask\napplication = Flask(__name__)\n@application.route('/')\ndef home():\n    raise KeyError('x')\n", &[]);
    let report = probe(&plan(stack.url("/")));
    assert_eq!(
        (report.verdict, last(&report)),
        (ProbeVerdict::Failing, (Some(500), Some("flask-500"))),
        "{}",
        stack.outputs()
    );
}

#[test]
fn a_slow_first_hit() {
    let Some(tools) = tools("slow first hit") else { return };
    let mut stack = Stack::new(tools, "uwsgi");
    let app = "
import time
first = True
def application(environ, start_response):
    global first
    if first:
        time.sleep(2.2)
        first = False
    start_response('200 OK', [])
    return [b'fine']
";
    stack.uwsgi(app, &[]);
    let mut plan = plan(stack.url("/"));
    plan.hits = 3;
    let report = probe(&plan);
    assert_eq!(report.verdict, ProbeVerdict::SlowFirst, "{report:#?}");
    let phases = report.hits[0].phases_ms;
    assert!(phases.first_byte > phases.connect);
}

#[test]
fn harakiri() {
    let Some(tools) = tools("harakiri") else { return };
    let mut stack = Stack::new(tools, "uwsgi");
    let app = "import time\ndef application(environ, start_response):\n    time.sleep(30)\n";
    stack.uwsgi(app, &["--harakiri", "1"]);
    let report = probe(&plan(stack.url("/")));
    // nginx's own limit of three seconds may come first on a slow machine.
    assert!(
        matches!(last(&report), (Some(502), Some("nginx-502")) | (Some(504), Some("nginx-504"))),
        "{report:#?}"
    );
    assert_eq!(report.verdict, ProbeVerdict::Failing);
}

#[test]
fn a_worker_killed_in_mid_request() {
    let Some(tools) = tools("worker killed") else { return };
    let mut stack = Stack::new(tools, "uwsgi");
    let app = "import os\ndef application(environ, start_response):\n    os.kill(os.getpid(), 9)\n";
    stack.uwsgi(app, &[]);
    let report = probe(&plan(stack.url("/")));
    assert_eq!(
        (report.verdict, last(&report)),
        (ProbeVerdict::Failing, (Some(502), Some("nginx-502"))),
        "{}",
        stack.outputs()
    );
}

#[test]
fn reload_in_progress() {
    let Some(tools) = tools("reload in progress") else { return };
    let mut stack = Stack::new(tools, "uwsgi");
    let mut plan = plan(stack.url("/"));
    plan.hits = 20;
    plan.reloading = true;
    plan.backoff = Duration::from_millis(500);
    let probing = std::thread::spawn(move || probe(&plan));
    std::thread::sleep(Duration::from_millis(700));
    stack.uwsgi(PLAIN, &[]);
    let report = probing.join().expect("probe");
    assert_eq!(report.hits[0].status, Some(502));
    assert_eq!((report.verdict, last(&report).0), (ProbeVerdict::Ok, Some(200)), "{report:#?}");
}

#[test]
fn a_reload_that_never_ends() {
    let Some(tools) = tools("endless reload") else { return };
    let stack = Stack::new(tools, "uwsgi");
    let mut plan = plan(stack.url("/"));
    plan.hits = 3;
    plan.reloading = true;
    plan.backoff = Duration::from_millis(20);
    let report = probe(&plan);
    assert_eq!((report.verdict, report.hits.len()), (ProbeVerdict::Reloading, 3));
}
