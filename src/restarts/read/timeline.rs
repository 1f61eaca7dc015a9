//! The text of `scalingo timeline` (wordings: FACTS.md, from the platform's public client).

use super::{Seen, What, formation, restarted, scaled};
use crate::log::stamp::{self, Clock};

/// A line of the form `* Mon Jan 02 2006 15:04:05 - Kind - text`.
pub(super) fn one(line: &str, no: u32, clock: &Clock) -> Option<Seen> {
    let clean = crate::log::prefix::without_ansi(line);
    let rest = clean.trim().strip_prefix('*').unwrap_or(clean.trim()).trim_start();
    // The weekday says nothing that the date does not.
    let (weekday, date) = rest.split_once(' ')?;
    if weekday.trim_end_matches(',').len() != 3 {
        return None;
    }
    let read = stamp::syslog(date.as_bytes(), clock)?;
    let rest = date.get(read.len..)?.trim_start().strip_prefix("- ")?;
    let (kind, told) = rest.split_once(" - ").unwrap_or((rest, ""));
    let container = quoted(told);
    let what = match kind.trim().to_ascii_lowercase().as_str() {
        "crash" => What::Crash(String::new()),
        "repeated crash" => What::CrashEcho(String::new()),
        "deployment" => What::Deployment(parenthesised(told).unwrap_or_default()),
        "restart" => restarted(list(told), told.rsplit_once('<').map_or("", |(_, by)| by)),
        "stop app" => What::StopApp(
            told.split_once("reason: ")
                .map(|(_, reason)| reason.split(')').next().unwrap_or_default().to_owned())
                .unwrap_or_default(),
        ),
        "scale" => {
            let (_, change) = told.split_once("from ")?;
            let (before, after) = change.split_once(" to ")?;
            // The user's name stands behind.
            let after = after.split('<').next().unwrap_or_default();
            scaled(&formation(before), &formation(after))
        }
        _ => return None,
    };
    Some(Seen::new(read.stamp.at, container, what, no, rest))
}

/// `web-1` of `container 'web-1' has crashed`.
fn quoted(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once('\'')?;
    let (name, _) = rest.split_once('\'')?;
    (!name.is_empty() && name.len() <= 64).then_some(name)
}

/// The status of `deployment of abc123 (success)`.
fn parenthesised(text: &str) -> Option<String> {
    let before_user = text.split(" <").next()?;
    let (_, rest) = before_user.rsplit_once('(')?;
    let (word, _) = rest.split_once(')')?;
    Some(word.trim().to_ascii_lowercase())
}

/// The types of `containers [web worker] began to restart`; a single container keeps its type.
fn list(text: &str) -> Vec<String> {
    let Some((_, rest)) = text.split_once('[') else { return Vec::new() };
    let Some((inside, _)) = rest.split_once(']') else { return Vec::new() };
    inside
        .split([',', ' '])
        .map(|word| word.trim_matches('\'').to_owned())
        .filter(|word| !word.is_empty())
        .collect()
}
