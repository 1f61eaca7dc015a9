//! `--watch`: asks again after a fix until the site is green. `--follow`: keeps reading the logs and
//! prints what is new. Both end by themselves or on interrupt.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use jiff::Timestamp;

use super::account::Before;
use super::args::{DiagnoseArgs, FormatArg};
use super::diagnose::{Prepared, answers};
use super::exit::Exit;
use super::failure::Failure;
use super::output;
use crate::engine::{EngineOptions, conclude};
use crate::log::added::{LogEnd, grew, note, scan_only_added, sizes, started_just_now};
use crate::log::scan::ScanOptions;
use crate::model::{Confidence, Finding, Report, Severity, Site, State};

/// How often files are looked at.
const STEP: Duration = Duration::from_millis(250);
/// A reload that was seen gets so long before it is asked about.
const GRACE: Duration = Duration::from_millis(700);
/// Bounds of the wait between two requests while nothing happens.
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_mins(1);
/// Lines that belong together are written within so long.
const QUIET: Duration = Duration::from_millis(500);
/// Not even a log that never rests is waited for longer.
const BUSY: Duration = Duration::from_secs(2);

/// Probes on each reload, and now and then without one, until the site is green.
///
/// # Errors
/// No probe is allowed, or several sites; what cannot be written.
pub(super) fn watch(
    prepared: &Prepared,
    args: &DiagnoseArgs,
    minutes: f64,
    cancel: &Arc<AtomicBool>,
) -> anyhow::Result<Exit> {
    let site = one_site(prepared, "--watch")?;
    if let Err(why) = &prepared.plan.probe_url {
        return Err(Failure::new(format!("--watch needs a site that may be asked: {why}")).into());
    }
    let most = Duration::try_from_secs_f64(minutes * 60.0)
        .ok()
        .filter(|most| !most.is_zero())
        .ok_or_else(|| Failure::new("--watch: not a number of minutes"))?;
    let started = Instant::now();
    let mut report =
        prepared.diagnose_one(site.clone(), args, prepared.before(), None, false, cancel);
    let text = args.output.format.is_none_or(|format| format == FormatArg::Text);
    if text {
        output::write(std::slice::from_ref(&report), &args.output)?;
    }
    let mut wait = (most / 20).clamp(SHORTEST, Duration::from_secs(10));
    let mut asked = hits(&report);
    let mut printed = text;
    let mut told = String::new();
    while !green(&report) && !stopped(cancel) {
        let now = state(&report);
        if now != told {
            say(args, &format!("{now}; waiting for a reload (Ctrl-C ends)"));
            told = now;
        }
        let mut signs = Signs::new(site);
        let until = Instant::now() + wait;
        let mut reloaded = false;
        while Instant::now() < until && started.elapsed() < most && !stopped(cancel) && !reloaded {
            std::thread::sleep(STEP);
            reloaded = signs.reloaded(site);
        }
        if stopped(cancel) || (started.elapsed() >= most && !reloaded) {
            break;
        }
        if reloaded {
            say(args, "reloaded: asking again");
            told.clear();
            std::thread::sleep(GRACE);
            wait = wait.min(Duration::from_secs(10));
        } else {
            wait = (wait * 3 / 2).min(LONGEST);
        }
        // Every reload has its own requests; without one a single request is enough.
        let most_hits = if reloaded { None } else { Some(1) };
        let before = Before { ends: Some(signs.ends), ..prepared.before() };
        report = prepared.diagnose_one(site.clone(), args, before, most_hits, reloaded, cancel);
        asked += hits(&report);
        printed = false;
    }
    if !printed {
        output::write(std::slice::from_ref(&report), &args.output)?;
    }
    if stopped(cancel) {
        return Ok(Exit::Interrupted);
    }
    let waited = started.elapsed().as_secs();
    if green(&report) {
        say(args, &format!("green: {}, after {asked} requests in {waited} s", state(&report)));
    } else {
        say(args, &format!("not green within {waited} s: {}; stopped", state(&report)));
    }
    Ok(output::exit(std::slice::from_ref(&report), &args.control))
}

/// Prints the report, and then one line for every cause that the logs newly show, until interrupted.
///
/// # Errors
/// No log to follow, several sites; what cannot be written.
pub(super) fn follow(
    prepared: &Prepared,
    args: &DiagnoseArgs,
    cancel: &Arc<AtomicBool>,
) -> anyhow::Result<Exit> {
    let site = one_site(prepared, "--follow")?;
    let mut ends = note(&site.logs);
    if site.logs.iter().all(|log| site.is_stdin(&log.path)) {
        return Err(Failure::new("--follow: no log file to follow")
            .hint("give --error-log FILE or --server-log FILE")
            .into());
    }
    let before = prepared.before();
    let before = Before { ends: before.ends.or_else(|| Some(ends.clone())), ..before };
    let report = prepared.diagnose_one(site.clone(), args, before, None, false, cancel);
    output::write(std::slice::from_ref(&report), &args.output)?;
    let mut known: Vec<String> = report.findings.iter().filter_map(told).collect();
    while !stopped(cancel) {
        std::thread::sleep(STEP);
        if !grew(&ends) {
            continue;
        }
        settle(&ends, cancel);
        let (mut report, now) = added(prepared, site, &ends);
        ends = now;
        if report.timeline.iter().any(|entry| starts(entry.kind)) {
            // After a reload the same cause is news again.
            known.clear();
        }
        report.findings.retain(|finding| {
            told(finding).is_some_and(|cause| {
                let new = !known.contains(&cause);
                if new {
                    known.push(cause);
                }
                new
            })
        });
        if !report.findings.is_empty() {
            let lines = super::args::OutputArgs {
                format: Some(FormatArg::Concise),
                output: Vec::new(),
                ..args.output.clone()
            };
            output::write(&[report], &lines)?;
        }
    }
    Ok(Exit::Interrupted)
}

fn starts(kind: crate::model::MarkKind) -> bool {
    use crate::model::MarkKind;
    matches!(kind, MarkKind::Start | MarkKind::Reload | MarkKind::Deploy)
}

/// What the logs gained, by itself. Lines are counted from there, so places name the file only.
fn added(prepared: &Prepared, site: &Site, ends: &[LogEnd]) -> (Report, Vec<LogEnd>) {
    let options = ScanOptions {
        zone: prepared.plan.zone.clone(),
        now: Some(Timestamp::now()),
        platform: site.platform_id().to_owned(),
        ..ScanOptions::default()
    };
    let (mut facts, now) = scan_only_added(&site.logs, ends, &options, &prepared.rules);
    let places = facts.facts.iter_mut().flat_map(|fact| [&mut fact.place, &mut fact.last_place]);
    for place in places.flatten() {
        place.line = None;
        place.end_line = None;
    }
    let options = EngineOptions { now: Some(Timestamp::now()), ..prepared.engine.clone() };
    (conclude(facts, site, &prepared.rules, &options), now)
}

/// The cause of a finding that is worth a line.
fn told(finding: &Finding) -> Option<String> {
    let counts = finding.state == State::Current
        && finding.severity >= Severity::Warning
        && finding.confidence.0 >= Confidence::ASSERTED;
    finding.cause.clone().filter(|_| counts)
}

fn settle(ends: &[LogEnd], cancel: &AtomicBool) {
    let start = Instant::now();
    let mut last = (sizes(ends), start);
    while last.1.elapsed() < QUIET && start.elapsed() < BUSY && !stopped(cancel) {
        std::thread::sleep(Duration::from_millis(50));
        let now = sizes(ends);
        if now != last.0 {
            last = (now, Instant::now());
        }
    }
}

fn one_site<'p>(prepared: &'p Prepared, flag: &str) -> Result<&'p Site, Failure> {
    match prepared.plan.sites.as_slice() {
        [site] => Ok(site),
        several => {
            let names: Vec<&str> =
                several.iter().filter_map(|site| site.domain.as_deref()).collect();
            Err(Failure::new(format!("{flag}: which site?"))
                .hint(format!("name one of {}", names.join(", "))))
        }
    }
}

fn hits(report: &Report) -> usize {
    report.probe.as_ref().map_or(0, |probe| probe.hits.len())
}

fn green(report: &Report) -> bool {
    report.probe.as_ref().is_some_and(|probe| answers(probe.verdict))
}

/// The probe's sentence, for one line on standard error.
fn state(report: &Report) -> String {
    let sentence = report.probe.as_ref().and_then(|probe| probe.notes.first());
    let text = sentence.map_or("the site was not asked", String::as_str);
    text.trim_end_matches('.').to_owned()
}

fn stopped(cancel: &AtomicBool) -> bool {
    cancel.load(Ordering::Relaxed)
}

/// A line for the person who waits; nobody else reads it.
fn say(args: &DiagnoseArgs, text: &str) {
    if args.output.quiet > 0 {
        return;
    }
    let text = crate::redact::redact_text(text, &crate::redact::RedactOptions::terminal());
    let line = super::account::without_token(format!("{}\n", crate::text::terminal(&text)).into());
    // Nobody reads it when standard error is closed.
    let _ = std::io::stderr().lock().write_all(&line);
}

/// What tells that the app was reloaded: its WSGI file was touched, or its logs say so.
struct Signs {
    ends: Vec<LogEnd>,
    wsgi: Option<(PathBuf, Option<SystemTime>)>,
}

impl Signs {
    fn new(site: &Site) -> Self {
        Self {
            ends: note(&site.logs),
            wsgi: site.wsgi.clone().map(|path| {
                let time = touched(&path);
                (path, time)
            }),
        }
    }

    fn reloaded(&mut self, site: &Site) -> bool {
        if let Some((path, time)) = &mut self.wsgi {
            let now = touched(path);
            if now != *time {
                *time = now;
                return true;
            }
        }
        let options =
            ScanOptions { platform: site.platform_id().to_owned(), ..ScanOptions::default() };
        grew(&self.ends) && started_just_now(&site.logs, &options, Timestamp::now())
    }
}

fn touched(path: &std::path::Path) -> Option<SystemTime> {
    std::fs::metadata(path).ok()?.modified().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_touched_wsgi_file_is_a_reload() {
        let folder = tempfile::tempdir().expect("a folder");
        let wsgi = folder.path().join("x_wsgi.py");
        std::fs::write(&wsgi, "x = 1\n").expect("written");
        let site = Site { wsgi: Some(wsgi.clone()), ..Site::default() };
        let mut signs = Signs::new(&site);
        assert!(!signs.reloaded(&site));
        let later = SystemTime::now() + Duration::from_secs(5);
        let file = std::fs::File::options().write(true).open(&wsgi).expect("opened");
        file.set_modified(later).expect("touched");
        assert!(signs.reloaded(&site));
        assert!(!signs.reloaded(&site), "once");
    }
}
