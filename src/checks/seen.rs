//! Error pages that the person saw and gave in place of a log.

use super::Context;
use crate::model::{
    Examined, Fact, Facts, Hit, ProbeVerdict, Source, Symptom, SymptomKind, SymptomSource,
};
use crate::rules::page::Pages;

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
            let mut fact = Fact::new(Source::Probe, format!("the page that visitors see: {title}"));
            fact.matches = matches;
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
