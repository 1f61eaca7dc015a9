//! One request and its answer on a connection of its own; every phase goes to the meter.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Empty};
use hyper::body::{Body as _, Bytes};
use hyper::header::{HeaderMap, HeaderValue};
use hyper::{Request, Response, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use reqwest::Url;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::AbortHandle;

use super::address::may_follow;
use super::failure::{ends_rudely, failure, of_hyper};
use super::meter::{Meter, Metered};
use super::plan::ProbePlan;
use super::raw::Raw;
use super::request::{self, Form};
use super::{connect, proxy, resolve, tls};
use crate::model::{ErrorKind, HitError, ProbePhase, TlsInfo};

/// Body bytes read at most.
pub(super) const MAX_BODY: usize = 1 << 20;
/// Header bytes and fields read at most.
const MAX_HEAD: usize = 64 << 10;
const MAX_FIELDS: usize = 200;
/// An endless stream is listened to for so long.
const STREAM: Duration = Duration::from_millis(500);

/// Everything learnt from one exchange; filled as it goes, so that a cut keeps what there is.
#[derive(Debug, Default)]
pub(super) struct Exchange {
    pub(super) address: Option<SocketAddr>,
    /// Remote address of the site itself; `None` behind a proxy.
    pub(super) site_ip: Option<IpAddr>,
    pub(super) proxy: Option<String>,
    pub(super) status: Option<u16>,
    pub(super) version: Option<&'static str>,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    pub(super) cut: bool,
    /// The body goes on behind the length that the headers announce.
    pub(super) longer: bool,
    pub(super) tls: Option<TlsInfo>,
}

/// Where a request comes from: the hop before it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Origin {
    /// It is a redirect's target.
    pub(super) redirected: bool,
    /// Address that sent the redirect, if it was reached directly.
    pub(super) ip: Option<IpAddr>,
}

/// What a request says beside its target.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Says<'a> {
    pub(super) authorization: Option<&'a HeaderValue>,
    pub(super) cookie: Option<&'a HeaderValue>,
}

/// Sends one GET. What was learnt is in `into` even when this fails or is dropped half-way.
pub(super) async fn exchange(
    url: &Url,
    plan: &ProbePlan,
    origin: Origin,
    says: Says<'_>,
    meter: &Arc<Meter>,
    into: &mut Exchange,
) -> Result<(), HitError> {
    let through = plan.proxy.for_url(url);
    let connect_to = through.as_ref().unwrap_or(url);
    let host = connect_to.host_str().unwrap_or_default().to_owned();
    let port = connect_to.port_or_known_default().unwrap_or(80);
    into.proxy = through.as_ref().map(proxy::shown);

    meter.enter(ProbePhase::Dns);
    let mut addresses = resolve::resolve(&host, port).await?;
    if origin.redirected {
        if through.is_none() {
            addresses.retain(|address| may_follow(origin.ip, address.ip()));
        }
        let literal = resolve::literal(url);
        let inside = literal.is_some_and(|ip| !may_follow(origin.ip, ip));
        if addresses.is_empty() || inside {
            return Err(failure(
                ProbePhase::Redirect,
                ErrorKind::RedirectRefused,
                format!("a redirect to the local network ({host}) is not followed"),
            ));
        }
    }

    meter.enter(ProbePhase::Connect);
    meter.reset_raw();
    let (mut stream, address) = connect::connect(&addresses).await?;
    into.address = Some(address);
    into.site_ip = through.is_none().then(|| address.ip());

    let proxy_auth = through.as_ref().and_then(request::basic);
    if url.scheme() == "https" {
        if through.is_some() {
            let target = request::authority(url);
            let auth = proxy_auth.as_ref().and_then(|value| value.to_str().ok());
            proxy::tunnel(&mut stream, &target, auth).await?;
        }
        let (stream, h2) = handshake(stream, url, plan, meter, into).await?;
        let form = if h2 { Form::Http2 } else { Form::Origin };
        let request = request::build(url, plan.marker.as_deref(), says, form)?;
        if h2 {
            send_h2(stream, request, meter, into).await
        } else {
            send_h1(stream, request, meter, into).await
        }
    } else {
        let form = match &through {
            Some(_) => Form::Proxy(proxy_auth.as_ref()),
            None => Form::Origin,
        };
        let request = request::build(url, plan.marker.as_deref(), says, form)?;
        send_h1(stream, request, meter, into).await
    }
}

async fn handshake(
    stream: TcpStream,
    url: &Url,
    plan: &ProbePlan,
    meter: &Meter,
    into: &mut Exchange,
) -> Result<(tokio_rustls::client::TlsStream<TcpStream>, bool), HitError> {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let name = ServerName::try_from(host)
        .map_err(|error| failure(ProbePhase::Tls, ErrorKind::Other, error.to_string()))?;
    let (config, seen) = tls::config(plan.insecure, &plan.extra_roots, &[b"h2", b"http/1.1"])?;
    meter.enter(ProbePhase::Tls);
    let shaken = tokio_rustls::TlsConnector::from(Arc::new(config)).connect(name, stream).await;
    into.tls = tls::info(&seen);
    let stream = shaken.map_err(|error| tls::handshake_failure(&error, &seen))?;
    let h2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    Ok((stream, h2))
}

/// Ends the connection's task when the exchange ends or is dropped.
struct Driver(AbortHandle);

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn send_h1<S>(
    stream: S,
    request: Request<Empty<Bytes>>,
    meter: &Arc<Meter>,
    into: &mut Exchange,
) -> Result<(), HitError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    meter.enter(ProbePhase::FirstByte);
    let io = TokioIo::new(Metered { inner: stream, meter: meter.clone() });
    let (mut sender, connection) = hyper::client::conn::http1::Builder::new()
        .max_headers(MAX_FIELDS)
        .max_buf_size(MAX_HEAD)
        // What browsers take, a site may send.
        .allow_spaces_after_header_name_in_responses(true)
        .allow_obsolete_multiline_headers_in_responses(true)
        .ignore_invalid_headers_in_responses(true)
        .handshake(io)
        .await
        .map_err(|error| of_hyper(&error, ProbePhase::FirstByte, false))?;
    let _driver = Driver(tokio::spawn(connection).abort_handle());
    meter.arm();
    let response = sender.send_request(request).await.map_err(|error| {
        // What did not begin as HTTP says more than what the library makes of it.
        meter.wire(Raw::stranger).map_or_else(
            || of_hyper(&error, ProbePhase::FirstByte, false),
            |who| failure(ProbePhase::FirstByte, ErrorKind::InvalidResponse, who),
        )
    })?;
    read(response, meter, into).await?;
    let said = into.headers.get("content-length").and_then(|value| value.to_str().ok());
    let said = said.and_then(|text| text.trim().parse::<u64>().ok());
    let chunked = into.headers.contains_key("transfer-encoding");
    into.longer = !into.cut
        && !chunked
        && said.zip(meter.wire(Raw::body)).is_some_and(|(said, came)| said > 0 && came > said);
    Ok(())
}

async fn send_h2<S>(
    stream: S,
    request: Request<Empty<Bytes>>,
    meter: &Arc<Meter>,
    into: &mut Exchange,
) -> Result<(), HitError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    meter.enter(ProbePhase::FirstByte);
    let io = TokioIo::new(Metered { inner: stream, meter: meter.clone() });
    let (mut sender, connection) = hyper::client::conn::http2::Builder::new(TokioExecutor::new())
        .max_header_list_size(MAX_HEAD as u32)
        .handshake(io)
        .await
        .map_err(|error| of_hyper(&error, ProbePhase::FirstByte, false))?;
    let _driver = Driver(tokio::spawn(connection).abort_handle());
    let response = sender
        .send_request(request)
        .await
        .map_err(|error| of_hyper(&error, ProbePhase::FirstByte, false))?;
    meter.enter(ProbePhase::Body);
    read(response, meter, into).await
}

/// Answers that are made to have no end.
pub(super) fn is_stream(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    ["text/event-stream", "multipart/x-mixed-replace"]
        .iter()
        .any(|stream| kind.eq_ignore_ascii_case(stream))
}

async fn read(
    response: Response<hyper::body::Incoming>,
    meter: &Meter,
    into: &mut Exchange,
) -> Result<(), HitError> {
    into.status = Some(response.status().as_u16());
    into.version = Some(match response.version() {
        Version::HTTP_10 => "1.0",
        Version::HTTP_2 => "2",
        _ => "1.1",
    });
    let (head, mut body) = response.into_parts();
    into.headers = head.headers;
    let framed = into.version == Some("2")
        || into.headers.contains_key("content-length")
        || into.headers.contains_key("transfer-encoding");
    let kind = into.headers.get("content-type").map(HeaderValue::as_bytes).unwrap_or_default();
    let stream = is_stream(&String::from_utf8_lossy(kind));
    loop {
        let next = if stream {
            match tokio::time::timeout(STREAM, body.frame()).await {
                Ok(next) if into.body.is_empty() => next,
                // Enough was seen: it works as long as somebody listens.
                _ => {
                    into.cut = true;
                    break;
                }
            }
        } else {
            body.frame().await
        };
        let Some(frame) = next else { break };
        let frame = match frame {
            // Without a length the end of the connection is the end of the body, polite or not.
            Err(error) if !framed && ends_rudely(&error) => break,
            other => other.map_err(|error| of_hyper(&error, ProbePhase::Body, true))?,
        };
        if let Some(data) = frame.data_ref() {
            let room = MAX_BODY - into.body.len();
            into.body.extend_from_slice(&data[..data.len().min(room)]);
            if data.len() > room || (data.len() == room && !body.is_end_stream()) {
                into.cut = true;
                break;
            }
        }
    }
    meter.stop();
    Ok(())
}
