//! Finding signatures: literals first, then a lazily compiled pattern, then typed captures.

mod literals;
mod pattern;
mod signature;
mod words;

use std::collections::BTreeMap;

use self::literals::Literals;
use self::pattern::{Lazy, compile};
use self::signature::compile_signature;
pub use self::signature::{LineMatch, Signature};
pub use self::words::verdict_word;
use self::words::{error_word, phase_word};
use super::schema::{Cause, Kind};
use super::{Harmless, Rules};
use crate::model::{Captures, ExceptionEvent, Hit, LogKind, Phase, ProbeVerdict, SigMatch};

/// Compiled signatures and the automata over their literals.
#[derive(Debug)]
pub(super) struct Matcher {
    signatures: Vec<Signature>,
    by_id: BTreeMap<String, usize>,
    lines: Literals,
    harmless: Literals,
    harmless_regex: Vec<Lazy>,
    exceptions: BTreeMap<String, Vec<usize>>,
    any_exception: Vec<usize>,
}

impl Matcher {
    pub(super) fn build(causes: &[Cause], harmless: &[Harmless]) -> Self {
        let signatures: Vec<Signature> = causes
            .iter()
            .flat_map(|cause| {
                cause.signatures.iter().map(move |text| compile_signature(cause, text))
            })
            .collect();
        let by_id = signatures.iter().enumerate().map(|(at, sig)| (sig.id.clone(), at)).collect();
        let lines = Literals::new(signatures.iter().enumerate().filter_map(|(at, sig)| {
            (sig.text.kind == Kind::Line).then(|| Some((sig.text.literal.clone()?, at)))?
        }));
        let all: Vec<_> = harmless.iter().flat_map(|file| &file.lines).collect();
        let harmless_literals =
            Literals::new(all.iter().enumerate().map(|(at, l)| (l.literal.clone(), at)));
        let harmless_regex = all.iter().map(|line| Lazy::new(line.regex.as_ref())).collect();
        let mut exceptions: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let mut any_exception = Vec::new();
        for (at, sig) in signatures.iter().enumerate() {
            for name in &sig.text.types {
                if name.starts_with('*') {
                    any_exception.push(at);
                } else {
                    let short = name.rsplit('.').next().unwrap_or(name);
                    exceptions.entry(short.to_owned()).or_default().push(at);
                }
            }
        }
        any_exception.dedup();
        Self {
            signatures,
            by_id,
            lines,
            harmless: harmless_literals,
            harmless_regex,
            exceptions,
            any_exception,
        }
    }
}

impl Rules {
    /// All signatures in catalogue order.
    #[must_use]
    pub fn signatures(&self) -> &[Signature] {
        &self.matcher.signatures
    }

    /// A signature by its full id.
    #[must_use]
    pub fn signature(&self, id: &str) -> Option<&Signature> {
        self.matcher.by_id.get(id).map(|&at| &self.matcher.signatures[at])
    }

    /// Literals of all line signatures: a line without any of them matches none. Sorted.
    #[must_use]
    pub fn literals(&self) -> &[String] {
        &self.matcher.lines.texts
    }

    /// Signatures of kind `line` that match a line whose prefixes were taken off.
    #[must_use]
    pub fn match_line(&self, text: &str, kind: LogKind) -> Vec<LineMatch> {
        let mut found = Vec::new();
        self.matcher.lines.each(text, |at| {
            if let Some(hit) = self.matcher.signatures[at].line(text, kind) {
                found.push(hit);
            }
        });
        found.sort_by(|a, b| {
            (b.specificity, &a.sig.signature).cmp(&(a.specificity, &b.sig.signature))
        });
        found
    }

    /// Whether a working site writes such a line too.
    #[must_use]
    pub fn is_harmless(&self, text: &str) -> bool {
        let mut harmless = false;
        self.matcher.harmless.each(text, |at| {
            harmless = harmless || self.matcher.harmless_regex[at].matches(text);
        });
        harmless
    }

    /// Signatures of kind `exception`, most specific first.
    #[must_use]
    pub fn match_exception(&self, event: &ExceptionEvent, phase: Phase) -> Vec<SigMatch> {
        let mut found: Vec<(i32, SigMatch)> = self
            .matcher
            .exceptions
            .get(event.short_type())
            .into_iter()
            .flatten()
            .chain(&self.matcher.any_exception)
            .filter_map(|&at| {
                let sig = &self.matcher.signatures[at];
                sig.exception(event, phase).map(|hit| (sig.specificity, hit))
            })
            .collect();
        found.sort_by(|a, b| (b.0, &a.1.signature).cmp(&(a.0, &b.1.signature)));
        found.dedup_by(|a, b| a.1.signature == b.1.signature);
        found.into_iter().map(|(_, hit)| hit).collect()
    }

    fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Signature> {
        self.matcher.signatures.iter().filter(move |sig| sig.text.kind == kind)
    }

    /// Signatures of kind `code` for a lint's kebab-case name; its own captures are kept.
    ///
    /// One lint may support several causes (a name that is missing in a module is often the
    /// application itself); `cause` is the one that the finding names.
    #[must_use]
    pub fn match_lint(
        &self,
        lint: &str,
        cause: Option<&str>,
        captures: &Captures,
    ) -> Vec<SigMatch> {
        self.of_kind(Kind::Code)
            .filter(|sig| sig.text.lint.iter().any(|name| name == lint))
            .filter(|sig| cause.is_none_or(|cause| sig.slug == cause))
            .map(|sig| {
                let mut all = sig.constants();
                all.extend(captures.clone());
                SigMatch { signature: sig.id.clone(), captures: all }
            })
            .collect()
    }

    /// Signatures of kind `event` for a platform's event or a join's fact.
    #[must_use]
    pub fn match_event(&self, event: &str, text: &str, captures: &Captures) -> Vec<SigMatch> {
        self.of_kind(Kind::Event)
            .filter(|sig| sig.text.event.iter().any(|name| name == event))
            .filter_map(|sig| {
                let mut all = sig.constants();
                all.extend(captures.clone());
                let found = sig.event_text.captures(text)?;
                sig.take(found.as_ref(), &mut all);
                Some(SigMatch { signature: sig.id.clone(), captures: all })
            })
            .collect()
    }

    /// Signatures of kind `page` for one hit.
    #[must_use]
    pub fn match_hit(&self, hit: &Hit, verdict: ProbeVerdict) -> Vec<SigMatch> {
        self.of_kind(Kind::Page)
            .filter(|sig| {
                let text = &sig.text;
                let page = text.page.is_empty()
                    || hit.page.as_deref().is_some_and(|page| {
                        text.page.iter().any(|wanted| match wanted.strip_prefix('*') {
                            Some(ending) => page.ends_with(ending),
                            None => page == wanted,
                        })
                    });
                let status =
                    text.status.is_empty() || hit.status.is_some_and(|s| text.status.contains(&s));
                let probe = text.probe.is_empty()
                    || text.probe.iter().any(|word| word == verdict_word(verdict));
                let error = text.error.is_empty()
                    || hit
                        .error
                        .as_ref()
                        .is_some_and(|e| text.error.iter().any(|w| w == error_word(e.kind)));
                let phase = text.error_phase.is_empty()
                    || hit
                        .error
                        .as_ref()
                        .is_some_and(|e| text.error_phase.iter().any(|w| w == phase_word(e.phase)));
                page && status && probe && error && phase
            })
            .filter_map(|sig| {
                let mut captures = sig.constants();
                let found = sig.event_text.captures(&hit.body)?;
                sig.take(found.as_ref(), &mut captures);
                Some(SigMatch { signature: sig.id.clone(), captures })
            })
            .collect()
    }

    /// Compiles every pattern: what lazy compilation would only find when its literal appears.
    #[must_use]
    pub fn pattern_problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for sig in &self.matcher.signatures {
            let lazies = [
                &sig.regex,
                &sig.message,
                &sig.frame,
                &sig.bottom,
                &sig.no_frame,
                &sig.intro,
                &sig.event_text,
            ];
            for pattern in lazies.into_iter().filter_map(|lazy| lazy.text()) {
                if let Err(error) = compile(pattern) {
                    problems.push(format!("{}: {error}", sig.id));
                }
            }
        }
        for lazy in &self.matcher.harmless_regex {
            if let Some(Err(error)) = lazy.text().map(compile) {
                problems.push(format!("harmless: {error}"));
            }
        }
        for (what, literals) in
            [("line", &self.matcher.lines), ("harmless", &self.matcher.harmless)]
        {
            if !literals.is_usable() {
                problems.push(format!("{what}: the literals cannot be searched for"));
            }
        }
        problems
    }
}
