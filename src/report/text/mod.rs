//! `--format text`: for a person at a terminal. Verdict first; then evidence, why, fix, docs.

pub(super) mod charts;
mod evidence;
mod lint;
mod page;
mod prevent;
pub(super) mod receipt;
mod source;

use super::{Style, words};
use crate::model::{Finding, Fix, ProbeVerdict, Report, Severity, Source, State, Verdict};
use crate::redact::Shareable;
use crate::text::{terminal, width};
use page::{LABEL, Page, Tone};
use std::fmt::Write as _;

/// Findings that are shown in two lines before "and N more".
const BRIEF: usize = 4;
/// Unexplained lines shown.
const UNEXPLAINED: usize = 3;

/// Several sites: a line for each, and in full those that are not healthy.
pub(super) fn sites(reports: &[Shareable], style: &Style) -> String {
    let mut page = Page::new(style);
    for shareable in reports {
        let report = shareable.report();
        let (glyph, tone) = mark(&page, report.verdict);
        let subject = words::subject(report).unwrap_or_else(|| "site".to_owned());
        let lead = format!("{}  ", page.paint(glyph, tone));
        let room = page.width.saturating_sub(width(glyph) + 2);
        let line = format!("{}: {}", terminal(&subject), words::sentence(&words::verdict(report)));
        let line = page.cut(&line, room);
        page.line(&format!("{lead}{line}"));
    }
    let mut out = page.finish();
    for shareable in reports {
        if shareable.report().verdict != Verdict::Healthy || style.verbose > 0 {
            out.push('\n');
            out.push_str(&text(shareable, style));
        }
    }
    out
}

fn mark(page: &Page<'_>, verdict: Verdict) -> (&'static str, Tone) {
    match verdict {
        Verdict::Broken => (page.glyphs.bad, Tone::Error),
        Verdict::Healthy => (page.glyphs.good, Tone::Good),
        Verdict::Unknown => (page.glyphs.unknown, Tone::Warning),
    }
}

/// The whole report.
pub(super) fn text(shareable: &Shareable, style: &Style) -> String {
    let report = shareable.report();
    let mut page = Page::new(style);
    if words::is_lint(report) {
        lint::lint(&mut page, report);
        return page.finish();
    }
    if style.quiet == 0 {
        header(&mut page, report);
    }
    verdict_line(&mut page, report);
    findings(&mut page, report);
    if style.quiet == 0 {
        unexplained(&mut page, report);
        next(&mut page, report);
        lists(&mut page, report);
        footer(&mut page, shareable);
    }
    page.finish()
}

fn header(page: &mut Page<'_>, report: &Report) {
    let mut parts = Vec::new();
    if !report.platform_name.is_empty() {
        parts.push(report.platform_name.clone());
    }
    parts.extend(words::subject(report));
    let sources = words::sources(report);
    if !sources.is_empty() {
        parts.push(sources);
    }
    if page.style.verbose > 0 || report.logs.len() == 1 {
        parts.extend(words::range(report));
    }
    if parts.is_empty() {
        return;
    }
    // Broken between parts, not inside one.
    let dot = format!(" {} ", page.glyphs.dot);
    let mut line = String::new();
    for part in parts {
        let part = terminal(&part);
        if !line.is_empty() && width(&line) + width(&dot) + width(&part) > page.width {
            page.paragraph("", &line, Tone::Dim);
            line.clear();
        }
        if !line.is_empty() {
            line.push_str(&dot);
        }
        line.push_str(&part);
    }
    page.paragraph("", &line, Tone::Dim);
    page.gap();
}

fn verdict_line(page: &mut Page<'_>, report: &Report) {
    // The first finding's title says it.
    if words::answer(report).is_some() {
        return;
    }
    let (glyph, tone) = mark(page, report.verdict);
    let lead = format!("{}  ", page.paint(glyph, tone));
    let indent = width(glyph) + 2;
    let text = terminal(&words::sentence(&words::verdict(report)));
    for (at, line) in crate::text::wrap(&text, page.width - indent).iter().enumerate() {
        let line = page.paint(line, Tone::Strong);
        let lead = if at == 0 { lead.clone() } else { " ".repeat(indent) };
        page.line(&format!("{lead}{line}"));
    }
    if let Some(probe) = &report.probe
        && report.verdict != Verdict::Broken
        && charts::worth_it(probe, page.style.verbose)
        && report.findings.is_empty()
    {
        charts::probe(page, probe);
    } else if report.verdict == Verdict::Unknown
        && let Some(probe) = &report.probe
        && let Some(sentence) = probe.notes.first().filter(|_| probe.verdict != ProbeVerdict::Ok)
    {
        // What the site's own answer means is all that is known.
        page.paragraph("   ", sentence, Tone::Plain);
    }
    page.gap();
}

fn findings(page: &mut Page<'_>, report: &Report) {
    let verbose = page.style.verbose > 0;
    let mut brief = 0;
    let mut hidden = 0;
    let mut weak = 0;
    for (at, finding) in report.findings.iter().enumerate() {
        let stands = words::stands(finding);
        let full = verbose || (at == 0 && stands);
        if !verbose && !page.style.explain_ranking && words::distracts(report, finding) {
            weak += 1;
        } else if full {
            page.gap();
            whole(page, report, finding, at);
        } else if brief < BRIEF {
            page.gap();
            brief += 1;
            short(page, report, finding, at);
        } else {
            hidden += 1;
        }
    }
    if hidden > 0 {
        page.gap();
        page.paragraph("", &format!("… and {hidden} more findings (-v)"), Tone::Dim);
    }
    if weak > 0 {
        page.gap();
        let noun = if weak == 1 { "possibility has" } else { "possibilities have" };
        let text = format!("{weak} other {noun} too little evidence (-v)");
        page.paragraph("", &text, Tone::Dim);
    }
    page.gap();
}

/// `1  error  Title      [slug]`, and the line of confidence below.
fn title(page: &mut Page<'_>, report: &Report, finding: &Finding, at: usize) {
    let word = words::severity(finding.severity);
    let tone = match finding.severity {
        Severity::Error if finding.state == State::Current => Tone::Error,
        Severity::Warning => Tone::Warning,
        _ => Tone::Note,
    };
    let number = format!("{:<3}", at + 1);
    let lead = format!("{number}{word:<7} ");
    let painted_lead = format!("{number}{} ", page.paint(&format!("{word:<7}"), tone));
    let indent = width(&lead);
    let slug = format!("[{}]", terminal(words::slug(finding)));
    let text = terminal(&finding.title);
    let lines = crate::text::wrap(&text, page.width - indent);
    let mut slug_done = false;
    for (n, line) in lines.iter().enumerate() {
        let painted = page.paint(line, Tone::Strong);
        let (plain, painted) = if n == 0 {
            (format!("{lead}{line}"), format!("{painted_lead}{painted}"))
        } else {
            let space = " ".repeat(indent);
            (format!("{space}{line}"), format!("{space}{painted}"))
        };
        if lines.len() == 1 {
            slug_done = page.sides((&plain, &painted), &slug);
        } else {
            page.line(&painted);
        }
    }
    let mut parts = vec![words::confidence(finding, page.style.verbose > 0)];
    if let Some(explains) = &finding.explains
        && finding.state == State::Current
    {
        parts.push(terminal(explains));
    }
    if finding.state == State::Old {
        parts.extend(last_seen(page, report, finding));
    }
    let dot = format!(" {} ", page.glyphs.dot);
    let line = format!("   {}", parts.join(&dot));
    let line = page.cut(&line, page.width);
    if slug_done {
        let line = page.paint(&line, Tone::Dim);
        page.line(&line);
    } else {
        let painted = page.paint(&line, Tone::Dim);
        if !page.sides((&line, &painted), &slug) {
            let slug = format!("   {slug}");
            let slug = page.paint(&slug, Tone::Dim);
            page.line(&slug);
        }
    }
}

/// `"No module named 'x'", 3 times, last 2 days ago`.
fn last_seen(page: &Page<'_>, report: &Report, finding: &Finding) -> Vec<String> {
    let Some(item) = finding.evidence.first() else { return Vec::new() };
    let mut text = format!("\"{}\"", page.cut(words::gist(item), page.width / 2));
    if item.count > 1 {
        let _ = write!(text, ", {} times", words::thousands(u64::from(item.count)));
    }
    if let Some(ago) = item.last_time.or(item.time).and_then(|time| words::ago(time, report.now)) {
        let _ = write!(text, ", last {ago}");
    }
    vec![text]
}

fn whole(page: &mut Page<'_>, report: &Report, finding: &Finding, at: usize) {
    title(page, report, finding, at);
    if at == 0
        && let Some(probe) = &report.probe
        && charts::worth_it(probe, page.style.verbose)
    {
        charts::probe(page, probe);
    }
    evidence::block(page, report, &finding.evidence);
    page.gap();
    if !finding.why.trim().is_empty() {
        page.labelled("Why", &finding.why);
    }
    consequences(page, report, finding, at);
    for item in finding.consequences.iter().filter(|item| item.runs) {
        page.labelled("Runs", &item.title);
    }
    fixes(page, &finding.fixes);
    for (n, url) in finding.docs.iter().take(2).enumerate() {
        let label = if n == 0 { "Docs" } else { "" };
        let lead = crate::text::pad(&format!("   {label}"), LABEL);
        let line = format!("{}{}", page.paint(&lead, Tone::Strong), terminal(url));
        page.line(&line);
    }
    if page.style.verbose > 0 && !finding.prevent.is_empty() {
        prevent::prevent(page, &finding.prevent);
    }
    if page.style.explain_ranking || page.style.verbose > 1 {
        page.gap();
        points(page, report, finding);
    }
}

/// The receipt, numbers in a column of their own.
fn points(page: &mut Page<'_>, report: &Report, finding: &Finding) {
    for (at, line) in receipt::lines(report, finding).iter().enumerate() {
        match line.split_at_checked(receipt::NUMBER) {
            Some((number, reason)) if at > 0 => {
                page.paragraph(&format!("   {number}"), reason, Tone::Plain);
            }
            _ => page.paragraph("   ", line, Tone::Plain),
        }
    }
}

fn consequences(page: &mut Page<'_>, report: &Report, finding: &Finding, at: usize) {
    let looping = words::looping(report, finding);
    let mut label = "So";
    if let (0, Some(container)) = (at, looping) {
        charts::crashes(page, container);
        label = "";
    }
    let titles: Vec<String> = finding
        .consequences
        .iter()
        .filter(|item| !item.runs)
        .filter(|item| !(at == 0 && looping.is_some() && item.evidence.is_empty()))
        .map(|item| {
            let times: u64 = item.evidence.iter().map(|e| u64::from(e.count)).sum();
            if times > 1 {
                format!("{} ({} times)", item.title, words::thousands(times))
            } else {
                item.title.clone()
            }
        })
        .collect();
    if !titles.is_empty() {
        page.labelled(
            label,
            &words::sentence(&format!("This also explains: {}", titles.join("; "))),
        );
    }
}

fn fixes(page: &mut Page<'_>, fixes: &[Fix]) {
    let many = fixes.len() > 1 || fixes.iter().any(|fix| fix.verify.is_some());
    let mut number = 0;
    let mut step = |page: &mut Page<'_>, text: &str| {
        number += 1;
        let lead = if many { format!("{number}. ") } else { String::new() };
        page.labelled_item(if number == 1 { "Fix" } else { "" }, &lead, text);
    };
    for fix in fixes {
        step(page, &fix.text);
        if let Some(command) = &fix.command {
            page.command(LABEL + 5, command);
        }
        if let Some(verify) = &fix.verify {
            step(page, &format!("Check: {verify}"));
        }
    }
}

/// Two lines, and a third where something is to be done now.
fn short(page: &mut Page<'_>, report: &Report, finding: &Finding, at: usize) {
    title(page, report, finding, at);
    if finding.state == State::Old {
        return;
    }
    if let Some(item) = finding.evidence.first() {
        let place = item.place.as_ref().map(|place| words::place(report, place));
        let gist = words::gist(item).to_owned();
        let mut text = page.cut(&gist, page.width.saturating_sub(4));
        if let Some(place) = place {
            let path = page.cut_path(&place, page.width / 2);
            text = page.cut(&format!("{path}  {gist}"), page.width.saturating_sub(4));
        }
        page.line(&format!("   {text}"));
    }
    // What is wrong with a line of code, and how it is mended, is said by nothing as exactly.
    let said = finding.evidence.first().filter(|item| item.source == Source::Code);
    let said = said.and_then(|item| item.label.as_deref()).filter(|_| words::stands(finding));
    if let Some(said) = said {
        page.paragraph("   ", said, Tone::Plain);
    }
    let typed = |fix: &&Fix| said.is_some() || fix.command.is_some();
    if words::stands(finding)
        && finding.severity == Severity::Error
        && let Some(fix) = finding.fixes.iter().find(typed).or_else(|| finding.fixes.first())
    {
        page.labelled("Fix", &fix.text);
        if let Some(command) = &fix.command {
            page.command(LABEL + 3, command);
        }
    }
    if page.style.explain_ranking {
        points(page, report, finding);
    }
}

/// Error lines that no rule knows: the person, or support, may.
fn unexplained(page: &mut Page<'_>, report: &Report) {
    if report.unexplained.is_empty() || report.verdict == Verdict::Healthy {
        return;
    }
    page.gap();
    let most = if page.style.verbose > 0 { 20 } else { UNEXPLAINED };
    let head = page.paint("Lines that look like errors and that no rule explains:", Tone::Strong);
    page.line(&head);
    evidence::block(page, report, &report.unexplained[..report.unexplained.len().min(most)]);
    let rest = report.unexplained.len().saturating_sub(most);
    if rest > 0 {
        page.paragraph("     ", &format!("and {rest} more (-v)"), Tone::Dim);
    }
}

/// What to do when the answer is not clear: the next check, whom to ask.
fn next(page: &mut Page<'_>, report: &Report) {
    if let Some(next) = &report.next_check {
        page.gap();
        page.labelled("Next", &next.text);
        if let Some(command) = &next.command {
            page.command(LABEL, command);
        }
    }
    if let Some((channel, attach)) = report.support.split_first() {
        page.gap();
        page.labelled("Ask", channel);
        for line in attach {
            page.paragraph(&" ".repeat(LABEL), line, Tone::Plain);
        }
    }
}

/// Ruled out, examined, not examined.
fn lists(page: &mut Page<'_>, report: &Report) {
    page.gap();
    if page.style.verbose > 0 {
        for item in &report.ruled_out {
            let name = if item.title.is_empty() { &item.cause } else { &item.title };
            page.paragraph("Ruled out: ", &format!("{name} ({})", item.reason), Tone::Plain);
        }
    } else {
        let ruled_out = words::ruled_out(report);
        if !ruled_out.is_empty() {
            page.paragraph("Ruled out: ", &ruled_out.join(", "), Tone::Plain);
        }
    }
    // What was odd about the answers; below the phases it stands already where they are drawn.
    let beside = report.probe.as_ref().filter(|probe| !charts::worth_it(probe, page.style.verbose));
    for note in beside.iter().flat_map(|probe| probe.notes.iter().skip(1).take(4)) {
        page.paragraph("Probe: ", note, Tone::Plain);
    }
    if page.style.verbose > 0 || report.verdict != Verdict::Broken {
        for item in &report.examined {
            let what = words::below_root(report, &item.what);
            page.paragraph("Examined: ", &what, Tone::Plain);
        }
    }
    for item in &report.skipped {
        let what: Vec<String> = item
            .missing
            .split(' ')
            .map(|word| {
                let word = words::below_root(report, word);
                if width(&word) > 40 && word.contains('/') {
                    page.cut_path(&word, 40)
                } else {
                    word
                }
            })
            .collect();
        let text = format!("{} ({})", item.check, what.join(" "));
        page.paragraph("Not examined: ", &text, Tone::Dim);
    }
}

fn footer(page: &mut Page<'_>, shareable: &Shareable) {
    let report = shareable.report();
    page.gap();
    let mut text = match report.verdict {
        Verdict::Healthy if report.findings.is_empty() => "Healthy".to_owned(),
        Verdict::Healthy => format!("Healthy, {}", words::tally(report).to_lowercase()),
        _ => words::tally(report),
    };
    if let Some(elapsed) = page.style.elapsed {
        let _ = write!(text, " in {:.1} s", elapsed.as_secs_f64());
    }
    let ticket = format!("For a ticket: {}", words::ticket_command(page.style.command.as_deref()));
    let one = format!("{text}.   {ticket}");
    if width(&one) <= page.width {
        page.paragraph("", &format!("{text}."), Tone::Plain);
        page.amend_last(&format!("   {}", terminal(&ticket)));
    } else {
        page.paragraph("", &format!("{text}."), Tone::Plain);
        page.command(0, &ticket);
    }
    let hidden = shareable.redactions().describe();
    if !hidden.is_empty() {
        let text = format!("Hidden: {hidden}. Read the report before you post it.");
        page.paragraph("", &text, Tone::Dim);
    }
    let by_code = report
        .findings
        .first()
        .is_some_and(|first| first.evidence.iter().any(|item| item.source == Source::Code));
    if page.style.verbose > 0 && by_code {
        page.paragraph("", "Your code was read, never run.", Tone::Dim);
    }
}
