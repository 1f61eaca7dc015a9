//! Name resolution through the system's resolver; literal addresses need none.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::Url;

use super::failure::failure;
use crate::model::{ErrorKind, HitError, ProbePhase};

/// Addresses tried at most.
const MAX_ADDRESSES: usize = 8;

/// The host as a literal address, brackets taken off.
pub(super) fn literal(url: &Url) -> Option<IpAddr> {
    url.host_str()?.trim_matches(['[', ']']).parse().ok()
}

/// All addresses of a host, IPv6 and IPv4 alternating, the resolver's favourite family first.
pub(super) async fn resolve(host: &str, port: u16) -> Result<Vec<SocketAddr>, HitError> {
    if let Ok(ip) = host.trim_matches(['[', ']']).parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(ip, port)]);
    }
    match tokio::net::lookup_host((host, port)).await {
        Ok(found) => {
            let all = interleave(found.collect());
            if all.is_empty() {
                return Err(failure(ProbePhase::Dns, ErrorKind::NotFound, "no address"));
            }
            Ok(all)
        }
        // RFC 6761: the name needs no resolver, and a chroot has none.
        Err(_) if host.eq_ignore_ascii_case("localhost") => Ok(vec![
            SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port),
            SocketAddr::new(Ipv6Addr::LOCALHOST.into(), port),
        ]),
        Err(error) => Err(of_resolver(&error)),
    }
}

/// "The name does not exist" is the site's fault; "the resolver did not answer" is not. The
/// standard library gives only the system's words (glibc, musl, macOS, Windows).
fn of_resolver(error: &io::Error) -> HitError {
    let text = error.to_string();
    let lower = text.to_ascii_lowercase();
    let ours =
        ["temporary failure", "try again", "non-recoverable", "unrecoverable", "system error"];
    let kind = if ours.iter().any(|word| lower.contains(word)) {
        ErrorKind::Unreachable
    } else {
        ErrorKind::NotFound
    };
    failure(ProbePhase::Dns, kind, text)
}

fn interleave(all: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let first_is_v6 = all.first().is_some_and(SocketAddr::is_ipv6);
    let (a, b): (Vec<_>, Vec<_>) = all.into_iter().partition(|x| x.is_ipv6() == first_is_v6);
    let mut out: Vec<SocketAddr> = Vec::new();
    let (mut a, mut b) = (a.into_iter(), b.into_iter());
    loop {
        let pair = [a.next(), b.next()];
        if pair.iter().all(Option::is_none) || out.len() >= MAX_ADDRESSES {
            return out;
        }
        for address in pair.into_iter().flatten() {
            if !out.contains(&address) {
                out.push(address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_alternate_and_repeats_go() {
        let all: Vec<SocketAddr> = ["[::1]:1", "[::2]:1", "[::1]:1", "1.1.1.1:1", "2.2.2.2:1"]
            .iter()
            .map(|text| text.parse().expect("address"))
            .collect();
        let shown: Vec<String> = interleave(all).iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["[::1]:1", "1.1.1.1:1", "[::2]:1", "2.2.2.2:1"]);
    }

    #[test]
    fn a_silent_resolver_is_not_a_missing_name() {
        let kind = |text: &str| of_resolver(&io::Error::other(text)).kind;
        assert_eq!(
            kind("failed to lookup address information: Name or service not known"),
            ErrorKind::NotFound
        );
        assert_eq!(kind("Temporary failure in name resolution"), ErrorKind::Unreachable);
        assert_eq!(kind("Try again"), ErrorKind::Unreachable);
    }
}
