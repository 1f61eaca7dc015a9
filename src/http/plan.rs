//! What the probe is asked to do, and what it says while it works.

use std::time::Duration;

use crate::model::ProbePhase;

pub use super::proxy::ProxySettings;

/// One probe. Made by the caller; the probe reads no flags, files or environment itself.
#[derive(Debug, Clone)]
pub struct ProbePlan {
    /// `http://` or `https://` URL; without a scheme `https://` is assumed for names and
    /// `http://` for addresses and `localhost`.
    pub url: String,
    /// Nobody said http or https: where https is not served at all, http is asked, as browsers do.
    pub scheme_guessed: bool,
    /// Requests at most, retries while the site reloads included; at least 1.
    pub hits: u32,
    /// For one hit with all its redirects.
    pub timeout: Duration,
    /// The first hit is held against it: the platform's reload ping (20 s on PythonAnywhere),
    /// or the router's limit to the first byte.
    pub limit: Duration,
    /// What the limits are for, as a sentence for people; empty where the platform states none.
    pub limits: String,
    /// Accept any certificate (only on request; said in the notes).
    pub insecure: bool,
    /// Id of the platform profile, e.g. `pythonanywhere`.
    pub platform: String,
    /// Sent in the header `X-Diagnose-Marker` and in the user agent, so that log lines of our
    /// requests can be told from others. ASCII letters, digits, `-`, `_`; others are left out.
    pub marker: Option<String>,
    /// Redirects followed at most; 0: none.
    pub redirects: u32,
    /// A (re)load or deploy was seen just now, or asked for: a 502 of the platform means
    /// "still starting" and is waited out within `hits`.
    pub reloading: bool,
    /// First wait between hits while the site reloads; doubles each time.
    pub backoff: Duration,
    /// Ending that the domain's CNAME should have, e.g. `pythonanywhere.com`; `None`: not checked.
    pub expected_cname: Option<String>,
    /// Outbound proxies; `ProxySettings::from_env()` takes them from the environment.
    pub proxy: ProxySettings,
    /// Further trusted root certificates, DER (tests, own CAs).
    pub extra_roots: Vec<Vec<u8>>,
}

impl ProbePlan {
    /// A plan with the defaults of the generic platform and no proxy.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            scheme_guessed: false,
            hits: 3,
            timeout: Duration::from_secs(65),
            limit: Duration::from_secs(20),
            limits: String::new(),
            insecure: false,
            platform: "generic".to_owned(),
            marker: None,
            redirects: 10,
            reloading: false,
            backoff: Duration::from_secs(2),
            expected_cname: None,
            proxy: ProxySettings::default(),
            extra_roots: Vec::new(),
        }
    }
}

/// Where the probe is; sent about ten times a second, for a line on stderr.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// From 1.
    pub hit: u32,
    pub hits: u32,
    pub phase: ProbePhase,
    /// Since this hit began.
    pub elapsed: Duration,
    pub limit: Duration,
    pub timeout: Duration,
    /// Waiting between two hits because the site still reloads.
    pub waiting: bool,
}

/// Receives progress. The unit type ignores it.
pub trait ProbeProgress {
    fn update(&self, progress: &Progress);
}

impl ProbeProgress for () {
    fn update(&self, _progress: &Progress) {}
}
