//! What one answer of the probe was, in words: who answered, from where, through which redirects,
//! and with which certificate. The texts are the site's: sinks escape them.

use jiff::Timestamp;

use crate::model::{AnsweredBy, Hit, ProbeReport, Redirect, TlsInfo};

/// Headers that say why the platform answered itself.
const TELLING: &[&str] = &[
    "x-scalingo-error",
    "x-vercel-error",
    "x-render-routing",
    "cf-mitigated",
    "x-do-failure-code",
    "retry-after",
];
/// Hops and names shown at most.
const SOME: usize = 6;

/// Lines about the answer that says most: the last that failed, else the last.
pub(super) fn about(probe: &ProbeReport) -> Vec<String> {
    let bad = |hit: &&Hit| hit.error.is_some() || hit.status.is_some_and(|status| status >= 400);
    let Some(hit) = probe.hits.iter().rev().find(bad).or(probe.hits.last()) else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    lines.extend(answer(hit));
    lines.extend(hops(&hit.redirects, hit.landed.as_deref()));
    lines.extend(hit.tls.as_ref().and_then(|tls| certificate(tls, hit.at)));
    lines
}

/// `502 by a proxy: 157 bytes of text/html over HTTP/1.1 from 127.0.0.1:80.`
fn answer(hit: &Hit) -> Option<String> {
    let status = hit.status?;
    let by = match hit.answered_by {
        Some(AnsweredBy::App) => " by the app",
        Some(AnsweredBy::AppServer) => " by the app server",
        Some(AnsweredBy::Proxy) => " by a proxy",
        Some(AnsweredBy::Platform) => " by the platform",
        Some(AnsweredBy::Cdn) => " by the CDN",
        None => "",
    };
    let mut text = format!("Answer: {status}{by}");
    if let Some(bytes) = hit.bytes {
        let kind = header(hit, "content-type").and_then(|kind| kind.split(';').next());
        let of = kind.map_or_else(String::new, |kind| format!(" of {}", kind.trim()));
        text.push_str(&format!(", {bytes} bytes{of}"));
    }
    if let Some(version) = &hit.http_version {
        text.push_str(&format!(", HTTP/{version}"));
    }
    if let Some(address) = &hit.address {
        text.push_str(&format!(", from {address}"));
    }
    for name in TELLING {
        if let Some(value) = header(hit, name) {
            text.push_str(&format!(", {name}: {value}"));
        }
    }
    if let Some(server) = header(hit, "server") {
        text.push_str(&format!(", server: {server}"));
    }
    text.push('.');
    Some(text)
}

fn header<'h>(hit: &'h Hit, name: &str) -> Option<&'h str> {
    hit.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

fn hops(redirects: &[Redirect], landed: Option<&str>) -> Option<String> {
    let shown: Vec<String> =
        redirects.iter().take(SOME).map(|hop| format!("{} ({})", hop.url, hop.status)).collect();
    let more = redirects.len().saturating_sub(SOME);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    let end = landed.map_or_else(String::new, |url| format!(", to {url}"));
    (!shown.is_empty()).then(|| format!("Redirects: {}{rest}{end}.", shown.join(", then ")))
}

fn certificate(tls: &TlsInfo, at: Option<Timestamp>) -> Option<String> {
    let names = tls.names.iter().take(SOME).map(String::as_str).collect::<Vec<_>>().join(", ");
    let end = tls.not_after?;
    let day = end.strftime("%Y-%m-%d");
    let left = at.map(|at| end.duration_since(at).as_hours().div_euclid(24));
    let until = match left {
        Some(days) if days < 0 => format!("ended on {day}, {} ago", counted(-days)),
        Some(days) => format!("ends on {day}, in {}", counted(days)),
        None => format!("ends on {day}"),
    };
    let why = tls.reason.as_ref().map_or_else(String::new, |why| format!("; {why}"));
    Some(format!("Certificate: for {names}; {until}{why}."))
}

fn counted(days: i64) -> String {
    if days == 1 { "1 day".to_owned() } else { format!("{days} days") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ProbeVerdict;

    fn probe(hits: Vec<Hit>) -> ProbeReport {
        ProbeReport {
            url: "https://a.example/".to_owned(),
            verdict: ProbeVerdict::Ok,
            limit_ms: 0,
            limits: String::new(),
            hits,
            marker: None,
            notes: Vec::new(),
            skipped: None,
            cname: None,
        }
    }

    #[test]
    fn the_failure_is_described() {
        let good = Hit { status: Some(200), ..Hit::default() };
        let bad = Hit {
            status: Some(504),
            answered_by: Some(AnsweredBy::Platform),
            bytes: Some(0),
            http_version: Some("1.1".to_owned()),
            address: Some("192.0.2.1:443".to_owned()),
            headers: vec![("x-scalingo-error".to_owned(), "timeout".to_owned())],
            ..Hit::default()
        };
        assert_eq!(
            about(&probe(vec![good.clone(), bad, good])),
            [
                "Answer: 504 by the platform, 0 bytes, HTTP/1.1, from 192.0.2.1:443, x-scalingo-error: timeout."
            ]
        );
        assert!(about(&probe(Vec::new())).is_empty());
    }

    #[test]
    fn days_left_and_hops() {
        let at: Timestamp = "2026-11-21T00:00:00Z".parse().expect("time");
        let tls = |until: &str| TlsInfo {
            ok: true,
            reason: None,
            names: vec!["a.example".to_owned()],
            not_before: None,
            not_after: until.parse().ok(),
        };
        let text = |until: &str| certificate(&tls(until), Some(at)).expect("told");
        assert_eq!(
            text("2026-12-01T12:00:00Z"),
            "Certificate: for a.example; ends on 2026-12-01, in 10 days."
        );
        assert!(text("2026-11-20T12:00:00Z").contains("ended on 2026-11-20, 1 day ago"));
        let hop = |url: &str| Redirect { url: url.to_owned(), status: 301 };
        let many: Vec<Redirect> = (0..9).map(|_| hop("http://a/")).collect();
        assert!(hops(&many, None).expect("hops").ends_with("http://a/ (301) and 3 more."));
        let one = hops(&[hop("http://a/")], Some("https://a/")).expect("hops");
        assert_eq!(one, "Redirects: http://a/ (301), to https://a/.");
        assert_eq!(hops(&[], None), None);
    }
}
