//! What still runs, by what the records say of the start.

use super::still_runs;
use crate::model::{Facts, Mark, MarkKind};
use crate::rules::Rules;

fn mark(kind: MarkKind, label: &str, time: &str, container: Option<&str>) -> Mark {
    Mark {
        kind,
        time: time.parse().ok(),
        place: None,
        order: 0,
        label: label.to_owned(),
        count: 1,
        container: container.map(str::to_owned),
        epoch: 0,
    }
}

fn said(marks: Vec<Mark>, slug: &str) -> String {
    let facts = Facts { marks, ..Facts::default() };
    let platform = Rules::embedded().platform("scalingo").expect("a profile");
    still_runs(&facts, platform, slug).unwrap_or_default()
}

#[test]
fn the_old_version_nothing_or_retries() {
    let deployed = || mark(MarkKind::Deploy, "deployed", "2026-11-20T09:00:00Z", None);
    let failed =
        || mark(MarkKind::Deploy, "deployment failed: crashed-error", "2026-11-20T10:00:00Z", None);
    let restart = || mark(MarkKind::Reload, "restart on request", "2026-11-20T11:00:00Z", None);
    let start = |time| mark(MarkKind::Start, "container starts", time, Some("web-1"));
    assert!(said(vec![failed()], "missing-env-var").contains("nothing runs"));
    let old = said(vec![deployed(), failed()], "missing-env-var");
    assert_eq!(old, "The version before this deployment keeps running.");
    let mended = mark(MarkKind::Deploy, "deployed", "2026-11-20T12:00:00Z", None);
    assert_eq!(said(vec![failed(), mended], "missing-env-var"), "");
    let tries =
        vec![deployed(), restart(), start("2026-11-20T11:00:05Z"), start("2026-11-20T11:01:10Z")];
    let told = said(tries.clone(), "port-not-bound");
    assert!(told.contains("tries this start 20 times"), "{told}");
    assert!(told.contains("attempt 2 of 20"), "{told}");
    assert_eq!(said(tries, "missing-env-var"), "");
    assert_eq!(said(Vec::new(), "port-not-bound"), "");
}
