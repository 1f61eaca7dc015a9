//! The site itself: timed requests, and what the answers mean.

use std::sync::atomic::Ordering;

use super::Context;
use crate::http::notes::renewal_is_late;
use crate::http::{classify, probe, verdict};
use crate::log::added::started_just_now;
use crate::model::{
    Captures, Examined, Fact, Facts, Hit, Phase, ProbeReport, ProbeVerdict, Skipped, Source,
};
use crate::rules::verdict_word;

/// Some requests failed: short-lived only where one failed at first, and none after it.
const GLITCH: &str = "transient-glitch/probe-flaky";

fn works(verdict: ProbeVerdict) -> bool {
    matches!(verdict, ProbeVerdict::Ok | ProbeVerdict::SlowFirst | ProbeVerdict::Slow)
}

/// Probes where it is allowed.
pub(super) fn collect(context: &Context) -> Facts {
    let mut facts = Facts::default();
    // Whatever happens here, those who wait for the probe are released.
    let mut running = context.diff.begin();
    let plan = match &context.probe {
        Ok(plan) => plan,
        Err(why) => {
            facts.skipped.push(Skipped { check: "probe".to_owned(), missing: why.clone() });
            return facts;
        }
    };
    let mut plan = plan.clone();
    plan.reloading |=
        started_just_now(&context.site.logs, &super::logs::options(context), context.now);
    let mut report = probe::run(&plan, context.progress.as_ref(), &context.cancel);
    running.settle(&report, &|| context.cancel.load(Ordering::Relaxed));
    drop(running);
    if context.cancel.load(Ordering::Relaxed) && report.hits.is_empty() {
        facts
            .skipped
            .push(Skipped { check: "probe".to_owned(), missing: "interrupted".to_owned() });
        return facts;
    }
    if let Some(why) = &report.skipped {
        // The answers are not the site's: an outbound proxy refused, or nobody waited.
        facts.skipped.push(Skipped { check: "probe".to_owned(), missing: why.clone() });
        return facts;
    }
    facts.examined.push(Examined {
        check: "probe".to_owned(),
        what: requests(&report),
        from: report.hits.first().and_then(|hit| hit.at),
        to: report.hits.last().and_then(|hit| hit.at),
    });
    facts.facts.extend(hits(context, &report));
    facts.facts.extend(alias(context, &report));
    facts.facts.extend(certificate(context, &report));
    let sentence = verdict::sentence(&report, context.site.platform_id());
    report.notes.insert(0, sentence);
    facts.probe = Some(report);
    facts
}

/// `3 requests to https://…, marked dg-12ab34cd`: the mark stands in access logs.
fn requests(report: &ProbeReport) -> String {
    let count = report.hits.len();
    let unit = if count == 1 { "request" } else { "requests" };
    let mark = report.marker.as_ref().map_or_else(String::new, |mark| format!(", marked {mark}"));
    format!("{count} {unit} to {}{mark}", report.url)
}

/// The domain's alias leads to somewhere else than the platform. A site that answers well may stand
/// behind a CDN: then it is a note only.
fn alias(context: &Context, report: &ProbeReport) -> Option<Fact> {
    if works(report.verdict) {
        return None;
    }
    let cname = report.cname.as_ref().filter(|cname| cname.fits == Some(false))?;
    let text = format!(
        "the CNAME points to {}, not to a name that ends in {}",
        cname.targets.join(", then "),
        cname.expected
    );
    let matches = context.rules.match_event("cname-elsewhere", &text, &Captures::new());
    if matches.is_empty() {
        return None;
    }
    let mut fact = Fact::new(Source::Event, text);
    fact.matches = matches;
    fact.time = report.hits.first().and_then(|hit| hit.at);
    Some(fact)
}

/// A certificate that is good today and not for long: something does not renew it.
fn certificate(context: &Context, report: &ProbeReport) -> Option<Fact> {
    let hit = report.hits.iter().rev().find(|hit| hit.tls.is_some())?;
    let left = renewal_is_late(hit)?;
    let unit = if left == 1 { "day" } else { "days" };
    let mut fact =
        Fact::new(Source::Event, format!("the certificate is good and ends in {left} {unit}"));
    fact.matches =
        context.rules.match_event("certificate-ends-soon", &fact.excerpt, &Captures::new());
    fact.time = hit.at;
    Some(fact)
}

/// A page that says the app is not there at all, which other answers of the same probe disprove.
fn says_down(context: &Context, signature: &str) -> bool {
    context.rules.signature(signature).is_some_and(|sig| {
        let down = ["proxy-error", "start-failed", "crash-state"];
        sig.fallback && sig.text.class.iter().any(|class| down.contains(&class.as_str()))
    })
}

/// One fact per different answer; the same answer again is a repeat.
fn hits(context: &Context, report: &ProbeReport) -> Vec<Fact> {
    let mut facts: Vec<Fact> = Vec::new();
    let (works, glitch) = (works(report.verdict), verdict::is_glitch(report));
    for hit in &report.hits {
        // What failed before a site that works is the reload itself.
        if works && classify::hit_failed(hit) {
            continue;
        }
        let mut matches = context.rules.match_hit(hit, report.verdict);
        matches.retain(|found| glitch || found.signature != GLITCH);
        if report.verdict == ProbeVerdict::Flaky {
            matches.retain(|found| !says_down(context, &found.signature));
        }
        if matches.is_empty() {
            continue;
        }
        let text = describe(hit, report);
        if let Some(known) =
            facts.iter_mut().find(|fact| fact.status == hit.status && fact.matches == matches)
        {
            known.count += 1;
            known.last_time = hit.at;
            continue;
        }
        let mut fact = Fact::new(Source::Probe, text);
        fact.matches = matches;
        fact.time = hit.at;
        fact.last_time = hit.at;
        fact.status = hit.status;
        fact.phase = Phase::Unknown;
        facts.push(fact);
    }
    facts.extend(exceptions(context, report));
    facts
}

/// What debug pages tell: a fact of its own, so that the exposed page and its cause both stand.
fn exceptions(context: &Context, report: &ProbeReport) -> Option<Fact> {
    let (hit, event) =
        report.hits.iter().find_map(|hit| Some((hit, classify::exception_event(hit)?)))?;
    let matches = context.rules.match_exception(&event, Phase::Request);
    if matches.is_empty() {
        return None;
    }
    let mut fact = Fact::new(Source::Probe, format!("{}: {}", event.type_name, event.message));
    fact.matches = matches;
    fact.time = hit.at;
    fact.last_time = hit.at;
    fact.status = hit.status;
    fact.phase = Phase::Request;
    fact.exception = Some(Box::new(event));
    Some(fact)
}

/// `GET https://… → 502 after 0.21 s (page: nginx-502)`.
fn describe(hit: &Hit, report: &ProbeReport) -> String {
    let after =
        hit.phases_ms.total.map_or_else(String::new, |ms| format!(" after {:.2} s", ms / 1000.0));
    let answer = match (&hit.status, &hit.error) {
        (Some(status), None) => status.to_string(),
        (Some(status), Some(error)) => format!("{status}, then {}", error.detail),
        (None, Some(error)) => error.detail.clone(),
        (None, None) => "no answer".to_owned(),
    };
    let page = hit.page.as_deref().map_or_else(String::new, |page| format!(" (page: {page})"));
    format!("GET {} → {answer}{after}{page}, {}", report.url, verdict_word(report.verdict))
}
