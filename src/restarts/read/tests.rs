//! Formats, one by one.

use super::*;

fn what(text: &str) -> Vec<What> {
    read(text, &Clock::utc(None)).1.into_iter().map(|seen| seen.what).collect()
}

#[test]
fn time_lines() {
    assert_eq!(
        what(
            "* Mon Nov 02 2026 15:04:05 - Deployment - deployment of 3f1c (hook-error) <ann (a@b.c)>\n\
             * Mon Nov 02 2026 15:04:06 - Restart - containers [web worker] began to restart <ann (a@b.c)>\n\
             * Mon Nov 02 2026 15:04:07 - Scale - containers have been scaled from [web:1:M], to [web:0:M] <ann (a@b.c)>\n\
             * Mon Nov 02 2026 15:04:08 - New Domain - something else\n"
        ),
        [
            What::Deployment("hook-error".into()),
            What::Restart(vec!["web".into(), "worker".into()]),
            What::Scale(vec![("web".into(), Some(1), 0)]),
        ]
    );
}

#[test]
fn formats_are_told_apart() {
    let format = |text: &str| read(text, &Clock::utc(None)).0;
    assert_eq!(format("{\"events\": []}"), Format::Api);
    assert_eq!(
        format("* Mon Nov 02 2026 15:04:05 - Crash - container 'web-1' has crashed"),
        Format::Timeline
    );
    assert_eq!(
        format("2026-11-20 10:00:00 +0000 UTC [manager] container [web-1] (a) started"),
        Format::Log
    );
}

#[test]
fn logs_keep_the_last_sign_of_life_before_a_start() {
    let text = "\
2026-11-20 10:00:00 +0000 UTC [manager] container [web-1] (a) started
2026-11-20 10:00:21 +0000 UTC [web-1] hello
2026-11-20 10:00:22 +0000 UTC [web-1] hello
2026-11-20 10:00:50 +0000 UTC [manager] container [web-1] (b) started
2026-11-20 10:00:52 +0000 UTC [web-1] hello
";
    let hello = || What::Output("hello".into());
    assert_eq!(what(text), [What::Start("a".into()), hello(), What::Start("b".into()), hello()]);
}

#[test]
fn restarts_by_the_platform_and_by_people() {
    let mine =
        "* Mon Nov 02 2026 15:04:06 - Restart - containers [web] began to restart <ann (a@b.c)>";
    let its = "* Mon Nov 02 2026 15:04:06 - Restart - containers [web-1] have been restarted <scalingo-platform (deploy@scalingo.com)>";
    assert_eq!(what(mine), [What::Restart(vec!["web".into()])]);
    assert_eq!(what(its), [What::Revived(vec!["web-1".into()])]);
    let event = r#"{"type": "restart", "created_at": "2026-11-02T15:04:06Z", "user": {"username": "scalingo-platform"}, "type_data": {"scope": ["web-1"]}}"#;
    assert_eq!(what(event), [What::Revived(vec!["web-1".into()])]);
}

#[test]
fn the_table_of_deployments() {
    let text = "\
┌──────┬─────────────────────┬──────────┬──────┬─────────┬───────────────┬────────────┐
│  ID  │        DATE         │ DURATION │ USER │ GIT REF │    STATUS     │ IMAGE SIZE │
├──────┼─────────────────────┼──────────┼──────┼─────────┼───────────────┼────────────┤
│ 7b1f │ 2026/11/18 09:10:21 │ 2m11s    │ ann  │ 4be1c2d │ timeout-error │ 312 MiB    │
│ 7b1e │ 2026/11/17 15:00:02 │ n/a      │ ann  │ 11bc3aa │ success       │ 311 MiB    │
└──────┴─────────────────────┴──────────┴──────┴─────────┴───────────────┴────────────┘
";
    let wanted = ["timeout-error", "success"].map(|word| What::Deployment(word.into()));
    assert_eq!(what(text), wanted);
    let ascii: String = text.replace('│', "|");
    assert_eq!(what(&ascii), wanted);
    assert_eq!(read(text, &Clock::utc(None)).0, Format::Table);
}

#[test]
fn a_time_line_pasted_between_log_lines() {
    let text = "\
2026-11-20 10:00:00 +0000 UTC [manager] container [web-1] (a) started
* Fri Nov 20 2026 10:00:09 - Crash - container 'web-1' has crashed <ann (a@b.c)>
2026-11-20 10:00:10 +0000 UTC [manager] container [web-1] (b) started
";
    assert_eq!(
        what(text),
        [What::Start("a".into()), What::Crash(String::new()), What::Start("b".into())]
    );
}
