//! Errors of the libraries, told apart by what they mean for the site.

use std::error::Error as _;
use std::io;

use super::meter::TOO_MUCH;
use crate::model::{ErrorKind, HitError, ProbePhase};

pub(super) fn failure(phase: ProbePhase, kind: ErrorKind, detail: impl Into<String>) -> HitError {
    let mut detail: String = detail.into();
    if detail.len() > 300 {
        let end = (0..=300).rev().find(|&at| detail.is_char_boundary(at)).unwrap_or(0);
        detail.truncate(end);
    }
    HitError { phase, kind, detail }
}

/// A socket error.
pub(super) fn of_io(phase: ProbePhase, error: &io::Error) -> HitError {
    failure(phase, io_kind(error), error.to_string())
}

fn io_kind(error: &io::Error) -> ErrorKind {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => ErrorKind::Refused,
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::UnexpectedEof => ErrorKind::Reset,
        io::ErrorKind::TimedOut => ErrorKind::Timeout,
        io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkUnreachable
        | io::ErrorKind::NetworkDown
        | io::ErrorKind::AddrNotAvailable => ErrorKind::Unreachable,
        io::ErrorKind::InvalidData => ErrorKind::InvalidResponse,
        _ if error.to_string().contains(TOO_MUCH) => ErrorKind::TooLarge,
        _ => ErrorKind::Other,
    }
}

/// An error of the HTTP layer. `started`: the status line was already read.
pub(super) fn of_hyper(error: &hyper::Error, phase: ProbePhase, started: bool) -> HitError {
    if let Some(io) = source_io(error) {
        // With TLS 1.3 the server's complaint comes when the client thinks that all is well.
        if let Some(alert) = super::tls::alert(io) {
            return alert;
        }
        let kind = io_kind(io);
        // Without close_notify the end of a TLS stream is an error only in mid-body.
        if started && kind == ErrorKind::Reset && io.kind() == io::ErrorKind::UnexpectedEof {
            return failure(phase, ErrorKind::InvalidResponse, CUT_SHORT);
        }
        return failure(phase, kind, io.to_string());
    }
    if error.is_parse() && error.to_string().contains("too large") {
        return failure(phase, ErrorKind::TooLarge, "the headers are larger than the probe reads");
    }
    if error.is_incomplete_message() {
        return if started {
            failure(phase, ErrorKind::InvalidResponse, CUT_SHORT)
        } else {
            failure(phase, ErrorKind::Reset, "the connection was closed without an answer")
        };
    }
    let mut text = error.to_string();
    if let Some(source) = error.source() {
        text = format!("{text}: {source}");
    }
    if error.is_parse() {
        return failure(phase, ErrorKind::InvalidResponse, text);
    }
    if error.is_closed() || error.is_canceled() {
        return failure(phase, ErrorKind::Reset, text);
    }
    let kind = if started { ErrorKind::InvalidResponse } else { ErrorKind::Other };
    failure(phase, kind, text)
}

/// A TLS stream that ended without saying so.
pub(super) fn ends_rudely(error: &hyper::Error) -> bool {
    source_io(error).is_some_and(|io| io.kind() == io::ErrorKind::UnexpectedEof)
}

const CUT_SHORT: &str = "the body ended before the length that the headers announce";

fn source_io(error: &hyper::Error) -> Option<&io::Error> {
    let mut source = error.source();
    while let Some(inner) = source {
        if let Some(io) = inner.downcast_ref::<io::Error>() {
            return Some(io);
        }
        source = inner.source();
    }
    None
}
