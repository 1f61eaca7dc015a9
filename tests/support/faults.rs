//! A server that misbehaves on purpose: loopback, threads, plain and TLS.
//!
//! Each connection is handed to a closure with its number (from 1) and the request's head; what
//! the closure writes is all that the client gets. Certificates are made on the fly.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses a part of it")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
    date_time_ymd,
};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// What a handler may do with a connection.
pub trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

/// Number of the connection, head of the request, the connection.
pub type Handler = dyn Fn(u32, &str, &mut dyn Stream) + Send + Sync;

/// Certificate chain and key, DER.
#[derive(Clone)]
pub struct Tls {
    pub chain: Vec<Vec<u8>>,
    pub key: Vec<u8>,
    /// The root that signed it.
    pub root: Vec<u8>,
}

/// A running server; stops when dropped.
pub struct Server {
    pub address: SocketAddr,
    scheme: &'static str,
    stop: Arc<AtomicBool>,
    count: Arc<AtomicU32>,
}

impl Server {
    /// Plain HTTP on 127.0.0.1.
    pub fn plain(handler: impl Fn(u32, &str, &mut dyn Stream) + Send + Sync + 'static) -> Self {
        Self::start("127.0.0.1:0", None, true, Arc::new(handler)).expect("loopback")
    }

    /// Plain HTTP on `::1`; `None` where the machine has no IPv6.
    pub fn plain_v6(
        handler: impl Fn(u32, &str, &mut dyn Stream) + Send + Sync + 'static,
    ) -> Option<Self> {
        Self::start("[::1]:0", None, true, Arc::new(handler))
    }

    /// HTTPS on 127.0.0.1.
    pub fn tls(
        tls: &Tls,
        handler: impl Fn(u32, &str, &mut dyn Stream) + Send + Sync + 'static,
    ) -> Self {
        Self::start("127.0.0.1:0", Some(tls), true, Arc::new(handler)).expect("loopback")
    }

    /// Plain TCP whose handler runs before anything of the request is read.
    pub fn raw(handler: impl Fn(u32, &str, &mut dyn Stream) + Send + Sync + 'static) -> Self {
        Self::start("127.0.0.1:0", None, false, Arc::new(handler)).expect("loopback")
    }

    fn start(bind: &str, tls: Option<&Tls>, read: bool, handler: Arc<Handler>) -> Option<Self> {
        let listener = TcpListener::bind(bind).ok()?;
        let address = listener.local_addr().expect("bound");
        let stop = Arc::new(AtomicBool::new(false));
        let count = Arc::new(AtomicU32::new(0));
        let config = tls.map(server_config);
        let server = Self {
            address,
            scheme: if config.is_some() { "https" } else { "http" },
            stop: stop.clone(),
            count: count.clone(),
        };
        thread::spawn(move || {
            for stream in listener.incoming() {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                let number = count.fetch_add(1, Ordering::Relaxed) + 1;
                let handler = handler.clone();
                let config = config.clone();
                thread::spawn(move || serve(stream, config, read, number, &*handler));
            }
        });
        Some(server)
    }

    /// Connections so far.
    pub fn connections(&self) -> u32 {
        self.count.load(Ordering::Relaxed)
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme, self.address)
    }

    /// With a name that resolves without a resolver.
    pub fn url_by_name(&self, path: &str) -> String {
        format!("{}://localhost:{}{path}", self.scheme, self.address.port())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect_timeout(&self.address, Duration::from_millis(200));
    }
}

fn serve(
    stream: TcpStream,
    config: Option<Arc<rustls::ServerConfig>>,
    read: bool,
    number: u32,
    handler: &Handler,
) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(10)));
    let _ = stream.set_write_timeout(Some(Duration::from_secs(10)));
    let _ = stream.set_nodelay(true);
    match config {
        None => {
            answer(stream, read, number, handler);
        }
        Some(config) => {
            let Ok(connection) = rustls::ServerConnection::new(config) else { return };
            let mut stream = rustls::StreamOwned::new(connection, stream);
            let head = answer(&mut stream, read, number, handler);
            // A path that says so ends without a goodbye.
            if !head.starts_with("GET /rude") {
                stream.conn.send_close_notify();
                let _ = stream.flush();
            }
        }
    }
}

fn answer(mut stream: impl Read + Write, read: bool, number: u32, handler: &Handler) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while read && !head.ends_with(b"\r\n\r\n") && head.len() < 65536 {
        match stream.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            _ => return String::new(),
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    handler(number, &head, &mut stream);
    let _ = stream.flush();
    head
}

/// A whole answer with its length.
pub fn response(status: u16, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
    let mut out = format!("HTTP/1.1 {status} Status\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        out.push_str(name);
        out.push_str(": ");
        out.push_str(value);
        out.push_str("\r\n");
    }
    out.push_str("\r\n");
    out.push_str(body);
    out.into_bytes()
}

/// A handler that always writes the same.
pub fn always(bytes: Vec<u8>) -> impl Fn(u32, &str, &mut dyn Stream) + Send + Sync {
    move |_, _, stream| {
        let _ = stream.write_all(&bytes);
    }
}

fn server_config(tls: &Tls) -> Arc<rustls::ServerConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let chain = tls.chain.iter().map(|der| der.clone().into()).collect();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(tls.key.clone()));
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("certificate");
    Arc::new(config)
}

/// Which fault the certificate has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certificate {
    Good,
    Expired,
    NotYetValid,
    WrongName,
    SelfSigned,
    /// The intermediate certificate is missing.
    Incomplete,
    /// Good, and ends within days.
    EndsSoon,
}

/// A root, where needed an intermediate, and a certificate for 127.0.0.1 and localhost.
pub fn certificate(kind: Certificate) -> Tls {
    let names = match kind {
        Certificate::WrongName => vec!["other.example".to_owned()],
        _ => vec!["127.0.0.1".to_owned(), "localhost".to_owned()],
    };
    let mut leaf = CertificateParams::new(names).expect("names");
    leaf.distinguished_name = named("leaf");
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC);
    match kind {
        Certificate::Expired => {
            leaf.not_before = date_time_ymd(2020, 1, 1);
            leaf.not_after = date_time_ymd(2021, 1, 1);
        }
        Certificate::NotYetValid => {
            leaf.not_before = date_time_ymd(2090, 1, 1);
            leaf.not_after = date_time_ymd(2091, 1, 1);
        }
        Certificate::EndsSoon => {
            let end = today.saturating_add(jiff::Span::new().days(6));
            leaf.not_after =
                date_time_ymd(i32::from(end.year()), end.month() as u8, end.day() as u8);
        }
        _ => {}
    }
    let key = KeyPair::generate().expect("key");
    if kind == Certificate::SelfSigned {
        let der = leaf.self_signed(&key).expect("certificate").der().to_vec();
        return Tls { chain: vec![der.clone()], key: key.serialize_der(), root: Vec::new() };
    }
    let (root, root_der) = authority("root", None);
    if kind == Certificate::Incomplete {
        let (middle, _) = authority("middle", Some(&root));
        let der = leaf.signed_by(&key, &middle).expect("certificate").der().to_vec();
        return Tls { chain: vec![der], key: key.serialize_der(), root: root_der };
    }
    let der = leaf.signed_by(&key, &root).expect("certificate").der().to_vec();
    Tls { chain: vec![der], key: key.serialize_der(), root: root_der }
}

fn named(name: &str) -> DistinguishedName {
    let mut all = DistinguishedName::new();
    all.push(DnType::CommonName, name);
    all
}

fn authority(name: &str, by: Option<&Issuer<'_, KeyPair>>) -> (Issuer<'static, KeyPair>, Vec<u8>) {
    let mut params = CertificateParams::new(Vec::<String>::new()).expect("names");
    params.distinguished_name = named(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("key");
    let signed = match by {
        Some(issuer) => params.signed_by(&key, issuer),
        None => params.self_signed(&key),
    };
    let der = signed.expect("certificate").der().to_vec();
    (Issuer::new(params, key), der)
}
