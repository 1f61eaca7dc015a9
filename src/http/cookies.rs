//! Cookies within one hit. The probe keeps none: they are sent back only where a site that sets
//! one leads its visitor in a circle, because that site means "come again with it". What a browser
//! sees then tells a circle from a test for cookies.

use hyper::header::{HeaderMap, HeaderValue};
use reqwest::Url;

/// Cookies taken at most, and characters of one.
const MOST: usize = 20;
const LONGEST: usize = 4096;

/// Those of one hit.
#[derive(Debug, Default)]
pub(super) struct Cookies {
    all: Vec<Cookie>,
    sent: bool,
}

#[derive(Debug)]
struct Cookie {
    host: String,
    name: String,
    value: String,
}

impl Cookies {
    /// Remembers what an answer set.
    pub(super) fn take(&mut self, url: &Url, headers: &HeaderMap) {
        let host = url.host_str().unwrap_or_default();
        for line in headers.get_all("set-cookie") {
            let Ok(line) = line.to_str() else { continue };
            let pair = line.split(';').next().unwrap_or_default();
            let Some((name, value)) = pair.split_once('=') else { continue };
            let (name, value) = (name.trim(), value.trim());
            self.all.retain(|known| known.host != host || known.name != name);
            if !name.is_empty() && pair.len() <= LONGEST && self.all.len() < MOST {
                self.all.push(Cookie {
                    host: host.to_owned(),
                    name: name.to_owned(),
                    value: value.to_owned(),
                });
            }
        }
    }

    /// A circle was met: from now on they are sent, if there are any. `false`: they were already.
    pub(super) fn try_with(&mut self) -> bool {
        let first = !self.sent && !self.all.is_empty();
        self.sent |= first;
        first
    }

    pub(super) fn were_sent(&self) -> bool {
        self.sent
    }

    /// The header for a host; only what this host set.
    pub(super) fn header(&self, url: &Url) -> Option<HeaderValue> {
        if !self.sent {
            return None;
        }
        let host = url.host_str()?;
        let own = self.all.iter().filter(|cookie| cookie.host == host);
        let text =
            own.map(|one| format!("{}={}", one.name, one.value)).collect::<Vec<_>>().join("; ");
        let mut value = HeaderValue::try_from(text).ok().filter(|value| !value.is_empty())?;
        value.set_sensitive(true);
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("url")
    }

    #[test]
    fn each_host_gets_its_own_and_only_when_asked() {
        let mut headers = HeaderMap::new();
        headers.append("set-cookie", HeaderValue::from_static("a=1; Path=/; HttpOnly"));
        headers.append("set-cookie", HeaderValue::from_static("b=2"));
        headers.append("set-cookie", HeaderValue::from_static("a=3"));
        let mut cookies = Cookies::default();
        assert!(!cookies.try_with());
        cookies.take(&url("https://a.example/x"), &headers);
        assert_eq!(cookies.header(&url("https://a.example/")), None);
        assert!(cookies.try_with());
        assert_eq!(cookies.header(&url("https://a.example/")).expect("sent"), "b=2; a=3");
        assert_eq!(cookies.header(&url("https://b.example/")), None);
        assert!(!cookies.try_with());
    }
}
