//! The operating system's errors in English. Python takes the words from the system, which may speak
//! the language of its owner; the number before them means the same everywhere (on Linux).

use crate::model::ExceptionEvent;

/// Numbers that rules know, and the words that they know them by.
const WORDS: &[(&str, &str)] = &[
    ("1", "Operation not permitted"),
    ("2", "No such file or directory"),
    ("11", "Resource temporarily unavailable"),
    ("12", "Cannot allocate memory"),
    ("13", "Permission denied"),
    ("20", "Not a directory"),
    ("21", "Is a directory"),
    ("24", "Too many open files"),
    ("28", "No space left on device"),
    ("30", "Read-only file system"),
    ("98", "Address already in use"),
    ("99", "Cannot assign requested address"),
    ("101", "Network is unreachable"),
    ("104", "Connection reset by peer"),
    ("110", "Connection timed out"),
    ("111", "Connection refused"),
    ("113", "No route to host"),
    ("122", "Disk quota exceeded"),
];

/// Words of sentences that libraries write in the system's place, in English already.
const ENGLISH: &[&str] =
    &["error", "call", "failed", "while", "multiple", "could", "unable", "the"];

/// `[Errno 98] Die Adresse wird bereits verwendet` → `[Errno 98] Address already in use`.
pub(super) fn english(event: &mut ExceptionEvent) {
    let Some((number, rest)) =
        event.message.strip_prefix("[Errno ").and_then(|rest| rest.split_once("] "))
    else {
        return;
    };
    let Some((_, words)) = WORDS.iter().find(|(known, _)| *known == number) else { return };
    let end = [": '", ": \"", ": b'", ": ("]
        .iter()
        .filter_map(|mark| rest.find(mark))
        .min()
        .unwrap_or(rest.len());
    let (said, behind) = rest.split_at(end);
    let known = |word: &str| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric()).to_ascii_lowercase();
        ENGLISH.contains(&word.as_str())
            || word.len() > 1 && words.to_ascii_lowercase().split(' ').any(|own| own == word)
    };
    if said.trim().is_empty() || said.split_whitespace().any(known) {
        return;
    }
    event.message = format!("[Errno {number}] {words}{behind}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(message: &str) -> String {
        let mut event = ExceptionEvent { message: message.to_owned(), ..ExceptionEvent::default() };
        english(&mut event);
        event.message
    }

    #[test]
    fn other_languages_are_put_into_english() {
        for (said, english) in [
            ("[Errno 98] Die Adresse wird bereits verwendet", "[Errno 98] Address already in use"),
            (
                "[Errno 2] Aucun fichier ou dossier de ce type: 'prix.csv'",
                "[Errno 2] No such file or directory: 'prix.csv'",
            ),
            (
                "[Errno 13] Permiso denegado: '/srv/tienda.log'",
                "[Errno 13] Permission denied: '/srv/tienda.log'",
            ),
            ("[Errno 111] В соединении отказано", "[Errno 111] Connection refused"),
        ] {
            assert_eq!(put(said), english);
        }
    }

    #[test]
    fn what_is_english_stays() {
        for said in [
            "[Errno 98] Address already in use",
            "[Errno 98] error while attempting to bind on address ('0.0.0.0', 80)",
            "[Errno 111] Connect call failed ('127.0.0.1', 6379)",
            "[Errno 5] Input/output error",
            "[Errno 2]",
            "(2, 'x')",
        ] {
            assert_eq!(put(said), said);
        }
    }
}
