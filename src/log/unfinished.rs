//! A start of uWSGI that never reached "WSGI app … ready": code that hangs, serves by itself, or
//! ends the process leaves no other line (FACTS.md, "What real servers do", 7 and 8). The same of
//! older gunicorns, which end such workers one after the other.

use jiff::Timestamp;

use super::dialect::LifeKind;
use super::events::{FileEvents, Life};
use crate::model::{Captures, Fact, Phase, Place, Source};
use crate::rules::Rules;
use crate::rules::schema::PhaseWord;

/// Label of the mark with which uWSGI starts (see `dialect::uwsgi`).
const START: &str = "uWSGI starts";

/// From this version on gunicorn lets a worker import for ever: one that it ends was asked something
/// (FACTS.md, "What real servers do", 5).
const PATIENT: u64 = 22;

/// From this version on gunicorn says which signal ended a worker.
const TELLING: u64 = 21;

/// So many workers that came in place of others are no chance.
const REPLACED: usize = 3;

/// Adds an event for the last start of each server log where it ended without the app.
pub(super) fn find(files: &mut [FileEvents], rules: &Rules) {
    let newest = files.iter().filter_map(|file| file.summary.as_ref()?.last).max();
    let refused = refused(files, rules);
    for file in files.iter_mut() {
        let Some(at) = file.lives.iter().rposition(|life| life.label == START) else { continue };
        let start = file.lives[at].clone();
        let after = &file.lives[at + 1..];
        let finished = after.iter().any(|life| {
            matches!(life.kind, LifeKind::LoadFailed | LifeKind::Respawn | LifeKind::WorkerDied)
                || (life.kind == LifeKind::Ready && life.label == "app loaded")
                || life.kind == LifeKind::Reload
        });
        if finished {
            continue;
        }
        // uWSGI listens before it loads the app: whoever is refused later meets no process at all.
        let gone = refused.zip(start.time).is_some_and(|(refused, start)| later(start, refused));
        let ended = gone || after.iter().any(|life| life.kind == LifeKind::Stop);
        // A start of this very moment may still be going on.
        let waited = match (start.time, newest) {
            (Some(start), Some(newest)) => later(start, newest),
            _ => true,
        };
        let cut = file.summary.as_ref().is_some_and(|summary| !summary.complete);
        // What a paste cut off cannot be missed.
        let loading = file.loading.is_some_and(|line| line > start.line);
        let stuck = waited && loading;
        if !(ended || stuck) || cut {
            continue;
        }
        let (event, text) = if ended {
            ("start-ended", "the start ended before the app was loaded, and no error was logged")
        } else {
            ("start-not-finished", "the start never reached \"WSGI app … ready\"")
        };
        let fact = fact(event, text, &start, file, rules);
        if !fact.matches.is_empty() {
            file.facts.push(fact);
        }
    }
}

/// By more than a start of this very moment needs.
fn later(start: Timestamp, seen: Timestamp) -> bool {
    seen.as_second() - start.as_second() >= 2
}

/// When a proxy last found nobody to connect to.
fn refused(files: &[FileEvents], rules: &Rules) -> Option<Timestamp> {
    let nobody = |fact: &&Fact| {
        fact.matches.iter().filter_map(|hit| rules.signature(&hit.signature)).any(|sig| {
            sig.text.class.iter().any(|class| class == "proxy-error")
                && sig.text.phase.contains(&PhaseWord::Import)
        })
    };
    let facts = files.iter().flat_map(|file| file.facts.iter());
    facts.filter(nobody).filter_map(|fact| fact.last_time.or(fact.time)).max()
}

/// Adds an event where each worker of gunicorn's last start was ended at the time limit, always
/// as long after it was started, and nothing was ever answered: it never came to serve requests.
pub(super) fn endless_imports(files: &mut [FileEvents], rules: &Rules) {
    let answered = files
        .iter()
        .flat_map(|file| file.loaded.iter())
        .filter_map(|(time, _)| time.map(jiff::Timestamp::as_second))
        .max();
    let accepted = accepted(files, rules);
    for file in files.iter_mut() {
        let start = file.lives.iter().rposition(|life| life.label == "gunicorn starts");
        if start.and_then(|at| file.lives[at].version).is_some_and(|version| version >= PATIENT) {
            continue;
        }
        let from = start.unwrap_or(0);
        let boots: Vec<&Life> =
            file.lives[from..].iter().filter(|life| life.label == "worker started").collect();
        let Some(first) = boots.first().copied() else { continue };
        let lasted: Vec<i64> = file.lives[from..]
            .iter()
            .filter(|life| life.kind == LifeKind::Timeout)
            .filter_map(|end| {
                let boot = boots.iter().find(|boot| boot.pid.is_some() && boot.pid == end.pid)?;
                Some(end.time?.as_second() - boot.time?.as_second())
            })
            .collect();
        let (Some(least), Some(most)) = (lasted.iter().min(), lasted.iter().max()) else {
            continue;
        };
        let same_time = most - least <= 1;
        // All but those that still run: as many as are needed at once, no more than half.
        let all = lasted.len() >= 2 && boots.len() <= lasted.len() * 2;
        let served = match (answered, first.time) {
            (Some(answered), Some(first)) => answered >= first.as_second(),
            (answered, _) => answered.is_some() || !file.loaded.is_empty(),
        };
        let took = accepted.zip(first.time).is_some_and(|(taken, first)| taken >= first);
        if !same_time || !all || served || took {
            continue;
        }
        let start = first.clone();
        let text = "each worker was ended at the time limit after its start, and none answered";
        let fact = fact("workers-never-ready", text, &start, file, rules);
        if !fact.matches.is_empty() {
            file.facts.push(fact);
        }
    }
}

/// Adds an event where gunicorn starts worker after worker in place of others that are gone without
/// a line: older versions do not say that a worker was killed by a signal, newer ones do.
pub(super) fn vanished_workers(files: &mut [FileEvents], rules: &Rules) {
    for file in files.iter_mut() {
        let start = file.lives.iter().rposition(|life| life.label == "gunicorn starts");
        if start.and_then(|at| file.lives[at].version).is_some_and(|version| version >= TELLING) {
            continue;
        }
        let lives = &file.lives[start.unwrap_or(0)..];
        let told = lives.iter().any(|life| {
            !matches!(life.kind, LifeKind::Start | LifeKind::Ready | LifeKind::Respawn)
        });
        let boots: Vec<&Life> =
            lives.iter().filter(|life| life.label == "worker started").collect();
        let Some(first) = boots.first().copied() else { continue };
        let left = file.left.is_some_and(|line| line > first.line);
        let failed =
            file.facts.iter().any(|fact| fact.exception.is_some() && fact.order > first.line);
        // those of the start come at once, and what is replaced comes later
        let replaced = boots
            .windows(2)
            .filter(|pair| pair[0].time.zip(pair[1].time).is_some_and(|(a, b)| later(a, b)))
            .count();
        if told || left || failed || replaced < REPLACED {
            continue;
        }
        let first = first.clone();
        let text =
            "gunicorn starts one worker after the other, and none says why the last one ended";
        let fact = fact("workers-vanish", text, &first, file, rules);
        if !fact.matches.is_empty() {
            file.facts.push(fact);
        }
    }
}

/// When a proxy last saw a connection cut that a worker had accepted: while it imports, none is.
fn accepted(files: &[FileEvents], rules: &Rules) -> Option<Timestamp> {
    let taken = |fact: &&Fact| {
        let mut signatures = fact.matches.iter().filter_map(|hit| rules.signature(&hit.signature));
        signatures.any(|sig| sig.text.class.iter().any(|class| class == "accepted"))
    };
    let facts = files.iter().flat_map(|file| file.facts.iter());
    facts.filter(taken).filter_map(|fact| fact.last_time.or(fact.time)).max()
}

fn fact(event: &str, text: &str, start: &Life, file: &FileEvents, rules: &Rules) -> Fact {
    let mut fact = Fact::new(Source::Log, text);
    fact.matches = rules.match_event(event, text, &Captures::new());
    fact.phase = Phase::Import;
    fact.time = start.time;
    fact.last_time = start.time;
    // Just behind the start, so that it belongs to the epoch that begins there.
    fact.order = start.line + 1;
    fact.pid = start.pid;
    fact.log_kind = file.summary.as_ref().map(|summary| summary.kind);
    fact.place = file.summary.as_ref().map(|summary| {
        Place::line(summary.path.as_str(), u32::try_from(start.line).unwrap_or(u32::MAX))
    });
    fact
}

#[cfg(test)]
mod tests {
    use crate::log::scan::scan_text;
    use crate::model::LogKind;
    use crate::rules::Rules;

    fn never_ready(log: &str) -> bool {
        let facts = scan_text(log, LogKind::Server, Rules::embedded());
        facts.facts.iter().any(|fact| fact.excerpt.starts_with("each worker was ended"))
    }

    const START: &str = "[2026-11-20 12:00:00 +0000] [1] [INFO] Starting gunicorn 20.1.0\n\
        [2026-11-20 12:00:00 +0000] [7] [INFO] Booting worker with pid: 7\n";

    #[test]
    fn workers_that_time_out_one_after_the_other_never_became_ready() {
        assert!(never_ready(&format!(
            "{START}[2026-11-20 12:00:30 +0000] [1] [CRITICAL] WORKER TIMEOUT (pid:7)\n\
             [2026-11-20 12:00:31 +0000] [8] [INFO] Booting worker with pid: 8\n\
             [2026-11-20 12:01:01 +0000] [1] [CRITICAL] WORKER TIMEOUT (pid:8)\n\
             [2026-11-20 12:01:02 +0000] [9] [INFO] Booting worker with pid: 9\n"
        )));
    }

    #[test]
    fn newer_versions_end_no_worker_that_imports() {
        let log = format!(
            "{START}[2026-11-20 12:00:30 +0000] [1] [CRITICAL] WORKER TIMEOUT (pid:7)\n\
             [2026-11-20 12:00:31 +0000] [8] [INFO] Booting worker with pid: 8\n\
             [2026-11-20 12:01:01 +0000] [1] [CRITICAL] WORKER TIMEOUT (pid:8)\n\
             [2026-11-20 12:01:02 +0000] [9] [INFO] Booting worker with pid: 9\n"
        );
        assert!(never_ready(&log));
        assert!(!never_ready(&log.replace("gunicorn 20.1.0", "gunicorn 23.0.0")));
    }

    #[test]
    fn a_worker_that_worked_for_a_while_was_ready() {
        assert!(!never_ready(&format!(
            "{START}[2026-11-20 12:07:30 +0000] [1] [CRITICAL] WORKER TIMEOUT (pid:7)\n\
             [2026-11-20 12:07:31 +0000] [8] [INFO] Booting worker with pid: 8\n\
             [2026-11-20 12:09:01 +0000] [1] [CRITICAL] WORKER TIMEOUT (pid:8)\n\
             [2026-11-20 12:09:02 +0000] [9] [INFO] Booting worker with pid: 9\n"
        )));
    }

    #[test]
    fn a_worker_that_had_accepted_a_request_had_loaded_the_app() {
        let heroku = |second: u32, from: &str, text: &str| {
            format!(
                "2026-11-20T12:0{}:{:02}.000000+00:00 {from}: {text}\n",
                second / 60,
                second % 60
            )
        };
        let gunicorn = |second: u32, text: &str| {
            let stamp = format!("2026-11-20 12:0{}:{:02} +0000", second / 60, second % 60);
            heroku(second, "app[web.1]", &format!("[{stamp}] [4] {text}"))
        };
        let looping = [
            gunicorn(0, "[INFO] Starting gunicorn 20.1.0"),
            gunicorn(0, "[INFO] Booting worker with pid: 7"),
            gunicorn(31, "[CRITICAL] WORKER TIMEOUT (pid:7)"),
            gunicorn(32, "[INFO] Booting worker with pid: 8"),
            gunicorn(63, "[CRITICAL] WORKER TIMEOUT (pid:8)"),
        ]
        .concat();
        let cut = heroku(
            64,
            "heroku[router]",
            "at=error code=H13 desc=\"Connection closed without response\" method=GET path=\"/slow\" host=a.herokuapp.com dyno=web.1 connect=1ms service=30011ms status=503 bytes=0",
        );
        assert!(never_ready(&looping));
        assert!(!never_ready(&format!("{looping}{cut}")));
    }

    fn vanish(log: &str) -> bool {
        let facts = scan_text(log, LogKind::Server, Rules::embedded());
        facts.facts.iter().any(|fact| fact.excerpt.starts_with("gunicorn starts one worker after"))
    }

    #[test]
    fn workers_that_are_replaced_without_a_word_were_killed() {
        let again = "[2026-11-20 12:00:20 +0000] [8] [INFO] Booting worker with pid: 8\n\
             [2026-11-20 12:00:41 +0000] [9] [INFO] Booting worker with pid: 9\n\
             [2026-11-20 12:01:03 +0000] [10] [INFO] Booting worker with pid: 10\n";
        let silent = format!("{START}{again}");
        assert!(vanish(&silent));
        assert!(!vanish(&silent.replace("gunicorn 20.1.0", "gunicorn 23.0.0")));
        // planned: each takes its leave
        let planned = again.replace(
            "[2026-11-20 12:00:41",
            "[2026-11-20 12:00:40 +0000] [8] [INFO] Worker exiting (pid: 8)\n[2026-11-20 12:00:41",
        );
        assert!(!vanish(&format!("{START}{planned}")));
        // the workers of one start come at once
        let once = again.replace("12:00:20", "12:00:00").replace("12:00:41", "12:00:00");
        assert!(!vanish(&format!("{START}{once}")));
    }
}
