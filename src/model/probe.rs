//! What a probe of the site measured. Field names follow the JSON contract.

use jiff::Timestamp;

/// All hits of one probe and their verdict.
#[derive(Debug, Clone, PartialEq)]
pub struct ProbeReport {
    pub url: String,
    pub verdict: ProbeVerdict,
    /// The limit that the first hit was held against, in milliseconds.
    pub limit_ms: u64,
    /// What the platform's limits are for, as a sentence; empty where it states none.
    pub limits: String,
    pub hits: Vec<Hit>,
    /// Header value that marked our requests, so that log lines can be matched.
    pub marker: Option<String>,
    /// Things worth saying: "redirects http to https", "certificate ends in 6 days".
    pub notes: Vec<String>,
    /// Why the answers are not the site's (an outbound proxy refused, interrupted before the
    /// first answer, …): the probe counts as not run, and the verdict means nothing.
    pub skipped: Option<String>,
    /// Where the domain's CNAME points, if the platform expects an ending and it is known.
    pub cname: Option<CnameCheck>,
}

impl ProbeReport {
    /// The limit as people write it.
    #[must_use]
    pub fn limit(&self) -> String {
        seconds(self.limit_ms)
    }
}

/// `20 s`, `1.5 s`: no more digits than the number has.
#[must_use]
pub fn seconds(ms: u64) -> String {
    match ms % 1000 {
        0 => format!("{} s", ms / 1000),
        _ => format!("{:.1} s", ms as f64 / 1000.0),
    }
}

/// The alias of a domain against what its platform expects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CnameCheck {
    /// Names that the domain leads to, in order; empty: an address without an alias.
    pub targets: Vec<String>,
    /// Ending that one of them should have.
    pub expected: String,
    /// `None`: no alias, which proves nothing.
    pub fits: Option<bool>,
}

/// What the hits together mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProbeVerdict {
    Ok,
    /// The first hit was slow, the following ones fine.
    SlowFirst,
    Slow,
    OverLimit,
    /// Some hits failed, some did not.
    Flaky,
    Failing,
    Unreachable,
    /// The platform's answer while a reload is still going on.
    Reloading,
}

/// One request, redirects included.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Hit {
    pub status: Option<u16>,
    pub error: Option<HitError>,
    pub phases_ms: PhasesMs,
    /// Address and port that answered.
    pub address: Option<String>,
    /// `1.0`, `1.1` or `2`.
    pub http_version: Option<String>,
    /// Size of the body read, at most 1 MiB.
    pub bytes: Option<u64>,
    /// Headers that matter, lower-case names, in the order received.
    pub headers: Vec<(String, String)>,
    pub tls: Option<TlsInfo>,
    /// In order; the phases are the sums over all hops.
    pub redirects: Vec<Redirect>,
    /// Where the redirects led: the address that was asked last.
    pub landed: Option<String>,
    pub answered_by: Option<AnsweredBy>,
    /// Id of the recognised page, `rules/pages/`.
    pub page: Option<String>,
    /// The exception that a debug page tells.
    pub exception: Option<PageException>,
    /// The first part of the body, for matching and excerpts; at most 64 KiB.
    pub body: String,
    /// When the request was sent.
    pub at: Option<Timestamp>,
    /// The body was longer than what is read (1 MiB), or its length is unknown and it was cut.
    pub cut: bool,
    /// The body goes on behind the length that its headers announce.
    pub longer: bool,
    /// The site sent the visitor in a circle until its own cookie came back.
    pub with_cookies: bool,
    /// The outbound proxy that was used, `host:port`.
    pub proxy: Option<String>,
}

/// Why a hit has no (complete) answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HitError {
    pub phase: ProbePhase,
    pub kind: ErrorKind,
    /// The library's or system's words.
    pub detail: String,
}

/// Where a hit was when something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProbePhase {
    Dns,
    Connect,
    Tls,
    FirstByte,
    Body,
    Redirect,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    NotFound,
    Refused,
    Unreachable,
    Reset,
    Timeout,
    TlsExpired,
    TlsNotYetValid,
    TlsWrongName,
    TlsSelfSigned,
    TlsUnknownIssuer,
    TlsProtocol,
    RedirectLoop,
    RedirectRefused,
    InvalidResponse,
    TooLarge,
    /// A proxy between us and the site refused.
    ProxyRefused,
    Interrupted,
    Other,
}

/// Milliseconds of each phase; `None`: not reached, or not applicable.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct PhasesMs {
    pub dns: Option<f64>,
    pub connect: Option<f64>,
    pub tls: Option<f64>,
    pub first_byte: Option<f64>,
    pub body: Option<f64>,
    pub total: Option<f64>,
}

/// The certificate that the site showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsInfo {
    pub ok: bool,
    /// Why the chain was not accepted.
    pub reason: Option<String>,
    pub names: Vec<String>,
    pub not_before: Option<Timestamp>,
    pub not_after: Option<Timestamp>,
}

/// An exception that a page shows to visitors. The text is the site's: escape it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageException {
    /// `KeyError`, `django.db.utils.OperationalError`.
    pub type_name: String,
    /// At most 500 characters; may be empty.
    pub message: String,
}

/// One redirect that was followed (or refused).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    pub url: String,
    pub status: u16,
}

/// Who wrote the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AnsweredBy {
    App,
    AppServer,
    Proxy,
    Platform,
    Cdn,
}
