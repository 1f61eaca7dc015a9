//! Who speaks around an exception in the middle of a line: a program's label, somebody in trouble, or
//! somebody who explains.

/// Bytes of a label before an exception: `Failed to set up the database: `.
pub(super) const LABEL: usize = 120;
/// Bytes that may stand between a phrase and the exception.
const NEAR: usize = 24;

/// A short label of a program that says that something failed: `Error: `, `Could not connect - `.
pub(super) fn is_label(before: &str) -> bool {
    #[rustfmt::skip]
    const WORDS: [&str; 12] = [
        "error", "fail", "exception", "fatal", "cannot", "could not", "couldn't", "unable", "crash", "critical",
        "unhandled", "uncaught",
    ];
    let before = before.trim_end_matches(['`', '"', '\'', '“', '(']);
    let label = before.trim_end();
    // urllib3 names the root inside
    if label.ends_with("Caused by") {
        return true;
    }
    let ends = label.ends_with([':', '-', '|', '>', ']', '=']);
    let lower = label.to_ascii_lowercase();
    ends && label.len() <= LABEL && WORDS.iter().any(|word| lower.contains(word))
}

/// The end of a sentence in which somebody says which error they get.
pub(super) fn tells(before: &str) -> bool {
    #[rustfmt::skip]
    const PHRASES: [&str; 47] = [
        "error was", "logs was", "log was", "logs show", "log shows", "logs say", "log says",
        "getting error", "getting an error", "getting the error", "getting this error", "get error", "get an error",
        "get the error", "get this error", "got error", "got an error", "got the error", "got this error",
        "following error", "error message", "error says", "error is", "this error", "with error", "with the error",
        "with an error", "fails with", "failed with", "failing with", "crashes with", "crashed with", "throws",
        "throwing", "gives me", "i get", "i got", "getting", "i see", "we get", "receiving", "error occurred",
        "exception occurred", "shows", "it says", "this message is", "this message",
    ];
    let before = before.trim_end_matches(['`', '"', '\'', '“', '*', '(', ':', ' ']);
    let sentence = sentence(before);
    let lower = sentence.to_lowercase();
    if ["error occurred", "exception occurred"].iter().any(|phrase| lower.contains(phrase)) {
        return true;
    }
    let near =
        PHRASES.iter().filter_map(|phrase| lower.rfind(phrase).map(|at| at + phrase.len())).max();
    near.is_some_and(|end| lower.len() - end <= NEAR)
}

/// Words of somebody who explains, promises or reports a repair.
pub(super) fn teaches(before: &str, tells: bool) -> bool {
    #[rustfmt::skip]
    const WORDS: [&str; 22] = [
        "when", "whenever", "if", "fix", "fixes", "fixed", "handle", "handles", "handled", "avoid", "avoids",
        "prevent", "prevents", "resolve", "resolves", "resolved", "catch", "catches", "you", "used", "instead", "example",
    ];
    let mut lower = sentence(before).to_lowercase();
    // "if I run it I get this error" is a report as well
    if tells {
        lower = lower.replace("if i ", "i ").replace("if we ", "we ");
    }
    let mut words =
        lower.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|w| !w.is_empty());
    // "when I run it I get the following error" is a report
    let wanted = if tells { &WORDS[2..] } else { &WORDS[..] };
    words.any(|word| wanted.contains(&word)) || lower.contains("no longer")
}

/// The last sentence, as far as it goes.
fn sentence(before: &str) -> &str {
    before.rsplit(". ").next().unwrap_or(before)
}
