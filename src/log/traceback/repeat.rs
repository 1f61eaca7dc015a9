//! Tracebacks that are printed again and again: recognised before they are built into events.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::Open;
use super::introduced::Intro;
use super::verbatim::Verbatim;
use crate::log::line::Stamp;

/// Most fingerprints kept; all are forgotten beyond that.
const MOST: usize = 10_000;

/// A traceback whose like was seen before.
#[derive(Debug, Clone)]
pub struct Repeat {
    /// What the reader called the one before.
    pub key: String,
    pub first_line: u64,
    pub last_line: u64,
    pub stamp: Option<Stamp>,
    /// The line that introduced it.
    pub intro: Option<String>,
}

/// The reader's names of events by their fingerprints.
#[derive(Debug, Clone, Default)]
pub(super) struct Learned {
    keys: HashMap<u64, String>,
    pub(super) verbatim: Verbatim,
}

impl Learned {
    pub(super) fn learn(&mut self, fingerprint: u64, key: &str) {
        if self.keys.len() >= MOST {
            self.keys.clear();
        }
        self.keys.insert(fingerprint, key.to_owned());
    }

    pub(super) fn forget(&mut self) {
        self.keys.clear();
    }

    pub(super) fn key(&self, fingerprint: u64) -> Option<&String> {
        self.keys.get(&fingerprint)
    }
}

/// A hash of everything that an event is built of, besides its place and time: its body, and what the
/// line above said.
pub(super) fn fingerprint(body: u64, intro: Option<&Intro>) -> u64 {
    let mut hash = DefaultHasher::new();
    body.hash(&mut hash);
    if let Some(intro) = intro {
        intro.exception.hash(&mut hash);
        if let Some(hint) = &intro.hint {
            (hint.phase, &hint.route).hash(&mut hash);
        }
    }
    hash.finish()
}

/// A hash of what an event's own lines say.
pub(super) fn body(open: &Open) -> u64 {
    let mut hash = DefaultHasher::new();
    let entry = &open.entry;
    entry.start.hash(&mut hash);
    entry.banner.hash(&mut hash);
    entry.route.hash(&mut hash);
    open.container.hash(&mut hash);
    open.caret.pointed.hash(&mut hash);
    if let Some(place) = &entry.place {
        (&place.file, place.line, &place.function).hash(&mut hash);
    }
    for part in &entry.parts {
        (&part.exception, part.link, part.member).hash(&mut hash);
        for frame in part.frames() {
            (&frame.file, frame.line, &frame.function, &frame.source).hash(&mut hash);
        }
    }
    hash.finish()
}
