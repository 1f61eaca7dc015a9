//! A project that is installed as a package, too (`pip install .`): the installed copy is the same code.

use std::fs;

use super::Interp;
use crate::python::resolve::finder::Found;

impl Interp<'_> {
    /// What the installed package of this name has, the own one has as well: nothing is hidden by it.
    pub(super) fn has_all_of_installed(
        &mut self,
        own: &Found,
        top: &str,
        sites: &[String],
    ) -> bool {
        let installed = self.finder.find(top, sites.iter().map(String::as_str));
        let same = |this: &Self, own: &str, other: &str| {
            let read = |path| fs::read(this.finder.tree.disk(path)).ok();
            read(own).is_some_and(|text| read(other).is_some_and(|other| text == other))
        };
        match (own, installed) {
            (Found::Module(own), Some((Found::Module(path), _))) => same(self, own, &path),
            (
                Found::Package { init: own_init, dir: own },
                Some((Found::Package { init, dir }, _)),
            ) => {
                let (own, theirs) = (self.finder.list(own), self.finder.list(&dir));
                let mut code = 0;
                for (name, is_dir) in theirs.iter() {
                    let has = if is_dir {
                        name == "__pycache__" || own.dir(name)
                    } else {
                        let source = name.ends_with(".py");
                        code += usize::from(source);
                        !source || own.file(name)
                    };
                    if !has {
                        return false;
                    }
                }
                // Two packages may share so few names by chance.
                code > 2 || same(self, own_init, &init)
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::python::lint_run::{LintOptions, run};
    use std::fs;

    /// Whether the own package is told to hide the installed one, by the names of their files.
    fn told(own: &[(&str, &str)], installed: &[(&str, &str)]) -> bool {
        let dir = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(dir.path()).unwrap();
        let site = root.join("venv/lib/python3.11/site-packages");
        fs::create_dir_all(&site).unwrap();
        fs::write(root.join("venv/pyvenv.cfg"), "version = 3.11.4\n").unwrap();
        let wsgi = "from shop import app as application\n";
        fs::create_dir_all(root.join("site")).unwrap();
        fs::write(root.join("site/wsgi.py"), wsgi).unwrap();
        for (folder, files) in [(root.join("site"), own), (site, installed)] {
            for (name, text) in files {
                let path = folder.join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
        }
        let options = LintOptions { virtualenv: Some(root.join("venv")), ..LintOptions::default() };
        let out = run(&[root.join("site")], &options);
        out.findings.iter().any(|found| found.code == "WD304")
    }

    #[test]
    fn the_installed_copy_of_a_project_is_not_hidden() {
        let app = "def app(environ, start_response):\n    return []\n";
        let init = "shop/__init__.py";
        let older = "VERSION = 1\ndef app(environ, start_response):\n    return []\n";
        let copy = [(init, app), ("shop/views.py", ""), ("shop/db/__init__.py", "")];
        assert!(!told(&copy, &copy));
        assert!(!told(&[("shop.py", app)], &[("shop.py", app)]));
        // An older one, of which everything is still there.
        let more = [(init, app), ("shop/a.py", ""), ("shop/b.py", ""), ("shop/c.py", "")];
        let less = [(init, older), ("shop/a.py", ""), ("shop/b.py", "")];
        assert!(!told(&more, &less));
        // Others that only share the name.
        assert!(told(&less, &more));
        assert!(told(&[(init, app)], &[(init, older)]));
        assert!(told(&[("shop.py", app)], &[("shop.py", older)]));
        assert!(told(&[("shop.py", app)], &copy));
    }
}
