//! Stale source and pending reload: the source line quoted in a traceback against the file today.
//!
//! Gone, and restarted since: the error is old. Gone, and not restarted: the code was edited but
//! the app not reloaded. File times count only where they are the server's own.

use std::path::Path;

use jiff::Timestamp;

use super::paths::{Files, times_are_kept};
use crate::checks::Context;
use crate::model::{
    Captures, Fact, Facts, FrameOwner, MarkKind, Phase, Place, Source, SymptomKind,
};

/// Seconds by which a file may seem newer than a start without being so.
const SLACK: i64 = 2;
/// What an error keeps whose line has been edited, but not reloaded.
const SUPERSEDED: f64 = 0.2;

/// Compares every exception's own frames with the files at hand.
pub(super) fn mark(context: &Context, files: &Files, facts: &mut Facts) {
    let last_start = facts
        .marks
        .iter()
        .filter(|mark| matches!(mark.kind, MarkKind::Start | MarkKind::Reload | MarkKind::Deploy))
        .filter(|mark| mark.epoch == 0)
        .filter_map(|mark| mark.time)
        .min();
    let times = times_are_kept(&context.site, facts);
    let works = facts.symptoms.iter().any(|symptom| symptom.kind == SymptomKind::Ok);
    let loaded = facts.loaded_at.map_or(0, |(order, _)| order);
    let mut pending: Vec<Fact> = Vec::new();
    for fact in &mut facts.facts {
        if fact.epoch > 1 || fact.resolved.is_some() {
            continue;
        }
        if over(fact, works, loaded) {
            continue;
        }
        let Some(gone) = changed_line(fact, files) else { continue };
        let restarted_since = match (last_start, fact.last_time.or(fact.time)) {
            (Some(start), Some(error)) => start > error,
            _ => fact.epoch > 0,
        };
        if restarted_since {
            fact.resolved = Some(format!("{} line {} was changed since", gone.shown, gone.line));
            continue;
        }
        // A change that the server's own file times place before the start was loaded with it.
        if times
            && let (Some(changed), Some(start)) = (gone.changed, last_start)
            && changed.as_second() + SLACK < start.as_second()
        {
            continue;
        }
        let mut captures = Captures::new();
        captures.insert("path".to_owned(), gone.shown.clone());
        captures.insert("line".to_owned(), gone.line.to_string());
        let mut found = Fact::new(
            Source::Config,
            format!("the error quotes: {}\nthe file says:    {}", gone.quoted, gone.today),
        );
        found.matches = context.rules.match_event("reload-pending", &gone.shown, &captures);
        found.place = Some(Place::line(gone.shown.clone(), gone.line));
        found.time = gone.changed;
        found.phase = fact.phase;
        found.order = fact.order;
        found.note = Some("edited after the app was started".to_owned());
        if found.matches.is_empty() {
            continue;
        }
        // What the running app still does is explained by the code it still runs.
        fact.certainty *= SUPERSEDED;
        if !pending.iter().any(|known| known.place == found.place) {
            pending.push(found);
        }
    }
    if pending.is_empty() && times && !works {
        pending.extend(edited_after_start(context, last_start, facts));
    }
    facts.facts.extend(pending);
}

/// A failed start that a later one made good needs no reload.
fn over(fact: &Fact, works: bool, loaded: u64) -> bool {
    fact.phase == Phase::Import && (works || loaded > fact.order)
}

/// A quoted line that is not in the file any more.
struct Gone {
    shown: String,
    line: u32,
    quoted: String,
    today: String,
    changed: Option<Timestamp>,
}

/// The innermost own frame decides: where its line still stands, nothing is stale.
fn changed_line(fact: &Fact, files: &Files) -> Option<Gone> {
    let exception = fact.exception.as_ref()?;
    for frame in exception.frames.iter().rev().filter(|frame| frame.owner == FrameOwner::Own) {
        let Some(quoted) = frame.source.as_deref().map(str::trim).filter(|text| text.len() > 3)
        else {
            continue;
        };
        let Some(path) = files.find(&frame.file) else { continue };
        let today = files.line(&path, frame.line)?;
        if today.as_deref() == Some(quoted) || files.has_line(&path, quoted)? {
            return None;
        }
        return Some(Gone {
            shown: frame.file.clone(),
            line: frame.line,
            quoted: quoted.to_owned(),
            today: today.unwrap_or_else(|| "(the file is shorter now)".to_owned()),
            changed: Files::changed(&path).and_then(|time| Timestamp::try_from(time).ok()),
        });
    }
    None
}

/// Without a traceback: the WSGI file or a file named in an error was saved after the last start.
fn edited_after_start(
    context: &Context,
    last_start: Option<Timestamp>,
    facts: &Facts,
) -> Option<Fact> {
    let start = last_start?;
    let wsgi = context.site.wsgi.as_ref()?;
    let changed = Files::changed(wsgi).and_then(|time| Timestamp::try_from(time).ok())?;
    let failing = facts.facts.iter().any(|fact| {
        fact.source == Source::Log
            && fact.epoch == 0
            && matches!(fact.phase, Phase::Import | Phase::Request)
    });
    if changed.as_second() <= start.as_second() + 60 || !failing {
        return None;
    }
    let shown = crate::site::on_server(context.site.root.as_deref(), Path::new(wsgi));
    let mut captures = Captures::new();
    captures.insert("path".to_owned(), shown.clone());
    let mut fact = Fact::new(
        Source::Config,
        format!(
            "saved {}, the app was started {}",
            changed.strftime("%Y-%m-%d %H:%M:%S"),
            start.strftime("%Y-%m-%d %H:%M:%S")
        ),
    );
    fact.matches = context.rules.match_event("edited-after-start", &shown, &captures);
    fact.place = Some(Place::file(shown));
    fact.time = Some(changed);
    (!fact.matches.is_empty()).then_some(fact)
}
