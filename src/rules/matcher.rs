//! Finding signatures: literals first, then a lazily compiled pattern, then typed captures.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use regex::{Regex, RegexBuilder};

use super::load::RuleError;
use super::schema::{Cause, Kind, SignatureText, Strength};
use super::{Harmless, Rules};
use crate::model::{
    Captures, ErrorKind, ExceptionEvent, FrameOwner, Hit, LogKind, Phase, ProbePhase, ProbeVerdict,
    SigMatch,
};

/// A signature ready to match.
#[derive(Debug)]
pub struct Signature {
    /// `SLUG/ID`.
    pub id: String,
    pub slug: String,
    /// Its cause is a fallback.
    pub fallback: bool,
    pub text: SignatureText,
    /// More specific signatures own an event before less specific ones.
    pub specificity: i32,
    regex: Lazy,
    message: Lazy,
    frame: Lazy,
    bottom: Lazy,
    no_frame: Lazy,
    intro: Lazy,
    event_text: Lazy,
}

/// A pattern that is compiled when its literal has appeared for the first time.
#[derive(Debug, Default)]
struct Lazy {
    pattern: Option<String>,
    compiled: OnceLock<Option<Regex>>,
}

impl Lazy {
    fn new(pattern: Option<&String>) -> Self {
        Self { pattern: pattern.map(|p| ascii_classes(p)), compiled: OnceLock::new() }
    }

    /// `Some(None)`: no pattern. `None`: the pattern does not match.
    fn captures<'t>(&self, text: &'t str) -> Option<Option<regex::Captures<'t>>> {
        let Some(pattern) = &self.pattern else { return Some(None) };
        let compiled = self.compiled.get_or_init(|| compile(pattern).ok());
        compiled.as_ref()?.captures(text).map(Some)
    }

    fn matches(&self, text: &str) -> bool {
        let Some(pattern) = &self.pattern else { return true };
        let compiled = self.compiled.get_or_init(|| compile(pattern).ok());
        compiled.as_ref().is_some_and(|regex| regex.is_match(text))
    }
}

fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).size_limit(1 << 20).build()
}

/// `\d`, `\w`, `\s`, `\b` as ASCII: what servers print is ASCII, and such patterns compile ten times faster.
fn ascii_classes(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 32);
    let mut in_class = false;
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match (chars.next(), in_class) {
                (Some('d'), false) => out.push_str("[0-9]"),
                (Some('d'), true) => out.push_str("0-9"),
                (Some('w'), false) => out.push_str("[0-9A-Za-z_]"),
                (Some('w'), true) => out.push_str("0-9A-Za-z_"),
                (Some('s'), false) => out.push_str("[ \\t\\r\\n]"),
                (Some('s'), true) => out.push_str(" \\t\\r\\n"),
                (Some('S'), false) => out.push_str("[^ \\t\\r\\n]"),
                (Some('b'), false) => out.push_str("(?-u:\\b)"),
                (Some(other), _) => {
                    out.push('\\');
                    out.push(other);
                }
                (None, _) => out.push('\\'),
            },
            '[' => {
                in_class = true;
                out.push('[');
            }
            ']' => {
                in_class = false;
                out.push(']');
            }
            other => out.push(other),
        }
    }
    out
}

/// A line signature that matched.
#[derive(Debug, Clone)]
pub struct LineMatch {
    pub sig: SigMatch,
    /// The phase that the signature states.
    pub phase: Phase,
    pub specificity: i32,
}

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

/// An automaton over literals, and who asked for each.
#[derive(Debug)]
struct Literals {
    automaton: Option<AhoCorasick>,
    owners: Vec<Vec<usize>>,
    texts: Vec<String>,
}

impl Literals {
    fn new(wanted: impl Iterator<Item = (String, usize)>, errors: &mut Vec<RuleError>) -> Self {
        let mut map: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (literal, owner) in wanted {
            map.entry(literal).or_default().push(owner);
        }
        let (texts, owners): (Vec<_>, Vec<_>) = map.into_iter().unzip();
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::DFA))
            .build(&texts)
            .map_err(|error| {
                errors.push(RuleError { file: "literals".into(), problem: error.to_string() });
            })
            .ok();
        Self { automaton, owners, texts }
    }

    /// Calls `hit` once for each owner whose literal stands in the text.
    fn each(&self, text: &str, mut hit: impl FnMut(usize)) {
        let Some(automaton) = &self.automaton else { return };
        let mut seen: Vec<usize> = Vec::new();
        for found in automaton.find_overlapping_iter(text) {
            let literal = found.pattern().as_usize();
            if seen.contains(&literal) {
                continue;
            }
            seen.push(literal);
            for &owner in &self.owners[literal] {
                hit(owner);
            }
        }
    }
}

impl Matcher {
    pub(super) fn build(
        causes: &[Cause],
        harmless: &[Harmless],
        errors: &mut Vec<RuleError>,
    ) -> Self {
        let signatures: Vec<Signature> = causes
            .iter()
            .flat_map(|cause| {
                cause.signatures.iter().map(move |text| compile_signature(cause, text))
            })
            .collect();
        let by_id = signatures.iter().enumerate().map(|(at, sig)| (sig.id.clone(), at)).collect();
        let lines = Literals::new(
            signatures.iter().enumerate().filter_map(|(at, sig)| {
                (sig.text.kind == Kind::Line).then(|| Some((sig.text.literal.clone()?, at)))?
            }),
            errors,
        );
        let all: Vec<_> = harmless.iter().flat_map(|file| &file.lines).collect();
        let harmless_literals =
            Literals::new(all.iter().enumerate().map(|(at, l)| (l.literal.clone(), at)), errors);
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

fn compile_signature(cause: &Cause, text: &SignatureText) -> Signature {
    let lens =
        |s: &Option<String>| s.as_ref().map_or(0, |s| i32::try_from(s.len().min(40)).unwrap_or(40));
    let mut specificity = text.priority;
    specificity += match text.strength {
        Strength::None => -12,
        Strength::Weak => 0,
        Strength::Moderate => 4,
        Strength::Strong => 8,
        Strength::Definitive => 12,
    };
    specificity += lens(&text.literal) / 8;
    specificity += lens(&text.regex) / 10;
    if text.kind == Kind::Exception {
        specificity += if text.types.iter().any(|name| name.starts_with('*')) { 0 } else { 8 };
        specificity += if text.message.is_some() { 8 } else { 0 };
        specificity += if text.frame.is_some() || text.bottom.is_some() { 5 } else { 0 };
        specificity += if text.module_owner.is_empty() { 0 } else { 4 };
        specificity += if text.intro.is_some() { 3 } else { 0 };
    }
    if cause.fallback {
        specificity -= 1000;
    }
    Signature {
        id: format!("{}/{}", cause.slug, text.id),
        slug: cause.slug.clone(),
        fallback: cause.fallback,
        specificity,
        regex: Lazy::new(text.regex.as_ref()),
        message: Lazy::new(text.message.as_ref()),
        frame: Lazy::new(text.frame.as_ref()),
        bottom: Lazy::new(text.bottom.as_ref()),
        no_frame: Lazy::new(text.no_frame.as_ref()),
        intro: Lazy::new(text.intro.as_ref()),
        event_text: Lazy::new(text.text.as_ref()),
        text: text.clone(),
    }
}

impl Signature {
    fn take(&self, found: Option<&regex::Captures<'_>>, into: &mut Captures) {
        let Some(found) = found else { return };
        for (name, kind) in &self.text.captures {
            // A name may stand in several branches of a pattern: `name`, `name2`, … `name9`.
            let group = found
                .name(name)
                .or_else(|| (2..10).find_map(|n| found.name(&format!("{name}{n}"))));
            if let Some(value) = group.and_then(|m| kind.check(m.as_str())) {
                into.insert(name.clone(), value);
            }
        }
    }

    fn constants(&self) -> Captures {
        self.text.set.clone()
    }

    fn line(&self, text: &str, kind: LogKind) -> Option<LineMatch> {
        if !self.text.places.is_empty()
            && kind != LogKind::Any
            && !self.text.places.iter().any(|place| place_is(place, kind))
        {
            return None;
        }
        let found = self.regex.captures(text)?;
        let mut captures = self.constants();
        self.take(found.as_ref(), &mut captures);
        Some(LineMatch {
            sig: SigMatch { signature: self.id.clone(), captures },
            phase: self.text.phase.first().map_or(Phase::Unknown, |&word| word.into()),
            specificity: self.specificity,
        })
    }

    fn exception(&self, event: &ExceptionEvent, phase: Phase) -> Option<SigMatch> {
        if !self.text.types.iter().any(|name| type_is(name, event)) {
            return None;
        }
        // A fallback says when it happened, so it must be known; a specific cause says what.
        if !self.text.phase.is_empty()
            && (phase != Phase::Unknown || self.fallback)
            && !self.text.phase.iter().any(|&word| Phase::from(word) == phase)
        {
            return None;
        }
        if !self.text.module_owner.is_empty()
            && !self.text.module_owner.iter().any(|&word| event.module_owner == word.into())
        {
            return None;
        }
        if !self.text.last_frame.is_empty() {
            let owner = match event.frames.last().map(|frame| frame.owner) {
                None => "none",
                Some(FrameOwner::Own) => "own",
                Some(FrameOwner::Library) => "library",
                Some(FrameOwner::Stdlib) => "stdlib",
                Some(FrameOwner::Server) => "server",
            };
            if !self.text.last_frame.iter().any(|wanted| wanted == owner) {
                return None;
            }
        }
        if self.intro.pattern.is_some()
            && !event.intro.as_deref().is_some_and(|i| self.intro.matches(i))
        {
            return None;
        }
        let mut captures = self.constants();
        let message = self.message.captures(&event.message)?;
        self.take(message.as_ref(), &mut captures);
        if self.frame.pattern.is_some()
            || self.bottom.pattern.is_some()
            || self.no_frame.pattern.is_some()
        {
            let mut frames: Vec<String> = event
                .frames
                .iter()
                .map(|f| {
                    format!("{}:{}:{}", f.file, f.function, f.source.as_deref().unwrap_or_default())
                })
                .collect();
            // The file that does not compile is where the chain of imports ends.
            frames.extend(event.syntax_at.iter().map(|(file, _)| format!("{file}::")));
            if self.frame.pattern.is_some() {
                let hit = frames.iter().rev().find_map(|frame| self.frame.captures(frame))?;
                self.take(hit.as_ref(), &mut captures);
            }
            if self.bottom.pattern.is_some() {
                let hit = self.bottom.captures(frames.last()?)?;
                self.take(hit.as_ref(), &mut captures);
            }
            if self.no_frame.pattern.is_some() && frames.iter().any(|f| self.no_frame.matches(f)) {
                return None;
            }
        }
        Some(SigMatch { signature: self.id.clone(), captures })
    }
}

fn type_is(name: &str, event: &ExceptionEvent) -> bool {
    if name == "*" {
        return true;
    }
    if let Some(ending) = name.strip_prefix('*') {
        return event.type_name.ends_with(ending);
    }
    if name.contains('.') {
        // Python 2 and most loggers print the short name only.
        return event.type_name == name
            || (!event.type_name.contains('.')
                && name.ends_with(&format!(".{}", event.type_name)));
    }
    event.short_type() == name
}

fn place_is(place: &str, kind: LogKind) -> bool {
    matches!(
        (place, kind),
        ("error", LogKind::Error)
            | ("server", LogKind::Server)
            | ("access", LogKind::Access)
            | ("nginx", LogKind::Nginx)
            | ("platform", LogKind::Platform)
            | ("any", _)
    )
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

    /// Whether any line signature's literal stands in the text: the cheap test before anything else.
    #[must_use]
    pub fn has_line_literal(&self, text: &str) -> bool {
        self.matcher.lines.automaton.as_ref().is_some_and(|automaton| automaton.is_match(text))
    }

    /// Offsets at which a line signature's literal ends, for skipping through large blocks.
    pub fn line_literals_in<'a>(&'a self, block: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
        self.matcher
            .lines
            .automaton
            .iter()
            .flat_map(move |automaton| automaton.find_overlapping_iter(block).map(|m| m.end()))
    }

    /// Literals of all line signatures, for benches against other tools.
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
            for pattern in lazies.into_iter().filter_map(|lazy| lazy.pattern.as_ref()) {
                if let Err(error) = compile(pattern) {
                    problems.push(format!("{}: {error}", sig.id));
                }
            }
        }
        for lazy in &self.matcher.harmless_regex {
            if let Some(Err(error)) = lazy.pattern.as_deref().map(compile) {
                problems.push(format!("harmless: {error}"));
            }
        }
        problems
    }
}

/// The JSON contract's word for a verdict.
#[must_use]
pub fn verdict_word(verdict: ProbeVerdict) -> &'static str {
    match verdict {
        ProbeVerdict::Ok => "ok",
        ProbeVerdict::SlowFirst => "slow-first",
        ProbeVerdict::Slow => "slow",
        ProbeVerdict::OverLimit => "over-limit",
        ProbeVerdict::Flaky => "flaky",
        ProbeVerdict::Failing => "failing",
        ProbeVerdict::Unreachable => "unreachable",
        ProbeVerdict::Reloading => "reloading",
    }
}

fn error_word(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::NotFound => "not-found",
        ErrorKind::Refused => "refused",
        ErrorKind::Unreachable => "unreachable",
        ErrorKind::Reset => "reset",
        ErrorKind::Timeout => "timeout",
        ErrorKind::TlsExpired => "tls-expired",
        ErrorKind::TlsNotYetValid => "tls-not-yet-valid",
        ErrorKind::TlsWrongName => "tls-wrong-name",
        ErrorKind::TlsSelfSigned => "tls-self-signed",
        ErrorKind::TlsUnknownIssuer => "tls-unknown-issuer",
        ErrorKind::TlsProtocol => "tls-protocol",
        ErrorKind::RedirectLoop => "redirect-loop",
        ErrorKind::RedirectRefused => "redirect-refused",
        ErrorKind::InvalidResponse => "invalid-response",
        ErrorKind::TooLarge => "too-large",
        ErrorKind::ProxyRefused => "proxy-refused",
        ErrorKind::Interrupted => "interrupted",
        ErrorKind::Other => "other",
    }
}

fn phase_word(phase: ProbePhase) -> &'static str {
    match phase {
        ProbePhase::Dns => "dns",
        ProbePhase::Connect => "connect",
        ProbePhase::Tls => "tls",
        ProbePhase::FirstByte => "first-byte",
        ProbePhase::Body => "body",
        ProbePhase::Redirect => "redirect",
    }
}

#[cfg(test)]
mod tests {
    use super::ascii_classes;

    #[test]
    fn classes_become_ascii_inside_and_outside_brackets() {
        assert_eq!(ascii_classes(r"\d+ [\d.]\w\."), r"[0-9]+ [0-9.][0-9A-Za-z_]\.");
    }
}
