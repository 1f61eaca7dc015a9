//! The proxy's log names an address at which nothing listens, and the app's log another one at
//! which it does: what the configuration would say, where only the logs are at hand.

use crate::checks::Context;
use crate::model::{Captures, Fact, Facts, Source};

/// Stated certainty: the two logs need not be of one site.
const STRANGERS: f64 = 0.7;

/// Signatures of a proxy that found nobody.
const ASKED: [&str; 2] =
    ["proxy-upstream-down/nginx-connection-refused", "proxy-upstream-down/apache-proxy-failed"];
/// The app's server says where it listens.
const HEARD: &str = "proxy-misconfigured/app-listens";

/// Compares the newest addresses of both.
pub(super) fn compare(context: &Context, facts: &mut Facts) {
    if !context.site.server_config.is_empty() {
        return;
    }
    let capture = |fact: &Fact, signatures: &[&str], name: &str| {
        fact.matches
            .iter()
            .filter(|hit| signatures.contains(&hit.signature.as_str()))
            .find_map(|hit| hit.captures.get(name).cloned())
    };
    let heard: Vec<(u16, &Fact)> = facts
        .facts
        .iter()
        .filter(|fact| fact.epoch == 0 && fact.container.is_none())
        .filter_map(|fact| Some((capture(fact, &[HEARD], "port")?.parse().ok()?, fact)))
        .collect();
    let asked = facts
        .facts
        .iter()
        .filter(|fact| fact.epoch == 0 && fact.resolved.is_none())
        .filter_map(|fact| Some((loopback_port(&capture(fact, &ASKED, "upstream")?)?, fact)))
        .max_by_key(|(_, fact)| fact.last_time.or(fact.time));
    let (Some((port, asked)), Some((other, listens))) = (asked, heard.first()) else { return };
    let before = match (asked.last_time.or(asked.time), listens.time) {
        (Some(asked), Some(listens)) => asked < listens,
        _ => false,
    };
    if before || heard.iter().any(|(heard, _)| *heard == port) {
        return;
    }
    let text = format!(
        "the proxy connects to port {port}, where nothing listens; the app listens at {other}"
    );
    let mut fact = Fact::new(Source::Log, text.clone());
    fact.matches = context.rules.match_event("upstream-mismatch", &text, &Captures::new());
    fact.place.clone_from(&asked.place);
    fact.time = asked.time;
    fact.last_time = asked.last_time;
    fact.order = asked.order;
    fact.log_kind = asked.log_kind;
    fact.certainty = STRANGERS;
    if !fact.matches.is_empty() {
        facts.facts.push(fact);
    }
}

/// The port of an address of this machine: `http://127.0.0.1:8000/`, `localhost:8000`.
fn loopback_port(address: &str) -> Option<u16> {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let (host, port) = rest.split('/').next()?.rsplit_once(':')?;
    matches!(host, "127.0.0.1" | "localhost" | "[::1]").then(|| port.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::loopback_port;

    #[test]
    fn ports_of_this_machine() {
        assert_eq!(loopback_port("http://127.0.0.1:8000/"), Some(8000));
        assert_eq!(loopback_port("uwsgi://localhost:3031"), Some(3031));
        assert_eq!(loopback_port("127.0.0.1:8080"), Some(8080));
        assert_eq!(loopback_port("http://10.0.0.4:8000/"), None);
        assert_eq!(loopback_port("http://unix:/run/a.sock:/"), None);
    }
}
