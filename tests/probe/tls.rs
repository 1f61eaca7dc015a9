//! Certificates are read, never ignored.

use diagnose::model::{ErrorKind, ProbePhase, ProbeVerdict};

use crate::faults::{Certificate, Server, Tls, always, certificate, response};
use crate::{error, only, plan, probe};

fn server(tls: &Tls) -> Server {
    Server::tls(tls, always(response(200, &[], "fine")))
}

fn outcome(kind: Certificate) -> (Option<ErrorKind>, ProbeVerdict) {
    let tls = certificate(kind);
    let server = server(&tls);
    let mut plan = plan(server.url("/"));
    plan.timeout = std::time::Duration::from_secs(5);
    plan.extra_roots = vec![tls.root.clone()];
    let report = probe(&plan);
    let hit = only(&report);
    let info = hit.tls.as_ref().expect("certificate seen");
    assert_eq!(info.ok, hit.error.is_none(), "{hit:?}");
    assert_eq!(info.reason.is_some(), hit.error.is_some(), "{hit:?}");
    assert!(info.not_after.is_some() && !info.names.is_empty(), "{info:?}");
    (
        error(&report).map(|(phase, kind)| {
            assert_eq!(phase, ProbePhase::Tls);
            kind
        }),
        report.verdict,
    )
}

#[test]
fn a_good_certificate() {
    assert_eq!(outcome(Certificate::Good), (None, ProbeVerdict::Ok));
}

#[test]
fn an_expired_certificate() {
    assert_eq!(outcome(Certificate::Expired), (Some(ErrorKind::TlsExpired), ProbeVerdict::Failing));
}

#[test]
fn a_certificate_of_the_future() {
    assert_eq!(
        outcome(Certificate::NotYetValid),
        (Some(ErrorKind::TlsNotYetValid), ProbeVerdict::Failing)
    );
}

#[test]
fn a_certificate_for_another_name() {
    assert_eq!(
        outcome(Certificate::WrongName),
        (Some(ErrorKind::TlsWrongName), ProbeVerdict::Failing)
    );
}

#[test]
fn a_self_signed_certificate() {
    assert_eq!(
        outcome(Certificate::SelfSigned),
        (Some(ErrorKind::TlsSelfSigned), ProbeVerdict::Failing)
    );
}

#[test]
fn a_chain_without_its_middle() {
    assert_eq!(
        outcome(Certificate::Incomplete),
        (Some(ErrorKind::TlsUnknownIssuer), ProbeVerdict::Failing)
    );
}

#[test]
fn an_unknown_root() {
    let tls = certificate(Certificate::Good);
    let server = server(&tls);
    let report = probe(&plan(server.url("/")));
    assert_eq!(error(&report), Some((ProbePhase::Tls, ErrorKind::TlsUnknownIssuer)));
}

#[test]
fn a_certificate_that_ends_soon_is_a_note() {
    let tls = certificate(Certificate::EndsSoon);
    let server = server(&tls);
    let mut plan = plan(server.url("/"));
    plan.extra_roots = vec![tls.root.clone()];
    let report = probe(&plan);
    assert_eq!(report.verdict, ProbeVerdict::Ok);
    assert!(
        report.notes.iter().any(|note| note.contains("certificate ends in")),
        "{:?}",
        report.notes
    );
}

#[test]
fn insecure_goes_on_and_says_so() {
    let tls = certificate(Certificate::SelfSigned);
    let server = server(&tls);
    let mut plan = plan(server.url("/"));
    plan.insecure = true;
    let report = probe(&plan);
    let hit = only(&report);
    assert_eq!((hit.status, report.verdict), (Some(200), ProbeVerdict::Ok));
    let info = hit.tls.as_ref().expect("seen");
    assert!(!info.ok && info.reason.is_some());
    assert!(report.notes.iter().any(|note| note.contains("--insecure")));
}

#[test]
fn https_to_a_plain_port_is_a_protocol_mismatch() {
    let server = Server::raw(|_, _, stream| {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        std::thread::sleep(std::time::Duration::from_millis(100));
    });
    let report = probe(&plan(server.url("/").replace("http:", "https:")));
    assert_eq!(error(&report), Some((ProbePhase::Tls, ErrorKind::TlsProtocol)));
    assert_eq!(report.verdict, ProbeVerdict::Failing);
}

#[test]
fn a_handshake_that_never_ends_times_out_in_its_phase() {
    let server = Server::raw(|_, _, _| std::thread::sleep(std::time::Duration::from_secs(2)));
    let report = probe(&plan(server.url("/").replace("http:", "https:")));
    assert_eq!(error(&report), Some((ProbePhase::Tls, ErrorKind::Timeout)));
}

#[test]
fn an_end_without_goodbye_is_an_end() {
    let tls = certificate(Certificate::Good);
    let server = Server::tls(&tls, always(b"HTTP/1.0 200 OK\r\n\r\nhello".to_vec()));
    let mut plan = plan(server.url("/rude"));
    plan.extra_roots = vec![tls.root.clone()];
    let report = probe(&plan);
    let hit = only(&report);
    assert_eq!((hit.error.as_ref(), hit.body.as_str()), (None, "hello"));
}

#[test]
fn an_end_without_goodbye_before_the_announced_length_is_not() {
    let tls = certificate(Certificate::Good);
    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello".to_vec();
    let server = Server::tls(&tls, always(answer));
    let mut plan = plan(server.url("/rude"));
    plan.extra_roots = vec![tls.root.clone()];
    assert_eq!(error(&probe(&plan)), Some((ProbePhase::Body, ErrorKind::InvalidResponse)));
}
