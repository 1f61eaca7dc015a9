//! The next best check: the missing input that would tell most.

use crate::model::{Facts, Finding, LogKind, NextCheck, Site, Verdict};
use crate::rules::Rules;
use crate::rules::page::Pages;

/// `None` where the answer is clear. What a page that was seen means stands first.
pub(super) fn next_check(
    verdict: Verdict,
    findings: &[Finding],
    facts: &Facts,
    site: &Site,
    rules: &Rules,
) -> Option<NextCheck> {
    let mut check = best(verdict, findings, facts, site, rules)?;
    let seen = site.pages.first().and_then(|seen| Pages::embedded().get(&seen.page));
    if let Some(page) = seen {
        check.text = format!("{} {}", page.text.means, check.text);
    }
    Some(check)
}

fn best(
    verdict: Verdict,
    findings: &[Finding],
    facts: &Facts,
    site: &Site,
    rules: &Rules,
) -> Option<NextCheck> {
    if verdict == Verdict::Healthy {
        return None;
    }
    if findings.first().is_some_and(|f| verdict == Verdict::Broken && f.confidence.0 >= 0.80) {
        return None;
    }
    // A copied error page is no log: what happened stands elsewhere.
    let logs = || {
        let page = |path: &str| site.pages.iter().any(|seen| seen.shown == path);
        facts.logs.iter().filter(move |log| !page(&log.path))
    };
    let has = |kind: LogKind| logs().any(|log| log.kind == kind);
    let platform = site.platform_id();
    let domain = site.domain.clone().unwrap_or_else(|| "DOMAIN".to_owned());
    let check = |check: &str, text: String, command: Option<String>| {
        Some(NextCheck { check: check.to_owned(), text, command })
    };
    if rules.platform_is(platform, "pythonanywhere") {
        for (kind, word, flag) in [
            (LogKind::Error, "error", "--error-log"),
            (LogKind::Server, "server", "--server-log"),
            (LogKind::Access, "access", "--access-log"),
        ] {
            if !has(kind) && !has(LogKind::Any) {
                let path = format!("/var/log/{domain}.{word}.log");
                return check(
                    &format!("{word}-log"),
                    format!("Read the {word} log too: what it says of the newest reload decides."),
                    Some(format!("diagnose {flag} {path}")),
                );
            }
        }
    } else if rules.is_meant(platform, "container") && !has(LogKind::Platform) {
        let mut words = crate::model::Captures::new();
        words.extend(site.app.iter().map(|app| ("app".to_owned(), app.clone())));
        rules.add_words(platform, &mut words);
        return check(
            "platform-log",
            "Read the app's log around the last start.".to_owned(),
            Some(match words.get("cli-logs") {
                Some(logs) => format!("{logs} | diagnose -"),
                None => "diagnose --platform-log FILE".to_owned(),
            }),
        );
    }
    if logs().next().is_none() {
        return check(
            "logs",
            "Give the logs: the error log first, then the server's own.".to_owned(),
            Some("diagnose --error-log FILE --server-log FILE".to_owned()),
        );
    }
    let first = findings.first().and_then(|finding| finding.cause.as_deref());
    // The proxy only sees that nobody answers; a start that failed has its reason above the line
    // that says so. In both cases the app server's own log decides, and not another request.
    if first == Some("proxy-upstream-down") && !has(LogKind::Server) && !has(LogKind::Platform) {
        return check(
            "server-log",
            match site.unit() {
                Some(_) => "The proxy only sees that nobody answers. Read the log of the app server behind it.".to_owned(),
                None => "The proxy only sees that nobody answers. Read the log of the app server behind it (SERVICE is its systemd unit).".to_owned(),
            },
            Some(format!(
                "journalctl -u {} -n 500 --no-pager | diagnose -",
                site.unit().as_deref().unwrap_or("SERVICE")
            )),
        );
    }
    if first == Some("exit-on-start") {
        return check(
            "server-log",
            "The reason stands above the line that says the start failed: give more of the log, from the last start on. Where it says nothing, load the app by hand with the web app's own Python.".to_owned(),
            Some("python -c 'import MODULE'".to_owned()),
        );
    }
    if facts.probe.is_none() {
        let url =
            site.url.clone().or_else(|| site.domain.as_ref().map(|d| format!("https://{d}/")));
        return check(
            "probe",
            "Look at what the site answers now.".to_owned(),
            Some(format!(
                "diagnose --url {}",
                url.unwrap_or_else(|| "https://YOUR-SITE/".to_owned())
            )),
        );
    }
    if site.wsgi.is_none() {
        return check(
            "code",
            "Give the WSGI file, so that the code that the server loads can be checked.".to_owned(),
            Some("diagnose --wsgi FILE --project DIR".to_owned()),
        );
    }
    check(
        "log",
        "Reload the app, open the failing page once, and run diagnose again at once.".to_owned(),
        None,
    )
}
