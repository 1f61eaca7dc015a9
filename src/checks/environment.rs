//! The surroundings of the code: its virtualenv, the packages in it, and, on the hosting machine
//! itself, rights and memory. A copied tree seldom holds everything: what is not in it is missing
//! only where its neighbours were copied.

use std::collections::BTreeSet;
use std::path::Path;

use super::Context;
use super::config::{self, fact_of, is_missing};
use crate::model::{Captures, Examined, Fact, Facts, Place, PythonVersion};
use crate::python::resolve::venv;
use crate::site::config::{Address, FrontKind};
use crate::site::{Tree, on_server};

/// Stated certainty of what a copied tree lacks.
const COPY: f64 = 0.8;
/// Names shown of a longer list.
const SHOWN: usize = 6;

/// Looks at the virtualenv, and at the machine where that is allowed.
pub(super) fn collect(context: &Context) -> Facts {
    let mut facts = Facts::default();
    let Some(tree) = config::tree(context) else { return facts };
    if let Some(path) = &context.site.virtualenv {
        let shown = on_server(context.site.root.as_deref(), path);
        facts.facts.extend(virtualenv(context, &tree, &shown));
        facts.examined.push(Examined {
            check: "environment".to_owned(),
            what: format!("virtualenv {shown}"),
            from: None,
            to: None,
        });
    }
    if context.look_at_machine && tree.is_machine() {
        facts.facts.extend(rights(context, &tree));
        facts.facts.extend(memory(context, &tree));
    }
    facts.facts.retain(|fact| !fact.matches.is_empty());
    facts
}

fn about(context: &Context, tree: &Tree, event: &str, path: &str, note: &str) -> Fact {
    let mut captures = Captures::new();
    captures.insert("path".to_owned(), path.to_owned());
    let mut fact = fact_of(context, event, note, &captures, &Place::file(path), note);
    if !tree.is_machine() {
        fact.certainty = COPY;
    }
    fact
}

/// Missing, no virtualenv at all, without its Python, for another Python, without what is required.
fn virtualenv(context: &Context, tree: &Tree, path: &str) -> Vec<Fact> {
    if !tree.is_dir(path) {
        // Projects are copied without the virtualenv in them; a folder of several is copied whole.
        let kept_apart = path.rsplit('/').nth(1).is_some_and(|parent| {
            matches!(parent, ".virtualenvs" | "virtualenvs" | "envs" | "venvs")
        });
        let missing = (tree.is_machine() || kept_apart) && is_missing(tree, path) == Some(true);
        let note = format!("the virtualenv {path} does not exist");
        return missing
            .then(|| about(context, tree, "virtualenv-missing", path, &note))
            .into_iter()
            .collect();
    }
    let has = |name: &str| tree.find(&format!("{path}/{name}")).is_some();
    if !has("pyvenv.cfg") && !has("lib") && !has("lib64") && !has("bin") {
        if tree.names(path).is_empty() && !tree.is_machine() {
            return Vec::new();
        }
        let note =
            format!("{path} is a folder, but no virtualenv: it has no pyvenv.cfg, bin or lib");
        return vec![about(context, tree, "virtualenv-broken", path, &note)];
    }
    let mut found: Vec<Fact> = Vec::new();
    if tree.is_machine() {
        found.extend(broken(context, tree, path));
    }
    let lookup = crate::python::resolve::Tree { root: context.site.root.clone() };
    let environment = venv::read(&lookup, path);
    // gunicorn and its like run with the virtualenv's own Python: there nothing can differ.
    let embeds = matches!(context.site.platform_id(), "pythonanywhere" | "uwsgi" | "mod-wsgi");
    if let (true, Some(server), Some(own)) = (embeds, context.site.python, environment.python)
        && server != own
    {
        let note = format!("the server runs Python {server}, the virtualenv {path} is for {own}");
        found.push(about(context, tree, "virtualenv-python-mismatch", path, &note));
    }
    if environment.known && !environment.system_too {
        found.extend(requirements(
            context,
            tree,
            path,
            &environment.site_packages,
            environment.python,
        ));
    }
    found
}

/// The virtualenv's Python: gone, or a link to one that was removed.
fn broken(context: &Context, tree: &Tree, path: &str) -> Option<Fact> {
    let python = format!("{path}/bin/python");
    // What this user may not look into is not known to be broken.
    std::fs::read_dir(format!("{path}/bin")).ok()?;
    let exists =
        ["python", "python3"].iter().any(|name| tree.is_file(&format!("{path}/bin/{name}")));
    if exists {
        return None;
    }
    let note = match std::fs::read_link(&python) {
        Ok(target) => format!("{python} points to {}, which does not exist", target.display()),
        Err(_) => format!("{python} does not exist"),
    };
    Some(about(context, tree, "virtualenv-broken", path, &note))
}

/// Names in requirements.txt that no installed package has.
fn requirements(
    context: &Context,
    tree: &Tree,
    path: &str,
    site_packages: &[String],
    python: Option<PythonVersion>,
) -> Option<Fact> {
    let project = on_server(context.site.root.as_deref(), context.site.project.as_deref()?);
    let file = format!("{project}/requirements.txt");
    let text = tree.text(&file)?;
    let mut installed: BTreeSet<String> = BTreeSet::new();
    for dir in site_packages {
        installed.extend(tree.names(dir).iter().filter_map(|name| distribution(name)));
    }
    // Without the records of installed packages nothing can be compared.
    if installed.is_empty() {
        return None;
    }
    let missing: Vec<String> =
        required(&text).into_iter().filter(|name| !installed.contains(name)).collect();
    if missing.is_empty() {
        return None;
    }
    let more = missing.len().saturating_sub(SHOWN);
    let names = missing.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let version = python.map(|version| format!(" (Python {version})")).unwrap_or_default();
    let note = format!("in {file}, but not installed in {path}{version}: {names}{more}");
    let mut fact = about(context, tree, "requirement-missing", path, &note);
    fact.place = Some(Place::file(file));
    Some(fact)
}

/// `Flask_Login-0.6.dist-info` → `flask-login`.
fn distribution(name: &str) -> Option<String> {
    let stem = name.strip_suffix(".dist-info").or_else(|| name.strip_suffix(".egg-info"))?;
    Some(normal(stem.split('-').next()?))
}

/// Names as the package index compares them: lower case, runs of `-_.` are one `-`.
fn normal(name: &str) -> String {
    let mut out = String::new();
    for c in name.trim().chars() {
        if matches!(c, '-' | '_' | '.') {
            if !out.ends_with('-') {
                out.push('-');
            }
        } else {
            out.extend(c.to_lowercase());
        }
    }
    out
}

/// Names that are required whatever the system: lines with a marker, an option or a URL are left out.
fn required(text: &str) -> Vec<String> {
    text.lines()
        .map(|line| line.split(" #").next().unwrap_or(line).trim())
        .filter(|line| !line.is_empty() && !line.starts_with(['#', '-', '.', '/']))
        .filter(|line| !line.contains([';', '@', ':', '\\']))
        .filter_map(|line| {
            let end = line
                .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')))
                .unwrap_or(line.len());
            (end > 0).then(|| normal(&line[..end]))
        })
        .collect()
}

/// Whether the proxy's user reaches the app's socket, by the rights that stand on disk.
#[cfg(unix)]
fn rights(context: &Context, tree: &Tree) -> Vec<Fact> {
    let mut found = Vec::new();
    let config = config::load(context);
    for front in config.fronts.iter().filter(|front| front.kind == FrontKind::Nginx) {
        let Some(user) = front.user.as_ref().and_then(|user| user.text.split_whitespace().next())
        else {
            continue;
        };
        let Some(who) = Person::named(tree, user) else { continue };
        for (address, setting) in front.backends.iter().flat_map(|backend| &backend.addresses) {
            let Address::Unix(socket) = address else { continue };
            if let Some(closed) = who.stopped_at(Path::new(socket)) {
                let note = format!("{user} (nginx) may not {} {}", closed.0, closed.1);
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
        }
    }
    found
}

#[cfg(not(unix))]
fn rights(_: &Context, _: &Tree) -> Vec<Fact> {
    Vec::new()
}

/// A user of the machine with the groups.
#[cfg(unix)]
struct Person {
    user: u32,
    groups: Vec<u32>,
}

#[cfg(unix)]
impl Person {
    /// From `/etc/passwd` and `/etc/group`; users of a directory service are not known.
    fn named(tree: &Tree, name: &str) -> Option<Self> {
        let field = |line: &str, at: usize| line.split(':').nth(at).map(str::to_owned);
        let passwd = tree.text("/etc/passwd")?;
        let line = passwd.lines().find(|line| field(line, 0).as_deref() == Some(name))?;
        let user = field(line, 2)?.parse().ok()?;
        let mut groups: Vec<u32> = vec![field(line, 3)?.parse().ok()?];
        for line in tree.text("/etc/group").unwrap_or_default().lines() {
            if field(line, 3).is_some_and(|members| members.split(',').any(|m| m == name))
                && let Some(id) = field(line, 2).and_then(|id| id.parse().ok())
            {
                groups.push(id);
            }
        }
        Some(Self { user, groups })
    }

    /// The first folder that may not be passed, or the socket that may not be written.
    fn stopped_at(&self, socket: &Path) -> Option<(&'static str, String)> {
        if self.user == 0 {
            return None;
        }
        for folder in socket.ancestors().skip(1).collect::<Vec<_>>().into_iter().rev() {
            if folder.as_os_str().is_empty() {
                return None;
            }
            let meta = std::fs::metadata(folder).ok()?;
            if !self.may(&meta, 1) {
                return Some(("enter the folder", folder.display().to_string()));
            }
        }
        let meta = std::fs::metadata(socket).ok()?;
        (!self.may(&meta, 2)).then(|| ("write to the socket", socket.display().to_string()))
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

/// The kernel has killed something in this container.
/// <https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files>
fn memory(context: &Context, tree: &Tree) -> Option<Fact> {
    // A console of PythonAnywhere is not where the web app runs.
    if context.site.platform_id() == "pythonanywhere" {
        return None;
    }
    let events = tree.text("/sys/fs/cgroup/memory.events")?;
    let kills: u64 = events
        .lines()
        .find_map(|line| line.strip_prefix("oom_kill "))
        .and_then(|count| count.trim().parse().ok())?;
    let limit = tree.text("/sys/fs/cgroup/memory.max")?.trim().parse::<u64>().ok()?;
    if kills == 0 {
        return None;
    }
    let note = format!(
        "the kernel has killed {kills} processes of this container at its limit of {} MB",
        limit / 1_048_576
    );
    Some(about(context, tree, "memory-limit-hit", "/sys/fs/cgroup/memory.events", &note))
}

#[cfg(test)]
#[path = "environment_test.rs"]
mod tests;
