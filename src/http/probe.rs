//! The probe itself: hits, waits between them, and what they mean together.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use reqwest::Url;

use super::hit::{Outside, hit, shown};
use super::plan::{ProbePlan, ProbeProgress, Progress};
use super::{classify, hint, verdict};
use crate::model::{ErrorKind, Hit, HitError, ProbePhase, ProbeReport, ProbeVerdict};
use crate::rules::page::Pages;

/// Requests at most, whatever the plan says.
const MAX_HITS: u32 = 20;

/// Probes the site. Never fails: what goes wrong stands in the report. Returns early, with what
/// there is, when `cancel` becomes true. Blocks the calling thread; starts no other that outlives
/// it but the system resolver's.
pub fn run(plan: &ProbePlan, progress: &dyn ProbeProgress, cancel: &AtomicBool) -> ProbeReport {
    let mut report = ProbeReport {
        url: plan.url.clone(),
        verdict: ProbeVerdict::Unreachable,
        limit_ms: plan.limit.as_millis() as u64,
        limits: plan.limits.clone(),
        hits: Vec::new(),
        marker: plan.marker.clone(),
        notes: Vec::new(),
        skipped: None,
        cname: None,
    };
    let mut url = match parse_url(&plan.url) {
        Ok(url) => url,
        Err(reason) => {
            report.skipped = Some(reason);
            return report;
        }
    };
    report.url = shown(&url);
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            report.skipped = Some(format!("the probe could not start: {error}"));
            return report;
        }
    };
    // Parsed while the site thinks, so that it does not add to the probe's time.
    let _ = std::thread::Builder::new().spawn(|| {
        Pages::embedded();
    });
    let report_hits = &mut report.hits;
    report.cname = runtime.block_on(async {
        let host = url.host_str().unwrap_or_default().to_owned();
        // Beside the hits; at most a second longer than they take.
        let cname = plan
            .expected_cname
            .clone()
            .map(|expected| tokio::spawn(async move { hint::check(&host, &expected).await }));
        hits(plan, &url, progress, cancel, report_hits).await;
        // It explains a failure only: nobody waits for it where the site answers.
        let failed = report_hits.iter().any(classify::hit_failed);
        match cname {
            Some(task) if task.is_finished() || (failed && !cancel.load(Ordering::Relaxed)) => {
                task.await.ok().flatten()
            }
            _ => None,
        }
    });
    if plan.scheme_guessed && url.scheme() == "https" && report.hits.iter().all(no_https) {
        let mut plain = url.clone();
        let mut other = Vec::new();
        if plain.set_scheme("http").is_ok() && !cancel.load(Ordering::Relaxed) {
            runtime.block_on(hits(plan, &plain, progress, cancel, &mut other));
        }
        if other.iter().any(|hit| hit.status.is_some()) {
            url = plain;
            report.url = shown(&url);
            report.hits = other;
            report.notes.push("https is not served at this address; http was asked.".to_owned());
        }
    }
    // A resolver that hangs must not hold up the report.
    runtime.shutdown_background();
    verdict::conclude(plan, &url, &mut report);
    report
}

/// Nobody speaks TLS there; a certificate that is refused is another matter.
fn no_https(hit: &Hit) -> bool {
    hit.error.as_ref().is_some_and(|error| match error.phase {
        ProbePhase::Connect => matches!(error.kind, ErrorKind::Refused | ErrorKind::Unreachable),
        ProbePhase::Tls => error.detail.contains("speaks plain http"),
        _ => false,
    })
}

/// Makes a URL of what people type. The error is a sentence for them.
pub fn parse_url(text: &str) -> Result<Url, String> {
    let text = text.trim();
    let with_scheme = if text.contains("://") {
        text.to_owned()
    } else {
        let host = text.split(['/', '?', '#']).next().unwrap_or_default();
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        let local = host.starts_with('[')
            || name.parse::<std::net::IpAddr>().is_ok()
            || name.eq_ignore_ascii_case("localhost");
        format!("{}://{text}", if local { "http" } else { "https" })
    };
    let url = Url::parse(&with_scheme).map_err(|error| format!("{text} is no URL: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return Err(format!("{text} is no http or https URL"));
    }
    Ok(url)
}

async fn hits(
    plan: &ProbePlan,
    url: &Url,
    progress: &dyn ProbeProgress,
    cancel: &AtomicBool,
    into: &mut Vec<Hit>,
) {
    let wanted = plan.hits.clamp(1, MAX_HITS);
    let mut backoff = plan.backoff;
    let mut late = 0;
    for number in 1..=wanted {
        let outside = Outside { progress, cancel, number };
        let mut one = hit(plan, url, &outside).await;
        classify::recognise(&mut one);
        classify::notice_proxy_refusal(&mut one);
        // Two failures that each took as long as a visitor is made to wait say it all; every
        // further one would hold another worker.
        let over = one.phases_ms.total.is_some_and(|ms| ms > plan.limit.as_secs_f64() * 1000.0);
        late += u32::from(over && classify::hit_failed(&one));
        let stop = ends_the_probe(one.error.as_ref()) || late == 2;
        let waits = verdict::looks_like_reloading(plan, &one);
        let pauses = verdict::is_gateway_error(&one);
        into.push(one);
        if stop || cancel.load(Ordering::Relaxed) {
            return;
        }
        if waits && number < wanted {
            wait(plan, backoff, &outside).await;
            backoff = (backoff * 2).min(Duration::from_secs(15));
        } else if pauses && number < wanted {
            wait(plan, plan.backoff.min(Duration::from_secs(1)), &outside).await;
        }
    }
}

/// After these a further request tells nothing new, or does harm.
fn ends_the_probe(error: Option<&HitError>) -> bool {
    error.is_some_and(|error| {
        matches!(
            error.kind,
            ErrorKind::Timeout
                | ErrorKind::Interrupted
                | ErrorKind::ProxyRefused
                | ErrorKind::NotFound
                | ErrorKind::TlsExpired
                | ErrorKind::TlsNotYetValid
                | ErrorKind::TlsWrongName
                | ErrorKind::TlsSelfSigned
                | ErrorKind::TlsUnknownIssuer
                | ErrorKind::RedirectLoop
                | ErrorKind::RedirectRefused
        )
    })
}

async fn wait(plan: &ProbePlan, time: Duration, outside: &Outside<'_>) {
    let start = Instant::now();
    while start.elapsed() < time && !outside.cancel.load(Ordering::Relaxed) {
        outside.progress.update(&Progress {
            hit: outside.number,
            hits: plan.hits.max(1),
            phase: ProbePhase::FirstByte,
            elapsed: start.elapsed(),
            limit: time,
            timeout: plan.timeout,
            waiting: true,
        });
        tokio::time::sleep(Duration::from_millis(50).min(time)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::parse_url;

    #[test]
    fn schemes_are_guessed() {
        let shown = |text: &str| parse_url(text).map(String::from);
        assert_eq!(shown("shop.example.com").as_deref(), Ok("https://shop.example.com/"));
        assert_eq!(shown("127.0.0.1:8000/x").as_deref(), Ok("http://127.0.0.1:8000/x"));
        assert_eq!(shown("localhost:5000").as_deref(), Ok("http://localhost:5000/"));
        assert_eq!(shown("[::1]:80").as_deref(), Ok("http://[::1]/"));
        assert_eq!(shown("http://EXAMPLE.com").as_deref(), Ok("http://example.com/"));
        assert!(parse_url("ftp://example.com").is_err());
        assert!(parse_url("").is_err());
        assert!(parse_url("http://").is_err());
    }
}
