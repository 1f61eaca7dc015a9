//! A file was edited that the server does not load: a copy of the WSGI file in the project.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::paths::{Files, times_are_kept};
use crate::checks::Context;
use crate::model::{Captures, Fact, Facts, MarkKind, Place, Source};

/// Looks for newer copies of the WSGI file beside the one that is loaded.
pub(super) fn find(context: &Context, facts: &mut Facts) {
    let site = &context.site;
    let (Some(wsgi), Some(project)) = (&site.wsgi, &site.project) else { return };
    if !times_are_kept(site, facts) || wsgi.starts_with(project) {
        return;
    }
    let Some(loaded_at) = Files::changed(wsgi).and_then(|time| Timestamp::try_from(time).ok())
    else {
        return;
    };
    let names: Vec<_> =
        wsgi.file_name().into_iter().map(|n| n.to_string_lossy().into_owned()).collect();
    let copies = copies(project, &names);
    let start = facts
        .marks
        .iter()
        .filter(|mark| matches!(mark.kind, MarkKind::Start | MarkKind::Reload))
        .filter_map(|mark| mark.time)
        .max();
    for copy in copies {
        let Some(changed) = Files::changed(&copy).and_then(|time| Timestamp::try_from(time).ok())
        else {
            continue;
        };
        // An old copy is harmless; one that was edited after the loaded file is where the work went.
        if changed <= loaded_at || !differs(wsgi, &copy) {
            continue;
        }
        let shown = crate::site::on_server(site.root.as_deref(), &copy);
        let loaded = crate::site::on_server(site.root.as_deref(), wsgi);
        let mut captures = Captures::new();
        captures.insert("path".to_owned(), shown.clone());
        captures.insert("loaded".to_owned(), loaded.clone());
        let mut fact = Fact::new(
            Source::Config,
            format!(
                "{shown} was saved {}; the server loads {loaded}, saved {}",
                changed.strftime("%Y-%m-%d %H:%M"),
                loaded_at.strftime("%Y-%m-%d %H:%M")
            ),
        );
        fact.matches = context.rules.match_event("wrong-file-edited", &shown, &captures);
        fact.place = Some(Place::file(shown));
        fact.time = Some(changed);
        if start.is_none_or(|start| changed <= start) {
            fact.certainty = 0.8;
        }
        if !fact.matches.is_empty() {
            facts.facts.push(fact);
        }
    }
}

/// Files of the project that are named like the WSGI file, or that look like a copy of it.
fn copies(project: &Path, names: &[String]) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = walkdir::WalkDir::new(project)
        .max_depth(3)
        .into_iter()
        .filter_entry(|entry| {
            !entry.file_name().to_string_lossy().starts_with('.') || entry.depth() == 0
        })
        .filter_map(Result::ok)
        .take(5_000)
        .filter(|entry| entry.file_type().is_file())
        .filter(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            names.contains(&name) || name.ends_with("_pythonanywhere_com_wsgi.py")
        })
        .map(walkdir::DirEntry::into_path)
        .collect();
    found.sort();
    found
}

fn differs(a: &Path, b: &Path) -> bool {
    match (std::fs::read(a), std::fs::read(b)) {
        (Ok(a), Ok(b)) => a != b,
        _ => false,
    }
}
