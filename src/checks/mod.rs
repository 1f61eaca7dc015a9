//! The fixed list of checks. A collector looks at the site and returns facts; it never prints and
//! never ranks. All run side by side; one that crashes or takes too long is a line in the report.

mod code;
mod config;
mod config_target;
pub mod entries;
mod environment;
mod events;
pub mod examples;
pub mod joins;
mod logs;
mod probe;
pub mod probe_diff;
mod procfile;
mod rights;
mod seen;
mod space;
#[cfg(test)]
mod testing;
mod told;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::http::plan::{ProbePlan, ProbeProgress};
use crate::model::{Facts, Site, Skipped};
use crate::rules::Rules;

/// How often an interrupt is looked for.
const GLANCE: Duration = Duration::from_millis(50);
/// Checks that are nearly through may still end after an interrupt.
const AFTER_INTERRUPT: Duration = Duration::from_millis(500);

/// Everything that a collector may look at.
pub struct Context {
    pub site: Site,
    pub rules: Arc<Rules>,
    /// Reference time of the run.
    pub now: Timestamp,
    /// It was stated, not taken from the clock.
    pub now_given: bool,
    /// Zone of stamps without one.
    pub zone: Option<jiff::tz::TimeZone>,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    /// `None`: no probe is allowed; the text says why.
    pub probe: Result<ProbePlan, String>,
    /// What the person says they see.
    pub symptoms: Vec<crate::model::Symptom>,
    pub progress: Arc<dyn ProbeProgress + Send + Sync>,
    /// Set when the user interrupts.
    pub cancel: Arc<AtomicBool>,
    /// Longest time a collector other than the probe may take.
    pub deadline: Duration,
    /// Where the logs ended before the first request; empty: no probe, or no logs.
    pub diff: probe_diff::ProbeDiff,
    /// Facts of this machine (disk, interpreters, memory) may be used.
    pub look_at_machine: bool,
}

/// One entry of the list.
struct Collector {
    name: &'static str,
    run: fn(&Context) -> Facts,
}

/// The list. Order is the order of the report's "examined".
const COLLECTORS: &[Collector] = &[
    Collector { name: "logs", run: logs::collect },
    Collector { name: "error page", run: seen::collect },
    Collector { name: "events", run: events::collect },
    Collector { name: "procfile", run: procfile::collect },
    Collector { name: "code", run: code::collect },
    Collector { name: "probe", run: probe::collect },
    Collector { name: "server configuration", run: config::collect },
    Collector { name: "environment", run: environment::collect },
];

/// Runs every collector and then the joins.
#[must_use]
pub fn run(context: &Arc<Context>) -> Facts {
    let mut facts = run_list(COLLECTORS, context);
    joins::run(context, &mut facts);
    facts
}

fn run_list(list: &'static [Collector], context: &Arc<Context>) -> Facts {
    let (send, receive) = mpsc::channel::<(usize, Result<Facts, String>)>();
    // The probe waits for others' machines: it is sent on its way first.
    let mut order: Vec<(usize, &'static Collector)> = list.iter().enumerate().collect();
    order.sort_by_key(|(_, collector)| collector.name != "probe");
    for (at, collector) in order {
        let send = send.clone();
        let context = Arc::clone(context);
        let spawned =
            std::thread::Builder::new().name(collector.name.to_owned()).spawn(move || {
                let result = catch_unwind(AssertUnwindSafe(|| (collector.run)(&context)));
                // Nobody listens any more when this collector was given up.
                let _ = send.send((at, result.map_err(|cause| panic_text(&*cause))));
            });
        if let Err(error) = spawned {
            let _ = error;
        }
    }
    drop(send);
    let mut results: Vec<Option<Result<Facts, String>>> = list.iter().map(|_| None).collect();
    let started = Instant::now();
    // What waits for the probe gets as much time more.
    let mut probed = Duration::ZERO;
    let mut stopped: Option<Instant> = None;
    loop {
        let waiting_for_probe =
            list.iter().zip(&results).any(|(c, result)| c.name == "probe" && result.is_none());
        let limit = context.deadline + if waiting_for_probe { probe_time(context) } else { probed };
        let left = limit.saturating_sub(started.elapsed());
        if context.cancel.load(Ordering::Relaxed)
            && stopped.get_or_insert_with(Instant::now).elapsed() >= AFTER_INTERRUPT
        {
            break;
        }
        match receive.recv_timeout(left.min(GLANCE)) {
            Err(mpsc::RecvTimeoutError::Timeout) if left > GLANCE => {}
            Ok((at, result)) => {
                if list[at].name == "probe" {
                    probed = started.elapsed();
                }
                results[at] = Some(result);
            }
            Err(_) => break,
        }
        if results.iter().all(Option::is_some) {
            break;
        }
    }
    let mut facts = Facts::default();
    for (collector, result) in list.iter().zip(results) {
        match result {
            Some(Ok(more)) => facts.merge(more),
            Some(Err(problem)) => facts.skipped.push(Skipped {
                check: collector.name.to_owned(),
                missing: format!("this check crashed ({problem}); please report it"),
            }),
            None if stopped.is_some() => facts.skipped.push(Skipped {
                check: collector.name.to_owned(),
                missing: "interrupted".to_owned(),
            }),
            None => facts.skipped.push(Skipped {
                check: collector.name.to_owned(),
                missing: format!("took longer than {} s", context.deadline.as_secs()),
            }),
        }
    }
    facts
}

/// Longest time that the probe may need, retries included.
fn probe_time(context: &Context) -> Duration {
    context.probe.as_ref().map_or(Duration::ZERO, |plan| {
        // Waits between hits while a site reloads double, so they stay below as much again.
        plan.timeout * plan.hits + plan.backoff * 2u32.saturating_pow(plan.hits.min(8))
    })
}

fn panic_text(cause: &(dyn std::any::Any + Send)) -> String {
    cause
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| cause.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned())
}

/// What the facts tell about the site itself.
pub fn enrich(site: &mut Site, facts: &Facts) {
    told::tell(site, facts);
    if site.domain.is_none()
        && let Some(url) = facts.probe.as_ref().map(|probe| probe.url.as_str())
    {
        site.url.get_or_insert_with(|| url.to_owned());
    }
    if site.app.is_none() {
        site.app = site.domain.as_deref().and_then(|domain| {
            ["scalingo.io", "herokuapp.com", "onrender.com", "fly.dev"]
                .iter()
                .any(|ending| domain.ends_with(ending))
                .then(|| domain.split('.').next().unwrap_or_default().to_owned())
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Examined;

    fn fine(_: &Context) -> Facts {
        let examined = Examined { check: "fine".into(), what: "all".into(), from: None, to: None };
        Facts { examined: vec![examined], ..Facts::default() }
    }

    fn crashes(_: &Context) -> Facts {
        panic!("on purpose")
    }

    fn sleeps(_: &Context) -> Facts {
        std::thread::sleep(Duration::from_mins(1));
        Facts::default()
    }

    static LIST: &[Collector] = &[
        Collector { name: "fine", run: fine },
        Collector { name: "crashes", run: crashes },
        Collector { name: "sleeps", run: sleeps },
    ];

    #[test]
    fn one_that_crashes_or_hangs_never_stops_the_others() {
        let mut context = testing::context(Site::default());
        // Long enough for a panic's backtrace to be printed on a busy machine.
        context.deadline = Duration::from_secs(4);
        let facts = run_list(LIST, &Arc::new(context));
        assert_eq!(facts.examined.len(), 1);
        let missing = |check: &str| {
            facts
                .skipped
                .iter()
                .find(|entry| entry.check == check)
                .map(|entry| entry.missing.clone())
        };
        assert!(
            missing("crashes")
                .is_some_and(|text| text.contains("crashed") && text.contains("on purpose"))
        );
        assert!(missing("sleeps").is_some_and(|text| text.contains("longer")));
    }

    #[test]
    fn an_interrupt_leaves_what_is_there() {
        let context = testing::context(Site::default());
        context.cancel.store(true, Ordering::Relaxed);
        let facts = run_list(LIST, &Arc::new(context));
        assert_eq!(facts.examined.len(), 1);
        let slept = facts.skipped.iter().find(|entry| entry.check == "sleeps");
        assert_eq!(slept.map(|entry| entry.missing.as_str()), Some("interrupted"));
    }
}
