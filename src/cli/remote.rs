//! `--remote`: logs, WSGI file and settings of a web app on PythonAnywhere, read through its API
//! into a temporary tree that is diagnosed as `--root` is. File times mean nothing there.

use std::path::Path;

use tempfile::TempDir;

use super::account;
use super::args::DiagnoseArgs;
use super::failure::Failure;
use super::plan::{Plan, guess_platform, host_of, platform, python_version};
use crate::http::api::{Api, ApiError, ApiErrorKind, WebApp};
use crate::model::{Site, Skipped};
use crate::rules::Rules;

/// Bytes that are kept of the end of one log.
const LOG: usize = 8 << 20;
/// Bytes of a WSGI file.
const CODE: usize = 1 << 20;

/// A tree with the remote files; removed when dropped.
pub(super) struct Remote {
    folder: TempDir,
    domain: String,
    app: WebApp,
    notes: Vec<Skipped>,
}

/// Reads what the diagnosis needs.
///
/// # Errors
/// No token or user, several web apps and none named, or the API refused; with the way out.
pub(super) fn fetch(args: &DiagnoseArgs, rules: &Rules) -> Result<Remote, Failure> {
    let mut site = Site {
        domain: args.inputs.iter().chain(&args.probe.url).find_map(|input| host_of(input)),
        ..Site::default()
    };
    site.platform = match &args.files.platform {
        Some(name) => Some(platform(name, rules)?),
        None => guess_platform(&site, rules),
    };
    site.user = site.domain.as_deref().and_then(user_of);
    let api = account::open(&site, args.files.user.as_deref(), "--remote")?;
    let app = webapp(&api, site.domain.as_deref())?;
    let domain = app.domain.clone();
    let folder = tempfile::tempdir()
        .map_err(|error| Failure::new(format!("--remote: no temporary folder: {error}")))?;
    let mut remote = Remote { folder, domain, app, notes: Vec::new() };
    let mut any = false;
    for kind in ["error", "server", "access"] {
        any |= remote.take(&api, &format!("/var/log/{}.{kind}.log", remote.domain), LOG, true)?;
    }
    let wsgi = format!("/var/www/{}", crate::site::pythonanywhere::wsgi_name(&remote.domain));
    any |= remote.take(&api, &wsgi, CODE, false)?;
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
        if self.app.enabled == Some(false) {
            plan.unusable.push(Skipped {
                check: "remote".to_owned(),
                missing: "the web app is disabled on the Web tab".to_owned(),
            });
        }
    }

    /// One file; `false` where there is none.
    fn take(&mut self, api: &Api, path: &str, keep: usize, log: bool) -> Result<bool, Failure> {
        let file = match api.file(path, keep) {
            Ok(file) => file,
            Err(ApiError { kind: ApiErrorKind::NotFound, .. }) => {
                self.note(path, "does not exist in the account");
                return Ok(false);
            }
            Err(error) => return Err(refused(&error)),
        };
        let mut bytes = file.bytes.as_slice();
        if file.total > bytes.len() as u64 {
            if !log {
                self.note(path, "is too large to be read");
                return Ok(false);
            }
            // The first line of a tail is a piece.
            let whole = memchr::memchr(b'\n', bytes).map_or(bytes.len(), |end| end + 1);
            bytes = &bytes[whole..];
            self.note(
                path,
                &format!("of {} bytes only the last {} were read", file.total, bytes.len()),
            );
        }
        self.write(path, bytes)
            .map_err(|error| Failure::new(format!("--remote: {path} cannot be kept: {error}")))?;
        Ok(true)
    }

    fn write(&self, path: &str, bytes: &[u8]) -> std::io::Result<()> {
        let target = self.folder.path().join(path.trim_start_matches('/'));
        std::fs::create_dir_all(target.parent().unwrap_or(Path::new("/")))?;
        std::fs::write(target, bytes)
    }

    fn note(&mut self, path: &str, text: &str) {
        self.notes.push(Skipped { check: "remote".to_owned(), missing: format!("{path}: {text}") });
    }
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
