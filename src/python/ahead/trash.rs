//! Trees go back to the thread that made them: for the allocator, what another thread frees costs several times as
//! much, on both sides.

use std::sync::{Mutex, PoisonError};

use crate::python::parse::Tree;

/// Who made a tree: a helper, by its number, or the thread at hand.
pub(in crate::python) type Maker = Option<usize>;

/// One bin for each helper.
pub(super) struct Trash {
    bins: Box<[Mutex<Vec<Tree>>]>,
}

impl Trash {
    pub(super) fn new(helpers: usize) -> Self {
        Self { bins: (0..helpers).map(|_| Mutex::default()).collect() }
    }

    /// Leaves a tree to its maker, or frees it if that is the thread at hand.
    pub(super) fn put(&self, tree: Tree, maker: Maker) {
        if let Some(bin) = maker.and_then(|helper| self.bins.get(helper)) {
            bin.lock().unwrap_or_else(PoisonError::into_inner).push(tree);
        }
    }

    /// Frees what a helper has made.
    pub(super) fn empty(&self, maker: Maker) {
        if let Some(bin) = maker.and_then(|helper| self.bins.get(helper)) {
            let trees = std::mem::take(&mut *bin.lock().unwrap_or_else(PoisonError::into_inner));
            drop(trees);
        }
    }
}
