//! A project folder: the entry point, Procfile, platform files, virtualenv and Python version of
//! a checkout or container. Reads names and the start of a few files; runs nothing.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

use super::tree::{Tree, read};
use super::walk::{Bounds, Go, Listing, walk};
use crate::model::{LogFile, LogKind, PlatformId, PythonVersion, Site};
use crate::python::entry_points::entry_point;

/// The file that Passenger loads.
const PASSENGER: &str = "passenger_wsgi.py";

/// Names of modules that hold the application, by habit, most telling first. The second word says
/// whether the name is enough, or the file has to make an application.
const ENTRY_NAMES: &[(&str, bool)] = &[
    ("passenger_wsgi.py", true),
    ("wsgi.py", true),
    ("flask_app.py", false),
    ("app.py", false),
    ("main.py", false),
    ("application.py", false),
    ("server.py", false),
    ("run.py", false),
    ("api.py", false),
    ("asgi.py", true),
    ("bottle_app.py", false),
    ("web_app.py", false),
    ("streamlit_app.py", false),
    ("__init__.py", false),
];

/// Files that one platform alone reads.
const PLATFORM_FILES: &[(&str, &str)] = &[
    ("scalingo.json", "scalingo"),
    ("fly.toml", "fly"),
    ("render.yaml", "render"),
    ("railway.json", "railway"),
    ("railway.toml", "railway"),
];

/// What discovery looks for in a folder, for "nothing found".
pub(super) const LOOKED_FOR: &str = "a Procfile, manage.py, wsgi.py, or app.py/main.py with an \
     application object (Flask, Django, FastAPI, Bottle, Dash …)";

static APP_OBJECT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?m)^(?:",
        r"\w+(?:[ \t]*:[ \t]*[\w.]+)?[ \t]*=[ \t]*(?:\w+\.)*(?:Flask|FastAPI|Starlette|Bottle|Dash|Sanic|Quart|Litestar|Falcon|API|App|create_app|make_app|get_wsgi_application|get_asgi_application|default_app|make_wsgi_app)[ \t]*\(",
        r"|\w+[ \t]*=[ \t]*web\.application[ \t]*\(",
        r"|application[ \t]*=",
        r"|(?:async[ \t]+)?def[ \t]+application[ \t]*\(",
        r"|def[ \t]+(?:create_app|make_app)[ \t]*\(",
        r"|from[ \t]+[\w.]+[ \t]+import[ \t]+(?:[\w]+[ \t]+as[ \t]+)?application\b",
        r"|import[ \t]+streamlit\b",
        r")"
    ))
    .unwrap_or_else(|error| unreachable!("constant pattern: {error}"))
});

/// The web app in one folder, or `None` where none is in it.
pub(super) fn look(tree: &Tree, listing: &Listing) -> Option<Site> {
    let dir = &listing.dir;
    let manage = listing.has("manage.py");
    let procfile = listing.has("Procfile").then(|| dir.join("Procfile"));
    let platform = platform_of(listing);
    let mut wsgi = if manage { settings_folder(tree, listing) } else { None };
    if wsgi.is_none() {
        wsgi = procfile.as_deref().and_then(|path| started(tree, dir, path));
    }
    if wsgi.is_none() {
        wsgi = entry_here(listing);
    }
    if wsgi.is_none() && !manage && procfile.is_none() && platform.is_none() {
        return None;
    }
    if wsgi.is_none() {
        wsgi = entry_in_package(tree, listing);
    }
    let virtualenv = ["venv", ".venv", "env", "virtualenv"]
        .iter()
        .map(|name| dir.join(name))
        .find(|path| path.join("pyvenv.cfg").is_file())
        .or_else(|| passenger_virtualenv(listing));
    Some(Site {
        platform: platform.map(|name| PlatformId(name.to_owned())),
        wsgi,
        project: Some(dir.clone()),
        virtualenv,
        python: stated_python(listing),
        procfile,
        server_config: server_files(listing),
        logs: passenger_logs(tree, listing),
        ..Site::default()
    })
}

/// Web apps in and below the folders, nearest first; a project's own sub-folders are not searched.
pub(super) fn find(tree: &Tree, start: &[PathBuf], bounds: Bounds) -> (Vec<Site>, Vec<String>) {
    /// More projects than anybody wants a report of.
    const MOST_SITES: usize = 20;
    let mut sites: Vec<Site> = Vec::new();
    let mut more = 0;
    let mut notes = walk(tree, start, bounds, |listing| match look(tree, listing) {
        Some(site) if sites.len() < MOST_SITES => {
            sites.push(site);
            Go::Past
        }
        Some(_) => {
            more += 1;
            Go::Past
        }
        None => Go::Down,
    });
    if more > 0 {
        notes.push(format!("{more} more projects were found; name the folder of yours"));
    }
    (sites, notes)
}

/// The file that the Procfile's web line starts: `gunicorn shop.web:app`, `python bot.py`.
fn started(tree: &Tree, dir: &Path, procfile: &Path) -> Option<PathBuf> {
    static TARGET: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?m)^web:.*?[ \t'](?:([A-Za-z_][\w.]*):[A-Za-z_]\w*|([\w./-]+\.py))")
            .unwrap_or_else(|error| unreachable!("constant pattern: {error}"))
    });
    let text = read(procfile)?;
    let found = TARGET.captures(&text)?;
    let candidates = match (found.get(1), found.get(2)) {
        (Some(module), _) => {
            let path = module.as_str().replace('.', "/");
            vec![dir.join(format!("{path}.py")), dir.join(path).join("__init__.py")]
        }
        (None, Some(file)) => vec![dir.join(file.as_str())],
        (None, None) => Vec::new(),
    };
    candidates.into_iter().find(|path| path.is_file() && tree.follow(path).is_some())
}

/// Where cPanel keeps the virtualenv of `~/shop`: `~/virtualenv/shop/3.11`.
fn passenger_virtualenv(listing: &Listing) -> Option<PathBuf> {
    if !listing.has(PASSENGER) {
        return None;
    }
    listing.dir.ancestors().skip(1).take(3).find_map(|above| {
        let own = above.join("virtualenv").join(listing.dir.strip_prefix(above).ok()?);
        let mut versions: Vec<PathBuf> =
            std::fs::read_dir(own).ok()?.flatten().map(|entry| entry.path()).collect();
        versions.sort();
        versions.into_iter().rev().find(|path| path.join("pyvenv.cfg").is_file())
    })
}

/// What Passenger's app writes to standard error, beside it.
fn passenger_logs(tree: &Tree, listing: &Listing) -> Vec<LogFile> {
    ["stderr.log", "passenger.log"]
        .iter()
        .filter(|name| listing.has(PASSENGER) && listing.has(name))
        .map(|name| listing.dir.join(name))
        .map(|path| LogFile { shown: tree.shown(&path), path, kind: Some(LogKind::Error) })
        .collect()
}

/// Django: the folder beside manage.py that holds wsgi.py, the one that manage.py names first.
fn settings_folder(tree: &Tree, listing: &Listing) -> Option<PathBuf> {
    static SETTINGS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"DJANGO_SETTINGS_MODULE['"]\s*,\s*['"]([A-Za-z_]\w*)"#)
            .unwrap_or_else(|error| unreachable!("constant pattern: {error}"))
    });
    let named = read(&listing.dir.join("manage.py")).and_then(|text| {
        SETTINGS.captures(&text).and_then(|found| found.get(1)).map(|m| m.as_str().to_owned())
    });
    named
        .iter()
        .chain(&listing.folders)
        .map(|name| listing.dir.join(name))
        .flat_map(|dir| [dir.join("wsgi.py"), dir.join("asgi.py")])
        .find(|path| path.is_file() && tree.follow(path).is_some())
}

/// The most telling file of this folder that makes an application.
fn entry_here(listing: &Listing) -> Option<PathBuf> {
    let by_ending = listing.files.iter().filter(|name| name.ends_with("_wsgi.py"));
    let candidates = ENTRY_NAMES
        .iter()
        .filter(|(name, _)| *name != "__init__.py" && listing.has(name))
        .map(|(name, enough)| (*name, *enough))
        .chain(by_ending.map(|name| (name.as_str(), true)));
    for (name, enough) in candidates {
        let path = listing.dir.join(name);
        // A package of web tools may have a module `wsgi`, too: nothing in it makes an app.
        let library = listing.has("__init__.py") && entry_point(&path, false).is_none();
        if enough && !library || read(&path).is_some_and(|text| APP_OBJECT.is_match(&text)) {
            return Some(path);
        }
    }
    None
}

/// One level down, where a Procfile says that this is an app but no entry stands at the top.
fn entry_in_package(tree: &Tree, listing: &Listing) -> Option<PathBuf> {
    listing.folders.iter().filter(|name| !name.starts_with('.')).take(50).find_map(|name| {
        let dir = tree.follow(&listing.dir.join(name))?;
        if dir.join("pyvenv.cfg").is_file() {
            return None;
        }
        ENTRY_NAMES.iter().map(|(file, _)| dir.join(file)).find(|path| {
            path.is_file() && read(path).is_some_and(|text| APP_OBJECT.is_match(&text))
        })
    })
}

/// The platform whose own file stands here; two of them say nothing.
fn platform_of(listing: &Listing) -> Option<&'static str> {
    let mut named: Vec<&str> = PLATFORM_FILES
        .iter()
        .filter(|(file, _)| listing.has(file))
        .map(|(_, platform)| *platform)
        .collect();
    // Where Heroku's build leaves the interpreter.
    if listing.folders.iter().any(|name| name == ".heroku") {
        named.push("heroku");
    }
    // app.json is also an Expo app's; Heroku's has other keys.
    if listing.has("app.json")
        && read(&listing.dir.join("app.json")).is_some_and(|text| {
            ["\"buildpacks\"", "\"formation\"", "\"addons\""].iter().any(|key| text.contains(key))
        })
        && !named.contains(&"scalingo")
    {
        named.push("heroku");
    }
    named.dedup();
    match named.as_slice() {
        [one] => Some(*one),
        _ => None,
    }
}

/// `runtime.txt` and `.python-version`: what the project asks for.
fn stated_python(listing: &Listing) -> Option<PythonVersion> {
    ["runtime.txt", ".python-version"].iter().filter(|name| listing.has(name)).find_map(|name| {
        let text = read(&listing.dir.join(name))?;
        let line = text.lines().map(str::trim).find(|l| !l.is_empty() && !l.starts_with('#'))?;
        super::version(line.trim_start_matches("python").trim_start_matches('-'))
    })
}

/// Server configuration that is kept with the code.
fn server_files(listing: &Listing) -> Vec<PathBuf> {
    listing
        .files
        .iter()
        .filter(|name| {
            matches!(
                name.as_str(),
                "uwsgi.ini" | "gunicorn.conf.py" | "gunicorn_config.py" | "nginx.conf"
            ) || name.ends_with("_uwsgi.ini")
                || name.ends_with("_nginx.conf")
        })
        .map(|name| listing.dir.join(name))
        .collect()
}

/// Where containers keep the app, besides the current folder.
pub(super) const CONTAINER_PLACES: &[&str] = &["/app", "/workspace", "/code", "/usr/src/app"];

/// Folders of a copied tree or server below which projects stand.
pub(super) const SERVER_PLACES: &[&str] = &["/srv", "/opt", "/var/www", "/home", "/root"];

/// Readable starting points of the tree.
pub(super) fn places(tree: &Tree, places: &[&str]) -> Vec<PathBuf> {
    places.iter().filter_map(|place| tree.find(place)).filter(|path| path.is_dir()).collect()
}

/// Whether a folder is a project of its own.
pub(super) fn of_folder(dir: &Path) -> (Vec<Site>, Vec<String>) {
    // Links may lead anywhere: the folder was named by the person, on their own machine.
    let tree = Tree::new(Path::new("/"));
    find(&tree, &[dir.to_owned()], Bounds { depth: 3, ..Bounds::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(root: &Path, files: &[(&str, &str)]) {
        for (name, text) in files {
            let path = root.join(name);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
            std::fs::write(path, text).expect("written");
        }
    }

    fn only(root: &Path) -> Site {
        let (sites, notes) = of_folder(root);
        assert_eq!(sites.len(), 1, "{sites:?} {notes:?}");
        sites.into_iter().next().expect("one site")
    }

    #[test]
    fn a_django_project() {
        let folder = tempfile::tempdir().expect("a folder");
        write(
            folder.path(),
            &[
                ("manage.py", "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')"),
                ("shop/wsgi.py", ""),
                ("archive/wsgi.py", ""),
                ("runtime.txt", "python-3.11.4\n"),
                ("venv/pyvenv.cfg", "version = 3.11.4\n"),
            ],
        );
        let site = only(folder.path());
        assert_eq!(site.wsgi, Some(folder.path().join("shop/wsgi.py")));
        assert_eq!(site.python, Some(PythonVersion { major: 3, minor: 11 }));
        assert_eq!(site.virtualenv, Some(folder.path().join("venv")));
    }

    #[test]
    fn a_name_alone_is_no_entry() {
        let folder = tempfile::tempdir().expect("a folder");
        write(
            folder.path(),
            &[
                ("main.py", "print('hello')\n# app = Flask(__name__)\n"),
                ("pyproject.toml", "[project]\nname = 'lib'\n"),
                ("app.json", "{\"expo\": {}}"),
            ],
        );
        assert!(of_folder(folder.path()).0.is_empty());
    }

    #[test]
    fn a_librarys_wsgi_module_is_no_entry() {
        let folder = tempfile::tempdir().expect("a folder");
        let library = "class Handler:\n    def run(self, environ):\n        return environ\n";
        write(folder.path(), &[("web/__init__.py", ""), ("web/wsgi.py", library)]);
        assert!(of_folder(folder.path()).0.is_empty());
        let app = "from web.shop import app as application\n";
        write(folder.path(), &[("web/wsgi.py", app)]);
        assert_eq!(only(folder.path()).wsgi, Some(folder.path().join("web/wsgi.py")));
    }

    #[test]
    fn two_projects_are_two_sites() {
        let folder = tempfile::tempdir().expect("a folder");
        write(
            folder.path(),
            &[
                ("blog/app.py", "from flask import Flask\napp = Flask(__name__)\n"),
                ("api/main.py", "import fastapi\napp: fastapi.FastAPI = fastapi.FastAPI()\n"),
                ("api/Procfile", "web: uvicorn main:app\n"),
                ("api/fly.toml", "app = 'x'\n"),
                ("notes/todo.txt", ""),
            ],
        );
        let (sites, _) = of_folder(folder.path());
        let shown: Vec<_> = sites.iter().map(|s| (s.wsgi.clone(), s.platform_id())).collect();
        assert_eq!(
            shown,
            [
                (Some(folder.path().join("api/main.py")), "fly"),
                (Some(folder.path().join("blog/app.py")), "generic"),
            ]
        );
    }

    #[test]
    fn a_slug_and_what_its_procfile_starts() {
        let folder = tempfile::tempdir().expect("a folder");
        write(
            folder.path(),
            &[
                (
                    "Procfile",
                    "worker: celery -A shop\nweb: gunicorn 'core.web:make()' --workers 2\n",
                ),
                ("core/web.py", "def make(): ...\n"),
                ("main.py", "app = Flask(__name__)\n"),
                (".heroku/python/bin/python", ""),
            ],
        );
        let site = only(folder.path());
        assert_eq!(site.wsgi, Some(folder.path().join("core/web.py")));
        assert_eq!(site.platform_id(), "heroku");
    }

    #[test]
    fn an_app_of_passenger() {
        let folder = tempfile::tempdir().expect("a folder");
        write(
            folder.path(),
            &[
                ("apps/shop/passenger_wsgi.py", "from shop import app as application\n"),
                ("apps/shop/stderr.log", "Traceback (most recent call last):\n"),
                ("apps/shop/orders.log", ""),
                ("virtualenv/apps/shop/3.9/pyvenv.cfg", "version = 3.9.18\n"),
            ],
        );
        let site = only(folder.path());
        assert_eq!(site.virtualenv, Some(folder.path().join("virtualenv/apps/shop/3.9")));
        let logs: Vec<_> = site.logs.iter().map(|log| log.path.clone()).collect();
        assert_eq!(logs, [folder.path().join("apps/shop/stderr.log")]);
    }

    #[test]
    fn files_of_two_platforms_name_none() {
        let folder = tempfile::tempdir().expect("a folder");
        write(folder.path(), &[("Procfile", ""), ("fly.toml", ""), ("render.yaml", "")]);
        assert_eq!(only(folder.path()).platform, None);
    }
}
