//! What is wrong with a Procfile or a start command, in a beginner's words: one file a check.

pub(super) mod absent;
mod background;
pub(super) mod bad_name;
mod bot;
mod command_missing;
mod dev_server;
mod duplicate;
mod encoding;
pub(super) mod fixed_port;
mod folders;
mod gunicorn_setting;
mod kind;
mod line_ends;
mod listen;
mod localhost;
pub(super) mod misplaced;
mod module_unresolved;
mod no_web;
mod requirements_refused;
mod runtime_refused;
mod script_server;
mod socketio_workers;
pub(super) mod syntax;

use std::path::{Path, PathBuf};

pub(super) use command_missing::{DOC as COMMAND_MISSING, in_image, worker_missing as worker};
pub(super) use fixed_port::DOC as FIXED_PORT;
pub(super) use folders::{is_plain, swapped};
pub(super) use gunicorn_setting::DOC as GUNICORN_SETTING;
pub(super) use module_unresolved::{DOC as UNRESOLVED, Target};
pub(super) use requirements_refused::{DOC as REQUIREMENTS_REFUSED, PYTHON as REQUIREMENTS_PYTHON};
pub(super) use runtime_refused::DOC as RUNTIME_REFUSED;

use super::command::{Command, Program, commands};
use super::parse::parse;
use super::requirements::Requirements;
use crate::model::{Captures, Place, Severity};
use crate::python::lints::{LintDoc, LintFinding};

/// Every check, in the order of their codes.
pub const DOCS: &[&LintDoc] = &[
    &bad_name::DOC,
    &syntax::DOC,
    &kind::DOC,
    &duplicate::DOC,
    &no_web::DOC,
    &encoding::DOC,
    &line_ends::DOC,
    &command_missing::DOC,
    &module_unresolved::DOC,
    &fixed_port::DOC,
    &localhost::DOC,
    &dev_server::DOC,
    &background::DOC,
    &misplaced::DOC,
    &runtime_refused::DOC,
    &gunicorn_setting::DOC,
    &requirements_refused::DOC,
    &requirements_refused::PYTHON,
    &socketio_workers::DOC,
    &bot::DOC,
];

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

/// The check of a code or name.
#[must_use]
pub fn doc(what: &str) -> Option<&'static LintDoc> {
    DOCS.iter().copied().find(|doc| doc.code.eq_ignore_ascii_case(what) || doc.name == what)
}

/// Everything that is reported of one file.
pub(super) struct Sink<'a> {
    pub file: String,
    pub findings: &'a mut Vec<LintFinding>,
}

impl Sink<'_> {
    pub(super) fn add(
        &mut self,
        doc: &'static LintDoc,
        certainty: f64,
        line: u32,
        excerpt: &str,
        message: String,
        captures: &[(&str, &str)],
    ) {
        let place = if line == 0 {
            Place::file(self.file.as_str())
        } else {
            Place::line(self.file.as_str(), line)
        };
        let known =
            self.findings.iter().any(|found| found.name == doc.name && found.place == place);
        if known {
            return;
        }
        self.findings.push(LintFinding {
            code: doc.code,
            name: doc.name,
            cause: doc.cause,
            severity: if certainty < 0.8 {
                doc.severity.min(Severity::Warning)
            } else {
                doc.severity
            },
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

/// One Procfile.
pub(super) fn procfile(file: &Path, bytes: &[u8], options: &Options) -> Vec<LintFinding> {
    let mut findings = Vec::new();
    let parsed = parse(bytes);
    let parent = file.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let dir = options.project.as_deref().unwrap_or(parent);
    let mut sink = Sink { file: options.show(file), findings: &mut findings };
    encoding::check(&parsed, &mut sink);
    line_ends::check(&parsed, &mut sink);
    syntax::check(&parsed, options, &mut sink);
    duplicate::check(&parsed, &mut sink);
    kind::check(&parsed, options, &mut sink);
    no_web::check(&parsed, &mut sink);
    let project = Project::new(dir, options);
    for entry in &parsed.entries {
        start_command(&entry.kind, &entry.command, entry.line, &project, &mut sink);
    }
    findings
}

/// What a start command can be compared with.
pub(super) struct Project<'o> {
    pub(super) dir: PathBuf,
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
                let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
                let hidden = name.starts_with('.') || name == "node_modules";
                name.ends_with(".py")
                    || !is_file
                        && !hidden
                        && folders::names(&entry.path(), false)
                            .iter()
                            .any(|inner| inner.ends_with(".py"))
            });
        Self { dir: dir.to_owned(), requirements: Requirements::read(dir), options, whole: python }
    }
}

/// A server that loads an app by its name.
pub(super) fn loads(command: &Command) -> bool {
    matches!(
        command.program,
        Program::Gunicorn
            | Program::Uvicorn
            | Program::Hypercorn
            | Program::Daphne
            | Program::Waitress
    )
}

/// Whether a container's server listens only inside of it.
pub(super) fn listens_inside(
    command: &Command,
    text: &str,
    line: u32,
    project: &Project<'_>,
    sink: &mut Sink<'_>,
) {
    // Which port it is, is said to who starts the container.
    let any_port = Options { platform: Some("fly".to_owned()), ..Options::default() };
    script_server::check(command, line, text, project, &any_port, sink);
    if let Some(listen) = listen::listen(command, text, project) {
        localhost::check(&listen, line, text, sink);
    }
}

/// Where a server of the platform listens: by its command, or by its configuration file.
pub(super) fn listens(
    command: &Command,
    text: &str,
    line: u32,
    project: &Project<'_>,
    sink: &mut Sink<'_>,
) {
    if let Some(listen) = listen::listen(command, text, project) {
        // Elastic Beanstalk's own front server looks for it on this machine, on port 8000.
        let front = [".ebextensions", ".elasticbeanstalk", ".platform"];
        if listen.port.is_none_or(|port| port == "8000")
            && front.iter().any(|name| project.dir.join(name).is_dir())
        {
            return;
        }
        fixed_port::check(&listen, line, text, project.options, sink);
        localhost::check(&listen, line, text, sink);
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
    background::check(background, kind, serves, line, text, sink);
    let cd = all.iter().find_map(|command| command.chdir.clone());
    for command in &all {
        command_missing::check(command, line, text, project, sink);
        background::daemon(command, line, text, sink);
        socketio_workers::check(command, line, text, project, sink);
        module_unresolved::check(command, cd.as_deref(), line, text, project, sink);
        if !serves {
            continue;
        }
        dev_server::check(command, line, text, sink);
        bot::check(command, line, text, project, sink);
        script_server::check(command, line, text, project, project.options, sink);
        listens(command, text, line, project, sink);
    }
}

#[cfg(test)]
mod tests;
