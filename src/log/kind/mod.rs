//! What a file is: which kind of log and whose, or no log at all.
//!
//! Content decides, the name helps where content says nothing. Reads nothing itself: callers
//! pass the first part of the file.

mod other;
mod pasted;
#[cfg(test)]
mod tests;

pub use other::text;

use super::access::{self, Family};
use super::line::{Line, Prefix};
use super::prefix::{PrefixCtx, strip_all};
use super::stamp::Clock;
use crate::model::LogKind;

/// Lines looked at.
const LINES: usize = 200;

/// What an input is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InputKind {
    Log(LogKind),
    Python,
    Procfile,
    NginxConfig,
    ApacheConfig,
    UwsgiIni,
    /// `gunicorn.conf.py`.
    GunicornConfig,
    SystemdUnit,
    /// JSON events of a platform's API.
    EventsJson,
    /// `scalingo timeline`.
    Timeline,
    /// A bundle.
    Zip,
    /// Neither text nor anything known.
    Unknown,
}

/// What the beginning of a log says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogGuess {
    pub kind: LogKind,
    /// Id of the platform profile, where lines or the name show it.
    pub platform: Option<&'static str>,
    /// Servers whose lines were seen, most lines first: `uwsgi`, `gunicorn`, `nginx`, `apache`,
    /// `uvicorn`, `waitress`, `systemd`, `supervisor`, `compose`.
    pub servers: Vec<&'static str>,
}

/// Counts of what the lines look like.
#[derive(Debug, Default)]
struct Tally {
    lines: u32,
    access: u32,
    requests: u32,
    errors: u32,
    wrapper: u32,
    /// The `PythonAnywhere` server log's bare stamp before words of uWSGI.
    stamped_uwsgi: u32,
    platform_lines: u32,
    platforms: [(&'static str, u32); 7],
    servers: [(&'static str, u32); 9],
}

impl Tally {
    fn new() -> Self {
        let zero = |name| (name, 0);
        Self {
            platforms: [
                "pythonanywhere",
                "heroku",
                "scalingo",
                "render",
                "fly",
                "railway",
                "azure",
            ]
            .map(zero),
            servers: [
                "uwsgi",
                "gunicorn",
                "nginx",
                "apache",
                "uvicorn",
                "waitress",
                "systemd",
                "supervisor",
                "compose",
            ]
            .map(zero),
            ..Self::default()
        }
    }

    fn platform(&mut self, name: &str, weight: u32) {
        if let Some(entry) = self.platforms.iter_mut().find(|entry| entry.0 == name) {
            entry.1 += weight;
        }
    }

    fn server(&mut self, name: &str) {
        if let Some(entry) = self.servers.iter_mut().find(|entry| entry.0 == name) {
            entry.1 += 1;
        }
    }

    fn count(&self, name: &str) -> u32 {
        self.servers.iter().find(|entry| entry.0 == name).map_or(0, |entry| entry.1)
    }

    fn see(&mut self, line: &Line<'_>, clock: &Clock) {
        if line.text.trim().is_empty() {
            return;
        }
        self.lines += 1;
        let has = |prefix| line.prefixes.has(prefix);
        let text = line.text;
        for (prefix, name) in [
            (Prefix::Heroku, "heroku"),
            (Prefix::Scalingo, "scalingo"),
            (Prefix::Render, "render"),
            (Prefix::Fly, "fly"),
            (Prefix::Railway, "railway"),
        ] {
            if has(prefix) {
                self.platform(name, 1);
                self.platform_lines += 1;
            }
        }
        if has(Prefix::Syslog5424)
            && line.container.is_some()
            && matches!(line.program, Some("heroku" | "app"))
        {
            self.platform("heroku", 1);
            self.platform_lines += 1;
        }
        if has(Prefix::Wrapper) {
            self.wrapper += 1;
            self.platform("pythonanywhere", 1);
        }
        for (prefix, name) in [
            (Prefix::Uwsgi, "uwsgi"),
            (Prefix::Gunicorn, "gunicorn"),
            (Prefix::Nginx, "nginx"),
            (Prefix::Apache, "apache"),
            (Prefix::Uvicorn, "uvicorn"),
            (Prefix::Compose, "compose"),
        ] {
            if has(prefix) {
                self.server(name);
            }
        }
        if let Some(found) = access::parse(line, clock) {
            self.requests += 1;
            match found.family {
                Family::Common => self.access += 1,
                Family::Uwsgi => self.server("uwsgi"),
                Family::Server => {}
                Family::Router => self.platform_lines += u32::from(line.prefixes.is_empty()),
            }
            if text.contains("response-time=") {
                self.platform("pythonanywhere", 1);
            }
            return;
        }
        self.words(line);
    }

    /// Marks in the words themselves.
    fn words(&mut self, line: &Line<'_>) {
        let text = line.text;
        if text.contains("/bin/user_wsgi_wrapper.py")
            || text.contains("pythonanywhere.com")
            || text.contains("_pythonanywhere_com_wsgi.py")
        {
            self.platform("pythonanywhere", 5);
        }
        if text.starts_with("Traceback (most recent call last)")
            || text.starts_with("Error running WSGI application")
        {
            self.errors += 1;
        }
        let uwsgi =
            text.contains("uWSGI") || text.starts_with("WSGI app ") || text.contains("HARAKIRI");
        if uwsgi {
            self.server("uwsgi");
            self.stamped_uwsgi += u32::from(line.prefixes.has(Prefix::Stamp));
        }
        let trimmed = text.trim_start();
        for (starts, name) in [
            ("==> ", "render"),
            ("-----> ", "heroku"),
            ("<-- Start deployment of", "scalingo"),
            ("Waiting for your application to boot", "scalingo"),
            ("<-- https://", "scalingo"),
        ] {
            if trimmed.starts_with(starts) && line.prefixes.is_empty() {
                self.platform(name, if name == "scalingo" { 20 } else { 1 });
                self.platform_lines += 1;
            }
        }
        if text.starts_with("Starting Container") {
            self.platform("railway", 1);
        }
        if text.contains("replicas never became healthy") {
            self.platform("railway", 5);
        }
        if text.contains("didn't respond to HTTP pings")
            || text.contains("WEBSITES_PORT")
            || text.contains("Oryx Version")
        {
            self.platform("azure", 5);
            self.platform_lines += 1;
        }
        match line.program {
            Some("gunicorn" | "uwsgi") if line.prefixes.has(Prefix::Syslog) => {
                let name = if line.program == Some("uwsgi") { "uwsgi" } else { "gunicorn" };
                self.server(name);
            }
            Some("systemd") => self.server("systemd"),
            Some("waitress") => self.server("waitress"),
            _ => {}
        }
        if text.contains("Starting gunicorn ") && !line.prefixes.has(Prefix::Gunicorn) {
            self.server("gunicorn");
        }
        if text.starts_with("supervisord started with pid") || text.starts_with("spawned: '") {
            self.server("supervisor");
        }
    }
}

/// Which kind of log, whose; from the file's name and its first lines.
#[must_use]
pub fn guess(name: &str, head: &str) -> LogGuess {
    let mut tally = Tally::new();
    let mut ctx = PrefixCtx::new(Clock::utc(None));
    let clock = ctx.clock.clone();
    for raw in head.lines().take(LINES) {
        strip_all(raw, &mut ctx, &mut |line| tally.see(line, &clock));
    }
    let name = name.to_ascii_lowercase();
    if name.contains("pythonanywhere.com") {
        tally.platform("pythonanywhere", 5);
    }
    let base = name.rsplit(['/', '\\']).next().unwrap_or(&name);
    if base.contains(".server.log") && tally.stamped_uwsgi > 0 {
        tally.platform("pythonanywhere", 5);
    }
    let platform = tally
        .platforms
        .iter()
        .filter(|entry| entry.1 > 0)
        .max_by_key(|entry| entry.1)
        .map(|entry| entry.0);
    let mut servers: Vec<_> = tally.servers.iter().filter(|entry| entry.1 > 0).collect();
    servers.sort_by_key(|entry| std::cmp::Reverse(entry.1));
    LogGuess {
        kind: kind(base, &tally),
        platform,
        servers: servers.into_iter().map(|entry| entry.0).collect(),
    }
}

fn kind(name: &str, tally: &Tally) -> LogKind {
    let most = |count: u32| count * 2 > tally.lines;
    if tally.platform_lines > 0 && (most(tally.platform_lines) || tally.platform_lines >= 3) {
        return LogKind::Platform;
    }
    if tally.access * 5 >= tally.lines * 4 && tally.access > 0 {
        return LogKind::Access;
    }
    if most(tally.count("nginx") + tally.count("apache")) {
        return LogKind::Nginx;
    }
    if tally.wrapper > 0 && tally.wrapper >= tally.stamped_uwsgi {
        return LogKind::Error;
    }
    let own = tally.count("uwsgi")
        + tally.count("gunicorn")
        + tally.count("uvicorn")
        + tally.count("waitress");
    if tally.count("compose") > 0 && most(tally.count("compose")) {
        return LogKind::Any;
    }
    // A server's own words are few beside the app's, but only its output has them.
    if own > 0 && !(name.contains("error") && tally.errors > own) {
        return LogKind::Server;
    }
    match name {
        _ if name.contains("access") && tally.lines == tally.access => LogKind::Access,
        _ if name.contains("nginx") || name.contains("apache") => LogKind::Nginx,
        _ if name.contains("error") => LogKind::Error,
        _ if name.contains("server") || name.contains("uwsgi") || name.contains("gunicorn") => {
            LogKind::Server
        }
        _ if name.contains("access") && tally.errors == 0 => LogKind::Access,
        _ => LogKind::Any,
    }
}

/// Whether a file that is not named like a log holds one all the same: a paste, a ticket.
#[must_use]
pub fn holds_log(head: &[u8]) -> bool {
    let text = other::text(head);
    if other::is_binary(head) || super::document::reason(&text).is_some() {
        return false;
    }
    let found = guess("", &text);
    found.platform.is_some()
        || !found.servers.is_empty()
        || found.kind != LogKind::Any
        || text.lines().take(LINES).any(|line| line.contains("Traceback (most recent call last)"))
}

/// Configuration or source that stands in a file, whatever its name: a clause for people.
pub(super) fn configuration(head: &str) -> Option<&'static str> {
    match other::no_log("", head)? {
        InputKind::NginxConfig => Some("it is an nginx configuration, not a log"),
        InputKind::ApacheConfig => Some("it is an Apache configuration, not a log"),
        InputKind::UwsgiIni => Some("it is a uWSGI configuration, not a log"),
        InputKind::SystemdUnit => Some("it is a systemd unit, not a log"),
        InputKind::Python => Some("it is Python source, not a log"),
        _ => None,
    }
}

/// What an input is, from its name and first bytes (a few KiB are enough).
#[must_use]
pub fn recognise(name: &str, head: &[u8]) -> InputKind {
    if let Some(kind) = other::by_magic(head) {
        return kind;
    }
    let text = other::text(head);
    if let Some(kind) = other::no_log(name, &text) {
        return kind;
    }
    if other::is_binary(head) {
        return InputKind::Unknown;
    }
    InputKind::Log(guess(name, &text).kind)
}
