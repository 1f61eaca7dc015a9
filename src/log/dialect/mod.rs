//! Life-cycle marks: which lines say that a server or container started, became ready, reloaded,
//! was deployed, stopped or died.
//!
//! One file per dialect holds a table of how such lines begin. The tables are joined into one,
//! keyed by first byte, so that an ordinary line costs a look-up. Marks say what one line says;
//! which of them begin an epoch is decided by `epochs` (a [`LifeKind::Respawn`] never does).

mod apache;
mod gunicorn;
mod managers;
mod platforms;
mod python_servers;
#[cfg(test)]
mod tests;
mod uwsgi;

use std::sync::OnceLock;

use super::bytes::int;
use super::line::{Level, Line, Prefix};

/// What happened to the server or container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LifeKind {
    /// A server or container starts from nothing.
    Start,
    /// The app was loaded, or the port answers.
    Ready,
    /// Code or settings are loaded again on request.
    Reload,
    /// New code arrives.
    Deploy,
    /// An end on request: signal, scale-down, idle.
    Stop,
    /// The server, container or dyno died by itself.
    Crash,
    /// The app could not be loaded: the start ends here.
    LoadFailed,
    /// One worker process died.
    WorkerDied,
    /// A worker was started in place of another, or beside the others.
    Respawn,
    /// A request exceeded the server's own limit (harakiri, WORKER TIMEOUT).
    Timeout,
}

/// A line that marks a moment of the app's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LifeMark<'a> {
    pub kind: LifeKind,
    /// A short clause for the time line: "uWSGI starts".
    pub label: &'static str,
    /// The process that it is about: named in the text, else the prefix's.
    pub pid: Option<u32>,
    pub container: Option<&'a str>,
    /// Major version of the server that starts, where the line names it.
    pub version: Option<u64>,
}

/// Where a mark may stand; many begin with words that anybody could write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Only {
    /// In any log.
    Any,
    /// In any log, indented or not.
    Indented,
    /// The line is these words and nothing else, or a uvicorn prefix stood before it.
    Uvicorn,
    Gunicorn,
    /// gunicorn's, at level ERROR.
    GunicornError,
    Apache,
    Heroku,
    Manager,
    Fly,
    Railway,
    Emperor,
}

/// One row of a dialect's table; the first that fits wins.
#[derive(Debug, Clone, Copy)]
struct Row {
    /// How the text begins.
    starts: &'static str,
    /// What it must hold behind that; empty: nothing.
    holds: &'static str,
    only: Only,
    kind: LifeKind,
    label: &'static str,
}

const fn row(
    only: Only,
    starts: &'static str,
    holds: &'static str,
    kind: LifeKind,
    label: &'static str,
) -> Row {
    Row { starts, holds, only, kind, label }
}

const TABLES: [&[Row]; 6] = [
    uwsgi::ROWS,
    gunicorn::ROWS,
    apache::ROWS,
    python_servers::ROWS,
    platforms::ROWS,
    managers::ROWS,
];

/// Rows by the first byte of `starts`.
fn by_first_byte() -> &'static [Vec<&'static Row>] {
    static INDEX: OnceLock<Vec<Vec<&'static Row>>> = OnceLock::new();
    INDEX.get_or_init(|| {
        let mut index = vec![Vec::new(); 256];
        for row in TABLES.into_iter().flatten() {
            if let Some(&first) = row.starts.as_bytes().first() {
                index[usize::from(first)].push(row);
            }
        }
        index
    })
}

/// One literal of every mark, at least four bytes long, for a search that skips lines which cannot
/// be marks: how the text begins, or a longer word from its inside.
pub fn literals() -> impl Iterator<Item = &'static str> {
    TABLES
        .into_iter()
        .flatten()
        .map(|row| if row.holds.len() > row.starts.len() { row.holds } else { row.starts })
        .chain(LOOSE)
}

/// How uWSGI's last line before it loads the app begins: no mark of its own, but a start that was
/// cut off above it says nothing.
pub const LOADING: &str = "*** Operational MODE";

/// How a worker of gunicorn takes its leave; one that is killed cannot.
pub const LEAVING: &str = "Worker exiting (pid";

/// Words of the marks that begin with a name or path, [`LOADING`] and [`LEAVING`].
const LOOSE: [&str; 6] = [
    " exited with code ",
    " changed, reloading",
    " has been spawned",
    ".service: ",
    LOADING,
    LEAVING,
];

/// What a line says about the life of the app, if anything.
#[must_use]
pub fn mark<'a>(line: &Line<'a>) -> Option<LifeMark<'a>> {
    let text = line.text.trim_start_matches(' ');
    let first = *text.as_bytes().first()?;
    let indented = text.len() != line.text.len();
    for row in &by_first_byte()[usize::from(first)] {
        let Some(rest) = text.strip_prefix(row.starts) else { continue };
        if (!row.holds.is_empty() && !rest.contains(row.holds))
            || (indented && row.only != Only::Indented)
        {
            continue;
        }
        if allowed(row, rest, line) {
            return Some(LifeMark {
                kind: row.kind,
                label: row.label,
                pid: pid_in(text).or(line.pid),
                container: named_container(row, rest).or(line.container),
                version: int(rest.as_bytes())
                    .filter(|_| row.kind == LifeKind::Start)
                    .map(|(version, _)| version),
            });
        }
    }
    if indented { None } else { managers::loose(line) }
}

fn allowed(row: &Row, rest: &str, line: &Line<'_>) -> bool {
    let has = |prefix| line.prefixes.has(prefix);
    match row.only {
        Only::Any | Only::Indented => true,
        Only::Uvicorn => rest.is_empty() || has(Prefix::Uvicorn),
        Only::Gunicorn => has(Prefix::Gunicorn) || line.program == Some("gunicorn"),
        Only::GunicornError => has(Prefix::Gunicorn) && line.level == Some(Level::Error),
        Only::Apache => has(Prefix::Apache),
        Only::Heroku => matches!(line.program, Some("heroku" | "api")),
        Only::Manager => line.program == Some("manager"),
        Only::Fly => has(Prefix::Fly) || line.prefixes.is_empty(),
        Only::Railway => rest.is_empty(),
        Only::Emperor => rest.contains("vassal") || rest.contains("instance"),
    }
}

/// `web-1` of the manager's `container [web-1] (5a90…) started`.
fn named_container<'a>(row: &Row, rest: &'a str) -> Option<&'a str> {
    let (name, _) = rest.split_once(']').filter(|_| row.only == Only::Manager)?;
    (!name.is_empty() && name.len() <= 64).then_some(name)
}

/// The number behind the first `pid` or `process [` of a text.
fn pid_in(text: &str) -> Option<u32> {
    let at =
        text.find("pid").map(|at| at + 3).or_else(|| text.find("process [").map(|at| at + 9))?;
    let digits = text[at..].trim_start_matches([':', ' ', '=', '(']);
    int(digits.as_bytes()).and_then(|(value, _)| u32::try_from(value).ok())
}
