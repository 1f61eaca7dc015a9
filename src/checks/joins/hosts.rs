//! A refused host name is the site's problem only where it is the site's own: scanners ask for
//! addresses and foreign names all day.

use std::net::IpAddr;

use crate::checks::{Context, config};
use crate::model::{Facts, SymptomKind};

/// What a foreign name keeps, and a bare address where the site's name is not known.
const FOREIGN: f64 = 0.1;

/// Weighs every fact that names a refused host.
pub(super) fn weigh(context: &Context, facts: &mut Facts) {
    let own = names(context);
    // Where the site is said to work, its visitors' name is not the one that was refused.
    let works = facts.symptoms.iter().any(|symptom| symptom.kind == SymptomKind::Ok);
    for fact in &mut facts.facts {
        let Some(host) = fact
            .matches
            .iter()
            .filter(|hit| hit.signature.starts_with("disallowed-host/"))
            .find_map(|hit| hit.captures.get("host"))
        else {
            continue;
        };
        let host = host.to_lowercase();
        let bare = host
            .rsplit_once(':')
            .filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
            .map_or(host.as_str(), |(name, _)| name);
        let address = bare.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
        let foreign = if own.is_empty() {
            address || works
        } else {
            !own.iter().any(|own| same_site(own, bare))
        };
        if foreign && !is_inner(bare) {
            fact.certainty *= FOREIGN;
        }
    }
}

/// The site's own names: the one it was found by, else those for which its proxy answers.
fn names(context: &Context) -> Vec<String> {
    if let Some(domain) = &context.site.domain {
        return vec![domain.to_lowercase()];
    }
    let named = |name: &String| name.contains('.') && !name.contains('*');
    let fronts = config::load(context).fronts;
    // A default server takes every name.
    if fronts.iter().any(|front| !front.names.iter().any(named)) {
        return Vec::new();
    }
    fronts
        .iter()
        .flat_map(|front| &front.names)
        .filter(|name| named(name))
        .map(|name| name.to_lowercase())
        .collect()
}

/// An address or name that only the machine's own network knows: a health check, a proxy that does
/// not pass the visitor's name on, the person themselves.
fn is_inner(host: &str) -> bool {
    match host.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => address.is_loopback() || address.is_private(),
        Ok(IpAddr::V6(address)) => address.is_loopback(),
        Err(_) => !host.contains('.'),
    }
}

/// `www.` and sub-domains in both directions: a custom domain and its bare form are one site.
fn same_site(own: &str, host: &str) -> bool {
    let bare = |name: &str| name.trim_start_matches("www.").trim_matches(['[', ']']).to_owned();
    let (own, host) = (bare(own), bare(host));
    own == host || own.ends_with(&format!(".{host}")) || host.ends_with(&format!(".{own}"))
}

#[cfg(test)]
mod tests {
    use super::{is_inner, same_site};

    #[test]
    fn names_of_the_inner_network() {
        for host in ["127.0.0.1", "[::1]", "172.31.9.6", "192.168.1.2", "localhost", "web"] {
            assert!(is_inner(host), "{host}");
        }
        for host in ["198.51.100.20", "shop.example", "[2001:db8::1]", "172.32.0.1"] {
            assert!(!is_inner(host), "{host}");
        }
    }

    #[test]
    fn names_of_one_site() {
        assert!(same_site("www.shop.example", "shop.example"));
        assert!(same_site("shop.example", "www.shop.example"));
        assert!(!same_site("shop.example", "workshop.example"));
        assert!(!same_site("ana.pythonanywhere.com", "198.51.100.20"));
    }
}
