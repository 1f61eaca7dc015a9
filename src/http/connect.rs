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
