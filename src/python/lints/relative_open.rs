//! Relative paths opened at import.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::{EventKind, Opening};
use crate::python::resolve::pathops::{absolute, parent};

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD502",
    name: "relative-open-at-import",
    summary: "A file is opened by a relative path while the code is imported.",
    why: "A relative path starts at the server's working folder, which is seldom your project's folder: FileNotFoundError.",
    bad: r#"
from flask import Flask

application = Flask(__name__)
KEY = open("data/key.txt").read()
"#,
    good: r#"
from pathlib import Path

from flask import Flask

application = Flask(__name__)
KEY = open(Path(__file__).parent / "data/key.txt").read()
"#,
    cause: Some("file-not-found"),
    severity: Severity::Warning,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    if !cx.runs_on_server() {
        return;
    }
    for event in cx.events() {
        let EventKind::RelativeOpen { path, how } = &event.kind else { continue };
        // There under the server's working folder, where that is known.
        let cwd_known = cx.run.options.cwd.is_some();
        let exists = |folder: &str| cx.run.finder.disk(&absolute(path, folder)).exists();
        if cwd_known && exists(&cx.run.cwd) {
            continue;
        }
        if path.contains('\\') && !exists(&cx.run.cwd) {
            let right = path.replace('\\', "/");
            let there = [cx.run.cwd.clone(), parent(&cx.module(event.module).path)]
                .iter()
                .any(|dir| cx.run.finder.disk(&absolute(&right, dir)).exists());
            let drive = path.as_bytes().get(1) == Some(&b':');
            let message = if drive {
                "This is a file on a computer with Windows, and the server has no such place: the line ends with FileNotFoundError. Upload the file beside your code, and write `Path(__file__).parent / \"its-name\"`".to_owned()
            } else {
                format!(
                    "`{path}` has a backslash between its parts, as on Windows; on the server's Linux that is a letter like any other, and the file is not found. Write `Path(__file__).parent / \"{right}\"`"
                )
            };
            let mut found = cx.at(&DOC, event, if there { 1.0 } else { 0.5 }, message);
            if there {
                found.severity = Severity::Error;
            }
            found.captures.insert("path".to_owned(), path.clone());
            out.push(found);
            continue;
        }
        // Beside the file, or in a folder above it: settings stand one below the project's.
        let file = &cx.module(event.module).path;
        let mut folder = parent(file);
        let mut steps = 1;
        while steps < 4 && !exists(&folder) {
            folder = parent(&folder);
            steps += 1;
        }
        let found = steps < 4;
        let beside = found && (steps == 1 || matches!(how, Opening::Plain));
        let told = match how {
            Opening::Plain => true,
            // A database that lies nowhere may be one that is to be made.
            Opening::Makes => !cwd_known || beside,
            // Data are mostly read where the server starts: only what lies elsewhere is told.
            Opening::Data => cwd_known && beside,
        };
        if !told {
            continue;
        }
        let then = if *how == Opening::Makes {
            ", where SQLite makes a new and empty database: `no such table`"
        } else {
            ", not beside this file"
        };
        let here = if found && steps > 1 {
            format!("Path(__file__).resolve(){}", ".parent".repeat(steps))
        } else {
            "Path(__file__).parent".to_owned()
        };
        let message = format!(
            "`{path}` is a relative path: on the server it starts at the server's working folder{then}. Write `{here} / \"{path}\"`"
        );
        // It lies beside this file, and not where the server looks.
        let certainty = if cwd_known && beside { 0.8 } else { 0.5 };
        let mut found = cx.at(&DOC, event, certainty, message);
        found.captures.insert("path".to_owned(), path.clone());
        out.push(found);
    }
}

#[cfg(test)]
mod tests {
    use crate::python::lint_run::{LintOptions, run};
    use std::fs;

    /// What is told of a site that is started in its home: a line, and files.
    fn told(line: &str, files: &[&str], known: bool) -> Vec<f64> {
        let dir = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(dir.path()).unwrap();
        fs::create_dir_all(root.join("site/data")).unwrap();
        for file in files {
            fs::write(root.join(file), "x").unwrap();
        }
        let text = format!(
            "import joblib, sqlite3\nimport pandas as pd\nfrom PIL import Image\nfrom flask import Flask\napplication = Flask(__name__)\n{line}\n"
        );
        fs::write(root.join("site/wsgi.py"), text).unwrap();
        let cwd = known.then(|| root.clone());
        let options = LintOptions { cwd, ..LintOptions::default() };
        let out = run(&[root.join("site/wsgi.py")], &options);
        let found = out.findings.iter().filter(|found| found.code == super::DOC.code);
        found.map(|found| found.certainty).collect()
    }

    #[test]
    fn files_that_lie_beside_the_code_and_not_where_the_server_starts() {
        let file = ["site/data/a.bin"];
        for line in [
            "x = pd.read_csv('data/a.bin')",
            "x = joblib.load('data/a.bin')",
            "x = Image.open(fp='data/a.bin')",
            "x = open('data/a.bin').read()",
            "x = sqlite3.connect('data/a.bin')",
        ] {
            assert_eq!(told(line, &file, true), [0.8], "{line}");
        }
        assert_eq!(told("x = open('data/a.bin').read()", &file, false), [0.5]);
    }

    #[test]
    fn data_that_may_be_found() {
        for (line, files, known) in [
            ("x = pd.read_csv('a.bin')", &["a.bin", "site/a.bin"][..], true),
            ("x = pd.read_csv('a.bin')", &["site/a.bin"], false),
            ("x = pd.read_csv('a.bin')", &[], true),
            ("x = pd.read_csv('https://example.com/a.bin')", &["site/a.bin"], true),
            ("x = pd.read_csv(__file__ + 'a.bin')", &["site/a.bin"], true),
            (
                "try:\n    x = pd.read_csv('a.bin')\nexcept FileNotFoundError:\n    x = None",
                &["site/a.bin"],
                true,
            ),
        ] {
            assert_eq!(told(line, files, known), [0.0; 0], "{line}");
        }
    }
}
