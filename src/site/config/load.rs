//! Reads configuration files together: an upstream, a socket unit or a server's own file may stand
//! apart from the line that names it.

use std::path::PathBuf;

use super::nginx_includes::Includes;
use super::{
    App, AppKind, ServerConfig, apache, gunicorn, nginx, stem, supervisor, systemd, uwsgi,
};
use crate::model::Place;
use crate::site::tree::{Tree, join, read};

/// A file to read and the name to show.
#[derive(Debug, Clone)]
pub struct ConfigFile {
    pub path: PathBuf,
    pub shown: String,
}

/// What kind of configuration a file is, by its name and content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Nginx,
    Uwsgi,
    Gunicorn,
    Systemd,
    Supervisor,
    Apache,
}

fn kind_of(shown: &str, text: &str) -> Option<Kind> {
    let name = shown.rsplit('/').next().unwrap_or(shown).to_lowercase();
    let has =
        |start: &str| text.lines().any(|line| line.trim_start().to_lowercase().starts_with(start));
    if name.ends_with(".service") || name.ends_with(".socket") {
        Some(Kind::Systemd)
    } else if name.ends_with(".py") {
        Some(Kind::Gunicorn)
    } else if has("[program:") {
        Some(Kind::Supervisor)
    } else if has("[uwsgi]") || has("uwsgi:") || has("<uwsgi") || is_json(text) {
        Some(Kind::Uwsgi)
    } else if has("[service]") || has("[socket]") {
        Some(Kind::Systemd)
    } else if has("<virtualhost") || has("wsgiscriptalias") || has("proxypass ") {
        Some(Kind::Apache)
    } else if text.contains('{')
        && (has("server") || has("upstream") || has("location") || has("http"))
    {
        Some(Kind::Nginx)
    } else {
        None
    }
}

/// What `systemctl edit` adds to a unit: `shop.service.d/*.conf`, given beside it or in the tree.
fn drop_ins(unit: &str, files: &[ConfigFile], tree: Option<&Tree>) -> Vec<(String, String)> {
    let dir = format!("{unit}.d");
    let given: Vec<(String, String)> = files
        .iter()
        .filter(|file| file.shown.rsplit_once('/').is_some_and(|(parent, _)| parent == dir))
        .filter_map(|file| Some((file.shown.clone(), read(&file.path)?)))
        .collect();
    let Some(tree) = tree.filter(|_| given.is_empty()) else { return given };
    tree.names(&dir)
        .into_iter()
        .filter(|name| name.ends_with(".conf"))
        .map(|name| format!("{dir}/{name}"))
        .filter_map(|shown| tree.text(&shown).map(|text| (shown, text)))
        .collect()
}

/// uWSGI's options as JSON.
fn is_json(text: &str) -> bool {
    let start = text.trim_start_matches('\u{feff}').trim_start();
    start.starts_with('{') && start[1..].trim_start().starts_with("\"uwsgi\"")
}

/// Reads the files together: upstreams, sockets and configuration files may stand apart.
/// `tree` is where paths that a file names are looked up; `None` where only the files are at hand.
#[must_use]
pub fn load(files: &[ConfigFile], tree: Option<&Tree>) -> ServerConfig {
    let mut config = ServerConfig::default();
    let mut nginx = Vec::new();
    let mut sockets = Vec::new();
    let mut loose: Vec<(String, String)> = Vec::new();
    for file in files {
        let Some(text) = read(&file.path) else { continue };
        let Some(kind) = kind_of(&file.shown, &text) else { continue };
        if kind == Kind::Systemd && file.shown.contains(".service.d/") {
            // Said with its unit.
            continue;
        }
        config.files.push(file.shown.clone());
        match kind {
            Kind::Nginx => nginx.push((file.shown.clone(), text)),
            Kind::Uwsgi => config.apps.push(uwsgi::parse(&file.shown, &text)),
            Kind::Gunicorn => loose.push((file.shown.clone(), text)),
            Kind::Systemd => {
                let mut parts = vec![(file.shown.clone(), text)];
                parts.extend(drop_ins(&file.shown, files, tree));
                for (shown, _) in &parts[1..] {
                    if !config.files.contains(shown) {
                        config.files.push(shown.clone());
                    }
                }
                systemd::parse(&parts, &mut config.apps, &mut sockets);
            }
            Kind::Supervisor => supervisor::parse(&file.shown, &text, &mut config.apps),
            Kind::Apache => apache::parse(&file.shown, &text, &mut config),
        }
    }
    let known = nginx.iter().map(|(shown, _)| shown.clone());
    let mut includes = Includes::new(tree, known);
    config.fronts.splice(0..0, nginx::build(&nginx, &mut includes));
    config.files.extend(includes.taken);
    systemd::activate(&mut config.apps, &sockets);
    complete(&mut config, loose, tree);
    config
}

/// Takes configuration files into the commands that name them; those that nobody names stand alone.
fn complete(config: &mut ServerConfig, mut loose: Vec<(String, String)>, tree: Option<&Tree>) {
    let alone = config.apps.iter().filter(|app| app.kind == AppKind::Gunicorn).count() == 1;
    for app in config.apps.iter_mut().filter(|app| app.kind == AppKind::Gunicorn) {
        let dir = app.chdir.as_ref().map(|setting| setting.text.clone());
        let wanted =
            app.config.as_ref().map(|setting| setting.text.trim_start_matches("file:").to_owned());
        let base = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
        let name = wanted.as_deref().map_or_else(|| "gunicorn.conf.py".to_owned(), base);
        let at =
            loose.iter().position(|(shown, _)| base(shown) == name && (alone || wanted.is_some()));
        let found = match at {
            Some(at) => Some(loose.remove(at)),
            None => tree.and_then(|tree| {
                let path = join(
                    dir.as_deref().unwrap_or("/"),
                    wanted.as_deref().unwrap_or("gunicorn.conf.py"),
                );
                let text = (dir.is_some() || path.starts_with('/')).then(|| tree.text(&path))??;
                Some((path, text))
            }),
        };
        if let Some((shown, text)) = found {
            gunicorn::apply(&shown, &text, app);
            if !config.files.contains(&shown) {
                config.files.push(shown);
            }
        }
    }
    for (shown, text) in loose {
        let mut app = App::new(AppKind::Gunicorn, stem(&shown), Place::file(shown.clone()));
        gunicorn::apply(&shown, &text, &mut app);
        if !app.binds.is_empty() || app.module.is_some() || app.timeout.is_some() {
            config.apps.push(app);
        }
    }
    let mut more = Vec::new();
    for app in config.apps.iter_mut().filter(|app| app.kind == AppKind::Uwsgi) {
        let (Some(named), Some(tree)) = (&app.config, tree) else { continue };
        let dir = app.chdir.as_ref().map_or("/", |setting| setting.text.as_str());
        let path = join(dir, &named.text);
        if config.files.contains(&path) {
            // The file stands for itself; what the unit says of the user goes with it.
            more.push((path, app.clone()));
            continue;
        }
        if let Some(text) = tree.text(&path) {
            let mut whole = uwsgi::parse(&path, &text);
            inherit(&mut whole, app);
            config.files.push(path);
            *app = whole;
        }
    }
    for (path, unit) in more {
        config.apps.retain(|app| app.place != unit.place);
        for app in config.apps.iter_mut().filter(|app| &*app.place.file == path.as_str()) {
            inherit(app, &unit);
        }
    }
    for app in &mut config.apps {
        if app.kind == AppKind::Gunicorn && app.binds.is_empty() && app.config.is_none() {
            gunicorn::default_bind(app);
        }
    }
}

/// What a unit says and the server's own file does not.
fn inherit(app: &mut App, unit: &App) {
    app.user = app.user.take().or_else(|| unit.user.clone());
    app.group = app.group.take().or_else(|| unit.group.clone());
    app.chdir = app.chdir.take().or_else(|| unit.chdir.clone());
    app.virtualenv = app.virtualenv.take().or_else(|| unit.virtualenv.clone());
    app.logs.extend(unit.logs.iter().cloned());
    app.program = app.program.take().or_else(|| unit.program.clone());
    if app.binds.is_empty() {
        app.binds.clone_from(&unit.binds);
    }
}
