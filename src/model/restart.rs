//! Where a container stands in its platform's restart policy.

use jiff::Timestamp;

/// One container's place in the restart policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerState {
    pub container: String,
    /// Crashes counted by the policy.
    pub counter: u32,
    pub state: RestartState,
    pub warmup_until: Option<Timestamp>,
    pub next_restart: Option<Timestamp>,
    /// When the platform will give up if every start dies at once.
    pub gives_up_at: Option<Timestamp>,
    /// Counter values at which warning mails were sent.
    pub mails_sent: Vec<u32>,
    /// Worked out from start lines instead of read from events.
    pub inferred: bool,
    /// Every crash in order.
    pub crashes: Vec<Timestamp>,
    /// Minutes that the platform waited before each restart of this row of crashes so far.
    pub waits: Vec<u32>,
    /// Counter at which the platform gives up.
    pub limit: Option<u32>,
    /// What the container wrote last before each crash of this row, where it was the same each time.
    pub last_line: Option<String>,
}

/// The states of the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestartState {
    /// Running, counter at 0.
    Running,
    /// Running, inside the warm-up.
    WarmUp,
    /// Crashed, the next restart is awaited.
    Waiting,
    /// The platform gave up.
    GivenUp,
    /// Stopped on purpose.
    Stopped,
}
