//! What the tracebacks tell of the site: its virtualenv, where a copied project lies on the server,
//! and on PythonAnywhere the account. Only for the texts of the report; no check relies on it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::model::{Facts, FrameOwner, Site};

/// Interpreters that are no virtualenv.
const SYSTEM: &[&str] = &["/usr", "/usr/local", "/app/.heroku/python", "/opt/python"];
const PYTHONANYWHERE: &str = "pythonanywhere.com";

pub(super) fn tell(site: &mut Site, facts: &Facts) {
    let frames = || {
        let exceptions = facts.facts.iter().filter_map(|fact| fact.exception.as_ref());
        exceptions.flat_map(|exception| &exception.frames)
    };
    let own = || frames().filter(|frame| frame.owner == FrameOwner::Own);
    if site.virtualenv.is_none() {
        site.virtualenv = only(frames().filter_map(|frame| virtualenv(&frame.file)));
    }
    if let Some(project) = site.project.clone()
        && site.root.is_none()
        && !site.on_host
    {
        site.at_server = only(own().filter_map(|frame| above(&project, &frame.file)));
    }
    if site.platform_id() == "pythonanywhere" {
        if site.user.is_none() {
            site.user = only(own().filter_map(|frame| home(&frame.file)));
        }
        if site.domain.is_none()
            && let Some(user) = &site.user
        {
            // Names of files cannot be read backwards; the account's own two addresses forwards.
            let addresses =
                [format!("{user}.{PYTHONANYWHERE}"), format!("{user}.eu.{PYTHONANYWHERE}")];
            site.domain = addresses.into_iter().find(|address| {
                let wsgi = format!("/var/www/{}_wsgi.py", address.replace(['.', '-'], "_"));
                own().any(|frame| frame.file == wsgi)
            });
        }
    }
}

/// The one value that all say.
fn only<T: Ord>(values: impl Iterator<Item = T>) -> Option<T> {
    let mut all: BTreeSet<T> = values.collect();
    all.pop_first().filter(|_| all.is_empty())
}

/// `/srv/shop/venv/lib/python3.11/site-packages/flask/app.py` → `/srv/shop/venv`.
fn virtualenv(file: &str) -> Option<PathBuf> {
    let (before, behind) = file.split_once("/lib/python")?;
    let packages = behind.split('/').nth(1) == Some("site-packages");
    let own = before.starts_with('/') && !SYSTEM.contains(&before) && !before.ends_with("/.local");
    (packages && own).then(|| PathBuf::from(before))
}

/// The folder of the server that a copied project is: `/srv/shop` for `/srv/shop/web/app.py`, where
/// the copy holds `web/app.py`.
fn above(project: &Path, file: &str) -> Option<PathBuf> {
    let path = Path::new(file);
    let folders: Vec<&Path> = path.ancestors().skip(1).collect();
    let found = folders.into_iter().rev().find(|folder| {
        path.strip_prefix(folder).is_ok_and(|below| project.join(below).is_file())
    })?;
    (path.is_absolute() && found.parent().is_some()).then(|| found.to_owned())
}

/// `/home/ana/mysite/app.py` → `ana`.
fn home(file: &str) -> Option<String> {
    let name = file.strip_prefix("/home/")?.split_once('/')?.0;
    name.bytes().all(|c| c.is_ascii_alphanumeric()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_tell_their_folders() {
        let venv = |file| virtualenv(file).map(|path| path.display().to_string());
        assert_eq!(
            venv("/srv/shop/venv/lib/python3.11/site-packages/flask/app.py").as_deref(),
            Some("/srv/shop/venv")
        );
        for none in [
            "/usr/lib/python3.11/site-packages/x.py",
            "/usr/local/lib/python3.11/site-packages/x.py",
            "/home/ana/.local/lib/python3.11/site-packages/x.py",
            "/usr/lib/python3/dist-packages/x.py",
            "/srv/shop/venv/lib/python3.11/importlib/__init__.py",
        ] {
            assert_eq!(venv(none), None, "{none}");
        }
        assert_eq!(home("/home/ana/mysite/app.py").as_deref(), Some("ana"));
        assert_eq!(only([1, 1].into_iter()), Some(1));
        assert_eq!(only([1, 2].into_iter()), None);
    }

    #[test]
    fn a_copy_is_found_again() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("web")).expect("made");
        for name in ["web/app.py", "app.py"] {
            std::fs::write(folder.path().join(name), "").expect("written");
        }
        let server = |file| above(folder.path(), file).map(|path| path.display().to_string());
        assert_eq!(server("/srv/shop/web/app.py").as_deref(), Some("/srv/shop"));
        assert_eq!(server("/srv/shop/app.py").as_deref(), Some("/srv/shop"));
        assert_eq!(server("/srv/shop/other.py"), None);
        assert_eq!(server("app.py"), None);
    }
}
