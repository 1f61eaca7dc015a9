//! Placeholders: the same value gets the same one, everywhere in a report.

use std::collections::{BTreeMap, BTreeSet};

use super::RedactOptions;
use super::pattern::{self, patterns};
use super::personal;
use crate::model::Site;

/// Shortest secret that is looked for without its name; shorter ones are ordinary words too often.
const REPEAT_MIN: usize = 8;

/// Values seen so far and their placeholders.
pub(super) struct Store {
    options: RedactOptions,
    /// (type, value) → placeholder.
    known: BTreeMap<(String, String), String>,
    /// Type → how many values.
    numbers: BTreeMap<String, u32>,
    /// Secrets to look for without their names.
    repeats: Vec<(String, String)>,
    /// Hosts that stay: the site's own.
    own_hosts: Vec<String>,
    /// Placeholders that stand in the report, by type; what is only prepared is not counted.
    used: BTreeSet<(String, String)>,
}

impl Store {
    pub(super) fn new(options: RedactOptions, site: &Site) -> Self {
        let mut store = Self {
            options,
            known: BTreeMap::new(),
            numbers: BTreeMap::new(),
            repeats: Vec::new(),
            used: BTreeSet::new(),
            own_hosts: site.domain.iter().chain(&site.url).cloned().collect(),
        };
        if store.options.users
            && let Some(user) = site.user.as_deref()
            && personal::names_a_person(user)
        {
            store.user(user);
        }
        store
    }

    /// The placeholder of a value; `‹ip-1›`, `‹secret:db-password›`.
    fn placeholder(&mut self, kind: &str, id: &str, value: &str) -> String {
        let key = (format!("{kind}:{id}"), value.to_owned());
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let number = self.numbers.entry(key.0.clone()).or_default();
        *number += 1;
        let text = match (kind, *number) {
            ("secret", 1) => format!("‹secret:{id}›"),
            ("secret", n) => format!("‹secret:{id}-{n}›"),
            (_, n) => format!("‹{kind}-{n}›"),
        };
        if kind == "secret"
            && value.len() >= REPEAT_MIN
            && value.bytes().any(|b| b.is_ascii_digit() || b.is_ascii_punctuation())
            && value.bytes().any(|b| b.is_ascii_alphabetic())
            && !value.contains("://")
        {
            self.repeats.push((value.to_owned(), text.clone()));
        }
        self.known.insert(key, text.clone());
        text
    }

    /// The site's account name as the report may hold it.
    pub(super) fn account(&mut self, name: &str) -> String {
        if self.options.users && personal::names_a_person(name) {
            self.user(name)
        } else {
            name.to_owned()
        }
    }

    fn user(&mut self, name: &str) -> String {
        self.placeholder("user", "", name)
    }

    /// Replaces what patterns and rules about personal data find.
    pub(super) fn first_pass(&mut self, text: &mut String) {
        if text.len() < 3 {
            return;
        }
        let may = pattern::may_match(text);
        for (pattern, may) in patterns().iter().zip(may) {
            if !may {
                continue;
            }
            let spans = pattern.spans(text);
            self.replace(text, &spans, &pattern.kind, &pattern.id);
        }
        let spans = personal::emails(text);
        self.replace(text, &spans, "email", "");
        if self.options.addresses {
            let spans = personal::addresses(text, &self.own_hosts);
            self.replace(text, &spans, "ip", "");
        }
        if self.options.users {
            let spans = personal::users(text);
            self.replace(text, &spans, "user", "");
        }
    }

    /// Replaces known secrets and account names that stand without the words that gave them away.
    pub(super) fn second_pass(&mut self, text: &mut String) {
        for (value, placeholder) in &self.repeats {
            if text.contains(value.as_str()) {
                *text = text.replace(value.as_str(), placeholder);
            }
        }
        for ((kind, name), placeholder) in &self.known {
            if kind != "user:" || !text.contains(name.as_str()) {
                continue;
            }
            let spans = personal::account(text, name);
            for span in spans.into_iter().rev() {
                self.used.insert(("user".to_owned(), placeholder.clone()));
                text.replace_range(span, placeholder);
            }
        }
    }

    pub(super) fn has_repeats(&self) -> bool {
        !self.repeats.is_empty() || self.numbers.contains_key("user:")
    }

    fn replace(
        &mut self,
        text: &mut String,
        spans: &[std::ops::Range<usize>],
        kind: &str,
        id: &str,
    ) {
        if spans.is_empty() {
            return;
        }
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for span in spans {
            // What an earlier pattern replaced stays replaced.
            if text[span.clone()].starts_with('‹') {
                continue;
            }
            out.push_str(&text[at..span.start]);
            let placeholder = self.placeholder(kind, id, &text[span.clone()]);
            out.push_str(&placeholder);
            self.used.insert((kind.to_owned(), placeholder));
            at = span.end;
        }
        out.push_str(&text[at..]);
        *text = out;
    }

    /// Different values per type.
    pub(super) fn counts(&self) -> BTreeMap<String, u32> {
        let mut counts = BTreeMap::new();
        for (kind, _) in &self.used {
            *counts.entry(kind.clone()).or_insert(0) += 1;
        }
        counts
    }
}
