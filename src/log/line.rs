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

/// Which sort of prefix was taken off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Prefix {
    /// A date and time alone, as the `PythonAnywhere` server log and `docker logs -t` write it.
    Stamp,
    /// The `PythonAnywhere` error log's `2026-04-13 07:57:44,065: `.
    Wrapper,
    Uwsgi,
    Gunicorn,
    Nginx,
    Apache,
    /// RFC 3164 and journald's short forms.
    Syslog,
    /// RFC 5424, Heroku's drains included.
    Syslog5424,
    Heroku,
    Scalingo,
    Compose,
    Json,
    /// Kubernetes' container runtime interface.
    Cri,
    Render,
    Fly,
    Railway,
    /// The kernel's `[   12.345678] `.
    Kernel,
    /// Python's `logging` in one of its usual formats.
    Logging,
    Uvicorn,
    Celery,
    /// A quotation mark `> ` or a code fence of a paste.
    Paste,
}

/// A set of [`Prefix`]es.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct PrefixSet(u32);

impl PrefixSet {
    /// Adds one.
    pub fn insert(&mut self, prefix: Prefix) {
        self.0 |= 1 << prefix as u8;
    }

    /// Whether it is in the set.
    pub fn has(self, prefix: Prefix) -> bool {
        self.0 & (1 << prefix as u8) != 0
    }

    /// Whether nothing was taken off.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
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
    /// Which sorts of prefix were taken off.
    pub prefixes: PrefixSet,
}
