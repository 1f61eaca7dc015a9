//! Apache: virtual hosts with mod_wsgi, or with a proxy to an app server.
//! https://modwsgi.readthedocs.io/en/master/configuration.html

use std::collections::BTreeMap;

use super::{
    Address, App, AppKind, Backend, Front, FrontKind, Protocol, ServerConfig, Setting, command,
};
use crate::model::LogKind;

/// Default of Debian's `envvars`.
const LOG_DIR: &str = "/var/log/apache2";

/// `WSGIDaemonProcess` lines by the group's name, with their options.
type Daemons = BTreeMap<String, (Setting, Vec<(String, String)>)>;

/// A virtual host while it is read.
#[derive(Default)]
struct Host {
    names: Vec<String>,
    tls: bool,
    backends: Vec<Backend>,
    body_limit: Option<Setting>,
    logs: Vec<(LogKind, String)>,
    script: Option<Setting>,
    group: Option<String>,
    python_home: Option<Setting>,
    python_path: Vec<Setting>,
    read_timeout: Option<Setting>,
    start: Option<Setting>,
}

/// Adds the hosts and the apps of one file.
pub(super) fn parse(shown: &str, text: &str, config: &mut ServerConfig) {
    let mut daemons = Daemons::new();
    let mut hosts: Vec<Host> = Vec::new();
    let mut outside = Host::default();
    let mut current: Option<Host> = None;
    for (at, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let lower = trimmed.to_lowercase();
        if lower.starts_with("<virtualhost") {
            current = Some(Host {
                tls: lower.contains(":443"),
                start: Some(Setting::new(shown, at + 1, line, "")),
                ..Host::default()
            });
            continue;
        }
        if lower.starts_with("</virtualhost") {
            hosts.extend(current.take());
            continue;
        }
        let words = command::words(trimmed);
        let Some((name, args)) = words.split_first() else { continue };
        let value = |text: &str| {
            Setting::new(shown, at + 1, line, text.replace("${APACHE_LOG_DIR}", LOG_DIR))
        };
        if name.eq_ignore_ascii_case("WSGIDaemonProcess") {
            if let Some((group, options)) = args.split_first() {
                let options = options
                    .iter()
                    .filter_map(|word| word.split_once('='))
                    .map(|(k, v)| (k.to_lowercase(), v.to_owned()))
                    .collect();
                daemons.insert(group.clone(), (value(group), options));
            }
            continue;
        }
        directive(current.as_mut().unwrap_or(&mut outside), &name.to_lowercase(), args, value);
    }
    hosts.extend(current);
    hosts.push(outside);
    for host in hosts {
        finish(host, &daemons, config);
    }
}

fn directive(host: &mut Host, name: &str, args: &[String], value: impl Fn(&str) -> Setting) {
    let Some(first) = args.first() else { return };
    match name {
        "servername" | "serveralias" => host.names.extend(
            args.iter()
                .map(|name| name.split(':').next().unwrap_or(name).to_lowercase())
                .filter(|name| name.contains('.') && !name.contains('*')),
        ),
        "sslengine" => host.tls = first.eq_ignore_ascii_case("on"),
        "wsgiscriptalias" => {
            let Some(script) = args.get(1) else { return };
            if host.script.is_none() || first == "/" {
                host.script = Some(value(script));
            }
            let of =
                |key: &str| args.iter().find_map(|word| word.strip_prefix(key)).map(str::to_owned);
            host.group = of("process-group=").or_else(|| host.group.take());
        }
        "wsgiprocessgroup" => host.group = Some(first.clone()),
        "wsgipythonhome" => host.python_home = Some(value(first)),
        "wsgipythonpath" => host.python_path.extend(first.split(':').map(&value)),
        "errorlog" | "customlog" => {
            let setting = value(first);
            if setting.text.starts_with('/') {
                let kind = if name == "errorlog" { LogKind::Nginx } else { LogKind::Access };
                host.logs.push((kind, setting.text));
            }
        }
        "limitrequestbody" => host.body_limit = Some(value(first)),
        "proxytimeout" => host.read_timeout = Some(value(first)),
        "proxypass" => {
            let Some(target) = args.get(1) else { return };
            let Some((protocol, address)) = target_of(target) else { return };
            let pass = value(target);
            host.backends.push(Backend {
                protocol,
                addresses: vec![(address, pass.clone())],
                pass,
                read_timeout: host.read_timeout.clone(),
                location: first.clone(),
            });
        }
        _ => {}
    }
}

/// `http://127.0.0.1:8000/`, `unix:/run/a.sock|http://localhost/`, `uwsgi://127.0.0.1:3031/`.
fn target_of(target: &str) -> Option<(Protocol, Address)> {
    let (socket, target) = match target.split_once('|') {
        Some((socket, target)) => (Some(socket), target),
        None => (None, target),
    };
    let (scheme, rest) = target.split_once("://")?;
    let protocol = match scheme {
        "http" => Protocol::Http,
        "uwsgi" => Protocol::Uwsgi,
        _ => return None,
    };
    let address = match socket {
        Some(socket) => Address::parse(socket, 0)?,
        None => Address::parse(rest.split('/').next()?, 80)?,
    };
    Some((protocol, address))
}

fn finish(host: Host, daemons: &Daemons, config: &mut ServerConfig) {
    let place = host.start.as_ref().or(host.script.as_ref()).map(|start| start.place.clone());
    if let Some(script) = &host.script {
        let name = script.text.rsplit('/').next().unwrap_or_default();
        let mut app = App::new(AppKind::ModWsgi, name, script.place.clone());
        app.wsgi_file = Some(script.clone());
        app.virtualenv.clone_from(&host.python_home);
        app.python_path.clone_from(&host.python_path);
        app.logs.clone_from(&host.logs);
        let daemon = host.group.as_ref().and_then(|group| daemons.get(group));
        if let Some((setting, options)) = daemon {
            for (key, text) in options {
                let value = setting.with(text.clone());
                match key.as_str() {
                    "python-home" => app.virtualenv = Some(value),
                    "python-path" => {
                        app.python_path.extend(text.split(':').map(|path| setting.with(path)));
                    }
                    "home" => app.chdir = Some(value),
                    "user" => app.user = Some(value),
                    "group" => app.group = Some(value),
                    "request-timeout" => app.timeout = Some(value),
                    _ => {}
                }
            }
        }
        config.apps.push(app);
    }
    let Some(place) = place else { return };
    if host.backends.is_empty() && host.script.is_none() {
        return;
    }
    config.fronts.push(Front {
        kind: FrontKind::Apache,
        names: host.names,
        tls: host.tls,
        backends: host.backends,
        body_limit: host.body_limit,
        user: None,
        logs: host.logs,
        folders: Vec::new(),
        place,
    });
}
