//! Apache httpd and mod_wsgi (messages: <https://github.com/apache/httpd>, `server/mpm`, and
//! <https://github.com/GrahamDumpleton/mod_wsgi>, `src/server/mod_wsgi.c`).

use super::LifeKind::{LoadFailed, Reload, Respawn, Start, Stop, Timeout, WorkerDied};
use super::Only::{Any, Apache};
use super::{Row, row};

pub(super) const ROWS: &[Row] = &[
    row(Apache, "AH00163: ", "resuming normal operations", Start, "Apache starts"),
    row(Apache, "AH00489: ", "resuming normal operations", Start, "Apache starts"),
    row(Apache, "AH00292: ", "resuming normal operations", Start, "Apache starts"),
    row(Apache, "Apache/", "resuming normal operations", Start, "Apache starts"),
    row(Apache, "AH00493: ", "", Reload, "Apache reloads"),
    row(Apache, "AH00171: ", "", Reload, "Apache reloads"),
    row(Apache, "AH00494: ", "", Reload, "Apache restarts"),
    row(Apache, "AH00173: ", "", Reload, "Apache restarts"),
    row(Apache, "Graceful restart requested", "", Reload, "Apache reloads"),
    row(Apache, "SIGUSR1 received", "", Reload, "Apache reloads"),
    row(Apache, "SIGHUP received", "", Reload, "Apache restarts"),
    row(Apache, "AH00491: ", "", Stop, "Apache stops"),
    row(Apache, "AH00492: ", "", Stop, "Apache stops"),
    row(Apache, "AH00169: ", "", Stop, "Apache stops"),
    row(Apache, "AH00170: ", "", Stop, "Apache stops"),
    row(Apache, "caught SIGTERM, shutting down", "", Stop, "Apache stops"),
    row(Apache, "AH00051: child pid ", "", WorkerDied, "process crashed"),
    row(Apache, "AH00052: child pid ", "", WorkerDied, "process crashed"),
    row(Apache, "child pid ", "exit signal", WorkerDied, "process crashed"),
    row(Apache, "Starting process '", "", Respawn, "daemon process started"),
    row(Apache, "Reloading WSGI script", "", Reload, "the WSGI script changed and is loaded again"),
    row(Apache, "Force restart of process", "", Reload, "daemon process restarts"),
    row(Apache, "Maximum requests reached", "", Respawn, "daemon process recycled"),
    row(
        Apache,
        "Daemon process request time limit exceeded",
        "",
        Timeout,
        "request over the time limit",
    ),
    row(
        Any,
        "Target WSGI script ",
        "cannot be loaded as Python module",
        LoadFailed,
        "app not loaded",
    ),
    row(
        Any,
        "Target WSGI script ",
        "does not contain WSGI application",
        LoadFailed,
        "no callable found",
    ),
];
