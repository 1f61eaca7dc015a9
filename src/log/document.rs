//! Files that are no logs though they quote log lines: guides, READMEs, saved pages, configurations.
//!
//! What stands in them says what can go wrong, not what went wrong. A person's own account of
//! their trouble (a ticket, a forum question) with a log in it is no such text. Looks at the
//! beginning of a file only.

use super::kind;
use super::line::Prefix;
use super::prefix::{PrefixCtx, strip};
use super::stamp::Clock;

/// Lines looked at.
const LINES: usize = 400;
/// Sentences that make a text.
const MOST_LEAST: usize = 3;

/// Why what a file says counts little, as a clause; `None`: it is a log, as far as one can see.
pub(crate) fn reason(head: &str) -> Option<&'static str> {
    let mut ctx = PrefixCtx::new(Clock::utc(None));
    let mut look = Look::default();
    for raw in head.lines().take(LINES) {
        let line = strip(raw, &mut ctx);
        let prefixed = line.stamp.is_some()
            || line.container.is_some()
            || line.pid.is_some()
            || line.level.is_some() && !line.prefixes.has(Prefix::Paste)
            || server_says(raw);
        look.see(raw, prefixed);
    }
    if look.prefixed * 5 > look.lines {
        return None;
    }
    if look.prefixed == 0
        && let Some(what) = kind::configuration(head)
    {
        return Some(what);
    }
    look.is_guide(head).then_some("the text explains errors; it is no log")
}

/// What uWSGI prints of itself without a stamp: its start speaks to "you" in sentences.
fn server_says(raw: &str) -> bool {
    const STARTS: [&str; 9] = [
        "[pid: ",
        "spawned uWSGI ",
        "uwsgi socket ",
        "uWSGI running as ",
        "your server socket listen backlog",
        "your mercy for graceful",
        "your memory page size",
        "your processes number limit",
        "--- no python application found",
    ];
    raw.starts_with("*** ") && raw.trim_end().ends_with(" ***")
        || STARTS.iter().any(|start| raw.starts_with(start))
}

/// Counts over the lines.
#[derive(Debug, Default)]
struct Look {
    lines: usize,
    prefixed: usize,
    /// Lines at the margin that are sentences, and all lines at the margin.
    sentences: usize,
    margin: usize,
    /// Words that teach and words of somebody who tells what happened.
    teaches: usize,
    tells: usize,
    headings: usize,
    /// Sentences seen: a text says each of its sentences once, a log repeats what fails.
    said: std::collections::HashSet<String>,
}

impl Look {
    fn see(&mut self, raw: &str, prefixed: bool) {
        let text = raw.trim();
        if text.is_empty() {
            return;
        }
        self.lines += 1;
        if prefixed {
            self.prefixed += 1;
            return;
        }
        let tagged = text.starts_with('<');
        if raw.starts_with([' ', '\t']) && !tagged {
            return;
        }
        self.margin += 1;
        self.headings += usize::from(is_heading(text));
        let plain = without_tags(text);
        if !names_exception(text) && is_sentence(&plain) && self.said.insert(plain.clone()) {
            self.sentences += 1;
            let (teaches, tells) = voices(&plain);
            self.teaches += teaches;
            self.tells += tells;
        }
    }

    fn is_guide(&self, head: &str) -> bool {
        let start = head.trim_start().get(..200.min(head.trim_start().len())).unwrap_or_default();
        let lower = start.to_ascii_lowercase();
        let page = lower.starts_with("<!doctype html") || lower.starts_with("<html");
        // A framework's own error page is what a visitor saw.
        let error_page = [
            "Traceback (interactive)",
            "Exception Type",
            "Werkzeug",
            "Request Method",
            "DEBUG = True",
            "Application error",
            "Bad Gateway",
            "Internal Server Error</title>",
        ]
        .iter()
        .any(|word| head.contains(word));
        if page {
            return !error_page && self.sentences >= 2 && self.tells < 2;
        }
        let much = self.sentences >= MOST_LEAST && self.sentences * 5 >= self.margin * 2;
        much && self.teaches >= 2
            && self.teaches > self.tells
            && (self.headings > 0 || self.teaches >= 4 && self.tells == 0)
    }
}

/// `package.errors.SomeError: what it says`: the end of a traceback, however much advice its message gives.
fn names_exception(text: &str) -> bool {
    text.split_once(": ").is_some_and(|(name, _)| {
        let last = name.rsplit('.').next().unwrap_or(name);
        name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_' || c == b'.')
            && last.len() > 5
            && last.starts_with(|c: char| c.is_ascii_uppercase())
            && last.bytes().any(|c| c.is_ascii_lowercase())
            && (name.contains('.')
                || ["Error", "Exception", "Warning"].iter().any(|end| last.ends_with(end)))
    })
}

/// `# Title`, `== Title`, an underline, `**Question?**`.
fn is_heading(text: &str) -> bool {
    let marked = |mark: char| {
        let rest = text.trim_start_matches(mark);
        rest.len() < text.len() && text.len() - rest.len() <= 6 && rest.starts_with(' ')
    };
    marked('#')
        || marked('=')
        || text.starts_with("<h")
        || text.starts_with("**") && text.ends_with("**")
        || text.len() >= 4 && (text.bytes().all(|c| c == b'=') || text.bytes().all(|c| c == b'-'))
}

fn without_tags(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    for c in text.chars().take(2_000) {
        match c {
            '<' => inside = true,
            '>' => {
                inside = false;
                out.push(' ');
            }
            c if !inside => out.push(c),
            _ => {}
        }
    }
    out
}

/// Five words or more, two of them such as hold sentences together.
pub(super) fn is_sentence(text: &str) -> bool {
    const HOLD: [&str; 26] = [
        "the", "a", "an", "is", "are", "to", "of", "in", "if", "when", "and", "or", "this", "that",
        "it", "with", "for", "you", "your", "be", "can", "should", "means", "my", "we", "not",
    ];
    let words =
        || text.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|w| !w.is_empty());
    let all = words().count();
    let holding = words().filter(|word| HOLD.contains(&word.to_ascii_lowercase().as_str())).count();
    all >= 5 && holding >= 2 && holding * 8 >= all
}

/// How sure it is that what a line without any prefix says happened, and still does: less where
/// somebody writes about it, least where they say that it is over.
pub(super) fn certainty(text: &str) -> f64 {
    const OVER: [&str; 12] = [
        "in the end it was",
        "turned out",
        "solved",
        "is fixed",
        "fixed it",
        "works now",
        "works again",
        "running again",
        "no further",
        "never came back",
        "since we ",
        "was the cause",
    ];
    if text.len() < 120 || !is_sentence(text) {
        return 1.0;
    }
    let (teaches, tells) = voices(text);
    if teaches + tells == 0 {
        return 1.0;
    }
    let lower = text.to_lowercase();
    if OVER.iter().any(|phrase| lower.contains(phrase)) { 0.1 } else { 0.5 }
}

/// How often a sentence teaches, and how often somebody tells of their own.
fn voices(text: &str) -> (usize, usize) {
    const TEACHES: [&str; 14] = [
        "means that",
        "it means",
        "this means",
        "make sure",
        "for example",
        "such as",
        "to fix",
        "happens when",
        "this guide",
        "in this article",
        "in that case",
        "most often",
        "usually",
        "look into",
    ];
    let lower = text.to_lowercase();
    let word = |wanted: &[&str]| {
        lower
            .split(|c: char| !c.is_alphanumeric() && c != '\'')
            .filter(|word| wanted.contains(word))
            .count()
    };
    let teaches = word(&["you", "your", "you'll", "you're"])
        + TEACHES.iter().filter(|phrase| lower.contains(*phrase)).count();
    let tells = word(&["i", "i'm", "i've", "my", "me", "mine", "our", "customer", "ticket"]);
    (teaches, tells)
}

#[cfg(test)]
mod tests {
    use super::{certainty, reason};

    #[test]
    fn guides_are_no_logs() {
        let guide = "# Deploying\n\nThis guide explains how the shop is deployed.\n\nIf you see `MemoryError` in the log, you need more memory.\n\nA 502 means that gunicorn is not running. Make sure that it is.\n";
        assert!(reason(guide).is_some());
        let page = "<!DOCTYPE html>\n<html><body>\n<h1>Errors</h1>\n<p>Many people ask what this is about, and it is easy.</p>\n<p>It means that the package is not installed.</p>\n</body></html>\n";
        assert!(reason(page).is_some());
    }

    #[test]
    fn somebody_in_trouble_is_heard() {
        let question = "Hi,\n\nI am trying to deploy my first app, and I get an error since yesterday.\n\nTraceback (most recent call last):\n  File \"/srv/a.py\", line 1, in <module>\n    import flask\nModuleNotFoundError: No module named 'flask'\n\nDo you know what I am doing wrong? Thank you for any help with this!\n";
        assert_eq!(reason(question), None);
        let issue = "### What happened\nThe app fails to start after the upgrade to the new version.\n### Log\n```\nTraceback (most recent call last):\n  File \"/srv/a.py\", line 1, in <module>\n    import flask\nModuleNotFoundError: No module named 'flask'\n```\n";
        assert_eq!(reason(issue), None);
    }

    #[test]
    fn logs_are_logs() {
        let log = "You have 3 unapplied migration(s). Your project may not work properly until you apply the migrations for app(s): admin, auth.\nRun 'python manage.py migrate' to apply them.\nStarting development server at http://127.0.0.1:8000/\nOperationalError: no such table: auth_user\n";
        assert_eq!(reason(log), None);
        let stamped = "2026-01-01 10:00:00,000: If you're seeing an import error and don't know why, you can look at your help page.\n".repeat(9);
        assert_eq!(reason(&stamped), None);
        let frames = "  File \"/srv/a.py\", line 1, in index\n    pay()\n".repeat(9);
        let advice = "billing._error.AuthenticationError: No API key provided. You can set your API key with the variable. If you have any questions, you can write to your contact.\n";
        let tracebacks = format!(
            "[2026-01-01 10:00:00 +0000] [7] [INFO] Starting gunicorn 23.0.0\n{}",
            format!("Traceback (most recent call last):\n{frames}{advice}").repeat(5)
        );
        assert_eq!(reason(&tracebacks), None);
        let uwsgi = "*** Starting uWSGI 2.0.31 (64bit) on [Mon Nov 30 06:17:15 2026] ***\ncompiled with version: 12.2.0\nyour processes number limit is 96365\nyour memory page size is 4096 bytes\nuWSGI running as root, you can use --uid/--gid/--chroot options\n*** WARNING: you are running uWSGI as root !!! (use the --uid flag) ***\nyour server socket listen backlog is limited to 100 connections\nyour mercy for graceful operations on workers is 60 seconds\n*** Operational MODE: single process ***\n";
        assert_eq!(reason(uwsgi), None);
        assert_eq!(reason(""), None);
    }

    #[test]
    fn somebody_writes_about_it() {
        let over = "Last week we saw \"Out of memory: Killed process 12\" in the log of our server, and in the end it was a query without a limit.";
        assert!(certainty(over) < 0.2);
        let told = "My app stops after an hour or so, and in the log I only see that it was \"Out of memory: Killed process 12\" and nothing else.";
        assert!((certainty(told) - 0.5).abs() < 0.01);
        for log in [
            "Out of memory: Killed process 12 (gunicorn)",
            "2 Error R10 (Boot timeout) -> Web process failed to bind to $PORT within 60 seconds of launch, and the dyno is to be stopped in a moment",
        ] {
            assert!(certainty(log) > 0.9, "{log}");
        }
    }

    #[test]
    fn configurations_are_no_logs() {
        let nginx = "# connect() failed (111: Connection refused) while connecting to upstream\nserver {\n  listen 80;\n  location / {\n    proxy_pass http://127.0.0.1:8000;\n  }\n}\n";
        assert!(reason(nginx).is_some());
    }
}
