//! `diagnose restarts`: where containers stand in the restart policy, and what comes next.

use std::io::{Read as _, Write as _};
use std::path::Path;

use jiff::{SignedDuration, Timestamp};

use super::args::{FormatArg, RestartsArgs};
use super::diagnose::rules;
use super::exit::Exit;
use super::failure::Failure;
use super::{output, plan};
use crate::log::stamp::Clock;
use crate::model::{ContainerState, RestartState, Site, Verdict};
use crate::report::json::empty_report;
use crate::restarts::policy::{Row, simulate, wait};
use crate::restarts::read::{Format, Seen, read};
use crate::restarts::{reference_time, states};
use crate::rules::Rules;
use crate::rules::platform::{Platform, RestartPolicy};

/// Lives that `--simulate` shows when none is given.
const LIVES: [&str; 5] = ["0s", "5m", "9m59s", "10m", "11m"];
/// Largest input that is read.
const MAX_BYTES: u64 = 256 << 20;

/// Runs the sub-command.
pub(super) fn run(args: &RestartsArgs) -> anyhow::Result<Exit> {
    output::check(&args.output)?;
    let rules = rules(args.control.rules.as_deref())?;
    if let Some(lives) = &args.simulate {
        let profile = profile(args.platform.as_deref(), "scalingo", &rules)?;
        return simulation(lives, profile, args);
    }
    let Some(input) = &args.input else {
        return Err(Failure::new("restarts: nothing to read")
            .hint("scalingo --app my-app timeline | diagnose restarts -")
            .hint("diagnose restarts --simulate")
            .into());
    };
    let text = text_of(input)?;
    let clock = Timestamp::now();
    let given = match &args.now {
        Some(now) => Some(plan::when("--now", now, clock)?),
        None => None,
    };
    let (format, seen) = read(&text, &Clock::utc(given.or(Some(clock))));
    if seen.is_empty() && !(format == Format::Api && text.contains("\"events\"")) {
        return Err(Failure::new(format!("{}: no platform event in it", input.display()))
            .hint("it reads the text of `scalingo timeline`, the JSON of the API's events, and the logs of Scalingo and Heroku")
            .into());
    }
    let dyno =
        seen.iter().any(|one| one.container.as_deref().is_some_and(|name| name.contains('.')));
    let profile =
        profile(args.platform.as_deref(), if dyno { "heroku" } else { "scalingo" }, &rules)?;
    let policy = policy(profile)?;
    let newest = seen.iter().map(|one| one.at).max();
    let now = reference_time(given.unwrap_or(clock), given.is_some(), newest);
    let states = states(&seen, policy, now);
    let mut report = empty_report(env!("CARGO_PKG_VERSION"), verdict(&states));
    report.site =
        Site { platform: Some(crate::model::PlatformId(profile.id.clone())), ..Site::default() };
    report.platform_name.clone_from(&profile.name);
    report.restarts.clone_from(&states);
    report.now = Some(now);
    match args.output.format.unwrap_or(FormatArg::Text) {
        FormatArg::Text | FormatArg::Concise => {
            let shown = overview(&states, &seen, profile, policy, now);
            let mut out = crate::text::terminal_lines(&shown).join("\n");
            out.push('\n');
            std::io::stdout().lock().write_all(out.as_bytes())?;
            output::files(&[report], &args.output)?;
        }
        _ => output::write(&[report], &args.output)?,
    }
    if args.control.exit_zero {
        return Ok(Exit::Clean);
    }
    Ok(if verdict(&states) == Verdict::Broken { Exit::Findings } else { Exit::Clean })
}

/// A container that crashes again and again, or that was given up, is broken; nothing else is known.
fn verdict(states: &[ContainerState]) -> Verdict {
    let bad = |state: &ContainerState| match state.state {
        RestartState::GivenUp => true,
        RestartState::Waiting | RestartState::WarmUp => state.counter > 1,
        RestartState::Running | RestartState::Stopped => false,
    };
    if states.iter().any(bad) { Verdict::Broken } else { Verdict::Unknown }
}

fn profile<'r>(
    named: Option<&str>,
    found: &str,
    rules: &'r Rules,
) -> Result<&'r Platform, Failure> {
    let id = match named {
        Some(name) => plan::platform(name, rules)?.0,
        None => found.to_owned(),
    };
    rules.platform(&id).ok_or_else(|| Failure::new(format!("--platform {id}: not known")))
}

fn policy(profile: &Platform) -> Result<&RestartPolicy, Failure> {
    profile.restart.as_ref().ok_or_else(|| {
        Failure::new(format!("{}: its restart policy is not known", profile.name))
            .hint("use --platform scalingo or --platform heroku")
    })
}

fn text_of(input: &Path) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    if input.as_os_str() == "-" {
        std::io::stdin().lock().take(MAX_BYTES).read_to_end(&mut bytes)?;
    } else {
        let file = std::fs::File::open(input)
            .map_err(|error| Failure::new(format!("{}: {error}", input.display())))?;
        file.take(MAX_BYTES)
            .read_to_end(&mut bytes)
            .map_err(|error| Failure::new(format!("{}: {error}", input.display())))?;
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Everything about every container, for people.
fn overview(
    states: &[ContainerState],
    seen: &[Seen],
    profile: &Platform,
    policy: &RestartPolicy,
    now: Timestamp,
) -> String {
    let mut out = format!("{}, at {}\n", profile.name, stamp(now));
    if states.is_empty() {
        out.push_str("\nNo container started or crashed in these records.\n");
    }
    for state in states {
        out.push('\n');
        out.push_str(&one(state, policy, now));
    }
    let failed = seen.iter().rev().find_map(|one| match &one.what {
        crate::restarts::read::What::Deployment(status) => Some((one.at, status.clone())),
        _ => None,
    });
    if let Some((at, status)) =
        failed.filter(|(_, status)| status != "success" && !status.is_empty())
    {
        out.push_str(&format!("\nThe last deployment ({}) ended with {status}: the containers of the version before it, if there are any, keep running.\n", stamp(at)));
    }
    out.push_str(&format!("\nPolicy: {}\n", policy.source));
    out
}

fn one(state: &ContainerState, policy: &RestartPolicy, now: Timestamp) -> String {
    let mut out = String::new();
    let mut row = |name: &str, text: String| out.push_str(&format!("  {name:<10}{text}\n"));
    let limit = policy.give_up.map_or_else(String::new, |limit| format!(" of {limit}"));
    let word = match state.state {
        RestartState::Running => "running",
        RestartState::WarmUp => "running, in its warm-up",
        RestartState::Waiting => "crashed, waits for its restart",
        RestartState::GivenUp => "crashed and given up: it is not restarted any more",
        RestartState::Stopped => "stopped on purpose",
    };
    row("counter", format!("{}{limit}", state.counter));
    if !state.crashes.is_empty() {
        let newest: Vec<String> =
            state.crashes.iter().rev().take(13).rev().map(|at| stamp(*at)).collect();
        let earlier = state.crashes.len() - newest.len();
        let more = if earlier > 0 { format!("{earlier} earlier, then ") } else { String::new() };
        row("crashes", format!("{}: {more}{}", state.crashes.len(), newest.join(", ")));
    }
    if state.inferred {
        row(
            "",
            "(inferred: worked out from repeated starts in the log, not read from events)"
                .to_owned(),
        );
    }
    if let Some(until) = state.warmup_until {
        let begins = if state.state == RestartState::Waiting {
            "the next start must last until"
        } else {
            "until"
        };
        row("warm-up", format!("{begins} {}, then the counter goes back to 0", stamp(until)));
    }
    if !policy.mails.is_empty() {
        let list = |mails: &[u32]| mails.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
        let next = policy.mails.iter().find(|at| **at > state.counter);
        let sent = if state.mails_sent.is_empty() {
            "none sent".to_owned()
        } else {
            format!("sent at crash {}", list(&state.mails_sent))
        };
        row(
            "mails",
            match next {
                Some(next) if state.state != RestartState::GivenUp => {
                    format!("{sent}; the next comes at crash {next}")
                }
                _ => sent,
            },
        );
    }
    match state.next_restart {
        Some(at) => {
            row("next", format!("restart at {} (in {})", stamp(at), span(at.duration_since(now))));
        }
        None if state.state == RestartState::Waiting => {
            row("next", "the platform restarts it after a pause that grows with each crash; its length is not published".to_owned());
        }
        None => {}
    }
    match (state.gives_up_at, policy.give_up) {
        (Some(at), _) => row("gives up", format!("at {} if every start dies at once", stamp(at))),
        (None, Some(limit)) if matches!(state.state, RestartState::Running) => {
            row(
                "gives up",
                format!(
                    "after {limit} crashes in a row, each within {} minutes of its start",
                    policy.warmup_min
                ),
            );
        }
        _ => {}
    }
    row("a fix", match state.state {
        RestartState::GivenUp => "deployed (or a restart) now starts new containers with the counter at 0; nothing else starts this one again".to_owned(),
        RestartState::Stopped => "deployed now changes nothing until it is started again".to_owned(),
        _ => "deployed now starts new containers with the counter at 0, without the wait".to_owned(),
    });
    format!("{}   {word}\n{out}", state.container)
}

fn stamp(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// `4 h 35 min`, `9 min 59 s`, `0 s`.
fn span(duration: SignedDuration) -> String {
    let seconds = duration.as_secs().max(0);
    let parts = [(seconds / 3600, "h"), (seconds % 3600 / 60, "min"), (seconds % 60, "s")];
    let shown: Vec<String> =
        parts.iter().filter(|(n, _)| *n > 0).map(|(n, unit)| format!("{n} {unit}")).collect();
    if shown.is_empty() { "0 s".to_owned() } else { shown.join(" ") }
}

fn simulation(lives: &[String], profile: &Platform, args: &RestartsArgs) -> anyhow::Result<Exit> {
    let policy = policy(profile)?;
    let lives: Vec<String> = if lives.is_empty() {
        LIVES.iter().map(|life| (*life).to_owned()).collect()
    } else {
        lives.to_vec()
    };
    let mut spans = Vec::new();
    for life in &lives {
        let span = life
            .parse::<SignedDuration>()
            .ok()
            .filter(|span| !span.is_negative() && span.as_hours() <= 24 * 365);
        let Some(span) = span else {
            return Err(Failure::new(format!("--simulate {life}: not a length of time"))
                .hint("write 0s, 5m, 9m59s")
                .into());
        };
        spans.push(span);
    }
    output::check_words(&args.output)?;
    let out = match args.output.format {
        Some(FormatArg::Json) => serde_json::to_string_pretty(&table(&spans, profile, policy))?,
        _ => schedule(&spans, profile, policy),
    };
    output::words(out.trim_end(), &args.output)?;
    Ok(Exit::Clean)
}

/// The same table for programs. Times are whole seconds since the first start; a `wait_s` of `null`
/// says that the platform gives up.
fn table(
    lives: &[SignedDuration],
    profile: &Platform,
    policy: &RestartPolicy,
) -> serde_json::Value {
    let lives: Vec<serde_json::Value> = lives
        .iter()
        .map(|life| {
            let rows = if policy.unpublished { Vec::new() } else { simulate(policy, *life) };
            let given_up = rows.last().filter(|row| row.wait.is_none());
            let crashes: Vec<serde_json::Value> = rows
                .iter()
                .map(|row| {
                    serde_json::json!({
                        "at_s": row.crash_at.as_secs(),
                        "counter": row.counter,
                        "wait_s": row.wait.map(|wait| wait.as_secs()),
                        "mail": row.mail,
                    })
                })
                .collect();
            serde_json::json!({
                "life_s": life.as_secs(),
                "crashes": crashes,
                "given_up_at_s": given_up.map(|row| row.crash_at.as_secs()),
            })
        })
        .collect();
    serde_json::json!({
        "schema": "diagnose-simulation/v1",
        "platform": profile.id,
        "policy": policy.source,
        "published": !policy.unpublished,
        "lives": lives,
    })
}

/// The table of `--simulate`.
fn schedule(lives: &[SignedDuration], profile: &Platform, policy: &RestartPolicy) -> String {
    let mut out =
        format!("{}: what happens to a container whose every start lives so long\n", profile.name);
    for life in lives {
        let rows = simulate(policy, *life);
        out.push_str(&format!("\nlives {}\n", span(*life)));
        if policy.unpublished {
            out.push_str("  the first restart comes at once; the pauses after that grow exponentially, their lengths are not published\n");
            continue;
        }
        out.push_str("  crash at        counter  restart after  mail\n");
        for row in &rows {
            out.push_str(&line(row));
        }
        out.push_str(&summary(&rows, policy));
    }
    out.push_str(&format!("\nPolicy: {}\n", policy.source));
    out
}

fn line(row: &Row) -> String {
    let wait = match row.wait {
        None => "never".to_owned(),
        Some(wait) if wait.is_zero() => "at once".to_owned(),
        Some(wait) => format!("{} min", wait.as_mins()),
    };
    let text = format!(
        "  {:<14}  {:>7}  {:<13}  {}",
        span(row.crash_at),
        row.counter,
        wait,
        if row.mail { "warning" } else { "" }
    );
    format!("{}\n", text.trim_end())
}

fn summary(rows: &[Row], policy: &RestartPolicy) -> String {
    let Some(last) = rows.last() else { return String::new() };
    if last.wait.is_none() {
        let waits: i64 = (1..last.counter)
            .filter_map(|counter| wait(policy, counter))
            .map(|wait| wait.as_mins())
            .sum();
        return format!(
            "  given up {} after the first start; {waits} minutes of that are waits\n",
            span(last.crash_at)
        );
    }
    if last.counter == 1 {
        "  … and so on: each start survives the warm-up, so it is restarted at once for ever and never given up\n".to_owned()
    } else {
        "  … and so on\n".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schedule_as_worked_out_by_hand() {
        let rules = Rules::embedded();
        let profile = rules.platform("scalingo").expect("a profile");
        let lives: Vec<SignedDuration> =
            LIVES.iter().map(|life| life.parse().expect("a span")).collect();
        let policy = policy(profile).expect("a policy");
        assert_eq!(schedule(&lives, profile, policy), include_str!("restarts_simulated.txt"));
    }

    #[test]
    fn states_in_words() {
        let rules = Rules::embedded();
        let profile = rules.platform("scalingo").expect("a profile");
        let policy = policy(profile).expect("a policy");
        let log = "* Fri Nov 20 2026 10:00:00 - Deployment - deployment of abc (success)\n\
                   * Fri Nov 20 2026 10:00:10 - Crash - container 'web-1' has crashed\n\
                   * Fri Nov 20 2026 10:00:20 - Crash - container 'web-1' has crashed\n\
                   * Fri Nov 20 2026 10:00:30 - Crash - container 'web-1' has crashed\n";
        let (_, seen) = read(log, &Clock::utc(None));
        let now: Timestamp = "2026-11-20T10:01:00Z".parse().expect("a time");
        let shown = overview(&states(&seen, policy, now), &seen, profile, policy, now);
        for wanted in [
            "web-1   crashed, waits for its restart",
            "counter   3 of 13",
            "sent at crash 2; the next comes at crash 5",
            "restart at 2026-11-20 10:05:30 UTC (in 4 min 30 s)",
            // 10:05:30 and the waits after crashes 4 to 12: 10+15+…+50 = 270 minutes.
            "at 2026-11-20 14:35:30 UTC if every start dies at once",
        ] {
            assert!(shown.contains(wanted), "{wanted}\n{shown}");
        }
    }
}
