//! The server's configuration on its own: folders and modules that it names and that are not there.
//!
//! Only where the machine's tree is at hand; a copied tree may lack what lies elsewhere, so a
//! missing folder counts only beside others that were copied.

#![expect(
    clippy::case_sensitive_file_extension_comparisons,
    reason = "the servers and Python compare names exactly, too"
)]

use std::path::Path;

use super::Context;
use crate::model::{Captures, Examined, Fact, Facts, Place, Source};
use crate::rules::schema::CaptureType;
use crate::site::config::{App, AppKind, ConfigFile, ServerConfig, Setting};
use crate::site::{Tree, on_server};

/// Stated certainty where a copied tree may be incomplete.
const COPY: f64 = 0.8;

/// The tree in which paths of the server can be looked up, if there is one.
pub(super) fn tree(context: &Context) -> Option<Tree> {
    match &context.site.root {
        Some(root) => Some(Tree::new(root)),
        None => context.site.on_host.then(|| Tree::new(Path::new("/"))),
    }
}

/// The site's configuration files, read together.
pub(super) fn load(context: &Context) -> ServerConfig {
    let site = &context.site;
    let files: Vec<ConfigFile> = site
        .server_config
        .iter()
        .map(|path| ConfigFile { path: path.clone(), shown: on_server(site.root.as_deref(), path) })
        .collect();
    crate::site::config::load(&files, tree(context).as_ref())
}

/// A fact of configuration, recognised by the event's rules.
pub(super) fn fact_of(
    context: &Context,
    event: &str,
    text: &str,
    captures: &Captures,
    place: &Place,
    note: &str,
) -> Fact {
    // Like a capture from a log: what does not fit its type is not used.
    let captures = captures
        .iter()
        .filter_map(|(name, value)| {
            let kind = if name == "module" { CaptureType::PyModule } else { CaptureType::Path };
            kind.check(value).map(|value| (name.clone(), value))
        })
        .collect();
    let mut fact = Fact::new(Source::Config, text);
    fact.matches = context.rules.match_event(event, text, &captures);
    fact.place = Some(place.clone());
    fact.note = Some(note.to_owned());
    fact
}

/// Reads the files and looks up what they name.
pub(super) fn collect(context: &Context) -> Facts {
    let mut facts = Facts::default();
    if context.site.server_config.is_empty() {
        return facts;
    }
    let config = load(context);
    for file in &config.files {
        facts.examined.push(Examined {
            check: "server configuration".to_owned(),
            what: file.clone(),
            from: None,
            to: None,
        });
    }
    let Some(tree) = tree(context) else { return facts };
    for app in &config.apps {
        let found = [
            folder(context, &tree, app),
            module(context, &tree, app)
                .or_else(|| super::config_target::attribute(context, &tree, app)),
        ];
        facts.facts.extend(found.into_iter().flatten().filter(|fact| !fact.matches.is_empty()));
    }
    facts
}

/// What this tree can say about a path: there, missing, or nothing.
pub(super) fn is_missing(tree: &Tree, path: &str) -> Option<bool> {
    if !path.starts_with('/') {
        return None;
    }
    if tree.find(path).is_some() {
        return Some(false);
    }
    if tree.is_machine() {
        // What this user may not look into is not known to be missing.
        return match std::fs::symlink_metadata(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Some(true),
            Ok(_) => Some(true),
            Err(_) => None,
        };
    }
    let parent = path.trim_end_matches('/').rsplit_once('/').map_or("", |(parent, _)| parent);
    (!parent.is_empty() && !tree.names(parent).is_empty()).then_some(true)
}

fn certain(fact: Fact, tree: &Tree) -> Fact {
    Fact { certainty: if tree.is_machine() { 1.0 } else { COPY }, ..fact }
}

fn line(setting: &Setting) -> String {
    format!("{}: {}", setting.place.display(), setting.line)
}

/// The working directory that the server is told does not exist.
fn folder(context: &Context, tree: &Tree, app: &App) -> Option<Fact> {
    let chdir = app.chdir.as_ref()?;
    if is_missing(tree, &chdir.text)? {
        let mut captures = Captures::new();
        captures.insert("path".to_owned(), chdir.text.clone());
        let note = format!("the folder {} does not exist", chdir.text);
        let fact = fact_of(context, "chdir-missing", &line(chdir), &captures, &chdir.place, &note);
        return Some(certain(fact, tree));
    }
    None
}

/// The module that the server is told to load is in none of the folders where it looks.
fn module(context: &Context, tree: &Tree, app: &App) -> Option<Fact> {
    if let Some(file) = &app.wsgi_file {
        let path = match (&app.chdir, file.text.starts_with('/')) {
            (_, true) => file.text.clone(),
            (Some(chdir), false) => format!("{}/{}", chdir.text.trim_end_matches('/'), file.text),
            (None, false) => return None,
        };
        if is_missing(tree, &path)? {
            let mut captures = Captures::new();
            captures.insert("path".to_owned(), path.clone());
            let note = format!("the file {path} does not exist");
            let fact =
                fact_of(context, "entry-missing", &line(file), &captures, &file.place, &note);
            return Some(certain(fact, tree));
        }
        return None;
    }
    let setting = app.module.as_ref().filter(|_| app.kind != AppKind::ModWsgi)?;
    let module = setting.text.split(':').next()?.trim();
    let name_fits = !module.is_empty()
        && module
            .split('.')
            .all(|part| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_'));
    // Without a working directory it depends on where the server was started.
    let chdir = app.chdir.as_ref().filter(|_| name_fits)?;
    if !tree.is_dir(&chdir.text) {
        return None;
    }
    let base = chdir.text.trim_end_matches('/').to_owned();
    let mut folders = vec![base.clone()];
    folders.extend(app.python_path.iter().map(|path| crate::site::join(&base, &path.text)));
    let top = module.split('.').next()?;
    let stands = |name: &str| {
        folders.iter().any(|dir| {
            let path = format!("{dir}/{}", name.replace('.', "/"));
            tree.is_file(&format!("{path}.py")) || tree.is_dir(&path) || has_compiled(tree, &path)
        })
    };
    if stands(module) {
        return None;
    }
    let whole_missing = !stands(top);
    // A package of the virtualenv can be served too; without its files nobody knows.
    if whole_missing && !no_such_package(tree, app, top) {
        return None;
    }
    // A folder without any Python was not copied, or is not the project at all.
    let has_code = tree.names(&base).iter().any(|name| name.ends_with(".py"))
        || tree.names(&base).iter().any(|name| tree.is_file(&format!("{base}/{name}/__init__.py")));
    if !has_code {
        return None;
    }
    let mut captures = Captures::new();
    captures.insert("module".to_owned(), module.to_owned());
    captures.insert("path".to_owned(), base.clone());
    let note = format!("no {} stands in {}", module.replace('.', "/") + ".py", folders.join(", "));
    let fact =
        fact_of(context, "module-unresolved", &line(setting), &captures, &setting.place, &note);
    Some(certain(fact, tree))
}

/// A compiled module stands there.
fn has_compiled(tree: &Tree, path: &str) -> bool {
    let (dir, name) = path.rsplit_once('/').unwrap_or(("", path));
    let start = format!("{name}.");
    tree.names(dir)
        .iter()
        .any(|file| file.starts_with(&start) && (file.ends_with(".so") || file.ends_with(".pyc")))
}

/// The virtualenv is at hand and has no package of that name.
fn no_such_package(tree: &Tree, app: &App, top: &str) -> bool {
    let Some(virtualenv) = &app.virtualenv else { return false };
    let lib = format!("{}/lib", virtualenv.text.trim_end_matches('/'));
    let versions = tree.names(&lib);
    let mut packages = versions
        .iter()
        .map(|version| format!("{lib}/{version}/site-packages"))
        .filter(|dir| tree.is_dir(dir))
        .peekable();
    packages.peek().is_some()
        && packages.all(|dir| {
            // An editable install keeps its path in a .pth file.
            !tree.names(&dir).iter().any(|name| {
                name == top
                    || name.strip_suffix(".py") == Some(top)
                    || (name.ends_with(".pth") && name != "distutils-precedence.pth")
                    || name.ends_with(".egg-link")
            })
        })
}

#[cfg(test)]
#[path = "config_test.rs"]
mod tests;
