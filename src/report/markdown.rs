//! `--format markdown`: for tickets. The first lines read well as plain text; a budget of
//! characters is spent by rank and never cuts inside a fence.

use super::text::{charts, receipt};
use super::{Flavor, Style, answer, words};
use crate::model::{Evidence, Finding, Report, Source, State, Verdict};
use crate::redact::Shareable;
use crate::text::{
    defuse, markdown as inline, markdown_code, markdown_code_cell, markdown_fence,
    markdown_prose as prose, terminal, terminal_lines,
};
use std::fmt::Write as _;

/// Most rows of the evidence table, and lines of one excerpt.
const ROWS: usize = 5;
const EXCERPT: usize = 20;
/// Characters kept free for the notice that something was left out.
const RESERVE: usize = 160;

/// The whole report.
pub(super) fn markdown(shareable: &Shareable, style: &Style) -> String {
    let report = shareable.report();
    let github = style.markdown_flavor == Flavor::Github;
    let mut sections = vec![head(report)];
    for (at, finding) in report.findings.iter().enumerate() {
        if words::stands(finding) && (at == 0 || finding.severity >= crate::model::Severity::Error)
        {
            sections.push(whole(report, finding, at, style));
        }
    }
    sections.push(probe(report, github));
    sections.push(restarts(report));
    sections.push(unexplained(report, github));
    sections.push(next(report, github));
    sections.push(rest(report, github));
    let footer = footer(shareable, github);
    let out = assemble(sections, &footer, style.budget);
    // No line may command a CI runner that prints the report.
    let mut out: String = out.lines().flat_map(|line| [defuse(line), "\n".to_owned()]).collect();
    while out.ends_with("\n\n") {
        out.pop();
    }
    out
}

/// Sections in order while they fit; each is whole or left out, so no fence is ever cut.
fn assemble(sections: Vec<String>, footer: &str, budget: Option<usize>) -> String {
    let budget = budget.filter(|budget| *budget > 0).unwrap_or(usize::MAX);
    let long = |text: &str| text.chars().count();
    let mut used = long(footer) + RESERVE;
    let mut out = String::new();
    let mut left_out = 0;
    for section in sections.into_iter().filter(|section| !section.trim().is_empty()) {
        let size = long(&section) + 1;
        // The verdict always stands, however small the budget.
        if used.saturating_add(size) > budget && !out.is_empty() {
            left_out += section.lines().count();
            continue;
        }
        used += size;
        out.push_str(section.trim_end());
        out.push_str("\n\n");
    }
    if left_out > 0 {
        let _ = write!(out, "… {left_out} lines left out to stay within {budget} characters.\n\n");
    }
    out.push_str(footer);
    out
}

/// The first five lines: what support reads in a queue.
fn head(report: &Report) -> String {
    let mut first = vec![format!("**diagnose {}**", inline(&report.version))];
    first.extend(words::subject(report).map(|subject| inline(&subject)));
    if !report.platform_name.is_empty() {
        first.push(inline(&report.platform_name));
    }
    first.extend(words::range(report));
    let verdict = inline(&words::verdict(report));
    let line = match words::answer(report) {
        Some(finding) => format!(
            "**Verdict ({}): {verdict}** ({}){}",
            words::confidence(finding, false),
            markdown_code(words::slug(finding)),
            finding
                .explains
                .as_ref()
                .map_or_else(String::new, |text| format!(", {}", inline(text)))
        ),
        None => format!("**Verdict: {verdict}**"),
    };
    let mut out = format!("{}  \n{line}\n", first.join(" · "));
    if let Some(symptom) = words::failing(report)
        && report.verdict != Verdict::Unknown
    {
        let _ = writeln!(out, "\nSeen: {}.", inline(&symptom));
    }
    out
}

fn whole(report: &Report, finding: &Finding, at: usize, style: &Style) -> String {
    let github = style.markdown_flavor == Flavor::Github;
    let mut out = String::new();
    if at > 0 {
        let _ = write!(
            out,
            "**Also ({}): {}** ({})\n\n",
            words::confidence(finding, false),
            inline(&finding.title),
            markdown_code(words::slug(finding))
        );
    }
    out.push_str(&evidence(report, &finding.evidence, github));
    if !finding.why.trim().is_empty() {
        let _ = write!(out, "**Why:** {}\n\n", prose(finding.why.trim()));
    }
    for item in finding.consequences.iter().filter(|item| item.runs) {
        let _ = write!(out, "**What still runs:** {}\n\n", prose(&item.title));
    }
    let titles: Vec<String> = finding
        .consequences
        .iter()
        .filter(|item| !item.runs)
        .map(|item| inline(&item.title))
        .collect();
    if !titles.is_empty() {
        let _ = write!(out, "**So:** this also explains {}.\n\n", titles.join("; "));
    }
    if !finding.fixes.is_empty() {
        out.push_str("**Fix:**\n\n");
        let mut number = 0;
        for fix in &finding.fixes {
            number += 1;
            let _ = writeln!(out, "{number}. {}", prose(&fix.text));
            if let Some(command) = &fix.command {
                out.push('\n');
                out.push_str(&block(&terminal_lines(command), github, "   "));
                out.push('\n');
            }
            if let Some(verify) = &fix.verify {
                number += 1;
                let _ = writeln!(out, "{number}. Check: {}", prose(verify));
            }
        }
        out.push('\n');
    }
    if style.verbose > 0 && !finding.prevent.is_empty() {
        out.push_str("**Prevent:**\n\n");
        for item in &finding.prevent {
            let url = item.url.as_deref().map_or_else(String::new, |url| format!(" {}", link(url)));
            let _ = writeln!(out, "- {}{url}", prose(&item.text));
            if let Some(command) = &item.command {
                out.push('\n');
                out.push_str(&block(&terminal_lines(command), github, "  "));
                out.push('\n');
            }
        }
        out.push('\n');
    }
    let links = if github { 3 } else { 1 };
    if !finding.docs.is_empty() && (github || at == 0) {
        let urls: Vec<String> = finding.docs.iter().take(links).map(|url| link(url)).collect();
        let _ = write!(out, "Docs: {}\n\n", urls.join(", "));
    }
    if style.explain_ranking {
        let lines = receipt::lines(report, finding);
        out.push_str(&block(&lines, github, ""));
        out.push('\n');
    }
    out
}

/// An autolink.
fn link(url: &str) -> String {
    let url: String =
        terminal(url).chars().filter(|c| !matches!(c, '<' | '>' | ' ' | '`')).collect();
    format!("<{url}>")
}

/// Fenced for GitHub, indented for forums; below a list item with `indent`.
fn block(lines: &[String], github: bool, indent: &str) -> String {
    let text = if github {
        markdown_fence(lines, "")
    } else {
        let lines: Vec<String> =
            lines.iter().map(|line| format!("    {}", defuse(&terminal(line)))).collect();
        format!("{}\n", lines.join("\n"))
    };
    let lines: Vec<String> = text.lines().map(|line| format!("{indent}{line}")).collect();
    format!("{}\n", lines.join("\n"))
}

fn row(report: &Report, item: &Evidence) -> (String, String, String) {
    let place = item
        .place
        .as_ref()
        .map_or_else(|| words::source(item.source).to_owned(), |place| words::place(report, place));
    let times = match item.source {
        Source::Code | Source::Config => "–".to_owned(),
        _ => words::repeats(item, report.now).unwrap_or_else(|| {
            item.time.map_or_else(|| "1".to_owned(), |time| words::stamp(time, report.now))
        }),
    };
    (place, words::gist(item).to_owned(), times)
}

fn evidence(report: &Report, evidence: &[Evidence], github: bool) -> String {
    if evidence.is_empty() {
        return String::new();
    }
    let mut out = String::new();
    if github {
        out.push_str("| seen in | what | times |\n|---|---|---|\n");
    }
    for item in evidence.iter().take(ROWS) {
        let (place, what, times) = row(report, item);
        let what = match item.label.as_deref().filter(|_| item.source == Source::Code) {
            Some(label) => format!("{} – {}", markdown_code_cell(&what), inline(label)),
            None => markdown_code_cell(&what),
        };
        if github {
            let _ =
                writeln!(out, "| {} | {} | {} |", markdown_code_cell(&place), what, inline(&times));
        } else {
            let times =
                if item.count > 1 { format!(" ({})", inline(&times)) } else { String::new() };
            let _ = writeln!(out, "- {}: {what}{times}", markdown_code(&place));
        }
    }
    if evidence.len() > ROWS {
        let _ = writeln!(out, "\n…and {} more.", evidence.len() - ROWS);
    }
    out.push('\n');
    // One excerpt in full says more than five rows.
    if let Some(item) = evidence.iter().find(|item| item.excerpt.trim().lines().count() > 1) {
        let mut lines = terminal_lines(item.excerpt.trim_end());
        let skip = lines.len().saturating_sub(EXCERPT);
        if skip > 0 {
            lines = lines.split_off(skip);
            lines.insert(0, format!("… {skip} lines left out"));
        }
        // Four spaces below a list item would be its next paragraph, not code.
        out.push_str(&block(&lines, github, if github { "" } else { "  " }));
        out.push('\n');
    }
    out
}

fn probe(report: &Report, github: bool) -> String {
    let Some(probe) = report.probe.as_ref().filter(|p| p.skipped.is_none() && !p.hits.is_empty())
    else {
        return String::new();
    };
    let mut out = format!("**Probe** of {}:\n\n", markdown_code(&probe.url));
    if github {
        out.push_str("| hit | answer | dns | connect | tls | first byte | total |\n");
        out.push_str("|---|---|---|---|---|---|---|\n");
    }
    for (at, hit) in probe.hits.iter().enumerate().take(10) {
        let p = &hit.phases_ms;
        let answer = charts::outcome(hit);
        if github {
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} | {} | {} | {} |",
                at + 1,
                inline(&answer),
                charts::seconds(p.dns),
                charts::seconds(p.connect),
                charts::seconds(p.tls),
                charts::seconds(p.first_byte),
                charts::seconds(p.total)
            );
        } else {
            let _ = writeln!(
                out,
                "- hit {}: {} after {}",
                at + 1,
                inline(&answer),
                charts::seconds(p.total)
            );
        }
    }
    if !probe.limits.is_empty() {
        let _ = writeln!(out, "\n{}", inline(&probe.limits));
    } else if probe.limit_ms > 0 {
        let _ = writeln!(out, "\nThe limit is {}.", probe.limit());
    }
    for note in probe.notes.iter().chain(&answer::about(probe)) {
        let _ = writeln!(out, "\n{}", inline(note));
    }
    out
}

fn restarts(report: &Report) -> String {
    let mut out = String::new();
    for container in &report.restarts {
        if container.crashes.is_empty() && container.counter == 0 {
            continue;
        }
        let crashes = words::count(container.crashes.len() as u64, "crash", "crashes");
        let times: Vec<String> = container
            .crashes
            .iter()
            .rev()
            .take(12)
            .rev()
            .map(|time| words::stamp(*time, report.now))
            .collect();
        let _ = write!(out, "**{}**: {crashes}", inline(&container.container));
        if !times.is_empty() {
            let _ = write!(out, " at {}", times.join(", "));
        }
        out.push('.');
        for text in charts::standing(container) {
            out.push(' ');
            out.push_str(&inline(&text));
        }
        out.push_str("\n\n");
    }
    out
}

fn unexplained(report: &Report, github: bool) -> String {
    if report.unexplained.is_empty() || report.verdict == Verdict::Healthy {
        return String::new();
    }
    let mut out = "**Lines that look like errors and that no rule explains:**\n\n".to_owned();
    out.push_str(&evidence(report, &report.unexplained, github));
    out
}

fn next(report: &Report, github: bool) -> String {
    let mut out = String::new();
    if let Some(next) = &report.next_check {
        let _ = write!(out, "**Next:** {}\n\n", inline(&next.text));
        if let Some(command) = &next.command {
            out.push_str(&block(&terminal_lines(command), github, ""));
            out.push('\n');
        }
    }
    if let Some((channel, attach)) = report.support.split_first() {
        let _ = writeln!(out, "**Ask:** {}", inline(channel));
        for line in attach {
            // This is the report that is asked for.
            let line = line.trim_end_matches(" (diagnose --format markdown)");
            let _ = writeln!(out, "- {}", inline(line));
        }
    }
    out
}

fn rest(report: &Report, github: bool) -> String {
    let others: Vec<&Finding> = report
        .findings
        .iter()
        .enumerate()
        .filter(|(at, finding)| {
            !(words::stands(finding)
                && (*at == 0 || finding.severity >= crate::model::Severity::Error))
        })
        .map(|(_, finding)| finding)
        .collect();
    let ruled_out = words::ruled_out(report);
    let mut lines = Vec::new();
    for finding in &others {
        let state = if finding.state == State::Old { ", old" } else { "" };
        // Below the line that is asserted, the word says so before the severity is read as a verdict.
        let level = if finding.state == State::Current && !words::stands(finding) {
            finding.confidence.word()
        } else {
            words::severity(finding.severity)
        };
        let seen = finding.evidence.first().map_or_else(String::new, |item| {
            let (_, what, times) = row(report, item);
            format!(" – {} ({})", markdown_code(&what), inline(&times))
        });
        lines.push(format!(
            "- {level}{state}: {} {}{seen}",
            inline(&finding.title),
            markdown_code(words::slug(finding)),
        ));
    }
    for item in &report.ruled_out {
        let title = if item.title.is_empty() { &item.cause } else { &item.title };
        lines.push(format!("- ruled out: {} ({})", inline(title), inline(&item.reason)));
    }
    for item in &report.examined {
        lines.push(format!("- examined: {}", inline(&words::below_root(report, &item.what))));
    }
    for item in &report.skipped {
        lines.push(format!(
            "- not examined: {} ({})",
            inline(&item.check),
            inline(&words::below_root(report, &item.missing))
        ));
    }
    if lines.is_empty() {
        return String::new();
    }
    let mut parts = Vec::new();
    if !others.is_empty() {
        parts.push(format!("other findings ({})", others.len()));
    }
    if !ruled_out.is_empty() {
        parts.push(format!("ruled out ({})", ruled_out.len()));
    }
    parts.push("what was examined".to_owned());
    let title = parts.join(", ");
    let title = format!("{}{}", title[..1].to_uppercase(), &title[1..]);
    let list = lines.join("\n");
    if github {
        format!("<details><summary>{title}</summary>\n\n{list}\n\n</details>\n")
    } else {
        format!("**{title}**\n\n{list}\n")
    }
}

fn footer(shareable: &Shareable, github: bool) -> String {
    let redactions = shareable.redactions();
    let hidden = redactions.describe();
    let text = match (redactions.on, hidden.is_empty()) {
        (false, _) => "Nothing was redacted – read before posting".to_owned(),
        (true, true) => "Redacted: nothing found to hide – please read before posting".to_owned(),
        (true, false) => format!("Redacted: {hidden} – please read before posting"),
    };
    if github { format!("<sub>{text}</sub>\n") } else { format!("{text}\n") }
}
