//! Where a web process will listen: what the command says, else the server's defaults.

use super::Project;
use crate::procfile::command::{Bind, Command, Program, commands};

/// Address and port, as far as they are known.
pub(super) struct Listen<'c> {
    pub(super) host: Option<&'c str>,
    /// The host is the server's own default.
    pub(super) default_host: bool,
    pub(super) port: Option<&'c str>,
    /// Nothing is said at all.
    pub(super) default: bool,
    /// What the command says.
    pub(super) bind: Option<&'c Bind>,
}

/// `None`: not known, or no network address.
pub(super) fn listen<'c>(
    command: &'c Command,
    text: &str,
    project: &Project<'_>,
) -> Option<Listen<'c>> {
    let (host, port) = match command.program {
        Program::Uvicorn | Program::Hypercorn | Program::Daphne | Program::DjangoRunserver => {
            (Some("127.0.0.1"), Some("8000"))
        }
        Program::FlaskRun => (Some("127.0.0.1"), Some("5000")),
        Program::FastapiCli if text.contains("fastapi dev") => (Some("127.0.0.1"), Some("8000")),
        Program::FastapiCli | Program::HttpServer => (None, Some("8000")),
        Program::Waitress => (None, Some("8080")),
        Program::Streamlit => (None, Some("8501")),
        // gunicorn takes the port of the environment by itself.
        Program::Gunicorn => (None, None),
        Program::Uwsgi if command.bind.is_some() => (None, None),
        _ => return None,
    };
    let config = command.config.as_deref().or(if command.program == Program::Gunicorn {
        Some("gunicorn.conf.py")
    } else {
        None
    });
    if command.bind.is_none()
        && config.is_some_and(|config| {
            project.dir.join(config.trim_start_matches("python:")).exists()
                || command.config.is_some()
        })
    {
        return None;
    }
    // Settings by the environment: UVICORN_HOST, FLASK_RUN_PORT and their like are not seen here.
    let environment =
        ["UVICORN_", "FLASK_RUN_", "GUNICORN_CMD_ARGS", "STREAMLIT_SERVER", "WEB_PORT"]
            .iter()
            .any(|name| text.contains(name));
    if environment {
        return None;
    }
    if command.program == Program::Streamlit && by_config(text, project) {
        return None;
    }
    let bind = command.bind.as_ref();
    let said_host = bind.and_then(|bind| bind.host.as_deref());
    if said_host == Some("unix:") {
        return None;
    }
    let given_host = said_host.filter(|host| !host.is_empty());
    let actual_host = if said_host == Some("") { None } else { given_host.or(host) };
    let actual_port = bind.and_then(|bind| bind.port.as_deref()).or(
        if said_host.is_some() && command.program == Program::Gunicorn {
            Some("8000")
        } else {
            port
        },
    );
    Some(Listen {
        host: actual_host,
        default_host: given_host.is_none(),
        port: actual_port,
        default: command.bind.is_none(),
        bind,
    })
}

/// Streamlit's port stands in its `config.toml`, which the project brings or a script writes before the
/// start: `sh setup.sh && streamlit run app.py`.
fn by_config(text: &str, project: &Project<'_>) -> bool {
    let written = commands(text).0.into_iter().any(|command| {
        let Some(script) = command.target.filter(|_| command.program == Program::Shell) else {
            return false;
        };
        // A script that is not at hand may write it.
        crate::procfile::text(&project.dir.join(script.trim_start_matches("./")))
            .is_none_or(|text| text.contains(".streamlit"))
    });
    let config = crate::procfile::text(&project.dir.join(".streamlit/config.toml"));
    written
        || text.contains(".streamlit")
        || config.is_some_and(|text| text.lines().any(|line| line.trim().starts_with("port")))
}
