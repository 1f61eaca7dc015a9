//! `diagnose [INPUT…]`: plan, checks, engine, report.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;

use super::args::{DiagnoseArgs, ProbeFlags};
use super::exit::Exit;
use super::failure::Failure;
use super::output;
use super::plan::{Plan, seconds};
use super::progress;
use crate::checks::probe_diff::ProbeDiff;
use crate::checks::{self, Context};
use crate::engine::{EngineOptions, conclude};
use crate::http::plan::{ProbePlan, ProbeProgress};
use crate::log::added::LogEnd;
use crate::model::{Facts, Report, Site, Skipped, Symptom, Verdict};
use crate::rules::Rules;

/// Time that a check other than the probe may take.
const DEADLINE: Duration = Duration::from_secs(30);
/// Seconds for the reload's ping where a platform states none.
const PING: u32 = 20;

/// Everything that one diagnosis needs; also the door for tests, demos and other programs.
#[derive(Clone)]
pub struct DiagnoseInput {
    pub site: Site,
    pub now: Timestamp,
    /// `now` was stated; otherwise the newest line of the logs is the reference time.
    pub now_given: bool,
    pub zone: Option<jiff::tz::TimeZone>,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    pub symptoms: Vec<Symptom>,
    /// The URL to probe and how, or why there is none.
    pub probe: Result<ProbePlan, String>,
    pub on_host: bool,
    /// Ends of the logs that were noted before something was done to the site; else the present ones.
    pub ends: Option<Vec<LogEnd>>,
    pub unusable: Vec<Skipped>,
    pub engine: EngineOptions,
}

/// Diagnoses one site.
#[must_use]
pub fn diagnose_site(
    input: DiagnoseInput,
    rules: &Arc<Rules>,
    progress: Arc<dyn ProbeProgress + Send + Sync>,
    cancel: Arc<AtomicBool>,
) -> Report {
    let mut probe = input.probe;
    if let Ok(plan) = &mut probe {
        plan.marker.get_or_insert_with(|| marker(&plan.url, input.now));
    }
    let diff = match input.ends {
        Some(ends) => ProbeDiff::from_ends(ends),
        None if probe.is_ok() => ProbeDiff::note(&input.site.logs),
        None => ProbeDiff::default(),
    };
    let context = Arc::new(Context {
        site: input.site,
        rules: Arc::clone(rules),
        now: input.now,
        now_given: input.now_given,
        zone: input.zone,
        since: input.since,
        until: input.until,
        probe,
        diff,
        symptoms: input.symptoms,
        progress,
        cancel,
        deadline: DEADLINE,
        look_at_machine: input.on_host,
    });
    let mut facts: Facts = checks::run(&context);
    facts.skipped.extend(input.unusable);
    let mut options = input.engine;
    // Logs reach support days later: without a probe the reference time is their newest line.
    let newest = facts.logs.iter().filter_map(|log| log.last).max();
    options.now = if input.now_given || facts.probe.is_some() {
        Some(context.now)
    } else {
        newest.or(Some(context.now))
    };
    let mut site = context.site.clone();
    checks::enrich(&mut site, &facts);
    conclude(facts, &site, &context.rules, &options)
}

/// Plans and diagnoses as the command line says, without printing: the door for tests.
///
/// # Errors
/// What the user typed cannot be carried out; the failure says the way out.
pub fn diagnose_args(
    args: &DiagnoseArgs,
    cancel: &Arc<AtomicBool>,
) -> Result<Vec<Report>, Failure> {
    let rules = rules(args.control.rules.as_deref())?;
    let plan = Plan::resolve(args, &rules)?;
    if args.output.verbose > 0 {
        let mut stderr = std::io::stderr().lock();
        for line in &plan.recognised {
            // Nobody reads it when standard error is closed.
            let _ = writeln!(stderr, "{line}");
        }
    }
    let several = plan.sites.len() > 1;
    let mut reports = Vec::new();
    for site in plan.sites.clone() {
        let mut flags = args.probe.clone();
        if several {
            flags.hits = 1;
        }
        let input = input(&plan, site, &flags, args, &rules);
        let progress = progress::display(args.output.no_progress || args.output.quiet > 0);
        reports.push(diagnose_site(input, &rules, progress, Arc::clone(cancel)));
        if cancel.load(Ordering::Relaxed) {
            break;
        }
    }
    Ok(reports)
}

/// Runs the sub-command.
pub(super) fn run(args: &DiagnoseArgs) -> anyhow::Result<Exit> {
    let cancel = Arc::new(AtomicBool::new(false));
    on_interrupt(&cancel);
    let reports = diagnose_args(args, &cancel)?;
    // Nothing could be read, and nothing was seen: the job could not be done.
    let nothing = reports.iter().all(|report| report.examined.is_empty());
    output::write(&reports, &args.output)?;
    if cancel.load(Ordering::Relaxed) {
        return Ok(Exit::Interrupted);
    }
    if nothing {
        return Ok(Exit::Failed);
    }
    Ok(output::exit(&reports, &args.control))
}

fn input(
    plan: &Plan,
    site: Site,
    flags: &ProbeFlags,
    args: &DiagnoseArgs,
    rules: &Rules,
) -> DiagnoseInput {
    let url = match (&plan.probe_url, plan.on_host) {
        (Ok(_), true) if plan.sites.len() > 1 => {
            site.url.clone().ok_or_else(|| "the site's URL is not known".to_owned())
        }
        (url, _) => url.clone(),
    };
    DiagnoseInput {
        probe: url.map(|url| probe_plan(url, &site, flags, rules)),
        site,
        now: plan.now,
        now_given: plan.now_given,
        zone: plan.zone.clone(),
        since: plan.since,
        until: plan.until,
        symptoms: plan.symptoms.clone(),
        on_host: plan.on_host,
        ends: None,
        unusable: plan.unusable.clone(),
        engine: EngineOptions {
            now: None,
            select: args.control.select.clone(),
            ignore: args.control.ignore.clone(),
        },
    }
}

/// What tells our requests from others in an access log; the same for the same run.
fn marker(url: &str, now: Timestamp) -> String {
    use sha2::Digest as _;
    let digest = sha2::Sha256::digest(format!("{url} {}", now.as_nanosecond()));
    digest.iter().take(4).fold("dg-".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}

/// The probe with the limits of the site's platform.
pub(super) fn probe_plan(url: String, site: &Site, flags: &ProbeFlags, rules: &Rules) -> ProbePlan {
    let limit = |get: fn(&crate::rules::platform::Limits) -> Option<u32>| {
        rules.platform_value(site.platform_id(), |profile| get(&profile.limits))
    };
    let timeout = flags
        .timeout
        .and_then(seconds)
        .unwrap_or_else(|| Duration::from_secs(u64::from(limit(|l| l.probe_s).unwrap_or(65))));
    let ping = limit(|l| l.ping_s).or_else(|| limit(|l| l.first_byte_s)).unwrap_or(PING);
    let mut plan = ProbePlan::new(url);
    plan.hits = flags.hits.max(1);
    plan.timeout = timeout;
    plan.limit = Duration::from_secs(u64::from(ping));
    plan.insecure = flags.insecure;
    plan.platform = site.platform_id().to_owned();
    plan.proxy = crate::http::plan::ProxySettings::from_env();
    if let Some(limit) = limit(|l| l.request_s) {
        plan.request_limit = Duration::from_secs(u64::from(limit));
    }
    // PythonAnywhere serves own domains only through a CNAME; others also take addresses.
    if site.platform_id() == "pythonanywhere" {
        plan.expected_cname =
            rules.platform("pythonanywhere").and_then(|profile| profile.domains.first().cloned());
    }
    plan
}

/// The embedded rules, or those and a folder's.
pub(super) fn rules(folder: Option<&Path>) -> Result<Arc<Rules>, Failure> {
    static EMBEDDED: std::sync::LazyLock<Arc<Rules>> =
        std::sync::LazyLock::new(|| Arc::new(Rules::load_embedded()));
    match folder {
        None => Ok(Arc::clone(&EMBEDDED)),
        Some(dir) => Rules::with_folder(dir).map(Arc::new).map_err(|errors| {
            let mut failure = Failure::new(format!("--rules {}: cannot be used", dir.display()));
            for error in errors.into_iter().take(10) {
                failure = failure.hint(error.to_string());
            }
            failure
        }),
    }
}

/// One interrupt asks for the report so far; the second ends the program.
pub(super) fn on_interrupt(cancel: &Arc<AtomicBool>) {
    let cancel = Arc::clone(cancel);
    // A second handler in one process (tests) is refused; the first one keeps working.
    let _ = ctrlc::set_handler(move || {
        if cancel.swap(true, Ordering::Relaxed) {
            terminate();
        }
    });
}

#[expect(clippy::exit, reason = "the second interrupt asks for an end at once")]
fn terminate() {
    std::process::exit(i32::from(Exit::Interrupted.code()));
}
