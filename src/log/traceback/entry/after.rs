//! Behind the exception's line: the rest of its message, the next link of a chain, or something else.

use super::{Entry, MAX_MESSAGE, Start, State, Step};
use crate::log::traceback::margin::{looks_like_log, one_line};
use crate::log::traceback::part::bounded;
use crate::log::traceback::token::{self, Token};
use crate::log::traceback::{intro, names};

/// Lines that may still belong to a message once its exception line was read.
const MAX_MESSAGE_LINES: u32 = 40;
/// The same for lines that nothing but their place ties to the message.
const MAX_LOOSE_LINES: u32 = 12;

impl Entry {
    /// Behind the exception's line.
    pub(super) fn after(&mut self, token: Token<'_>, text: &str, line_no: u64) -> Step {
        match token {
            Token::Link(link) => self.link(link),
            Token::Blank => {
                self.state = State::AfterBlank;
                Step::Taken
            }
            // Streamlit's page: the exception, then `Traceback:` and the frames
            Token::Header("")
                if self.start == Start::Bare
                    && self.state == State::After
                    && self.part().is_empty()
                    && text.trim() == "Traceback:" =>
            {
                self.start = Start::Wrapper;
                self.state = State::Frames;
                Step::Taken
            }
            Token::Header(_)
                if self.depth > 0
                    && token::indent(text) == 0
                    && self.part().exception.is_none() =>
            {
                Step::Taken
            }
            Token::Header(_) | Token::Wrapper | Token::Stack | Token::Stars => Step::Over,
            Token::Frame(frame) => {
                // a bare exception that frames follow: the wrapper's block without its first line
                if self.start == Start::Bare && self.part().is_empty() && frame.function.is_some() {
                    self.start = Start::Wrapper;
                    return self.frame(frame, token::indent(text), line_no);
                }
                if frame.function.is_some() { Step::Over } else { self.message(text, true) }
            }
            Token::Mark if self.state == State::After => Step::Taken,
            Token::Mark | Token::Context | Token::Numbered(..) | Token::CutFrame | Token::Text => {
                if let Some(step) = self.debug_table(text) {
                    return step;
                }
                if self.is_underline(text) {
                    self.heading = true;
                    return Step::Last;
                }
                self.continuation(text)
            }
        }
    }

    fn continuation(&mut self, text: &str) -> Step {
        let trimmed = text.trim();
        // drivers and SQLAlchemy print these below their message
        let known = [
            "(Background on this error at",
            "[SQL:",
            "[SQL: ",
            "[parameters:",
            "DETAIL:",
            "HINT:",
            "CONTEXT:",
            "LINE 1:",
        ]
        .iter()
        .any(|start| trimmed.starts_with(start));
        if known || self.announced(trimmed) {
            return self.message(text, true);
        }
        if self.state == State::AfterBlank {
            return Step::Over;
        }
        // Werkzeug's own lines are indented by one, and so is what a build says went wrong
        if text.starts_with(" * ") && looks_like_log(trimmed) || text.starts_with(" !  ") {
            return Step::Over;
        }
        let indent = token::indent(text);
        if indent < self.margin {
            return Step::Over;
        }
        let indented = indent > self.margin;
        if !indented && self.goes_on_below(trimmed) {
            return self.message(text, false);
        }
        let other = !indented
            && (self.stamped
                || self.start == Start::Bare
                || self.message_lines > MAX_LOOSE_LINES
                || names::bare(trimmed).is_some()
                || self.said_it_all()
                || looks_like_log(trimmed)
                || intro::hint(trimmed).is_some());
        if other {
            return Step::Over;
        }
        self.message(text, indented)
    }

    /// A lone exception whose message has not begun yet, or ends with a colon: somebody's terminal
    /// broke it, and the line below is its rest.
    fn goes_on_below(&mut self, trimmed: &str) -> bool {
        if self.start != Start::Bare || self.stamped || self.message_lines > 3 {
            return false;
        }
        let waits = self.part().exception.as_ref().is_some_and(|(name, message)| {
            if message.is_empty() { name.contains('.') } else { message.trim_end().ends_with(':') }
        });
        waits
            && names::bare(trimmed).is_none()
            && !looks_like_log(trimmed)
            && intro::hint(trimmed).is_none()
    }

    /// `-----` or `=====` right below a lone exception, about as long.
    fn is_underline(&mut self, text: &str) -> bool {
        let mark = text.as_bytes().first().copied().unwrap_or_default();
        if self.start != Start::Bare
            || self.state != State::After
            || !matches!(mark, b'-' | b'=' | b'~' | b'^')
            || !text.bytes().all(|b| b == mark)
        {
            return false;
        }
        let length = self
            .part()
            .exception
            .as_ref()
            .map_or(0, |(name, message)| name.chars().count() + 2 + message.chars().count());
        self.message_lines == 0 && length.abs_diff(text.len()) <= 2
    }

    /// A field that pydantic's `2 validation errors for Settings` announces, on a line of its own.
    fn announced(&self, text: &str) -> bool {
        let field = text.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'.'))
            && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        let part = self.parts.last();
        field
            && part.and_then(|part| part.exception.as_ref()).is_some_and(|(name, message)| {
                name.ends_with("ValidationError") && message.contains(" validation error")
            })
    }

    /// Whether the message is one that Python itself makes, on one line.
    pub(super) fn said_it_all(&mut self) -> bool {
        self.part().exception.as_ref().is_some_and(|(name, message)| one_line(name, message))
    }

    pub(super) fn message(&mut self, text: &str, own: bool) -> Step {
        // gunicorn prints the message again below the traceback
        let again = text.trim();
        if self
            .part()
            .exception
            .as_ref()
            .is_some_and(|(_, message)| !again.is_empty() && message == again)
        {
            return Step::Taken;
        }
        self.message_lines += 1;
        if self.message_lines > MAX_MESSAGE_LINES {
            return Step::Over;
        }
        if let Some((_, message)) = &mut self.part().exception {
            let room = MAX_MESSAGE.saturating_sub(message.chars().count() + 1);
            if room > 0 {
                message.push('\n');
                message.push_str(&bounded(text.trim_end(), room));
            }
        }
        if own { Step::Taken } else { Step::Shared }
    }
}
