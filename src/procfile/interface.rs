//! What a start command's server speaks. gunicorn says it by its worker class, which may stand in the
//! command, in its configuration file or in the environment.

use std::path::Path;

use super::command::{Command, Program};
use crate::python::entry::Interface;

/// Files in which platforms and containers keep a program's environment.
pub(super) const ENVIRONMENTS: &[&str] = &[
    "Procfile",
    "Dockerfile",
    "docker-compose.yml",
    "docker-compose.yaml",
    "compose.yml",
    "compose.yaml",
    ".env",
    "render.yaml",
    "fly.toml",
    "app.json",
    "app.yaml",
];

/// The interface of a command that is started in a folder.
pub(super) fn of(command: &Command, dir: &Path) -> Interface {
    match command.program {
        Program::Gunicorn => gunicorn(command, dir),
        Program::Waitress | Program::Uwsgi => Interface::Wsgi,
        Program::Daphne => Interface::Asgi,
        Program::Uvicorn if command.interface.as_deref() != Some("wsgi") => Interface::Asgi,
        _ => Interface::Any,
    }
}

fn gunicorn(command: &Command, dir: &Path) -> Interface {
    match (&command.worker_class, configured(command, dir)) {
        // The command line wins over the environment, and that over the file
        // (<https://gunicorn.org/configure/>).
        (Some(class), _) => worker(class),
        (None, _) if by_environment(dir) => Interface::Any,
        (None, Configured::Class(class)) => worker(&class),
        (None, Configured::Unknown) => Interface::Any,
        (None, Configured::Nothing) => Interface::Wsgi,
    }
}

/// The interface of gunicorn's worker classes; of others (aiohttp's, tornado's, the project's own)
/// nobody knows what they call.
fn worker(class: &str) -> Interface {
    let class = class.to_ascii_lowercase();
    match class.as_str() {
        "sync" | "gthread" | "gevent" | "gevent_wsgi" | "gevent_pywsgi" | "eventlet" => {
            Interface::Wsgi
        }
        "uvicorn.workers.uvicornworker"
        | "uvicorn.workers.uvicornh11worker"
        | "uvicorn_worker.uvicornworker"
        | "uvicorn_worker.uvicornh11worker"
        | "asgi" => Interface::Asgi,
        _ => Interface::Any,
    }
}

/// What gunicorn's configuration file says of the worker class.
enum Configured {
    Nothing,
    Class(String),
    /// The file is elsewhere, or works the class out.
    Unknown,
}

fn configured(command: &Command, dir: &Path) -> Configured {
    let file = match command.config.as_deref() {
        // Read without being named, from gunicorn 20 on.
        None => dir.join("gunicorn.conf.py"),
        Some(named) => {
            let named = named.strip_prefix("file:").unwrap_or(named);
            let below = match named.strip_prefix("python:") {
                Some(module) => format!("{}.py", module.replace('.', "/")),
                None => named.strip_prefix("/app/").unwrap_or(named).to_owned(),
            };
            dir.join(below)
        }
    };
    let Some(text) = super::text(&file) else {
        let absent = command.config.is_none();
        return if absent { Configured::Nothing } else { Configured::Unknown };
    };
    let mut found = Configured::Nothing;
    for line in text.lines() {
        let code = line.trim_start();
        // Imported from another file, or given as a whole.
        if code.starts_with("from ") && code.contains("import") && code.contains('*') {
            found = Configured::Unknown;
        }
        if !code.contains("worker_class") || code.starts_with('#') {
            continue;
        }
        let value = code.strip_prefix("worker_class").and_then(|rest| {
            let rest = rest.trim_start().strip_prefix('=')?.trim_start();
            let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            let (value, rest) = rest[1..].split_once(quote)?;
            let rest = rest.trim();
            (rest.is_empty() || rest.starts_with('#')).then(|| value.to_owned())
        });
        found = match (value, line.starts_with("worker_class"), found) {
            (Some(value), true, Configured::Nothing) => Configured::Class(value),
            // Twice, below a condition, or worked out.
            _ => return Configured::Unknown,
        };
    }
    found
}

/// `GUNICORN_CMD_ARGS` may hold any option.
fn by_environment(dir: &Path) -> bool {
    let folders = dir.ancestors().take(2);
    folders
        .flat_map(|dir| ENVIRONMENTS.iter().map(|name| dir.join(name)))
        .any(|file| super::text(&file).is_some_and(|text| text.contains("GUNICORN_CMD_ARGS")))
}

#[cfg(test)]
mod tests {
    use super::of;
    use crate::procfile::command::commands;
    use crate::python::entry::Interface;
    use std::fs;

    fn interface(line: &str, files: &[(&str, &str)]) -> Interface {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        of(&commands(line).0[0], dir.path())
    }

    #[test]
    fn the_worker_class_says_it_wherever_it_stands() {
        let uvicorn = "workers = 2\nworker_class = 'uvicorn.workers.UvicornWorker'  # async\n";
        let asgi = Interface::Asgi;
        assert_eq!(interface("gunicorn -k uvicorn.workers.UvicornWorker a:b", &[]), asgi);
        assert_eq!(interface("gunicorn a:b", &[("gunicorn.conf.py", uvicorn)]), asgi);
        assert_eq!(interface("gunicorn a:b -c deploy/g.py", &[("deploy/g.py", uvicorn)]), asgi);
        assert_eq!(interface("gunicorn a:b -c python:deploy.g", &[("deploy/g.py", uvicorn)]), asgi);
        assert_eq!(
            interface("gunicorn -k gthread a:b", &[("gunicorn.conf.py", uvicorn)]),
            Interface::Wsgi
        );
    }

    #[test]
    fn without_one_it_is_wsgi() {
        for files in [
            &[][..],
            &[(
                "gunicorn.conf.py",
                "# worker_class = 'uvicorn.workers.UvicornWorker'\nbind = ':1'\n",
            )],
            // Another file's name is read only where it is given.
            &[("gunicorn_conf.py", "worker_class = 'uvicorn.workers.UvicornWorker'\n")],
        ] {
            assert_eq!(interface("gunicorn a:b", files), Interface::Wsgi);
        }
    }

    #[test]
    fn what_is_worked_out_or_elsewhere_is_not_known() {
        let any = Interface::Any;
        assert_eq!(interface("gunicorn a:b -c /etc/gunicorn.py", &[]), any);
        assert_eq!(interface("gunicorn a:b -k aiohttp.GunicornWebWorker", &[]), any);
        assert_eq!(interface("gunicorn a:b -k $WORKER", &[]), any);
        for config in [
            "import os\nworker_class = os.environ.get('WORKER', 'sync')\n",
            "if True:\n    worker_class = 'sync'\n",
            "worker_class = 'sync'\nworker_class = 'gthread'\n",
            "from base import *\n",
        ] {
            assert_eq!(interface("gunicorn a:b", &[("gunicorn.conf.py", config)]), any, "{config}");
        }
        let docker = [("Dockerfile", "ENV GUNICORN_CMD_ARGS=\"-k x.Worker\"\n")];
        assert_eq!(interface("gunicorn a:b", &docker), any);
    }
}
