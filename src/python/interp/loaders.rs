//! Files that code loads by their path: `imp.load_source`, as cPanel's `passenger_wsgi.py` does it, and
//! `importlib`'s specs and loaders.

use std::rc::Rc;

use ruff_text_size::TextRange;

use super::event::FileLoad;
use super::{Cx, EventKind, Interp};
use crate::python::lints::near;
use crate::python::resolve::pathops;
use crate::python::value::{ModuleId, Value};

impl Interp<'_> {
    /// Loads a file as a module of that name.
    pub(super) fn load_by_path(
        &mut self,
        cx: &Cx,
        name: &str,
        path: &str,
        range: TextRange,
    ) -> Value {
        let file = pathops::absolute(path, &self.cwd);
        if self.modules.iter().any(|module| module.loading && module.path == file) {
            let kind = FileLoad { path: path.to_owned(), itself: true, near: None };
            self.emit(cx, range, "load-file", EventKind::FileLoad(kind));
            return Value::Unknown;
        }
        if let Some(id) = self.by_path(&file) {
            return Value::Module(id);
        }
        let (folder, wanted) = (pathops::parent(&file), pathops::basename(&file).to_owned());
        let listing = self.finder.list(&folder);
        if listing.file(&wanted) {
            return self
                .load_file(&file, name, Vec::new(), cx)
                .map_or(Value::Unknown, Value::Module);
        }
        // A path of another machine says nothing.
        let here = !path.starts_with('/') || self.options.whole_tree();
        if here && listing.exists && !self.moved && !cx.caught.errors {
            let own = pathops::basename(&self.modules[cx.module].path).to_owned();
            let files: Vec<&str> = listing
                .iter()
                .filter(|(name, dir)| !dir && name.ends_with(".py") && *name != own)
                .map(|(name, _)| name)
                .collect();
            let near = match files.as_slice() {
                [only] => Some((*only).to_owned()),
                files => near::nearest(&wanted, files.iter().copied()),
            };
            let kind = FileLoad { path: path.to_owned(), itself: false, near };
            self.emit(cx, range, "load-file", EventKind::FileLoad(kind));
        }
        Value::Unknown
    }

    fn by_path(&self, file: &str) -> Option<ModuleId> {
        self.modules.iter().position(|module| module.path == file && module.source.is_some())
    }

    /// An attribute of a spec, or of the module that was made from it.
    pub(super) fn spec_attribute(&mut self, cx: &Cx, path: &Rc<str>, name: &str) -> Value {
        if name == "loader" {
            return Value::FileSpec(Rc::clone(path));
        }
        let file = pathops::absolute(path, &self.cwd);
        match self.by_path(&file) {
            Some(id) => self.attribute(cx, &Value::Module(id), name),
            None => Value::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::python::entry::{EntryOptions, analyse_entry};
    use std::fs;

    fn found(app: &str) -> Vec<(&'static str, Option<u32>)> {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("passenger_wsgi.py");
        let passenger = "import imp\nimport os\nimport sys\nsys.path.insert(0, os.path.dirname(__file__))\nwsgi = imp.load_source('wsgi', 'app.py')\napplication = wsgi.application\n";
        fs::write(&file, passenger).unwrap();
        fs::write(dir.path().join("app.py"), app).unwrap();
        let analysis = analyse_entry(&EntryOptions::for_file(&file));
        assert_eq!(analysis.loaded.len(), 2);
        analysis.findings.iter().map(|found| (found.name, found.place.line)).collect()
    }

    #[test]
    fn the_file_is_loaded_and_judged() {
        let flask = "from flask import Flask\napplication = Flask(__name__)\n";
        let guarded = "if __name__ == '__main__':\n    application.run()\n";
        assert_eq!(found(&format!("{flask}{guarded}")), []);
        assert_eq!(found(&format!("{flask}application.run()\n")), [("server-at-import", Some(3))]);
        let other = found("from flask import Flask\napp = Flask(__name__)\n");
        assert_eq!(other, [("name-not-found-own", Some(6))]);
    }
}
