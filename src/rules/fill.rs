//! Putting captures into texts.
//!
//! `{name}` takes a capture; `{name|filter}` changes it (`dist`: import name to distribution,
//! `program`: the server or tool that a
//! misspelled name means, `top`: first dotted part, `base`: last part of a path, `upper`, `dashed`: `.` and `_` as PythonAnywhere writes domains in
//! file names); `{name?text}` says what stands there without it. `{{` and `}}` are braces.

use crate::model::Captures;

/// The text with its placeholders filled, or `None` where one has neither value nor default.
#[must_use]
pub fn fill(text: &str, captures: &Captures, dist: &dyn Fn(&str) -> String) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let tail = &rest[at..];
        if let Some(after) = tail.strip_prefix("{{") {
            out.push('{');
            rest = after;
        } else if let Some(after) = tail.strip_prefix("}}") {
            out.push('}');
            rest = after;
        } else if let Some((name, after)) = placeholder(tail) {
            let text = value(name, captures, dist)?;
            // "The package 'that the code imports'": words in place of a name need no quotes.
            if is_phrase(name, captures)
                && let (Some(before), Some(behind)) =
                    (out.strip_suffix('\''), after.strip_prefix('\''))
            {
                out.truncate(before.len());
                rest = behind;
            } else {
                rest = after;
            }
            out.push_str(&text);
        } else {
            out.push_str(&tail[..1]);
            rest = &tail[1..];
        }
    }
    out.push_str(rest);
    Some(out)
}

/// The text with unknown placeholders as their names in capitals, for `explain`.
#[must_use]
pub fn fill_names(text: &str) -> String {
    fill_known(text, &Captures::new())
}

/// The same, where some captures are known.
#[must_use]
pub fn fill_known(text: &str, captures: &Captures) -> String {
    // A default says more than a name in capitals.
    let mut all: Captures = placeholders(text)
        .into_iter()
        .filter(|name| !text.contains(&format!("{{{name}?")))
        .map(|name| (name.to_owned(), name.to_uppercase().replace('-', "_")))
        .collect();
    all.extend(captures.clone());
    fill(text, &all, &super::distribution).unwrap_or_else(|| text.to_owned())
}

/// Names of the placeholders of a text, without filters and defaults.
#[must_use]
pub fn placeholders(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        let tail = &rest[at..];
        if let Some(after) = tail.strip_prefix("{{") {
            rest = after;
        } else if let Some((name, after)) = placeholder(tail) {
            names.push(name.split(['|', '?']).next().unwrap_or(name));
            rest = after;
        } else {
            rest = &tail[1..];
        }
    }
    names
}

/// Whether several words stand in for a capture that is not there.
fn is_phrase(inner: &str, captures: &Captures) -> bool {
    inner.split_once('?').is_some_and(|(head, default)| {
        let name = head.split('|').next().unwrap_or(head);
        default.contains(' ') && !captures.contains_key(name)
    })
}

/// `{inner}rest` → inner, rest. Braces of Python or shell text (`{}` or with spaces first) are none.
fn placeholder(tail: &str) -> Option<(&str, &str)> {
    let inner_on = tail.strip_prefix('{')?;
    let inner = &inner_on[..inner_on.find('}')?];
    let end = inner.len() + 1;
    let name = inner.split(['|', '?']).next()?;
    let fits = !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-');
    fits.then(|| (inner, &tail[end + 1..]))
}

fn value(inner: &str, captures: &Captures, dist: &dyn Fn(&str) -> String) -> Option<String> {
    let (head, default) = match inner.split_once('?') {
        Some((head, default)) => (head, Some(default)),
        None => (inner, None),
    };
    let mut parts = head.split('|');
    let name = parts.next()?;
    let Some(found) = captures.get(name) else { return default.map(str::to_owned) };
    let mut text = found.clone();
    for filter in parts {
        text = match filter {
            "dist" => dist(&text),
            "top" => text.split('.').next().unwrap_or_default().to_owned(),
            "last" => text.rsplit('.').next().unwrap_or_default().to_owned(),
            "base" => text.rsplit('/').next().unwrap_or_default().to_owned(),
            "program" => super::programs::nearest(&text).to_owned(),
            "upper" => text.to_uppercase(),
            "dashed" => text.replace(['.', '-'], "_"),
            _ => text,
        };
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn captures() -> Captures {
        [("module", "cv2.data"), ("domain", "a-b.example.com")]
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
            .into()
    }

    fn filled(text: &str) -> Option<String> {
        fill(text, &captures(), &|name| {
            if name == "cv2" { "opencv-python".into() } else { name.into() }
        })
    }

    #[test]
    fn values_filters_defaults() {
        assert_eq!(filled("install {module|top|dist}").as_deref(), Some("install opencv-python"));
        assert_eq!(
            filled("/var/www/{domain|dashed}_wsgi.py").as_deref(),
            Some("/var/www/a_b_example_com_wsgi.py")
        );
        assert_eq!(
            filled("{virtualenv?~/.virtualenvs/myenv}/bin").as_deref(),
            Some("~/.virtualenvs/myenv/bin")
        );
        assert_eq!(filled("{unknown} x"), None);
    }

    #[test]
    fn words_in_place_of_a_name_lose_their_quotes() {
        assert_eq!(filled("no '{x?that it needs}' here").as_deref(), Some("no that it needs here"));
        assert_eq!(filled("no '{module?that it needs}'").as_deref(), Some("no 'cv2.data'"));
        assert_eq!(filled("no '{x?application}'").as_deref(), Some("no 'application'"));
        assert_eq!(fill_names("{virtualenv?venv}/bin/python {x}"), "venv/bin/python X");
    }

    #[test]
    fn other_braces_stay() {
        assert_eq!(filled("f'{{x}}' {} { a } {").as_deref(), Some("f'{x}' {} { a } {"));
    }
}
