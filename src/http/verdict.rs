//! What the hits mean together: verdict, notes, and why a probe does not count.

use jiff::Timestamp;
use reqwest::Url;

use super::classify::{hit_failed, meaning};
use super::plan::ProbePlan;
use crate::model::{AnsweredBy, ErrorKind, Hit, ProbePhase, ProbeReport, ProbeVerdict};

/// Share of the limit from which an answer is called slow.
const SLOW_SHARE: f64 = 0.25;
/// Days of validity left from which a certificate is mentioned.
const CERTIFICATE_DAYS: i64 = 14;

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
    notes(plan, url, report);
}

fn skip_reason(first: &Hit) -> Option<String> {
    let error = first.error.as_ref()?;
    match error.kind {
        ErrorKind::ProxyRefused => Some(format!(
            "the outbound proxy {} did not let the request through: {}",
            first.proxy.as_deref().unwrap_or(""),
            error.detail
        )),
        ErrorKind::Interrupted => Some("interrupted before the first answer".to_owned()),
        ErrorKind::Unreachable if error.phase == ProbePhase::Dns => {
            Some(format!("this machine's resolver did not answer: {}", error.detail))
        }
        _ => None,
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
    let slow = limit * SLOW_SHARE;
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

fn notes(plan: &ProbePlan, url: &Url, report: &mut ProbeReport) {
    let notes = &mut report.notes;
    if plan.insecure && url.scheme() == "https" {
        notes.push("The certificate was not required to be valid (--insecure).".to_owned());
    }
    let failed = report.hits.iter().filter(|hit| hit_failed(hit)).count();
    if failed > 0 && failed < report.hits.len() {
        notes.push(format!("{failed} of {} requests failed.", report.hits.len()));
    }
    if let Some(cname) = report.cname.as_ref().filter(|cname| cname.fits == Some(false)) {
        notes.push(format!(
            "The domain's CNAME points to {}, not to a name that ends in {}.",
            cname.targets.join(", then "),
            cname.expected
        ));
    }
    let Some(first) = report.hits.first() else { return };
    if let Some(proxy) = &first.proxy {
        notes.push(format!("Sent through the outbound proxy {proxy}."));
    }
    if url.scheme() == "http"
        && let Some(status) = first.redirects.first().map(|hop| hop.status)
        && first.tls.is_some()
    {
        notes.push(format!("http is redirected to https ({status})."));
    }
    if let Some(tls) = &first.tls {
        let ends =
            tls.not_after.map(|end| end.duration_since(first.at.unwrap_or_else(Timestamp::now)));
        if let Some(left) = ends.map(|left| left.as_hours() / 24)
            && (0..=CERTIFICATE_DAYS).contains(&left)
            && tls.ok
        {
            notes.push(format!("The certificate ends in {left} days."));
        }
    }
    if report.hits.iter().any(|hit| hit.cut) {
        notes.push("The body is longer than 1 MiB; the rest was not read.".to_owned());
    }
}
