//! Enters a file in the middle: at a line border, or where a window of time begins.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use jiff::Timestamp;

/// Lines looked at for a stamp before a place is given up; tracebacks are shorter.
const PROBE: usize = 256 * 1024;

/// The first line border at or behind `offset`; the end of the file where there is none.
pub(super) fn line_border(file: &mut File, offset: u64) -> io::Result<u64> {
    if offset == 0 {
        return Ok(0);
    }
    // A border is behind a line end, so the byte before decides.
    let mut at = offset - 1;
    file.seek(SeekFrom::Start(at))?;
    let mut piece = vec![0u8; 64 * 1024];
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            return Ok(at);
        }
        if let Some(end) = memchr::memchr(b'\n', &piece[..read]) {
            return Ok(at + end as u64 + 1);
        }
        at += read as u64;
    }
}

/// The text of the first whole line at or behind `offset` and where it begins; at most 64 KiB of it.
///
/// # Errors
/// The system's.
pub fn first_line_from(path: &Path, offset: u64) -> io::Result<Option<(u64, String)>> {
    let mut file = File::open(path)?;
    let start = line_border(&mut file, offset)?;
    file.seek(SeekFrom::Start(start))?;
    let mut head = Vec::new();
    file.take(super::LONGEST_LINE as u64).read_to_end(&mut head)?;
    if head.is_empty() {
        return Ok(None);
    }
    let end = memchr::memchr(b'\n', &head).unwrap_or(head.len());
    Ok(Some((start, String::from_utf8_lossy(&head[..end]).into_owned())))
}

/// The offset of a line border such that everything before it is older than `since`, found by
/// halving: for files whose stamps ascend (a caller who is not sure reads the file). `stamp_of`
/// gives a line's time; lines without one are passed over. 0 where no stamp is found.
///
/// # Errors
/// The system's.
pub fn find_offset(
    path: &Path,
    since: Timestamp,
    mut stamp_of: impl FnMut(&str) -> Option<Timestamp>,
) -> io::Result<u64> {
    let mut file = File::open(path)?;
    let (mut low, mut high) = (0u64, file.metadata()?.len());
    let mut piece = Vec::with_capacity(PROBE);
    // Below this, reading is cheaper than looking for a place.
    while high - low > PROBE as u64 {
        let middle = low + (high - low) / 2;
        let start = line_border(&mut file, middle)?;
        file.seek(SeekFrom::Start(start))?;
        piece.clear();
        Read::by_ref(&mut file).take(PROBE as u64).read_to_end(&mut piece)?;
        let text = String::from_utf8_lossy(&piece);
        let stamp = text.lines().find_map(&mut stamp_of);
        match stamp {
            Some(at) if at < since => low = start.min(high).max(middle),
            // A piece without any stamp says nothing: be careful and look earlier.
            Some(_) | None => high = middle,
        }
    }
    line_border_before(&mut file, low)
}

/// The start of the line that `offset` stands in.
fn line_border_before(file: &mut File, offset: u64) -> io::Result<u64> {
    let from = offset.saturating_sub(super::LONGEST_LINE as u64);
    file.seek(SeekFrom::Start(from))?;
    let mut piece = Vec::new();
    file.take(offset - from).read_to_end(&mut piece)?;
    Ok(memchr::memrchr(b'\n', &piece).map_or(from, |end| from + end as u64 + 1))
}
