//! From a finished entry to exception events: frames with owners, chain, phase, module owner, excerpt.

use super::entry::{Entry, Start};
use super::intro::IntroHint;
use super::part::{KeptFrame, Part, bounded};
use super::{errno, module, names, owner, phase};
use crate::model::{
    ChainLink, ExceptionEvent, Frame, FrameOwner, LinkedException, ModuleOwner, Phase,
    TracebackShape,
};

/// Members of an exception group that become events of their own.
const MAX_MEMBERS: usize = 5;
const MAX_EXCERPT: usize = 2_000;
const EXCERPT_FRAMES: usize = 6;

/// One event with what belongs to it.
pub(super) struct Built {
    pub event: ExceptionEvent,
    pub phase: Phase,
    pub excerpt: String,
}

/// The events of a finished entry; none where no exception line was read.
pub(super) fn build(entry: &Entry, intro: Option<(&str, Option<&IntroHint>)>) -> Vec<Built> {
    let mut built = Vec::new();
    let parts: Vec<&Part> = entry.parts.iter().collect();
    let leaves = leaf_sets(&parts);
    for set in leaves.into_iter().take(MAX_MEMBERS) {
        if let Some(event) = chain(&set, entry, intro.map(|(text, _)| text)) {
            let phase = judge(&event, entry, intro.and_then(|(_, hint)| hint));
            let excerpt = excerpt(&event);
            built.push(Built { event, phase, excerpt });
        }
    }
    built
}

/// A chain without groups is one set. With a group, each member is one, with the group's frames above.
fn leaf_sets<'a>(parts: &[&'a Part]) -> Vec<Vec<&'a Part>> {
    let Some(first) = parts.iter().position(|part| part.member) else {
        return vec![parts.to_vec()];
    };
    let group = &parts[..first];
    let mut sets: Vec<Vec<&Part>> = Vec::new();
    for part in &parts[first..] {
        if part.link.is_some()
            && !part.member
            && let Some(last) = sets.last_mut()
        {
            last.push(part);
            continue;
        }
        let mut set: Vec<&Part> = group.to_vec();
        set.push(part);
        // a group inside a group: its own line is not the leaf
        if let Some(last) = sets.last_mut() {
            let ends_in_group = last.last().is_some_and(|part| is_group(part));
            if ends_in_group {
                last.push(part);
                continue;
            }
        }
        sets.push(set);
    }
    sets
}

fn is_group(part: &Part) -> bool {
    part.exception.as_ref().is_some_and(|(name, _)| name.ends_with("ExceptionGroup"))
}

fn chain(parts: &[&Part], entry: &Entry, intro: Option<&str>) -> Option<ExceptionEvent> {
    let usable: Vec<&&Part> = parts.iter().filter(|part| part.exception.is_some()).collect();
    let (last, earlier) = usable.split_last()?;
    let mut event = single(last, entry)?;
    let mut frames_above = Vec::new();
    let mut links: Vec<ChainLink> =
        usable.iter().skip(1).map(|part| part.link.unwrap_or(ChainLink::DuringHandling)).collect();
    for part in earlier {
        let link = if links.is_empty() { ChainLink::DuringHandling } else { links.remove(0) };
        // the members of a group were raised below its frames: one stack, not a chain
        if is_group(part) && !is_group(last) {
            frames_above.extend(single(part, entry).map(|event| event.frames).unwrap_or_default());
            continue;
        }
        if let Some(earlier) = single(part, entry) {
            event.chain.push(LinkedException { event: Box::new(earlier), link });
        }
    }
    if !frames_above.is_empty() {
        frames_above.append(&mut event.frames);
        let from = frames_above.len().saturating_sub(200);
        event.frames = frames_above.split_off(from);
    }
    event.intro = intro.map(|text| bounded(text, 500));
    Some(event)
}

fn single(part: &Part, entry: &Entry) -> Option<ExceptionEvent> {
    let (name, message) = part.exception.clone()?;
    let mut frames: Vec<&KeptFrame> = part.frames().collect();
    let mut syntax_at = None;
    if names::is_syntax(&name) {
        // the wrapper prints the place above the exception, before its frames; Python behind them
        let at = frames.iter().rposition(|frame| frame.function.is_none());
        if let Some(at) = at {
            let frame = frames.remove(at);
            syntax_at = Some((frame.file.clone(), frame.line));
        }
    }
    if frames.is_empty() {
        frames.extend(entry.place.as_ref());
    }
    let frames: Vec<Frame> = frames
        .into_iter()
        .map(|frame| Frame {
            owner: owner::frame_owner(&frame.file),
            file: frame.file.clone(),
            line: frame.line,
            function: frame.function.clone().unwrap_or_default(),
            source: frame.source.clone(),
            log_line: u32::try_from(frame.log_line).unwrap_or(u32::MAX),
        })
        .collect();
    let shape = match entry.start {
        Start::Wrapper => TracebackShape::MessageFirst,
        Start::Bare if frames.is_empty() => TracebackShape::Bare,
        _ => TracebackShape::Standard,
    };
    let mut event = ExceptionEvent {
        type_name: name,
        message: message.trim_end().to_owned(),
        frames,
        shape,
        syntax_at,
        ..ExceptionEvent::default()
    };
    errno::english(&mut event);
    if matches!(event.short_type(), "ImportError" | "ModuleNotFoundError") {
        module::complete(&mut event);
        module::circular(&mut event);
        event.module_owner = module::owner(&event);
    } else if event.short_type() == "AttributeError" {
        event.module_owner = module::owner(&event);
    } else {
        event.module_owner = ModuleOwner::Unknown;
    }
    Some(event)
}

/// The phase: the banner and the frames prove it, else the introducing line says it.
fn judge(event: &ExceptionEvent, entry: &Entry, hint: Option<&IntroHint>) -> Phase {
    let by_frames = phase::of_frames(&event.frames, entry.start == Start::Wrapper, entry.banner);
    let by_intro = hint.map(|hint| hint.phase).filter(|phase| *phase != Phase::Unknown);
    match (by_frames, by_intro) {
        (_, Some(Phase::Request)) if !entry.banner => Phase::Request,
        (Phase::Unknown | Phase::Worker, Some(phase)) => phase,
        (Phase::Unknown, None) if entry.route.is_some() => Phase::Request,
        (Phase::Unknown, None) => event
            .chain
            .iter()
            .map(|linked| phase::of_frames(&linked.event.frames, false, false))
            .find(|phase| *phase != Phase::Unknown)
            .unwrap_or(Phase::Unknown),
        (phase, _) => phase,
    }
}

/// The most telling lines, as Python prints them: the last frames up to the person's own code, the last
/// one of all, and the exception. What stands between is counted.
fn excerpt(event: &ExceptionEvent) -> String {
    let mut lines = Vec::new();
    let frames = &event.frames;
    let own = frames.iter().rposition(|frame| frame.owner == FrameOwner::Own);
    let to = own.map_or(frames.len(), |own| own + 1);
    for frame in &frames[to.saturating_sub(EXCERPT_FRAMES)..to] {
        print(frame, &mut lines);
    }
    if let [between @ .., last] = &frames[to..] {
        match between.len() {
            0 => {}
            1 => lines.push("  … 1 frame of a library".to_owned()),
            more => lines.push(format!("  … {more} frames of libraries")),
        }
        print(last, &mut lines);
    }
    if let Some((file, line)) = &event.syntax_at {
        lines.push(format!("  File \"{file}\", line {line}"));
    }
    let exception = if event.message.is_empty() {
        event.type_name.clone()
    } else {
        format!("{}: {}", event.type_name, event.message)
    };
    // the exception always stands in it; frames are dropped from the oldest on
    let exception = bounded(&exception, MAX_EXCERPT);
    let mut room = MAX_EXCERPT - exception.chars().count();
    let mut kept = Vec::new();
    for line in lines.iter().rev() {
        let length = line.chars().count() + 1;
        if length > room {
            break;
        }
        room -= length;
        kept.push(line.as_str());
    }
    kept.reverse();
    kept.push(&exception);
    kept.join("\n")
}

/// A frame's line and its source.
fn print(frame: &Frame, lines: &mut Vec<String>) {
    let function =
        if frame.function.is_empty() { String::new() } else { format!(", in {}", frame.function) };
    lines.push(format!("  File \"{}\", line {}{function}", frame.file, frame.line));
    if let Some(source) = &frame.source {
        lines.push(format!("    {source}"));
    }
}
