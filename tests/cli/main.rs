//! The binary as a person, a pipe or a CI job meets it: exit codes, messages, odd inputs, formats.

mod code;
mod commands;
mod configuration;
mod deployments;
mod formats;
mod hostile;
mod inputs;
mod kept;
mod lint;
mod usage;

use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;

/// What one run left.
pub(crate) struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// A folder of its own to run in, and a scrubbed environment.
pub(crate) struct Desk {
    pub dir: tempfile::TempDir,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().expect("a folder") }
    }

    /// Writes a file and gives its name as it is typed.
    pub(crate) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        std::fs::write(self.dir.path().join(name), bytes).expect("written");
        name.to_owned()
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_diagnose"));
        command
            .env_clear()
            .env("HOME", self.dir.path())
            .current_dir(self.dir.path())
            .args(args)
            .timeout(std::time::Duration::from_secs(120));
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        ran(&self.command(args).output().expect("it runs"))
    }
}

pub(crate) fn ran(output: &Output) -> Ran {
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

pub(crate) fn fixture(path: &str) -> String {
    repository().join("fixtures").join(path).to_string_lossy().into_owned()
}

/// An error log of a site that lacks a package.
pub(crate) const BROKEN: &str = "\
2026-11-20 09:00:00,123: Error running WSGI application
2026-11-20 09:00:00,124: ModuleNotFoundError: No module named 'flask_cors'
2026-11-20 09:00:00,124:   File \"/var/www/ana_pythonanywhere_com_wsgi.py\", line 7, in <module>
2026-11-20 09:00:00,125:     from app import app as application
2026-11-20 09:00:00,125:   File \"/home/ana/mysite/app.py\", line 2, in <module>
2026-11-20 09:00:00,125:     import flask_cors
";

/// What makes runs comparable.
pub(crate) const NOW: [&str; 2] = ["--now", "2026-11-21T03:00:00Z"];
