//! Rights on disk: whether the user that the server runs as may read the code and write what the
//! app writes, and whether the proxy's user reaches the socket and the static files.
//!
//! Judged by mode bits and owners as they stand; access lists and SELinux are not looked at. A
//! copied tree counts only where the copy kept its owners.

use std::collections::BTreeSet;
use std::path::Path;

use super::Context;
use super::config::{self, fact_of};
use super::environment::about;
use crate::model::{Captures, Fact};
use crate::site::config::{Address, App, Front, FrontKind};
use crate::site::{Tree, on_server};

/// Entries of a project folder that are looked at, and how deep.
const MOST_ENTRIES: usize = 2_000;
const DEEPEST: usize = 2;
/// Files of Python that are searched for the names of what the app writes, and their size.
const MOST_SOURCES: usize = 60;

const READ: u32 = 4;
const WRITE: u32 = 2;
const PASS: u32 = 1;

/// What the rights on disk do not allow.
#[cfg(unix)]
pub(super) fn collect(context: &Context, tree: &Tree) -> Vec<Fact> {
    if owners_are_kept(context, tree) { judged(context, tree) } else { Vec::new() }
}

#[cfg(unix)]
fn judged(context: &Context, tree: &Tree) -> Vec<Fact> {
    let config = config::load(context);
    let mut found = Vec::new();
    for front in config.fronts.iter().filter(|front| front.kind == FrontKind::Nginx) {
        let Some(name) = front.user.as_ref().and_then(|user| user.text.split_whitespace().next())
        else {
            continue;
        };
        let Some(who) = Person::named(tree, name) else { continue };
        found.extend(sockets(context, tree, front, &who));
        found.extend(statics(context, tree, front, &who));
    }
    for app in &config.apps {
        let Some(user) = app.user.as_ref() else { continue };
        let Some(who) = Person::named(tree, &user.text).filter(|who| who.user != 0) else {
            continue;
        };
        let unreadable = unreadable(context, tree, app, &who);
        if unreadable.is_empty() {
            found.extend(unwritable(context, tree, &who));
        }
        found.extend(unreadable);
    }
    let mut seen = BTreeSet::new();
    found.retain(|fact| seen.insert((fact.excerpt.clone(), fact.matches.len())));
    found
}

#[cfg(not(unix))]
pub(super) fn collect(_: &Context, _: &Tree) -> Vec<Fact> {
    Vec::new()
}

/// On the machine they are what they are. A copy by an ordinary user gives everything to that
/// user, one by root without care everything to root: both show in the owners themselves.
#[cfg(unix)]
fn owners_are_kept(context: &Context, tree: &Tree) -> bool {
    use std::os::unix::fs::MetadataExt;
    if tree.is_machine() {
        return context.look_at_machine;
    }
    let owner = |path: &Path| std::fs::metadata(path).ok().map(|meta| meta.uid());
    let system = tree.find("/etc/passwd").and_then(|path| owner(&path));
    let project = context.site.project.as_deref().and_then(owner);
    system == Some(0) && project.is_some_and(|uid| uid != 0)
}

/// Whether the proxy's user reaches the app's socket.
#[cfg(unix)]
fn sockets(context: &Context, tree: &Tree, front: &Front, who: &Person) -> Vec<Fact> {
    let mut found = Vec::new();
    for (address, setting) in front.backends.iter().flat_map(|backend| &backend.addresses) {
        let Address::Unix(socket) = address else { continue };
        let Some((what, path)) = who.stopped_at(tree, socket, WRITE) else { continue };
        let what = if path == *socket { "write to the socket" } else { what };
        let note = format!("{} (nginx) may not {what} {path}", who.name);
        let mut captures = Captures::new();
        captures.insert("upstream".to_owned(), socket.clone());
        found.push(fact_of(
            context,
            "socket-permission",
            &format!("{}: {}\n{note}", setting.place.display(), setting.line),
            &captures,
            &setting.place,
            &note,
        ));
    }
    found
}

/// Whether nginx reads the folders that it serves itself.
#[cfg(unix)]
fn statics(context: &Context, tree: &Tree, front: &Front, who: &Person) -> Vec<Fact> {
    let mut found = Vec::new();
    for (location, setting) in &front.folders {
        let path = setting.text.trim_end_matches('/');
        let (event, note) = if let Some((what, at)) = who.stopped_at(tree, path, PASS) {
            (
                "static-not-readable",
                format!(
                    "{} (nginx) may not {what} {at}, from where it serves {location}",
                    who.name
                ),
            )
        } else if location.contains("static") && config::is_missing(tree, path) == Some(true) {
            (
                "static-folder-missing",
                format!("nginx serves {location} from {path}, which does not exist"),
            )
        } else {
            continue;
        };
        let mut captures = Captures::new();
        captures.insert("path".to_owned(), path.to_owned());
        found.push(fact_of(
            context,
            event,
            &format!("{}: {}\n{note}", setting.place.display(), setting.line),
            &captures,
            &setting.place,
            &note,
        ));
    }
    found
}

/// The code that the server's user may not read.
#[cfg(unix)]
fn unreadable(context: &Context, tree: &Tree, app: &App, who: &Person) -> Vec<Fact> {
    let root = context.site.root.as_deref();
    let entry = context.site.wsgi.as_deref().map(|path| (on_server(root, path), READ));
    let folder = app.chdir.as_ref().map(|chdir| (chdir.text.clone(), PASS));
    let stopped = entry
        .into_iter()
        .chain(folder)
        .find_map(|(path, right)| who.stopped_at(tree, &path, right));
    stopped
        .map(|(what, path)| {
            let note = format!("{} (the server's user) may not {what} {path}", who.name);
            about(context, tree, "code-not-readable", &path, &note)
        })
        .into_iter()
        .collect()
}

/// Databases, logs and folders of uploads in the project that the code names and that the
/// server's user may not write.
#[cfg(unix)]
fn unwritable(context: &Context, tree: &Tree, who: &Person) -> Vec<Fact> {
    let Some(project) = context.site.project.as_deref() else { return Vec::new() };
    let mut names: Vec<(String, Kind)> = Vec::new();
    let mut sources = Vec::new();
    let walk = walkdir::WalkDir::new(project).max_depth(DEEPEST).sort_by_file_name();
    let entries = walk.into_iter().filter_entry(|entry| {
        let name = entry.file_name().to_string_lossy();
        entry.depth() == 0 || !(name.starts_with('.') || SKIPPED.contains(&&*name))
    });
    for entry in entries.flatten().take(MOST_ENTRIES) {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".py") && sources.len() < MOST_SOURCES {
            sources.push(entry.into_path());
            continue;
        }
        if let Some(kind) = Kind::of(&name, entry.file_type().is_dir()) {
            names.push((on_server(context.site.root.as_deref(), entry.path()), kind));
        }
    }
    if names.is_empty() {
        return Vec::new();
    }
    let text: String = sources
        .iter()
        .filter_map(|path| tree.text(&on_server(context.site.root.as_deref(), path)))
        .flat_map(|text| {
            text.lines()
                .filter(|line| !line.trim_start().starts_with('#'))
                .map(|line| format!("{line}\n"))
                .collect::<Vec<_>>()
        })
        .collect();
    let mut found = Vec::new();
    for (path, kind) in names {
        let name = path.rsplit('/').next().unwrap_or(&path);
        if !quoted(&text, name) {
            continue;
        }
        let Some(closed) = who.not_writable(tree, &path, kind) else { continue };
        let note = format!("{} (the server's user) may not write to {closed}", who.name);
        found.push(about(context, tree, kind.event(), &closed, &note));
    }
    found
}

/// Folders that are not the app's own.
const SKIPPED: &[&str] =
    &["node_modules", "venv", "env", "virtualenv", "site-packages", "__pycache__"];

/// What an app writes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Database,
    Log,
    Uploads,
}

impl Kind {
    fn of(name: &str, folder: bool) -> Option<Self> {
        let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
        match folder {
            true if ["media", "uploads", "upload", "mediafiles"].contains(&name) => {
                Some(Self::Uploads)
            }
            false if ends(&[".sqlite3", ".sqlite", ".db"]) => Some(Self::Database),
            false if ends(&[".log"]) => Some(Self::Log),
            _ => None,
        }
    }

    fn event(self) -> &'static str {
        match self {
            Self::Database => "database-not-writable",
            Self::Log => "log-not-writable",
            Self::Uploads => "uploads-not-writable",
        }
    }
}

/// Whether the source names it in a string: `'db.sqlite3'`, `"logs/app.log"`, `sqlite:///x.db`.
fn quoted(source: &str, name: &str) -> bool {
    source.match_indices(name).any(|(at, _)| {
        source[..at].ends_with(['\'', '"', '/'])
            && source[at + name.len()..].starts_with(['\'', '"', '/', '?'])
    })
}

/// A user of the machine with the groups.
#[cfg(unix)]
#[derive(Debug)]
struct Person {
    name: String,
    user: u32,
    groups: Vec<u32>,
}

#[cfg(unix)]
impl Person {
    /// From `/etc/passwd` and `/etc/group`; users of a directory service are not known.
    fn named(tree: &Tree, name: &str) -> Option<Self> {
        let field = |line: &str, at: usize| line.split(':').nth(at).map(str::to_owned);
        let passwd = tree.text("/etc/passwd")?;
        let is = |line: &str, at: usize| field(line, at).as_deref() == Some(name);
        let number = name.parse::<u32>().is_ok();
        let line = passwd.lines().find(|line| is(line, if number { 2 } else { 0 }))?;
        let user = field(line, 2)?.parse().ok()?;
        let own_name = field(line, 0)?;
        let mut groups: Vec<u32> = vec![field(line, 3)?.parse().ok()?];
        for line in tree.text("/etc/group").unwrap_or_default().lines() {
            if field(line, 3).is_some_and(|members| members.split(',').any(|m| m == own_name))
                && let Some(id) = field(line, 2).and_then(|id| id.parse().ok())
            {
                groups.push(id);
            }
        }
        Some(Self { name: own_name, user, groups })
    }

    /// The first folder that may not be passed, or the file itself where it lacks the right.
    fn stopped_at(&self, tree: &Tree, path: &str, right: u32) -> Option<(&'static str, String)> {
        if self.user == 0 || !path.starts_with('/') {
            return None;
        }
        let meta = |path: &Path| {
            tree.find(&path.to_string_lossy()).and_then(|found| std::fs::metadata(found).ok())
        };
        let path = Path::new(path);
        for folder in path.ancestors().skip(1).collect::<Vec<_>>().into_iter().rev() {
            let meta = meta(folder)?;
            // The root of a copy is a folder of this machine.
            let is_root = folder == Path::new("/");
            if !is_root && !self.may(&meta, PASS) {
                return Some(("enter the folder", folder.display().to_string()));
            }
        }
        let meta = meta(path)?;
        let what = match right {
            PASS => "enter the folder",
            READ => "read",
            _ => "write to",
        };
        (!self.may(&meta, right)).then(|| (what, path.display().to_string()))
    }

    /// The file or folder that would have to be writable and is not.
    fn not_writable(&self, tree: &Tree, path: &str, kind: Kind) -> Option<String> {
        if let Some((what, at)) = self.stopped_at(tree, path, WRITE) {
            return (what == "write to").then_some(at);
        }
        // SQLite makes its journal beside the file.
        let folder = path.rsplit_once('/').map(|(folder, _)| folder)?;
        if kind == Kind::Database {
            return self.stopped_at(tree, folder, WRITE).map(|_| folder.to_owned());
        }
        None
    }

    /// Whether a right (4 read, 2 write, 1 pass) is given. Access lists are not looked at.
    fn may(&self, meta: &std::fs::Metadata, right: u32) -> bool {
        use std::os::unix::fs::MetadataExt;
        let mode = meta.mode();
        if meta.uid() == self.user {
            mode >> 6 & right != 0
        } else if self.groups.contains(&meta.gid()) {
            mode >> 3 & right != 0
        } else {
            mode & right != 0
        }
    }
}

#[cfg(all(test, unix))]
#[path = "rights_test.rs"]
mod tests;
