//! Sites worked through by hand: what the ledger must conclude, and why.
//!
//! Each test states the story; the numbers follow from the weights of DESIGN.md.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use clap::Parser as _;
use diagnose::cli::args::Args;
use diagnose::cli::diagnose_args;
use diagnose::engine::{EngineOptions, conclude};
use diagnose::model::{
    Fact, Facts, Hit, PlatformId, ProbeReport, ProbeVerdict, Report, Severity, Site, Source, State,
    Symptom, SymptomKind, SymptomSource, Verdict,
};
use diagnose::rules::Rules;

/// A site as files and arguments.
struct Story {
    dir: tempfile::TempDir,
    args: Vec<String>,
}

impl Story {
    fn new(platform: &str) -> Self {
        let args = ["diagnose", "--platform", platform, "--now", "2026-11-21T12:00:00Z"];
        Self { dir: tempfile::tempdir().expect("a folder"), args: args.map(str::to_owned).into() }
    }

    fn file(mut self, flag: &str, name: &str, text: &str) -> Self {
        let path = self.write(name, text);
        self.args.extend([flag.to_owned(), path]);
        self
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).expect("a folder");
        std::fs::write(&path, text).expect("writable");
        path.to_string_lossy().into_owned()
    }

    fn arg(mut self, flag: &str, value: &str) -> Self {
        self.args.extend([flag.to_owned(), value.to_owned()]);
        self
    }

    fn report(&self) -> Report {
        let args = Args::try_parse_from(&self.args).expect("arguments");
        diagnose_args(&args.diagnose, &Arc::new(AtomicBool::new(false)))
            .unwrap_or_else(|failure| panic!("{failure}"))
            .remove(0)
    }
}

fn summary(report: &Report) -> Vec<String> {
    report
        .findings
        .iter()
        .map(|f| {
            format!(
                "{} {:.2} {:?} {:?}",
                f.cause.as_deref().unwrap_or("-"),
                f.confidence.0,
                f.severity,
                f.state
            )
        })
        .collect()
}

fn first(report: &Report) -> &str {
    report.findings.first().and_then(|f| f.cause.as_deref()).unwrap_or("nothing")
}

fn current<'a>(report: &'a Report, slug: &str) -> Option<&'a diagnose::model::Finding> {
    report.findings.iter().find(|f| f.cause.as_deref() == Some(slug) && f.state == State::Current)
}

/// A failure at import as PythonAnywhere's wrapper prints it: exception first, then frames, then the banner.
fn wrapper_block(time: &str, exception: &str, frames: &[(&str, u32, &str, &str)]) -> String {
    let mut out = format!("{time},100: Error running WSGI application\n{time},101: {exception}\n");
    for (file, line, function, source) in frames {
        out += &format!(
            "{time},101:   File \"{file}\", line {line}, in {function}\n{time},101:     {source}\n{time},101: \n"
        );
    }
    out += &format!("{time},101: ***************************************************\n");
    out += &format!("{time},101: If you're seeing an import error and don't know why,\n");
    out
}

fn start(time: &str) -> String {
    format!(
        "{time} *** Starting uWSGI 2.0.28 (64bit) on [Sat Nov 21 10:00:00 2026] ***\n{time} Python version: 3.11.7\n{time} *** Operational MODE: single process ***\n{time} initialized 38 metrics\n{time} WSGI app 0 (mountpoint='') ready in 1 seconds on interpreter 0x1 pid: 5 (default app)\n{time} *** uWSGI is running in multiple interpreter mode ***\n{time} spawned uWSGI worker 1 (and the only) (pid: 8, cores: 1)\n"
    )
}

#[test]
fn an_old_traceback_and_a_healthy_site() {
    // The import failed at 09:00; the reload at 10:00 loaded the app, a request was answered.
    let report = Story::new("pythonanywhere")
        .file(
            "--error-log",
            "ana.pythonanywhere.com.error.log",
            &wrapper_block(
                "2026-11-21 09:00:00",
                "ModuleNotFoundError: No module named 'requests'",
                &[("/var/www/ana_pythonanywhere_com_wsgi.py", 4, "<module>", "from app import app as application")],
            ),
        )
        .file(
            "--server-log",
            "ana.pythonanywhere.com.server.log",
            &(start("2026-11-21 08:59:50") + "2026-11-21 10:00:00 *** /var/www/ana_pythonanywhere_com_wsgi.py has been touched... grace them all !!!\n" + &start("2026-11-21 10:00:01")),
        )
        .file(
            "--access-log",
            "ana.pythonanywhere.com.access.log",
            "10.0.0.1 - - [21/Nov/2026:10:00:05 +0000] \"GET / HTTP/1.1\" 200 512 \"-\" \"python-requests/2.28\" \"-\" response-time=0.2\n",
        )
        .arg("--symptom", "ok")
        .report();
    assert_eq!(report.verdict, Verdict::Healthy, "{:?}", summary(&report));
    assert!(report.findings.iter().all(|f| f.state == State::Old), "{:?}", summary(&report));
}

#[test]
fn a_missing_module_two_epochs_ago_and_a_database_error_now() {
    let frames = [(
        "/var/www/ana_pythonanywhere_com_wsgi.py",
        4,
        "<module>",
        "from app import app as application",
    )];
    let error = wrapper_block(
        "2026-11-21 08:00:00",
        "ModuleNotFoundError: No module named 'requests'",
        &frames,
    ) + "2026-11-21 10:30:00,000: Exception on /orders [GET]\nTraceback (most recent call last):\n  File \"/home/ana/.virtualenvs/v/lib/python3.11/site-packages/flask/app.py\", line 1511, in wsgi_app\n    response = self.full_dispatch_request()\n  File \"/home/ana/mysite/app.py\", line 9, in orders\n    db = MySQLdb.connect(host='ana.mysql.example')\n  File \"/home/ana/.virtualenvs/v/lib/python3.11/site-packages/MySQLdb/connections.py\", line 185, in __init__\n    super().__init__(*args, **kwargs2)\nMySQLdb.OperationalError: (2003, \"Can't connect to MySQL server on 'ana.mysql.example' (111)\")\n";
    let report = Story::new("pythonanywhere")
        .file("--error-log", "ana.pythonanywhere.com.error.log", &error)
        .file(
            "--server-log",
            "ana.pythonanywhere.com.server.log",
            &(start("2026-11-21 07:59:50")
                + &start("2026-11-21 09:00:00")
                + &start("2026-11-21 10:00:00")),
        )
        .arg("--symptom", "500")
        .report();
    assert_eq!(first(&report), "database-unreachable", "{:?}", summary(&report));
    assert!(current(&report, "module-not-installed").is_none(), "{:?}", summary(&report));
}

#[test]
fn a_failing_checkout_is_not_healthy_while_the_front_page_answers() {
    let traceback = "2026-11-21 10:30:00,000: Exception on /checkout [POST]\nTraceback (most recent call last):\n  File \"/home/ana/.virtualenvs/v/lib/python3.11/site-packages/flask/app.py\", line 1511, in wsgi_app\n    response = self.full_dispatch_request()\n  File \"/home/ana/mysite/app.py\", line 9, in checkout\n    total = cart['total']\nKeyError: 'total'\n";
    let access = "10.0.0.1 - - [21/Nov/2026:10:30:00 +0000] \"POST /checkout HTTP/1.1\" 500 265 \"-\" \"Mozilla/5.0\" \"-\" response-time=0.1\n".to_owned()
        + &"10.0.0.1 - - [21/Nov/2026:10:31:00 +0000] \"GET / HTTP/1.1\" 200 900 \"-\" \"Mozilla/5.0\" \"-\" response-time=0.1\n".repeat(5);
    let report = Story::new("pythonanywhere")
        .file("--error-log", "ana.pythonanywhere.com.error.log", traceback)
        .file("--server-log", "ana.pythonanywhere.com.server.log", &start("2026-11-21 10:00:00"))
        .file("--access-log", "ana.pythonanywhere.com.access.log", &access)
        .arg("--symptom", "ok")
        .report();
    assert_eq!(first(&report), "app-exception", "{:?}", summary(&report));
    assert_eq!(report.verdict, Verdict::Broken, "{:?}", summary(&report));
}

#[test]
fn harakiri_explains_signal_nine() {
    let server = start("2026-11-21 10:00:00")
        + "2026-11-21 10:10:00 Sat Nov 21 10:10:00 2026 - *** HARAKIRI ON WORKER 1 (pid: 8, try: 1, graceful: yes) ***\n2026-11-21 10:10:00 Sat Nov 21 10:10:00 2026 - HARAKIRI !!! worker 1 status !!!\n2026-11-21 10:10:00 Sat Nov 21 10:10:00 2026 - HARAKIRI [core 0] 10.0.0.1 - GET /report since 1795255500\n2026-11-21 10:10:00 Sat Nov 21 10:10:00 2026 - HARAKIRI !!! end of worker 1 status !!!\n2026-11-21 10:10:01 DAMN ! worker 1 (pid: 8) died, killed by signal 9 :( trying respawn ...\n2026-11-21 10:10:01 Respawned uWSGI worker 1 (new pid: 21)\n";
    let report = Story::new("pythonanywhere")
        .file("--error-log", "ana.pythonanywhere.com.error.log", "")
        .file("--server-log", "ana.pythonanywhere.com.server.log", &server)
        .arg("--symptom", "502")
        .report();
    assert_eq!(first(&report), "harakiri-slow-request", "{:?}", summary(&report));
    assert!(
        current(&report, "out-of-memory").is_none_or(|f| f.confidence.0 < 0.4),
        "{:?}",
        summary(&report)
    );
    assert!(!report.findings[0].consequences.is_empty(), "the kill stands under the harakiri");
}

#[test]
fn an_excerpt_without_any_time() {
    let report = Story::new("generic")
        .file(
            "--error-log",
            "paste.txt",
            "Traceback (most recent call last):\n  File \"/srv/shop/wsgi.py\", line 3, in <module>\n    from shop import app as application\n  File \"/srv/shop/shop.py\", line 1, in <module>\n    import flask_sqlalchemy\nModuleNotFoundError: No module named 'flask_sqlalchemy'\n",
        )
        .report();
    assert_eq!(first(&report), "module-not-installed", "{:?}", summary(&report));
    assert!(report.findings[0].confidence.0 >= 0.75, "{:?}", summary(&report));
}

#[test]
fn edited_but_not_reloaded() {
    let story = Story::new("pythonanywhere");
    let wsgi = story.write(
        "wsgi/ana_pythonanywhere_com_wsgi.py",
        "import sys\nfrom app import app as application\n",
    );
    story.write("mysite/app.py", "from flask import Flask\napp = Flask(__name__)\nRATE = 2\n");
    let project = story.dir.path().join("mysite").to_string_lossy().into_owned();
    let error = wrapper_block(
        "2026-11-21 10:00:05",
        "ZeroDivisionError: division by zero",
        &[
            (
                "/var/www/ana_pythonanywhere_com_wsgi.py",
                2,
                "<module>",
                "from app import app as application",
            ),
            ("/home/ana/mysite/app.py", 3, "<module>", "RATE = 1 / 0"),
        ],
    );
    let report = story
        .file("--error-log", "ana.pythonanywhere.com.error.log", &error)
        .file("--server-log", "ana.pythonanywhere.com.server.log", &start("2026-11-21 10:00:00"))
        .arg("--wsgi", &wsgi)
        .arg("--project", &project)
        .arg("--symptom", "500")
        .report();
    assert_eq!(first(&report), "reload-pending", "{:?}", summary(&report));
}

#[test]
fn two_real_faults_can_both_be_certain() {
    let frame = "  File \"/home/ana/.virtualenvs/v/lib/python3.11/site-packages/flask/app.py\", line 1511, in wsgi_app\n    response = self.full_dispatch_request()\n";
    let error = format!(
        "2026-11-21 10:30:00,000: Exception on /a [GET]\nTraceback (most recent call last):\n{frame}  File \"/home/ana/mysite/app.py\", line 9, in a\n    return render_template('a.html')\njinja2.exceptions.TemplateNotFound: a.html\n2026-11-21 10:31:00,000: Exception on /b [GET]\nTraceback (most recent call last):\n{frame}  File \"/home/ana/mysite/app.py\", line 19, in b\n    cursor.execute('select 1 from orders')\nsqlite3.OperationalError: no such table: orders\n"
    );
    let report = Story::new("pythonanywhere")
        .file("--error-log", "ana.pythonanywhere.com.error.log", &error)
        .arg("--symptom", "500")
        .report();
    for slug in ["template-missing", "database-schema"] {
        let finding =
            current(&report, slug).unwrap_or_else(|| panic!("{slug}: {:?}", summary(&report)));
        assert!(finding.confidence.0 >= 0.75, "{:?}", summary(&report));
    }
}

/// `app.run()` in an imported module: the error log is empty, the site answers 504.
#[test]
fn a_server_started_at_import_with_an_empty_error_log() {
    let rules = Rules::embedded();
    let mut facts = Facts::default();
    let mut fact = Fact::new(Source::Code, "app.run(port=5000)");
    fact.matches = rules.match_lint("server-at-import", None, &diagnose::model::Captures::new());
    fact.lint = Some("server-at-import".to_owned());
    facts.facts.push(fact);
    facts.symptoms.push(symptom(SymptomKind::Status(504), SymptomSource::Probe));
    let report = conclude(facts, &site(), rules, &EngineOptions::default());
    assert_eq!(first(&report), "dev-server-run", "{:?}", summary(&report));
    assert_eq!(report.verdict, Verdict::Broken);
    assert!(report.findings[0].confidence.0 >= 0.95, "{:?}", summary(&report));
    assert_eq!(report.findings[0].explains.as_deref(), Some("explains the 504"));
}

/// Slow first hit, fine afterwards: a note, and the site is healthy.
#[test]
fn a_slow_first_hit_is_a_note() {
    let rules = Rules::embedded();
    let slow = Hit { status: Some(200), ..Hit::default() };
    let probe = ProbeReport {
        url: "https://ana.pythonanywhere.com/".to_owned(),
        verdict: ProbeVerdict::SlowFirst,
        limit_ms: 20_000,
        limits: String::new(),
        hits: vec![slow.clone()],
        marker: None,
        notes: Vec::new(),
        skipped: None,
        cname: None,
    };
    let mut fact = Fact::new(Source::Probe, "GET / → 200 after 27.9 s");
    fact.matches = rules.match_hit(&slow, ProbeVerdict::SlowFirst);
    let facts = Facts {
        facts: vec![fact],
        probe: Some(probe),
        symptoms: vec![symptom(SymptomKind::Ok, SymptomSource::Probe)],
        ..Facts::default()
    };
    let report = conclude(facts, &site(), rules, &EngineOptions::default());
    assert_eq!(report.verdict, Verdict::Healthy, "{:?}", summary(&report));
    assert_eq!(first(&report), "slow-startup", "{:?}", summary(&report));
    assert_eq!(report.findings[0].severity, Severity::Note);
}

/// A 502 alone names no cause: the report says what to look at next.
#[test]
fn a_bare_symptom_accuses_nobody() {
    let facts = Facts {
        symptoms: vec![symptom(SymptomKind::Status(502), SymptomSource::User)],
        ..Facts::default()
    };
    let report = conclude(facts, &site(), Rules::embedded(), &EngineOptions::default());
    assert!(report.findings.is_empty(), "{:?}", summary(&report));
    assert_eq!(report.verdict, Verdict::Unknown);
    assert!(report.next_check.is_some() && !report.support.is_empty());
}

fn symptom(kind: SymptomKind, source: SymptomSource) -> Symptom {
    Symptom { kind, source, time: None, route: None }
}

fn site() -> Site {
    Site { platform: Some(PlatformId("pythonanywhere".to_owned())), ..Site::default() }
}

/// uWSGI binds its socket before it loads the app: whoever is refused after a start that stops in
/// the middle meets no process. The code did not hang, it ended the process.
#[test]
fn a_start_that_stops_and_then_nobody_listens_has_ended() {
    let start = "*** Starting uWSGI 2.0.31 (64bit) on [Sat Nov 21 11:00:00 2026] ***\n\
        uwsgi socket 0 bound to TCP address 127.0.0.1:8001 fd 3\n\
        *** Operational MODE: single process ***\nno configuration\n";
    let refused = |words: &str| {
        format!(
            "2026/11/21 11:00:09 [error] 9#9: *1 {words} while connecting to upstream, client: 203.0.113.9, server: shop.example.com, request: \"GET / HTTP/1.1\", upstream: \"uwsgi://127.0.0.1:8001\"\n"
        )
    };
    let story = |nginx: &str| {
        Story::new("uwsgi")
            .file("--server-log", "uwsgi.log", start)
            .file("--nginx-log", "error.log", nginx)
            .arg("--symptom", "502")
            .report()
    };
    let report = story(&refused("connect() failed (111: Connection refused)"));
    assert_eq!(first(&report), "exit-on-start", "{:?}", summary(&report));
    let waits = "upstream timed out (110: Connection timed out)";
    let report = story(&refused(waits).replace("connecting to", "reading response header from"));
    assert_eq!(first(&report), "import-time-blocking", "{:?}", summary(&report));
}
