//! One hit: a request and the redirects that follow from it, within one deadline.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hyper::header::HeaderMap;
use jiff::Timestamp;
use reqwest::Url;

use super::cookies::Cookies;
use super::exchange::{Exchange, Origin, Says, exchange};
use super::failure::failure;
use super::meter::Meter;
use super::plan::{ProbePlan, ProbeProgress, Progress};
use super::request::basic;
use crate::model::{ErrorKind, Hit, HitError, ProbePhase, Redirect};

/// Text kept of the body.
const MAX_TEXT: usize = 64 << 10;
/// How often progress is told and an interrupt noticed.
const TICK: Duration = Duration::from_millis(50);

/// Headers that say who answered and why; the rest is dropped.
const KEPT: &[&str] = &[
    "age",
    "allow",
    "cf-cache-status",
    "cf-mitigated",
    "cf-ray",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "date",
    "fly-request-id",
    "link",
    "location",
    "retry-after",
    "rndr-id",
    "server",
    "strict-transport-security",
    "transfer-encoding",
    "upgrade",
    "via",
    "www-authenticate",
    "x-cache",
    "x-amzn-requestid",
    "x-debug-exception",
    "x-do-failure-code",
    "x-error",
    "x-powered-by",
    "x-railway-fallback",
    "x-railway-request-id",
    "x-render-origin-server",
    "x-render-routing",
    "x-request-id",
    "x-scalingo-error",
    "x-served-by",
    "x-squid-error",
    "x-vercel-error",
    "x-vercel-id",
];

/// What the hit loop tells the outside, and hears from it.
pub(super) struct Outside<'a> {
    pub(super) progress: &'a dyn ProbeProgress,
    pub(super) cancel: &'a AtomicBool,
    pub(super) number: u32,
}

/// Runs one hit to its end, its deadline, or the interrupt.
pub(super) async fn hit(plan: &ProbePlan, start: &Url, outside: &Outside<'_>) -> Hit {
    let meter = Arc::new(Meter::new());
    let mut hit = Hit { at: Some(Timestamp::now()), ..Hit::default() };
    let mut last = Exchange::default();
    let mut way = Way::default();
    let ended = {
        let work = hops(plan, start, &meter, &mut way, &mut last);
        tokio::select! {
            biased;
            done = work => done,
            cut = watch(plan, &meter, outside) => Err(cut),
        }
    };
    meter.stop();
    hit.phases_ms = meter.phases_ms();
    take(&mut hit, last);
    hit.landed = way.at.filter(|_| !way.redirects.is_empty()).map(|url| shown(&url));
    hit.redirects = way.redirects;
    hit.with_cookies = way.cookies.were_sent();
    hit.error = ended.err();
    if let Some(error) = &mut hit.error
        && hit.status.is_none()
        && error.phase == ProbePhase::Body
    {
        // Some bytes came, but no complete head: there is no answer yet.
        error.phase = ProbePhase::FirstByte;
    }
    hit
}

/// Ends only by interrupt or deadline.
async fn watch(plan: &ProbePlan, meter: &Meter, outside: &Outside<'_>) -> HitError {
    loop {
        let elapsed = meter.elapsed();
        let phase = meter.phase();
        if outside.cancel.load(Ordering::Relaxed) {
            return failure(phase, ErrorKind::Interrupted, "interrupted");
        }
        if elapsed >= plan.timeout {
            let text = format!("no end within {:.1} s", plan.timeout.as_secs_f64());
            return failure(phase, ErrorKind::Timeout, text);
        }
        outside.progress.update(&Progress {
            hit: outside.number,
            hits: plan.hits.max(1),
            phase,
            elapsed,
            limit: plan.limit,
            timeout: plan.timeout,
            waiting: false,
        });
        tokio::time::sleep(TICK.min(plan.timeout.saturating_sub(elapsed))).await;
    }
}

/// The redirects of one hit; filled as they come, so that a cut keeps what there is.
#[derive(Default)]
struct Way {
    redirects: Vec<Redirect>,
    /// The address that was asked last.
    at: Option<Url>,
    cookies: Cookies,
}

async fn hops(
    plan: &ProbePlan,
    start: &Url,
    meter: &Arc<Meter>,
    way: &mut Way,
    last: &mut Exchange,
) -> Result<(), HitError> {
    let mut url = start.clone();
    let credentials = basic(start);
    let mut origin = Origin::default();
    let mut seen = vec![(1, without_fragment(&url))];
    loop {
        *last = Exchange::default();
        // Credentials stay with the scheme, host and port that they were given for.
        let authorization = credentials.as_ref().filter(|_| url.origin() == start.origin());
        let cookie = way.cookies.header(&url);
        let says = Says { authorization, cookie: cookie.as_ref() };
        way.at = Some(url.clone());
        exchange(&url, plan, origin, says, meter, last).await?;
        let Some(next) = target(&url, last)? else { return Ok(()) };
        if plan.redirects == 0 {
            return Ok(());
        }
        way.cookies.take(&url, &last.headers);
        let redirects = &mut way.redirects;
        redirects.push(Redirect { url: shown(&url), status: last.status.unwrap_or_default() });
        let key = without_fragment(&next);
        let again = seen.iter().find(|(_, old)| *old == key).map(|(hop, _)| *hop);
        if again.is_some() && way.cookies.try_with() {
            // Perhaps no circle, but a test whether the visitor keeps cookies.
            seen.clear();
        } else if let Some(first) = again {
            let text = format!(
                "hop {} ({}) leads back to hop {} ({})",
                redirects.len(),
                shown(&url),
                first,
                shown(&next)
            );
            return Err(failure(ProbePhase::Redirect, ErrorKind::RedirectLoop, text));
        }
        if redirects.len() > plan.redirects as usize {
            let text = format!(
                "more than {} redirects; the last leads to {}",
                plan.redirects,
                shown(&next)
            );
            return Err(failure(ProbePhase::Redirect, ErrorKind::RedirectLoop, text));
        }
        if !matches!(next.scheme(), "http" | "https") {
            let text = format!("a redirect to the scheme {} is not followed", next.scheme());
            return Err(failure(ProbePhase::Redirect, ErrorKind::RedirectRefused, text));
        }
        seen.push((way.redirects.len() + 1, key));
        origin = Origin { redirected: true, ip: last.site_ip };
        url = next;
    }
}

/// Where a redirect leads; `None` for any other answer.
fn target(url: &Url, answer: &Exchange) -> Result<Option<Url>, HitError> {
    if !matches!(answer.status, Some(301 | 302 | 303 | 307 | 308)) {
        return Ok(None);
    }
    let Some(location) = answer.headers.get("location") else { return Ok(None) };
    let text = String::from_utf8_lossy(location.as_bytes());
    match url.join(text.trim()) {
        Ok(next) => Ok(Some(next)),
        Err(error) => Err(failure(
            ProbePhase::Redirect,
            ErrorKind::InvalidResponse,
            format!("the Location header is no URL: {error}"),
        )),
    }
}

fn without_fragment(url: &Url) -> String {
    let mut url = url.clone();
    url.set_fragment(None);
    url.into()
}

/// Without credentials, bounded.
pub(super) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    let _ = url.set_username("");
    let _ = url.set_password(None);
    let text = String::from(url);
    if text.len() > 500 {
        format!("{}…", text.chars().take(500).collect::<String>())
    } else {
        text
    }
}

fn take(hit: &mut Hit, answer: Exchange) {
    hit.status = answer.status;
    hit.address = answer.address.map(|address| address.to_string());
    hit.http_version = answer.version.map(str::to_owned);
    hit.bytes = answer.status.map(|_| answer.body.len() as u64);
    hit.cut = answer.cut;
    hit.longer = answer.longer;
    hit.proxy = answer.proxy;
    hit.tls = answer.tls;
    hit.headers = kept(&answer.headers);
    hit.body = text(&answer.headers, &answer.body);
}

fn kept(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .filter(|(name, _)| KEPT.contains(&name.as_str()))
        .take(60)
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            (name.as_str().to_owned(), value.chars().take(500).collect())
        })
        .collect()
}

/// The first part as text. Nobody was asked to compress; who does so anyway is read up to the
/// same bound, so that a bomb costs nothing.
fn text(headers: &HeaderMap, body: &[u8]) -> String {
    use std::io::Read as _;
    let encoding = headers.get("content-encoding").map(hyper::header::HeaderValue::as_bytes);
    let mut plain = Vec::new();
    let bound = MAX_TEXT as u64;
    // A broken stream leaves what was decoded before.
    match encoding {
        Some(b"gzip" | b"x-gzip") => {
            let _ = flate2::read::GzDecoder::new(body).take(bound).read_to_end(&mut plain);
        }
        Some(b"deflate") => {
            let _ = flate2::read::ZlibDecoder::new(body).take(bound).read_to_end(&mut plain);
        }
        _ => plain.extend_from_slice(&body[..body.len().min(MAX_TEXT)]),
    }
    String::from_utf8_lossy(&plain).into_owned()
}
