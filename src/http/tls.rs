//! TLS: our own client configuration, and a verifier that remembers what it saw.
//!
//! Roots are the compiled-in ones plus the system's, so that a machine without CA files can
//! still probe. The system's are read only when the others do not know the issuer: reading some
//! hundred files costs more than most handshakes. Certificates are read, never ignored: with `insecure` the reason is still kept.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    AlertDescription, CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore,
    SignatureScheme,
};
use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate};

use super::failure::failure;
use crate::model::{ErrorKind, HitError, ProbePhase, TlsInfo};

/// What the verifier saw of one handshake.
#[derive(Debug, Default)]
pub(super) struct Seen {
    chain: Vec<Vec<u8>>,
    error: Option<Error>,
}

#[derive(Debug)]
struct Recorder {
    inner: Arc<WebPkiServerVerifier>,
    provider: Arc<CryptoProvider>,
    insecure: bool,
    seen: Arc<Mutex<Seen>>,
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verify = |verifier: &WebPkiServerVerifier| {
            verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
        };
        let mut verdict = verify(&self.inner);
        if matches!(verdict, Err(Error::InvalidCertificate(CertificateError::UnknownIssuer)))
            && let Some(system) = verifier(system_roots(), &self.provider)
        {
            verdict = verify(&system);
        }
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.chain = std::iter::once(end_entity)
            .chain(intermediates)
            .take(10)
            .map(|cert| cert.as_ref().to_vec())
            .collect();
        seen.error = verdict.as_ref().err().cloned();
        match verdict {
            Err(_) if self.insecure => Ok(ServerCertVerified::assertion()),
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

/// The system's root certificates; read once. Empty where there are none.
fn system_roots() -> Arc<RootCertStore> {
    static ROOTS: LazyLock<Arc<RootCertStore>> = LazyLock::new(|| {
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        Arc::new(store)
    });
    ROOTS.clone()
}

/// `None` without a single root.
fn verifier(
    roots: Arc<RootCertStore>,
    provider: &Arc<CryptoProvider>,
) -> Option<Arc<WebPkiServerVerifier>> {
    WebPkiServerVerifier::builder_with_provider(roots, provider.clone()).build().ok()
}

/// A configuration for one connection, and where its verifier writes.
pub(super) fn config(
    insecure: bool,
    extra_roots: &[Vec<u8>],
    alpn: &[&[u8]],
) -> Result<(ClientConfig, Arc<Mutex<Seen>>), HitError> {
    let provider: Arc<CryptoProvider> = Arc::new(rustls::crypto::ring::default_provider());
    let mut store = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    store
        .add_parsable_certificates(extra_roots.iter().map(|der| CertificateDer::from(der.clone())));
    let seen = Arc::new(Mutex::new(Seen::default()));
    let other = |text: String| failure(ProbePhase::Tls, ErrorKind::Other, text);
    let inner = verifier(Arc::new(store), &provider)
        .ok_or_else(|| other("no root certificates".to_owned()))?;
    let recorder = Recorder { inner, provider: provider.clone(), insecure, seen: seen.clone() };
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| other(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(recorder))
        .with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
    // Each hit is a visitor of its own: no resumption.
    config.resumption = rustls::client::Resumption::disabled();
    Ok((config, seen))
}

/// The certificate that was shown; `None` when the handshake did not come so far.
pub(super) fn info(seen: &Mutex<Seen>) -> Option<TlsInfo> {
    let seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
    let leaf = seen.chain.first()?;
    let mut info = TlsInfo {
        ok: seen.error.is_none(),
        reason: seen.error.as_ref().map(|error| kind_and_reason(error, &seen.chain).1),
        names: Vec::new(),
        not_before: None,
        not_after: None,
    };
    if let Ok((_, cert)) = X509Certificate::from_der(leaf) {
        info.names = names(&cert);
        let time = |at: i64| jiff::Timestamp::from_second(at).ok();
        info.not_before = time(cert.validity().not_before.timestamp());
        info.not_after = time(cert.validity().not_after.timestamp());
    }
    Some(info)
}

fn names(cert: &X509Certificate<'_>) -> Vec<String> {
    let mut names = Vec::new();
    if let Ok(Some(san)) = cert.subject_alternative_name() {
        for name in san.value.general_names.iter().take(50) {
            match name {
                GeneralName::DNSName(dns) => names.push((*dns).to_owned()),
                GeneralName::IPAddress([a, b, c, d]) => names.push(format!("{a}.{b}.{c}.{d}")),
                GeneralName::IPAddress(bytes) => {
                    if let Ok(v6) = <[u8; 16]>::try_from(*bytes) {
                        names.push(std::net::Ipv6Addr::from(v6).to_string());
                    }
                }
                _ => {}
            }
        }
    }
    if names.is_empty() {
        names.extend(
            cert.subject().iter_common_name().filter_map(|cn| cn.as_str().ok()).map(str::to_owned),
        );
    }
    names
}

/// The failed handshake as an error of the hit.
pub(super) fn handshake_failure(error: &std::io::Error, seen: &Mutex<Seen>) -> HitError {
    let seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
    let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
    if let Some(tls) = seen.error.as_ref().or(tls) {
        let (kind, reason) = kind_and_reason(tls, &seen.chain);
        return failure(ProbePhase::Tls, kind, reason);
    }
    let kind = match super::failure::of_io(ProbePhase::Tls, error).kind {
        // Whoever answers a ClientHello with a plain close does not speak TLS, or not with us.
        ErrorKind::Other | ErrorKind::InvalidResponse => ErrorKind::TlsProtocol,
        kind => kind,
    };
    failure(ProbePhase::Tls, kind, error.to_string())
}

/// A complaint of the server that came after the handshake seemed to be over.
pub(super) fn alert(error: &std::io::Error) -> Option<HitError> {
    let tls = error.get_ref()?.downcast_ref::<Error>()?;
    matches!(tls, Error::AlertReceived(_))
        .then(|| failure(ProbePhase::Tls, ErrorKind::TlsProtocol, handshake_reason(tls)))
}

/// What the handshake failed on, in words for people; the library's words where none fit.
fn handshake_reason(error: &Error) -> String {
    let alert = match error {
        Error::InvalidMessage(_) => {
            return "what came is no TLS: the port speaks plain http".to_owned();
        }
        Error::PeerIncompatible(_) => {
            return "the server speaks no TLS version or cipher that browsers of today accept"
                .to_owned();
        }
        Error::AlertReceived(alert) => alert,
        other => return other.to_string(),
    };
    let words = match alert {
        AlertDescription::ProtocolVersion | AlertDescription::InsufficientSecurity => {
            "the server speaks only TLS versions or ciphers that browsers of today refuse"
        }
        AlertDescription::UnrecognisedName => "the server has no certificate for this name",
        AlertDescription::HandshakeFailure | AlertDescription::InternalError => {
            "the server ended the handshake: it has no certificate for this name, or no cipher in common"
        }
        AlertDescription::CertificateRequired
        | AlertDescription::BadCertificate
        | AlertDescription::AccessDenied => {
            "the server asks visitors for a client certificate, and the probe has none"
        }
        other => return format!("the server ended the handshake: {other:?}"),
    };
    words.to_owned()
}

fn kind_and_reason(error: &Error, chain: &[Vec<u8>]) -> (ErrorKind, String) {
    let Error::InvalidCertificate(error) = error else {
        return (ErrorKind::TlsProtocol, handshake_reason(error));
    };
    let (kind, reason) = match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            (ErrorKind::TlsExpired, "the certificate has expired")
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            (ErrorKind::TlsNotYetValid, "the certificate is not valid yet")
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            (ErrorKind::TlsWrongName, "the certificate is for other names")
        }
        _ if chain.first().is_some_and(|leaf| self_issued(leaf)) => {
            (ErrorKind::TlsSelfSigned, "the certificate is self-signed")
        }
        CertificateError::UnknownIssuer if chain.last().is_some_and(|last| self_issued(last)) => {
            (ErrorKind::TlsUnknownIssuer, "the chain ends in a root that is not trusted")
        }
        CertificateError::UnknownIssuer if chain.len() == 1 => (
            ErrorKind::TlsUnknownIssuer,
            "the server sent its certificate without the intermediate one, or its issuer is unknown",
        ),
        CertificateError::UnknownIssuer => {
            (ErrorKind::TlsUnknownIssuer, "the issuer of the certificate is unknown")
        }
        other => return (ErrorKind::TlsUnknownIssuer, format!("invalid certificate: {other}")),
    };
    (kind, reason.to_owned())
}

fn self_issued(der: &[u8]) -> bool {
    X509Certificate::from_der(der).is_ok_and(|(_, cert)| cert.subject() == cert.issuer())
}
