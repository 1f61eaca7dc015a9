//! uWSGI's configuration files: what its options mean; the formats are read elsewhere.
//! Options: https://uwsgi-docs.readthedocs.io/en/latest/Options.html; placeholders such as `%n`:
//! https://uwsgi-docs.readthedocs.io/en/latest/Configuration.html#magic-variables

use std::collections::BTreeMap;

use super::{Address, App, AppKind, Bind, Protocol, Setting, stem, uwsgi_formats};
use crate::model::{LogKind, Place};

/// One file as an app.
pub(super) fn parse(shown: &str, text: &str) -> App {
    let mut app = App::new(AppKind::Uwsgi, stem(shown), Place::file(shown));
    let mut own: BTreeMap<String, String> = BTreeMap::new();
    for (name, setting) in uwsgi_formats::options(shown, text) {
        let key = name.replace('_', "-");
        let Some(value) = fill(shown, &setting.text, &own) else { continue };
        own.insert(name, value.clone());
        let value = value.trim_matches(['"', '\'']).to_owned();
        set(&mut app, &key, Setting { text: value, ..setting });
    }
    app
}

/// `%n`, `%d`, `%(name)` filled; `None` where something is not known here.
fn fill(shown: &str, value: &str, own: &BTreeMap<String, String>) -> Option<String> {
    if !value.contains('%') && !value.contains("$(") && !value.contains("@(") {
        return Some(value.to_owned());
    }
    let (dir, file) = shown.rsplit_once('/').unwrap_or(("", shown));
    let mut out = String::new();
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        let mut chars = after.chars();
        rest = match chars.next()? {
            '%' => {
                out.push('%');
                chars.as_str()
            }
            'n' => {
                out.push_str(&stem(shown));
                chars.as_str()
            }
            's' => {
                out.push_str(file);
                chars.as_str()
            }
            'd' => {
                out.push_str(dir);
                out.push('/');
                chars.as_str()
            }
            'p' => {
                out.push_str(shown);
                chars.as_str()
            }
            'c' => {
                out.push_str(dir.rsplit('/').next()?);
                chars.as_str()
            }
            '(' => {
                let (name, more) = chars.as_str().split_once(')')?;
                out.push_str(own.get(name)?);
                more
            }
            _ => return None,
        };
        if out.len() > 4_096 {
            return None;
        }
    }
    out.push_str(rest);
    (!out.contains("$(") && !out.contains("@(")).then_some(out)
}

/// Takes one option.
pub(super) fn set(app: &mut App, key: &str, value: Setting) {
    let on = |text: &str| !matches!(text, "false" | "0" | "no" | "off");
    match key {
        "socket" | "uwsgi-socket" | "suwsgi-socket" => listen(app, Protocol::Uwsgi, value),
        "http" | "http-socket" | "https" | "http11-socket" => listen(app, Protocol::Http, value),
        "protocol" if value.text == "http" => {
            for bind in &mut app.binds {
                bind.protocol = Protocol::Http;
            }
        }
        "chmod-socket" | "chmod" => {
            let text =
                if value.text.is_empty() { "666" } else { value.text.trim_start_matches('0') };
            app.socket_mode = Some(value.with(text));
        }
        "module" | "wsgi" => app.module = Some(value),
        "wsgi-file" | "file" => app.wsgi_file = Some(value),
        "callable" => app.callable = Some(value),
        "chdir" | "chdir2" => app.chdir = Some(value),
        "virtualenv" | "home" | "venv" | "pyhome" => app.virtualenv = Some(value),
        "pythonpath" | "python-path" | "pp" => app.python_path.push(value),
        "harakiri" => app.timeout = Some(value).filter(|v| v.number().is_some_and(|n| n > 0)),
        "buffer-size" => app.buffer_size = Some(value),
        "limit-post" => app.body_limit = Some(value).filter(|v| v.number().is_some_and(|n| n > 0)),
        "enable-threads" if on(&value.text) => app.enable_threads = Some(value),
        "threads" => app.threads = Some(value),
        "uid" => app.user = Some(value),
        "gid" => app.group = Some(value),
        "emperor" => app.emperor = Some(value),
        "logto" | "logto2" | "daemonize" | "logger" | "req-logger" => {
            let path = value.text.strip_prefix("file:").unwrap_or(&value.text);
            if path.starts_with('/') {
                let kind = if key == "req-logger" { LogKind::Access } else { LogKind::Server };
                app.logs.push((kind, path.to_owned()));
            }
        }
        _ => {}
    }
}

fn listen(app: &mut App, protocol: Protocol, value: Setting) {
    // `http = :8000` may carry a certificate behind a comma; `=0` takes a socket by number.
    let text = value.text.split(',').next().unwrap_or_default().to_owned();
    if text.starts_with('=') {
        return;
    }
    if let Some(address) = Address::parse(&text, 0) {
        app.binds.push(Bind { protocol, address, setting: value });
    }
}
