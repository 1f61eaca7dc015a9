//! Nothing but files in, facts out.

use super::*;
use crate::restarts::read::read;

fn told(text: &str) -> Vec<Record> {
    read(text, &Clock::utc(None))
        .1
        .into_iter()
        .map(|seen| Record { seen, file: "timeline.txt".to_owned() })
        .collect()
}

fn app_facts(text: &str) -> Vec<String> {
    let mut facts = Facts::default();
    let mut told = told(text);
    told.sort_by(|a, b| a.seen.cmp(&b.seen));
    app(&told, Rules::embedded(), &mut facts);
    facts
        .facts
        .iter()
        .flat_map(|fact| fact.matches.iter().map(|hit| hit.signature.clone()))
        .collect()
}

#[test]
fn only_the_newest_word_counts() {
    let failed = "* Fri Nov 20 2026 10:16:00 - Deployment - deployment of abc (hook-error)\n";
    assert!(app_facts(failed).iter().any(|id| id.starts_with("deploy-hook-failed/")));
    let fixed =
        format!("{failed}* Fri Nov 20 2026 10:18:00 - Deployment - deployment of abd (success)\n");
    assert!(app_facts(&fixed).is_empty());
    let down = "* Fri Nov 20 2026 10:17:00 - Scale - containers have been scaled from [web:1:M], to [web:0:M]\n";
    assert!(app_facts(down).iter().any(|id| id.starts_with("site-disabled/")));
    let up = format!(
        "{down}* Fri Nov 20 2026 10:18:00 - Scale - containers have been scaled from [web:0:M], to [web:1:M]\n"
    );
    assert!(app_facts(&up).is_empty());
}

#[test]
fn crash_logs_are_evidence() {
    let text = r#"{"events": [{"created_at": "2026-11-20T10:15:00Z", "type": "crash", "type_data": {"container_type": "web-1",
      "crash_logs": "Traceback (most recent call last):\n  File \"/app/app.py\", line 3, in <module>\n    import flask_login\nModuleNotFoundError: No module named 'flask_login'\n"}}]}"#;
    let told = told(text);
    let all: Vec<Seen> = told.iter().map(|record| record.seen.clone()).collect();
    let rules = Rules::embedded();
    let policy = rules.platform("scalingo").and_then(|p| p.restart.clone()).expect("a policy");
    let states = states(&all, &policy, all[0].at);
    let mut facts = Facts::default();
    crash_logs(&states, &told, &all, rules, &mut facts);
    assert!(facts.facts.iter().any(|fact| {
        fact.matches.iter().any(|hit| hit.signature.starts_with("module-not-installed/"))
    }));
}
