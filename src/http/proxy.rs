//! Outbound proxies: which one, and the tunnel through it.

use std::fmt;
use std::net::IpAddr;

use reqwest::Url;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::address::{Reach, reach};
use super::failure::{failure, of_io};
use crate::model::{ErrorKind, HitError, ProbePhase};

/// Proxies by scheme of the target, as `http_proxy`, `https_proxy`, `all_proxy`, `no_proxy` say.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ProxySettings {
    pub http: Option<String>,
    pub https: Option<String>,
    /// Host names, endings with or without a leading dot, addresses, or `*`.
    pub no_proxy: Vec<String>,
}

impl fmt::Debug for ProxySettings {
    /// A proxy's URL may carry a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProxySettings")
            .field("http", &self.http.is_some())
            .field("https", &self.https.is_some())
            .field("no_proxy", &self.no_proxy)
            .finish()
    }
}

impl ProxySettings {
    /// From the environment, with curl's rule: `HTTP_PROXY` in capitals is not read, because a
    /// CGI server sets it from a request header.
    #[must_use]
    pub fn from_env() -> Self {
        Self::from_vars(|name| std::env::var(name).ok())
    }

    fn from_vars(get: impl Fn(&str) -> Option<String>) -> Self {
        let any = |names: &[&str]| {
            names.iter().find_map(|name| get(name).filter(|value| !value.trim().is_empty()))
        };
        Self {
            http: any(&["http_proxy", "all_proxy", "ALL_PROXY"]),
            https: any(&["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]),
            no_proxy: any(&["no_proxy", "NO_PROXY"])
                .unwrap_or_default()
                .split([',', ' '])
                .map(str::trim)
                .filter(|entry| !entry.is_empty())
                .map(str::to_ascii_lowercase)
                .collect(),
        }
    }

    /// The proxy for a target; never one for the local machine and network.
    pub(super) fn for_url(&self, url: &Url) -> Option<Url> {
        let proxy = if url.scheme() == "https" { self.https.as_ref() } else { self.http.as_ref() }?;
        let host = url.host_str()?.trim_matches(['[', ']']).to_ascii_lowercase();
        if host == "localhost" || host.ends_with(".localhost") {
            return None;
        }
        if host.parse::<IpAddr>().is_ok_and(|ip| reach(ip) != Reach::Public) {
            return None;
        }
        let skipped = self.no_proxy.iter().any(|entry| {
            let entry = entry.trim_start_matches('.');
            entry == "*"
                || host == entry
                || host.strip_suffix(entry).is_some_and(|rest| rest.ends_with('.'))
        });
        if skipped {
            return None;
        }
        let text = if proxy.contains("://") { proxy.clone() } else { format!("http://{proxy}") };
        Url::parse(&text).ok().filter(|url| url.scheme() == "http" && url.host_str().is_some())
    }
}

/// `host:port` without credentials.
pub(super) fn shown(proxy: &Url) -> String {
    let host = proxy.host_str().unwrap_or_default();
    format!("{host}:{}", proxy.port_or_known_default().unwrap_or(80))
}

/// The proxy works, and says that the site does not answer it.
pub(super) const SITE_UNREACHED: &str = "the proxy could not reach the site";

/// Asks the proxy for a tunnel to `host:port`.
pub(super) async fn tunnel(
    stream: &mut TcpStream,
    target: &str,
    authorization: Option<&str>,
) -> Result<(), HitError> {
    let mut request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n");
    if let Some(value) = authorization {
        request.push_str("Proxy-Authorization: ");
        request.push_str(value);
        request.push_str("\r\n");
    }
    request.push_str("\r\n");
    let io = |error: std::io::Error| of_io(ProbePhase::Connect, &error);
    stream.write_all(request.as_bytes()).await.map_err(io)?;
    // Byte by byte, so that nothing of the tunnel is taken; an answer is short.
    let mut answer = Vec::new();
    let mut byte = [0];
    while !answer.ends_with(b"\r\n\r\n") && answer.len() < 16 << 10 {
        if stream.read(&mut byte).await.map_err(io)? == 0 {
            break;
        }
        answer.push(byte[0]);
    }
    let line = answer.split(|&b| b == b'\r').next().unwrap_or_default();
    let line = String::from_utf8_lossy(line).into_owned();
    let status: Option<u16> = line.split(' ').nth(1).and_then(|word| word.parse().ok());
    match status {
        Some(200..=299) => Ok(()),
        // The proxy's own trouble to reach the site, not a refusal.
        Some(502..=504) => Err(failure(
            ProbePhase::Connect,
            // At second hand: not as telling as an address that we found silent ourselves.
            ErrorKind::Other,
            format!("{SITE_UNREACHED}: {line}"),
        )),
        Some(_) => Err(failure(
            ProbePhase::Connect,
            ErrorKind::ProxyRefused,
            format!("the proxy refused: {line}"),
        )),
        None => Err(failure(
            ProbePhase::Connect,
            ErrorKind::ProxyRefused,
            "the proxy did not answer in HTTP",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> ProxySettings {
        ProxySettings::from_vars(|name| match name {
            "http_proxy" => Some("proxy.server:3128".to_owned()),
            "https_proxy" => Some("http://user:secret@proxy.server:3128".to_owned()),
            "no_proxy" => Some(".example.org, internal".to_owned()),
            _ => None,
        })
    }

    fn proxy(url: &str) -> Option<String> {
        settings().for_url(&Url::parse(url).expect("url")).map(|p| shown(&p))
    }

    #[test]
    fn by_scheme_and_exceptions() {
        assert_eq!(proxy("http://shop.example.com/").as_deref(), Some("proxy.server:3128"));
        assert_eq!(proxy("https://shop.example.com/").as_deref(), Some("proxy.server:3128"));
        assert_eq!(proxy("http://www.example.org/"), None);
        assert_eq!(proxy("http://example.org/"), None);
        assert_eq!(proxy("http://notexample.org/").as_deref(), Some("proxy.server:3128"));
        assert_eq!(proxy("http://127.0.0.1:8000/"), None);
        assert_eq!(proxy("http://[::1]:8000/"), None);
        assert_eq!(proxy("http://localhost/"), None);
    }

    #[test]
    fn passwords_stay_out_of_debug() {
        assert!(!format!("{:?}", settings()).contains("secret"));
    }
}
