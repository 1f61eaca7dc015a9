//! gunicorn's configuration file, as far as it gives plain values: kinds that gunicorn refuses, names that
//! it does not know, the app, the worker class and the address. The file is never run.

use std::path::Path;

use super::checks::{self, GUNICORN_SETTING, Options, Project, Sink, absent};
use super::command::{Command, Program, commands};
use super::parse;
use crate::python::lints::LintFinding;

/// A value at the left margin.
#[derive(Debug, Clone, PartialEq)]
enum Value {
    Text(String),
    Int(i64),
    Float,
    Bool,
    None,
    /// Square brackets, round ones, curly ones.
    List,
    Dict,
    Unknown,
}

/// What gunicorn takes, by kind (`gunicorn/config.py`, 20 to 23).
const TEXTS: &[&str] = &[
    "wsgi_app",
    "pidfile",
    "worker_tmp_dir",
    "tmp_upload_dir",
    "accesslog",
    "access_log_format",
    "errorlog",
    "loglevel",
    "logconfig",
    "logconfig_json",
    "syslog_addr",
    "syslog_prefix",
    "syslog_facility",
    "dogstatsd_tags",
    "statsd_prefix",
    "proc_name",
    "pythonpath",
    "paste",
    "keyfile",
    "certfile",
    "ca_certs",
    "ciphers",
];
const LISTS: &[&str] = &["bind", "raw_env"];
const INTS: &[&str] = &[
    "backlog",
    "workers",
    "threads",
    "worker_connections",
    "max_requests",
    "max_requests_jitter",
    "timeout",
    "graceful_timeout",
    "keepalive",
    "limit_request_line",
    "limit_request_fields",
    "limit_request_field_size",
];
const BOOLS: &[&str] = &[
    "reload",
    "spew",
    "check_config",
    "preload_app",
    "sendfile",
    "reuse_port",
    "daemon",
    "initgroups",
    "capture_output",
    "syslog",
    "enable_stdio_inheritance",
    "proxy_protocol",
];
const OTHERS: &[&str] = &["worker_class", "logger_class", "forwarded_allow_ips", "logconfig_dict"];

/// Checks the file of a folder that a start command uses.
pub(super) fn check(
    dir: &Path,
    names: &[String],
    options: &Options,
    findings: &mut Vec<LintFinding>,
) {
    let starts = |name: &str| {
        [
            "Procfile",
            "Dockerfile",
            "docker-compose.yml",
            "compose.yml",
            "render.yaml",
            "railway.json",
        ]
        .iter()
        .filter(|file| names.iter().any(|known| known == *file))
        .filter_map(|file| super::text(&dir.join(file)))
        .any(|text| text.contains(name))
    };
    let file = names.iter().find(|name| {
        // Read without being named, from gunicorn 20 on.
        *name == "gunicorn.conf.py" && starts("gunicorn")
            || name.starts_with("gunicorn") && name.ends_with(".py") && starts(name)
    });
    let Some(file) = file else { return };
    let path = dir.join(file);
    let Some(text) = super::text(&path) else { return };
    let project = Project::new(dir, options);
    let mut sink = Sink { file: options.show(&path), findings };
    for (at, line) in text.lines().enumerate().take(2_000) {
        let Some((name, value)) = assignment(line) else { continue };
        let no = u32::try_from(at + 1).unwrap_or(0);
        // Below a condition or once more: not known.
        let again = |other: &str| other.trim_start().split(['=', ' ']).next() == Some(name);
        if text.lines().filter(|other| again(other)).count() > 1 {
            continue;
        }
        if let Some(wrong) = refused(name, &value) {
            let message = format!("gunicorn does not start with this value: {name} {wrong}");
            sink.add(&GUNICORN_SETTING, 1.0, no, line, message, &[("name", name)]);
            continue;
        }
        if let Some(meant) = misspelled(name, &text) {
            let message = format!(
                "gunicorn has no setting {name} and passes it over; {meant} was probably meant"
            );
            sink.add(&GUNICORN_SETTING, 0.7, no, line, message, &[("name", name)]);
            continue;
        }
        let Value::Text(value) = value else { continue };
        match name {
            "worker_class" => {
                let command = commands(&format!("gunicorn -k {value}")).0;
                for one in &command {
                    checks::worker(one, no, line, &project, &mut sink);
                }
            }
            "wsgi_app" => {
                let (module, attr) = value.split_once(':').unwrap_or((&value, ""));
                let target = checks::Target { module, attr };
                absent::check(target, &[], no, line, &project, &mut sink);
            }
            "bind" if served(dir, file) => {
                let command = commands(&format!("gunicorn --bind {value}")).0;
                for one in &command {
                    checks::listens(one, line, no, &project, &mut sink);
                }
            }
            _ => {}
        }
    }
}

/// The web process of a Procfile takes its address from the file.
fn served(dir: &Path, file: &str) -> bool {
    let Some(bytes) = super::bytes(&dir.join("Procfile")) else { return false };
    let reads = |command: &Command| {
        command.program == Program::Gunicorn
            && command.bind.is_none()
            && match command.config.as_deref() {
                Some(config) => config.trim_start_matches("file:").trim_start_matches("./") == file,
                None => file == "gunicorn.conf.py",
            }
    };
    let entries = parse(&bytes).entries;
    let web = entries.iter().find(|entry| entry.kind == "web");
    web.is_some_and(|entry| {
        !entry.command.contains("nginx") && commands(&entry.command).0.iter().any(reads)
    })
}

/// `name = value` at the left margin.
fn assignment(line: &str) -> Option<(&str, Value)> {
    let (name, rest) = line.split_once('=')?;
    let name = name.trim_end();
    let plain = name.bytes().all(|c| c.is_ascii_lowercase() || c == b'_' || c.is_ascii_digit());
    if name.is_empty() || !plain || rest.starts_with('=') {
        return None;
    }
    Some((name, value(rest.trim())))
}

fn value(text: &str) -> Value {
    if let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let Some((inner, rest)) = text[1..].split_once(quote) else { return Value::Unknown };
        let rest = rest.trim();
        let whole = rest.is_empty() || rest.starts_with('#');
        return if whole
            && !inner.contains('\\')
            && !(inner.is_empty() && rest.is_empty() && text.len() > 2)
        {
            Value::Text(inner.to_owned())
        } else {
            Value::Unknown
        };
    }
    let bare = text.split('#').next().unwrap_or_default().trim();
    match bare {
        "True" | "False" => Value::Bool,
        "None" => Value::None,
        _ if bare.starts_with('{') && bare.ends_with('}') && bare.contains(':') => Value::Dict,
        _ if bare.starts_with('[') && bare.ends_with(']') && !bare.contains("for ") => Value::List,
        _ => match bare.parse::<i64>() {
            Ok(number) => Value::Int(number),
            Err(_) if bare.contains('.') && bare.parse::<f64>().is_ok() => Value::Float,
            Err(_) => Value::Unknown,
        },
    }
}

/// What is wrong with a value of a setting.
fn refused(name: &str, value: &Value) -> Option<&'static str> {
    let is = |names: &[&str]| names.contains(&name);
    if is(TEXTS) {
        return match value {
            Value::Int(_) | Value::Float | Value::Bool | Value::List | Value::Dict => {
                Some("must be a text in quotes")
            }
            _ => None,
        };
    }
    if is(LISTS) {
        return match value {
            Value::Int(number) if *number != 0 => {
                Some("must be a text in quotes, such as \"0.0.0.0:8000\"")
            }
            Value::Float => Some("must be a text in quotes, such as \"0.0.0.0:8000\""),
            _ => None,
        };
    }
    if is(INTS) {
        return match value {
            Value::None | Value::Float | Value::List | Value::Dict => {
                Some("must be a whole number")
            }
            Value::Text(text) if text.trim().parse::<i64>().is_err() && !text.starts_with("0x") => {
                Some("must be a whole number")
            }
            Value::Int(number) if *number < 0 => Some("must not be below zero"),
            _ => None,
        };
    }
    if is(BOOLS) {
        return match value {
            Value::Int(_) | Value::Float | Value::List | Value::Dict => {
                Some("must be True or False")
            }
            Value::Text(text)
                if !["true", "false"].contains(&text.trim().to_ascii_lowercase().as_str()) =>
            {
                Some("must be True or False")
            }
            _ => None,
        };
    }
    None
}

/// The setting that a name nearly is, where nothing else in the file uses it.
fn misspelled(name: &str, text: &str) -> Option<&'static str> {
    let mut known = [TEXTS, LISTS, INTS, BOOLS, OTHERS].into_iter().flatten();
    if known.clone().any(|setting| *setting == name) || name.len() < 5 {
        return None;
    }
    let word = |c: char| !(c.is_ascii_alphanumeric() || c == '_');
    if text.split(word).filter(|other| *other == name).count() > 1 {
        return None;
    }
    known.find(|setting| checks::swapped(name, setting)).copied()
}

#[cfg(test)]
mod tests {
    use super::{assignment, misspelled, refused};

    fn wrong(line: &str) -> bool {
        assignment(line).is_some_and(|(name, value)| refused(name, &value).is_some())
    }

    #[test]
    fn values_that_gunicorn_refuses() {
        for line in [
            "bind = 8000",
            "workers = 'many'",
            "timeout = '30s'",
            "timeout = None",
            "timeout = 30.5",
            "accesslog = True",
            "errorlog = ['-']",
            "preload_app = 1",
            "daemon = 'yes'",
            "workers = -1",
        ] {
            assert!(wrong(line), "{line}");
        }
    }

    #[test]
    fn values_that_it_takes() {
        for line in [
            "bind = '0.0.0.0:8000'",
            "bind = ['0.0.0.0:8000', 'unix:/run/a.sock']",
            "bind = f'0.0.0.0:{port}'",
            "workers = multiprocessing.cpu_count() * 2 + 1",
            "workers = '4'  # text",
            "workers = int(os.environ.get('W', 2))",
            "threads = True",
            "preload_app = 'true'",
            "accesslog = '-'",
            "pidfile = None",
            "  bind = 8000",
            "raw_env = []",
            "on_starting = 8000",
        ] {
            assert!(!wrong(line), "{line}");
        }
    }

    #[test]
    fn names_that_it_nearly_knows() {
        assert_eq!(misspelled("worker_clas", "worker_clas = 'gevent'\n"), Some("worker_class"));
        assert_eq!(misspelled("timeoute", "timeoute = 60\n"), Some("timeout"));
        assert_eq!(misspelled("worker", "worker = 4\nworkers = worker\n"), None);
        assert_eq!(misspelled("port", "port = 80\n"), None);
    }
}
