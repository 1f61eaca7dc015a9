//! `--format html`: one file, no request, no script; folding by `<details>`, charts as inline SVG.
//!
//! The template escapes every value; only the charts come in as markup, and they escape theirs.

mod svg;

use minijinja::value::{Serde, Value};
use minijinja::{Environment, context};
use serde::Serialize;

use super::text::{charts, receipt};
use super::{Style, answer, words};
use crate::model::{Evidence, Finding, Report, Source, Verdict};
use crate::redact::Shareable;
use crate::text::{defuse, xml as plain};

const TEMPLATE: &str = include_str!("report.html");
/// Most evidence of one finding, lines of one excerpt, rows of the time line's table.
const EVIDENCE: usize = 8;
const EXCERPT: usize = 40;
const ROWS: usize = 200;

#[derive(Serialize)]
struct Chip {
    anchor: String,
    text: String,
}

#[derive(Serialize)]
struct Seen {
    place: String,
    times: Option<String>,
    excerpt: String,
    /// What the marked code means.
    note: Option<String>,
}

#[derive(Serialize)]
struct Step {
    text: String,
    command: Option<String>,
}

#[derive(Serialize)]
struct Advice {
    text: String,
    command: Option<String>,
    url: Option<String>,
}

#[derive(Serialize)]
struct Card {
    anchor: String,
    open: bool,
    severity: &'static str,
    title: String,
    slug: String,
    confidence: String,
    evidence: Vec<Seen>,
    more: usize,
    why: String,
    consequences: Vec<String>,
    runs: Vec<String>,
    fixes: Vec<Step>,
    prevent: Vec<Advice>,
    docs: Vec<String>,
    receipt: String,
}

#[derive(Serialize)]
struct HitRow {
    answer: String,
    dns: String,
    connect: String,
    tls: String,
    first_byte: String,
    body: String,
    total: String,
}

#[derive(Serialize)]
struct TimeRow {
    time: String,
    label: String,
    count: u32,
    place: String,
}

#[derive(Serialize)]
struct Row {
    what: &'static str,
    text: String,
}

/// The whole page.
pub(super) fn html(shareable: &Shareable, style: &Style) -> String {
    let report = shareable.report();
    let mut environment = Environment::new();
    // The template is ours and rendered by tests; an error would be one of the program.
    if environment.add_template("report.html", TEMPLATE).is_err() {
        return String::new();
    }
    let probe = report.probe.as_ref().filter(|p| p.skipped.is_none() && !p.hits.is_empty());
    let timeline = svg::timeline(&report.timeline);
    let cards: Vec<Card> = report
        .findings
        .iter()
        .enumerate()
        .map(|(at, finding)| card(report, finding, at, style.verbose > 0))
        .collect();
    let values = context! {
        verdict => plain(&words::verdict(report)),
        verdict_class => match report.verdict {
            Verdict::Broken => "broken",
            Verdict::Healthy => "healthy",
            Verdict::Unknown => "unknown",
        },
        subject => words::subject(report).map(|subject| plain(&subject)),
        meta => meta(report),
        confidence => confidence(report),
        chips => v(chips(report, probe.is_some())),
        timeline => timeline.map(Value::from_safe_string),
        timeline_rows => v(timeline_rows(report)),
        probe => probe.map(|probe| Value::from_safe_string(svg::probe(probe))),
        probe_url => probe.map(|probe| plain(&probe.url)),
        probe_rows => v(probe.map(|probe| probe.hits.iter().map(hit_row).collect::<Vec<_>>())),
        probe_notes => probe
            .map(|probe| list(&[probe.notes.clone(), answer::about(probe)].concat())),
        findings => v(cards),
        restarts => restarts(report),
        unexplained => v(unexplained(report)),
        next => v(report.next_check.as_ref().map(|next| Step {
            text: plain(&next.text),
            command: next.command.as_deref().map(plain),
        })),
        support => list(&report.support),
        examined => v(examined(report)),
        footer => footer(shareable, style),
    };
    environment
        .get_template("report.html")
        .and_then(|template| template.render(values))
        // A page printed to a CI log must not command its runner.
        .map(|page| page.lines().flat_map(|line| [defuse(line), "\n".to_owned()]).collect())
        .unwrap_or_default()
}

/// A structure as the template's value.
fn v(value: impl Serialize) -> Value {
    Value::from(Serde(value))
}

fn unexplained(report: &Report) -> Vec<Seen> {
    if report.verdict == Verdict::Healthy {
        return Vec::new();
    }
    report.unexplained.iter().take(EVIDENCE).map(|item| seen(report, item)).collect()
}

fn list(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| plain(text)).collect()
}

fn meta(report: &Report) -> String {
    let mut parts = vec![format!("diagnose {}", report.version)];
    if !report.platform_name.is_empty() {
        parts.push(report.platform_name.clone());
    }
    parts.extend(words::subject(report));
    parts.extend(words::range(report));
    plain(&parts.join(" · "))
}

fn confidence(report: &Report) -> String {
    let mut parts = Vec::new();
    if let Some(finding) = words::answer(report) {
        parts.push(words::confidence(finding, true));
        parts.extend(finding.explains.clone());
    }
    parts.extend(words::failing(report));
    plain(&parts.join(" · "))
}

fn chips(report: &Report, probe: bool) -> Vec<Chip> {
    let mut chips = Vec::new();
    let mut add = |anchor: &str, text: String| {
        chips.push(Chip { anchor: anchor.to_owned(), text });
    };
    add("findings", words::tally(report));
    let n = report.ruled_out.len();
    if n > 0 {
        add("examined", format!("{n} ruled out"));
    }
    if probe {
        add("probe", "probe".to_owned());
    }
    add("examined", words::count(report.examined.len() as u64, "source", "sources"));
    let skipped = report.skipped.len();
    if skipped > 0 {
        add("examined", format!("{skipped} not examined"));
    }
    chips
}

fn seen(report: &Report, item: &Evidence) -> Seen {
    let place = item
        .place
        .as_ref()
        .map_or_else(|| words::source(item.source).to_owned(), |place| words::place(report, place));
    let lines: Vec<&str> = item.excerpt.lines().collect();
    let skip = lines.len().saturating_sub(EXCERPT);
    let mut excerpt = lines[skip..].join("\n");
    if skip > 0 {
        excerpt = format!("… {skip} lines left out\n{excerpt}");
    }
    let times = words::repeats(item, report.now)
        .or_else(|| item.time.map(|time| words::stamp(time, report.now)));
    Seen {
        place: plain(&place),
        times: times.map(|times| plain(&times)),
        excerpt: plain(&excerpt),
        note: item.label.as_deref().filter(|_| item.source == Source::Code).map(plain),
    }
}

/// An id that is a plain word whatever the slug holds.
fn anchor(slug: &str, at: usize) -> String {
    let word: String =
        slug.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(60).collect();
    if word.is_empty() { format!("finding-{}", at + 1) } else { word }
}

fn card(report: &Report, finding: &Finding, at: usize, verbose: bool) -> Card {
    let mut fixes = Vec::new();
    for fix in &finding.fixes {
        fixes.push(Step { text: plain(&fix.text), command: fix.command.as_deref().map(plain) });
        if let Some(verify) = &fix.verify {
            fixes.push(Step { text: plain(&format!("Check: {verify}")), command: None });
        }
    }
    Card {
        anchor: anchor(words::slug(finding), at),
        open: at == 0,
        // Red is for what is said to be wrong.
        severity: if words::distracts(report, finding) {
            "weak"
        } else {
            words::severity(finding.severity)
        },
        title: plain(&finding.title),
        slug: plain(words::slug(finding)),
        confidence: words::confidence(finding, true),
        evidence: finding.evidence.iter().take(EVIDENCE).map(|item| seen(report, item)).collect(),
        more: finding.evidence.len().saturating_sub(EVIDENCE),
        why: plain(finding.why.trim()),
        consequences: finding
            .consequences
            .iter()
            .filter(|item| !item.runs)
            .map(|item| plain(&item.title))
            .collect(),
        runs: finding
            .consequences
            .iter()
            .filter(|item| item.runs)
            .map(|item| plain(&item.title))
            .collect(),
        fixes,
        prevent: finding
            .prevent
            .iter()
            .filter(|_| verbose)
            .map(|item| Advice {
                text: plain(&item.text),
                command: item.command.as_deref().map(plain),
                url: item.url.as_deref().filter(|url| url.starts_with("https://")).map(plain),
            })
            .collect(),
        // A link that is not the web's is shown by nobody's click.
        docs: finding
            .docs
            .iter()
            .filter(|url| url.starts_with("https://") || url.starts_with("http://"))
            .map(|url| plain(url))
            .collect(),
        receipt: plain(&receipt::lines(report, finding).join("\n")),
    }
}

fn hit_row(hit: &crate::model::Hit) -> HitRow {
    let p = &hit.phases_ms;
    HitRow {
        answer: charts::outcome(hit),
        dns: charts::seconds(p.dns),
        connect: charts::seconds(p.connect),
        tls: charts::seconds(p.tls),
        first_byte: charts::seconds(p.first_byte),
        body: charts::seconds(p.body),
        total: charts::seconds(p.total),
    }
}

fn timeline_rows(report: &Report) -> Vec<TimeRow> {
    let skip = report.timeline.len().saturating_sub(ROWS);
    report
        .timeline
        .iter()
        .skip(skip)
        .map(|entry| TimeRow {
            time: entry.time.map_or_else(
                || "–".to_owned(),
                |time| time.strftime("%Y-%m-%d %H:%M:%S").to_string(),
            ),
            label: plain(&entry.label),
            count: entry.count,
            place: entry
                .place
                .as_ref()
                .map_or_else(String::new, |p| plain(&words::place(report, p))),
        })
        .collect()
}

fn restarts(report: &Report) -> Vec<String> {
    report
        .restarts
        .iter()
        .filter(|container| !container.crashes.is_empty() || container.counter > 0)
        .map(|container| {
            let crashes = words::count(container.crashes.len() as u64, "crash", "crashes");
            let rest = charts::standing(container).join(" ");
            plain(&format!("{}: {crashes}. {rest}", container.container))
        })
        .collect()
}

fn examined(report: &Report) -> Vec<Row> {
    let mut rows = Vec::new();
    for item in &report.examined {
        let text = words::below_root(report, &item.what);
        rows.push(Row { what: "examined", text: plain(&text) });
    }
    for item in &report.skipped {
        let missing = words::below_root(report, &item.missing);
        let text = format!("{}: {missing}", item.check);
        rows.push(Row { what: "not examined", text: plain(&text) });
    }
    for item in &report.ruled_out {
        let title = if item.title.is_empty() { &item.cause } else { &item.title };
        rows.push(Row { what: "ruled out", text: plain(&format!("{title} ({})", item.reason)) });
    }
    rows
}

fn footer(shareable: &Shareable, style: &Style) -> String {
    let redactions = shareable.redactions();
    let hidden = redactions.describe();
    let mut parts = vec![match (redactions.on, hidden.is_empty()) {
        (false, _) => "Nothing was redacted: read before you pass it on.".to_owned(),
        (true, true) => "Redacted: nothing found to hide. Read before you pass it on.".to_owned(),
        (true, false) => format!("Redacted: {hidden}. Read before you pass it on."),
    }];
    parts.push(format!("diagnose {}.", shareable.report().version));
    if let Some(command) = &style.command {
        parts.push(format!("Command: {command}"));
    }
    plain(&parts.join(" "))
}
