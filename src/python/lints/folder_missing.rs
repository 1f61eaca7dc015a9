//! Folders that something wants at import and that are not there.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::{EventKind, FolderFor};
use crate::python::resolve::Origin;
use crate::python::resolve::pathops::{absolute, parent};

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD323",
    name: "folder-missing",
    summary: "A folder that the code needs while it is imported is not there.",
    why: "A log's handler makes the log file and not its folder, and `StaticFiles` wants its folder at once. Git keeps no empty folders, so `logs` exists on your computer and not on the server; and a relative path starts at the server's working folder, not beside your file.",
    bad: r#"
import logging

from flask import Flask

application = Flask(__name__)
application.logger.addHandler(logging.FileHandler("logs/shop.log"))
"#,
    good: r#"
import logging
from pathlib import Path

from flask import Flask

LOGS = Path(__file__).parent / "logs"
LOGS.mkdir(exist_ok=True)
application = Flask(__name__)
application.logger.addHandler(logging.FileHandler(LOGS / "shop.log"))
"#,
    cause: Some("file-not-found"),
    severity: Severity::Warning,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    let any = cx.events().any(|event| matches!(event.kind, EventKind::FolderWanted { .. }));
    if !any || !cx.runs_on_server() || makes_folders(cx) {
        return;
    }
    for event in cx.events() {
        let EventKind::FolderWanted { folder, wanted } = &event.kind else { continue };
        let is_dir = |from: &str| cx.run.finder.disk(&absolute(folder, from)).is_dir();
        let cwd_known = cx.run.options.cwd.is_some();
        if (cwd_known || folder.starts_with('/')) && is_dir(&cx.run.cwd) {
            continue;
        }
        let beside = is_dir(&parent(&cx.module(event.module).path));
        let somewhere = beside
            || is_dir(&cx.run.cwd)
            || cx
                .run
                .sys_path
                .iter()
                .any(|entry| entry.origin != Origin::SitePackages && is_dir(&entry.path));
        // Where the server starts nobody knows; it may well be there.
        if somewhere && !cwd_known {
            continue;
        }
        let what = match wanted {
            FolderFor::Log => "The log file's folder",
            FolderFor::Static => "The folder of static files",
            FolderFor::Listing => "The folder",
        };
        let plain = folder.trim_start_matches('/');
        let slipped = folder.starts_with('/')
            && cx
                .run
                .finder
                .disk(&absolute(plain, &parent(&cx.module(event.module).path)))
                .is_dir();
        let (certainty, message) = if slipped {
            (
                0.8,
                format!(
                    "`{folder}` begins with a slash, so it is looked for at the top of the disk, where it is not. For the `{plain}` beside this file write `Path(__file__).parent / \"{plain}\"`, or \"{plain}\" without the slash"
                ),
            )
        } else if beside {
            (
                0.8,
                format!(
                    "{what} `{folder}` is a relative path: on the server it starts at the working folder, where no `{folder}` is. Write `Path(__file__).parent / \"{folder}\"`"
                ),
            )
        } else {
            let sure = cwd_known || folder.starts_with('/');
            (
                // Of a machine's own tree nothing is missing; a copy may leave out what is empty.
                match (sure, cx.run.options.whole && cx.run.options.root.is_none()) {
                    (true, true) => 1.0,
                    (true, false) => 0.8,
                    (false, _) => 0.5,
                },
                format!(
                    "{what} `{folder}` is not there, and nothing makes it: the import ends with an error. Git keeps no empty folders: write `os.makedirs({folder:?}, exist_ok=True)` above this line"
                ),
            )
        };
        let mut found = cx.at(&DOC, event, certainty, message);
        if found.certainty >= 1.0 {
            found.severity = Severity::Error;
        }
        found.captures.insert("path".to_owned(), folder.clone());
        out.push(found);
    }
}

/// Some file that is loaded makes folders: which ones need not be seen.
fn makes_folders(cx: &ModuleCtx) -> bool {
    cx.run
        .modules
        .iter()
        .filter_map(|module| module.source.as_ref())
        .any(|source| source.text().contains("mkdir") || source.text().contains("makedirs"))
}

#[cfg(test)]
mod tests {
    use crate::python::lint_run::{LintOptions, run};
    use std::fs;
    use std::path::Path;

    const APP: &str = "import logging, logging.config, os\nfrom logging.handlers import RotatingFileHandler\nfrom fastapi.staticfiles import StaticFiles\nfrom pathlib import Path\nfrom flask import Flask\nfrom shop import x\napplication = Flask(__name__)\nHERE = os.path.dirname(os.path.abspath(__file__))\n";

    /// What is told of a project below `site`, started in `start`.
    fn told(line: &str, folders: &[&str], start: Option<&str>) -> Vec<f64> {
        let dir = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(dir.path()).unwrap();
        fs::create_dir_all(root.join("site")).unwrap();
        fs::create_dir_all(root.join("home")).unwrap();
        for folder in folders {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        fs::write(root.join("site/shop.py"), "x = 1\n").unwrap();
        fs::write(root.join("site/wsgi.py"), format!("{APP}{line}\n")).unwrap();
        let cwd = start.map(|start| root.join(Path::new(start)));
        let options = LintOptions { cwd, ..LintOptions::default() };
        let out = run(&[root.join("site/wsgi.py")], &options);
        let found = out.findings.iter().filter(|found| found.code == super::DOC.code);
        found.map(|found| found.certainty).collect()
    }

    #[test]
    fn folders_that_are_nowhere() {
        for line in [
            "logging.FileHandler('logs/a.log')",
            "RotatingFileHandler('logs/a.log', maxBytes=1)",
            "logging.basicConfig(filename='logs/a.log')",
            "logging.config.dictConfig({'handlers': {'f': {'class': 'logging.FileHandler', 'filename': 'logs/a.log'}}})",
            "StaticFiles(directory='static')",
            "os.listdir('pages')",
        ] {
            assert_eq!(told(line, &[], None), [0.5], "{line}");
            assert_eq!(told(line, &[], Some("site")), [0.8], "{line}");
        }
        let line = "logging.FileHandler(os.path.join(HERE, 'logs', 'a.log'))";
        assert_eq!(told(line, &[], None), [0.8]);
        assert_eq!(told("logging.FileHandler('logs/a.log')", &["site/logs"], Some("home")), [0.8]);
    }

    #[test]
    fn folders_that_are_there_or_made() {
        let line = "logging.FileHandler('logs/a.log')";
        assert_eq!(told(line, &["site/logs"], None), [0.0; 0]);
        assert_eq!(told(line, &["site/logs"], Some("site")), [0.0; 0]);
        assert_eq!(told(line, &["home/logs"], Some("home")), [0.0; 0]);
        for line in [
            "logging.FileHandler('a.log')",
            "logging.FileHandler('/var/log/unheard-of/a.log')",
            "logging.FileHandler(os.environ['LOGS'] + '/a.log')",
            "os.makedirs('logs', exist_ok=True)\nlogging.FileHandler('logs/a.log')",
            "Path('logs').mkdir(exist_ok=True)\nlogging.FileHandler('logs/a.log')",
            "if os.path.isdir('logs'):\n    logging.FileHandler('logs/a.log')",
            "try:\n    logging.FileHandler('logs/a.log')\nexcept OSError:\n    pass",
            "StaticFiles(directory='static', check_dir=False)",
            "def later():\n    logging.FileHandler('logs/a.log')",
            "os.chdir(HERE)\nos.listdir('pages')",
        ] {
            assert_eq!(told(line, &[], Some("site")), [0.0; 0], "{line}");
        }
    }
}
