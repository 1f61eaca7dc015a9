//! What the person says (`--symptom`) and what the probe saw, as symptoms.

use crate::checks::Context;
use crate::http::verdict::is_glitch;
use crate::model::{ErrorKind, Facts, ProbeVerdict, Symptom, SymptomKind, SymptomSource};

/// Adds them; the probe's come first in trust, so they stand last.
pub(super) fn add(context: &Context, facts: &mut Facts) {
    for symptom in &context.symptoms {
        facts.symptoms.push(symptom.clone());
    }
    let Some(probe) = &facts.probe else { return };
    let last = probe.hits.last();
    let status = last.and_then(|hit| hit.status);
    let mut kinds = Vec::new();
    let glitch = is_glitch(probe);
    match probe.verdict {
        _ if glitch => kinds.push(SymptomKind::Ok),
        ProbeVerdict::Ok | ProbeVerdict::SlowFirst => kinds.push(SymptomKind::Ok),
        ProbeVerdict::Slow => kinds.extend([SymptomKind::Slow, SymptomKind::Ok]),
        ProbeVerdict::OverLimit => kinds.push(SymptomKind::Timeout),
        ProbeVerdict::Unreachable => kinds.push(SymptomKind::Unreachable),
        ProbeVerdict::Reloading | ProbeVerdict::Flaky | ProbeVerdict::Failing => {}
    }
    if !glitch
        && matches!(
            probe.verdict,
            ProbeVerdict::Failing | ProbeVerdict::Flaky | ProbeVerdict::OverLimit
        )
    {
        let cut = last.and_then(|hit| hit.error.as_ref());
        let failing =
            probe.hits.iter().rev().find_map(|hit| hit.status.filter(|status| *status >= 400));
        match failing.or(status.filter(|status| *status >= 400)) {
            Some(status) => kinds.push(SymptomKind::Status(status)),
            // An answer that is not the site's page: the status alone would look fine.
            None if kinds.contains(&SymptomKind::Timeout) => {}
            None if cut.is_some_and(|error| error.kind == ErrorKind::Timeout) => {
                kinds.push(SymptomKind::Timeout);
            }
            None if probe.verdict == ProbeVerdict::Failing => {
                kinds.push(status.map_or(SymptomKind::Unreachable, SymptomKind::Status));
            }
            None => {}
        }
    }
    for kind in kinds {
        facts.symptoms.push(Symptom {
            kind,
            source: SymptomSource::Probe,
            time: last.and_then(|hit| hit.at),
            route: Some("/".to_owned()),
        });
    }
}
