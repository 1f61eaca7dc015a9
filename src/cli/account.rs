//! The person's account on PythonAnywhere: token, user and address of the API, and `--reload`.
//! Nothing here is sent unless `--reload` or `--remote` asks for it.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::failure::Failure;
use crate::checks::probe_diff::Refresh;
use crate::http::api::{Api, Reloaded, Token};
use crate::log::added::{LogEnd, note};
use crate::model::{Captures, Examined, Fact, Facts, Site, Skipped, Source};
use crate::rules::Rules;

/// One call; a reload answers when the app was asked once.
const CALL: Duration = Duration::from_mins(2);
/// For tests only, and only on this machine: where the API answers.
const BASE: &str = "DIAGNOSE_API_BASE";

/// What was done before the checks, and where the logs ended before it.
#[derive(Debug, Clone, Default)]
pub struct Before {
    /// Ends noted before something was done to the site; `None`: the ends when the checks begin.
    pub(super) ends: Option<Vec<LogEnd>>,
    /// What it told.
    pub(super) facts: Facts,
    /// The logs are copies, and how they are brought up to date.
    pub(super) refresh: Option<Refresh>,
}

/// The API for the account that `site` belongs to. `flag` asked for it.
///
/// # Errors
/// No token, no user, another platform; the failure says the way out.
pub(super) fn open(
    site: &Site,
    user: Option<&str>,
    flag: &str,
    cancel: &Arc<AtomicBool>,
) -> Result<Api, Failure> {
    if !matches!(site.platform_id(), "pythonanywhere" | "generic") {
        return Err(Failure::new(format!(
            "{flag} works on PythonAnywhere only; this site is of {}",
            site.platform_id()
        ))
        .hint("if it is on PythonAnywhere, say --platform pythonanywhere"));
    }
    let set = |name: &str| std::env::var(name).ok().filter(|text| !text.trim().is_empty());
    let token = set("API_TOKEN").ok_or_else(|| {
        Failure::new(format!("{flag} needs PythonAnywhere's API token in API_TOKEN"))
            .hint("create one on the Account page under API token; consoles opened after that have it")
            .hint("elsewhere: export API_TOKEN=…")
    })?;
    let console = set("PYTHONANYWHERE_SITE");
    let user = user
        .map(str::to_owned)
        .or_else(|| site.user.clone())
        .or_else(|| console.as_ref().and_then(|_| set("USER")))
        .ok_or_else(|| {
            Failure::new(format!("{flag}: whose account is it?"))
                .hint("give the user name with --user NAME")
        })?;
    let europe = site.domain.as_deref().is_some_and(|d| d.ends_with(".eu.pythonanywhere.com"))
        || console.as_deref() == Some("eu.pythonanywhere.com");
    let base = match set(BASE) {
        Some(base) if is_loopback(&base) => base,
        Some(_) => {
            return Err(Failure::new(format!("{BASE} is for tests and takes loopback only")));
        }
        None if europe => "https://eu.pythonanywhere.com/".to_owned(),
        None => "https://www.pythonanywhere.com/".to_owned(),
    };
    Api::new(&base, &user, Token::new(&token), CALL)
        .map(|api| api.until(cancel))
        .map_err(|error| Failure::new(format!("{flag}: {error}")))
}

fn is_loopback(base: &str) -> bool {
    let rest = base.strip_prefix("http://").unwrap_or_default();
    let host = rest.split('/').next().and_then(|host| host.rsplit_once(':')).map(|(host, _)| host);
    matches!(host, Some("127.0.0.1" | "[::1]"))
}

/// Reloads the site's web app. What went wrong is told by `facts`, so that the diagnosis goes on.
/// Copies of logs are brought up to date after it.
///
/// # Errors
/// As `open`; no domain.
pub(super) fn reload(
    site: &Site,
    user: Option<&str>,
    rules: &Rules,
    refresh: Option<Refresh>,
    cancel: &Arc<AtomicBool>,
) -> Result<Before, Failure> {
    let api = open(site, user, "--reload", cancel)?;
    let domain = site.domain.as_deref().ok_or_else(|| {
        Failure::new("--reload: which web app?")
            .hint("name its domain: diagnose --reload ana.pythonanywhere.com")
    })?;
    let ends = note(&site.logs);
    let mut facts = Facts::default();
    match api.reload(domain) {
        Ok(done) => {
            facts.examined.push(Examined {
                check: RELOAD.to_owned(),
                what: format!(
                    "reloaded {domain} through PythonAnywhere's API; it answered after {:.1} s",
                    done.took.as_secs_f64()
                ),
                from: None,
                to: None,
            });
            let ping = rules.platform_value(site.platform_id(), |profile| profile.limits.ping_s);
            facts.facts.extend(slow(done.took, ping.unwrap_or(PING), rules));
            if done.cname_error {
                let mut fact = Fact::new(Source::Event, Reloaded::CNAME_EXPLANATION);
                fact.matches =
                    rules.match_event("cname_error", Reloaded::CNAME_EXPLANATION, &Captures::new());
                facts.facts.push(fact);
            }
        }
        Err(error) => facts
            .skipped
            .push(Skipped { check: RELOAD.to_owned(), missing: format!("not reloaded: {error}") }),
    }
    if let Some(refresh) = &refresh {
        // Unchanged is an answer too: the probe looks again when it fails.
        let _ = refresh.fetch();
    }
    Ok(Before { ends: Some(ends), facts, refresh })
}

/// The reload ends with a request of the platform's own, which gives up after `ping` seconds: an
/// answer of the API that took longer met a first answer that was late.
fn slow(took: Duration, ping: u32, rules: &Rules) -> Option<Fact> {
    if took < Duration::from_secs(u64::from(ping)) {
        return None;
    }
    let text =
        format!("the reload took {:.1} s; its first request is given {ping} s", took.as_secs_f64());
    let mut fact = Fact::new(Source::Event, text);
    fact.matches = rules.match_event("slow-reload", &fact.excerpt, &Captures::new());
    Some(fact)
}

impl Before {
    /// What it told, given what the probe saw. Where the site answers, a domain behind a CDN is not
    /// broken by its CNAME, and a setting is out of date: those are notes. A slow reload says
    /// something only there: elsewhere what the site does now says more. Where the platform's own
    /// page came (`reached`), the domain leads there, whatever its CNAME.
    pub(super) fn told(self, answers: bool, reached: bool, notes: &mut Vec<String>) -> Facts {
        let mut facts = self.facts;
        let (slow, others): (Vec<Fact>, Vec<Fact>) = facts
            .facts
            .drain(..)
            .partition(|fact| fact.matches.iter().any(|found| found.signature == SLOW));
        let said = |fact: &Fact, id: &str| fact.matches.iter().any(|found| found.signature == id);
        let (notable, telling): (Vec<Fact>, Vec<Fact>) =
            others.into_iter().partition(|fact| answers || reached && said(fact, CNAME));
        notes.extend(notable.into_iter().map(|fact| fact.excerpt));
        facts.facts = if answers { slow } else { telling };
        facts
    }
}

/// Only a note: the site works.
const SLOW: &str = "slow-startup/reload-slow";
/// What the API says of the domain's alias.
const CNAME: &str = "dns-misconfigured/cname-error";
/// Seconds for the first request after a reload where no profile states them.
const PING: u32 = 20;

/// Name of the check: examined where it was done, skipped where it failed.
pub(super) const RELOAD: &str = "reload";

/// Takes the account's token out of what is about to be written, wherever it came from.
pub(super) fn without_token(out: Vec<u8>) -> Vec<u8> {
    let token = std::env::var("API_TOKEN").unwrap_or_default();
    scrub(out, token.trim().as_bytes())
}

/// Short words are no tokens, and would take pieces out of the report.
const SHORTEST_TOKEN: usize = 16;

fn scrub(out: Vec<u8>, token: &[u8]) -> Vec<u8> {
    if token.len() < SHORTEST_TOKEN || memchr::memmem::find(&out, token).is_none() {
        return out;
    }
    let mut clean = Vec::with_capacity(out.len());
    let mut from = 0;
    for at in memchr::memmem::find_iter(&out, token) {
        clean.extend_from_slice(&out[from..at]);
        clean.extend_from_slice(b"(API token)");
        from = at + token.len();
    }
    clean.extend_from_slice(&out[from..]);
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_test_address_is_loopback() {
        assert!(is_loopback("http://127.0.0.1:80/") && is_loopback("http://[::1]:80/"));
        for other in
            ["", "http://127.0.0.1.example.com:80/", "https://a.example/", "http://a@127.0.0.1:80/"]
        {
            assert!(!is_loopback(other), "{other}");
        }
    }

    #[test]
    fn a_slow_reload_is_a_note_where_the_site_works() {
        let rules = Rules::load_embedded();
        assert!(slow(Duration::from_secs(19), 20, &rules).is_none());
        let before = || {
            let mut before = Before::default();
            before.facts.facts.extend(slow(Duration::from_secs(24), 20, &rules));
            before.facts.facts.push(Fact::new(Source::Event, "the CNAME is missing"));
            before
        };
        let mut notes = Vec::new();
        let facts = before().told(true, true, &mut notes);
        assert_eq!(facts.facts.len(), 1);
        assert!(facts.facts[0].excerpt.contains("took 24.0 s"));
        assert_eq!(notes, ["the CNAME is missing"]);
        let facts = before().told(false, false, &mut Vec::new());
        assert_eq!(facts.facts.len(), 1);
        assert!(facts.facts[0].excerpt.contains("CNAME"));
        let mut reached = before();
        reached.facts.facts[1].matches =
            rules.match_event("cname_error", "the CNAME is missing", &Captures::new());
        let mut notes = Vec::new();
        assert!(reached.told(false, true, &mut notes).facts.is_empty());
        assert_eq!(notes, ["the CNAME is missing"]);
    }

    #[test]
    fn tokens_are_taken_out() {
        let token = b"0123456789abcdef0123";
        let out = b"a 0123456789abcdef0123, 0123456789abcdef0123".to_vec();
        assert_eq!(scrub(out, token), b"a (API token), (API token)");
        assert_eq!(scrub(b"a b".to_vec(), b"a"), b"a b");
        assert_eq!(scrub(b"a b".to_vec(), b""), b"a b");
    }
}
