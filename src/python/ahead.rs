//! Reads and parses, on the other cores, the files that the entry point is going to import.
//!
//! A guess and nothing more: imports at the left margin are looked up on the search path as it is at that moment, in
//! the order in which Python would get to them, not too far ahead. Who asks for a file gets what reading it himself
//! would give; files that nobody asks for were read in vain.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::rc::Rc;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use ruff_python_ast::{self as ast, Stmt};

use super::entry::EntryOptions;
use super::maps::HashMap;
use super::parse::Tree;
use super::resolve::finder::{Finder, Found, SharedFinder};
use super::source::Source;
use super::stack::spawn_deep;
use super::trash::{Maker, Trash};

/// Files that are loaded before others help: a small project is done before a thread has started.
const ALONE: usize = 8;
/// Threads that help.
const MOST_HELPERS: usize = 7;
/// Bytes of source of which whole trees are made. Of further files there is only the outline; what is called of them
/// is parsed again.
pub(super) const WHOLE: u64 = 512 << 10;
/// Bytes of source of which trees are kept. Those of further files are let go when they have been executed.
pub(super) const KEPT: u64 = 128 << 10;
/// Bytes of source that may lie ready: their trees take some thirty times as much.
const FAR: u64 = 256 << 10;

/// The helper of one analysis.
pub(super) struct Ahead {
    shared: Arc<Shared>,
    loaded: usize,
    helpers: Vec<JoinHandle<()>>,
    /// The caller's own, for the time that he would wait.
    scout: Scout,
}

struct Shared {
    options: EntryOptions,
    finder: SharedFinder,
    state: Mutex<State>,
    /// A file is ready, a name is wanted, there is room again, or all is over.
    news: Condvar,
    trash: Trash,
}

#[derive(Default)]
struct State {
    /// The next one last.
    wanted: Vec<Wanted>,
    /// By path on the server.
    files: HashMap<String, Slot>,
    /// Folders of the search path that may hold the project's own modules.
    path: Arc<Vec<String>>,
    read: usize,
    bytes: u64,
    /// Bytes that lie ready, and whether it is too many.
    ready: u64,
    full: bool,
    /// Threads that wait for news.
    waiting: usize,
    over: bool,
}

/// What became of a file.
enum Slot {
    Reading,
    Ready(Ready),
    /// Handed out, or left to the interpreter.
    Gone,
}

/// A file that was read ahead.
pub(super) struct Ready {
    pub(super) source: Box<Source>,
    /// Its size.
    pub(super) bytes: u64,
    pub(super) maker: Maker,
}

/// An absolute name that is imported, and names taken from it, which may be its submodules.
struct Wanted {
    module: String,
    names: Vec<String>,
}

impl Ahead {
    pub(super) fn new(options: &EntryOptions, finder: &Finder) -> Self {
        Self {
            shared: Arc::new(Shared {
                options: options.clone(),
                finder: finder.sharing(),
                state: Mutex::new(State::default()),
                news: Condvar::new(),
                trash: Trash::new(MOST_HELPERS),
            }),
            loaded: 0,
            helpers: Vec::new(),
            scout: Scout::new(finder.sharing().finder(), None),
        }
    }

    /// The file, if it was read ahead. If not, nobody reads it any more: it is the caller's.
    pub(super) fn take(&mut self, path: &str) -> Option<Ready> {
        self.loaded += 1;
        if self.loaded == ALONE {
            self.start();
        }
        let mut state = self.shared.lock();
        while matches!(state.files.get(path), Some(Slot::Reading)) {
            // Rather than wait, help with what comes next.
            if let Some(wanted) = state.wanted.pop() {
                let dirs = Arc::clone(&state.path);
                drop(state);
                self.scout.follow(&self.shared, &wanted, &dirs);
                state = self.shared.lock();
            } else {
                state = self.shared.wait(state);
            }
        }
        match state.files.insert(path.to_owned(), Slot::Gone) {
            Some(Slot::Ready(ready)) => {
                state.ready -= ready.bytes;
                if state.full && state.ready < FAR / 2 {
                    state.full = false;
                    self.shared.tell(state);
                }
                Some(ready)
            }
            _ => None,
        }
    }

    /// Frees a tree.
    pub(super) fn free(&self, tree: Tree, maker: Maker) {
        self.shared.trash.put(tree, maker);
    }

    /// Tells what a file that the caller read himself is going to import.
    pub(super) fn offer<'p>(
        &self,
        source: &Source,
        name: &str,
        is_package: bool,
        path: impl Iterator<Item = &'p str>,
    ) {
        let wanted = imports(source.body(), name, is_package);
        if wanted.is_empty() {
            return;
        }
        let mut state = self.shared.lock();
        let path: Vec<&str> = path.collect();
        if *state.path != path {
            state.path = Arc::new(path.into_iter().map(str::to_owned).collect());
        }
        state.wanted.extend(wanted.into_iter().rev());
        self.shared.tell(state);
    }

    fn start(&mut self) {
        let others = std::thread::available_parallelism().map_or(1, usize::from).saturating_sub(1);
        for helper in 0..others.min(MOST_HELPERS) {
            let shared = Arc::clone(&self.shared);
            self.helpers.extend(spawn_deep(move || shared.help(Some(helper))));
        }
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.over = true;
        self.shared.tell(state);
        for helper in self.helpers.drain(..) {
            // One that panicked gave its file back; nothing depends on it.
            let _ = helper.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'s>(&self, mut state: MutexGuard<'s, State>) -> MutexGuard<'s, State> {
        state.waiting += 1;
        let mut state = self.news.wait(state).unwrap_or_else(PoisonError::into_inner);
        state.waiting -= 1;
        state
    }

    fn tell(&self, state: MutexGuard<'_, State>) {
        let anyone = state.waiting > 0;
        drop(state);
        if anyone {
            self.news.notify_all();
        }
    }

    fn help(&self, maker: Maker) {
        let mut scout = Scout::new(self.finder.finder(), maker);
        let mut state = self.lock();
        while !state.over {
            if !state.full
                && let Some(wanted) = state.wanted.pop()
            {
                let dirs = Arc::clone(&state.path);
                drop(state);
                self.trash.empty(maker);
                scout.follow(self, &wanted, &dirs);
                state = self.lock();
            } else {
                state = self.wait(state);
            }
        }
        drop(state);
        self.trash.empty(maker);
    }

    fn read(&self, scout: &Scout, file: &str, name: &str, is_package: bool) {
        let finder = &scout.finder;
        let limits = &self.options.limits;
        let mut state = self.lock();
        if state.over
            || state.read >= limits.files
            || state.bytes >= limits.total_bytes
            || state.files.contains_key(file)
        {
            return;
        }
        state.files.insert(file.to_owned(), Slot::Reading);
        let outline = state.bytes > WHOLE;
        drop(state);
        let reading = Reading { shared: self, file };
        let disk = finder.disk(file);
        // What cannot be read, or is too large, is the interpreter's to say.
        let Some(bytes) = contents(&disk, limits.file_bytes) else { return };
        let shown = self.options.shown(file);
        let mut source = Source::parse(&bytes, &shown, &disk, self.options.target());
        if outline && source.problems().is_empty() {
            source.parsed.keep_outline();
        }
        let wanted = imports(source.body(), name, is_package);
        let size = bytes.len() as u64;
        let ready = Ready { source: Box::new(source), bytes: size, maker: scout.maker };
        let mut state = self.lock();
        state.read += 1;
        state.bytes += size;
        state.ready += size;
        state.full |= state.ready > FAR;
        state.files.insert(file.to_owned(), Slot::Ready(ready));
        state.wanted.extend(wanted.into_iter().rev());
        drop(state);
        drop(reading);
    }
}

/// Opens a file without waiting, whatever it is: its name is looked up once only.
#[cfg(unix)]
fn open(disk: &Path) -> Option<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let at_once = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).ok()?;
    File::options().read(true).custom_flags(at_once).open(disk).ok()
}

/// Opens a regular file.
#[cfg(not(unix))]
fn open(disk: &Path) -> Option<File> {
    std::fs::metadata(disk).ok()?.is_file().then(|| File::open(disk).ok()).flatten()
}

/// Reads once, into the room that is left: how many bytes.
#[cfg(unix)]
fn fill(file: &mut File, bytes: &mut Vec<u8>) -> Option<usize> {
    rustix::io::read(file, rustix::buffer::spare_capacity(bytes)).ok()
}

/// Reads once, into the room that is left: how many bytes.
#[cfg(not(unix))]
fn fill(file: &mut File, bytes: &mut Vec<u8>) -> Option<usize> {
    bytes.resize(bytes.capacity(), 0);
    let read = file.read(bytes).ok()?;
    bytes.truncate(read);
    Some(read)
}

/// The bytes of a regular file of at most `most` bytes. Nothing is opened that could make the reader wait.
fn contents(disk: &Path, most: u64) -> Option<Vec<u8>> {
    let mut file = open(disk)?;
    let meta = file.metadata().ok()?;
    if !meta.is_file() || meta.len() > most {
        return None;
    }
    // One byte more than there should be: that it stays away is the end of a regular file.
    let size = usize::try_from(meta.len()).ok()?;
    let mut bytes = Vec::with_capacity(size + 1);
    let read = fill(&mut file, &mut bytes)?;
    if read != size {
        file.take(most + 1 - read as u64).read_to_end(&mut bytes).ok()?;
    }
    (bytes.len() as u64 <= most).then_some(bytes)
}

/// Looks names up; each thread has its own.
struct Scout {
    maker: Maker,
    finder: Finder,
    /// By dotted name.
    known: HashMap<String, Place>,
    /// The search path for which they are known.
    dirs: Arc<Vec<String>>,
}

/// Where the submodules of a name are looked for; nowhere if it is no package.
type Place = Option<Rc<[String]>>;

impl Scout {
    fn new(finder: Finder, maker: Maker) -> Self {
        Self { maker, finder, known: HashMap::default(), dirs: Arc::default() }
    }

    /// Reads what a name stands for.
    fn follow(&mut self, shared: &Shared, wanted: &Wanted, dirs: &Arc<Vec<String>>) {
        if !Arc::ptr_eq(dirs, &self.dirs) {
            self.known.clear();
            self.dirs = Arc::clone(dirs);
        }
        let top = wanted.module.split('.').next().unwrap_or_default();
        if shared.options.is_stdlib(top) {
            return;
        }
        let Some(inside) = self.dotted(shared, &wanted.module) else { return };
        for name in &wanted.names {
            let dotted = format!("{}.{name}", wanted.module);
            if !self.known.contains_key(&dotted) {
                let place = self.read(shared, &dotted, name, inside.iter().map(String::as_str));
                self.known.insert(dotted, place);
            }
        }
    }

    /// Reads a module and the packages that it lies in.
    fn dotted(&mut self, shared: &Shared, dotted: &str) -> Place {
        if let Some(place) = self.known.get(dotted) {
            return place.clone();
        }
        let mut package: Place = None;
        let mut start = 0;
        // From the left, since what is not there has nothing in it.
        loop {
            let end = dotted[start..].find('.').map_or(dotted.len(), |at| start + at);
            let (prefix, name) = (&dotted[..end], &dotted[start..end]);
            let place = if let Some(place) = self.known.get(prefix) {
                place.clone()
            } else {
                let search = Arc::clone(&self.dirs);
                let dirs = package.as_deref().unwrap_or(&search);
                let place = self.read(shared, prefix, name, dirs.iter().map(String::as_str));
                self.known.insert(prefix.to_owned(), place.clone());
                place
            };
            if end == dotted.len() {
                return place;
            }
            package = Some(place?);
            start = end + 1;
        }
    }

    /// Reads the module of that name, or the package's own file.
    fn read<'d>(
        &mut self,
        shared: &Shared,
        dotted: &str,
        name: &str,
        dirs: impl Iterator<Item = &'d str>,
    ) -> Place {
        match self.finder.find(name, dirs)?.0 {
            Found::Module(file) => {
                shared.read(self, &file, dotted, false);
                None
            }
            Found::Package { init, dir } => {
                shared.read(self, &init, dotted, true);
                Some([dir].into())
            }
            Found::Namespace(inner) => Some(inner.into()),
            Found::Binary(_) => None,
        }
    }
}

/// A file that is being read; says so to who waits for it when it goes out of scope, even by a panic.
struct Reading<'a> {
    shared: &'a Shared,
    file: &'a str,
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        if let Some(slot @ Slot::Reading) = state.files.get_mut(self.file) {
            *slot = Slot::Gone;
        }
        self.shared.tell(state);
    }
}

/// What a module imports when it is itself imported, as absolute names.
fn imports(body: &[Stmt], name: &str, is_package: bool) -> Vec<Wanted> {
    let mut out = Vec::new();
    collect(body, name, is_package, &mut out);
    out
}

fn collect(body: &[Stmt], name: &str, is_package: bool, out: &mut Vec<Wanted>) {
    for stmt in body {
        match stmt {
            Stmt::Import(node) => out.extend(
                node.names
                    .iter()
                    .map(|alias| Wanted { module: alias.name.to_string(), names: Vec::new() }),
            ),
            Stmt::ImportFrom(node) => {
                if let Some(module) = absolute(node, name, is_package) {
                    let names = node.names.iter().map(|alias| alias.name.to_string());
                    out.push(Wanted { module, names: names.filter(|name| name != "*").collect() });
                }
            }
            Stmt::Try(node) => {
                collect(&node.body, name, is_package, out);
                collect(&node.orelse, name, is_package, out);
                collect(&node.finalbody, name, is_package, out);
            }
            Stmt::With(node) => collect(&node.body, name, is_package, out),
            _ => {}
        }
    }
}

fn absolute(node: &ast::StmtImportFrom, name: &str, is_package: bool) -> Option<String> {
    let rest = node.module.as_ref().map_or("", |module| module.as_str());
    if node.level == 0 {
        return (!rest.is_empty()).then(|| rest.to_owned());
    }
    let mut package = name;
    for _ in u32::from(is_package)..node.level {
        package = package.rsplit_once('.')?.0;
    }
    Some(if rest.is_empty() { package.to_owned() } else { format!("{package}.{rest}") })
}

#[cfg(test)]
mod tests {
    use super::{Ahead, Finder, imports};
    use crate::python::entry::EntryOptions;
    use crate::python::source::Source;
    use std::path::Path;

    fn names(text: &str, name: &str, is_package: bool) -> Vec<String> {
        let source = Source::parse(text.as_bytes(), "m.py", Path::new("m.py"), None);
        imports(source.body(), name, is_package)
            .into_iter()
            .map(|wanted| format!("{} {}", wanted.module, wanted.names.join(",")).trim().to_owned())
            .collect()
    }

    #[test]
    fn names_become_absolute() {
        let text = "import a.b, c\nfrom d import e as f, g\nfrom . import h\nfrom .i import *\nfrom ..j import k\n\
                    try:\n    import l\nexcept ImportError:\n    import m\nif x:\n    import n\n\
                    def f():\n    import o\n";
        assert_eq!(
            names(text, "p.q.r", false),
            ["a.b", "c", "d e,g", "p.q h", "p.q.i", "p.j k", "l"]
        );
        assert_eq!(names("from . import h\nfrom .. import i\n", "p.q", true), ["p.q h", "p i"]);
        // Beyond the top there is nothing.
        assert!(names("from . import h\nfrom ...i import j\n", "p", false).is_empty());
    }

    #[test]
    fn gives_what_reading_gives() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        for n in 0..40 {
            let next = format!("import m{}\nimport missing\n", n + 1);
            std::fs::write(root.join(format!("m{n}.py")), next).unwrap();
        }
        std::fs::write(root.join("m40.py"), "x = (\n").unwrap();
        let server = root.display().to_string();
        let entry = root.join("m0.py");
        let options = EntryOptions::for_file(&entry);
        let mut ahead = Ahead::new(&options, &Finder::new(options.tree()));
        let first = Source::parse(b"import m1\n", "m0.py", &entry, None);
        ahead.offer(&first, "m0", false, std::iter::once(server.as_str()));
        for n in 1..=40 {
            let path = format!("{server}/m{n}.py");
            if let Some(mut ready) = ahead.take(&path) {
                assert_eq!(std::fs::read(&path).unwrap().len() as u64, ready.bytes);
                assert_eq!(ready.source.disk, Path::new(&path));
                assert_eq!(ready.source.problems().is_empty(), n < 40);
                if let Some(tree) = ready.source.parsed.let_go() {
                    ahead.free(tree, ready.maker);
                }
            }
            // Once only.
            assert!(ahead.take(&path).is_none());
        }
        assert!(ahead.take("/not/there.py").is_none());
    }
}
