//! Dockerfiles: what their `CMD` and `ENTRYPOINT` start, where that listens, and the settings module that
//! they name. Only images whose code is this project's are judged.

mod image;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::checks::{self, Options, Project, Sink, absent, is_plain};
use super::command::{Command, commands};
use super::list::list;
use super::starts::named_folders;
use crate::python::lints::LintFinding;

/// What is known of an image.
struct Image<'i> {
    /// Folders of the project that it has.
    folders: &'i [PathBuf],
    docker: &'i str,
    /// Everything that is installed in it, by name.
    installed: Option<&'i BTreeSet<String>>,
}

impl Image<'_> {
    /// A script that the build writes itself, or may.
    fn makes(&self, command: &Command, line: &str) -> bool {
        let name = command.target.as_deref().and_then(|target| target.rsplit('/').next());
        let more = |name: &str| self.docker.matches(name).count() > line.matches(name).count();
        self.docker.contains("startproject") || name.is_some_and(more)
    }
}

/// Images that bring no code of their own.
const BARE: &[&str] = &[
    "python",
    "pypy",
    "debian",
    "ubuntu",
    "alpine",
    "amazonlinux",
    "fedora",
    "centos",
    "rockylinux",
    "uv",
];

/// An instruction and its first line; lines that go on are joined.
struct Instruction {
    line: u32,
    word: String,
    rest: String,
}

fn instructions(text: &str) -> Vec<Instruction> {
    let mut out = Vec::new();
    let mut open: Option<Instruction> = None;
    for (at, line) in text.lines().enumerate().take(5_000) {
        let bare = line.trim();
        if bare.starts_with('#') || bare.is_empty() && open.is_none() {
            continue;
        }
        let (part, goes_on) = match bare.strip_suffix('\\') {
            Some(part) => (part.trim_end(), true),
            None => (bare, false),
        };
        let mut one = match open.take() {
            Some(mut one) => {
                one.rest.push(' ');
                one.rest.push_str(part);
                one
            }
            None => {
                let (word, rest) = part.split_once(char::is_whitespace).unwrap_or((part, ""));
                Instruction {
                    line: u32::try_from(at + 1).unwrap_or(0),
                    word: word.to_ascii_uppercase(),
                    rest: rest.trim().to_owned(),
                }
            }
        };
        one.rest.truncate(one.rest.trim_end().len());
        if goes_on { open = Some(one) } else { out.push(one) }
    }
    out.extend(open);
    out
}

/// The image that the last stage is made from: `python:3.12-slim`, through the names of other stages.
fn image(all: &[Instruction]) -> Option<String> {
    let from = |one: &Instruction| {
        let words: Vec<&str> =
            one.rest.split_whitespace().filter(|word| !word.starts_with("--")).collect();
        let name = words.get(1).filter(|word| word.eq_ignore_ascii_case("as")).and(words.get(2));
        Some(((*words.first()?).to_owned(), name.map(|name| (*name).to_owned())))
    };
    let stages: Vec<_> = all.iter().filter(|one| one.word == "FROM").filter_map(from).collect();
    let (mut image, _) = stages.last()?.clone();
    for _ in 0..stages.len() {
        let named = stages.iter().find(|(_, name)| name.as_ref() == Some(&image));
        match named {
            Some((of, _)) if *of != image => image.clone_from(of),
            _ => break,
        }
    }
    Some(image)
}

/// `python:3.12-slim-bookworm` gives 3 and 12.
pub(super) fn python(text: &str) -> Option<(u8, u8)> {
    let image = image(&instructions(text))?;
    let (name, tag) = image.rsplit_once(':')?;
    if name.rsplit('/').next() != Some("python") {
        return None;
    }
    let mut numbers = tag.split(['.', '-']);
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// The image is the newest Python 3: `python`, `python:3`, `python:slim`.
pub(super) fn is_newest(text: &str) -> bool {
    let Some(image) = image(&instructions(text)) else { return false };
    let (name, tag) = image.rsplit_once(':').unwrap_or((&image, "latest"));
    let version = tag.split('-').next().unwrap_or(tag);
    matches!(name, "python" | "docker.io/python" | "library/python" | "docker.io/library/python")
        && matches!(version, "3" | "latest" | "slim" | "alpine" | "bookworm" | "trixie")
}

/// Checks the Dockerfile of a folder.
pub(super) fn check(dir: &Path, options: &Options, findings: &mut Vec<LintFinding>) {
    let path = dir.join("Dockerfile");
    let Some(text) = super::text(&path) else { return };
    let all = instructions(&text);
    let bare = image(&all).is_some_and(|image| {
        let name = image.split([':', '@']).next().unwrap_or_default();
        name.rsplit('/').next().is_some_and(|name| BARE.contains(&name))
    });
    if !bare || !is_whole(dir, &all) || is_pattern(dir, &text) {
        return;
    }
    let mut sink = Sink { file: options.show(&path), findings };
    let project = Project::new(dir, options);
    let folders: Vec<PathBuf> =
        named_folders(dir, &text).into_iter().map(|(_, folder)| folder).collect();
    environment(dir, &all, &folders, &mut sink);
    image::manage(dir, &all, &folders, &mut sink);
    let installed = image::installed(dir, &all);
    let image = Image { folders: &folders, docker: &text, installed: installed.as_ref() };
    // Only the last stage is started, and in it the last of each word counts.
    let from = all.iter().rposition(|one| one.word == "FROM").unwrap_or(0);
    let last = |word: &str| all[from..].iter().rfind(|one| one.word == word);
    let entry = last("ENTRYPOINT");
    let server = |one: &Instruction| line_of(one).is_some_and(|line| serves(&line));
    match (entry, last("CMD")) {
        (Some(entry), Some(cmd)) if server(entry) => {
            let line = [line_of(entry), line_of(cmd)].into_iter().flatten().collect::<Vec<_>>();
            start(entry, &line.join(" "), &image, &project, &mut sink);
            quotes(cmd, &mut sink);
        }
        (_, Some(cmd)) => {
            if let Some(line) = line_of(cmd) {
                start(cmd, &line, &image, &project, &mut sink);
            }
        }
        (Some(entry), None) => {
            if let Some(line) = line_of(entry) {
                start(entry, &line, &image, &project, &mut sink);
            }
        }
        (None, None) => {}
    }
}

/// A pattern of which projects are made: its names are filled in later.
fn is_pattern(dir: &Path, text: &str) -> bool {
    let name = dir.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.contains("template") || name.contains("cookiecutter") || text.contains("{{")
}

/// Folders of the project in the image of a folder, if that has nothing but the project's code.
pub(super) fn plain_image(dir: &Path) -> Option<Vec<PathBuf>> {
    let text = super::text(&dir.join("Dockerfile"))?;
    let all = instructions(&text);
    let name = image(&all)?;
    let name = name.split([':', '@']).next().unwrap_or_default();
    let bare = name.rsplit('/').next().is_some_and(|name| BARE.contains(&name));
    (bare && is_whole(dir, &all) && !is_pattern(dir, &text))
        .then(|| named_folders(dir, &text).into_iter().map(|(_, folder)| folder).collect())
}

/// Everything that is in the image comes from this folder, as far as can be seen.
fn is_whole(dir: &Path, all: &[Instruction]) -> bool {
    all.iter().all(|one| match one.word.as_str() {
        "COPY" | "ADD" => {
            let words: Vec<&str> = one.rest.split_whitespace().collect();
            let (options, paths): (Vec<&str>, Vec<&str>) =
                words.into_iter().partition(|word| word.starts_with("--"));
            let other = options.iter().any(|option| option.starts_with("--from"));
            // Another folder than this one is sent to be built.
            let sources = paths.split_last().map_or(&[][..], |(_, sources)| sources);
            other
                || sources.iter().all(|source| {
                    let source = source.trim_matches(['[', '"', ',']).trim_end_matches('/');
                    !is_plain(source)
                        || !source.contains("://")
                            && dir.join(source.trim_start_matches('/')).exists()
                })
        }
        "RUN" => !["git clone", "wget ", "unzip "].iter().any(|word| one.rest.contains(word)),
        "ONBUILD" => false,
        _ => true,
    })
}

/// The command of a `CMD`, in either form.
fn line_of(one: &Instruction) -> Option<String> {
    if one.rest.starts_with('[') && serde_json::from_str::<Vec<String>>(&one.rest).is_ok() {
        return list(&one.rest);
    }
    (!one.rest.is_empty()).then(|| one.rest.clone())
}

fn serves(line: &str) -> bool {
    commands(line).0.iter().any(checks::loads)
}

fn start(
    one: &Instruction,
    line: &str,
    image: &Image<'_>,
    project: &Project<'_>,
    sink: &mut Sink<'_>,
) {
    if quotes(one, sink) {
        return;
    }
    for command in &commands(line).0 {
        let mut all = image.folders.to_vec();
        all.extend(super::python_path::folders(&project.dir, command));
        if checks::loads(command) {
            if let Some(target) = command.target.as_deref().filter(|target| is_plain(target)) {
                let (module, attr) = target.split_once(':').unwrap_or((target, ""));
                let target = checks::Target { module, attr };
                absent::check(target, &all, one.line, line, project, sink);
            }
            if let Some(installed) = image.installed {
                checks::in_image(command, installed, one.line, line, sink);
            }
            fly_port(command, line, one.line, project, sink);
        } else if !image.makes(command, line) && !is_overridden(&project.dir) {
            absent::script(command, &all, one.line, line, project, sink);
        }
        // A front server in the same container reaches it there; a variable may say otherwise.
        let alone =
            ["nginx", "apache", "caddy", "supervis", "haproxy", "envoy", "cloudflared", "HOST"]
                .iter()
                .all(|word| !image.docker.contains(word));
        let named = [".flaskenv", ".env"].iter().any(|name| {
            super::text(&project.dir.join(name)).is_some_and(|text| text.contains("HOST"))
        });
        if alone && !named && !is_overridden(&project.dir) {
            checks::listens_inside(command, line, one.line, project, sink);
        }
    }
}

/// Another file starts the image with a command of its own.
fn is_overridden(dir: &Path) -> bool {
    let says = |(name, key): &(&str, &str)| {
        super::text(&dir.join(name)).is_some_and(|text| text.contains(key))
    };
    [
        ("docker-compose.yml", "command:"),
        ("docker-compose.yaml", "command:"),
        ("compose.yml", "command:"),
        ("compose.yaml", "command:"),
        ("fly.toml", "[processes]"),
        ("render.yaml", "dockerCommand"),
        ("railway.json", "startCommand"),
        ("railway.toml", "startCommand"),
        ("heroku.yml", "run:"),
        ("Procfile", "web:"),
    ]
    .iter()
    .any(says)
}

/// `internal_port` of Fly, where the image is started as it is and listens on another.
fn fly_port(command: &Command, line: &str, at: u32, project: &Project<'_>, sink: &mut Sink<'_>) {
    let Some(text) = super::text(&project.dir.join("fly.toml")) else { return };
    let Ok(fly) = text.parse::<toml::Table>() else { return };
    // These are started in its place, or there is more than one to look for.
    let many = text.matches("internal_port").count() > 1;
    if many || fly.contains_key("processes") || fly.contains_key("experimental") {
        return;
    }
    let Some(port) = super::manifests::internal_port(&fly) else { return };
    let bound = command.bind.as_ref().and_then(|bind| bind.port.as_ref()?.parse::<i64>().ok());
    if let Some(bound) = bound.filter(|bound| *bound != port) {
        let message = format!(
            "The app listens on port {bound}, but internal_port in fly.toml says {port}: both must be the same."
        );
        sink.add(&checks::FIXED_PORT, 1.0, at, line, message, &[("port", &bound.to_string())]);
    }
}

/// A word of a list with quotes of its own: no shell takes them off.
fn quotes(one: &Instruction, sink: &mut Sink<'_>) -> bool {
    let words = serde_json::from_str::<Vec<String>>(&one.rest).unwrap_or_default();
    // `sh -c` takes them off.
    if words.iter().any(|word| word == "-c") && !words.iter().any(|word| word.contains("gunicorn"))
    {
        return false;
    }
    let quoted = |word: &&String| {
        let word = word.as_str();
        word.len() > 2
            && word.contains(':')
            && ['"', '\''].iter().any(|quote| word.starts_with(*quote) && word.ends_with(*quote))
    };
    let Some(word) = words.iter().find(quoted) else { return false };
    let bare = word.trim_matches(['"', '\'']);
    let message = format!(
        "In a list no shell takes these quotes off, so the server looks for a module with a quote in its name: write \"{bare}\" for {word:?}"
    );
    let (module, name) = bare.split_once(':').unwrap_or((bare, ""));
    sink.add(
        &checks::UNRESOLVED,
        1.0,
        one.line,
        &one.rest,
        message,
        &[("module", module), ("name", name)],
    );
    true
}

/// `ENV DJANGO_SETTINGS_MODULE=config.settings.prod`.
fn environment(dir: &Path, all: &[Instruction], folders: &[PathBuf], sink: &mut Sink<'_>) {
    let mut dirs = vec![dir.to_owned()];
    dirs.extend(folders.iter().cloned());
    for one in all.iter().filter(|one| one.word == "ENV") {
        let Some((_, rest)) = one.rest.split_once("DJANGO_SETTINGS_MODULE") else { continue };
        let Some(value) = rest.strip_prefix(['=', ' ']) else { continue };
        let value = value.split_whitespace().next().unwrap_or_default().trim_matches(['"', '\'']);
        if let Some(message) = absent::settings(&dirs, value) {
            sink.add(
                &checks::UNRESOLVED,
                0.9,
                one.line,
                &format!("ENV {}", one.rest),
                message,
                &[("module", value), ("name", "")],
            );
        }
    }
}
