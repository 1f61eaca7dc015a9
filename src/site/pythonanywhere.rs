//! PythonAnywhere's places: `/var/www/*_wsgi.py`, `/var/log/DOMAIN.{error,server,access}.log`.
//! A domain is mapped forward to its file name and compared; `_` is lossy, so never the other way.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{Discovered, below, on_server, version};
use crate::model::{LogFile, LogKind, PlatformId, Site};
use crate::rules::placeholders;

/// Bytes read from the end of the server log and the start of the WSGI file.
const GLANCE: u64 = 256 * 1024;

const KINDS: &[(&str, LogKind)] = &[
    (".error.log", LogKind::Error),
    (".server.log", LogKind::Server),
    (".access.log", LogKind::Access),
];

/// Adds every web app whose logs or WSGI file stand below `root`.
pub(super) fn find(root: &Path, domain: Option<&str>, found: &mut Discovered) {
    let logs_dir = below(root, "/var/log");
    let www = below(root, "/var/www");
    found.looked_for.push("/var/www/*_wsgi.py".to_owned());
    found.looked_for.push("/var/log/DOMAIN.error.log, .server.log, .access.log".to_owned());
    let wsgi_files: Vec<PathBuf> =
        names(&www).filter(|name| name.ends_with("_wsgi.py")).map(|name| www.join(name)).collect();
    let mut logs: BTreeMap<String, Vec<LogFile>> = BTreeMap::new();
    for name in names(&logs_dir) {
        for (ending, kind) in KINDS {
            let Some(host) = name.strip_suffix(ending) else { continue };
            if !host.contains('.') {
                continue;
            }
            let path = logs_dir.join(&name);
            let shown = on_server(Some(root), &path);
            logs.entry(host.to_owned()).or_default().push(LogFile {
                path,
                shown,
                kind: Some(*kind),
            });
        }
    }
    let mut taken: Vec<&PathBuf> = Vec::new();
    for (host, files) in &logs {
        if domain.is_some_and(|wanted| !wanted.eq_ignore_ascii_case(host)) {
            continue;
        }
        let wanted = wsgi_name(host);
        let wsgi = wsgi_files.iter().find(|path| {
            path.file_name()
                .is_some_and(|name| name.to_string_lossy().eq_ignore_ascii_case(&wanted))
        });
        if !host.ends_with("pythonanywhere.com") && wsgi.is_none() {
            continue;
        }
        taken.extend(wsgi);
        found.sites.push(site(root, Some(host), wsgi, files.clone()));
    }
    for path in &wsgi_files {
        if taken.contains(&path) {
            continue;
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        if domain.is_some_and(|wanted| wsgi_name(wanted) != name) {
            continue;
        }
        found.sites.push(site(root, domain, Some(path), Vec::new()));
    }
}

/// `www.my-site.com` → `www_my_site_com_wsgi.py`.
pub(crate) fn wsgi_name(domain: &str) -> String {
    format!("{}_wsgi.py", domain.to_lowercase().replace(['.', '-'], "_"))
}

fn names(dir: &Path) -> impl Iterator<Item = String> {
    let mut names: Vec<String> = std::fs::read_dir(dir)
        .into_iter()
        .flatten()
        .flatten()
        .take(5_000)
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names.into_iter()
}

fn site(root: &Path, domain: Option<&str>, wsgi: Option<&PathBuf>, logs: Vec<LogFile>) -> Site {
    let wsgi_text = wsgi.map(|path| glance(path, false)).unwrap_or_default();
    let server_text = logs
        .iter()
        .find(|log| log.kind == Some(LogKind::Server))
        .map(|log| glance(&log.path, true))
        .unwrap_or_default();
    let user = domain
        .and_then(|host| {
            host.strip_suffix(".pythonanywhere.com")
                .or_else(|| host.strip_suffix(".eu.pythonanywhere.com"))
        })
        .map(|user| user.trim_end_matches(".eu").to_owned())
        .filter(|user| !user.contains('.'))
        .or_else(|| home_user(&wsgi_text))
        .or_else(|| home_user(&server_text));
    let project = home_paths(&wsgi_text)
        .into_iter()
        .map(|path| below(root, &path))
        .find(|path| path.is_dir());
    let virtualenv = last_after(&server_text, "PEP 405 virtualenv detected: ")
        .or_else(|| last_after(&server_text, "Set PythonHome to "))
        .map(|path| below(root, &path))
        .or_else(|| virtualenv_in(&wsgi_text).map(|path| below(root, &path)));
    let python = last_after(&server_text, "Python version: ").and_then(|text| version(&text));
    Site {
        platform: Some(PlatformId("pythonanywhere".to_owned())),
        domain: domain.map(str::to_owned),
        url: domain.map(|host| format!("https://{host}/")),
        wsgi: wsgi.cloned(),
        project,
        virtualenv,
        python,
        logs,
        user,
        ..Site::default()
    }
}

/// The first or last part of a file as text; empty where it cannot be read.
pub(super) fn glance(path: &Path, end: bool) -> String {
    use std::io::{Read, Seek, SeekFrom};
    let Ok(mut file) = std::fs::File::open(path) else { return String::new() };
    if end {
        let length = file.metadata().map_or(0, |meta| meta.len());
        if length > GLANCE && file.seek(SeekFrom::Start(length - GLANCE)).is_err() {
            return String::new();
        }
    }
    let mut bytes = Vec::new();
    if file.take(GLANCE).read_to_end(&mut bytes).is_err() {
        return String::new();
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What follows the last occurrence of `head` up to the end of its line.
pub(super) fn last_after(text: &str, head: &str) -> Option<String> {
    let at = text.rfind(head)? + head.len();
    let rest = text[at..].lines().next()?.split("#012").next()?.trim();
    (!rest.is_empty()).then(|| rest.to_owned())
}

/// Absolute paths below `/home` that stand in quotes outside comments.
fn home_paths(text: &str) -> Vec<String> {
    text.lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .flat_map(|line| line.split(['\'', '"']).skip(1).step_by(2))
        .filter(|quoted| quoted.starts_with("/home/") && quoted.len() > 6)
        .map(|path| path.trim_end_matches('/').to_owned())
        .collect()
}

/// The account whose home a text names first; a manual's `yourusername` is nobody's.
fn home_user(text: &str) -> Option<String> {
    text.match_indices("/home/").find_map(|(at, head)| {
        let rest = text[at + head.len()..].chars();
        let user: String = rest.take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        (!user.is_empty() && !placeholders::stands_for_a_name(&user)).then_some(user)
    })
}

fn virtualenv_in(text: &str) -> Option<String> {
    home_paths(text).into_iter().find_map(|path| {
        path.strip_suffix("/bin/activate_this.py").map(str::to_owned).or_else(|| {
            let at = path.find("/.virtualenvs/")? + "/.virtualenvs/".len();
            let end = path[at..].find('/').map_or(path.len(), |more| at + more);
            Some(path[..end].to_owned())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_map_forward() {
        assert_eq!(wsgi_name("www.my-site.com"), "www_my_site_com_wsgi.py");
        assert_eq!(wsgi_name("Ana.pythonanywhere.com"), "ana_pythonanywhere_com_wsgi.py");
    }

    #[test]
    fn commented_paths_do_not_count() {
        let text = "# path = '/home/other/x'\nproject_home = u'/home/ana/mysite/'\n";
        assert_eq!(home_paths(text), ["/home/ana/mysite"]);
    }

    #[test]
    fn the_newest_start_names_the_virtualenv() {
        let text = "x PEP 405 virtualenv detected: /home/a/.virtualenvs/old\ny PEP 405 virtualenv detected: /home/a/.virtualenvs/new#012rest";
        assert_eq!(
            last_after(text, "PEP 405 virtualenv detected: ").as_deref(),
            Some("/home/a/.virtualenvs/new")
        );
    }
}
