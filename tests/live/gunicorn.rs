//! nginx in front of gunicorn.

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
    let Some(tools) = tools("gunicorn healthy") else { return };
    let mut stack = Stack::new(tools, "http");
    stack.gunicorn(PLAIN, &[]);
    let report = probe(&plan(stack.url("/")));
    assert_eq!(
        (report.verdict, last(&report)),
        (ProbeVerdict::Ok, (Some(200), None)),
        "{}",
        stack.outputs()
    );
}

#[test]
fn an_exception_that_leaves_the_app() {
    let Some(tools) = tools("exception leaves the app") else { return };
    let mut stack = Stack::new(tools, "http");
    stack.gunicorn("def application(environ, start_response):\n    raise ValueError('x')\n", &[]);
    let report = probe(&plan(stack.url("/")));
    assert_eq!(
        (report.verdict, last(&report)),
        (ProbeVerdict::Failing, (Some(500), Some("gunicorn-500"))),
        "{}",
        stack.outputs()
    );
    assert_eq!(report.hits[0].answered_by, Some(AnsweredBy::AppServer));
}

#[test]
fn a_worker_killed_in_mid_request() {
    let Some(tools) = tools("gunicorn worker killed") else { return };
    let mut stack = Stack::new(tools, "http");
    stack.gunicorn(
        "import os\ndef application(environ, start_response):\n    os.kill(os.getpid(), 9)\n",
        &[],
    );
    let report = probe(&plan(stack.url("/")));
    assert_eq!(
        (report.verdict, last(&report)),
        (ProbeVerdict::Failing, (Some(502), Some("nginx-502"))),
        "{}",
        stack.outputs()
    );
}

#[test]
fn a_request_over_the_workers_limit() {
    let Some(tools) = tools("worker timeout") else { return };
    let mut stack = Stack::new(tools, "http");
    stack.gunicorn(
        "import time\ndef application(environ, start_response):\n    time.sleep(30)\n",
        &["--timeout", "1"],
    );
    let report = probe(&plan(stack.url("/")));
    // Which one depends on gunicorn's version and on who is faster.
    assert!(
        matches!(last(&report).0, Some(500 | 502 | 504)) && last(&report).1.is_some(),
        "{report:#?}"
    );
    assert_eq!(report.verdict, ProbeVerdict::Failing);
}

#[test]
fn a_server_of_its_own_at_import() {
    let Some(tools) = tools("gunicorn app.run() at import") else { return };
    let mut stack = Stack::new(tools, "http");
    stack.gunicorn(
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
fn werkzeugs_debugger_behind_a_proxy() {
    let Some(tools) = tools("werkzeug debugger") else { return };
    let mut stack = Stack::new(tools, "http");
    let app = "
from flask import Flask
from werkzeug.debug import DebuggedApplication
app = Flask(__name__)
app.testing = True
@app.route('/')
def home():
    raise KeyError('DATABASE_URL')
application = DebuggedApplication(app, evalex=False)
";
    stack.gunicorn(app, &[]);
    let report = probe(&plan(stack.url("/")));
    assert_eq!(last(&report), (Some(500), Some("werkzeug-debugger")), "{}", stack.outputs());
    let exception = report.hits[0].exception.clone().expect("exception");
    assert_eq!(
        (exception.type_name.as_str(), exception.message.as_str()),
        ("KeyError", "'DATABASE_URL'")
    );
}

#[test]
fn http2_over_tls() {
    let Some(tools) = tools("HTTP/2") else { return };
    let key = rcgen::KeyPair::generate().expect("key");
    let params = rcgen::CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("names");
    let certificate = params.self_signed(&key).expect("certificate");
    let files = tempfile::tempdir().expect("temporary folder");
    let path = |name: &str| files.path().join(name).display().to_string();
    std::fs::write(path("cert"), certificate.pem()).expect("file");
    std::fs::write(path("key"), key.serialize_pem()).expect("file");
    let listen =
        format!("ssl http2; ssl_certificate {}; ssl_certificate_key {}", path("cert"), path("key"));
    let mut stack = Stack::with_listen(tools, "http", &listen, "app.sock");
    stack.gunicorn(PLAIN, &[]);
    let mut plan = plan(stack.url("/").replace("http:", "https:"));
    plan.insecure = true;
    let report = probe(&plan);
    let hit = &report.hits[0];
    assert_eq!((hit.status, hit.http_version.as_deref()), (Some(200), Some("2")), "{report:#?}");
    let phases = hit.phases_ms;
    assert!(phases.tls.is_some() && phases.first_byte.is_some() && phases.body.is_some());
    let plain = probe(&crate::plan(stack.url("/")));
    assert_eq!(last(&plain), (Some(400), Some("nginx-https-port")));
}
