//! Opens a log and hands it out in blocks of whole lines.
//!
//! Logs are any size and any bytes: gzip and UTF-16 are recognised by content, broken UTF-8 is
//! replaced, NULs (left by a truncated log) are dropped, lone CRs end lines. Memory is bounded by
//! the block. What cannot be read is a typed [`ReadError`]: a fact for the report, not a panic.

mod decode;
mod files;
#[cfg(test)]
mod tests;
mod window;

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::bytes::clip;
use decode::{Encoding, Gunzip};

pub use files::rotated;
pub use window::{find_offset, first_line_from};

/// Bytes read at a time; a block is at most this long.
pub const BLOCK: usize = 1 << 20;
/// Bytes before a place that are read to know the number of its line.
const COUNTED: u64 = 32 << 20;
/// Longest line that is handed out; what is behind is counted as cut.
pub const LONGEST_LINE: usize = 64 * 1024;

/// Why a log could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    #[error("{} does not exist", .0.display())]
    Missing(PathBuf),
    #[error("{} is a directory, not a log", .0.display())]
    IsDirectory(PathBuf),
    #[error("{} is empty", .0.display())]
    Empty(PathBuf),
    /// Permission, a device error, broken gzip; the system's words.
    #[error("{} cannot be read: {reason}", path.display())]
    Unreadable { path: PathBuf, reason: String },
    /// Not a text; what it looks like.
    #[error("{} is not a text log but {what}", path.display())]
    Binary { path: PathBuf, what: &'static str },
}

/// Whole lines of a log, as text.
#[derive(Debug, Clone, Copy)]
pub struct Block<'a> {
    /// Lines with their ends; the last one may lack its own at the end of the file.
    pub text: &'a str,
    /// Number of the first line, from 1 (from where reading began).
    pub first_line: u64,
    /// Byte offset of the block in the decoded file.
    pub offset: u64,
}

/// One line of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RawLine<'a> {
    pub no: u64,
    pub offset: u64,
    /// Without its end, at most [`LONGEST_LINE`] bytes.
    pub text: &'a str,
}

impl<'a> Block<'a> {
    /// Its lines in order.
    pub fn lines(&self) -> Lines<'a> {
        Lines { text: self.text, at: 0, no: self.first_line, base: self.offset }
    }
}

/// The lines of a block, from a place in it on.
#[derive(Debug, Clone)]
pub struct Lines<'a> {
    text: &'a str,
    at: usize,
    no: u64,
    base: u64,
}

impl<'a> Lines<'a> {
    /// What stands behind the lines given so far.
    pub fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Leaves out so many bytes, which are whole lines; how many lines they are.
    pub fn leave_out(&mut self, bytes: usize) -> u64 {
        let left_out = &self.rest()[..bytes];
        let lines = count_lines(left_out.as_bytes());
        self.at += bytes;
        self.no += lines;
        lines
    }

    /// Number of the line that comes next.
    pub fn next_no(&self) -> u64 {
        self.no
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = RawLine<'a>;

    fn next(&mut self) -> Option<RawLine<'a>> {
        let rest = self.rest();
        if rest.is_empty() {
            return None;
        }
        let end = memchr::memchr(b'\n', rest.as_bytes());
        let line = &rest[..end.unwrap_or(rest.len())];
        let out = RawLine {
            no: self.no,
            offset: self.base + self.at as u64,
            text: clip(line.trim_end_matches('\r'), LONGEST_LINE),
        };
        self.at += end.map_or(rest.len(), |end| end + 1);
        self.no += 1;
        Some(out)
    }
}

/// Lines of a text, the last one with or without its end.
pub fn count_lines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
        + u64::from(bytes.last().is_some_and(|&c| c != b'\n'))
}

/// What was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReadStats {
    pub lines: u64,
    /// Of the decoded file.
    pub bytes: u64,
    /// Bytes of lines longer than a block that were left out.
    pub cut: u64,
    /// Bytes were not valid text and were replaced.
    pub replaced: bool,
    /// The caller stopped before the end.
    pub stopped: bool,
}

/// An open log.
pub struct LogReader {
    path: PathBuf,
    input: Box<dyn Read + Send>,
    encoding: Encoding,
    /// Bytes read to look at the beginning.
    head: Vec<u8>,
    /// Where in the file reading begins.
    start: u64,
    /// The file's size on disk, where it is a file.
    size: Option<u64>,
    /// A byte of the input is a byte of the text.
    plain: bool,
    /// How far the file may be read; `None` for what cannot be entered in the middle.
    limit: Option<u64>,
}

impl fmt::Debug for LogReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogReader")
            .field("path", &self.path)
            .field("start", &self.start)
            .finish_non_exhaustive()
    }
}

impl LogReader {
    /// Opens a path; `-` is standard input.
    ///
    /// # Errors
    /// Missing, a directory, unreadable, empty or no text.
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        if path.as_os_str() == "-" {
            return Self::from_reader(path, Box::new(io::stdin()), None);
        }
        let file = open_file(path)?;
        let meta = file.metadata().ok();
        let size = meta.as_ref().map(std::fs::Metadata::len);
        let limit = meta.filter(std::fs::Metadata::is_file).map(|_| u64::MAX);
        Self::from_reader(path, Box::new(file), size).map(|log| log.limited(limit))
    }

    /// Opens a file at the first line border at or behind `offset` (bytes of the file on disk).
    /// Compressed and UTF-16 files cannot be entered in the middle and are opened at their start.
    ///
    /// # Errors
    /// As [`LogReader::open`].
    pub fn open_at(path: &Path, offset: u64) -> Result<Self, ReadError> {
        let whole = Self::open(path)?;
        if offset == 0 || path.as_os_str() == "-" || whole.encoding != Encoding::Utf8 {
            return Ok(whole);
        }
        let unreadable =
            |e: io::Error| ReadError::Unreadable { path: path.to_owned(), reason: e.to_string() };
        let mut file = open_file(path)?;
        let start = window::line_border(&mut file, offset).map_err(unreadable)?;
        file.seek(SeekFrom::Start(start)).map_err(unreadable)?;
        Ok(Self { input: Box::new(file), head: Vec::new(), start, ..whole })
    }

    /// Opens the first `bytes` of a file (on disk): what stood in it at an earlier moment.
    ///
    /// # Errors
    /// As [`LogReader::open`].
    pub fn open_until(path: &Path, bytes: u64) -> Result<Self, ReadError> {
        Self::from_reader(path, Box::new(open_file(path)?.take(bytes)), Some(bytes))
            .map(|log| log.limited(Some(bytes)))
    }

    fn limited(self, limit: Option<u64>) -> Self {
        Self { limit: limit.filter(|_| self.plain), ..self }
    }

    /// Whether [`LogReader::enter`] can leave out anything.
    #[must_use]
    pub fn can_be_entered(&self) -> bool {
        self.limit.is_some() && self.start == 0
    }

    /// Leaves out what stands before `offset` (bytes of the file on disk, a line border).
    ///
    /// # Errors
    /// As [`LogReader::open`].
    pub fn enter(self, offset: u64) -> Result<Self, ReadError> {
        let Some(limit) = self.limit else { return Ok(self) };
        let path = self.path.clone();
        let unreadable = |e: io::Error| ReadError::Unreadable { path, reason: e.to_string() };
        let mut file = open_file(&self.path)?;
        file.seek(SeekFrom::Start(offset)).map_err(unreadable)?;
        let input = Box::new(file.take(limit.saturating_sub(offset)));
        Ok(Self { input, head: Vec::new(), start: offset, ..self })
    }

    /// Lines of the file before the place where reading begins; `None` where counting them would
    /// take longer than a moment.
    #[must_use]
    pub fn lines_before(&self) -> Option<u64> {
        if self.start == 0 {
            return Some(0);
        }
        if self.start > COUNTED {
            return None;
        }
        let mut file = open_file(&self.path).ok()?.take(self.start);
        let mut piece = vec![0u8; 256 * 1024];
        let mut lines = 0;
        loop {
            match file.read(&mut piece).ok()? {
                0 => return Some(lines),
                read => lines += memchr::memchr_iter(b'\n', &piece[..read]).count() as u64,
            }
        }
    }

    /// Opens the last `bytes` of a file, from a line border on.
    ///
    /// # Errors
    /// As [`LogReader::open`].
    pub fn open_tail(path: &Path, bytes: u64) -> Result<Self, ReadError> {
        let size = std::fs::metadata(path).map_or(0, |meta| meta.len());
        Self::open_at(path, size.saturating_sub(bytes))
    }

    /// Reads from anything; `path` is for messages only.
    ///
    /// # Errors
    /// Unreadable, empty or no text.
    pub fn from_reader(
        path: &Path,
        mut input: Box<dyn Read + Send>,
        size: Option<u64>,
    ) -> Result<Self, ReadError> {
        let unreadable = |e: io::Error| match e.kind() {
            io::ErrorKind::IsADirectory => ReadError::IsDirectory(path.to_owned()),
            _ => ReadError::Unreadable { path: path.to_owned(), reason: e.to_string() },
        };
        let mut head = decode::fill(&mut input, 64 * 1024).map_err(unreadable)?;
        let mut packed = false;
        // A rotated log may have been compressed twice by two tools; nobody nests deeper.
        for _ in 0..2 {
            if !head.starts_with(&[0x1f, 0x8b]) {
                break;
            }
            packed = true;
            input = Box::new(Gunzip::new(io::Cursor::new(head).chain(input)));
            head = decode::fill(&mut input, 64 * 1024).map_err(unreadable)?;
        }
        if head.is_empty() {
            return Err(ReadError::Empty(path.to_owned()));
        }
        let encoding = decode::encoding(&head);
        if let Some(what) = decode::not_a_text(&head, encoding) {
            return Err(ReadError::Binary { path: path.to_owned(), what });
        }
        let plain = !packed && encoding == Encoding::Utf8;
        Ok(Self {
            path: path.to_owned(),
            input,
            encoding,
            head,
            start: 0,
            size,
            plain,
            limit: None,
        })
    }

    /// The path as it was given.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes on disk, where it is a file.
    pub fn size(&self) -> Option<u64> {
        self.size
    }

    /// Bytes on disk from where reading begins, where it is a file.
    pub fn ahead(&self) -> Option<u64> {
        Some(self.size?.saturating_sub(self.start))
    }

    /// Where in the file reading begins: 0 unless opened at an offset.
    pub fn start(&self) -> u64 {
        self.start
    }

    /// Where the last `bytes` of the log begin, where that is known before it is read.
    pub fn newest(&self, bytes: u64) -> Option<u64> {
        let size = self.size?.min(self.limit?);
        Some(size.saturating_sub(bytes))
    }

    /// The first part of the log as text (at most 64 KiB), to recognise what it is. Nothing is consumed.
    pub fn peek(&self) -> String {
        decode::head_text(&self.head, self.encoding)
    }

    /// Calls `f` for each block until the end or until it breaks.
    ///
    /// # Errors
    /// The system's error in mid-file; blocks before it were handed out.
    pub fn for_each_block(
        mut self,
        mut f: impl FnMut(Block<'_>) -> ControlFlow<()>,
    ) -> Result<ReadStats, ReadError> {
        let head = std::mem::take(&mut self.head);
        let input = io::Cursor::new(head).chain(self.input);
        let path = self.path;
        let result = match self.encoding {
            Encoding::Utf8 => blocks(input, self.start, &mut f),
            wide => blocks(decode::Utf16::new(input, wide), self.start, &mut f),
        };
        result.map_err(|e| ReadError::Unreadable { path, reason: e.to_string() })
    }
}

/// Opens a file, telling apart what can be wrong with a path.
fn open_file(path: &Path) -> Result<File, ReadError> {
    let file = File::open(path).map_err(|e| match e.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            ReadError::Missing(path.to_owned())
        }
        _ => ReadError::Unreadable { path: path.to_owned(), reason: e.to_string() },
    })?;
    if file.metadata().is_ok_and(|meta| meta.is_dir()) {
        return Err(ReadError::IsDirectory(path.to_owned()));
    }
    Ok(file)
}

/// Reads, cuts at line ends, cleans and hands out.
fn blocks(
    mut input: impl Read,
    start: u64,
    f: &mut impl FnMut(Block<'_>) -> ControlFlow<()>,
) -> io::Result<ReadStats> {
    let mut buffer = vec![0u8; BLOCK];
    let mut stats = ReadStats::default();
    let (mut filled, mut line, mut offset) = (0usize, 1u64, start);
    // The rest of a line that was longer than the whole block is being skipped.
    let mut skipping = false;
    let mut first = true;
    loop {
        let read = match input.read(&mut buffer[filled..]) {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            other => other?,
        };
        filled += read;
        let ended = read == 0;
        if !ended && filled < buffer.len() {
            continue;
        }
        if first && buffer[..filled].starts_with(b"\xef\xbb\xbf") {
            buffer[..3].fill(0);
        }
        first = false;
        let (mut used, mut from) = (filled, 0);
        if skipping {
            // A line end behind a cut line was already given to its first part.
            match memchr::memchr(b'\n', &buffer[..filled]) {
                Some(end) => {
                    skipping = false;
                    from = end + 1;
                }
                None => from = filled,
            }
            stats.cut += from as u64;
        }
        let mut shown = filled;
        if !ended && from < filled {
            if let Some(end) = memchr::memrchr(b'\n', &buffer[from..filled]) {
                used = from + end + 1;
                shown = used;
            } else if from == 0 {
                skipping = true;
                shown = LONGEST_LINE;
                stats.cut += (filled - shown) as u64;
            } else {
                // Not a whole line yet: keep it and read on.
                used = from;
                shown = from;
            }
        }
        if from < shown {
            let block_offset = offset + from as u64;
            let flow = hand_out(&mut buffer[from..shown], line, block_offset, &mut stats, f);
            line = 1 + stats.lines;
            if flow.is_break() {
                stats.bytes = block_offset - start + (shown - from) as u64;
                stats.stopped = true;
                return Ok(stats);
            }
        }
        buffer.copy_within(used..filled, 0);
        filled -= used;
        offset += used as u64;
        if ended {
            stats.bytes = offset - start;
            return Ok(stats);
        }
    }
}

/// One block: line ends and NULs put right, text checked, lines counted.
fn hand_out(
    bytes: &mut [u8],
    first_line: u64,
    offset: u64,
    stats: &mut ReadStats,
    f: &mut impl FnMut(Block<'_>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    decode::normalise_line_ends(bytes);
    let without_nuls;
    let mut bytes: &[u8] = bytes;
    if memchr::memchr(0, bytes).is_some() {
        without_nuls = bytes.iter().copied().filter(|&c| c != 0).collect::<Vec<u8>>();
        bytes = &without_nuls;
    }
    if bytes.is_empty() {
        return ControlFlow::Continue(());
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => std::borrow::Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    };
    stats.replaced |= matches!(text, std::borrow::Cow::Owned(_));
    stats.lines += count_lines(bytes);
    f(Block { text: &text, first_line, offset })
}
