//! TCP connections: addresses are tried one after the other, the next one beside a slow one.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::failure::{failure, of_io};
use crate::model::{ErrorKind, HitError, ProbePhase};

/// Head start of each address over the next (RFC 8305 names 250 ms).
const HEAD_START: Duration = Duration::from_millis(250);

/// The first connection that stands, or the most telling error. Bounded by the caller's deadline.
pub(super) async fn connect(addresses: &[SocketAddr]) -> Result<(TcpStream, SocketAddr), HitError> {
    let mut tries = JoinSet::new();
    let mut waiting = addresses.iter().copied();
    let mut worst: Option<HitError> = None;
    loop {
        if let Some(address) = waiting.next() {
            tries.spawn(async move { (address, TcpStream::connect(address).await) });
        } else if tries.is_empty() {
            return Err(worst
                .unwrap_or_else(|| failure(ProbePhase::Connect, ErrorKind::Other, "no address")));
        }
        let more = waiting.len() > 0;
        let done = if more {
            tokio::time::timeout(HEAD_START, tries.join_next()).await.ok().flatten()
        } else {
            tries.join_next().await
        };
        match done {
            Some(Ok((address, Ok(stream)))) => {
                // Nagle's wait would be counted as the site's.
                let _ = stream.set_nodelay(true);
                return Ok((stream, address));
            }
            Some(Ok((address, Err(error)))) => {
                let mut new = of_io(ProbePhase::Connect, &error);
                new.detail = format!("{address}: {}", new.detail);
                if worst.as_ref().is_none_or(|old| telling(new.kind) > telling(old.kind)) {
                    worst = Some(new);
                }
            }
            Some(Err(_)) | None => {}
        }
    }
}

/// "Refused" by one address says more than "no route" to another family.
fn telling(kind: ErrorKind) -> u8 {
    match kind {
        ErrorKind::Refused => 4,
        ErrorKind::Reset => 3,
        ErrorKind::Timeout => 2,
        ErrorKind::Unreachable => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream as Std};

    use super::*;

    /// An address where connections are neither accepted nor refused; full while it is held.
    struct Hole {
        address: SocketAddr,
        _listener: tokio::net::TcpListener,
        _waiting: Vec<Std>,
    }

    /// Needs a runtime around it.
    fn hole(bind: &str) -> Option<Hole> {
        let bind: SocketAddr = bind.parse().ok()?;
        let socket = if bind.is_ipv6() {
            tokio::net::TcpSocket::new_v6()
        } else {
            tokio::net::TcpSocket::new_v4()
        };
        let socket = socket.ok()?;
        socket.bind(bind).ok()?;
        let listener = socket.listen(1).ok()?;
        let address = listener.local_addr().ok()?;
        let fill = || Std::connect_timeout(&address, Duration::from_millis(50)).ok();
        let waiting = (0..8).filter_map(|_| fill()).collect();
        Some(Hole { address, _listener: listener, _waiting: waiting })
    }

    fn run<T>(work: impl Future<Output = T>) -> T {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_all().build().expect("runtime").block_on(work)
    }

    /// A server of the other family, and a closed port.
    fn good_and_closed() -> (TcpListener, SocketAddr, SocketAddr) {
        let good = TcpListener::bind("127.0.0.1:0").expect("loopback");
        let closed = TcpListener::bind("127.0.0.1:0").expect("loopback");
        let (at, gone) = (good.local_addr().expect("bound"), closed.local_addr().expect("bound"));
        (good, at, gone)
    }

    #[test]
    fn the_next_address_is_tried_beside_one_that_is_silent() {
        run(async {
            let (_good, at, closed) = good_and_closed();
            for bind in ["[::1]:0", "127.0.0.1:0"] {
                // Not every machine has IPv6.
                let Some(hole) = hole(bind) else { continue };
                let (_, reached) = connect(&[hole.address, at]).await.expect("the second");
                assert_eq!(reached, at, "{bind}");
                let (_, reached) = connect(&[hole.address, closed, at]).await.expect("the third");
                assert_eq!(reached, at, "{bind}");
            }
        });
    }

    #[test]
    fn a_refusal_is_followed_at_once() {
        run(async {
            let (_good, at, closed) = good_and_closed();
            let six = SocketAddr::new(std::net::Ipv6Addr::LOCALHOST.into(), closed.port());
            let (_, reached) = connect(&[six, closed, at]).await.expect("the third");
            assert_eq!(reached, at);
            let error = connect(&[six, closed]).await.expect_err("nobody listens");
            assert_eq!(error.kind, ErrorKind::Refused);
            let error = connect(&[]).await.expect_err("no address");
            assert_eq!(error.kind, ErrorKind::Other);
        });
    }
}
