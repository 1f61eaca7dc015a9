//! Whether the module that a server's configuration names holds the object it names.
//!
//! Only where the file is at hand; the static analysis decides, as for the start command of a
//! Procfile. A file that is missing is not judged here.

use super::Context;
use super::config::fact_of;
use crate::model::{Captures, Fact};
use crate::python::entry::{EntryKind, EntryOptions, Interface, analyse_entry};
use crate::site::Tree;
use crate::site::config::{App, AppKind, Setting};

/// The object that the server wants is not in the file that it loads.
pub(super) fn attribute(context: &Context, tree: &Tree, app: &App) -> Option<Fact> {
    let target = target(app)?;
    let chdir = app.chdir.as_ref()?.text.trim_end_matches('/');
    let mut folders = vec![chdir.to_owned()];
    folders.extend(app.python_path.iter().map(|path| crate::site::join(chdir, &path.text)));
    let below = target.module.replace('.', "/");
    let (folder, file) = folders.iter().find_map(|folder| {
        [format!("{folder}/{below}.py"), format!("{folder}/{below}/__init__.py")]
            .into_iter()
            .find_map(|path| Some((tree.find(folder)?, tree.find(&path)?)))
    })?;
    let options = EntryOptions {
        kind: EntryKind::ModuleAttr {
            module: target.module.clone(),
            attr: target.name.clone(),
            factory: target.call,
        },
        application: target.name.clone(),
        interface: Interface::Any,
        ..EntryOptions::for_file(&folder)
    };
    let analysis = analyse_entry(&options);
    // What is there and may not be called is the code's own matter.
    let found = analysis
        .findings
        .iter()
        .find(|found| matches!(found.name, "no-application" | "application-misspelled"))?;
    let mut captures = Captures::new();
    captures.insert("module".to_owned(), target.module.clone());
    let note =
        format!("{}: {}", file.file_name().unwrap_or_default().to_string_lossy(), found.message);
    let text = format!("{}: {}", target.said.place.display(), target.said.line);
    let fact = fact_of(context, "attribute-missing", &text, &captures, &target.said.place, &note);
    Some(Fact { certainty: found.certainty, ..fact })
}

/// What the server is told to load, and the setting that says the object's name.
struct Target<'a> {
    module: String,
    name: String,
    call: bool,
    said: &'a Setting,
}

fn target(app: &App) -> Option<Target<'_>> {
    let plain = |text: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    let (module, inline, from) = match (&app.module, &app.wsgi_file) {
        (Some(setting), _) => {
            let (module, name) = setting.text.split_once(':').unwrap_or((&setting.text, ""));
            (module.trim().to_owned(), name.trim(), setting)
        }
        (None, Some(file)) => {
            let stem = file.text.strip_suffix(".py")?;
            let inside = match &app.chdir {
                Some(chdir) => stem
                    .strip_prefix(&format!("{}/", chdir.text.trim_end_matches('/')))
                    .unwrap_or(stem),
                None => stem,
            };
            (inside.replace('/', "."), "", file)
        }
        (None, None) => return None,
    };
    if !module.split('.').all(plain) {
        return None;
    }
    let (name, said) = match (inline, &app.callable, app.kind) {
        ("", Some(callable), AppKind::Uwsgi) => (callable.text.as_str(), callable),
        ("", _, AppKind::Uwsgi | AppKind::Gunicorn) => ("application", from),
        ("", ..) | (_, _, AppKind::ModWsgi) => return None,
        (name, ..) => (name, from),
    };
    let call = name.split_once('(').map(|(name, _)| name);
    let name = call.unwrap_or(name).trim();
    plain(name).then(|| Target { module, name: name.to_owned(), call: call.is_some(), said })
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::{run_tree, signatures};

    const INI: &str = "[uwsgi]\nchdir = /srv/shop\nsocket = /run/shop.sock\n";
    const WSGI: &str = "from flask import Flask\napp = Flask(__name__)\n";

    fn found(setting: &str) -> Vec<String> {
        let ini = format!("{INI}{setting}\n");
        signatures(&run_tree(
            &[("etc/uwsgi/apps-enabled/shop.ini", &ini), ("srv/shop/web.py", WSGI)],
            crate::checks::config::collect,
        ))
    }

    #[test]
    fn an_object_that_is_there_is_no_fact() {
        assert!(found("module = web:app").is_empty());
        assert!(found("wsgi-file = web.py\ncallable = app").is_empty());
        assert!(found("wsgi-file = /srv/shop/web.py\ncallable = app").is_empty());
    }

    #[test]
    fn an_object_that_is_not_there_is_the_cause() {
        for setting in ["module = web:aplication", "module = web", "wsgi-file = web.py"] {
            assert_eq!(
                found(setting),
                ["application-missing/config-attribute-missing"],
                "{setting}"
            );
        }
    }

    #[test]
    fn odd_settings_are_left_alone() {
        for setting in ["module = :", "module = web:app.wsgi", "module = ../web:x", "callable = x"]
        {
            assert!(found(setting).is_empty(), "{setting}");
        }
    }
}
