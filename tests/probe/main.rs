//! The probe against servers that misbehave, on loopback. Time-outs are short and come from the
//! plan; nothing asserts how long something took.

mod api;
#[path = "../support/faults.rs"]
mod faults;
mod pages;
mod redirects;
mod tls;
mod transport;
mod verdicts;

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use diagnose::http::plan::ProbePlan;
use diagnose::http::probe::run;
use diagnose::model::{ErrorKind, Hit, ProbePhase, ProbeReport};

/// One hit, cut after 700 ms.
fn plan(url: String) -> ProbePlan {
    let mut plan = ProbePlan::new(url);
    plan.hits = 1;
    plan.timeout = Duration::from_millis(700);
    plan.limit = Duration::from_millis(400);
    plan.backoff = Duration::from_millis(20);
    plan
}

fn probe(plan: &ProbePlan) -> ProbeReport {
    let report = run(plan, &(), &AtomicBool::new(false));
    let sentence = diagnose::http::verdict::sentence(&report, "generic");
    assert!(sentence.ends_with('.') && !sentence.ends_with(".."), "{sentence}");
    report
}

fn only(report: &ProbeReport) -> &Hit {
    assert_eq!(report.hits.len(), 1, "{report:#?}");
    &report.hits[0]
}

/// Phase and kind of the error of the only hit.
fn error(report: &ProbeReport) -> Option<(ProbePhase, ErrorKind)> {
    only(report).error.as_ref().map(|error| (error.phase, error.kind))
}
