//! The contract's words for our enums: a rename inside must not change them.

use crate::model::{
    ClockState, ErrorKind, LogKind, MarkKind, ProbePhase, Severity, Source, Verdict,
};

pub(super) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Broken => "broken",
        Verdict::Healthy => "healthy",
        Verdict::Unknown => "unknown",
    }
}

pub(super) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

pub(super) fn source(source: Source) -> &'static str {
    match source {
        Source::Log => "log",
        Source::Code => "code",
        Source::Probe => "probe",
        Source::Event => "event",
        Source::Config => "config",
    }
}

pub(super) fn log_kind(kind: LogKind) -> &'static str {
    match kind {
        LogKind::Error => "error",
        LogKind::Server => "server",
        LogKind::Access => "access",
        LogKind::Nginx => "nginx",
        LogKind::Platform => "platform",
        LogKind::Any => "any",
    }
}

pub(super) fn clock(clock: ClockState) -> &'static str {
    match clock {
        ClockState::Offset => "offset",
        ClockState::Assumed => "assumed",
        ClockState::Unknown => "unknown",
    }
}

pub(super) fn mark_kind(kind: MarkKind) -> &'static str {
    match kind {
        MarkKind::Start => "start",
        MarkKind::Ready => "ready",
        MarkKind::Reload => "reload",
        MarkKind::Deploy => "deploy",
        MarkKind::Crash => "crash",
        MarkKind::Error => "error",
        MarkKind::Request => "request",
        MarkKind::Probe => "probe",
    }
}

pub(super) fn phase(phase: ProbePhase) -> &'static str {
    match phase {
        ProbePhase::Dns => "dns",
        ProbePhase::Connect => "connect",
        ProbePhase::Tls => "tls",
        ProbePhase::FirstByte => "first_byte",
        ProbePhase::Body => "body",
        ProbePhase::Redirect => "redirect",
    }
}

pub(super) fn error_kind(kind: ErrorKind) -> &'static str {
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
