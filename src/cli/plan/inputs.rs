//! What was given: each input recognised by what it is, not by where it stands.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::values::host_of;
use super::{Plan, pipe};
use crate::cli::args::InputArgs;
use crate::cli::failure::Failure;
use crate::log::kind::{InputKind, recognise};
use crate::model::{LogFile, LogKind, Site, Skipped};

/// Bytes of a file that are looked at to tell what it is.
const HEAD: usize = 64 * 1024;

impl Plan {
    /// One positional input: recognised by what it is, not by where it stands.
    pub(super) fn input(
        &mut self,
        input: &str,
        site: &mut Site,
        domain: &mut Option<String>,
        url: &mut Option<String>,
    ) -> Result<(), Failure> {
        let path = PathBuf::from(input);
        if input == "-" || pipe::is_one(&path) {
            let shown = if input == "-" { "stdin" } else { input };
            site.logs.push(LogFile { path, shown: shown.to_owned(), kind: None });
            return Ok(());
        }
        if path.is_dir() {
            self.tree(path, site);
            return Ok(());
        }
        if !path.exists() {
            if let Some(host) = host_of(input) {
                // Port and path count; an address without a scheme speaks plain http.
                *url = Some(match crate::http::probe::parse_url(input) {
                    Ok(url) => url.into(),
                    Err(_) => format!("https://{host}/"),
                });
                if let Some(other) = domain.replace(host.clone()).filter(|other| *other != host) {
                    return Err(Failure::new(format!("two sites are named: {other} and {host}"))
                        .hint("name one; without a name every site of this machine is examined"));
                }
                return Ok(());
            }
            return Err(Failure::new(format!("{input}: no such file, folder or domain"))
                .hint("give a log file, a WSGI file, a folder, a domain such as ana.pythonanywhere.com, or -"));
        }
        self.file(&path, path.display().to_string(), site);
        Ok(())
    }

    /// A folder: a copied tree of a machine, or a project.
    fn tree(&mut self, path: PathBuf, site: &mut Site) {
        let machine = ["var/log", "var/www", "etc"].iter().any(|below| path.join(below).is_dir());
        if machine {
            self.recognised.push(format!("{}: a copied file tree", path.display()));
            site.root = Some(path);
        } else {
            self.recognised.push(format!("{}: a project folder", path.display()));
            self.folder(&path, site);
        }
    }

    fn file(&mut self, path: &Path, shown: String, site: &mut Site) {
        let head = match head(path) {
            Ok(head) => head,
            Err(error) => {
                self.unusable.push(Skipped { check: shown, missing: error.to_string() });
                return;
            }
        };
        let name = Path::new(&shown).file_name().unwrap_or_default().to_string_lossy().into_owned();
        let kind = recognise(&name, &head);
        self.recognised.push(format!("{shown}: {}", describe(kind)));
        match kind {
            InputKind::Log(kind) => {
                site.logs.push(LogFile {
                    path: path.to_owned(),
                    shown,
                    kind: Some(kind).filter(|k| *k != LogKind::Any),
                });
            }
            InputKind::Python => {
                if let Some(other) = site.wsgi.replace(path.to_owned()) {
                    self.left_out(vec![format!(
                        "{}: only the last WSGI file is examined; diagnose lint checks any number",
                        other.display()
                    )]);
                }
                self.wsgi_given = true;
            }
            InputKind::Procfile => site.procfile = Some(path.to_owned()),
            InputKind::NginxConfig
            | InputKind::ApacheConfig
            | InputKind::UwsgiIni
            | InputKind::GunicornConfig
            | InputKind::SystemdUnit => site.server_config.push(path.to_owned()),
            InputKind::EventsJson | InputKind::Timeline => site.events.push(path.to_owned()),
            InputKind::Zip => match crate::cli::unpack::unpack(path) {
                Ok(folder) => {
                    let content = crate::cli::unpack::content(folder.path());
                    self.shown_as.push((content.clone(), shown));
                    self.unpacked.push(Arc::new(folder));
                    self.tree(content, site);
                }
                Err(missing) => self.unusable.push(Skipped { check: shown, missing }),
            },
            // The reader says what is wrong with it, in the report.
            InputKind::Unknown => {
                site.logs.push(LogFile { path: path.to_owned(), shown, kind: None });
            }
        }
    }

    /// A project folder: logs at its top, and what discovery finds in it.
    fn folder(&mut self, dir: &Path, site: &mut Site) {
        let mut names: Vec<PathBuf> = std::fs::read_dir(dir)
            .into_iter()
            .flatten()
            .flatten()
            .take(2_000)
            .map(|e| e.path())
            .collect();
        names.sort();
        let before = site.logs.len();
        for path in &names {
            let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
            let is_log = name.ends_with(".log") || name.contains(".log.");
            if is_log && !name.starts_with('.') && path.is_file() {
                self.file(path, path.display().to_string(), site);
            }
        }
        if site.logs.len() == before {
            for path in names.iter().filter(|path| is_paste(path)) {
                let shown = path.display().to_string();
                site.logs.push(LogFile { path: path.clone(), shown, kind: None });
            }
        }
        let (projects, notes) = crate::site::project(dir);
        self.left_out(notes);
        let mut projects = projects.into_iter();
        let found = projects.next().unwrap_or_default();
        let others: Vec<String> =
            projects.filter_map(|other| other.project).map(|p| p.display().to_string()).collect();
        if !others.is_empty() {
            self.left_out(vec![format!(
                "more projects stand in this folder, name one to diagnose it: {}",
                others.join(", ")
            )]);
        }
        site.project.get_or_insert_with(|| found.project.unwrap_or_else(|| dir.to_owned()));
        site.wsgi = site.wsgi.take().or(found.wsgi);
        site.procfile = site.procfile.take().or(found.procfile);
        site.platform = site.platform.take().or(found.platform);
        site.python = site.python.or(found.python);
        site.virtualenv = site.virtualenv.take().or(found.virtualenv);
        site.server_config.extend(found.server_config);
    }
}

/// A text file that holds a log though it is not named like one: a paste, a ticket.
fn is_paste(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let text = [".txt", ".text", ".out", ".err"].iter().any(|ending| name.ends_with(ending));
    let other = ["requirements", "readme", "license", "robots", "runtime", "notice", "changelog"];
    if !text || other.iter().any(|word| name.starts_with(word)) || !path.is_file() {
        return false;
    }
    let mut head = Vec::new();
    let read =
        std::fs::File::open(path).and_then(|file| file.take(HEAD as u64).read_to_end(&mut head));
    read.is_ok() && crate::log::kind::holds_log(&head)
}

pub(super) fn flagged_logs(files: &InputArgs, site: &mut Site) {
    for (paths, kind) in [
        (&files.error_log, LogKind::Error),
        (&files.server_log, LogKind::Server),
        (&files.access_log, LogKind::Access),
        (&files.nginx_log, LogKind::Nginx),
        (&files.platform_log, LogKind::Platform),
    ] {
        for path in paths {
            let shown = if path == Path::new("-") {
                "stdin".to_owned()
            } else {
                path.display().to_string()
            };
            site.logs.push(LogFile { path: path.clone(), shown, kind: Some(kind) });
        }
    }
}

/// What an input was recognised as, for the echo.
fn describe(kind: InputKind) -> &'static str {
    match kind {
        InputKind::Log(kind) => crate::log::merge::kind_word(kind),
        InputKind::Python => "Python code",
        InputKind::Procfile => "a Procfile",
        InputKind::NginxConfig => "nginx's configuration",
        InputKind::ApacheConfig => "Apache's configuration",
        InputKind::UwsgiIni => "uWSGI's configuration",
        InputKind::GunicornConfig => "gunicorn's configuration",
        InputKind::SystemdUnit => "a systemd unit",
        InputKind::EventsJson => "platform events (JSON)",
        InputKind::Timeline => "platform events (time line)",
        InputKind::Zip => "a bundle",
        InputKind::Unknown => "unknown, read as a log",
    }
}

pub(super) fn head(path: &Path) -> std::io::Result<Vec<u8>> {
    use std::io::Read;
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(HEAD as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}
