//! Charts as inline SVG: a time line of events, and the probe's phases. Hover text by `<title>`,
//! patterns as well as hues; every text is escaped here.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::super::text::charts::{outcome, seconds};
use crate::model::{MarkKind, ProbeReport, TimelineEntry};
use crate::text::html as h;

const WIDTH: f64 = 920.0;
/// Seconds of one bin that read well.
const BINS: [i64; 16] = [
    1, 5, 15, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200, 86_400, 604_800,
];
/// Families of errors with a pattern of their own.
const FAMILIES: usize = 3;

const PATTERNS: &str = concat!(
    "<defs><pattern id=\"p1\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\">",
    "<path d=\"M0 6 6 0\" stroke=\"currentColor\" stroke-width=\"2\" opacity=\".75\"/></pattern>",
    "<pattern id=\"p2\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\">",
    "<circle cx=\"2\" cy=\"2\" r=\"1.4\" fill=\"currentColor\" opacity=\".75\"/></pattern></defs>"
);

/// Errors per bin, stacked by family, with starts, deploys and crashes above; `None` below three
/// events with a time.
pub(super) fn timeline(entries: &[TimelineEntry]) -> Option<String> {
    let timed: Vec<(i64, &TimelineEntry)> =
        entries.iter().filter_map(|entry| Some((entry.time?.as_second(), entry))).collect();
    if timed.len() < 3 {
        return None;
    }
    let first = timed.iter().map(|(time, _)| *time).min()?;
    let last = timed.iter().map(|(time, _)| *time).max()?;
    let span = (last - first).max(1);
    let bin = BINS.iter().copied().find(|bin| span / bin < 80).unwrap_or(span / 60 + 1);
    let bins = usize::try_from(span / bin).unwrap_or(0) + 1;
    let (left, right, top, high) = (36.0, 8.0, 34.0, 110.0);
    let step = (WIDTH - left - right) / bins as f64;
    let at = |time: i64| left + (time - first) as f64 / bin as f64 * step;

    let mut families: BTreeMap<&str, u64> = BTreeMap::new();
    for (_, entry) in timed.iter().filter(|(_, entry)| entry.kind == MarkKind::Error) {
        *families.entry(family(&entry.label)).or_default() += u64::from(entry.count);
    }
    let mut order: Vec<(&str, u64)> = families.into_iter().collect();
    order.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let class = |label: &str| {
        order.iter().position(|(name, _)| *name == family(label)).unwrap_or(FAMILIES).min(FAMILIES)
    };
    let mut stacks = vec![[0_u64; FAMILIES + 1]; bins];
    for (time, entry) in timed.iter().filter(|(_, entry)| entry.kind == MarkKind::Error) {
        let index = usize::try_from((time - first) / bin).unwrap_or(0).min(bins - 1);
        stacks[index][class(&entry.label)] += u64::from(entry.count);
    }
    let most = stacks.iter().map(|stack| stack.iter().sum::<u64>()).max().unwrap_or(0).max(1);

    let base = top + high;
    let mut out = format!(
        "<svg viewBox=\"0 0 {WIDTH} {}\" role=\"img\" aria-label=\"errors, starts and crashes over time\">{PATTERNS}",
        base + 44.0
    );
    let current = timed
        .iter()
        .filter(|(_, e)| matches!(e.kind, MarkKind::Start | MarkKind::Reload | MarkKind::Deploy))
        .map(|(time, _)| *time)
        .max();
    if let Some(current) = current {
        let x = at(current);
        let _ = write!(
            out,
            "<rect class=\"band\" x=\"{x:.1}\" y=\"{top}\" width=\"{:.1}\" height=\"{high}\"><title>since the newest start</title></rect>",
            (WIDTH - right - x).max(2.0)
        );
    }
    let _ = write!(
        out,
        "<line class=\"axis\" x1=\"{left}\" y1=\"{base}\" x2=\"{}\" y2=\"{base}\"/><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{most}</text>",
        WIDTH - right,
        left - 6.0,
        top + 10.0
    );
    for (index, stack) in stacks.iter().enumerate() {
        let mut y = base;
        for (family, count) in stack.iter().enumerate().filter(|(_, count)| **count > 0) {
            let tall = (*count as f64 / most as f64 * high).max(2.0);
            y -= tall;
            let name = order.get(family).map_or("other", |(name, _)| *name);
            let when = clock(first + index as i64 * bin, span);
            let _ = write!(
                out,
                "<rect class=\"f{family}\" x=\"{:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{tall:.1}\"><title>{}</title></rect>",
                left + index as f64 * step + 0.5,
                (step - 1.0).clamp(1.5, 24.0),
                h(&format!("{when}: {count} × {name}"))
            );
        }
    }
    for (time, entry) in &timed {
        let x = at(*time) + (step / 2.0).min(6.0);
        let (class, shape) = match entry.kind {
            MarkKind::Start | MarkKind::Reload => {
                ("m-start", format!("M{:.1} 16l10 0-5 10z", x - 5.0))
            }
            MarkKind::Deploy => ("m-deploy", format!("M{x:.1} 14l6 7-6 7-6-7z")),
            MarkKind::Crash => (
                "m-crash",
                format!("M{:.1} 1l4 4 4-4 2 2-4 4 4 4-2 2-4-4-4 4-2-2 4-4-4-4z", x - 4.0),
            ),
            _ => continue,
        };
        let _ = write!(
            out,
            "<path class=\"{class}\" d=\"{shape}\"><title>{}</title></path>",
            h(&format!("{}: {}", clock(*time, span), entry.label))
        );
    }
    let _ = write!(
        out,
        "<text x=\"{left}\" y=\"{:.1}\">{}</text><text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
        base + 16.0,
        clock(first, span),
        WIDTH - right,
        base + 16.0,
        clock(last, span)
    );
    legend(&mut out, &order, base + 36.0, left);
    out.push_str("</svg>");
    Some(out)
}

fn legend(out: &mut String, order: &[(&str, u64)], y: f64, left: f64) {
    let mut x = left;
    for (index, (name, count)) in order.iter().take(FAMILIES).enumerate() {
        let text = format!("{name} ({count})");
        let _ = write!(
            out,
            "<rect class=\"f{index}\" x=\"{x:.1}\" y=\"{:.1}\" width=\"12\" height=\"12\"/><text x=\"{:.1}\" y=\"{y:.1}\">{}</text>",
            y - 10.0,
            x + 17.0,
            h(&text)
        );
        x += 34.0 + text.chars().count() as f64 * 6.6;
    }
    let rest = "▼ start or reload   ◆ deploy   ✗ crash";
    let _ = write!(
        out,
        "<text x=\"{:.1}\" y=\"{y:.1}\" text-anchor=\"end\">{rest}</text>",
        WIDTH - 8.0
    );
}

/// The cause's slug in front of the colon.
fn family(label: &str) -> &str {
    label.split(':').next().unwrap_or(label).trim()
}

fn clock(second: i64, span: i64) -> String {
    let format = if span > 86_400 { "%Y-%m-%d %H:%M" } else { "%H:%M:%S" };
    jiff::Timestamp::from_second(second)
        .map_or_else(|_| String::new(), |time| time.strftime(format).to_string())
}

/// One bar per hit, one piece per phase, a line at the limit where it is near.
pub(super) fn probe(probe: &ProbeReport) -> String {
    let (left, right, row) = (70.0, 150.0, 30.0);
    let total = |hit: &crate::model::Hit| {
        let p = &hit.phases_ms;
        let sum: f64 = [p.dns, p.connect, p.tls, p.first_byte, p.body].iter().flatten().sum();
        p.total.unwrap_or(sum).max(sum)
    };
    let longest = probe.hits.iter().map(total).fold(1.0_f64, f64::max);
    let limit = probe.limit_ms as f64;
    let near = limit > 0.0 && longest > limit / 4.0;
    let scale = (WIDTH - left - right) / if near { longest.max(limit * 1.05) } else { longest };
    let hits = probe.hits.len().min(20);
    let high = row * hits as f64 + 46.0;
    let mut out = format!(
        "<svg viewBox=\"0 0 {WIDTH} {high}\" role=\"img\" aria-label=\"phases of the requests\">{PATTERNS}"
    );
    for (index, hit) in probe.hits.iter().take(hits).enumerate() {
        let y = 8.0 + row * index as f64;
        let p = &hit.phases_ms;
        let mut x = left;
        let _ = write!(out, "<text x=\"0\" y=\"{:.1}\">hit {}</text>", y + 15.0, index + 1);
        let over = limit > 0.0 && p.first_byte.is_some_and(|ms| ms > limit);
        let wait = if over || hit.error.is_some() { "f0" } else { "wait" };
        let phases = [
            ("dns", p.dns, "f3"),
            ("connect", p.connect, "f1"),
            ("tls", p.tls, "f2"),
            ("wait for the first byte", p.first_byte, wait),
            ("body", p.body, "m-start"),
        ];
        for (name, ms, class) in phases {
            let Some(ms) = ms.filter(|ms| *ms > 0.0) else { continue };
            let wide = (ms * scale).max(1.0);
            let _ = write!(
                out,
                "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{wide:.1}\" height=\"20\"><title>{}</title></rect>",
                h(&format!("{name}: {}", seconds(Some(ms))))
            );
            x += wide;
        }
        let _ = write!(
            out,
            "<text x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            x + 8.0,
            y + 15.0,
            h(&format!("{} · {}", seconds(Some(total(hit))), outcome(hit)))
        );
    }
    let base = 8.0 + row * hits as f64;
    if near {
        let x = left + limit * scale;
        let _ = write!(
            out,
            "<line class=\"limit\" x1=\"{x:.1}\" y1=\"2\" x2=\"{x:.1}\" y2=\"{base:.1}\"/><text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">limit {}</text>",
            base + 12.0,
            probe.limit()
        );
    }
    let mut x = left;
    for (name, class) in
        [("dns", "f3"), ("connect", "f1"), ("tls", "f2"), ("wait", "wait"), ("body", "m-start")]
    {
        let _ = write!(
            out,
            "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{:.1}\" width=\"12\" height=\"12\"/><text x=\"{:.1}\" y=\"{:.1}\">{name}</text>",
            base + 20.0,
            x + 17.0,
            base + 30.0
        );
        x += 90.0;
    }
    out.push_str("</svg>");
    out
}
