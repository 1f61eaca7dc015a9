//! One line of a log after its prefixes were taken off.

use jiff::Timestamp;

/// Severity that a prefix states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Debug,
    Info,
    Warning,
    Error,
    Critical,
}

/// A time stamp as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp {
    /// The instant; where the log names no zone, the file's assumed zone was used.
    pub at: Timestamp,
    /// The stamp carried its own offset.
    pub zoned: bool,
}

/// One line, borrowed from the block that was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line<'a> {
    /// From 1, in the order of the file.
    pub no: u64,
    /// The line as it stands, without its line end.
    pub raw: &'a str,
    /// What is left when all prefixes are taken off; keeps the indentation of the app's own line.
    pub text: &'a str,
    /// The outermost stamp that was written on arrival, or else the innermost.
    pub stamp: Option<Stamp>,
    pub level: Option<Level>,
    /// Process (of the innermost prefix that names one).
    pub pid: Option<u32>,
    /// Container or dyno: `web-1`, `web.1`.
    pub container: Option<&'a str>,
    /// Who wrote it, as the prefix says: `heroku`, `app`, `router`, `manager`, `uwsgi`, `gunicorn`, a logger.
    pub program: Option<&'a str>,
}
