//! Platform events: crashes, deployments, stops; and where each container stands in the restart policy.

mod hook;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::Path;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::Context;
use crate::log::read::LogReader;
use crate::log::scan::scan_text;
use crate::log::stamp::Clock;
use crate::model::{
    Captures, ContainerState, Examined, Fact, Facts, LogKind, Mark, MarkKind, Place, RestartState,
    Skipped, Source, Symptom, SymptomKind, SymptomSource,
};
use crate::restarts::read::{LogEvents, Seen, Silence, What, read};
use crate::restarts::{current_crashes, reference_time, states};
use crate::rules::Rules;
use crate::rules::platform::RestartPolicy;

/// Largest file of events that is read.
const MAX_BYTES: u64 = 32 << 20;
/// Crashes in one row that make a loop.
const LOOP: usize = 3;
/// Crash logs that are read, the newest.
const CRASH_LOGS: usize = 5;
/// Lines at the end of a block of a log that may hold a container's last sign of life.
const LAST_LINES: usize = 50;

/// What the logs hold.
#[derive(Default)]
struct Logged {
    /// Lines of a time line.
    pasted: Vec<Record>,
    /// What the platform's own lines tell.
    own: Vec<Record>,
    /// A line says that the boot limit passed.
    timed_out: bool,
    /// Where the time of the newest start went, the limit, and the file.
    silences: Vec<(Silence, SignedDuration, String)>,
}

/// A record and the file it stands in.
struct Record {
    seen: Seen,
    file: String,
}

/// Reads the events given, and the events that platform logs hold.
pub(super) fn collect(context: &Context) -> Facts {
    let mut facts = Facts::default();
    let zone = context.zone.clone().unwrap_or(TimeZone::UTC);
    let clock = Clock::new(&zone, Some(context.now));
    let mut told = from_files(context, &clock, &mut facts);
    let Logged { pasted, own: logged, timed_out, silences } = from_logs(context, &clock);
    told.extend(pasted.into_iter().filter(|one| !told_already(&told, one)).collect::<Vec<_>>());
    told.sort_by(|a, b| a.seen.cmp(&b.seen));
    let Some((policy, platform)) = policy(context, &told, &logged) else {
        return facts;
    };
    if told.is_empty()
        && context.site.events.is_empty()
        && context.rules.platform_is(&platform, "scalingo")
    {
        facts.skipped.push(Skipped {
            check: "events".to_owned(),
            missing: "the platform's events were not given; save `scalingo --app my-app timeline` and give it with --events FILE".to_owned(),
        });
    }
    let all: Vec<Seen> = told.iter().chain(&logged).map(|record| record.seen.clone()).collect();
    let newest = all.iter().map(|seen| seen.at).max();
    let now = reference_time(context.now, context.now_given, newest);
    facts.restarts = states(&all, policy, now);
    marks(&told, &mut facts);
    let restarts = facts.restarts.clone();
    for state in &restarts {
        container(state, &all, &told, context, &mut facts);
    }
    app(&told, &context.rules, &mut facts);
    let limit = context.rules.platform_value(&platform, |profile| profile.limits.hook_min);
    hook::hook(&told, &logged, limit, &context.rules, &mut facts);
    if timed_out || last_deployment(&told) == Some("timeout-error") {
        for one in &silences {
            silence(one, &context.rules, &mut facts);
        }
    }
    crash_logs(&restarts, &told, &all, &context.rules, &mut facts);
    facts
}

/// The policy of the site's platform, or of the one that writes such records.
fn policy<'c>(
    context: &'c Context,
    told: &[Record],
    logged: &[Record],
) -> Option<(&'c RestartPolicy, String)> {
    let of = |id: &str| context.rules.platform(id).and_then(|profile| profile.restart.as_ref());
    let id = context.site.platform_id();
    let mut wanted = id;
    if of(wanted).is_none() {
        let dyno = logged
            .iter()
            .any(|one| one.seen.container.as_deref().is_some_and(|name| name.contains('.')));
        wanted = if !told.is_empty() || (!logged.is_empty() && !dyno) {
            "scalingo"
        } else if dyno {
            "heroku"
        } else {
            return None;
        };
    }
    Some((of(wanted)?, wanted.to_owned()))
}

fn from_files(context: &Context, clock: &Clock, facts: &mut Facts) -> Vec<Record> {
    let mut records = Vec::new();
    // The same event may stand in a time line and in the API's answer.
    let mut known = BTreeSet::new();
    for path in &context.site.events {
        let shown = context.site.shown(path);
        let text = match text_of(path) {
            Ok(text) => text,
            Err(problem) => {
                facts.skipped.push(Skipped {
                    check: "events".to_owned(),
                    missing: format!("{shown}: {problem}"),
                });
                continue;
            }
        };
        let (_, seen) = read(&text, clock);
        if seen.is_empty() {
            facts.skipped.push(Skipped {
                check: "events".to_owned(),
                missing: format!("{shown}: no event in it that is understood (the text of `scalingo timeline`, or the JSON of the API's events)"),
            });
            continue;
        }
        facts.examined.push(Examined {
            check: "events".to_owned(),
            what: format!("{shown} ({} events)", seen.len()),
            from: seen.iter().map(|one| one.at).min(),
            to: seen.iter().map(|one| one.at).max(),
        });
        let mut own = Vec::new();
        for one in seen {
            let key = key(&one);
            if !known.contains(&key) {
                own.push(key);
                records.push(Record { seen: one, file: shown.clone() });
            }
        }
        known.extend(own);
    }
    records.sort_by(|a, b| a.seen.cmp(&b.seen));
    records
}

/// What makes records of two files the same one; the texts of crashes differ.
fn key(one: &Seen) -> String {
    let what = match &one.what {
        What::Crash(_) => "crash".to_owned(),
        What::CrashEcho(_) => "repeated crash".to_owned(),
        other => format!("{other:?}"),
    };
    format!("{} {:?} {what}", one.at.as_second(), one.container)
}

fn text_of(path: &Path) -> Result<String, String> {
    let meta = std::fs::metadata(path).map_err(|error| format!("cannot be read ({error})"))?;
    if meta.len() > MAX_BYTES {
        return Err("larger than 32 MB".to_owned());
    }
    let bytes = std::fs::read(path).map_err(|error| format!("cannot be read ({error})"))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn told_already(told: &[Record], one: &Record) -> bool {
    let key_of = key(&one.seen);
    told.iter().any(|known| key(&known.seen) == key_of)
}

/// Lines of a time line that stand in the logs, and what the platform's own lines tell. Blocks
/// without such lines are skipped.
fn from_logs(context: &Context, clock: &Clock) -> Logged {
    const TELLING: [&str; 11] = [
        "[manager] container [",
        "State changed from",
        "Process exited with",
        "Starting process with",
        " created by user",
        " - container '",
        " - containers ",
        " - deployment of ",
        " - app has been stopped",
        "seconds to boot",
        "R10 (Boot timeout)",
    ];
    let finders: Vec<_> =
        TELLING.iter().map(|word| memchr::memmem::Finder::new(word.as_bytes())).collect();
    let boot = context.rules.platform_value(context.site.platform_id(), |one| one.limits.boot_s);
    let boot = boot.map(|seconds| SignedDuration::from_secs(i64::from(seconds)));
    let mut logged = Logged::default();
    for file in &context.site.logs {
        let maybe = matches!(file.kind, None | Some(LogKind::Platform | LogKind::Any));
        // Standard input can only be read once, and the log scanner does.
        if !maybe || file.path.as_os_str() == "-" {
            continue;
        }
        let Ok(log) = LogReader::open(&file.path) else { continue };
        let mut events = LogEvents::new(clock.clone());
        // A log that cannot be read to its end is reported by the scanner.
        let _ = log.for_each_block(|block| {
            let lines: Vec<_> = block.lines().collect();
            let telling =
                |text: &str| finders.iter().any(|finder| finder.find(text.as_bytes()).is_some());
            let any = lines.iter().any(|line| telling(line.text));
            let skip = if any { 0 } else { lines.len().saturating_sub(LAST_LINES) };
            for line in &lines[skip..] {
                events.line(line.text, u32::try_from(line.no).unwrap_or(u32::MAX));
            }
            ControlFlow::Continue(())
        });
        let record = |seen| Record { seen, file: file.shown.clone() };
        logged.timed_out |= events.timed_out();
        if let Some(limit) = boot
            && let Some(silence) = events.silence(limit)
        {
            logged.silences.push((silence, limit, file.shown.clone()));
        }
        let (pasted, own) = events.finish();
        logged.pasted.extend(pasted.into_iter().map(record));
        logged.own.extend(own.into_iter().map(record));
    }
    logged.own.sort_by(|a, b| a.seen.cmp(&b.seen));
    logged
}

/// The status of the newest deployment.
fn last_deployment(records: &[Record]) -> Option<&str> {
    records.iter().rev().find_map(|record| match &record.seen.what {
        What::Deployment(status) => Some(status.as_str()),
        _ => None,
    })
}

/// Where the time of a start went that was too slow for the platform.
fn silence(found: &(Silence, SignedDuration, String), rules: &Rules, facts: &mut Facts) {
    let (silence, limit, file) = found;
    let mut fact = Fact::new(Source::Event, silence.told(*limit));
    fact.matches = rules.match_event("boot-silence", &fact.excerpt, &Captures::new());
    fact.place = Some(Place::line(file.as_str(), silence.line));
    fact.time = Some(silence.started);
    fact.container = Some(silence.container.clone());
    if !fact.matches.is_empty() {
        facts.facts.push(fact);
    }
}

fn marks(told: &[Record], facts: &mut Facts) {
    for record in told {
        let seen = &record.seen;
        let (kind, label) = match &seen.what {
            What::Crash(_) => (
                MarkKind::Crash,
                format!("{} crashed", seen.container.as_deref().unwrap_or("a container")),
            ),
            What::Deployment(status) if status == "success" || status.is_empty() => {
                (MarkKind::Deploy, "deployed".to_owned())
            }
            What::Deployment(status) => (MarkKind::Deploy, format!("deployment failed: {status}")),
            What::Restart(_) => (MarkKind::Reload, "restart on request".to_owned()),
            What::Revived(_) => (MarkKind::Start, "restarted by the platform".to_owned()),
            What::Scale(_) => (MarkKind::Reload, "scaled".to_owned()),
            What::StopApp(_) => (MarkKind::Reload, "app stopped".to_owned()),
            _ => continue,
        };
        facts.marks.push(Mark {
            kind,
            time: Some(seen.at),
            place: Some(place(record)),
            order: 0,
            label,
            count: 1,
            container: seen.container.clone(),
            epoch: 0,
        });
    }
}

fn place(record: &Record) -> Place {
    match record.seen.line {
        0 => Place::file(record.file.as_str()),
        line => Place::line(record.file.as_str(), line),
    }
}

/// The crashes of one container since its last deployment or restart.
fn container(
    state: &ContainerState,
    all: &[Seen],
    told: &[Record],
    context: &Context,
    facts: &mut Facts,
) {
    let row = current_crashes(state, all);
    let (Some(first), Some(last)) = (row.first(), row.last()) else { return };
    let unstable = !matches!(state.state, RestartState::Running | RestartState::Stopped);
    let captures = Captures::from([
        ("container".to_owned(), state.container.clone()),
        ("crashes".to_owned(), row.len().to_string()),
        ("counter".to_owned(), state.counter.to_string()),
    ]);
    let record = told.iter().rev().find(|record| {
        matches!(record.seen.what, What::Crash(_) | What::CrashEcho(_))
            && record.seen.container.as_deref() == Some(state.container.as_str())
    });
    let rules = &context.rules;
    let mut put = |event: &str, text: String| {
        let matches = rules.match_event(event, &text, &captures);
        if matches.is_empty() {
            return;
        }
        let mut fact = Fact::new(Source::Event, text);
        fact.matches = matches;
        fact.place = record.map(place);
        fact.time = Some(*first);
        fact.last_time = Some(*last);
        fact.count = u32::try_from(row.len()).unwrap_or(u32::MAX);
        fact.container = Some(state.container.clone());
        fact.note = state.inferred.then(|| "worked out from repeated starts in the log".to_owned());
        if !unstable {
            fact.resolved = Some(match state.state {
                RestartState::Stopped => "it was stopped since".to_owned(),
                _ => "the container has run through the warm-up since".to_owned(),
            });
        }
        facts.facts.push(fact);
    };
    // A crash that only the log tells of is the log scanner's evidence.
    if let Some(record) = record {
        put("crash", record.seen.text.clone());
    }
    let looping =
        row.len() >= LOOP && unstable && (!state.inferred || state.counter as usize >= LOOP);
    if looping {
        let mut text = format!("{} crashed {} times in a row", state.container, row.len());
        if let Some(line) = &state.last_line {
            text.push_str(&format!("; each time its last line was '{line}'"));
        }
        put("crash-loop", text);
        facts.symptoms.push(Symptom {
            kind: SymptomKind::CrashLoop,
            source: SymptomSource::Platform,
            time: Some(*last),
            route: None,
        });
    }
    if state.state == RestartState::GivenUp {
        let mut given_up = Fact::new(
            Source::Event,
            format!(
                "{}: given up after {} crashes, not restarted any more",
                state.container, state.counter
            ),
        );
        given_up.matches = rules.match_event("given-up", &given_up.excerpt, &captures);
        given_up.time = Some(*last);
        given_up.container = Some(state.container.clone());
        given_up.place = record.map(place);
        if !given_up.matches.is_empty() {
            facts.facts.push(given_up);
        }
    }
}

/// What concerns the app as a whole: only the newest word of each counts.
fn app(told: &[Record], rules: &Rules, facts: &mut Facts) {
    let newest =
        |wanted: &dyn Fn(&What) -> bool| told.iter().rev().find(|record| wanted(&record.seen.what));
    let begun = newest(&|what| {
        matches!(what, What::Restart(_))
            || matches!(what, What::Deployment(status) if status == "success")
    })
    .map(|record| record.seen.at);
    let mut put = |record: &Record, events: &[&str]| {
        let mut fact = Fact::new(Source::Event, record.seen.text.clone());
        let captures = Captures::new();
        fact.matches = events
            .iter()
            .flat_map(|event| rules.match_event(event, &record.seen.text, &captures))
            .collect();
        fact.place = Some(place(record));
        fact.time = Some(record.seen.at);
        if !fact.matches.is_empty() {
            facts.facts.push(fact);
        }
    };
    let ended = |status: &str| {
        !matches!(
            status,
            "success" | "" | "queued" | "building" | "starting" | "pushing" | "aborted"
        )
    };
    let deployment = newest(
        &|what| matches!(what, What::Deployment(status) if ended(status) || status == "success"),
    );
    if let Some(record) = deployment
        && let What::Deployment(status) = &record.seen.what
        && status != "success"
    {
        put(record, &[&format!("deployment:{status}"), "deployment"]);
    }
    let later = |record: &&Record| begun.is_none_or(|begun| record.seen.at >= begun);
    if let Some(record) = newest(&|what| matches!(what, What::StopApp(_))).filter(later) {
        put(record, &["stop_app"]);
    }
    let web = |what: &What| match what {
        What::Scale(kinds) => kinds
            .iter()
            .find(|(kind, ..)| matches!(kind.as_str(), "web" | "tcp"))
            .map(|(_, _, n)| *n),
        _ => None,
    };
    if let Some(record) = newest(&|what| web(what).is_some())
        && web(&record.seen.what) == Some(0)
    {
        put(record, &["scale:0"]);
    }
}

/// The log text that came with crashes of the current row is evidence like any log.
fn crash_logs(
    states: &[ContainerState],
    told: &[Record],
    all: &[Seen],
    rules: &Rules,
    facts: &mut Facts,
) {
    let rows: BTreeMap<&str, Vec<Timestamp>> = states
        .iter()
        .map(|state| (state.container.as_str(), current_crashes(state, all)))
        .collect();
    let mut read = BTreeSet::new();
    for record in told.iter().rev() {
        let (What::Crash(text) | What::CrashEcho(text)) = &record.seen.what else { continue };
        let Some(name) = record.seen.container.as_deref() else { continue };
        let current = rows
            .get(name)
            .and_then(|row| row.first())
            .is_some_and(|first| record.seen.at >= *first);
        if text.trim().is_empty()
            || !current
            || read.len() >= CRASH_LOGS
            || !read.insert(text.as_str())
        {
            continue;
        }
        let begun = rows.get(name).and_then(|row| row.first()).copied();
        let same = |other: &&Record| {
            matches!(&other.seen.what, What::Crash(same) if same == text)
                && other.seen.container.as_deref() == Some(name)
                && begun.is_none_or(|begun| other.seen.at >= begun)
        };
        let times = u32::try_from(told.iter().filter(same).count()).unwrap_or(1).max(1);
        let earliest = told.iter().find(same).map(|other| other.seen.at);
        let scanned = scan_text(text, LogKind::Any, rules);
        for mut fact in scanned.facts {
            fact.count = fact.count.saturating_mul(times);
            fact.place = Some(place(record));
            fact.last_place = None;
            fact.last_time = fact.last_time.or(fact.time).or(Some(record.seen.at));
            fact.time = fact.time.or(earliest).or(fact.last_time);
            fact.epoch = 0;
            fact.order = 0;
            fact.container = Some(name.to_owned());
            fact.note
                .get_or_insert_with(|| "from the log that came with the crash event".to_owned());
            facts.facts.push(fact);
        }
        facts.unexplained.extend(scanned.unexplained);
    }
}

#[cfg(test)]
mod tests;
