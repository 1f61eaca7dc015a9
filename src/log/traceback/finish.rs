//! When an entry ends, and what is handed out then.

use jiff::Timestamp;

use super::entry::Start;
use super::quiet::{Quiet, said_quietly};
use super::repeat::Learned;
use super::{Assembled, Open, Pushed, Repeat, event, repeat};
use crate::log::line::Line;
use crate::model::Phase;

/// The line began with a stamp, a process, a container or a level.
pub(super) fn is_prefixed(line: &Line<'_>) -> bool {
    line.stamp.is_some() || line.pid.is_some() || line.container.is_some() || line.level.is_some()
}

/// The line carries a prefix that the entry's lines do not have, or its stamp is too far away.
pub(super) fn is_stranger(open: &Open, line: &Line<'_>, stamp: Option<Timestamp>) -> bool {
    if line.level.is_some() && open.level.is_none() && open.entry.start != Start::Bare {
        return true;
    }
    if let Some(stamp) = stamp {
        if !open.entry.stamped {
            return true;
        }
        if let Some(last) = open.entry.last_stamp {
            let apart = (stamp.as_millisecond() - last.as_millisecond()).abs();
            return apart > 2_500;
        }
    }
    false
}

pub(super) fn close(open: Open, learned: &mut Learned, closed: &mut Pushed) {
    let body = repeat::body(&open);
    let fingerprint = repeat::fingerprint(body, open.intro.as_ref());
    learned.verbatim.read(open.entry.first_line, open.entry.last_line, body);
    let Open { mut entry, container, pid, intro, stamp, level, foreign, loose, caret, .. } = open;
    if foreign || entry.start == Start::Stack || entry.heading {
        return;
    }
    // Werkzeug's page as text: the exception, then a traceback that ends without one
    if let Some((name, message)) = intro.as_ref().and_then(|intro| intro.exception.as_ref()) {
        entry.end_with(name, message);
    }
    if let Some(intro) = &intro {
        entry.end_with_introduced(&intro.text);
    }
    entry.end_with_raised();
    if let Some(key) = learned.key(fingerprint) {
        closed.repeats.push(Repeat {
            key: key.clone(),
            first_line: entry.first_line,
            last_line: entry.last_line,
            stamp,
            intro: intro.map(|intro| intro.text),
        });
        return;
    }
    let said = intro.as_ref().map(|intro| (intro.text.as_str(), intro.hint.as_ref()));
    let quiet = said_quietly(level, intro.as_ref());
    let route = intro.as_ref().and_then(|intro| intro.hint.as_ref()?.route.clone());
    let events = event::build(&entry, said);
    let fingerprint = (events.len() == 1).then_some(fingerprint);
    for mut built in events {
        if built.event.syntax_at.is_some() {
            built.event.syntax_source.clone_from(&caret.pointed);
        }
        closed.done.push(Assembled {
            event: built.event,
            first_line: entry.first_line,
            last_line: entry.last_line,
            stamp,
            pid: pid.or(intro.as_ref().and_then(|intro| intro.pid)),
            container: container.clone(),
            phase: built.phase,
            route: route.clone().or_else(|| entry.route.clone()),
            banner: entry.banner,
            handled: quiet == Quiet::Itself
                || quiet == Quiet::Intro && !matches!(built.phase, Phase::Import | Phase::Worker),
            loose,
            excerpt: built.excerpt,
            fingerprint,
        });
    }
}
