//! Arithmetic on POSIX paths as text, as `os.path` and `pathlib` do it. Touches no files.

/// `os.path.normpath`.
pub fn normal(path: &str) -> String {
    let absolute = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                if parts.last().is_some_and(|last| *last != "..") {
                    parts.pop();
                } else if !absolute {
                    parts.push("..");
                }
            }
            _ => parts.push(part),
        }
    }
    let body = parts.join("/");
    match (absolute, body.is_empty()) {
        (true, _) => format!("/{body}"),
        (false, true) => ".".to_owned(),
        (false, false) => body,
    }
}

/// `os.path.join` of two parts.
pub fn join(base: &str, part: &str) -> String {
    if part.starts_with('/') || base.is_empty() {
        part.to_owned()
    } else if base.ends_with('/') {
        [base, part].concat()
    } else {
        [base, "/", part].concat()
    }
}

/// `os.path.abspath`.
pub fn absolute(path: &str, cwd: &str) -> String {
    normal(&join(cwd, path))
}

/// `os.path.dirname`.
pub fn dirname(path: &str) -> &str {
    match path.rfind('/') {
        Some(0) => "/",
        Some(at) => path[..at].trim_end_matches('/'),
        None => "",
    }
}

/// `os.path.basename`.
pub fn basename(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// `Path.parent`.
pub fn parent(path: &str) -> String {
    let path = path.trim_end_matches('/');
    match dirname(path) {
        "" if path.starts_with('/') || path.is_empty() => "/".to_owned(),
        "" => ".".to_owned(),
        dir => dir.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{absolute, dirname, join, normal, parent};

    #[test]
    fn behaves_like_os_path() {
        assert_eq!(normal("/a/./b/../c//d"), "/a/c/d");
        assert_eq!(normal("../x"), "../x");
        assert_eq!(normal(""), ".");
        assert_eq!(join("/a", "b"), "/a/b");
        assert_eq!(join("/a", "/b"), "/b");
        assert_eq!(dirname("/a/b.py"), "/a");
        assert_eq!(dirname("/a"), "/");
        assert_eq!(dirname("b.py"), "");
        assert_eq!(absolute("x/../y", "/h"), "/h/y");
        assert_eq!(parent("/a/b"), "/a");
        assert_eq!(parent("a"), ".");
        assert_eq!(parent("/"), "/");
    }
}
