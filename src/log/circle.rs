//! Redirects in a circle as an access log shows them: one visitor is sent on and on, in a moment.

use jiff::Timestamp;

use super::access::AccessLine;

/// Redirects in a row that no ordinary visit makes; browsers give up after about twenty.
const IN_A_ROW: u32 = 10;
/// Seconds within which they follow one another.
const WITHIN: i64 = 10;
/// Most addresses of a circle that is recognised: http and https of one, or two that send to each other.
const ADDRESSES: usize = 2;

/// The run of redirects that is being followed: one visitor at a time.
#[derive(Debug, Default)]
pub(super) struct Circle {
    client: String,
    paths: Vec<String>,
    since: Option<Timestamp>,
    count: u32,
    /// Only the first circle of a file is told.
    told: bool,
}

impl Circle {
    /// Whether this request closes a circle.
    pub(super) fn see(&mut self, request: &AccessLine<'_>, time: Option<Timestamp>) -> bool {
        if self.told {
            return false;
        }
        let redirect = matches!(request.status, 301 | 302 | 303 | 307 | 308);
        let late = match (self.since, time) {
            (Some(since), Some(time)) => (time.as_second() - since.as_second()).abs() > WITHIN,
            _ => false,
        };
        let same = request.client == self.client;
        // Other visitors in between change nothing.
        if !same && !late && self.count > 0 {
            return false;
        }
        if !redirect || !matches!(request.method, "GET" | "HEAD") {
            self.count = 0;
            return false;
        }
        let known = self.paths.iter().any(|path| path == request.path);
        let another = !known && self.paths.len() >= ADDRESSES;
        if !same || late || another || self.count == 0 {
            request.client.clone_into(&mut self.client);
            self.paths = vec![request.path.to_owned()];
            self.since = time;
            self.count = 1;
            return false;
        }
        if !known {
            self.paths.push(request.path.to_owned());
        }
        self.count += 1;
        self.told = self.count >= IN_A_ROW;
        self.told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(client: &'static str, path: &'static str, status: u16) -> AccessLine<'static> {
        AccessLine { client, path, status, method: "GET", ..AccessLine::default() }
    }

    #[test]
    fn a_visitor_who_is_sent_round_and_round() {
        let mut circle = Circle::default();
        let told = (0..20).filter(|at| {
            let path = if at % 2 == 0 { "/" } else { "/login" };
            circle.see(&request("203.0.113.9", path, 302), None)
        });
        assert_eq!(told.count(), 1);
    }

    #[test]
    fn redirects_of_many_addresses_or_with_answers_between_are_no_circle() {
        let mut circle = Circle::default();
        for _ in 0..30 {
            assert!(!circle.see(&request("203.0.113.9", "/", 301), None));
            assert!(!circle.see(&request("203.0.113.9", "/home", 200), None));
        }
        for path in ["/a", "/b", "/c", "/d", "/e", "/f", "/g", "/h", "/i", "/j", "/k", "/l"] {
            assert!(!circle.see(&request("203.0.113.10", path, 301), None));
        }
    }

    #[test]
    fn a_monitor_that_is_redirected_each_minute_is_no_circle() {
        let mut circle = Circle::default();
        for minute in 0..60 {
            let time = Timestamp::from_second(1_800_000_000 + minute * 60).ok();
            assert!(!circle.see(&request("203.0.113.9", "/", 301), time));
        }
    }
}
