//! A start command (of a unit, a supervisor program) as the app it runs. Split as a shell would,
//! without running anything; a word with an unknown variable is no value.

use super::{Address, App, AppKind, Bind, Protocol, Setting, gunicorn, uwsgi};
use crate::model::LogKind;

/// Wrappers that run what follows them.
const WRAPPERS: &[&str] = &[
    "env",
    "exec",
    "nohup",
    "sudo",
    "poetry",
    "pipenv",
    "uv",
    "run",
    "newrelic-admin",
    "run-program",
    "ddtrace-run",
    "dumb-init",
    "tini",
    "--",
    "nice",
    "command",
];

/// Words of a command line; quotes and backslashes are taken off.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut open = false;
    let mut quote: Option<char> = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (Some('"') | None, '\\') => {
                word.extend(chars.next());
                open = true;
            }
            (None, '\'' | '"') => {
                quote = Some(c);
                open = true;
            }
            (None, c) if c.is_whitespace() => {
                if open || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                open = false;
            }
            (None, ';') => {
                if open || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                open = false;
                words.push(";".to_owned());
            }
            (_, c) => word.push(c),
        }
    }
    if open || !word.is_empty() {
        words.push(word);
    }
    words
}

/// Fills `$NAME` and `${NAME}` (also with a default) from the unit's own environment.
fn fill(word: &str, env: &[(String, String)]) -> String {
    if !word.contains('$') {
        return word.to_owned();
    }
    let mut out = word.to_owned();
    for (name, value) in env {
        out = out.replace(&format!("${{{name}}}"), value).replace(&format!("${name}"), value);
    }
    out
}

/// Whether a value is complete: nothing in it waits for a shell or systemd.
fn known(word: &str) -> bool {
    !word.contains('$') && !word.contains("%i") && !word.contains("%I")
}

/// The app that a command runs, or `None` where it is no server that we know.
pub(super) fn parse(
    name: &str,
    setting: &Setting,
    command: &str,
    env: &[(String, String)],
) -> Option<App> {
    let mut all = words(command);
    // `sh -c '…'`: the command is the next word.
    if let Some(at) = all.iter().position(|word| word == "-c" || word == "-lc")
        && at > 0
        && matches!(base(&all[at - 1]), "sh" | "bash" | "dash")
    {
        let inner = all.get(at + 1)?.clone();
        all = words(&inner);
    }
    let mut chdir = None;
    let mut virtualenv = None;
    let mut found = None;
    for part in all.split(|word| matches!(word.as_str(), "&&" | ";" | "||" | "|")) {
        let part: Vec<String> = part.iter().map(|word| fill(word, env)).collect();
        match part.first().map(String::as_str) {
            Some("cd") => chdir = part.get(1).cloned(),
            Some("source" | ".") => {
                virtualenv = part
                    .get(1)
                    .and_then(|path| path.strip_suffix("/bin/activate"))
                    .map(str::to_owned);
            }
            _ => found = server(name, setting, &part, env).or(found),
        }
    }
    let mut app = found?;
    let settled =
        |value: Option<String>| value.filter(|path| known(path)).map(|path| setting.with(path));
    app.chdir = app.chdir.take().or(settled(chdir));
    app.virtualenv = app.virtualenv.take().or(settled(virtualenv));
    Some(app)
}

fn base(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

/// One simple command.
fn server(
    name: &str,
    setting: &Setting,
    words: &[String],
    env: &[(String, String)],
) -> Option<App> {
    let mut at = 0;
    while words.get(at).is_some_and(|word| {
        WRAPPERS.contains(&base(word))
            || (word.contains('=') && !word.starts_with('-') && !word.starts_with('/'))
    }) {
        at += 1;
    }
    let program = words.get(at)?.trim_start_matches(['@', '-', '+', '!', ':']).to_owned();
    let mut tool = base(&program).to_owned();
    let mut rest = words.get(at + 1..)?;
    if tool.starts_with("python") || tool.starts_with("pypy") {
        match rest {
            [flag, module, more @ ..] if flag == "-m" => {
                tool.clone_from(module);
                rest = more;
            }
            [script, more @ ..]
                if base(script).starts_with("gunicorn") || base(script) == "uvicorn" =>
            {
                base(script).clone_into(&mut tool);
                rest = more;
            }
            _ => return None,
        }
    }
    let kind = match tool.as_str() {
        "gunicorn" | "gunicorn3" => AppKind::Gunicorn,
        "uwsgi" => AppKind::Uwsgi,
        tool if tool.starts_with("uwsgi") => AppKind::Uwsgi,
        "uvicorn" | "daphne" | "hypercorn" | "waitress-serve" | "waitress" => AppKind::Other,
        _ => return None,
    };
    let mut app = App::new(kind, name, setting.place.clone());
    app.program = Some(setting.with(program.clone()));
    app.virtualenv = program
        .strip_suffix(&format!("/bin/{}", base(&program)))
        .filter(|dir| dir.starts_with('/') && !matches!(*dir, "/usr" | "/usr/local" | "/bin"))
        .map(|dir| setting.with(dir));
    match kind {
        AppKind::Gunicorn => gunicorn_options(&mut app, setting, rest, env),
        AppKind::Uwsgi => uwsgi_options(&mut app, setting, rest),
        _ => other_options(&mut app, &tool, setting, rest),
    }
    Some(app)
}

/// `--name value`, `--name=value`, `-n value`, `-nvalue`; `flags` take no value.
fn options(words: &[String], flags: &[&str]) -> (Vec<(String, String)>, Vec<String>) {
    let mut named = Vec::new();
    let mut rest = Vec::new();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        at += 1;
        if let Some(long) = word.strip_prefix("--") {
            if let Some((key, value)) = long.split_once('=') {
                named.push((key.to_owned(), value.to_owned()));
            } else if flags.contains(&long) {
                named.push((long.to_owned(), String::new()));
            } else {
                named.push((long.to_owned(), words.get(at).cloned().unwrap_or_default()));
                at += 1;
            }
        } else if word.len() > 1 && word.starts_with('-') && word.is_char_boundary(2) {
            let (short, glued) = (&word[1..2], &word[2..]);
            if !glued.is_empty() {
                named.push((short.to_owned(), glued.trim_start_matches('=').to_owned()));
            } else if flags.contains(&short) {
                named.push((short.to_owned(), String::new()));
            } else {
                named.push((short.to_owned(), words.get(at).cloned().unwrap_or_default()));
                at += 1;
            }
        } else {
            rest.push(word.clone());
        }
    }
    (named, rest)
}

const GUNICORN_FLAGS: &[&str] = &[
    "preload",
    "reload",
    "daemon",
    "D",
    "capture-output",
    "R",
    "enable-stdio-inheritance",
    "log-syslog",
    "no-sendfile",
    "reuse-port",
    "spew",
    "check-config",
    "print-config",
    "proxy-protocol",
    "strip-header-spaces",
    "initgroups",
    "suppress-ragged-eofs",
    "do-handshake-on-connect",
    "disable-redirect-access-to-syslog",
];

fn gunicorn_options(app: &mut App, setting: &Setting, words: &[String], env: &[(String, String)]) {
    let (named, rest) = options(words, GUNICORN_FLAGS);
    for (key, value) in named {
        if !known(&value) {
            // An unknown address is not the default one either.
            if matches!(key.as_str(), "b" | "bind") {
                app.config.get_or_insert_with(|| setting.with("?"));
            }
            continue;
        }
        let key = match key.as_str() {
            "b" => "bind",
            "t" => "timeout",
            "u" => "user",
            "g" => "group",
            "m" => "umask",
            "c" => "config",
            "access-logfile" => "accesslog",
            "error-logfile" | "log-file" => "errorlog",
            other => other,
        };
        if key == "config" {
            app.config = Some(setting.with(value));
        } else {
            gunicorn::set(app, key, setting.with(value));
        }
    }
    if let Some(module) = rest.first().filter(|word| known(word)) {
        gunicorn::set(app, "wsgi_app", setting.with(module));
    }
    let port = env.iter().find(|(name, _)| name == "PORT").map(|(_, value)| value);
    if app.binds.is_empty()
        && app.config.is_none()
        && let Some(port) = port
    {
        gunicorn::set(app, "bind", setting.with(format!("0.0.0.0:{port}")));
    }
}

const UWSGI_FLAGS: &[&str] = &[
    "master",
    "M",
    "enable-threads",
    "T",
    "vacuum",
    "die-on-term",
    "need-app",
    "lazy-apps",
    "thunder-lock",
    "single-interpreter",
    "i",
    "lazy",
    "disable-logging",
    "L",
    "catch-exceptions",
    "strict",
    "no-orphans",
    "memory-report",
    "m",
    "show-config",
    "auto-procname",
    "manage-script-name",
];

fn uwsgi_options(app: &mut App, setting: &Setting, words: &[String]) {
    let (named, rest) = options(words, UWSGI_FLAGS);
    for (key, value) in named {
        let key = match key.as_str() {
            "s" => "socket",
            "H" => "virtualenv",
            "w" => "module",
            "t" => "harakiri",
            "b" => "buffer-size",
            "C" => "chmod-socket",
            "T" => "enable-threads",
            other => other,
        };
        if matches!(key, "ini" | "yaml" | "yml" | "json" | "xml") && known(&value) {
            app.config = Some(setting.with(value));
        } else if known(&value) {
            uwsgi::set(app, key, setting.with(value));
        }
    }
    if let Some(file) = rest.iter().find(|word| word.ends_with(".ini") && known(word)) {
        app.config.get_or_insert_with(|| setting.with(file));
    }
}

fn other_options(app: &mut App, tool: &str, setting: &Setting, words: &[String]) {
    let flags = [
        "reload",
        "factory",
        "proxy-headers",
        "no-access-log",
        "call",
        "use-colors",
        "no-server-header",
    ];
    let (named, rest) = options(words, &flags);
    let get = |names: &[&str]| {
        named.iter().find(|(key, _)| names.contains(&key.as_str())).map(|(_, value)| value.clone())
    };
    let listen = match tool {
        "waitress-serve" | "waitress" => get(&["listen", "unix-socket"]),
        "hypercorn" => get(&["bind", "b"]),
        "daphne" => get(&["u", "unix-socket"]),
        _ => get(&["uds"]),
    };
    let host = get(&["host", "b", "bind"]);
    let port = get(&["port", "p"]);
    let default_port = if tool.starts_with("waitress") { "8080" } else { "8000" };
    let default_host = if tool.starts_with("waitress") { "0.0.0.0" } else { "127.0.0.1" };
    let text = listen.unwrap_or_else(|| {
        format!(
            "{}:{}",
            host.as_deref().unwrap_or(default_host),
            port.as_deref().unwrap_or(default_port)
        )
    });
    if let Some(address) = known(&text).then(|| Address::parse(&text, 8000)).flatten() {
        app.binds.push(Bind { protocol: Protocol::Http, address, setting: setting.with(text) });
    }
    app.module =
        rest.iter().find(|word| word.contains(':') && known(word)).map(|w| setting.with(w));
    app.chdir = get(&["app-dir"]).filter(|dir| dir.starts_with('/')).map(|dir| setting.with(dir));
    let log = get(&["access-log"]).filter(|path| path.starts_with('/'));
    app.logs.extend(log.map(|path| (LogKind::Access, path)));
}
