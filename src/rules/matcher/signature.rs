//! One signature: its patterns, how specific it is, and whether a line or an exception is its own.

use super::pattern::Lazy;
use crate::model::{Captures, ExceptionEvent, FrameOwner, LogKind, Phase, SigMatch};
use crate::rules::schema::{Cause, Kind, SignatureText, Strength};

/// A signature ready to match.
#[derive(Debug)]
pub struct Signature {
    /// `SLUG/ID`.
    pub id: String,
    pub slug: String,
    /// Its cause is a fallback.
    pub fallback: bool,
    pub text: SignatureText,
    /// More specific signatures own an event before less specific ones.
    pub specificity: i32,
    pub(super) regex: Lazy,
    pub(super) message: Lazy,
    pub(super) frame: Lazy,
    pub(super) bottom: Lazy,
    pub(super) no_frame: Lazy,
    pub(super) intro: Lazy,
    pub(super) event_text: Lazy,
}

/// A line signature that matched.
#[derive(Debug, Clone)]
pub struct LineMatch {
    pub sig: SigMatch,
    /// The phase that the signature states.
    pub phase: Phase,
    pub specificity: i32,
}

pub(super) fn compile_signature(cause: &Cause, text: &SignatureText) -> Signature {
    let lens =
        |s: &Option<String>| s.as_ref().map_or(0, |s| i32::try_from(s.len().min(40)).unwrap_or(40));
    let mut specificity = text.priority;
    specificity += match text.strength {
        Strength::None => -12,
        Strength::Weak => 0,
        Strength::Moderate => 4,
        Strength::Strong => 8,
        Strength::Definitive => 12,
    };
    specificity += lens(&text.literal) / 8;
    specificity += lens(&text.regex) / 10;
    if text.kind == Kind::Exception {
        specificity += if text.types.iter().any(|name| name.starts_with('*')) { 0 } else { 8 };
        specificity += if text.message.is_some() { 8 } else { 0 };
        specificity += if text.frame.is_some() || text.bottom.is_some() { 5 } else { 0 };
        specificity += if text.module_owner.is_empty() { 0 } else { 4 };
        specificity += if text.intro.is_some() { 3 } else { 0 };
    }
    if cause.fallback {
        specificity -= 1000;
    }
    Signature {
        id: format!("{}/{}", cause.slug, text.id),
        slug: cause.slug.clone(),
        fallback: cause.fallback,
        specificity,
        regex: Lazy::new(text.regex.as_ref()),
        message: Lazy::new(text.message.as_ref()),
        frame: Lazy::new(text.frame.as_ref()),
        bottom: Lazy::new(text.bottom.as_ref()),
        no_frame: Lazy::new(text.no_frame.as_ref()),
        intro: Lazy::new(text.intro.as_ref()),
        event_text: Lazy::new(text.text.as_ref()),
        text: text.clone(),
    }
}

impl Signature {
    pub(super) fn take(&self, found: Option<&regex::Captures<'_>>, into: &mut Captures) {
        let Some(found) = found else { return };
        for (name, kind) in &self.text.captures {
            // A name may stand in several branches of a pattern: `name`, `name2`, … `name9`.
            let group = found
                .name(name)
                .or_else(|| (2..10).find_map(|n| found.name(&format!("{name}{n}"))));
            if let Some(value) = group.and_then(|m| kind.check(m.as_str())) {
                into.insert(name.clone(), value);
            }
        }
    }

    pub(super) fn constants(&self) -> Captures {
        self.text.set.clone()
    }

    pub(super) fn line(&self, text: &str, kind: LogKind) -> Option<LineMatch> {
        if !self.text.places.is_empty()
            && kind != LogKind::Any
            && !self.text.places.iter().any(|place| place_is(place, kind))
        {
            return None;
        }
        let found = self.regex.captures(text)?;
        let mut captures = self.constants();
        self.take(found.as_ref(), &mut captures);
        Some(LineMatch {
            sig: SigMatch { signature: self.id.clone(), captures },
            phase: self.text.phase.first().map_or(Phase::Unknown, |&word| word.into()),
            specificity: self.specificity,
        })
    }

    pub(super) fn exception(&self, event: &ExceptionEvent, phase: Phase) -> Option<SigMatch> {
        if !self.text.types.iter().any(|name| type_is(name, event)) {
            return None;
        }
        // A fallback says when it happened, so it must be known; a specific cause says what.
        if !self.text.phase.is_empty()
            && (phase != Phase::Unknown || self.fallback)
            && !self.text.phase.iter().any(|&word| Phase::from(word) == phase)
        {
            return None;
        }
        if !self.text.module_owner.is_empty()
            && !self.text.module_owner.iter().any(|&word| event.module_owner == word.into())
        {
            return None;
        }
        if self.text.no_own_frame && event.frames.iter().any(|f| f.owner == FrameOwner::Own) {
            return None;
        }
        if !self.text.last_frame.is_empty() {
            let owner = match event.frames.last().map(|frame| frame.owner) {
                None => "none",
                Some(FrameOwner::Own) => "own",
                Some(FrameOwner::Library) => "library",
                Some(FrameOwner::Stdlib) => "stdlib",
                Some(FrameOwner::Server) => "server",
            };
            if !self.text.last_frame.iter().any(|wanted| wanted == owner) {
                return None;
            }
        }
        if self.intro.text().is_some()
            && !event.intro.as_deref().is_some_and(|i| self.intro.matches(i))
        {
            return None;
        }
        let mut captures = self.constants();
        let message = self.message.captures(&event.message)?;
        self.take(message.as_ref(), &mut captures);
        if self.frame.text().is_some()
            || self.bottom.text().is_some()
            || self.no_frame.text().is_some()
        {
            let mut frames: Vec<String> = event
                .frames
                .iter()
                .map(|f| {
                    format!("{}:{}:{}", f.file, f.function, f.source.as_deref().unwrap_or_default())
                })
                .collect();
            // The file that does not compile is where the chain of imports ends.
            frames.extend(event.syntax_at.iter().map(|(file, _)| {
                format!("{file}::{}", event.syntax_source.as_deref().unwrap_or_default())
            }));
            if self.frame.text().is_some() {
                let hit = frames.iter().rev().find_map(|frame| self.frame.captures(frame))?;
                self.take(hit.as_ref(), &mut captures);
            }
            if self.bottom.text().is_some() {
                let hit = self.bottom.captures(frames.last()?)?;
                self.take(hit.as_ref(), &mut captures);
            }
            if self.no_frame.text().is_some() && frames.iter().any(|f| self.no_frame.matches(f)) {
                return None;
            }
        }
        Some(SigMatch { signature: self.id.clone(), captures })
    }
}

fn type_is(name: &str, event: &ExceptionEvent) -> bool {
    if name == "*" {
        return true;
    }
    if let Some(ending) = name.strip_prefix('*') {
        return event.type_name.ends_with(ending);
    }
    if name.contains('.') {
        // Python 2 and most loggers print the short name only.
        return event.type_name == name
            || (!event.type_name.contains('.')
                && name.ends_with(&format!(".{}", event.type_name)));
    }
    event.short_type() == name
}

fn place_is(place: &str, kind: LogKind) -> bool {
    matches!(
        (place, kind),
        ("error", LogKind::Error)
            | ("server", LogKind::Server)
            | ("access", LogKind::Access)
            | ("nginx", LogKind::Nginx)
            | ("platform", LogKind::Platform)
            | ("any", _)
    )
}
