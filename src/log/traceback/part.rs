//! One exception of a chain as it is collected: its frames, bounded, and its line.

use std::collections::VecDeque;

use crate::model::ChainLink;

/// Frames kept of the start and of the end of one traceback; together the model's 200.
const HEAD_FRAMES: usize = 60;
const TAIL_FRAMES: usize = 140;

/// A frame with owned text.
#[derive(Debug, Clone, Default)]
pub(super) struct KeptFrame {
    pub file: String,
    pub line: u32,
    pub function: Option<String>,
    pub source: Option<String>,
    pub log_line: u64,
}

/// One exception of the chain.
#[derive(Debug, Clone, Default)]
pub(super) struct Part {
    pub(super) head: Vec<KeptFrame>,
    pub(super) tail: VecDeque<KeptFrame>,
    pub exception: Option<(String, String)>,
    /// How the exception printed before it led to this one.
    pub link: Option<ChainLink>,
    /// Member of an exception group.
    pub member: bool,
}

impl Part {
    pub(super) fn push(&mut self, frame: KeptFrame) {
        if self.head.len() < HEAD_FRAMES {
            self.head.push(frame);
            return;
        }
        if self.tail.len() == TAIL_FRAMES {
            self.tail.pop_front();
        }
        self.tail.push_back(frame);
    }

    /// Forgets the frames.
    pub(super) fn clear(&mut self) {
        self.head.clear();
        self.tail.clear();
    }

    pub(super) fn last(&mut self) -> Option<&mut KeptFrame> {
        self.tail.back_mut().or(self.head.last_mut())
    }

    pub(super) fn frames(&self) -> impl Iterator<Item = &KeptFrame> {
        self.head.iter().chain(self.tail.iter())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.head.is_empty()
    }
}

/// What the last line was, for the rest of a line that a terminal broke in two.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Tail {
    #[default]
    None,
    /// The frame line as it stood.
    /// As far as the line was printed; `None`: as the last frame says.
    Frame(Option<String>),
    Source,
    Exception,
}

/// At most so many characters.
pub(super) fn bounded(text: &str, chars: usize) -> String {
    // So many bytes are at most so many characters.
    if text.len() <= chars {
        return text.to_owned();
    }
    match text.char_indices().nth(chars) {
        Some((end, _)) => text[..end].to_owned(),
        None => text.to_owned(),
    }
}
