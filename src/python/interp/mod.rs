//! Follows what Python does when it imports the entry point: statements in order, imports, calls of own functions.
//!
//! An abstract interpreter: values are known or `Unknown`, conditions are taken, not taken or undecided, and what
//! happens is noted as [`event::Event`]s. It never judges; the lints do. Bounded by files, statements and depth.

mod app_attribute;
mod blueprint;
#[cfg(test)]
mod blueprint_test;
mod brackets;
mod call;
mod caught;
mod clashes;
mod command_line;
mod cond;
mod context;
mod dash;
mod database;
mod definitions;
mod desktop;
mod django;
mod django_admin;
mod django_apps;
mod django_event;
mod django_known;
mod django_rest;
mod django_urls;
mod django_values;
mod endpoint;
mod env_arguments;
mod env_files;
pub mod event;
mod event_loop;
mod expr;
mod glued;
mod import;
mod init_name;
mod inside;
mod installed;
mod installed_call;
mod library_event;
mod load;
mod loaders;
mod methods;
mod missing;
mod models;
mod names;
mod namesake;
mod needs;
mod neighbours;
mod openers;
mod optional;
#[cfg(test)]
mod optional_test;
mod other_case;
mod other_python;
mod own_copy;
mod path_outside;
mod pydantic;
mod raised;
mod read_twice;
mod refusals;
#[cfg(test)]
mod refusals_test;
mod registered;
mod route;
pub(super) mod scopes;
mod settings;
mod settings_dotted;
mod settings_lists;
mod settings_logging;
mod settings_module;
mod stmt;
mod sums;
pub(super) mod syntax;
mod tables;
#[cfg(test)]
mod tables_test;
mod templates;
mod threads;
mod too_new;
mod unbound;
mod unlisted;
mod unset;
#[cfg(test)]
mod unset_test;
mod url_for;
mod views;

use std::rc::Rc;
use std::time::Instant;

use ruff_python_ast::name::Name;
use ruff_text_size::TextRange;

use super::ahead::Ahead;
use super::entry::EntryOptions;
use super::installed::Surface;
use super::maps::{HashMap, HashSet};
use super::resolve::finder::Finder;
use super::resolve::venv::Environment;
use super::resolve::{Origin, PathEntry};
use super::source::Source;
use super::value::{ModuleId, Value, join};
use caught::Caught;
pub use event::{Event, EventKind, When};
pub use installed_call::Called;

/// A name in a module.
#[derive(Debug, Clone)]
pub struct Binding {
    pub value: Value,
    pub range: TextRange,
    /// Only bound under a condition that could not be decided.
    pub maybe: bool,
}

/// A module that was loaded.
#[derive(Debug)]
pub struct Module {
    /// Dotted name as imported.
    pub name: String,
    /// Path on the server.
    pub path: String,
    /// The file at hand could be read and parsed.
    pub source: Option<Rc<Source>>,
    pub names: HashMap<Name, Binding>,
    /// Every value that a watched name (the application) had, in order.
    pub history: Vec<(Value, TextRange, f64)>,
    /// Names may exist that are not seen: star imports of libraries, `exec`, `globals()`.
    pub dynamic: bool,
    /// Still being executed.
    pub loading: bool,
    /// Folders in which submodules are looked up; empty for plain modules.
    pub search: Vec<String>,
    pub when: When,
    /// Names bound only in blocks that do not run here (`__main__`), with the place.
    pub guarded: Vec<(String, TextRange)>,
    /// Who imported it first.
    pub importer: Option<ModuleId>,
    /// Whoever imports it catches what is raised in it.
    shielded: bool,
    /// It ends with an exception of its own: what stands below the place is never reached.
    pub ended: bool,
}

/// Where execution is.
#[derive(Debug, Clone)]
struct Cx {
    module: ModuleId,
    weight: f64,
    /// Under a condition on the environment, or in an exception handler: no lint may speak.
    quiet: bool,
    caught: Caught,
    frame: Option<usize>,
    depth: u8,
    via: Option<Rc<str>>,
    when: When,
    /// The expression statement that is being executed.
    statement: Option<TextRange>,
}

impl Cx {
    fn maybe(&self) -> Self {
        Self { weight: self.weight * 0.5, ..self.clone() }
    }

    fn quietly(&self) -> Self {
        Self { quiet: true, weight: self.weight * 0.5, ..self.clone() }
    }
}

/// Names of a running function or class body.
#[derive(Debug, Default)]
struct Frame {
    vars: HashMap<String, Value>,
    globals: HashSet<String>,
    returns: Vec<Value>,
}

/// How a block ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    Next,
    /// `break` or `continue`.
    Loop,
    Return,
    /// `raise`, or the end of the process.
    Raise,
}

/// The interpreter.
pub struct Interp<'o> {
    pub options: &'o EntryOptions,
    pub finder: Finder,
    pub environment: Environment,
    pub modules: Vec<Module>,
    by_name: HashMap<String, ModuleId>,
    pub sys_path: Vec<PathEntry>,
    /// Something unknown was put on the path, or a folder that is not at hand.
    pub path_unknown: bool,
    pub events: Vec<Event>,
    seen: HashSet<(ModuleId, u32, &'static str)>,
    environ: HashMap<String, Value>,
    /// A `.env` reader ran: variables may come from there.
    dotenv: bool,
    /// Files of variables that django-environ reads, where they are known.
    env_files: Vec<Option<String>>,
    /// Variables that have a default.
    env_defaults: Vec<String>,
    /// Import hooks are in use: nothing is missing for sure.
    hooks: bool,
    /// Names that the code put into `sys.modules` itself.
    replaced: HashSet<String>,
    /// First parts of the names that code imported.
    spoken: HashSet<String>,
    frames: Vec<Frame>,
    calls: HashMap<(ModuleId, u32), (u8, Value)>,
    running: Vec<(ModuleId, u32)>,
    pub cwd: String,
    /// The code changed the working folder itself.
    moved: bool,
    /// Places of view functions by module, app as written, the app's own place, and name.
    endpoints: HashMap<(ModuleId, String, u32, String), TextRange>,
    /// A parser of the command line has an argument that must be given.
    argument_wanted: bool,
    steps: u64,
    /// The budget is used up.
    exhausted: bool,
    bytes: u64,
    started: Instant,
    /// Why the reading is not complete.
    pub notes: Vec<String>,
    /// Imports that could be neither found nor called missing.
    pub unresolved: Vec<String>,
    /// Third-party modules that are used: dotted top names.
    pub third_party: HashSet<String>,
    /// Imports that are being executed, outermost first.
    import_sites: Vec<(ModuleId, TextRange)>,
    /// Django has loaded its apps: models may be defined.
    apps_ready: bool,
    /// Django's apps are not all known, so neither is the order in which modules are imported first.
    apps_unknown: bool,
    /// Django's apps: their entries in the settings, and what their configurations say that they are of.
    app_names: Vec<String>,
    /// Models that the admin has, and where they were registered.
    registered: Vec<((Option<ModuleId>, String), ModuleId, TextRange)>,
    /// Models that were taken out of the admin, for others to register them.
    unregistered: Vec<(Option<ModuleId>, String)>,
    /// Some app of the project could not be loaded, or its package is not known.
    apps_unclear: bool,
    /// Django is loading its apps.
    populating: bool,
    /// `django.setup()` was called.
    set_up: bool,
    /// Django's settings module, once it was loaded.
    pub settings: Option<ModuleId>,
    pub complete: bool,
    ahead: Ahead,
    /// Words of the project's requirement files, once they were asked for.
    declared: Option<HashSet<String>>,
    /// Least versions that the project's requirements allow, once they were asked for.
    pins: Option<HashMap<String, String>>,
    /// The project's Dash makes objects that no server can call.
    pub dash_uncallable: bool,
    /// The project's list of packages, if it is complete, once it was asked for.
    frozen: Option<Option<unlisted::Frozen>>,
    /// What modules of installed packages offer.
    surfaces: HashMap<String, Rc<Surface>>,
    /// Whole trees of modules whose outlines are being executed, once something of them was called.
    whole: HashMap<ModuleId, Rc<Source>>,
    /// Names that the text of a module binds, once they were asked for.
    names: HashMap<ModuleId, Rc<scopes::Names>>,
    /// Missing names that were looked into, by module.
    told: HashMap<ModuleId, HashSet<String>>,
    /// How many modules were asked whether they add builtins, and whether one does.
    injecting: (usize, bool),
    /// `with` blocks round the current place, and whether something was pushed before: Flask's contexts
    /// may be among them.
    contexts: usize,
    pushed: bool,
    configured: database::Configured,
    blueprints: blueprint::Blueprints,
    tables: tables::Tables,
    templates: templates::Templates,
    /// Settings of the app that were read before anything had set them.
    config_reads: Vec<(ModuleId, TextRange, String)>,
    /// What the requirements were asked for already.
    asked_for: Vec<&'static str>,
    /// Where Flask-Login's managers are made.
    login_managers: Vec<(ModuleId, TextRange)>,
    /// Parameters of running functions that were given a variable of the environment that may be unset.
    unset: Vec<env_arguments::Unset>,
}

impl<'o> Interp<'o> {
    /// An interpreter with the server's search path.
    pub fn new(
        options: &'o EntryOptions,
        finder: Finder,
        environment: Environment,
        sys_path: Vec<PathEntry>,
        cwd: String,
    ) -> Self {
        Self {
            options,
            ahead: Ahead::new(options, &finder),
            finder,
            environment,
            modules: Vec::new(),
            by_name: HashMap::default(),
            sys_path,
            path_unknown: false,
            events: Vec::new(),
            seen: HashSet::default(),
            environ: HashMap::default(),
            dotenv: false,
            env_files: Vec::new(),
            env_defaults: Vec::new(),
            hooks: false,
            replaced: HashSet::default(),
            spoken: HashSet::default(),
            frames: Vec::new(),
            calls: HashMap::default(),
            running: Vec::new(),
            cwd,
            moved: false,
            endpoints: HashMap::default(),
            argument_wanted: false,
            steps: 0,
            exhausted: false,
            bytes: 0,
            started: Instant::now(),
            notes: Vec::new(),
            unresolved: Vec::new(),
            third_party: HashSet::default(),
            import_sites: Vec::new(),
            apps_ready: false,
            apps_unknown: false,
            app_names: Vec::new(),
            registered: Vec::new(),
            unregistered: Vec::new(),
            apps_unclear: false,
            populating: false,
            set_up: false,
            settings: None,
            complete: true,
            declared: None,
            pins: None,
            dash_uncallable: false,
            frozen: None,
            surfaces: HashMap::default(),
            whole: HashMap::default(),
            names: HashMap::default(),
            told: HashMap::default(),
            injecting: (0, false),
            contexts: 0,
            pushed: false,
            configured: database::Configured::default(),
            blueprints: blueprint::Blueprints::default(),
            tables: tables::Tables::default(),
            templates: templates::Templates::default(),
            config_reads: Vec::new(),
            asked_for: Vec::new(),
            login_managers: Vec::new(),
            unset: Vec::new(),
        }
    }

    /// Ends the work of its helpers, and leaves what was read to the end of the process.
    pub fn leak(mut self) {
        self.ahead = Ahead::new(self.options, &self.finder);
        std::mem::forget(self);
    }

    /// Loads and executes the entry point's file under a module name.
    pub fn run_entry(&mut self, path: &str, name: &str) -> Option<ModuleId> {
        let cx = self.base();
        self.load_file(path, name, Vec::new(), &cx)
    }

    /// Imports the entry module by name, as a server does with `module:app`.
    pub fn import_entry(&mut self, name: &str) -> Value {
        let cx = self.base();
        self.import_dotted(&cx, name, TextRange::default(), None)
    }

    /// What a name in a module is.
    pub fn attribute_of(&mut self, module: ModuleId, name: &str) -> Value {
        let cx = Cx { module, ..self.base() };
        self.attribute(&cx, &Value::Module(module), name)
    }

    /// Calls a value as the server would call a factory.
    pub fn call_factory(&mut self, module: ModuleId, value: &Value) -> Value {
        let cx = Cx { module, ..self.base() };
        match value {
            Value::Func(func) => self.call_function(&cx, func, &[], &[]),
            _ => Value::Unknown,
        }
    }

    fn base(&self) -> Cx {
        Cx {
            module: 0,
            weight: 1.0,
            quiet: false,
            caught: Caught::default(),
            frame: None,
            depth: 0,
            via: None,
            when: When::Import,
            statement: None,
        }
    }

    fn incomplete(&mut self, note: String) {
        self.complete = false;
        if !self.notes.contains(&note) && self.notes.len() < 50 {
            self.notes.push(note);
        }
    }

    /// One more step; false when the budget is used up.
    fn step(&mut self) -> bool {
        self.steps += 1;
        if self.steps > self.options.limits.steps
            || (self.steps.is_multiple_of(256) && self.started.elapsed() > self.options.limits.time)
        {
            self.incomplete("the code was too much to be followed to its end".to_owned());
            self.exhausted = true;
            return false;
        }
        true
    }

    /// Notes an event once per place and sort.
    fn emit(&mut self, cx: &Cx, range: TextRange, sort: &'static str, kind: EventKind) {
        // Modules that were left in the middle lack names that they have.
        if cx.quiet || self.exhausted || self.events.len() >= 5_000 {
            return;
        }
        if !self.seen.insert((cx.module, range.start().to_u32(), sort)) {
            return;
        }
        self.events.push(Event {
            module: cx.module,
            range,
            weight: cx.weight,
            when: cx.when,
            via: cx.via.as_ref().map(ToString::to_string),
            kind,
        });
    }

    /// Binds a name where assignments go.
    fn bind(&mut self, cx: &Cx, name: &str, value: Value, range: TextRange) {
        self.blueprints.forget(cx.module, name);
        if let Some(frame) = cx.frame.and_then(|at| self.frames.get_mut(at))
            && !frame.globals.contains(name)
        {
            let old = frame.vars.get(name);
            let value = match old {
                Some(old) if cx.weight < 0.75 => join(old, &value),
                _ => value,
            };
            if !self.unset.is_empty() {
                let running = self.running.last();
                self.unset.retain(|unset| !unset.is_parameter(running, name));
            }
            frame.vars.insert(name.to_owned(), value);
            return;
        }
        let watched = name == self.options.watched() && self.modules[cx.module].importer.is_none();
        let module = &mut self.modules[cx.module];
        if watched {
            module.history.push((value.clone(), range, cx.weight));
        }
        let maybe = cx.weight < 0.75;
        let binding = match module.names.get(name) {
            Some(old) if maybe => {
                Binding { value: join(&old.value, &value), range, maybe: old.maybe }
            }
            _ => Binding { value, range, maybe },
        };
        module.names.insert(Name::new(name), binding);
    }

    /// Puts a folder on the search path.
    fn add_path(
        &mut self,
        cx: &Cx,
        value: &Value,
        at: Option<usize>,
        range: TextRange,
        literal: Option<TextRange>,
    ) {
        let Some(text) = value.text() else {
            self.path_unknown = true;
            return;
        };
        let path = super::resolve::pathops::absolute(text, &self.cwd);
        let path = self.options.at_hand(&mut self.finder, &path).unwrap_or(path);
        let origin = Origin::Code {
            module: cx.module,
            start: range.start().to_u32(),
            end: range.end().to_u32(),
        };
        if !self.finder.is_dir(&path) {
            let archive = std::path::Path::new(&path)
                .extension()
                .is_some_and(|ending| ending == "zip" || ending == "egg" || ending == "whl");
            if !archive && !self.finder.exists(&path) {
                self.path_missing(cx, &path, text, range, literal);
            } else if path.ends_with(".py") {
                let literal = literal.or_else(|| self.string_literal(cx.module, text));
                let kind = EventKind::PathMissing {
                    near: Some(super::resolve::pathops::parent(&path)),
                    path: path.clone(),
                    file: true,
                    literal,
                    literal_text: text.to_owned(),
                };
                self.emit(cx, range, "path", kind);
            } else {
                self.path_unknown = true;
            }
        }
        let entry = PathEntry { path, origin };
        if !self.sys_path.iter().any(|known| known.path == entry.path) {
            match at {
                Some(at) => self.sys_path.insert(at.min(self.sys_path.len()), entry),
                None => self.sys_path.push(entry),
            }
        } else if at == Some(0) {
            self.sys_path.retain(|known| known.path != entry.path);
            self.sys_path.insert(0, entry);
        }
    }

    fn path_missing(
        &mut self,
        cx: &Cx,
        path: &str,
        text: &str,
        range: TextRange,
        literal: Option<TextRange>,
    ) {
        use super::resolve::pathops::{basename, parent};
        // `path = "…"` above, and `sys.path.append(path)` here: the text is what is to be changed.
        let literal = literal.or_else(|| self.string_literal(cx.module, text));
        let folder = parent(path);
        // The tree is at hand only if the parent is; else the file was copied from another machine.
        let here = self.finder.is_dir(&folder) && folder != "/" && folder != "/home";
        if !here {
            self.path_unknown = true;
            if self.options.whole_tree() {
                self.path_unknown = false;
            } else {
                self.emit(
                    cx,
                    range,
                    "path",
                    EventKind::PathElsewhere { text: text.to_owned(), literal },
                );
                return;
            }
        }
        let listing = self.finder.list(&folder);
        let dirs: Vec<String> = listing
            .iter()
            .filter(|(name, dir)| *dir && !name.starts_with('.'))
            .map(|(name, _)| name.to_owned())
            .collect();
        let near = super::lints::near::nearest(basename(path), dirs.iter().map(String::as_str))
            .map(|name| super::resolve::pathops::join(&folder, &name));
        let kind = EventKind::PathMissing {
            path: path.to_owned(),
            file: false,
            near,
            literal,
            literal_text: text.to_owned(),
        };
        self.emit(cx, range, "path", kind);
    }
}
