//! Runs of tests in a log: what they print is what they provoked, where all of them passed.

/// A run of pytest or unittest that is under way or over.
#[derive(Debug, Default)]
pub(super) struct Tested {
    /// Number of facts when the run began.
    from: Option<usize>,
    /// unittest counted its tests; `FAILED (` may follow.
    counted: Option<(usize, usize)>,
}

impl Tested {
    /// Looks at one line; gives the facts (by index) that a run without failures provoked.
    pub(super) fn see(&mut self, text: &str, facts: usize) -> Option<std::ops::Range<usize>> {
        if text.contains("test session starts") || text.starts_with("Creating test database for") {
            self.from = Some(facts);
            return self.over();
        }
        if text.starts_with('=') && text.contains(" passed") && text.contains(" in ") {
            let from = self.from.take()?;
            let failed = [" failed", " error"].iter().any(|word| text.contains(word));
            return (!failed).then_some(from..facts);
        }
        if let Some(rest) = text.strip_prefix("Ran ")
            && rest.contains(" test")
            && rest.contains(" in ")
        {
            self.counted = self.from.take().map(|from| (from, facts));
        }
        if text.starts_with("FAILED (") {
            self.counted = None;
        }
        None
    }

    /// The log ends, or another run begins: nothing says that the last one failed.
    pub(super) fn over(&mut self) -> Option<std::ops::Range<usize>> {
        self.counted.take().map(|(from, to)| from..to)
    }
}

#[cfg(test)]
mod tests {
    use super::Tested;

    #[test]
    fn what_passing_tests_print_is_theirs() {
        let mut tested = Tested::default();
        assert_eq!(tested.see("==== test session starts ====", 2), None);
        assert_eq!(tested.see("==== 42 passed, 1 skipped in 1.20s ====", 5), Some(2..5));
        assert_eq!(tested.see("==== test session starts ====", 5), None);
        assert_eq!(tested.see("==== 1 failed, 41 passed in 1.20s ====", 6), None);
        assert_eq!(tested.over(), None);
    }

    #[test]
    fn unittest_says_so_below() {
        let mut tested = Tested::default();
        tested.see("Creating test database for alias 'default'...", 1);
        tested.see("Ran 3 tests in 0.012s", 4);
        assert_eq!(tested.over(), Some(1..4));
        tested.see("Creating test database for alias 'default'...", 4);
        tested.see("Ran 3 tests in 0.012s", 6);
        tested.see("FAILED (errors=1)", 6);
        assert_eq!(tested.over(), None);
    }
}
