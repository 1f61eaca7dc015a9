//! `diagnose/v1`, field by field. Internal types do not derive `Serialize`, so that a rename inside
//! cannot change the contract.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::names::{clock, error_kind, log_kind, mark_kind, phase, severity, source, verdict};
use crate::model::{
    AnsweredBy, ContainerState, Evidence, Finding, Hit, PhasesMs, Place, ProbeReport, ProbeVerdict,
    Report, RestartState, Safety, State, Symptom, SymptomKind, SymptomSource, TlsInfo,
};
use crate::redact::Shareable;
use crate::report::words;

/// The contract's name.
pub(super) const SCHEMA_ID: &str = "diagnose/v1";

/// Several sites.
#[derive(Serialize)]
pub(super) struct Many<'a> {
    pub(super) schema: &'static str,
    pub(super) verdict: &'static str,
    pub(super) reports: Vec<Envelope<'a>>,
}

/// One report.
#[derive(Serialize)]
pub(super) struct Envelope<'a> {
    schema: &'static str,
    version: &'a str,
    verdict: &'static str,
    site: SiteOut<'a>,
    symptoms: Vec<SymptomOut>,
    findings: Vec<FindingOut<'a>>,
    ruled_out: Vec<RuledOutOut<'a>>,
    examined: Vec<ExaminedOut<'a>>,
    skipped: Vec<SkippedOut<'a>>,
    next_check: Option<NextCheckOut<'a>>,
    timeline: Vec<TimelineOut<'a>>,
    probe: Option<ProbeOut<'a>>,
    restarts: Vec<RestartOut<'a>>,
    redactions: RedactionsOut<'a>,
}

#[derive(Serialize)]
struct SiteOut<'a> {
    platform: &'a str,
    domain: Option<&'a str>,
    url: Option<&'a str>,
    root: Option<String>,
    wsgi: Option<String>,
    project: Option<String>,
    virtualenv: Option<String>,
    python: Option<String>,
    logs: Vec<LogOut<'a>>,
}

#[derive(Serialize)]
struct LogOut<'a> {
    path: &'a str,
    kind: &'static str,
    first: Option<String>,
    last: Option<String>,
    lines: u64,
    clock: &'static str,
}

#[derive(Serialize)]
struct SymptomOut {
    kind: &'static str,
    value: Option<u16>,
    source: &'static str,
}

#[derive(Serialize)]
struct FindingOut<'a> {
    cause: Option<&'a str>,
    lint: Option<&'a str>,
    title: &'a str,
    severity: &'static str,
    state: &'static str,
    confidence: f64,
    confidence_word: &'static str,
    points: Vec<PointOut<'a>>,
    evidence: Vec<EvidenceOut<'a>>,
    fixes: Vec<FixOut<'a>>,
    consequences: Vec<ConsequenceOut<'a>>,
    docs: &'a [String],
    /// Only with `-v`.
    #[serde(skip_serializing_if = "Option::is_none")]
    prevent: Option<Vec<PreventOut<'a>>>,
}

#[derive(Serialize)]
struct PreventOut<'a> {
    text: &'a str,
    command: Option<&'a str>,
    url: Option<&'a str>,
}

#[derive(Serialize)]
struct PointOut<'a> {
    points: f64,
    reason: &'a str,
    place: Option<String>,
}

#[derive(Serialize)]
struct EvidenceOut<'a> {
    source: &'static str,
    file: Option<&'a str>,
    line: Option<u32>,
    column: Option<u32>,
    end_line: Option<u32>,
    end_column: Option<u32>,
    time: Option<String>,
    count: u32,
    last_time: Option<String>,
    excerpt: &'a str,
}

#[derive(Serialize)]
struct FixOut<'a> {
    text: &'a str,
    command: Option<&'a str>,
    verify: Option<&'a str>,
    safety: Option<&'static str>,
    edits: Vec<EditOut<'a>>,
}

#[derive(Serialize)]
struct EditOut<'a> {
    file: &'a str,
    start: u32,
    end: u32,
    text: &'a str,
}

#[derive(Serialize)]
struct ConsequenceOut<'a> {
    title: &'a str,
    evidence: Vec<EvidenceOut<'a>>,
}

#[derive(Serialize)]
struct RuledOutOut<'a> {
    cause: &'a str,
    reason: &'a str,
}

#[derive(Serialize)]
struct ExaminedOut<'a> {
    check: &'a str,
    what: &'a str,
    from: Option<String>,
    to: Option<String>,
}

#[derive(Serialize)]
struct SkippedOut<'a> {
    check: &'a str,
    missing: &'a str,
}

#[derive(Serialize)]
struct NextCheckOut<'a> {
    check: &'a str,
    text: &'a str,
    command: Option<&'a str>,
}

#[derive(Serialize)]
struct TimelineOut<'a> {
    time: Option<String>,
    kind: &'static str,
    place: Option<String>,
    count: u32,
    label: &'a str,
}

#[derive(Serialize)]
struct ProbeOut<'a> {
    url: &'a str,
    verdict: &'static str,
    limit_ms: u64,
    /// The verdict in words, then what else is worth saying.
    notes: &'a [String],
    hits: Vec<HitOut<'a>>,
}

#[derive(Serialize)]
struct HitOut<'a> {
    status: Option<u16>,
    error: Option<HitErrorOut<'a>>,
    phases_ms: PhasesOut,
    address: Option<&'a str>,
    http_version: Option<&'a str>,
    bytes: Option<u64>,
    headers: BTreeMap<&'a str, String>,
    tls: Option<TlsOut<'a>>,
    redirects: Vec<RedirectOut<'a>>,
    answered_by: Option<&'static str>,
    page: Option<&'a str>,
}

#[derive(Serialize)]
struct HitErrorOut<'a> {
    phase: &'static str,
    kind: &'static str,
    detail: &'a str,
}

#[derive(Serialize)]
struct PhasesOut {
    dns: Option<f64>,
    connect: Option<f64>,
    tls: Option<f64>,
    first_byte: Option<f64>,
    body: Option<f64>,
    total: Option<f64>,
}

#[derive(Serialize)]
struct TlsOut<'a> {
    ok: bool,
    reason: Option<&'a str>,
    names: &'a [String],
    not_before: Option<String>,
    not_after: Option<String>,
}

#[derive(Serialize)]
struct RedirectOut<'a> {
    url: &'a str,
    status: u16,
}

#[derive(Serialize)]
struct RestartOut<'a> {
    container: &'a str,
    counter: u32,
    state: &'static str,
    warmup_until: Option<String>,
    next_restart: Option<String>,
    gives_up_at: Option<String>,
    mails_sent: &'a [u32],
    inferred: bool,
}

#[derive(Serialize)]
struct RedactionsOut<'a> {
    on: bool,
    counts: &'a BTreeMap<String, u32>,
}

impl<'a> Envelope<'a> {
    /// The report as the contract has it; `verbose` adds how to keep each cause from coming back.
    pub(super) fn new(shareable: &'a Shareable, verbose: bool) -> Self {
        let report = shareable.report();
        let site = &report.site;
        let path = |path: &Option<std::path::PathBuf>| {
            path.as_ref().map(|path| path.to_string_lossy().into_owned())
        };
        Self {
            schema: SCHEMA_ID,
            version: &report.version,
            verdict: verdict(report.verdict),
            site: SiteOut {
                platform: site.platform_id(),
                domain: site.domain.as_deref(),
                url: site.url.as_deref(),
                root: path(&site.root),
                wsgi: path(&site.wsgi),
                project: path(&site.project),
                virtualenv: path(&site.virtualenv),
                python: site.python.map(|version| version.to_string()),
                logs: report
                    .logs
                    .iter()
                    .map(|log| LogOut {
                        path: &log.path,
                        kind: log_kind(log.kind),
                        first: time(log.first),
                        last: time(log.last),
                        lines: log.lines,
                        clock: clock(log.clock),
                    })
                    .collect(),
            },
            symptoms: report.symptoms.iter().map(symptom).collect(),
            findings: report.findings.iter().map(|one| finding(report, one, verbose)).collect(),
            ruled_out: report
                .ruled_out
                .iter()
                .map(|item| RuledOutOut { cause: &item.cause, reason: &item.reason })
                .collect(),
            examined: report
                .examined
                .iter()
                .map(|item| ExaminedOut {
                    check: &item.check,
                    what: &item.what,
                    from: time(item.from),
                    to: time(item.to),
                })
                .collect(),
            skipped: report
                .skipped
                .iter()
                .map(|item| SkippedOut { check: &item.check, missing: &item.missing })
                .collect(),
            next_check: report.next_check.as_ref().map(|next| NextCheckOut {
                check: &next.check,
                text: &next.text,
                command: next.command.as_deref(),
            }),
            timeline: report
                .timeline
                .iter()
                .map(|entry| TimelineOut {
                    time: time(entry.time),
                    kind: mark_kind(entry.kind),
                    place: entry.place.as_ref().map(Place::display),
                    count: entry.count,
                    label: &entry.label,
                })
                .collect(),
            // A probe that was turned away counts as not run: "skipped" says why.
            probe: report.probe.as_ref().filter(|probe| probe.skipped.is_none()).map(probe),
            restarts: report.restarts.iter().map(restart).collect(),
            redactions: RedactionsOut {
                on: shareable.redactions().on,
                counts: &shareable.redactions().counts,
            },
        }
    }
}

fn finding<'a>(report: &Report, finding: &'a Finding, verbose: bool) -> FindingOut<'a> {
    FindingOut {
        cause: finding.cause.as_deref(),
        lint: finding.lint.as_deref(),
        // Of a lint's finding that is its own message, as in every other format.
        title: words::headline(report, finding),
        severity: severity(finding.severity),
        state: match finding.state {
            State::Current => "current",
            State::Old => "old",
        },
        confidence: rounded(finding.confidence.0),
        confidence_word: finding.confidence.word(),
        points: finding
            .points
            .iter()
            .map(|point| PointOut {
                points: rounded(point.points),
                reason: &point.reason,
                place: point.place.as_ref().map(Place::display),
            })
            .collect(),
        evidence: finding.evidence.iter().map(evidence).collect(),
        fixes: finding
            .fixes
            .iter()
            .map(|fix| FixOut {
                text: &fix.text,
                command: fix.command.as_deref(),
                verify: fix.verify.as_deref(),
                safety: fix.safety.map(|safety| match safety {
                    Safety::Safe => "safe",
                    Safety::Unsafe => "unsafe",
                }),
                edits: fix
                    .edits
                    .iter()
                    .map(|edit| EditOut {
                        file: &edit.file,
                        start: edit.start,
                        end: edit.end,
                        text: &edit.text,
                    })
                    .collect(),
            })
            .collect(),
        consequences: finding
            .consequences
            .iter()
            .map(|item| ConsequenceOut {
                title: &item.title,
                evidence: item.evidence.iter().map(evidence).collect(),
            })
            .collect(),
        docs: &finding.docs,
        prevent: verbose.then(|| {
            finding
                .prevent
                .iter()
                .map(|item| PreventOut {
                    text: &item.text,
                    command: item.command.as_deref(),
                    url: item.url.as_deref(),
                })
                .collect()
        }),
    }
}

fn evidence(item: &Evidence) -> EvidenceOut<'_> {
    let place = item.place.as_ref();
    EvidenceOut {
        source: source(item.source),
        file: place.map(|place| &*place.file),
        line: place.and_then(|place| place.line),
        column: place.and_then(|place| place.column),
        end_line: place.and_then(|place| place.end_line),
        end_column: place.and_then(|place| place.end_column),
        time: time(item.time),
        count: item.count,
        last_time: time(item.last_time),
        excerpt: &item.excerpt,
    }
}

fn symptom(symptom: &Symptom) -> SymptomOut {
    let (kind, value) = match symptom.kind {
        SymptomKind::Status(status) => ("status", Some(status)),
        SymptomKind::ReloadError => ("reload-error", None),
        SymptomKind::Slow => ("slow", None),
        SymptomKind::Timeout => ("timeout", None),
        SymptomKind::CrashLoop => ("crash-loop", None),
        SymptomKind::Ok => ("ok", None),
        SymptomKind::Unreachable => ("unreachable", None),
    };
    let source = match symptom.source {
        SymptomSource::User => "user",
        SymptomSource::Probe => "probe",
        SymptomSource::AccessLog => "access-log",
        SymptomSource::Platform => "platform",
    };
    SymptomOut { kind, value, source }
}

fn probe(probe: &ProbeReport) -> ProbeOut<'_> {
    ProbeOut {
        url: &probe.url,
        verdict: match probe.verdict {
            ProbeVerdict::Ok => "ok",
            ProbeVerdict::SlowFirst => "slow-first",
            ProbeVerdict::Slow => "slow",
            ProbeVerdict::OverLimit => "over-limit",
            ProbeVerdict::Flaky => "flaky",
            ProbeVerdict::Failing => "failing",
            ProbeVerdict::Unreachable => "unreachable",
            ProbeVerdict::Reloading => "reloading",
        },
        limit_ms: probe.limit_ms,
        notes: &probe.notes,
        hits: probe.hits.iter().map(hit).collect(),
    }
}

fn hit(hit: &Hit) -> HitOut<'_> {
    let mut headers: BTreeMap<&str, String> = BTreeMap::new();
    for (name, value) in &hit.headers {
        headers
            .entry(name)
            .and_modify(|all| {
                all.push_str(", ");
                all.push_str(value);
            })
            .or_insert_with(|| value.clone());
    }
    HitOut {
        status: hit.status,
        error: hit.error.as_ref().map(|error| HitErrorOut {
            phase: phase(error.phase),
            kind: error_kind(error.kind),
            detail: &error.detail,
        }),
        phases_ms: phases(&hit.phases_ms),
        address: hit.address.as_deref(),
        http_version: hit.http_version.as_deref(),
        bytes: hit.bytes,
        headers,
        tls: hit.tls.as_ref().map(tls),
        redirects: hit
            .redirects
            .iter()
            .map(|redirect| RedirectOut { url: &redirect.url, status: redirect.status })
            .collect(),
        answered_by: hit.answered_by.map(|by| match by {
            AnsweredBy::App => "app",
            AnsweredBy::AppServer => "app-server",
            AnsweredBy::Proxy => "proxy",
            AnsweredBy::Platform => "platform",
            AnsweredBy::Cdn => "cdn",
        }),
        page: hit.page.as_deref(),
    }
}

fn phases(phases: &PhasesMs) -> PhasesOut {
    let ms = |value: Option<f64>| value.filter(|value| value.is_finite()).map(rounded);
    PhasesOut {
        dns: ms(phases.dns),
        connect: ms(phases.connect),
        tls: ms(phases.tls),
        first_byte: ms(phases.first_byte),
        body: ms(phases.body),
        total: ms(phases.total),
    }
}

fn tls(tls: &TlsInfo) -> TlsOut<'_> {
    TlsOut {
        ok: tls.ok,
        reason: tls.reason.as_deref(),
        names: &tls.names,
        not_before: time(tls.not_before),
        not_after: time(tls.not_after),
    }
}

fn restart(container: &ContainerState) -> RestartOut<'_> {
    RestartOut {
        container: &container.container,
        counter: container.counter,
        state: match container.state {
            RestartState::Running => "running",
            RestartState::WarmUp => "warm-up",
            RestartState::Waiting => "waiting",
            RestartState::GivenUp => "given-up",
            RestartState::Stopped => "stopped",
        },
        warmup_until: time(container.warmup_until),
        next_restart: time(container.next_restart),
        gives_up_at: time(container.gives_up_at),
        mails_sent: &container.mails_sent,
        inferred: container.inferred,
    }
}

/// RFC 3339 in UTC.
fn time(time: Option<Timestamp>) -> Option<String> {
    time.map(|time| time.to_string())
}

/// Three digits are enough and keep outputs comparable; `-0` becomes `0`.
fn rounded(value: f64) -> f64 {
    if value.is_finite() { (value * 1000.0).round() / 1000.0 + 0.0 } else { 0.0 }
}
