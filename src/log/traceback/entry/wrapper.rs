//! Entries of another order: the wrapper's block, whose exception comes first, and stacks that are no exception.

use super::{Entry, MAX_FILE, Start, State, Step};
use crate::log::traceback::margin::looks_like_log;
use crate::log::traceback::names;
use crate::log::traceback::part::{KeptFrame, bounded};
use crate::log::traceback::token::{self, Token};

impl Entry {
    /// The wrapper's block: exception first, then frames, then perhaps the banner.
    pub(super) fn wrapper(&mut self, token: Token<'_>, text: &str, line_no: u64) -> Step {
        match token {
            Token::Blank | Token::Mark | Token::Context => Step::Taken,
            Token::Frame(frame) => self.frame(frame, token::indent(text), line_no),
            Token::CutFrame => {
                self.cut = bounded(text.trim(), MAX_FILE);
                self.last_indent = token::indent(text);
                Step::Taken
            }
            Token::Stars => {
                self.banner = true;
                self.state = State::Banner;
                Step::Taken
            }
            // `Error running WSGI application` above an ordinary traceback
            Token::Header(_) if self.part().exception.is_none() && self.part().is_empty() => {
                self.start = Start::Standard;
                Step::Taken
            }
            Token::Wrapper | Token::Header(_) | Token::Stack | Token::Link(_) => Step::Over,
            Token::Numbered(..) | Token::Text => {
                let indent = token::indent(text);
                let trimmed = text.trim();
                if trimmed.starts_with("If you're seeing an import error") {
                    self.banner = true;
                    self.state = State::Banner;
                    return Step::Taken;
                }
                let has_frames = !self.part().is_empty();
                if has_frames && indent > self.last_indent {
                    return self.source(text);
                }
                if self.part().exception.is_none() {
                    if let Some((name, message)) = names::split(trimmed) {
                        self.set_exception(name, message);
                        return Step::Taken;
                    }
                    if has_frames {
                        return self.source(text);
                    }
                    return Step::Over;
                }
                let syntax =
                    self.part().exception.as_ref().is_some_and(|(name, _)| names::is_syntax(name));
                if has_frames && !syntax {
                    let waits = self.part().last().is_some_and(|frame| frame.source.is_none());
                    if waits && self.last_indent == 0 && !looks_like_log(trimmed) {
                        return self.source(text);
                    }
                    return Step::Over;
                }
                if looks_like_log(trimmed) || names::bare(trimmed).is_some() && indent == 0 {
                    return Step::Over;
                }
                self.message(text, true)
            }
        }
    }

    pub(super) fn banner(&mut self, token: Token<'_>) -> Step {
        self.banner_lines += 1;
        match token {
            Token::Stars => Step::Last,
            Token::Text | Token::Blank if self.banner_lines <= 6 => Step::Taken,
            _ => Step::Over,
        }
    }

    /// A printed stack: frames, then `Message:` and `Arguments:` of a logging error.
    pub(super) fn stack(&mut self, token: Token<'_>, text: &str) -> Step {
        match token {
            Token::Frame(frame) => {
                self.last_indent = token::indent(text);
                self.part().clear();
                self.part().push(KeptFrame {
                    file: bounded(frame.file, MAX_FILE),
                    ..KeptFrame::default()
                });
                Step::Taken
            }
            Token::Mark | Token::Context | Token::CutFrame | Token::Numbered(..) => Step::Taken,
            Token::Text if text.starts_with("Message: ") => Step::Taken,
            Token::Text if text.starts_with("Arguments: ") => Step::Last,
            Token::Text if !self.part().is_empty() && token::indent(text) > self.last_indent => {
                Step::Taken
            }
            _ => Step::Over,
        }
    }
}
