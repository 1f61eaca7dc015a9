//! The surroundings of the code: its virtualenv and the packages in it; rights, space and memory
//! stand in files of their own. A copied tree seldom holds everything: what is not in it is missing
//! only where its neighbours were copied.

use std::collections::BTreeSet;

use super::config::{self, fact_of, is_missing};
use super::{Context, rights, space};
use crate::model::{Captures, Examined, Fact, Facts, Place, PythonVersion};
use crate::python::resolve::venv;
use crate::site::{Tree, on_server};

/// Stated certainty of what a copied tree lacks.
const COPY: f64 = 0.8;
/// Names shown of a longer list.
const SHOWN: usize = 6;

/// Looks at the virtualenv, and at the machine where that is allowed.
pub(super) fn collect(context: &Context) -> Facts {
    let mut facts = Facts::default();
    let Some(tree) = config::tree(context) else { return facts };
    if let Some(path) = &context.site.virtualenv {
        let shown = on_server(context.site.root.as_deref(), path);
        facts.facts.extend(virtualenv(context, &tree, &shown));
        facts.examined.push(Examined {
            check: "environment".to_owned(),
            what: format!("virtualenv {shown}"),
            from: None,
            to: None,
        });
    }
    if context.look_at_machine && tree.is_machine() {
        space::collect(context, &tree, &mut facts);
        facts.examined.extend(token(context));
    }
    if context.look_at_machine || !tree.is_machine() {
        facts.facts.extend(rights::collect(context, &tree));
    }
    facts.facts.retain(|fact| !fact.matches.is_empty());
    facts
}

/// Whether PythonAnywhere's API can be used from here; only the variable's name is ever kept.
fn token(context: &Context) -> Option<Examined> {
    const NAME: &str = "API_TOKEN";
    if context.site.platform_id() != "pythonanywhere" {
        return None;
    }
    let set = std::env::var_os(NAME).is_some_and(|value| !value.is_empty());
    let what = if set {
        format!("API token: {NAME} is set (--reload can be used)")
    } else {
        format!("API token: {NAME} is not set (--reload and --remote need it)")
    };
    Some(Examined { check: "environment".to_owned(), what, from: None, to: None })
}

pub(super) fn about(context: &Context, tree: &Tree, event: &str, path: &str, note: &str) -> Fact {
    let mut captures = Captures::new();
    captures.insert("path".to_owned(), path.to_owned());
    let mut fact = fact_of(context, event, note, &captures, &Place::file(path), note);
    if !tree.is_machine() {
        fact.certainty = COPY;
    }
    fact
}

/// Missing, no virtualenv at all, without its Python, for another Python, without what is required.
fn virtualenv(context: &Context, tree: &Tree, path: &str) -> Vec<Fact> {
    if !tree.is_dir(path) {
        // Projects are copied without the virtualenv in them; a folder of several is copied whole.
        let kept_apart = path.rsplit('/').nth(1).is_some_and(|parent| {
            matches!(parent, ".virtualenvs" | "virtualenvs" | "envs" | "venvs")
        });
        let missing = (tree.is_machine() || kept_apart) && is_missing(tree, path) == Some(true);
        let note = format!("the virtualenv {path} does not exist");
        return missing
            .then(|| about(context, tree, "virtualenv-missing", path, &note))
            .into_iter()
            .collect();
    }
    let has = |name: &str| tree.find(&format!("{path}/{name}")).is_some();
    if !has("pyvenv.cfg") && !has("lib") && !has("lib64") && !has("bin") {
        if tree.names(path).is_empty() && !tree.is_machine() {
            return Vec::new();
        }
        let note =
            format!("{path} is a folder, but no virtualenv: it has no pyvenv.cfg, bin or lib");
        return vec![about(context, tree, "virtualenv-broken", path, &note)];
    }
    let mut found: Vec<Fact> = Vec::new();
    if tree.is_machine() {
        found.extend(broken(context, tree, path));
    }
    let lookup = crate::python::resolve::Tree { root: context.site.root.clone(), unsaved: None };
    let environment = venv::read(&lookup, path);
    // gunicorn and its like run with the virtualenv's own Python: there nothing can differ.
    let embeds = matches!(context.site.platform_id(), "pythonanywhere" | "uwsgi" | "mod-wsgi");
    if let (true, Some(server), Some(own)) = (embeds, context.site.python, environment.python)
        && server != own
    {
        let note = format!("the server runs Python {server}, the virtualenv {path} is for {own}");
        found.push(about(context, tree, "virtualenv-python-mismatch", path, &note));
    }
    if environment.known && !environment.system_too {
        found.extend(requirements(
            context,
            tree,
            path,
            &environment.site_packages,
            environment.python,
        ));
    }
    found
}

/// The virtualenv's Python: gone, or a link to one that was removed.
fn broken(context: &Context, tree: &Tree, path: &str) -> Option<Fact> {
    let python = format!("{path}/bin/python");
    // What this user may not look into is not known to be broken.
    std::fs::read_dir(format!("{path}/bin")).ok()?;
    let exists =
        ["python", "python3"].iter().any(|name| tree.is_file(&format!("{path}/bin/{name}")));
    if exists {
        return None;
    }
    let note = match std::fs::read_link(&python) {
        Ok(target) => format!("{python} points to {}, which does not exist", target.display()),
        Err(_) => format!("{python} does not exist"),
    };
    Some(about(context, tree, "virtualenv-broken", path, &note))
}

/// Names in requirements.txt that no installed package has.
fn requirements(
    context: &Context,
    tree: &Tree,
    path: &str,
    site_packages: &[String],
    python: Option<PythonVersion>,
) -> Option<Fact> {
    let project = on_server(context.site.root.as_deref(), context.site.project.as_deref()?);
    let file = format!("{project}/requirements.txt");
    let text = tree.text(&file)?;
    let mut installed: BTreeSet<String> = BTreeSet::new();
    for dir in site_packages {
        installed.extend(tree.names(dir).iter().filter_map(|name| distribution(name)));
    }
    // Without the records of installed packages nothing can be compared.
    if installed.is_empty() {
        return None;
    }
    let missing: Vec<String> =
        required(&text).into_iter().filter(|name| !installed.contains(name)).collect();
    if missing.is_empty() {
        return None;
    }
    let more = missing.len().saturating_sub(SHOWN);
    let names = missing.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let version = python.map(|version| format!(" (Python {version})")).unwrap_or_default();
    let note = format!("in {file}, but not installed in {path}{version}: {names}{more}");
    let mut fact = about(context, tree, "requirement-missing", path, &note);
    fact.place = Some(Place::file(file));
    Some(fact)
}

/// `Flask_Login-0.6.dist-info` → `flask-login`.
fn distribution(name: &str) -> Option<String> {
    let stem = name.strip_suffix(".dist-info").or_else(|| name.strip_suffix(".egg-info"))?;
    Some(normal(stem.split('-').next()?))
}

/// Names as the package index compares them: lower case, runs of `-_.` are one `-`.
fn normal(name: &str) -> String {
    let mut out = String::new();
    for c in name.trim().chars() {
        if matches!(c, '-' | '_' | '.') {
            if !out.ends_with('-') {
                out.push('-');
            }
        } else {
            out.extend(c.to_lowercase());
        }
    }
    out
}

/// Names that are required whatever the system: lines with a marker, an option or a URL are left out.
fn required(text: &str) -> Vec<String> {
    text.lines()
        .map(|line| line.split(" #").next().unwrap_or(line).trim())
        .filter(|line| !line.is_empty() && !line.starts_with(['#', '-', '.', '/']))
        .filter(|line| !line.contains([';', '@', ':', '\\']))
        .filter_map(|line| {
            let end = line
                .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')))
                .unwrap_or(line.len());
            (end > 0).then(|| normal(&line[..end]))
        })
        .collect()
}

#[cfg(test)]
#[path = "environment_test.rs"]
mod tests;
