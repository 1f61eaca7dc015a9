//! PythonAnywhere's documented API: reload a web app, read its settings and files.
//!
//! Only what the person asked for (`--reload`, `--remote`) is sent, to the API's own address, and
//! redirects are not followed. The token never appears in an error, a log or a `Debug` output.
//! Documentation: <https://help.pythonanywhere.com/pages/API/> (40 requests a minute).

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Client, Method, Response, Url};
use serde_json::Value;

pub use super::webapp::{Off, WebApp};
use super::{request, tls};

/// Bytes of an answer that is no file.
const MAX_JSON: usize = 1 << 20;
/// Bytes of a file that are streamed through at most; longer ones are an error.
const MAX_STREAM: u64 = 256 << 20;

/// How often an interrupt is looked for.
const GLANCE: Duration = Duration::from_millis(50);

/// A secret that does not show itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// Spaces and line ends around it are dropped.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_owned())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Access to one account.
#[derive(Debug, Clone)]
pub struct Api {
    base: Url,
    user: String,
    token: Token,
    timeout: Duration,
    extra_roots: Vec<Vec<u8>>,
    cancel: Arc<AtomicBool>,
}

/// What a call came to, where it did not succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApiErrorKind {
    /// 401: the token is wrong or was replaced.
    Unauthorized,
    /// 403: the token is of another account, or the account may not do this.
    Forbidden,
    /// 404: no such web app, file or user.
    NotFound,
    /// 429: more than 40 requests a minute; seconds to wait, if it says so.
    TooManyRequests(Option<u64>),
    /// Another status.
    Status(u16),
    /// The API was not reached.
    Network,
    Timeout,
    /// The person did not want to wait.
    Interrupted,
    /// Not what the documentation promises, or larger than is read.
    InvalidAnswer,
    /// The user, domain or path given cannot be asked for.
    BadInput,
}

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{explanation}")]
pub struct ApiError {
    pub kind: ApiErrorKind,
    /// What happened and what to do, for people.
    pub explanation: String,
}

impl ApiError {
    fn new(kind: ApiErrorKind, explanation: impl Into<String>) -> Self {
        Self { kind, explanation: explanation.into() }
    }
}

/// A reload that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reloaded {
    /// Until the API answered.
    pub took: Duration,
    /// 409 `cname_error`: reloaded, but the domain's CNAME does not point to PythonAnywhere.
    pub cname_error: bool,
}

impl Reloaded {
    /// Said when the CNAME is missing.
    pub const CNAME_EXPLANATION: &str = "The web app was reloaded, but the domain's CNAME record \
        does not point to the address that the Web tab shows: set it at your domain's registrar.";
}

/// A file, or its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteFile {
    pub bytes: Vec<u8>,
    /// Size of the whole file.
    pub total: u64,
}

impl RemoteFile {
    /// Only the end of the file is here.
    #[must_use]
    pub fn is_tail(&self) -> bool {
        self.total > self.bytes.len() as u64
    }
}

impl Api {
    /// `base`: `https://www.pythonanywhere.com/`, the EU system's address, or a test server's.
    /// `timeout`: for one call.
    ///
    /// # Errors
    /// `BadInput`: the base is no URL, is plain http beyond this machine, or the user is no name.
    pub fn new(base: &str, user: &str, token: Token, timeout: Duration) -> Result<Self, ApiError> {
        let bad = |text: String| ApiError::new(ApiErrorKind::BadInput, text);
        let base = Url::parse(base).map_err(|error| bad(format!("{base} is no URL: {error}")))?;
        let local = super::resolve::literal(&base).is_some_and(|ip| ip.is_loopback());
        if base.scheme() != "https" && !(base.scheme() == "http" && local) {
            return Err(bad("The token is only sent over https.".to_owned()));
        }
        if !is_name(user) {
            return Err(bad(format!("{user:?} is no user name.")));
        }
        Ok(Self {
            base,
            user: user.to_owned(),
            token,
            timeout,
            extra_roots: Vec::new(),
            cancel: Arc::default(),
        })
    }

    /// Trusts a further root certificate (DER).
    #[must_use]
    pub fn trusting(mut self, root: Vec<u8>) -> Self {
        self.extra_roots.push(root);
        self
    }

    /// Calls end early when `cancel` becomes true.
    #[must_use]
    pub fn until(mut self, cancel: &Arc<AtomicBool>) -> Self {
        self.cancel = Arc::clone(cancel);
        self
    }

    /// Reloads a web app. Only on request.
    ///
    /// # Errors
    /// Every answer but success and `cname_error`.
    pub fn reload(&self, domain: &str) -> Result<Reloaded, ApiError> {
        let url = self.url(&["webapps", checked_domain(domain)?, "reload", ""])?;
        let start = Instant::now();
        let (status, body) = self.call(Method::POST, url)?;
        let took = start.elapsed();
        match status {
            200..=299 => Ok(Reloaded { took, cname_error: false }),
            409 if is_cname_error(&body) => Ok(Reloaded { took, cname_error: true }),
            _ => Err(self.explain(status, &body, domain)),
        }
    }

    /// The settings of a web app.
    ///
    /// # Errors
    /// Every answer but success, or one without the documented fields.
    pub fn webapp(&self, domain: &str) -> Result<WebApp, ApiError> {
        let url = self.url(&["webapps", checked_domain(domain)?, ""])?;
        let (status, body) = self.call(Method::GET, url)?;
        if !(200..300).contains(&status) {
            return Err(self.explain(status, &body, domain));
        }
        let value: Value = serde_json::from_slice(&body).map_err(|_| invalid())?;
        WebApp::read(&value).ok_or_else(invalid)
    }

    /// All web apps of the account.
    ///
    /// # Errors
    /// As `webapp`.
    pub fn webapps(&self) -> Result<Vec<WebApp>, ApiError> {
        let url = self.url(&["webapps", ""])?;
        let (status, body) = self.call(Method::GET, url)?;
        if !(200..300).contains(&status) {
            return Err(self.explain(status, &body, "the account"));
        }
        match serde_json::from_slice(&body) {
            Ok(Value::Array(all)) => Ok(all.iter().filter_map(WebApp::read).collect()),
            _ => Err(invalid()),
        }
    }

    /// A file by its absolute path; of a long one the last `keep` bytes.
    ///
    /// # Errors
    /// `NotFound` where there is none (an app that never logged has no log), or any other answer.
    pub fn file(&self, path: &str, keep: usize) -> Result<RemoteFile, ApiError> {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        if !path.starts_with('/') || parts.iter().any(|part| matches!(*part, "." | "..")) {
            let text = format!("{path:?} is no absolute path.");
            return Err(ApiError::new(ApiErrorKind::BadInput, text));
        }
        let mut segments = vec!["files", "path"];
        segments.extend(parts);
        let url = self.url(&segments)?;
        self.block(async {
            let answer = self.send(Method::GET, url).await?;
            let status = answer.status().as_u16();
            if !(200..300).contains(&status) {
                let (body, _) = tail(answer, MAX_JSON).await?;
                return Err(self.explain(status, &body, path));
            }
            let (bytes, total) = tail(answer, keep).await?;
            Ok(RemoteFile { bytes, total })
        })
    }

    fn url(&self, segments: &[&str]) -> Result<Url, ApiError> {
        let mut url = self.base.clone();
        url.path_segments_mut()
            .map_err(|()| invalid())?
            .pop_if_empty()
            .extend(["api", "v0", "user", &self.user])
            .extend(segments);
        Ok(url)
    }

    fn call(&self, method: Method, url: Url) -> Result<(u16, Vec<u8>), ApiError> {
        self.block(async {
            let answer = self.send(method, url).await?;
            let status = answer.status().as_u16();
            Ok((status, tail(answer, MAX_JSON).await?.0))
        })
    }

    fn block<T>(&self, work: impl Future<Output = Result<T, ApiError>>) -> Result<T, ApiError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| ApiError::new(ApiErrorKind::Network, error.to_string()))?;
        let done = runtime.block_on(async {
            tokio::select! {
                biased;
                done = work => done,
                cut = self.cut() => Err(cut),
            }
        });
        runtime.shutdown_background();
        done
    }

    /// Ends only by interrupt or deadline.
    async fn cut(&self) -> ApiError {
        let start = Instant::now();
        while start.elapsed() < self.timeout {
            if self.cancel.load(Ordering::Relaxed) {
                let text = "Interrupted while PythonAnywhere's API was asked.";
                return ApiError::new(ApiErrorKind::Interrupted, text);
            }
            tokio::time::sleep(GLANCE).await;
        }
        let seconds = self.timeout.as_secs();
        let text = format!("PythonAnywhere's API did not answer within {seconds} s.");
        ApiError::new(ApiErrorKind::Timeout, text)
    }

    async fn send(&self, method: Method, url: Url) -> Result<Response, ApiError> {
        let network = |text: String| {
            ApiError::new(ApiErrorKind::Network, format!("The API was not reached: {text}"))
        };
        let (config, _) = tls::config(false, &self.extra_roots, &[b"http/1.1"])
            .map_err(|error| network(error.detail))?;
        let client = Client::builder()
            .tls_backend_preconfigured(config)
            .user_agent(request::user_agent(None))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| network(error.to_string()))?;
        let mut secret =
            HeaderValue::try_from(format!("Token {}", self.token.0)).map_err(|_| {
                ApiError::new(
                    ApiErrorKind::BadInput,
                    "The API token has characters that no token has.",
                )
            })?;
        secret.set_sensitive(true);
        client
            .request(method, url)
            .header(AUTHORIZATION, secret)
            .send()
            .await
            .map_err(|error| network(root_cause(&error)))
    }

    fn explain(&self, status: u16, body: &[u8], what: &str) -> ApiError {
        let user = &self.user;
        let (kind, text) = match status {
            401 => (
                ApiErrorKind::Unauthorized,
                "The API token is not valid (401). Create one on the Account page under API token; \
                 a console started before that does not know it yet."
                    .to_owned(),
            ),
            403 => (
                ApiErrorKind::Forbidden,
                format!("The API token may not do this for the user {user} (403): it is another account's."),
            ),
            404 => (
                ApiErrorKind::NotFound,
                format!("{what} does not exist in the account {user} (404). Compare the spelling with the Web tab."),
            ),
            409 => (
                ApiErrorKind::Status(409),
                format!("PythonAnywhere refused because of the state of {what} (409)."),
            ),
            429 => {
                let wait = seconds(body);
                let text = match wait {
                    Some(wait) => format!("Too many API requests (429): try again in {wait} s."),
                    None => "Too many API requests (429): 40 a minute are allowed.".to_owned(),
                };
                (ApiErrorKind::TooManyRequests(wait), text)
            }
            300..=399 => (
                ApiErrorKind::Status(status),
                format!("The API's address redirects ({status}); redirects are not followed with a token."),
            ),
            500..=599 => (
                ApiErrorKind::Status(status),
                format!("PythonAnywhere's API itself failed ({status}); try again in a minute."),
            ),
            _ => (ApiErrorKind::Status(status), format!("The API answered {status}.")),
        };
        ApiError::new(kind, text)
    }
}

fn invalid() -> ApiError {
    ApiError::new(
        ApiErrorKind::InvalidAnswer,
        "The API's answer is not what its documentation says.",
    )
}

/// The innermost error: the outer ones repeat the URL.
fn root_cause(error: &reqwest::Error) -> String {
    let mut inner: &dyn std::error::Error = error;
    while let Some(next) = inner.source() {
        inner = next;
    }
    inner.to_string()
}

/// The last `keep` bytes of a body, and its whole length.
async fn tail(mut answer: Response, keep: usize) -> Result<(Vec<u8>, u64), ApiError> {
    let mut bytes: Vec<u8> = Vec::new();
    let mut total = 0;
    loop {
        let chunk = answer.chunk().await.map_err(|error| {
            let text = format!("The API's answer broke off: {}", root_cause(&error));
            ApiError::new(ApiErrorKind::Network, text)
        })?;
        let Some(chunk) = chunk else { break };
        total += chunk.len() as u64;
        if total > MAX_STREAM {
            let text = "The file is larger than 256 MiB; read it on a console.";
            return Err(ApiError::new(ApiErrorKind::InvalidAnswer, text));
        }
        bytes.extend_from_slice(&chunk);
        // Twice the size, so that the front is not moved for every chunk.
        if bytes.len() > keep.saturating_mul(2) {
            bytes.drain(..bytes.len() - keep);
        }
    }
    if bytes.len() > keep {
        bytes.drain(..bytes.len() - keep);
    }
    Ok((bytes, total))
}

fn is_cname_error(body: &[u8]) -> bool {
    serde_json::from_slice::<Value>(body)
        .is_ok_and(|value| value.get("error").and_then(Value::as_str) == Some("cname_error"))
}

/// `Expected available in 12 seconds.`
fn seconds(body: &[u8]) -> Option<u64> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let detail = value.get("detail")?.as_str()?;
    detail.split(|c: char| !c.is_ascii_digit()).find(|part| !part.is_empty())?.parse().ok()
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 64
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

fn checked_domain(domain: &str) -> Result<&str, ApiError> {
    let good = !domain.is_empty()
        && domain.len() <= 253
        && !domain.starts_with(['.', '-'])
        && domain.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-'));
    if good {
        Ok(domain)
    } else {
        Err(ApiError::new(ApiErrorKind::BadInput, format!("{domain:?} is no domain.")))
    }
}
