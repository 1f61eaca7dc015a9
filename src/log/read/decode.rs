//! From bytes to text: which encoding, is it a text at all, gzip, UTF-16, line ends.

use std::io::{self, Read};

/// How a log's bytes are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
}

/// Reads up to `most` bytes, fewer only at the end.
pub(super) fn fill(input: &mut dyn Read, most: u64) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    input.take(most).read_to_end(&mut out)?;
    Ok(out)
}

/// gzip, several members in a row allowed; what is behind a truncated end is lost, not an error,
/// since a log that is being rotated looks like that.
pub(super) struct Gunzip<R: Read> {
    inner: flate2::bufread::MultiGzDecoder<io::BufReader<R>>,
    any: bool,
}

impl<R: Read> Gunzip<R> {
    pub(super) fn new(input: R) -> Self {
        Self { inner: flate2::bufread::MultiGzDecoder::new(io::BufReader::new(input)), any: false }
    }
}

impl<R: Read> Read for Gunzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.inner.read(buffer) {
            Ok(read) => {
                self.any |= read > 0;
                Ok(read)
            }
            Err(e) if e.kind() == io::ErrorKind::UnexpectedEof && self.any => Ok(0),
            // Garbage behind a complete member is padding.
            Err(e) if e.kind() == io::ErrorKind::InvalidInput && self.any => Ok(0),
            Err(e) => Err(e),
        }
    }
}

/// UTF-16 by its mark, or by every other byte being NUL.
pub(super) fn encoding(head: &[u8]) -> Encoding {
    match head {
        [0xff, 0xfe, ..] => return Encoding::Utf16Le,
        [0xfe, 0xff, ..] => return Encoding::Utf16Be,
        _ => {}
    }
    let sample = &head[..head.len().min(4096) & !1];
    if sample.len() < 8 {
        return Encoding::Utf8;
    }
    let zeros = |start: usize| sample.iter().skip(start).step_by(2).filter(|&&c| c == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), sample.len() / 2);
    if odd * 10 >= half * 7 && even * 10 <= half {
        Encoding::Utf16Le
    } else if even * 10 >= half * 7 && odd * 10 <= half {
        Encoding::Utf16Be
    } else {
        Encoding::Utf8
    }
}

/// What a head that is no text looks like; more than one control byte in twenty is none.
pub(super) fn not_a_text(head: &[u8], encoding: Encoding) -> Option<&'static str> {
    const MAGIC: [(&[u8], &str); 9] = [
        (b"PK\x03\x04", "a zip archive"),
        (b"\x7fELF", "a program"),
        (b"\x89PNG", "an image"),
        (b"\xff\xd8\xff", "an image"),
        (b"%PDF-", "a PDF"),
        (b"SQLite format 3\0", "an SQLite database"),
        (b"\xfd7zXZ", "an xz archive (unpack it first)"),
        (b"\x28\xb5\x2f\xfd", "a zstd archive (unpack it first)"),
        (b"BZh", "a bzip2 archive (unpack it first)"),
    ];
    if let Some((_, what)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Some(what);
    }
    if encoding != Encoding::Utf8 {
        return None;
    }
    // NULs are no sign: a log truncated while it was open is full of them.
    let control = head
        .iter()
        .filter(|&&c| {
            (c < 0x20 && !matches!(c, 0 | b'\t' | b'\n' | b'\r' | 0x0c | 0x1b | 0x08)) || c == 0x7f
        })
        .count();
    let text = head.iter().filter(|&&c| c != 0).count();
    (control * 20 > text && control > 4).then_some("binary data")
}

/// The head as text, whatever its encoding.
pub(super) fn head_text(head: &[u8], encoding: Encoding) -> String {
    let text = match encoding {
        Encoding::Utf8 => String::from_utf8_lossy(head).into_owned(),
        Encoding::Utf16Le => encoding_rs::UTF_16LE.decode(head).0.into_owned(),
        Encoding::Utf16Be => encoding_rs::UTF_16BE.decode(head).0.into_owned(),
    };
    text.trim_start_matches(['\u{feff}', '\0']).replace("\r\n", "\n").replace(['\0'], "")
}

/// Makes every lone CR a line end, in place; CRs before a line end stay for the line's trim.
pub(super) fn normalise_line_ends(bytes: &mut [u8]) {
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'\r', &bytes[at..]) {
        let cr = at + found;
        let next = bytes[cr..].iter().position(|&c| c != b'\r').map_or(bytes.len(), |n| cr + n);
        if bytes.get(next).is_some_and(|&c| c != b'\n') {
            bytes[cr..next].fill(b'\n');
        }
        at = next;
    }
}

/// Turns UTF-16 into UTF-8 while reading.
pub(super) struct Utf16<R> {
    input: R,
    decoder: encoding_rs::Decoder,
    pending: Vec<u8>,
    ended: bool,
}

impl<R: Read> Utf16<R> {
    pub(super) fn new(input: R, encoding: Encoding) -> Self {
        let table = if encoding == Encoding::Utf16Be {
            encoding_rs::UTF_16BE
        } else {
            encoding_rs::UTF_16LE
        };
        Self {
            input,
            decoder: table.new_decoder_with_bom_removal(),
            pending: Vec::new(),
            ended: false,
        }
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.pending.is_empty() && !self.ended {
            let mut raw = [0u8; 16 * 1024];
            let read = self.input.read(&mut raw)?;
            self.ended = read == 0;
            let mut text = String::with_capacity(
                self.decoder.max_utf8_buffer_length(read).unwrap_or(64 * 1024),
            );
            let _ = self.decoder.decode_to_string(&raw[..read], &mut text, self.ended);
            self.pending = text.into_bytes();
        }
        let n = self.pending.len().min(buffer.len());
        buffer[..n].copy_from_slice(&self.pending[..n]);
        self.pending.drain(..n);
        Ok(n)
    }
}
