//! What the app was doing when an exception left it, read from its frames.

use super::owner::after_packages;
use crate::model::{Frame, FrameOwner, Phase};

/// (end or part of the path below the packages folder, function or "" for any, phase).
/// The outermost marker decides: an import inside a request stays a request.
const MARKERS: &[(&str, &str, Phase)] = &[
    // loading the app
    ("gunicorn/workers/", "init_process", Phase::Import),
    ("gunicorn/workers/", "load_wsgi", Phase::Import),
    ("gunicorn/app/", "load_wsgiapp", Phase::Import),
    ("gunicorn/app/", "wsgi", Phase::Import),
    ("gunicorn/util.py", "import_app", Phase::Import),
    ("uvicorn/importer.py", "", Phase::Import),
    ("uvicorn/config.py", "load", Phase::Import),
    ("uvicorn/lifespan/", "", Phase::Import),
    ("hypercorn/utils.py", "load_application", Phase::Import),
    ("flask/cli.py", "locate_app", Phase::Import),
    ("flask/cli.py", "load_app", Phase::Import),
    ("flask/cli.py", "_load_app", Phase::Import),
    ("waitress/runner.py", "run", Phase::Import),
    ("daphne/cli.py", "", Phase::Import),
    ("wfastcgi.py", "read_wsgi_handler", Phase::Import),
    ("wfastcgi.py", "get_wsgi_handler", Phase::Import),
    ("wsgi-loader.py", "load_app", Phase::Import),
    ("django/core/wsgi.py", "get_wsgi_application", Phase::Import),
    ("django/core/asgi.py", "get_asgi_application", Phase::Import),
    ("django/core/servers/basehttp.py", "get_internal_wsgi_application", Phase::Import),
    ("django/core/management/commands/runserver.py", "inner_run", Phase::Import),
    ("django/utils/autoreload.py", "", Phase::Import),
    ("django/core/management/commands/runserver.py", "", Phase::Import),
    ("starlette/routing.py", "lifespan", Phase::Import),
    ("starlette/routing.py", "startup", Phase::Import),
    ("streamlit/", "", Phase::Request),
    // serving
    ("gunicorn/workers/", "handle_request", Phase::Request),
    ("gunicorn/workers/", "handle", Phase::Request),
    ("uvicorn/protocols/", "", Phase::Request),
    ("uvicorn/middleware/", "", Phase::Request),
    ("hypercorn/middleware/", "", Phase::Request),
    ("waitress/task.py", "", Phase::Request),
    ("waitress/channel.py", "", Phase::Request),
    ("werkzeug/serving.py", "run_wsgi", Phase::Request),
    ("werkzeug/serving.py", "execute", Phase::Request),
    ("werkzeug/debug/", "", Phase::Request),
    ("werkzeug/middleware/", "", Phase::Request),
    ("flask/app.py", "__call__", Phase::Request),
    ("flask/app.py", "wsgi_app", Phase::Request),
    ("flask/app.py", "full_dispatch_request", Phase::Request),
    ("flask/app.py", "dispatch_request", Phase::Request),
    ("flask/app.py", "handle_user_exception", Phase::Request),
    ("django/core/handlers/", "", Phase::Request),
    ("django/contrib/staticfiles/handlers.py", "", Phase::Request),
    ("django/core/servers/basehttp.py", "", Phase::Request),
    ("django/utils/deprecation.py", "__call__", Phase::Request),
    ("django/views/generic/", "", Phase::Request),
    ("starlette/applications.py", "__call__", Phase::Request),
    ("starlette/middleware/", "", Phase::Request),
    ("starlette/routing.py", "", Phase::Request),
    ("fastapi/routing.py", "", Phase::Request),
    ("fastapi/applications.py", "__call__", Phase::Request),
    ("a2wsgi/", "", Phase::Request),
    ("bottle.py", "_handle", Phase::Request),
    ("bottle.py", "wsgi", Phase::Request),
    ("tornado/web.py", "_execute", Phase::Request),
    ("aiohttp/web_protocol.py", "", Phase::Request),
    ("pyramid/router.py", "", Phase::Request),
    ("falcon/app.py", "__call__", Phase::Request),
    ("falcon/api.py", "__call__", Phase::Request),
    ("web/application.py", "handle_with_processors", Phase::Request),
    ("cherrypy/_cprequest.py", "", Phase::Request),
    ("cherrypy/_cptree.py", "", Phase::Request),
    ("gluon/main.py", "wsgibase", Phase::Request),
    ("gluon/restricted.py", "restricted", Phase::Request),
    ("dash/dash.py", "dispatch", Phase::Request),
    ("asgiref/server.py", "", Phase::Request),
    ("wsgiref/handlers.py", "run", Phase::Request),
    ("socketserver.py", "process_request_thread", Phase::Request),
    ("socketserver.py", "finish_request", Phase::Request),
    ("whitenoise/base.py", "__call__", Phase::Request),
    ("sentry_sdk/integrations/wsgi.py", "__call__", Phase::Request),
    // commands, tasks, tests, consoles
    ("django/core/management/base.py", "run_from_argv", Phase::Command),
    ("celery/app/trace.py", "", Phase::Command),
    ("celery/worker/", "", Phase::Command),
    ("celery/bin/", "", Phase::Command),
    ("celery/__main__.py", "", Phase::Command),
    ("rq/worker.py", "", Phase::Command),
    ("huey/", "_execute", Phase::Command),
    ("alembic/", "", Phase::Command),
    ("flask_migrate/", "", Phase::Command),
    ("flask_script/", "", Phase::Command),
    ("pip/_internal/", "", Phase::Command),
    ("setuptools/", "", Phase::Command),
    ("_pytest/", "", Phase::Command),
    ("pytest/__main__.py", "", Phase::Command),
    ("apscheduler/executors/", "", Phase::Command),
    ("IPython/", "", Phase::Command),
    ("django/test/", "", Phase::Command),
    // the server's own processes
    ("gunicorn/arbiter.py", "spawn_worker", Phase::Worker),
    ("gunicorn/arbiter.py", "reap_workers", Phase::Worker),
    ("gunicorn/arbiter.py", "halt", Phase::Worker),
];

/// The phase that frames prove; `message_first` is the wrapper's shape, which drops its own
/// frames and those of importlib.
pub(super) fn of_frames(frames: &[Frame], message_first: bool, banner: bool) -> Phase {
    if banner {
        return Phase::Import;
    }
    let mut outer = None;
    for frame in frames {
        match marker(frame) {
            // the arbiter stands above everything that a worker does
            Some(Phase::Worker) => outer = outer.or(Some(Phase::Worker)),
            Some(Phase::Import) if is_lazy_loader(frame) => return Phase::Import,
            Some(phase) => {
                outer = Some(match (phase, frames) {
                    // `flask run` and `runserver` serve requests below frames that load
                    (Phase::Import, frames) if serves_below(frames) => Phase::Request,
                    (Phase::Command, frames) if runs_server(frames) => {
                        if serves_below(frames) {
                            Phase::Request
                        } else {
                            Phase::Import
                        }
                    }
                    (phase, _) => phase,
                });
                break;
            }
            None => {}
        }
    }
    if let Some(phase) = outer {
        return phase;
    }
    if frames.iter().any(|frame| {
        matches!(frame.file.as_str(), "<stdin>" | "<console>" | "<input>")
            || frame.file.starts_with("<ipython-input")
            || frame.file.starts_with("<python-input")
    }) {
        return Phase::Command;
    }
    if frames.iter().any(|frame| frame.file.replace('\\', "/").ends_with("manage.py")) {
        return if runs_server(frames) { Phase::Import } else { Phase::Command };
    }
    let Some(first) = frames.iter().find(|frame| !is_launcher(frame)) else {
        return if message_first { Phase::Request } else { Phase::Unknown };
    };
    let module = first.function == "<module>";
    if message_first {
        // the wrapper calls the app's callable: code at module level was running before
        return if module { Phase::Import } else { Phase::Request };
    }
    if module && first.owner == FrameOwner::Own || frames.iter().any(loads_own) {
        Phase::Import
    } else {
        Phase::Unknown
    }
}

/// Module-level code of the person's own: it runs while it is imported, whoever began that.
fn loads_own(frame: &Frame) -> bool {
    frame.owner == FrameOwner::Own && frame.function == "<module>"
}

fn marker(frame: &Frame) -> Option<Phase> {
    let path = frame.file.replace('\\', "/");
    let inside = match after_packages(&path) {
        Some(inside) => inside,
        None if frame.owner == FrameOwner::Stdlib => {
            path.rsplit("/python").next()?.split_once('/')?.1
        }
        None if frame.owner == FrameOwner::Server => path.rsplit('/').next()?,
        None if path.contains("/gluon/") || path.ends_with("bottle.py") => {
            path.rfind("/gluon/").map_or("bottle.py", |at| &path[at + 1..])
        }
        None => return None,
    };
    MARKERS
        .iter()
        .find(|(place, function, _)| {
            inside.starts_with(place) && (function.is_empty() || *function == frame.function)
        })
        .map(|(.., phase)| *phase)
}

/// Loads the app when the first request comes: flask's `DispatchingApp`.
fn is_lazy_loader(frame: &Frame) -> bool {
    frame.file.replace('\\', "/").ends_with("flask/cli.py")
}

fn serves_below(frames: &[Frame]) -> bool {
    let handles = |frame: &Frame| {
        marker(frame) == Some(Phase::Request) && !frame.file.ends_with("basehttp.py")
    };
    let loads_lazily = frames.iter().any(|frame| {
        is_lazy_loader(frame)
            && matches!(frame.function.as_str(), "locate_app" | "load_app" | "_load_unlocked")
    });
    !loads_lazily && frames.iter().any(handles)
}

fn runs_server(frames: &[Frame]) -> bool {
    frames.iter().any(|frame| {
        let path = frame.file.replace('\\', "/");
        path.ends_with("commands/runserver.py") || path.ends_with("utils/autoreload.py")
    })
}

/// The frames of the program that starts everything: `bin/gunicorn`, `runpy`, `threading`.
fn is_launcher(frame: &Frame) -> bool {
    frame.owner == FrameOwner::Server
        || frame.owner == FrameOwner::Stdlib
            && (frame.file.contains("runpy")
                || frame.file.ends_with("threading.py")
                || frame.file.contains("importlib"))
}
