//! The bytes of a file, without waiting and with as few system calls as can be.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// Opens a file without waiting, whatever it is: its name is looked up once only.
#[cfg(unix)]
fn open(disk: &Path) -> Option<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let at_once = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).ok()?;
    File::options().read(true).custom_flags(at_once).open(disk).ok()
}

/// Opens a regular file.
#[cfg(not(unix))]
fn open(disk: &Path) -> Option<File> {
    std::fs::metadata(disk).ok()?.is_file().then(|| File::open(disk).ok()).flatten()
}

/// Reads once, into the room that is left: how many bytes.
#[cfg(unix)]
fn fill(file: &mut File, bytes: &mut Vec<u8>) -> Option<usize> {
    rustix::io::read(file, rustix::buffer::spare_capacity(bytes)).ok()
}

/// Reads once, into the room that is left: how many bytes.
#[cfg(not(unix))]
fn fill(file: &mut File, bytes: &mut Vec<u8>) -> Option<usize> {
    bytes.resize(bytes.capacity(), 0);
    let read = file.read(bytes).ok()?;
    bytes.truncate(read);
    Some(read)
}

/// The bytes of a regular file of at most `most` bytes. Nothing is opened that could make the reader wait.
pub(super) fn contents(disk: &Path, most: u64) -> Option<Vec<u8>> {
    let mut file = open(disk)?;
    let meta = file.metadata().ok()?;
    if !meta.is_file() || meta.len() > most {
        return None;
    }
    // One byte more than there should be: that it stays away is the end of a regular file.
    let size = usize::try_from(meta.len()).ok()?;
    let mut bytes = Vec::with_capacity(size + 1);
    let read = fill(&mut file, &mut bytes)?;
    if read != size {
        file.take(most + 1 - read as u64).read_to_end(&mut bytes).ok()?;
    }
    (bytes.len() as u64 <= most).then_some(bytes)
}
