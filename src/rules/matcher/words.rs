//! The contract's words for verdicts, phases and kinds of errors.

use crate::model::{ErrorKind, ProbePhase, ProbeVerdict};

/// The JSON contract's word for a verdict.
#[must_use]
pub fn verdict_word(verdict: ProbeVerdict) -> &'static str {
    match verdict {
        ProbeVerdict::Ok => "ok",
        ProbeVerdict::SlowFirst => "slow-first",
        ProbeVerdict::Slow => "slow",
        ProbeVerdict::OverLimit => "over-limit",
        ProbeVerdict::Flaky => "flaky",
        ProbeVerdict::Failing => "failing",
        ProbeVerdict::Unreachable => "unreachable",
        ProbeVerdict::Reloading => "reloading",
    }
}

pub(super) fn error_word(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::NotFound => "not-found",
        ErrorKind::Refused => "refused",
        ErrorKind::Unreachable => "unreachable",
        ErrorKind::Reset => "reset",
        ErrorKind::Timeout => "timeout",
        ErrorKind::TlsExpired => "tls-expired",
        ErrorKind::TlsNotYetValid => "tls-not-yet-valid",
        ErrorKind::TlsWrongName => "tls-wrong-name",
        ErrorKind::TlsSelfSigned => "tls-self-signed",
        ErrorKind::TlsUnknownIssuer => "tls-unknown-issuer",
        ErrorKind::TlsProtocol => "tls-protocol",
        ErrorKind::RedirectLoop => "redirect-loop",
        ErrorKind::RedirectRefused => "redirect-refused",
        ErrorKind::InvalidResponse => "invalid-response",
        ErrorKind::TooLarge => "too-large",
        ErrorKind::ProxyRefused => "proxy-refused",
        ErrorKind::Interrupted => "interrupted",
        ErrorKind::Other => "other",
    }
}

pub(super) fn phase_word(phase: ProbePhase) -> &'static str {
    match phase {
        ProbePhase::Dns => "dns",
        ProbePhase::Connect => "connect",
        ProbePhase::Tls => "tls",
        ProbePhase::FirstByte => "first-byte",
        ProbePhase::Body => "body",
        ProbePhase::Redirect => "redirect",
    }
}
