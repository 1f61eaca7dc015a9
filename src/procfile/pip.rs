//! requirements.txt of a project that is deployed: lines that pip refuses on a server, fixed versions that
//! exclude each other, and such as do not work with the Python that the project asks for. Every row of the
//! tables was tried with pip; a version that is not fixed is never judged.

mod tables;

use std::path::Path;

use tables::{CLASHES, TOO_OLD};

use super::checks::{Options, REQUIREMENTS_PYTHON, REQUIREMENTS_REFUSED, Sink};
use super::{containers, python};
use crate::model::PythonVersion;
use crate::python::lints::LintFinding;
use crate::rules::removed_names::is_from;

/// Packages that exist for Windows only; the server runs Linux.
const WINDOWS: &[&str] =
    &["pywin32", "pypiwin32", "pywinpty", "windows-curses", "tensorflow-intel"];

/// Modules of Python itself of which the index has no package.
const STDLIB: &[&str] = &["sqlite3", "tkinter", "os", "json"];

/// A line: the package in lower case with hyphens, as it is written, and the version that it fixes.
struct Line<'t> {
    at: u32,
    text: &'t str,
    key: String,
    name: &'t str,
    exact: Option<&'t str>,
}

/// Checks the list of a folder that is deployed.
pub(super) fn check(
    dir: &Path,
    names: &[String],
    options: &Options,
    findings: &mut Vec<LintFinding>,
) {
    let has = |wanted: &str| names.iter().any(|name| name == wanted);
    if !has("requirements.txt") || !is_installed(dir, &has) {
        return;
    }
    let path = dir.join("requirements.txt");
    let Some(text) = super::text(&path) else { return };
    let lines: Vec<Line> =
        text.lines().enumerate().take(2_000).filter_map(|(at, line)| read(at, line)).collect();
    let mut sink = Sink { file: options.show(&path), findings };
    for line in &lines {
        if let Some(message) = refused(line, dir) {
            sink.add(
                &REQUIREMENTS_REFUSED,
                1.0,
                line.at,
                line.text,
                message,
                &[("dist", line.name)],
            );
        }
    }
    twice(&lines, &mut sink);
    exclude(&lines, &mut sink);
    // What another file fixes is not seen here.
    if !text.lines().any(|line| line.trim_start().starts_with('-')) {
        with_python(&lines, dir, &mut sink);
    }
}

/// A server installs the list: a platform that reads it, or an image that names it.
fn is_installed(dir: &Path, has: &dyn Fn(&str) -> bool) -> bool {
    if has("Dockerfile") {
        let text = super::text(&dir.join("Dockerfile")).unwrap_or_default();
        // `/code/requirements.txt` is that of the folder; `/code/backend/requirements.txt` is not.
        let copied = ["COPY requirements.txt", "COPY ./requirements.txt", "ADD requirements.txt"]
            .iter()
            .any(|line| text.contains(line));
        let own = |word: &str| {
            matches!(word, "requirements.txt" | "./requirements.txt" | "-rrequirements.txt")
                || word.starts_with('/')
                    && word.ends_with("/requirements.txt")
                    && (copied || word.matches('/').count() == 2)
        };
        let installs = |line: &str| line.contains("pip") && line.split_whitespace().any(own);
        return !text.contains("windows") && text.lines().any(installs);
    }
    // These are read in its place.
    if ["Pipfile", "poetry.lock", "uv.lock", "environment.yml"].iter().any(|name| has(name)) {
        return false;
    }
    ["Procfile", "render.yaml", "railway.json", "nixpacks.toml", "app.yaml", "passenger_wsgi.py"]
        .iter()
        .any(|name| has(name))
        || dir.join(".ebextensions").is_dir()
}

fn read(at: usize, line: &str) -> Option<Line<'_>> {
    let text = line.trim().trim_start_matches('\u{feff}');
    // Of a line with a condition it is not known whether it counts.
    if text.is_empty() || text.starts_with(['#', '-']) || text.contains(';') {
        return None;
    }
    let bare = text.split(" #").next().unwrap_or(text).trim();
    let end = bare
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')))
        .unwrap_or(bare.len());
    let (name, mut rest) = bare.split_at(end);
    if let Some(inner) = rest.strip_prefix('[') {
        rest = inner.split_once(']')?.1;
    }
    let exact = rest.trim_start().strip_prefix("==").map(|it| it.trim_start_matches('=').trim());
    let exact = exact.filter(|version| {
        version.starts_with(|c: char| c.is_ascii_digit())
            && version.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'.')
    });
    let key = name.to_ascii_lowercase().replace(['_', '.'], "-");
    (!name.is_empty()).then(|| Line {
        at: u32::try_from(at + 1).unwrap_or(0),
        text,
        key,
        name,
        exact,
    })
}

/// What pip does not find on a server.
fn refused(line: &Line<'_>, dir: &Path) -> Option<String> {
    let name = line.name;
    if line.key == "pkg-resources" && line.exact == Some("0.0.0") {
        return Some(format!(
            "{name} 0.0.0 is on no index: an old pip of Ubuntu writes it. Take the line out"
        ));
    }
    if let Some((_, path)) = line.text.split_once("@ file://") {
        let path = path.split(['#', ' ']).next().unwrap_or(path);
        if path.starts_with('/') && !dir.join(path.trim_start_matches('/')).exists() {
            return Some(format!(
                "{path} is a path of the computer that wrote this list (conda writes such lines): the server does not have it. Write {name} with a version, or make the list with `pip list --format=freeze`"
            ));
        }
    }
    if WINDOWS.contains(&line.key.as_str()) {
        return Some(format!(
            "{name} exists for Windows only, and the server runs Linux: take the line out, or write `{} ; sys_platform == \"win32\"`",
            line.text
        ));
    }
    if STDLIB.contains(&line.key.as_str()) {
        return Some(format!(
            "{name} comes with Python, and no package of that name exists: take the line out"
        ));
    }
    None
}

/// Two versions of one package.
fn twice(lines: &[Line<'_>], sink: &mut Sink<'_>) {
    for (at, line) in lines.iter().enumerate() {
        let Some(version) = line.exact else { continue };
        let before = lines[..at].iter().find(|other| {
            other.key == line.key
                && other
                    .exact
                    .is_some_and(|known| !(is_from(known, version) && is_from(version, known)))
        });
        if let Some(before) = before {
            let message = format!(
                "{} {version} is asked for, and {} in line {}: pip installs neither. Keep one of them",
                line.name,
                before.exact.unwrap_or_default(),
                before.at
            );
            sink.add(
                &REQUIREMENTS_REFUSED,
                1.0,
                line.at,
                line.text,
                message,
                &[("dist", line.name)],
            );
        }
    }
}

fn between(version: &str, least: &str, below: &str) -> bool {
    (least.is_empty() || is_from(version, least)) && (below.is_empty() || !is_from(version, below))
}

fn find<'l, 't>(lines: &'l [Line<'t>], dist: &str) -> Option<(&'l Line<'t>, &'t str)> {
    lines.iter().find(|line| line.key == dist).and_then(|line| Some((line, line.exact?)))
}

fn exclude(lines: &[Line<'_>], sink: &mut Sink<'_>) {
    for rule in CLASHES {
        let (Some((one, version)), Some((other, theirs))) =
            (find(lines, rule.dist), find(lines, rule.other))
        else {
            continue;
        };
        if between(version, rule.least, rule.below) && between(theirs, rule.from, rule.to) {
            let message = format!(
                "{} {version} (line {}) wants {}, and this line asks for {theirs}: pip cannot install both",
                one.name, one.at, rule.wants
            );
            sink.add(
                &REQUIREMENTS_REFUSED,
                1.0,
                other.at,
                other.text,
                message,
                &[("dist", other.name)],
            );
        }
    }
}

fn with_python(lines: &[Line<'_>], dir: &Path, sink: &mut Sink<'_>) {
    // The newest one was 3.13 or later since 2024.
    let newest = || {
        let text = super::text(&dir.join("Dockerfile"))?;
        containers::is_newest(&text).then_some(PythonVersion { major: 3, minor: 13 })
    };
    let stated = python::stated(dir);
    let (python, asks) = match stated.or_else(newest).filter(|python| python.major == 3) {
        Some(python) if stated.is_none() => {
            (python, format!("Python 3.{} and later, which the image has", python.minor))
        }
        Some(python) => (python, format!("Python 3.{}, which the project asks for", python.minor)),
        None => return,
    };
    // Some platforms still put setuptools beside Python 3.12; its image and later versions have none.
    let bare = python.minor > 12 || dir.join("Dockerfile").is_file();
    let by_setuptools = if bare { 1.0 } else { 0.7 };
    for rule in TOO_OLD {
        let Some((line, version)) = find(lines, rule.dist) else { continue };
        // Setuptools brings distutils back.
        let distutils = rule.why.contains("distutils");
        let brings = |key: &str| lines.iter().any(|line| line.key == key);
        let saved = distutils && brings("setuptools")
            || rule.why.contains("imports cgi") && brings("legacy-cgi");
        if python.minor >= rule.python && between(version, rule.least, rule.below) && !saved {
            let message = format!(
                "{} {version} does not work with {asks}: {}. Ask for {}",
                line.name, rule.why, rule.instead
            );
            sink.add(
                &REQUIREMENTS_PYTHON,
                if distutils { by_setuptools } else { 1.0 },
                line.at,
                line.text,
                message,
                &[("dist", line.name)],
            );
        }
    }
    // Older ones import pkg_resources, and the setuptools that pip brings along no longer has it.
    if python.minor >= 12
        && let Some((line, version)) = find(lines, "gunicorn")
        && between(version, "19.0", "20.2")
        && !lines.iter().any(|line| line.key == "setuptools")
    {
        let message = format!(
            "{} {version} imports pkg_resources, which neither Python 3.{} nor today's setuptools has: ask for gunicorn>=21.2",
            line.name, python.minor
        );
        let captures = [("dist", line.name)];
        sink.add(&REQUIREMENTS_PYTHON, by_setuptools, line.at, line.text, message, &captures);
    }
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::procfile::Options;

    fn told(files: &[(&str, &str)]) -> Vec<u32> {
        let dir = tempfile::tempdir().unwrap();
        let mut names = Vec::new();
        for (name, text) in files {
            std::fs::write(dir.path().join(name), text).unwrap();
            names.push((*name).to_owned());
        }
        let mut found = Vec::new();
        check(dir.path(), &names, &Options::default(), &mut found);
        found.iter().filter_map(|found| found.place.line).collect()
    }

    fn of(list: &str) -> Vec<u32> {
        told(&[("Procfile", "web: gunicorn app:app\n"), ("requirements.txt", list)])
    }

    fn on(python: &str, list: &str) -> Vec<u32> {
        let image = format!("FROM python:{python}-slim\nRUN pip install -r requirements.txt\n");
        told(&[("Dockerfile", &image), ("requirements.txt", list)])
    }

    #[test]
    fn lines_that_pip_refuses() {
        assert_eq!(of("flask\npkg_resources==0.0.0\n"), [2]);
        assert_eq!(of("certifi @ file:///croot/certifi_1/build/certifi\n"), [1]);
        assert_eq!(of("flask\npywin32==306\nsqlite3\n"), [2, 3]);
        assert_eq!(of("Django==3.2\nflask\ndjango==4.2.1\n"), [3]);
        assert_eq!(of("requests==2.25.1\nurllib3==2.0.4\n"), [2]);
        assert_eq!(of("Werkzeug==2.3.7\nFlask==3.0.0\n"), [1]);
    }

    #[test]
    fn lines_that_it_takes() {
        for list in [
            "pywin32==306 ; sys_platform == 'win32'\n",
            "django==3.2\nDjango==3.2.0\n",
            "flask==3.0.0\nwerkzeug\n",
            "flask==3.0.0\nwerkzeug>=2\n",
            "requests==2.31.0\nurllib3==2.0.4\n",
            "requests==2.25.1\nurllib3==1.26.18\nidna==2.10\n",
            "flask==2.3.3\nwerkzeug==2.3.7\njinja2==3.1.2\nmarkupsafe==2.1.3\n",
            "flask==1.1.4\nwerkzeug==1.0.1\njinja2==2.11.3\nmarkupsafe==2.0.1\nitsdangerous==1.1.0\n",
            "pysqlite3==0.5.2\npywin32-ctypes==0.2.2\n",
            "uvicorn[standard]==0.30.0\n",
        ] {
            assert!(of(list).is_empty(), "{list}");
        }
        // Nothing says that a server installs it.
        assert!(told(&[("requirements.txt", "pywin32==306\n")]).is_empty());
    }

    #[test]
    fn the_list_that_an_image_installs() {
        let with = |run: &str| {
            let image = format!("FROM python:3.11\n{run}\n");
            told(&[("Dockerfile", &image), ("requirements.txt", "pywin32==306\n")]).len()
        };
        assert_eq!(with("RUN pip install --no-cache-dir -r requirements.txt"), 1);
        assert_eq!(
            with("COPY requirements.txt /tmp/\nRUN pip install -r /tmp/requirements.txt"),
            1
        );
        assert_eq!(with("COPY . /code\nRUN pip install -r /code/requirements.txt"), 1);
        assert_eq!(with("COPY . /code\nRUN pip install -r /code/api/requirements.txt"), 0);
        assert_eq!(with("RUN pip install flask"), 0);
    }

    #[test]
    fn versions_that_do_not_go_with_the_python() {
        assert_eq!(on("3.12", "Django==2.2.28\ngunicorn==20.1.0\n"), [1, 2]);
        assert_eq!(on("3.13", "psycopg2-binary==2.9.9\nsqlalchemy==2.0.30\n"), [1, 2]);
        assert_eq!(on("3.10", "django==1.11.29\n"), [1]);
        for (python, list) in [
            ("3.11", "Django==2.2.28\ngunicorn==20.1.0\npsycopg2-binary==2.9.5\n"),
            ("3.12", "Django==2.2.28\ngunicorn==20.1.0\nsetuptools==69.0.0\n"),
            ("3.13", "psycopg2-binary==2.9.10\nsqlalchemy==1.4.52\ndjango==4.2.16\n"),
            ("3.13", "django>=3.2\npsycopg2-binary\n"),
            ("3.13", "-c constraints.txt\ndjango==3.2\n"),
        ] {
            assert!(on(python, list).is_empty(), "{python} {list}");
        }
    }
}
