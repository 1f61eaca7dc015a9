//! `--bundle FILE.zip`: the report and what it was made from, redacted, to hand to support.
//!
//! `diagnose FILE.zip` reads it again. A site that was found on a machine keeps its paths (the
//! bundle is a copied tree); files that were named one by one lie side by side. Code is taken as a
//! whole or not at all: a tree in which modules are missing would be accused of that.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Component, Path, PathBuf};

use anyhow::Context as _;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::args::OutputArgs;
use super::failure::Failure;
use crate::model::{Report, Site};
use crate::redact::{RedactOptions, redact_text};
use crate::report::{Format, Style, render_many};

/// Newest bytes of a log that are taken.
const LOG_BYTES: u64 = 8 << 20;
/// Most files and bytes of code.
const CODE_FILES: usize = 2_000;
/// Longest private key, in lines.
const KEY_LINES: usize = 400;
const CODE_BYTES: u64 = 16 << 20;
/// Folders that are not the project's own code.
const FOREIGN: &[&str] = &["node_modules", "site-packages", "__pycache__", "venv", "env"];
/// Files beside the code that say how it is started and what it needs.
const MANIFESTS: &[&str] = &[
    "Procfile",
    "requirements.txt",
    "runtime.txt",
    "pyproject.toml",
    "Pipfile",
    "scalingo.json",
    "app.json",
    "fly.toml",
    "render.yaml",
];

/// Refuses a name that cannot work before anything is done.
///
/// # Errors
/// Another ending than `.zip`, a folder that does not exist.
pub(super) fn check(path: &Path) -> Result<(), Failure> {
    let name = format!("--bundle {}", path.display());
    if path.extension().is_none_or(|ending| !ending.eq_ignore_ascii_case("zip")) {
        return Err(Failure::new(format!("{name}: a bundle is a .zip"))
            .hint("for a report alone: -o report.md"));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    match folder.filter(|folder| !folder.is_dir()) {
        Some(folder) => Err(Failure::new(format!("{name}: cannot be written"))
            .hint(format!("{} is no folder; make it first", folder.display()))),
        None => Ok(()),
    }
}

/// Writes the bundle and says on standard error what is in it.
///
/// # Errors
/// The file cannot be written.
pub(super) fn write(path: &Path, reports: &[Report], output: &OutputArgs) -> anyhow::Result<()> {
    let mut bundle = Bundle::create(path, output.no_redact)
        .with_context(|| format!("--bundle {}: cannot be written", path.display()))?;
    let shared: Vec<_> = reports.iter().map(|report| bundle.share(report.clone())).collect();
    for (name, format) in [("REPORT.md", Format::Markdown), ("REPORT.json", Format::Json)] {
        let mut text = Vec::new();
        render_many(format, &shared, &Style::default(), &mut text)?;
        bundle.add(Path::new(name), &text)?;
    }
    for report in reports {
        bundle.site(&report.site)?;
    }
    let contents = bundle.finish()?;
    let mut stderr = std::io::stderr().lock();
    // Nobody reads it when standard error is closed.
    let _ = writeln!(stderr, "{}: {contents}. Look into it before you send it.", path.display());
    Ok(())
}

struct Bundle {
    zip: ZipWriter<File>,
    names: BTreeSet<String>,
    /// What was left out or cut, and why.
    notes: Vec<String>,
    raw: bool,
}

impl Bundle {
    fn create(path: &Path, raw: bool) -> std::io::Result<Self> {
        let zip = ZipWriter::new(File::create(path)?);
        Ok(Self { zip, names: BTreeSet::new(), notes: Vec::new(), raw })
    }

    fn share(&self, report: Report) -> crate::redact::Shareable {
        if self.raw {
            return crate::redact::Shareable::raw_unredacted(report);
        }
        crate::redact::redact(report, &RedactOptions::paths_stay())
    }

    /// Adds an entry; names are made unique, secrets taken out.
    fn add(&mut self, name: &Path, bytes: &[u8]) -> anyhow::Result<()> {
        let mut entry = entry_name(name);
        let mut at = 1;
        while !self.names.insert(entry.clone()) {
            at += 1;
            entry = format!("{at}-{}", entry_name(name));
        }
        self.zip.start_file(entry, SimpleFileOptions::default())?;
        if self.raw {
            self.zip.write_all(bytes)?;
        } else {
            let text = String::from_utf8_lossy(bytes);
            // Line by line, so that memory stays bounded; only a private key spans lines.
            let mut key = String::new();
            for line in text.split_inclusive('\n') {
                let begins = line.contains("-----BEGIN ") && line.contains("PRIVATE KEY");
                if begins || !key.is_empty() {
                    key.push_str(line);
                    if !line.contains("-----END ") && key.lines().count() < KEY_LINES {
                        continue;
                    }
                }
                let whole = if key.is_empty() { line } else { key.as_str() };
                self.zip.write_all(redact_text(whole, &RedactOptions::paths_stay()).as_bytes())?;
                key.clear();
            }
            self.zip.write_all(redact_text(&key, &RedactOptions::paths_stay()).as_bytes())?;
        }
        Ok(())
    }

    fn site(&mut self, site: &Site) -> anyhow::Result<()> {
        let tree = site.root.is_some() || site.on_host;
        let place = |path: &Path| match (tree, &site.root) {
            (true, Some(root)) => path.strip_prefix(root).unwrap_or(path).to_owned(),
            (true, None) => path.to_owned(),
            (false, _) => path.file_name().map_or_else(|| path.to_owned(), PathBuf::from),
        };
        for log in &site.logs {
            if log.path == Path::new("-") {
                self.notes.push("standard input is not in it".to_owned());
                continue;
            }
            let mut name = place(&log.path);
            // Logs are found again by their ending.
            if !tree && !name.to_string_lossy().contains(".log") {
                name.as_mut_os_string().push(".log");
            }
            self.take(&log.path, &name, LOG_BYTES)?;
        }
        for path in site.procfile.iter().chain(&site.server_config).chain(&site.events) {
            self.take(path, &place(path), CODE_BYTES)?;
        }
        self.code(site, tree, &place)
    }

    /// The WSGI file and the project, whole or not at all.
    fn code(
        &mut self,
        site: &Site,
        tree: bool,
        place: &dyn Fn(&Path) -> PathBuf,
    ) -> anyhow::Result<()> {
        let mut files: Vec<(PathBuf, PathBuf)> = Vec::new();
        if let Some(project) = &site.project {
            for file in own_files(project) {
                let name = if tree {
                    place(&file)
                } else {
                    file.strip_prefix(project).unwrap_or(&file).to_owned()
                };
                files.push((file, name));
            }
        }
        if let Some(wsgi) = site.wsgi.as_ref().filter(|wsgi| files.iter().all(|(f, _)| f != *wsgi))
        {
            files.push((wsgi.clone(), place(wsgi)));
        }
        let bytes: u64 =
            files.iter().map(|(file, _)| file.metadata().map_or(0, |meta| meta.len())).sum();
        if files.len() > CODE_FILES || bytes > CODE_BYTES {
            self.notes.push(format!("no code: {} files are too many", files.len()));
            return Ok(());
        }
        for (file, name) in files {
            self.take(&file, &name, CODE_BYTES)?;
        }
        Ok(())
    }

    /// A file, at most its newest bytes, from the start of a line.
    fn take(&mut self, path: &Path, name: &Path, most: u64) -> anyhow::Result<()> {
        let read = || -> std::io::Result<(Vec<u8>, bool)> {
            let mut file = File::open(path)?;
            let size = file.metadata()?.len();
            let cut = size > most;
            if cut {
                file.seek(SeekFrom::Start(size - most))?;
            }
            let mut bytes = Vec::new();
            file.take(most).read_to_end(&mut bytes)?;
            if cut && let Some(end) = memchr::memchr(b'\n', &bytes) {
                bytes.drain(..=end);
            }
            Ok((bytes, cut))
        };
        let shown = name.display();
        match read() {
            Err(error) => self.notes.push(format!("{shown} is not in it ({error})")),
            // Taking secrets out of what is packed is not possible.
            Ok((bytes, _)) if !self.raw && bytes.starts_with(&[0x1f, 0x8b]) => {
                self.notes.push(format!("{shown} is not in it (compressed)"));
            }
            Ok((bytes, cut)) => {
                if cut {
                    self.notes.push(format!("the newest {} MiB of {shown}", most >> 20));
                }
                self.add(name, &bytes)?;
            }
        }
        Ok(())
    }

    /// Closes the archive; what is in it, as one clause.
    fn finish(self) -> anyhow::Result<String> {
        let files = self.names.len();
        self.zip.finish()?;
        let mut text = format!("{files} files");
        if !self.raw {
            text.push_str(", secrets and addresses taken out");
        }
        for note in self.notes {
            text.push_str("; ");
            text.push_str(&note);
        }
        Ok(text)
    }
}

/// Python files and manifests of a project, without environments and hidden folders.
fn own_files(project: &Path) -> Vec<PathBuf> {
    walkdir::WalkDir::new(project)
        .max_depth(12)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| {
            let name = entry.file_name().to_string_lossy();
            entry.depth() == 0
                || !entry.file_type().is_dir()
                || !(name.starts_with('.')
                    || FOREIGN.contains(&&*name)
                    || entry.path().join("pyvenv.cfg").exists())
        })
        .flatten()
        .filter(|entry| entry.file_type().is_file())
        .filter(|entry| {
            let name = entry.file_name().to_string_lossy();
            name.ends_with(".py") || MANIFESTS.contains(&&*name)
        })
        .take(CODE_FILES + 1)
        .map(walkdir::DirEntry::into_path)
        .collect()
}

/// A path inside the archive: no root, no `..`.
fn entry_name(path: &Path) -> String {
    let parts: Vec<_> = path
        .components()
        .filter_map(|part| match part {
            Component::Normal(part) => Some(part.to_string_lossy()),
            _ => None,
        })
        .collect();
    parts.join("/")
}
