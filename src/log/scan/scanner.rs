//! One file's pass: what a line is, and which rules speak of it.

use std::sync::Arc;

use jiff::Timestamp;

use super::ScanOptions;
use super::answered::Answered;
use super::exceptions::HANDLED;
use super::known::Known;
use super::tested::Tested;
use crate::log::access::{self, Family};
use crate::log::boring::Boring;
use crate::log::circle::Circle;
use crate::log::dialect::{self, LifeKind, LifeMark};
use crate::log::document;
use crate::log::events::{FileEvents, Life};
use crate::log::flattened;
use crate::log::line::{Level, Line};
use crate::log::prefilter::{self, Prefilter};
use crate::log::prefix::{PrefixCtx, strip, strip_all};
use crate::log::read::{Block, Lines, count_lines};
use crate::log::refusals::Refusals;
use crate::log::stamp::Clock;
use crate::log::traceback::{self, Assembler};
use crate::model::{ClockState, Fact, LogKind, LogSummary, Phase, Place, SigMatch, Source};
use crate::rules::Rules;

/// Unexplained lines kept of one file, the newest.
const MOST_UNEXPLAINED: usize = 20;
/// Characters of an excerpt.
const EXCERPT: usize = 2_000;
/// Certainty of what a text that is no log quotes.
const QUOTED: f64 = 0.1;

/// State of one file's pass.
pub(super) struct Scanner<'r> {
    shown: Arc<str>,
    pub(super) kind: LogKind,
    pub(super) options: &'r ScanOptions,
    pub(super) rules: &'r Rules,
    prefilter: &'r Prefilter<'r>,
    /// The file is larger than `LARGE`.
    pub(super) large: bool,
    pub(super) ctx: PrefixCtx,
    pub(super) assembler: Assembler,
    pub(super) events: FileEvents,
    pub(super) known: Known,
    pub(super) last_time: Option<Timestamp>,
    pub(super) first_time: Option<Timestamp>,
    pub(super) zoned: bool,
    /// Only request lines have told the time so far.
    timed_by_requests: bool,
    lines: u64,
    pub(super) circle: Circle,
    pub(super) refusals: Refusals,
    last_boring: Boring,
    pub(super) answered: Answered,
    tested: Tested,
    /// Requests before the newest part were counted in a sample of blocks.
    sampled: bool,
    /// Why what the file says counts little.
    pub(super) no_log: Option<&'static str>,
    /// An empty line stands below every line, and is none.
    pub(super) double_spaced: bool,
}

impl<'r> Scanner<'r> {
    pub(super) fn new(
        shown: &str,
        kind: LogKind,
        options: &'r ScanOptions,
        prefilter: &'r Prefilter<'r>,
    ) -> Self {
        let clock = match &options.zone {
            Some(zone) => Clock::new(zone, options.now),
            None => Clock::utc(options.now),
        };
        Self {
            shown: shown.into(),
            kind,
            options,
            rules: prefilter.rules,
            prefilter,
            large: false,
            ctx: PrefixCtx::new(clock),
            assembler: Assembler::new(),
            events: FileEvents::default(),
            known: Known::default(),
            last_time: None,
            first_time: None,
            zoned: false,
            timed_by_requests: false,
            lines: 0,
            circle: Circle::default(),
            refusals: Refusals::default(),
            last_boring: Boring::default(),
            answered: Answered::default(),
            tested: Tested::default(),
            sampled: false,
            no_log: None,
            double_spaced: false,
        }
    }

    /// The next block of the file; `before`: lines of the file that are not in what is read.
    pub(super) fn block(&mut self, block: Block<'_>, before: u64) {
        let mut lines = block.lines();
        if self.kind == LogKind::Access {
            for line in lines {
                self.line(line.text, line.no + before);
            }
            return;
        }
        loop {
            let skips = self.may_skip();
            if skips {
                self.pass_over(&mut lines, before);
            }
            let text = lines.rest();
            let Some(line) = lines.next() else { return };
            let no = line.no + before;
            if !skips {
                self.line(line.text, no);
            } else if line.text == traceback::HEADER {
                self.lines = no;
                self.line_above(line.text, no);
                if let Some(repeat) = self.assembler.verbatim(text, no) {
                    self.repeat(&repeat);
                    for _ in repeat.first_line..repeat.last_line {
                        lines.next();
                    }
                    self.lines = repeat.last_line;
                    // The line behind it is read as if the traceback were still open: it may begin
                    // something that words alone do not tell, such as a call stack.
                    if let Some(line) = lines.next() {
                        self.read(line.text, line.no + before);
                    }
                } else {
                    self.read(line.text, no);
                }
            } else {
                self.read(line.text, no);
            }
        }
    }

    /// Leaves out a block of requests.
    pub(super) fn leave_out(&mut self, block: Block<'_>, before: u64) {
        self.sampled = true;
        self.lines = block.first_line + before + count_lines(block.text.as_bytes()) - 1;
    }

    /// Leaves out the lines that cannot matter.
    fn pass_over(&mut self, lines: &mut Lines<'_>, before: u64) {
        let rest = lines.rest();
        let quiet = self.prefilter.quiet(rest, self.large);
        if quiet == 0 {
            return;
        }
        let first = lines.next_no() + before;
        let last = first + lines.leave_out(quiet) - 1;
        self.lines = last;
        let newest = rest[..quiet].strip_suffix('\n').unwrap_or(&rest[..quiet]);
        let start = memchr::memrchr(b'\n', newest.as_bytes()).map_or(0, |end| end + 1);
        self.last_boring.note(&newest[start..], last);
    }

    /// One raw line of the file.
    pub(super) fn line(&mut self, raw: &str, no: u64) {
        self.lines = self.lines.max(no);
        self.ctx.no = no;
        if self.double_spaced && raw.trim().is_empty() {
            return;
        }
        if self.kind == LogKind::Access {
            self.request(raw, no);
            return;
        }
        if self.boring(raw) {
            self.last_boring.note(raw, no);
            return;
        }
        self.read(raw, no);
    }

    /// What was said right above a traceback tells whether the program went on.
    fn line_above(&mut self, raw: &str, no: u64) {
        if let Some(above) = self.last_boring.above(raw, no) {
            self.ctx.no = no - 1;
            self.one(&above);
        }
    }

    /// A line that may matter.
    fn read(&mut self, raw: &str, no: u64) {
        self.lines = self.lines.max(no);
        self.line_above(raw, no);
        self.ctx.no = no;
        if let Some(parts) = flattened::split(raw) {
            for part in parts {
                self.one(part);
            }
            return;
        }
        self.one(raw);
    }

    fn one(&mut self, raw: &str) {
        let mut ctx = std::mem::take(&mut self.ctx);
        strip_all(raw, &mut ctx, &mut |line| self.stripped(line));
        self.ctx = ctx;
    }

    /// Nothing of interest can stand in it: neither a rule's literal nor the start of a traceback,
    /// a request or a life-cycle line. Only asked while no traceback is open.
    fn boring(&self, raw: &str) -> bool {
        self.may_skip() && !self.prefilter.may_matter(raw, self.large)
    }

    /// Lines that cannot begin anything may be left out.
    fn may_skip(&self) -> bool {
        self.first_time.is_some() && self.assembler.is_idle()
    }

    fn stripped(&mut self, line: &Line<'_>) {
        if let Some(stamp) = line.stamp {
            self.timed_by_requests = false;
            self.last_time = Some(stamp.at);
            self.first_time = self.first_time.or(Some(stamp.at));
            self.zoned |= stamp.zoned;
        }
        if !self.in_window() {
            return;
        }
        if let Some(life) = dialect::mark(line) {
            self.life(line, &life);
        }
        if line.text.starts_with(dialect::LOADING) {
            self.events.loading = Some(line.no);
        }
        if line.text.starts_with(dialect::LEAVING) {
            self.events.left = Some(line.no);
        }
        let pushed = self.assembler.push(line);
        for done in pushed.done {
            self.exception(done);
        }
        for repeat in pushed.repeats {
            self.repeat(&repeat);
        }
        if pushed.consumed {
            return;
        }
        let provoked = self.tested.see(line.text, self.events.facts.len());
        self.provoked(provoked);
        if prefilter::request_like(line.text)
            && let Some(request) = access::parse(line, &Clock::utc(self.options.now))
        {
            self.time_of(&request);
            self.record(&request, line.no);
            // A visitor wrote the path, the referer and the agent: they say nothing of the app.
            if request.family == Family::Common {
                return;
            }
        }
        self.rules_on(line);
    }

    /// Where nothing else of the file is stamped, its requests tell the time.
    fn time_of(&mut self, request: &access::AccessLine<'_>) {
        self.timed_by_requests |= self.first_time.is_none();
        if self.timed_by_requests && request.time.is_some() {
            self.last_time = request.time;
            self.first_time = self.first_time.or(request.time);
            self.zoned |= request.zoned;
        }
    }

    pub(super) fn in_window(&self) -> bool {
        match self.last_time {
            Some(at) => {
                self.options.since.is_none_or(|since| at >= since)
                    && self.options.until.is_none_or(|until| at <= until)
            }
            None => true,
        }
    }

    fn life(&mut self, line: &Line<'_>, mark: &LifeMark<'_>) {
        if matches!(mark.kind, LifeKind::Start | LifeKind::Reload | LifeKind::Deploy) {
            self.known.next_segment();
            self.assembler.forget();
        }
        self.events.lives.push(Life {
            kind: mark.kind,
            label: mark.label.to_owned(),
            time: line.stamp.map(|stamp| stamp.at).or(self.last_time),
            line: line.no,
            pid: mark.pid.or(line.pid),
            container: mark.container.or(line.container).map(str::to_owned),
            version: mark.version,
        });
    }

    /// The last that was heard of the line's container before is that somebody stopped it.
    fn was_stopped(&self, line: &Line<'_>) -> bool {
        let mut lives = self.events.lives.iter().rev();
        line.container.is_some()
            && lives
                .find(|life| life.line != line.no && life.container.as_deref() == line.container)
                .is_some_and(|life| life.kind == LifeKind::Stop)
    }

    /// The signature says that a process ended without an error, which means nothing where it was
    /// asked to.
    fn ends_willingly(&self, signature: &str) -> bool {
        self.rules
            .signature(signature)
            .is_some_and(|sig| sig.text.class.iter().any(|class| class == "willing-end"))
    }

    fn rules_on(&mut self, line: &Line<'_>) {
        if self.rules.is_harmless(line.text) || is_comment(line) {
            return;
        }
        let mut hits = self.rules.match_line(line.text, self.kind);
        let matched = !hits.is_empty();
        if self.was_stopped(line) {
            hits.retain(|hit| !self.ends_willingly(&hit.sig.signature));
        }
        if hits.is_empty() {
            if !matched && !self.said(line) {
                self.unexplained(line);
            }
            return;
        }
        let mut fact = Fact::new(Source::Log, bounded(line.text));
        fact.phase =
            hits.iter().map(|hit| hit.phase).find(|p| *p != Phase::Unknown).unwrap_or_default();
        fact.time = line.stamp.map(|stamp| stamp.at).or(self.last_time);
        fact.place = Some(self.place(line.no));
        fact.log_kind = Some(self.kind);
        fact.container = line.container.map(str::to_owned);
        let capture = |name: &str| hits.iter().find_map(|hit| hit.sig.captures.get(name).cloned());
        fact.pid = capture("pid").and_then(|pid| pid.parse().ok()).or(line.pid);
        fact.route = capture("route");
        fact.status = capture("status").and_then(|status| status.parse().ok());
        // Info lines that look like trouble were handled by whoever logged them.
        if matches!(line.level, Some(Level::Debug)) {
            fact.certainty = 0.3;
        }
        if line.prefixes.is_empty() {
            fact.certainty = fact.certainty.min(document::certainty(line.text));
        }
        fact.order = line.no;
        let key = line_key(&hits[0].sig, fact.container.as_deref());
        fact.matches = hits.into_iter().map(|hit| hit.sig).collect();
        self.known.add(&mut self.events.facts, &key, fact);
    }

    fn unexplained(&mut self, line: &Line<'_>) {
        let marked = matches!(line.level, Some(Level::Error | Level::Critical));
        let worded = prefilter::error_like(line.text);
        if !(marked || worded && !matches!(line.level, Some(Level::Debug | Level::Info)))
            || line.text.trim().is_empty()
        {
            return;
        }
        let mut fact = Fact::new(Source::Log, bounded(line.text));
        fact.time = line.stamp.map(|stamp| stamp.at).or(self.last_time);
        fact.place = Some(self.place(line.no));
        fact.log_kind = Some(self.kind);
        fact.order = line.no;
        keep_unexplained(&mut self.events.unexplained, fact);
    }

    /// What tests that passed provoked counts little.
    fn provoked(&mut self, facts: Option<std::ops::Range<usize>>) {
        for fact in facts.and_then(|range| self.events.facts.get_mut(range)).unwrap_or_default() {
            fact.certainty = fact.certainty.min(HANDLED);
        }
    }

    /// What a guide or a configuration quotes did not happen.
    fn quoted(&mut self) {
        let Some(why) = self.no_log else { return };
        for fact in &mut self.events.facts {
            fact.certainty = fact.certainty.min(QUOTED);
            fact.note = Some(format!("{}: {why}", self.shown));
        }
        if !self.events.facts.is_empty() {
            self.events.skipped =
                Some(format!("{}: {why}; what it quotes counts little", self.shown));
        }
    }

    pub(super) fn place(&self, line: u64) -> Place {
        Place::line(self.shown.clone(), u32::try_from(line).unwrap_or(u32::MAX))
    }

    pub(super) fn finish(mut self, complete: bool) -> FileEvents {
        for done in self.assembler.finish() {
            self.exception(done);
        }
        // The log goes on as far as its last line, of interest or not.
        let newest = strip(self.last_boring.newest(), &mut self.ctx).stamp;
        if let Some(stamp) = newest {
            self.last_time = self.last_time.max(Some(stamp.at));
        }
        let clock = if self.zoned {
            ClockState::Offset
        } else if self.options.zone.is_some()
            || !matches!(self.options.platform.as_str(), "generic" | "")
        {
            ClockState::Assumed
        } else {
            ClockState::Unknown
        };
        self.refused();
        let provoked = self.tested.over();
        self.provoked(provoked);
        for at in std::mem::take(&mut self.answered).finish() {
            self.events.facts[at].certainty = HANDLED;
        }
        self.quoted();
        self.events.facts.retain(|fact| !fact.matches.is_empty());
        self.events.summary = Some(LogSummary {
            path: self.shown.to_string(),
            kind: self.kind,
            first: self.first_time,
            last: self.last_time,
            lines: self.lines,
            clock,
            sampled: self.sampled,
            complete: complete
                && !self.sampled
                && self.options.since.is_none()
                && self.options.until.is_none(),
        });
        self.events
    }
}

/// A comment of a script or configuration: servers begin no line so.
fn is_comment(line: &Line<'_>) -> bool {
    line.prefixes.is_empty()
        && ["# ", "## ", "; ", "// ", "<!-- "].iter().any(|mark| line.text.starts_with(mark))
}

pub(super) fn keep_unexplained(list: &mut Vec<Fact>, fact: Fact) {
    if let Some(known) = list.iter_mut().find(|known| known.excerpt == fact.excerpt) {
        known.count = known.count.saturating_add(1);
        known.last_time = fact.time.or(known.last_time);
        known.order = fact.order;
        return;
    }
    if list.len() >= MOST_UNEXPLAINED {
        list.remove(0);
    }
    list.push(fact);
}

/// What makes two lines the same event: the process that wrote them does not.
pub(in crate::log) fn line_key(hit: &SigMatch, container: Option<&str>) -> String {
    let mut key = format!("{}|{}", hit.signature, container.unwrap_or_default());
    for (name, value) in hit
        .captures
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "pid" | "since" | "seconds"))
    {
        key.push('|');
        key.push_str(name);
        key.push('=');
        key.push_str(value);
    }
    key
}

pub(super) fn bounded(text: &str) -> String {
    text.chars().take(EXCERPT).collect()
}
