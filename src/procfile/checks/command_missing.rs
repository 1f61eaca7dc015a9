//! Programs and scripts that will not be there.

use std::collections::BTreeSet;

use super::folders::{folder, is_plain, swapped};
use super::{Project, Sink};
use crate::model::Severity;
use crate::procfile::command::{Command, Program, base};
use crate::python::lints::LintDoc;

pub(in crate::procfile) const DOC: LintDoc = LintDoc {
    code: "WP108",
    name: "procfile-command-missing",
    summary: "The program of the start command will not be there",
    why: "What the command starts must come with the project or with its requirements; else the start ends with \"command not found\".",
    bad: r"
web: uvicorn app:app --host 0.0.0.0 --port $PORT
# --- app.py
from flask import Flask

app = Flask(__name__)
# --- requirements.txt
flask
gunicorn
",
    good: r"
web: gunicorn app:app
# --- app.py
from flask import Flask

app = Flask(__name__)
# --- requirements.txt
flask
gunicorn
",
    cause: Some("procfile-invalid"),
    severity: Severity::Error,
};

/// The distribution that brings a program, and those that bring it as well.
fn brought_by(program: &str) -> Option<(&'static str, &'static [&'static str])> {
    Some(match program {
        "gunicorn" => (
            "gunicorn",
            &[
                "mlflow",
                "apache-superset",
                "apache-airflow",
                "mayan-edms",
                "functions-framework",
                "uvicorn-worker",
            ],
        ),
        "uvicorn" => (
            "uvicorn",
            &[
                "fastapi[standard]",
                "fastapi[all]",
                "starlette[full]",
                "fastapi-cli",
                "chainlit",
                "gradio",
                "mcp",
                "nicegui",
                "reflex",
                "litestar[standard]",
                "mlflow",
                "streamlit",
                "fastmcp",
                "google-adk",
                "bentoml",
                "jupyter-server",
            ],
        ),
        "hypercorn" => ("hypercorn", &["quart"]),
        "daphne" => ("daphne", &["channels[daphne]"]),
        "waitress-serve" => ("waitress", &["pyramid", "mlflow", "devpi-server", "whoogle-search"]),
        "celery" => (
            "celery",
            &[
                "django-celery",
                "django-celery-beat",
                "django-celery-results",
                "flower",
                "apache-airflow",
            ],
        ),
        "streamlit" => ("streamlit", &[]),
        "uwsgi" => ("uwsgi", &["pyuwsgi"]),
        _ => return None,
    })
}

pub(super) fn check(
    command: &Command,
    line: u32,
    text: &str,
    project: &Project<'_>,
    sink: &mut Sink<'_>,
) {
    const KNOWN: &[&str] = &[
        "gunicorn",
        "uvicorn",
        "hypercorn",
        "daphne",
        "waitress-serve",
        "celery",
        "streamlit",
        "uwsgi",
    ];
    let name = base(&command.name);
    // A script of the project.
    let script = match command.program {
        Program::PythonScript | Program::DjangoManage | Program::DjangoRunserver => {
            command.target.as_deref()
        }
        Program::Shell => command.target.as_deref(),
        _ => None,
    };
    if let Some(script) =
        script.filter(|script| project.whole && is_plain(script) && !script.starts_with('/'))
    {
        let dir = folder(project, command.chdir.as_deref());
        if dir.is_some_and(|dir| !dir.join(script).exists()) && has_ending(script) {
            sink.add(
                &DOC,
                0.8,
                line,
                text,
                format!("The command runs {script}, which is not in the project."),
                &[("command", script)],
            );
        }
        return;
    }
    worker_missing(command, line, text, project, sink);
    if let Some((dist, others)) = brought_by(name) {
        let requirements = &project.requirements;
        let there = requirements.open
            || requirements.has(dist)
            || others.iter().any(|other| {
                requirements.has(other)
                    || (!other.contains('[')
                        && requirements
                            .names
                            .iter()
                            .any(|name| name.starts_with(&format!("{other}["))))
            });
        if !there {
            sink.add(
                &DOC, 0.8, line, text,
                format!("The command starts {name}, but {dist} is not in the project's requirements, so it will not exist on the server. Add {dist} to requirements.txt."),
                &[("command", name), ("dist", dist)],
            );
        }
    } else if command.program == Program::Other && name.len() >= 5 {
        let near = KNOWN.iter().find(|known| swapped(name, known));
        if let Some(known) = near {
            sink.add(
                &DOC,
                0.8,
                line,
                text,
                format!("There is no program {name}; {known} was probably meant."),
                &[("command", known)],
            );
        }
    }
}

/// The package of gunicorn's worker class: `-k eventlet`, `-k uvicorn.workers.UvicornWorker`.
pub(in crate::procfile) fn worker_missing(
    command: &Command,
    line: u32,
    text: &str,
    project: &Project<'_>,
    sink: &mut Sink<'_>,
) {
    let class = command.worker_class.as_deref().unwrap_or_default();
    if class.starts_with("socketio.sgunicorn") && !project.requirements.has("gevent-socketio") {
        let message = "This worker class is gevent-socketio's, which is another package than Flask-SocketIO. Write -k eventlet (or -k gevent) with -w 1, and add that package to requirements.txt".to_owned();
        return sink.add(&DOC, 1.0, line, text, message, &[("command", class)]);
    }
    let Some(dist) = worker_dist(class).filter(|_| command.program == Program::Gunicorn) else {
        return;
    };
    let requirements = &project.requirements;
    if dist == "eventlet" && requirements.old_gunicorn_new_eventlet() {
        let message = "This gunicorn takes ALREADY_HANDLED from eventlet, which went with eventlet 0.30.3: ask for gunicorn>=21.2 in requirements.txt".to_owned();
        return sink.add(
            &DOC,
            1.0,
            line,
            text,
            message,
            &[("command", class), ("dist", "gunicorn")],
        );
    }
    let others = brought_by(dist).map_or(&[] as &[&str], |(_, others)| others);
    let there = requirements.open
        || requirements
            .names
            .iter()
            .any(|name| name.contains(dist) || others.iter().any(|other| name.starts_with(other)));
    if !there {
        sink.add(
            &DOC, 0.8, line, text,
            format!("gunicorn is to work with {class}, but {dist} is not in the project's requirements, so the start fails. Add {dist} to requirements.txt."),
            &[("command", class), ("dist", dist)],
        );
    }
}

/// The distribution that brings a worker class.
fn worker_dist(class: &str) -> Option<&'static str> {
    Some(match class.split('.').next().unwrap_or_default() {
        "eventlet" => "eventlet",
        "gevent" | "gevent_pywsgi" | "gevent_wsgi" => "gevent",
        "geventwebsocket" => "gevent-websocket",
        "tornado" => "tornado",
        "uvicorn" => "uvicorn",
        "uvicorn_worker" => "uvicorn-worker",
        "meinheld" => "meinheld",
        "aiohttp" => "aiohttp",
        _ => return None,
    })
}

/// The same for an image of which every installed package is known by name.
pub(in crate::procfile) fn in_image(
    command: &Command,
    installed: &BTreeSet<String>,
    line: u32,
    text: &str,
    sink: &mut Sink<'_>,
) {
    let lacks = |dist: &str, others: &[&str]| {
        !installed.iter().any(|name| {
            name.contains(dist)
                || others
                    .iter()
                    .any(|other| name.starts_with(other.split('[').next().unwrap_or(other)))
        })
    };
    let name = base(&command.name);
    if let Some((dist, others)) = brought_by(name).filter(|(dist, others)| lacks(dist, others)) {
        let _ = others;
        let message = format!(
            "The image starts {name}, and nothing in this Dockerfile installs {dist}. Add {dist} to what it installs."
        );
        return sink.add(&DOC, 0.9, line, text, message, &[("command", name), ("dist", dist)]);
    }
    let class = command.worker_class.as_deref().unwrap_or_default();
    if command.program != Program::Gunicorn {
        return;
    }
    if let Some(dist) = worker_dist(class)
        && lacks(dist, brought_by(dist).map_or(&[] as &[&str], |(_, others)| others))
    {
        let message = format!(
            "gunicorn is to work with {class}, and nothing in this Dockerfile installs {dist}: the start fails. Add {dist} to what it installs."
        );
        sink.add(&DOC, 0.9, line, text, message, &[("command", class), ("dist", dist)]);
    }
}

fn has_ending(script: &str) -> bool {
    script.ends_with(".py") || script.ends_with(".sh")
}
