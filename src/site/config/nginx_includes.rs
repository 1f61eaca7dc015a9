//! nginx's `include`: the directives of other files in its place.
//! https://nginx.org/en/docs/ngx_core_module.html#include

use std::collections::BTreeSet;

use super::nginx::{Directive, parse};
use crate::site::tree::{Tree, join};

/// Files taken in for all of the configuration, and includes inside includes.
const MOST: usize = 300;
const DEEPEST: usize = 8;

/// Looks up what files include.
pub(super) struct Includes<'a> {
    tree: Option<&'a Tree>,
    /// Files that are read for themselves: including them again would double them.
    known: BTreeSet<String>,
    left: usize,
    /// Files that were taken in.
    pub(super) taken: Vec<String>,
}

impl<'a> Includes<'a> {
    pub(super) fn new(tree: Option<&'a Tree>, known: impl Iterator<Item = String>) -> Self {
        Self { tree, known: known.collect(), left: MOST, taken: Vec::new() }
    }

    /// The block with each `include` replaced by what the files hold. Relative names are below the
    /// folder of the main file.
    pub(super) fn expand(&mut self, block: Vec<Directive>, depth: usize) -> Vec<Directive> {
        let mut all = Vec::with_capacity(block.len());
        for mut directive in block {
            if directive.name != "include" {
                directive.block = self.expand(std::mem::take(&mut directive.block), depth);
                all.push(directive);
                continue;
            }
            if depth >= DEEPEST {
                continue;
            }
            for (shown, text) in self.files(directive.args.first().map_or("", String::as_str)) {
                all.extend(self.expand(parse(&shown, &text), depth + 1));
            }
        }
        all
    }

    /// Files that a name with `*` in its last part means, in order.
    fn files(&mut self, pattern: &str) -> Vec<(String, String)> {
        let Some(tree) = self.tree else { return Vec::new() };
        let path = join("/etc/nginx", pattern);
        let (dir, name) = path.rsplit_once('/').unwrap_or(("", &path));
        let names = if name.contains('*') {
            tree.names(dir).into_iter().filter(|found| fits(found, name)).collect()
        } else {
            vec![name.to_owned()]
        };
        let mut all = Vec::new();
        for name in names {
            let shown = format!("{dir}/{name}");
            if self.left == 0 || self.known.contains(&shown) {
                continue;
            }
            let Some(text) = tree.text(&shown) else { continue };
            self.left -= 1;
            self.taken.push(shown.clone());
            all.push((shown, text));
        }
        all
    }
}

/// Whether a name fits a pattern of at most one `*`; hidden files do not, as in a shell.
fn fits(name: &str, pattern: &str) -> bool {
    let Some((start, end)) = pattern.split_once('*') else { return name == pattern };
    !name.starts_with('.')
        && name.len() >= start.len() + end.len()
        && name.starts_with(start)
        && name.ends_with(end)
        && !end.contains('*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        assert!(fits("shop.conf", "*.conf") && fits("shop", "*") && fits("a", "a"));
        assert!(!fits(".hidden", "*") && !fits("shop.conf~", "*.conf") && !fits("x", "**"));
    }
}
