//! The proxy's configuration against the app server's: which two lines disagree.
//!
//! A disagreement is a fact only where both lines are at hand. While the site answers, nothing
//! that would stop it can be true.

use crate::checks::Context;
use crate::checks::config::{self, fact_of};
use crate::model::{Captures, Fact, Facts, Source, SymptomKind};
use crate::site::config::{
    Address, App, AppKind, Backend, Front, FrontKind, ServerConfig, Setting,
};
use crate::site::servers::pair;

/// nginx's default of `proxy_read_timeout` and `uwsgi_read_timeout`, in seconds.
/// <https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_read_timeout>
const NGINX_READ_TIMEOUT: u64 = 60;

/// Stated certainty where proxy and app are only the two that are left over.
const STRANGERS: f64 = 0.6;

/// Starts of the signatures that would keep an app from starting.
const STOPPING: &[&str] = &["config-", "virtualenv-"];

/// Compares every front with the app that it leads to.
pub(super) fn compare(context: &Context, facts: &mut Facts) {
    if context.site.server_config.is_empty() {
        return;
    }
    let config = config::load(context);
    let mut found = Vec::new();
    for (app, fronts) in pair(&config) {
        let Some(app) = config.apps.get(app) else { continue };
        for front in fronts.iter().filter_map(|at| config.fronts.get(*at)) {
            found.extend(address(context, front, app));
            found.extend(protocol(context, front, app));
            found.extend(permission(context, front, app));
            found.extend(timeouts(context, front, app));
        }
    }
    limits(context, &config, facts, &mut found);
    threads(context, &config, facts, &mut found);
    let works = works(facts);
    for mut fact in found {
        if fact.matches.is_empty() || facts.facts.iter().any(|known| known.excerpt == fact.excerpt)
        {
            continue;
        }
        if works && fact.matches.iter().any(|hit| hit.signature.starts_with("proxy-misconfigured/"))
        {
            fact.resolved = Some("the site answers through this proxy".to_owned());
        }
        facts.facts.push(fact);
    }
}

/// What would keep the app from starting is over, or never was, where the site was seen to work.
pub(super) fn settle(facts: &mut Facts) {
    if !works(facts) {
        return;
    }
    for fact in facts.facts.iter_mut().filter(|fact| fact.source == Source::Config) {
        let stops = fact.matches.iter().any(|hit| {
            let (slug, id) = hit.signature.split_once('/').unwrap_or_default();
            matches!(slug, "module-not-on-path" | "python-version-mismatch")
                && STOPPING.iter().any(|start| id.starts_with(start))
        });
        if stops && fact.resolved.is_none() {
            fact.resolved = Some("the site answers".to_owned());
        }
    }
}

/// The site was seen to work, or its access log knows good answers only.
fn works(facts: &Facts) -> bool {
    let asked = facts.symptoms.iter().any(|symptom| symptom.kind == SymptomKind::Ok);
    let bad = facts.symptoms.iter().any(|symptom| {
        matches!(
            symptom.kind,
            SymptomKind::Status(400..) | SymptomKind::Unreachable | SymptomKind::Timeout
        )
    });
    let good = facts.routes.iter().any(|route| route.ok_now > 0)
        && facts.routes.iter().all(|route| route.failed_now == 0);
    !bad && (asked || good)
}

/// Both lines as they stand: that of the fact's place, then the other one with its own.
fn both(here: &Setting, other: &Setting) -> String {
    format!("{}\n{}: {}", here.line, other.place.display(), other.line)
}

fn backends(front: &Front) -> impl Iterator<Item = (&Backend, &Address, &Setting)> {
    front.backends.iter().flat_map(|backend| {
        backend.addresses.iter().map(move |(address, setting)| (backend, address, setting))
    })
}

/// No address of the proxy is one at which the app listens.
fn address(context: &Context, front: &Front, app: &App) -> Option<Fact> {
    let first = app.binds.first()?;
    let mut wrong = None;
    for (_, address, setting) in backends(front) {
        for bind in &app.binds {
            match address.reaches(&bind.address) {
                Some(false) => {
                    wrong.get_or_insert((address, setting));
                }
                // It fits, or nobody can say.
                Some(true) | None => return None,
            }
        }
    }
    let (address, setting) = wrong?;
    let mut captures = Captures::new();
    captures.insert("upstream".to_owned(), address.show());
    captures.insert("bind".to_owned(), first.address.show());
    captures.insert("proxy_place".to_owned(), setting.place.display());
    captures.insert("bind_place".to_owned(), first.setting.place.display());
    let note = match (address, &first.address) {
        (to, at) if at.is_loopback() && !to.is_loopback() && matches!(to, Address::Tcp { .. }) => {
            format!(
                "the proxy connects to {} on another host or container, but the app listens at {} only",
                to.show(),
                at.show()
            )
        }
        (to, at) => {
            format!("the proxy connects to {}, but the app listens at {}", to.show(), at.show())
        }
    };
    let text = both(setting, &first.setting);
    let mut fact =
        fact_of(context, "proxy-socket-mismatch", &text, &captures, &setting.place, &note);
    // Files that a person put side by side belong together; found ones may only be what is left.
    let given = context.site.root.is_none() && !context.site.on_host;
    if !given && !alike(front, app, setting, &first.address) {
        fact.certainty = STRANGERS;
    }
    Some(fact)
}

/// A name that both share: of the files, the domain, the project's folder, the socket.
fn alike(front: &Front, app: &App, pass: &Setting, bind: &Address) -> bool {
    let last = |path: &str| path.trim_end_matches('/').rsplit('/').next().map(str::to_lowercase);
    let stem = |name: String| name.split('.').next().unwrap_or_default().to_owned();
    let mut theirs: Vec<String> = last(&front.place.file).map(stem).into_iter().collect();
    theirs.extend(front.names.iter().flat_map(|name| name.split('.').map(str::to_owned)));
    let mut ours = vec![stem(app.name.to_lowercase())];
    ours.extend(app.chdir.as_ref().and_then(|dir| last(&dir.text)));
    if let (Address::Unix(socket), true) = (bind, pass.text.contains(".sock")) {
        ours.extend(last(socket).map(stem));
        theirs.extend(last(pass.text.trim_end_matches(':')).map(stem));
    }
    ours.iter().any(|name| name.len() > 2 && theirs.contains(name))
}

/// The same address, but two protocols.
fn protocol(context: &Context, front: &Front, app: &App) -> Option<Fact> {
    for (backend, address, _) in backends(front) {
        for bind in &app.binds {
            if address.reaches(&bind.address) != Some(true) || backend.protocol == bind.protocol {
                continue;
            }
            let note = format!(
                "the proxy speaks {}, the app's socket wants {}",
                backend.protocol.word(),
                bind.protocol.word()
            );
            let mut captures = Captures::new();
            captures.insert("upstream".to_owned(), address.show());
            return Some(fact_of(
                context,
                "proxy-protocol-mismatch",
                &both(&backend.pass, &bind.setting),
                &captures,
                &backend.pass.place,
                &note,
            ));
        }
    }
    None
}

/// The app's socket is closed to the proxy's user.
fn permission(context: &Context, front: &Front, app: &App) -> Option<Fact> {
    let user = front.user.as_ref().filter(|_| front.kind == FrontKind::Nginx)?;
    let proxy = user.text.split_whitespace().next()?;
    let owner = app.user.as_ref()?;
    let bind = app.binds.iter().find(|bind| matches!(bind.address, Address::Unix(_)))?;
    if proxy == owner.text
        || proxy == "root"
        || !backends(front).any(|(_, address, _)| address.reaches(&bind.address) == Some(true))
    {
        return None;
    }
    // uWSGI leaves the mode to the umask (755: only the owner may write); gunicorn and systemd open the socket to all.
    let mode = match (&app.socket_mode, app.kind) {
        (Some(mode), _) => u32::from_str_radix(&mode.text, 8).ok()?,
        (None, AppKind::Uwsgi) => 0o755,
        (None, _) => return None,
    };
    let in_group = app.group.as_ref().is_some_and(|group| {
        group.text == proxy || user.text.split_whitespace().nth(1) == Some(group.text.as_str())
    });
    // Another group may have the proxy's user as a member: that is not in these files.
    let closed = if in_group { mode & 0o020 == 0 } else { mode & 0o022 == 0 };
    if !closed {
        return None;
    }
    let mut captures = Captures::new();
    captures.insert("upstream".to_owned(), bind.address.show());
    let line = app.socket_mode.as_ref().unwrap_or(&bind.setting);
    let note = format!(
        "{proxy} (the proxy) needs to write to the socket of {}, whose mode {mode:o} lets only its owner write",
        owner.text
    );
    Some(fact_of(context, "socket-permission", &both(line, user), &captures, &line.place, &note))
}

/// The proxy gives up before the app's own limit.
fn timeouts(context: &Context, front: &Front, app: &App) -> Option<Fact> {
    let limit = app.timeout.as_ref()?;
    let app_limit = limit.number()?;
    let backend = front.backends.first()?;
    let proxy = match (&backend.read_timeout, front.kind) {
        (Some(setting), _) => seconds(&setting.text)?,
        (None, FrontKind::Nginx) => NGINX_READ_TIMEOUT,
        (None, FrontKind::Apache) => return None,
    };
    if app_limit <= proxy || proxy == 0 {
        return None;
    }
    let line = backend.read_timeout.as_ref().unwrap_or(&backend.pass);
    let note = format!(
        "the proxy answers 504 after {proxy} s while the app may work for {app_limit} s{}",
        if backend.read_timeout.is_none() { " (the proxy's limit is its default)" } else { "" }
    );
    Some(fact_of(
        context,
        "timeout-order",
        &both(line, limit),
        &Captures::new(),
        &line.place,
        &note,
    ))
}

/// `30`, `30s`, `2m`, `500ms`.
fn seconds(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    let number: u64 = digits.parse().ok()?;
    match &text[digits.len()..] {
        "" | "s" => Some(number),
        "ms" => Some(number / 1_000),
        "m" => number.checked_mul(60),
        "h" => number.checked_mul(3_600),
        "d" => number.checked_mul(86_400),
        _ => None,
    }
}

/// Names the line that sets a limit which the logs say was exceeded.
fn limits(context: &Context, config: &ServerConfig, facts: &Facts, found: &mut Vec<Fact>) {
    let spoke = |id: &str| {
        facts.facts.iter().any(|fact| {
            fact.resolved.is_none() && fact.matches.iter().any(|hit| hit.signature == id)
        })
    };
    let refused = spoke("request-too-large/nginx-body")
        || facts.symptoms.iter().any(|symptom| symptom.kind == SymptomKind::Status(413));
    if refused {
        for front in config.fronts.iter().filter(|front| front.kind == FrontKind::Nginx).take(1) {
            let (text, place, note) = match &front.body_limit {
                Some(limit) => (
                    limit.line.clone(),
                    limit.place.clone(),
                    format!("nginx takes request bodies up to {}", limit.text),
                ),
                None => (
                    "no client_max_body_size".to_owned(),
                    front.place.clone(),
                    "without client_max_body_size nginx takes request bodies up to 1m".to_owned(),
                ),
            };
            found.push(fact_of(context, "body-limit", &text, &Captures::new(), &place, &note));
        }
    }
    if spoke("request-too-large/uwsgi-block-size") {
        for app in config.apps.iter().filter(|app| app.kind == AppKind::Uwsgi).take(1) {
            let (text, place) = match &app.buffer_size {
                Some(size) => (size.line.clone(), &size.place),
                None => ("no buffer-size (4096 bytes)".to_owned(), &app.place),
            };
            let note = "uWSGI's buffer-size limits the headers of a request";
            found.push(fact_of(context, "header-limit", &text, &Captures::new(), place, note));
        }
    }
}

/// Code that starts threads, in a uWSGI that does not let them run.
fn threads(context: &Context, config: &ServerConfig, facts: &Facts, found: &mut Vec<Fact>) {
    let starts = facts.facts.iter().find(|fact| {
        fact.matches.iter().any(|hit| hit.signature == "deadlock-or-threads/thread-in-code")
    });
    let Some(code) = starts else { return };
    for app in config.apps.iter().filter(|app| app.kind == AppKind::Uwsgi) {
        let several = app.threads.as_ref().and_then(Setting::number).is_some_and(|n| n > 1);
        if app.enable_threads.is_some() || several {
            continue;
        }
        let text = format!(
            "{}: {}\n{}: no enable-threads",
            code.place.as_ref().map(crate::model::Place::display).unwrap_or_default(),
            code.excerpt.lines().next().unwrap_or_default(),
            app.place.display()
        );
        let note = "uWSGI does not run threads of the app without enable-threads";
        found.push(fact_of(context, "threads-disabled", &text, &Captures::new(), &app.place, note));
    }
}

#[cfg(test)]
#[path = "server_pair_test.rs"]
mod tests;
