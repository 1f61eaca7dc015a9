//! The engine: facts in, ranked report out. Pure: no I/O, no clock; `now` is given.
//!
//! `ledger` books points, `resolve` says what is history, `explain` finds consequences, `rank`
//! turns scores into an order, `reached` looks which fault the server meets first, `finding` fills in the texts. Weights stand in `weights`.

mod after;
mod explain;
mod finding;
mod ledger;
mod links;
mod next;
mod rank;
mod reached;
mod resolve;
mod ruled_out;
mod timeline;
pub mod weights;

use jiff::Timestamp;

use crate::model::{
    Confidence, Facts, Finding, Report, Severity, Site, State, SymptomKind, SymptomSource, Verdict,
};
use crate::rules::Rules;

/// What the engine needs besides facts and rules.
#[derive(Debug, Clone, Default)]
pub struct EngineOptions {
    /// The time that the report refers to.
    pub now: Option<Timestamp>,
    /// Slugs (or `ALL`) to keep; empty: all.
    pub select: Vec<String>,
    /// Slugs to leave out.
    pub ignore: Vec<String>,
}

/// Ranks causes by the facts.
#[must_use]
pub fn conclude(mut facts: Facts, site: &Site, rules: &Rules, options: &EngineOptions) -> Report {
    facts.examined.sort_by(|a, b| a.check.cmp(&b.check));
    facts.skipped.sort_by(|a, b| a.check.cmp(&b.check));
    facts.skipped.dedup();
    let platform = site.platform_id().to_owned();
    keep_of_platform(&mut facts, &platform, rules);
    let entries = ledger::entries(&facts, rules);
    let accounts = ledger::accounts(&entries, &facts, rules, &platform);
    let mut ranked = rank::rank(&accounts, &entries, &facts, rules, &platform);
    reached::order(&mut ranked, &accounts, &entries, rules);
    let mut findings: Vec<Finding> = ranked
        .iter()
        .map(|place| finding::build(place, &accounts, &entries, &facts, site, rules))
        .collect();
    findings.retain(|finding| kept(finding, options));
    let verdict = verdict(&findings, &facts);
    let ruled_out = ruled_out::ruled_out(&facts, &findings, rules);
    let timeline = timeline::timeline(&facts, &entries);
    let next_check = next::next_check(verdict, &findings, &facts, site, rules);
    let unexplained = if verdict == Verdict::Unknown || findings.is_empty() {
        let seen = |file: &str| site.pages.iter().any(|page| page.shown == file);
        let unexplained = facts.unexplained.iter();
        unexplained
            .filter(|fact| !fact.place.as_ref().is_some_and(|place| seen(&place.file)))
            .map(finding::evidence)
            .collect()
    } else {
        Vec::new()
    };
    let support = support(verdict, &findings, &platform, rules);
    let platform_name = rules.platform(&platform).map_or_else(String::new, |p| p.name.clone());
    Report {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        verdict,
        site: site.clone(),
        platform_name,
        logs: facts.logs,
        symptoms: facts.symptoms,
        findings,
        ruled_out,
        examined: facts.examined,
        evaluated: Vec::new(),
        skipped: facts.skipped,
        next_check,
        timeline,
        probe: facts.probe,
        restarts: facts.restarts,
        unexplained,
        support,
        now: options.now,
    }
}

/// Signatures that mean something on some platforms only say nothing on others. A server that the
/// logs show at its start counts as one, whatever the platform.
fn keep_of_platform(facts: &mut Facts, platform: &str, rules: &Rules) {
    let seen = |words: [&str; 2]| {
        facts.marks.iter().any(|mark| words.iter().any(|word| mark.label.contains(word)))
    };
    let mut servers: Vec<&str> = Vec::new();
    for (name, words) in [
        ("uwsgi", ["uWSGI", "Emperor"]),
        ("gunicorn", ["gunicorn", "app not loaded"]),
        ("mod-wsgi", ["Apache", "mod_wsgi"]),
    ] {
        if seen(words) {
            servers.push(name);
        }
    }
    for fact in &mut facts.facts {
        fact.matches.retain(|hit| {
            rules.signature(&hit.signature).is_none_or(|sig| {
                let wanted = &sig.text.platforms;
                wanted.is_empty()
                    || wanted.iter().any(|name| {
                        rules.platform_is(platform, name) || servers.contains(&name.as_str())
                    })
            })
        });
    }
}

fn kept(finding: &Finding, options: &EngineOptions) -> bool {
    let names = |list: &[String]| {
        list.iter().any(|name| {
            name == "ALL"
                || finding.cause.as_ref() == Some(name)
                || finding.lint.as_ref() == Some(name)
        })
    };
    (options.select.is_empty() || names(&options.select)) && !names(&options.ignore)
}

/// Broken: a current error that is asserted. Healthy: seen working and no such finding.
fn verdict(findings: &[Finding], facts: &Facts) -> Verdict {
    let broken = findings.iter().any(|finding| {
        finding.state == State::Current
            && finding.severity == Severity::Error
            && finding.confidence.0 >= Confidence::ASSERTED
    });
    if broken {
        return Verdict::Broken;
    }
    let seen = |wanted: &dyn Fn(SymptomKind) -> bool| {
        facts.symptoms.iter().any(|symptom| {
            matches!(symptom.source, SymptomSource::Probe | SymptomSource::User)
                && wanted(symptom.kind)
        })
    };
    let failing = seen(&|kind| !matches!(kind, SymptomKind::Ok | SymptomKind::Slow));
    if seen(&|kind| kind == SymptomKind::Ok) && !failing {
        Verdict::Healthy
    } else {
        Verdict::Unknown
    }
}

/// Where to ask and what to attach, unless the site is healthy.
fn support(verdict: Verdict, findings: &[Finding], platform: &str, rules: &Rules) -> Vec<String> {
    let resolved = verdict == Verdict::Healthy
        || findings.first().is_some_and(|first| {
            verdict == Verdict::Broken && first.confidence.word() == "certain"
        });
    if resolved {
        return Vec::new();
    }
    let Some(support) = rules.platform_value(platform, |profile| {
        (!profile.support.channel.is_empty()).then(|| profile.support.clone())
    }) else {
        return Vec::new();
    };
    let mut lines = vec![support.channel];
    lines.extend(support.attach.into_iter().map(|what| format!("Attach {what}")));
    lines
}
