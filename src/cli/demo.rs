//! `diagnose demo`: broken sites that the binary carries, diagnosed live.
//!
//! A scenario is a folder of `demo/`: `demo.toml`, and `root/` with the files and logs of a site
//! as a server really left them. A server on loopback answers as that site did.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;

use super::args::{DemoArgs, ProbeFlags};
use super::diagnose::{DiagnoseInput, diagnose_site, probe_plan, rules};
use super::exit::Exit;
use super::failure::Failure;
use super::{output, progress};
use crate::engine::EngineOptions;
use crate::model::{PlatformId, Verdict};

static FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/demo.rs"));

/// `demo.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    title: String,
    platform: String,
    now: Option<String>,
    /// Slug that must come first; absent: the site is healthy.
    expect: Option<String>,
    /// Limit that the first hit is held against, where the real one would take too long to show.
    limit_ms: Option<u64>,
    /// Answers in order; the last one is repeated.
    #[serde(rename = "answer")]
    answers: Vec<Answer>,
}

/// One answer of the server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    status: u16,
    #[serde(default)]
    delay_ms: u64,
    #[serde(default)]
    body: String,
}

/// Lists or runs.
pub(super) fn run(args: &DemoArgs) -> anyhow::Result<Exit> {
    output::check(&args.output)?;
    let all = scenarios()?;
    if args.list {
        let mut stdout = std::io::stdout().lock();
        for (name, scenario) in &all {
            writeln!(stdout, "{name:<22} {}", scenario.title)?;
        }
        return Ok(Exit::Clean);
    }
    let name = args.scenario.as_deref().unwrap_or("own-server");
    let Some(scenario) = all.get(name) else {
        let names: Vec<&str> = all.keys().copied().collect();
        return Err(Failure::new(format!("demo {name}: no such scenario"))
            .hint(format!("one of {}", names.join(", ")))
            .into());
    };
    let folder = tempfile::tempdir()?;
    unpack(name, folder.path())?;
    let server = Server::start(scenario.answers.clone())?;
    let rules = rules(None)?;
    let mut found = crate::site::discover(folder.path(), None, &rules);
    let mut site =
        if found.sites.is_empty() { crate::model::Site::default() } else { found.sites.remove(0) };
    site.root = Some(folder.path().to_owned());
    site.platform = Some(PlatformId(scenario.platform.clone()));
    let url = format!("http://{}/", server.address);
    let now = match &scenario.now {
        Some(text) => text.parse()?,
        None => Timestamp::now(),
    };
    let flags = ProbeFlags::default();
    let mut plan = probe_plan(url, &site, &flags, &rules);
    plan.proxy = crate::http::plan::ProxySettings::default();
    if let Some(limit) = scenario.limit_ms {
        // The show is shorter than life: so is what it is held against.
        plan.limit = Duration::from_millis(limit);
        plan.limits.clear();
    }
    let input = DiagnoseInput {
        site,
        now,
        now_given: true,
        zone: None,
        since: None,
        until: None,
        symptoms: Vec::new(),
        probe: Ok(plan),
        on_host: false,
        before: super::account::Before::default(),
        unusable: Vec::new(),
        engine: EngineOptions::default(),
    };
    let shown = progress::display(args.output.no_progress || args.output.quiet > 0);
    let report = diagnose_site(input, &rules, shown, Arc::new(AtomicBool::new(false)));
    let right = match &scenario.expect {
        Some(slug) => report.findings.first().and_then(|first| first.cause.as_ref()) == Some(slug),
        None => report.verdict == Verdict::Healthy,
    };
    output::write(&[report], &args.output)?;
    Ok(if right { Exit::Clean } else { Exit::Findings })
}

fn scenarios() -> Result<BTreeMap<&'static str, Scenario>, Failure> {
    let mut all = BTreeMap::new();
    for (path, bytes) in FILES {
        let Some(name) = path.strip_suffix("/demo.toml") else { continue };
        let text = String::from_utf8_lossy(bytes);
        let scenario =
            toml::from_str(&text).map_err(|error| Failure::new(format!("demo {name}: {error}")))?;
        all.insert(name, scenario);
    }
    Ok(all)
}

/// Writes the files of a scenario below `folder`.
fn unpack(name: &str, folder: &Path) -> std::io::Result<()> {
    let head = format!("{name}/root/");
    for (path, bytes) in FILES {
        let Some(rest) = path.strip_prefix(head.as_str()) else { continue };
        let target = folder.join(rest);
        if let Some(parent) = target.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(target, bytes)?;
    }
    Ok(())
}

/// The misbehaving server; ends with the program.
struct Server {
    address: std::net::SocketAddr,
}

impl Server {
    fn start(answers: Vec<Answer>) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let served = Arc::new(AtomicUsize::new(0));
        std::thread::Builder::new().name("demo-server".into()).spawn(move || {
            for stream in listener.incoming().flatten() {
                let at = served.fetch_add(1, Ordering::Relaxed);
                let Some(answer) = answers.get(at).or(answers.last()).cloned() else { return };
                let _ = answer_one(stream, &answer);
            }
        })?;
        Ok(Self { address })
    }
}

fn answer_one(mut stream: TcpStream, answer: &Answer) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let mut seen = Vec::new();
    let mut buffer = [0u8; 1024];
    while !seen.windows(4).any(|four| four == b"\r\n\r\n") && seen.len() < 16 * 1024 {
        let read = stream.read(&mut buffer)?;
        if read == 0 {
            return Ok(());
        }
        seen.extend_from_slice(&buffer[..read]);
    }
    std::thread::sleep(Duration::from_millis(answer.delay_ms));
    write!(
        stream,
        "HTTP/1.1 {} {}\r\nServer: demo\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
        answer.status,
        reason(answer.status),
        answer.body.len(),
        answer.body
    )
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        404 => "Not Found",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Answer",
    }
}
