//! Platform profiles, `rules/platforms/*.toml`: limits, places, links. Numbers carry their source there.

use std::collections::BTreeMap;

use serde::Deserialize;

/// What is known of one hosting platform or server set-up.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Platform {
    /// File name without ending, e.g. `pythonanywhere`.
    pub id: String,
    /// For people: `PythonAnywhere`.
    pub name: String,
    /// Profile whose values are used where this one has none; its steps too, within one family.
    pub like: Option<String>,
    /// The kind of host, which steps may name: `container` for platforms that run a start command in
    /// containers.
    pub family: Option<String>,
    /// Its words and commands, for texts that several platforms share: `{instance}`, `{cli-set}`.
    #[serde(default)]
    pub words: BTreeMap<String, String>,
    /// Endings of domains that are this platform's.
    #[serde(default)]
    pub domains: Vec<String>,
    #[serde(default)]
    pub limits: Limits,
    #[serde(default)]
    pub places: Places,
    #[serde(default)]
    pub support: Support,
    /// Statuses → causes that can show it there; FACTS.md's table.
    #[serde(default)]
    pub symptoms: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub restart: Option<RestartPolicy>,
    /// What still runs after a start that failed.
    #[serde(default)]
    pub after: After,
    /// Link templates by name: `web-tab`, `error-log`, `editor`; `{user}` and `{domain}` are filled.
    #[serde(default)]
    pub links: BTreeMap<String, String>,
    /// What the platform forbids or lacks: `threads`, `own-server`, …
    #[serde(default)]
    pub forbids: Vec<String>,
    /// Zone of stamps that carry none, e.g. `UTC`.
    pub clock: Option<String>,
    /// Name of the callable that the server wants, where the WSGI file is fixed.
    pub callable: Option<String>,
    /// Where the numbers come from.
    #[serde(default)]
    pub sources: Vec<String>,
}

/// Time and memory limits.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Seconds that the reload's ping (or boot) may take.
    pub ping_s: Option<u32>,
    /// Seconds until a container must listen.
    pub boot_s: Option<u32>,
    /// Seconds until a request is killed or cut.
    pub request_s: Option<u32>,
    /// Seconds until the first byte at the router.
    pub first_byte_s: Option<u32>,
    /// Seconds that the probe waits by default.
    pub probe_s: Option<u32>,
    /// Bytes of memory a process may use.
    pub memory: Option<u64>,
    /// Bytes of disk on the smallest plan.
    pub disk: Option<u64>,
    /// Requests queued per container.
    pub queue: Option<u32>,
    /// Minutes a deployment hook may take.
    pub hook_min: Option<u32>,
    /// Restarts tried after a boot timeout.
    pub boot_attempts: Option<u32>,
}

/// Sentences on what still runs, by what the start was for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct After {
    /// A deployment, where an earlier version is known to have run.
    pub deployment: Option<String>,
    /// A deployment that may have been the first.
    pub maybe_first: Option<String>,
    /// A restart or more containers, after a boot timeout; takes `{attempt}` and `{attempts}`.
    pub restart: Option<String>,
}

/// Where things stand on the platform's machines.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Places {
    /// Glob of WSGI files, e.g. `/var/www/*_wsgi.py`.
    pub wsgi: Option<String>,
    pub error_log: Option<String>,
    pub server_log: Option<String>,
    pub access_log: Option<String>,
    pub virtualenvs: Option<String>,
    pub home: Option<String>,
    /// Files or environment variables whose presence tells the platform.
    #[serde(default)]
    pub marks: Vec<String>,
}

/// Where to ask, and what to send.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Support {
    /// A sentence naming the channel.
    #[serde(default)]
    pub channel: String,
    #[serde(default)]
    pub attach: Vec<String>,
}

/// The restart policy's parameters.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RestartPolicy {
    /// Minutes a restart must survive to reset the counter.
    pub warmup_min: u32,
    /// Minutes per step of the wait.
    pub step_min: u32,
    /// Counter at which the wait is still zero.
    pub free: u32,
    /// Counter at which the platform gives up; absent: never.
    pub give_up: Option<u32>,
    /// Counters at which a mail is sent.
    #[serde(default)]
    pub mails: Vec<u32>,
    /// Longest wait, in minutes.
    pub longest_min: Option<u32>,
    /// The platform waits after crashes in a row but publishes no numbers: after `free` crashes
    /// the time of the next restart is not known.
    #[serde(default)]
    pub unpublished: bool,
    pub source: String,
}
