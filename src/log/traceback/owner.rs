//! Whose code a frame is in, by its path alone.

use crate::model::FrameOwner;

/// Packages of servers: below a site-packages folder their first folder says so.
const SERVERS: &[&str] = &[
    "gunicorn",
    "uwsgi",
    "waitress",
    "mod_wsgi",
    "uvicorn",
    "hypercorn",
    "daphne",
    "cheroot",
    "gevent",
    "eventlet",
    "bjoern",
    "meinheld",
    "paste",
    "passenger",
    "granian",
    "uvicorn_worker",
    "asgiref_server",
];

/// Programs in a `bin` folder that start a server or command.
const LAUNCHERS: &[&str] = &[
    "gunicorn",
    "uvicorn",
    "waitress-serve",
    "hypercorn",
    "daphne",
    "flask",
    "celery",
    "django-admin",
    "pytest",
    "alembic",
    "pip",
    "uwsgi",
    "streamlit",
    "fastapi",
    "granian",
];

/// The owner of a frame by its file.
#[must_use]
pub fn frame_owner(file: &str) -> FrameOwner {
    let path = file.replace('\\', "/");
    if path.starts_with("<frozen") || path.starts_with("<__array_function__") {
        return FrameOwner::Stdlib;
    }
    if let Some(inside) = after_packages(&path) {
        let top = inside.split('/').next().unwrap_or_default();
        let top = top.strip_suffix(".py").unwrap_or(top);
        return if SERVERS.contains(&top) { FrameOwner::Server } else { FrameOwner::Library };
    }
    if path.contains(".egg/") || path.contains("/.local/share/uv/tools/") {
        return FrameOwner::Library;
    }
    if path.starts_with("/bin/user_wsgi_wrapper")
        || path.ends_with("user_wsgi_wrapper.py")
        || path == "passenger_wsgi_loader.py"
        || path.contains("/passenger/helper-scripts/")
        || path.ends_with("wsgi-loader.py")
        || path.ends_with("wfastcgi.py")
        || path.ends_with("ptvs_virtualenv_proxy.py")
    {
        return FrameOwner::Server;
    }
    if in_bin(&path) {
        return FrameOwner::Server;
    }
    if is_stdlib_path(&path) { FrameOwner::Stdlib } else { FrameOwner::Own }
}

/// The part of the path below the innermost folder of installed packages.
pub(super) fn after_packages(path: &str) -> Option<&str> {
    if !path.contains("-packages/") {
        return None;
    }
    ["/site-packages/", "/dist-packages/", "/vendor-packages/"]
        .iter()
        .filter_map(|folder| path.rfind(folder).map(|at| (at, &path[at + folder.len()..])))
        .max_by_key(|(at, _)| *at)
        .map(|(_, rest)| below_egg(rest))
        .or_else(|| path.strip_prefix("site-packages/"))
        .or_else(|| path.strip_prefix("dist-packages/"))
}

/// `django-2.2.8-py3.7.egg/django/core/wsgi.py` without the egg.
fn below_egg(path: &str) -> &str {
    match path.split_once('/') {
        Some((egg, rest)) if egg.ends_with("egg") => rest,
        _ => path,
    }
}

fn in_bin(path: &str) -> bool {
    let Some((folder, name)) = path.rsplit_once('/') else { return false };
    let name = name.trim_end_matches(".exe").trim_end_matches("-script.py");
    let folder = folder.rsplit('/').next().unwrap_or_default();
    (folder == "bin" || folder == "Scripts") && LAUNCHERS.contains(&name)
        || path.contains(".exe/__main__.py")
}

/// `…/lib/python3.11/json/decoder.py`, `C:/Python311/Lib/…`, `…/lib-python/3/…` of PyPy.
fn is_stdlib_path(path: &str) -> bool {
    for lib in ["/lib/python", "/lib64/python", "/lib32/python"] {
        if let Some(at) = path.find(lib) {
            let rest = &path[at + lib.len()..];
            let version = rest.split('/').next().unwrap_or_default();
            let zip_or_folder = version.strip_suffix(".zip").unwrap_or(version);
            let zip_or_folder = zip_or_folder.trim_end_matches(['t', 'd', 'm']);
            if !zip_or_folder.is_empty()
                && zip_or_folder.bytes().all(|b| b.is_ascii_digit() || b == b'.')
                && version.len() < rest.len()
            {
                return true;
            }
        }
    }
    if path.contains("/lib-python/") || path.contains("/lib_pypy/") || path.contains("/lib/pypy") {
        return true;
    }
    // Windows installers: C:/Python311/Lib/…, …/Programs/Python/Python311/lib/…
    let lower = path.to_ascii_lowercase();
    if let Some(at) = lower.find("/lib/") {
        let before = lower[..at].rsplit('/').next().unwrap_or_default();
        return before.starts_with("python")
            && before[6..].bytes().all(|b| b.is_ascii_digit() || b".-_".contains(&b))
            || lower[..at].contains("pythonsoftwarefoundation");
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_path() {
        use FrameOwner::{Library, Own, Server, Stdlib};
        for (file, owner) in [
            ("/home/u/mysite/flask_app.py", Own),
            ("/var/www/u_pythonanywhere_com_wsgi.py", Own),
            ("/app/web.py", Own),
            ("C:\\Users\\u\\project\\app.py", Own),
            ("./app.py", Own),
            ("<string>", Own),
            ("<template>", Own),
            ("/usr/lib/python3.11/json/decoder.py", Stdlib),
            ("/usr/local/lib/python3.11/importlib/__init__.py", Stdlib),
            ("/home/u/.pyenv/versions/3.8.18/lib/python3.8/socket.py", Stdlib),
            ("/usr/lib/python2.7/os.py", Stdlib),
            ("/usr/lib/python313.zip/os.py", Stdlib),
            ("<frozen importlib._bootstrap>", Stdlib),
            ("C:\\Python311\\lib\\os.py", Stdlib),
            ("/usr/lib/python3/dist-packages/flask/app.py", Library),
            ("/home/u/.virtualenvs/v/lib/python3.10/site-packages/django/db/utils.py", Library),
            ("C:\\Python311\\Lib\\site-packages\\flask\\app.py", Library),
            ("/app/.heroku/python/lib/python3.9/site-packages/gunicorn/util.py", Server),
            ("/app/.heroku/python/bin/gunicorn", Server),
            ("/bin/user_wsgi_wrapper.py", Server),
            ("/home/u/lib/python/mine.py", Own),
        ] {
            assert_eq!(frame_owner(file), owner, "{file}");
        }
    }
}
