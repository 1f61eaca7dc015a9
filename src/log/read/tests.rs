//! Files as they come.

use std::io::Write;

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;

/// Number, offset, text.
type Lines = Vec<(u64, u64, String)>;

fn read(bytes: &[u8]) -> Result<(Lines, ReadStats), ReadError> {
    let reader =
        LogReader::from_reader(Path::new("x"), Box::new(io::Cursor::new(bytes.to_vec())), None)?;
    let mut lines = Vec::new();
    let stats = reader.for_each_block(|block| {
        lines.extend(block.lines().map(|line| (line.no, line.offset, line.text.to_owned())));
        ControlFlow::Continue(())
    })?;
    Ok((lines, stats))
}

fn texts(bytes: &[u8]) -> Vec<String> {
    read(bytes).expect("readable").0.into_iter().map(|line| line.2).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("in memory");
    encoder.finish().expect("in memory")
}

#[test]
fn line_ends() {
    assert_eq!(texts(b"a\nb\n"), ["a", "b"]);
    assert_eq!(texts(b"a\nb"), ["a", "b"]);
    assert_eq!(texts(b"a\r\nb\r\n"), ["a", "b"]);
    assert_eq!(texts(b"a\rb\rc"), ["a", "b", "c"]);
    assert_eq!(texts(b"a\r\r\nb"), ["a", "b"]);
    assert_eq!(texts(b"\n\na\n"), ["", "", "a"]);
    assert_eq!(texts(b"a\r"), ["a"]);
}

#[test]
fn encodings() {
    assert_eq!(texts(b"\xef\xbb\xbfa\nb"), ["a", "b"]);
    let le: Vec<u8> = "\u{feff}Grüße\nb".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(texts(&le), ["Grüße", "b"]);
    let bare: Vec<u8> = "plain text\nb".encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!(texts(&bare), ["plain text", "b"]);
    assert_eq!(texts(b"caf\xe9\nb"), ["caf\u{fffd}", "b"]);
    assert_eq!(texts(b"\0\0\0\0\0a\0b\nc"), ["ab", "c"]);
    assert_eq!(texts(&gzip(b"a\nb\n")), ["a", "b"]);
    let two = [gzip(b"a\n"), gzip(b"b\n")].concat();
    assert_eq!(texts(&two), ["a", "b"]);
}

#[test]
fn a_truncated_gzip_gives_what_is_there() {
    let body: String = (0..50_000u32)
        .map(|i| format!("line {}", i.wrapping_mul(2_654_435_761)))
        .collect::<Vec<_>>()
        .join("\n");
    let whole = gzip(body.as_bytes());
    let lines = texts(&whole[..whole.len() / 2]);
    assert!(lines.len() > 1000 && lines[0] == "line 0");
}

#[test]
fn errors_are_typed() {
    assert!(matches!(LogReader::open(Path::new("/no/such/file")), Err(ReadError::Missing(_))));
    assert!(matches!(LogReader::open(Path::new("/")), Err(ReadError::IsDirectory(_))));
    assert!(matches!(read(b""), Err(ReadError::Empty(_))));
    assert!(matches!(read(b"PK\x03\x04rest"), Err(ReadError::Binary { .. })));
    let noise: Vec<u8> =
        (0..4096u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    assert!(matches!(read(&noise), Err(ReadError::Binary { .. })));
}

#[test]
fn long_lines_are_cut_and_numbering_goes_on() {
    let mut bytes = vec![b'x'; 3 * BLOCK + 17];
    bytes.extend_from_slice(b"\nnext\n");
    bytes.extend(vec![b'y'; LONGEST_LINE + 5]);
    bytes.extend_from_slice(b"\nlast");
    let (lines, stats) = read(&bytes).expect("readable");
    assert_eq!(lines.len(), 4);
    assert_eq!((lines[0].0, lines[0].2.len()), (1, LONGEST_LINE));
    assert_eq!((lines[1].0, lines[1].2.as_str()), (2, "next"));
    assert_eq!(lines[1].1, 3 * BLOCK as u64 + 18);
    assert_eq!(lines[2].2.len(), LONGEST_LINE);
    assert_eq!((lines[3].0, lines[3].2.as_str()), (4, "last"));
    assert_eq!((stats.lines, stats.bytes), (4, bytes.len() as u64));
    assert!(stats.cut > 2 * BLOCK as u64);
}

#[test]
fn blocks_hold_whole_lines() {
    let body: String =
        (0..200_000).map(|i| format!("line number {i}")).collect::<Vec<_>>().join("\n");
    let (lines, stats) = read(body.as_bytes()).expect("readable");
    assert_eq!(stats.lines, 200_000);
    for (i, (no, offset, text)) in lines.iter().enumerate() {
        assert_eq!((*no, text.as_str()), (i as u64 + 1, format!("line number {i}").as_str()));
        assert!(body[*offset as usize..].starts_with(text));
    }
}

#[test]
fn windows() {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    let second = 1_776_068_000i64;
    for i in 0..60_000 {
        writeln!(file, "{} some words that make the line longer", second + i).expect("written");
    }
    file.flush().expect("written");
    let tail = LogReader::open_tail(file.path(), 100).expect("readable");
    let mut lines = Vec::new();
    let start = tail.start();
    tail.for_each_block(|block| {
        assert_eq!(block.offset, start);
        lines.extend(block.lines().map(|line| line.text.to_owned()));
        ControlFlow::Continue(())
    })
    .expect("readable");
    assert!(
        lines[0].starts_with("177612") && lines.last().is_some_and(|l| l.starts_with("1776127999"))
    );
    let since = Timestamp::from_second(second + 50_000).expect("in range");
    let stamp = |line: &str| Timestamp::from_second(line.get(..10)?.parse().ok()?).ok();
    let offset = find_offset(file.path(), since, stamp).expect("readable");
    let (at, line) = first_line_from(file.path(), offset).expect("readable").expect("a line");
    assert_eq!(at, offset);
    let found = stamp(&line).expect("a stamp");
    assert!(found <= since && found.as_second() > second + 30_000, "{line}");
}

#[test]
fn stopping_early() {
    let reader =
        LogReader::from_reader(Path::new("x"), Box::new(io::Cursor::new(b"a\nb\n".to_vec())), None);
    let stats =
        reader.expect("readable").for_each_block(|_| ControlFlow::Break(())).expect("readable");
    assert!(stats.stopped);
}

proptest! {
    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        if let Ok((lines, stats)) = read(&bytes) {
            prop_assert_eq!(lines.len() as u64, stats.lines);
        }
    }
}
