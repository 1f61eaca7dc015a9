//! Exceptions of a file: counted where they repeat, else judged by the rules.

use super::scanner::{Scanner, bounded, keep_unexplained};
use crate::log::traceback::{Assembled, Repeat};
use crate::model::{
    ExceptionEvent, Fact, FrameOwner, Phase, Place, SigMatch, Source, TracebackShape,
};

/// Certainty of an exception whose logger says that the program went on.
pub(super) const HANDLED: f64 = 0.15;
/// Certainty of a name and a message on two lines of any text.
const LOOSE: f64 = 0.55;

impl Scanner<'_> {
    pub(super) fn exception(&mut self, done: Assembled) {
        let Assembled {
            mut event,
            first_line,
            last_line,
            stamp,
            pid,
            container,
            phase,
            route,
            banner: _,
            handled,
            loose,
            excerpt,
            fingerprint,
        } = done;
        let phase =
            if phase == Phase::Unknown && fails_to_load(&event) { Phase::Import } else { phase };
        let key = exception_key(&event, phase, container.as_deref(), route.as_deref());
        let time = stamp.map(|stamp| stamp.at).or(self.last_time);
        let place = Place { end_line: u32::try_from(last_line).ok(), ..self.place(first_line) };
        if self.known.repeats(&mut self.events.facts, &key, time, &place, last_line) {
            self.learn(fingerprint, &key);
            if let Some(intro) = &event.intro {
                self.known.forget_intro(&mut self.events.facts, intro, first_line, |_| true);
            }
            return;
        }
        let mut matches = self.rules.match_exception(&event, phase);
        // The root of a chain speaks too: "direct cause" first, "during handling" both.
        for link in &event.chain {
            if went_without(&link.event, &event) {
                continue;
            }
            for hit in self.rules.match_exception(&link.event, phase) {
                if !matches.iter().any(|known| known.signature == hit.signature) {
                    matches.push(hit);
                }
            }
        }
        let is_specific = |matches: &[SigMatch]| {
            matches
                .iter()
                .any(|hit| self.rules.signature(&hit.signature).is_some_and(|sig| !sig.fallback))
        };
        // A message that a console broke in two says as much in one line.
        if !is_specific(&matches) && event.message.contains('\n') {
            let whole = ExceptionEvent {
                message: event.message.split_whitespace().collect::<Vec<_>>().join(" "),
                ..event.clone()
            };
            let again = self.rules.match_exception(&whole, phase);
            if is_specific(&again) {
                matches = again;
            }
        }
        let specific = is_specific(&matches);
        if !specific && (handled || loose || is_benign(&event)) {
            // the server's line above it tells of the same visitor who left
            if let Some(intro) = event.intro.as_ref().filter(|_| !loose) {
                self.known.forget_intro(&mut self.events.facts, intro, first_line, |_| true);
            }
            return;
        }
        if let Some(intro) = &event.intro {
            // a traceback that was cut off may say less than the line above it
            let rules = self.rules;
            self.known.forget_intro(&mut self.events.facts, intro, first_line, |fact| {
                specific
                    || fact.matches.iter().all(|hit| {
                        rules.signature(&hit.signature).is_none_or(|signature| signature.fallback)
                    })
            });
        }
        event.chain.truncate(8);
        let mut fact = Fact::new(Source::Log, bounded(&excerpt));
        fact.phase = phase;
        fact.time = time;
        fact.place = Some(place);
        fact.log_kind = Some(self.kind);
        fact.container = container;
        fact.pid = pid;
        fact.route = route;
        fact.order = last_line;
        let in_place = caught_in_place(&event);
        if handled {
            fact.certainty = HANDLED;
        } else if loose {
            fact.certainty = LOOSE;
        } else if in_place {
            fact.certainty = if specific { 0.7 } else { 0.4 };
        }
        let known_to_nobody = matches.is_empty();
        fact.matches = matches;
        fact.exception = Some(Box::new(event));
        if known_to_nobody {
            keep_unexplained(&mut self.events.unexplained, fact);
        } else {
            let at = self.events.facts.len();
            self.known.add(&mut self.events.facts, &key, fact);
            if in_place && self.events.facts.len() > at {
                self.answered.wait(at, last_line, time);
            }
            if self.known.has(&key) {
                self.learn(fingerprint, &key);
            }
        }
    }

    /// One more of an event that is known: neither built nor looked at again.
    pub(super) fn repeat(&mut self, repeat: &Repeat) {
        let end_line = u32::try_from(repeat.last_line).ok();
        let place = Place { end_line, ..self.place(repeat.first_line) };
        let time = repeat.stamp.map(|stamp| stamp.at).or(self.last_time);
        self.known.repeats(&mut self.events.facts, &repeat.key, time, &place, repeat.last_line);
        if let Some(intro) = &repeat.intro {
            self.known.forget_intro(&mut self.events.facts, intro, repeat.first_line, |_| true);
        }
    }

    fn learn(&mut self, fingerprint: Option<u64>, key: &str) {
        if let Some(fingerprint) = fingerprint {
            self.assembler.learn(fingerprint, key);
        }
    }
}

/// Code that does not compile, or imports what is not there, fails where it is loaded unless
/// something says otherwise.
pub(super) fn fails_to_load(event: &ExceptionEvent) -> bool {
    matches!(
        event.short_type(),
        "SyntaxError" | "IndentationError" | "TabError" | "ModuleNotFoundError" | "ImportError"
    )
}

/// The import of something that may be absent was caught, and what was called in its place failed:
/// the function that caught it stands in the later traceback too, further down, above the frames
/// of that call. One that raises a clearer error itself says what is missing.
fn went_without(earlier: &ExceptionEvent, later: &ExceptionEvent) -> bool {
    let Some(caught) = earlier.frames.first() else { return false };
    let goes_on = |(at, frame): (usize, &crate::model::Frame)| {
        frame.file == caught.file
            && frame.function == caught.function
            && frame.line > caught.line
            && at + 1 < later.frames.len()
    };
    matches!(earlier.short_type(), "ModuleNotFoundError" | "ImportError")
        && !fails_to_load(later)
        && !matches!(later.short_type(), "ImproperlyConfigured" | "RuntimeError" | "SystemExit")
        && later.frames.iter().enumerate().any(goes_on)
}

/// A traceback that begins in a function of the person's own code was caught and logged there: one
/// that nobody catches begins in the server, the framework or at module level. Copies that were
/// shortened by hand look the same, so this is doubt, not proof.
fn caught_in_place(event: &ExceptionEvent) -> bool {
    event.shape == TracebackShape::Standard
        && event.intro.as_deref().is_none_or(|intro| !intro.contains('/'))
        && event.frames.first().is_some_and(|frame| {
            frame.owner == FrameOwner::Own
                && !frame.function.is_empty()
                && frame.function != "<module>"
        })
}

/// Exceptions that end requests and processes in good order.
fn is_benign(event: &ExceptionEvent) -> bool {
    matches!(
        event.short_type(),
        "KeyboardInterrupt"
            | "GeneratorExit"
            | "BrokenPipeError"
            | "ClientDisconnected"
            | "CancelledError"
            | "ConnectionResetError"
            | "Http404"
            | "NotFound"
            | "PermissionDenied"
            | "SuspiciousOperation"
            | "ClientDisconnect"
            | "RequestDataTooBig"
            | "UnreadablePostError"
            | "StopIteration"
            | "ExitError"
            | "ConnectionClosedError"
            | "ConnectionClosedOK"
            | "WebSocketDisconnect"
    ) || (event.short_type() == "SystemError" && event.message.contains("uwsgi_"))
        || event.message.ends_with(" ignored GeneratorExit")
        || (event.short_type() == "SystemExit" && matches!(event.message.trim(), "" | "0"))
        || (matches!(event.short_type(), "OSError" | "IOError")
            && (matches!(event.message.as_str(), "write error" | "failed to write data")
                || event.message.contains("Broken pipe")))
}

pub(in crate::log) fn exception_key(
    event: &ExceptionEvent,
    phase: Phase,
    container: Option<&str>,
    route: Option<&str>,
) -> String {
    let frame = event.last_own_frame().or(event.frames.last());
    format!(
        "{}|{}|{:?}|{}|{}|{}",
        event.type_name,
        event.message.chars().filter(|c| !c.is_ascii_digit()).take(200).collect::<String>(),
        phase,
        container.unwrap_or_default(),
        route.unwrap_or_default(),
        frame.map_or_else(String::new, |f| format!("{}:{}", f.file, f.line)),
    )
}
