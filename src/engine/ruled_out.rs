//! Causes that were checked and are not at work, each with the contrary fact.

use crate::model::{Facts, Finding, LogKind, RuledOut};
use crate::rules::Rules;

/// Causes whose signature would stand in a log that was read completely.
const BY_LOG: &[(&str, &[LogKind], &str)] = &[
    ("harakiri-slow-request", &[LogKind::Server], "no request was killed in the server log"),
    ("out-of-memory", &[LogKind::Server], "no worker was killed in the server log"),
    ("segfault", &[LogKind::Server], "no worker crashed in the server log"),
    (
        "disk-quota",
        &[LogKind::Error, LogKind::Server],
        "no \"disk quota\" or \"no space\" in the logs",
    ),
    ("module-not-installed", &[LogKind::Error], "no missing module in the error log"),
    ("database-unreachable", &[LogKind::Error], "no failed database connection in the error log"),
];

/// Contrary facts of checks, and logs read from first to last line of the current epoch.
pub(super) fn ruled_out(facts: &Facts, findings: &[Finding], rules: &Rules) -> Vec<RuledOut> {
    let stands = |slug: &str| findings.iter().any(|finding| finding.cause.as_deref() == Some(slug));
    let mut list: Vec<RuledOut> = Vec::new();
    let mut add = |slug: &str, reason: String| {
        if let Some(cause) = rules.cause(slug)
            && !stands(slug)
            && !list.iter().any(|known| known.cause == slug)
        {
            let title =
                crate::rules::fill(&cause.title, &crate::model::Captures::new(), &str::to_owned)
                    .unwrap_or_else(|| cause.slug.replace('-', " "));
            list.push(RuledOut { cause: slug.to_owned(), title, reason });
        }
    };
    for contrary in &facts.contrary {
        add(&contrary.cause, contrary.reason.clone());
    }
    for (slug, kinds, reason) in BY_LOG {
        let complete = kinds.iter().all(|kind| {
            facts.logs.iter().any(|log| log.kind == *kind && log.complete && log.lines > 0)
        });
        if complete {
            add(slug, (*reason).to_owned());
        }
    }
    list.sort_by_key(|entry| rules.cause(&entry.cause).map_or(u32::MAX, |cause| cause.order));
    list
}
