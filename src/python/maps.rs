//! Hash maps for the names of programs: seeded anew in every run, so that no file can be written to make them slow, and
//! several times faster on short names than the standard library's.

use foldhash::fast::RandomState;

pub(super) type HashMap<K, V> = std::collections::HashMap<K, V, RandomState>;
pub(super) type HashSet<K> = std::collections::HashSet<K, RandomState>;
