//! Standard input, kept in a file for the run: it can be read once, and several checks look at it.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use tempfile::TempDir;

use super::Plan;
use super::inputs::head;
use crate::log::kind::{InputKind, recognise};
use crate::model::{LogKind, Site, Skipped};

/// How often an interrupt is looked for while the other program writes.
const GLANCE: Duration = Duration::from_millis(50);
/// Bytes copied at a time.
const PIECE: usize = 256 * 1024;
/// The file's name, so that what shows its name says what it is.
const NAME: &str = "stdin";

impl Plan {
    /// Puts a file in the place of every `-`. Events among them are events, whatever stood in the
    /// command. Without a place to keep it, the log scanner alone reads standard input.
    pub(super) fn keep_stdin(&mut self, site: &mut Site, cancel: &AtomicBool) {
        let dash = Path::new("-");
        let wanted = site.logs.iter().any(|log| log.path == dash)
            || site.events.iter().any(|path| path == dash);
        if !wanted {
            return;
        }
        let (folder, path) = match keep(|| Ok(io::stdin().lock()), cancel) {
            Ok((folder, path, problem)) => {
                self.unusable
                    .extend(problem.map(|missing| Skipped { check: NAME.to_owned(), missing }));
                (folder, path)
            }
            Err(_) => return,
        };
        for place in site.events.iter_mut().filter(|path| *path == dash) {
            place.clone_from(&path);
        }
        let kind = head(&path).map_or(InputKind::Unknown, |head| recognise("", &head));
        let events = matches!(kind, InputKind::EventsJson | InputKind::Timeline);
        if events && site.logs.iter().any(|log| log.path == dash && log.kind.is_none()) {
            site.logs.retain(|log| log.path != dash);
            site.events.push(path.clone());
        }
        let is_log = |path: &Path, kind: Option<LogKind>| path == dash && kind.is_none();
        if kind == InputKind::Python
            && site.wsgi.is_none()
            && site.logs.iter().any(|log| is_log(&log.path, log.kind))
        {
            site.logs.retain(|log| log.path != dash);
            self.recognised.push(format!("{NAME}: Python code"));
            self.shown_as.push((path.clone(), NAME.to_owned()));
            site.wsgi = Some(path.clone());
            self.wsgi_given = true;
        }
        for log in site.logs.iter_mut().filter(|log| log.path == dash) {
            log.path.clone_from(&path);
        }
        site.stdin = Some(path);
        self.unpacked.push(Arc::new(folder));
    }
}

/// Copies what `open` gives to a file until it ends or the user interrupts; says why it is not whole.
///
/// # Errors
/// It cannot be opened, or there is no place to keep it.
pub(in crate::cli) fn keep<R: io::Read>(
    open: impl FnOnce() -> io::Result<R> + Send + 'static,
    cancel: &AtomicBool,
) -> io::Result<(TempDir, PathBuf, Option<String>)> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join(NAME);
    let file = File::create(&path)?;
    let (send, ended) = mpsc::channel();
    // Opening may wait as well: for somebody who writes into a named pipe.
    std::thread::Builder::new().name(NAME.to_owned()).spawn(move || {
        // Nobody waits any more after an interrupt.
        let _ = send.send(open().map(|input| copy(input, file)));
    })?;
    let problem = loop {
        match ended.recv_timeout(GLANCE) {
            Ok(result) => break result?.err().map(|error| format!("not read to its end: {error}")),
            Err(mpsc::RecvTimeoutError::Timeout) if !cancel.load(Ordering::Relaxed) => {}
            Err(_) => break Some("interrupted: what had come until then was read".to_owned()),
        }
    };
    Ok((folder, path, problem))
}

fn copy(mut input: impl io::Read, mut file: File) -> io::Result<()> {
    let mut piece = vec![0u8; PIECE];
    loop {
        match input.read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(read) => file.write_all(&piece[..read])?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
