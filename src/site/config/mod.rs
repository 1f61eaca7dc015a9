//! Servers' configuration as plain data: what faces visitors, what runs the app, and the line on
//! which each value stands. One small, tolerant parser a file; what they do not understand they
//! leave out, and a value that depends on something unknown is no value.

mod apache;
mod command;
mod gunicorn;
mod ini;
mod load;
mod nginx;
mod nginx_includes;
mod supervisor;
mod systemd;
mod uwsgi;
mod uwsgi_formats;

use std::path::Path;

use crate::model::{LogKind, Place};

pub use load::{ConfigFile, load};

/// A value and the line that says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    pub text: String,
    pub place: Place,
    /// The line as it stands in the file, without its indent.
    pub line: String,
}

impl Setting {
    fn new(shown: &str, number: usize, line: &str, text: impl Into<String>) -> Self {
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        Self {
            text: text.into(),
            place: Place::line(shown, number),
            line: line.trim().chars().take(300).collect(),
        }
    }

    /// The same line with another value taken from it.
    fn with(&self, text: impl Into<String>) -> Self {
        Self { text: text.into(), ..self.clone() }
    }

    /// A whole number of seconds, bytes or a mode.
    #[must_use]
    pub fn number(&self) -> Option<u64> {
        self.text.trim().parse().ok()
    }
}

/// What two processes speak to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    Http,
    Uwsgi,
}

impl Protocol {
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Http => "HTTP",
            Self::Uwsgi => "the uwsgi protocol",
        }
    }
}

/// Where a process listens or is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// Path of a socket; relative paths stay as they are.
    Unix(String),
    Tcp {
        host: String,
        port: u16,
    },
}

impl Address {
    /// `unix:/run/a.sock`, `/run/a.sock`, `127.0.0.1:8000`, `:8000`, `[::]:8000`, `host`.
    #[must_use]
    pub fn parse(text: &str, default_port: u16) -> Option<Self> {
        let text = text.trim().trim_matches(['"', '\'']);
        if text.is_empty() || text.contains(['$', '%', '{', ' ']) {
            return None;
        }
        if let Some(path) = text.strip_prefix("unix:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return (!path.is_empty()).then(|| Self::Unix(path.to_owned()));
        }
        if text.starts_with('@') {
            return None;
        }
        if text.contains('/') || text.ends_with(".sock") || text.ends_with(".socket") {
            return Some(Self::Unix(text.to_owned()));
        }
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some(Self::Tcp { host: String::new(), port: text.parse().ok()? });
        }
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if !host.ends_with(':') || host == "[::]" => {
                (host, port.parse().ok()?)
            }
            _ => (text, default_port),
        };
        let host = host.trim_matches(['[', ']']).to_lowercase();
        Some(Self::Tcp { host, port })
    }

    /// As a person would write it.
    #[must_use]
    pub fn show(&self) -> String {
        match self {
            Self::Unix(path) => path.clone(),
            Self::Tcp { host, port } if host.is_empty() => format!(":{port}"),
            Self::Tcp { host, port } => format!("{host}:{port}"),
        }
    }

    /// Whether it names this machine only.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        matches!(self, Self::Tcp { host, .. }
            if host == "localhost" || host == "::1" || host.starts_with("127."))
    }

    /// Whether it listens at every address.
    #[must_use]
    pub fn is_wildcard(&self) -> bool {
        matches!(self, Self::Tcp { host, .. }
            if host.is_empty() || host == "0.0.0.0" || host == "::" || host == "*")
    }

    /// Whether who connects to `self` reaches who listens at `bind`; `None` where it cannot be said.
    #[must_use]
    pub fn reaches(&self, bind: &Self) -> Option<bool> {
        match (self, bind) {
            (Self::Unix(to), Self::Unix(at)) => {
                let (to, at) = (plain(to), plain(at));
                if to == at {
                    return Some(true);
                }
                // A relative path depends on the folder in which the server was started.
                if !at.starts_with('/') || !to.starts_with('/') {
                    let name = |path: &str| path.rsplit('/').next().map(str::to_owned);
                    return if name(&to) == name(&at) { None } else { Some(false) };
                }
                Some(false)
            }
            (Self::Tcp { host, port }, Self::Tcp { host: at, port: bound }) => {
                if port != bound {
                    return Some(false);
                }
                if bind.is_wildcard() || host == at || (self.is_loopback() && bind.is_loopback()) {
                    return Some(true);
                }
                if self.is_loopback() || bind.is_loopback() {
                    return if self.is_wildcard() { None } else { Some(false) };
                }
                None
            }
            _ => Some(false),
        }
    }
}

/// `/var/run` is `/run`; doubled slashes count once.
fn plain(path: &str) -> String {
    let mut path = path.to_owned();
    while path.contains("//") {
        path = path.replace("//", "/");
    }
    match path.strip_prefix("/var/run/") {
        Some(rest) => format!("/run/{rest}"),
        None => path,
    }
}

/// One `proxy_pass`, `uwsgi_pass` or `ProxyPass`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backend {
    pub protocol: Protocol,
    pub pass: Setting,
    /// Each address with the line that says it (in an `upstream` block, its `server` line).
    pub addresses: Vec<(Address, Setting)>,
    pub read_timeout: Option<Setting>,
    /// URL prefix that it serves.
    pub location: String,
}

/// Which server faces the visitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrontKind {
    Nginx,
    Apache,
}

/// One `server` block or virtual host that hands requests to an app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Front {
    pub kind: FrontKind,
    pub names: Vec<String>,
    pub tls: bool,
    pub backends: Vec<Backend>,
    pub body_limit: Option<Setting>,
    /// User of its workers.
    pub user: Option<Setting>,
    /// Logs that it writes, as paths of the server.
    pub logs: Vec<(LogKind, String)>,
    /// URL prefixes that it serves from folders itself, with the line that names the folder.
    pub folders: Vec<(String, Setting)>,
    pub place: Place,
}

/// Which server runs the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppKind {
    Uwsgi,
    Gunicorn,
    ModWsgi,
    /// uvicorn, daphne, hypercorn, waitress: HTTP servers of which less is known.
    Other,
}

/// Where an app listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bind {
    pub protocol: Protocol,
    pub address: Address,
    pub setting: Setting,
}

/// One process that runs an app, from one or several files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct App {
    pub kind: AppKind,
    /// Name of the file or unit without its ending.
    pub name: String,
    pub place: Place,
    pub binds: Vec<Bind>,
    /// `module:callable` or `module`.
    pub module: Option<Setting>,
    pub wsgi_file: Option<Setting>,
    pub callable: Option<Setting>,
    pub chdir: Option<Setting>,
    pub virtualenv: Option<Setting>,
    pub python_path: Vec<Setting>,
    /// Seconds after which a request or worker is killed.
    pub timeout: Option<Setting>,
    pub buffer_size: Option<Setting>,
    pub body_limit: Option<Setting>,
    pub threads: Option<Setting>,
    pub enable_threads: Option<Setting>,
    /// Mode of the socket, octal.
    pub socket_mode: Option<Setting>,
    pub user: Option<Setting>,
    pub group: Option<Setting>,
    pub logs: Vec<(LogKind, String)>,
    /// Configuration file that the command names, as written.
    pub config: Option<Setting>,
    /// Folder of vassals' files.
    pub emperor: Option<Setting>,
    /// The Python file or program that runs.
    pub program: Option<Setting>,
}

impl App {
    fn new(kind: AppKind, name: impl Into<String>, place: Place) -> Self {
        Self {
            kind,
            name: name.into(),
            place,
            binds: Vec::new(),
            module: None,
            wsgi_file: None,
            callable: None,
            chdir: None,
            virtualenv: None,
            python_path: Vec::new(),
            timeout: None,
            buffer_size: None,
            body_limit: None,
            threads: None,
            enable_threads: None,
            socket_mode: None,
            user: None,
            group: None,
            logs: Vec::new(),
            config: None,
            emperor: None,
            program: None,
        }
    }

    /// Platform profile whose limits apply.
    #[must_use]
    pub fn platform(&self) -> &'static str {
        match self.kind {
            AppKind::Uwsgi => "uwsgi",
            AppKind::Gunicorn => "gunicorn",
            AppKind::ModWsgi => "mod-wsgi",
            AppKind::Other => "generic",
        }
    }
}

/// Everything that was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerConfig {
    pub fronts: Vec<Front>,
    pub apps: Vec<App>,
    /// Files that said something, as shown.
    pub files: Vec<String>,
}

/// `/etc/uwsgi/vassals/shop.ini` → `shop`.
fn stem(shown: &str) -> String {
    Path::new(shown)
        .file_stem()
        .map_or_else(|| shown.to_owned(), |name| name.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests;
