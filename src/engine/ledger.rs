//! The ledger: who owns each event, what it is worth, and what it pays to which cause.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::weights;
use crate::model::{Captures, Fact, Facts, Phase, Source, Symptom, SymptomKind, SymptomSource};
use crate::rules::schema::{Kind, Same, Strength};
use crate::rules::{Rules, Signature};

/// Specificity within which two causes share an event.
const SHARED_WITHIN: i32 = 1;

/// One fact as the ledger sees it.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    pub fact: &'a Fact,
    /// Signatures that own it, the most specific first; several only where causes share it.
    pub owners: Vec<Claim<'a>>,
    /// Epoch, resolution and origin.
    pub factor: f64,
    /// Why it no longer holds.
    pub resolved: Option<String>,
    /// Index of the entry that explains it.
    pub explained_by: Option<usize>,
}

/// A signature's claim on an event.
#[derive(Debug, Clone)]
pub(super) struct Claim<'a> {
    pub sig: &'a Signature,
    pub captures: &'a Captures,
}

impl Entry<'_> {
    pub(super) fn is_start_time(&self) -> bool {
        self.fact.phase == Phase::Import
    }

    /// Says nothing by itself, and how the server was started yesterday holds today.
    pub(super) fn is_context(&self) -> bool {
        self.owners.iter().all(|claim| claim.sig.text.strength == Strength::None)
    }

    /// Signed points of one owner before grouping.
    pub(super) fn points(&self, claim: &Claim<'_>) -> f64 {
        let sign = if claim.sig.text.against { -1.0 } else { 1.0 };
        let base = weights::strength(claim.sig.text.strength);
        // What says nothing by itself says no more when it is repeated.
        let full = if base > 0.0 { base + weights::repeats(self.fact.count) } else { 0.0 };
        let kept = if self.explained_by.is_some() { weights::EXPLAINED_KEEPS } else { 1.0 };
        sign * full * self.fact.certainty * self.factor * kept
    }
}

/// All facts that some signature recognises, with owners and factors.
pub(super) fn entries<'a>(facts: &'a Facts, rules: &'a Rules) -> Vec<Entry<'a>> {
    let twice = seen_in_both_completed_epochs(facts);
    let mut entries: Vec<Entry<'a>> = facts
        .facts
        .iter()
        .filter_map(|fact| {
            let owners = owners(fact, rules);
            (!owners.is_empty()).then_some((fact, owners))
        })
        .map(|(fact, owners)| {
            let (factor, resolved) = super::resolve::factor(fact, facts, rules, &twice);
            Entry { fact, owners, factor, resolved, explained_by: None }
        })
        .collect();
    super::explain::away(&mut entries);
    let fired = fired(facts, rules);
    super::explain::by_combinations(&mut entries, &fired);
    entries
}

/// The signatures that own an event: specific causes before fallbacks, the most specific first.
fn owners<'a>(fact: &'a Fact, rules: &'a Rules) -> Vec<Claim<'a>> {
    let mut claims: Vec<Claim<'a>> = fact
        .matches
        .iter()
        .filter_map(|hit| {
            Some(Claim { sig: rules.signature(&hit.signature)?, captures: &hit.captures })
        })
        .collect();
    let mut against: Vec<Claim<'a>> = Vec::new();
    claims.retain(|claim| {
        if claim.sig.text.against {
            against.push(claim.clone());
        }
        !claim.sig.text.against
    });
    claims.sort_by(|a, b| (b.sig.specificity, &a.sig.id).cmp(&(a.sig.specificity, &b.sig.id)));
    let mut slugs = BTreeSet::new();
    if let Some(best) = claims.first().map(|claim| claim.sig.specificity) {
        claims.retain(|claim| {
            best - claim.sig.specificity <= SHARED_WITHIN && slugs.insert(claim.sig.slug.clone())
        });
    }
    claims.extend(against);
    claims
}

/// Signatures that spoke in both of the last two completed epochs.
fn seen_in_both_completed_epochs(facts: &Facts) -> BTreeSet<&str> {
    let in_epoch = |epoch| -> BTreeSet<&str> {
        facts
            .facts
            .iter()
            .filter(|fact| fact.epoch == epoch && fact.source == Source::Log)
            .flat_map(|fact| fact.matches.iter().map(|hit| hit.signature.as_str()))
            .collect()
    };
    in_epoch(1).intersection(&in_epoch(2)).copied().collect()
}

/// What a cause has in its account.
#[derive(Debug, Default)]
pub(super) struct Account {
    pub score: f64,
    /// Points, reason, entry.
    pub receipt: Vec<(f64, String, Option<usize>)>,
    /// Entries in favour, strongest first.
    pub favour: Vec<usize>,
    /// Entries that it explains.
    pub consequences: Vec<usize>,
    pub any_current: bool,
    /// Symptoms that fit.
    pub fits: Vec<Symptom>,
    pub any_start_time: bool,
    pub any_request_time: bool,
    /// Positive evidence before symptoms.
    pub own: f64,
    /// Highest order of its current evidence.
    pub newest: u64,
}

/// Points, entry and label of one piece of evidence.
type Piece = (f64, usize, String);

/// Books everything.
pub(super) fn accounts(
    entries: &[Entry<'_>],
    facts: &Facts,
    rules: &Rules,
    platform: &str,
) -> BTreeMap<String, Account> {
    let mut accounts: BTreeMap<String, Account> = BTreeMap::new();
    // Like evidence: one group per cause, source and kind of failure.
    let mut groups: BTreeMap<(String, String), Vec<Piece>> = BTreeMap::new();
    for (at, entry) in entries.iter().enumerate() {
        for claim in &entry.owners {
            if claim.sig.text.strength == Strength::None {
                continue;
            }
            let group = claim.sig.text.group.clone().unwrap_or_else(|| {
                format!("{:?}-{}", entry.fact.source, phase_word(entry.fact.phase))
            });
            groups.entry((claim.sig.slug.clone(), group)).or_default().push((
                entry.points(claim),
                at,
                claim.sig.text.label.clone(),
            ));
        }
    }
    for ((slug, _), mut pieces) in groups {
        pieces.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()).then(a.1.cmp(&b.1)));
        let account = accounts.entry(slug).or_default();
        for (rank, (points, at, label)) in pieces.into_iter().enumerate() {
            let points =
                if rank == 0 { points } else { points * weights::LIKE_EVIDENCE / rank as f64 };
            account.score += points;
            let entry = &entries[at];
            let mut reason = label;
            if let Some(why) = &entry.resolved {
                reason = format!("{reason} (old: {why})");
            } else if entry.factor < 1.0 {
                reason = format!("{reason} (an earlier start, ×{})", entry.factor);
            }
            if let Some(by) = entry.explained_by {
                let other = entries[by].owners.first().map_or("", |claim| &claim.sig.slug);
                reason = format!("{reason} (follows from {other})");
            }
            account.receipt.push((points, reason, Some(at)));
            if points > 0.0 {
                account.own += points;
                account.favour.push(at);
                if entry.factor >= weights::OLD_BELOW {
                    account.any_current = true;
                    account.newest = account.newest.max(entry.fact.order);
                }
                account.any_start_time |= entry.is_start_time();
                account.any_request_time |= entry.fact.phase == Phase::Request;
            }
        }
    }
    pay_explanations(entries, &mut accounts);
    combinations(entries, facts, rules, &mut accounts);
    fit_symptoms(facts, rules, platform, &mut accounts, entries);
    for account in accounts.values_mut() {
        account.favour.sort_by(|&a, &b| {
            let worth = |at: usize| {
                entries[at].owners.first().map_or(0.0, |claim| entries[at].points(claim).abs())
            };
            worth(b).total_cmp(&worth(a)).then(a.cmp(&b))
        });
        account.favour.dedup();
    }
    accounts
}

fn phase_word(phase: Phase) -> &'static str {
    match phase {
        Phase::Import => "start",
        Phase::Request => "request",
        _ => "other",
    }
}

fn pay_explanations(entries: &[Entry<'_>], accounts: &mut BTreeMap<String, Account>) {
    let mut given: BTreeMap<String, f64> = BTreeMap::new();
    for (at, entry) in entries.iter().enumerate() {
        let (Some(by), Some(claim)) = (entry.explained_by, entry.owners.first()) else { continue };
        let Some(payee) = entries[by].owners.first() else { continue };
        let full = entry.points(claim) / weights::EXPLAINED_KEEPS;
        let so_far = given.entry(payee.sig.slug.clone()).or_default();
        let points = (full * weights::EXPLAINED_GIVES)
            .min(weights::EXPLAINED_MOST - *so_far)
            .max(0.0)
            .min(entries[by].factor * weights::EXPLAINED_MOST);
        *so_far += points;
        let account = accounts.entry(payee.sig.slug.clone()).or_default();
        account.score += points;
        account.consequences.push(at);
        if points >= 0.05 {
            account.receipt.push((points, format!("explains: {}", claim.sig.text.label), Some(at)));
        }
    }
}

/// A combination whose signatures spoke together, and the facts of each.
pub(super) struct Fired<'a> {
    pub sig: &'a Signature,
    pub needed: Vec<Vec<&'a Fact>>,
}

/// Signatures of kind `combination` that hold.
fn fired<'a>(facts: &'a Facts, rules: &'a Rules) -> Vec<Fired<'a>> {
    let spoke = |id: &str| -> Vec<&'a Fact> {
        facts
            .facts
            .iter()
            .filter(|fact| fact.matches.iter().any(|hit| hit.signature == id))
            .collect()
    };
    let mut all = Vec::new();
    for sig in rules.signatures().iter().filter(|sig| sig.text.kind == Kind::Combination) {
        let needed: Vec<Vec<&Fact>> = sig.text.needs.iter().map(|id| spoke(id)).collect();
        if needed.iter().any(Vec::is_empty)
            || sig.text.unless.iter().any(|id| !spoke(id).is_empty())
        {
            continue;
        }
        let count: u32 = needed[0].iter().map(|fact| fact.count).sum();
        if sig.text.count.is_some_and(|least| count < least) {
            continue;
        }
        if let Some(seconds) = sig.text.within_seconds {
            let near = needed[0].iter().any(|first| {
                needed.iter().skip(1).all(|others| {
                    others.iter().any(|other| super::explain::within(first, other, seconds))
                })
            });
            if needed.len() > 1 && !near {
                continue;
            }
        }
        all.push(Fired { sig, needed });
    }
    all
}

/// Books the combinations that hold.
fn combinations(
    entries: &[Entry<'_>],
    facts: &Facts,
    rules: &Rules,
    accounts: &mut BTreeMap<String, Account>,
) {
    for Fired { sig, needed } in fired(facts, rules) {
        let factor = needed
            .iter()
            .flatten()
            .filter_map(|fact| entries.iter().find(|e| std::ptr::eq(e.fact, *fact)))
            .filter(|entry| !entry.is_context())
            .map(|entry| entry.factor)
            .fold(1.0, f64::min);
        let sign = if sig.text.against { -1.0 } else { 1.0 };
        let points = sign * weights::strength(sig.text.strength) * factor;
        let at = entries.iter().position(|entry| std::ptr::eq(entry.fact, needed[0][0]));
        let account = accounts.entry(sig.slug.clone()).or_default();
        account.score += points;
        account.receipt.push((points, sig.text.label.clone(), at));
        if points > 0.0 {
            account.own += points;
            account.any_current |= factor >= weights::OLD_BELOW;
            account.any_start_time |= needed[0][0].phase == Phase::Import;
            account.favour.extend(at);
        }
    }
}

/// What was seen against what each cause produces on this platform.
fn fit_symptoms(
    facts: &Facts,
    rules: &Rules,
    platform: &str,
    accounts: &mut BTreeMap<String, Account>,
    entries: &[Entry<'_>],
) {
    // One word per symptom and the strongest source: an access log repeats what the probe said.
    let mut seen: BTreeMap<String, &Symptom> = BTreeMap::new();
    for symptom in &facts.symptoms {
        let word = symptom_word(symptom.kind);
        let known = seen.entry(word).or_insert(symptom);
        if weights::symptom(symptom.source) > weights::symptom(known.source) {
            *known = symptom;
        }
    }
    let hosted = rules
        .platform_value(platform, |profile| (!profile.domains.is_empty()).then_some(()))
        .is_some();
    for (slug, account) in accounts.iter_mut() {
        let Some(cause) = rules.cause(slug) else { continue };
        if account.own <= 0.0 || !account.any_current {
            continue;
        }
        // What only follows from another cause does not also explain what visitors see.
        if !account.favour.is_empty()
            && account.favour.iter().all(|&at| entries[at].explained_by.is_some())
        {
            continue;
        }
        let produces = produced(account, entries, cause, platform, rules);
        if produces.is_empty() {
            continue;
        }
        let mut best: f64 = 0.0;
        let mut worst: f64 = 0.0;
        let mut reason = String::new();
        for (word, symptom) in &seen {
            if symptom.kind == SymptomKind::Ok {
                continue;
            }
            let weight = weights::symptom(symptom.source);
            // Behind a platform's own proxy an app that is down gives an error page, not silence.
            let silent = hosted && word == "unreachable" && !produces.contains(word);
            if fits(&produces, word) && !silent {
                account.fits.push((*symptom).clone());
                if weight > best {
                    best = weight;
                    reason = format!("{} shows this: {}", cause.slug, symptom_text(symptom));
                }
            } else {
                // A symptom of one route says nothing about failures of another.
                let other_route = account.any_request_time && !account.any_start_time;
                let states_itself =
                    account.favour.iter().any(|&at| entries[at].fact.source == Source::Probe);
                if !other_route && !states_itself && -weight < worst {
                    worst = -weight.min(5.0);
                    if best <= 0.0 {
                        reason = format!("does not show as {}", symptom_text(symptom));
                    }
                }
            }
        }
        // A symptom that many causes show lends no more than the cause has of its own.
        let points = if best > 0.0 { best.min(account.own) } else { worst };
        if points.abs() > f64::EPSILON {
            account.score += points;
            account.receipt.push((points, reason, None));
        }
    }
}

/// The symptom words of a cause on a platform: those of its evidence, where all of it names its own.
fn produced<'a>(
    account: &Account,
    entries: &[Entry<'_>],
    cause: &'a crate::rules::schema::Cause,
    platform: &str,
    rules: &Rules,
) -> Cow<'a, [String]> {
    let mut words = Vec::new();
    for &at in &account.favour {
        let claim = entries[at].owners.iter().find(|claim| claim.sig.slug == cause.slug);
        match claim.map(|claim| &claim.sig.text.symptoms) {
            Some(own) if !own.is_empty() => words.extend(own.iter().cloned()),
            _ => return Cow::Borrowed(cause_symptoms(cause, platform, rules)),
        }
    }
    if words.is_empty() {
        return Cow::Borrowed(cause_symptoms(cause, platform, rules));
    }
    Cow::Owned(words)
}

fn cause_symptoms<'a>(
    cause: &'a crate::rules::schema::Cause,
    platform: &str,
    rules: &Rules,
) -> &'a [String] {
    cause
        .symptoms_on
        .iter()
        .find(|(on, _)| rules.platform_is(platform, on))
        .map_or(&cause.symptoms, |(_, words)| words)
}

fn fits(produces: &[String], word: &str) -> bool {
    produces.iter().any(|made| {
        made == word
            // A reload error is what any failed or slow start looks like from the Web tab.
            || (word == "reload-error" && matches!(made.as_str(), "500" | "502" | "504" | "slow" | "timeout"))
            || (word == "timeout" && made == "504")
            || (word == "504" && made == "timeout")
            || (word == "slow" && matches!(made.as_str(), "504" | "timeout"))
            || (word == "499" && matches!(made.as_str(), "slow" | "timeout" | "504"))
            || (word == "unreachable" && made == "502")
            // Cloudflare's 52x stand for the origin's own failure.
            || (matches!(word, "520" | "521" | "522" | "523" | "524") && matches!(made.as_str(), "502" | "504"))
    })
}

pub(super) fn symptom_word(kind: SymptomKind) -> String {
    match kind {
        SymptomKind::Status(status) => status.to_string(),
        SymptomKind::ReloadError => "reload-error".into(),
        SymptomKind::Slow => "slow".into(),
        SymptomKind::Timeout => "timeout".into(),
        SymptomKind::CrashLoop => "crash-loop".into(),
        SymptomKind::Ok => "ok".into(),
        SymptomKind::Unreachable => "unreachable".into(),
    }
}

/// A symptom for people: "502 (probe)".
pub(super) fn symptom_text(symptom: &Symptom) -> String {
    let source = match symptom.source {
        SymptomSource::User => "as you say",
        SymptomSource::Probe => "probe",
        SymptomSource::AccessLog => "access log",
        SymptomSource::Platform => "platform",
    };
    format!("{} ({source})", symptom_word(symptom.kind))
}

/// The missing module that a fact names.
fn module(fact: &Fact) -> Option<&String> {
    fact.matches.iter().find_map(|hit| hit.captures.get("module"))
}

/// Whether two facts share what a scope names.
pub(super) fn share(same: Same, a: &Fact, b: &Fact) -> bool {
    match same {
        Same::Pid => a.pid.is_some() && a.pid == b.pid,
        Same::Request => a.route.is_some() && a.route == b.route,
        Same::Container => a.container == b.container,
        Same::Epoch => a.epoch == b.epoch,
        Same::Module => module(a).is_some() && module(a) == module(b),
    }
}
