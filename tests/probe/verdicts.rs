//! What several hits mean together.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::Duration;

use diagnose::http::plan::{ProbePlan, ProbeProgress, Progress};
use diagnose::http::probe::run;
use diagnose::model::{ErrorKind, ProbeVerdict};

use crate::faults::{Server, response};
use crate::{plan, probe};

/// Waits and status of each hit in turn; the last one repeats. Limit 400 ms, slow from 100 ms.
fn verdict(hits: &'static [(u64, u16)], change: impl Fn(&mut ProbePlan)) -> (ProbeVerdict, usize) {
    let server = Server::plain(move |number, _, stream| {
        let (wait, status) = hits[(number as usize - 1).min(hits.len() - 1)];
        sleep(Duration::from_millis(wait));
        let _ = stream.write_all(&response(status, &[], "text"));
    });
    let mut plan = plan(server.url("/"));
    plan.hits = 3;
    plan.timeout = Duration::from_millis(1500);
    change(&mut plan);
    let report = probe(&plan);
    (report.verdict, report.hits.len())
}

fn plainly(hits: &'static [(u64, u16)]) -> ProbeVerdict {
    verdict(hits, |_| {}).0
}

#[test]
fn all_fine() {
    assert_eq!(plainly(&[(0, 200)]), ProbeVerdict::Ok);
}

#[test]
fn first_over_the_limit_then_fine() {
    assert_eq!(plainly(&[(500, 200), (0, 200)]), ProbeVerdict::SlowFirst);
}

#[test]
fn first_slow_below_the_limit_then_fine() {
    assert_eq!(plainly(&[(250, 200), (0, 200)]), ProbeVerdict::SlowFirst);
}

#[test]
fn always_slow() {
    assert_eq!(plainly(&[(250, 200)]), ProbeVerdict::Slow);
}

#[test]
fn always_over_the_limit() {
    assert_eq!(plainly(&[(500, 200)]), ProbeVerdict::OverLimit);
}

#[test]
fn one_failure_and_then_fine() {
    assert_eq!(plainly(&[(0, 500), (0, 200)]), ProbeVerdict::Flaky);
}

#[test]
fn one_in_three() {
    assert_eq!(plainly(&[(0, 200), (0, 500), (0, 200)]), ProbeVerdict::Flaky);
}

#[test]
fn always_500() {
    assert_eq!(verdict(&[(0, 500)], |_| {}), (ProbeVerdict::Failing, 3));
}

#[test]
fn a_gateway_error_without_a_known_start_is_a_failure() {
    assert_eq!(plainly(&[(0, 502)]), ProbeVerdict::Failing);
}

#[test]
fn still_reloading() {
    assert_eq!(verdict(&[(0, 502)], |plan| plan.reloading = true), (ProbeVerdict::Reloading, 3));
}

#[test]
fn reloading_and_then_up() {
    let hits = &[(0, 502), (0, 502), (0, 200)];
    assert_eq!(verdict(hits, |plan| plan.reloading = true), (ProbeVerdict::Ok, 3));
}

#[test]
fn reloading_does_not_excuse_a_500() {
    assert_eq!(verdict(&[(0, 500)], |plan| plan.reloading = true).0, ProbeVerdict::Failing);
}

#[test]
fn a_success_between_failures_is_not_a_reload() {
    let hits = &[(0, 502), (0, 200), (0, 502)];
    assert_eq!(verdict(hits, |plan| plan.reloading = true).0, ProbeVerdict::Flaky);
}

#[test]
fn a_time_out_ends_the_probe() {
    let cut = |plan: &mut ProbePlan| plan.timeout = Duration::from_millis(600);
    assert_eq!(verdict(&[(3000, 200)], cut), (ProbeVerdict::OverLimit, 1));
}

#[test]
fn a_time_out_after_a_good_hit_is_flaky() {
    let cut = |plan: &mut ProbePlan| plan.timeout = Duration::from_millis(600);
    assert_eq!(verdict(&[(0, 200), (3000, 200)], cut), (ProbeVerdict::Flaky, 2));
}

#[test]
fn an_interrupt_gives_what_there_is() {
    struct Stop<'a>(&'a AtomicBool, Mutex<u32>);
    impl ProbeProgress for Stop<'_> {
        fn update(&self, progress: &Progress) {
            *self.1.lock().expect("lock") += 1;
            if progress.hit == 2 {
                self.0.store(true, Ordering::Relaxed);
            }
        }
    }
    let server = Server::plain(|number, _, stream| {
        if number > 1 {
            sleep(Duration::from_secs(2));
        }
        let _ = stream.write_all(&response(200, &[], "x"));
    });
    let cancel = AtomicBool::new(false);
    let mut plan = plan(server.url("/"));
    plan.hits = 5;
    plan.timeout = Duration::from_secs(5);
    let stop = Stop(&cancel, Mutex::new(0));
    let report = run(&plan, &stop, &cancel);
    assert_eq!(report.hits.len(), 2);
    assert_eq!(report.hits[0].status, Some(200));
    assert_eq!(report.hits[1].error.as_ref().map(|e| e.kind), Some(ErrorKind::Interrupted));
    assert_eq!(report.verdict, ProbeVerdict::Ok);
    assert!(*stop.1.lock().expect("lock") > 0);
}

#[test]
fn a_url_that_is_none_is_skipped() {
    let report = probe(&plan("gopher://x".to_owned()));
    assert!(report.skipped.is_some() && report.hits.is_empty());
}
