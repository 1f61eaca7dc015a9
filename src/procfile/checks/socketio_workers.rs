//! Flask-SocketIO behind several workers.

use super::folders::folder;
use super::{Project, Sink};
use crate::model::Severity;
use crate::procfile::command::{Command, Program};
use crate::python::lints::LintDoc;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WP119",
    name: "socketio-workers",
    summary: "Flask-SocketIO is started with several workers of gunicorn",
    why: "A Socket.IO session lives in one worker, and gunicorn gives each request to any of them: connections break with 400. Its manual asks for one worker.",
    bad: r"
web: gunicorn -k eventlet -w 4 app:app
# --- app.py
from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app)
# --- requirements.txt
flask
flask-socketio
eventlet
gunicorn
",
    good: r"
web: gunicorn -k eventlet -w 1 app:app
# --- app.py
from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app)
# --- requirements.txt
flask
flask-socketio
eventlet
gunicorn
",
    cause: None,
    severity: Severity::Warning,
};

pub(super) fn check(
    command: &Command,
    line: u32,
    text: &str,
    project: &Project<'_>,
    sink: &mut Sink<'_>,
) {
    let Some(workers) = command.workers.as_deref().and_then(|text| text.parse::<u32>().ok()) else {
        return;
    };
    let module = command.target.as_deref().and_then(|target| target.split(':').next());
    if command.program != Program::Gunicorn
        || workers < 2
        || !project.requirements.has("flask-socketio")
    {
        return;
    }
    let (Some(module), Some(dir)) = (module, folder(project, command.chdir.as_deref())) else {
        return;
    };
    let below = dir.join(module.replace('.', "/"));
    let files = [below.with_extension("py"), below.join("__init__.py")];
    // Only what the started module makes itself is known to be served by it.
    if files
        .iter()
        .filter_map(|file| crate::procfile::text(file))
        .any(|code| code.contains("SocketIO("))
    {
        sink.add(
            &DOC,
            0.7,
            line,
            text,
            format!("Flask-SocketIO works with one worker of gunicorn only, and here are {workers}: write -w 1, and start more containers with a message queue where one is not enough"),
            &[("workers", &workers.to_string())],
        );
    }
}
