//! Runs the examples of rules through the very code that reads logs: what `rules check` and the
//! tests do.

use crate::log::prefix::{PrefixCtx, strip_all};
use crate::log::scan::scan_text;
use crate::log::stamp::Clock;
use crate::model::LogKind;
use crate::rules::schema::Kind;
use crate::rules::{Rules, Signature};

/// Everything that is wrong: patterns that do not compile, examples that do not match,
/// counter-examples that do, examples that fire another cause's rule unasked.
#[must_use]
pub fn check(rules: &Rules) -> Vec<String> {
    let mut problems = rules.pattern_problems();
    for sig in rules.signatures() {
        if !matches!(sig.text.kind, Kind::Line | Kind::Exception) {
            continue;
        }
        for example in &sig.text.examples {
            let found = matched(rules, sig, example);
            if !found.iter().any(|id| id == &sig.id) {
                problems.push(format!(
                    "{}: example does not match\n    {}",
                    sig.id,
                    first_line(example)
                ));
            }
            // The owner of each event must be this cause or one that the rule names.
            for owner in owners(rules, sig, example) {
                let Some(other) = rules.signature(&owner) else { continue };
                if other.slug != sig.slug && !other.fallback && !sig.text.also.contains(&other.slug)
                {
                    problems.push(format!(
                        "{}: example fires {} too (name the cause in `also`, or sharpen a pattern)\n    {}",
                        sig.id,
                        other.id,
                        first_line(example)
                    ));
                }
            }
        }
        for counter in &sig.text.counterexamples {
            if matched(rules, sig, counter).iter().any(|id| id == &sig.id) {
                problems.push(format!(
                    "{}: counter-example matches\n    {}",
                    sig.id,
                    first_line(counter)
                ));
            }
        }
    }
    for line in rules.harmless().iter().flat_map(|file| &file.lines) {
        for example in line.examples.iter().filter(|text| !harmless(rules, text)) {
            problems.push(format!("harmless: example does not match\n    {example}"));
        }
        for counter in line.counterexamples.iter().filter(|text| harmless(rules, text)) {
            problems.push(format!("harmless: counter-example matches\n    {counter}"));
        }
    }
    problems
}

/// Whether a raw line is harmless once its prefixes are off.
fn harmless(rules: &Rules, raw: &str) -> bool {
    let mut found = false;
    strip_all(raw, &mut PrefixCtx::new(Clock::default()), &mut |line| {
        found |= rules.is_harmless(line.text);
    });
    found
}

fn kind_of(sig: &Signature) -> LogKind {
    match sig.text.places.first().map(String::as_str) {
        Some("error") => LogKind::Error,
        Some("server") => LogKind::Server,
        Some("nginx") => LogKind::Nginx,
        Some("platform") => LogKind::Platform,
        _ => LogKind::Any,
    }
}

/// Ids of all signatures that match an example.
fn matched(rules: &Rules, sig: &Signature, example: &str) -> Vec<String> {
    let facts = scan_text(example.trim_matches('\n'), kind_of(sig), rules);
    facts
        .facts
        .iter()
        .flat_map(|fact| fact.matches.iter().map(|hit| hit.signature.clone()))
        .collect()
}

/// Ids of the most specific signature of each event.
fn owners(rules: &Rules, sig: &Signature, example: &str) -> Vec<String> {
    let facts = scan_text(example.trim_matches('\n'), kind_of(sig), rules);
    facts
        .facts
        .iter()
        .filter_map(|fact| {
            fact.matches
                .iter()
                .filter_map(|hit| rules.signature(&hit.signature))
                .filter(|sig| !sig.text.against)
                .max_by_key(|sig| sig.specificity)
                .map(|sig| sig.id.clone())
        })
        .collect()
}

fn first_line(text: &str) -> &str {
    text.trim().lines().next().unwrap_or_default()
}
