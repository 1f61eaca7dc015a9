//! systemd units: services that start an app, sockets that are handed to them.
//! https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html

use super::{Address, App, AppKind, Bind, Protocol, Setting, command, ini, stem};
use crate::model::LogKind;

/// One `.socket` unit.
#[derive(Debug)]
pub(super) struct SocketUnit {
    name: String,
    binds: Vec<Bind>,
    mode: Option<Setting>,
    user: Option<Setting>,
    group: Option<Setting>,
}

/// Adds the app that a service starts, or remembers a socket. The unit's file comes first, what
/// was added to it later (drop-ins) behind it; the last word counts.
pub(super) fn parse(
    parts: &[(String, String)],
    apps: &mut Vec<App>,
    sockets: &mut Vec<SocketUnit>,
) {
    let Some((unit, _)) = parts.first() else { return };
    let entries: Vec<ini::Entry> =
        parts.iter().flat_map(|(shown, text)| ini::entries(shown, text, &['='])).collect();
    let get = |section: &str, key: &str| {
        entries
            .iter()
            .rfind(|e| e.section == section && e.key.eq_ignore_ascii_case(key))
            .map(|e| e.value.clone())
            .filter(|value| !value.text.is_empty())
    };
    let name = stem(unit);
    let listens: Vec<Bind> = entries
        .iter()
        .filter(|e| e.section == "socket" && e.key == "ListenStream")
        .filter_map(|e| {
            let address = Address::parse(&e.value.text, 0)?;
            Some(Bind { protocol: Protocol::Http, address, setting: e.value.clone() })
        })
        .collect();
    if !listens.is_empty() {
        sockets.push(SocketUnit {
            name,
            binds: listens,
            mode: get("socket", "SocketMode"),
            user: get("socket", "SocketUser"),
            group: get("socket", "SocketGroup"),
        });
        return;
    }
    let Some(exec) = get("service", "ExecStart") else { return };
    let env: Vec<(String, String)> = entries
        .iter()
        .filter(|e| e.section == "service" && e.key == "Environment")
        .flat_map(|e| command::words(&e.value.text))
        .filter_map(|word| word.split_once('=').map(|(k, v)| (k.to_owned(), v.to_owned())))
        .collect();
    let Some(mut app) = command::parse(&name, &exec, &exec.text, &env) else { return };
    let plain = |value: &Setting| !value.text.contains('%');
    let dir = get("service", "WorkingDirectory").filter(plain).map(|value| {
        let text = value.text.trim_start_matches('-').to_owned();
        value.with(text)
    });
    app.chdir = app.chdir.take().or(dir);
    app.user = app.user.take().or_else(|| get("service", "User").filter(plain));
    app.group = app.group.take().or_else(|| get("service", "Group").filter(plain));
    if app.kind == AppKind::Gunicorn
        && app.socket_mode.is_none()
        && let Some(mask) = get("service", "UMask")
    {
        super::gunicorn::set(&mut app, "umask", mask);
    }
    for key in ["StandardError", "StandardOutput"] {
        let path = get("service", key).and_then(|value| {
            ["append:", "file:", "truncate:"]
                .iter()
                .find_map(|start| value.text.strip_prefix(start).map(str::to_owned))
        });
        app.logs.extend(path.map(|path| (LogKind::Server, path)));
    }
    apps.push(app);
}

/// A service of the same name takes over the socket, whatever its own command says.
pub(super) fn activate(apps: &mut [App], sockets: &[SocketUnit]) {
    for socket in sockets {
        for app in apps.iter_mut().filter(|app| app.name == socket.name) {
            app.binds.clone_from(&socket.binds);
            if app.kind == AppKind::Uwsgi {
                for bind in &mut app.binds {
                    bind.protocol = Protocol::Uwsgi;
                }
            }
            // systemd makes the socket: its mode is the unit's, 0666 without a line.
            app.socket_mode = socket.mode.as_ref().map(|mode| {
                let text = mode.text.trim_start_matches('0').to_owned();
                mode.with(text)
            });
            app.user = socket.user.clone().or_else(|| app.user.take());
            app.group = socket.group.clone().or_else(|| app.group.take());
        }
    }
}
