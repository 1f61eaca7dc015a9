//! The request that the probe sends: target, headers, credentials.

use http_body_util::Empty;
use hyper::Request;
use hyper::body::Bytes;
use hyper::header::HeaderValue;
use reqwest::Url;

use super::exchange::Says;
use super::failure::failure;
use crate::model::{ErrorKind, HitError, ProbePhase};

/// The user agent names the tool; the marker stands in it too, because access logs record it.
pub(super) fn user_agent(marker: Option<&str>) -> String {
    let version = env!("CARGO_PKG_VERSION");
    match marker {
        Some(marker) => format!(
            "diagnose/{version} (webapp-diagnose; site diagnosis requested by its owner; probe {marker})"
        ),
        None => {
            format!("diagnose/{version} (webapp-diagnose; site diagnosis requested by its owner)")
        }
    }
}

/// Header that carries the marker.
const MARKER_HEADER: &str = "x-diagnose-marker";

/// How the request's target is written, and what goes with it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Form<'a> {
    /// HTTP/1 to the site: path and query.
    Origin,
    /// HTTP/2: the whole URL, no Host header.
    Http2,
    /// HTTP/1 to a plain proxy: the whole URL, and the proxy's credentials.
    Proxy(Option<&'a HeaderValue>),
}

/// The GET of one hop. Credentials in the URL are left out.
pub(super) fn build(
    url: &Url,
    marker: Option<&str>,
    says: Says<'_>,
    form: Form<'_>,
) -> Result<Request<Empty<Bytes>>, HitError> {
    let target = match form {
        Form::Origin => match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        },
        Form::Http2 | Form::Proxy(_) => {
            let mut plain = url.clone();
            plain.set_fragment(None);
            let _ = plain.set_username("");
            let _ = plain.set_password(None);
            plain.into()
        }
    };
    let marker = marker.map(clean_marker);
    let mut builder = Request::get(target)
        .header("user-agent", user_agent(marker.as_deref()))
        .header("accept", "text/html,application/xhtml+xml,*/*;q=0.8")
        .header("accept-encoding", "identity")
        .header("cache-control", "no-cache");
    if !matches!(form, Form::Http2) {
        builder = builder.header("host", authority_shown(url));
    }
    if let Some(marker) = &marker {
        builder = builder.header(MARKER_HEADER, marker.as_str());
    }
    if let Some(value) = says.authorization {
        builder = builder.header("authorization", value.clone());
    }
    if let Some(value) = says.cookie {
        builder = builder.header("cookie", value.clone());
    }
    if let Form::Proxy(Some(value)) = form {
        builder = builder.header("proxy-authorization", value.clone());
    }
    builder
        .body(Empty::new())
        .map_err(|error| failure(ProbePhase::FirstByte, ErrorKind::Other, error.to_string()))
}

fn clean_marker(marker: &str) -> String {
    marker
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        .take(64)
        .collect()
}

/// `host:port`, for tunnels.
pub(super) fn authority(url: &Url) -> String {
    format!("{}:{}", url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or(443))
}

/// The Host header: the port only where it is not the scheme's.
fn authority_shown(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// Basic credentials of a URL.
pub(super) fn basic(url: &Url) -> Option<HeaderValue> {
    if url.username().is_empty() && url.password().is_none() {
        return None;
    }
    let plain = format!("{}:{}", unescape(url.username()), unescape(url.password().unwrap_or("")));
    let mut value = HeaderValue::try_from(format!("Basic {}", base64(plain.as_bytes()))).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn unescape(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).and_then(|h| std::str::from_utf8(h).ok());
        let escaped = hex.filter(|_| bytes[at] == b'%');
        if let Some(byte) = escaped.and_then(|h| u8::from_str_radix(h, 16).ok()) {
            out.push(byte);
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn base64(bytes: &[u8]) -> String {
    const TABLE: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0u32, |word, &b| (word << 8) | u32::from(b))
            << (8 * (3 - chunk.len()));
        for place in 0..4 {
            if place <= chunk.len() {
                out.push(TABLE[(word >> (18 - 6 * place)) as usize & 63] as char);
            } else {
                out.push('=');
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_of_all_remainders() {
        assert_eq!(base64(b""), "");
        assert_eq!(base64(b"f"), "Zg==");
        assert_eq!(base64(b"fo"), "Zm8=");
        assert_eq!(base64(b"foo"), "Zm9v");
        assert_eq!(base64(b"foobar"), "Zm9vYmFy");
    }

    #[test]
    fn credentials_are_unescaped() {
        let url = Url::parse("http://me:p%40ss@h/").expect("url");
        assert_eq!(basic(&url).expect("some"), "Basic bWU6cEBzcw==");
    }

    #[test]
    fn markers_cannot_add_headers() {
        assert_eq!(clean_marker("ab-1_\r\nX: y"), "ab-1_Xy");
    }
}
