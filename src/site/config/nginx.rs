//! nginx: server blocks that pass requests on, with what they inherit.
//! https://nginx.org/en/docs/http/ngx_http_proxy_module.html

use std::collections::BTreeMap;

use super::nginx_includes::Includes;
use super::{Address, Backend, Front, FrontKind, Protocol, Setting};
use crate::model::LogKind;

/// Blocks inside blocks that are followed.
const DEEPEST: usize = 32;

/// One directive with its block.
#[derive(Debug, Clone)]
pub(super) struct Directive {
    pub(super) name: String,
    pub(super) args: Vec<String>,
    setting: Setting,
    pub(super) block: Vec<Directive>,
}

/// What an outer block says for the inner ones.
#[derive(Debug, Clone, Default)]
struct Inherited {
    user: Option<Setting>,
    body_limit: Option<Setting>,
    proxy_read: Option<Setting>,
    uwsgi_read: Option<Setting>,
    logs: Vec<(LogKind, String)>,
}

type Upstreams = BTreeMap<String, Vec<(Address, Setting)>>;

/// Every server block of the files that passes requests on; upstreams may stand in another file.
pub(super) fn build(files: &[(String, String)], includes: &mut Includes<'_>) -> Vec<Front> {
    let trees: Vec<Vec<Directive>> =
        files.iter().map(|(shown, text)| includes.expand(parse(shown, text), 0)).collect();
    let mut upstreams = Upstreams::new();
    let mut outer = Inherited::default();
    for tree in &trees {
        collect_upstreams(tree, &mut upstreams, 0);
        // Only the main file says these outside of a server block; they hold for all files.
        take(tree, &mut outer);
        for http in tree.iter().filter(|d| d.name == "http") {
            take(&http.block, &mut outer);
        }
    }
    let mut fronts = Vec::new();
    for tree in &trees {
        let http = tree.iter().filter(|d| d.name == "http").flat_map(|d| &d.block);
        for server in tree.iter().chain(http).filter(|d| d.name == "server" && !d.block.is_empty())
        {
            fronts.extend(front(server, &outer, &upstreams));
        }
    }
    fronts
}

fn collect_upstreams(tree: &[Directive], into: &mut Upstreams, depth: usize) {
    if depth > DEEPEST {
        return;
    }
    for directive in tree {
        if directive.name == "upstream" {
            let Some(name) = directive.args.first() else { continue };
            let servers = directive
                .block
                .iter()
                .filter(|d| d.name == "server" && !d.args.iter().any(|word| word == "down"))
                .filter_map(|d| Some((Address::parse(d.args.first()?, 80)?, d.setting.clone())))
                .collect();
            into.insert(name.clone(), servers);
        } else if directive.name == "http" {
            collect_upstreams(&directive.block, into, depth + 1);
        }
    }
}

/// Takes the settings of one level.
fn take(block: &[Directive], into: &mut Inherited) {
    let mut logs = Vec::new();
    for directive in block {
        let value = || directive.args.first().map(|arg| directive.setting.with(arg.clone()));
        match directive.name.as_str() {
            "user" => into.user = value(),
            "client_max_body_size" => into.body_limit = value(),
            "proxy_read_timeout" => into.proxy_read = value(),
            "uwsgi_read_timeout" => into.uwsgi_read = value(),
            "access_log" | "error_log" => {
                let path = directive.args.first().cloned().unwrap_or_default();
                let kind =
                    if directive.name == "access_log" { LogKind::Access } else { LogKind::Nginx };
                if path.starts_with('/') && !path.contains('$') && path != "/dev/null" {
                    logs.push((kind, path));
                }
            }
            _ => {}
        }
    }
    for kind in [LogKind::Access, LogKind::Nginx] {
        if logs.iter().any(|(k, _)| *k == kind) {
            into.logs.retain(|(k, _)| *k != kind);
        }
    }
    into.logs.extend(logs);
}

fn front(server: &Directive, outer: &Inherited, upstreams: &Upstreams) -> Option<Front> {
    let mut here = outer.clone();
    take(&server.block, &mut here);
    let mut backends = Vec::new();
    passes(&server.block, "/", &here, upstreams, &mut backends, 0);
    if backends.is_empty() {
        return None;
    }
    let args = |name: &'static str| {
        server.block.iter().filter(move |d| d.name == name).flat_map(|d| d.args.iter().cloned())
    };
    let names = args("server_name")
        .filter(|name| name.contains('.') && !name.starts_with(['~', '*', '.', '$']))
        .map(|name| name.to_lowercase())
        .collect();
    let tls = args("listen").any(|arg| arg == "ssl" || arg == "443" || arg.ends_with(":443"));
    // The limit of the place that takes the uploads, or the server's own.
    let body_limit = smallest_location_limit(&server.block).or(here.body_limit);
    Some(Front {
        kind: FrontKind::Nginx,
        names,
        tls,
        backends,
        body_limit,
        user: here.user,
        logs: here.logs,
        folders: folders(&server.block),
        place: server.setting.place.clone(),
    })
}

/// A `client_max_body_size` of `location /`.
fn smallest_location_limit(block: &[Directive]) -> Option<Setting> {
    block
        .iter()
        .filter(|d| d.name == "location" && d.args.first().is_some_and(|arg| arg == "/"))
        .flat_map(|d| &d.block)
        .find(|d| d.name == "client_max_body_size")
        .and_then(|d| Some(d.setting.with(d.args.first()?.clone())))
}

/// Locations with an `alias` or `root` of their own: `alias` is the folder itself, below `root`
/// the URL's path goes on. Patterns and exact files are left out.
fn folders(block: &[Directive]) -> Vec<(String, Setting)> {
    block
        .iter()
        .filter(|d| d.name == "location" && d.args.len() <= 2)
        .filter(|d| d.args.first().is_some_and(|arg| arg.starts_with('/') || arg == "^~"))
        .filter_map(|location| {
            let prefix = location.args.last()?;
            location.block.iter().find_map(|d| {
                let folder = d.args.first().filter(|f| f.starts_with('/') && !f.contains('$'))?;
                let path = match d.name.as_str() {
                    "alias" => folder.clone(),
                    "root" if prefix.ends_with('/') && prefix != "/" => {
                        format!("{}{prefix}", folder.trim_end_matches('/'))
                    }
                    _ => return None,
                };
                prefix.ends_with('/').then(|| (prefix.clone(), d.setting.with(path)))
            })
        })
        .collect()
}

fn passes(
    block: &[Directive],
    location: &str,
    outer: &Inherited,
    upstreams: &Upstreams,
    into: &mut Vec<Backend>,
    depth: usize,
) {
    if depth > DEEPEST {
        return;
    }
    let mut here = outer.clone();
    take(block, &mut here);
    for directive in block {
        match directive.name.as_str() {
            "proxy_pass" | "uwsgi_pass" => {
                let Some(target) = directive.args.first() else { continue };
                let uwsgi = directive.name == "uwsgi_pass";
                let addresses = addresses(target, uwsgi, &directive.setting, upstreams);
                if addresses.is_empty() {
                    continue;
                }
                into.push(Backend {
                    protocol: if uwsgi { Protocol::Uwsgi } else { Protocol::Http },
                    pass: directive.setting.with(target.clone()),
                    addresses,
                    read_timeout: if uwsgi {
                        here.uwsgi_read.clone()
                    } else {
                        here.proxy_read.clone()
                    },
                    location: location.to_owned(),
                });
            }
            "location" => {
                let path = directive.args.last().map_or("/", String::as_str);
                passes(&directive.block, path, &here, upstreams, into, depth + 1);
            }
            "if" | "limit_except" => {
                passes(&directive.block, location, &here, upstreams, into, depth + 1);
            }
            _ => {}
        }
    }
}

/// Where a pass leads; nothing where a variable decides.
fn addresses(
    target: &str,
    uwsgi: bool,
    setting: &Setting,
    upstreams: &Upstreams,
) -> Vec<(Address, Setting)> {
    if target.contains('$') {
        return Vec::new();
    }
    let (rest, default_port) = if let Some(rest) = target.strip_prefix("http://") {
        (rest, 80)
    } else if let Some(rest) = target.strip_prefix("https://") {
        // The backend speaks TLS: no Python server of this machine.
        (rest, 443)
    } else {
        (target.strip_prefix("uwsgi://").unwrap_or(target), if uwsgi { 0 } else { 80 })
    };
    if let Some(path) = rest.strip_prefix("unix:") {
        // `http://unix:/run/a.sock:/prefix`
        let path = path.split(':').next().unwrap_or(path);
        return Address::parse(&format!("unix:{path}"), 0)
            .map(|address| vec![(address, setting.clone())])
            .unwrap_or_default();
    }
    let host = rest.split('/').next().unwrap_or(rest);
    if let Some(servers) = upstreams.get(host) {
        return servers.clone();
    }
    Address::parse(host, default_port)
        .map(|address| vec![(address, setting.clone())])
        .unwrap_or_default()
}

/// The file as directives; unbalanced braces end where they end.
pub(super) fn parse(shown: &str, text: &str) -> Vec<Directive> {
    // Open blocks, outermost first; the bottom one is the file.
    let mut stack: Vec<(Option<Directive>, Vec<Directive>)> = vec![(None, Vec::new())];
    let mut words: Vec<String> = Vec::new();
    let mut begun = (1, "");
    for (at, line) in text.lines().enumerate() {
        for token in tokens(line) {
            let end = matches!(token.as_str(), ";" | "{" | "}");
            if !end {
                if words.is_empty() {
                    begun = (at + 1, line);
                }
                if words.len() < 100 {
                    words.push(unquote(&token));
                }
                continue;
            }
            if token == "}" {
                words.clear();
                if stack.len() > 1
                    && let Some((Some(mut done), block)) = stack.pop()
                    && let Some((_, outer)) = stack.last_mut()
                {
                    done.block = block;
                    outer.push(done);
                }
                continue;
            }
            let mut taken = std::mem::take(&mut words).into_iter();
            let Some(name) = taken.next() else {
                if token == "{" && stack.len() <= DEEPEST {
                    words.clear();
                }
                continue;
            };
            let args: Vec<String> = taken.collect();
            let setting = Setting::new(shown, begun.0, begun.1, args.join(" "));
            let directive = Directive { name, args, setting, block: Vec::new() };
            if token == "{" {
                if stack.len() <= DEEPEST {
                    stack.push((Some(directive), Vec::new()));
                }
            } else if let Some((_, block)) = stack.last_mut() {
                block.push(directive);
            }
        }
    }
    while stack.len() > 1 {
        if let Some((Some(mut done), block)) = stack.pop()
            && let Some((_, outer)) = stack.last_mut()
        {
            done.block = block;
            outer.push(done);
        }
    }
    stack.pop().map(|(_, block)| block).unwrap_or_default()
}

fn unquote(token: &str) -> String {
    let inner = token
        .strip_prefix('"')
        .and_then(|t| t.strip_suffix('"'))
        .or_else(|| token.strip_prefix('\'').and_then(|t| t.strip_suffix('\'')));
    inner.unwrap_or(token).to_owned()
}

/// Words, `;`, `{` and `}` of a line; what follows `#` is a comment.
fn tokens(line: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    let mut previous = ' ';
    for c in line.chars() {
        match quote {
            Some(q) => {
                word.push(c);
                if c == q && previous != '\\' {
                    quote = None;
                }
            }
            None => match c {
                '"' | '\'' if word.is_empty() => {
                    quote = Some(c);
                    word.push(c);
                }
                '#' if word.is_empty() => break,
                // `${name}` is a variable, not a block.
                '{' if word.ends_with('$') => word.push(c),
                '}' if word.contains("${") && !word.contains('}') => word.push(c),
                ';' | '{' | '}' => {
                    if !word.is_empty() {
                        all.push(std::mem::take(&mut word));
                    }
                    all.push(c.to_string());
                }
                c if c.is_whitespace() => {
                    if !word.is_empty() {
                        all.push(std::mem::take(&mut word));
                    }
                }
                c => word.push(c),
            },
        }
        previous = c;
    }
    if !word.is_empty() {
        all.push(word);
    }
    all
}
