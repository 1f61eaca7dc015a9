//! Which files of a folder a server would be pointed at. Looks at names first, then at the text; never runs code.

use std::fs;
use std::path::{Path, PathBuf};

use super::entry::{EntryKind, EntryOptions, Interface};

/// A file that looks like an entry point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryPoint {
    pub path: PathBuf,
    pub interface: Interface,
    /// The name that the server will look for.
    pub application: String,
    /// How we know, for people: "named wsgi.py".
    pub why: &'static str,
    /// Found by its name or text; nobody named it.
    pub searched: bool,
    pub kind: EntryKind,
}

impl EntryPoint {
    /// Its name says that a server loads it.
    pub(super) fn is_server_file(&self) -> bool {
        is_server_file(&self.path)
    }
}

/// A file's name says that a server loads it: `wsgi.py`, `asgi.py` and their like.
pub(super) fn is_server_file(path: &Path) -> bool {
    rank(path) < 2
}

/// Largest file that is looked into.
const MAX_BYTES: u64 = 1 << 20;

/// Folders that hold no entry points of the project itself.
pub(super) fn is_foreign(name: &str) -> bool {
    name.starts_with('.')
        || matches!(
            name,
            "node_modules"
                | "__pycache__"
                | "site-packages"
                | "dist-packages"
                | "venv"
                | "env"
                | "ENV"
                | "virtualenv"
                | ".tox"
                | "build"
                | "dist"
        )
}

/// A folder with `pyvenv.cfg` or `bin/activate` is a virtual environment, whatever its name.
pub(super) fn is_virtualenv(dir: &Path) -> bool {
    dir.join("pyvenv.cfg").is_file()
        || dir.join("bin/activate_this.py").is_file()
        || dir.join("conda-meta").is_dir()
}

/// Entry points in a folder and two levels below, best first: WSGI files before modules with an app.
pub fn find_entry_points(dir: &Path) -> Vec<EntryPoint> {
    let mut files = Vec::new();
    collect(dir, 0, &mut files);
    files.sort();
    let mut points: Vec<(u8, EntryPoint)> =
        files.iter().filter_map(|path| Some((rank(path), entry_point(path, false)?))).collect();
    // An app.py is only an entry point where no WSGI file stands.
    let has_wsgi = points.iter().any(|(rank, _)| *rank < 2);
    points.retain(|(rank, _)| !has_wsgi || *rank < 2);
    // A Django project without either is started by its manage.py.
    if points.is_empty() {
        let scripts = files.iter().filter(|path| is_manage(path));
        points.extend(scripts.map(|path| (4, manage_point(path))));
    }
    if points.is_empty() {
        points.extend(by_text(dir).into_iter().map(|point| (5, point)));
    }
    points.sort_by(|a, b| {
        (a.0, a.1.path.components().count(), &a.1.path).cmp(&(
            b.0,
            b.1.path.components().count(),
            &b.1.path,
        ))
    });
    points.into_iter().map(|(_, point)| point).collect()
}

/// Modules at the top of a folder that make an app, whatever their names: `hello.py`.
fn by_text(dir: &Path) -> Vec<EntryPoint> {
    let Ok(entries) = fs::read_dir(dir) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries
        .flatten()
        .take(500)
        .map(|entry| entry.path())
        .filter(|path| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let named = ["setup.py", "conftest.py", "manage.py", "__init__.py"].contains(&name);
            let python = path.extension().is_some_and(|ending| ending == "py");
            // Files that are called like an entry point were looked at.
            python && !named && !name.starts_with("test_") && rank(path) == 9
        })
        .collect();
    files.sort();
    files
        .iter()
        .filter_map(|path| entry_point(path, true))
        .map(|point| EntryPoint { searched: true, ..point })
        .collect()
}

/// Whether a `manage.py` is Django's.
fn is_manage(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == "manage.py")
        && read(path).is_some_and(|text| text.contains("execute_from_command_line"))
}

fn manage_point(path: &Path) -> EntryPoint {
    EntryPoint {
        path: path.to_owned(),
        interface: Interface::Any,
        application: "application".to_owned(),
        why: "Django's manage.py",
        searched: true,
        kind: EntryKind::DjangoManage,
    }
}

/// Folders whose WSGI files are no deployed site's.
fn is_aside(name: &str) -> bool {
    matches!(name, "tests" | "test" | "docs" | "examples" | "static" | "media") || is_pattern(name)
}

/// Folders of which other projects are made: their settings and names are filled in later.
fn is_pattern(name: &str) -> bool {
    name.contains("template") || name.contains("cookiecutter") || name.contains(['{', '}'])
}

/// WSGI and ASGI files among files that were found anyway, further below the folders than
/// [`find_entry_points`] looks.
pub(super) fn deeper<'f>(
    files: impl IntoIterator<Item = &'f PathBuf>,
    folders: &[PathBuf],
) -> Vec<EntryPoint> {
    let inside = |path: &Path| {
        folders.iter().any(|folder| {
            let Ok(below) = path.strip_prefix(folder) else { return false };
            let parents = below.parent().into_iter().flat_map(Path::components);
            let names: Vec<_> =
                parents.map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
            (3..8).contains(&names.len())
                && !names.iter().any(|name| is_aside(name) || name.contains('-'))
                && !names.iter().any(|name| name.contains("example"))
        })
    };
    let mut found: Vec<&PathBuf> =
        files.into_iter().filter(|path| rank(path) < 2 && inside(path)).collect();
    found.sort();
    found.into_iter().take(50).filter_map(|path| entry_point(path, false)).collect()
}

/// The best entry point of a folder.
pub fn entry_in(dir: &Path) -> Option<PathBuf> {
    let mut points = find_entry_points(dir).into_iter();
    points.find(|point| point.kind != EntryKind::DjangoManage).map(|point| point.path)
}

fn collect(dir: &Path, depth: u8, out: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(dir) else { return };
    let mut dirs = Vec::new();
    for entry in entries.flatten().take(5_000) {
        let path = entry.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() {
            if depth < 2 && !is_foreign(name) && !is_aside(name) && !is_virtualenv(&path) {
                dirs.push(path);
            }
        } else if rank(&path) < 9 || name == "manage.py" {
            out.push(path);
        }
    }
    for dir in dirs.into_iter().take(200) {
        collect(&dir, depth + 1, out);
    }
}

/// 0 WSGI, 1 ASGI, 2 and 3 modules with an app, 9 no candidate.
fn rank(path: &Path) -> u8 {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("").to_ascii_lowercase();
    match name.as_str() {
        "wsgi.py" | "passenger_wsgi.py" => 0,
        name if name.ends_with("_wsgi.py") || name.ends_with(".wsgi") => 0,
        "asgi.py" => 1,
        "app.py" | "application.py" | "flask_app.py" => 2,
        "main.py" | "server.py" | "run.py" | "bottle_app.py" => 3,
        // Vercel's function.
        "index.py" if path.parent().is_some_and(|dir| dir.ends_with("api")) => 3,
        _ => 9,
    }
}

/// What a file is as an entry point; `None` if it does not look like one.
///
/// `named`: the user named it on the command line, so its text alone may decide.
pub fn entry_point(path: &Path, named: bool) -> Option<EntryPoint> {
    entry_point_of(path, path, named)
}

/// The same of a file whose text is read elsewhere.
pub(super) fn entry_point_of(path: &Path, at_hand: &Path, named: bool) -> Option<EntryPoint> {
    let rank = rank(path);
    let text = read(at_hand)?;
    let defines = |name: &str| defines(&text, name);
    let make = |application: &str, interface, why| {
        Some(EntryPoint {
            path: path.to_owned(),
            interface,
            application: application.to_owned(),
            why,
            searched: !named,
            kind: EntryKind::WsgiFile,
        })
    };
    if rank < 2 && !named && is_library(path, &text) {
        return None;
    }
    match rank {
        0 => {
            // A package of WSGI tools may call a module `wsgi.py`, too: it has nothing of an app.
            let speaks =
                ["application", "get_wsgi_application", "Flask", "app", "sys.path", "wsgi"]
                    .iter()
                    .any(|word| text.contains(word));
            let library = !defines("application")
                && !defines("app")
                && text.contains("class ")
                && !text.contains("sys.path")
                && !text.contains(" as application");
            // Whoever names a file of such a name means it, but `lint csv_wsgi.py` may come from a hook
            // that names every file.
            let meant = named && (hosted(path) || path.ends_with("wsgi.py"));
            if (!speaks || library || only_functions(&text)) && !meant {
                return None;
            }
            let app = if !defines("application") && defines("app") && !hosted(path) {
                "app"
            } else {
                "application"
            };
            make(
                app,
                if asgi_text(&text) { Interface::Any } else { Interface::Wsgi },
                "a WSGI file by its name",
            )
        }
        1 if !named && only_functions(&text) => None,
        1 => make(
            if defines("application") || !defines("app") { "application" } else { "app" },
            Interface::Asgi,
            "an ASGI file by its name",
        ),
        _ => {
            let framework = [
                "Flask(",
                "FastAPI(",
                "Bottle(",
                "Dash(",
                "Quart(",
                "Starlette(",
                "Sanic(",
                "Litestar(",
                "default_app(",
                "falcon.App(",
                "falcon.API(",
                "falcon.asgi.App(",
                "make_wsgi_app(",
                "get_wsgi_application(",
                "get_asgi_application(",
                "create_app(",
                // web.py
                ".wsgifunc(",
            ];
            let usual = ["application", "app", "server"].into_iter().find(|name| defines(name));
            let name = match usual {
                Some(name) => name,
                None => made(&text, &framework)?,
            };
            let has_framework = framework.iter().any(|word| text.contains(word));
            // A pasted WSGI file has any name; nobody else imports something `as application`.
            let pasted = named && name == "application" && text.contains(" as application");
            (has_framework && (rank < 9 || named) || pasted).then(|| EntryPoint {
                path: path.to_owned(),
                interface: Interface::Any,
                application: name.to_owned(),
                why: "a module with an app",
                searched: !named,
                kind: EntryKind::WsgiFile,
            })
        }
    }
}

/// A module of a package that only shares its name with entry points (`fastapi/middleware/wsgi.py`,
/// `quart/asgi.py`): it binds no application, and nothing in it makes one.
fn is_library(path: &Path, text: &str) -> bool {
    const MAKES_ONE: &[&str] = &[
        "get_wsgi_application",
        "get_asgi_application",
        "get_default_application",
        "ProtocolTypeRouter(",
        "Flask(",
        "FastAPI(",
        "Starlette(",
        "Quart(",
        "Dash(",
        "Bottle(",
        "default_app(",
        "make_wsgi_app(",
        "create_app",
        "make_app",
        "sys.path",
        " as application",
        " as app",
        "import app",
        "import application",
    ];
    path.parent().is_some_and(|dir| dir.join("__init__.py").is_file())
        && !["application", "app"].iter().any(|name| defines(text, name))
        && !text.lines().any(|line| {
            // What stands inside a function or a comment makes nothing when the file is loaded.
            let code = line.split('#').next().unwrap_or("");
            !code.starts_with([' ', '\t']) && MAKES_ONE.iter().any(|word| code.contains(word))
        })
}

/// On PythonAnywhere the file lies in `/var/www`, and the name must be `application`.
/// A WSGI file that a platform loads under a name of its own, and asks for `application`: Passenger's, and
/// PythonAnywhere's, which is called after the domain (`www_example_org_wsgi.py`).
pub(super) fn hosted(path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return false };
    let name = name.to_ascii_lowercase();
    let Some(domain) = name.strip_suffix("_wsgi.py") else { return false };
    if domain == "passenger" || path.parent().is_some_and(|dir| dir.ends_with("var/www")) {
        return true;
    }
    domain.rsplit_once('_').is_some_and(|(_, last)| {
        last.len() == 2
            || matches!(last, "com" | "org" | "net" | "info" | "biz" | "edu" | "gov" | "xyz")
    })
}

fn asgi_text(text: &str) -> bool {
    text.contains("uvicorn.workers") || text.contains("UvicornWorker")
}

fn read(path: &Path) -> Option<String> {
    let meta = fs::metadata(path).ok()?;
    if meta.len() > MAX_BYTES || !meta.is_file() {
        return None;
    }
    fs::read(path).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// The text binds a name at the left margin, or imports it.
fn defines(text: &str, name: &str) -> bool {
    text.lines().any(|line| {
        let code = line.split('#').next().unwrap_or("");
        let assigned = code.strip_prefix(name).is_some_and(|rest| {
            let rest = rest.trim_start();
            (rest.starts_with('=') && !rest.starts_with("==")) || rest.starts_with(':')
        });
        let imported = (code.starts_with("from ") || code.starts_with("import "))
            && code.split([' ', ',', '(', ')']).rfind(|word| !word.is_empty()) == Some(name);
        let function = code.strip_prefix("async ").map_or(code, str::trim_start);
        let defined = function.strip_prefix("def ").is_some_and(|rest| {
            rest.trim_start().strip_prefix(name).is_some_and(|rest| rest.starts_with('('))
        });
        assigned || imported || defined
    })
}

/// The text of a file binds a name at its margin, or imports it.
#[must_use]
pub fn binds(text: &str, name: &str) -> bool {
    defines(text, name)
}

/// Which of the names that Flask looks for a file binds, wherever the app is made.
#[must_use]
pub fn flask_name(path: &Path) -> Option<String> {
    let text = read(path)?;
    ["app", "application"].into_iter().find(|name| defines(&text, name)).map(str::to_owned)
}

/// The first name at the left margin that an app is made for, whatever it is: `main_app = FastAPI(`.
fn made<'t>(text: &'t str, framework: &[&str]) -> Option<&'t str> {
    text.lines().find_map(|line| {
        let (target, value) = line.split_once('=')?;
        let name = target.split(':').next()?.trim_end();
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        let value = value.trim_start();
        // `fastapi.FastAPI(`, but not `wrap(FastAPI())`, which makes something else.
        let call = value.split_inclusive('(').next()?;
        let at = framework.iter().find_map(|word| call.strip_suffix(word))?;
        let dotted = at.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'));
        (is_name && dotted && (at.is_empty() || at.ends_with('.'))).then_some(name)
    })
}

/// At the left margin nothing but imports, functions and classes: a module that others call, such as
/// a framework's `wsgi.py`. An entry point binds or imports its application there.
fn only_functions(text: &str) -> bool {
    let mut defines_some = false;
    let mut in_imports = false;
    for line in text.lines() {
        let code = line.split('#').next().unwrap_or("").trim_end();
        if code.is_empty() || code.starts_with([' ', '\t']) {
            continue;
        }
        if in_imports || code.starts_with(')') {
            in_imports = in_imports && !code.starts_with(')');
            continue;
        }
        if ["def ", "async def ", "class ", "@"].iter().any(|word| code.starts_with(word)) {
            defines_some = true;
        } else if code.starts_with("from ") || code.starts_with("import ") {
            in_imports = code.ends_with('(');
        } else {
            return false;
        }
    }
    defines_some && !defines(text, "application") && !defines(text, "app")
}

/// Options for an entry point of which only the file is known.
pub fn options_for(point: &EntryPoint) -> EntryOptions {
    EntryOptions {
        application: point.application.clone(),
        interface: point.interface,
        kind: point.kind.clone(),
        searched: point.searched,
        ..EntryOptions::for_file(&point.path)
    }
}

#[cfg(test)]
mod tests {
    use super::{entry_in, entry_point, find_entry_points};
    use std::fs;

    #[test]
    fn wsgi_files_win_over_modules() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("site")).unwrap();
        fs::create_dir_all(dir.path().join("venv/lib")).unwrap();
        fs::write(dir.path().join("venv/wsgi.py"), "application = 1").unwrap();
        fs::write(dir.path().join("app.py"), "from flask import Flask\napp = Flask(__name__)\n")
            .unwrap();
        assert!(entry_in(dir.path()).unwrap().ends_with("app.py"));
        fs::write(dir.path().join("site/wsgi.py"), "from app import app as application\n").unwrap();
        let points = find_entry_points(dir.path());
        assert_eq!(points.len(), 1);
        assert!(points[0].path.ends_with("site/wsgi.py"));
    }

    #[test]
    fn a_frameworks_own_module_is_none() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["wsgi.py", "asgi.py"] {
            let path = dir.path().join(name);
            fs::write(
                &path,
                "import web\nfrom web.handlers import (\n    Handler,\n)\n\n\ndef get_application():\n    return Handler()\n",
            )
            .unwrap();
            assert_eq!(entry_point(&path, false), None);
            // Whoever names it means it.
            assert!(entry_point(&path, true).is_some());
            fs::write(&path, "import web\n\n\ndef setup():\n    pass\n\n\nsetup()\n").unwrap();
            assert_eq!(entry_point(&path, false).is_some(), name == "asgi.py");
        }
    }

    #[test]
    fn a_library_s_module_is_none() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("wsgi.py");
        let point = |text: &str| {
            fs::write(&path, text).unwrap();
            entry_point(&path, false).is_some()
        };
        let reexport = "from web.middleware.wsgi import WSGIMiddleware as WSGIMiddleware\n";
        let broken = "from shop import create_app\n\naplication = create_app()\n";
        assert!(point(broken));
        fs::write(dir.path().join("__init__.py"), "").unwrap();
        assert!(!point(reexport));
        assert!(!point("class Handler:\n    def run(self):\n        return Flask(self)\n"));
        assert!(point(broken), "a misspelled application in a package is still one");
        assert!(point("from django.core.wsgi import get_wsgi_application\n"));
    }

    #[test]
    fn names_that_only_end_like_a_wsgi_file() {
        let dir = tempfile::tempdir().unwrap();
        let point = |name: &str, text: &str| {
            let path = dir.path().join(name);
            fs::write(&path, text).unwrap();
            entry_point(&path, true).map(|point| point.application)
        };
        let app = "import falcon\n\nclass Paths:\n    pass\n\napp = falcon.App()\n";
        assert_eq!(point("raw_path_wsgi.py", app).unwrap(), "app");
        for name in
            ["ana_pythonanywhere_com_wsgi.py", "www_example_de_wsgi.py", "passenger_wsgi.py"]
        {
            assert_eq!(point(name, app).unwrap(), "application", "{name}");
        }
        // A hook names every file that changed.
        let none = "import falcon\n\nclass Report:\n    app = None\n";
        assert_eq!(point("csv_text_wsgi.py", none), None);
        assert!(point("www_example_org_wsgi.py", none).is_some());
        assert!(point("wsgi.py", none).is_some());
    }

    #[test]
    fn an_app_of_any_name_is_one() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("main.py");
        let name = |text: &str| {
            fs::write(&path, text).unwrap();
            entry_point(&path, false).map(|point| point.application)
        };
        assert_eq!(name("import fastapi\nmain_app: X = fastapi.FastAPI()\n").unwrap(), "main_app");
        assert_eq!(name("api = falcon.App()\napp = 1\n").unwrap(), "app");
        assert_eq!(name("async def app(scope, receive, send):\n    FastAPI()\n").unwrap(), "app");
        let method = "class Server:\n    def app(self):\n        return FastAPI()\n";
        for text in
            [method, "    inner = Flask(__name__)\n", "x = wrap(FastAPI())\n", "x == Flask(1)\n"]
        {
            assert_eq!(name(text), None, "{text}");
        }
    }

    #[test]
    fn functions_of_vercel_and_apps_of_web_py() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("api")).unwrap();
        fs::create_dir_all(dir.path().join("pages")).unwrap();
        let app = "from fastapi import FastAPI\napp = FastAPI()\n";
        for (name, text, found) in [
            ("api/index.py", app, true),
            ("pages/index.py", app, false),
            ("api/other.py", app, false),
            (
                "main.py",
                "import web\napplication = web.application(urls, globals()).wsgifunc()\n",
                true,
            ),
            ("main.py", "import web\napp = web.application(urls, globals())\napp.run()\n", false),
        ] {
            let path = dir.path().join(name);
            fs::write(&path, text).unwrap();
            let points = find_entry_points(dir.path());
            assert_eq!(points.iter().any(|point| point.path == path), found, "{name} {text}");
            fs::remove_file(path).unwrap();
        }
    }

    #[test]
    fn what_projects_are_made_of_is_none() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["setup_templates", "{{ project }}", "shop"] {
            fs::create_dir_all(dir.path().join(name)).unwrap();
            fs::write(dir.path().join(name).join("wsgi.py"), "application = 1\n").unwrap();
        }
        let points = find_entry_points(dir.path());
        assert_eq!(points.len(), 1);
        assert!(points[0].path.ends_with("shop/wsgi.py"));
    }

    #[test]
    fn a_script_is_none() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("main.py");
        fs::write(&path, "print('hello')\napp = 3\n").unwrap();
        assert_eq!(entry_point(&path, true), None);
    }
}
