//! Lines that a terminal, a mail or a ticket broke: joined again before they are read.
//!
//! Two ways of breaking: at a fixed width, wherever that falls; and between words, the rest
//! perhaps indented, below a record of nginx or syslog, whose records have one line each.

use super::line::Prefix;
use super::prefix::{PrefixCtx, strip};
use super::stamp::Clock;

/// Lines looked at to see whether a file was broken.
const LINES: usize = 400;
/// Widths that terminals and mails break at.
const WIDTHS: std::ops::RangeInclusive<usize> = 36..=250;
/// Most pieces and bytes that are joined to one line.
const MOST_PIECES: usize = 60;
const MOST_BYTES: usize = 16 * 1024;

/// How the lines of a file were broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    /// After so many characters.
    Width(usize),
    /// Between words: a line without a prefix goes on with the one above.
    Words,
}

/// Joins the lines of one file.
#[derive(Debug)]
pub(super) struct Unwrap {
    how: How,
    /// The paste's quotation mark stands before each line.
    quoted: bool,
    ctx: PrefixCtx,
    held: String,
    held_no: u64,
    pieces: usize,
    /// Characters of the last piece.
    last: usize,
    /// Characters of the first piece, and whether its rests are as wide: broken inside words.
    first: usize,
    tight: bool,
}

impl Unwrap {
    /// For a file that begins with `head`; `None`: its lines are whole.
    pub(super) fn of(head: &str) -> Option<Self> {
        let all = || head.lines().take(LINES);
        let quoted = all().all(|raw| raw.starts_with('>'));
        let lines: Vec<&str> =
            all().map(|raw| unquoted(raw, quoted)).filter(|raw| !raw.trim().is_empty()).collect();
        let how = how(&lines)?;
        Some(Self {
            how,
            quoted,
            ctx: PrefixCtx::new(Clock::utc(None)),
            held: String::new(),
            held_no: 0,
            pieces: 0,
            last: 0,
            first: 0,
            tight: false,
        })
    }

    /// Takes the next line; gives the line before it, whole, with its first number.
    pub(super) fn push(&mut self, raw: &str, no: u64) -> Option<(String, u64)> {
        let raw = unquoted(raw, self.quoted);
        let width = raw.chars().count();
        if self.pieces > 0 && self.goes_on(raw) {
            if self.pieces == 1 {
                self.tight = raw.trim_start().chars().count() == self.first;
            }
            if self.how == How::Words && !self.tight && !self.held.ends_with(['-', '/']) {
                self.held.push(' ');
            }
            self.held.push_str(if self.how == How::Words { raw.trim_start() } else { raw });
            self.pieces += 1;
            self.last = width;
            return None;
        }
        let whole = self.finish();
        self.held.push_str(raw);
        self.held_no = no;
        self.pieces = 1;
        self.last = width;
        self.first = width;
        whole
    }

    /// What is still held at the end.
    pub(super) fn finish(&mut self) -> Option<(String, u64)> {
        (self.pieces > 0).then(|| {
            self.pieces = 0;
            (std::mem::take(&mut self.held), self.held_no)
        })
    }

    fn goes_on(&mut self, raw: &str) -> bool {
        if self.pieces >= MOST_PIECES || self.held.len() + raw.len() > MOST_BYTES {
            return false;
        }
        match self.how {
            How::Width(width) => self.last == width && !is_prefixed(raw, &mut self.ctx),
            How::Words => {
                !raw.trim().is_empty()
                    && !is_traceback(raw)
                    && !is_prefixed(raw, &mut self.ctx)
                    && is_record(&self.held, &mut self.ctx)
            }
        }
    }
}

fn unquoted(raw: &str, quoted: bool) -> &str {
    if !quoted {
        return raw;
    }
    let rest = raw.strip_prefix('>').unwrap_or(raw);
    rest.strip_prefix(' ').unwrap_or(rest)
}

fn is_prefixed(raw: &str, ctx: &mut PrefixCtx) -> bool {
    let line = strip(raw, ctx);
    line.stamp.is_some() || line.container.is_some() || line.level.is_some() || line.pid.is_some()
}

/// A record of nginx or syslog: one line by its nature.
fn is_record(raw: &str, ctx: &mut PrefixCtx) -> bool {
    let line = strip(raw, ctx);
    line.prefixes.has(Prefix::Nginx) || line.prefixes.has(Prefix::Syslog)
}

fn is_traceback(raw: &str) -> bool {
    let text = raw.trim_start();
    text.starts_with("Traceback (most") || text.starts_with("File \"")
}

fn how(lines: &[&str]) -> Option<How> {
    let mut ctx = PrefixCtx::new(Clock::utc(None));
    let widest = lines.iter().map(|raw| raw.chars().count()).max()?;
    let prefixed: Vec<bool> = lines.iter().map(|raw| is_prefixed(raw, &mut ctx)).collect();
    let followed = |at: usize| prefixed.get(at + 1).is_some_and(|prefixed| !prefixed);
    if WIDTHS.contains(&widest) {
        let full: Vec<usize> =
            (0..lines.len()).filter(|&at| lines[at].chars().count() == widest).collect();
        if prefixed.iter().any(|prefixed| *prefixed) {
            // Every line without a prefix stands below one that is as wide as can be.
            let rests = (1..lines.len()).filter(|&at| !prefixed[at]).count();
            let explained = full.iter().filter(|&&at| followed(at)).count();
            if prefixed[0] && rests >= 1 && full.len() >= 2 && explained == rests {
                return Some(How::Width(widest));
            }
            if prefixed[0] && rests == 1 && explained == 1 && widest >= 70 {
                return Some(How::Width(widest));
            }
        } else if full.iter().any(|&at| is_cut_frame(lines[at])) {
            return Some(How::Width(widest));
        }
    }
    // nginx's records end with the request's host or the upstream; one that has not even named the
    // client goes on below.
    let broken = (0..lines.len()).any(|at| {
        prefixed[at]
            && followed(at)
            && !is_traceback(lines[at + 1])
            && lines[at].contains(": *")
            && !lines[at].contains("client: ")
            && strip(lines[at], &mut ctx).prefixes.has(Prefix::Nginx)
    });
    broken.then_some(How::Words)
}

/// A traceback's `File "…", line N, in name` that ends before its end.
fn is_cut_frame(raw: &str) -> bool {
    let text = raw.trim_start();
    let Some(rest) = text.strip_prefix("File \"") else { return false };
    let Some((_, behind)) = rest.split_once("\", line ") else { return true };
    let digits = behind.bytes().take_while(u8::is_ascii_digit).count();
    let behind = &behind[digits..];
    if behind.is_empty() {
        return false;
    }
    behind
        .strip_prefix(", in ")
        .is_none_or(|name| name.is_empty() || name.starts_with('<') && !name.ends_with('>'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(text: &str) -> Vec<(String, u64)> {
        let mut unwrap = Unwrap::of(text).expect("broken lines");
        let mut out = Vec::new();
        for (at, raw) in text.lines().enumerate() {
            out.extend(unwrap.push(raw, at as u64 + 1));
        }
        out.extend(unwrap.finish());
        out
    }

    const RECORD: &str = "2025/02/01 03:02:11 [error] 811#811: *4 connect() failed (111: Connection refused) while connecting to upstream, client: 10.0.0.4, server: shop.example.org, host: \"shop.example.org\"";

    fn folded(text: &str, width: usize) -> String {
        let chars: Vec<char> = text.chars().collect();
        chars
            .chunks(width)
            .map(|part| part.iter().collect::<String>())
            .collect::<Vec<_>>()
            .join("\n")
    }

    #[test]
    fn at_a_width() {
        let text = format!("{}\n{}", folded(RECORD, 60), folded(RECORD, 60));
        let lines = joined(&text);
        assert_eq!(lines, vec![(RECORD.to_owned(), 1), (RECORD.to_owned(), 5)]);
    }

    #[test]
    fn between_words_with_an_indentation() {
        let text = "2025/02/01 03:02:11 [error] 811#811: *4 connect() failed\n    (111: Connection refused) while connecting to\n    upstream, client: 10.0.0.4\n2025/02/01 03:02:12 [notice] 811#811: reconfiguring\n";
        let lines = joined(text);
        assert_eq!(lines.len(), 2);
        assert!(lines[0].0.ends_with(
            "failed (111: Connection refused) while connecting to upstream, client: 10.0.0.4"
        ));
        assert_eq!(lines[1].1, 4);
    }

    #[test]
    fn inside_words_with_an_indentation() {
        let text =
            format!("I see this:\n{}\n\nany help?\n", folded(RECORD, 70).replace('\n', "\n    "));
        let lines = joined(&text);
        assert_eq!(lines[1], (RECORD.to_owned(), 2));
    }

    #[test]
    fn a_folded_traceback() {
        let whole = [
            "Traceback (most recent call last):",
            "  File \"/srv/app/wsgi.py\", line 3, in <module>",
            "    from shop import app",
            "ModuleNotFoundError: No module named 'stripe'",
        ];
        let text = whole.map(|line| folded(line, 40)).join("\n");
        let lines = joined(&text);
        assert_eq!(lines[1].0, "  File \"/srv/app/wsgi.py\", line 3, in <module>");
        assert_eq!(lines[3].0, "ModuleNotFoundError: No module named 'stripe'");
    }

    #[test]
    fn whole_lines_stay() {
        for text in [
            RECORD,
            "Traceback (most recent call last):\n  File \"/srv/app/wsgi.py\", line 3, in <module>\n    import x\nValueError: y",
            "2025-01-01 10:00:00,000 ERROR x: Exception on / [GET]\nTraceback (most recent call last):\n  File \"/a.py\", line 1, in f\nKeyError: 'x'",
            "[2025-01-01 10:00:00 +0000] [7] [INFO] Starting gunicorn 21.2.0\n * short",
            "",
        ] {
            assert!(Unwrap::of(text).is_none(), "{text}");
        }
        let equal = format!("{RECORD}\n").repeat(9);
        assert!(Unwrap::of(&equal).is_none());
    }

    #[test]
    fn hostile_lines_are_bounded() {
        let text = format!("{}\n{}", folded(RECORD, 60), "x".repeat(60));
        let mut unwrap = Unwrap::of(&text).expect("broken lines");
        for no in 0..10_000 {
            if let Some((whole, _)) = unwrap.push(&"y".repeat(60), no) {
                assert!(whole.len() <= MOST_BYTES + 60);
            }
        }
    }
}
