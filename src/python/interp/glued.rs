//! Files that are opened and are not what the code wants: a path without its slash, a note of Git LFS.

use ruff_text_size::TextRange;

use super::{Cx, EventKind, Interp};
use crate::python::resolve::pathops;

impl Interp<'_> {
    /// Notes a file that Git LFS has in its store, and of which only the note is at hand.
    pub(super) fn lfs_pointer(&mut self, cx: &Cx, path: &str, range: TextRange) {
        if path.contains("://") || path.is_empty() {
            return;
        }
        let beside = pathops::parent(&self.modules[cx.module].path);
        let file = self.finder.disk(&pathops::absolute(path, &beside));
        let small = std::fs::metadata(&file).is_ok_and(|meta| meta.is_file() && meta.len() < 300);
        if small && std::fs::read(&file).is_ok_and(|b| b.starts_with(b"version https://git-lfs")) {
            self.emit(cx, range, "lfs", EventKind::LfsPointer(path.to_owned()));
        }
    }

    /// Notes an absolute path that is not there, and is with one more slash.
    pub(super) fn glued(&mut self, cx: &Cx, path: &str, range: TextRange) {
        // The file may be made before it is read.
        let makes =
            ["copy", "move(", "write_", "touch(", "urlretrieve(", ", 'w", ", \"w", "='w", "=\"w"];
        if self.mentions(&makes) {
            return;
        }
        let (folder, name) = (pathops::parent(path), pathops::basename(path).to_owned());
        let listing = self.finder.list(&folder);
        if !listing.exists || listing.file(&name) || listing.dir(&name) {
            return;
        }
        let folders: Vec<String> = listing
            .iter()
            .filter(|(dir, is_dir)| *is_dir && name.len() > dir.len() && name.starts_with(*dir))
            .map(|(dir, _)| dir.to_owned())
            .collect();
        for dir in folders {
            let file = &name[dir.len()..];
            let inner = pathops::join(&folder, &dir);
            if self.finder.list(&inner).file(file) {
                let right = format!("/{file}");
                let kind = EventKind::Glued { path: path.to_owned(), right };
                self.emit(cx, range, "glued", kind);
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::python::lints::tests::analyse;

    fn reported(path: &str) -> bool {
        let text = format!(
            "import json, os\nfrom flask import Flask\napplication = Flask(__name__)\nHERE = os.path.dirname(os.path.abspath(__file__))\nwith open({path}) as f:\n    data = json.load(f)\n# --- data.json\n{{}}\n"
        );
        analyse(&text).findings.iter().any(|found| found.name == "path-without-slash")
    }

    #[test]
    fn a_note_of_git_lfs() {
        let told = |content: &str| {
            let text = format!(
                "import pickle\nfrom flask import Flask\napplication = Flask(__name__)\nmodel = pickle.load(open('model.pkl', 'rb'))\n# --- model.pkl\n{content}\n"
            );
            analyse(&text).findings.iter().any(|found| found.name == "lfs-pointer")
        };
        assert!(told("version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 9"));
        assert!(!told("x"));
    }

    #[test]
    fn a_slash_is_missing() {
        assert!(reported("HERE + 'data.json'"));
        assert!(reported("f'{HERE}data.json'"));
        for fine in [
            "HERE + '/data.json'",
            "os.path.join(HERE, 'data.json')",
            "HERE + '-other.json'",
            "HERE + '.json', 'w'",
        ] {
            assert!(!reported(fine), "{fine}");
        }
    }
}
