//! Personal data: addresses of visitors, e-mail addresses, account names.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// A compiled pattern of this file; all are checked by a test.
fn compiled(pattern: &str) -> Option<Regex> {
    Regex::new(pattern).ok()
}

fn all(regex: Option<&Regex>, text: &str, group: usize) -> Vec<Range<usize>> {
    regex.map_or_else(Vec::new, |regex| {
        regex
            .captures_iter(text)
            .filter_map(|found| found.get(group))
            .map(|found| found.range())
            .collect()
    })
}

/// E-mail addresses, without those that are no person's (`git@github.com`).
pub(super) fn emails(text: &str) -> Vec<Range<usize>> {
    static EMAIL: LazyLock<Option<Regex>> = LazyLock::new(|| {
        compiled(
            r"\b[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,5}[A-Za-z]{2,24}\b",
        )
    });
    if !text.contains('@') {
        return Vec::new();
    }
    let mut spans = all(EMAIL.as_ref(), text, 0);
    spans.retain(|span| {
        let found = &text[span.clone()];
        // `git@github.com:x`, and `user@host` of a URL whose password is gone already.
        !found.starts_with("git@") && !text[..span.start].ends_with("://")
    });
    spans
}

/// Addresses other than loopback and "any"; `own` hosts stay.
pub(super) fn addresses(text: &str, own: &[String]) -> Vec<Range<usize>> {
    static V4: LazyLock<Option<Regex>> = LazyLock::new(|| compiled(r"\b(?:\d{1,3}\.){3}\d{1,3}\b"));
    static V6: LazyLock<Option<Regex>> =
        LazyLock::new(|| compiled(r"[0-9A-Fa-f]{1,4}:[0-9A-Fa-f:]{2,40}"));
    let mut spans = Vec::new();
    // Most texts have none, and a pattern takes longer to make than a small file to check.
    let quad = text
        .as_bytes()
        .windows(3)
        .any(|bytes| bytes[1] == b'.' && bytes[0].is_ascii_digit() && bytes[2].is_ascii_digit());
    if quad {
        for span in all(V4.as_ref(), text, 0) {
            let found = &text[span.clone()];
            let public = found
                .parse::<Ipv4Addr>()
                .is_ok_and(|ip| !ip.is_loopback() && !ip.is_unspecified() && !ip.is_broadcast());
            if public && !is_version(text, &span) && !own.iter().any(|host| host.contains(found)) {
                spans.push(span);
            }
        }
    }
    if text.bytes().filter(|byte| *byte == b':').count() > 1 {
        for span in all(V6.as_ref(), text, 0) {
            let found = &text[span.clone()];
            let glued = text[..span.start].ends_with(|c: char| c.is_alphanumeric() || c == ':')
                || text[span.end..].starts_with(|c: char| c.is_alphanumeric() || c == '.');
            let wide = found.matches(':').count() >= 3 || found.contains("::") && found.len() > 6;
            let public =
                found.parse::<Ipv6Addr>().is_ok_and(|ip| !ip.is_loopback() && !ip.is_unspecified());
            if public && wide && !glued {
                spans.push(span);
            }
        }
        spans.sort_by_key(|span| span.start);
    }
    spans
}

/// Whether four numbers are a version: `Chrome/120.0.0.0`, `==1.2.3.4`, `v1.2.3.4`, `version 1.2.3.4`.
fn is_version(text: &str, span: &Range<usize>) -> bool {
    let before = &text[..span.start];
    let after = &text[span.end..];
    if after.starts_with('.') && after[1..].starts_with(|c: char| c.is_ascii_digit()) {
        return true;
    }
    if before.ends_with("//") {
        return false;
    }
    let word = before.trim_end_matches([' ', '=', '~', '<', '>', '(']);
    before.ends_with(['/', '-', '_', '.'])
        || before.ends_with("==")
        || before.ends_with("~=")
        || before.ends_with(">=")
        || before.ends_with("<=")
        || before.ends_with('v')
        || word.to_ascii_lowercase().ends_with("version")
}

/// Account names in `/home/NAME`, `/Users/NAME` and Windows profiles.
pub(super) fn users(text: &str) -> Vec<Range<usize>> {
    static HOME: LazyLock<Option<Regex>> = LazyLock::new(|| {
        compiled(
            r"(?:/home/|/Users/|(?i:[A-Z]:[\\/]{1,2}Users[\\/]{1,2})|pythonanywhere\.com/user/)([A-Za-z0-9_][A-Za-z0-9_.-]{0,63})",
        )
    });
    if !text.contains("/home/") && !text.contains("sers") && !text.contains("/user/") {
        return Vec::new();
    }
    let mut spans = all(HOME.as_ref(), text, 1);
    for span in &mut spans {
        // A full stop behind a name is the sentence's.
        while text[span.clone()].ends_with(['.', '-']) {
            span.end -= 1;
        }
    }
    spans.retain(|span| !span.is_empty() && names_a_person(&text[span.clone()]));
    spans
}

/// Accounts that stand for a service, an image or nobody.
pub(super) fn names_a_person(user: &str) -> bool {
    const SERVICE: [&str; 31] = [
        "root",
        "app",
        "apps",
        "site",
        "sites",
        "www",
        "web",
        "www-data",
        "nginx",
        "ubuntu",
        "debian",
        "centos",
        "ec2-user",
        "admin",
        "user",
        "runner",
        "vagrant",
        "git",
        "deploy",
        "django",
        "flask",
        "python",
        "appuser",
        "nobody",
        "shared",
        "public",
        "node",
        "docker",
        "service",
        "you",
        "gitlab-runner",
    ];
    user.len() > 1
        && !crate::rules::placeholders::stands_for_a_name(user)
        && !SERVICE.contains(&user.to_ascii_lowercase().as_str())
}

/// Places where a known account name stands without its folder: databases (`ana$shop`,
/// `ana.mysql.…`), grants (`'ana'@`), the name alone.
pub(super) fn account(text: &str, name: &str) -> Vec<Range<usize>> {
    if text == name {
        return std::iter::once(0..text.len()).collect();
    }
    let mut spans = Vec::new();
    for (at, _) in text.match_indices(name) {
        let before = &text[..at];
        let after = &text[at + name.len()..];
        let bounded = !before.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '-');
        let ends = !after.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        let login = ends && (before.ends_with("-u ") || before.ends_with("--user="));
        let database = login
            || after.starts_with('$')
            || after.starts_with(".mysql.")
            || after.starts_with(".postgres.")
            || (before.ends_with('\'') && after.starts_with("'@"));
        let folder = (before.ends_with("/home/") || before.ends_with("/Users/")) && ends;
        if (bounded && database) || folder {
            spans.push(at..at + name.len());
        }
    }
    spans
}
