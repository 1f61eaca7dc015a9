//! gunicorn 20 to 27, words from running it.

use super::LifeKind::{Crash, LoadFailed, Reload, Respawn, Start, Stop, Timeout, WorkerDied};
use super::Only::{Any, Gunicorn, GunicornError};
use super::{Row, row};

pub(super) const ROWS: &[Row] = &[
    row(Any, "Starting gunicorn ", "", Start, "gunicorn starts"),
    row(Gunicorn, "Booting worker with pid", "", Respawn, "worker started"),
    row(Gunicorn, "Handling signal: hup", "", Reload, "gunicorn reloads"),
    row(Gunicorn, "Hang up: Master", "", Reload, "gunicorn reloads"),
    row(Gunicorn, "Handling signal: usr2", "", Reload, "gunicorn upgrades"),
    row(Gunicorn, "Worker reloading: ", "", Reload, "reload (a module was changed)"),
    row(Gunicorn, "Handling signal: term", "", Stop, "gunicorn stops"),
    row(Gunicorn, "Handling signal: int", "", Stop, "gunicorn stops"),
    row(Gunicorn, "Handling signal: quit", "", Stop, "gunicorn stops"),
    // The same words at level INFO are an orderly end.
    row(GunicornError, "Shutting down: Master", "", Crash, "gunicorn gives up"),
    row(Gunicorn, "Shutting down: Master", "", Stop, "gunicorn stops"),
    row(Any, "WORKER TIMEOUT (pid", "", Timeout, "worker over the time limit"),
    row(Any, "Worker (pid:", "was sent SIGKILL", WorkerDied, "worker killed"),
    row(Any, "Worker (pid:", "was sent SIGSEGV", WorkerDied, "worker crashed (segmentation fault)"),
    row(Any, "Worker (pid:", "was sent SIGABRT", WorkerDied, "worker aborted"),
    row(Any, "Worker (pid:", "exited with code 0", Stop, "worker ended"),
    row(Any, "Worker (pid:", "exited with code", WorkerDied, "worker ended with an error"),
    row(Any, "Worker with pid ", "was terminated due to signal 15", Stop, "worker ended"),
    row(Any, "Worker with pid ", "was terminated due to signal", WorkerDied, "worker killed"),
    row(Gunicorn, "Reason: Worker failed to boot", "", LoadFailed, "app not loaded"),
    row(Gunicorn, "Reason: App failed to load", "", LoadFailed, "app not loaded"),
    row(Any, "gunicorn.errors.HaltServer: ", "", LoadFailed, "app not loaded"),
];
