//! `diagnose lint`: every Python file for syntax, and what the entry points load for all lints.
//!
//! Args, configuration files and formats are the command line's; this gives findings. No network, no clock.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::entry::{EntryKind, EntryOptions, analyse_entry};
use super::entry_points::{self, EntryPoint, entry_point_of};
use super::lints::{LintFinding, syntax_findings};
use super::source::Source;
use super::stack::with_deep_stack;
use super::suppress::{self, Ignore};
use super::unsaved::Unsaved;
use super::walk;
use crate::model::{Captures, Place, PythonVersion, Severity};

/// What the caller wants.
#[derive(Debug, Clone, Default)]
pub struct LintOptions {
    /// Codes, starts of codes, names or causes; empty: all.
    pub select: Vec<String>,
    pub ignore: Vec<String>,
    /// Pattern of paths (`*` and `?` in one name, `**` over folders) to selectors that are ignored there.
    pub per_file_ignores: Vec<(String, Vec<String>)>,
    pub python: Option<PythonVersion>,
    pub virtualenv: Option<PathBuf>,
    pub root: Option<PathBuf>,
    pub cwd: Option<PathBuf>,
    /// Folders that the server puts on the path.
    pub extra_path: Vec<PathBuf>,
    /// Whether threads work on the platform; `None`: not known.
    pub threads: Option<bool>,
    /// The process ends after it: what was read last is left to that end, and is not freed piece by piece.
    pub last: bool,
    /// Entry points that the caller read from a Procfile, uwsgi.ini, gunicorn command or `pyproject.toml`.
    pub entries: Vec<NamedEntry>,
    /// What the start commands and configuration of a folder load.
    pub starts: Option<fn(&Path) -> Vec<NamedEntry>>,
    /// The Python that the files of a folder ask for.
    pub stated_python: Option<fn(&Path) -> Option<PythonVersion>>,
    /// Do not look for entry points.
    pub only_syntax: bool,
    /// A file among the paths that is read elsewhere.
    pub unsaved: Option<Unsaved>,
}

impl LintOptions {
    fn at_hand<'p>(&'p self, path: &'p Path) -> &'p Path {
        Unsaved::at_hand(self.unsaved.as_ref(), path)
    }
}

/// An entry point that a file of the project names.
#[derive(Debug, Clone)]
pub struct NamedEntry {
    pub options: EntryOptions,
    /// The file that is loaded first.
    pub file: PathBuf,
}

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct LintOutcome {
    /// By file and position.
    pub findings: Vec<LintFinding>,
    pub files_checked: usize,
    /// Entry points that were followed.
    pub entry_points: Vec<PathBuf>,
    /// What was not examined, and why.
    pub notes: Vec<String>,
}

/// Lints files and folders. Paths that do not exist become notes.
pub fn run(paths: &[PathBuf], options: &LintOptions) -> LintOutcome {
    with_deep_stack(|| lint(paths, options))
}

fn lint(paths: &[PathBuf], options: &LintOptions) -> LintOutcome {
    let mut out = LintOutcome::default();
    let mut there: Vec<PathBuf> = Vec::new();
    let mut points: Vec<EntryPoint> = Vec::new();
    for path in paths {
        if path.is_dir() {
            if !options.only_syntax {
                points.extend(entry_points::find_entry_points(path));
            }
        } else if options.at_hand(path).is_file() {
            if !options.only_syntax {
                points.extend(entry_point_of(path, options.at_hand(path), true));
            }
        } else {
            out.notes.push(format!("{}: no such file or folder", path.display()));
            continue;
        }
        if !there.contains(path) {
            there.push(path.clone());
        }
    }
    let is_unsaved = |path: &PathBuf| options.at_hand(path) != path;
    let apart: Vec<PathBuf> = there.extract_if(.., |path| is_unsaved(path)).collect();
    let mut walked = walk::map_files(&there, |path| check_file(path, options));
    walked.results.extend(apart.into_iter().map(|path| {
        let checked = check_file(&path, options);
        (path, checked)
    }));
    out.notes.extend(walked.notes);
    let mut files: HashSet<PathBuf> = HashSet::new();
    let mut telling = Vec::new();
    for (path, checked) in walked.results {
        out.files_checked += usize::from(checked.is_ok());
        match checked {
            Ok(file) if file.is_clean() => {
                files.insert(path);
            }
            checked => telling.push((path, checked)),
        }
    }
    // Only what has something to say needs an order.
    telling.sort_by(|(a, _), (b, _)| a.cmp(b));
    let mut ignores: BTreeMap<String, Vec<Ignore>> = BTreeMap::new();
    let mut seen: BTreeSet<(String, &'static str, Option<u32>, Option<u32>)> = BTreeSet::new();
    for (path, checked) in telling {
        match checked {
            Ok(file) => {
                out.notes.extend(file.note);
                if !file.ignores.is_empty() {
                    ignores.insert(path.display().to_string(), file.ignores);
                }
                add(&mut out.findings, &mut seen, file.findings, options.root.as_deref());
                files.insert(path);
            }
            Err(error) => out.notes.push(format!("{}: {error}", path.display())),
        }
    }
    // Deeper than people look for it, a WSGI file is known by its name alone.
    if !options.only_syntax {
        points.extend(entry_points::deeper(&files, paths));
    }
    let mut entries = all_entries(points, paths, options);
    if let Some(entry) = entries.last_mut() {
        entry.options.last = options.last;
    }
    for NamedEntry { options: entry, file } in &entries {
        let analysis = analyse_entry(entry);
        out.entry_points.push(file.clone());
        for note in analysis.notes {
            if !out.notes.contains(&note) {
                out.notes.push(note);
            }
        }
        for loaded in analysis.loaded {
            if !loaded.ignores.is_empty()
                && !ignores.contains_key(&*loaded.path)
                && !files.contains(&loaded.disk)
            {
                ignores.insert(loaded.path.to_string(), loaded.ignores);
            }
        }
        add(&mut out.findings, &mut seen, analysis.findings, options.root.as_deref());
    }
    out.findings =
        suppress::apply(std::mem::take(&mut out.findings), &mut ignores, |file, line| {
            next_code(options.at_hand(Path::new(file)), line)
        });
    out.findings.extend(unused(&ignores));
    out.findings.retain(|found| wanted(found, options));
    out.findings.sort_by(|a, b| {
        (&a.place.file, a.place.line, a.place.column, a.code).cmp(&(
            &b.place.file,
            b.place.line,
            b.place.column,
            b.code,
        ))
    });
    out
}

/// The named entry points, and those that were found: no file twice.
fn all_entries(
    points: Vec<EntryPoint>,
    paths: &[PathBuf],
    options: &LintOptions,
) -> Vec<NamedEntry> {
    let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut entries = options.entries.clone();
    let mut asked: HashSet<PathBuf> = HashSet::new();
    let mut starts = |dir: &Path| {
        let starts = options.starts.filter(|_| asked.insert(dir.to_owned()));
        starts.map(|starts| starts(dir)).unwrap_or_default()
    };
    for folder in paths.iter().filter(|path| path.is_dir() && !options.only_syntax) {
        entries.extend(starts(folder));
    }
    let served =
        entries.iter().any(|named| named.options.served && named.options.kind != EntryKind::Script);
    let mut known: HashSet<PathBuf> = HashSet::new();
    entries.retain(|named| known.insert(real(&named.file)));
    for point in points {
        // A project below the folder has start commands of its own.
        if let Some(parent) = point.path.parent().filter(|_| point.searched) {
            for named in starts(parent) {
                if known.insert(real(&named.file)) {
                    entries.push(named);
                }
            }
        }
        // Where a file says what is started, a module that only looks like an app is none.
        let by_habit = point.searched && served && !point.is_server_file();
        if by_habit || !known.insert(real(&point.path)) {
            continue;
        }
        entries.push(NamedEntry { options: entry_points::options_for(&point), file: point.path });
    }
    let mut stated = Stated::new(paths, options);
    for NamedEntry { options: entry, file } in &mut entries {
        entry.python = options.python.or_else(|| stated.of(file));
        entry.virtualenv.clone_from(&options.virtualenv);
        entry.root.clone_from(&options.root);
        entry.cwd.clone_from(&options.cwd);
        entry.extra_path.splice(0..0, options.extra_path.iter().cloned());
        entry.threads = options.threads;
        entry.unsaved.clone_from(&options.unsaved);
        if let Some(root) = &options.root {
            entry.whole = true;
            // PythonAnywhere runs the files of that folder, and puts nothing else on the path.
            let folder = entry.entry.parent().map(real);
            if folder.is_some_and(|dir| dir == real(root).join("var/www")) {
                entry.assume_path = false;
                entry.cwd = entry.cwd.take().or_else(|| only_home(root));
            }
        }
    }
    entries
}

/// What the folders above a file ask for, each read once.
struct Stated<'o> {
    ask: Option<fn(&Path) -> Option<PythonVersion>>,
    paths: &'o [PathBuf],
    known: BTreeMap<PathBuf, Option<PythonVersion>>,
}

impl<'o> Stated<'o> {
    fn new(paths: &'o [PathBuf], options: &LintOptions) -> Self {
        // A virtualenv says it better.
        let ask = options.stated_python.filter(|_| options.virtualenv.is_none());
        Self { ask, paths, known: BTreeMap::new() }
    }

    /// The nearest folder that says something, up to the one that was named.
    fn of(&mut self, file: &Path) -> Option<PythonVersion> {
        let ask = self.ask?;
        let top = self.paths.iter().find(|path| path.is_dir() && file.starts_with(path))?;
        for dir in file.ancestors().skip(1).take_while(|dir| dir.starts_with(top)) {
            let stated = *self.known.entry(dir.to_owned()).or_insert_with(|| ask(dir));
            if stated.is_some() {
                return stated;
            }
        }
        None
    }
}

/// The home of a tree's only user, where PythonAnywhere starts the app.
fn only_home(root: &Path) -> Option<PathBuf> {
    let mut users =
        fs::read_dir(root.join("home")).ok()?.flatten().filter(|entry| entry.path().is_dir());
    let first = users.next()?;
    users.next().is_none().then(|| Path::new("/home").join(first.file_name()))
}

fn add(
    findings: &mut Vec<LintFinding>,
    seen: &mut BTreeSet<(String, &'static str, Option<u32>, Option<u32>)>,
    more: Vec<LintFinding>,
    root: Option<&Path>,
) {
    for found in more {
        // In a copied tree the analysis names files as they are called on the server.
        let below = root.map(|root| root.join(found.place.file.trim_start_matches('/')));
        let file = below
            .and_then(|path| fs::canonicalize(path).ok())
            .or_else(|| fs::canonicalize(&*found.place.file).ok())
            .map_or_else(|| found.place.file.to_string(), |path| path.display().to_string());
        if seen.insert((file, found.code, found.place.line, found.place.column)) {
            findings.push(found);
        }
    }
}

/// Whether the selection and the paths' own settings want a finding.
pub fn wanted(found: &LintFinding, options: &LintOptions) -> bool {
    let names = |selectors: &[String]| {
        selectors
            .iter()
            .any(|selector| suppress::selects(selector, found.code, found.name, found.cause))
    };
    (options.select.is_empty() || names(&options.select))
        && !names(&options.ignore)
        && !options
            .per_file_ignores
            .iter()
            .any(|(pattern, codes)| glob(pattern, &found.place.file) && names(codes))
}

/// One file on its own.
struct Checked {
    findings: Vec<LintFinding>,
    ignores: Vec<Ignore>,
    note: Option<String>,
}

impl Checked {
    fn is_clean(&self) -> bool {
        self.findings.is_empty() && self.ignores.is_empty() && self.note.is_none()
    }
}

fn check_file(path: &Path, options: &LintOptions) -> std::io::Result<Checked> {
    let python = options.python;
    let bytes = fs::read(options.at_hand(path))?;
    let source = Source::parse(&bytes, &path.display().to_string(), path, python);
    let ignores = suppress::of_source(&source);
    let note =
        source.parsed.not_parsed.as_ref().map(|not| format!("{}: {}", path.display(), not.why));
    Ok(Checked { findings: syntax_findings(&source, python.is_some()), ignores, note })
}

/// The line of code that a comment on a line of its own speaks of.
pub fn next_code(file: &Path, line: u32) -> u32 {
    let Ok(text) = fs::read_to_string(file) else { return line + 1 };
    text.lines()
        .enumerate()
        .skip(line as usize)
        .find(|(_, text)| !text.trim().is_empty() && !text.trim_start().starts_with('#'))
        .map_or(line + 1, |(at, _)| at as u32 + 1)
}

/// Comments that ignore nothing.
pub fn unused(ignores: &BTreeMap<String, Vec<Ignore>>) -> Vec<LintFinding> {
    let mut out = Vec::new();
    for (file, comments) in ignores {
        for comment in comments.iter().filter(|comment| !comment.used) {
            let what = if comment.codes.is_empty() {
                String::new()
            } else {
                format!("[{}]", comment.codes.join(", "))
            };
            out.push(LintFinding {
                code: "WD901",
                name: "unused-ignore",
                cause: None,
                severity: Severity::Note,
                certainty: 1.0,
                place: Place {
                    column: Some(comment.column),
                    ..Place::line(file.as_str(), comment.line)
                },
                excerpt: format!("# diagnose: ignore{what}"),
                message: format!("`# diagnose: ignore{what}` ignores nothing here: remove it"),
                captures: Captures::new(),
                edits: Vec::new(),
            });
        }
    }
    out
}

/// Matches a path against a pattern, from its end if the pattern is relative.
fn glob(pattern: &str, path: &str) -> bool {
    let wanted: Vec<&str> =
        pattern.trim_start_matches("./").split('/').filter(|part| !part.is_empty()).collect();
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    (0..=parts.len()).any(|from| matches(&wanted, &parts[from..]))
}

fn matches(pattern: &[&str], parts: &[&str]) -> bool {
    match (pattern.first(), parts.first()) {
        (None, None) => true,
        (Some(&"**"), _) => (0..=parts.len()).any(|from| matches(&pattern[1..], &parts[from..])),
        (Some(wanted), Some(part)) => {
            one(wanted.as_bytes(), part.as_bytes()) && matches(&pattern[1..], &parts[1..])
        }
        _ => false,
    }
}

fn one(pattern: &[u8], name: &[u8]) -> bool {
    match (pattern.first(), name.first()) {
        (None, None) => true,
        (Some(b'*'), _) => {
            one(&pattern[1..], name) || (!name.is_empty() && one(pattern, &name[1..]))
        }
        (Some(b'?'), Some(_)) => one(&pattern[1..], &name[1..]),
        (Some(a), Some(b)) => a == b && one(&pattern[1..], &name[1..]),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{LintOptions, glob, run};
    use std::fs;

    #[test]
    fn walks_ignores_and_follows() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        fs::create_dir_all(root.join("env/lib")).unwrap();
        fs::write(root.join("env/pyvenv.cfg"), "").unwrap();
        fs::write(root.join("env/lib/broken.py"), "x = (\n").unwrap();
        fs::create_dir_all(root.join("skipped")).unwrap();
        fs::write(root.join(".gitignore"), "skipped/\n").unwrap();
        fs::write(root.join("skipped/broken.py"), "x = (\n").unwrap();
        fs::write(root.join("wsgi.py"), "from shop import app as application\n").unwrap();
        fs::write(
            root.join("shop.py"),
            "from flask import Flask\napp = Flask(__name__)\napp.run()\n",
        )
        .unwrap();
        fs::write(root.join("tool.py"), "from flask import Flask\nFlask('x').run()\n").unwrap();
        let out = run(&[root.to_owned()], &LintOptions::default());
        assert_eq!(out.files_checked, 3);
        let names: Vec<_> =
            out.findings.iter().map(|found| (found.name, found.place.line)).collect();
        assert_eq!(names, [("server-at-import", Some(3))], "{:?}", out.findings);
        fs::write(root.join("shop.py"), "from flask import Flask\napp = Flask(__name__)\napp.run()  # diagnose: ignore[WD101]\nx = 1  # diagnose: ignore[WD102]\n").unwrap();
        let out = run(&[root.to_owned()], &LintOptions::default());
        let names: Vec<_> =
            out.findings.iter().map(|found| (found.name, found.place.line)).collect();
        assert_eq!(names, [("unused-ignore", Some(4))]);
        let none = LintOptions { ignore: vec!["WD9".to_owned()], ..LintOptions::default() };
        assert!(run(&[root.to_owned()], &none).findings.is_empty());
    }

    #[test]
    fn patterns() {
        assert!(glob("tests/*.py", "/a/tests/x.py"));
        assert!(glob("**/migrations/**", "/a/b/migrations/1.py"));
        assert!(!glob("tests/*.py", "/a/tests/b/x.py"));
    }
}
