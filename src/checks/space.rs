//! Room on the machine that serves the site: file systems that are full, a quota that is nearly
//! used up, memory that the kernel had to take back. Only on the machine itself.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::Context;
use super::environment::about;
use crate::model::{Contrary, Examined, Facts};
use crate::site::{Tree, on_server};

/// Below this many free bytes nothing useful can be written any more.
const FULL: u64 = 1024 * 1024;
/// A file system is nearly full below both of these: bytes, and parts of the whole.
const NEARLY: u64 = 100 * 1024 * 1024;
const NEARLY_PART: u64 = 50;
/// Longest time that is spent on adding up a home folder, and most files looked at.
const ADDING_UP: Duration = Duration::from_millis(150);
const MOST_FILES: usize = 200_000;

/// Facts about disks and memory, with what was looked at.
pub(super) fn collect(context: &Context, tree: &Tree, facts: &mut Facts) {
    disks(context, tree, facts);
    if context.site.platform_id() == "pythonanywhere" {
        quota(context, tree, facts);
    } else {
        // A console of PythonAnywhere is not where the web app runs.
        memory(context, tree, facts);
    }
}

/// Numbers of one file system: bytes, and entries where it counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Space {
    total: u64,
    free: u64,
    entries: u64,
    entries_free: u64,
}

/// What the numbers mean for somebody who wants to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Fine,
    Nearly,
    NoEntries,
    Full,
}

impl Space {
    fn state(self) -> State {
        if self.free < FULL.min(self.total / 100) {
            State::Full
        } else if self.entries > 0 && self.entries_free == 0 {
            State::NoEntries
        } else if self.free < NEARLY && self.free < self.total / NEARLY_PART {
            State::Nearly
        } else {
            State::Fine
        }
    }
}

/// The file system under a path; `None` where its numbers mean nothing, as for read-only ones.
#[cfg(unix)]
fn space(path: &Path) -> Option<Space> {
    let stat = rustix::fs::statvfs(path).ok()?;
    if stat.f_blocks == 0 || stat.f_flag.contains(rustix::fs::StatVfsMountFlags::RDONLY) {
        return None;
    }
    Some(Space {
        total: stat.f_blocks.saturating_mul(stat.f_frsize),
        free: stat.f_bavail.saturating_mul(stat.f_frsize),
        entries: stat.f_files,
        entries_free: stat.f_favail,
    })
}

#[cfg(not(unix))]
fn space(_: &Path) -> Option<Space> {
    None
}

/// Folders that the app writes to: one a file system, the first that lies on it.
fn places(context: &Context) -> Vec<PathBuf> {
    let site = &context.site;
    let logs = site.logs.iter().filter_map(|log| log.path.parent()).map(Path::to_owned);
    let all = site
        .project
        .iter()
        .cloned()
        .chain(logs)
        .chain(site.virtualenv.iter().cloned())
        .chain([PathBuf::from("/tmp")]);
    let mut by_device: BTreeMap<u64, PathBuf> = BTreeMap::new();
    let mut kept = Vec::new();
    for path in all {
        let Some(device) = device(&path) else { continue };
        if let std::collections::btree_map::Entry::Vacant(slot) = by_device.entry(device) {
            slot.insert(path.clone());
            kept.push(path);
        }
    }
    kept
}

#[cfg(unix)]
fn device(path: &Path) -> Option<u64> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(path).ok().map(|meta| meta.dev())
}

#[cfg(not(unix))]
fn device(_: &Path) -> Option<u64> {
    None
}

fn disks(context: &Context, tree: &Tree, facts: &mut Facts) {
    let mut all_fine = true;
    let mut seen = Vec::new();
    for path in places(context) {
        let Some(space) = space(&path) else { continue };
        let shown = on_server(context.site.root.as_deref(), &path);
        seen.push(format!("{shown} ({} free of {})", size(space.free), size(space.total)));
        let (event, note) = match space.state() {
            State::Fine => continue,
            State::Nearly => (
                "disk-nearly-full",
                format!("only {} of {} are free at {shown}", size(space.free), size(space.total)),
            ),
            State::NoEntries => (
                "disk-full",
                format!("the file system of {shown} has no free inodes: no file can be made"),
            ),
            State::Full => (
                "disk-full",
                format!("the file system of {shown} is full ({} in all)", size(space.total)),
            ),
        };
        all_fine = false;
        facts.facts.push(about(context, tree, event, &shown, &note));
    }
    if seen.is_empty() {
        return;
    }
    facts.examined.push(Examined {
        check: "environment".to_owned(),
        what: format!("disk space: {}", seen.join(", ")),
        from: None,
        to: None,
    });
    // A quota is an account's own: free blocks of the file system say nothing about it.
    if all_fine && context.site.platform_id() != "pythonanywhere" {
        facts.contrary.push(Contrary {
            cause: "disk-quota".to_owned(),
            reason: format!("there is room: {}", seen.join(", ")),
        });
    }
}

/// What the home folder takes, where it comes to what a free account may use.
fn quota(context: &Context, tree: &Tree, facts: &mut Facts) {
    let limit = context.rules.platform("pythonanywhere").and_then(|p| p.limits.disk);
    let (Some(user), Some(limit)) = (&context.site.user, limit) else { return };
    let home = format!("/home/{user}");
    let Some(used) = used(Path::new(&home)) else { return };
    facts.examined.push(Examined {
        check: "environment".to_owned(),
        what: format!("{home} takes {}", size(used)),
        from: None,
        to: None,
    });
    // Well above it the account is a paid one, with a quota that is not known here.
    if used < limit / 50 * 49 || used > limit / 50 * 52 {
        return;
    }
    let note = format!("{home} takes {}; a free account may use {}", size(used), size(limit));
    facts.facts.push(about(context, tree, "quota-nearly-used", &home, &note));
}

/// Bytes on disk below a folder; `None` where it has more files than can be looked at.
fn used(home: &Path) -> Option<u64> {
    let started = Instant::now();
    let mut sum: u64 = 0;
    let walk = walkdir::WalkDir::new(home).same_file_system(true).follow_links(false);
    for (at, entry) in walk.into_iter().enumerate() {
        if at >= MOST_FILES || (at % 256 == 0 && started.elapsed() > ADDING_UP) {
            return None;
        }
        let Ok(meta) = entry.and_then(|entry| entry.metadata()) else { continue };
        sum = sum.saturating_add(on_disk(&meta));
    }
    Some(sum)
}

#[cfg(unix)]
fn on_disk(meta: &std::fs::Metadata) -> u64 {
    use std::os::unix::fs::MetadataExt;
    meta.blocks().saturating_mul(512)
}

#[cfg(not(unix))]
fn on_disk(meta: &std::fs::Metadata) -> u64 {
    meta.len()
}

/// The kernel has killed something in this container.
/// <https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files>, and for version 1
/// <https://docs.kernel.org/admin-guide/cgroup-v1/memory.html>
fn memory(context: &Context, tree: &Tree, facts: &mut Facts) {
    const V2: (&str, &str) = ("/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory.max");
    const V1: (&str, &str) =
        ("/sys/fs/cgroup/memory/memory.oom_control", "/sys/fs/cgroup/memory/memory.limit_in_bytes");
    /// Version 1 writes a number near 2^63 for "no limit".
    const NO_LIMIT: u64 = 1 << 60;
    for (events, limit) in [V2, V1] {
        let Some(text) = tree.text(events) else { continue };
        let kills = kills(&text);
        let limit = tree.text(limit).and_then(|text| text.trim().parse::<u64>().ok());
        let Some(limit) = limit.filter(|limit| *limit < NO_LIMIT) else { return };
        facts.examined.push(Examined {
            check: "environment".to_owned(),
            what: format!("memory limit of this container: {}", size(limit)),
            from: None,
            to: None,
        });
        if kills > 0 {
            let what = if kills == 1 { "a process" } else { "processes" };
            let times = if kills == 1 { String::new() } else { format!("{kills} ") };
            let note = format!(
                "the kernel has killed {times}{what} of this container at its limit of {}",
                size(limit)
            );
            facts.facts.push(about(context, tree, "memory-limit-hit", events, &note));
        }
        return;
    }
}

/// `oom_kill 3`
fn kills(text: &str) -> u64 {
    text.lines()
        .find_map(|line| line.strip_prefix("oom_kill "))
        .and_then(|count| count.trim().parse().ok())
        .unwrap_or(0)
}

/// Bytes as people say them.
fn size(bytes: u64) -> String {
    const MB: f64 = 1_048_576.0;
    let mb = bytes as f64 / MB;
    if mb >= 1024.0 {
        format!("{:.1} GB", mb / 1024.0)
    } else if mb >= 10.0 || bytes == 0 {
        format!("{mb:.0} MB")
    } else {
        format!("{mb:.1} MB")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GB: u64 = 1 << 30;

    fn of(total: u64, free: u64, entries: u64, entries_free: u64) -> State {
        Space { total, free, entries, entries_free }.state()
    }

    #[test]
    fn full_nearly_full_and_fine() {
        assert_eq!(of(40 * GB, 0, 1000, 10), State::Full);
        assert_eq!(of(40 * GB, 4096, 1000, 10), State::Full);
        assert_eq!(of(40 * GB, 50 << 20, 1000, 10), State::Nearly);
        assert_eq!(of(40 * GB, 2 * GB, 1000, 0), State::NoEntries);
        // Some file systems do not count their entries.
        assert_eq!(of(40 * GB, 2 * GB, 0, 0), State::Fine);
        // Small ones have little room, and need little.
        assert_eq!(of(64 << 20, 8 << 20, 100, 10), State::Fine);
        assert_eq!(of(1 << 20, 0, 100, 10), State::Full);
        assert_eq!(of(1 << 20, 1 << 19, 100, 10), State::Fine);
    }

    #[test]
    fn numbers_of_the_kernel() {
        assert_eq!(kills("low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\n"), 2);
        assert_eq!(kills("oom_kill_disable 0\nunder_oom 0\noom_kill 1\n"), 1);
        assert_eq!(kills("oom_kill -1\n"), 0);
        assert_eq!(kills(""), 0);
    }

    #[test]
    fn sizes_are_short() {
        assert_eq!(size(0), "0 MB");
        assert_eq!(size(GB * 3 / 2), "1.5 GB");
        assert_eq!(size(512 << 20), "512 MB");
        assert_eq!(size(1_500_000), "1.4 MB");
    }

    #[test]
    fn a_home_is_added_up() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("a"), vec![1u8; 300_000]).expect("written");
        let sum = used(folder.path()).expect("few files");
        assert!((300_000..500_000).contains(&sum), "{sum}");
        assert!(space(folder.path()).is_some_and(|space| space.total >= space.free));
    }
}
