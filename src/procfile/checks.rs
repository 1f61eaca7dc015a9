//! What is wrong with a Procfile or a start command, in a beginner's words.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::command::{Background, Bind, Command, Program, base, commands};
use super::parse::{Bad, Parsed, parse};
use super::requirements::Requirements;
use crate::model::{Captures, Place, Severity};
use crate::python::entry::{EntryKind, EntryOptions, Interface, analyse_entry};
use crate::python::lints::LintFinding;

/// What is known of the deployment.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Id of the platform's profile, where it is known.
    pub platform: Option<String>,
    /// Name to show for the folder; absent: as given.
    pub shown: Option<String>,
    /// The project, where it is not the folder of the Procfile.
    pub project: Option<PathBuf>,
}

impl Options {
    fn is(&self, platform: &str) -> bool {
        self.platform.as_deref() == Some(platform)
    }

    pub(super) fn show(&self, path: &Path) -> String {
        match (&self.shown, path.file_name()) {
            (Some(dir), Some(name)) => {
                format!("{}/{}", dir.trim_end_matches('/'), name.to_string_lossy())
            }
            _ => path.display().to_string(),
        }
    }
}

/// The title of a finding by its name.
#[must_use]
pub fn title(name: &str) -> Option<&'static str> {
    KINDS.iter().find(|kind| kind.0 == name).map(|kind| kind.4)
}

/// Everything that is reported of one file.
pub(super) struct Sink<'a> {
    pub file: String,
    pub findings: &'a mut Vec<LintFinding>,
}

/// Name of a finding, its code, cause, severity and title.
const KINDS: &[(&str, &str, Option<&str>, Severity, &str)] = &[
    (
        "procfile-bad-name",
        "WP101",
        Some("procfile-invalid"),
        Severity::Error,
        "The Procfile has another name, so it is not read",
    ),
    (
        "procfile-syntax",
        "WP102",
        Some("procfile-invalid"),
        Severity::Error,
        "A line of the start file cannot be read",
    ),
    (
        "procfile-type",
        "WP103",
        Some("procfile-invalid"),
        Severity::Warning,
        "A process type has a name that is not allowed",
    ),
    (
        "procfile-duplicate",
        "WP104",
        Some("procfile-invalid"),
        Severity::Warning,
        "A process type is declared twice",
    ),
    (
        "procfile-no-web",
        "WP105",
        Some("procfile-invalid"),
        Severity::Warning,
        "No process type is named web",
    ),
    (
        "procfile-encoding",
        "WP106",
        Some("procfile-invalid"),
        Severity::Error,
        "The encoding of the Procfile hides its first line",
    ),
    (
        "procfile-line-ends",
        "WP107",
        Some("procfile-invalid"),
        Severity::Warning,
        "The Procfile has Windows line ends",
    ),
    (
        "procfile-command-missing",
        "WP108",
        Some("procfile-invalid"),
        Severity::Error,
        "The program of the start command will not be there",
    ),
    (
        "procfile-module-unresolved",
        "WP109",
        Some("application-missing"),
        Severity::Error,
        "The start command names an app that is not there",
    ),
    (
        "procfile-fixed-port",
        "WP110",
        Some("port-not-bound"),
        Severity::Error,
        "The start command does not listen on $PORT",
    ),
    (
        "procfile-localhost-bind",
        "WP111",
        Some("port-not-bound"),
        Severity::Error,
        "The start command listens on 127.0.0.1 only",
    ),
    (
        "procfile-dev-server",
        "WP112",
        Some("dev-server-run"),
        Severity::Warning,
        "The start command runs the development server",
    ),
    (
        "procfile-background",
        "WP113",
        Some("procfile-invalid"),
        Severity::Error,
        "The start command goes to the background",
    ),
];

impl Sink<'_> {
    pub(super) fn add(
        &mut self,
        name: &str,
        certainty: f64,
        line: u32,
        excerpt: &str,
        message: String,
        captures: &[(&str, &str)],
    ) {
        let Some(kind) = KINDS.iter().find(|kind| kind.0 == name) else { return };
        let place = if line == 0 {
            Place::file(self.file.as_str())
        } else {
            Place::line(self.file.as_str(), line)
        };
        let known = self.findings.iter().any(|found| found.name == kind.0 && found.place == place);
        if known {
            return;
        }
        self.findings.push(LintFinding {
            code: kind.1,
            name: kind.0,
            cause: kind.2,
            severity: if certainty < 0.8 { kind.3.min(Severity::Warning) } else { kind.3 },
            certainty,
            place,
            excerpt: excerpt.chars().take(300).collect(),
            message,
            captures: captures
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect::<Captures>(),
            edits: Vec::new(),
        });
    }
}

/// A file that was meant to be the Procfile.
pub(super) fn bad_name(
    dir: &Path,
    names: &[String],
    options: &Options,
    findings: &mut Vec<LintFinding>,
) {
    let meant = |name: &str| {
        let lower = name.to_lowercase();
        matches!(
            lower.as_str(),
            "procfile"
                | "procfile.txt"
                | "procfile.rtf"
                | "procfile.md"
                | "procfile.py"
                | "procfile.yml"
                | "proc file"
                | "profile"
                | "procflie"
                | "procfil"
                | "proc-file"
                | "proc_file"
                | ".procfile"
                | "procfiles"
        )
    };
    for name in names.iter().filter(|name| meant(name)) {
        let path = dir.join(name);
        let parsed = super::bytes(&path).map(|bytes| parse(&bytes)).unwrap_or_default();
        let loose = !name.to_lowercase().contains("procfile");
        if loose
            && !parsed
                .entries
                .iter()
                .any(|entry| matches!(entry.kind.as_str(), "web" | "worker" | "release"))
        {
            continue;
        }
        Sink { file: options.show(&path), findings }.add(
            "procfile-bad-name", 1.0, 0, name,
            format!("This file is named {name}; the platform only reads a file named exactly Procfile, with a capital P and no ending. Rename it: git mv {name} Procfile"),
            &[],
        );
        return;
    }
}

/// One Procfile.
pub(super) fn procfile(file: &Path, bytes: &[u8], options: &Options) -> Vec<LintFinding> {
    let mut findings = Vec::new();
    let parsed = parse(bytes);
    let parent = file.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let dir = options.project.as_deref().unwrap_or(parent);
    let mut sink = Sink { file: options.show(file), findings: &mut findings };
    encoding(&parsed, &mut sink);
    lines(&parsed, options, &mut sink);
    types(&parsed, options, &mut sink);
    let project = Project::new(dir, options);
    for entry in &parsed.entries {
        start_command(&entry.kind, &entry.command, entry.line, &project, &mut sink);
    }
    findings
}

fn encoding(parsed: &Parsed, sink: &mut Sink<'_>) {
    if parsed.utf16 {
        sink.add("procfile-encoding", 1.0, 1, "", "The Procfile is saved as UTF-16, as PowerShell does with `>`; the platform cannot read it. Save it as UTF-8 without BOM.".to_owned(), &[("encoding", "UTF-16")]);
    } else if parsed.bom {
        sink.add("procfile-encoding", 0.8, 1, "", "The Procfile begins with an invisible byte order mark (BOM), so its first type is not read as its name. Save it as UTF-8 without BOM.".to_owned(), &[("encoding", "BOM")]);
    }
    if parsed.crlf {
        sink.add("procfile-line-ends", 0.5, 1, "", "The Procfile has Windows line ends; on some platforms the last word of each command then ends in an invisible character. Save it with Unix line ends (LF).".to_owned(), &[]);
    }
}

fn lines(parsed: &Parsed, options: &Options, sink: &mut Sink<'_>) {
    for (no, text, bad) in &parsed.bad {
        let first = text.split_whitespace().next().unwrap_or_default();
        let message = match bad {
            Bad::NoColon => format!("This line has no `type: command` form, so the platform does not read it. Write the process type and a colon first, such as `web: {}`.", text.trim_start_matches(first).trim()),
            Bad::SpaceBeforeColon => "A space stands before the colon, so the platform does not read this line. Write `web: …` without the space.".to_owned(),
            Bad::NoCommand => format!("The type {} has no command: write the command on the same line, behind the colon.", text.trim_end_matches(':').trim()),
            Bad::Kind => format!("{first} is no process type: only letters and digits may stand before the colon."),
            Bad::Continued => "A command must stand on one line: a backslash at the end of a line is not followed by most platforms.".to_owned(),
        };
        let certainty = match bad {
            Bad::Continued => 0.5,
            // Where another line declares the same, this one is only lost text.
            _ if parsed
                .entries
                .iter()
                .any(|entry| matches!(entry.kind.as_str(), "web" | "tcp"))
                && !options.is("scalingo") =>
            {
                0.5
            }
            _ => 0.8,
        };
        sink.add("procfile-syntax", certainty, *no, text, message, &[]);
    }
}

fn types(parsed: &Parsed, options: &Options, sink: &mut Sink<'_>) {
    let mut known = BTreeSet::new();
    for entry in &parsed.entries {
        let text = format!("{}: {}", entry.kind, entry.command);
        if !known.insert(entry.kind.as_str()) {
            sink.add(
                "procfile-duplicate",
                0.8,
                entry.line,
                &text,
                format!("The type {} is declared twice; only one of the lines counts.", entry.kind),
                &[],
            );
        }
        let plain = entry.kind.bytes().all(|c| c.is_ascii_alphanumeric());
        if (!plain || entry.kind.len() > 24) && options.is("scalingo") {
            sink.add(
                "procfile-type",
                0.8,
                entry.line,
                &text,
                format!(
                    "{} is no process type there: only letters and digits, at most 24.",
                    entry.kind
                ),
                &[],
            );
        }
    }
    let serves = |kind: &str| matches!(kind, "web" | "tcp");
    let broken_web =
        parsed.bad.iter().any(|(_, text, _)| text.trim_start().to_lowercase().starts_with("web"));
    if parsed.utf16 || parsed.entries.iter().any(|entry| serves(&entry.kind)) || broken_web {
        return;
    }
    let near = parsed.entries.iter().find(|entry| {
        let lower = entry.kind.to_lowercase();
        matches!(
            lower.as_str(),
            "web" | "wep" | "webs" | "wb" | "website" | "webserver" | "server" | "http" | "app"
        )
    });
    if let Some(entry) = near {
        sink.add(
            "procfile-no-web", if entry.kind.eq_ignore_ascii_case("web") { 1.0 } else { 0.8 }, entry.line, &format!("{}: {}", entry.kind, entry.command),
            format!("The type is named {}; only the type named exactly web (small letters) gets requests from the router.", entry.kind),
            &[("type", &entry.kind)],
        );
    } else if parsed.entries.is_empty() {
        if parsed.bad.is_empty() {
            sink.add(
                "procfile-no-web",
                0.8,
                0,
                "",
                "The Procfile is empty: it declares no process.".to_owned(),
                &[],
            );
        }
    } else {
        sink.add(
            "procfile-no-web", 0.5, 0, "",
            "The Procfile has no web line, so no process answers requests. If this app is meant to have no web process, tell the platform: scalingo --app my-app scale web:0".to_owned(),
            &[],
        );
    }
}

/// What a start command can be compared with.
pub(super) struct Project<'o> {
    dir: PathBuf,
    requirements: Requirements,
    options: &'o Options,
    /// A folder with code is at hand, so what is not in it does not exist.
    whole: bool,
}

impl<'o> Project<'o> {
    pub(super) fn new(dir: &Path, options: &'o Options) -> Self {
        let python =
            std::fs::read_dir(dir).into_iter().flatten().take(2_000).flatten().any(|entry| {
                let name = entry.file_name();
                let name = name.to_string_lossy();
                name.ends_with(".py")
                    || entry.path().join("__init__.py").is_file()
                    || entry.path().join("wsgi.py").is_file()
            });
        Self { dir: dir.to_owned(), requirements: Requirements::read(dir), options, whole: python }
    }
}

/// One start command, of a Procfile or of a manifest.
pub(super) fn start_command(
    kind: &str,
    text: &str,
    line: u32,
    project: &Project<'_>,
    sink: &mut Sink<'_>,
) {
    let (all, background) = commands(text);
    let serves = matches!(kind, "web" | "tcp");
    match background {
        Background::Whole if !matches!(kind, "release" | "postdeploy") => sink.add(
            "procfile-background", 0.8, line, text,
            "The & at the end sends the program to the background: the shell ends at once, and the platform takes that for the end of the app. Remove the &.".to_owned(), &[],
        ),
        Background::Part if serves => sink.add(
            "procfile-background", 0.5, line, text,
            "The & starts a second program behind the platform's back: if it dies, nothing restarts it. Give it a line of its own.".to_owned(), &[],
        ),
        _ => {}
    }
    let cd = all.iter().find_map(|command| command.chdir.clone());
    for command in &all {
        missing(command, line, text, project, sink);
        if command.daemon {
            sink.add("procfile-background", 1.0, line, text, "--daemon detaches gunicorn: the platform sees the process end and stops the container. Remove it.".to_owned(), &[]);
        }
        target(command, cd.as_deref(), line, text, project, sink);
        if serves {
            listens(command, line, text, project, sink);
        }
    }
}

/// The distribution that brings a program, and those that bring it as well.
fn brought_by(program: &str) -> Option<(&'static str, &'static [&'static str])> {
    Some(match program {
        "gunicorn" => ("gunicorn", &[]),
        "uvicorn" => (
            "uvicorn",
            &[
                "fastapi[standard]",
                "fastapi[all]",
                "starlette[full]",
                "fastapi-cli",
                "chainlit",
                "gradio",
                "mcp",
                "nicegui",
                "reflex",
                "litestar[standard]",
                "jupyter-server",
            ],
        ),
        "hypercorn" => ("hypercorn", &["quart"]),
        "daphne" => ("daphne", &["channels[daphne]"]),
        "waitress-serve" => ("waitress", &["pyramid", "mlflow"]),
        "celery" => (
            "celery",
            &[
                "django-celery",
                "django-celery-beat",
                "django-celery-results",
                "flower",
                "apache-airflow",
            ],
        ),
        "streamlit" => ("streamlit", &[]),
        "uwsgi" => ("uwsgi", &["pyuwsgi"]),
        _ => return None,
    })
}

fn missing(command: &Command, line: u32, text: &str, project: &Project<'_>, sink: &mut Sink<'_>) {
    const KNOWN: &[&str] = &[
        "gunicorn",
        "uvicorn",
        "hypercorn",
        "daphne",
        "waitress-serve",
        "celery",
        "streamlit",
        "uwsgi",
    ];
    let name = base(&command.name);
    // A script of the project.
    let script = match command.program {
        Program::PythonScript | Program::DjangoManage | Program::DjangoRunserver => {
            command.target.as_deref()
        }
        Program::Shell => command.target.as_deref(),
        _ => None,
    };
    if let Some(script) =
        script.filter(|script| project.whole && is_plain(script) && !script.starts_with('/'))
    {
        let dir = folder(project, command.chdir.as_deref());
        if dir.is_some_and(|dir| !dir.join(script).exists()) && has_ending(script) {
            sink.add(
                "procfile-command-missing",
                0.8,
                line,
                text,
                format!("The command runs {script}, which is not in the project."),
                &[("command", script)],
            );
        }
        return;
    }
    if let Some((dist, others)) = brought_by(name) {
        let requirements = &project.requirements;
        let there = requirements.open
            || requirements.has(dist)
            || others.iter().any(|other| {
                requirements.has(other)
                    || (!other.contains('[')
                        && requirements
                            .names
                            .iter()
                            .any(|name| name.starts_with(&format!("{other}["))))
            });
        if !there {
            sink.add(
                "procfile-command-missing", 0.8, line, text,
                format!("The command starts {name}, but {dist} is not in the project's requirements, so it will not exist on the server. Add {dist} to requirements.txt."),
                &[("command", name), ("dist", dist)],
            );
        }
    } else if command.program == Program::Other && name.len() >= 5 {
        let near = KNOWN.iter().find(|known| swapped(name, known));
        if let Some(known) = near {
            sink.add(
                "procfile-command-missing",
                0.8,
                line,
                text,
                format!("There is no program {name}; {known} was probably meant."),
                &[("command", known)],
            );
        }
    }
}

fn is_plain(word: &str) -> bool {
    !word.contains(['$', '\0', '`', '*', '~'])
}

fn has_ending(script: &str) -> bool {
    script.ends_with(".py") || script.ends_with(".sh")
}

/// One letter too many, too few, wrong, or two changed places.
fn swapped(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a == b || a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let start = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (rest_a, rest_b) =
        (a.len().saturating_sub(start + end), b.len().saturating_sub(start + end));
    match (rest_a, rest_b) {
        (0 | 1, 0 | 1) => true,
        (2, 2) => a[start] == b[start + 1] && a[start + 1] == b[start],
        _ => false,
    }
}

/// The folder that a command works in; `None`: not known.
fn folder(project: &Project<'_>, chdir: Option<&str>) -> Option<PathBuf> {
    match chdir {
        None => Some(project.dir.clone()),
        Some(dir) if is_plain(dir) => {
            match dir.strip_prefix("/app/").or(if dir == "/app" { Some("") } else { None }) {
                Some(below) => Some(project.dir.join(below)),
                None if dir.starts_with('/') => None,
                None => Some(project.dir.join(dir)),
            }
        }
        Some(_) => None,
    }
}

/// Whether what a server is to load can be found.
fn target(
    command: &Command,
    cd: Option<&str>,
    line: u32,
    text: &str,
    project: &Project<'_>,
    sink: &mut Sink<'_>,
) {
    let server = matches!(
        command.program,
        Program::Gunicorn
            | Program::Uvicorn
            | Program::Hypercorn
            | Program::Daphne
            | Program::Waitress
    );
    let Some(target) = command.target.as_deref().filter(|target| server && is_plain(target)) else {
        return;
    };
    if !project.whole {
        return;
    }
    let (module, attr) = target.split_once(':').unwrap_or((target, ""));
    if command.program == Program::Hypercorn
        && (module.starts_with("wsgi") || module.starts_with("asgi") || module.starts_with("file"))
        && attr.contains(':')
    {
        return;
    }
    let mut say = |certainty: f64, message: String| {
        sink.add(
            "procfile-module-unresolved",
            certainty,
            line,
            text,
            message,
            &[("module", module), ("name", attr)],
        );
    };
    if let Some(stem) = module.strip_suffix(".py") {
        let right =
            format!("{}:{}", stem.replace('/', "."), if attr.is_empty() { "app" } else { attr });
        return say(
            1.0,
            format!(
                "{module} is a file name; the server wants the module's name, without .py: {right}"
            ),
        );
    }
    if module.contains('/') {
        return say(
            1.0,
            format!(
                "{module} is a path; the server wants the module's name with dots: {}",
                module.replace('/', ".")
            ),
        );
    }
    if module.is_empty() || !module.split('.').all(is_identifier) {
        return;
    }
    let Some(dir) = folder(project, command.chdir.as_deref().or(cd)) else { return };
    let below = module.replace('.', "/");
    let here = |dir: &Path| {
        let file = dir.join(format!("{below}.py"));
        if file.is_file() {
            Some(file)
        } else {
            Some(dir.join(&below).join("__init__.py")).filter(|file| file.is_file())
        }
    };
    let found = here(&dir);
    if let Some(file) = found {
        attribute(&dir, &file, module, attr, command, &mut say);
        return;
    }
    let top = module.split('.').next().unwrap_or(module);
    // A folder without __init__.py is a package as well; an installed one has its own name.
    let first = dir.join(top);
    let exists = first.is_dir()
        || dir.join(format!("{top}.py")).is_file()
        || dir.join("src").join(top).exists();
    let installed = project.requirements.has(&top.replace('_', "-"))
        || project.requirements.open && !exists && !near(&dir, &below);
    if installed {
        return;
    }
    let elsewhere =
        below_folders(&dir).into_iter().find(|folder| here(&dir.join(folder)).is_some());
    if let Some(folder) = elsewhere {
        // Installed from a src layout, or found by a path that the code sets: not for sure.
        let certainty = if folder == "src" { 0.5 } else { 0.8 };
        return say(
            certainty,
            format!(
                "{module} is not in the folder that the server starts in; it stands in {folder}/. Start it with --chdir {folder}, or name it {folder}.{module}."
            ),
        );
    }
    let alike =
        modules(&dir).into_iter().find(|name| name.eq_ignore_ascii_case(top) || swapped(name, top));
    match alike {
        Some(name) if !exists => say(
            1.0,
            format!("There is no module {module} in the project; {name} was probably meant."),
        ),
        _ => say(
            if exists || !project.requirements.open { 0.8 } else { 0.5 },
            format!("There is no module {module} in the project, and no requirement of that name."),
        ),
    }
}

fn near(dir: &Path, below: &str) -> bool {
    below_folders(dir).iter().any(|folder| dir.join(folder).join(format!("{below}.py")).is_file())
        || modules(dir).iter().any(|name| {
            swapped(name, below.split('/').next().unwrap_or(below))
                || name.eq_ignore_ascii_case(below)
        })
}

fn is_identifier(word: &str) -> bool {
    !word.is_empty()
        && !word.starts_with(|c: char| c.is_ascii_digit())
        && word.chars().all(|c| c.is_alphanumeric() || c == '_')
}

fn below_folders(dir: &Path) -> Vec<String> {
    names(dir, true)
        .into_iter()
        .filter(|name| {
            !name.starts_with('.')
                && !matches!(name.as_str(), "node_modules" | "venv" | "env" | "tests" | "docs")
        })
        .take(100)
        .collect()
}

fn modules(dir: &Path) -> Vec<String> {
    names(dir, false)
        .into_iter()
        .filter_map(|name| name.strip_suffix(".py").map(str::to_owned))
        .collect()
}

fn names(dir: &Path, folders: bool) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(dir)
        .into_iter()
        .flatten()
        .take(2_000)
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir() == folders))
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort();
    names
}

/// Whether the module defines what the server asks it for: the static analysis decides.
fn attribute(
    dir: &Path,
    file: &Path,
    module: &str,
    attr: &str,
    command: &Command,
    say: &mut dyn FnMut(f64, String),
) {
    let call = attr.split_once('(').map(|(name, _)| name);
    let name = call.unwrap_or(attr).trim();
    let name = match (name, command.program) {
        ("", Program::Gunicorn | Program::Hypercorn) => "application",
        ("", _) => return,
        (name, _) => name,
    };
    if !is_identifier(name) {
        return;
    }
    let asgi = matches!(command.program, Program::Uvicorn | Program::Daphne)
        || command
            .worker_class
            .as_deref()
            .is_some_and(|class| class.to_lowercase().contains("uvicorn"));
    let options = EntryOptions {
        kind: EntryKind::ModuleAttr {
            module: module.to_owned(),
            attr: name.to_owned(),
            factory: command.factory || call.is_some(),
        },
        application: name.to_owned(),
        interface: if asgi { Interface::Asgi } else { Interface::Any },
        ..EntryOptions::for_file(dir)
    };
    let analysis = analyse_entry(&options);
    let absent = analysis.findings.iter().find(|found| {
        matches!(found.name, "app-missing" | "app-misspelled")
            || found.cause == Some("application-missing") && found.severity == Severity::Error
    });
    if let Some(found) = absent {
        say(
            found.certainty,
            format!(
                "{}: {}",
                file.file_name().unwrap_or_default().to_string_lossy(),
                found.message
            ),
        );
    }
}

/// Where a web process listens.
fn listens(command: &Command, line: u32, text: &str, project: &Project<'_>, sink: &mut Sink<'_>) {
    let options = project.options;
    // Render and Fly find the port by themselves or are told; there only the address counts.
    let any_port = options.is("render") || options.is("fly");
    let dev = matches!(command.program, Program::FlaskRun | Program::DjangoRunserver)
        || command.program == Program::FastapiCli && text.contains("fastapi dev");
    if dev {
        sink.add("procfile-dev-server", 0.8, line, text, "This starts the framework's development server: it is slow, serves one visitor after the other, and was not made to face the internet. Use gunicorn (or uvicorn).".to_owned(), &[]);
    }
    let (host, port) = match command.program {
        Program::Uvicorn | Program::Hypercorn | Program::Daphne | Program::DjangoRunserver => {
            (Some("127.0.0.1"), Some("8000"))
        }
        Program::FlaskRun => (Some("127.0.0.1"), Some("5000")),
        Program::FastapiCli if text.contains("fastapi dev") => (Some("127.0.0.1"), Some("8000")),
        Program::FastapiCli | Program::HttpServer => (None, Some("8000")),
        Program::Waitress => (None, Some("8080")),
        Program::Streamlit => (None, Some("8501")),
        // gunicorn takes the port of the environment by itself.
        Program::Gunicorn => (None, None),
        _ => return,
    };
    let config = command.config.as_deref().or(if command.program == Program::Gunicorn {
        Some("gunicorn.conf.py")
    } else {
        None
    });
    if command.bind.is_none()
        && config.is_some_and(|config| {
            project.dir.join(config.trim_start_matches("python:")).exists()
                || command.config.is_some()
        })
    {
        return;
    }
    // Settings by the environment: UVICORN_HOST, FLASK_RUN_PORT and their like are not seen here.
    let environment =
        ["UVICORN_", "FLASK_RUN_", "GUNICORN_CMD_ARGS", "STREAMLIT_SERVER", "WEB_PORT"]
            .iter()
            .any(|name| text.contains(name));
    if environment {
        return;
    }
    let bind = command.bind.clone().unwrap_or_default();
    if bind.host.as_deref() == Some("unix:") {
        return;
    }
    let given_host = bind.host.as_deref().filter(|host| !host.is_empty());
    let actual_host = if bind.host.as_deref() == Some("") { None } else { given_host.or(host) };
    let actual_port =
        bind.port.as_deref().or(if bind.host.is_some() && command.program == Program::Gunicorn {
            Some("8000")
        } else {
            port
        });
    let default = if command.bind.is_none() { " (its default)" } else { "" };
    if let Some(port) = actual_port {
        check_port(port, default, any_port, &bind, line, text, sink);
    }
    if let Some(host) = actual_host
        && matches!(host, "127.0.0.1" | "localhost" | "::1" | "0.0.0.1")
    {
        let default = if given_host.is_none() { " (its default)" } else { "" };
        sink.add(
            "procfile-localhost-bind", 0.8, line, text,
            format!("The server listens on {host}{default}, which only the container itself can reach. Listen on 0.0.0.0."),
            &[("host", host)],
        );
    }
}

fn check_port(
    port: &str,
    default: &str,
    any_port: bool,
    bind: &Bind,
    line: u32,
    text: &str,
    sink: &mut Sink<'_>,
) {
    if port.starts_with('\0') {
        sink.add("procfile-fixed-port", 0.8, line, text, format!("$PORT stands in single quotes ({}), where the shell does not fill it in. Leave the quotes out.", bind.text.replace('\0', "")), &[]);
        return;
    }
    if port.contains('$') {
        return;
    }
    if port.parse::<u32>().is_err() {
        let shown: String = port.chars().take(20).collect();
        let meant = port.trim_matches(['%', '{', '}', '<', '>']).eq_ignore_ascii_case("port");
        if meant {
            sink.add(
                "procfile-fixed-port",
                1.0,
                line,
                text,
                format!("{shown} is not filled in: the shell wants a dollar sign, $PORT."),
                &[("port", &shown)],
            );
        }
        return;
    }
    if !any_port {
        sink.add(
            "procfile-fixed-port", 0.8, line, text,
            format!("The server listens on port {port}{default}, but the platform sends requests to the port that it names in the variable PORT. Write $PORT in its place."),
            &[("port", port)],
        );
    }
}
