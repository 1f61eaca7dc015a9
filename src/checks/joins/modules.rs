//! Whose a missing module is, once the project's files are at hand: a log alone knows only names.

use std::path::{Path, PathBuf};

use crate::checks::Context;
use crate::log::traceback::missing_module;
use crate::model::{Facts, ModuleOwner};

/// Most folders in which the name is looked for.
const MOST_FOLDERS: usize = 400;

/// Judges import errors again whose module stands in the project.
pub(super) fn place(context: &Context, facts: &mut Facts) {
    let folders = folders(context);
    if folders.is_empty() {
        return;
    }
    for fact in &mut facts.facts {
        let Some(exception) = &mut fact.exception else { continue };
        if !matches!(exception.module_owner, ModuleOwner::Unknown | ModuleOwner::ThirdParty) {
            continue;
        }
        let Some(module) = missing_module(&exception.message) else { continue };
        let top = module.split('.').next().unwrap_or(module).to_owned();
        if top.is_empty() || !folders.iter().any(|folder| has_module(folder, &top)) {
            continue;
        }
        exception.module_owner = ModuleOwner::Own;
        let matches = context.rules.match_exception(exception, fact.phase);
        if !matches.is_empty() {
            fact.matches = matches;
        }
    }
}

/// The project, its folders two levels down, and the folder of the WSGI file.
fn folders(context: &Context) -> Vec<PathBuf> {
    let site = &context.site;
    let mut all: Vec<PathBuf> = Vec::new();
    if let Some(project) = &site.project {
        all.extend(project.parent().map(Path::to_owned));
        all.extend(
            walkdir::WalkDir::new(project)
                .max_depth(2)
                .into_iter()
                .filter_entry(|entry| {
                    let name = entry.file_name().to_string_lossy();
                    entry.depth() == 0
                        || !(name.starts_with('.')
                            || matches!(
                                name.as_ref(),
                                "node_modules" | "site-packages" | "venv" | "env" | "lib"
                            ))
                })
                .filter_map(Result::ok)
                .filter(|entry| entry.file_type().is_dir())
                .take(MOST_FOLDERS)
                .map(walkdir::DirEntry::into_path),
        );
    }
    if let Some(wsgi) = &site.wsgi {
        all.extend(wsgi.parent().map(Path::to_owned));
        all.extend(wsgi.parent().and_then(Path::parent).map(Path::to_owned));
    }
    all
}

/// `top.py`, or a folder `top` that holds Python.
fn has_module(folder: &Path, top: &str) -> bool {
    if folder.join(format!("{top}.py")).is_file() {
        return true;
    }
    let package = folder.join(top);
    package.join("__init__.py").is_file()
        || std::fs::read_dir(&package).is_ok_and(|entries| {
            entries
                .flatten()
                .take(500)
                .any(|entry| entry.path().extension().is_some_and(|ending| ending == "py"))
        })
}
