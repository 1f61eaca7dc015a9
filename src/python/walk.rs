//! Python files below folders, found and worked on at the same time, on all cores.
//!
//! Each folder is listed once and nothing is asked of the file system that the listing tells. Ignore files hold as in
//! git (<https://git-scm.com/docs/gitignore>), without the user's global one and those above the folder that was
//! given. Knows names of files only; what is done with them is the caller's.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::stack::each_core;

/// What was found and what came of it, in no order.
#[derive(Debug)]
pub(super) struct Walked<R> {
    pub results: Vec<(PathBuf, R)>,
    /// Folders that could not be read, and why; sorted.
    pub notes: Vec<String>,
}

/// Does `work` on every Python file that is given or lies below a folder that is given.
pub(super) fn map_files<R: Send>(paths: &[PathBuf], work: impl Fn(&Path) -> R + Sync) -> Walked<R> {
    if let [file] = paths
        && !file.is_dir()
    {
        // Starting threads would cost more than it saves.
        return Walked { results: vec![(file.clone(), work(file))], notes: Vec::new() };
    }
    let (dirs, files) = paths.iter().cloned().partition(|path| path.is_dir());
    let queue = Queue {
        state: Mutex::new(State {
            dirs: Vec::new(),
            files,
            reading: 0,
            waiting: 0,
            // Only paths given beside each other can overlap.
            seen: (paths.len() > 1).then(|| paths.iter().cloned().collect()),
        }),
        more: Condvar::new(),
    };
    queue.lock().dirs = dirs.into_iter().map(|path| Dir { path, rules: None, top: true }).collect();
    let done = each_core(|| {
        let mut out = Walked { results: Vec::new(), notes: Vec::new() };
        while let Some(job) = queue.next() {
            match job {
                Job::Dir(dir) => {
                    let mut found = Reading { queue: &queue, found: Listing::default() };
                    list(&dir, &mut found.found, &mut out.notes);
                }
                Job::File(path) => {
                    let result = work(&path);
                    out.results.push((path, result));
                }
            }
        }
        out
    });
    let mut all = Walked { results: Vec::new(), notes: Vec::new() };
    for part in done {
        all.results.extend(part.results);
        all.notes.extend(part.notes);
    }
    all.notes.sort();
    all
}

/// A folder to list.
struct Dir {
    path: PathBuf,
    rules: Option<Arc<Rules>>,
    /// Named by the user: read whatever it is.
    top: bool,
}

enum Job {
    Dir(Dir),
    File(PathBuf),
}

struct Queue {
    state: Mutex<State>,
    more: Condvar,
}

struct State {
    dirs: Vec<Dir>,
    files: Vec<PathBuf>,
    /// Folders that are being listed: more may come of them.
    reading: usize,
    /// Workers that have nothing to do until then.
    waiting: usize,
    seen: Option<HashSet<PathBuf>>,
}

impl Queue {
    /// No lock holder runs code that can panic half-way through a change.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next job, when there is one; `None` when all is done. Folders first, so that no core idles at the end.
    fn next(&self) -> Option<Job> {
        let mut state = self.lock();
        loop {
            if let Some(dir) = state.dirs.pop() {
                state.reading += 1;
                return Some(Job::Dir(dir));
            }
            if let Some(file) = state.files.pop() {
                return Some(Job::File(file));
            }
            if state.reading == 0 {
                return None;
            }
            state.waiting += 1;
            state = self.more.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.waiting -= 1;
        }
    }
}

/// What a folder holds.
#[derive(Default)]
struct Listing {
    dirs: Vec<Dir>,
    files: Vec<PathBuf>,
}

/// A folder that is being listed; hands over what it holds when it goes out of scope, even by a panic.
struct Reading<'q> {
    queue: &'q Queue,
    found: Listing,
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        let mut found = std::mem::take(&mut self.found);
        let mut state = self.queue.lock();
        state.reading -= 1;
        if let Some(seen) = &mut state.seen {
            found.files.retain(|file| seen.insert(file.clone()));
            found.dirs.retain(|dir| seen.insert(dir.path.clone()));
        }
        state.files.append(&mut found.files);
        state.dirs.append(&mut found.dirs);
        let wake = state.waiting > 0
            && (!state.files.is_empty() || !state.dirs.is_empty() || state.reading == 0);
        drop(state);
        if wake {
            self.queue.more.notify_all();
        }
    }
}

fn list(dir: &Dir, found: &mut Listing, notes: &mut Vec<String>) {
    let mut names: Vec<(OsString, bool)> = Vec::new();
    let entries = match fs::read_dir(&dir.path) {
        Ok(entries) => entries,
        Err(error) => {
            notes.push(format!("{}: {error}", dir.path.display()));
            return;
        }
    };
    for entry in entries {
        match entry.and_then(|entry| entry.file_type().map(|kind| (entry.file_name(), kind))) {
            // A link to a folder is not followed: it may lead back up.
            // Reading a pipe or socket would never end.
            Ok((name, kind)) if kind.is_dir() || kind.is_file() || kind.is_symlink() => {
                names.push((name, kind.is_dir()));
            }
            Ok(_) => {}
            Err(error) => notes.push(format!("{}: {error}", dir.path.display())),
        }
    }
    let has = |wanted: &str| names.iter().any(|(name, _)| name == wanted);
    if !dir.top && (has("pyvenv.cfg") || has("conda-meta") || has("bin") && activates(&dir.path)) {
        return;
    }
    let rules = Rules::below(dir, has(".ignore"), has(".gitignore"), has(".git"));
    for (name, is_dir) in &names {
        let bytes = name.as_encoded_bytes();
        if is_dir
            & matches!(
                bytes,
                b"node_modules" | b"__pycache__" | b"site-packages" | b"dist-packages"
            )
            || !is_dir && !is_python(name.as_ref())
        {
            continue;
        }
        let path = dir.path.join(name);
        let judged = rules.as_ref().map_or(Match::None, |rules| rules.judge(&path, *is_dir));
        if judged.is_ignore() || judged.is_none() && bytes.first() == Some(&b'.') {
            continue;
        }
        if *is_dir {
            found.dirs.push(Dir { path, rules: rules.clone(), top: false });
        } else {
            found.files.push(path);
        }
    }
}

fn is_python(name: &Path) -> bool {
    name.extension().is_some_and(|ending| ending == "py" || ending == "wsgi")
}

/// An old virtual environment, without `pyvenv.cfg`.
fn activates(dir: &Path) -> bool {
    dir.join("bin/activate_this.py").is_file()
}

/// Ignore files of a folder, and of those above it.
struct Rules {
    above: Option<Arc<Rules>>,
    /// `.ignore`, `.gitignore`, `.git/info/exclude`: the first that says something decides.
    ignore: Option<Gitignore>,
    git: Option<Gitignore>,
    exclude: Option<Gitignore>,
    /// The top of a repository: git's files above it say nothing about what is inside.
    repository: bool,
}

impl Rules {
    /// The rules inside a folder: those of its parent where it has none of its own.
    fn below(dir: &Dir, ignore: bool, git: bool, repository: bool) -> Option<Arc<Self>> {
        if !(ignore || git || repository) {
            return dir.rules.clone();
        }
        let read = |name: &str, there: bool| {
            there.then(|| {
                let mut builder = GitignoreBuilder::new(&dir.path);
                // Lines that are no patterns are left out, as git does.
                let _ = builder.add(dir.path.join(name));
                builder.build().ok().filter(|rules| !rules.is_empty())
            })?
        };
        Some(Arc::new(Self {
            above: dir.rules.clone(),
            ignore: read(".ignore", ignore),
            git: read(".gitignore", git),
            exclude: read(".git/info/exclude", repository),
            repository,
        }))
    }

    fn judge(&self, path: &Path, is_dir: bool) -> Match<()> {
        let ask = |rules: &Option<Gitignore>| {
            rules.as_ref().map_or(Match::None, |rules| rules.matched(path, is_dir).map(|_| ()))
        };
        let (mut ignore, mut git, mut exclude) = (Match::None, Match::None, Match::None);
        let mut inside = true;
        let mut level = Some(self);
        while let Some(rules) = level {
            if ignore.is_none() {
                ignore = ask(&rules.ignore);
            }
            if inside && git.is_none() {
                git = ask(&rules.git);
            }
            if inside && exclude.is_none() {
                exclude = ask(&rules.exclude);
            }
            inside &= !rules.repository;
            level = rules.above.as_deref();
        }
        ignore.or(git).or(exclude)
    }
}

#[cfg(test)]
mod tests {
    use super::map_files;
    use std::fs;
    use std::path::{Path, PathBuf};

    fn put(root: &Path, files: &[(&str, &str)]) {
        for (name, text) in files {
            let path = root.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }

    fn names(root: &Path, paths: &[PathBuf]) -> Vec<String> {
        let walked = map_files(paths, std::borrow::ToOwned::to_owned);
        assert!(walked.results.iter().all(|(path, same)| path == same));
        let mut names: Vec<String> = walked
            .results
            .iter()
            .map(|(path, _)| path.strip_prefix(root).unwrap().display().to_string())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn skips_what_is_not_the_projects() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        put(
            root,
            &[
                ("a.py", ""),
                ("site.wsgi", ""),
                ("notes.txt", ""),
                ("pkg/b.py", ""),
                (".hidden/c.py", ""),
                (".dot.py", ""),
                ("venv/pyvenv.cfg", ""),
                ("venv/lib/d.py", ""),
                ("old/bin/activate_this.py", ""),
                ("old/e.py", ""),
                ("conda/conda-meta/history", ""),
                ("conda/f.py", ""),
                ("tool/bin/g.py", ""),
                ("node_modules/x/h.py", ""),
                ("__pycache__/i.py", ""),
            ],
        );
        assert_eq!(
            names(root, &[root.to_owned()]),
            ["a.py", "pkg/b.py", "site.wsgi", "tool/bin/g.py"]
        );
        // Who names a virtual environment or a file gets it.
        assert_eq!(names(root, &[root.join("venv")]), ["venv/lib/d.py"]);
        assert_eq!(names(root, &[root.join("notes.txt")]), ["notes.txt"]);
    }

    #[test]
    fn ignore_files_hold_as_in_git() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        put(
            root,
            &[
                (".gitignore", "gen_*.py\n/local\nbuild/\n!.kept.py\n"),
                ("gen_a.py", ""),
                ("local/x.py", ""),
                ("deep/local/y.py", ""),
                ("deep/build/z.py", ""),
                ("deep/.gitignore", "!gen_b.py\nq.py\n"),
                ("deep/gen_b.py", ""),
                ("deep/gen_c.py", ""),
                ("deep/q.py", ""),
                (".kept.py", ""),
                ("both/.ignore", "!gen_d.py\n"),
                ("both/gen_d.py", ""),
                ("inner/.git/info/exclude", "secret.py\n"),
                ("inner/gen_e.py", ""),
                ("inner/secret.py", ""),
            ],
        );
        assert_eq!(
            names(root, &[root.to_owned()]),
            [".kept.py", "both/gen_d.py", "deep/gen_b.py", "deep/local/y.py", "inner/gen_e.py"]
        );
    }

    #[test]
    fn paths_that_overlap_count_once() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        put(root, &[("a.py", ""), ("pkg/b.py", ""), ("pkg/sub/c.py", "")]);
        let given = [root.join("pkg/b.py"), root.to_owned(), root.join("pkg")];
        assert_eq!(names(root, &given), ["a.py", "pkg/b.py", "pkg/sub/c.py"]);
        assert!(map_files(&[], |_| ()).results.is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn links_are_read_and_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        put(root, &[("real/a.py", "")]);
        std::os::unix::fs::symlink(root, root.join("real/up")).unwrap();
        std::os::unix::fs::symlink(root.join("real/a.py"), root.join("b.py")).unwrap();
        assert_eq!(names(root, &[root.to_owned()]), ["b.py", "real/a.py"]);
    }

    #[test]
    fn many_folders_and_files() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        for n in 0..300 {
            put(root, &[(&format!("p{}/q{n}/m.py", n % 7), "")]);
        }
        assert_eq!(names(root, &[root.to_owned()]).len(), 300);
    }
}
