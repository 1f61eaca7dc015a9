//! A process that ends well after somebody stopped it is no news.

use super::scan_text;
use crate::model::LogKind;
use crate::rules::Rules;

fn ends(log: &str) -> bool {
    let facts = scan_text(log, LogKind::Platform, Rules::embedded());
    facts.facts.iter().any(|fact| fact.excerpt.starts_with("Process exited with status 0"))
}

#[test]
fn an_end_that_was_asked_for() {
    let end = "2026-11-20T10:00:40.000000+00:00 heroku[web.1]: Process exited with status 0\n";
    let start =
        "2026-11-20T10:00:30.000000+00:00 heroku[web.1]: State changed from starting to up\n";
    let stop =
        "2026-11-20T10:00:38.000000+00:00 heroku[web.1]: Stopping all processes with SIGTERM\n";
    assert!(ends(&format!("{start}{end}")));
    assert!(!ends(&format!("{start}{stop}{end}")));
    // of another dyno
    let other = stop.replace("web.1", "worker.1");
    assert!(ends(&format!("{start}{other}{end}")));
}
