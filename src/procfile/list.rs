//! Commands that are written as lists of words: `["gunicorn", "app:app"]`.

/// The words of a command in the form of a list: JSON's, or YAML's without quotes.
pub(super) fn list(value: &str) -> Option<String> {
    let words = serde_json::from_str::<Vec<String>>(value).ok().or_else(|| {
        let inner = value.strip_prefix('[')?.strip_suffix(']')?;
        let word = |word: &str| word.trim().trim_matches(['"', '\'']).to_owned();
        Some(inner.split(',').map(word).collect())
    })?;
    let quoted = words.iter().map(|word| {
        if word.contains(char::is_whitespace) {
            format!("\"{}\"", word.replace(['"', '\\'], ""))
        } else {
            word.clone()
        }
    });
    Some(quoted.collect::<Vec<_>>().join(" "))
}
