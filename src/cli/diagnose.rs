//! `diagnose [INPUT…]`: plan, checks, engine, report.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;

use super::account::{self, Before};
use super::args::{DiagnoseArgs, FormatArg, ProbeFlags};
use super::exit::Exit;
use super::failure::Failure;
use super::plan::{EXAMPLE_URL, Plan, seconds};
use super::progress;
use super::remote::{self, Remote};
use super::watch;
use super::{bundle, output, verify};
use crate::checks::probe_diff::ProbeDiff;
use crate::checks::{self, Context};
use crate::engine::{EngineOptions, conclude};
use crate::http::plan::{ProbePlan, ProbeProgress};
use crate::model::{Facts, ProbeReport, ProbeVerdict, Report, Site, Skipped, Symptom};
use crate::rules::Rules;
use crate::rules::page::Pages;

/// Requests of one probe, where nobody says otherwise.
const HITS: u32 = 3;
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
    /// What was done to the site before, such as a reload.
    pub before: Before,
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
        // The report needs them; the site's answer is waited for in any case. Without a thread they
        // are compiled when they are needed.
        let _ = std::thread::Builder::new().spawn(crate::redact::warm);
    }
    let diff = match input.before.ends.clone() {
        Some(ends) if probe.is_ok() => ProbeDiff::from_ends(ends),
        _ if probe.is_ok() => ProbeDiff::note(&input.site.logs),
        _ => ProbeDiff::default(),
    }
    .refreshed_by(input.before.refresh.clone());
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
    let mut notes = Vec::new();
    let works = facts.probe.as_ref().is_some_and(|probe| answers(probe.verdict));
    let reached =
        works || facts.probe.as_ref().is_some_and(|probe| shows_platform(probe, &context));
    let before = input.before.told(works, reached, &mut notes);
    facts.probe.iter_mut().for_each(|probe| probe.notes.append(&mut notes));
    facts.merge(before);
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

/// The platform's own error page of a web app came: the domain leads there.
fn shows_platform(probe: &ProbeReport, context: &Context) -> bool {
    probe.hits.iter().filter_map(|hit| hit.page.as_deref()).any(|page| {
        Pages::embedded().get(page).is_some_and(|page| {
            page.text.platform.as_deref() == Some(context.site.platform_id())
                && !page.text.causes.iter().any(|cause| cause == "dns-misconfigured")
        })
    })
}

/// The site works, be it slowly.
pub(super) fn answers(verdict: ProbeVerdict) -> bool {
    matches!(verdict, ProbeVerdict::Ok | ProbeVerdict::SlowFirst | ProbeVerdict::Slow)
}

/// Plans and diagnoses as the command line says, without printing: the door for tests.
///
/// # Errors
/// What the user typed cannot be carried out; the failure says the way out.
pub fn diagnose_args(
    args: &DiagnoseArgs,
    cancel: &Arc<AtomicBool>,
) -> Result<Vec<Report>, Failure> {
    Ok(Prepared::new(args, cancel)?.diagnose(args, cancel))
}

/// `--select` and `--ignore` name what exists, here or in the folder of `--rules`.
fn check_names(control: &super::args::ControlArgs) -> Result<(), Failure> {
    if let Some(name) = control.select.iter().find(|name| control.ignore.contains(name)) {
        return Err(Failure::new(format!("{name} is both selected and ignored"))
            .hint("name it in --select or in --ignore"));
    }
    for (flag, names) in [("--select", &control.select), ("--ignore", &control.ignore)] {
        let unknown = crate::python::suppress::unknown(names);
        if unknown.is_empty() {
            continue;
        }
        let rules = rules(control.rules.as_deref())?;
        if let Some(name) = unknown
            .iter()
            .find(|name| rules.cause(name).is_none() && !crate::procfile::selectable(name))
        {
            return Err(Failure::new(format!("{flag} {name}: no lint or cause of that name"))
                .hint("diagnose rules lists all"));
        }
    }
    Ok(())
}

/// Where the configuration is looked for: the folder that is diagnosed, else the current one.
fn config_start(args: &DiagnoseArgs) -> &Path {
    let folders = args.inputs.iter().map(Path::new).chain(args.files.project.as_deref());
    folders.into_iter().find(|path| path.is_dir()).unwrap_or(Path::new("."))
}

/// Runs the sub-command.
pub(super) fn run(args: &DiagnoseArgs) -> anyhow::Result<Exit> {
    // Whatever was typed wrong is said before anything is read, sent or printed.
    output::check(&args.output)?;
    let mut args = args.clone();
    super::config::load(&args.control, config_start(&args))
        .map_err(|failure| failure.hint("--no-config goes on without it"))?
        .fill_diagnosis(&mut args);
    let args = &args;
    check_names(&args.control)?;
    if let Some(path) = &args.keep.bundle {
        bundle::check(path)?;
    }
    if args.files.user.is_some() && !args.files.remote && !args.live.reload {
        return Err(Failure::new("--user: only --remote and --reload ask for an account")
            .hint("leave it out, or add one of the two")
            .into());
    }
    let earlier = args.keep.verify.as_deref().map(verify::read).transpose()?;
    let cancel = Arc::new(AtomicBool::new(false));
    on_interrupt(&cancel);
    let prepared = match Prepared::new(args, &cancel) {
        // Nothing was there yet that a report could show.
        Err(_) if cancel.load(Ordering::Relaxed) => return Ok(Exit::Interrupted),
        prepared => prepared?,
    };
    if let Some(minutes) = args.live.watch {
        return watch::watch(&prepared, args, minutes, &cancel);
    }
    if args.live.follow {
        return watch::follow(&prepared, args, &cancel);
    }
    let reports = prepared.diagnose(args, &cancel);
    // Nothing could be read, and nothing was seen: the job could not be done.
    let nothing =
        reports.iter().all(|report| report.examined.is_empty() && report.findings.is_empty());
    let named: Vec<Report> = reports.iter().map(|r| prepared.plan.named(r.clone())).collect();
    output::write(&named, &args.output)?;
    if let Some(path) = &args.keep.bundle {
        bundle::write(path, &reports, &args.output)?;
    }
    let text = matches!(args.output.format, None | Some(FormatArg::Text)) && args.output.quiet < 2;
    let verified = earlier.map(|earlier| verify::write(&earlier, &reports, text)).transpose()?;
    if cancel.load(Ordering::Relaxed) {
        return Ok(Exit::Interrupted);
    }
    if nothing || prepared.reload_failed() {
        return Ok(Exit::Failed);
    }
    if let Some(exit) = verified.filter(|_| !args.control.exit_zero) {
        return Ok(exit);
    }
    Ok(output::exit(&reports, &args.control))
}

/// What was typed, resolved and, where asked for, fetched or reloaded.
pub(super) struct Prepared {
    pub(super) plan: Plan,
    pub(super) rules: Arc<Rules>,
    pub(super) engine: EngineOptions,
    before: Before,
    /// Keeps the fetched files.
    _remote: Option<Arc<Remote>>,
}

impl Prepared {
    fn new(args: &DiagnoseArgs, cancel: &Arc<AtomicBool>) -> Result<Self, Failure> {
        let rules = rules(args.control.rules.as_deref())?;
        let remote = args
            .files
            .remote
            .then(|| remote::fetch(args, &rules, cancel))
            .transpose()?
            .map(Arc::new);
        let plan = match &remote {
            Some(remote) => {
                let mut plan = Plan::resolve(&remote.args(args), &rules, cancel)?;
                remote.complete(&mut plan);
                plan
            }
            None => Plan::resolve(args, &rules, cancel)?,
        };
        if args.output.verbose > 0 {
            let mut stderr = std::io::stderr().lock();
            for line in &plan.recognised {
                // Nobody reads it when standard error is closed.
                let _ = writeln!(stderr, "{line}");
            }
        }
        let refresh = remote.as_ref().map(Remote::refresher);
        let mut before = match plan.sites.as_slice() {
            _ if !args.live.reload => Before { refresh, ..Before::default() },
            [site] => account::reload(site, args.files.user.as_deref(), &rules, refresh, cancel)?,
            several => {
                let names: Vec<&str> =
                    several.iter().filter_map(|site| site.domain.as_deref()).collect();
                return Err(Failure::new("--reload: which site?")
                    .hint(format!("name one of {}", names.join(", "))));
            }
        };
        if let Some(remote) = &remote {
            before.facts.merge(remote.facts(plan.now, &rules));
        }
        let engine = EngineOptions {
            now: None,
            select: args.control.select.clone(),
            ignore: args.control.ignore.clone(),
        };
        Ok(Self { plan, rules, engine, before, _remote: remote })
    }

    /// Every site once.
    fn diagnose(&self, args: &DiagnoseArgs, cancel: &Arc<AtomicBool>) -> Vec<Report> {
        let hits = (self.plan.sites.len() > 1).then_some(1);
        let mut reports = Vec::new();
        for site in self.plan.sites.clone() {
            reports.push(self.diagnose_one(site, args, self.before.clone(), hits, false, cancel));
            if cancel.load(Ordering::Relaxed) {
                break;
            }
        }
        reports
    }

    /// One site, now. `hits`: other than the flags say; `reloading`: a reload was seen just now.
    pub(super) fn diagnose_one(
        &self,
        site: Site,
        args: &DiagnoseArgs,
        before: Before,
        hits: Option<u32>,
        reloading: bool,
        cancel: &Arc<AtomicBool>,
    ) -> Report {
        let mut flags = args.probe.clone();
        flags.hits = hits.or(flags.hits);
        let mut input = input(&self.plan, site, &flags, &self.rules);
        if !input.now_given {
            input.now = Timestamp::now();
        }
        if let Ok(plan) = &mut input.probe {
            plan.reloading = reloading || self.reloaded();
        }
        input.before = before;
        input.engine = self.engine.clone();
        let progress = progress::display(args.output.no_progress || args.output.quiet > 0);
        diagnose_site(input, &self.rules, progress, Arc::clone(cancel))
    }

    /// What was done to the site before the first look at it.
    pub(super) fn before(&self) -> Before {
        self.before.clone()
    }

    fn reloaded(&self) -> bool {
        self.before.facts.examined.iter().any(|entry| entry.check == account::RELOAD)
    }

    fn reload_failed(&self) -> bool {
        self.before.facts.skipped.iter().any(|entry| entry.check == account::RELOAD)
    }
}

fn input(plan: &Plan, site: Site, flags: &ProbeFlags, rules: &Rules) -> DiagnoseInput {
    let url = match (&plan.probe_url, plan.on_host) {
        (Ok(_), true) if plan.sites.len() > 1 => {
            site.url.clone().ok_or_else(|| "the site's URL is not known".to_owned())
        }
        (url, _) => url.clone(),
    };
    // The site's own address says more than an example.
    let url = url.map_err(|why| match &site.url {
        Some(own) => why.replace(EXAMPLE_URL, own),
        None => why,
    });
    DiagnoseInput {
        probe: url.map(|url| ProbePlan {
            scheme_guessed: plan.scheme_guessed,
            ..probe_plan(url, &site, flags, rules)
        }),
        site,
        now: plan.now,
        now_given: plan.now_given,
        zone: plan.zone.clone(),
        since: plan.since,
        until: plan.until,
        symptoms: plan.symptoms.clone(),
        on_host: plan.on_host,
        before: Before::default(),
        unusable: plan.unusable.clone(),
        engine: EngineOptions::default(),
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
    plan.hits = flags.hits.unwrap_or(HITS);
    plan.timeout = timeout;
    plan.limit = Duration::from_secs(u64::from(ping));
    plan.insecure = flags.insecure;
    site.platform_id().clone_into(&mut plan.platform);
    plan.proxy = crate::http::plan::ProxySettings::from_env();
    let hosted = rules
        .platform_value(site.platform_id(), |profile| (!profile.domains.is_empty()).then_some(()));
    if hosted.is_some() {
        plan.limits =
            limits(limit(|l| l.ping_s), limit(|l| l.first_byte_s), limit(|l| l.request_s));
    }
    // PythonAnywhere serves own domains only through a CNAME; others also take addresses.
    if site.platform_id() == "pythonanywhere" {
        plan.expected_cname =
            rules.platform("pythonanywhere").and_then(|profile| profile.domains.first().cloned());
    }
    plan
}

/// What the platform's limits are for.
fn limits(ping: Option<u32>, first_byte: Option<u32>, request: Option<u32>) -> String {
    let first = match (ping, first_byte) {
        (Some(ping), _) => format!("{ping} s for a reload's own request"),
        (None, Some(first)) => format!("{first} s to the first byte"),
        (None, None) => return String::new(),
    };
    match request.filter(|request| Some(*request) != first_byte) {
        Some(request) if ping.is_some() => format!("Limits: {first}, {request} s for any other."),
        Some(request) => format!("Limits: {first}, then {request} s without data."),
        None => format!("The limit is {first}."),
    }
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
