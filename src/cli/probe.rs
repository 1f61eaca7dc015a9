//! `diagnose probe URL`: time and classify a site.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;

use super::args::ProbeArgs;
use super::diagnose::{DiagnoseInput, diagnose_site, on_interrupt, probe_plan, rules};
use super::exit::Exit;
use super::failure::Failure;
use super::plan::{guess_platform, host_of, platform};
use super::{output, progress};
use crate::engine::EngineOptions;
use crate::model::Site;

/// Probes and prints the report of the probe alone.
pub(super) fn run(args: &ProbeArgs) -> anyhow::Result<Exit> {
    let rules = rules(args.control.rules.as_deref())?;
    let target = args.target.trim();
    super::plan::check_url("probe", target)?;
    output::check(&args.output)?;
    let Some(host) = host_of(target).or_else(|| host_of(&format!("http://{target}"))) else {
        return Err(Failure::new(format!("{target}: not a URL or domain"))
            .hint("example: diagnose probe https://ana.pythonanywhere.com/")
            .into());
    };
    let mut site = Site { domain: Some(host), url: Some(target.to_owned()), ..Site::default() };
    site.platform = match &args.platform {
        Some(name) => Some(platform(name, &rules)?),
        None => guess_platform(&site, &rules),
    };
    let cancel = Arc::new(AtomicBool::new(false));
    on_interrupt(&cancel);
    let mut plan = probe_plan(target.to_owned(), &site, &args.probe, &rules);
    plan.scheme_guessed = !target.contains("://");
    let input = DiagnoseInput {
        site,
        now: Timestamp::now(),
        now_given: true,
        zone: None,
        since: None,
        until: None,
        symptoms: Vec::new(),
        probe: Ok(plan),
        on_host: false,
        before: super::account::Before::default(),
        unusable: Vec::new(),
        engine: EngineOptions {
            now: None,
            select: args.control.select.clone(),
            ignore: args.control.ignore.clone(),
        },
    };
    let shown = progress::display(args.output.no_progress || args.output.quiet > 0);
    let mut report = diagnose_site(input, &rules, shown, Arc::clone(&cancel));
    // Only the probe was asked for.
    report.skipped.retain(|entry| entry.check == "probe");
    let probed = report.probe.is_some();
    let reports = vec![report];
    // The phases are what was asked for: they stand in the report whatever they are.
    let mut shown = args.output.clone();
    shown.verbose = shown.verbose.max(1);
    output::write(&reports, &shown)?;
    if cancel.load(Ordering::Relaxed) {
        return Ok(Exit::Interrupted);
    }
    if !probed {
        return Ok(Exit::Failed);
    }
    Ok(output::exit(&reports, &args.control))
}
