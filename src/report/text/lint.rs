//! `diagnose lint`: one finding after the other, as compilers do; no verdict over a site.

use super::super::words;
use super::page::{Page, Tone};
use super::{evidence, fixes};
use crate::model::{Finding, Report, Safety, Severity};
use crate::text::{terminal, width};

/// Findings printed before "and N more".
const MOST: usize = 200;

pub(super) fn lint(page: &mut Page<'_>, report: &Report) {
    let most = if page.style.verbose > 0 { usize::MAX } else { MOST };
    for finding in report.findings.iter().take(most) {
        page.gap();
        one(page, report, finding);
    }
    if page.style.quiet > 0 {
        return;
    }
    page.gap();
    let rest = report.findings.len().saturating_sub(most);
    if rest > 0 {
        page.paragraph("", &format!("… and {rest} more (-v, or --format concise)"), Tone::Dim);
    }
    for item in &report.skipped {
        page.paragraph("Not examined: ", &item.missing, Tone::Dim);
    }
    footer(page, report);
}

fn one(page: &mut Page<'_>, report: &Report, finding: &Finding) {
    let tone = match finding.severity {
        Severity::Error => Tone::Error,
        Severity::Warning => Tone::Warning,
        Severity::Note => Tone::Note,
    };
    let word = words::severity(finding.severity);
    let slug = format!("[{}]", terminal(words::slug(finding)));
    let lead = format!("{word}: ");
    let text = terminal(&words::sentence(words::headline(report, finding)));
    let lines = crate::text::wrap(&text, page.width - width(&lead));
    let last = lines.len() - 1;
    for (at, line) in lines.iter().enumerate() {
        let space = " ".repeat(width(&lead));
        let (plain, painted) = if at == 0 {
            (
                format!("{lead}{line}"),
                format!("{}{}", page.paint(&lead, tone), page.paint(line, Tone::Strong)),
            )
        } else {
            (format!("{space}{line}"), format!("{space}{}", page.paint(line, Tone::Strong)))
        };
        if at < last {
            page.line(&painted);
        } else if !page.sides((&plain, &painted), &slug) {
            let slug = page.paint(&format!("{space}{slug}"), Tone::Dim);
            page.line(&slug);
        }
    }
    if finding.confidence.0 < 0.95 {
        let sure = format!("{}{}", " ".repeat(width(&lead)), finding.confidence.word());
        let sure = page.paint(&sure, Tone::Dim);
        page.line(&sure);
    }
    evidence::snug(page, report, &finding.evidence);
    fixes(page, &finding.fixes);
    for url in finding.docs.iter().take(1).filter(|_| page.style.verbose > 0) {
        page.labelled("Docs", url);
    }
}

fn footer(page: &mut Page<'_>, report: &Report) {
    page.gap();
    let what = report.examined.iter().map(|item| item.what.as_str()).collect::<Vec<_>>().join(", ");
    if report.findings.is_empty() {
        let lead = format!("{}  ", page.paint(page.glyphs.good, Tone::Good));
        page.line(&format!("{lead}No problems found ({}).", terminal(&what)));
        return;
    }
    let fixable = |wanted: Safety| {
        report
            .findings
            .iter()
            .filter(|finding| finding.fixes.iter().any(|fix| fix.safety == Some(wanted)))
            .count() as u64
    };
    page.paragraph("", &format!("{} ({what}).", words::tally(report)), Tone::Plain);
    let (safe, other) = (fixable(Safety::Safe), fixable(Safety::Unsafe));
    if safe > 0 {
        let text = format!("{} with diagnose lint --fix.", words::count(safe, "fix", "fixes"));
        page.paragraph("", &text, Tone::Plain);
    }
    if other > 0 {
        let text =
            format!("{} more with --fix --unsafe-fixes.", words::count(other, "fix", "fixes"));
        page.paragraph("", &text, Tone::Plain);
    }
}
