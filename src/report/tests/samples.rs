//! Reports made by hand, one for each shape that renderers must carry.

use jiff::Timestamp;

use crate::model::{
    AnsweredBy, Captures, ClockState, Confidence, Consequence, ContainerState, Edit, ErrorKind,
    Evidence, Examined, Finding, Fix, Hit, HitError, LogKind, LogSummary, MarkKind, NextCheck,
    PhasesMs, Place, PlatformId, Point, Prevention, ProbePhase, ProbeReport, ProbeVerdict,
    Redirect, Report, RestartState, RuledOut, Safety, Severity, Site, Skipped, Source, State,
    Symptom, SymptomKind, SymptomSource, TimelineEntry, TlsInfo, Verdict,
};

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().expect("a time of the tests")
}

fn base(verdict: Verdict, domain: &str) -> Report {
    let mut report = crate::report::json::empty_report("0.1.0", verdict);
    report.platform_name = "PythonAnywhere".to_owned();
    report.site = Site {
        platform: Some(PlatformId("pythonanywhere".to_owned())),
        domain: Some(domain.to_owned()),
        url: Some(format!("https://{domain}/")),
        wsgi: Some("/var/www/ana_pythonanywhere_com_wsgi.py".into()),
        project: Some("/home/ana/mysite".into()),
        user: Some("ana".to_owned()),
        ..Site::default()
    };
    report.now = Some(at("2026-11-20T09:45:00Z"));
    report.logs = ["error", "server", "access"]
        .iter()
        .map(|kind| LogSummary {
            sampled: false,
            path: format!("/var/log/{domain}.{kind}.log"),
            kind: match *kind {
                "error" => LogKind::Error,
                "server" => LogKind::Server,
                _ => LogKind::Access,
            },
            first: Some(at("2026-11-20T08:00:00Z")),
            last: Some(at("2026-11-20T09:41:07Z")),
            lines: 4_128,
            clock: ClockState::Assumed,
            complete: true,
        })
        .collect();
    report.examined = vec![Examined {
        check: "logs".to_owned(),
        what: format!("/var/log/{domain}.error.log (error log, 4,128 lines)"),
        from: Some(at("2026-11-20T08:00:00Z")),
        to: Some(at("2026-11-20T09:41:07Z")),
    }];
    report.ruled_out = ["syntax-error", "harakiri-slow-request", "disk-full"]
        .iter()
        .map(|cause| RuledOut {
            cause: (*cause).to_owned(),
            title: format!("The title of {cause}"),
            reason: "nothing of it in the error log".to_owned(),
        })
        .collect();
    report
}

pub(super) fn finding(cause: &str, title: &str, severity: Severity, confidence: f64) -> Finding {
    Finding {
        cause: Some(cause.to_owned()),
        lint: None,
        title: title.to_owned(),
        severity,
        state: State::Current,
        confidence: Confidence(confidence),
        points: Vec::new(),
        evidence: Vec::new(),
        why: String::new(),
        explains: None,
        fixes: Vec::new(),
        prevent: Vec::new(),
        consequences: Vec::new(),
        docs: Vec::new(),
        captures: Captures::new(),
    }
}

pub(super) fn evidence(source: Source, place: Option<Place>, excerpt: &str) -> Evidence {
    Evidence {
        source,
        place,
        time: None,
        count: 1,
        last_time: None,
        excerpt: excerpt.to_owned(),
        label: None,
    }
}

fn fix(text: &str, command: Option<&str>, verify: Option<&str>) -> Fix {
    Fix {
        text: text.to_owned(),
        command: command.map(str::to_owned),
        verify: verify.map(str::to_owned),
        safety: None,
        edits: Vec::new(),
    }
}

fn hit(status: u16, wait: f64) -> Hit {
    Hit {
        status: Some(status),
        phases_ms: PhasesMs {
            dns: Some(10.0),
            connect: Some(20.0),
            tls: Some(50.0),
            first_byte: Some(wait),
            body: Some(2.0),
            total: Some(wait + 82.0),
        },
        address: Some("203.0.113.80:443".to_owned()),
        http_version: Some("2".to_owned()),
        bytes: Some(1234),
        headers: vec![("server".to_owned(), "PythonAnywhere".to_owned())],
        answered_by: Some(AnsweredBy::App),
        ..Hit::default()
    }
}

/// A web server started at import: three kinds of evidence, an old finding behind it.
pub(super) fn broken() -> Report {
    let mut report = base(Verdict::Broken, "ana.pythonanywhere.com");
    let mut first =
        finding("dev-server-run", "The WSGI file starts its own web server", Severity::Error, 0.97);
    first.explains = Some("explains the 502".to_owned());
    let place = Place {
        column: Some(1),
        end_line: Some(12),
        end_column: Some(16),
        ..Place::line("/var/www/ana_pythonanywhere_com_wsgi.py", 12)
    };
    let mut code =
        evidence(Source::Code, Some(place), "application.run(host=\"0.0.0.0\", port=5000)");
    code.label = Some("runs during import".to_owned());
    let mut log = evidence(
        Source::Log,
        Some(Place::line("/var/log/ana.pythonanywhere.com.error.log", 4128)),
        "OSError: [Errno 98] Address already in use",
    );
    log.time = Some(at("2026-11-20T09:14:02Z"));
    log.last_time = Some(at("2026-11-20T09:41:07Z"));
    log.count = 6;
    let probe =
        evidence(Source::Probe, None, "GET https://ana.pythonanywhere.com/: 502 after 0.21 s");
    let more = evidence(
        Source::Log,
        Some(Place::line("/var/log/ana.pythonanywhere.com.server.log", 7)),
        " * Serving Flask app 'mysite'",
    );
    first.evidence = vec![code, log, probe, more];
    first.points = vec![
        Point { points: 20.0, reason: "the call runs at import".to_owned(), place: None },
        Point { points: 0.0, reason: "nothing else is current".to_owned(), place: None },
    ];
    first.why = "PythonAnywhere starts the server (uWSGI) for you. A second server blocks the worker, so requests never reach your code.".to_owned();
    let mut guard = fix(
        "Put the call under `if __name__ == \"__main__\":`.",
        Some("if __name__ == \"__main__\":\n    application.run()"),
        None,
    );
    guard.safety = Some(Safety::Safe);
    guard.edits = vec![Edit {
        file: "/var/www/ana_pythonanywhere_com_wsgi.py".to_owned(),
        start: 100,
        end: 140,
        text: "if __name__ == \"__main__\":\n    application.run()\n".to_owned(),
        safety: Safety::Safe,
    }];
    first.fixes = vec![
        guard,
        fix(
            "Press Reload on the Web tab.",
            None,
            Some("Run diagnose again: the site answers 200."),
        ),
    ];
    first.docs = vec!["https://help.pythonanywhere.com/pages/Flask504And502Errors/".to_owned()];
    first.consequences = vec![Consequence {
        runs: false,
        title: "a worker was killed".to_owned(),
        evidence: vec![evidence(Source::Log, None, "worker 1 died")],
    }];
    let mut old = finding(
        "module-not-installed",
        "A package was missing before the reload",
        Severity::Note,
        0.5,
    );
    old.state = State::Old;
    let mut gone = evidence(
        Source::Log,
        Some(Place::line("/var/log/ana.pythonanywhere.com.error.log", 12)),
        "ModuleNotFoundError: No module named 'dotenv'",
    );
    gone.count = 3;
    gone.last_time = Some(at("2026-11-18T09:00:00Z"));
    old.evidence = vec![gone];
    report.findings = vec![first, old];
    report.symptoms = vec![Symptom {
        kind: SymptomKind::Status(502),
        source: SymptomSource::Probe,
        time: None,
        route: None,
    }];
    report.probe = Some(ProbeReport {
        url: "https://ana.pythonanywhere.com/".to_owned(),
        verdict: ProbeVerdict::Failing,
        limit_ms: 20_000,
        limits: String::new(),
        hits: vec![hit(502, 128.0)],
        marker: None,
        notes: Vec::new(),
        skipped: None,
        cname: None,
    });
    report.timeline = ["09:00:00", "09:14:02", "09:20:00", "09:41:07"]
        .iter()
        .enumerate()
        .map(|(n, time)| TimelineEntry {
            time: Some(at(&format!("2026-11-20T{time}Z"))),
            kind: if n == 0 { MarkKind::Reload } else { MarkKind::Error },
            place: Some(Place::line("/var/log/ana.pythonanywhere.com.error.log", 4120 + n as u32)),
            count: n as u32 + 1,
            label: if n == 0 {
                "reload".to_owned()
            } else {
                "dev-server-run: the port is taken".to_owned()
            },
        })
        .collect();
    report
}

/// Slow at first, fine afterwards.
pub(super) fn slow_first() -> Report {
    let mut report = base(Verdict::Healthy, "shop.pythonanywhere.com");
    let mut note = finding(
        "slow-startup",
        "The first request is slower than the 20 s reload check",
        Severity::Note,
        0.83,
    );
    note.explains = Some("explains \"error reloading web app\"".to_owned());
    let place = Place {
        column: Some(9),
        end_line: Some(8),
        end_column: Some(17),
        ..Place::line("/home/ana/mysite/model.py", 8)
    };
    let mut code = evidence(Source::Code, Some(place), "MODEL = pipeline(\"summarization\")");
    code.label = Some("loaded at import".to_owned());
    note.evidence = vec![code];
    note.why =
        "After a reload the platform sends one request and waits 20 seconds. Loading the model takes longer. Later requests are fast, so you don't need to do anything.".to_owned();
    note.fixes = vec![fix("Load the model on first use, or in an always-on task.", None, None)];
    report.findings = vec![note];
    report.probe = Some(ProbeReport {
        url: "https://shop.pythonanywhere.com/".to_owned(),
        verdict: ProbeVerdict::SlowFirst,
        limit_ms: 20_000,
        limits: String::new(),
        hits: vec![hit(200, 27_800.0), hit(200, 310.0), hit(200, 290.0)],
        marker: None,
        notes: vec!["the certificate ends in 6 days".to_owned()],
        skipped: None,
        cname: None,
    });
    report.symptoms = vec![Symptom {
        kind: SymptomKind::Ok,
        source: SymptomSource::Probe,
        time: None,
        route: None,
    }];
    report
}

/// Nothing wrong.
pub(super) fn healthy() -> Report {
    let mut report = base(Verdict::Healthy, "shop.pythonanywhere.com");
    report.skipped = vec![Skipped {
        check: "code".to_owned(),
        missing: "no WSGI file found; give --wsgi FILE".to_owned(),
    }];
    report
}

/// A failure that nothing explains.
pub(super) fn unknown() -> Report {
    let mut report = base(Verdict::Unknown, "ana.pythonanywhere.com");
    report.symptoms = vec![Symptom {
        kind: SymptomKind::Status(500),
        source: SymptomSource::User,
        time: None,
        route: None,
    }];
    let lines: [&str; 4] = [
        "the widget could not be frobnicated",
        "fatal: queue is upside down",
        "E: nothing",
        "error four",
    ];
    report.unexplained = lines
        .iter()
        .enumerate()
        .map(|(n, text)| {
            let place = Place::line("/var/log/ana.pythonanywhere.com.error.log", 10 + n as u32);
            evidence(Source::Log, Some(place), text)
        })
        .collect();
    report.next_check = Some(NextCheck {
        check: "server-log".to_owned(),
        text: "Read the server log too: what it says of the newest reload decides.".to_owned(),
        command: Some(
            "diagnose --server-log /var/log/ana.pythonanywhere.com.server.log".to_owned(),
        ),
    });
    report.support = vec![
        "Use the \"Send feedback\" link on the top of the page.".to_owned(),
        "Attach this report".to_owned(),
    ];
    report
}

/// A container that dies at each start.
pub(super) fn crash_loop() -> Report {
    let mut report = base(Verdict::Broken, "shop.osc-fr1.scalingo.io");
    report.platform_name = "Scalingo".to_owned();
    report.site.platform = Some(PlatformId("scalingo".to_owned()));
    report.logs.truncate(1);
    let mut first = finding("missing-env-var", "DATABASE_URL is not set", Severity::Error, 0.96);
    let mut log = evidence(
        Source::Log,
        Some(Place::line("stdin", 1877)),
        "  File \"/app/shop/settings.py\", line 31, in <module>\n    url = os.environ['DATABASE_URL']\nKeyError: 'DATABASE_URL'",
    );
    log.count = 6;
    first.evidence = vec![log];
    first.fixes = vec![fix(
        "Set the variable.",
        Some("scalingo --app shop env-set DATABASE_URL=VALUE"),
        Some("A start that survives 10 minutes resets the counter."),
    )];
    first.consequences = vec![Consequence {
        title: "web-1 crashed 6 times in a row (inferred from repeated starts)".to_owned(),
        runs: false,
        evidence: Vec::new(),
    }];
    report.findings = vec![first];
    report.restarts = vec![ContainerState {
        container: "web-1".to_owned(),
        counter: 6,
        state: RestartState::Waiting,
        warmup_until: None,
        next_restart: Some(at("2026-11-20T08:57:00Z")),
        gives_up_at: Some(at("2026-11-20T13:00:00Z")),
        mails_sent: vec![2, 5],
        inferred: true,
        crashes: ["08:02", "08:03", "08:04", "08:09", "08:20", "08:37"]
            .iter()
            .map(|time| at(&format!("2026-11-20T{time}:00Z")))
            .collect(),
        waits: vec![0, 0, 5, 10, 15],
        limit: Some(13),
        last_line: Some("KeyError: 'DATABASE_URL'".to_owned()),
    }];
    report
}

/// What an attacker would write, for every field.
pub(super) const HOSTILE: &str = "\u{1b}]0;x\u{7}\u{1b}[31m\n::error file=x::y\n  ##[error]z\n</pre><script>alert(1)</script><img src=x onerror=y> `` ``` | **b** [l](javascript:x) @ana \u{202e}abc\u{200b} \u{9b}2J \u{0} ]]> &amp; {{ 7*7 }} {% raw %} \"'";

/// Every text replaced by [`HOSTILE`].
pub(super) fn hostile(text: &str) -> Report {
    let s = || text.to_owned();
    let mut report = broken();
    let place = || Some(Place::line(text, 3));
    report.platform_name = s();
    report.version = s();
    report.site.domain = Some(s());
    report.site.url = Some(s());
    report.site.app = Some(s());
    report.site.wsgi = Some(text.into());
    report.site.project = Some(text.into());
    report.site.virtualenv = Some(text.into());
    for log in &mut report.logs {
        log.path = s();
    }
    for sample in [broken(), slow_first(), crash_loop()] {
        report.findings.extend(sample.findings);
    }
    for (n, finding) in report.findings.iter_mut().enumerate() {
        finding.cause = Some(s());
        finding.lint = (n % 2 == 0).then(s);
        finding.title = s();
        finding.why = s();
        finding.explains = Some(s());
        finding.docs = vec![s(), format!("https://x.example/{text}")];
        finding.prevent = vec![Prevention {
            text: s(),
            command: Some(s()),
            url: Some(format!("https://x.example/{text}")),
        }];
        for point in &mut finding.points {
            point.reason = s();
            point.place = place();
        }
        for item in &mut finding.evidence {
            item.excerpt = s();
            item.label = Some(s());
            item.place = place();
        }
        for fix in &mut finding.fixes {
            fix.text = s();
            fix.command = Some(s());
            fix.verify = Some(s());
            for edit in &mut fix.edits {
                edit.file = s();
                edit.text = s();
            }
        }
        finding.consequences = vec![Consequence {
            title: s(),
            runs: false,
            evidence: vec![evidence(Source::Log, place(), text)],
        }];
    }
    for item in &mut report.ruled_out {
        *item = RuledOut { cause: s(), title: s(), reason: s() };
    }
    report.examined = vec![Examined { check: s(), what: s(), from: None, to: None }];
    report.skipped = vec![Skipped { check: s(), missing: s() }];
    report.next_check = Some(NextCheck { check: s(), text: s(), command: Some(s()) });
    for entry in &mut report.timeline {
        entry.label = s();
        entry.place = place();
    }
    let mut probe = slow_first().probe.expect("it has one");
    probe.url = s();
    probe.notes = vec![s()];
    probe.hits[0] = Hit {
        error: Some(HitError { phase: ProbePhase::Tls, kind: ErrorKind::TlsExpired, detail: s() }),
        address: Some(s()),
        http_version: Some(s()),
        headers: vec![(s(), s())],
        tls: Some(TlsInfo {
            ok: false,
            reason: Some(s()),
            names: vec![s()],
            not_before: None,
            not_after: None,
        }),
        redirects: vec![Redirect { url: s(), status: 301 }],
        page: Some(s()),
        ..probe.hits[0].clone()
    };
    report.probe = Some(probe);
    report.restarts = crash_loop().restarts;
    report.restarts[0].container = s();
    report.unexplained = vec![evidence(Source::Log, place(), text)];
    report.support = vec![s(), s()];
    report
}

/// All of them by name.
pub(super) fn all() -> Vec<(&'static str, Report)> {
    vec![
        ("broken", broken()),
        ("slow-first", slow_first()),
        ("healthy", healthy()),
        ("unknown", unknown()),
        ("crash-loop", crash_loop()),
        ("hostile", hostile(HOSTILE)),
    ]
}
