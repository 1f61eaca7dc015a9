//! The line that introduces a traceback: which printer it is, the phase it proves, the route it names.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use crate::model::Phase;

/// What an introducing line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct IntroHint {
    pub phase: Phase,
    pub route: Option<String>,
}

/// Lines that say when the exception was raised.
const PHRASES: &[(&str, Phase)] = &[
    ("Exception in worker process", Phase::Import),
    ("cannot be loaded as Python module", Phase::Import),
    ("Failed to exec Python script file", Phase::Import),
    ("Exception in thread django-main-thread", Phase::Import),
    ("Error loading ASGI app", Phase::Import),
    ("Error while importing WSGI application", Phase::Import),
    ("Application startup failed", Phase::Import),
    ("Exception in 'lifespan' protocol", Phase::Import),
    ("Exception in ASGI application", Phase::Request),
    ("Exception occurred processing WSGI script", Phase::Unknown),
    ("Error on request:", Phase::Request),
    ("Error handling request", Phase::Request),
    ("Exception while serving ", Phase::Request),
    ("Internal Server Error: ", Phase::Request),
    ("Exception on ", Phase::Request),
    ("Exception happened during processing of request from", Phase::Request),
    ("Unhandled exception on ", Phase::Request),
    ("Unhandled exception in request", Phase::Request),
    ("Unhandled Exception in Application", Phase::Request),
    ("Error processing request", Phase::Request),
    ("Exception inside application", Phase::Request),
    ("Uncaught exception GET ", Phase::Request),
    ("Uncaught exception POST ", Phase::Request),
    ("Invalid HTTP_HOST header", Phase::Request),
    ("Unhandled exception in main loop", Phase::Worker),
    ("raised unexpected: ", Phase::Command),
    ("Unrecoverable error: ", Phase::Command),
    ("Error processing line ", Phase::Unknown),
    ("Exception in thread ", Phase::Unknown),
    ("Exception in callback", Phase::Unknown),
    ("Task exception was never retrieved", Phase::Unknown),
    ("Exception ignored in", Phase::Unknown),
    ("Future exception was never retrieved", Phase::Unknown),
    ("--- Logging error ---", Phase::Unknown),
    ("Unhandled exception", Phase::Unknown),
];

/// Recognises an introducing line.
pub(super) fn hint(text: &str) -> Option<IntroHint> {
    let (index, at) = first_phrase(text)?;
    let (phrase, phase) = PHRASES[index];
    let route = match phase {
        Phase::Request => route_in(&text[at + phrase.len()..]),
        _ => None,
    };
    Some(IntroHint { phase, route })
}

/// The first phrase of the list that stands in the text, and where: one search for all.
fn first_phrase(text: &str) -> Option<(usize, usize)> {
    static AUTOMATON: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    AUTOMATON
        .get_or_init(|| AhoCorasick::new(PHRASES.iter().map(|(phrase, _)| phrase)).ok())
        .as_ref()?
        .find_overlapping_iter(text)
        .map(|found| (found.pattern().as_usize(), found.start()))
        .min()
}

/// The first word that is a URL path, without its query.
pub(super) fn route_in(text: &str) -> Option<String> {
    text.split_whitespace()
        .take(4)
        .map(|word| word.trim_matches(['\'', '"', '(', ')', ',', '`']))
        .find(|word| word.starts_with('/'))
        .map(route)
}

/// A path without query and fragment, bounded to 300 characters.
pub(super) fn route(path: &str) -> String {
    let end = path.find(['?', '#']).unwrap_or(path.len());
    path[..end].chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes() {
        let route = |text: &str| hint(text).and_then(|hint| hint.route);
        assert_eq!(route("Internal Server Error: /checkout").as_deref(), Some("/checkout"));
        assert_eq!(route("Exception on /checkout [POST]").as_deref(), Some("/checkout"));
        assert_eq!(route("ERROR in app: Exception on / [GET]").as_deref(), Some("/"));
        assert_eq!(route("Error handling request /slow?x=1").as_deref(), Some("/slow"));
        assert_eq!(route("Error handling request (no URI read)"), None);
        assert_eq!(route("Exception while serving /x").as_deref(), Some("/x"));
    }

    #[test]
    fn phases() {
        let phase = |text: &str| hint(text).map(|hint| hint.phase);
        assert_eq!(phase("Exception in worker process"), Some(Phase::Import));
        assert_eq!(
            phase(
                "mod_wsgi (pid=9): Target WSGI script '/x.wsgi' cannot be loaded as Python module."
            ),
            Some(Phase::Import)
        );
        assert_eq!(phase("Exception in ASGI application"), Some(Phase::Request));
        assert_eq!(phase("all is well"), None);
    }
}
