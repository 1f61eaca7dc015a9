//! Finds where one of many words may stand, at several bytes a nanosecond.
//!
//! Every word holds a piece of four bytes, the one that looks rarest. Wherever the piece stands, one of its
//! two triples begins at an even place, so every second triple of the text is looked up in a table of bits.
//! An automaton takes one step a byte and each step waits for the one before; these look-ups do not wait.
//! Where a triple stands, a second table is asked for the whole piece. What is found may still be a false
//! alarm: the caller looks again.

/// Shortest word: each must hold a piece.
pub(super) const SHORTEST: usize = 4;
/// Bits of a slot in a table.
const BITS: u32 = 16;
/// The lowest three of four bytes.
const TRIPLE: u32 = 0x00ff_ffff;

/// The pieces of all words, and their triples.
#[derive(Debug, Clone)]
pub(super) struct Grams {
    triples: Table,
    pieces: Table,
}

impl Grams {
    /// `None` if a word is too short to be found.
    pub(super) fn new(words: &[&str]) -> Option<Self> {
        let mut grams = Self { triples: Table::new(), pieces: Table::new() };
        for word in words {
            let piece = word.as_bytes().windows(SHORTEST).min_by_key(|piece| commonness(piece))?;
            let piece = u32::from_le_bytes(piece.try_into().ok()?);
            grams.pieces.put(piece);
            grams.triples.put(piece & TRIPLE);
            grams.triples.put(piece >> 8);
        }
        Some(grams)
    }

    /// Where the first piece at or behind `from` begins that may be a word's; `None`: no word stands there.
    pub(super) fn find(&self, text: &[u8], from: usize) -> Option<usize> {
        let mut at = from;
        while let Some(eight) = text.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
            let eight = u64::from_le_bytes(*eight);
            let [first, second, third] = [eight, eight >> 16, eight >> 32]
                .map(|three| self.triples.has(three as u32 & TRIPLE));
            if first | second | third
                && let Some(found) = self.piece(text, from, at, 6)
            {
                return Some(found);
            }
            at += 6;
        }
        self.piece(text, from, at, text.len().saturating_sub(at))
    }

    /// Where a piece begins, of those whose triples begin in so many bytes from `at` on.
    fn piece(&self, text: &[u8], from: usize, at: usize, bytes: usize) -> Option<usize> {
        (at.saturating_sub(1).max(from)..at + bytes).find(|&at| {
            let piece = text.get(at..).and_then(|rest| rest.first_chunk::<SHORTEST>());
            piece.is_some_and(|piece| self.pieces.has(u32::from_le_bytes(*piece)))
        })
    }
}

/// A set of numbers by their hashes: it may hold more than was put into it, never less.
#[derive(Debug, Clone)]
struct Table(Box<[u64]>);

impl Table {
    fn new() -> Self {
        Self(vec![0; 1 << (BITS - 6)].into_boxed_slice())
    }

    fn put(&mut self, number: u32) {
        let slot = slot(number);
        self.0[slot >> 6] |= 1 << (slot & 63);
    }

    fn has(&self, number: u32) -> bool {
        let slot = slot(number);
        self.0[slot >> 6] >> (slot & 63) & 1 != 0
    }
}

/// Multiplicative hashing with the golden ratio.
fn slot(number: u32) -> usize {
    (number.wrapping_mul(0x9e37_79b1) >> (32 - BITS)) as usize
}

/// How often the bytes of a piece stand in logs, roughly: small letters by their share of English, digits
/// and the signs of times and paths often, capitals and other signs seldom.
fn commonness(piece: &[u8]) -> u32 {
    const OFTEN: &[u8] = b" etaoinsrhldcumpfgwybvkjxqz";
    piece
        .iter()
        .map(|byte| match byte {
            b'0'..=b'9' | b'-' | b':' | b'/' | b'.' | b'"' => 22,
            b'A'..=b'Z' => 6,
            b',' | b'=' | b'(' | b')' | b'[' | b']' | b'\'' | b'_' => 14,
            _ => OFTEN.iter().position(|often| often == byte).map_or(3, |at| 28 - at as u32),
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::Grams;

    #[test]
    fn finds_each_word_at_each_place() {
        let words = ["rror", "HTTP/", "no python application found", "x=yz", "ünï"];
        let grams = Grams::new(&words).expect("long enough");
        for word in words {
            for before in 0..40 {
                for behind in 0..12 {
                    let text = format!("{}{word}{}", "-".repeat(before), "-".repeat(behind));
                    let at = grams.find(text.as_bytes(), 0);
                    assert!(
                        at.is_some_and(|at| at >= before && at + 4 <= before + word.len()),
                        "{text}: {at:?}"
                    );
                }
            }
        }
        assert_eq!(grams.find("-".repeat(100).as_bytes(), 0), None);
        assert_eq!(grams.find(b"", 0), None);
        assert_eq!(grams.find(b"rror", 4), None);
        assert!(Grams::new(&["abc"]).is_none());
    }
}
