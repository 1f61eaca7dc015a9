//! Bytes to text, by Python's rules: byte order marks, PEP 263 cookies, UTF-16, NUL bytes.
//!
//! A file that Python would refuse is still decoded as well as possible, so that the tree can be read.
//! Rules: <https://peps.python.org/pep-0263/> and CPython's tokenizer.

use std::borrow::Cow;
use std::ops::Range;

use super::problem::ErrorKind;

/// How the bytes became text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// Without the byte order mark.
    pub text: String,
    /// The encoding that was used: `utf-8`, `latin-1`, `utf-16`, or the cookie's name.
    pub encoding: String,
    /// Bytes of the byte order mark, left out of `text`.
    pub bom: usize,
    /// Byte offsets in `text` plus `bom` are byte offsets in the file.
    pub same_bytes: bool,
    /// What Python refuses; at most one.
    pub problem: Option<DecodeProblem>,
    /// The text is not the file's (binary, UTF-16, an encoding that is not known here): no more can be said about it.
    pub unreadable: bool,
}

/// What is wrong with the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeProblem {
    pub kind: ErrorKind,
    /// In the decoded text.
    pub range: Range<usize>,
    pub message: String,
    pub cpython_like: Option<String>,
    pub hint: String,
}

/// A coding cookie: its name and where the name stands.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Cookie {
    name: String,
    range: Range<usize>,
}

/// Decodes a source file.
pub fn decode(bytes: &[u8]) -> Decoded {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return utf16(bytes);
    }
    let bom = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let body = &bytes[bom..];
    // The usual file: UTF-8 without NUL. The cookie still decides whether Python agrees.
    let valid = std::str::from_utf8(body);
    if memchr::memchr(0, body).is_some() {
        return nul(bytes, body, bom);
    }
    let cookie = find_cookie(body);
    let name = cookie.as_ref().map(|cookie| normal_name(&cookie.name));
    let codec = name.as_deref().map_or(Codec::Utf8, codec_of);
    let mut out = match (&codec, valid) {
        (Codec::Utf8 | Codec::Unknown | Codec::NotText, Ok(text)) => {
            done(text.to_owned(), "utf-8", bom)
        }
        (_, _) if bom > 0 => lossy_utf8(body, bom),
        (Codec::Utf8, Err(_)) => lossy_utf8(body, bom),
        (Codec::Unknown | Codec::NotText, Err(_)) => {
            Decoded { problem: None, ..lossy_utf8(body, bom) }
        }
        (Codec::Latin1 | Codec::OnlyPython, _) => {
            done(latin1(body), name.as_deref().unwrap_or("latin-1"), bom)
        }
        (Codec::Ascii, _) => ascii(body, bom),
        (Codec::Table(encoding), _) => table(body, bom, encoding, name.as_deref().unwrap_or("")),
    };
    out.same_bytes = out.text.len() == body.len() && out.text.as_bytes() == body;
    let Some(cookie) = cookie else { return out };
    let shown = cookie.name.as_str();
    let wrong = match codec {
        Codec::Unknown => Some((
            ErrorKind::UnknownEncoding,
            format!(
                "line {} names an encoding that Python does not know: {shown}",
                cookie_line(body, cookie.range.start)
            ),
            format!("unknown encoding: {shown}"),
            unknown_hint(shown),
        )),
        Codec::NotText => Some((
            ErrorKind::EncodingMismatch,
            format!("the file says that it is stored as {shown}, but it is not"),
            format!("encoding problem: {shown}"),
            "Delete the coding line and save the file as UTF-8.".to_owned(),
        )),
        _ if bom > 0 && cookie_name(&cookie.name) != "utf-8" => Some((
            ErrorKind::EncodingMismatch,
            format!(
                "the file begins with a UTF-8 mark (BOM), but its coding line says {shown}; Python refuses the contradiction"
            ),
            format!("encoding problem: {shown} with BOM"),
            "Delete the coding line: Python reads UTF-8 without it.".to_owned(),
        )),
        _ => None,
    };
    if let Some((kind, message, cpython, hint)) = wrong {
        out.problem = Some(DecodeProblem {
            kind,
            range: cookie.range,
            message,
            cpython_like: Some(cpython),
            hint,
        });
    }
    out
}

fn done(text: String, encoding: &str, bom: usize) -> Decoded {
    Decoded {
        text,
        encoding: encoding.to_owned(),
        bom,
        same_bytes: false,
        problem: None,
        unreadable: false,
    }
}

/// What a cookie's name stands for.
enum Codec {
    Utf8,
    Latin1,
    Ascii,
    Table(&'static encoding_rs::Encoding),
    /// Python can decode it, this program cannot; ASCII is the same in it.
    OnlyPython,
    /// No source file can be in it when its cookie is readable as ASCII.
    NotText,
    Unknown,
}

/// CPython's own short-cut for cookie names, applied before it looks up a codec.
fn cookie_name(name: &str) -> String {
    let lower: String = name
        .chars()
        .take(12)
        .map(|c| if c == '_' { '-' } else { c.to_ascii_lowercase() })
        .collect();
    if lower == "utf-8" || lower.starts_with("utf-8-") {
        "utf-8".to_owned()
    } else if ["latin-1", "iso-8859-1", "iso-latin-1"]
        .iter()
        .any(|known| lower == *known || lower.starts_with(&format!("{known}-")))
    {
        "iso-8859-1".to_owned()
    } else {
        name.to_owned()
    }
}

/// The name as Python's codec registry compares it.
fn normal_name(name: &str) -> String {
    cookie_name(name)
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '.' { c.to_ascii_lowercase() } else { '_' })
        .collect::<String>()
        .split('_')
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("_")
}

/// Names as in <https://docs.python.org/3/library/codecs.html#standard-encodings>.
fn codec_of(name: &str) -> Codec {
    match name {
        "utf_8" | "utf8" | "u8" | "utf" | "cp65001" | "utf8_ucs2" | "utf8_ucs4" | "utf_8_sig" => {
            Codec::Utf8
        }
        "latin_1" | "latin1" | "latin" | "l1" | "iso_8859_1" | "iso8859_1" | "iso8859" | "8859"
        | "cp819" | "iso_ir_100" | "iso_8859_1_1987" | "ibm819" | "csisolatin1" => Codec::Latin1,
        "ascii" | "us_ascii" | "646" | "us" | "ansi_x3.4_1968" | "ansi_x3.4_1986"
        | "ansi_x3_4_1968" | "cp367" | "csascii" | "ibm367" | "iso646_us" | "iso_646.irv_1991"
        | "iso_ir_6" => Codec::Ascii,
        "utf_16" | "utf16" | "u16" | "utf_16_le" | "utf_16le" | "utf_16_be" | "utf_16be"
        | "utf_32" | "utf32" | "u32" | "utf_32_le" | "utf_32_be" | "utf_32le" | "utf_32be"
        | "cp037" | "cp500" | "cp1140" | "cp875" | "cp1026" | "cp273" | "cp424" | "idna"
        | "punycode" | "undefined" | "hex" | "base64" | "rot13" | "rot_13" | "zlib" | "bz2"
        | "uu" | "quopri" => Codec::NotText,
        _ => {
            if let Some(encoding) = table_of(name) {
                return Codec::Table(encoding);
            }
            let dos = ["cp", "ibm"]
                .iter()
                .find_map(|prefix| name.strip_prefix(prefix))
                .or(Some(name))
                .and_then(|digits| digits.parse::<u32>().ok());
            const DOS: [u32; 27] = [
                437, 720, 737, 775, 850, 852, 855, 856, 857, 858, 860, 861, 862, 863, 864, 865,
                869, 932, 949, 950, 1006, 1125, 1361, 936, 154, 367, 866,
            ];
            let other = [
                "utf_7",
                "utf7",
                "u7",
                "big5hkscs",
                "hz",
                "iso2022_kr",
                "iso2022_jp_1",
                "iso2022_jp_2",
                "iso8859_14",
                "koi8_t",
                "kz1048",
                "ptcp154",
                "mac_greek",
                "mac_turkish",
                "mac_iceland",
                "mac_latin2",
                "mac_croatian",
                "mac_romanian",
                "mac_arabic",
                "mac_farsi",
                "tis_620",
                "tis620",
                "hp_roman8",
                "palmos",
                "mbcs",
                "oem",
                "ansi",
                "raw_unicode_escape",
                "unicode_escape",
                "johab",
                "euc_jis_2004",
                "euc_jisx0213",
                "shift_jis_2004",
                "shift_jisx0213",
            ];
            if dos.is_some_and(|number| DOS.contains(&number)) || other.contains(&name) {
                Codec::OnlyPython
            } else {
                Codec::Unknown
            }
        }
    }
}

/// Names that Python and the Web's encoding standard decode alike.
fn table_of(name: &str) -> Option<&'static encoding_rs::Encoding> {
    let label = match name {
        "windows_1252" | "cp1252" | "1252" => "windows-1252",
        "gb2312" | "gbk" | "cp936" | "936" | "ms936" | "chinese" | "euc_cn" | "euccn"
        | "gb2312_80" => "gbk",
        "gb18030" | "gb18030_2000" => "gb18030",
        "big5" | "big5_tw" | "csbig5" => "big5",
        "shift_jis" | "shiftjis" | "sjis" | "s_jis" | "csshiftjis" | "cp932" | "932" | "ms932"
        | "mskanji" | "ms_kanji" => "shift_jis",
        "euc_jp" | "eucjp" | "ujis" | "u_jis" => "euc-jp",
        "euc_kr" | "euckr" | "korean" | "ksc5601" | "ks_c_5601" | "ks_c_5601_1987" | "cp949"
        | "949" | "ms949" | "uhc" => "euc-kr",
        "koi8_r" | "cskoi8r" => "koi8-r",
        "koi8_u" => "koi8-u",
        "mac_roman" | "macroman" | "macintosh" => "macintosh",
        "mac_cyrillic" | "maccyrillic" => "x-mac-cyrillic",
        "cp866" | "ibm866" | "866" => "ibm866",
        "cp874" | "windows_874" => "windows-874",
        "iso2022_jp" | "iso_2022_jp" | "csiso2022jp" => "iso-2022-jp",
        _ => {
            let windows =
                name.strip_prefix("windows_").or_else(|| name.strip_prefix("cp")).unwrap_or(name);
            if let Ok(number @ (1250..=1251 | 1253..=1258)) = windows.parse::<u32>() {
                return encoding_rs::Encoding::for_label(format!("windows-{number}").as_bytes());
            }
            let part = name
                .strip_prefix("iso_8859_")
                .or_else(|| name.strip_prefix("iso8859_"))
                .and_then(|part| part.parse::<u32>().ok())
                .or(match name {
                    "latin2" | "latin_2" | "l2" => Some(2),
                    "latin3" | "l3" => Some(3),
                    "latin4" | "l4" => Some(4),
                    "cyrillic" => Some(5),
                    "arabic" => Some(6),
                    "greek" | "greek8" => Some(7),
                    "hebrew" => Some(8),
                    "latin5" | "l5" => Some(9),
                    "latin6" | "l6" => Some(10),
                    "latin7" | "l7" => Some(13),
                    "latin8" | "l8" => Some(14),
                    "latin9" | "latin_9" | "l9" => Some(15),
                    "latin10" | "l10" => Some(16),
                    _ => None,
                })?;
            return match part {
                9 => Some(encoding_rs::WINDOWS_1254),
                11 => Some(encoding_rs::WINDOWS_874),
                2..=16 => encoding_rs::Encoding::for_label(format!("iso-8859-{part}").as_bytes()),
                _ => None,
            };
        }
    };
    encoding_rs::Encoding::for_label(label.as_bytes())
}

/// The cookie of the first two lines, by CPython's rule: only in comments, the second line only if the first holds no code.
fn find_cookie(body: &[u8]) -> Option<Cookie> {
    let mut start = 0;
    for _ in 0..2 {
        let end = memchr::memchr2(b'\n', b'\r', &body[start..]).map_or(body.len(), |at| start + at);
        let line = &body[start..end];
        let blank = line.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | 0x0c)).count();
        match line.get(blank) {
            Some(b'#') => {
                if let Some(cookie) = cookie_in(line, start) {
                    return Some(cookie);
                }
            }
            None => {}
            Some(_) => return None,
        }
        start = end + if body[end..].starts_with(b"\r\n") { 2 } else { 1 };
        if start >= body.len() {
            return None;
        }
    }
    None
}

fn cookie_in(line: &[u8], start: usize) -> Option<Cookie> {
    for at in memchr::memmem::find_iter(line, b"coding") {
        let mut from = at + 6;
        if !matches!(line.get(from), Some(b':' | b'=')) {
            continue;
        }
        from += 1;
        from += line[from..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let len = line[from..]
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
            .count();
        if len > 0 {
            let name = String::from_utf8_lossy(&line[from..from + len]).into_owned();
            return Some(Cookie { name, range: start + from..start + from + len });
        }
    }
    None
}

fn cookie_line(body: &[u8], offset: usize) -> u32 {
    if memchr::memchr2(b'\n', b'\r', &body[..offset]).is_some() { 2 } else { 1 }
}

fn unknown_hint(name: &str) -> String {
    let like: String =
        name.to_ascii_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    let close = |known: &str| {
        let mut a: Vec<char> = like.chars().collect();
        let mut b: Vec<char> = known.chars().collect();
        a.sort_unstable();
        b.sort_unstable();
        a == b
    };
    if close("utf8") || like.contains("utf") {
        "Write # -*- coding: utf-8 -*- or delete the line: Python reads UTF-8 without it."
            .to_owned()
    } else {
        "Delete the coding line if the file is stored as UTF-8, else write the right name in it."
            .to_owned()
    }
}

fn latin1(body: &[u8]) -> String {
    body.iter().map(|&byte| char::from(byte)).collect()
}

/// UTF-8 with one replacement character per bad byte, and a word about the first.
fn lossy_utf8(body: &[u8], bom: usize) -> Decoded {
    let mut text = String::with_capacity(body.len() + 16);
    let mut first = None;
    for chunk in body.utf8_chunks() {
        text.push_str(chunk.valid());
        for &byte in chunk.invalid() {
            first.get_or_insert((text.len(), byte));
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
    let mut out = done(text, "utf-8", bom);
    if let Some((at, byte)) = first {
        let mut message =
            format!("this file is not stored as UTF-8: the byte 0x{byte:02x} means nothing there");
        let hint = if byte >= 0x80 && bom == 0 {
            let shown =
                encoding_rs::WINDOWS_1252.decode_without_bom_handling(&[byte]).0.into_owned();
            if shown.chars().all(|c| !c.is_control() && !c.is_whitespace()) {
                message = format!("{message} (in Windows' encoding it would be {shown})");
            }
            "Save the file as UTF-8 in your editor (\u{201c}Save with encoding\u{201d}), or retype the character."
        } else {
            "Save the file as UTF-8 in your editor, or retype the character."
        };
        out.problem = Some(DecodeProblem {
            kind: ErrorKind::NotUtf8,
            range: at..at + char::REPLACEMENT_CHARACTER.len_utf8(),
            message,
            cpython_like: Some(format!(
                "Non-UTF-8 code starting with '\\x{byte:02x}', but no encoding declared"
            )),
            hint: hint.to_owned(),
        });
    }
    out
}

fn ascii(body: &[u8], bom: usize) -> Decoded {
    let mut out = lossy_utf8(body, bom);
    "ascii".clone_into(&mut out.encoding);
    out.problem = None;
    if let Some(at) = body.iter().position(|byte| *byte >= 0x80) {
        let at = String::from_utf8_lossy(&body[..at]).len();
        let end = at + out.text[at..].chars().next().map_or(0, char::len_utf8);
        out.problem = Some(DecodeProblem {
            kind: ErrorKind::BadCookieBytes,
            range: at..end,
            message: format!(
                "the file says that it is plain ASCII, but it holds {}",
                out.text[at..end].chars().next().map_or_else(
                    || "other characters".to_owned(),
                    |c| format!("the character {c}")
                )
            ),
            cpython_like: Some(format!(
                "'ascii' codec can't decode byte 0x{:02x}",
                body[body.iter().position(|b| *b >= 0x80).unwrap_or(0)]
            )),
            hint: "Delete the coding line (or write utf-8 in it) and save the file as UTF-8."
                .to_owned(),
        });
    }
    out
}

fn table(body: &[u8], bom: usize, encoding: &'static encoding_rs::Encoding, name: &str) -> Decoded {
    let (text, bad): (Cow<'_, str>, bool) = encoding.decode_without_bom_handling(body);
    // The Web's windows-1252 maps Python's five undefined bytes to control characters.
    let undefined = encoding == encoding_rs::WINDOWS_1252
        && body.iter().any(|byte| matches!(byte, 0x81 | 0x8d | 0x8f | 0x90 | 0x9d));
    let mut out = done(text.into_owned(), name, bom);
    if bad || undefined {
        let at = out
            .text
            .char_indices()
            .find(|(_, c)| *c == char::REPLACEMENT_CHARACTER || ('\u{80}'..'\u{a0}').contains(c))
            .map_or(0, |(at, _)| at);
        let end = at + out.text[at..].chars().next().map_or(0, char::len_utf8);
        out.problem = Some(DecodeProblem {
            kind: ErrorKind::BadCookieBytes,
            range: at..end,
            message: format!(
                "the file says that it is stored as {name}, but this byte means nothing there"
            ),
            cpython_like: Some(format!("'{name}' codec can't decode bytes")),
            hint: "Save the file as UTF-8 and delete the coding line.".to_owned(),
        });
    }
    out
}

fn utf16(bytes: &[u8]) -> Decoded {
    let encoding = if bytes[0] == 0xff { encoding_rs::UTF_16LE } else { encoding_rs::UTF_16BE };
    let text = encoding.decode_without_bom_handling(&bytes[2..]).0.into_owned();
    Decoded { bom: 2, problem: Some(utf16_problem()), unreadable: true, ..done(text, "utf-16", 2) }
}

fn utf16_problem() -> DecodeProblem {
    DecodeProblem {
        kind: ErrorKind::Utf16,
        range: 0..0,
        message: "this file is stored as UTF-16 (\u{201c}Unicode\u{201d} in Windows' Notepad and PowerShell); Python reads only UTF-8"
            .to_owned(),
        cpython_like: Some("source code cannot contain null bytes".to_owned()),
        hint: "Save it again as UTF-8. PowerShell's > writes UTF-16: use Out-File -Encoding utf8 there.".to_owned(),
    }
}

/// A file with NUL bytes: UTF-16 without a mark, something binary, or a stray byte.
fn nul(bytes: &[u8], body: &[u8], bom: usize) -> Decoded {
    let head = &body[..body.len().min(4096)];
    let nuls = head.iter().filter(|byte| **byte == 0).count();
    let odd = head.iter().skip(1).step_by(2).filter(|byte| **byte == 0).count();
    let even = head.iter().step_by(2).filter(|byte| **byte == 0).count();
    if nuls > 1 && nuls * 5 >= head.len() * 2 && (odd * 10 >= nuls * 9 || even * 10 >= nuls * 9) {
        let encoding = if odd > even { encoding_rs::UTF_16LE } else { encoding_rs::UTF_16BE };
        let text = encoding.decode_without_bom_handling(body).0.into_owned();
        return Decoded {
            problem: Some(utf16_problem()),
            unreadable: true,
            ..done(text, "utf-16", bom)
        };
    }
    let mut out = lossy_utf8(body, bom);
    let control = head.iter().filter(|byte| **byte < 9 || (14..32).contains(*byte)).count();
    let binary = [
        &b"\x7fELF"[..],
        b"PK\x03\x04",
        b"\x1f\x8b",
        b"SQLite format 3\0",
        b"\x89PNG",
        b"MZ",
        b"%PDF",
    ]
    .iter()
    .any(|magic| bytes.starts_with(magic))
        || is_bytecode(bytes)
        || control * 10 > head.len();
    let at = out.text.find('\0').unwrap_or(0);
    out.unreadable = binary;
    out.same_bytes = out.problem.is_none();
    out.problem = Some(if binary {
        let what = if is_bytecode(bytes) { "compiled Python (a .pyc file)" } else { "binary data" };
        DecodeProblem {
            kind: ErrorKind::BinaryFile,
            range: 0..0,
            message: format!("this is not a text file but {what}"),
            cpython_like: Some("source code cannot contain null bytes".to_owned()),
            hint: "Put the Python source here, or point to the right file.".to_owned(),
        }
    } else {
        DecodeProblem {
            kind: ErrorKind::NulByte,
            range: at..at + 1,
            message: "there is a NUL byte (0x00) here, an invisible character that Python refuses".to_owned(),
            cpython_like: Some("source code cannot contain null bytes".to_owned()),
            hint: "Delete the character, or copy the file again: a broken upload or a full disk leaves such bytes.".to_owned(),
        }
    });
    // The parser sees a space, so that offsets stay.
    out.text = out.text.replace('\0', " ");
    out
}

/// `\r\n` in bytes 2 and 3 marks every .pyc of Python 3.
fn is_bytecode(bytes: &[u8]) -> bool {
    bytes.len() > 8 && bytes[2..4] == *b"\r\n" && bytes[1] >= 0x0c && bytes[1] <= 0x0f
}

#[cfg(test)]
#[path = "decode_test.rs"]
mod tests;
