//! The machine against the text of the policy.

use proptest::prelude::*;

use super::*;
use crate::rules::Rules;

fn policy() -> RestartPolicy {
    Rules::embedded()
        .platform("scalingo")
        .and_then(|p| p.restart.clone())
        .expect("the profile has one")
}

fn minutes(row: &Row) -> Option<i64> {
    row.wait.map(|wait| wait.as_mins())
}

#[test]
fn a_container_that_dies_at_once_is_given_up_after_275_minutes_of_waits() {
    let rows = simulate(&policy(), SignedDuration::ZERO);
    let waits: Vec<_> = rows.iter().map(minutes).collect();
    let expected: Vec<_> =
        [0, 0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50].map(Some).into_iter().chain([None]).collect();
    assert_eq!(waits, expected);
    assert_eq!(waits.iter().flatten().sum::<i64>(), 275);
    assert_eq!(rows.last().map(|row| row.crash_at.as_mins()), Some(275));
    let mails: Vec<u32> = rows.iter().filter(|row| row.mail).map(|row| row.counter).collect();
    assert_eq!(mails, [2, 5, 12]);
}

#[test]
fn nine_minutes_and_59_seconds_are_not_survived_ten_minutes_are() {
    let short = simulate(&policy(), SignedDuration::from_secs(599));
    assert_eq!(short.last().map(|row| (row.counter, row.wait)), Some((13, None)));
    for seconds in [600, 660] {
        let rows = simulate(&policy(), SignedDuration::from_secs(seconds));
        assert!(
            rows.iter().all(|row| row.counter == 1 && row.wait.is_some()),
            "{seconds}: {rows:?}"
        );
    }
}

#[test]
fn the_state_says_what_comes_next() {
    let policy = policy();
    let start: Timestamp = "2026-11-21T08:00:00Z".parse().expect("a time");
    let minute = |m: i64| later(start, SignedDuration::from_mins(m));
    let mut machine = Machine::default();
    machine.step(&policy, Event { at: start, kind: EventKind::Fresh });
    for at in [1, 1, 1, 6] {
        machine.step(&policy, Event { at: minute(at), kind: EventKind::Crash });
    }
    // Crashes 1 and 2 restart at once, 3 after 5 minutes, 4 after 10.
    let waiting = machine.state(&policy, "web-1", minute(10));
    assert_eq!((waiting.counter, waiting.state), (4, RestartState::Waiting));
    assert_eq!(waiting.next_restart, Some(minute(16)));
    assert_eq!(waiting.mails_sent, [2]);
    // From there: crash 5 at 16, then waits of 15+20+…+50 = 260.
    assert_eq!(waiting.gives_up_at, Some(minute(16 + 260)));
    let warm = machine.state(&policy, "web-1", minute(20));
    assert_eq!((warm.state, warm.warmup_until), (RestartState::WarmUp, Some(minute(26))));
    let fine = machine.state(&policy, "web-1", minute(26));
    assert_eq!((fine.counter, fine.state), (0, RestartState::Running));
}

proptest! {
    #[test]
    fn the_counter_follows_the_text(lives in prop::collection::vec(0i64..1_300, 1..40)) {
        let policy = policy();
        let mut machine = Machine::default();
        let mut now: Timestamp = "2026-01-01T00:00:00Z".parse().expect("a time");
        machine.step(&policy, Event { at: now, kind: EventKind::Fresh });
        let mut expected = 0u32;
        for (at, life) in lives.into_iter().enumerate() {
            now = later(now, SignedDuration::from_secs(life));
            machine.step(&policy, Event { at: now, kind: EventKind::Crash });
            expected = if expected == 13 { 13 } else if at == 0 || life >= 600 { 1 } else { expected + 1 };
            prop_assert_eq!(machine.counter, expected);
            prop_assert!(machine.counter <= 13);
            if let Some(wait) = wait(&policy, machine.counter) {
                prop_assert_eq!(wait.as_mins(), (i64::from(expected) - 2).max(0) * 5);
                now = later(now, wait);
            } else { prop_assert_eq!(expected, 13) }
            let state = machine.state(&policy, "web-1", now);
            let mails: Vec<u32> = [2, 5, 12].into_iter().filter(|m| *m <= expected).collect();
            prop_assert_eq!(state.mails_sent, mails);
        }
    }
}
