//! The lines of a Procfile (<https://doc.scalingo.com/platform/app/procfile>,
//! <https://devcenter.heroku.com/articles/procfile>).

/// `type: command`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub kind: String,
    pub command: String,
    /// From 1.
    pub line: u32,
}

/// What was read of a Procfile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parsed {
    pub entries: Vec<Entry>,
    /// Lines that are no entry, with what is wrong.
    pub bad: Vec<(u32, String, Bad)>,
    /// UTF-16, as Windows PowerShell writes with `>`.
    pub utf16: bool,
    /// A byte order mark stands before the first type.
    pub bom: bool,
    /// Lines end with a carriage return.
    pub crlf: bool,
}

/// Why a line is no entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bad {
    NoColon,
    SpaceBeforeColon,
    NoCommand,
    /// The type has characters that no platform takes.
    Kind,
    /// A line that goes on from the one before, which Procfiles do not know.
    Continued,
}

/// Reads a Procfile; whatever its encoding, the lines are found.
#[must_use]
pub fn parse(bytes: &[u8]) -> Parsed {
    let mut parsed = Parsed::default();
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => {
            parsed.utf16 = true;
            utf16(rest, u16::from_le_bytes)
        }
        [0xfe, 0xff, rest @ ..] => {
            parsed.utf16 = true;
            utf16(rest, u16::from_be_bytes)
        }
        [0xef, 0xbb, 0xbf, rest @ ..] => {
            parsed.bom = true;
            String::from_utf8_lossy(rest).into_owned()
        }
        _ => String::from_utf8_lossy(bytes).into_owned(),
    };
    parsed.crlf = !parsed.utf16 && text.contains("\r\n");
    let mut continued = false;
    for (raw, no) in text.lines().zip(1u32..).take(10_000) {
        let line = raw.trim_end();
        let bare = line.trim_start();
        let before = std::mem::replace(&mut continued, line.ends_with('\\'));
        if bare.is_empty() || bare.starts_with('#') {
            continue;
        }
        let mut bad = |why| parsed.bad.push((no, line.chars().take(300).collect(), why));
        let Some((kind, command)) = bare.split_once(':') else {
            bad(if before { Bad::Continued } else { Bad::NoColon });
            continue;
        };
        if before {
            bad(Bad::Continued);
            continue;
        }
        if kind.ends_with([' ', '\t']) && is_kind(kind.trim_end()) {
            bad(Bad::SpaceBeforeColon);
            continue;
        }
        if !is_kind(kind) {
            bad(if kind.contains(char::is_whitespace) { Bad::NoColon } else { Bad::Kind });
            continue;
        }
        if command.trim().is_empty() {
            bad(Bad::NoCommand);
            continue;
        }
        parsed.entries.push(Entry {
            kind: kind.to_owned(),
            command: command.trim().to_owned(),
            line: no,
        });
    }
    parsed
}

/// What at least one platform takes for a process type.
fn is_kind(kind: &str) -> bool {
    !kind.is_empty() && kind.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_'))
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}
