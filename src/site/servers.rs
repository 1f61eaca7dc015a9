//! One's own server: nginx, Apache, uWSGI, gunicorn, systemd, supervisor. Each web app that their
//! configuration names is a site, with the logs that the files name or that stand beside them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::Discovered;
use super::checkout;
use super::config::{App, AppKind, ConfigFile, Front, FrontKind, ServerConfig, load};
use super::tree::{Tree, join};
use super::walk::Bounds;
use crate::model::{LogFile, LogKind, PlatformId, PythonVersion, Site};

/// Endings of uWSGI's configuration files.
const UWSGI: &[&str] = &[".ini", ".yml", ".yaml", ".xml", ".json"];

/// Folders of configuration and the endings of their files (empty: every file).
const PLACES: &[(&str, &[&str])] = &[
    ("/etc/nginx/sites-enabled", &[""]),
    ("/etc/nginx/conf.d", &[".conf"]),
    ("/etc/nginx", &["nginx.conf"]),
    ("/usr/local/nginx/conf", &["nginx.conf"]),
    ("/usr/local/etc/nginx", &["nginx.conf"]),
    ("/etc/apache2/sites-enabled", &[".conf"]),
    ("/etc/httpd/conf.d", &[".conf"]),
    ("/etc/uwsgi/apps-enabled", UWSGI),
    ("/etc/uwsgi/vassals", UWSGI),
    ("/etc/uwsgi/sites", UWSGI),
    ("/etc/uwsgi.d", UWSGI),
    ("/etc/uwsgi", UWSGI),
    ("/etc/systemd/system", &[".service", ".socket"]),
    ("/etc/supervisor/conf.d", &[".conf"]),
    ("/etc/supervisord.d", &[".ini", ".conf"]),
];

/// Folders that servers log to, besides the files that configuration names.
const LOG_PLACES: &[&str] = &[
    "/var/log",
    "/var/log/uwsgi",
    "/var/log/uwsgi/app",
    "/var/log/gunicorn",
    "/var/log/supervisor",
];

/// Adds a site for each web app of the servers' configuration.
pub(super) fn find(tree: &Tree, domain: Option<&str>, found: &mut Discovered) {
    found.looked_for.push(
        "nginx in /etc/nginx, Apache in /etc/apache2 and /etc/httpd, uWSGI in /etc/uwsgi, \
         services in /etc/systemd/system and /etc/supervisor"
            .to_owned(),
    );
    let mut files = config_files(tree);
    let mut config = load(&files, Some(tree));
    // An Emperor's folder may be anywhere.
    let vassals: Vec<String> =
        config.apps.iter().filter_map(|app| app.emperor.as_ref()).map(|s| s.text.clone()).collect();
    let before = files.len();
    for dir in vassals.iter().map(|dir| dir.trim_end_matches("/*.ini")) {
        add(tree, dir, UWSGI, &mut files);
    }
    if files.len() > before {
        config = load(&files, Some(tree));
    }
    config.apps.retain(|app| app.emperor.is_none() && names_an_app(app));
    let matched = domain.map(str::to_lowercase);
    for site in sites(tree, &config) {
        let wanted = matched.as_ref().is_none_or(|domain| site.names.contains(domain));
        if !wanted {
            continue;
        }
        let mut site = site.site;
        // Of several names the asked one is the site's.
        if let Some(domain) = &matched {
            site.domain = Some(domain.clone());
        }
        let scheme = site.url.take().unwrap_or_else(|| "http".to_owned());
        site.url = site.domain.as_ref().map(|domain| format!("{scheme}://{domain}/"));
        site.on_host = tree.is_machine();
        site.times_are_real = true;
        found.sites.push(site);
    }
}

fn config_files(tree: &Tree) -> Vec<ConfigFile> {
    let mut files = Vec::new();
    for (dir, endings) in PLACES {
        add(tree, dir, endings, &mut files);
    }
    files
}

fn add(tree: &Tree, dir: &str, endings: &[&str], files: &mut Vec<ConfigFile>) {
    for name in tree.names(dir) {
        let fits = !name.starts_with('.')
            && !name.ends_with('~')
            && endings.iter().any(|ending| name.ends_with(ending));
        let shown = join(dir, &name);
        if !fits || files.iter().any(|file| file.shown == shown) {
            continue;
        }
        if let Some(path) = tree.find(&shown).filter(|path| path.is_file()) {
            files.push(ConfigFile { path, shown });
        }
    }
}

/// A service that starts no app that could be named is none.
fn names_an_app(app: &App) -> bool {
    app.module.is_some() || app.wsgi_file.is_some() || !app.binds.is_empty()
}

/// A site and every name it answers to.
struct Named {
    site: Site,
    names: Vec<String>,
}

/// Which front belongs to which app: by address, else the only pair that is left.
#[must_use]
pub fn pair(config: &ServerConfig) -> BTreeMap<usize, Vec<usize>> {
    let mut fronts_of: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut lonely_fronts = Vec::new();
    for (at, front) in config.fronts.iter().enumerate() {
        let app = if front.backends.is_empty() {
            config
                .apps
                .iter()
                .position(|app| app.kind == AppKind::ModWsgi && within(front, app, &config.fronts))
        } else {
            config.apps.iter().position(|app| reaches(front, app))
        };
        match app {
            Some(app) => fronts_of.entry(app).or_default().push(at),
            None if !front.backends.is_empty() => lonely_fronts.push(at),
            None => {}
        }
    }
    let lonely_apps: Vec<usize> = (0..config.apps.len())
        .filter(|at| {
            !fronts_of.contains_key(at)
                && config.apps[*at].kind != AppKind::ModWsgi
                && !config.apps[*at].binds.is_empty()
        })
        .collect();
    // Several blocks that pass to one place are one front.
    let first = lonely_fronts.first().map(|at| &config.fronts[*at].backends[0].addresses);
    let alike =
        lonely_fronts.iter().all(|at| Some(&config.fronts[*at].backends[0].addresses) == first);
    if let [app] = lonely_apps.as_slice()
        && alike
        && !lonely_fronts.is_empty()
    {
        fronts_of.insert(*app, lonely_fronts);
    }
    fronts_of
}

/// Whether a request of this block arrives at the app.
fn reaches(front: &Front, app: &App) -> bool {
    front.backends.iter().flat_map(|backend| &backend.addresses).any(|(address, _)| {
        app.binds.iter().any(|bind| address.reaches(&bind.address) == Some(true))
    })
}

/// mod_wsgi: the app stands in the host's own file, behind its start and before the next one's.
fn within(front: &Front, app: &App, fronts: &[Front]) -> bool {
    let line = app.wsgi_file.as_ref().map_or(app.place.line, |file| file.place.line);
    front.place.file == app.place.file
        && front.place.line <= line
        && !fronts.iter().any(|other| {
            other.place.file == front.place.file
                && other.place.line > front.place.line
                && other.place.line <= line
        })
}

fn sites(tree: &Tree, config: &ServerConfig) -> Vec<Named> {
    let pairs = pair(config);
    let mut all = Vec::new();
    for (at, app) in config.apps.iter().enumerate() {
        let fronts: Vec<&Front> =
            pairs.get(&at).into_iter().flatten().map(|front| &config.fronts[*front]).collect();
        all.push(site(tree, config, Some(app), &fronts));
    }
    // A proxy in front of something that no file here starts (a container, a command by hand).
    let taken: Vec<usize> = pairs.values().flatten().copied().collect();
    let mut lonely: BTreeMap<String, Vec<&Front>> = BTreeMap::new();
    for (at, front) in config.fronts.iter().enumerate() {
        if !taken.contains(&at) && !front.backends.is_empty() {
            let key = front.names.first().cloned().unwrap_or_else(|| front.place.display());
            lonely.entry(key).or_default().push(front);
        }
    }
    all.extend(lonely.values().map(|fronts| site(tree, config, None, fronts)));
    all
}

fn site(tree: &Tree, config: &ServerConfig, app: Option<&App>, fronts: &[&Front]) -> Named {
    let mut names: Vec<String> = Vec::new();
    for name in fronts.iter().flat_map(|front| &front.names) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    let setting = |setting: Option<&super::config::Setting>| setting.map(|s| s.text.clone());
    let chdir = app.and_then(|app| setting(app.chdir.as_ref()));
    let folder = |path: String| tree.find(&path).filter(|path| path.is_dir());
    let wsgi = app.and_then(|app| entry_file(tree, app, chdir.as_deref()));
    let project = chdir
        .clone()
        .and_then(folder)
        .or_else(|| app?.python_path.first().and_then(|path| folder(path.text.clone())))
        .or_else(|| wsgi.as_ref().and_then(|path| path.parent()).map(PathBuf::from));
    let virtualenv = app
        .and_then(|app| setting(app.virtualenv.as_ref()))
        .map(|path| super::below(tree.root(), &join(chdir.as_deref().unwrap_or("/"), &path)));
    let logs = logs(tree, app, fronts);
    let alike = if project.is_none() { folder_like(tree, app, fronts) } else { None };
    let alike = alike.unwrap_or_default();
    let mut config_files: Vec<String> = fronts
        .iter()
        .map(|front| front.place.file.to_string())
        .chain(app.map(|app| app.place.file.to_string()))
        .collect();
    // The main file says what the blocks inherit; a unit's socket and configuration go with it.
    config_files.extend(
        config
            .files
            .iter()
            .filter(|file| {
                file.ends_with("/nginx.conf")
                    && fronts.iter().any(|f| f.place.file.starts_with("/etc/nginx"))
                    || app.is_some_and(|app| {
                        app.binds.iter().any(|bind| *bind.setting.place.file == ***file)
                            || app.timeout.as_ref().is_some_and(|s| *s.place.file == ***file)
                            || file.ends_with(&format!("/{}.service", app.name))
                    })
            })
            .cloned(),
    );
    config_files.sort();
    config_files.dedup();
    Named {
        site: Site {
            platform: Some(PlatformId(app.map_or("generic", App::platform).to_owned())),
            domain: names.first().cloned(),
            // The scheme only: the domain may still be replaced.
            url: Some(
                if fronts.iter().any(|front| front.tls) { "https" } else { "http" }.to_owned(),
            ),
            wsgi: wsgi.or(alike.wsgi),
            project: project.or(alike.project),
            virtualenv: virtualenv.or(alike.virtualenv),
            python: server_python(app, &logs).or(alike.python),
            procfile: alike.procfile,
            logs,
            server_config: config_files.iter().filter_map(|file| tree.find(file)).collect(),
            ..Site::default()
        },
        names,
    }
}

/// The Python file that the server loads.
pub(crate) fn entry_file(tree: &Tree, app: &App, chdir: Option<&str>) -> Option<PathBuf> {
    let dir = chdir.unwrap_or("/");
    if let Some(file) = &app.wsgi_file {
        return tree.find(&join(dir, &file.text)).filter(|path| path.is_file());
    }
    let module = app.module.as_ref()?.text.split(':').next()?.to_owned();
    let relative = module.replace('.', "/");
    let mut dirs: Vec<String> = vec![dir.to_owned()];
    dirs.extend(app.python_path.iter().map(|path| join(dir, &path.text)));
    dirs.iter()
        .flat_map(|dir| [format!("{dir}/{relative}.py"), format!("{dir}/{relative}/__init__.py")])
        .find_map(|path| tree.find(&path).filter(|path| path.is_file()))
}

/// Names under which a site's own folders go: the unit's, the files of its configuration.
fn stems(app: Option<&App>, fronts: &[&Front]) -> Vec<String> {
    /// Names that belong to the server and not to one site.
    const COMMON: &[&str] = &[
        "default",
        "000-default",
        "nginx",
        "apache2",
        "httpd",
        "uwsgi",
        "gunicorn",
        "app",
        "web",
        "site",
        "ssl",
        "default-ssl",
        "emperor",
        "supervisor",
    ];
    let mut names: Vec<String> = app.map(|app| app.name.clone()).into_iter().collect();
    names.extend(fronts.iter().filter_map(|front| {
        let file = front.place.file.rsplit('/').next()?;
        Some(file.strip_suffix(".conf").unwrap_or(file).to_owned())
    }));
    names.extend(fronts.iter().filter_map(|front| front.names.first().cloned()));
    names.retain(|name| {
        !name.is_empty() && !name.contains('/') && name != ".." && !COMMON.contains(&name.as_str())
    });
    names.sort();
    names.dedup();
    names
}

/// uWSGI says at each start which Python is built into it.
fn server_python(app: Option<&App>, logs: &[LogFile]) -> Option<PythonVersion> {
    // Apache says it behind its own version: `mod_wsgi/4.9.4 Python/3.11 configured`.
    let (kinds, head) = match app?.kind {
        AppKind::Uwsgi => ([LogKind::Server; 2], "Python version: "),
        AppKind::ModWsgi => ([LogKind::Error, LogKind::Nginx], " Python/"),
        _ => return None,
    };
    logs.iter().filter(|log| log.kind.is_some_and(|kind| kinds.contains(&kind))).find_map(|log| {
        let text = super::pythonanywhere::glance(&log.path, true);
        super::version(&super::pythonanywhere::last_after(&text, head)?)
    })
}

/// `access.log`, `error.log`, anything else.
fn kind_by_name(file: &str) -> LogKind {
    let file = file.to_lowercase();
    if file.contains("access") { LogKind::Access } else { LogKind::Server }
}

/// The project of a site that no unit starts: a folder that is named like it.
fn folder_like(tree: &Tree, app: Option<&App>, fronts: &[&Front]) -> Option<Site> {
    for name in stems(app, fronts) {
        let mut places: Vec<String> =
            ["/srv", "/var/www", "/opt"].iter().map(|dir| join(dir, &name)).collect();
        places.extend(tree.names("/home").iter().map(|user| format!("/home/{user}/{name}")));
        let start = places.iter().filter_map(|place| tree.find(place)).filter(|path| path.is_dir());
        let bounds = Bounds { depth: 1, ..Bounds::default() };
        let (sites, _) = checkout::find(tree, &start.collect::<Vec<_>>(), bounds);
        if let [_] = sites.as_slice() {
            return sites.into_iter().next();
        }
    }
    None
}

fn logs(tree: &Tree, app: Option<&App>, fronts: &[&Front]) -> Vec<LogFile> {
    let mut named: Vec<(LogKind, String)> =
        fronts.iter().flat_map(|front| front.logs.iter().cloned()).collect();
    if fronts.iter().any(|front| front.place.file.contains("nginx")) {
        for (kind, path) in [
            (LogKind::Nginx, "/var/log/nginx/error.log"),
            (LogKind::Access, "/var/log/nginx/access.log"),
        ] {
            if !named.iter().any(|(k, _)| *k == kind) {
                named.push((kind, path.to_owned()));
            }
        }
    }
    if fronts.iter().any(|front| front.kind == FrontKind::Apache) && named.is_empty() {
        for dir in ["/var/log/apache2", "/var/log/httpd"] {
            for (kind, file) in [
                (LogKind::Nginx, "error.log"),
                (LogKind::Access, "access.log"),
                (LogKind::Nginx, "error_log"),
                (LogKind::Access, "access_log"),
            ] {
                named.push((kind, join(dir, file)));
            }
        }
    }
    for dir in stems(app, fronts).iter().map(|name| format!("/var/log/{name}")) {
        for file in tree.names(&dir).into_iter().filter(|file| file.ends_with(".log")) {
            named.push((kind_by_name(&file), join(&dir, &file)));
        }
    }
    if let Some(app) = app {
        named.extend(app.logs.iter().cloned());
        let name = app.name.to_lowercase();
        for dir in LOG_PLACES {
            for file in tree.names(dir) {
                let lower = file.to_lowercase();
                let of_app = lower.starts_with(&name)
                    && lower[name.len()..].starts_with(['.', '-', '_'])
                    && lower.ends_with(".log");
                let common = *dir == "/var/log/gunicorn" && lower.ends_with(".log");
                if (of_app && name.len() > 2) || common {
                    let kind =
                        if lower.contains("access") { LogKind::Access } else { LogKind::Server };
                    named.push((kind, join(dir, &file)));
                }
            }
        }
    }
    let mut all: Vec<LogFile> = Vec::new();
    for (kind, shown) in named {
        let Some(path) = tree.find(&shown).filter(|path| path.is_file()) else { continue };
        if !all.iter().any(|log| log.path == path) {
            all.push(LogFile { path, shown, kind: Some(kind) });
        }
    }
    all
}
