//! A bounded look through folders, nearest first: a huge data folder beside the project must not
//! eat the budget. What was left out is said in words.

use std::collections::{BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::tree::Tree;

/// Bounds of one walk.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub depth: usize,
    /// Entries looked at in all.
    pub entries: usize,
    /// Entries looked at of one folder.
    pub per_folder: usize,
    pub time: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { depth: 5, entries: 20_000, per_folder: 4_000, time: Duration::from_millis(250) }
    }
}

/// What stands in one folder, sorted.
#[derive(Debug, Default)]
pub(super) struct Listing {
    pub dir: PathBuf,
    pub files: Vec<String>,
    pub folders: Vec<String>,
}

impl Listing {
    pub(super) fn has(&self, name: &str) -> bool {
        self.files.binary_search_by(|file| file.as_str().cmp(name)).is_ok()
    }
}

/// Whether to look at what is below a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Go {
    Down,
    Past,
}

/// Folders that hold nobody's project: caches, packages, version control.
fn is_foreign(name: &str) -> bool {
    name.starts_with('.')
        || matches!(
            name,
            "node_modules"
                | "site-packages"
                | "dist-packages"
                | "__pycache__"
                | "bower_components"
                | "lost+found"
                | "snap"
        )
}

/// Shows `visit` every folder from `start` downwards, breadth first. Returns what was left out.
pub(super) fn walk(
    tree: &Tree,
    start: &[PathBuf],
    bounds: Bounds,
    mut visit: impl FnMut(&Listing) -> Go,
) -> Vec<String> {
    let begun = Instant::now();
    let mut notes = Vec::new();
    let mut seen: BTreeSet<PathBuf> = BTreeSet::new();
    let mut queue: VecDeque<(PathBuf, usize)> =
        start.iter().map(|path| (path.clone(), 0)).collect();
    let mut looked_at = 0usize;
    let mut too_deep = 0usize;
    while let Some((dir, depth)) = queue.pop_front() {
        if looked_at >= bounds.entries || begun.elapsed() > bounds.time {
            notes.push(format!(
                "looked at {looked_at} entries, then stopped: {} and {} more folders were not searched; \
                 name the project's folder",
                tree.shown(&dir),
                queue.len()
            ));
            break;
        }
        // A link that leads back is the same folder once more.
        let Ok(real) = std::fs::canonicalize(&dir) else { continue };
        if !seen.insert(real) {
            continue;
        }
        let most = bounds.per_folder.min(bounds.entries - looked_at);
        let (listing, cut, count) = list(tree, &dir, most);
        looked_at += count;
        if cut {
            notes.push(format!(
                "{}: more than {most} entries, the rest was not looked at",
                tree.shown(&dir)
            ));
        }
        if visit(&listing) == Go::Past || listing.has("pyvenv.cfg") {
            continue;
        }
        for name in listing.folders.iter().filter(|name| !is_foreign(name)) {
            if depth == bounds.depth {
                too_deep += 1;
            } else if let Some(path) = tree.follow(&dir.join(name)) {
                queue.push_back((path, depth + 1));
            }
        }
    }
    if too_deep > 0 {
        notes.push(format!(
            "{too_deep} folders more than {} levels down were not searched",
            bounds.depth
        ));
    }
    notes
}

/// One folder's entries, whether some were left out, and how many were seen.
fn list(tree: &Tree, dir: &Path, most: usize) -> (Listing, bool, usize) {
    let mut listing = Listing { dir: dir.to_owned(), ..Listing::default() };
    let mut count = 0;
    let mut cut = false;
    for entry in walkdir::WalkDir::new(dir).min_depth(1).max_depth(1) {
        if count == most {
            cut = true;
            break;
        }
        count += 1;
        let Ok(entry) = entry else { continue };
        let Ok(name) = entry.file_name().to_owned().into_string() else { continue };
        let kind = entry.file_type();
        // A link may lead out of a copied tree: it is followed inside it or not at all.
        let (is_dir, is_file) = if kind.is_symlink() {
            match tree.follow(entry.path()) {
                Some(target) => (target.is_dir(), target.is_file()),
                None => (false, false),
            }
        } else {
            (kind.is_dir(), kind.is_file())
        };
        if is_dir {
            listing.folders.push(name);
        } else if is_file {
            listing.files.push(name);
        }
    }
    listing.files.sort();
    listing.folders.sort();
    (listing, cut, count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touch(path: &Path) {
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        std::fs::write(path, "").expect("written");
    }

    fn seen(root: &Path, bounds: Bounds) -> (Vec<String>, Vec<String>) {
        let tree = Tree::new(root);
        let mut dirs = Vec::new();
        let notes = walk(&tree, &[root.to_owned()], bounds, |listing| {
            dirs.push(tree.shown(&listing.dir));
            Go::Down
        });
        (dirs, notes)
    }

    #[test]
    fn loops_of_links_end() {
        let folder = tempfile::tempdir().expect("a folder");
        touch(&folder.path().join("a/b/x.py"));
        std::os::unix::fs::symlink("..", folder.path().join("a/b/up")).expect("linked");
        std::os::unix::fs::symlink("/", folder.path().join("a/all")).expect("linked");
        let (dirs, notes) = seen(folder.path(), Bounds::default());
        assert_eq!(dirs, ["/", "/a", "/a/b"]);
        assert!(notes.is_empty(), "{notes:?}");
    }

    #[test]
    fn a_huge_folder_does_not_hide_its_neighbours() {
        let folder = tempfile::tempdir().expect("a folder");
        for number in 0..60 {
            touch(&folder.path().join(format!("data/{number}.csv")));
        }
        touch(&folder.path().join("site/app.py"));
        touch(&folder.path().join("site/node_modules/x/y.js"));
        let bounds = Bounds { per_folder: 50, ..Bounds::default() };
        let (dirs, notes) = seen(folder.path(), bounds);
        assert!(dirs.contains(&"/site".to_owned()));
        assert!(!dirs.iter().any(|dir| dir.contains("node_modules")));
        assert!(notes.iter().any(|note| note.contains("/data")), "{notes:?}");
    }

    #[test]
    fn bounds_are_said() {
        let folder = tempfile::tempdir().expect("a folder");
        touch(&folder.path().join("a/b/c/d/x"));
        let (dirs, notes) = seen(folder.path(), Bounds { depth: 2, ..Bounds::default() });
        assert_eq!(dirs, ["/", "/a", "/a/b"]);
        assert!(notes.iter().any(|note| note.contains("2 levels")), "{notes:?}");
        let (_, notes) = seen(folder.path(), Bounds { entries: 2, ..Bounds::default() });
        assert!(notes.iter().any(|note| note.contains("then stopped")), "{notes:?}");
    }
}
