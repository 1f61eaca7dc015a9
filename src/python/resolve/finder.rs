//! Looks a module name up on the search path, as Python's path finder does, with directory listings cached.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Tree, pathops};
use crate::python::maps::{HashMap, HashSet};

/// Names in one directory.
#[derive(Debug, Default)]
pub struct Listing {
    names: HashMap<String, bool>,
    /// What stands before the first dot of compiled modules.
    binaries: HashSet<String>,
    /// The directory could be read.
    pub exists: bool,
    /// More entries than are looked at.
    pub cut: bool,
}

/// Entries of one directory that are looked at.
const MAX_ENTRIES: usize = 20_000;

impl Listing {
    fn read(path: &Path) -> Self {
        let Ok(entries) = fs::read_dir(path) else { return Self::default() };
        let mut listing = Self { exists: true, ..Self::default() };
        for entry in entries.flatten() {
            if listing.names.len() >= MAX_ENTRIES {
                listing.cut = true;
                break;
            }
            let Ok(name) = entry.file_name().into_string() else { continue };
            let is_dir = match entry.file_type() {
                Ok(kind) if kind.is_symlink() => entry.path().is_dir(),
                Ok(kind) => kind.is_dir(),
                Err(_) => false,
            };
            if !is_dir
                && let Some((stem, rest)) = name.split_once('.')
                && matches!(rest.rsplit('.').next(), Some("so" | "pyd" | "pyc"))
            {
                listing.binaries.insert(stem.to_owned());
            }
            listing.names.insert(name, is_dir);
        }
        listing
    }

    /// A file of that name.
    pub fn file(&self, name: &str) -> bool {
        self.names.get(name) == Some(&false)
    }

    /// A folder of that name.
    pub fn dir(&self, name: &str) -> bool {
        self.names.get(name) == Some(&true)
    }

    /// All names with whether they are folders, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, bool)> {
        self.names.iter().map(|(name, dir)| (name.as_str(), *dir))
    }

    /// Modules and packages that can be imported from here, sorted.
    pub fn importable(&self) -> Vec<String> {
        let mut names: Vec<String> = self
            .names
            .iter()
            .filter_map(|(name, dir)| {
                let stem = if *dir { name.as_str() } else { name.strip_suffix(".py")? };
                is_identifier(stem).then(|| stem.to_owned())
            })
            .collect();
        names.sort();
        names.dedup();
        names
    }
}

/// Whether a name can be written in an import.
pub fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c == '_' || c.is_alphabetic())
        && chars.all(|c| c == '_' || c.is_alphanumeric())
}

/// Folders that hold files of other sorts, by habit.
fn is_data(name: &str) -> bool {
    matches!(
        name,
        "static"
            | "staticfiles"
            | "media"
            | "templates"
            | "assets"
            | "locale"
            | "docs"
            | "node_modules"
    )
}

/// What a name was found to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A file with Python source: its path on the server.
    Module(String),
    /// A package: its `__init__.py` and its folder.
    Package { init: String, dir: String },
    /// Folders without `__init__.py` that make one namespace.
    Namespace(Vec<String>),
    /// A compiled extension or bytecode.
    Binary(String),
}

/// A [`Finder`] to be.
#[derive(Debug, Clone)]
pub struct SharedFinder {
    tree: Tree,
    shared: Arc<Mutex<HashMap<String, Arc<Listing>>>>,
}

impl SharedFinder {
    /// A finder that knows what the others have read.
    pub fn finder(&self) -> Finder {
        let Self { tree, shared } = self.clone();
        Finder { tree, listings: HashMap::default(), shared }
    }
}

/// Finds modules in a tree.
pub struct Finder {
    pub tree: Tree,
    listings: HashMap<String, Arc<Listing>>,
    /// What this one and those of other threads have read.
    shared: Arc<Mutex<HashMap<String, Arc<Listing>>>>,
}

impl Finder {
    pub fn new(tree: Tree) -> Self {
        Self { tree, listings: HashMap::default(), shared: Arc::default() }
    }

    /// What another thread needs to look up the same folders, each of which is read once.
    pub fn sharing(&self) -> SharedFinder {
        SharedFinder { tree: self.tree.clone(), shared: Arc::clone(&self.shared) }
    }

    /// Contents of a directory on the server.
    pub fn list(&mut self, dir: &str) -> Arc<Listing> {
        if let Some(known) = self.listings.get(dir) {
            return Arc::clone(known);
        }
        let shared = || self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        let known = shared().get(dir).cloned();
        let listing = known.unwrap_or_else(|| {
            let listing = Arc::new(Listing::read(&self.tree.disk(dir)));
            shared().insert(dir.to_owned(), Arc::clone(&listing));
            listing
        });
        self.listings.insert(dir.to_owned(), Arc::clone(&listing));
        listing
    }

    /// Whether a path on the server exists at hand.
    pub fn exists(&mut self, path: &str) -> bool {
        let dir = pathops::parent(path);
        let name = pathops::basename(path.trim_end_matches('/'));
        if name.is_empty() {
            return true;
        }
        let listing = self.list(&dir);
        listing.file(name) || listing.dir(name)
    }

    /// Whether it is a folder at hand.
    pub fn is_dir(&mut self, path: &str) -> bool {
        self.list(path).exists
    }

    /// File at hand.
    pub fn disk(&self, path: &str) -> PathBuf {
        self.tree.disk(path)
    }

    /// Modules and packages in a folder; a folder without Python in it is none.
    pub fn modules(&mut self, dir: &str) -> Vec<String> {
        let listing = self.list(dir);
        let mut names = listing.importable();
        names.retain(|name| {
            !listing.dir(name) || listing.file(&format!("{name}.py")) || {
                let inner = self.list(&pathops::join(dir, name));
                inner.iter().any(|(inside, is_dir)| is_dir || inside.ends_with(".py"))
                    && (inner.file("__init__.py") || !is_data(name))
            }
        });
        names
    }

    /// Looks `name` (without dots) up in folders, in order.
    pub fn find<'d>(
        &mut self,
        name: &str,
        dirs: impl Iterator<Item = &'d str>,
    ) -> Option<(Found, String)> {
        let mut namespace = Vec::new();
        for dir in dirs {
            let listing = self.list(dir);
            if !listing.exists {
                continue;
            }
            if listing.dir(name) {
                let sub = pathops::join(dir, name);
                let inner = self.list(&sub);
                if inner.file("__init__.py") {
                    let init = pathops::join(&sub, "__init__.py");
                    return Some((Found::Package { init, dir: sub }, dir.to_owned()));
                }
                if inner.iter().any(|(file, dir)| !dir && file.starts_with("__init__.")) {
                    return Some((Found::Binary(sub), dir.to_owned()));
                }
                namespace.push((sub, dir.to_owned()));
            }
            let file = format!("{name}.py");
            if listing.file(&file) {
                return Some((Found::Module(pathops::join(dir, &file)), dir.to_owned()));
            }
            if listing.binaries.contains(name) {
                return Some((Found::Binary(pathops::join(dir, name)), dir.to_owned()));
            }
        }
        let first = namespace.first()?.1.clone();
        Some((Found::Namespace(namespace.into_iter().map(|(sub, _)| sub).collect()), first))
    }
}

#[cfg(test)]
mod tests {
    use super::{Finder, Found};
    use crate::python::resolve::Tree;
    use std::fs;

    #[test]
    fn packages_win_over_modules_and_namespaces_come_last() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        fs::create_dir_all(root.join("srv/a/pkg")).unwrap();
        fs::create_dir_all(root.join("srv/a/space")).unwrap();
        fs::create_dir_all(root.join("srv/b/space")).unwrap();
        fs::write(root.join("srv/a/pkg/__init__.py"), "").unwrap();
        fs::write(root.join("srv/a/pkg.py"), "").unwrap();
        fs::write(root.join("srv/b/fast.cpython-311-x86_64-linux-gnu.so"), "").unwrap();
        let mut finder = Finder::new(Tree { root: Some(root.to_owned()), unsaved: None });
        let dirs = ["/srv/a", "/srv/b"];
        let mut find = |name: &str| finder.find(name, dirs.iter().copied()).map(|found| found.0);
        assert!(matches!(find("pkg"), Some(Found::Package { .. })));
        assert_eq!(
            find("space"),
            Some(Found::Namespace(vec!["/srv/a/space".into(), "/srv/b/space".into()]))
        );
        assert!(matches!(find("fast"), Some(Found::Binary(_))));
        assert_eq!(find("Pkg"), None);
    }
}
