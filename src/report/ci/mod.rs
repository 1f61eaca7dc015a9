//! Formats that machines of continuous integration read: SARIF, workflow commands, code quality,
//! JUnit. What they share: which findings, where to point, fingerprints.

pub(super) mod github;
pub(super) mod gitlab;
pub(super) mod junit;
pub(super) mod sarif;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::{Style, words};
use crate::model::{Evidence, Finding, Report, Source};

/// A finding and where CI shows it.
pub(super) struct Spot<'a> {
    pub(super) finding: &'a Finding,
    /// Path relative to the repository, with `/`; `None` where no file of it is known.
    pub(super) path: Option<String>,
    pub(super) line: u32,
    pub(super) column: Option<u32>,
    pub(super) end_line: Option<u32>,
    pub(super) end_column: Option<u32>,
    /// Same finding, same line of code → same print, also in the next version.
    pub(super) fingerprint: String,
}

/// Every finding that stands, in rank order, with its spot; `n`-th repeats get prints of their own.
pub(super) fn spots<'a>(report: &'a Report, style: &Style) -> Vec<Spot<'a>> {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    report
        .findings
        .iter()
        .filter(|finding| words::stands(finding))
        .map(|finding| {
            let anchor = anchor(report, finding, style);
            let place = anchor.as_ref().and_then(|(item, _)| item.place.as_ref());
            let path = anchor.as_ref().map(|(_, path)| path.clone());
            let line = anchor
                .as_ref()
                .and_then(|(item, _)| item.excerpt.lines().next())
                .map(str::trim)
                .unwrap_or_default();
            let print = print(words::slug(finding), path.as_deref().unwrap_or_default(), line);
            let nth = seen.entry(print.clone()).or_default();
            *nth += 1;
            Spot {
                finding,
                line: place.and_then(|place| place.line).unwrap_or(1).max(1),
                column: place.and_then(|place| place.column),
                end_line: place.and_then(|place| place.end_line),
                end_column: place.and_then(|place| place.end_column),
                fingerprint: format!("{print}:{nth}"),
                path,
            }
        })
        .collect()
}

/// The evidence to point at: code first, then configuration, then whatever has a file of the
/// repository. A log is no file of the repository: pointing there shows nothing.
fn anchor<'a>(
    report: &Report,
    finding: &'a Finding,
    style: &Style,
) -> Option<(&'a Evidence, String)> {
    [Source::Code, Source::Config].iter().find_map(|wanted| {
        finding.evidence.iter().filter(|item| item.source == *wanted).find_map(|item| {
            let place = item.place.as_ref()?;
            Some((item, relative(report, &place.file, style)?))
        })
    })
}

/// The path below the repository; `None` for a path that cannot be below it.
fn relative(report: &Report, file: &str, style: &Style) -> Option<String> {
    let file = file.replace('\\', "/");
    let base = style.base.as_deref().map(|base| base.replace('\\', "/"));
    let base = base.as_deref().map(|base| base.trim_end_matches('/')).filter(|b| !b.is_empty());
    let below = base
        .and_then(|base| file.strip_prefix(base))
        .and_then(|rest| rest.strip_prefix('/'))
        .map(str::to_owned);
    let project = || {
        let project = report.site.project.as_ref()?.to_string_lossy().replace('\\', "/");
        file.strip_prefix(project.trim_end_matches('/'))?.strip_prefix('/').map(str::to_owned)
    };
    let here = || {
        let file = file.trim_start_matches("./");
        let inside = !file.starts_with('/') && !file.starts_with("../");
        inside.then(|| match style.below.trim_matches('/') {
            "" => file.to_owned(),
            folder => format!("{folder}/{file}"),
        })
    };
    let path = below.or_else(here).or_else(project)?;
    let climbs = path.split('/').any(|part| part == "..");
    (!path.is_empty() && !climbs && !path.contains(":/")).then_some(path)
}

/// First 16 hexadecimal digits of slug, path and the trimmed line.
fn print(slug: &str, path: &str, line: &str) -> String {
    let mut hash = Sha256::new();
    for part in [slug, path, line] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let mut out = String::new();
    for byte in hash.finalize().iter().take(8) {
        let _ = write!(out, "{byte:02x}");
    }
    out
}

/// Title, confidence, the most telling evidence and the first step, as plain text.
pub(super) fn message(report: &Report, finding: &Finding) -> String {
    let mut parts = vec![words::sentence(words::headline(report, finding))];
    if !words::is_lint(report) {
        parts.push(format!("({})", words::confidence(finding, false)));
    }
    if let Some(item) = finding.evidence.iter().find(|item| item.source != Source::Code) {
        let place = item
            .place
            .as_ref()
            .map_or_else(String::new, |place| format!("{}: ", words::place(report, place)));
        parts.push(words::sentence(&format!("Seen: {place}{}", words::gist(item))));
    }
    if let Some(fix) = finding.fixes.first() {
        parts.push(words::sentence(&fix.text));
    }
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_are_stable_and_short() {
        assert_eq!(print("a", "b", "c").len(), 16);
        assert_eq!(print("a", "b", "c"), print("a", "b", "c"));
        assert_ne!(print("ab", "", "c"), print("a", "b", "c"));
    }

    #[test]
    fn paths_are_below_the_repository() {
        let report = crate::report::json::empty_report("1", crate::model::Verdict::Unknown);
        let style = Style { base: Some("/builds/repo/".to_owned()), ..Style::default() };
        assert_eq!(relative(&report, "/builds/repo/a/b.py", &style).as_deref(), Some("a/b.py"));
        assert_eq!(relative(&report, "./a.py", &style).as_deref(), Some("a.py"));
        assert_eq!(relative(&report, "/etc/passwd", &style), None);
        assert_eq!(relative(&report, "../x.py", &style), None);
        let style = Style { below: "web".to_owned(), ..style };
        assert_eq!(relative(&report, "./a.py", &style).as_deref(), Some("web/a.py"));
        assert_eq!(relative(&report, "/builds/repo/a.py", &style).as_deref(), Some("a.py"));
    }
}
