//! Whether the request in which an exception was logged was answered all the same.
//!
//! Where a log holds request lines beside tracebacks, a caught exception is followed by the answer
//! of its request: anything below 500 says that the code went on.

use jiff::Timestamp;

/// Lines and seconds within which the answer of the same request stands.
const LINES: u64 = 30;
const SECONDS: i64 = 10;
/// Exceptions waited for at once.
const MOST: usize = 32;

#[derive(Debug)]
struct Waiting {
    /// Index of the fact.
    fact: usize,
    line: u64,
    time: Option<Timestamp>,
    well: bool,
}

/// Exceptions that were logged in the app's own code and whose request is not answered yet.
#[derive(Debug, Default)]
pub(super) struct Answered {
    waiting: Vec<Waiting>,
    /// Facts whose requests were answered.
    pub(super) well: Vec<usize>,
}

impl Answered {
    /// An exception that its own code may have caught.
    pub(super) fn wait(&mut self, fact: usize, line: u64, time: Option<Timestamp>) {
        if self.waiting.len() == MOST {
            self.waiting.remove(0);
        }
        self.waiting.push(Waiting { fact, line, time, well: false });
    }

    /// A request was answered.
    pub(super) fn answer(&mut self, status: u16, line: u64, time: Option<Timestamp>) {
        if self.waiting.is_empty() {
            return;
        }
        let near = |waiting: &Waiting| {
            line <= waiting.line + LINES
                && waiting
                    .time
                    .zip(time)
                    .is_none_or(|(a, b)| (b.as_second() - a.as_second()).abs() <= SECONDS)
        };
        if status >= 500 {
            self.waiting.retain(|waiting| !near(waiting));
            return;
        }
        let mut well = Vec::new();
        self.waiting.retain_mut(|waiting| {
            if near(waiting) {
                waiting.well = true;
                return true;
            }
            if waiting.well {
                well.push(waiting.fact);
            }
            false
        });
        self.well.extend(well);
    }

    /// The log ends: what was answered well until here.
    pub(super) fn finish(mut self) -> Vec<usize> {
        self.well.extend(self.waiting.iter().filter(|w| w.well).map(|w| w.fact));
        self.well
    }
}

#[cfg(test)]
mod tests {
    use super::Answered;

    #[test]
    fn answered_well_unless_a_failure_stands_near() {
        let mut answered = Answered::default();
        answered.wait(0, 10, None);
        answered.answer(200, 12, None);
        assert_eq!(answered.finish(), vec![0]);

        let mut answered = Answered::default();
        answered.wait(0, 10, None);
        answered.answer(200, 12, None);
        answered.answer(500, 13, None);
        assert!(answered.finish().is_empty());

        let mut answered = Answered::default();
        answered.wait(0, 10, None);
        answered.answer(200, 100, None);
        assert!(answered.finish().is_empty());
    }
}
