//! What is worth saying beside the verdict: certificate, redirects, streams, odd headers.

use jiff::Timestamp;
use reqwest::Url;

use super::exchange::is_stream;
use super::plan::ProbePlan;
use crate::model::{Hit, ProbeReport};

/// Days of validity left from which a certificate is mentioned.
const CERTIFICATE_DAYS: i64 = 14;

/// Adds them to the report.
pub(super) fn add(plan: &ProbePlan, url: &Url, report: &mut ProbeReport) {
    let notes = &mut report.notes;
    if plan.insecure && url.scheme() == "https" {
        let reason = report.hits.iter().find_map(|hit| hit.tls.as_ref()?.reason.as_deref());
        notes.push(match reason {
            Some(reason) => {
                format!("The certificate was not required to be valid (--insecure), and browsers refuse it: {reason}.")
            }
            None => "The certificate was not required to be valid (--insecure); it is.".to_owned(),
        });
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
    if first.with_cookies {
        notes.push(
            "The site sent the probe in a circle until its own cookie came back, as browsers send it."
                .to_owned(),
        );
    }
    if let Some(hit) = report.hits.iter().find(|hit| hit.longer) {
        notes.push(format!(
            "The page is longer than its Content-Length says ({} bytes): browsers show only the beginning.",
            hit.bytes.unwrap_or_default()
        ));
    }
    if let Some(exception) = report.hits.iter().find_map(|hit| hit.exception.as_ref()) {
        notes.push(format!("The page shows visitors the exception {}.", exception.type_name));
    }
    if let Some(left) = days_left(first).filter(|left| *left <= CERTIFICATE_DAYS) {
        let unit = if left == 1 { "day" } else { "days" };
        notes.push(format!("The certificate ends in {left} {unit}."));
    }
    if let Some(hit) = report.hits.iter().find(|hit| hit.cut) {
        notes.push(if is_stream(header(hit, "content-type").unwrap_or_default()) {
            "The answer is a stream without an end; only its beginning was read.".to_owned()
        } else {
            "The body is longer than 1 MiB; the rest was not read.".to_owned()
        });
    }
    notes.extend(report.hits.iter().find_map(wrong_type));
}

/// Whole days that a good certificate has left.
fn days_left(hit: &Hit) -> Option<i64> {
    let end = hit.tls.as_ref().filter(|tls| tls.ok)?.not_after?;
    let left = end.duration_since(hit.at.unwrap_or_else(Timestamp::now));
    Some(left.as_hours().div_euclid(24)).filter(|left| *left >= 0)
}

/// The days left, where they are fewer than renewal by itself leaves: something does not renew it.
/// Certificates that live for days only are always close to their end.
#[must_use]
pub fn renewal_is_late(hit: &Hit) -> Option<i64> {
    let tls = hit.tls.as_ref()?;
    let life = tls.not_after?.duration_since(tls.not_before?).as_hours().div_euclid(24);
    days_left(hit).filter(|left| *left <= CERTIFICATE_DAYS.min(life / 6))
}

fn header<'h>(hit: &'h Hit, name: &str) -> Option<&'h str> {
    hit.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// A page that browsers do not show as one.
fn wrong_type(hit: &Hit) -> Option<String> {
    let kind = header(hit, "content-type")?;
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let head: String = hit.body.trim_start().chars().take(15).collect::<String>().to_lowercase();
    let page = head.starts_with("<!doctype html") || head.starts_with("<html");
    let shown = ["text/html", "application/xhtml+xml", "text/xml", "application/xml", ""];
    (page && !shown.contains(&kind.as_str())).then(|| {
        let kind: String = kind.chars().take(60).collect();
        format!(
            "The page is HTML, but its Content-Type says {kind}: browsers do not show it as a page."
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renewal_is_late_only_for_certificates_that_live_long() {
        let late = |life: i64, left: i64| {
            let now: Timestamp = "2026-11-21T00:00:00Z".parse().expect("time");
            let at = |days: i64| now + jiff::SignedDuration::from_hours(24 * days);
            renewal_is_late(&Hit {
                at: Some(now),
                tls: Some(crate::model::TlsInfo {
                    ok: true,
                    reason: None,
                    names: Vec::new(),
                    not_before: Some(at(left - life)),
                    not_after: Some(at(left)),
                }),
                ..Hit::default()
            })
        };
        assert_eq!(late(90, 9), Some(9));
        assert_eq!(late(90, 29), None);
        assert_eq!(late(365, 14), Some(14));
        assert_eq!(late(6, 4), None);
        assert_eq!(late(90, -1), None, "that is another matter");
    }

    #[test]
    fn html_that_says_it_is_something_else() {
        let said = |kind: &str, body: &str| {
            wrong_type(&Hit {
                headers: vec![("content-type".to_owned(), kind.to_owned())],
                body: body.to_owned(),
                ..Hit::default()
            })
        };
        assert!(said("image/png", "\n<!DOCTYPE html><title>x</title>").is_some());
        assert!(said("text/plain; charset=utf-8", "<html>").is_some());
        assert!(said("Text/HTML; charset=utf-8", "<html>").is_none());
        assert!(said("application/json", "{\"page\": \"<html>\"}").is_none());
        assert!(said("text/plain", "<h1>half a page").is_none());
    }
}
