//! From what was typed to what will be done. The only place that touches the file system and the
//! environment before the checks run.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::{Span, Timestamp, tz::TimeZone};

use super::args::{DiagnoseArgs, InputArgs};
use super::failure::Failure;
use crate::log::kind::{InputKind, recognise};
use crate::model::{
    LogFile, LogKind, PlatformId, PythonVersion, Site, Skipped, Symptom, SymptomKind, SymptomSource,
};
use crate::rules::Rules;

/// Bytes of a file that are looked at to tell what it is.
const HEAD: usize = 64 * 1024;

/// What will be done.
#[derive(Debug, Clone)]
pub struct Plan {
    pub sites: Vec<Site>,
    pub now: Timestamp,
    /// `--now` was given, or the logs' newest line is to be used.
    pub now_given: bool,
    pub zone: Option<TimeZone>,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    pub symptoms: Vec<Symptom>,
    /// The URL to probe, or why there is no probe.
    pub probe_url: Result<String, String>,
    /// Discovery at `/`: facts of this machine count.
    pub on_host: bool,
    /// "error.log: error log", for the echo of recognised inputs.
    pub recognised: Vec<String>,
    /// Inputs that could not be used.
    pub unusable: Vec<Skipped>,
    /// Folders of unpacked bundles, kept until the run ends.
    unpacked: Vec<Arc<tempfile::TempDir>>,
}

impl Plan {
    /// Resolves arguments.
    ///
    /// # Errors
    /// Unknown platform, symptom, time or zone; nothing to read; each with the way out.
    pub fn resolve(args: &DiagnoseArgs, rules: &Rules) -> Result<Self, Failure> {
        let files = &args.files;
        let now_given = files.now.is_some();
        let now = match &files.now {
            Some(text) => text.parse().map_err(|_| {
                Failure::new(format!("--now {text}: not a time"))
                    .hint("write it as 2026-11-21T09:30:00Z")
            })?,
            None => Timestamp::now(),
        };
        let zone = files.tz.as_deref().map(zone).transpose()?;
        let since = files.since.as_deref().map(|text| when("--since", text, now)).transpose()?;
        let until = files.until.as_deref().map(|text| when("--until", text, now)).transpose()?;
        if let (Some(since), Some(until)) = (since, until)
            && since > until
        {
            return Err(Failure::new(
                "--since is later than --until: no line can lie between them",
            ));
        }
        let symptoms = symptoms(files)?;
        let mut site = Site {
            wsgi: files.wsgi.clone(),
            project: files.project.clone(),
            virtualenv: files.virtualenv.clone(),
            root: files.root.clone(),
            procfile: files.procfile.clone(),
            events: files.events.clone(),
            server_config: files.server_config.clone(),
            platform: files.platform.as_deref().map(|name| platform(name, rules)).transpose()?,
            python: files.python_version.as_deref().map(python_version).transpose()?,
            ..Site::default()
        };
        let mut plan = Self {
            sites: Vec::new(),
            now,
            now_given,
            zone,
            since,
            until,
            symptoms,
            probe_url: Err(String::new()),
            on_host: false,
            recognised: Vec::new(),
            unusable: Vec::new(),
            unpacked: Vec::new(),
        };
        flagged_logs(files, &mut site);
        let mut domain = None;
        let mut url = args.probe.url.clone();
        if let Some(text) = &url {
            check_url("--url", text)?;
        }
        for input in &args.inputs {
            plan.input(input, &mut site, &mut domain, &mut url)?;
        }
        plan.check_paths(&mut site);
        let nothing_given = site.logs.is_empty()
            && site.wsgi.is_none()
            && site.procfile.is_none()
            && site.events.is_empty()
            && site.server_config.is_empty()
            && site.project.is_none();
        if nothing_given && plan.unusable.is_empty() {
            plan.discover(&site, domain.as_deref(), url.is_some(), rules)?;
        }
        if plan.sites.is_empty() {
            if nothing_given && url.is_none() && !plan.unusable.is_empty() {
                let mut failure = Failure::new("nothing that was given can be read");
                for entry in &plan.unusable {
                    failure = failure.hint(format!("{}: {}", entry.check, entry.missing));
                }
                return Err(failure);
            }
            plan.sites.push(site);
        }
        plan.finish(args, url, domain.as_deref(), rules);
        Ok(plan)
    }

    /// One positional input: recognised by what it is, not by where it stands.
    fn input(
        &mut self,
        input: &str,
        site: &mut Site,
        domain: &mut Option<String>,
        url: &mut Option<String>,
    ) -> Result<(), Failure> {
        if input == "-" {
            site.logs.push(LogFile { path: "-".into(), shown: "stdin".into(), kind: None });
            return Ok(());
        }
        let path = PathBuf::from(input);
        if path.is_dir() {
            self.tree(path, site);
            return Ok(());
        }
        if !path.exists() {
            if let Some(host) = host_of(input) {
                *url = Some(if input.contains("://") {
                    input.to_owned()
                } else {
                    format!("https://{host}/")
                });
                *domain = Some(host);
                return Ok(());
            }
            return Err(Failure::new(format!("{input}: no such file, folder or domain"))
                .hint("give a log file, a WSGI file, a folder, a domain such as ana.pythonanywhere.com, or -"));
        }
        self.file(&path, site);
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

    fn file(&mut self, path: &Path, site: &mut Site) {
        let shown = path.display().to_string();
        let head = match head(path) {
            Ok(head) => head,
            Err(error) => {
                self.unusable.push(Skipped { check: shown, missing: error.to_string() });
                return;
            }
        };
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
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
            InputKind::Python => site.wsgi = Some(path.to_owned()),
            InputKind::Procfile => site.procfile = Some(path.to_owned()),
            InputKind::NginxConfig
            | InputKind::ApacheConfig
            | InputKind::UwsgiIni
            | InputKind::GunicornConfig
            | InputKind::SystemdUnit => site.server_config.push(path.to_owned()),
            InputKind::EventsJson | InputKind::Timeline => site.events.push(path.to_owned()),
            InputKind::Zip => match super::unpack::unpack(path) {
                Ok(folder) => {
                    let content = super::unpack::content(folder.path());
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
        for path in names {
            let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
            let is_log = name.ends_with(".log") || name.contains(".log.");
            if is_log && !name.starts_with('.') && path.is_file() {
                self.file(&path, site);
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

    /// What discovery did not look at is said in the report.
    fn left_out(&mut self, notes: Vec<String>) {
        self.unusable.extend(
            notes.into_iter().map(|note| Skipped { check: "discovery".to_owned(), missing: note }),
        );
    }

    /// Missing and unreadable flagged files become lines of the report.
    fn check_paths(&mut self, site: &mut Site) {
        let mut bad = Vec::new();
        let mut usable = |path: &Path, what: &str| match std::fs::metadata(path) {
            Ok(meta) if meta.is_dir() => {
                bad.push(Skipped {
                    check: path.display().to_string(),
                    missing: format!("is a folder, not {what}"),
                });
                false
            }
            Ok(_) => match std::fs::File::open(path) {
                Ok(_) => true,
                Err(error) => {
                    bad.push(Skipped {
                        check: path.display().to_string(),
                        missing: error.to_string(),
                    });
                    false
                }
            },
            Err(error) => {
                bad.push(Skipped { check: path.display().to_string(), missing: error.to_string() });
                false
            }
        };
        site.logs.retain(|log| log.path == Path::new("-") || usable(&log.path, "a log file"));
        site.wsgi = site.wsgi.take().filter(|path| usable(path, "a Python file"));
        site.procfile = site.procfile.take().filter(|path| usable(path, "a Procfile"));
        site.events.retain(|path| usable(path, "an events file"));
        site.server_config.retain(|path| usable(path, "a configuration file"));
        for (dir, flag) in [
            (&mut site.project, "--project"),
            (&mut site.virtualenv, "--virtualenv"),
            (&mut site.root, "--root"),
        ] {
            if let Some(path) = dir.as_ref()
                && !path.is_dir()
            {
                bad.push(Skipped {
                    check: format!("{flag} {}", path.display()),
                    missing: "no such folder".to_owned(),
                });
                *dir = None;
            }
        }
        self.unusable.extend(bad);
    }

    /// Looks for sites on this machine or in the copied tree.
    fn discover(
        &mut self,
        given: &Site,
        domain: Option<&str>,
        has_url: bool,
        rules: &Rules,
    ) -> Result<(), Failure> {
        let root = given.root.clone().unwrap_or_else(|| PathBuf::from("/"));
        let found = crate::site::discover(&root, domain, rules);
        self.on_host = found.sites.iter().any(|site| site.on_host);
        self.left_out(found.notes);
        if found.sites.is_empty() {
            if has_url {
                return Ok(());
            }
            let mut failure = Failure::new(match &given.root {
                Some(root) => format!("{}: no site found in this tree", root.display()),
                None => "no site found on this machine".to_owned(),
            });
            for place in &found.looked_for {
                failure = failure.hint(format!("looked for {place}"));
            }
            return Err(failure
                .hint("example: diagnose --error-log error.log --wsgi wsgi.py --symptom 500"));
        }
        for mut site in found.sites {
            site.root.clone_from(&given.root);
            site.platform = given.platform.clone().or(site.platform);
            site.python = given.python.or(site.python);
            site.virtualenv = given.virtualenv.clone().or(site.virtualenv);
            self.sites.push(site);
        }
        Ok(())
    }

    /// Domain, URL and platform that are still open; whether a probe is allowed.
    fn finish(
        &mut self,
        args: &DiagnoseArgs,
        url: Option<String>,
        domain: Option<&str>,
        rules: &Rules,
    ) {
        for site in &mut self.sites {
            if site.domain.is_none() {
                site.domain = domain
                    .map(str::to_owned)
                    .or_else(|| url.as_deref().and_then(host_of))
                    .or_else(|| domain_of_logs(&site.logs));
            }
            if site.url.is_none() {
                site.url =
                    url.clone().or_else(|| site.domain.as_ref().map(|d| format!("https://{d}/")));
            }
            if site.platform.is_none() {
                site.platform = guess_platform(site, rules);
            }
            // PythonAnywhere's WSGI file stands outside the project; elsewhere the project has one.
            if site.wsgi.is_none()
                && site.platform_id() != "pythonanywhere"
                && let Some(project) = &site.project
            {
                site.wsgi = crate::python::entry_in(project);
            }
            if site.user.is_none() && site.platform_id() == "pythonanywhere" {
                site.user = site
                    .domain
                    .as_deref()
                    .and_then(|d| {
                        d.split_once(".pythonanywhere.com").map(|(user, _)| user.to_owned())
                    })
                    .map(|user| user.trim_end_matches(".eu").to_owned());
            }
        }
        let own =
            self.on_host.then(|| self.sites.first().and_then(|site| site.url.clone())).flatten();
        self.probe_url = if args.probe.no_probe {
            Err("--no-probe".to_owned())
        } else if let Some(url) = url.or(own) {
            Ok(if url.contains("://") { url } else { format!("https://{url}") })
        } else {
            Err("a site is probed only on its own machine or with --url; give --url https://your-site/".to_owned())
        };
    }
}

/// Refuses what no request can be sent to.
///
/// # Errors
/// Names the flag or argument, and what a URL looks like.
pub(super) fn check_url(what: &str, text: &str) -> Result<(), Failure> {
    let known = text.split_once("://").is_none_or(|(scheme, _)| {
        scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
    });
    let spaced = text.chars().any(|c| c.is_whitespace() || c.is_control());
    let full = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    if known && !spaced && host_of(&full).is_some() {
        return Ok(());
    }
    Err(Failure::new(format!("{what} {text}: not a URL"))
        .hint("write it as https://ana.pythonanywhere.com/"))
}

fn flagged_logs(files: &InputArgs, site: &mut Site) {
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

fn head(path: &Path) -> std::io::Result<Vec<u8>> {
    use std::io::Read;
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(HEAD as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The host of a URL or a bare domain; `None` for what looks like a file name.
#[must_use]
pub fn host_of(text: &str) -> Option<String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let bare = rest.is_none();
    let rest = rest.unwrap_or(text);
    let authority = rest.split(['/', '?', '#']).next()?;
    let authority = authority.rsplit('@').next()?;
    let host = if authority.starts_with('[') {
        authority.split_inclusive(']').next()?
    } else {
        authority.split(':').next()?
    };
    if host.is_empty()
        || (bare && (!host.contains('.') || rest.contains('\\') || rest.starts_with('.')))
    {
        return None;
    }
    const FILE_ENDINGS: &[&str] = &[
        "log", "txt", "py", "gz", "json", "ini", "conf", "zip", "toml", "yml", "yaml", "html", "md",
    ];
    if bare && host.rsplit('.').next().is_some_and(|ending| FILE_ENDINGS.contains(&ending)) {
        return None;
    }
    let fits =
        host.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '[' | ']' | ':'));
    fits.then(|| host.to_lowercase())
}

fn symptoms(files: &InputArgs) -> Result<Vec<Symptom>, Failure> {
    let words = files.symptom.iter().cloned().chain(files.status.iter().map(u16::to_string));
    let mut all: Vec<Symptom> = Vec::new();
    for word in words {
        let kind = match word.as_str() {
            "reload-error" => SymptomKind::ReloadError,
            "slow" => SymptomKind::Slow,
            "timeout" => SymptomKind::Timeout,
            "crash-loop" => SymptomKind::CrashLoop,
            "ok" => SymptomKind::Ok,
            status => match status.parse::<u16>() {
                Ok(200..=299) => SymptomKind::Ok,
                Ok(status @ 100..=599) => SymptomKind::Status(status),
                _ => {
                    return Err(Failure::new(format!("--symptom {word}: not known"))
                        .hint("one of reload-error, slow, timeout, crash-loop, ok, or a status from 100 to 599"));
                }
            },
        };
        let symptom = Symptom { kind, source: SymptomSource::User, time: None, route: None };
        if !all.contains(&symptom) {
            all.push(symptom);
        }
    }
    let ok = all.iter().any(|symptom| symptom.kind == SymptomKind::Ok);
    if ok
        && all.iter().any(|symptom| {
            matches!(
                symptom.kind,
                SymptomKind::Status(_) | SymptomKind::ReloadError | SymptomKind::CrashLoop
            )
        })
    {
        return Err(Failure::new("--symptom ok contradicts the other symptoms")
            .hint("give either --symptom ok or what you see"));
    }
    Ok(all)
}

pub(super) fn platform(name: &str, rules: &Rules) -> Result<PlatformId, Failure> {
    let wanted = match name.to_lowercase().as_str() {
        "pa" | "python-anywhere" => "pythonanywhere".to_owned(),
        "apache" | "mod_wsgi" => "mod-wsgi".to_owned(),
        "nginx" | "own" => "generic".to_owned(),
        "fly.io" => "fly".to_owned(),
        other => other.to_owned(),
    };
    if rules.platform(&wanted).is_some() {
        return Ok(PlatformId(wanted));
    }
    let known: Vec<&str> = rules.platforms().map(|profile| profile.id.as_str()).collect();
    Err(Failure::new(format!("--platform {name}: not known"))
        .hint(format!("one of {}", known.join(", "))))
}

/// `3.11`, also `3.11.7`.
pub(super) fn python_version(text: &str) -> Result<PythonVersion, Failure> {
    let mut parts = text.trim().trim_start_matches("python").split('.');
    let version = (|| {
        Some(PythonVersion {
            major: parts.next()?.parse().ok()?,
            minor: parts.next()?.parse().ok()?,
        })
    })();
    version.filter(|version| (2..=3).contains(&version.major)).ok_or_else(|| {
        Failure::new(format!("--python-version {text}: not a version")).hint("write it as 3.11")
    })
}

fn zone(name: &str) -> Result<TimeZone, Failure> {
    TimeZone::get(name).map_err(|_| {
        Failure::new(format!("--tz {name}: not a time zone"))
            .hint("such as UTC, Europe/Paris, America/Chicago")
    })
}

/// `2h`, `3d`, `45m`, or a time.
pub(super) fn when(flag: &str, text: &str, now: Timestamp) -> Result<Timestamp, Failure> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    let bad = || {
        Failure::new(format!("{flag} {text}: not a time"))
            .hint("write 2h, 3d, 45m, 2026-11-21, or 2026-11-21T09:30:00Z")
    };
    if let Ok(date) = text.parse::<jiff::civil::DateTime>() {
        return date.to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp()).map_err(|_| bad());
    }
    if let Ok(date) = text.parse::<jiff::civil::Date>() {
        return date.to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp()).map_err(|_| bad());
    }
    let (number, unit) = text.split_at(text.len() - text.chars().last().map_or(0, char::len_utf8));
    let number: i64 = number.trim().parse().map_err(|_| bad())?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 604_800,
        _ => return Err(bad()),
    };
    let seconds = number.checked_mul(seconds).ok_or_else(bad)?;
    now.checked_sub(Span::new().try_seconds(seconds).map_err(|_| bad())?).map_err(|_| bad())
}

/// The domain in log names such as `ana.pythonanywhere.com.error.log`.
fn domain_of_logs(logs: &[LogFile]) -> Option<String> {
    logs.iter().find_map(|log| {
        let name = log.path.file_name()?.to_string_lossy().into_owned();
        [".error.log", ".server.log", ".access.log"].iter().find_map(|ending| {
            let at = name.find(ending)?;
            let host = &name[..at];
            (host.split('.').count() > 1).then(|| host.to_owned())
        })
    })
}

/// By domain, by the environment of a container, by the content of the logs.
pub(super) fn guess_platform(site: &Site, rules: &Rules) -> Option<PlatformId> {
    if let Some(domain) = &site.domain {
        let known = rules
            .platforms()
            .find(|profile| profile.domains.iter().any(|ending| domain.ends_with(ending.as_str())));
        if let Some(profile) = known {
            return Some(PlatformId(profile.id.clone()));
        }
    }
    let named = |path: &Option<PathBuf>, text: &str| {
        path.as_ref().is_some_and(|path| path.to_string_lossy().contains(text))
    };
    if named(&site.wsgi, "pythonanywhere_com_wsgi.py") {
        return Some(PlatformId("pythonanywhere".to_owned()));
    }
    // Time lines and events are read in Scalingo's form only.
    if !site.events.is_empty() && site.logs.is_empty() {
        return Some(PlatformId("scalingo".to_owned()));
    }
    let mut votes: std::collections::BTreeMap<&str, u32> = std::collections::BTreeMap::new();
    for log in site.logs.iter().filter(|log| log.path != Path::new("-")) {
        let Ok(head) = head(&log.path) else { continue };
        if let Some(hint) =
            crate::log::kind::guess(&log.shown, &String::from_utf8_lossy(&head)).platform
        {
            *votes.entry(hint).or_default() += 1;
        }
    }
    votes
        .into_iter()
        .max_by_key(|(name, votes)| (*votes, std::cmp::Reverse(*name)))
        .filter(|(name, _)| rules.platform(name).is_some())
        .map(|(name, _)| PlatformId(name.to_owned()))
}

/// Seconds as a duration; nonsense becomes the default.
#[must_use]
pub fn seconds(value: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(value).ok().filter(|d| !d.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_and_files_are_told_apart() {
        assert_eq!(host_of("ana.pythonanywhere.com").as_deref(), Some("ana.pythonanywhere.com"));
        assert_eq!(host_of("https://a.example/x?y").as_deref(), Some("a.example"));
        assert_eq!(host_of("http://127.0.0.1:8000/").as_deref(), Some("127.0.0.1"));
        assert_eq!(host_of("http://[::1]:80/").as_deref(), Some("[::1]"));
        for file in ["error.log", "./site", "missing", "wsgi.py", "a/b.txt"] {
            assert_eq!(host_of(file), None, "{file}");
        }
    }

    #[test]
    fn spans_and_dates() {
        let now: Timestamp = "2026-11-21T12:00:00Z".parse().expect("a time");
        assert_eq!(
            when("--since", "2h", now).expect("two hours").to_string(),
            "2026-11-21T10:00:00Z"
        );
        assert_eq!(
            when("--since", "2026-11-20", now).expect("a day").to_string(),
            "2026-11-20T00:00:00Z"
        );
        for bad in ["", "h", "2x", "é", "99999999999999999999d"] {
            assert!(when("--since", bad, now).is_err(), "{bad:?}");
        }
    }
}
