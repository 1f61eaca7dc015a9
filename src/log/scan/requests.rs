//! Requests of a file: routes with their outcomes, failures, pings, redirects in a circle.

use jiff::Timestamp;

use super::scanner::Scanner;
use crate::log::access::{self, AccessLine};
use crate::log::events::{Failed, RouteCount};
use crate::log::line::Line;
use crate::log::prefix;
use crate::model::{Captures, Fact, Phase, Source};

/// Most routes and failed requests kept of one file.
const MOST_ROUTES: usize = 2_000;
const MOST_FAILED: usize = 5_000;
/// Newest proofs of a loaded app, and newest pings, kept of one file.
const MOST_LOADED: usize = 64;
const MOST_PINGS: usize = 64;

impl Scanner<'_> {
    /// A line of an access log: taken as it stands, else behind its prefixes.
    pub(super) fn request(&mut self, raw: &str, no: u64) {
        let mut line = Line { no, raw, text: raw, ..Line::default() };
        let clock = std::mem::take(&mut self.ctx.clock);
        let mut parsed = access::parse(&line, &clock);
        self.ctx.clock = clock;
        if parsed.is_none() {
            line = prefix::strip(raw, &mut self.ctx);
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

    pub(super) fn record(&mut self, request: &AccessLine<'_>, no: u64) {
        let time = request.time.or(self.last_time);
        if request.is_reload_ping() {
            if self.events.pings.len() >= MOST_PINGS {
                self.events.pings.pop_front();
            }
            self.events.pings.push_back((time, request.status, request.duration, no));
        }
        self.redirect(request, time, no);
        self.refusals.see(request, time, no);
        self.answered.answer(request.status, no, time);
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
                count(known, time, no, request);
            } else if self.events.routes.len() < MOST_ROUTES {
                let known = self.events.routes.entry(route.to_owned()).or_default();
                count(known, time, no, request);
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

    /// What the whole file's requests say of missing style sheets and of uploads.
    pub(super) fn refused(&mut self) {
        for (event, text, path, last) in std::mem::take(&mut self.refusals).tell() {
            let mut captures = Captures::new();
            captures.insert("path".to_owned(), path);
            let mut fact = Fact::new(Source::Log, text.clone());
            fact.matches = self.rules.match_event(event, &text, &captures);
            fact.phase = Phase::Request;
            fact.time = last.time;
            fact.last_time = last.time;
            fact.count = last.count;
            fact.place = Some(self.place(last.line));
            fact.log_kind = Some(self.kind);
            // No route: the page itself is answered, and would resolve it.
            fact.status = Some(last.status);
            fact.order = last.line;
            if !fact.matches.is_empty() {
                self.events.facts.push(fact);
            }
        }
    }

    /// The same page answered with a redirect again and again, to the same visitor: a loop.
    fn redirect(&mut self, request: &AccessLine<'_>, time: Option<Timestamp>, no: u64) {
        if !self.circle.see(request, time) {
            return;
        }
        let route = route_of(request.path).to_owned();
        let text = format!("{route} is redirected again and again for one visitor");
        let mut captures = Captures::new();
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
            self.known.add(&mut self.events.facts, "redirect-repeated", fact);
        }
    }
}

fn count(route: &mut RouteCount, time: Option<Timestamp>, line: u64, request: &AccessLine<'_>) {
    let status = request.status;
    let writes = !matches!(request.method, "GET" | "HEAD" | "OPTIONS");
    if status >= 500 {
        route.failed_writing = writes;
        route.failed += 1;
        if route.last_failed.is_some() {
            route.longest_ok_run = route.longest_ok_run.max(route.ok_since_failure);
        }
        route.ok_since_failure = 0;
        route.last_failed = Some((time, line, status));
    } else {
        route.ok += 1;
        route.ok_writing += u64::from(writes);
        // Showing a form says nothing of sending it.
        if route.failed_writing && !writes {
            return;
        }
        route.ok_since_failure += 1;
        route.last_ok = Some((time, line));
    }
}

/// Answered by the web server in front, not by the app: no proof that the app was loaded.
fn is_static(path: &str) -> bool {
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
