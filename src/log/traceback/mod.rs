//! Assembles exceptions from the lines of a log, whatever printed them and whatever happened to
//! them on the way here.
//!
//! The reader feeds `Assembler` every line after its prefixes were taken off, in the order of
//! the file (reversed where the file is newest first). Lines of several processes may interleave:
//! each container and process has an entry of its own. Border: it says what was printed, never
//! what it means for the site; memory is bounded whatever the input is.

mod caret;
mod debug_page;
mod entry;
mod errno;
mod event;
mod finish;
mod flat;
mod foreign;
mod intro;
mod introduced;
mod lines;
mod margin;
mod module;
mod names;
mod owner;
mod part;
mod phase;
mod quiet;
mod repeat;
mod said;
mod title;
mod token;
mod verbatim;

use self::entry::{Entry, Start, Step};
use self::finish::{close, is_prefixed, is_stranger};
use self::introduced::Intro;
use self::lines::{cut, may_be_flat, without};
use self::part::bounded;
use self::repeat::Learned;
use self::token::Token;
use self::verbatim::Run;
use super::line::{Level, Line, Stamp};
use crate::model::{ExceptionEvent, Phase};

pub use self::module::missing_module;
pub use self::owner::frame_owner;
pub use self::repeat::Repeat;
pub use self::said::{Said, said};
pub(in crate::log) use self::verbatim::HEADER;

/// Entries kept open at once; the one that waited longest is closed for a new one.
const MAX_OPEN: usize = 16;
/// Lines after which an entry that got nothing is closed.
const MAX_WAIT: u64 = 2_000;
/// Lines longer than this are cut before they are looked at, in bytes.
const MAX_LINE: usize = 64 * 1024;

/// Shorter lines were not broken by a console, in bytes.
const MIN_WIDTH: usize = 70;

/// Literals, one of which is in every line that can begin an event. While `Assembler::is_idle`,
/// lines without any of them need not be pushed (introducing lines then give no `intro`).
pub const START_LITERALS: &[&str] = &[
    "Traceback",
    "File \"",
    "Error",
    "Exception",
    "error:",
    "timeout:",
    "DoesNotExist",
    "DisallowedHost",
    "NotFound",
    "ImproperlyConfigured",
    "AppRegistryNotReady",
    "SystemExit",
    "Interrupt",
    "NotReady",
];

/// An exception with its place in the log.
#[derive(Debug, Clone)]
pub struct Assembled {
    pub event: ExceptionEvent,
    /// First and last line of the log that belong to it, from 1.
    pub first_line: u64,
    pub last_line: u64,
    /// When it was logged: the stamp of its first line that has one, or of its introducing line.
    pub stamp: Option<Stamp>,
    pub pid: Option<u32>,
    pub container: Option<String>,
    pub phase: Phase,
    /// URL path of the request, where the introducing line or a debug page names it.
    pub route: Option<String>,
    /// `PythonAnywhere`'s starred help banner followed: loading the WSGI file failed.
    pub banner: bool,
    /// Logged below level error: the program went on.
    pub handled: bool,
    /// Read from two lines that may be any text: only what a specific rule knows counts.
    pub loose: bool,
    /// The most telling lines, at most 2,000 characters.
    pub excerpt: String,
    /// To be handed to [`Assembler::learn`]; `None` where one traceback gave several events.
    pub fingerprint: Option<u64>,
}

/// What became of a line.
#[derive(Debug, Default)]
pub struct Pushed {
    /// The line belongs to a traceback: line rules must not look at it.
    pub consumed: bool,
    /// Events that are complete now.
    pub done: Vec<Assembled>,
    /// Events that are complete now and repeat one that was learnt.
    pub repeats: Vec<Repeat>,
}

#[derive(Debug)]
struct Open {
    entry: Entry,
    container: Option<String>,
    /// Process on the entry's own lines; `None` where they have no prefix.
    pid: Option<u32>,
    intro: Option<Intro>,
    stamp: Option<Stamp>,
    level: Option<Level>,
    touched: u64,
    /// Length of the entry's last line, and whether it had a prefix.
    last_raw: (usize, bool),
    /// What stood before the header: a prefix that nobody took off stands before each line.
    prefix: String,
    /// Frames of another language's runtime followed: the exception is none of Python's.
    foreign: bool,
    /// See [`Assembled::loose`].
    loose: bool,
    caret: caret::Caret,
}

/// Reads lines and gives exceptions.
#[derive(Debug, Default)]
pub struct Assembler {
    open: Vec<Open>,
    intros: Vec<Intro>,
    pushes: u64,
    learned: Learned,
    /// A heading that named an exception; its message is awaited.
    title: Option<title::Title>,
}

impl Assembler {
    /// An assembler without state.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Nothing is open: only a line with one of `START_LITERALS` can begin something.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.open.is_empty() && self.title.is_none()
    }

    /// From now on events of this fingerprint are told as repeats of `key`.
    pub fn learn(&mut self, fingerprint: u64, key: &str) {
        self.learned.learn(fingerprint, key);
    }

    /// No event is a repeat of what was learnt so far.
    pub fn forget(&mut self) {
        self.learned.forget();
    }

    /// Takes the next line.
    pub fn push(&mut self, line: &Line<'_>) -> Pushed {
        self.pushes += 1;
        self.learned.verbatim.take();
        let mut pushed = Pushed::default();
        self.close_stale(&mut pushed);
        let text = cut(line.text, MAX_LINE);
        let text = token::clean(text);
        if may_be_flat(&text)
            && let Some(lines) = flat::unflatten(&text)
        {
            for text in &lines {
                let consumed = self.one(text, line, &mut pushed);
                pushed.consumed |= consumed;
            }
            self.close_complete(line, &mut pushed);
            return pushed;
        }
        pushed.consumed = self.one(&text, line, &mut pushed);
        pushed
    }

    /// A traceback with which `text` begins, byte for byte one that was read before, without reading its
    /// lines; `first_line` is the number of the text's first. Only asked while nothing is open.
    pub(in crate::log) fn verbatim(&mut self, text: &str, first_line: u64) -> Option<Repeat> {
        let run = Run::of(text)?;
        let header = Line { no: first_line, raw: HEADER, text: HEADER, ..Line::default() };
        let known = self.learned.verbatim.body(&run).and_then(|body| {
            let above = self.intro_of(&header).map(|at| &self.intros[at]);
            let fingerprint = repeat::fingerprint(body, above);
            self.learned.key(fingerprint).cloned()
        });
        let Some(key) = known else {
            self.learned.verbatim.watch(&run, first_line);
            return None;
        };
        self.pushes += run.lines;
        let intro = self.take_intro(&header, Start::Standard);
        let stamp = intro.as_ref().and_then(|intro| intro.stamp);
        let last_line = first_line + run.lines - 1;
        Some(Repeat { key, first_line, last_line, stamp, intro: intro.map(|intro| intro.text) })
    }

    /// Ends all that is open, at the end of the log.
    pub fn finish(&mut self) -> Vec<Assembled> {
        let mut closed = Pushed::default();
        for open in std::mem::take(&mut self.open) {
            close(open, &mut Learned::default(), &mut closed);
        }
        self.intros.clear();
        closed.done
    }

    fn one(&mut self, text: &str, line: &Line<'_>, done: &mut Pushed) -> bool {
        if self.rest_of_line(text, line) {
            return true;
        }
        if self.message_of_title(text, line) {
            return true;
        }
        if let Some(at) = self.find(line)
            && let Some(consumed) = self.feed(at, text, line, done)
        {
            return consumed;
        }
        self.begin(text, line, done)
    }

    /// The line below a heading that named an exception is its message.
    fn message_of_title(&mut self, text: &str, line: &Line<'_>) -> bool {
        let Some(mut title) = self.title.take() else { return false };
        if !title.reaches(line.no) {
            return false;
        }
        match title.below(text, line.no) {
            title::Below::Nothing => {
                self.title = Some(title);
                false
            }
            title::Below::Message(message)
                if token::token(text) == Token::Text && self.open.len() < MAX_OPEN =>
            {
                self.open_titled(title, message, line)
            }
            _ => false,
        }
    }

    /// Opens the entry of a heading whose message is known; whether the line is used up by it.
    fn open_titled(&mut self, title: title::Title, message: &str, line: &Line<'_>) -> bool {
        let stamp = line.stamp.map(|stamp| stamp.at);
        let mut entry = Entry::new(Start::Bare, title.line_no, stamp);
        entry.set_exception(&title.name, message);
        entry.route = title.route;
        entry.last_line = line.no;
        self.open.push(Open {
            entry,
            container: line.container.map(|name| bounded(name, 100)),
            pid: line.pid,
            stamp: line.stamp,
            level: line.level,
            intro: None,
            touched: self.pushes,
            last_raw: (line.raw.len(), is_prefixed(line)),
            foreign: false,
            loose: title.lone,
            caret: caret::Caret::default(),
            prefix: String::new(),
        });
        !title.lone
    }

    /// Consoles break long lines: the rest stands alone, without the prefix of its first half.
    fn rest_of_line(&mut self, text: &str, line: &Line<'_>) -> bool {
        let pushes = self.pushes;
        let broken = self.open.iter_mut().find(|open| {
            open.last_raw.1 && open.last_raw.0 >= MIN_WIDTH && open.entry.last_line + 1 == line.no
        });
        let Some(open) = broken else { return false };
        if is_prefixed(line) || names::bare(text).is_some() || intro::hint(text).is_some() {
            return false;
        }
        let taken = open.entry.rest_of_line(text, line.no);
        if taken {
            open.touched = pushes;
        }
        taken
    }

    /// The entry whose stream the line is in: same container, same process. Lines without a
    /// process go on with the entry of their container that moved last.
    fn find(&self, line: &Line<'_>) -> Option<usize> {
        let mut best = None;
        for (at, open) in self.open.iter().enumerate() {
            if open.container.as_deref() != line.container
                || open.pid != line.pid && line.pid.is_some() == open.pid.is_some()
            {
                continue;
            }
            // a record of another process says nothing about an entry without prefixes
            if line.pid.is_none() && open.pid.is_some() && !line.raw.starts_with(line.text) {
                continue;
            }
            if best.is_none_or(|best: usize| self.open[best].touched <= open.touched) {
                best = Some(at);
            }
        }
        best
    }

    /// Offers the line to an entry; `None`: it is not the entry's, something may begin here.
    fn feed(&mut self, at: usize, text: &str, line: &Line<'_>, done: &mut Pushed) -> Option<bool> {
        let stamp = line.stamp.map(|stamp| stamp.at);
        let open = &mut self.open[at];
        if open.entry.start == Start::Bare && open.entry.complete() && foreign::is_frame(text) {
            open.foreign = true;
            open.touched = self.pushes;
            return Some(true);
        }
        let step = if is_stranger(open, line, stamp) {
            open.entry.stranger()
        } else {
            let inner = without(&open.prefix, text);
            // every line is a record of its own, as with a stamp
            open.entry.stamped |= inner.len() < text.len() && !open.prefix.trim().is_empty();
            open.caret.see(inner);
            open.entry.push(inner, line.no)
        };
        match step {
            Step::Taken | Step::Shared | Step::Last => {
                open.touched = self.pushes;
                open.last_raw = (line.raw.len(), is_prefixed(line));
                open.entry.last_stamp = stamp.or(open.entry.last_stamp);
                if step == Step::Last {
                    close(self.open.remove(at), &mut self.learned, done);
                }
                Some(step != Step::Shared)
            }
            Step::Foreign => None,
            Step::Over => {
                let open = self.open.remove(at);
                // a logged exception's own line above its traceback is the intro, not an event
                let header = matches!(token::token(text), Token::Header(_));
                if header && open.entry.start == Start::Bare && open.entry.last_line + 2 > line.no {
                    self.keep_bare_as_intro(open);
                } else {
                    close(open, &mut self.learned, done);
                }
                None
            }
        }
    }

    /// Looks whether the line begins something.
    fn begin(&mut self, text: &str, line: &Line<'_>, done: &mut Pushed) -> bool {
        let trimmed = text.trim();
        let inner = match token::group_bar(text) {
            Some((_, token::GroupLine::Inside(inner))) => inner,
            _ => text,
        };
        let mut loose = false;
        let start = match token::token(inner) {
            Token::Header(before) => {
                if !before.is_empty() {
                    self.note(before, line);
                }
                Start::Standard
            }
            Token::Stack => Start::Stack,
            Token::Wrapper => Start::Wrapper,
            Token::Frame(frame) if frame.line > 0 && text.trim_start().starts_with("File \"") => {
                Start::Standard
            }
            Token::Text => {
                if self.title.is_none() {
                    self.title = title::Title::of(trimmed, line.no);
                    if let Some((title, message)) = title::Title::with_message(trimmed, line.no)
                        && self.open.len() < MAX_OPEN
                    {
                        return self.open_titled(title, message, line);
                    }
                }
                let exception = names::bare_or_indented(text).or_else(|| {
                    loose = true;
                    names::indented(text)
                });
                if exception.is_none_or(|(name, message)| foreign::is_foreign(name, message)) {
                    self.note(trimmed, line);
                    return false;
                }
                Start::Bare
            }
            _ => return false,
        };
        let stamp = line.stamp.map(|stamp| stamp.at);
        let mut entry = Entry::new(start, line.no, stamp);
        match start {
            Start::Bare => {
                let exception = names::bare_or_indented(text).or_else(|| names::indented(text));
                if let Some((name, message)) = exception {
                    entry.set_exception(name, message);
                }
            }
            Start::Standard => {
                entry.push(text, line.no);
            }
            Start::Wrapper | Start::Stack => {}
        }
        if self.open.len() == MAX_OPEN {
            let oldest = (0..self.open.len()).min_by_key(|at| self.open[*at].touched).unwrap_or(0);
            close(self.open.remove(oldest), &mut self.learned, done);
        }
        let intro = self.take_intro(line, start);
        self.open.push(Open {
            entry,
            container: line.container.map(|name| bounded(name, 100)),
            pid: line.pid,
            stamp: line.stamp.or(intro.as_ref().and_then(|intro| intro.stamp)),
            level: line.level,
            intro,
            touched: self.pushes,
            last_raw: (line.raw.len(), is_prefixed(line)),
            foreign: false,
            loose: loose && start == Start::Bare,
            caret: caret::Caret::default(),
            prefix: text
                .find("Traceback (most")
                .map_or_else(String::new, |at| bounded(&text[..at], 200)),
        });
        true
    }

    fn close_stale(&mut self, done: &mut Pushed) {
        let pushes = self.pushes;
        while let Some(at) = self.open.iter().position(|open| open.touched + MAX_WAIT < pushes) {
            close(self.open.remove(at), &mut self.learned, done);
        }
    }

    /// A flattened traceback ends with its line.
    fn close_complete(&mut self, line: &Line<'_>, done: &mut Pushed) {
        if let Some(at) = self.find(line)
            && self.open[at].entry.complete()
        {
            close(self.open.remove(at), &mut self.learned, done);
        }
    }
}

/// Assembles the lines of a block that is newest first.
#[must_use]
pub fn assemble_reversed(lines: &[Line<'_>]) -> Vec<Assembled> {
    let mut assembler = Assembler::new();
    let mut done = Vec::new();
    for line in lines.iter().rev() {
        done.extend(assembler.push(line).done);
    }
    done.extend(assembler.finish());
    done
}

#[cfg(test)]
mod tests;
