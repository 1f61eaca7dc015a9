//! Records in, states out.

use proptest::prelude::*;

use super::*;
use crate::log::stamp::Clock;
use crate::model::RestartState;
use crate::restarts::read::read;
use crate::rules::Rules;

fn policy(name: &str) -> RestartPolicy {
    Rules::embedded().platform(name).and_then(|p| p.restart.clone()).expect("the profile has one")
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn states_of(text: &str, platform: &str, now: &str) -> Vec<ContainerState> {
    states(&read(text, &Clock::utc(None)).1, &policy(platform), at(now))
}

const TIMELINE: &str = "\
* Fri Nov 20 2026 10:21:04 - Repeated Crash - container 'web-1' has crashed repeatedly
* Fri Nov 20 2026 10:21:00 - Crash - container 'web-1' has crashed (logs on https://x) <ann (a@b.c)>
* Fri Nov 20 2026 10:15:40 - Crash - container 'web-1' has crashed (logs on https://x) <ann (a@b.c)>
* Fri Nov 20 2026 10:15:00 - Crash - container 'web-1' has crashed (logs on https://x) <ann (a@b.c)>
* Fri Nov 20 2026 10:00:00 - Deployment - deployment of 3f1c9aa (success) <ann (a@b.c)>
";

#[test]
fn a_time_line_in_any_direction() {
    let states = states_of(TIMELINE, "scalingo", "2026-11-20T10:22:00Z");
    assert_eq!(states.len(), 1);
    let state = &states[0];
    // 15 minutes of life were survived: 1; then 2, 3 (wait of 5 minutes).
    assert_eq!((state.container.as_str(), state.counter, state.inferred), ("web-1", 3, false));
    assert_eq!(state.crashes.len(), 3);
    assert_eq!(state.state, RestartState::Waiting);
    assert_eq!(state.next_restart, Some(at("2026-11-20T10:26:00Z")));
    assert_eq!(state.mails_sent, [2]);
}

#[test]
fn a_lone_repeated_crash_counts_and_a_failed_deployment_changes_nothing() {
    let text = "\
* Fri Nov 20 2026 10:15:00 - Crash - container 'web-1' has crashed
* Fri Nov 20 2026 10:15:30 - Repeated Crash - container 'web-1' has crashed repeatedly
* Fri Nov 20 2026 10:16:00 - Deployment - deployment of abc (crashed-error)
";
    assert_eq!(states_of(text, "scalingo", "2026-11-20T10:17:00Z")[0].counter, 2);
    let fixed =
        format!("{text}* Fri Nov 20 2026 10:18:00 - Deployment - deployment of abd (success)\n");
    let state = &states_of(&fixed, "scalingo", "2026-11-20T10:19:00Z")[0];
    assert_eq!((state.counter, state.state), (0, RestartState::Running));
}

#[test]
fn stopped_and_scaled() {
    let text = "\
* Fri Nov 20 2026 10:15:00 - Crash - container 'web-1' has crashed
* Fri Nov 20 2026 10:16:00 - Crash - container 'worker-1' has crashed
* Fri Nov 20 2026 10:17:00 - Scale - containers have been scaled from [web:1:M, worker:1:M], to [web:0:M, worker:1:M]
";
    let states = states_of(text, "scalingo", "2026-11-20T10:18:00Z");
    assert_eq!(states[0].state, RestartState::Stopped);
    assert_eq!(states[1].state, RestartState::WarmUp);
    let stopped = format!(
        "{text}* Fri Nov 20 2026 10:19:00 - Stop App - app has been stopped (reason: unpaid)\n"
    );
    assert!(
        states_of(&stopped, "scalingo", "2026-11-20T10:20:00Z")
            .iter()
            .all(|state| state.state == RestartState::Stopped)
    );
}

#[test]
fn events_of_the_api() {
    let text = r#"{"events": [
      {"id": "3", "created_at": "2026-11-20T10:15:02.5Z", "type": "repeated_crash", "type_data": {"container_type": "web-1"}},
      {"id": "2", "created_at": "2026-11-20T10:15:00.1Z", "type": "crash", "type_data": {"container_type": "web-1", "crash_logs": "KeyError: 'X'"}},
      {"id": "1", "created_at": "2026-11-20T10:00:00Z", "type": "scale", "type_data": {"previous_containers": {"web": "0:M"}, "containers": {"web": "1:M"}}}
    ], "meta": {}}"#;
    let state = &states_of(text, "scalingo", "2026-11-20T10:15:30Z")[0];
    assert_eq!((state.counter, state.crashes.len(), state.inferred), (1, 1, false));
    assert_eq!(state.state, RestartState::WarmUp);
    let lines = text.lines().filter(|l| l.contains("\"id\"")).map(str::trim).collect::<Vec<_>>();
    let state = &states_of(&lines.join("\n"), "scalingo", "2026-11-20T10:15:30Z")[0];
    assert_eq!(state.counter, 1);
}

/// Starts of a container that dies at once, as the policy spaces them.
const STARTS: &str = "\
2026-11-20 10:00:00.1 +0100 CET [manager] container [web-1] (a1) started
2026-11-20 10:00:02.1 +0100 CET [web-1] KeyError: 'SECRET'
2026-11-20 10:00:05.1 +0100 CET [manager] container [web-1] (a2) started
2026-11-20 10:00:07.1 +0100 CET [web-1] KeyError: 'SECRET'
2026-11-20 10:00:10.1 +0100 CET [manager] container [web-1] (a3) started
2026-11-20 10:00:12.1 +0100 CET [web-1] KeyError: 'SECRET'
2026-11-20 10:05:15.1 +0100 CET [manager] container [web-1] (a4) started
2026-11-20 10:05:17.1 +0100 CET [web-1] KeyError: 'SECRET'
2026-11-20 10:15:20.1 +0100 CET [manager] container [web-1] (a5) started
";

#[test]
fn repeated_starts_are_inferred_crashes() {
    let state = &states_of(STARTS, "scalingo", "2026-11-20T09:16:00Z")[0];
    assert_eq!((state.counter, state.inferred), (4, true));
    assert_eq!(state.crashes.len(), 4);
    assert_eq!(state.state, RestartState::WarmUp);
    assert_eq!(state.mails_sent, [2]);
}

#[test]
fn the_last_start_died_too_if_it_said_so() {
    let dies = "\
2026-11-20 10:15:22.1 +0100 CET [web-1] KeyError: 'SECRET'
";
    let state = &states_of(&format!("{STARTS}{dies}"), "scalingo", "2026-11-20T09:16:00Z")[0];
    assert_eq!((state.counter, state.state), (5, RestartState::Waiting));
    assert_eq!(state.waits, [0, 0, 5, 10]);
    assert_eq!(state.last_line.as_deref(), Some("KeyError: 'SECRET'"));
    // What is no last word of a process may be said by one that goes on.
    let lives = STARTS.replace("KeyError: 'SECRET'", "loaded 31 routes");
    let lives = format!("{lives}{}", dies.replace("KeyError: 'SECRET'", "loaded 31 routes"));
    let state = &states_of(&lives, "scalingo", "2026-11-20T09:16:00Z")[0];
    assert_eq!((state.counter, state.state), (4, RestartState::WarmUp));
    assert_eq!(state.waits, [0, 0, 5, 10]);
}

#[test]
fn the_platforms_own_restarts_reset_nothing() {
    let text = "\
* Fri Nov 20 2026 10:00:00 - Deployment - deployment of 3f1c9aa (success) <ann (a@b.c)>
* Fri Nov 20 2026 10:20:00 - Crash - container 'web-1' has crashed <scalingo-platform (deploy@scalingo.com)>
* Fri Nov 20 2026 10:20:10 - Restart - containers [web-1] began to restart <scalingo-platform (deploy@scalingo.com)>
* Fri Nov 20 2026 10:21:00 - Crash - container 'web-1' has crashed <scalingo-platform (deploy@scalingo.com)>
* Fri Nov 20 2026 10:21:10 - Restart - containers [web-1] began to restart <scalingo-platform (deploy@scalingo.com)>
";
    assert_eq!(states_of(text, "scalingo", "2026-11-20T10:22:00Z")[0].counter, 2);
    let by_hand = text.replacen(
        "[web-1] began to restart <scalingo-platform (deploy@scalingo.com)>",
        "[web] began to restart <ann (a@b.c)>",
        2,
    );
    assert_eq!(states_of(&by_hand, "scalingo", "2026-11-20T10:22:00Z")[0].counter, 0);
}

#[test]
fn a_deployment_hands_over_and_is_no_crash() {
    let text = "\
2026-11-20 10:00:00 +0000 UTC [manager] container [web-1] (a1) started
2026-11-20 10:05:00 +0000 UTC [manager] container [web-1] (a2) started
2026-11-20 10:05:04 +0000 UTC [manager] container [web-1] (a1) has stopped
2026-11-20 10:30:00 +0000 UTC [manager] container [postdeploy-7] (b1) started
2026-11-20 10:30:09 +0000 UTC [manager] container [postdeploy-7] (b1) has stopped
2026-11-20 10:30:20 +0000 UTC [manager] container [web-1] (a3) started
2026-11-20 11:30:20 +0000 UTC [manager] container [web-1] (a3) has stopped
2026-11-20 11:31:20 +0000 UTC [manager] container [web-1] (a4) started
";
    let states = states_of(text, "scalingo", "2026-11-20T11:32:00Z");
    assert_eq!(states.len(), 1, "{states:?}");
    assert_eq!((states[0].counter, states[0].crashes.len(), states[0].inferred), (0, 0, false));
}

#[test]
fn heroku_says_it_twice_and_publishes_no_waits() {
    let text = "\
2026-11-20T10:00:00.000000+00:00 heroku[web.1]: Starting process with command `gunicorn app:app`
2026-11-20T10:00:04.000000+00:00 heroku[web.1]: Process exited with status 3
2026-11-20T10:00:04.200000+00:00 heroku[web.1]: State changed from starting to crashed
2026-11-20T10:00:04.300000+00:00 heroku[web.1]: State changed from crashed to starting
2026-11-20T10:00:08.000000+00:00 heroku[web.1]: Starting process with command `gunicorn app:app`
2026-11-20T10:00:12.000000+00:00 heroku[web.1]: Process exited with status 3
2026-11-20T10:00:12.100000+00:00 heroku[web.1]: State changed from starting to crashed
";
    let state = &states_of(text, "heroku", "2026-11-20T10:10:00Z")[0];
    assert_eq!((state.container.as_str(), state.counter), ("web.1", 2));
    assert_eq!((state.state, state.next_restart), (RestartState::Waiting, None));
    assert!(state.mails_sent.is_empty() && state.gives_up_at.is_none());
}

#[test]
fn hostile_texts_are_read_to_the_end() {
    for text in [
        "",
        "{",
        "[",
        "[[[[[[",
        "{\"events\": 3}",
        "* ",
        "* Mon Jan 02 2006",
        "* Mon Jan 02 99999 15:04:05 - Crash - '",
        "{\"type\": 1, \"created_at\": []}",
        "2026-11-20 10:00:00 +0000 UTC [manager] container [",
        "2026-11-20 10:00:00 +0000 UTC [manager] container [web-1] (",
        "2026-11-20T10:00:00+00:00 heroku[web.1]: State changed from ",
        "2026-11-20T10:00:00+00:00 heroku[web.1]: Scaled to web@",
    ] {
        let _ = states_of(text, "scalingo", "9999-01-01T00:00:00Z");
    }
    let deep = "[".repeat(50_000);
    assert!(states_of(&deep, "scalingo", "2026-11-20T10:10:00Z").is_empty());
}

proptest! {
    /// Any order of the input's lines gives the same states.
    #[test]
    fn order_is_nothing(seed in prop::collection::vec(any::<u32>(), 16)) {
        for (text, platform) in [(TIMELINE, "scalingo"), (STARTS, "scalingo")] {
            let mut lines: Vec<(u32, &str)> =
                text.lines().enumerate().map(|(i, line)| (seed[i % 16].rotate_left(i as u32), line)).collect();
            lines.sort_unstable();
            let shuffled: Vec<&str> = lines.into_iter().map(|(_, line)| line).collect();
            let now = "2026-11-20T10:22:00Z";
            prop_assert_eq!(
                states_of(&shuffled.join("\n"), platform, now),
                states_of(text, platform, now)
            );
        }
    }
}
