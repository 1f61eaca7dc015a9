//! Tracebacks that stand in a log byte for byte as they stood before: known without reading their lines.
//!
//! Logs of gigabytes are mostly the same few tracebacks. One without prefixes is a run of bytes, from its
//! header to its exception line; the run, and how the next line begins, decide what the assembler makes of
//! it. The bytes are compared, not only hashed: no log can pass off one traceback as another.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// The header with which such a run begins.
pub(in crate::log) const HEADER: &str = "Traceback (most recent call last):";
/// Most bytes of one run: a recursion's traceback is longer and is read line by line.
const LONGEST: usize = 16 * 1024;
/// Most bytes of all runs kept; all are forgotten beyond that.
const MOST: usize = 2 * 1024 * 1024;
/// Bytes of the next line that tell how it begins.
const NEXT: usize = 24;
/// Bytes at either end of a run that its hash is made of.
const ENDS: usize = 64;

/// A run at the beginning of a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run<'a> {
    bytes: &'a str,
    /// Lines of it.
    pub(super) lines: u64,
    /// The beginning of the line behind it.
    next: &'a str,
}

impl<'a> Run<'a> {
    /// The run with which a text begins: the header, indented lines, one that is not; and another line.
    pub(super) fn of(text: &'a str) -> Option<Self> {
        let bytes = text.as_bytes();
        let mut at = text.strip_prefix(HEADER)?.starts_with('\n').then_some(HEADER.len() + 1)?;
        let mut lines = 1;
        loop {
            let indented = *bytes.get(at)? == b' ';
            at += memchr::memchr(b'\n', &bytes[at..bytes.len().min(LONGEST)])? + 1;
            lines += 1;
            if !indented {
                break;
            }
        }
        let mut end = bytes.len().min(at + NEXT);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let next = text[at..end].split('\n').next()?;
        // An empty line may be followed by the second half of a chain.
        (lines > 2 && !next.trim().is_empty()).then_some(Self { bytes: &text[..at], lines, next })
    }

    fn hash(&self) -> u64 {
        let mut hash = DefaultHasher::new();
        let bytes = self.bytes.as_bytes();
        bytes.len().hash(&mut hash);
        bytes[bytes.len().saturating_sub(ENDS)..].hash(&mut hash);
        let front = HEADER.len().min(bytes.len());
        bytes[front..bytes.len().min(front + ENDS)].hash(&mut hash);
        hash.finish()
    }
}

/// A run that was read, and what the assembler made of it.
#[derive(Debug, Clone)]
struct Known {
    bytes: Box<str>,
    next: Box<str>,
    /// Hash of the event's body: see `repeat::body`.
    body: u64,
}

/// A run that is being read.
#[derive(Debug, Clone)]
struct Watched {
    known: Known,
    hash: u64,
    first_line: u64,
    lines: u64,
    /// Lines that the assembler took since.
    taken: u64,
}

/// The runs of a file that were read.
#[derive(Debug, Clone, Default)]
pub(super) struct Verbatim {
    runs: HashMap<u64, Vec<Known>>,
    size: usize,
    watched: Option<Watched>,
}

impl Verbatim {
    /// What was made of the same run before.
    pub(super) fn body(&self, run: &Run<'_>) -> Option<u64> {
        let known = self.runs.get(&run.hash())?;
        let same = |known: &&Known| *known.bytes == *run.bytes && alike(&known.next, run.next);
        Some(known.iter().find(same)?.body)
    }

    /// The run is read line by line now; `first_line` is the number of its header.
    pub(super) fn watch(&mut self, run: &Run<'_>, first_line: u64) {
        self.watched = Some(Watched {
            known: Known { bytes: run.bytes.into(), next: run.next.into(), body: 0 },
            hash: run.hash(),
            first_line,
            lines: run.lines,
            taken: 0,
        });
    }

    /// The assembler takes one more line.
    pub(super) fn take(&mut self) {
        if let Some(watched) = &mut self.watched {
            watched.taken += 1;
        }
    }

    /// An event of these lines is complete: if it is the watched run's, its like is known from now on.
    /// Not so where more than the line behind the run was needed to end it: a call stack may follow.
    pub(super) fn read(&mut self, first_line: u64, last_line: u64, body: u64) {
        let Some(watched) = self.watched.take_if(|watched| watched.first_line == first_line) else {
            return;
        };
        if first_line + watched.lines != last_line + 1 || watched.taken != watched.lines + 1 {
            return;
        }
        let size = watched.known.bytes.len() + watched.known.next.len();
        if self.size + size > MOST {
            self.runs.clear();
            self.size = 0;
        }
        self.size += size;
        self.runs.entry(watched.hash).or_default().push(Known { body, ..watched.known });
    }
}

/// Two beginnings of lines that differ in digits only.
fn alike(a: &str, b: &str) -> bool {
    a.len() == b.len()
        && a.bytes().zip(b.bytes()).all(|(a, b)| a == b || a.is_ascii_digit() && b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::{Run, Verbatim};

    const TEXT: &str = "Traceback (most recent call last):\n  File \"/srv/shop/app.py\", line 7, in pay\n    \
                        total = basket['sum']\nKeyError: 'sum'\n2026-04-13 07:57:44,065: next record\n";

    #[test]
    fn a_run_ends_with_its_exception_line() {
        let run = Run::of(TEXT).expect("a run");
        assert_eq!((run.lines, run.next), (4, "2026-04-13 07:57:44,065:"));
        assert!(run.bytes.ends_with("KeyError: 'sum'\n"));
        for cut in [
            "Traceback (most recent call last):",
            "Traceback (most recent call last):\n",
            "Traceback (most recent call last):\n  File \"/srv/shop/app.py\", line 7, in pay\n",
            "Traceback (most recent call last):\n  File \"/srv/x.py\", line 7, in pay\nKeyError: 'sum'\n",
            "Traceback (most recent call last):\n  File \"/srv/x.py\", line 7, in pay\nKeyError: 'sum'\n\n",
            "Traceback (most recent call last):\nKeyError: 'sum'\nnext\n",
            "x Traceback (most recent call last):\n  File\nKeyError: 'sum'\nnext\n",
        ] {
            assert!(Run::of(cut).is_none(), "{cut}");
        }
    }

    #[test]
    fn known_after_it_was_read_and_only_byte_for_byte() {
        let run = Run::of(TEXT).expect("a run");
        let mut verbatim = Verbatim::default();
        assert_eq!(verbatim.body(&run), None);
        let mut read = |first: u64, last: u64, taken: usize, body: u64| {
            verbatim.watch(&run, 10);
            (0..taken).for_each(|_| verbatim.take());
            verbatim.read(first, last, body);
            verbatim.body(&run)
        };
        assert_eq!(read(9, 13, 5, 1), None);
        assert_eq!(read(10, 14, 5, 2), None, "more lines than the run's made the event");
        assert_eq!(read(10, 13, 9, 3), None, "a call stack followed");
        assert_eq!(read(10, 13, 5, 7), Some(7));
        let later = TEXT.replace("07:57:44", "09:11:02");
        assert_eq!(verbatim.body(&Run::of(&later).expect("a run")), Some(7));
        for other in [("basket", "bucket"), ("'sum'\n2", "'sun'\n2"), ("\n2026-", "\nDuring")] {
            let text = TEXT.replace(other.0, other.1);
            assert_eq!(verbatim.body(&Run::of(&text).expect("a run")), None, "{text}");
        }
    }
}
