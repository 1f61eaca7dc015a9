//! What is being diagnosed.

use std::fmt;
use std::path::{Path, PathBuf};

/// Id of a platform profile, e.g. `pythonanywhere`; the file name in `rules/platforms/`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlatformId(pub String);

impl PlatformId {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A Python version, major and minor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PythonVersion {
    pub major: u8,
    pub minor: u8,
}

impl fmt::Display for PythonVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// What kind of log a file is; recognised by content, hinted by name or flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogKind {
    /// The app's or wrapper's error log.
    Error,
    /// The application server's own output (uWSGI, gunicorn).
    Server,
    Access,
    /// nginx's or Apache's error log.
    Nginx,
    /// A container platform's stream or deployment output.
    Platform,
    /// Could be anything: pasted or mixed.
    Any,
}

/// How sure the zone of a log's time stamps is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockState {
    /// The stamps carry their offset.
    Offset,
    /// The platform says which zone it is.
    Assumed,
    Unknown,
}

/// A log to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFile {
    /// Where to read; `-` is standard input.
    pub path: PathBuf,
    /// The name to show: the path on the server where it is known.
    pub shown: String,
    /// `None`: recognise by content.
    pub kind: Option<LogKind>,
}

/// An error page that the person copied from the browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenPage {
    /// The file's name to show.
    pub shown: String,
    /// Id of the page, `rules/pages/`.
    pub page: String,
    pub status: Option<u16>,
}

/// What is being diagnosed, found by discovery or given by flags.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Site {
    pub platform: Option<PlatformId>,
    pub domain: Option<String>,
    pub url: Option<String>,
    /// Root of a copied file tree; paths on the server are looked up below it.
    pub root: Option<PathBuf>,
    /// The WSGI file or other entry point, as a readable path.
    pub wsgi: Option<PathBuf>,
    pub project: Option<PathBuf>,
    /// Where the project lies on the server, for a copy of it.
    pub at_server: Option<PathBuf>,
    pub virtualenv: Option<PathBuf>,
    pub python: Option<PythonVersion>,
    pub logs: Vec<LogFile>,
    /// Those of the logs whose beginning is missing: only their end was fetched.
    pub cut_logs: Vec<PathBuf>,
    /// Those of the logs that are the text of an error page.
    pub pages: Vec<SeenPage>,
    pub procfile: Option<PathBuf>,
    pub events: Vec<PathBuf>,
    pub server_config: Vec<PathBuf>,
    /// Where standard input is kept for the run.
    pub stdin: Option<PathBuf>,
    /// Account name on the platform, where paths or the domain show it.
    pub user: Option<String>,
    /// Name of the app on a container platform.
    pub app: Option<String>,
    /// The files are the server's own (discovery at `/`, or a tree that kept their times),
    /// so that file times mean something.
    pub times_are_real: bool,
    /// The program runs on the machine that serves the site.
    pub on_host: bool,
}

impl Site {
    /// The platform's id, or `generic`.
    #[must_use]
    pub fn platform_id(&self) -> &str {
        self.platform.as_ref().map_or("generic", PlatformId::as_str)
    }

    /// The systemd unit that runs the app, where its file is known.
    #[must_use]
    pub fn unit(&self) -> Option<String> {
        let mut units = self
            .server_config
            .iter()
            .filter(|path| path.extension().is_some_and(|ending| ending == "service"));
        let unit = units.next().filter(|_| units.next().is_none())?;
        unit.file_stem().map(|name| name.to_string_lossy().into_owned())
    }

    /// Whether a path stands for standard input.
    #[must_use]
    pub fn is_stdin(&self, path: &Path) -> bool {
        path.as_os_str() == "-" || self.stdin.as_deref() == Some(path)
    }

    /// The name of a file for people.
    #[must_use]
    pub fn shown(&self, path: &Path) -> String {
        if self.is_stdin(path) { "stdin".to_owned() } else { path.display().to_string() }
    }
}
