//! `--remote`: logs, WSGI file and settings of a web app on PythonAnywhere, read through its API
//! into a temporary tree that is diagnosed as `--root` is. File times mean nothing there.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{Timestamp, tz::TimeZone};
use tempfile::TempDir;

use super::account;
use super::args::DiagnoseArgs;
use super::failure::Failure;
use super::plan::{Plan, guess_platform, host_of, platform, python_version};
use crate::checks::probe_diff::Refresh;
use crate::http::api::{Api, ApiError, ApiErrorKind, Off, RemoteFile, WebApp};
use crate::model::{Captures, Examined, Fact, Facts, Site, Skipped, Source};
use crate::rules::Rules;

/// Bytes that are kept of the end of one log.
const LOG: usize = 8 << 20;
/// The API sends whole files only: longer ones are not fetched a second time.
const AGAIN: u64 = 64 << 20;
/// Bytes of a WSGI file.
const CODE: usize = 1 << 20;

/// A tree with the remote files; removed when dropped.
pub(super) struct Remote {
    folder: TempDir,
    domain: String,
    app: WebApp,
    api: Api,
    /// Logs that were fetched, with their sizes in the account.
    logs: Mutex<Vec<(String, u64)>>,
    /// Copies of which only the end is here.
    cut: Vec<PathBuf>,
    notes: Vec<Skipped>,
}

/// Reads what the diagnosis needs.
///
/// # Errors
/// No token or user, several web apps and none named, or the API refused; with the way out.
pub(super) fn fetch(
    args: &DiagnoseArgs,
    rules: &Rules,
    cancel: &Arc<AtomicBool>,
) -> Result<Remote, Failure> {
    let mut site = Site {
        domain: args.inputs.iter().chain(&args.probe.url).find_map(|input| host_of(input)),
        ..Site::default()
    };
    site.platform = match &args.files.platform {
        Some(name) => Some(platform(name, rules)?),
        None => guess_platform(&site, rules),
    };
    site.user = site.domain.as_deref().and_then(user_of);
    let api = account::open(&site, args.files.user.as_deref(), "--remote", cancel)?;
    let app = webapp(&api, site.domain.as_deref())?;
    let domain = app.domain.clone();
    let folder = tempfile::tempdir()
        .map_err(|error| Failure::new(format!("--remote: no temporary folder: {error}")))?;
    let mut remote = Remote {
        folder,
        domain,
        app,
        api,
        logs: Mutex::default(),
        cut: Vec::new(),
        notes: Vec::new(),
    };
    let mut any = false;
    for kind in ["error", "server", "access"] {
        any |= remote.take(&format!("/var/log/{}.{kind}.log", remote.domain), LOG, true)?;
    }
    let wsgi = format!("/var/www/{}", crate::site::pythonanywhere::wsgi_name(&remote.domain));
    any |= remote.take(&wsgi, CODE, false)?;
    any |= remote.app.off(today(Timestamp::now())).is_some();
    if !any {
        return Err(Failure::new(format!(
            "--remote: the account has neither a log nor a WSGI file of {}",
            remote.domain
        )));
    }
    Ok(remote)
}

impl Remote {
    /// The arguments for the tree.
    pub(super) fn args(&self, args: &DiagnoseArgs) -> DiagnoseArgs {
        let mut args = args.clone();
        args.files.root = Some(self.folder.path().to_owned());
        if !args.inputs.iter().any(|input| host_of(input).is_some()) {
            // The account's own web app, asked for by its owner.
            args.inputs.push(self.domain.clone());
        }
        args
    }

    /// What the settings say, and what was not read.
    pub(super) fn complete(&self, plan: &mut Plan) {
        for site in &mut plan.sites {
            site.times_are_real = false;
            site.cut_logs.clone_from(&self.cut);
            if site.python.is_none() {
                site.python =
                    self.app.python_version.as_deref().and_then(|text| python_version(text).ok());
            }
        }
        plan.unusable.extend(self.notes.iter().cloned());
        let places = [
            ("source directory", &self.app.source_directory),
            ("virtualenv", &self.app.virtualenv_path),
        ];
        let left: Vec<String> = places
            .iter()
            .filter_map(|(what, path)| path.as_ref().map(|path| format!("the {what} {path}")))
            .collect();
        if !left.is_empty() {
            plan.unusable.push(Skipped {
                check: "remote".to_owned(),
                missing: format!(
                    "{} was not read through the API; run diagnose on a console for that",
                    left.join(" and ")
                ),
            });
        }
    }

    /// What the settings say about the site: the platform runs no app that is switched off.
    pub(super) fn facts(&self, now: Timestamp, rules: &Rules) -> Facts {
        let mut facts = Facts::default();
        let (event, text) = match self.app.off(today(now)) {
            Some(Off::Disabled) => {
                ("webapp-disabled", "the web app is disabled on the Web tab".to_owned())
            }
            Some(Off::Expired(last)) => (
                "webapp-expired",
                format!("the web app ran until {last} and was not extended on the Web tab"),
            ),
            None => {
                facts.examined.extend(self.app.expiry.map(|last| Examined {
                    check: "remote".to_owned(),
                    what: format!("settings of {}: the web app runs until {last}", self.domain),
                    from: None,
                    to: None,
                }));
                return facts;
            }
        };
        let mut fact = Fact::new(Source::Event, text);
        fact.matches = rules.match_event(event, &fact.excerpt, &Captures::new());
        facts.facts.push(fact);
        facts
    }

    /// Brings the copies of the logs up to date when it is called.
    pub(super) fn refresher(self: &Arc<Self>) -> Refresh {
        let remote = Arc::clone(self);
        Refresh::new(move || remote.fetch_again())
    }

    /// Adds what the logs gained; `true`: one did. What cannot be fetched now stays as it is.
    fn fetch_again(&self) -> bool {
        let mut grew = false;
        for (path, known) in self.logs.lock().unwrap_or_else(PoisonError::into_inner).iter_mut() {
            if *known > AGAIN {
                continue;
            }
            let Ok(file) = self.api.file(path, LOG) else { continue };
            let target = self.target(path);
            let done = match file.total.checked_sub(*known) {
                Some(0) => continue,
                Some(more) if more <= file.bytes.len() as u64 => {
                    let from = file.bytes.len() - usize::try_from(more).unwrap_or(0);
                    append(&target, &file.bytes[from..])
                }
                // Rotated meanwhile, or more came than is kept: a new file.
                _ => replace(&target, whole_lines(&file)),
            };
            if done.is_ok() {
                *known = file.total;
                grew = true;
            }
        }
        grew
    }

    fn target(&self, path: &str) -> PathBuf {
        self.folder.path().join(path.trim_start_matches('/'))
    }

    /// One file; `false` where there is none.
    fn take(&mut self, path: &str, keep: usize, log: bool) -> Result<bool, Failure> {
        let file = match self.api.file(path, keep) {
            Ok(file) => file,
            Err(ApiError { kind: ApiErrorKind::NotFound, .. }) => {
                self.note(path, "does not exist in the account");
                return Ok(false);
            }
            Err(error) => return Err(refused(&error)),
        };
        if file.is_tail() && !log {
            self.note(path, "is too large to be read");
            return Ok(false);
        }
        let bytes = whole_lines(&file);
        let target = self.target(path);
        if file.is_tail() {
            self.note(
                path,
                &format!(
                    "its beginning was not read: of {} bytes only the last {}",
                    file.total,
                    bytes.len()
                ),
            );
            self.cut.push(target.clone());
        }
        replace(&target, bytes)
            .map_err(|error| Failure::new(format!("--remote: {path} cannot be kept: {error}")))?;
        if log {
            let mut logs = self.logs.lock().unwrap_or_else(PoisonError::into_inner);
            logs.push((path.to_owned(), file.total));
        }
        Ok(true)
    }

    fn note(&mut self, path: &str, text: &str) {
        self.notes.push(Skipped { check: "remote".to_owned(), missing: format!("{path}: {text}") });
    }
}

/// Without the piece of a line that a tail begins with.
fn whole_lines(file: &RemoteFile) -> &[u8] {
    let from = match memchr::memchr(b'\n', &file.bytes) {
        _ if !file.is_tail() => 0,
        Some(end) => end + 1,
        None => file.bytes.len(),
    };
    &file.bytes[from..]
}

fn append(target: &Path, bytes: &[u8]) -> std::io::Result<()> {
    std::fs::File::options().append(true).open(target)?.write_all(bytes)
}

/// Another file takes the place, so that who reads the old one is not disturbed.
fn replace(target: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = target.parent().unwrap_or(Path::new("/"));
    std::fs::create_dir_all(folder)?;
    let mut new = tempfile::NamedTempFile::new_in(folder)?;
    new.write_all(bytes)?;
    new.persist(target)?;
    Ok(())
}

/// The platform's day.
fn today(now: Timestamp) -> jiff::civil::Date {
    now.to_zoned(TimeZone::UTC).date()
}

/// The web app of that name, or the only one.
fn webapp(api: &Api, domain: Option<&str>) -> Result<WebApp, Failure> {
    if let Some(domain) = domain {
        return api.webapp(domain).map_err(|error| refused(&error));
    }
    let mut all = api.webapps().map_err(|error| refused(&error))?;
    match (all.pop(), all.is_empty()) {
        (Some(app), true) => Ok(app),
        (None, _) => Err(Failure::new("--remote: the account has no web app")),
        (Some(last), false) => {
            let names: Vec<&str> =
                all.iter().chain([&last]).map(|app| app.domain.as_str()).collect();
            Err(Failure::new("--remote: which web app?")
                .hint(format!("name one of {}", names.join(", "))))
        }
    }
}

/// `ana.pythonanywhere.com` and `ana.eu.pythonanywhere.com` are ana's.
fn user_of(domain: &str) -> Option<String> {
    let name = domain.strip_suffix(".pythonanywhere.com")?;
    let name = name.strip_suffix(".eu").unwrap_or(name);
    (!name.is_empty() && !name.contains('.')).then(|| name.to_owned())
}

fn refused(error: &ApiError) -> Failure {
    Failure::new(format!("--remote: {error}"))
}

#[cfg(test)]
mod tests {
    use super::user_of;

    #[test]
    fn users_by_domain() {
        assert_eq!(user_of("ana.pythonanywhere.com").as_deref(), Some("ana"));
        assert_eq!(user_of("ana.eu.pythonanywhere.com").as_deref(), Some("ana"));
        assert_eq!(user_of("www.example.com"), None);
        assert_eq!(user_of("webapp-1.a.pythonanywhere.com"), None);
    }
}
