//! What the hits mean together: verdict, notes, and why a probe does not count.

use reqwest::Url;

use super::classify::{hit_failed, meaning};
use super::notes;
use super::plan::ProbePlan;
use crate::model::{AnsweredBy, ErrorKind, Hit, HitError, ProbePhase, ProbeReport, ProbeVerdict};

/// Share of the limit from which an answer is called slow, and milliseconds at most: a router that
/// waits for minutes makes nobody patient.
const SLOW_SHARE: f64 = 0.25;
const SLOW: f64 = 7_500.0;

/// A proxy or platform reached no app: worth a moment's wait, because a reload looks the same.
pub(super) fn is_gateway_error(hit: &Hit) -> bool {
    hit.error.is_none()
        && matches!(hit.status, Some(502 | 503))
        && hit.answered_by != Some(AnsweredBy::App)
}

/// A platform's answer while a start is known to be under way, or a page that says so.
pub(super) fn looks_like_reloading(plan: &ProbePlan, hit: &Hit) -> bool {
    if hit.error.is_some() {
        return false;
    }
    let gateway = matches!(hit.status, Some(502..=504)) && hit.answered_by != Some(AnsweredBy::App);
    (plan.reloading && gateway) || meaning(hit, &plan.platform).starting
}

fn total(hit: &Hit) -> f64 {
    hit.phases_ms.total.unwrap_or(0.0)
}

/// Nothing answered: the trouble lies before HTTP, and not in the certificate.
fn unreached(hit: &Hit) -> bool {
    hit.error.as_ref().is_some_and(|error| {
        let early = error.phase < ProbePhase::FirstByte;
        early
            && matches!(
                error.kind,
                ErrorKind::NotFound
                    | ErrorKind::Refused
                    | ErrorKind::Unreachable
                    | ErrorKind::Reset
                    | ErrorKind::Timeout
                    | ErrorKind::Other
            )
    })
}

/// Fills verdict, notes and the reason to skip.
pub(super) fn conclude(plan: &ProbePlan, url: &Url, report: &mut ProbeReport) {
    report.verdict = verdict(plan, &report.hits);
    report.skipped = report.hits.first().and_then(skip_reason);
    notes::add(plan, url, report);
}

fn skip_reason(first: &Hit) -> Option<String> {
    let error = first.error.as_ref()?;
    match error.kind {
        ErrorKind::ProxyRefused if error.detail.contains("cannot be reached") => {
            Some(format!("the request did not get out of this machine's network: {}", error.detail))
        }
        ErrorKind::ProxyRefused => Some(format!(
            "the outbound proxy {} did not let the request through: {}",
            first.proxy.as_deref().unwrap_or(""),
            error.detail
        )),
        ErrorKind::Interrupted => Some(format!(
            "interrupted after {:.1} s, {}; no answer had come",
            total(first) / 1000.0,
            while_at(error.phase)
        )),
        // A name server of the domain that is silent looks the same from here.
        ErrorKind::Unreachable | ErrorKind::Timeout if error.phase == ProbePhase::Dns => {
            Some(format!("this machine's resolver did not answer: {}", error.detail))
        }
        _ => None,
    }
}

/// What a hit was about to do.
fn while_at(phase: ProbePhase) -> &'static str {
    match phase {
        ProbePhase::Dns => "while the name was looked up",
        ProbePhase::Connect => "while the connection was made",
        ProbePhase::Tls => "in the TLS handshake",
        ProbePhase::FirstByte => "while it waited for the first byte",
        ProbePhase::Body => "while the answer came",
        ProbePhase::Redirect => "while redirects were followed",
    }
}

fn verdict(plan: &ProbePlan, hits: &[Hit]) -> ProbeVerdict {
    let counted: Vec<&Hit> = hits
        .iter()
        .filter(|hit| hit.error.as_ref().is_none_or(|e| e.kind != ErrorKind::Interrupted))
        .collect();
    let Some(first) = counted.first() else { return ProbeVerdict::Unreachable };
    let failed = counted.iter().filter(|hit| hit_failed(hit)).count();
    let limit = plan.limit.as_secs_f64() * 1000.0;
    if counted.iter().all(|hit| unreached(hit)) {
        return ProbeVerdict::Unreachable;
    }
    if failed == counted.len() {
        if counted.last().is_some_and(|last| looks_like_reloading(plan, last)) {
            return ProbeVerdict::Reloading;
        }
        if first.error.as_ref().is_some_and(|error| {
            error.kind == ErrorKind::Timeout
                && error.phase >= ProbePhase::FirstByte
                && total(first) >= limit
        }) {
            return ProbeVerdict::OverLimit;
        }
        return ProbeVerdict::Failing;
    }
    if failed > 0 {
        // The failures at the beginning of a reload that then succeeds are the reload itself.
        let started = counted.iter().skip_while(|hit| looks_like_reloading(plan, hit));
        if started.clone().count() == counted.len() || started.clone().any(|hit| hit_failed(hit)) {
            return ProbeVerdict::Flaky;
        }
        return speed(limit, &started.copied().collect::<Vec<_>>());
    }
    speed(limit, &counted)
}

fn speed(limit: f64, hits: &[&Hit]) -> ProbeVerdict {
    let slow = (limit * SLOW_SHARE).min(SLOW);
    let Some((first, rest)) = hits.split_first() else { return ProbeVerdict::Ok };
    let fastest = rest.iter().map(|hit| total(hit)).fold(f64::INFINITY, f64::min);
    let slowest = rest.iter().map(|hit| total(hit)).fold(0.0, f64::max);
    let first = total(first);
    if rest.is_empty() {
        return match first {
            time if time > limit => ProbeVerdict::OverLimit,
            time if time > slow => ProbeVerdict::Slow,
            _ => ProbeVerdict::Ok,
        };
    }
    if first > slow && slowest <= slow && slowest < first / 2.0 {
        return ProbeVerdict::SlowFirst;
    }
    if first > limit && fastest > limit {
        return ProbeVerdict::OverLimit;
    }
    if fastest > slow || slowest > limit {
        return ProbeVerdict::Slow;
    }
    ProbeVerdict::Ok
}

/// One failure at first, or some of a proxy that reached no app, and then fine more than once: a
/// short disturbance, as around a reload.
#[must_use]
pub fn is_glitch(report: &ProbeReport) -> bool {
    let failed = report.hits.iter().take_while(|hit| hit_failed(hit)).count();
    let (bad, good) = report.hits.split_at(failed);
    report.verdict == ProbeVerdict::Flaky
        && (failed == 1 || bad.iter().all(is_gateway_error))
        && good.len() > 1
        && !good.iter().any(hit_failed)
}

/// The verdict in a sentence or two, for people: what was seen, and whether there is anything to do.
#[must_use]
pub fn sentence(report: &ProbeReport, platform: &str) -> String {
    if let Some(why) = &report.skipped {
        return format!("The probe does not count: {why}.");
    }
    let Some(first) = report.hits.first() else { return "Nothing was sent.".to_owned() };
    let seconds = |ms: f64| format!("{:.1} s", ms / 1000.0);
    let limit = report.limit();
    let took = seconds(total(first));
    let all = report.hits.len();
    let failed = report.hits.iter().filter(|hit| hit_failed(hit)).count();
    match report.verdict {
        // Only a reload's failures are forgiven.
        ProbeVerdict::Ok | ProbeVerdict::SlowFirst | ProbeVerdict::Slow if failed > 0 => format!(
            "{} met the reload; then the site answered. There is nothing that must be done.",
            if failed == 1 { "One request".to_owned() } else { format!("{failed} requests") }
        ),
        ProbeVerdict::Ok => meaning(report.hits.last().unwrap_or(first), platform).sentence,
        ProbeVerdict::SlowFirst if total(first) > report.limit_ms as f64 => format!(
            "The first request took {took}, longer than the limit of {limit}; the following ones were fast. There is nothing that must be done: a reload that complained has worked."
        ),
        ProbeVerdict::SlowFirst => format!(
            "The first request took {took}, within the limit of {limit}; the following ones were fast. There is nothing that must be done."
        ),
        ProbeVerdict::Slow => format!("Every request is slow: the first took {took}."),
        ProbeVerdict::OverLimit if first.error.is_none() => format!(
            "Every answer takes longer than the limit of {limit}: the first came after {took}."
        ),
        ProbeVerdict::OverLimit => format!("No answer within the limit of {limit}; waited {took}."),
        ProbeVerdict::Flaky if is_glitch(report) => {
            let met =
                if failed == 1 { "One request".to_owned() } else { format!("{failed} requests") };
            format!(
                "{met} failed, the following ones were fine: a short disturbance, as around a reload."
            )
        }
        ProbeVerdict::Flaky => format!(
            "{failed} of {all} requests failed: some requests reach a worker that fails, or fail by chance."
        ),
        ProbeVerdict::Reloading => {
            "The site still answers as it does while it starts; try again in a minute.".to_owned()
        }
        ProbeVerdict::Failing | ProbeVerdict::Unreachable => failure_sentence(first, platform),
    }
}

/// What stopped a hit, in words for people, and where, if redirects led there.
fn failure_sentence(hit: &Hit, platform: &str) -> String {
    let Some(error) = &hit.error else { return meaning(hit, platform).sentence };
    let told = failure_alone(hit, error);
    match &hit.landed {
        Some(landed) if error.phase != ProbePhase::Redirect => {
            format!("The site redirects to {landed}, and that fails. {told}")
        }
        _ => told,
    }
}

fn failure_alone(hit: &Hit, error: &HitError) -> String {
    let detail = &error.detail;
    match (error.kind, error.phase) {
        (ErrorKind::NotFound, _) => {
            "The name does not resolve: there is no DNS record for it.".to_owned()
        }
        (ErrorKind::Refused, _) => {
            "The connection was refused: nothing listens at this address and port.".to_owned()
        }
        (ErrorKind::Unreachable, _) => format!("The address cannot be reached: {detail}."),
        (ErrorKind::Reset, ProbePhase::Body) => {
            "The connection broke in the middle of the answer.".to_owned()
        }
        (ErrorKind::Reset, ProbePhase::Tls) => {
            "The connection was closed in the TLS handshake: the port does not speak TLS, or has no certificate for this name."
                .to_owned()
        }
        (ErrorKind::Reset, _) => "The connection was closed without an answer.".to_owned(),
        (ErrorKind::Timeout, ProbePhase::Connect) => {
            "No connection came about: packets are dropped, by a firewall or a machine that is off."
                .to_owned()
        }
        (ErrorKind::Timeout, ProbePhase::FirstByte) => {
            "The connection stood, but no answer came in the time that the probe waits.".to_owned()
        }
        (ErrorKind::Timeout, ProbePhase::Body) => {
            "The answer began and did not end in time.".to_owned()
        }
        (ErrorKind::Timeout, _) => format!("Time ran out: {detail}."),
        (
            ErrorKind::TlsExpired
            | ErrorKind::TlsNotYetValid
            | ErrorKind::TlsSelfSigned
            | ErrorKind::TlsUnknownIssuer
            | ErrorKind::TlsWrongName,
            _,
        ) => {
            let names = hit.tls.as_ref().map(|tls| tls.names.join(", ")).unwrap_or_default();
            match error.kind {
                ErrorKind::TlsWrongName => {
                    format!("Browsers refuse the certificate: it is for {names}.")
                }
                _ => format!("Browsers refuse the certificate: {detail}."),
            }
        }
        (ErrorKind::TlsProtocol, _) => format!("No TLS connection came about: {detail}."),
        (ErrorKind::RedirectLoop, _) => format!("The redirects never end: {detail}."),
        (ErrorKind::RedirectRefused, _) => format!("The redirect was not followed: {detail}."),
        (ErrorKind::InvalidResponse, ProbePhase::Body) => {
            format!("The answer broke off: {detail}. The app or the proxy ended it early.")
        }
        (ErrorKind::InvalidResponse, _) => format!("What came is no valid HTTP: {detail}."),
        (ErrorKind::TooLarge, _) => format!("The answer is larger than the probe reads: {detail}."),
        (ErrorKind::ProxyRefused | ErrorKind::Interrupted | ErrorKind::Other, _) => {
            format!("The request failed: {detail}.")
        }
    }
}
