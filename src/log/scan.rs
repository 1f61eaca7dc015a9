//! The scanner: one pass over each file, line rules and tracebacks, requests and life-cycle.
//!
//! Files are read side by side; `merge` puts their events into one order and epochs.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use jiff::{Timestamp, tz::TimeZone};

use super::access::{self, AccessLine};
use super::boring::Boring;
use super::circle::Circle;
use super::dialect::{self, LifeKind};
use super::events::{Failed, FileEvents, Life, RouteCount};
use super::line::{Level, Line};
use super::merge;
use super::order::FileOrder;
use super::prefilter::{self, Prefilter};
use super::prefix::{PrefixCtx, strip_all};
use super::read::{LogReader, ReadError};
use super::stamp::Clock;
use super::traceback::{Assembled, Assembler};
use crate::model::{
    ClockState, ExceptionEvent, Fact, Facts, FrameOwner, LogFile, LogKind, LogSummary, Phase,
    Place, Source, TracebackShape,
};
use crate::rules::Rules;

/// Most events kept of one file; repeats of one event count once.
const MOST_FACTS: usize = 5_000;
/// Most routes and failed requests kept of one file.
const MOST_ROUTES: usize = 2_000;
const MOST_FAILED: usize = 5_000;
/// Newest proofs of a loaded app, and newest pings, kept of one file.
const MOST_LOADED: usize = 64;
const MOST_PINGS: usize = 64;
/// Unexplained lines kept of one file, the newest.
const MOST_UNEXPLAINED: usize = 20;
/// Lines between an introducing line and its traceback.
const INTRO_WITHIN: u64 = 6;
/// Characters of an excerpt.
const EXCERPT: usize = 2_000;
/// Most bytes of a log out of order that are held to be sorted.
const SORTED: usize = 16 * 1024 * 1024;
/// Bytes of a file for which the search of [`Prefilter`] that takes longer to build pays.
const LARGE: u64 = 1 << 20;
/// Lines that tell in which order a log runs.
const ORDER_LINES: usize = 600;
/// Certainty of an exception whose logger says that the program went on.
const HANDLED: f64 = 0.15;

/// What the scanner is told besides files and rules.
#[derive(Debug, Clone, Default)]
pub struct ScanOptions {
    /// Zone of stamps that carry none.
    pub zone: Option<TimeZone>,
    pub now: Option<Timestamp>,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    /// Id of the platform's profile.
    pub platform: String,
    /// Files whose beginning is missing.
    pub cut: Vec<std::path::PathBuf>,
}

/// Reads all files of a site.
#[must_use]
pub fn scan(files: &[LogFile], options: &ScanOptions, rules: &Rules) -> Facts {
    let open = |at: usize| LogReader::open(&files[at].path);
    merge::merge(scan_each(files, &open, options, rules), options, rules)
}

/// Reads files side by side; `open` hands out the reader of the file of that index.
pub(super) fn scan_each(
    files: &[LogFile],
    open: &(dyn Fn(usize) -> Result<LogReader, ReadError> + Sync),
    options: &ScanOptions,
    rules: &Rules,
) -> Vec<FileEvents> {
    let prefilter = &Prefilter::new(rules);
    std::thread::scope(|scope| {
        let handles: Vec<_> = files
            .iter()
            .enumerate()
            .map(|(at, file)| scope.spawn(move || scan_file(file, open(at), options, prefilter)))
            .collect();
        handles
            .into_iter()
            .zip(files)
            .map(|(handle, file)| {
                handle.join().unwrap_or_else(|_| FileEvents {
                    skipped: Some(format!("{}: reading it crashed; please report it", file.shown)),
                    ..FileEvents::default()
                })
            })
            .collect()
    })
}

/// A text in memory, as if it were a file: `explain`, examples of rules.
#[must_use]
pub fn scan_text(text: &str, kind: LogKind, rules: &Rules) -> Facts {
    let options = ScanOptions { platform: "generic".to_owned(), ..ScanOptions::default() };
    let prefilter = Prefilter::new(rules);
    let mut scanner = Scanner::new("text", kind, &options, &prefilter);
    let lines: Vec<&str> = text.lines().collect();
    let backwards = order_of(text, &mut scanner.ctx) == FileOrder::NewestFirst;
    for at in 0..lines.len() {
        let raw = if backwards { lines[lines.len() - 1 - at] } else { lines[at] };
        scanner.line(raw, at as u64 + 1);
    }
    merge::merge(vec![scanner.finish(true)], &options, rules)
}

/// Reads one file as far as the reader goes.
pub(super) fn scan_file(
    file: &LogFile,
    opened: Result<LogReader, ReadError>,
    options: &ScanOptions,
    prefilter: &Prefilter<'_>,
) -> FileEvents {
    let kind = file.kind.unwrap_or(LogKind::Any);
    let mut scanner = Scanner::new(&file.shown, kind, options, prefilter);
    let failed = |problem: String| FileEvents { skipped: Some(problem), ..FileEvents::default() };
    let log = match opened {
        Ok(log) => log,
        // An empty log was read from first to last line.
        Err(ReadError::Empty(_)) => return scanner.finish(true),
        Err(problem) => return failed(problem.to_string()),
    };
    scanner.large = log.size().is_none_or(|bytes| bytes > LARGE);
    let head = log.peek();
    if file.kind.is_none() {
        scanner.kind = super::kind::guess(&file.shown, &head).kind;
    }
    let order = order_of(&head, &mut scanner.ctx);
    if matches!(order, FileOrder::NewestFirst | FileOrder::OutOfOrder) {
        return scan_sorted(log, scanner, order);
    }
    let ended = log.for_each_block(|block| {
        for line in block.lines() {
            scanner.line(line.text, line.no);
        }
        ControlFlow::Continue(())
    });
    let mut events = scanner.finish(ended.is_ok());
    if let Err(problem) = ended {
        events.skipped = Some(problem.to_string());
    }
    events
}

/// A log whose newest line stands first, or whose lines arrive out of order: read in order of time.
fn scan_sorted(log: LogReader, mut scanner: Scanner<'_>, order: FileOrder) -> FileEvents {
    let mut lines: Vec<String> = Vec::new();
    let mut bytes = 0usize;
    let ended = log.for_each_block(|block| {
        for line in block.lines() {
            bytes += line.text.len();
            lines.push(line.text.to_owned());
        }
        // Of a newest-first log the oldest is left out; a mixed one of that size is read as far.
        if bytes > SORTED { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    let sequence: Vec<usize> = if order == FileOrder::NewestFirst {
        (0..lines.len()).rev().collect()
    } else {
        let stamps: Vec<Option<Timestamp>> = lines
            .iter()
            .map(|raw| super::prefix::strip(raw, &mut scanner.ctx).stamp.map(|stamp| stamp.at))
            .collect();
        super::order::by_time(&stamps)
    };
    for (rank, &at) in sequence.iter().enumerate() {
        scanner.line(&lines[at], rank as u64 + 1);
    }
    let mut events = scanner.finish(ended.is_ok());
    // Events keep their rank as order; places are lines of the file as it stands.
    let real = |line: u32| {
        let rank = usize::try_from(line).unwrap_or(0).saturating_sub(1);
        sequence.get(rank).map_or(line, |at| u32::try_from(at + 1).unwrap_or(u32::MAX))
    };
    for place in events
        .facts
        .iter_mut()
        .chain(&mut events.unexplained)
        .flat_map(|fact| [&mut fact.place, &mut fact.last_place])
        .flatten()
    {
        place.line = place.line.map(real);
        place.end_line = place.end_line.map(real);
        if place.end_line < place.line {
            std::mem::swap(&mut place.line, &mut place.end_line);
        }
    }
    if let Err(problem) = ended {
        events.skipped = Some(problem.to_string());
    }
    events
}

fn order_of(head: &str, ctx: &mut PrefixCtx) -> FileOrder {
    let lines: Vec<Line<'_>> =
        head.lines().take(ORDER_LINES).map(|raw| super::prefix::strip(raw, ctx)).collect();
    super::order::detect(&lines)
}

/// State of one file's pass.
struct Scanner<'r> {
    shown: std::sync::Arc<str>,
    kind: LogKind,
    options: &'r ScanOptions,
    rules: &'r Rules,
    prefilter: &'r Prefilter<'r>,
    /// The file is [`LARGE`].
    large: bool,
    ctx: PrefixCtx,
    assembler: Assembler,
    events: FileEvents,
    /// Index of an event in `events.facts` by what makes it the same one.
    known: BTreeMap<String, usize>,
    /// Counts life-cycle moments, so that repeats never reach over a restart.
    segment: u32,
    last_time: Option<Timestamp>,
    first_time: Option<Timestamp>,
    zoned: bool,
    lines: u64,
    circle: Circle,
    last_boring: Boring,
}

impl<'r> Scanner<'r> {
    fn new(
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
            known: BTreeMap::new(),
            segment: 0,
            last_time: None,
            first_time: None,
            zoned: false,
            lines: 0,
            circle: Circle::default(),
            last_boring: Boring::default(),
        }
    }

    /// One raw line of the file.
    fn line(&mut self, raw: &str, no: u64) {
        self.lines = self.lines.max(no);
        self.ctx.no = no;
        if self.kind == LogKind::Access {
            self.request(raw, no);
            return;
        }
        if self.boring(raw) {
            self.last_boring.note(raw, no);
            return;
        }
        // What was said right above a traceback tells whether the program went on.
        if let Some(above) = self.last_boring.above(raw, no) {
            self.ctx.no = no - 1;
            self.one(&above);
            self.ctx.no = no;
        }
        if let Some(parts) = super::flattened::split(raw) {
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
        self.first_time.is_some()
            && self.assembler.is_idle()
            && !self.prefilter.may_matter(raw, self.large)
    }

    fn stripped(&mut self, line: &Line<'_>) {
        if let Some(stamp) = line.stamp {
            self.last_time = Some(stamp.at);
            self.first_time = self.first_time.or(Some(stamp.at));
            self.zoned |= stamp.zoned;
        }
        if !self.in_window() {
            return;
        }
        if let Some(life) = dialect::mark(line) {
            self.life(line, life.kind, life.label, life.pid);
        }
        let pushed = self.assembler.push(line);
        for done in pushed.done {
            self.exception(done);
        }
        if pushed.consumed {
            return;
        }
        if may_be_request(line.text)
            && let Some(request) = access::parse(line, &Clock::utc(self.options.now))
        {
            self.record(&request, line.no);
        }
        self.rules_on(line);
    }

    fn in_window(&self) -> bool {
        match self.last_time {
            Some(at) => {
                self.options.since.is_none_or(|since| at >= since)
                    && self.options.until.is_none_or(|until| at <= until)
            }
            None => true,
        }
    }

    fn life(&mut self, line: &Line<'_>, kind: LifeKind, label: &str, pid: Option<u32>) {
        if matches!(kind, LifeKind::Start | LifeKind::Reload | LifeKind::Deploy) {
            self.segment += 1;
        }
        self.events.lives.push(Life {
            kind,
            label: label.to_owned(),
            time: line.stamp.map(|stamp| stamp.at).or(self.last_time),
            line: line.no,
            pid: pid.or(line.pid),
            container: line.container.map(str::to_owned),
        });
    }

    fn rules_on(&mut self, line: &Line<'_>) {
        if self.rules.is_harmless(line.text) {
            return;
        }
        let hits = self.rules.match_line(line.text, self.kind);
        if hits.is_empty() {
            self.unexplained(line);
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
        fact.order = line.no;
        let key = line_key(&hits[0].sig, fact.container.as_deref());
        fact.matches = hits.into_iter().map(|hit| hit.sig).collect();
        self.add(key, fact);
    }

    fn exception(&mut self, done: Assembled) {
        let Assembled {
            mut event,
            first_line,
            last_line,
            stamp,
            pid,
            container,
            phase,
            route,
            banner: _,
            handled,
            excerpt,
        } = done;
        let phase =
            if phase == Phase::Unknown && fails_to_load(&event) { Phase::Import } else { phase };
        let key = exception_key(&event, phase, container.as_deref(), route.as_deref());
        let time = stamp.map(|stamp| stamp.at).or(self.last_time);
        if self.repeats(
            &key,
            time,
            &Place { end_line: u32::try_from(last_line).ok(), ..self.place(first_line) },
            last_line,
        ) {
            if let Some(intro) = &event.intro {
                self.forget_intro(intro, first_line);
            }
            return;
        }
        let mut matches = self.rules.match_exception(&event, phase);
        // The root of a chain speaks too: "direct cause" first, "during handling" both.
        for link in &event.chain {
            for hit in self.rules.match_exception(&link.event, phase) {
                if !matches.iter().any(|known| known.signature == hit.signature) {
                    matches.push(hit);
                }
            }
        }
        let specific = matches
            .iter()
            .any(|hit| self.rules.signature(&hit.signature).is_some_and(|sig| !sig.fallback));
        if !specific && (handled || is_benign(&event)) {
            return;
        }
        if let Some(intro) = &event.intro {
            self.forget_intro(intro, first_line);
        }
        event.chain.truncate(8);
        let mut fact = Fact::new(Source::Log, bounded(&excerpt));
        fact.phase = phase;
        fact.time = time;
        fact.place =
            Some(Place { end_line: u32::try_from(last_line).ok(), ..self.place(first_line) });
        fact.log_kind = Some(self.kind);
        fact.container = container;
        fact.pid = pid;
        fact.route = route;
        fact.order = last_line;
        if handled {
            fact.certainty = HANDLED;
        } else if caught_in_place(&event) {
            fact.certainty = if specific { 0.7 } else { 0.4 };
        }
        let known_to_nobody = matches.is_empty();
        fact.matches = matches;
        fact.exception = Some(Box::new(event));
        if known_to_nobody {
            keep_unexplained(&mut self.events.unexplained, fact);
        } else {
            self.add(key, fact);
        }
    }

    /// The line that introduced a traceback is no second event.
    fn forget_intro(&mut self, intro: &str, first_line: u64) {
        let intro = intro.trim();
        let Some(at) = self.events.facts.iter().rposition(|fact| {
            fact.exception.is_none()
                && fact.order <= first_line
                && fact.order + INTRO_WITHIN >= first_line
                && fact.excerpt.trim().starts_with(intro)
        }) else {
            return;
        };
        let known = &mut self.events.facts[at];
        if known.count > 1 {
            known.count -= 1;
        } else {
            known.matches.clear();
            self.known.retain(|_, index| *index != at);
        }
    }

    /// Counts an event that is known in this stretch; nothing else of it is looked at again.
    fn repeats(&mut self, key: &str, time: Option<Timestamp>, place: &Place, order: u64) -> bool {
        let Some(&at) = self.known.get(&format!("{}|{key}", self.segment)) else { return false };
        let known = &mut self.events.facts[at];
        known.count = known.count.saturating_add(1);
        known.last_time = time.or(known.last_time);
        known.last_place = Some(place.clone());
        known.order = order;
        true
    }

    /// Adds an event, or counts it where it repeats a known one of the same stretch.
    fn add(&mut self, key: String, mut fact: Fact) {
        if let Some(place) = fact.place.as_ref()
            && self.repeats(&key, fact.time, place, fact.order)
        {
            return;
        }
        let key = format!("{}|{key}", self.segment);
        if self.events.facts.len() >= MOST_FACTS {
            return;
        }
        fact.last_time = fact.time;
        self.known.insert(key, self.events.facts.len());
        self.events.facts.push(fact);
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

    /// A line of an access log: taken as it stands, else behind its prefixes.
    fn request(&mut self, raw: &str, no: u64) {
        let mut line = Line { no, raw, text: raw, ..Line::default() };
        let clock = std::mem::take(&mut self.ctx.clock);
        let mut parsed = access::parse(&line, &clock);
        self.ctx.clock = clock;
        if parsed.is_none() {
            line = super::prefix::strip(raw, &mut self.ctx);
            parsed = access::parse(&line, &self.ctx.clock);
        }
        let Some(request) = parsed else { return };
        if let Some(at) = request.time {
            self.last_time = Some(at);
            self.first_time = self.first_time.or(Some(at));
            self.zoned |= request.zoned;
        }
        if self.in_window() {
            self.record(&request, no);
        }
    }

    fn record(&mut self, request: &AccessLine<'_>, no: u64) {
        let time = request.time.or(self.last_time);
        if request.is_reload_ping() {
            if self.events.pings.len() >= MOST_PINGS {
                self.events.pings.pop_front();
            }
            self.events.pings.push_back((time, request.status, request.duration, no));
        }
        self.redirect(request, time, no);
        let route = route_of(request.path);
        let static_file = is_static(route);
        let failed = request.status >= 500;
        let ok = (200..400).contains(&request.status) || request.status == 404;
        if ok && !static_file {
            if self.events.loaded.len() >= MOST_LOADED {
                self.events.loaded.pop_front();
            }
            self.events.loaded.push_back((time, no));
        }
        if !static_file && (failed || ok) {
            if let Some(known) = self.events.routes.get_mut(route) {
                count(known, time, no, request.status);
            } else if self.events.routes.len() < MOST_ROUTES {
                count(
                    self.events.routes.entry(route.to_owned()).or_default(),
                    time,
                    no,
                    request.status,
                );
            }
        }
        if failed || request.status == 499 {
            if self.events.failed.len() >= MOST_FAILED {
                self.events.failed.pop_front();
            }
            let mut record = request.to_record(no, 0);
            record.time = time;
            self.events.failed.push_back(Failed { record, line: no });
        }
    }

    /// The same page answered with a redirect again and again, to the same visitor: a loop.
    fn redirect(&mut self, request: &AccessLine<'_>, time: Option<Timestamp>, no: u64) {
        if !self.circle.see(request, time) {
            return;
        }
        let route = route_of(request.path).to_owned();
        let text = format!("{route} is redirected again and again for one visitor");
        let mut captures = crate::model::Captures::new();
        captures.insert("route".to_owned(), route);
        let mut fact = Fact::new(Source::Log, text.clone());
        fact.matches = self.rules.match_event("redirect-repeated", &text, &captures);
        fact.phase = Phase::Request;
        fact.time = time;
        fact.place = Some(self.place(no));
        fact.log_kind = Some(self.kind);
        // No route: a redirect counts as an answer of its route and would resolve itself.
        fact.status = Some(request.status);
        fact.order = no;
        if !fact.matches.is_empty() {
            self.add("redirect-repeated".to_owned(), fact);
        }
    }

    fn place(&self, line: u64) -> Place {
        Place::line(self.shown.clone(), u32::try_from(line).unwrap_or(u32::MAX))
    }

    fn finish(mut self, complete: bool) -> FileEvents {
        for done in self.assembler.finish() {
            self.exception(done);
        }
        // The log goes on as far as its last line, of interest or not.
        let newest = super::prefix::strip(self.last_boring.newest(), &mut self.ctx).stamp;
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
        self.events.facts.retain(|fact| !fact.matches.is_empty());
        self.events.summary = Some(LogSummary {
            path: self.shown.to_string(),
            kind: self.kind,
            first: self.first_time,
            last: self.last_time,
            lines: self.lines,
            clock,
            complete: complete && self.options.since.is_none() && self.options.until.is_none(),
        });
        self.events
    }
}

fn count(route: &mut RouteCount, time: Option<Timestamp>, line: u64, status: u16) {
    if status >= 500 {
        route.failed += 1;
        if route.last_failed.is_some() {
            route.longest_ok_run = route.longest_ok_run.max(route.ok_since_failure);
        }
        route.ok_since_failure = 0;
        route.last_failed = Some((time, line, status));
    } else {
        route.ok += 1;
        route.ok_since_failure += 1;
        route.last_ok = Some((time, line));
    }
}

fn keep_unexplained(list: &mut Vec<Fact>, fact: Fact) {
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

/// Code that does not compile, or imports what is not there, fails where it is loaded unless
/// something says otherwise.
fn fails_to_load(event: &ExceptionEvent) -> bool {
    matches!(
        event.short_type(),
        "SyntaxError" | "IndentationError" | "TabError" | "ModuleNotFoundError" | "ImportError"
    )
}

/// A traceback that begins in a function of the person's own code was caught and logged there: one
/// that nobody catches begins in the server, the framework or at module level. Copies that were
/// shortened by hand look the same, so this is doubt, not proof.
fn caught_in_place(event: &ExceptionEvent) -> bool {
    event.shape == TracebackShape::Standard
        && event.intro.as_deref().is_none_or(|intro| !intro.contains('/'))
        && event.frames.first().is_some_and(|frame| {
            frame.owner == FrameOwner::Own
                && !frame.function.is_empty()
                && frame.function != "<module>"
        })
}

/// What makes two lines the same event: the process that wrote them does not.
pub(super) fn line_key(hit: &crate::model::SigMatch, container: Option<&str>) -> String {
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

/// Exceptions that end requests and processes in good order.
fn is_benign(event: &ExceptionEvent) -> bool {
    matches!(
        event.short_type(),
        "KeyboardInterrupt"
            | "GeneratorExit"
            | "BrokenPipeError"
            | "ClientDisconnected"
            | "CancelledError"
            | "ConnectionResetError"
            | "Http404"
            | "NotFound"
            | "PermissionDenied"
            | "SuspiciousOperation"
            | "ClientDisconnect"
            | "RequestDataTooBig"
            | "UnreadablePostError"
            | "StopIteration"
    ) || (event.short_type() == "SystemExit" && matches!(event.message.trim(), "" | "0"))
        || (matches!(event.short_type(), "OSError" | "IOError")
            && (event.message == "write error" || event.message.contains("Broken pipe")))
}

pub(super) fn exception_key(
    event: &ExceptionEvent,
    phase: Phase,
    container: Option<&str>,
    route: Option<&str>,
) -> String {
    let frame = event.last_own_frame().or(event.frames.last());
    format!(
        "{}|{}|{:?}|{}|{}|{}",
        event.type_name,
        event.message.chars().filter(|c| !c.is_ascii_digit()).take(200).collect::<String>(),
        phase,
        container.unwrap_or_default(),
        route.unwrap_or_default(),
        frame.map_or_else(String::new, |f| format!("{}:{}", f.file, f.line)),
    )
}

fn bounded(text: &str) -> String {
    text.chars().take(EXCERPT).collect()
}

fn may_be_request(text: &str) -> bool {
    prefilter::request_like(text)
}

/// Answered by the web server in front, not by the app: no proof that the app was loaded.
pub(super) fn is_static(path: &str) -> bool {
    let path = path.split(['?', '#']).next().unwrap_or(path);
    path.starts_with("/static/")
        || path.starts_with("/media/")
        || path.starts_with("/.well-known/")
        || path == "/robots.txt"
        || path.rsplit('/').next().and_then(|name| name.rsplit_once('.')).is_some_and(
            |(_, ending)| {
                matches!(
                    ending,
                    "css"
                        | "js"
                        | "png"
                        | "jpg"
                        | "jpeg"
                        | "gif"
                        | "svg"
                        | "ico"
                        | "woff"
                        | "woff2"
                        | "map"
                        | "webp"
                        | "php"
                )
            },
        )
}

fn route_of(path: &str) -> &str {
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let end = path.char_indices().nth(200).map_or(path.len(), |(at, _)| at);
    &path[..end]
}
