//! One traceback while it is being read: a state machine over the tokens of its lines.
//!
//! Border: it knows nothing of interleaving (that is `Assembler`'s) nor of what the finished
//! exception means (that is `event`'s). Everything it keeps is bounded.

mod after;
mod wrapper;

use jiff::Timestamp;

use super::margin::plausible;
use super::names;
use super::part::{KeptFrame, Part, Tail, bounded};
use super::token::{self, Token};
use crate::model::ChainLink;

const MAX_SOURCE: usize = 300;
const MAX_FILE: usize = 500;
const MAX_FUNCTION: usize = 200;
const MAX_TYPE: usize = 200;
const MAX_MESSAGE: usize = 2_000;
/// Exceptions of one chain; the middle of longer ones is dropped.
const MAX_PARTS: usize = 8;

/// How the entry began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Start {
    /// A `Traceback` header, or a frame whose header was lost.
    Standard,
    /// The wrapper's first line.
    Wrapper,
    /// An exception's own line.
    Bare,
    /// A printed stack that is no exception.
    Stack,
}

/// What the entry did with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Part of the traceback.
    Taken,
    /// Added to the message, but other rules should see the line too.
    Shared,
    /// Not part of it; the traceback goes on.
    Foreign,
    /// Not part of it, and the traceback is over.
    Over,
    /// Part of it, and it was the last line.
    Last,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Frames or the exception may come.
    Frames,
    /// The exception was read: its message may go on.
    After,
    /// An empty line followed the exception: only a chain may go on.
    AfterBlank,
    /// The next exception of a chain was announced.
    Linked,
    /// Inside the starred banner.
    Banner,
}

/// A traceback being read.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub start: Start,
    state: State,
    pub parts: Vec<Part>,
    /// Text of a frame line that was cut before its end.
    cut: String,
    tail: Tail,
    last_indent: usize,
    /// Spaces before the exception's line: a build's output indents all that its commands print.
    margin: usize,
    pub banner: bool,
    banner_lines: u32,
    message_lines: u32,
    foreign: u32,
    /// The frames or exception lines carry a stamp of their own.
    pub stamped: bool,
    pub last_stamp: Option<Timestamp>,
    pub first_line: u64,
    pub last_line: u64,
    /// Depth of the exception group's bars around the current part; 0 outside.
    depth: usize,
    /// A line as long as the exception's underlines it: a heading of a text.
    pub heading: bool,
    /// Facts of a debug page's table: route, place.
    pub route: Option<String>,
    pub place: Option<KeptFrame>,
}

impl Entry {
    pub(super) fn new(start: Start, line_no: u64, stamp: Option<Timestamp>) -> Self {
        Self {
            start,
            state: State::Frames,
            parts: vec![Part::default()],
            cut: String::new(),
            tail: Tail::None,
            last_indent: 0,
            margin: 0,
            banner: false,
            banner_lines: 0,
            message_lines: 0,
            foreign: 0,
            stamped: stamp.is_some(),
            last_stamp: stamp,
            first_line: line_no,
            last_line: line_no,
            depth: 0,
            heading: false,
            route: None,
            place: None,
        }
    }

    fn part(&mut self) -> &mut Part {
        if self.parts.is_empty() {
            self.parts.push(Part::default());
        }
        let last = self.parts.len() - 1;
        &mut self.parts[last]
    }

    /// The exception line was read and nothing is announced.
    pub(super) fn complete(&self) -> bool {
        matches!(self.state, State::After | State::AfterBlank | State::Banner)
    }

    /// Notes an exception as the current part's.
    pub(super) fn set_exception(&mut self, name: &str, message: &str) {
        let exception = (bounded(name, MAX_TYPE), bounded(unfenced(message), MAX_MESSAGE));
        self.part().exception = Some(exception);
        self.tail = Tail::Exception;
        self.message_lines = 0;
        self.state = if self.start == Start::Wrapper { State::Frames } else { State::After };
    }

    /// Gives a traceback that no exception ended the one that stood above it.
    pub(super) fn end_with(&mut self, name: &str, message: &str) {
        if self.start == Start::Standard && self.parts.len() == 1 && self.part().exception.is_none()
        {
            self.set_exception(name, message);
        }
    }

    /// A paste that ends above the exception's own line: the last frame's source says what it raises.
    pub(super) fn end_with_raised(&mut self) {
        if self.start != Start::Standard || self.part().exception.is_some() {
            return;
        }
        let source = self.part().last().and_then(|frame| frame.source.clone());
        if let Some((name, message)) = source.as_deref().and_then(raised) {
            self.set_exception(name, message);
        }
    }

    /// Channels' consumers log the exception's words above frames that nothing ends.
    pub(super) fn end_with_introduced(&mut self, intro: &str) {
        let Some((_, words)) = intro.split_once("Exception inside application: ") else { return };
        let name = match words.split(']').next().unwrap_or_default() {
            "[Errno -2" | "[Errno -3" | "[Errno -5" => "socket.gaierror",
            "[Errno 111" | "[Errno 61" => "ConnectionRefusedError",
            _ => "Exception",
        };
        let words = words.trim().to_owned();
        if !words.is_empty() && self.part().frames().count() > 0 {
            self.end_with(name, &words);
        }
    }

    /// A line that carries a stamp where this traceback's lines do not, or a level: it cannot
    /// belong to it. Ends a complete traceback, passes by an incomplete one.
    pub(super) fn stranger(&mut self) -> Step {
        if self.complete() || self.start != Start::Standard {
            return Step::Over;
        }
        self.foreign += 1;
        if self.foreign > 50 { Step::Over } else { Step::Foreign }
    }

    /// Takes the rest of the last line, which a terminal or paste broke in two; says whether it was one.
    pub(super) fn rest_of_line(&mut self, text: &str, line_no: u64) -> bool {
        if text.trim().is_empty() || token::token(text) != Token::Text && self.cut.is_empty() {
            return false;
        }
        if !self.cut.is_empty() {
            return self.step(text, line_no) == Step::Taken;
        }
        let joined = match std::mem::take(&mut self.tail) {
            Tail::Frame(before) => {
                let before = match before {
                    Some(before) => before,
                    None => self.part().last().map(printed).unwrap_or_default(),
                };
                let joined = format!("{before}{text}");
                let Some(frame) = token::frame(&joined) else { return false };
                let kept = self.part().last();
                let Some(kept) = kept else { return false };
                kept.line = frame.line;
                kept.function = frame.function.map(|function| bounded(function, MAX_FUNCTION));
                Tail::Frame(Some(bounded(&joined, MAX_FILE + MAX_FUNCTION)))
            }
            Tail::Source => {
                if let Some(source) = self.part().last().and_then(|frame| frame.source.as_mut()) {
                    *source = bounded(&format!("{source}{text}"), MAX_SOURCE);
                }
                Tail::Source
            }
            Tail::Exception => {
                if let Some((name, message)) = &mut self.part().exception {
                    if message.is_empty() {
                        let joined = format!("{name}{text}");
                        if let Some((whole, rest)) = names::split(&joined) {
                            (*name, *message) =
                                (bounded(whole, MAX_TYPE), bounded(rest, MAX_MESSAGE));
                        }
                    } else {
                        *message = bounded(&format!("{message}{text}"), MAX_MESSAGE);
                    }
                }
                Tail::Exception
            }
            Tail::None => return false,
        };
        self.tail = joined;
        self.last_line = self.last_line.max(line_no);
        true
    }

    /// Reads the next line of its own stream.
    pub(super) fn push(&mut self, text: &str, line_no: u64) -> Step {
        let mut text = text;
        let mut group = None;
        if let Some((depth, line)) = token::group_bar(text)
            && (self.depth > 0 || depth > 0)
        {
            match line {
                token::GroupLine::Inside(inner) => {
                    group = Some(depth);
                    text = inner;
                }
                token::GroupLine::Member => {
                    self.depth = depth;
                    self.begin_part(None, true);
                    return self.taken(line_no);
                }
                token::GroupLine::End => {
                    self.state = State::After;
                    return self.taken(line_no);
                }
            }
        }
        if let Some(depth) = group {
            self.depth = depth;
        }
        self.tail = Tail::None;
        let step = self.step(text, line_no);
        if matches!(step, Step::Taken | Step::Last | Step::Shared) {
            self.last_line = self.last_line.max(line_no);
            self.first_line = self.first_line.min(line_no);
            self.foreign = 0;
        }
        step
    }

    fn taken(&mut self, line_no: u64) -> Step {
        self.last_line = self.last_line.max(line_no);
        self.first_line = self.first_line.min(line_no);
        Step::Taken
    }

    fn begin_part(&mut self, link: Option<ChainLink>, member: bool) {
        if self.parts.len() == MAX_PARTS {
            self.parts.remove(MAX_PARTS / 2);
        }
        self.parts.push(Part { link, member, ..Part::default() });
        self.state = State::Frames;
        self.last_indent = 0;
    }

    fn step(&mut self, text: &str, line_no: u64) -> Step {
        if !self.cut.is_empty() {
            let joined = format!("{}{}", self.cut, text.trim());
            self.cut.clear();
            if let Token::Frame(frame) = token::token(&joined) {
                return self.frame(frame, self.last_indent, line_no);
            }
        }
        let token = token::token(text);
        if self.start == Start::Stack {
            return self.stack(token, text);
        }
        match self.state {
            State::Banner => self.banner(token),
            State::Frames if self.start == Start::Wrapper => self.wrapper(token, text, line_no),
            State::Frames => self.frames(token, text, line_no),
            State::After | State::AfterBlank => self.after(token, text, line_no),
            State::Linked => match token {
                Token::Blank => Step::Taken,
                Token::Header(_) => {
                    self.state = State::Frames;
                    Step::Taken
                }
                Token::Frame(frame) => self.frame(frame, token::indent(text), line_no),
                _ => match names::split(text.trim()) {
                    Some((name, message)) if names::telling(name) => {
                        self.set_exception(name, message);
                        Step::Taken
                    }
                    _ => self.stranger(),
                },
            },
        }
    }

    fn frame(&mut self, frame: token::RawFrame<'_>, indent: usize, line_no: u64) -> Step {
        self.state = State::Frames;
        self.last_indent = indent;
        self.tail = Tail::Frame(None);
        self.part().push(KeptFrame {
            file: bounded(frame.file, MAX_FILE),
            line: frame.line,
            function: frame.function.map(|function| bounded(function, MAX_FUNCTION)),
            source: None,
            log_line: line_no,
        });
        Step::Taken
    }

    fn source(&mut self, text: &str) -> Step {
        self.tail = Tail::Source;
        if let Some(frame) = self.part().last()
            && frame.source.is_none()
            && !text.trim().is_empty()
        {
            let text = text.trim();
            // the plain-text debug page numbers its source lines: `  12. x = f()`
            if frame.line == 0
                && let Some((number, source)) = text.split_once('.')
                && let Ok(number) = number.parse()
            {
                frame.line = number;
                frame.source = Some(bounded(source.trim(), MAX_SOURCE));
                return Step::Taken;
            }
            frame.source = Some(bounded(text, MAX_SOURCE));
        }
        Step::Taken
    }

    /// Between the header and the exception.
    fn frames(&mut self, token: Token<'_>, text: &str, line_no: u64) -> Step {
        match token {
            Token::Blank | Token::Mark | Token::Context => Step::Taken,
            Token::Frame(frame) => self.frame(frame, token::indent(text), line_no),
            Token::CutFrame => {
                self.cut = bounded(text.trim(), MAX_FILE);
                self.last_indent = token::indent(text);
                Step::Taken
            }
            Token::Numbered(number, source) => {
                if let Some(frame) = self.part().last()
                    && frame.line == 0
                {
                    frame.line = number;
                }
                self.source(source)
            }
            // a header again: the first was cut off before its exception
            Token::Header(_) | Token::Stack | Token::Wrapper => {
                if self.parts.last().is_some_and(Part::is_empty) { Step::Taken } else { Step::Over }
            }
            Token::Link(link) => self.link(link),
            Token::Stars | Token::Text => self.text(text),
        }
    }

    fn text(&mut self, text: &str) -> Step {
        if let Some(step) = self.debug_table(text) {
            return step;
        }
        let indent = token::indent(text);
        let trimmed = text.trim();
        let waits = self.part().last().is_some_and(|frame| frame.source.is_none());
        let has_frames = !self.part().is_empty();
        // a paste without indentation has nothing but the name to tell an exception by
        let lost_margin = has_frames && self.last_indent == 0 && !waits;
        let exception = || names::split(trimmed).filter(|(name, _)| names::telling(name));
        if let Some((name, message)) = lost_margin.then(exception).flatten() {
            self.set_exception(name, message);
            return Step::Taken;
        }
        if has_frames && indent > self.last_indent {
            return self.source(text);
        }
        // the beginning of a frame's line, where a paste was cut
        if has_frames && "File \"".starts_with(trimmed) {
            return Step::Taken;
        }
        if let Some((name, message)) = names::split(trimmed) {
            // at the margin any name is one, but a lost indentation makes source look the same
            let lost = has_frames && self.last_indent == 0 && waits;
            if names::telling(name)
                || name.ends_with("Warning")
                || (!lost && indent <= self.last_indent && plausible(name, message))
            {
                self.set_exception(name, message);
                self.margin = indent;
                return Step::Taken;
            }
        }
        if has_frames && waits && self.last_indent == 0 {
            return self.source(text);
        }
        // below a source line whose indentation was lost: more of the same statement
        if has_frames && indent > 0 {
            return Step::Taken;
        }
        self.stranger()
    }

    /// `Exception Type:` and its kin, as Django's page and mails have them below the frames.
    fn debug_table(&mut self, text: &str) -> Option<Step> {
        let (key, value) = text.trim().split_once(':')?;
        let value = value.trim();
        match key.trim() {
            "Exception Type" => {
                let (name, route) = value.split_once(" at ").unwrap_or((value, ""));
                if !route.is_empty() {
                    self.route = Some(super::intro::route(route));
                }
                if names::split(name).is_some() && !name.is_empty() {
                    self.set_exception(name, "");
                }
            }
            "Exception Value" => {
                if let Some((_, message)) = &mut self.part().exception {
                    *message = bounded(value, MAX_MESSAGE);
                }
            }
            // what the page prints below its table
            "Raised during" | "Request information" if self.complete() => return Some(Step::Over),
            "Exception Location" => self.place = super::debug_page::place(value),
            _ => return None,
        }
        Some(Step::Taken)
    }

    fn link(&mut self, link: ChainLink) -> Step {
        if self.part().exception.is_none() && self.part().is_empty() {
            return Step::Over;
        }
        self.begin_part(Some(link), false);
        self.state = State::Linked;
        Step::Taken
    }
}

/// `raise RuntimeError("populate() isn't reentrant")`: the type and its message, where both stand there.
fn raised(source: &str) -> Option<(&str, &str)> {
    let (name, rest) = source.trim().strip_prefix("raise ")?.split_once('(')?;
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (message, behind) = rest[1..].split_once(quote)?;
    let whole = behind == ")" || behind.starts_with(") from ");
    (whole && !message.is_empty() && names::telling(name) && names::split(name) == Some((name, "")))
        .then_some((name, message))
}

/// Without the back quotes that close a code block right behind the message.
fn unfenced(message: &str) -> &str {
    let inner = message.trim_end_matches('`');
    let closes = message.len() - inner.len();
    // one that was opened in the message itself belongs to it
    let opened = inner.bytes().filter(|b| *b == b'`').count();
    if closes == 3 || closes == 1 && opened % 2 == 0 { inner.trim_end() } else { message }
}

/// A frame's line as it was printed.
fn printed(frame: &mut KeptFrame) -> String {
    let function = frame.function.as_ref().map_or(String::new(), |name| format!(", in {name}"));
    bounded(
        &format!("File \"{}\", line {}{function}", frame.file, frame.line),
        MAX_FILE + MAX_FUNCTION,
    )
}

#[cfg(test)]
mod tests {
    use super::raised;

    #[test]
    fn what_a_source_line_raises() {
        let source = "raise RuntimeError(\"populate() isn't reentrant\")";
        assert_eq!(raised(source), Some(("RuntimeError", "populate() isn't reentrant")));
        assert_eq!(raised("raise KeyError('x') from None"), Some(("KeyError", "x")));
        assert!(raised("raise KeyError(key)").is_none());
        assert!(raised("raise KeyError('no %s' % key)").is_none());
        assert!(raised("raise error('no such')").is_none());
        assert!(raised("raise KeyError('one',").is_none());
    }
}
