//! What a paste adds: quotation marks, code fences and code spans.

use super::Taken;
use crate::log::line::Prefix;

/// `> ` before a line, as mail and Markdown quote. A prompt (`>>> `), pdb's `> /path` and npm's
/// `> build` are no quotation, but only pdb's can stand in a log and matters.
pub(super) fn quote(s: &str) -> Option<Taken<'_>> {
    let rest = s.strip_prefix('>')?;
    let text = if rest.is_empty() { rest } else { rest.strip_prefix(' ')? };
    (!text.starts_with('/')).then(|| Taken::until(s, text, Prefix::Paste))
}

/// A line that is nothing but a fence, with its language.
pub(super) fn fence(s: &str) -> Option<Taken<'_>> {
    let language = s.strip_prefix("```")?;
    (language.len() <= 20 && language.bytes().all(|c| c.is_ascii_alphanumeric()))
        .then(|| Taken::until(s, "", Prefix::Paste))
        .map(|taken| Taken { len: s.len(), ..taken })
}

/// A line that is one code span: the text between its backticks.
pub(super) fn span(s: &str) -> Option<Taken<'_>> {
    let inner = s.trim_end().strip_prefix('`')?.strip_suffix('`')?;
    let tail = s.len() - 1 - inner.len();
    (!inner.is_empty() && !inner.contains('`')).then(|| Taken {
        len: 1,
        tail,
        kind: Some(Prefix::Paste),
        ..Taken::default()
    })
}
