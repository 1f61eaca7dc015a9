//! The command that belongs to a deployment (Scalingo's `postdeploy`, Heroku's `release`): which one
//! it was, how long it ran and how it ended.

use jiff::SignedDuration;

use super::{Record, last_deployment, place};
use crate::model::{Captures, Fact, Facts, Source};
use crate::restarts::read::What;
use crate::rules::Rules;

/// Characters of a command that are shown.
const COMMAND: usize = 120;

/// Adds what the logs tell of the hook of a deployment that failed, or that was cut at the limit.
pub(super) fn hook(
    told: &[Record],
    logged: &[Record],
    limit_min: Option<u32>,
    rules: &Rules,
    facts: &mut Facts,
) {
    let Some(ran) = newest(logged) else { return };
    let limit = limit_min.map(|minutes| SignedDuration::from_mins(i64::from(minutes)));
    let too_long = ran.lived.zip(limit).is_some_and(|(lived, limit)| lived >= limit);
    if !too_long && !failed(told, logged) {
        return;
    }
    let mut text = ran.container.to_owned();
    text.push_str(
        &ran.lived.map_or_else(|| " ran".to_owned(), |lived| format!(" ran {}", span(lived))),
    );
    if let Some(status) = &ran.status {
        text.push_str(&format!(", ended with status {status}"));
    }
    if let Some(command) = &ran.command {
        text.push_str(&format!(": '{command}'"));
    }
    let event = if too_long { "hook-too-long" } else { "hook-ran" };
    let mut fact = Fact::new(Source::Event, text);
    let mut captures = Captures::new();
    if let Some(limit) = limit_min {
        captures.insert("limit".to_owned(), limit.to_string());
    }
    fact.matches = rules.match_event(event, &fact.excerpt, &captures);
    fact.place = Some(place(ran.start));
    fact.time = Some(ran.start.seen.at);
    fact.container = Some(ran.container.to_owned());
    if !fact.matches.is_empty() {
        facts.facts.push(fact);
    }
}

/// The newest word on a deployment is that its hook failed.
fn failed(told: &[Record], logged: &[Record]) -> bool {
    last_deployment(told).or_else(|| last_deployment(logged)) == Some("hook-error")
}

/// What the logs tell of one run.
struct Ran<'r> {
    container: &'r str,
    start: &'r Record,
    command: Option<String>,
    lived: Option<SignedDuration>,
    status: Option<String>,
}

fn newest(logged: &[Record]) -> Option<Ran<'_>> {
    let is_hook = |name: &str| name.starts_with("postdeploy") || name.starts_with("release.");
    let start = logged.iter().rev().find(|record| {
        matches!(record.seen.what, What::Start(_))
            && record.seen.container.as_deref().is_some_and(is_hook)
    })?;
    let container = start.seen.container.as_deref()?;
    let later = || {
        logged.iter().filter(|record| {
            record.seen.at >= start.seen.at && record.seen.container.as_deref() == Some(container)
        })
    };
    let ended =
        later().find(|record| !matches!(record.seen.what, What::Start(_) | What::Output(_)));
    let status =
        later().find_map(|record| record.seen.text.strip_prefix("Process exited with status "));
    Some(Ran {
        container,
        start,
        command: command(&start.seen.text),
        lived: ended.map(|record| record.seen.at.duration_since(start.seen.at)),
        status: status.map(|status| status.trim().chars().take(8).collect()),
    })
}

/// What stands behind `with the command '…'` or ``with command `…` ``.
fn command(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("command ")?;
    let quote = rest.chars().next().filter(|c| matches!(c, '\'' | '`'))?;
    let inside = rest[1..].trim_end().strip_suffix(quote).unwrap_or(&rest[1..]);
    Some(inside.chars().take(COMMAND).collect())
}

/// `20 min 1 s`.
fn span(lived: SignedDuration) -> String {
    let seconds = lived.as_secs().max(0);
    match (seconds / 60, seconds % 60) {
        (0, seconds) => format!("{seconds} s"),
        (minutes, 0) => format!("{minutes} min"),
        (minutes, seconds) => format!("{minutes} min {seconds} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_in_both_quotes() {
        let scalingo =
            "container [postdeploy-7] (5a90) started with the command 'python m.py --x='a''";
        assert_eq!(command(scalingo).as_deref(), Some("python m.py --x='a'"));
        let heroku = "Starting process with command `python manage.py migrate`";
        assert_eq!(command(heroku).as_deref(), Some("python manage.py migrate"));
        assert_eq!(command("container [postdeploy-7] (5a90) started"), None);
    }
}
