//! The last line that was skipped: it may turn out to introduce a traceback.

/// Bytes kept of it.
const MOST: usize = 300;

/// The newest skipped line, cut to a bounded length; its buffer is used again.
#[derive(Debug, Default)]
pub(super) struct Boring {
    text: String,
    no: u64,
}

impl Boring {
    /// Keeps a line that was skipped.
    pub(super) fn note(&mut self, raw: &str, no: u64) {
        self.text.clear();
        let mut end = raw.len().min(MOST);
        while !raw.is_char_boundary(end) {
            end -= 1;
        }
        self.text.push_str(&raw[..end]);
        self.no = no;
    }

    /// The last line that was skipped.
    pub(super) fn newest(&self) -> &str {
        &self.text
    }

    /// The line right above `raw`, if it was skipped and `raw` begins a traceback. Given once.
    pub(super) fn above(&mut self, raw: &str, no: u64) -> Option<String> {
        let right_above = self.no > 0 && self.no + 1 == no;
        (right_above && raw.contains("Traceback (most recent")).then(|| {
            self.no = 0;
            std::mem::take(&mut self.text)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Boring;

    #[test]
    fn gives_the_line_above_a_traceback_once() {
        let mut boring = Boring::default();
        boring.note("will retry", 4);
        assert_eq!(boring.above("ValueError: x", 5), None);
        assert_eq!(
            boring.above("Traceback (most recent call last):", 5).as_deref(),
            Some("will retry")
        );
        assert_eq!(boring.above("Traceback (most recent call last):", 5), None);
        boring.note(&"é".repeat(400), 7);
        assert_eq!(boring.above("Traceback (most recent call last):", 9), None);
    }
}
