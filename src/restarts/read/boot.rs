//! Where the time of a start went that did not listen before the platform's limit.

use jiff::{SignedDuration, Timestamp};

use super::{Seen, What};

/// A line and when it was written.
pub(super) type Line<'l> = (Timestamp, &'l str);

/// The longest silence of a start, while the app did not listen yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silence {
    pub container: String,
    pub silent: SignedDuration,
    /// What was written before; `None`: nothing since the start.
    pub after: Option<String>,
    /// What was written then; `None`: the limit passed.
    pub before: Option<String>,
    /// When the container was started, and the line that says so.
    pub started: Timestamp,
    pub line: u32,
}

/// Words of the servers that say when they listen.
const LISTENS: [&str; 4] =
    ["istening ", "unning on http", "Serving on ", "Starting development server at"];
/// Servers that say so: if they did not, they had not come so far.
const SAY_SO: [&str; 6] = ["gunicorn", "uvicorn", "hypercorn", "daphne", "waitress", "uwsgi"];

/// Whether a line of any log says that the boot limit passed.
pub(super) fn says_timeout(raw: &str) -> bool {
    raw.contains("seconds to boot") || raw.contains("R10 (Boot timeout)")
}

/// The longest silence of the newest start of a container that must listen, a quarter of the limit
/// at least. `lines` hands out what a container wrote since a moment.
pub(super) fn longest<'l>(
    starts: &[Seen],
    limit: SignedDuration,
    lines: impl Fn(&str, Timestamp) -> Vec<Line<'l>>,
) -> Option<Silence> {
    let must_listen = |name: &str| name.starts_with("web") || name.starts_with("tcp");
    let start = starts
        .iter()
        .filter(|seen| matches!(seen.what, What::Start(_)))
        .filter(|seen| seen.container.as_deref().is_some_and(must_listen))
        .max_by_key(|seen| seen.at)?;
    let container = start.container.as_deref()?;
    let end = start.at.checked_add(limit).ok()?;
    let mut known: (Timestamp, Option<&str>) = (start.at, None);
    let mut found: Option<(SignedDuration, Option<&str>, Option<&str>)> = None;
    let mut put = |silent: SignedDuration, after, before| {
        if found.is_none_or(|(longest, ..)| silent > longest) {
            found = Some((silent, after, before));
        }
    };
    let mut listens = false;
    for (at, text) in lines(container, start.at) {
        if at > end {
            break;
        }
        put(at.duration_since(known.0), known.1, Some(text));
        known = (at, Some(text));
        if LISTENS.iter().any(|word| text.contains(word)) {
            listens = true;
            break;
        }
    }
    let server = || SAY_SO.iter().any(|word| start.text.contains(word));
    if !listens && server() {
        put(end.duration_since(known.0), known.1, None);
    }
    let (silent, after, before) = found?;
    (silent.as_secs() * 4 >= limit.as_secs()).then(|| Silence {
        container: container.to_owned(),
        silent,
        after: after.map(str::to_owned),
        before: before.map(str::to_owned),
        started: start.at,
        line: start.line,
    })
}

impl Silence {
    /// For people, `limit` being the platform's.
    #[must_use]
    pub fn told(&self, limit: SignedDuration) -> String {
        let (silent, limit) = (self.silent.as_secs(), limit.as_secs());
        let after =
            self.after.as_ref().map_or_else(|| "the start".to_owned(), |line| format!("'{line}'"));
        let until = match &self.before {
            Some(line) => format!("and '{line}'"),
            None => "and the end".to_owned(),
        };
        format!(
            "{}: {silent} of the {limit} seconds passed between {after} {until}",
            self.container
        )
    }
}
