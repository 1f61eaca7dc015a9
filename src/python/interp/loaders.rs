//! Files that are loaded by their path, not by a name on the search path: cPanel's
//! `imp.load_source('wsgi', 'app.py')`.

use super::{Cx, Interp};
use crate::python::resolve::pathops;
use crate::python::value::Value;

impl Interp<'_> {
    /// Executes a file at hand as a module of the given name.
    pub(super) fn load_source(&mut self, cx: &Cx, name: &str, file: &str) -> Value {
        if let Some(&known) = self.by_name.get(name) {
            return Value::Module(known);
        }
        let path = pathops::absolute(file, &self.cwd);
        // The working folder of a server that is not known may be another.
        if name.is_empty() || !self.finder.exists(&path) || self.finder.is_dir(&path) {
            return Value::Unknown;
        }
        self.load_file(&path, name, Vec::new(), cx).map_or(Value::Unknown, Value::Module)
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
