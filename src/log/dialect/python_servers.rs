//! uvicorn, waitress, hypercorn, daphne, and the development servers of Flask and Django.

use super::LifeKind::{LoadFailed, Ready, Reload, Respawn, Start, Stop, WorkerDied};
use super::Only::{Any, Gunicorn, Indented, Uvicorn};
use super::{Row, row};

pub(super) const ROWS: &[Row] = &[
    // Under gunicorn it is one of several workers.
    row(Gunicorn, "Started server process [", "", Respawn, "worker started"),
    row(Any, "Started server process [", "", Start, "uvicorn starts"),
    row(Any, "Started parent process [", "", Start, "uvicorn starts"),
    row(Any, "Started reloader process [", "", Start, "uvicorn starts"),
    row(Uvicorn, "Application startup complete.", "", Ready, "app loaded"),
    row(Any, "Application startup complete.", "", Ready, "app loaded"),
    row(Any, "Uvicorn running on ", "", Ready, "uvicorn listens"),
    row(Any, "Application startup failed. Exiting.", "", LoadFailed, "app not loaded"),
    row(Any, "WatchFiles detected changes in ", "", Reload, "reload (a module was changed)"),
    row(Any, "StatReload detected ", "", Reload, "reload (a module was changed)"),
    row(Uvicorn, "Application shutdown complete.", "", Stop, "uvicorn stops"),
    row(Any, "Finished server process [", "", Stop, "uvicorn stops"),
    row(Any, "Stopping parent process [", "", Stop, "uvicorn stops"),
    row(Any, "Child process [", "died", WorkerDied, "worker died"),
    row(Any, "Serving on http", "", Start, "waitress starts"),
    row(Any, "Running on http", "(CTRL + C to quit)", Start, "hypercorn starts"),
    row(Any, "Starting server at tcp:", "", Start, "daphne starts"),
    row(Any, "Listening on TCP address ", "", Ready, "daphne listens"),
    row(Indented, "* Serving Flask app", "", Start, "Flask's own server starts"),
    row(Indented, "* Running on http", "", Ready, "Flask's own server listens"),
    row(Indented, "* Detected change in ", "", Reload, "reload (a module was changed)"),
    row(Any, "Starting development server at http", "", Start, "Django's own server starts"),
];
