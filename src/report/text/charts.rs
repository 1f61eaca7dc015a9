//! The probe's phases as bars, and crashes on a line of time.

use super::page::{LABEL, Page, Tone};
use crate::model::{ContainerState, ErrorKind, Hit, ProbeReport, ProbeVerdict, RestartState};
use crate::text::{pad, terminal, width};
use std::fmt::Write as _;

/// Whether the phases of the probe are worth their lines.
pub(super) fn worth_it(probe: &ProbeReport, verbose: u8) -> bool {
    probe.skipped.is_none()
        && !probe.hits.is_empty()
        && (verbose > 0
            || matches!(
                probe.verdict,
                ProbeVerdict::SlowFirst
                    | ProbeVerdict::Slow
                    | ProbeVerdict::OverLimit
                    | ProbeVerdict::Flaky
            ))
}

/// Bars of the wait for the first byte, one line a hit.
pub(super) fn probe(page: &mut Page<'_>, probe: &ProbeReport) {
    let verbose = page.style.verbose > 0;
    page.gap();
    let wide = page.width >= 72;
    let fixed = if wide { 5 + 9 + 7 + 9 + 8 + 8 + 8 } else { 5 + 9 + 8 + 8 };
    let bar = page.width.saturating_sub(fixed + 4).clamp(8, 32);
    let mut head = format!("     {}", pad("probe", 9));
    if wide {
        let _ = write!(head, "{:>6} {:>8} {:>7}   ", "dns", "connect", "tls");
    }
    head.push_str(&pad("wait for the answer", bar.max(19)));
    head = format!("{}{:>8}", pad(&head, width(&head)), "total");
    let head = page.paint(&head, Tone::Dim);
    page.line(&head);
    let longest = probe
        .hits
        .iter()
        .filter_map(|hit| hit.phases_ms.first_byte.or(hit.phases_ms.total))
        .fold(1.0_f64, f64::max);
    let cells = bar.max(19).saturating_sub(8);
    // The limit is drawn where the bars come near it.
    let limit = probe.limit_ms as f64;
    let drawn_limit = limit > 0.0 && longest > limit / 4.0;
    let whole = if drawn_limit { longest.max(limit) } else { longest };
    let length = |ms: f64| ((ms / whole) * cells as f64).round() as usize;
    for (at, hit) in probe.hits.iter().enumerate().take(8) {
        let waited = hit.phases_ms.first_byte.or(hit.phases_ms.total).unwrap_or(0.0);
        let long = length(waited);
        let drawn =
            if long == 0 { page.glyphs.thin.to_owned() } else { page.glyphs.block.repeat(long) };
        let mut line = format!("     {}", pad(&format!("{}{}", ordinal(at + 1), " hit"), 9));
        if wide {
            let _ = write!(
                line,
                "{:>6} {:>8} {:>7}   ",
                seconds(hit.phases_ms.dns),
                seconds(hit.phases_ms.connect),
                seconds(hit.phases_ms.tls)
            );
        }
        let over = limit > 0.0 && waited > limit;
        let tone = if over { Tone::Error } else { Tone::Good };
        line.push_str(&page.paint(&pad(&drawn, cells), tone));
        let _ = write!(line, "{:>7} ", seconds(Some(waited)));
        let _ = write!(line, "{:>8}", seconds(hit.phases_ms.total));
        let _ = write!(line, "  {}", short(hit));
        page.line(&line);
    }
    let bars = if wide { 40 } else { 14 };
    if drawn_limit {
        let text = format!("{} limit {}", page.glyphs.last, probe.limit());
        let at = (bars + length(limit).saturating_sub(1)).min(page.width - width(&text));
        let text = page.paint(&format!("{}{text}", " ".repeat(at)), Tone::Dim);
        page.line(&text);
    }
    if !probe.limits.is_empty() {
        page.paragraph("     ", &probe.limits, Tone::Dim);
    } else if limit > 0.0 && !drawn_limit {
        let text = page.paint(&format!("     the limit is {}", probe.limit()), Tone::Dim);
        page.line(&text);
    }
    for note in probe.notes.iter().take(4) {
        page.paragraph("     ", note, Tone::Dim);
    }
    if verbose {
        for line in crate::report::answer::about(probe) {
            page.paragraph("     ", &line, Tone::Dim);
        }
    }
}

/// The status, or what went wrong.
pub(in super::super) fn outcome(hit: &Hit) -> String {
    match (&hit.error, hit.status) {
        (Some(error), _) => error_word(error.kind).to_owned(),
        (None, Some(status)) => status.to_string(),
        (None, None) => "no answer".to_owned(),
    }
}

/// As `outcome`, in the 14 columns that are left beside the bars.
fn short(hit: &Hit) -> String {
    let word = match hit.error.as_ref().map(|error| error.kind) {
        Some(ErrorKind::Reset) => "reset",
        Some(ErrorKind::TlsExpired) => "expired",
        Some(ErrorKind::TlsNotYetValid) => "not yet valid",
        Some(ErrorKind::TlsWrongName) => "wrong name",
        Some(ErrorKind::TlsSelfSigned) => "self-signed",
        Some(ErrorKind::RedirectRefused) => "not followed",
        Some(ErrorKind::InvalidResponse) => "invalid",
        Some(ErrorKind::TooLarge) => "too large",
        Some(ErrorKind::ProxyRefused) => "proxy refused",
        _ => return outcome(hit),
    };
    word.to_owned()
}

/// Two words for an error.
pub(in super::super) fn error_word(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::NotFound => "unknown host",
        ErrorKind::Refused => "refused",
        ErrorKind::Unreachable => "unreachable",
        ErrorKind::Reset => "connection reset",
        ErrorKind::Timeout => "timed out",
        ErrorKind::TlsExpired => "certificate expired",
        ErrorKind::TlsNotYetValid => "certificate not yet valid",
        ErrorKind::TlsWrongName => "certificate of another name",
        ErrorKind::TlsSelfSigned => "self-signed certificate",
        ErrorKind::TlsUnknownIssuer => "unknown issuer",
        ErrorKind::TlsProtocol => "TLS failed",
        ErrorKind::RedirectLoop => "redirect loop",
        ErrorKind::RedirectRefused => "redirect refused",
        ErrorKind::InvalidResponse => "no valid answer",
        ErrorKind::TooLarge => "answer too large",
        ErrorKind::ProxyRefused => "refused by a proxy",
        ErrorKind::Interrupted => "interrupted",
        ErrorKind::Other => "failed",
    }
}

fn ordinal(n: usize) -> String {
    let end = match (n % 10, n % 100) {
        (1, 11) | (2, 12) | (3, 13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{n}{end}")
}

/// `0.02s`, `27.8s`; empty where it was not reached.
pub(in super::super) fn seconds(ms: Option<f64>) -> String {
    match ms {
        None => String::new(),
        Some(ms) if ms < 9_995.0 => format!("{:.2}s", ms / 1000.0),
        Some(ms) => format!("{:.1}s", ms / 1000.0),
    }
}

/// Crashes of one container on a line of time, and what comes next.
pub(super) fn crashes(page: &mut Page<'_>, container: &ContainerState) {
    let (Some(first), Some(last)) = (container.crashes.first(), container.crashes.last()) else {
        return;
    };
    let name = terminal(&container.container);
    let times = container.crashes.len();
    let minutes = (last.as_second() - first.as_second()).max(0) / 60;
    let text = match times {
        1 => format!("{name} crashed once."),
        _ if minutes == 0 => format!("{name} crashed {times} times within a minute."),
        _ => format!("{name} crashed {times} times in {minutes} min."),
    };
    page.labelled("So", &text);
    let lead = " ".repeat(LABEL);
    let clock = |time: &jiff::Timestamp| time.strftime("%H:%M").to_string();
    if times > 1 && minutes > 0 {
        let room = page.width.saturating_sub(LABEL + 14).max(20);
        let scale = usize::try_from(minutes).unwrap_or(0) / room + 1;
        let cells = usize::try_from(minutes).unwrap_or(0) / scale + 1;
        let mut axis = vec![page.glyphs.dot; cells];
        for crash in &container.crashes {
            let minute = (crash.as_second() - first.as_second()).max(0) / 60;
            let at = usize::try_from(minute).unwrap_or(0) / scale;
            axis[at.min(cells - 1)] = page.glyphs.crash;
        }
        let axis = page.paint(&axis.concat(), Tone::Mark);
        page.line(&format!("{lead}{} {axis} {}", clock(first), clock(last)));
        let legend =
            format!("{lead}{} = {scale} min, {} = crash", page.glyphs.dot, page.glyphs.crash);
        let legend = page.paint(&legend, Tone::Dim);
        page.line(&legend);
    }
    for text in standing(container) {
        page.paragraph(&lead, &text, Tone::Plain);
    }
}

/// `2`, `2 and 5`, `2, 5 and 12`.
fn joined(numbers: &[u32]) -> String {
    let mut words: Vec<String> = numbers.iter().map(u32::to_string).collect();
    match words.pop() {
        Some(last) if !words.is_empty() => format!("{} and {last}", words.join(", ")),
        last => last.unwrap_or_default(),
    }
}

/// Sentences on where a container stands.
pub(in super::super) fn standing(container: &ContainerState) -> Vec<String> {
    let clock = |time: jiff::Timestamp| time.strftime("%H:%M UTC").to_string();
    let list = |numbers: &[u32]| numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
    let mut all = Vec::new();
    let waited = (container.waits.iter().any(|minutes| *minutes > 0))
        .then(|| format!("Waits so far: {} min", list(&container.waits)));
    match container.state {
        RestartState::Running => {}
        RestartState::WarmUp => all.push(match container.warmup_until {
            Some(until) => format!("It runs now, and is on trial until {}.", clock(until)),
            None => "It runs now, and is on trial.".to_owned(),
        }),
        RestartState::Waiting => all.push(match (container.next_restart, waited) {
            (Some(next), Some(waited)) => {
                format!("{waited}; the next restart is at {}.", clock(next))
            }
            (Some(next), None) => format!("The next restart is at {}.", clock(next)),
            (None, _) => "The platform will restart it.".to_owned(),
        }),
        RestartState::GivenUp => all.push("The platform has given up restarting it.".to_owned()),
        RestartState::Stopped => all.push("It was stopped on purpose.".to_owned()),
    }
    let mails = (!container.mails_sent.is_empty())
        .then(|| format!("Mails went out at crash {}", joined(&container.mails_sent)));
    let end = container.gives_up_at.filter(|_| container.state != RestartState::GivenUp);
    let gives_up = end.map(|end| {
        let crash = container.limit.map_or_else(String::new, |limit| format!("crash {limit}, "));
        format!("the platform gives up at {crash}{} if every start dies at once", clock(end))
    });
    match (mails, gives_up) {
        (Some(mails), Some(gives_up)) => all.push(format!("{mails}; {gives_up}.")),
        (Some(mails), None) => all.push(format!("{mails}.")),
        (None, Some(gives_up)) => all.push(format!("T{}.", gives_up.trim_start_matches('t'))),
        (None, None) => {}
    }
    if container.inferred {
        all.push("(Worked out from the log, not read from the platform's events.)".to_owned());
    }
    all
}
