//! Which blocks of a large access log are read: all of the newest, a sample of what is older.

use crate::log::read::{Block, LogReader};
use crate::model::LogKind;

/// Bytes at the end of an access log of which every request counts.
const EXACT: u64 = 64 << 20;
/// Of the blocks before that one in so many is read, the first among them.
const ONE_IN: u64 = 8;

/// Takes the same blocks of the same file each time.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sample {
    exact_from: u64,
    seen: u64,
}

impl Sample {
    /// Logs other than access logs, and those whose end is not known before they are read, are read whole.
    pub(super) fn of(log: &LogReader, kind: LogKind) -> Self {
        let exact_from = log.newest(EXACT).filter(|_| kind == LogKind::Access).unwrap_or(0);
        Self { exact_from, seen: 0 }
    }

    /// Whether the next block is read.
    pub(super) fn takes(&mut self, block: &Block<'_>) -> bool {
        let at = self.seen;
        self.seen += 1;
        at.is_multiple_of(ONE_IN) || block.offset + block.text.len() as u64 > self.exact_from
    }
}

#[cfg(test)]
mod tests {
    use super::Sample;
    use crate::log::read::Block;

    #[test]
    fn the_first_block_one_in_eight_and_all_of_the_newest() {
        let text = "x".repeat(100);
        let taken = |exact_from: u64| -> Vec<u64> {
            let mut sample = Sample { exact_from, seen: 0 };
            let block = |at: u64| Block { text: &text, first_line: 1, offset: at * 100 };
            (0..20).filter(|&at| sample.takes(&block(at))).collect()
        };
        assert_eq!(taken(1_750), [0, 8, 16, 17, 18, 19]);
        assert_eq!(taken(0), (0..20).collect::<Vec<u64>>());
    }
}
