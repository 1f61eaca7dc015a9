//! What nobody said: domain, URL and platform, concluded from what is at hand; and whether the site
//! may be probed.

use std::path::{Path, PathBuf};

use super::Plan;
use super::inputs::head;
use super::values::host_of;
use crate::cli::args::DiagnoseArgs;
use crate::model::{LogFile, PlatformId, SeenPage, Site};
use crate::python::entry::{EntryKind, EntryOptions};
use crate::rules::page::Pages;
use crate::rules::{Rules, pasted};

/// Stands for the site's address where it is not known.
pub const EXAMPLE_URL: &str = "https://your-site/";

impl Plan {
    /// Domain, URL and platform that are still open; whether a probe is allowed.
    pub(super) fn finish(
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
            site.pages = pages_among(&site.logs);
            if site.platform.is_none() {
                site.platform = guess_platform(site, rules);
            }
            // What the project's own files start comes before what only looks like an app.
            if !self.wsgi_given
                && site.platform_id() != "pythonanywhere"
                && let Some(project) = &site.project
                && site.server_config.iter().all(|path| path.starts_with(project))
            {
                if let Some(start) = served(project) {
                    site.wsgi = Some(start);
                } else if args.files.project.is_none()
                    && let Some((above, start)) = served_from_above(project)
                {
                    site.wsgi = Some(start);
                    site.project = Some(above);
                }
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
            Ok(match crate::http::probe::parse_url(&url) {
                Ok(full) if !url.contains("://") => full.into(),
                _ => url,
            })
        } else {
            Err(format!(
                "a site is probed only on its own machine or with --url; give --url {EXAMPLE_URL}"
            ))
        };
    }
}

/// A server loads it: it is no script, and no worker's module.
fn is_served(options: &EntryOptions) -> bool {
    options.served && options.kind != EntryKind::Script
}

/// The file that the project's start command loads into a server.
fn served(project: &Path) -> Option<PathBuf> {
    let mut starts = crate::checks::entries::named(project).into_iter();
    starts.find(|start| is_served(&start.options)).map(|start| start.file)
}

/// A Dockerfile or compose file above a folder that starts what lies in it: that folder is a package
/// of the project.
fn served_from_above(folder: &Path) -> Option<(PathBuf, PathBuf)> {
    folder.ancestors().skip(1).take(2).find_map(|above| {
        let mut starts = crate::checks::entries::named(above).into_iter();
        let start =
            starts.find(|start| is_served(&start.options) && start.file.starts_with(folder))?;
        Some((above.to_owned(), start.file))
    })
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

/// Logs that are the text of an error page, copied from the browser.
fn pages_among(logs: &[LogFile]) -> Vec<SeenPage> {
    let short = |log: &&LogFile| {
        std::fs::metadata(&log.path).is_ok_and(|meta| meta.len() <= pasted::MAX_BYTES as u64)
    };
    logs.iter()
        .filter(|log| log.path != Path::new("-"))
        .filter(short)
        .filter_map(|log| {
            let text = crate::log::kind::text(&head(&log.path).ok()?);
            // A guide names the pages that it explains.
            if crate::log::document::reason(&text).is_some() {
                return None;
            }
            let (page, status) = pasted::recognise(Pages::embedded(), &text)?;
            Some(SeenPage { shown: log.shown.clone(), page: page.text.id.clone(), status })
        })
        .collect()
}

/// By domain, by the environment of a container, by the content of the logs.
pub(in crate::cli) fn guess_platform(site: &Site, rules: &Rules) -> Option<PlatformId> {
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
    let seen = site.pages.iter().find_map(|seen| {
        Pages::embedded().get(&seen.page).and_then(|page| page.text.platform.clone())
    });
    if let Some(platform) = seen.filter(|name| rules.platform(name).is_some()) {
        return Some(PlatformId(platform));
    }
    let mut votes: std::collections::BTreeMap<&str, u32> = std::collections::BTreeMap::new();
    for log in site.logs.iter().filter(|log| log.path != Path::new("-")) {
        let Ok(head) = head(&log.path) else { continue };
        if let Some(hint) =
            crate::log::kind::guess(&log.shown, &crate::log::kind::text(&head)).platform
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
