//! Literals of many owners, found in one pass.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

/// An automaton over literals, and who asked for each.
#[derive(Debug)]
pub(super) struct Literals {
    automaton: OnceLock<Option<AhoCorasick>>,
    owners: Vec<Vec<usize>>,
    pub(super) texts: Vec<String>,
}

impl Literals {
    pub(super) fn new(wanted: impl Iterator<Item = (String, usize)>) -> Self {
        let mut map: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (literal, owner) in wanted {
            map.entry(literal).or_default().push(owner);
        }
        let (texts, owners): (Vec<_>, Vec<_>) = map.into_iter().unzip();
        Self { automaton: OnceLock::new(), owners, texts }
    }

    /// Built when first needed. Only lines that passed the scanner's own search come here, so the
    /// kind that is built ten times faster serves better than the one that searches faster.
    fn automaton(&self) -> Option<&AhoCorasick> {
        self.automaton
            .get_or_init(|| {
                AhoCorasick::builder()
                    .match_kind(MatchKind::Standard)
                    .kind(Some(AhoCorasickKind::ContiguousNFA))
                    .build(&self.texts)
                    .ok()
            })
            .as_ref()
    }

    /// Whether the literals can be searched for at all: they are too many or too long otherwise.
    pub(super) fn is_usable(&self) -> bool {
        self.automaton().is_some()
    }

    /// Calls `hit` once for each owner whose literal stands in the text.
    pub(super) fn each(&self, text: &str, mut hit: impl FnMut(usize)) {
        let Some(automaton) = self.automaton() else { return };
        let mut seen: Vec<usize> = Vec::new();
        for found in automaton.find_overlapping_iter(text) {
            let literal = found.pattern().as_usize();
            if seen.contains(&literal) {
                continue;
            }
            seen.push(literal);
            for &owner in &self.owners[literal] {
                hit(owner);
            }
        }
    }
}
