//! Named pipes and `<(command)`: what can be read only once is kept in a file for the run, so that
//! the checks see it like any other log.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::Plan;
use super::stdin::keep;
use crate::model::{Site, Skipped};

/// Whether a path names a pipe or a device; a folder or a file can be read as often as one likes.
pub(super) fn is_one(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|meta| !meta.is_file() && !meta.is_dir())
}

impl Plan {
    /// Puts a file in the place of every pipe among the logs.
    pub(super) fn keep_pipes(&mut self, site: &mut Site, cancel: &AtomicBool) {
        for mut log in std::mem::take(&mut site.logs) {
            if !is_one(&log.path) {
                site.logs.push(log);
                continue;
            }
            if self.shown_as.iter().any(|(_, shown)| *shown == log.shown) {
                continue;
            }
            let path = log.path.clone();
            let open = move || {
                let file = File::open(path)?;
                if endless(&file) {
                    return Err(std::io::Error::other("is a device, not a log"));
                }
                Ok(file)
            };
            match keep(open, cancel) {
                Ok((folder, path, problem)) => {
                    let check = log.shown.clone();
                    self.unusable.extend(problem.map(|missing| Skipped { check, missing }));
                    self.shown_as.push((path.clone(), log.shown.clone()));
                    self.unpacked.push(Arc::new(folder));
                    log.path = path;
                    site.logs.push(log);
                }
                Err(error) => {
                    let missing = error.to_string();
                    self.unusable.push(Skipped { check: log.shown, missing });
                }
            }
        }
    }
}

/// A device that gives bytes without end, such as `/dev/zero`; `/dev/null` and a terminal end.
#[cfg(unix)]
fn endless(file: &File) -> bool {
    use std::io::{IsTerminal as _, Read as _};
    use std::os::unix::fs::FileTypeExt as _;
    let kind = file.metadata().map(|meta| meta.file_type());
    let device = kind.is_ok_and(|kind| kind.is_char_device() || kind.is_block_device());
    device && !file.is_terminal() && file.take(1).read(&mut [0]).is_ok_and(|read| read > 0)
}

#[cfg(not(unix))]
fn endless(_: &File) -> bool {
    false
}
