//! A finding's texts: title, why, evidence, fixes, links.

use std::collections::BTreeMap;

use super::after;
use super::ledger::{Account, Entry, symptom_word};
use super::rank::Ranked;
use crate::model::{Captures, Evidence, Fact, Facts, Finding, Fix, Point, Site, Source};
use crate::rules::schema::{Cause, FixText};
use crate::rules::{Rules, fill};

/// Builds the finding of one ranked cause.
pub(super) fn build(
    ranked: &Ranked,
    accounts: &BTreeMap<String, Account>,
    entries: &[Entry<'_>],
    facts: &Facts,
    site: &Site,
    rules: &Rules,
) -> Finding {
    let account = &accounts[&ranked.slug];
    let cause = rules.cause(&ranked.slug).expect("ranked causes are in the catalogue");
    let captures = captures(&ranked.slug, account, entries, site, rules);
    let dist = |name: &str| crate::rules::distribution(name);
    let lead = account
        .favour
        .first()
        .and_then(|&at| entries[at].owners.iter().find(|claim| claim.sig.slug == ranked.slug));
    let title = lead
        .and_then(|claim| claim.sig.text.title.as_deref())
        .and_then(|title| fill(title, &captures, &dist))
        .or_else(|| fill(&cause.title, &captures, &dist))
        .unwrap_or_else(|| cause.title.clone());
    let mut points: Vec<Point> = account
        .receipt
        .iter()
        .map(|(points, reason, at)| Point {
            points: *points,
            reason: reason.clone(),
            place: at.and_then(|at| entries[at].fact.place.clone()),
        })
        .collect();
    points.extend(ranked.remarks.iter().map(|remark| Point {
        points: 0.0,
        reason: remark.clone(),
        place: None,
    }));
    let signatures: Vec<&str> = account
        .favour
        .iter()
        .flat_map(|&at| entries[at].owners.iter())
        .filter(|claim| claim.sig.slug == ranked.slug)
        .map(|claim| claim.sig.text.id.as_str())
        .collect();
    let mut fixes = fixes(cause, &captures, &signatures, site, rules, account, entries, &dist);
    let mut docs = docs(cause, site, rules);
    docs.extend(super::links::add(&mut fixes, site, rules));
    Finding {
        cause: Some(ranked.slug.clone()),
        lint: None,
        title,
        severity: ranked.severity,
        state: ranked.state,
        confidence: ranked.confidence,
        points,
        evidence: account.favour.iter().map(|&at| evidence(entries[at].fact)).collect(),
        why: fill(&cause.why, &captures, &dist).unwrap_or_else(|| cause.why.clone()),
        explains: explains(account, after::same_error(account, entries, facts)),
        fixes,
        prevent: after::prevent(cause, account, entries, facts, site, rules, &captures),
        consequences: after::consequences(
            account,
            entries,
            facts,
            rules.platform(site.platform_id()),
            &cause.slug,
        ),
        docs,
        captures,
    }
}

/// What is known to fill texts with: the site first, then the evidence, strongest last.
fn captures(
    slug: &str,
    account: &Account,
    entries: &[Entry<'_>],
    site: &Site,
    rules: &Rules,
) -> Captures {
    let mut all = Captures::new();
    let mut put = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            all.insert(name.to_owned(), value);
        }
    };
    let shown = |path: &std::path::PathBuf| {
        site.root
            .as_ref()
            .and_then(|root| path.strip_prefix(root).ok())
            .map_or_else(|| path.display().to_string(), |below| format!("/{}", below.display()))
    };
    put("domain", site.domain.clone());
    put("user", site.user.clone());
    put("app", site.app.clone());
    put("url", site.url.clone());
    put("authority", site.url.as_deref().and_then(authority));
    put("python", site.python.map(|version| version.to_string()));
    put("virtualenv", site.virtualenv.as_ref().map(shown));
    put("project", site.at_server.as_ref().or(site.project.as_ref()).map(shown));
    put("wsgi", site.wsgi.as_ref().map(shown));
    // PythonAnywhere's place for it is fixed; what was given may be a copy.
    if !site.on_host
        && site.root.is_none()
        && let (Some(domain), Some(places)) =
            (&site.domain, rules.platform(site.platform_id()).and_then(|p| p.places.wsgi.as_ref()))
    {
        put("wsgi", Some(places.replace('*', &domain.replace(['.', '-'], "_"))));
    }
    put("platform", rules.platform(site.platform_id()).map(|profile| profile.name.clone()));
    if let (Some(wsgi), Some(project)) = (&site.wsgi, &site.project) {
        all.extend(entry(wsgi, project).map(|entry| ("entry".to_owned(), entry)));
    }
    if let Some(unit) = site.unit() {
        all.insert("unit".to_owned(), unit);
    }
    rules.add_words(site.platform_id(), &mut all);
    // The web app's own Python, as it is typed.
    if let Some(virtualenv) = all.get("virtualenv").cloned() {
        all.insert("py".to_owned(), format!("{virtualenv}/bin/python"));
    }
    for &at in account.favour.iter().rev() {
        let fact = entries[at].fact;
        if let Some(exception) = &fact.exception {
            all.insert("exception".into(), exception.short_type().to_owned());
        }
        for claim in &entries[at].owners {
            if claim.sig.slug == slug {
                all.extend(claim.captures.clone());
            }
        }
    }
    let others = other_packages(slug, account, entries, all.get("module"));
    all.extend(others.map(|others| ("others".to_owned(), others)));
    // A copy's file is corrected where it runs.
    if let (Some(server), Some(copy)) = (&site.at_server, &site.project)
        && let Some(file) = all.get_mut("file")
        && let Ok(below) = std::path::Path::new(file.as_str()).strip_prefix(copy)
    {
        *file = server.join(below).display().to_string();
    }
    all
}

/// Most packages that one fix names.
const MOST_PACKAGES: usize = 12;

/// The distributions of the modules that the code names besides `module`, with spaces between them. What a log
/// says of others may be history.
fn other_packages(
    slug: &str,
    account: &Account,
    entries: &[Entry<'_>],
    module: Option<&String>,
) -> Option<String> {
    let first = crate::rules::distribution(module?);
    let mut others: Vec<String> = Vec::new();
    let code = account.favour.iter().filter(|&&at| entries[at].fact.source == Source::Code);
    let claims = code.flat_map(|&at| &entries[at].owners);
    for claim in claims.filter(|claim| claim.sig.slug == slug) {
        let Some(name) = claim.captures.get("module").map(|it| crate::rules::distribution(it))
        else {
            continue;
        };
        if name != first && !others.contains(&name) && others.len() < MOST_PACKAGES {
            others.push(name);
        }
    }
    (!others.is_empty()).then(|| others.join(" "))
}

/// What a server is told to load: `shop.wsgi:application`, `main:app`.
fn entry(wsgi: &std::path::Path, project: &std::path::Path) -> Option<String> {
    let below = wsgi.strip_prefix(project).ok()?.with_extension("");
    let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
    let name = parts.last()?;
    let object = if matches!(&**name, "wsgi" | "asgi") { "application" } else { "app" };
    let module = parts.join(".");
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    (name != "__init__" && module.chars().all(word)).then(|| format!("{module}:{object}"))
}

/// `www.example.com:443`: where a URL connects to.
fn authority(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let has_port = host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    Some(match (has_port, scheme) {
        (true, _) => host.to_owned(),
        // The certificate is what is looked at: https, where http redirects to.
        (false, _) => format!("{host}:443"),
    })
}

/// A fact as cited evidence.
pub(super) fn evidence(fact: &Fact) -> Evidence {
    Evidence {
        source: fact.source,
        place: fact.place.clone(),
        time: fact.time,
        count: fact.count,
        last_time: fact.last_time,
        excerpt: fact.excerpt.clone(),
        label: fact.note.clone(),
    }
}

fn explains(account: &Account, same_error: Option<String>) -> Option<String> {
    let mut words: Vec<String> =
        account.fits.iter().map(|symptom| symptom_word(symptom.kind)).collect();
    words.dedup();
    if same_error.is_some() {
        words.retain(|word| word != "crash-loop");
    }
    if words.is_empty() && same_error.is_none() {
        return None;
    }
    let text: Vec<String> = words
        .iter()
        .map(|word| match word.as_str() {
            "reload-error" => "\"error reloading web app\"".to_owned(),
            "crash-loop" => "the crash loop".to_owned(),
            "timeout" => "the time-out".to_owned(),
            "slow" => "the slowness".to_owned(),
            "unreachable" => "why no page comes".to_owned(),
            status => format!("the {status}"),
        })
        .chain(same_error)
        .collect();
    Some(format!("explains {}", text.join(" and ")))
}

#[expect(clippy::too_many_arguments, reason = "everything that a text can be filled from")]
fn fixes(
    cause: &Cause,
    captures: &Captures,
    signatures: &[&str],
    site: &Site,
    rules: &Rules,
    account: &Account,
    entries: &[Entry<'_>],
    dist: &dyn Fn(&str) -> String,
) -> Vec<Fix> {
    let platform = site.platform_id();
    let speaks = |fix: &FixText| {
        let (not, only): (Vec<&str>, Vec<&str>) =
            fix.signatures.iter().map(String::as_str).partition(|id| id.starts_with('!'));
        let said = fix.without.iter().any(|name| captures.contains_key(name));
        !said
            && !not.iter().any(|id| signatures.contains(&id.trim_start_matches('!')))
            && (only.is_empty() || only.iter().any(|id| signatures.contains(id)))
    };
    let mut fixes: Vec<Fix> = rules
        .steps(cause, platform, speaks)
        .into_iter()
        .filter_map(|fix| {
            let optional =
                |text: &Option<String>| text.as_deref().and_then(|text| fill(text, captures, dist));
            let command = optional(&fix.command);
            if fix.command.is_some() && command.is_none() {
                // A command with a gap is worse than none; the sentence may still help.
                return Some(Fix {
                    text: fill(&fix.text, captures, dist)?,
                    command: None,
                    verify: optional(&fix.verify),
                    safety: None,
                    edits: Vec::new(),
                });
            }
            Some(Fix {
                text: fill(&fix.text, captures, dist)?,
                command,
                verify: optional(&fix.verify),
                safety: None,
                edits: Vec::new(),
            })
        })
        .collect();
    let edits: Vec<_> = account
        .favour
        .iter()
        .filter(|&&at| entries[at].fact.source == Source::Code)
        .flat_map(|&at| entries[at].fact.edits.iter().cloned())
        .collect();
    if let (Some(first), Some(edit)) = (fixes.first_mut(), edits.first()) {
        first.safety = Some(edit.safety);
        first.edits = edits;
    }
    if let Some(last) = fixes.last_mut()
        && last.verify.is_none()
    {
        last.verify = fill(&cause.check, captures, dist);
    }
    fixes
}

fn docs(cause: &Cause, site: &Site, rules: &Rules) -> Vec<String> {
    let platform = site.platform_id();
    let mut docs: Vec<String> = cause
        .docs
        .iter()
        .filter(|doc| doc.platform.as_ref().is_some_and(|name| rules.is_meant(platform, name)))
        .map(|doc| doc.url.clone())
        .collect();
    docs.extend(cause.docs.iter().filter(|doc| doc.platform.is_none()).map(|doc| doc.url.clone()));
    docs
}
