//! Lines of each dialect, prefixes included, and lines that say nothing of the kind.

use super::*;
use crate::log::prefix::{PrefixCtx, strip};
use crate::log::stamp::Clock;

fn kind(raw: &str) -> Option<(LifeKind, Option<u32>)> {
    let mut ctx = PrefixCtx::new(Clock::utc("2026-11-21T03:00:00Z".parse().ok()));
    mark(&strip(raw, &mut ctx)).map(|mark| (mark.kind, mark.pid))
}

#[test]
#[rustfmt::skip]
fn marks() {
    use LifeKind::{
        Crash, Deploy, LoadFailed, Ready, Reload, Respawn, Start, Stop, Timeout, WorkerDied,
    };
    for (raw, wanted, pid) in [
        ("*** Starting uWSGI 2.0.31 (64bit) on [Sat Nov 21 02:40:46 2026] ***", Start, None),
        ("2026-04-13 07:57:44 *** Starting uWSGI 2.0.28 (64bit) on [x] ***", Start, None),
        ("WSGI app 0 (mountpoint='') ready in 5 seconds on interpreter 0x1 pid: 8 (default app)", Ready, Some(8)),
        ("2026-04-13 08:00:00 Mon Apr 13 08:00:00 2026 - *** /etc/uwsgi/a.ini has been touched... grace them all !!! ***", Reload, None),
        ("spawned uWSGI worker 1 (and the only) (pid: 12, cores: 1)", Respawn, Some(12)),
        ("Respawned uWSGI worker 1 (new pid: 21584)", Respawn, Some(21584)),
        ("binary reloading uWSGI...", Reload, None),
        ("DAMN ! worker 1 (pid: 21571) died, killed by signal 9 :( trying respawn ...", WorkerDied, Some(21571)),
        ("Sat Nov 21 02:45:07 2026 - *** HARAKIRI ON WORKER 1 (pid: 21571, try: 1, graceful: yes) ***", Timeout, Some(21571)),
        ("unable to load app 0 (mountpoint='') (callable not found or import error)", LoadFailed, None),
        ("[emperor] vassal a.ini has been spawned", Start, None),
        ("[2026-11-21 02:40:46 +0000] [7] [INFO] Starting gunicorn 27.0.1", Start, Some(7)),
        ("[2026-11-21 02:40:46 +0000] [9] [INFO] Booting worker with pid: 9", Respawn, Some(9)),
        ("[2026-11-21 02:40:46 +0000] [7] [CRITICAL] WORKER TIMEOUT (pid:12)", Timeout, Some(12)),
        ("[2026-11-21 02:40:46 +0000] [7] [INFO] Handling signal: hup", Reload, Some(7)),
        ("[2026-11-21 02:40:46 +0000] [7] [ERROR] Worker (pid:12) was sent SIGKILL! Perhaps out of memory?", WorkerDied, Some(12)),
        ("[2026-11-21 02:40:46 +0000] [7] [ERROR] Reason: Worker failed to boot.", LoadFailed, Some(7)),
        ("[2026-11-21 02:40:46 +0000] [7] [ERROR] Shutting down: Master", Crash, Some(7)),
        ("[2026-11-21 02:40:46 +0000] [7] [INFO] Shutting down: Master", Stop, Some(7)),
        ("[Tue Feb 13 01:49:59.2 2018] [mpm_event:notice] [pid 23:tid 1] AH00489: Apache/2.4.29 configured -- resuming normal operations", Start, Some(23)),
        ("[Tue Feb 13 01:49:59.2 2018] [core:notice] [pid 23] AH00051: child pid 77 exit signal Segmentation fault (11), possible coredump in /etc/apache2", WorkerDied, Some(77)),
        ("INFO:     Started server process [19497]", Start, Some(19497)),
        ("INFO:     Application startup complete.", Ready, None),
        ("INFO:waitress:Serving on http://127.0.0.1:9804", Start, None),
        (" * Serving Flask app 'fl'", Start, None),
        ("2021-02-07T03:44:26+00:00 heroku[web.1]: State changed from starting to crashed", Crash, None),
        ("2021-02-07T03:44:26+00:00 heroku[web.1]: State changed from starting to up", Ready, None),
        ("2021-02-07T03:44:26+00:00 heroku[web.1]: Process exited with status 143", Stop, None),
        ("2021-02-07T03:44:26+00:00 heroku[web.1]: Process exited with status 1", Crash, None),
        ("2021-02-07T03:44:26+00:00 heroku[web.1]: Restarting", Reload, None),
        ("2021-02-07T03:44:26+00:00 app[api]: Release v12 created by user a@b", Deploy, None),
        ("2021-02-07T03:44:26+00:00 heroku[web.1]: Starting process with command `gunicorn a:b`", Start, None),
        ("2018-02-23 16:46:15.4 +0100 CET [manager] container [web-1] (5a) started", Start, None),
        ("<-- Start deployment of [my-app] -->", Deploy, None),
        ("       Waiting for your application to boot...", Start, None),
        (" !   Error deploying the application", LoadFailed, None),
        ("==> Running 'gunicorn app:app'", Start, None),
        ("Aug 15 01:21:55 PM  ==> Exited with status 1", Crash, None),
        ("2025-08-15T13:21:55Z app[148e21] sin [info] INFO Main child exited normally with code: 1", Crash, None),
        ("Mar 10 12:34:56 host systemd[1]: shop.service: Main process exited, code=exited, status=1/FAILURE", Crash, Some(1)),
        ("Mar 10 12:34:56 host systemd[1]: Started shop.service - Shop.", Start, Some(1)),
        ("Mar 10 12:34:56 host systemd[1]: shop.service: Scheduled restart job, restart counter is at 2.", Respawn, Some(1)),
        ("2013-07-18 10:15:00,123 INFO exited: web (exit status 1; not expected)", Crash, None),
        ("2013-07-18 10:15:00,123 INFO spawned: 'web' with pid 12", Start, Some(12)),
        ("-- Boot 0123456789abcdef --", Start, None),
        ("web-1 exited with code 137", Crash, None),
        ("web_1 exited with code 0", Stop, None),
        ("/home/u/app/views.py changed, reloading.", Reload, None),
    ] {
        assert_eq!(kind(raw), Some((wanted, pid)), "{raw}");
    }
}

#[test]
fn no_marks() {
    for raw in [
        "",
        "Restarting the queue",
        "Idling away",
        "    Starting gunicorn 20",
        "container [web-1] started",
        "Shutting down: Master plan",
        "Deployed 3 items",
        "State changed from open to up",
        "Mar 10 12:34:56 host systemd[1]: Started Session 5 of user root.",
        "Mar 10 12:34:56 host systemd[1]: Started Daily apt download activities.",
        "job exited with code word",
        "the process exited with code 3",
        "*** WARNING: you are running uWSGI as root !!! (use the --uid flag) ***",
        "[pid: 8|app: 0|req: 1/1] 1.2.3.4 () {40 vars in 700 bytes} [x] GET / => generated 0 bytes",
        "[2026-11-21 02:40:52 +0000] [19510] [INFO] Worker exiting (pid: 19510)",
        "[2026-11-21 02:40:52 +0000] [7] [INFO] Worker (pid:19510) was sent SIGTERM!",
    ] {
        assert_eq!(kind(raw), None, "{raw}");
    }
}

#[test]
fn every_literal_is_long_enough_to_search_for() {
    assert!(literals().all(|literal| literal.len() >= 4));
}
