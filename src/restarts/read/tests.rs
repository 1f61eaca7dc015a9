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
    assert_eq!(what(text), [What::Start("a".into()), What::Output, What::Start("b".into())]);
}
