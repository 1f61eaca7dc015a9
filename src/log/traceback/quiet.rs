//! Whether whoever logged a traceback went on afterwards: its level, and what was said above it.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use super::introduced::Intro;
use crate::log::line::Level;

/// Where it is said that the program went on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quiet {
    No,
    /// On the exception's or header's own line.
    Itself,
    /// On the introducing line.
    Intro,
}

/// A record below level error with a traceback is a handled exception. Servers write records of
/// their own above a traceback that came from elsewhere, so what they warn of is none.
pub(super) fn said_quietly(level: Option<Level>, intro: Option<&Intro>) -> Quiet {
    const SERVERS: [&str; 4] = ["Worker ", "worker ", "development server", "Invalid HTTP_HOST"];
    if level.is_some_and(|level| level < Level::Error) {
        return Quiet::Itself;
    }
    let Some(intro) = intro else { return Quiet::No };
    // the interpreter's own words for an exception in a destructor or at its end
    if intro.text.contains("Exception ignored in") {
        return Quiet::Intro;
    }
    let warning = intro.level == Some(Level::Warning);
    if the_clients_fault(&intro.text) {
        return Quiet::Intro;
    }
    let told = intro.hint.is_none()
        && (goes_on(&intro.text) || tells_of_failure(intro.level, &intro.text));
    if (warning || told) && !SERVERS.iter().any(|word| intro.text.contains(word)) {
        return Quiet::Intro;
    }
    Quiet::No
}

/// A record below level warning that says itself what failed: whoever wrote it took it lightly.
pub(super) fn tells_of_failure(level: Option<Level>, text: &str) -> bool {
    const WORDS: [&str; 6] = ["unable to", "failed to", "could not", "couldn't", "cannot", "can't"];
    if level.is_none_or(|level| level >= Level::Warning) || text.len() > 300 {
        return false;
    }
    let lower = text.to_ascii_lowercase();
    WORDS.iter().any(|word| lower.contains(word))
}

/// What servers say before they print what was wrong with somebody's request or connection: scanners
/// and probes do that all day, and the server goes on.
pub(super) fn the_clients_fault(text: &str) -> bool {
    const WORDS: [&str; 3] = [
        "Invalid HTTP request received",
        "Socket error processing request",
        "Exception in callback UVTransport._call_connection_made",
    ];
    WORDS.iter().any(|word| text.contains(word))
}

/// Words of a program that tries again, does without, or puts something else in the place of what failed.
pub(super) fn goes_on(text: &str) -> bool {
    // "attempt to write a readonly database" is no new attempt
    const WORDS: [&str; 52] = [
        // an installer compiles all files of a package, those for other versions of Python too
        "byte-compiling ",
        "retry",
        "retries",
        "try again",
        "trying again",
        "tries left",
        "attempting",
        "attempts",
        "attempt failed",
        "attempt #",
        "attempt:",
        "attempt 0",
        "attempt 1",
        "attempt 2",
        "attempt 3",
        "attempt 4",
        "attempt 5",
        "attempt 6",
        "attempt 7",
        "attempt 8",
        "attempt 9",
        "(attempt",
        "another attempt",
        "re-establish",
        "reconnect",
        "fall back",
        "falling back",
        "fallback",
        "default instead",
        "using default",
        "using the default",
        "using cache",
        "using the cache",
        "using stale",
        "from cache",
        "serving cached",
        "serving stale",
        "instead of",
        "skipping",
        "skipped",
        "ignoring",
        "ignored",
        "continuing",
        "will continue",
        "carrying on",
        "proceeding",
        "going on without",
        "without it",
        "non-fatal",
        "not fatal",
        "swallow",
        "(trapped)",
    ];
    static AUTOMATON: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    let automaton = AUTOMATON
        .get_or_init(|| AhoCorasick::builder().ascii_case_insensitive(true).build(WORDS).ok());
    if !automaton.as_ref().is_none_or(|automaton| automaton.is_match(text)) {
        return false;
    }
    let lower = text.to_ascii_lowercase();
    // after the last attempt nobody goes on
    const GIVEN_UP: [&str; 8] = [
        "giving up",
        "gave up",
        "no more retries",
        "retries exceeded",
        "retries exhausted",
        "out of retries",
        "last attempt",
        "all attempts",
    ];
    !GIVEN_UP.iter().any(|word| lower.contains(word)) && !last_attempt(&lower)
}

/// `attempt 3 of 3`, `attempt 3/3`.
fn last_attempt(lower: &str) -> bool {
    let Some((_, rest)) = lower.split_once("attempt ") else { return false };
    let rest = rest.trim_start_matches(['#', '(']);
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let first = digits(rest);
    if first == 0 {
        return false;
    }
    let behind = &rest[first..];
    ["/", " of ", " / "].iter().any(|between| {
        behind.strip_prefix(between).is_some_and(|rest_of| {
            let second = digits(rest_of);
            second > 0 && rest_of[..second] == rest[..first]
        })
    })
}

#[cfg(test)]
mod tests {
    use super::{goes_on, tells_of_failure};
    use crate::log::line::Level;

    #[test]
    fn taken_lightly() {
        assert!(tells_of_failure(Some(Level::Debug), "Unable to fetch the player's data"));
        assert!(!tells_of_failure(Some(Level::Error), "Unable to fetch the player's data"));
        assert!(!tells_of_failure(None, "Unable to fetch the player's data"));
        assert!(!tells_of_failure(Some(Level::Info), "Booting worker with pid: 9"));
    }

    #[test]
    fn going_on() {
        for text in [
            "sending failed, will retry in 5 s (attempt 1 of 3)",
            "connect: attempt 2 failed",
            "could not refresh the rates, using cached ones",
            "Redis is away, falling back to memory",
            "skipping row 17",
            "Attempt 2/5 failed",
        ] {
            assert!(goes_on(text), "{text}");
        }
        for text in [
            "Exception on /checkout [POST]",
            "giving up after 3 attempts",
            "Attempt 3/3 failed",
            "attempt 5 of 5 failed",
            "could not connect",
        ] {
            assert!(!goes_on(text), "{text}");
        }
    }
}
