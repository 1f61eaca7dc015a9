//! `python app.py` runs the file as `__main__`: whoever imports `app` then reads it a second time.

use ruff_text_size::TextRange;

use super::{Cx, EventKind, Interp};
use crate::python::entry::EntryKind;

impl Interp<'_> {
    /// A module imports the script that is importing it. The second reading asks that module for names that it
    /// does not have yet.
    pub(super) fn read_twice(&mut self, cx: &Cx, range: TextRange) {
        let script = &self.modules[0];
        if self.options.kind != EntryKind::Script
            || !script.loading
            || cx.frame.is_some()
            || cx.weight < 1.0
            || cx.caught.imports
            || self.hooks
        {
            return;
        }
        // The script's own line that leads here: `from models import Result`.
        let site = self.import_sites.iter().rev().find(|(module, _)| *module == 0);
        let (Some((_, at)), Some(source)) = (site.copied(), script.source.as_ref()) else { return };
        // `sys.modules["app"] = sys.modules["__main__"]`
        if source.text().contains("sys.modules") {
            return;
        }
        let line = source.excerpt(at);
        let Some((module, names)) = line
            .strip_prefix("from ")
            .and_then(|rest| rest.split_once(" import "))
            .map(|(module, names)| (module.trim().to_owned(), names.to_owned()))
        else {
            return;
        };
        // Only the module that the line names can be told to lack something.
        if self.modules[cx.module].name != module || names.contains(['*', '(', '\\']) {
            return;
        }
        let has = |name: &str| self.modules[cx.module].names.contains_key(name);
        let lacks = names
            .split('#')
            .next()
            .unwrap_or_default()
            .split(',')
            .map(|name| name.split(" as ").next().unwrap_or_default().trim())
            .find(|name| !name.is_empty() && !has(name));
        if let Some(name) = lacks {
            let kind = EventKind::ReadTwice { name: name.to_owned(), line: at };
            self.emit(cx, range, "twice", kind);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::python::entry::{EntryKind, EntryOptions, analyse_entry};
    use std::fs;

    fn told(kind: EntryKind, app: &str, models: &str) -> bool {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("app.py");
        fs::write(
            &file,
            format!("from flask import Flask\napp = Flask(__name__)\ndb = 1\n{app}\n"),
        )
        .unwrap();
        fs::write(dir.path().join("models.py"), models).unwrap();
        let options =
            EntryOptions { kind, application: "app".to_owned(), ..EntryOptions::for_file(&file) };
        analyse_entry(&options).findings.iter().any(|found| found.name == "script-read-twice")
    }

    #[test]
    fn a_script_that_is_imported_by_what_it_imports() {
        let models = "from app import db\nclass Note:\n    pass\n";
        assert!(told(EntryKind::Script, "from models import Note", models));
        for (kind, app, models) in [
            (EntryKind::WsgiFile, "from models import Note", models),
            (EntryKind::Script, "import models", models),
            (
                EntryKind::Script,
                "from models import Note",
                "class Note:\n    pass\nfrom app import db\n",
            ),
            (EntryKind::Script, "from models import Note", "class Note:\n    pass\n"),
            (
                EntryKind::Script,
                "from models import Note",
                "def x():\n    from app import db\nclass Note:\n    pass\n",
            ),
            (
                EntryKind::Script,
                "try:\n    from models import Note\nexcept ImportError:\n    pass",
                models,
            ),
        ] {
            assert!(!told(kind, app, models), "{app} {models}");
        }
    }
}
