//! Error pages that the person saw and gave in place of a log.

use super::Context;
use crate::model::{
    Examined, Fact, Facts, Hit, Place, ProbeVerdict, Source, Symptom, SymptomKind, SymptomSource,
};
use crate::rules::page::Pages;

/// Begins the excerpts of these facts.
const SEEN: &str = "the page that visitors see";

/// The site answers well now: the page that was copied is of an earlier hour.
pub(super) fn settle(facts: &mut Facts) {
    let Some(probe) = &facts.probe else { return };
    let works =
        matches!(probe.verdict, ProbeVerdict::Ok | ProbeVerdict::SlowFirst | ProbeVerdict::Slow);
    if !works {
        return;
    }
    facts.symptoms.retain(|symptom| symptom.source != SymptomSource::User);
    for fact in &mut facts.facts {
        if fact.source == Source::Probe && fact.excerpt.starts_with(SEEN) {
            fact.resolved = Some("the probe got the site's page".to_owned());
        }
    }
}

/// What the pages mean. They say what visitors get, as the person says it: the probe knows better.
pub(super) fn collect(context: &Context) -> Facts {
    let mut facts = Facts::default();
    for seen in &context.site.pages {
        let Some(page) = Pages::embedded().get(&seen.page) else { continue };
        let title = &page.text.title;
        facts.examined.push(Examined {
            check: "error page".to_owned(),
            what: format!("{} ({title})", seen.shown),
            from: None,
            to: None,
        });
        let hit = Hit { status: seen.status, page: Some(seen.page.clone()), ..Hit::default() };
        let matches = context.rules.match_hit(&hit, ProbeVerdict::Failing);
        if !matches.is_empty() {
            let mut fact = Fact::new(Source::Probe, format!("{SEEN}: {title}"));
            fact.matches = matches;
            fact.place = Some(Place::file(seen.shown.as_str()));
            fact.status = seen.status;
            facts.facts.push(fact);
        }
        if let Some(status) = seen.status.filter(|_| page.text.fails) {
            facts.symptoms.push(Symptom {
                kind: SymptomKind::Status(status),
                source: SymptomSource::User,
                time: None,
                route: None,
            });
        }
    }
    facts
}
