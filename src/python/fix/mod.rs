//! `--fix` and `--diff`: edits of findings, applied to whole files.
//!
//! A file is only written if it parses afterwards; atomically, with its permissions, and through symlinks.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::parse::parse_file;
use super::unsaved::Unsaved;
use crate::model::{Edit, PythonVersion, Safety};

/// A file with its edits applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FixedFile {
    pub path: PathBuf,
    pub before: Vec<u8>,
    pub after: Vec<u8>,
    /// Edits that were applied.
    pub applied: usize,
}

impl FixedFile {
    /// The change as a unified diff for `git apply` and `patch -p1`: the file's own bytes, whatever their encoding
    /// and line ends.
    pub fn diff(&self) -> Vec<u8> {
        // As it is typed, so that it is found from here.
        let here = std::env::current_dir().ok();
        let near = here.as_deref().and_then(|here| self.path.strip_prefix(here).ok());
        let name = near.unwrap_or(&self.path).display().to_string();
        let name = name.trim_start_matches("./").trim_start_matches('/');
        let (before, after) = (lines(&self.before), lines(&self.after));
        let mut out = format!("--- a/{name}\n+++ b/{name}\n").into_bytes();
        let ops = similar::capture_diff_slices(similar::Algorithm::Myers, &before, &after);
        for group in similar::group_diff_ops(ops, 3) {
            let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
            let old = first.old_range().start..last.old_range().end;
            let new = first.new_range().start..last.new_range().end;
            out.extend_from_slice(format!("@@ -{} +{} @@\n", span(&old), span(&new)).as_bytes());
            for op in group {
                let (old, new) = (op.old_range(), op.new_range());
                match op.tag() {
                    similar::DiffTag::Equal => put(&mut out, b' ', &before[old]),
                    _ => {
                        put(&mut out, b'-', &before[old]);
                        put(&mut out, b'+', &after[new]);
                    }
                }
            }
        }
        out
    }
}

/// Lines with their ends: `\n` alone ends one, as for `patch`.
fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split_inclusive(|byte| *byte == b'\n').collect()
}

/// First line and count, as in the head of a hunk.
fn span(range: &std::ops::Range<usize>) -> String {
    match range.len() {
        0 => format!("{},0", range.start),
        1 => format!("{}", range.start + 1),
        more => format!("{},{more}", range.start + 1),
    }
}

fn put(out: &mut Vec<u8>, sign: u8, lines: &[&[u8]]) {
    for line in lines {
        out.push(sign);
        out.extend_from_slice(line);
        if !line.ends_with(b"\n") {
            out.extend_from_slice(b"\n\\ No newline at end of file\n");
        }
    }
}

/// Applies edits in memory, file by file in the order of their names. Edits that overlap an earlier one are left
/// out; so is a whole file that would not parse afterwards.
pub fn plan(
    edits: &[Edit],
    with_unsafe: bool,
    python: Option<PythonVersion>,
    unsaved: Option<&Unsaved>,
) -> Vec<FixedFile> {
    let mut files: Vec<&str> = edits.iter().map(|edit| edit.file.as_str()).collect();
    files.sort_unstable();
    files.dedup();
    files
        .into_iter()
        .filter_map(|file| {
            let mut own: Vec<&Edit> = edits
                .iter()
                .filter(|edit| edit.file == file && (with_unsafe || edit.safety == Safety::Safe))
                .collect();
            own.sort_by_key(|edit| (edit.start, edit.end));
            own.dedup();
            fix_file(Path::new(file), &own, python, unsaved)
        })
        .collect()
}

fn fix_file(
    path: &Path,
    edits: &[&Edit],
    python: Option<PythonVersion>,
    unsaved: Option<&Unsaved>,
) -> Option<FixedFile> {
    let before = fs::read(Unsaved::at_hand(unsaved, path)).ok()?;
    let mut after = Vec::with_capacity(before.len() + 64);
    let mut at = 0usize;
    let mut applied = 0;
    for edit in edits {
        let (start, end) = (edit.start as usize, edit.end as usize);
        if start < at || end < start || end > before.len() {
            continue;
        }
        after.extend_from_slice(&before[at..start]);
        after.extend_from_slice(edit.text.as_bytes());
        at = end;
        applied += 1;
    }
    after.extend_from_slice(&before[at..]);
    if applied == 0 || after == before {
        return None;
    }
    // Nothing is written that does not parse, also where the person broke it before.
    let parses = parse_file(&after, "", python).errors.is_empty();
    let path = Unsaved::named(unsaved, path).to_owned();
    parses.then_some(FixedFile { path, before, after, applied })
}

/// Writes a fixed file: a new file beside the real one, renamed over it. Fails if the file changed meanwhile.
pub fn write(file: &FixedFile) -> io::Result<()> {
    // A symlink stays one: what it points to is replaced.
    let real = fs::canonicalize(&file.path)?;
    if fs::read(&real)? != file.before {
        return Err(io::Error::other("the file changed while it was examined"));
    }
    let folder = real.parent().ok_or_else(|| io::Error::other("no folder"))?;
    let mut temporary = tempfile::NamedTempFile::new_in(folder)?;
    temporary.write_all(&file.after)?;
    let meta = fs::metadata(&real)?;
    temporary.as_file().set_permissions(meta.permissions())?;
    keep_owner(&temporary, &meta)?;
    temporary.as_file().sync_all()?;
    temporary.persist(&real).map_err(|error| error.error)?;
    Ok(())
}

/// An administrator's fix leaves the file to whom it belongs: the server must still be able to read it.
#[cfg(unix)]
fn keep_owner(file: &tempfile::NamedTempFile, meta: &fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    let own = file.as_file().metadata()?;
    if (own.uid(), own.gid()) != (meta.uid(), meta.gid()) {
        // What only the group lacks is no reason to leave the file as it is.
        let both = fchown(file.as_file(), Some(meta.uid()), Some(meta.gid()));
        if both.is_err() && own.uid() != meta.uid() {
            return both;
        }
        file.as_file().set_permissions(meta.permissions())?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn keep_owner(_: &tempfile::NamedTempFile, _: &fs::Metadata) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{FixedFile, plan, write};
    use crate::model::{Edit, Safety};
    use std::fs;

    fn edit(file: &std::path::Path, start: u32, end: u32, text: &str) -> Edit {
        Edit {
            file: file.display().to_string(),
            start,
            end,
            text: text.to_owned(),
            safety: Safety::Safe,
        }
    }

    #[test]
    fn applies_keeps_permissions_and_symlinks() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let dir = tempfile::tempdir().unwrap();
        let real = dir.path().join("real.py");
        let link = dir.path().join("link.py");
        fs::write(&real, "app = 1  # keep\n").unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&real, &link).unwrap();
        let fixed = plan(&[edit(&link, 0, 3, "application")], false, None, None);
        assert_eq!(fixed.len(), 1);
        let diff = String::from_utf8(fixed[0].diff()).unwrap();
        assert!(diff.contains("+application = 1  # keep"), "{diff}");
        write(&fixed[0]).unwrap();
        assert_eq!(fs::read_to_string(&real).unwrap(), "application = 1  # keep\n");
        assert!(fs::symlink_metadata(&link).unwrap().file_type().is_symlink());
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
        // The plan is stale now.
        assert!(write(&fixed[0]).is_err());
    }

    #[test]
    fn diffs_are_the_bytes_of_the_file() {
        let file = FixedFile {
            path: "web/a.py".into(),
            before: b"\xef\xbb\xbfx = 1\r\n# caf\xe9 \r\nrun()".to_vec(),
            after: b"\xef\xbb\xbfx = 1\r\n# caf\xe9 \r\nif main:\r\n    run()".to_vec(),
            applied: 1,
        };
        let expected = b"--- a/web/a.py\n+++ b/web/a.py\n@@ -1,3 +1,4 @@\n \xef\xbb\xbfx = 1\r\n # caf\xe9 \r\n-run()\n\\ No newline at end of file\n+if main:\r\n+    run()\n\\ No newline at end of file\n";
        assert_eq!(file.diff(), expected);
    }

    #[test]
    fn nothing_that_would_not_parse() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.py");
        fs::write(&path, "x = 1\n").unwrap();
        assert!(plan(&[edit(&path, 0, 1, "(")], false, None, None).is_empty());
        let mut unsafe_edit = edit(&path, 0, 1, "y");
        unsafe_edit.safety = Safety::Unsafe;
        assert!(plan(std::slice::from_ref(&unsafe_edit), false, None, None).is_empty());
        assert_eq!(plan(&[unsafe_edit], true, None, None).len(), 1);
    }
}
