//! A package whose `__init__.py` has another name: `_init_.py`, `init.py`, `__init__.py.txt`.

use ruff_text_size::TextRange;

use super::{Cx, EventKind, Interp};
use crate::python::value::ModuleId;

/// Names that people give it.
const SLIPS: &[&str] = &[
    "_init_.py",
    "init.py",
    "__init_.py",
    "_init__.py",
    "__int__.py",
    "__inti__.py",
    "__init.py",
    "__init__.txt",
    "__init__.py.txt",
    "__init__",
    "__init__py",
    "__Init__.py",
    "__INIT__.py",
    "__init__ .py",
];

impl Interp<'_> {
    /// A name is asked of a folder without `__init__.py` that has a file of nearly that name.
    pub(super) fn init_misnamed(&mut self, cx: &Cx, package: ModuleId, range: TextRange) -> bool {
        let module = &self.modules[package];
        let (name, dirs) = (module.name.clone(), module.search.clone());
        let [dir] = dirs.as_slice() else { return false };
        let listing = self.finder.list(dir);
        let file = SLIPS.iter().find(|slip| listing.file(slip));
        let Some(file) = file.filter(|_| !listing.file("__init__.py")) else { return false };
        // A module of its own, which may set what is asked of the folder.
        let stem = file.trim_end_matches(".py");
        if self.by_name.contains_key(&format!("{name}.{stem}")) {
            return false;
        }
        let kind = EventKind::InitMisnamed { package: name, file: (*file).to_owned() };
        self.emit(cx, range, "init", kind);
        true
    }
}

#[cfg(test)]
mod tests {
    use crate::python::lints::tests::analyse;

    fn reported(file: &str, import: &str) -> bool {
        let text = format!(
            "{import}\n# --- shop/{file}\nfrom flask import Flask\napp = Flask(__name__)\n# --- shop/pages.py\nx = 1\n"
        );
        analyse(&text).findings.iter().any(|found| found.name == "init-misnamed")
    }

    #[test]
    fn the_file_of_a_package() {
        assert!(reported("_init_.py", "from shop import app as application"));
        assert!(reported("init.py", "from shop import app as application"));
        assert!(!reported("__init__.py", "from shop import app as application"));
        assert!(!reported("init.py", "from shop.init import app as application"));
        assert!(!reported("init.py", "from shop import init\napplication = init.app"));
        assert!(!reported("core.py", "from shop.core import app as application"));
    }
}
