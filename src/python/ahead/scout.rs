//! Looks up what is imported, and reads it.

use std::rc::Rc;
use std::sync::Arc;

use super::Shared;
use super::imports::Wanted;
use super::trash::Maker;
use crate::python::maps::HashMap;
use crate::python::resolve::finder::{Finder, Found};

/// Looks names up; each thread has its own.
pub(super) struct Scout {
    pub(super) maker: Maker,
    pub(super) finder: Finder,
    /// By dotted name.
    known: HashMap<String, Place>,
    /// The search path for which they are known.
    dirs: Arc<Vec<String>>,
}

/// Where the submodules of a name are looked for; nowhere if it is no package.
type Place = Option<Rc<[String]>>;

impl Scout {
    pub(super) fn new(finder: Finder, maker: Maker) -> Self {
        Self { maker, finder, known: HashMap::default(), dirs: Arc::default() }
    }

    /// Reads what a name stands for.
    pub(super) fn follow(&mut self, shared: &Shared, wanted: &Wanted, dirs: &Arc<Vec<String>>) {
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
