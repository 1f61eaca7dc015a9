//! Configuration: `[tool.diagnose]` in `pyproject.toml`, or `diagnose.toml`, `.diagnose.toml`.
//!
//! The closest file wins and files are not merged; a `pyproject.toml` without the table is passed
//! over; in one folder `.diagnose.toml` stands before `diagnose.toml` before `pyproject.toml`.
//! Flags win over the file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::ValueEnum as _;
use serde::Deserialize;

use super::args::{ControlArgs, DiagnoseArgs, FailOnArg, FormatArg};
use super::failure::Failure;
use crate::python::lints::near;

/// What a file may say.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    select: Option<Vec<String>>,
    ignore: Option<Vec<String>>,
    fail_on: Option<String>,
    format: Option<String>,
    platform: Option<String>,
    python_version: Option<String>,
    rules: Option<PathBuf>,
    wsgi: Option<PathBuf>,
    virtualenv: Option<PathBuf>,
    logs: Option<Vec<PathBuf>>,
    probe: Option<Probe>,
    required_version: Option<String>,
    #[serde(default)]
    per_file_ignores: BTreeMap<String, Vec<String>>,
}

/// `[tool.diagnose.probe]`. A URL is not among them: a site is probed when a person says so.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Probe {
    hits: Option<u32>,
    timeout: Option<f64>,
}

/// Settings of the nearest file; empty where there is none.
#[derive(Debug, Clone, Default)]
pub(super) struct Settings {
    select: Vec<String>,
    ignore: Vec<String>,
    fail_on: Option<FailOnArg>,
    pub format: Option<FormatArg>,
    pub platform: Option<String>,
    pub python_version: Option<String>,
    rules: Option<PathBuf>,
    pub wsgi: Option<PathBuf>,
    pub virtualenv: Option<PathBuf>,
    logs: Vec<PathBuf>,
    hits: Option<u32>,
    timeout: Option<f64>,
    pub per_file_ignores: Vec<(String, Vec<String>)>,
}

impl Settings {
    /// Fills in what no flag said.
    pub(super) fn fill(&self, control: &mut ControlArgs) {
        if control.select.is_empty() {
            control.select.clone_from(&self.select);
        }
        if control.ignore.is_empty() {
            control.ignore.clone_from(&self.ignore);
        }
        control.fail_on = control.fail_on.or(self.fail_on);
        if control.rules.is_none() {
            control.rules.clone_from(&self.rules);
        }
    }

    /// Fills in what no flag of a diagnosis said. `select`, `format` and `per-file-ignores` are
    /// for `lint`: a choice made for CI must not hide a cause from a person whose site is down.
    /// Where inputs were given, the file names none: only what was given is read.
    pub(super) fn fill_diagnosis(&self, args: &mut DiagnoseArgs) {
        let select = args.control.select.clone();
        self.fill(&mut args.control);
        args.control.select = select;
        let files = &mut args.files;
        let given = !args.inputs.is_empty() || files.any();
        if !given {
            files.wsgi.clone_from(&self.wsgi);
            for path in &self.logs {
                args.inputs.push(path.display().to_string());
            }
        }
        files.virtualenv = files.virtualenv.take().or_else(|| self.virtualenv.clone());
        files.platform = files.platform.take().or_else(|| self.platform.clone());
        files.python_version = files.python_version.take().or_else(|| self.python_version.clone());
        args.probe.hits = args.probe.hits.or(self.hits);
        args.probe.timeout = args.probe.timeout.or(self.timeout);
    }
}

/// Reads `--config FILE`, or looks for the nearest file from `start` upwards.
///
/// # Errors
/// A file that cannot be read or says something unknown; the message names file and key.
pub(super) fn load(control: &ControlArgs, start: &Path) -> Result<Settings, Failure> {
    if control.no_config {
        return Ok(Settings::default());
    }
    if let Some(path) = &control.config {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Failure::new(format!("--config {}: {error}", path.display())))?;
        return match table(path, &text)? {
            Some(file) => settings(path, file),
            None => {
                Err(Failure::new(format!("--config {}: no [tool.diagnose] in it", path.display())))
            }
        };
    }
    let start = std::path::absolute(start).unwrap_or_else(|_| start.to_owned());
    let first = if start.is_dir() { Some(start.as_path()) } else { start.parent() };
    for folder in first.into_iter().flat_map(Path::ancestors) {
        for name in [".diagnose.toml", "diagnose.toml", "pyproject.toml"] {
            let path = folder.join(name);
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            if let Some(file) = table(&path, &text)? {
                return settings(&path, file);
            }
        }
    }
    Ok(Settings::default())
}

/// The settings of a file; `None` for a `pyproject.toml` that is not ours.
fn table(path: &Path, text: &str) -> Result<Option<File>, Failure> {
    let bad = |error: &dyn std::fmt::Display| {
        let text = error.to_string();
        let near = meant(&text);
        let failure = Failure::new(format!("{}: {}", path.display(), text.trim_end()));
        match near {
            Some(near) => failure.hint(format!("did you mean `{near}`?")),
            None => failure,
        }
    };
    if path.file_name().is_none_or(|name| name != "pyproject.toml") {
        return toml::from_str(text).map(Some).map_err(|error| bad(&error));
    }
    // A broken pyproject.toml without our table is not our business.
    let Ok(value) = text.parse::<toml::Table>() else {
        return if text.contains("[tool.diagnose") {
            Err(Failure::new(format!("{}: not valid TOML", path.display())))
        } else {
            Ok(None)
        };
    };
    let ours = value.get("tool").and_then(|tool| tool.get("diagnose")).cloned();
    ours.map(|table| table.try_into().map_err(|error| bad(&error))).transpose()
}

/// The key that was probably meant: "unknown field `selct`, expected one of `select`, …".
fn meant(error: &str) -> Option<String> {
    let (_, rest) = error.split_once("unknown field `")?;
    let mut words = rest.split('`').step_by(2);
    let wrong = words.next()?;
    // People write underscores, and words of neighbours' tools.
    near::nearest(wrong, words)
}

fn settings(path: &Path, file: File) -> Result<Settings, Failure> {
    let bad = |text: String| Failure::new(format!("{}: {text}", path.display()));
    if let Some(wanted) = &file.required_version {
        match satisfies(env!("CARGO_PKG_VERSION"), wanted) {
            Some(true) => {}
            Some(false) => {
                return Err(bad(format!(
                    "required-version {wanted}, but this is {}",
                    env!("CARGO_PKG_VERSION")
                )));
            }
            None => {
                return Err(bad(format!(
                    "required-version = \"{wanted}\": write it as \">=0.1, <2\" or \"0.1.0\""
                )));
            }
        }
    }
    let fail_on = file
        .fail_on
        .map(|word| {
            FailOnArg::from_str(&word, true).map_err(|_| {
                bad(format!("fail-on = \"{word}\": one of error, warning, note, never"))
            })
        })
        .transpose()?;
    let format = file
        .format
        .map(|word| {
            FormatArg::from_str(&word, true)
                .map_err(|_| bad(format!("format = \"{word}\" is not known")))
        })
        .transpose()?;
    let base = path.parent().unwrap_or(Path::new("."));
    let probe = file.probe.unwrap_or_default();
    if let Some(hits) = probe.hits.filter(|hits| !(1..=20).contains(hits)) {
        return Err(bad(format!("probe.hits = {hits}: from 1 to 20")));
    }
    if let Some(timeout) = probe.timeout.filter(|span| !(*span > 0.0 && *span <= 3_600.0)) {
        return Err(bad(format!("probe.timeout = {timeout}: seconds above 0, at most 3600")));
    }
    Ok(Settings {
        select: file.select.unwrap_or_default(),
        ignore: file.ignore.unwrap_or_default(),
        fail_on,
        format,
        platform: file.platform,
        python_version: file.python_version,
        rules: file.rules.map(|rules| base.join(rules)),
        wsgi: file.wsgi.map(|path| base.join(path)),
        virtualenv: file.virtualenv.map(|path| base.join(path)),
        logs: file.logs.unwrap_or_default().iter().map(|path| base.join(path)).collect(),
        hits: probe.hits,
        timeout: probe.timeout,
        per_file_ignores: file.per_file_ignores.into_iter().collect(),
    })
}

/// Whether a version fits `>=0.1, <2`, `~=0.1.2`, `==0.1.*` or `0.1.0`; `None` for what is none of
/// these. As PEP 440 says, missing parts are zeros.
fn satisfies(version: &str, wanted: &str) -> Option<bool> {
    let numbers = |text: &str| -> Option<Vec<u64>> {
        text.trim().split('.').map(|part| part.parse().ok()).collect()
    };
    let part = |list: &[u64], at: usize| list.get(at).copied().unwrap_or(0);
    let have = numbers(version)?;
    let compare = |other: &[u64]| {
        let most = have.len().max(other.len());
        (0..most).map(|at| part(&have, at)).cmp((0..most).map(|at| part(other, at)))
    };
    let starts = |other: &[u64]| (0..other.len()).all(|at| part(&have, at) == part(other, at));
    let mut all = true;
    for clause in wanted.split(',').map(str::trim) {
        let at = clause.find(|c: char| c.is_ascii_digit())?;
        let (sign, rest) = (clause[..at].trim(), &clause[at..]);
        let (rest, any) = match rest.strip_suffix(".*") {
            Some(rest) => (rest, true),
            None => (rest, false),
        };
        let other = numbers(rest)?;
        all &= match (sign, any) {
            ("" | "==", true) => starts(&other),
            ("!=", true) => !starts(&other),
            (_, true) => return None,
            ("" | "==", _) => compare(&other).is_eq(),
            ("!=", _) => compare(&other).is_ne(),
            (">=", _) => compare(&other).is_ge(),
            ("<=", _) => compare(&other).is_le(),
            (">", _) => compare(&other).is_gt(),
            ("<", _) => compare(&other).is_lt(),
            // At least this, and the last part may grow.
            ("~=", _) if other.len() > 1 => {
                compare(&other).is_ge() && starts(&other[..other.len() - 1])
            }
            _ => return None,
        };
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn control() -> ControlArgs {
        ControlArgs::default()
    }

    #[test]
    fn the_closest_file_wins_and_foreign_ones_are_passed_over() {
        let dir = tempfile::tempdir().expect("a folder");
        let inner = dir.path().join("a/b");
        std::fs::create_dir_all(&inner).expect("folders");
        std::fs::write(dir.path().join("diagnose.toml"), "ignore = [\"WD101\"]\n")
            .expect("writable");
        std::fs::write(dir.path().join("a/pyproject.toml"), "[tool.black]\nx = 1\n")
            .expect("writable");
        let found = load(&control(), &inner).expect("settings");
        assert_eq!(found.ignore, ["WD101"]);
        std::fs::write(dir.path().join("a/.diagnose.toml"), "fail-on = \"note\"\n")
            .expect("writable");
        let found = load(&control(), &inner).expect("settings");
        assert!(found.ignore.is_empty() && found.fail_on == Some(FailOnArg::Note));
    }

    #[test]
    fn version_specifiers() {
        for wanted in [
            ">=0.1",
            ">=0.1, <2",
            "0.2.0",
            "==0.2",
            "0.2.*",
            "~=0.1",
            "~=0.2.0",
            "!=0.1.*",
            "<=0.2",
        ] {
            assert_eq!(satisfies("0.2.0", wanted), Some(true), "{wanted}");
        }
        for wanted in
            [">0.2", "<0.2", "0.1", "==0.20", ">=0.10", "~=0.1.9", "!=0.2.0", ">=0.1,<0.2"]
        {
            assert_eq!(satisfies("0.2.0", wanted), Some(false), "{wanted}");
        }
        for wanted in ["", "latest", ">=", "^0.2", "~=1", ">=0.2.*", "0.2-beta"] {
            assert_eq!(satisfies("0.2.0", wanted), None, "{wanted}");
        }
    }

    #[test]
    fn unknown_keys_are_errors_that_name_the_file() {
        let dir = tempfile::tempdir().expect("a folder");
        std::fs::write(dir.path().join("diagnose.toml"), "selct = []\n").expect("writable");
        let failure = load(&control(), dir.path()).expect_err("a typo");
        assert!(
            failure.message.contains("diagnose.toml") && failure.message.contains("selct"),
            "{failure}"
        );
        for (wrong, right) in [
            ("unknown field `selct`, expected one of `select`, `ignore`", Some("select")),
            ("unknown field `fail_on`, expected one of `select`, `fail-on`", Some("fail-on")),
            ("unknown field `colour`, expected one of `select`, `ignore`", None),
            ("unclosed array", None),
        ] {
            assert_eq!(meant(wrong).as_deref(), right, "{wrong}");
        }
    }
}
