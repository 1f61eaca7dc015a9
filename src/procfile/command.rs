//! A start command: which program runs, what it loads, and where it listens. Split as a shell
//! would, never run.

/// Words that run what follows them.
const WRAPPERS: &[&str] = &[
    "env",
    "exec",
    "nohup",
    "poetry",
    "pipenv",
    "uv",
    "pdm",
    "hatch",
    "run",
    "newrelic-admin",
    "run-program",
    "ddtrace-run",
    "opentelemetry-instrument",
    "dumb-init",
    "tini",
    "--",
    "nice",
    "command",
    "time",
    "doppler",
];

/// Which server or tool is started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    Gunicorn,
    Uvicorn,
    Hypercorn,
    Daphne,
    Waitress,
    Streamlit,
    FlaskRun,
    FastapiCli,
    DjangoRunserver,
    /// `manage.py` with another command.
    DjangoManage,
    /// `python file.py`.
    PythonScript,
    HttpServer,
    Celery,
    Uwsgi,
    /// `bash start.sh`, `./start.sh`.
    Shell,
    Other,
}

/// Where it listens, as far as the command says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bind {
    pub host: Option<String>,
    pub port: Option<String>,
    /// The options as they stand in the command.
    pub text: String,
}

/// One simple command of a start command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    pub program: Program,
    /// The program's name as written.
    pub name: String,
    /// `module:attr`, or the script.
    pub target: Option<String>,
    pub bind: Option<Bind>,
    /// `--chdir`, `--app-dir`, or a `cd` before.
    pub chdir: Option<String>,
    /// Detaches itself, so the platform sees the process end.
    pub daemon: bool,
    /// The app is made by calling the target.
    pub factory: bool,
    /// gunicorn's configuration file.
    pub config: Option<String>,
    /// `--workers`.
    pub workers: Option<String>,
    /// `--worker-class`.
    pub worker_class: Option<String>,
    /// uvicorn's `--interface`.
    pub interface: Option<String>,
    /// `PYTHONPATH=` before the program, or `--pythonpath`.
    pub python_path: Option<String>,
}

/// Splits like a shell; quotes are taken off. A word in single quotes keeps its `$` out of reach:
/// it is marked by a leading NUL.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut open = false;
    let mut quote: Option<char> = None;
    let mut groups = 0_u32;
    let mut chars = text.chars().peekable();
    let mut flush = |word: &mut String, open: &mut bool| {
        if *open || !word.is_empty() {
            words.push(std::mem::take(word));
        }
        *open = false;
    };
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (Some('"') | None, '\\') => {
                word.extend(chars.next());
                open = true;
            }
            (Some('\''), '$') => word.push_str("\0$"),
            (Some(_), c) => word.push(c),
            (None, '\'' | '"') => {
                quote = Some(c);
                open = true;
            }
            (None, c) if c.is_whitespace() => flush(&mut word, &mut open),
            // `(cd src; gunicorn shop:app)`: a shell of its own.
            (None, '(') if word.is_empty() && !open => groups += 1,
            (None, ')') if groups > 0 && !word.contains('(') => {
                groups -= 1;
                flush(&mut word, &mut open);
            }
            // `2>&1` and `&>file` are redirections.
            (None, '&') if word.ends_with('>') || chars.peek() == Some(&'>') => word.push(c),
            (None, ';' | '&' | '|') => {
                flush(&mut word, &mut open);
                let mut operator = c.to_string();
                if c != ';' && chars.peek() == Some(&c) {
                    chars.next();
                    operator.push(c);
                }
                word = operator;
                flush(&mut word, &mut open);
            }
            (None, c) => word.push(c),
        }
    }
    flush(&mut word, &mut open);
    words
}

/// Every simple command of a start command, in order; and whether a `&` sends one to the background.
pub(super) fn commands(text: &str) -> (Vec<Command>, Background) {
    let mut all = words(text);
    if let Some(at) = all.iter().position(|word| word == "-c" || word == "-lc")
        && at > 0
        && matches!(base(&all[at - 1]), "sh" | "bash" | "dash")
        && let Some(inner) = all.get(at + 1).cloned()
    {
        // The inner shell expands what single quotes kept from the outer one.
        all = words(&inner.replace('\0', ""));
    }
    let background = match all.iter().position(|word| word == "&") {
        Some(at) if at + 1 == all.len() => Background::Whole,
        // `a & b & wait` keeps the shell alive.
        Some(_) if all.iter().any(|word| word == "wait") => Background::None,
        Some(_) => Background::Part,
        None => Background::None,
    };
    let mut cd = None;
    let mut found = Vec::new();
    for part in all.split(|word| matches!(word.as_str(), "&&" | ";" | "||" | "|" | "&")) {
        let set = part.iter().find_map(|word| word.strip_prefix("PYTHONPATH="));
        let part = unwrapped(part);
        match part.first().map(String::as_str) {
            None => {}
            Some("cd") => cd = part.get(1).cloned(),
            Some(_) => {
                let mut command = one(part);
                command.chdir = command.chdir.or_else(|| cd.clone());
                command.python_path = command.python_path.or_else(|| set.map(str::to_owned));
                found.push(command);
            }
        }
    }
    (found, background)
}

/// What `&` does to a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Background {
    None,
    Whole,
    Part,
}

/// The words without wrappers and assignments before the program.
fn unwrapped(part: &[String]) -> &[String] {
    let mut rest = part;
    let mut wrapped = false;
    while let Some(first) = rest.first() {
        let assignment = first.split_once('=').is_some_and(|(name, _)| {
            !name.is_empty() && name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_')
        });
        let option = wrapped && first.starts_with('-');
        if assignment || option || WRAPPERS.contains(&first.as_str()) {
            wrapped = !assignment;
            rest = &rest[1..];
        } else {
            break;
        }
    }
    rest
}

pub(super) fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The program of a command, its options and what it loads.
fn one(part: &[String]) -> Command {
    let mut name = part.first().cloned().unwrap_or_default();
    let mut rest = part.get(1..).unwrap_or_default();
    let python = base(&name).starts_with("python");
    let mut script = None;
    if python {
        let at = rest.iter().position(|word| !word.starts_with('-') || word == "-m");
        match at {
            Some(at) if rest[at] == "-m" => {
                name = rest.get(at + 1).cloned().unwrap_or_default();
                rest = rest.get(at + 2..).unwrap_or_default();
            }
            Some(at) if !rest[..at].iter().any(|word| word == "-c") => {
                script = rest.get(at).cloned();
                rest = rest.get(at + 1..).unwrap_or_default();
            }
            _ => {}
        }
    }
    let first = rest.iter().find(|word| !word.starts_with('-')).map(String::as_str);
    let program = match (base(&name), &script) {
        (_, Some(script)) if base(script) == "manage.py" => manage(first),
        ("manage.py", _) => manage(first),
        ("django-admin" | "django", _) => manage(first),
        (_, Some(_)) => Program::PythonScript,
        ("gunicorn", _) => Program::Gunicorn,
        ("uvicorn", _) => Program::Uvicorn,
        ("hypercorn", _) => Program::Hypercorn,
        ("daphne", _) => Program::Daphne,
        ("waitress-serve" | "waitress", _) => Program::Waitress,
        ("streamlit", _) => Program::Streamlit,
        ("flask", _) if rest.iter().any(|word| word == "run") => Program::FlaskRun,
        ("fastapi", _) => Program::FastapiCli,
        ("http.server", _) => Program::HttpServer,
        ("celery", _) => Program::Celery,
        ("uwsgi", _) => Program::Uwsgi,
        ("sh" | "bash" | "dash", _) => Program::Shell,
        (base, _) if base.ends_with(".sh") => Program::Shell,
        _ => Program::Other,
    };
    let mut command = Command {
        program,
        name,
        target: None,
        bind: None,
        chdir: None,
        daemon: false,
        factory: false,
        config: None,
        workers: None,
        worker_class: None,
        interface: None,
        python_path: None,
    };
    options(&mut command, rest);
    match program {
        Program::PythonScript | Program::DjangoRunserver | Program::DjangoManage => {
            command.target = script;
        }
        Program::Shell if base(&command.name).ends_with(".sh") => {
            command.target = Some(command.name.clone());
        }
        _ => {}
    }
    command
}

fn manage(first: Option<&str>) -> Program {
    if first.is_some_and(|word| word.starts_with("runserver")) {
        Program::DjangoRunserver
    } else {
        Program::DjangoManage
    }
}

/// Options that take a value in the next word, for the servers that we know.
fn takes_value(program: Program, option: &str) -> bool {
    const FLAGS: &[&str] = &[
        "--reload",
        "--factory",
        "--daemon",
        "-D",
        "--preload",
        "--preload-app",
        "--daemonize",
        "--no-access-log",
        "--access-log",
        "--proxy-headers",
        "--no-proxy-headers",
        "--use-colors",
        "--no-use-colors",
        "--debug",
        "--capture-output",
        "--enable-stdio-inheritance",
        "--spew",
        "--no-sendfile",
        "--reuse-port",
        "--check-config",
        "--print-config",
        "--no-server-header",
        "--server-header",
        "--no-date-header",
        "--date-header",
        "--version",
        "-v",
        "--help",
        "-h",
        "-R",
        "--call",
        "--expose-tracebacks",
        "--no-expose-tracebacks",
        "--initgroups",
        "--inherit-credentials",
        "--log-syslog",
        "--with-threads",
        "--without-threads",
        "--no-reload",
        "--no-debugger",
        "--debugger",
    ];
    if program == Program::Celery {
        return matches!(option, "-A" | "--app" | "--workdir");
    }
    if program == Program::Uwsgi {
        let known = [
            "-w",
            "--module",
            "--wsgi",
            "--wsgi-file",
            "--file",
            "--callable",
            "--chdir",
            "--pythonpath",
            "--pp",
            "--http",
            "--http-socket",
            "--http11-socket",
        ];
        return known.contains(&option);
    }
    let server = matches!(
        program,
        Program::Gunicorn
            | Program::Uvicorn
            | Program::Hypercorn
            | Program::Daphne
            | Program::Waitress
            | Program::FlaskRun
            | Program::FastapiCli
            | Program::Streamlit
    );
    let host = program == Program::FlaskRun && option == "-h";
    server && (host || !FLAGS.contains(&option))
}

fn options(command: &mut Command, rest: &[String]) {
    let program = command.program;
    let mut bind = Bind::default();
    let set = |bind: &mut Bind, host: Option<&str>, port: Option<&str>, text: &str| {
        if let Some(host) = host {
            bind.host = Some(host.to_owned());
        }
        if let Some(port) = port {
            bind.port = Some(port.to_owned());
        }
        if !bind.text.is_empty() {
            bind.text.push(' ');
        }
        bind.text.push_str(text);
    };
    let mut callable = None;
    let mut at = 0;
    while at < rest.len() {
        let word = rest[at].as_str();
        let (option, inline) = match word.split_once('=') {
            Some((option, value)) if option.starts_with('-') => (option, Some(value)),
            _ => (word, None),
        };
        if !word.starts_with('-') || word == "-" {
            if command.target.is_none() {
                match program {
                    Program::FlaskRun if word == "run" => {}
                    Program::FastapiCli | Program::Streamlit if matches!(word, "run" | "dev") => {}
                    Program::DjangoRunserver if word.starts_with("runserver") => {}
                    Program::DjangoRunserver => {
                        let (host, port) = address(word);
                        set(&mut bind, host.or(Some("127.0.0.1")), port, word);
                    }
                    Program::HttpServer => set(&mut bind, None, Some(word), word),
                    Program::Gunicorn
                    | Program::Uvicorn
                    | Program::Hypercorn
                    | Program::Daphne
                    | Program::Waitress
                    | Program::Shell
                    | Program::FastapiCli
                    | Program::Streamlit => {
                        command.target = Some(word.to_owned());
                    }
                    _ => {}
                }
            }
            at += 1;
            continue;
        }
        // `-b0.0.0.0:80`, `-w4`.
        let short = (word.len() > 2
            && !word.starts_with("--")
            && inline.is_none()
            && program == Program::Gunicorn)
            .then(|| word.split_at_checked(2))
            .flatten();
        let (option, inline) =
            short.map_or((option, inline), |(option, value)| (option, Some(value)));
        let separate = inline.is_none() && takes_value(program, option);
        let value =
            inline.or_else(|| if separate { rest.get(at + 1).map(String::as_str) } else { None });
        let text = if separate {
            format!("{word} {}", value.unwrap_or_default())
        } else {
            word.to_owned()
        };
        match (program, option) {
            (Program::Gunicorn | Program::Hypercorn, "-b" | "--bind") => {
                if let Some(value) = value {
                    let (host, port) = address(value);
                    set(&mut bind, host.or(Some("")), port, &text);
                }
            }
            (Program::Daphne, "-b" | "--bind") | (_, "--host" | "-h" | "--server.address") => {
                set(&mut bind, value, None, &text);
            }
            (Program::Daphne | Program::FlaskRun, "-p") | (_, "--port" | "--server.port") => {
                set(&mut bind, None, value, &text);
            }
            (Program::Waitress, "--listen") => {
                if let Some(value) = value {
                    let (host, port) = address(value);
                    set(&mut bind, host.or(Some("")), port, &text);
                }
            }
            (Program::Uvicorn, "--uds" | "--fd") | (Program::Waitress, "--unix-socket") => {
                set(&mut bind, Some("unix:"), None, &text);
            }
            (Program::Uwsgi, "-w" | "--module" | "--wsgi" | "--wsgi-file" | "--file") => {
                command.target = value.map(str::to_owned);
            }
            (Program::Uwsgi, "--callable") => callable = value,
            (Program::Uwsgi, "--http" | "--http-socket" | "--http11-socket") => {
                if let Some(value) = value {
                    let (host, port) = address(value);
                    set(&mut bind, host.or(Some("")), port, &text);
                }
            }
            (_, "--pythonpath" | "--pp") => command.python_path = value.map(str::to_owned),
            (Program::Celery, "-A" | "--app") => command.target = value.map(str::to_owned),
            (_, "--chdir" | "--app-dir" | "--workdir") => command.chdir = value.map(str::to_owned),
            (Program::Gunicorn, "-D" | "--daemon" | "--daemonize") => command.daemon = true,
            (Program::Gunicorn | Program::Hypercorn, "-c" | "--config") => {
                command.config = value.map(str::to_owned);
            }
            (Program::Gunicorn, "-w" | "--workers") => command.workers = value.map(str::to_owned),
            (_, "-k" | "--worker-class") => command.worker_class = value.map(str::to_owned),
            (Program::Uvicorn, "--interface") => command.interface = value.map(str::to_owned),
            (_, "--factory" | "--call") => command.factory = true,
            _ => {}
        }
        at += 1 + usize::from(separate);
    }
    if let (Some(target), Some(name)) = (&mut command.target, callable)
        && !target.contains(':')
    {
        *target = format!("{target}:{name}");
    }
    if !bind.text.is_empty() {
        command.bind = Some(bind);
    }
}

/// Host and port of `0.0.0.0:8000`, `:8000`, `*:80`, `8000`, `[::]:80`, `unix:/x`.
fn address(text: &str) -> (Option<&str>, Option<&str>) {
    if text.starts_with("unix:") || text.starts_with("fd://") || text.starts_with('/') {
        return (Some("unix:"), None);
    }
    // `${PORT:-8000}` has a colon of its own.
    let cut = text.find("${").unwrap_or(text.len());
    match text[..cut].rfind(':') {
        Some(at) if !(text.starts_with('[') && text.ends_with(']')) => {
            (Some(text[..at].trim_matches(['[', ']'])), Some(&text[at + 1..]))
        }
        _ if text.starts_with(|c: char| c.is_ascii_digit()) && text.contains('.') => {
            (Some(text), None)
        }
        _ => (None, Some(text)),
    }
}
