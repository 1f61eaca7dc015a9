//! What one answer means: the page behind the status, who wrote it, and a sentence about it.

use crate::model::{AnsweredBy, ErrorKind, ExceptionEvent, Hit, ProbePhase, TracebackShape};
use crate::rules::page::{Answer, Page, Pages};

/// What an answer means for the site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meaning {
    /// A visitor sees an error.
    pub fails: bool,
    /// The site says, or the platform shows, that it is starting.
    pub starting: bool,
    /// Source or settings are visible to visitors.
    pub debug: bool,
    /// One or two sentences for people.
    pub sentence: String,
    /// Causes that usually show this, most usual first; a hint, no evidence.
    pub causes: Vec<String>,
}

/// Recognises the page of an answer and fills `page`, `answered_by` and `exception`.
pub fn recognise(hit: &mut Hit) {
    let Some(page) = page_of(hit) else {
        hit.answered_by = answered_by_headers(hit);
        return;
    };
    hit.page = Some(page.text.id.clone());
    hit.answered_by = Some(page.text.answered_by.into());
    hit.exception = page.exception(&hit.body);
}

fn page_of(hit: &Hit) -> Option<&'static Page> {
    // An answer that was cut off shows only part of its page; what is there still counts.
    let answer = Answer {
        status: hit.status?,
        headers: &hit.headers,
        body: &hit.body,
        bytes: hit.bytes.unwrap_or(0),
    };
    let page = Pages::embedded().recognise(&answer)?;
    // "Empty" is only known of an answer that ended.
    (hit.error.is_none() || !hit.body.is_empty()).then_some(page)
}

fn header<'a>(hit: &'a Hit, name: &str) -> Option<&'a str> {
    hit.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// Who answered, where no page was recognised. Silence of the headers says nothing: `None`.
fn answered_by_headers(hit: &Hit) -> Option<AnsweredBy> {
    let status = hit.status?;
    let server = header(hit, "server").unwrap_or_default().to_ascii_lowercase();
    if header(hit, "x-scalingo-error").is_some() || header(hit, "x-vercel-error").is_some() {
        return Some(AnsweredBy::Platform);
    }
    if header(hit, "x-railway-fallback") == Some("true") {
        return Some(AnsweredBy::Platform);
    }
    if (520..=530).contains(&status) && header(hit, "cf-ray").is_some() {
        return Some(AnsweredBy::Cdn);
    }
    let gateway = matches!(status, 502..=504);
    if !gateway {
        return Some(AnsweredBy::App);
    }
    if server.starts_with("cloudflare") && hit.body.len() < 200 {
        return Some(AnsweredBy::Cdn);
    }
    let proxies = ["nginx", "openresty", "apache", "caddy", "haproxy", "envoy", "traefik"];
    if proxies.iter().any(|name| server.contains(name)) && hit.body.len() < 1000 {
        return Some(AnsweredBy::Proxy);
    }
    let servers = ["gunicorn", "uvicorn", "werkzeug", "waitress", "hypercorn", "daphne", "cheroot"];
    if servers.iter().any(|name| server.contains(name)) {
        return Some(AnsweredBy::App);
    }
    None
}

/// The exception that a debug page tells, as one that a log would have told. A page has no
/// frames that could be trusted to be complete, so it has none.
#[must_use]
pub fn exception_event(hit: &Hit) -> Option<ExceptionEvent> {
    let told = hit.exception.as_ref()?;
    Some(ExceptionEvent {
        type_name: told.type_name.clone(),
        message: told.message.clone(),
        shape: TracebackShape::Bare,
        ..ExceptionEvent::default()
    })
}

/// Turns the refusal of an outbound proxy into what it is: not the site's answer. Through a
/// tunnel (TLS) an answer is always the site's; a plain one is, if its page is one that sites show.
pub(super) fn notice_proxy_refusal(hit: &mut Hit) {
    if let (Some(proxy), Some(error)) = (&hit.proxy, &mut hit.error)
        && error.phase <= ProbePhase::Connect
        && !matches!(error.kind, ErrorKind::ProxyRefused | ErrorKind::Interrupted)
        && !error.detail.starts_with(super::proxy::SITE_UNREACHED)
    {
        // What was looked up and connected to is the proxy: of the site nothing is known.
        error.detail = format!("the proxy {proxy} cannot be reached: {}", error.detail);
        error.kind = ErrorKind::ProxyRefused;
        return;
    }
    let squid = header(hit, "x-squid-error").map(str::to_owned);
    let unreached = hit.proxy.is_some() && hit.tls.is_none() && hit.error.is_none();
    if let Some(why) = squid.as_deref().filter(|why| unreached && !why.contains("ACCESS")) {
        let why = why.split(' ').next().unwrap_or_default();
        hit.error = Some(super::failure::failure(
            ProbePhase::Connect,
            ErrorKind::Other,
            format!("{}: {why}", super::proxy::SITE_UNREACHED),
        ));
        hit.answered_by = Some(AnsweredBy::Proxy);
        return;
    }
    let squid = squid.is_some();
    let refused = matches!(hit.status, Some(403 | 407));
    if hit.proxy.is_none() || hit.tls.is_some() || hit.error.is_some() || !refused {
        return;
    }
    if hit.page.is_some() && !squid && hit.status != Some(407) {
        return;
    }
    hit.error = Some(super::failure::failure(
        ProbePhase::Connect,
        ErrorKind::ProxyRefused,
        format!("the proxy answered {}", hit.status.unwrap_or_default()),
    ));
    hit.answered_by = Some(AnsweredBy::Proxy);
}

/// Explains an answer. `platform` is a profile's id.
#[must_use]
pub fn meaning(hit: &Hit, platform: &str) -> Meaning {
    if let Some(page) = hit.page.as_deref().and_then(|id| Pages::embedded().get(id)) {
        return Meaning {
            fails: hit.error.is_some() || page.text.fails,
            starting: page.text.starting,
            debug: page.text.debug,
            sentence: page.text.means.clone(),
            causes: page.text.causes.clone(),
        };
    }
    let Some(status) = hit.status else {
        return Meaning {
            fails: true,
            starting: false,
            debug: false,
            sentence: "There was no answer.".to_owned(),
            causes: Vec::new(),
        };
    };
    let (fails, sentence, causes) = if leads_nowhere(hit) {
        (true, "The site redirects without saying where to: browsers show an empty page.", &[][..])
    } else {
        of_status(status, platform, hit.answered_by)
    };
    Meaning {
        fails: hit.error.is_some() || fails,
        starting: false,
        debug: false,
        sentence: sentence.to_owned(),
        causes: causes.iter().map(|&slug| slug.to_owned()).collect(),
    }
}

/// A redirect without an address, and without a page that a browser could show in its place.
fn leads_nowhere(hit: &Hit) -> bool {
    matches!(hit.status, Some(301 | 302 | 303 | 307 | 308))
        && header(hit, "location").is_none()
        && hit.body.trim().is_empty()
}

/// The hit shows a visitor an error.
#[must_use]
pub fn hit_failed(hit: &Hit) -> bool {
    meaning(hit, "generic").fails
}

type StatusMeaning = (bool, &'static str, &'static [&'static str]);

/// What a status says by itself, on this platform. Sources: FACTS.md's pages, RFC 9110.
fn of_status(status: u16, platform: &str, by: Option<AnsweredBy>) -> StatusMeaning {
    let container = matches!(platform, "scalingo" | "heroku" | "render" | "railway" | "fly");
    match status {
        204 | 205 => (false, "The app answered without a page, as it said it would.", &[]),
        200..=299 => (false, "The site answered.", &[]),
        304 => (false, "The site answered that nothing has changed.", &[]),
        300..=399 => (false, "The site answered with a redirect that names no address.", &[]),
        400 => (
            true,
            "The request was refused as malformed. In a Django app the domain is missing in ALLOWED_HOSTS.",
            &["disallowed-host"],
        ),
        401 => (false, "The site wants credentials: it runs and is protected.", &[]),
        402 => (true, "The platform holds the site back until a bill is paid.", &["site-disabled"]),
        403 => (
            false,
            "The site refused this visitor: a rule of the app, of the server, or of a firewall.",
            &[],
        ),
        404 => (false, "The app answered that it has no page at this URL.", &[]),
        405 => (false, "The app answered; it does not take GET at this URL.", &[]),
        407 => (true, "A proxy on the way wants credentials.", &[]),
        408 => (true, "The server got tired of waiting for the request.", &[]),
        410 => (false, "The app answered that this page is gone.", &[]),
        413 | 414 | 431 => (
            true,
            "The request, its headers or cookies are larger than the server accepts.",
            &["request-too-large"],
        ),
        421 => (
            true,
            "The server does not serve this name on this connection.",
            &["proxy-misconfigured", "dns-misconfigured"],
        ),
        429 => (false, "The site limits requests and held this one back.", &[]),
        451 => (true, "The site is blocked for legal reasons.", &["site-disabled"]),
        499 => (
            true,
            "The client gave up before the answer came.",
            &["slow-startup", "harakiri-slow-request"],
        ),
        406..=498 => (false, "The app answered and refused the request.", &[]),
        500 if by == Some(AnsweredBy::App) => {
            (true, "The app answered with an error: an exception in its code.", &["app-exception"])
        }
        500 => (
            true,
            "The app raised an exception, or could not be loaded. The error log has the traceback.",
            &["app-exception", "import-time-exception"],
        ),
        502 if platform == "pythonanywhere" => (
            true,
            "The app's process did not answer: still reloading, killed, or a web server of its own was started.",
            &["dev-server-run", "harakiri-slow-request", "out-of-memory"],
        ),
        502 if container => (
            true,
            "The router reached the container, and it cut the connection or sent nothing valid.",
            &["port-not-bound", "exit-on-start", "out-of-memory"],
        ),
        502 => (
            true,
            "The proxy reached no app server, or it died in mid-request.",
            &["proxy-upstream-down", "proxy-misconfigured", "exit-on-start"],
        ),
        503 if container => (
            true,
            "No container answers: crashed, not started, stopped, or its queue is full.",
            &["crash-loop", "exit-on-start", "port-not-bound", "site-disabled"],
        ),
        503 => (
            true,
            "The service says that it is not available: overloaded, stopped or in maintenance.",
            &["workers-exhausted", "site-disabled"],
        ),
        504 => (
            true,
            "The app accepted the request and did not answer in time: slow or hanging code, or a web server of its own.",
            &["harakiri-slow-request", "dev-server-run", "import-time-blocking"],
        ),
        520..=530 => {
            (true, "The CDN got no good answer from the server behind it.", &["site-unreachable"])
        }
        _ => (true, "The server answered with an error.", &[]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::HitError;

    fn hit(status: u16, server: &str, body: &str) -> Hit {
        let mut hit = Hit {
            status: Some(status),
            headers: vec![("server".to_owned(), server.to_owned())],
            bytes: Some(body.len() as u64),
            body: body.to_owned(),
            ..Hit::default()
        };
        recognise(&mut hit);
        hit
    }

    #[test]
    fn own_pages_of_the_app_stay_the_apps() {
        let shown = hit(404, "nginx", "<h1>We looked everywhere</h1>");
        assert_eq!((shown.page.as_deref(), shown.answered_by), (None, Some(AnsweredBy::App)));
        assert!(!hit_failed(&shown));
        let shown =
            hit(404, "nginx", "<center><h1>404 Not Found</h1></center><hr><center>nginx</center>");
        assert_eq!(shown.answered_by, Some(AnsweredBy::Proxy));
        assert!(hit_failed(&shown));
    }

    #[test]
    fn a_gateway_error_without_a_page_is_the_proxys_or_unknown() {
        assert_eq!(hit(502, "nginx", "").answered_by, Some(AnsweredBy::Proxy));
        assert_eq!(hit(503, "", "maintenance").answered_by, None);
        assert_eq!(
            hit(502, "gunicorn", "{\"upstream\": \"down\"}").answered_by,
            Some(AnsweredBy::App)
        );
    }

    #[test]
    fn every_status_has_a_sentence_on_every_platform() {
        for status in 100..600 {
            for platform in ["pythonanywhere", "scalingo", "heroku", "generic", "nonsense"] {
                let shown = Hit { status: Some(status), ..Hit::default() };
                let meaning = meaning(&shown, platform);
                assert!(meaning.sentence.ends_with('.'), "{status}");
                assert!(status < 500 || meaning.fails, "{status}");
                assert!(!(200..300).contains(&status) || !meaning.fails, "{status}");
            }
        }
    }

    #[test]
    fn an_answer_that_breaks_off_fails_whatever_its_status() {
        let mut shown = hit(200, "", "<p>half");
        shown.error = Some(HitError {
            phase: ProbePhase::Body,
            kind: ErrorKind::InvalidResponse,
            detail: String::new(),
        });
        assert!(hit_failed(&shown));
    }
}
