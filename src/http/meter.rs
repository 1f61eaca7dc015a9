//! Measures the phases of one hit, also when it is cut off in the middle of one.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::raw::Raw;
use crate::model::{PhasesMs, ProbePhase};

/// Bytes read from one connection at most: the body's bound, headers and framing.
pub(super) const MAX_RAW: u64 = (1 << 20) + (256 << 10);

/// Stop watch of one hit; phases of several hops are summed.
#[derive(Debug)]
pub(super) struct Meter {
    start: Instant,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    phase: ProbePhase,
    since: Instant,
    running: bool,
    sums: [Option<Duration>; 5],
    /// Plain HTTP/1 reads: the next bytes are the answer's first.
    armed: bool,
    raw: u64,
    /// What the current connection sent.
    wire: Raw,
}

impl Meter {
    pub(super) fn new() -> Self {
        let start = Instant::now();
        Self {
            start,
            state: Mutex::new(State {
                phase: ProbePhase::Dns,
                since: start,
                running: false,
                sums: [None; 5],
                armed: false,
                raw: 0,
                wire: Raw::default(),
            }),
        }
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Ends the phase that runs and begins another.
    pub(super) fn enter(&self, phase: ProbePhase) {
        let now = Instant::now();
        self.with(|state| {
            state.close(now);
            state.phase = phase;
            state.since = now;
            state.running = true;
            state.armed = false;
        });
    }

    /// Ends the phase that runs.
    pub(super) fn stop(&self) {
        let now = Instant::now();
        self.with(|state| state.close(now));
    }

    /// The next byte read ends the wait for the first byte.
    pub(super) fn arm(&self) {
        self.with(|state| state.armed = true);
    }

    pub(super) fn phase(&self) -> ProbePhase {
        self.with(|state| state.phase)
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// Adds a phase that was measured elsewhere (several connections are tried side by side).
    pub(super) fn phases_ms(&self) -> PhasesMs {
        let total = self.elapsed();
        self.with(|state| {
            let get = |phase| state.sums[index(phase)].map(ms);
            PhasesMs {
                dns: get(ProbePhase::Dns),
                connect: get(ProbePhase::Connect),
                tls: get(ProbePhase::Tls),
                first_byte: get(ProbePhase::FirstByte),
                body: get(ProbePhase::Body),
                total: Some(ms(total)),
            }
        })
    }

    /// Counts bytes; `false` when the bound is passed.
    fn read(&self, bytes: &[u8]) -> bool {
        let (first, within) = self.with(|state| {
            state.raw += bytes.len() as u64;
            state.wire.feed(bytes);
            let first = state.armed && !bytes.is_empty() && state.phase == ProbePhase::FirstByte;
            (first, state.raw <= MAX_RAW)
        });
        if first {
            self.enter(ProbePhase::Body);
        }
        within
    }

    /// A new connection has its own bound.
    pub(super) fn reset_raw(&self) {
        self.with(|state| {
            state.raw = 0;
            state.wire = Raw::default();
        });
    }

    /// Looks at what the current connection sent.
    pub(super) fn wire<T>(&self, look: impl FnOnce(&Raw) -> T) -> T {
        self.with(|state| look(&state.wire))
    }
}

impl State {
    fn close(&mut self, now: Instant) {
        if self.running {
            let spent = now.saturating_duration_since(self.since);
            *self.sums[index(self.phase)].get_or_insert(Duration::ZERO) += spent;
            self.running = false;
        }
    }
}

fn index(phase: ProbePhase) -> usize {
    match phase {
        ProbePhase::Dns | ProbePhase::Redirect => 0,
        ProbePhase::Connect => 1,
        ProbePhase::Tls => 2,
        ProbePhase::FirstByte => 3,
        ProbePhase::Body => 4,
    }
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// The stream under HTTP: notes the first byte and bounds what is read.
pub(super) struct Metered<S> {
    pub(super) inner: S,
    pub(super) meter: Arc<Meter>,
}

impl<S: AsyncRead + Unpin> AsyncRead for Metered<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.inner).poll_read(cx, buf);
        if matches!(polled, Poll::Ready(Ok(()))) && !self.meter.read(&buf.filled()[before..]) {
            return Poll::Ready(Err(io::Error::other(TOO_MUCH)));
        }
        polled
    }
}

/// Text of the error when a connection sent more than the bound.
pub(super) const TOO_MUCH: &str = "more bytes than the probe reads";

impl<S: AsyncWrite + Unpin> AsyncWrite for Metered<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
