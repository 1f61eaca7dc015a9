//! Where the domain's CNAME points: one small DNS query beside the hits.
//!
//! The system's resolver does not tell aliases, so the first name servers of `/etc/resolv.conf`
//! are asked directly over UDP. Optional: no file, no answer within a second, or an odd answer
//! means "unknown", never an error.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::net::UdpSocket;

use crate::model::CnameCheck;

const TIMEOUT: Duration = Duration::from_secs(1);
const RESOLV: &str = "/etc/resolv.conf";

/// Asks where `host` points, where a platform expects an ending. `None`: not known, or not asked,
/// because the host is the platform's own or an address.
pub(super) async fn check(host: &str, expected: &str) -> Option<CnameCheck> {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let expected = expected.trim_start_matches('.').trim_end_matches('.').to_ascii_lowercase();
    if ends_with(&host, &expected) || host.parse::<IpAddr>().is_ok() || !host.contains('.') {
        return None;
    }
    let servers = name_servers(&std::fs::read_to_string(RESOLV).ok()?);
    for server in servers {
        let asked = tokio::time::timeout(TIMEOUT, ask(server, &host)).await;
        if let Ok(Some(chain)) = asked {
            return Some(judge(chain, expected));
        }
    }
    None
}

/// No alias at all proves nothing: an address record, or a CDN that flattens aliases.
fn judge(chain: Vec<String>, expected: String) -> CnameCheck {
    let fits = chain.iter().any(|name| ends_with(name, &expected));
    CnameCheck { fits: if chain.is_empty() { None } else { Some(fits) }, targets: chain, expected }
}

fn ends_with(name: &str, ending: &str) -> bool {
    name.strip_suffix(ending).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// At most two `nameserver` lines.
fn name_servers(text: &str) -> Vec<SocketAddr> {
    text.lines()
        .filter_map(|line| line.trim().strip_prefix("nameserver"))
        .filter_map(|rest| rest.trim().parse::<IpAddr>().ok())
        .map(|ip| SocketAddr::new(ip, 53))
        .take(2)
        .collect()
}

async fn ask(server: SocketAddr, host: &str) -> Option<Vec<String>> {
    let local: SocketAddr =
        if server.is_ipv6() { ([0u16; 8], 0).into() } else { ([0u8; 4], 0).into() };
    let socket = UdpSocket::bind(local).await.ok()?;
    socket.connect(server).await.ok()?;
    let id = id();
    socket.send(&query(id, host)?).await.ok()?;
    let mut answer = [0; 1500];
    loop {
        let length = socket.recv(&mut answer).await.ok()?;
        // A late answer to somebody else's question is not ours.
        if length >= 12 && answer[..2] == id.to_be_bytes() {
            return aliases(&answer[..length]);
        }
    }
}

/// Hard to guess enough for a hint; not a security boundary.
fn id() -> u16 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(1, |since| (since.subsec_nanos() >> 4) as u16)
}

/// A question for the address: answers carry the whole alias chain with it.
fn query(id: u16, host: &str) -> Option<Vec<u8>> {
    let mut out = id.to_be_bytes().to_vec();
    out.extend([1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    for label in host.split('.') {
        let length = u8::try_from(label.len()).ok().filter(|length| (1..=63).contains(length))?;
        out.push(length);
        out.extend(label.bytes());
    }
    out.extend([0, 0, 1, 0, 1]);
    (out.len() <= 300).then_some(out)
}

/// Targets of the CNAME records of an answer, in order; `None` where the answer is none.
fn aliases(message: &[u8]) -> Option<Vec<String>> {
    let word = |at: usize| Some(u16::from_be_bytes([*message.get(at)?, *message.get(at + 1)?]));
    let flags = word(2)?;
    // An answer, and no error (a name that does not exist is told by the real resolution).
    if flags & 0x8000 == 0 || flags & 0x000f != 0 {
        return None;
    }
    let mut at = 12;
    for _ in 0..word(4)?.min(4) {
        at = name(message, at)?.1 + 4;
    }
    let mut found = Vec::new();
    for _ in 0..word(6)?.min(32) {
        at = name(message, at)?.1;
        let (kind, length) = (word(at)?, word(at + 8)?);
        at += 10;
        if kind == 5 {
            found.push(name(message, at)?.0);
        }
        at += usize::from(length);
        if at > message.len() {
            return None;
        }
    }
    Some(found)
}

/// A name, lower-case, and the place behind it. Pointers are followed a bounded number of times.
fn name(message: &[u8], start: usize) -> Option<(String, usize)> {
    let (mut at, mut end, mut text, mut jumps) = (start, None, String::new(), 0);
    loop {
        let length = *message.get(at)?;
        match length {
            0 => return Some((text, end.unwrap_or(at + 1))),
            1..=63 => {
                let label = message.get(at + 1..at + 1 + usize::from(length))?;
                if !text.is_empty() {
                    text.push('.');
                }
                let clean = |b: &u8| {
                    if b.is_ascii_graphic() { b.to_ascii_lowercase() as char } else { '?' }
                };
                text.extend(label.iter().map(clean));
                if text.len() > 255 {
                    return None;
                }
                at += 1 + usize::from(length);
            }
            192.. => {
                jumps += 1;
                if jumps > 16 {
                    return None;
                }
                end = end.or(Some(at + 2));
                at = usize::from(u16::from_be_bytes([length & 0x3f, *message.get(at + 1)?]));
            }
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `www.example.com` is an alias of `webapp-1.pythonanywhere.com`, which has an address.
    fn answer() -> Vec<u8> {
        let mut out = query(7, "www.example.com").expect("query");
        out[2] = 0x81;
        out[3] = 0x80;
        out[7] = 2;
        out.extend([0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 60, 0, 29]);
        out.extend(b"\x08webapp-1\x0epythonanywhere\xc0\x18".iter());
        let length = b"\x08webapp-1\x0epythonanywhere\xc0\x18".len() as u8;
        let at = out.len() - usize::from(length) - 1;
        out[at] = length;
        out.extend([0xc0, 45, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 1, 2, 3, 4]);
        out
    }

    #[test]
    fn aliases_are_found_through_pointers() {
        assert_eq!(aliases(&answer()), Some(vec!["webapp-1.pythonanywhere.com".to_owned()]));
    }

    #[test]
    fn cut_and_looping_answers_are_no_answers() {
        let whole = answer();
        for length in 0..whole.len() - 4 {
            let found = aliases(&whole[..length]);
            assert!(found.is_none() || length >= 12, "{length}");
        }
        let mut looping = query(7, "a.b").expect("query");
        looping[2] = 0x80;
        looping[7] = 1;
        let here = looping.len() as u8;
        looping.extend([0xc0, here, 0, 5, 0, 1, 0, 0, 0, 0, 0, 0]);
        assert_eq!(aliases(&looping), None);
    }

    #[test]
    fn endings_are_whole_labels() {
        let fits = |chain: &[&str]| {
            let chain = chain.iter().map(|&name| name.to_owned()).collect();
            judge(chain, "pythonanywhere.com".to_owned()).fits
        };
        assert_eq!(fits(&["webapp-1.pythonanywhere.com"]), Some(true));
        assert_eq!(fits(&["x.notpythonanywhere.com"]), Some(false));
        assert_eq!(fits(&["old.herokudns.com"]), Some(false));
        assert_eq!(fits(&[]), None);
    }

    #[test]
    fn resolver_files() {
        let text = "# x\nsearch a\nnameserver 10.0.0.1\nnameserver ::1\nnameserver 1.1.1.1\n";
        assert_eq!(name_servers(text).len(), 2);
        assert!(name_servers("nameserver nonsense").is_empty());
    }
}
