//! Bundles: a .zip that somebody sent, unpacked into a folder that ends with the run.
//!
//! Nothing leaves the folder, whatever names the archive holds; entries and bytes are bounded.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// Most entries and bytes that are unpacked.
const MOST_ENTRIES: usize = 20_000;
const MOST_BYTES: u64 = 2 << 30;

/// Unpacks an archive.
///
/// # Errors
/// What is wrong with it, as one clause.
pub(super) fn unpack(path: &Path) -> Result<TempDir, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let mut archive =
        zip::ZipArchive::new(file).map_err(|error| format!("not a readable .zip: {error}"))?;
    if archive.len() > MOST_ENTRIES {
        return Err(format!(
            "holds {} entries; at most {MOST_ENTRIES} are unpacked",
            archive.len()
        ));
    }
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let mut left = MOST_BYTES;
    for at in 0..archive.len() {
        let entry = archive.by_index(at).map_err(|error| format!("entry {at}: {error}"))?;
        // Names that lead out of the folder are left out, as are links.
        let Some(name) = entry.enclosed_name() else { continue };
        let target = folder.path().join(name);
        if entry.is_dir() {
            std::fs::create_dir_all(&target).map_err(|error| error.to_string())?;
            continue;
        }
        if !entry.is_file() {
            continue;
        }
        if let Some(parent) = target.parent() {
            std::fs::create_dir_all(parent).map_err(|error| error.to_string())?;
        }
        let mut out = File::create(&target).map_err(|error| error.to_string())?;
        let copied =
            io::copy(&mut entry.take(left), &mut out).map_err(|error| error.to_string())?;
        left -= copied.min(left);
        if left == 0 {
            return Err(format!("unpacks to more than {} GiB", MOST_BYTES >> 30));
        }
    }
    Ok(folder)
}

/// The folder that holds the content: archives often have one folder around everything.
pub(super) fn content(folder: &Path) -> PathBuf {
    let mut at = folder.to_owned();
    for _ in 0..3 {
        let entries: Vec<PathBuf> = std::fs::read_dir(&at)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .collect();
        match entries.as_slice() {
            [one]
                if one.is_dir()
                    && !["var", "etc", "home"].iter().any(|name| one.ends_with(name)) =>
            {
                at.clone_from(one);
            }
            _ => break,
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn archive(entries: &[(&str, &str)]) -> (TempDir, PathBuf) {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("bundle.zip");
        let mut zip = zip::ZipWriter::new(File::create(&path).expect("made"));
        for (name, text) in entries {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).expect("an entry");
            zip.write_all(text.as_bytes()).expect("written");
        }
        zip.finish().expect("an archive");
        (dir, path)
    }

    #[test]
    fn nothing_leaves_the_folder() {
        let (_dir, path) =
            archive(&[("../out.log", "x"), ("/abs.log", "y"), ("site/error.log", "z")]);
        let folder = unpack(&path).expect("unpacked");
        assert_eq!(
            std::fs::read_to_string(folder.path().join("site/error.log")).expect("there"),
            "z"
        );
        assert!(!folder.path().parent().expect("a parent").join("out.log").exists());
    }

    #[test]
    fn one_folder_around_everything_is_passed_through() {
        let (_dir, path) =
            archive(&[("bundle/var/log/a.error.log", "x"), ("bundle/home/a/x.py", "y")]);
        let folder = unpack(&path).expect("unpacked");
        assert!(content(folder.path()).ends_with("bundle"));
    }

    #[test]
    fn a_broken_archive_says_so() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("x.zip");
        std::fs::write(&path, b"PK\x03\x04 and nothing").expect("written");
        assert!(unpack(&path).expect_err("broken").contains(".zip"));
    }
}
