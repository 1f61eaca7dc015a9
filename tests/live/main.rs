//! The probe against real nginx in front of real uWSGI and gunicorn.
//!
//! Needs nginx and a virtualenv with uwsgi, gunicorn and Flask (`tests/servers/setup_venv.sh`).
//! Where they are missing the tests announce that they are skipped; with `CI` set they fail.

#![cfg(unix)]
#![allow(clippy::print_stderr, reason = "a skipped test says so")]

mod gunicorn;
mod program;
mod projects;
mod stack;
mod uwsgi;

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use diagnose::http::plan::ProbePlan;
use diagnose::http::probe::run;
use diagnose::model::{Hit, ProbeReport};

/// One hit; the servers' own limits are about a second.
fn plan(url: String) -> ProbePlan {
    let mut plan = ProbePlan::new(url);
    plan.hits = 1;
    plan.timeout = Duration::from_secs(20);
    plan.limit = Duration::from_secs(2);
    plan
}

fn probe(plan: &ProbePlan) -> ProbeReport {
    run(plan, &(), &AtomicBool::new(false))
}

/// Status and page of the last hit.
fn last(report: &ProbeReport) -> (Option<u16>, Option<&str>) {
    let hit: Option<&Hit> = report.hits.last();
    (hit.and_then(|hit| hit.status), hit.and_then(|hit| hit.page.as_deref()))
}
