//! From what was typed to what will be done. The only place that touches the file system and the
//! environment before the checks run.

mod finish;
mod inputs;
mod pipe;
mod stdin;
mod values;

pub(super) use stdin::keep;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use jiff::{Timestamp, tz::TimeZone};

use super::args::DiagnoseArgs;
use super::failure::Failure;
use crate::model::{LogFile, Report, Site, Skipped, Symptom};
use crate::rules::Rules;

pub use finish::EXAMPLE_URL;
pub(super) use finish::guess_platform;
use inputs::flagged_logs;
pub(super) use values::{check_url, platform, python_version, when};
pub use values::{host_of, seconds};
use values::{symptoms, zone};

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
    /// Nobody said http or https.
    pub scheme_guessed: bool,
    /// Discovery at `/`: facts of this machine count.
    pub on_host: bool,
    /// "error.log: error log", for the echo of recognised inputs.
    pub recognised: Vec<String>,
    /// Inputs that could not be used.
    pub unusable: Vec<Skipped>,
    /// Folders of unpacked bundles, kept until the run ends.
    unpacked: Vec<Arc<tempfile::TempDir>>,
    /// A Python file was named, and not found.
    wsgi_given: bool,
    /// Paths of what was unpacked or taken from a pipe, and the names that the person knows.
    shown_as: Vec<(PathBuf, String)>,
}

impl Plan {
    /// Resolves arguments.
    ///
    /// # Errors
    /// Unknown platform, symptom, time or zone; nothing to read; each with the way out.
    pub fn resolve(
        args: &DiagnoseArgs,
        rules: &Rules,
        cancel: &AtomicBool,
    ) -> Result<Self, Failure> {
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
            scheme_guessed: false,
            on_host: false,
            recognised: Vec::new(),
            unusable: Vec::new(),
            unpacked: Vec::new(),
            wsgi_given: files.wsgi.is_some(),
            shown_as: Vec::new(),
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
        // The flag says what is asked; a domain beside it says which site is meant.
        url = args.probe.url.clone().or(url);
        let typed = args.probe.url.iter().chain(&args.inputs);
        plan.scheme_guessed = url.is_some() && !typed.into_iter().any(|text| text.contains("://"));
        plan.keep_stdin(&mut site, cancel);
        plan.keep_pipes(&mut site, cancel);
        plan.check_paths(&mut site);
        once(&mut site.logs);
        let nothing_given = site.logs.is_empty()
            && site.wsgi.is_none()
            && site.procfile.is_none()
            && site.events.is_empty()
            && site.server_config.is_empty()
            && site.project.is_none();
        if let Some(root) = site.root.as_ref().filter(|_| !nothing_given && files.root.is_some()) {
            plan.unusable.push(Skipped {
                check: format!("--root {}", root.display()),
                missing: "files were named, so no others of the tree are read; leave them out to examine all of it".to_owned(),
            });
        }
        if nothing_given && plan.unusable.is_empty() {
            plan.discover(&site, domain.as_deref(), url.as_deref(), rules)?;
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

    /// A report with the names that the person knows, in place of those of unpacked files.
    pub(super) fn named(&self, mut report: Report) -> Report {
        for (path, name) in &self.shown_as {
            crate::redact::replace(&mut report, &path.to_string_lossy(), name);
        }
        report
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
        let mut usable = |path: &Path, what: &str| {
            let missing = match std::fs::metadata(path) {
                Ok(meta) if meta.is_dir() => {
                    let shown = path.display();
                    format!("is a folder, not {what}; to examine a folder: diagnose {shown}")
                }
                Ok(meta) if !meta.is_file() => "is no ordinary file; copy it to one".to_owned(),
                Ok(_) => match std::fs::File::open(path) {
                    Ok(_) => return true,
                    Err(error) => error.to_string(),
                },
                Err(error) => match near(path) {
                    Some(near) => format!("{error}; did you mean {}?", near.display()),
                    None => error.to_string(),
                },
            };
            bad.push(Skipped { check: path.display().to_string(), missing });
            false
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
        url: Option<&str>,
        rules: &Rules,
    ) -> Result<(), Failure> {
        let root = given.root.clone().unwrap_or_else(|| PathBuf::from("/"));
        let mut found = crate::site::discover(&root, domain, rules);
        if let Some(url) = url.filter(|_| domain.is_none() && found.sites.len() > 1) {
            // One address is one site: what the others lack says nothing about it.
            let host = host_of(url);
            found.sites.retain(|site| site.domain.is_some() && site.domain == host);
            if found.sites.len() > 1 {
                found.sites.clear();
            }
            if found.sites.is_empty() {
                found.notes.push(
                    "several sites are here, and which of them the URL leads to is not known; name files or a folder of it"
                        .to_owned(),
                );
            }
        }
        self.on_host = found.sites.iter().any(|site| site.on_host);
        self.left_out(found.notes);
        if found.sites.is_empty() {
            if url.is_some() {
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
}

/// Each log once, however often it was named; with its kind, where one of the names said it.
fn once(logs: &mut Vec<LogFile>) {
    let mut kept: Vec<(PathBuf, LogFile)> = Vec::new();
    for log in logs.drain(..) {
        let path = log.path.canonicalize().unwrap_or_else(|_| log.path.clone());
        match kept.iter_mut().find(|(other, _)| *other == path) {
            Some((_, same)) => same.kind = same.kind.or(log.kind),
            None => kept.push((path, log)),
        }
    }
    logs.extend(kept.into_iter().map(|(_, log)| log));
}

/// The file of the same folder whose name is most like a missing one's.
fn near(missing: &Path) -> Option<PathBuf> {
    let wanted = missing.file_name()?.to_string_lossy().to_lowercase();
    let folder = missing.parent().filter(|dir| !dir.as_os_str().is_empty());
    std::fs::read_dir(folder.unwrap_or(Path::new(".")))
        .ok()?
        .flatten()
        .take(2_000)
        .filter(|entry| entry.path().is_file())
        .map(|entry| {
            let name = entry.file_name().to_string_lossy().to_lowercase();
            (strsim::jaro_winkler(&wanted, &name), entry.file_name())
        })
        .filter(|(score, _)| *score > 0.85)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(&a.1)))
        .map(|(_, name)| missing.with_file_name(name))
}
