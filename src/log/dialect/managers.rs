//! Process managers: systemd, supervisor, Docker Compose, the kernel.

use super::LifeKind::{Crash, LoadFailed, Ready, Reload, Respawn, Start, Stop, WorkerDied};
use super::Only::Any;
use super::{LifeKind, LifeMark, Row, pid_in, row};
use crate::log::line::{Line, Prefix};

pub(super) const ROWS: &[Row] = &[
    row(Any, "supervisord started with pid", "", Start, "supervisor starts"),
    row(Any, "spawned: '", "with pid", Start, "process starts"),
    row(Any, "success: ", "entered RUNNING state", Ready, "process runs"),
    row(Any, "exited: ", "exit status 0; expected", Stop, "process ended"),
    row(Any, "exited: ", "(exit status", Crash, "process died"),
    row(Any, "exited: ", "(terminated by", Crash, "process killed"),
    row(Any, "gave up: ", "entered FATAL state", Crash, "supervisor gave up"),
    row(Any, "stopped: ", "(", Stop, "process stopped"),
    row(Any, "Out of memory: Kill", "", WorkerDied, "killed by the kernel: out of memory"),
    row(
        Any,
        "Memory cgroup out of memory: Kill",
        "",
        WorkerDied,
        "killed by the kernel: out of memory",
    ),
    row(Any, "-- Reboot --", "", Start, "the machine was started again"),
    row(Any, "-- Boot ", " --", Start, "the machine was started again"),
    row(Any, "Attaching to ", "", Start, "Compose starts"),
];

/// Units that belong to the machine and not to a web app.
#[rustfmt::skip]
const FOREIGN: [&str; 24] = [
    "Session ", "Daily ", "User ", "session-", "systemd-", "apt-", "snap", "logrotate", "Cleanup", "cron", "Network",
    "Journal", "Time ", ".timer", ".mount", ".slice", ".socket", "target", "dbus", "ssh", "getty", "motd", "man-db",
    "polkit",
];

/// Marks that begin with a name: systemd's units and Compose's containers.
pub(super) fn loose<'a>(line: &Line<'a>) -> Option<LifeMark<'a>> {
    let found = |kind: LifeKind, label| {
        Some(LifeMark {
            kind,
            label,
            pid: pid_in(line.text).or(line.pid),
            container: line.container,
            version: None,
        })
    };
    if line.program == Some("systemd") {
        return systemd(line.text).and_then(|(kind, label)| found(kind, label));
    }
    if let Some(rest) = line.text.strip_suffix(" changed, reloading.")
        && rest.rsplit('.').next() == Some("py")
    {
        return found(Reload, "reload (a module was changed)");
    }
    let (name, code) = line.text.split_once(" exited with code ")?;
    let named =
        !name.is_empty() && name.bytes().all(|c| c.is_ascii_alphanumeric() || b"-_.".contains(&c));
    let bare = line.prefixes.is_empty()
        || line.prefixes.has(Prefix::Compose)
        || line.prefixes.has(Prefix::Stamp);
    if !named || !bare {
        return None;
    }
    match code.split([' ', ')']).next() {
        Some("0" | "143") => found(Stop, "container ended"),
        Some(code) if code.bytes().all(|c| c.is_ascii_digit()) && !code.is_empty() => {
            found(Crash, "container died")
        }
        _ => None,
    }
}

/// What the service manager says of a unit.
fn systemd(text: &str) -> Option<(LifeKind, &'static str)> {
    if FOREIGN.iter().any(|word| text.contains(word)) {
        return None;
    }
    if let Some((_, what)) = text.split_once(".service: ") {
        return if what.starts_with("Main process exited, ")
            || what.starts_with("main process exited, ")
        {
            if what.contains("status=0/SUCCESS") || what.contains("status=15/TERM") {
                Some((Stop, "service ended"))
            } else {
                Some((Crash, "service died"))
            }
        } else if what.starts_with("Scheduled restart job") {
            Some((Respawn, "service is restarted by systemd"))
        } else if what.starts_with("Start request repeated too quickly") {
            Some((Crash, "systemd gave up"))
        } else {
            None
        };
    }
    if text.starts_with("Started ") {
        return Some((Start, "service starts"));
    }
    if text.starts_with("Stopped ") {
        return Some((Stop, "service stopped"));
    }
    if text.starts_with("Reloaded ") {
        return Some((Reload, "service reloaded"));
    }
    text.starts_with("Failed to start ").then_some((LoadFailed, "service did not start"))
}
