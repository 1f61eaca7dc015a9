//! Tests of what logs gain: growth, rotation, truncation, half lines, whose lines they are.

use std::io::Write as _;

use super::*;
use crate::model::LogKind;

const TRACE: &str = "2026-11-21 03:00:00,000: Exception on /cart [GET]\nTraceback (most recent call last):\n  File \"/home/ana/site/app.py\", line 4, in cart\n    return total\nNameError: name 'total' is not defined\n";
const OLD: &str = "2026-11-20 03:00:00,000: ModuleNotFoundError: No module named 'requests'\n";

struct Log {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl Log {
    fn new(text: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("error.log");
        std::fs::write(&path, text).expect("written");
        Self { _folder: folder, path }
    }

    fn files(&self) -> Vec<LogFile> {
        vec![LogFile {
            path: self.path.clone(),
            shown: "error.log".to_owned(),
            kind: Some(LogKind::Error),
        }]
    }

    fn add(&self, text: &str) {
        let mut file =
            std::fs::OpenOptions::new().append(true).create(true).open(&self.path).expect("opened");
        file.write_all(text.as_bytes()).expect("added");
    }

    /// Facts as (order of lines, ours), with what `change` does between the two readings.
    fn scan(&self, ours: Option<Ours>, change: impl FnOnce(&Self)) -> Facts {
        let rules = Rules::load_embedded();
        let options =
            ScanOptions { platform: "pythonanywhere".to_owned(), ..ScanOptions::default() };
        let files = self.files();
        let ends = note(&files);
        scan_with_added(&files, &ends, &options, &rules, || {
            change(self);
            ours
        })
    }
}

fn asked(failed: bool) -> Ours {
    Ours { at: None, routes: vec!["/".to_owned(), "/cart".to_owned()], failed }
}

fn shown(facts: &Facts) -> Vec<(Option<u32>, bool)> {
    facts
        .facts
        .iter()
        .map(|fact| (fact.place.as_ref().and_then(|place| place.line), fact.ours))
        .collect()
}

#[test]
fn added_lines_are_ours_and_counted_once() {
    let log = Log::new(OLD);
    let facts = log.scan(Some(asked(true)), |log| log.add(TRACE));
    assert_eq!(shown(&facts), [(Some(1), false), (Some(3), true)]);
    assert_eq!(facts.facts[1].route.as_deref(), Some("/cart"));
    assert_eq!(facts.logs[0].lines, 6);
    let what = &facts.examined.iter().find(|e| e.check == "probe and diff").expect("said").what;
    assert!(what.contains("gained 5 lines"), "{what}");
    let plain = log.scan(None, |_| ());
    assert_eq!(plain.facts.len(), facts.facts.len());
}

#[test]
fn without_a_probe_nothing_is_read_behind_the_end() {
    let log = Log::new(OLD);
    let facts = log.scan(None, |log| log.add(TRACE));
    assert_eq!(shown(&facts), [(Some(1), false)]);
}

#[test]
fn other_visitors_errors_are_not_ours() {
    let log = Log::new(OLD);
    let facts = log.scan(Some(asked(false)), |log| log.add(TRACE));
    assert_eq!(shown(&facts), [(Some(1), false), (Some(3), false)]);
    let elsewhere = Ours { routes: vec!["/".to_owned()], failed: true, at: None };
    let facts = log.scan(Some(elsewhere), |log| log.add(TRACE));
    assert!(facts.facts.iter().all(|fact| !fact.ours || fact.route.as_deref() != Some("/cart")));
}

#[test]
fn rotation_and_truncation_are_followed() {
    let log = Log::new(OLD);
    let facts = log.scan(Some(asked(true)), |log| {
        log.add(TRACE);
        let old = log.path.with_extension("log.1");
        std::fs::rename(&log.path, old).expect("renamed");
        log.add("2026-11-21 03:00:01,000: ModuleNotFoundError: No module named 'flask'\n");
    });
    assert_eq!(facts.facts.iter().filter(|fact| fact.ours).count(), 2);
    let log = Log::new(&OLD.repeat(40));
    let facts = log.scan(Some(asked(true)), |log| {
        std::fs::write(&log.path, TRACE).expect("emptied and written");
    });
    assert_eq!(facts.facts.iter().filter(|fact| fact.ours).count(), 1);
}

#[test]
fn half_a_line_is_read_when_it_is_whole() {
    let half = OLD.len() - 20;
    let log = Log::new(&OLD[..half]);
    let files = log.files();
    let ends = note(&files);
    log.add("x");
    assert!(!grew(&ends), "no line end yet");
    let facts = log.scan(Some(asked(true)), |log| {
        std::fs::write(&log.path, OLD).expect("completed");
    });
    assert_eq!(facts.facts.len(), 1);
    assert!(grew(&ends));
}

#[test]
fn files_that_vanish_or_never_were_do_no_harm() {
    let log = Log::new(OLD);
    let facts = log.scan(Some(asked(true)), |log| {
        std::fs::remove_file(&log.path).expect("removed");
    });
    assert_eq!(facts.facts.len(), 1);
    let facts = log.scan(Some(asked(true)), |_| ());
    assert!(facts.facts.is_empty() && !facts.skipped.is_empty());
    let stdin = [LogFile { path: "-".into(), shown: "stdin".to_owned(), kind: None }];
    assert!(!grew(&note(&stdin)));
}

#[test]
fn a_recent_start_is_seen() {
    let line = "Sat Nov 21 03:00:00 2026 - *** Starting uWSGI 2.0.28 (64bit) on [Sat Nov 21 03:00:00 2026] ***\n2026-11-21 03:00:00 *** Starting uWSGI 2.0.28 (64bit) on [Sat Nov 21 03:00:00 2026] ***\n";
    let log = Log::new(line);
    let options = ScanOptions { platform: "pythonanywhere".to_owned(), ..ScanOptions::default() };
    let at = |text: &str| text.parse::<Timestamp>().expect("a time");
    assert!(started_just_now(&log.files(), &options, at("2026-11-21T03:00:30Z")));
    assert!(!started_just_now(&log.files(), &options, at("2026-11-21T03:05:00Z")));
    assert!(!started_just_now(&log.files(), &options, at("2026-11-21T02:00:00Z")));
}
