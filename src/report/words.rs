//! Phrases that several formats share: verdict, confidence, counts, times, places.

use jiff::Timestamp;

use crate::model::{
    Confidence, ContainerState, Evidence, Finding, Place, Prevention, ProbeVerdict, Report,
    Severity, Source, State, Symptom, SymptomKind, SymptomSource, Verdict,
};

/// error, warning, note.
pub(super) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// The slug or the lint's code.
pub(super) fn slug(finding: &Finding) -> &str {
    finding.lint.as_deref().or(finding.cause.as_deref()).unwrap_or("finding")
}

/// Whether the report is of `lint`: code alone, no site.
pub(super) fn is_lint(report: &Report) -> bool {
    report.site == crate::model::Site::default()
        && report.logs.is_empty()
        && report.probe.is_none()
        && report.restarts.is_empty()
        && (report.examined.iter().any(|item| item.check == "code")
            || report.findings.iter().any(|finding| finding.lint.is_some()))
}

/// What is wrong, in one line. A lint's message is about this very line; its title is its kind.
pub(super) fn headline<'a>(report: &Report, finding: &'a Finding) -> &'a str {
    let message = finding.why.trim();
    if is_lint(report) && finding.lint.is_some() && !message.is_empty() {
        message
    } else {
        &finding.title
    }
}

/// Asserted, now.
pub(super) fn stands(finding: &Finding) -> bool {
    finding.state == State::Current && finding.confidence.0 >= Confidence::ASSERTED
}

/// A possibility with too little evidence, beside an answer: it would only distract.
pub(super) fn distracts(report: &Report, finding: &Finding) -> bool {
    answer(report).is_some() && finding.state == State::Current && !stands(finding)
}

/// The finding that answers "what is wrong": the first, where it stands and is more than a note.
pub(super) fn answer(report: &Report) -> Option<&Finding> {
    report.findings.first().filter(|first| report.verdict == Verdict::Broken && stands(first))
}

/// The container whose loop of crashes stands under this finding.
pub(super) fn looping<'r>(report: &'r Report, finding: &Finding) -> Option<&'r ContainerState> {
    let own = |container: &&ContainerState| {
        let begins = format!("{} crashed", container.container);
        finding.consequences.iter().any(|item| item.title.starts_with(&begins))
    };
    let crashed = || report.restarts.iter().filter(|container| container.crashes.len() > 1);
    let itself = || (finding.cause.as_deref() == Some("crash-loop")).then(crashed);
    crashed().find(own).or_else(|| itself()?.max_by_key(|container| container.counter))
}

/// `certain`, or `old`; with the number where asked.
pub(super) fn confidence(finding: &Finding, number: bool) -> String {
    let word = match finding.state {
        State::Old => "old",
        State::Current => finding.confidence.word(),
    };
    if number { format!("{word} ({:.2})", finding.confidence.0) } else { word.to_owned() }
}

/// One sentence that answers the question, for every verdict.
pub(super) fn verdict(report: &Report) -> String {
    if is_lint(report) {
        return match report.findings.len() as u64 {
            0 => "No problems found".to_owned(),
            n => format!("{} found", count(n, "problem", "problems")),
        };
    }
    match report.verdict {
        Verdict::Broken => answer(report)
            .map_or_else(|| "Your site is broken".to_owned(), |first| first.title.clone()),
        Verdict::Healthy => {
            let slow =
                report.probe.as_ref().is_some_and(|probe| probe.verdict == ProbeVerdict::SlowFirst);
            if slow {
                "Your site works. Only its first request is slow".to_owned()
            } else {
                "Your site works. Nothing wrong found".to_owned()
            }
        }
        Verdict::Unknown => match failing(report) {
            Some(symptom) => {
                format!("Your site fails ({symptom}), and the evidence does not say why yet")
            }
            None if report.findings.iter().any(stands) => {
                "Nothing found that breaks your site; see the notes".to_owned()
            }
            None => "Not enough evidence to name a cause".to_owned(),
        },
    }
}

/// The symptoms that speak of a failure, for people: `502, as the probe saw`.
pub(super) fn failing(report: &Report) -> Option<String> {
    let order = |source: SymptomSource| match source {
        SymptomSource::Probe => 0,
        SymptomSource::User => 1,
        SymptomSource::Platform => 2,
        SymptomSource::AccessLog => 3,
    };
    report
        .symptoms
        .iter()
        .filter(|symptom| !matches!(symptom.kind, SymptomKind::Ok | SymptomKind::Slow))
        .min_by_key(|symptom| order(symptom.source))
        .map(symptom)
}

/// `502, as the probe saw`.
pub(super) fn symptom(symptom: &Symptom) -> String {
    let what = match symptom.kind {
        SymptomKind::Status(status) if status < 300 => {
            format!("it answers {status}, but not with its page")
        }
        SymptomKind::Status(status) => format!("it answers {status}"),
        SymptomKind::ReloadError => "the reload reports an error".to_owned(),
        SymptomKind::Slow => "it is slow".to_owned(),
        SymptomKind::Timeout => "its answer does not come or end in time".to_owned(),
        SymptomKind::CrashLoop => "it crashes again and again".to_owned(),
        SymptomKind::Ok => "it answers".to_owned(),
        SymptomKind::Unreachable => "no page comes".to_owned(),
    };
    let who = match symptom.source {
        SymptomSource::User => "as you say",
        SymptomSource::Probe => "as the probe saw",
        SymptomSource::AccessLog => "as the access log says",
        SymptomSource::Platform => "as the platform says",
    };
    format!("{what}, {who}")
}

/// What the report is about: the site's host, its app or a folder.
pub(super) fn subject(report: &Report) -> Option<String> {
    let site = &report.site;
    site.domain
        .clone()
        .or_else(|| site.url.clone())
        .or_else(|| site.app.as_ref().map(|app| format!("app {app}")))
        .or_else(|| site.project.as_ref().map(|path| below_root(report, &path.to_string_lossy())))
}

/// `3 logs, 1 WSGI file, 3 probes`.
pub(super) fn sources(report: &Report) -> String {
    let mut parts = Vec::new();
    match report.logs.as_slice() {
        [] => {}
        [log] => parts.push(format!("1 log, {}", count(log.lines, "line", "lines"))),
        logs => parts.push(format!("{} logs", logs.len())),
    }
    if report.site.wsgi.is_some() {
        parts.push("1 WSGI file".to_owned());
    }
    match &report.probe {
        Some(probe) if probe.skipped.is_none() => {
            parts.push(count(probe.hits.len() as u64, "probe", "probes"));
        }
        _ if !report.logs.is_empty() => parts.push("no probe".to_owned()),
        _ => {}
    }
    parts.join(", ")
}

/// `1 line`, `8,214 lines`.
pub(super) fn count(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(n), if n == 1 { one } else { many })
}

/// `8,214`.
pub(super) fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (at, c) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// `08:02 – 08:40` on one day, with dates otherwise; UTC.
pub(super) fn range(report: &Report) -> Option<String> {
    let first = report.logs.iter().filter_map(|log| log.first).min()?;
    let last = report.logs.iter().filter_map(|log| log.last).max()?;
    let day = |time: Timestamp| time.strftime("%Y-%m-%d").to_string();
    let minute = |time: Timestamp| time.strftime("%H:%M").to_string();
    Some(if day(first) == day(last) {
        if minute(first) == minute(last) {
            format!("{} {} UTC", day(last), minute(last))
        } else {
            format!("{} {} – {} UTC", day(last), minute(first), minute(last))
        }
    } else {
        format!("{} {} – {} {} UTC", day(first), minute(first), day(last), minute(last))
    })
}

/// The time of day on the report's own day, the date with it otherwise.
pub(super) fn stamp(time: Timestamp, now: Option<Timestamp>) -> String {
    let same = now.is_some_and(|now| {
        now.strftime("%Y-%m-%d").to_string() == time.strftime("%Y-%m-%d").to_string()
    });
    let format = if same { "%H:%M:%S" } else { "%Y-%m-%d %H:%M:%S" };
    time.strftime(format).to_string()
}

/// `3 minutes ago`, `2 days ago`.
pub(super) fn ago(time: Timestamp, now: Option<Timestamp>) -> Option<String> {
    let seconds = now?.as_second() - time.as_second();
    let say = |n: i64, one: &str, many: &str| {
        Some(format!("{} ago", count(u64::try_from(n).unwrap_or(0), one, many)))
    };
    match seconds {
        s if s < 0 => None,
        s if s < 60 => Some("a moment ago".to_owned()),
        s if s < 3_600 => say(s / 60, "minute", "minutes"),
        s if s < 86_400 => say(s / 3_600, "hour", "hours"),
        s => say(s / 86_400, "day", "days"),
    }
}

/// `6 times, last 09:41:07`; `None` for a single sighting.
pub(super) fn repeats(item: &Evidence, now: Option<Timestamp>) -> Option<String> {
    if item.count < 2 {
        return None;
    }
    let times = format!("{} times", thousands(u64::from(item.count)));
    Some(match item.last_time.or(item.time) {
        Some(last) => format!("{times}, last {}", stamp(last, now)),
        None => times,
    })
}

/// The place as the person knows it: without the copied tree's root; `None` without a file.
pub(super) fn place(report: &Report, place: &Place) -> String {
    let file = below_root(report, &place.file);
    match place.line {
        Some(line) => format!("{file}:{line}"),
        None => file,
    }
}

/// A path without the root of a copied tree.
pub(super) fn below_root(report: &Report, file: &str) -> String {
    let root = report.site.root.as_ref().map(|root| root.to_string_lossy().into_owned());
    root.as_deref()
        .filter(|root| !root.is_empty() && *root != "/")
        .and_then(|root| file.strip_prefix(root.trim_end_matches('/')))
        .filter(|rest| rest.starts_with('/'))
        .map_or_else(|| file.strip_prefix("./").unwrap_or(file).to_owned(), str::to_owned)
}

/// Where evidence comes from, for people.
pub(super) fn source(source: Source) -> &'static str {
    match source {
        Source::Log => "log",
        Source::Code => "code",
        Source::Probe => "probe",
        Source::Event => "platform event",
        Source::Config => "configuration",
    }
}

/// `1 error, 2 notes`.
pub(super) fn tally(report: &Report) -> String {
    let mut counts = [0_u64; 3];
    let mut old = 0;
    for finding in &report.findings {
        match (finding.state, finding.severity) {
            (State::Old, _) => old += 1,
            _ if !stands(finding) => {}
            (_, Severity::Error) => counts[0] += 1,
            (_, Severity::Warning) => counts[1] += 1,
            (_, Severity::Note) => counts[2] += 1,
        }
    }
    let mut parts = Vec::new();
    for (n, one, many) in [
        (counts[0], "error", "errors"),
        (counts[1], "warning", "warnings"),
        (counts[2], "note", "notes"),
        (old, "old finding", "old findings"),
    ] {
        if n > 0 {
            parts.push(count(n, one, many));
        }
    }
    if parts.is_empty() { "No findings".to_owned() } else { parts.join(", ") }
}

/// What was ruled out, in the words of the slugs: short enough for one line.
pub(super) fn ruled_out(report: &Report) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for item in &report.ruled_out {
        let title = item.cause.replace('-', " ");
        if !all.contains(&title) {
            all.push(title);
        }
    }
    all
}

/// The first line that says most of an excerpt: an exception's last line, else the first.
pub(super) fn gist(item: &Evidence) -> &str {
    let mut lines = item.excerpt.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    if first.starts_with("File \"") || first.starts_with("Traceback") {
        // The exception stands behind the last frame; its message may go on below it.
        let raw: Vec<&str> = item.excerpt.lines().collect();
        let frame = raw.iter().rposition(|line| line.trim_start().starts_with("File \""));
        raw.iter()
            .skip(frame.unwrap_or(0) + 1)
            .find(|line| !line.starts_with(char::is_whitespace) && !line.is_empty())
            .map(|line| line.trim())
            .or_else(|| lines.next_back())
            .unwrap_or(first)
    } else {
        first
    }
}

/// The text with a full stop, unless it ends a sentence already.
pub(super) fn sentence(text: &str) -> String {
    let text = text.trim_end();
    if text.ends_with(['.', '!', '?', '…', ':']) || text.is_empty() {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}

/// `diagnose demo` → the command to get a report for a ticket.
pub(super) fn ticket_command(command: Option<&str>) -> String {
    let command = command.unwrap_or("diagnose").trim();
    format!("{command} --format markdown")
}

/// A way to keep it from happening again, in one line.
pub(super) fn prevention(item: &Prevention) -> String {
    let more = item.command.iter().chain(&item.url);
    more.fold(format!("Prevent: {}", item.text), |text, part| format!("{text} {part}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!(count(1, "line", "lines"), "1 line");
        let now: Timestamp = "2026-11-21T10:00:00Z".parse().unwrap();
        let then: Timestamp = "2026-11-19T09:00:00Z".parse().unwrap();
        assert_eq!(ago(then, Some(now)).as_deref(), Some("2 days ago"));
        assert_eq!(ago(now, Some(then)), None);
        assert_eq!(stamp(then, Some(now)), "2026-11-19 09:00:00");
        assert_eq!(sentence("x"), "x.");
        assert_eq!(sentence("x!"), "x!");
    }
}
