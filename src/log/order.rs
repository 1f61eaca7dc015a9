//! In which direction a file runs: oldest first, newest first (`journalctl -r`, dashboards), or
//! out of order (platforms that merge the streams of several machines).

use jiff::Timestamp;

use super::line::Line;

/// The order of a file's lines in time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum FileOrder {
    OldestFirst,
    /// To be read backwards.
    NewestFirst,
    /// To be sorted by stamp: lines of several sources arrive late, or parts were pasted in any order.
    OutOfOrder,
    /// Nothing tells; read as it stands.
    #[default]
    Unknown,
}

/// Collects what lines tell of their order, in the file's own order.
#[derive(Debug, Clone, Default)]
pub struct OrderSense {
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    up: u64,
    down: u64,
    /// Tracebacks whose frames follow, and whose frames stand before.
    forward: u64,
    backward: u64,
    before_was_frame: bool,
    before_was_header: bool,
    header_had_frame_before: bool,
    /// Which half of which of [`PAIRS`] the line before was.
    half: Option<(usize, bool)>,
}

/// Lines that a server writes one behind the other and never the other way round.
const PAIRS: &[(&str, &str)] = &[
    ("Starting gunicorn ", "Listening at: "),
    ("Listening at: ", "Using worker: "),
    ("Shutting down: Master", "Reason: Worker failed to boot"),
    ("Shutting down: Master", "Reason: App failed to load"),
    ("Started server process [", "Waiting for application startup."),
    ("Waiting for application startup.", "Application startup complete."),
];

impl OrderSense {
    /// Looks at the next line.
    pub fn see(&mut self, line: &Line<'_>) {
        if let Some(stamp) = line.stamp {
            match self.last {
                Some(last) if stamp.at > last => self.up += 1,
                Some(last) if stamp.at < last => self.down += 1,
                _ => {}
            }
            self.first = self.first.or(Some(stamp.at));
            self.last = Some(stamp.at);
        }
        // A prefix that nobody knows may still stand before the frame and the header.
        let text = line.text.trim_end();
        let frame = text.find(" File \"").is_some_and(|at| text[at..].contains("\", line "));
        if self.before_was_header {
            match (frame, self.header_had_frame_before) {
                (true, _) => self.forward += 1,
                (false, true) => self.backward += 1,
                (false, false) => {}
            }
        }
        self.pairs(text);
        self.before_was_header = text.ends_with("Traceback (most recent call last):");
        self.header_had_frame_before = self.before_was_header && self.before_was_frame;
        self.before_was_frame = frame;
    }

    /// Counts the neighbours that can stand in one order only.
    fn pairs(&mut self, text: &str) {
        for (pair, (first, second)) in PAIRS.iter().enumerate() {
            match self.half {
                Some((before, true)) if before == pair && text.contains(second) => {
                    self.forward += 1;
                }
                Some((before, false)) if before == pair && text.contains(first) => {
                    self.backward += 1;
                }
                _ => {}
            }
        }
        // A middle line is the second half of one pair and the first of the next; which one
        // counts is seen from the direction so far.
        let second = PAIRS.iter().position(|(_, second)| text.contains(second));
        let first = PAIRS.iter().position(|(first, _)| text.contains(first));
        self.half = match (first, second) {
            (Some(at), Some(_)) if self.forward >= self.backward => Some((at, true)),
            (_, Some(at)) => Some((at, false)),
            (Some(at), None) => Some((at, true)),
            (None, None) => None,
        };
    }

    /// What the lines so far say.
    #[must_use]
    pub fn verdict(&self) -> FileOrder {
        // The last line may have been the header of a reversed traceback.
        let backward =
            self.backward + u64::from(self.before_was_header && self.header_had_frame_before);
        let steps = self.up + self.down;
        if steps == 0 {
            return match (self.forward, backward) {
                (0, 0) => FileOrder::Unknown,
                (f, b) if b > f => FileOrder::NewestFirst,
                _ => FileOrder::OldestFirst,
            };
        }
        let fell = self.last < self.first;
        if self.down == 0 {
            FileOrder::OldestFirst
        } else if fell && self.down >= 3 * self.up && (self.down > 1 || backward >= self.forward) {
            FileOrder::NewestFirst
        } else if !fell && self.down * 20 <= steps {
            // A clock that was set back once, a zone that changed: no reason to sort.
            FileOrder::OldestFirst
        } else if fell && self.down == 1 && self.up >= 8 {
            // Two runs one behind the other: a file that was appended to, or a zone that changed.
            FileOrder::OldestFirst
        } else {
            FileOrder::OutOfOrder
        }
    }
}

/// The order of some lines.
pub fn detect<'a>(lines: impl IntoIterator<Item = &'a Line<'a>>) -> FileOrder {
    let mut sense = OrderSense::default();
    for line in lines {
        sense.see(line);
    }
    sense.verdict()
}

/// Indices of lines in order of time; a line without stamp stays behind the one before it, and
/// lines of the same instant keep their order, so that tracebacks stay whole.
#[must_use]
pub fn by_time(stamps: &[Option<Timestamp>]) -> Vec<usize> {
    let mut keyed = Vec::with_capacity(stamps.len());
    let mut last = stamps.iter().flatten().next().copied();
    for (i, stamp) in stamps.iter().enumerate() {
        last = stamp.or(last);
        keyed.push((last, i));
    }
    keyed.sort();
    keyed.into_iter().map(|(_, i)| i).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::prefix::{PrefixCtx, strip};
    use crate::log::stamp::Clock;

    fn of(text: &str) -> FileOrder {
        let mut ctx = PrefixCtx::new(Clock::utc("2026-11-21T03:00:00Z".parse().ok()));
        let lines: Vec<_> = text.lines().map(|raw| strip(raw, &mut ctx)).collect();
        detect(&lines)
    }

    fn stamped(minutes: &[u32]) -> String {
        minutes.iter().map(|m| format!("2026-04-13 07:{m:02}:00 x")).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn by_stamps() {
        assert_eq!(of(&stamped(&[1, 1, 2, 3])), FileOrder::OldestFirst);
        assert_eq!(of(&stamped(&[5, 4, 4, 3, 1])), FileOrder::NewestFirst);
        assert_eq!(of(&stamped(&[1, 3, 2, 5, 4, 7, 6])), FileOrder::OutOfOrder);
        assert_eq!(of(&stamped(&[1, 1, 1])), FileOrder::Unknown);
        assert_eq!(of(""), FileOrder::Unknown);
        // Django set another zone once the app was loaded.
        let zone: Vec<u32> = (30..50).chain(1..20).collect();
        assert_eq!(of(&stamped(&zone)), FileOrder::OldestFirst);
    }

    #[test]
    fn by_tracebacks() {
        let right = "Traceback (most recent call last):\n  File \"a.py\", line 1, in <module>\n    x\nKeyError: 'x'\n";
        assert_eq!(of(right), FileOrder::OldestFirst);
        let reversed: Vec<_> = right.lines().rev().collect();
        assert_eq!(of(&reversed.join("\n")), FileOrder::NewestFirst);
        let twice: Vec<_> = right.repeat(2).lines().rev().map(str::to_owned).collect();
        assert_eq!(of(&twice.join("\n")), FileOrder::NewestFirst);
        assert_eq!(of(&right.repeat(2)), FileOrder::OldestFirst);
    }

    #[test]
    fn by_neighbours() {
        let right = "[1] [INFO] Starting gunicorn 21.2.0\n[1] [INFO] Listening at: http://0.0.0.0:80 (1)\n[1] [INFO] Using worker: sync\n[1] Shutting down: Master\n[1] Reason: Worker failed to boot.\n";
        assert_eq!(of(right), FileOrder::OldestFirst);
        let reversed: Vec<_> = right.lines().rev().collect();
        assert_eq!(of(&reversed.join("\n")), FileOrder::NewestFirst);
        let tail: Vec<_> = right.lines().rev().take(2).collect();
        assert_eq!(of(&tail.join("\n")), FileOrder::NewestFirst);
    }

    #[test]
    fn by_tracebacks_behind_any_prefix() {
        let right = "shop | Traceback (most recent call last):\nshop |   File \"a.py\", line 1, in <module>\nshop |     x\nshop | KeyError: 'x'\n";
        assert_eq!(of(right), FileOrder::OldestFirst);
        let reversed: Vec<_> = right.lines().rev().collect();
        assert_eq!(of(&reversed.join("\n")), FileOrder::NewestFirst);
    }

    #[test]
    fn sorting_keeps_blocks_whole() {
        let at = |s: i64| Timestamp::from_second(s).ok();
        assert_eq!(by_time(&[at(5), None, None, at(1), None, at(5)]), [3, 4, 0, 1, 2, 5]);
        assert_eq!(by_time(&[None, at(2), at(1)]), [2, 0, 1]);
    }
}
