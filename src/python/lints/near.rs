//! "Did you mean": the one name that is near another.

/// The only candidate that differs by case, by `-`/`_`, or by one typing error (two in long names).
pub fn nearest<'n>(name: &str, candidates: impl Iterator<Item = &'n str>) -> Option<String> {
    if name.len() > 64 || name.is_empty() {
        return None;
    }
    // A leading underscore is a name of its own: `_weakref` is not `weakref`.
    let fold = |text: &str| {
        let private = text.starts_with('_');
        format!("{}{}", if private { "_" } else { "" }, text.to_lowercase().replace(['_', '-'], ""))
    };
    let folded = fold(name);
    let allowed = match name.chars().count() {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    };
    let mut best: Option<(usize, &str)> = None;
    let mut tie = false;
    for candidate in candidates {
        if candidate == name
            || candidate.len() > 64
            || candidate.starts_with('_') != name.starts_with('_')
        {
            continue;
        }
        let distance = if fold(candidate) == folded { 0 } else { distance(name, candidate) };
        // `app` for `apps`: too short for slips, and a usual one.
        let plural = name.len() == 3 && candidate.strip_suffix('s') == Some(name);
        if distance > allowed && !plural {
            continue;
        }
        match best {
            Some((least, other)) if least == distance => tie = tie || other != candidate,
            Some((least, _)) if least < distance => {}
            _ => {
                best = Some((distance, candidate));
                tie = false;
            }
        }
    }
    if tie { None } else { best.map(|(_, name)| name.to_owned()) }
}

/// Damerau-Levenshtein distance with adjacent swaps (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let cost = usize::from(a[i - 1] != b[j - 1]);
            row[j] = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + cost);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    fn near(name: &str, others: &[&str]) -> Option<String> {
        nearest(name, others.iter().copied())
    }

    #[test]
    fn one_near_name_or_none() {
        assert_eq!(near("flask_ap", &["flask_app", "db"]).as_deref(), Some("flask_app"));
        assert_eq!(near("Mysite", &["mysite"]).as_deref(), Some("mysite"));
        assert_eq!(near("aplication", &["application"]).as_deref(), Some("application"));
        assert_eq!(near("abc", &["abd"]), None);
        assert_eq!(near("config1", &["config2", "config3"]), None);
        assert_eq!(near("app", &["app"]), None);
    }
}
