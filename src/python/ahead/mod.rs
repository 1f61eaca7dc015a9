//! Reads and parses, on the other cores, the files that the entry point is going to import.
//!
//! A guess and nothing more: imports at the left margin are looked up on the search path as it is at that moment, in
//! the order in which Python would get to them, not too far ahead. Who asks for a file gets what reading it himself
//! would give; files that nobody asks for were read in vain.

mod contents;
mod imports;
mod scout;
pub(super) mod trash;

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use contents::contents;
use imports::{Wanted, imports};
use scout::Scout;

use super::entry::EntryOptions;
use super::maps::HashMap;
use super::parse::Tree;
use super::resolve::finder::{Finder, SharedFinder};
use super::source::Source;
use super::stack::spawn_deep;
use trash::{Maker, Trash};

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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Ahead, Finder};
    use crate::python::entry::EntryOptions;
    use crate::python::source::Source;

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
