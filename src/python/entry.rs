//! From an entry point to what the server will load and what is wrong with it: the front of the static analysis.
//!
//! Reads files, never runs them. Who wants facts for the engine goes through `checks/`.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::interp::{Called, Interp, When};
use super::lints::{self, LintFinding, ModuleCtx};
use super::resolve::finder::Finder;
use super::resolve::venv::{self, Environment};
use super::resolve::{Origin, PathEntry, Tree, pathops};
use super::stack::with_deep_stack;
use super::suppress::{self, Ignore};
use super::unsaved::Unsaved;
use super::value::{ModuleId, Value};
use crate::model::{PythonVersion, Site};
use crate::rules::python_tables;

/// How the entry point is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryKind {
    /// A file that the server reads: uWSGI's `wsgi-file`, mod_wsgi, PythonAnywhere.
    WsgiFile,
    /// `module:attr`; with `factory` the attribute is called.
    ModuleAttr { module: String, attr: String, factory: bool },
    /// `python file.py`: its `__main__` block runs.
    Script,
    /// A Django project by its `manage.py`: `runserver` and management commands load the settings.
    DjangoManage,
}

/// What the server speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interface {
    Wsgi,
    Asgi,
    /// Not known: nothing is said about it.
    Any,
}

/// Bounds of one analysis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Files loaded at most.
    pub files: usize,
    /// Imports inside imports.
    pub depth: usize,
    /// Bytes of one file.
    pub file_bytes: u64,
    /// Bytes of all files.
    pub total_bytes: u64,
    /// Statements and expressions.
    pub steps: u64,
    pub time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            files: 5_000,
            depth: 120,
            file_bytes: 1 << 20,
            total_bytes: 48 << 20,
            steps: 3_000_000,
            time: Duration::from_secs(8),
        }
    }
}

/// What to analyse and what is known of the server.
#[derive(Debug, Clone)]
pub struct EntryOptions {
    /// The entry file at hand, or the folder from which a module is imported.
    pub entry: PathBuf,
    pub kind: EntryKind,
    /// Folder that plays `/`.
    pub root: Option<PathBuf>,
    /// Working folder of the server process, as a path on the server.
    pub cwd: Option<PathBuf>,
    pub virtualenv: Option<PathBuf>,
    pub python: Option<PythonVersion>,
    /// Folders that the server puts on the path (uWSGI's `pythonpath`), as paths on the server.
    pub extra_path: Vec<PathBuf>,
    /// The project folder, where it is known: names of paths are matched with it.
    pub project: Option<PathBuf>,
    /// The name that the server wants in the file.
    pub application: String,
    pub interface: Interface,
    /// Whether threads work there; `None`: not known.
    pub threads: Option<bool>,
    /// The deployment is not known: the folders round the entry point are assumed to be on the path.
    pub assume_path: bool,
    /// The entry point was found by its name or text: nobody named it.
    pub searched: bool,
    /// The dotted name of the entry was taken from its folders: a server may name it otherwise.
    pub assumed_name: bool,
    /// A server loads it to answer requests; a worker only imports it.
    pub served: bool,
    /// The tree is the machine's own or a whole copy: what is not there does not exist.
    pub whole: bool,
    /// A file that is read elsewhere.
    pub unsaved: Option<Unsaved>,
    pub limits: Limits,
    /// Nothing is analysed after it: what it read goes with the process, and is not freed piece by piece.
    pub last: bool,
}

impl EntryOptions {
    /// Options for a file of which nothing else is known, as in `diagnose lint`.
    pub fn for_file(path: &Path) -> Self {
        Self {
            entry: path.to_owned(),
            kind: EntryKind::WsgiFile,
            root: None,
            cwd: None,
            virtualenv: None,
            python: None,
            extra_path: Vec::new(),
            project: None,
            application: "application".to_owned(),
            interface: Interface::Wsgi,
            threads: None,
            assume_path: true,
            searched: false,
            assumed_name: false,
            served: true,
            whole: false,
            unsaved: None,
            limits: Limits::default(),
            last: false,
        }
    }

    /// Options for the WSGI file of a site.
    pub fn for_site(wsgi: &Path, site: &Site, rules: &crate::rules::Rules) -> Self {
        let _ = rules;
        let hosted = site.platform_id() == "pythonanywhere";
        let home = site.user.as_ref().map(|user| PathBuf::from(format!("/home/{user}")));
        Self {
            root: site.root.clone(),
            cwd: if hosted { home } else { None },
            virtualenv: site.virtualenv.clone(),
            python: site.python,
            project: site.project.clone(),
            threads: hosted.then_some(false),
            assume_path: !hosted,
            whole: site.on_host || site.root.is_some(),
            ..Self::for_file(wsgi)
        }
    }

    /// The version that syntax is judged by.
    pub fn target(&self) -> Option<PythonVersion> {
        self.python
    }

    pub(super) fn is_script(&self) -> bool {
        matches!(self.kind, EntryKind::Script | EntryKind::DjangoManage)
    }

    /// The server is known to run Python inside itself, as uWSGI does.
    pub(super) fn is_embedded(&self) -> bool {
        self.kind == EntryKind::WsgiFile && !self.assume_path
    }

    pub(super) fn whole_tree(&self) -> bool {
        self.whole
    }

    pub(super) fn tree(&self) -> Tree {
        let mut tree = Tree { root: self.root.clone(), unsaved: None };
        if let Some(unsaved) = &self.unsaved {
            tree.unsaved = Some((tree.server(&unsaved.file), unsaved.text.clone()));
        }
        tree
    }

    /// The name under which a file is shown.
    pub(super) fn shown(&self, server: &str) -> String {
        if self.root.is_some() {
            return server.to_owned();
        }
        let here = here();
        // Only one of thousands of files can be the entry: most are told by their names.
        let name = self.entry.file_name().map(std::ffi::OsStr::as_encoded_bytes);
        if name.is_none_or(|name| server.as_bytes().ends_with(name)) {
            let entry = here.map_or_else(|| self.entry.clone(), |here| here.join(&self.entry));
            if std::path::absolute(entry).is_ok_and(|path| path == Path::new(server)) {
                return self.entry.display().to_string();
            }
        }
        // Below `/` everything is: the whole path says more.
        here.filter(|here| *here != Path::new("/"))
            .and_then(|here| Path::new(server).strip_prefix(here).ok())
            .map_or_else(|| server.to_owned(), |path| path.display().to_string())
    }

    /// Finds a folder of another machine among the files at hand, by the longest common end of their paths.
    pub(super) fn at_hand(&self, finder: &mut Finder, path: &str) -> Option<String> {
        if self.root.is_some() || self.whole || finder.is_dir(path) {
            return None;
        }
        let tree = self.tree();
        let mut bases: Vec<String> = Vec::new();
        if let Some(project) = &self.project {
            bases.push(tree.server(project));
        }
        let mut dir = pathops::parent(&tree.server(&self.entry));
        for _ in 0..4 {
            if dir == "/" || dir == "/home" || dir == "/tmp" {
                break;
            }
            bases.push(dir.clone());
            dir = pathops::parent(&dir);
        }
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        for from in 0..parts.len() {
            let tail = parts[from..].join("/");
            for base in &bases {
                let below = pathops::join(base, &tail);
                if finder.is_dir(&below) {
                    return Some(below);
                }
                // The folder at hand may be the named one itself.
                if base.ends_with(&format!("/{tail}")) {
                    return Some(base.clone());
                }
            }
        }
        None
    }

    /// The module's `__name__` is the name it is imported by.
    pub(super) fn is_named(&self) -> bool {
        matches!(self.kind, EntryKind::ModuleAttr { .. })
    }

    /// The name whose values are remembered.
    pub fn watched(&self) -> &str {
        match &self.kind {
            EntryKind::ModuleAttr { attr, .. } => attr.split('.').next().unwrap_or(attr),
            _ => &self.application,
        }
    }

    /// Part of the standard library of this Python (or of any Python 3, where it is not known).
    pub(super) fn is_stdlib(&self, name: &str) -> bool {
        let Some(module) = python_tables::stdlib_module(name) else { return false };
        let python = self.python.map(|version| (version.major, version.minor));
        match (module.removed, python) {
            (Some(removed), _) if removed <= (3, 0) => false,
            (Some(removed), Some(python)) => python < removed,
            _ => true,
        }
    }

    /// Compiled into the interpreter: nothing on the path can hide it.
    pub(super) fn is_builtin(name: &str) -> bool {
        matches!(
            name,
            "sys"
                | "builtins"
                | "time"
                | "_thread"
                | "_io"
                | "posix"
                | "errno"
                | "gc"
                | "itertools"
                | "marshal"
                | "_imp"
                | "__future__"
                | "os"
                | "site"
                | "codecs"
                | "io"
                | "abc"
                | "stat"
                | "posixpath"
                | "importlib"
                // The program that runs.
                | "__main__"
        )
    }

    pub(super) fn distribution(name: &str) -> Option<String> {
        python_tables::distribution_for(name).map(str::to_owned)
    }
}

/// A file that the server will load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedFile {
    /// Name to show.
    pub path: Arc<str>,
    /// Dotted module name.
    pub module: String,
    /// File at hand.
    pub disk: PathBuf,
    /// Loaded with the first request only.
    pub later: bool,
    /// Its `# diagnose: ignore` comments.
    pub ignores: Vec<Ignore>,
}

/// What the analysis found.
#[derive(Debug, Clone, Default)]
pub struct Analysis {
    /// In the order of loading; the entry point first.
    pub loaded: Vec<LoadedFile>,
    /// The search path as the server will have it, after the code's changes.
    pub sys_path: Vec<PathEntry>,
    /// By file order and line.
    pub findings: Vec<LintFinding>,
    /// Imports that could be neither found nor called missing.
    pub unresolved: Vec<String>,
    /// Third-party modules that are imported, sorted.
    pub third_party: Vec<String>,
    /// Files that were parsed.
    pub parsed: usize,
    /// Why something was not read.
    pub notes: Vec<String>,
    /// Everything that runs at import was followed.
    pub complete: bool,
    /// The entry point defines what the server wants.
    pub has_application: bool,
}

/// Analyses an entry point on a deep stack. Never panics on any input; bounded by `opts.limits`.
pub fn analyse_entry(opts: &EntryOptions) -> Analysis {
    with_deep_stack(|| analyse(opts))
}

fn environment(opts: &EntryOptions, tree: &Tree) -> Environment {
    let Some(venv) = &opts.virtualenv else { return Environment::default() };
    venv::read(tree, &tree.server(venv))
}

/// The search path before the code runs.
fn first_path(
    opts: &EntryOptions,
    tree: &Tree,
    finder: &mut Finder,
    entry: &str,
    env: &Environment,
) -> Vec<PathEntry> {
    let mut path: Vec<PathEntry> = Vec::new();
    let mut add = |dir: String, origin: Origin| {
        if !path.iter().any(|entry| entry.path == dir) {
            path.push(PathEntry { path: dir, origin });
        }
    };
    for extra in &opts.extra_path {
        add(tree.server(extra), Origin::Server);
    }
    let folder = if matches!(opts.kind, EntryKind::ModuleAttr { .. }) {
        entry.to_owned()
    } else {
        pathops::parent(entry)
    };
    // mod_wsgi puts the folder of a `.wsgi` file nowhere, and a package's own folder is rarely meant.
    let inside = opts.assume_path
        && opts.kind == EntryKind::WsgiFile
        && finder.list(&folder).file("__init__.py")
        && !is_project_root(finder, &folder);
    add(folder.clone(), if inside { Origin::Assumed } else { Origin::Server });
    if let Some(cwd) = &opts.cwd {
        add(tree.server(cwd), if opts.assume_path { Origin::Assumed } else { Origin::Server });
    }
    if opts.assume_path {
        // The folder above the outermost package, up to the repository's root.
        let mut dir = folder;
        for _ in 0..6 {
            let listing = finder.list(&dir);
            let src = pathops::join(&dir, "src");
            add(dir.clone(), Origin::Assumed);
            if listing.dir("src") {
                add(src, Origin::Assumed);
            }
            let is_root = is_project_root(finder, &dir);
            let up = pathops::parent(&dir);
            if (is_root && !listing.file("__init__.py"))
                || matches!(up.as_str(), "/" | "/home" | "/tmp" | "/var")
            {
                break;
            }
            dir = up;
        }
        if let Some(project) = &opts.project {
            add(tree.server(project), Origin::Assumed);
        }
    }
    for site in env.site_packages.iter().chain(&env.pth) {
        add(site.clone(), Origin::SitePackages);
    }
    path
}

fn analyse(opts: &EntryOptions) -> Analysis {
    let tree = opts.tree();
    let mut finder = Finder::new(tree.clone());
    let env = environment(opts, &tree);
    let mut opts = opts.clone();
    opts.assumed_name |= opts.kind == EntryKind::WsgiFile && opts.assume_path;
    opts.python = opts.python.or(env.python);
    let file = tree.server(&opts.entry);
    let inner = as_package(&mut opts, &mut finder, &file);
    let opts = &opts;
    let entry = tree.server(&opts.entry);
    let mut sys_path = first_path(opts, &tree, &mut finder, &entry, &env);
    for path in &inner {
        if !sys_path.iter().any(|known| known.path == *path) {
            sys_path.push(PathEntry { path: path.clone(), origin: Origin::Assumed });
        }
    }
    let cwd = opts.cwd.as_ref().map_or_else(
        || match &opts.kind {
            EntryKind::ModuleAttr { .. } => entry.clone(),
            _ => pathops::parent(&entry),
        },
        |cwd| tree.server(cwd),
    );
    // What the server puts on the path and is not at hand may have any module.
    let elsewhere = opts.extra_path.iter().any(|path| !finder.disk(&tree.server(path)).is_dir());
    let mut run = Interp::new(opts, finder, env, sys_path, cwd);
    run.path_unknown = elsewhere;
    let (module, application) = if let EntryKind::ModuleAttr { module, attr, factory } = &opts.kind
    {
        let value = run.import_entry(module);
        match value {
            Value::Module(id) => {
                let mut parts = attr.split('.');
                let first = parts.next().unwrap_or(attr);
                let mut value =
                    run.modules[id].names.get(first).map(|binding| binding.value.clone());
                for part in parts {
                    let _ = part;
                    value = value.map(|_| Value::Unknown);
                }
                if *factory && let Some(made) = &value {
                    value = Some(run.call_factory(id, &made.clone()));
                }
                (Some(id), value)
            }
            _ if !inner.is_empty() => run_file(&mut run, &file),
            _ => (None, None),
        }
    } else {
        run_file(&mut run, &entry)
    };
    let has_application = application.is_some();
    run.misspelled_settings();
    run.user_loader();
    run.misplaced_templates();
    run.named_models();
    run.endpoints_of_blueprints();
    run.unset();
    if run.third_party_seen("dash") {
        run.dash_layout();
        run.dash_callable();
    }
    let called = application.as_ref().map_or(Called::Maybe, |value| run.called(value));
    let findings = lints::run(&ModuleCtx { run: &run, entry: module, application, called });
    let mut loaded = Vec::with_capacity(run.modules.len());
    loaded.extend(run.modules.iter_mut().filter_map(|module| {
        let source = module.source.as_ref()?;
        Some(LoadedFile {
            path: Arc::clone(&source.shown),
            module: std::mem::take(&mut module.name),
            disk: source.disk.clone(),
            later: module.when == When::FirstRequest,
            ignores: suppress::of_source(source),
        })
    }));
    let mut third_party: Vec<String> = run.third_party.iter().cloned().collect();
    third_party.sort();
    let analysis = Analysis {
        parsed: loaded.len(),
        loaded,
        sys_path: run.sys_path.clone(),
        findings,
        unresolved: run.unresolved.clone(),
        third_party,
        notes: run.notes.clone(),
        complete: run.complete && module.is_some(),
        has_application,
    };
    if opts.last {
        run.leak();
    }
    analysis
}

/// Executes the entry point's file; its module and what the server will call.
fn run_file(run: &mut Interp<'_>, file: &str) -> (Option<ModuleId>, Option<Value>) {
    let name = module_name(&mut run.finder, file, &run.sys_path);
    let id = run.run_entry(file, &name);
    let value = id.and_then(|id| {
        run.modules[id]
            .names
            .get(run.options.application.as_str())
            .map(|binding| binding.value.clone())
    });
    (id, value)
}

/// Files that stand at the top of a project, where servers are started.
pub(super) fn is_project_root(finder: &mut Finder, dir: &str) -> bool {
    let listing = finder.list(dir);
    let marked = [
        ".git",
        "pyproject.toml",
        "manage.py",
        "requirements.txt",
        "Procfile",
        "setup.cfg",
        "Pipfile",
    ]
    .iter()
    .any(|name| listing.file(name) || listing.dir(name));
    // A package may have a module `setup`, too.
    marked
        || listing.file("setup.py")
            && (!listing.file("__init__.py")
                || std::fs::read_to_string(finder.disk(&pathops::join(dir, "setup.py")))
                    .is_ok_and(|text| text.contains("setuptools") || text.contains("distutils")))
}

/// The program's working folder, which it never changes; asked once, since every file that is loaded is named by it.
fn here() -> Option<&'static Path> {
    static HERE: OnceLock<Option<PathBuf>> = OnceLock::new();
    HERE.get_or_init(|| std::env::current_dir().ok()).as_deref()
}

/// A file inside a package is loaded by its dotted name: the package's `__init__.py` runs first, and
/// the folder above the outermost package is on the path, as `gunicorn shop.wsgi` does it. A project's
/// top folder is no package, though an `__init__.py` strayed into it. Gives the packages' own folders,
/// inner first, which may be on the path as well, but not in front.
fn as_package(opts: &mut EntryOptions, finder: &mut Finder, file: &str) -> Vec<String> {
    let mut inner = Vec::new();
    if opts.kind != EntryKind::WsgiFile || !file.ends_with(".py") {
        return inner;
    }
    let mut dir = pathops::parent(file);
    let Some(mut disk) =
        std::path::absolute(&opts.entry).ok().and_then(|path| Some(path.parent()?.to_owned()))
    else {
        return inner;
    };
    let mut module = pathops::basename(file).trim_end_matches(".py").to_owned();
    for _ in 0..16 {
        let name = pathops::basename(&dir).to_owned();
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        let listing = finder.list(&dir);
        let root = is_project_root(finder, &dir);
        let (true, true, false, Some(up)) =
            (is_name, listing.file("__init__.py"), root, disk.parent())
        else {
            break;
        };
        module = format!("{name}.{module}");
        inner.push(dir.clone());
        dir = pathops::parent(&dir);
        disk = up.to_owned();
    }
    if inner.is_empty() {
        return inner;
    }
    opts.entry = disk;
    opts.kind = EntryKind::ModuleAttr { module, attr: opts.application.clone(), factory: false };
    inner
}

/// The dotted name by which others import the entry file; its stem where it is in no package.
fn module_name(finder: &mut Finder, entry: &str, path: &[PathEntry]) -> String {
    let stem = pathops::basename(entry).trim_end_matches(".py").to_owned();
    let mut name = stem.clone();
    let mut dir = pathops::parent(entry);
    for _ in 0..16 {
        if !finder.list(&dir).file("__init__.py")
            || path
                .iter()
                .any(|p| p.path == dir && p.origin != Origin::Assumed && p.origin != Origin::Server)
        {
            break;
        }
        name = format!("{}.{name}", pathops::basename(&dir));
        dir = pathops::parent(&dir);
    }
    name
}
