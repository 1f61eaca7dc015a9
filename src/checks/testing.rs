//! A context over a small tree, for tests of checks.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::Context;
use crate::model::{Facts, Site};
use crate::rules::Rules;

/// Writes the files, discovers the first site, and runs the check on it.
pub(super) fn run_tree(files: &[(&str, &str)], check: impl Fn(&Context) -> Facts) -> Facts {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        std::fs::write(path, text).expect("written");
    }
    let rules = Arc::new(Rules::load_embedded());
    let found = crate::site::discover(folder.path(), None, &rules);
    let site = found.sites.into_iter().next().expect("a site");
    let context =
        Context { rules, ..context(Site { root: Some(folder.path().to_owned()), ..site }) };
    check(&context)
}

/// A context without inputs besides the site.
pub(super) fn context(site: Site) -> Context {
    Context {
        site,
        rules: Arc::new(Rules::load_embedded()),
        now: jiff::Timestamp::UNIX_EPOCH,
        now_given: true,
        zone: None,
        since: None,
        until: None,
        probe: Err("a test".to_owned()),
        symptoms: Vec::new(),
        progress: Arc::new(()),
        cancel: Arc::new(AtomicBool::new(false)),
        deadline: Duration::from_secs(5),
        diff: super::probe_diff::ProbeDiff::default(),
        look_at_machine: false,
    }
}

/// The signatures of all facts, in order.
pub(super) fn signatures(facts: &Facts) -> Vec<String> {
    facts.facts.iter().flat_map(|fact| &fact.matches).map(|hit| hit.signature.clone()).collect()
}
