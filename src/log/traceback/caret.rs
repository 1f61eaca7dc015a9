//! The source line above a caret, with the place it points to.

use super::part::bounded;

/// Stands behind the character that the caret points to.
const MARK: char = '\u{2038}';
const MAX_SOURCE: usize = 300;

/// Looks at the lines of one traceback for a source line and the caret below it.
#[derive(Debug, Clone, Default)]
pub(super) struct Caret {
    above: String,
    indent: usize,
    /// The newest source line that was pointed at, with the mark.
    pub(super) pointed: Option<String>,
}

impl Caret {
    /// The next line of the traceback.
    pub(super) fn see(&mut self, text: &str) {
        let trimmed = text.trim();
        let indent = text.chars().take_while(|c| c.is_whitespace()).count();
        if trimmed.starts_with('^') && trimmed.bytes().all(|c| matches!(c, b'^' | b'~')) {
            if !self.above.is_empty() {
                // a caret that lost its indentation points nowhere
                let at = indent.checked_sub(self.indent);
                self.pointed = at.map(|at| marked(&self.above, at));
                self.above.clear();
            }
            return;
        }
        if trimmed.starts_with("File \"") || trimmed.is_empty() {
            self.above.clear();
            return;
        }
        self.above = bounded(trimmed, MAX_SOURCE);
        self.indent = indent;
    }
}

fn marked(source: &str, at: usize) -> String {
    let mut out = String::with_capacity(source.len() + MARK.len_utf8());
    let mut done = false;
    for (place, c) in source.chars().enumerate() {
        out.push(c);
        if place == at {
            out.push(MARK);
            done = true;
        }
    }
    if !done {
        out.push(MARK);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::Caret;

    #[test]
    fn marks_where_the_caret_points() {
        let mut caret = Caret::default();
        caret.see("  File \"/srv/x.py\", line 3");
        caret.see("    if (n := 3):");
        caret.see("          ^");
        assert_eq!(caret.pointed.as_deref(), Some("if (n :\u{2038}= 3):"));
        caret.see("SyntaxError: invalid syntax");
        assert!(caret.pointed.is_some());
        let mut lost = Caret::default();
        lost.see("    x = 1 2");
        lost.see("^");
        assert_eq!(lost.pointed, None);
        let mut beyond = Caret::default();
        beyond.see("é(");
        beyond.see("      ^");
        assert_eq!(beyond.pointed.as_deref(), Some("é(\u{2038}"));
    }
}
