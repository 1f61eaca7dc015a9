//! What an access log alone knows to be amiss: pages whose style sheets and scripts are not found,
//! and uploads that are refused for their size. The app answers, so nothing else is logged.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::access::AccessLine;

/// Files that a page refers to and that are not found, before it is more than a broken link.
const FILES: usize = 2;
/// Refusals for size, before it is more than somebody's try.
const TOO_LARGE: u32 = 2;
/// Pages answered with 400 and nothing else, before it is the site's way.
const PAGES: u32 = 3;
/// Most paths that are followed.
const MOST: usize = 500;

/// Where and when something was last refused.
#[derive(Debug, Clone, Copy)]
pub(super) struct Last {
    pub(super) count: u32,
    pub(super) line: u64,
    pub(super) time: Option<Timestamp>,
    pub(super) status: u16,
}

/// The files and uploads of one access log.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    /// Style sheets and scripts that were last seen missing.
    missing: BTreeMap<String, Last>,
    /// Folders (`/static/`) of which one of them was served.
    served: BTreeSet<String>,
    too_large: BTreeMap<String, Last>,
    /// Pages that were answered with 400, as long as no page was answered otherwise.
    bad: Option<Last>,
    other: bool,
}

impl Refusals {
    pub(super) fn see(&mut self, request: &AccessLine<'_>, time: Option<Timestamp>, line: u64) {
        let path = request.path.split(['?', '#']).next().unwrap_or(request.path);
        let status = request.status;
        if status == 413 {
            note(&mut self.too_large, path, time, line, status);
        } else if status < 400 && !matches!(request.method, "GET" | "HEAD") {
            self.too_large.remove(path);
        }
        if request.method == "GET"
            && !path.rsplit('/').next().is_some_and(|name| name.contains('.'))
        {
            match status {
                400 => {
                    let count = self.bad.map_or(1, |bad| bad.count.saturating_add(1));
                    self.bad = Some(Last { count, line, time, status });
                }
                // The visitor or the proxy in front gave up: nobody answered.
                408 | 499 | 502 | 504 => {}
                _ => self.other = true,
            }
        }
        let Some(folder) = style_folder(path) else { return };
        if matches!(status, 200 | 206 | 304) {
            self.missing.remove(path);
            if self.served.len() < MOST && !self.served.contains(folder) {
                self.served.insert(folder.to_owned());
            }
        } else if status == 404 && request.referred {
            note(&mut self.missing, path, time, line, status);
        }
    }

    /// The events that these make: name, sentence, path, and where the last one stands.
    pub(super) fn tell(self) -> Vec<(&'static str, String, String, Last)> {
        let mut told = Vec::new();
        let served = self.served;
        let missing: Vec<(String, Last)> = self
            .missing
            .into_iter()
            .filter(|(path, _)| style_folder(path).is_some_and(|folder| !served.contains(folder)))
            .collect();
        if missing.len() >= FILES
            && let Some((path, last)) = missing.iter().max_by_key(|(_, last)| last.line).cloned()
        {
            let count = missing.iter().map(|(_, last)| last.count).sum();
            let text = format!(
                "pages refer to {} style sheets and scripts that are not found ({path} …)",
                missing.len()
            );
            told.push(("static-not-found", text, path, Last { count, ..last }));
        }
        if let Some(bad) = self.bad.filter(|bad| !self.other && bad.count >= PAGES) {
            let text = "every page is answered with 400 Bad Request".to_owned();
            told.push(("all-bad-request", text, "/".to_owned(), bad));
        }
        let refused = self.too_large.into_iter().max_by_key(|(_, last)| last.count);
        if let Some((path, last)) = refused.filter(|(_, last)| last.count >= TOO_LARGE) {
            let text = format!("requests to {path} are refused as too large (413)");
            told.push(("refused-as-too-large", text, path, last));
        }
        told
    }
}

fn note(
    paths: &mut BTreeMap<String, Last>,
    path: &str,
    time: Option<Timestamp>,
    line: u64,
    status: u16,
) {
    if let Some(known) = paths.get_mut(path) {
        *known = Last { count: known.count.saturating_add(1), line, time, status };
    } else if paths.len() < MOST {
        paths.insert(path.to_owned(), Last { count: 1, line, time, status });
    }
}

/// `/static/` of a style sheet or script below a folder that frameworks and servers use for them.
fn style_folder(path: &str) -> Option<&str> {
    const FOLDERS: [&str; 4] = ["/static/", "/assets/", "/staticfiles/", "/media/"];
    if !(path.ends_with(".css") || path.ends_with(".js")) || path.len() > 300 {
        return None;
    }
    FOLDERS.iter().find_map(|folder| path.find(folder).map(|at| &path[..at + folder.len()]))
}

#[cfg(test)]
mod tests {
    use super::Refusals;
    use crate::log::access::AccessLine;

    fn told(requests: &[(&str, &str, u16, bool)]) -> Vec<&'static str> {
        let mut refusals = Refusals::default();
        for (no, (method, path, status, referred)) in requests.iter().enumerate() {
            let line = AccessLine {
                method,
                path,
                status: *status,
                referred: *referred,
                ..AccessLine::default()
            };
            refusals.see(&line, None, no as u64);
        }
        refusals.tell().into_iter().map(|(event, ..)| event).collect()
    }

    #[test]
    fn a_page_without_its_styles_is_seen() {
        let missing = [
            ("GET", "/static/a.css", 404, true),
            ("GET", "/static/b.css?v=2", 404, true),
            ("GET", "/static/c.js", 404, true),
        ];
        assert_eq!(told(&missing), ["static-not-found"]);
        let one_is_served =
            [missing[0], missing[1], missing[2], ("GET", "/static/d.js", 200, true)];
        assert!(told(&one_is_served).is_empty());
        assert!(told(&missing[..1]).is_empty());
        let scanner = missing.map(|(method, path, status, _)| (method, path, status, false));
        assert!(told(&scanner).is_empty());
    }

    #[test]
    fn uploads_that_are_always_too_large_are_seen() {
        let refused = ("POST", "/upload", 413, true);
        assert_eq!(
            told(&[("GET", "/upload", 200, false), refused, refused]),
            ["refused-as-too-large"]
        );
        assert!(told(&[refused, refused, ("POST", "/upload", 302, true)]).is_empty());
        assert!(told(&[refused]).is_empty());
    }

    #[test]
    fn pages_that_are_all_bad_requests_are_seen() {
        let bad = ("GET", "/", 400, false);
        assert_eq!(told(&[bad, bad, bad]), ["all-bad-request"]);
        assert!(told(&[bad, bad, bad, ("GET", "/", 200, false)]).is_empty());
    }
}
