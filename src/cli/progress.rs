//! Progress on standard error while the probe waits; only on a terminal.

use std::io::IsTerminal;
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::http::plan::{ProbeProgress, Progress};
use crate::model::{ProbePhase, seconds};

/// A spinner, or nothing.
pub(super) fn display(off: bool) -> Arc<dyn ProbeProgress + Send + Sync> {
    if off || !std::io::stderr().is_terminal() {
        return Arc::new(());
    }
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(120));
    bar.set_message("reading logs and code");
    Arc::new(Spinner(bar))
}

struct Spinner(ProgressBar);

impl ProbeProgress for Spinner {
    fn update(&self, progress: &Progress) {
        self.0.set_message(format!(
            "request {} of {}: {}, {:.0} s ({} {})",
            progress.hit,
            progress.hits,
            if progress.waiting { "waiting for the reload" } else { phase(progress.phase) },
            progress.elapsed.as_secs_f64(),
            if progress.waiting { "of" } else { "limit" },
            seconds(progress.limit.as_millis() as u64)
        ));
    }
}

fn phase(phase: ProbePhase) -> &'static str {
    match phase {
        ProbePhase::Dns => "looking up the name",
        ProbePhase::Connect => "connecting",
        ProbePhase::Tls => "TLS handshake",
        ProbePhase::FirstByte => "waiting for the first byte",
        ProbePhase::Body => "reading the answer",
        ProbePhase::Redirect => "following a redirect",
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
