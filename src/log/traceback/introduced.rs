//! Lines that may introduce a traceback, kept until it begins: one of each container and process.

use super::entry::Start;
use super::intro::{self, IntroHint};
use super::part::bounded;
use super::{Assembler, MAX_OPEN, Open, quiet};
use crate::log::line::{Level, Line, Stamp};
use crate::model::Phase;

/// The line that may introduce the next traceback of its stream.
#[derive(Debug, Clone)]
pub(super) struct Intro {
    pub(super) container: Option<String>,
    pub(super) pid: Option<u32>,
    pub(super) line_no: u64,
    pub(super) text: String,
    pub(super) hint: Option<IntroHint>,
    pub(super) level: Option<Level>,
    pub(super) stamp: Option<Stamp>,
    /// The line was an exception's own.
    pub(super) exception: Option<(String, String)>,
}

impl Assembler {
    pub(super) fn keep_bare_as_intro(&mut self, open: Open) {
        let text = open.entry.parts.first().and_then(|part| part.exception.clone());
        let Some((name, message)) = text else { return };
        self.remember(Intro {
            container: open.container,
            pid: open.pid,
            line_no: open.entry.last_line,
            text: format!("{name}: {message}"),
            hint: None,
            level: open.level,
            stamp: open.stamp,
            exception: Some((name, message)),
        });
    }

    /// Remembers a line that may introduce a traceback.
    pub(super) fn note(&mut self, text: &str, line: &Line<'_>) {
        let hint = intro::hint(text);
        // servers go on logging at level info while somebody else's traceback is printed
        if hint.is_none()
            && line.level.is_none_or(|level| level < Level::Warning)
            && !quiet::goes_on(text)
            && !quiet::tells_of_failure(line.level, text)
            && !quiet::the_clients_fault(text)
        {
            return;
        }
        self.remember(Intro {
            container: line.container.map(|name| bounded(name, 100)),
            pid: line.pid,
            line_no: line.no,
            text: bounded(text, 500),
            hint,
            level: line.level,
            stamp: line.stamp,
            exception: None,
        });
    }

    pub(super) fn remember(&mut self, intro: Intro) {
        // mod_wsgi says first that the script cannot be loaded, then that an exception occurred
        let earlier =
            self.intros.iter().find(|old| old.container == intro.container && old.pid == intro.pid);
        let keeps = earlier.is_some_and(|old| {
            old.line_no.abs_diff(intro.line_no) <= 2
                && old.hint.as_ref().is_some_and(|hint| hint.phase != Phase::Unknown)
                && intro.hint.as_ref().is_none_or(|hint| hint.phase == Phase::Unknown)
        });
        if keeps {
            return;
        }
        self.intros.retain(|old| old.container != intro.container || old.pid != intro.pid);
        if self.intros.len() == MAX_OPEN {
            self.intros.remove(0);
        }
        self.intros.push(intro);
    }

    /// The introducing line of a traceback that begins at `line`, if one stands close above.
    pub(super) fn take_intro(&mut self, line: &Line<'_>, start: Start) -> Option<Intro> {
        let at = self.intro_of(line)?;
        if matches!(start, Start::Bare | Start::Wrapper) {
            return None;
        }
        Some(self.intros.remove(at))
    }

    pub(super) fn intro_of(&self, line: &Line<'_>) -> Option<usize> {
        self.intros.iter().rposition(|intro| {
            let distance = line.no.abs_diff(intro.line_no);
            // the second half of a broken line has lost its container
            let broken = intro.container.is_none() && intro.hint.is_some() && distance <= 2;
            let same = intro.container.as_deref() == line.container || broken;
            let same = same && (intro.pid == line.pid || line.pid.is_none());
            same && (distance <= 1 || intro.hint.is_some() && distance <= 4)
        })
    }
}
