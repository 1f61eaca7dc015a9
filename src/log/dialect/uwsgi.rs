//! uWSGI: plain, Emperor, and as `PythonAnywhere` runs it. Words from running 2.0.24 to 2.0.31.

use super::LifeKind::{
    Crash, LoadFailed, Ready, Reload, Respawn, Start, Stop, Timeout, WorkerDied,
};
use super::Only::{Any, Emperor};
use super::{Row, row};

pub(super) const ROWS: &[Row] = &[
    row(Any, "*** Starting uWSGI ", "", Start, "uWSGI starts"),
    row(Any, "WSGI app ", "ready in ", Ready, "app loaded"),
    row(Any, "WSGI app ", ") ready", Ready, "app loaded"),
    row(
        Any,
        "*** ",
        "has been touched... grace them all",
        Reload,
        "reload (a watched file was touched)",
    ),
    row(Any, "*** ", "has been touched", Reload, "reload (a watched file was touched)"),
    row(Any, "binary reloading uWSGI", "", Reload, "uWSGI reloads"),
    row(Any, "...gracefully killing workers...", "", Reload, "uWSGI reloads its workers"),
    row(
        Any,
        "[uwsgi-python-reloader] ",
        "has been modified",
        Reload,
        "reload (a module was changed)",
    ),
    row(Any, "[uwsgi-python-reloader] ", "module/file", Reload, "reload (a module was changed)"),
    row(Any, "received message 1 from emperor", "", Reload, "reload by the Emperor"),
    row(Any, "spawned uWSGI worker ", "", Respawn, "worker started"),
    row(Any, "Respawned uWSGI worker ", "", Respawn, "worker respawned"),
    row(Any, "respawned uWSGI worker ", "", Respawn, "worker respawned"),
    row(Any, "DAMN ! worker ", "died", WorkerDied, "worker died"),
    row(
        Any,
        "!!! uWSGI process ",
        "got Segmentation Fault",
        WorkerDied,
        "worker crashed (segmentation fault)",
    ),
    row(Any, "*** HARAKIRI ON WORKER ", "", Timeout, "harakiri: request over the time limit"),
    row(Any, "*** HARAKIRI ON MULE ", "", Timeout, "harakiri: mule over the time limit"),
    row(
        Any,
        "unable to load app ",
        "(callable not found or import error)",
        LoadFailed,
        "app not loaded",
    ),
    row(Any, "chdir(): ", "[core/uwsgi.c", LoadFailed, "uWSGI may not enter its folder"),
    row(Any, "setgid(): ", "[core/", LoadFailed, "uWSGI may not change its group"),
    row(Any, "setuid(): ", "[core/", LoadFailed, "uWSGI may not change its user"),
    row(Any, "The -s/--socket option is missing", "", LoadFailed, "uWSGI has no socket"),
    row(Any, "*** no app loaded. ", "", LoadFailed, "no app loaded"),
    row(Any, "VACUUM: ", "", Stop, "uWSGI stops"),
    row(Any, "goodbye to uWSGI", "", Stop, "uWSGI stops"),
    row(Any, "SIGINT/SIGTERM received...killing workers", "", Stop, "uWSGI stops"),
    row(Any, "SIGINT/SIGQUIT received...killing workers", "", Stop, "uWSGI stops"),
    row(Any, "[emperor] reload the uwsgi instance", "", Reload, "reload by the Emperor"),
    row(Emperor, "[emperor] ", "has been spawned", Start, "the Emperor starts the app"),
    row(Emperor, "[emperor] ", "is ready to accept requests", Ready, "ready"),
    row(Emperor, "[emperor] ", "removed uwsgi instance", Stop, "stopped by the Emperor"),
    row(
        Emperor,
        "[emperor] ",
        "curse the uwsgi instance",
        Crash,
        "the Emperor gives up on the app",
    ),
];
