//! Folders that something outside the code puts on the search path: `PYTHONPATH` in a unit, a container or a
//! script, a package that is installed from a folder of its own.

use std::fs;

use super::Interp;
use crate::python::resolve::pathops;

/// Folders below the project in which people keep what starts it.
const PLACES: &[&str] = &[
    "",
    "deploy",
    "deployment",
    "conf",
    "config",
    "etc",
    "ops",
    "server",
    "docker",
    "scripts",
    "bin",
];

/// Largest file that is looked into.
const MAX_BYTES: u64 = 128 * 1024;

impl Interp<'_> {
    /// A file of the project that speaks of the search path names this folder: it may well be on it.
    pub(super) fn set_outside(&mut self, own: &[String], place: &str) -> bool {
        for root in own.iter().take(4) {
            for part in PLACES {
                let dir = if part.is_empty() { root.clone() } else { pathops::join(root, part) };
                let listing = self.finder.list(&dir);
                // Code that Python runs before any other.
                if listing.file("sitecustomize.py") {
                    return true;
                }
                let names = listing.iter().filter(|(name, is_dir)| !is_dir && is_asked(name));
                for (name, _) in names.take(50) {
                    let path = self.finder.disk(&pathops::join(&dir, name));
                    let small = fs::metadata(&path).is_ok_and(|meta| meta.len() < MAX_BYTES);
                    let text = small.then(|| fs::read_to_string(path).ok()).flatten();
                    if text.is_some_and(|text| names_it(&text, place, place == root)) {
                        return true;
                    }
                }
            }
        }
        false
    }
}

/// Starts something, or says what is installed.
fn is_asked(name: &str) -> bool {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    matches!(
        ending,
        "service" | "conf" | "yml" | "yaml" | "json" | "sh" | "env" | "cfg" | "toml" | "mk"
    ) || matches!(name, "Makefile" | "makefile" | "justfile" | "Justfile" | "Procfile" | "setup.py")
        || name.starts_with("Dockerfile")
        || name.starts_with(".env")
}

/// `root`: the folder is the one of the file, which is also `.` and the container's folder.
fn names_it(text: &str, place: &str, root: bool) -> bool {
    let folder = pathops::basename(place);
    let word = |line: &str| {
        line.match_indices(folder).any(|(at, found)| {
            let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
            !line[..at].ends_with(part) && !line[at + found.len()..].starts_with(part)
        })
    };
    let speaks = |line: &str, words: &[&str]| words.iter().any(|word| line.contains(word));
    // pytest's own setting is written small.
    let path = ["PYTHONPATH", "python-path", "WSGIPythonPath"];
    let packages = ["package_dir", "package-dir", "packages.find"];
    if speaks(text, &path) {
        let lines: Vec<&str> = text.lines().take(5_000).collect();
        // YAML writes the value below.
        let near = |at: usize| lines[at..].iter().take(2).any(|line| root || word(line));
        if (0..lines.len()).any(|at| speaks(lines[at], &path) && near(at)) {
            return true;
        }
    }
    speaks(text, &packages) && text.lines().any(|line| line.contains(['=', ':']) && word(line))
}

#[cfg(test)]
mod tests {
    use crate::python::lint_run::{LintOptions, run};
    use std::fs;

    /// Whether `helpers`, which lies in `lib`, is told to be missing.
    fn told(file: &str, text: &str) -> bool {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("web.py", "import helpers\nfrom flask import Flask\napp = Flask(__name__)\n"),
            ("lib/helpers.py", ""),
            (file, text),
        ] {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let out = run(&[dir.path().join("web.py")], &LintOptions::default());
        out.findings.iter().any(|found| found.code == "WD301")
    }

    #[test]
    fn what_starts_the_app_sets_the_path() {
        for (file, text) in [
            ("deploy/shop.service", "[Service]\nEnvironment=PYTHONPATH=/srv/shop/lib\n"),
            ("supervisor.conf", "environment=A=\"1\",PYTHONPATH=\"/srv/shop/lib\"\n"),
            ("deploy/site.conf", "WSGIDaemonProcess shop python-path=/srv/shop/lib:/srv/shop\n"),
            ("render.yaml", "envVars:\n  - key: PYTHONPATH\n    value: ./lib\n"),
            ("app.json", "{\"env\": {\"PYTHONPATH\": {\"value\": \"lib\"}}}"),
            ("Makefile", "run:\n\tPYTHONPATH=lib gunicorn web:app\n"),
            ("setup.cfg", "[options]\npackage_dir =\n    =lib\n"),
            ("sitecustomize.py", "import sys\nsys.path.insert(0, 'lib')\n"),
        ] {
            assert!(!told(file, text), "{file}");
        }
        for (file, text) in [
            ("notes.txt", "PYTHONPATH=lib\n"),
            ("Makefile", "run:\n\tPYTHONPATH=library gunicorn web:app\n"),
            ("Makefile", "lint:\n\truff lib\n"),
            ("pyproject.toml", "[tool.pytest.ini_options]\npythonpath = [\"lib\"]\n"),
        ] {
            assert!(told(file, text), "{file}");
        }
    }
}
