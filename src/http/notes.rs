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
        notes.push("The certificate was not required to be valid (--insecure).".to_owned());
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
    if let Some(exception) = report.hits.iter().find_map(|hit| hit.exception.as_ref()) {
        notes.push(format!("The page shows visitors the exception {}.", exception.type_name));
    }
    if let Some(tls) = &first.tls {
        let ends =
            tls.not_after.map(|end| end.duration_since(first.at.unwrap_or_else(Timestamp::now)));
        if let Some(left) = ends.map(|left| left.as_hours() / 24)
            && (0..=CERTIFICATE_DAYS).contains(&left)
            && tls.ok
        {
            let unit = if left == 1 { "day" } else { "days" };
            notes.push(format!("The certificate ends in {left} {unit}."));
        }
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
