//! gunicorn's settings: assignments of literals in a configuration file, options of the command.
//! Names: https://docs.gunicorn.org/en/stable/settings.html

use super::{Address, App, Bind, Protocol, Setting};
use crate::model::LogKind;

/// Takes one setting, by its name in a configuration file; the first value stays, so that the
/// command line, which is read first, wins.
pub(super) fn set(app: &mut App, key: &str, value: Setting) {
    let keep = |slot: &mut Option<Setting>, value: Setting| {
        slot.get_or_insert(value);
    };
    match key {
        "bind" => {
            if let Some(address) = Address::parse(&value.text, 8000) {
                app.binds.push(Bind { protocol: Protocol::Http, address, setting: value });
            }
        }
        "wsgi_app" => keep(&mut app.module, value),
        "timeout" => keep(&mut app.timeout, value),
        "chdir" => app.chdir = Some(value),
        "user" => keep(&mut app.user, value),
        "group" => keep(&mut app.group, value),
        // An octal mask; what it leaves is the socket's mode.
        "umask" => {
            let mask = u32::from_str_radix(value.text.trim_start_matches("0o"), 8).ok();
            if let Some(mask) = mask.filter(|mask| *mask <= 0o777) {
                keep(&mut app.socket_mode, value.with(format!("{:o}", 0o777 & !mask)));
            }
        }
        "pythonpath" => {
            app.python_path.extend(value.text.split(',').map(|path| value.with(path.trim())));
        }
        "threads" => keep(&mut app.threads, value),
        "limit_request_field_size" | "limit-request-field_size" => {
            keep(&mut app.buffer_size, value);
        }
        "accesslog" | "errorlog" => {
            let kind = if key == "accesslog" { LogKind::Access } else { LogKind::Server };
            if value.text.starts_with('/') {
                app.logs.push((kind, value.text));
            }
        }
        _ => {}
    }
}

/// Without any bind gunicorn listens at 127.0.0.1:8000.
pub(super) fn default_bind(app: &mut App) {
    let Some(program) = &app.program else { return };
    app.binds.push(Bind {
        protocol: Protocol::Http,
        address: Address::Tcp { host: "127.0.0.1".to_owned(), port: 8000 },
        setting: program.with("127.0.0.1:8000 (gunicorn's default)"),
    });
}

/// Reads a configuration file into an app; what the command says already stays.
pub(super) fn apply(shown: &str, text: &str, app: &mut App) {
    let bound = !app.binds.is_empty();
    let chdir = app.chdir.clone();
    let mut lines = text.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        // Only the top level: what stands in a function or branch may never run.
        if line.starts_with([' ', '\t', '#']) {
            continue;
        }
        let Some((key, value)) = line.split_once('=') else { continue };
        let key = key.split(':').next().unwrap_or(key).trim();
        if key.is_empty() || !key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            continue;
        }
        let mut value = value.trim().to_owned();
        while value.starts_with('[') && !value.contains(']') && value.len() < 4_096 {
            let Some((_, more)) = lines.next() else { break };
            value.push_str(more.split('#').next().unwrap_or_default().trim());
        }
        for literal in literals(&value) {
            if key == "bind" && bound {
                continue;
            }
            set(app, key, Setting::new(shown, at + 1, line, literal));
        }
        if key == "bind" && !bound && app.binds.is_empty() {
            // Bound to something that is not written here: the default does not hold either.
            app.config.get_or_insert_with(|| Setting::new(shown, at + 1, line, "?"));
        }
    }
    if chdir.is_some() && app.program.is_some() {
        // WorkingDirectory= and --chdir were read before; the file's own comes first for imports.
        app.chdir = app.chdir.take().or(chdir);
    }
}

/// The strings or the number that an expression is; nothing where it is more than a literal.
fn literals(value: &str) -> Vec<String> {
    let value = value.trim();
    if let Some(inner) = value.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
        return inner.split(',').flat_map(|part| literals(part.trim())).collect();
    }
    for quote in ['"', '\''] {
        if let Some(rest) = value.strip_prefix(quote) {
            let Some((text, after)) = rest.split_once(quote) else { return Vec::new() };
            let after = after.trim();
            return if after.is_empty() || after.starts_with('#') || after == "," {
                vec![text.to_owned()]
            } else {
                Vec::new()
            };
        }
    }
    let word = value.split('#').next().unwrap_or_default().trim();
    let number = !word.is_empty()
        && (word.bytes().all(|c| c.is_ascii_digit() || c == b'_')
            || word.strip_prefix("0o").is_some_and(|o| o.bytes().all(|c| c.is_ascii_digit())));
    if number { vec![word.replace('_', "")] } else { Vec::new() }
}
