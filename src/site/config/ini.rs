//! Lines of an ini-like file with their numbers: systemd units, supervisor, uWSGI.

use super::Setting;

/// One `key = value`, or a bare key.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// Lower case, without brackets.
    pub section: String,
    pub key: String,
    pub value: Setting,
}

/// Every entry in order. Comments start with `#` or `;`; a line that ends in `\` goes on.
pub(super) fn entries(shown: &str, text: &str, separators: &[char]) -> Vec<Entry> {
    let mut all = Vec::new();
    let mut section = String::new();
    let mut lines = text.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        let mut whole = line.trim().to_owned();
        if whole.is_empty() || whole.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = whole.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            section = name.trim().to_lowercase();
            continue;
        }
        while whole.ends_with('\\') && whole.len() < 64 * 1024 {
            whole.pop();
            match lines.next() {
                // systemd allows comments between continued lines.
                Some((_, more)) if more.trim_start().starts_with(['#', ';']) => whole.push('\\'),
                Some((_, more)) => {
                    whole.push(' ');
                    whole.push_str(more.trim());
                }
                None => break,
            }
        }
        let (key, value) = match whole.split_once(separators) {
            Some((key, value)) => (key.trim().to_owned(), value.trim().to_owned()),
            None => (whole.clone(), String::new()),
        };
        all.push(Entry {
            section: section.clone(),
            key,
            value: Setting::new(shown, at + 1, &whole, value),
        });
    }
    all
}
