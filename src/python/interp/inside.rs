//! Bare names that only a package's own folder has, where the deployment is not known: `import mcp` in a
//! package `chat` with a module `chat/mcp.py`. It is the own module if the server starts inside the
//! package, and an installed one if the package is loaded by its name.

use super::missing::is_distribution;
use super::{Cx, Interp};
use crate::python::resolve::{Origin, pathops};

impl Interp<'_> {
    /// Code speaks of a module by this name, absolute. The entry point's own name is the server's.
    pub(super) fn spoken_of(&mut self, full: &str) {
        if self.modules.is_empty() {
            return;
        }
        let top = full.split('.').next().unwrap_or(full);
        if !self.spoken.contains(top) {
            self.spoken.insert(top.to_owned());
        }
    }

    /// A name was found in an assumed folder that is a package's own, and an installed package is
    /// probably meant.
    pub(super) fn is_installed_ones(
        &mut self,
        cx: &Cx,
        top: &str,
        dir: &str,
        sites: &[String],
    ) -> bool {
        let assumed =
            self.sys_path.iter().any(|entry| entry.path == dir && entry.origin == Origin::Assumed);
        if !assumed || !self.finder.list(dir).file("__init__.py") {
            return false;
        }
        self.installed(top, sites)
            || is_distribution(top)
            || self.addresses_itself(cx, dir)
            || self.declared(top)
    }

    /// The package that a folder belongs to is imported by its own name, or its modules import each
    /// other with dots: so the folder above it is on the path, and this one is not.
    fn addresses_itself(&mut self, cx: &Cx, dir: &str) -> bool {
        let mut outermost = dir.to_owned();
        for _ in 0..16 {
            let up = pathops::parent(&outermost);
            if !self.finder.list(&up).file("__init__.py") {
                break;
            }
            outermost = up;
        }
        let package = pathops::basename(&outermost);
        // The importing module itself was loaded by a name of its own folder: so this one is used.
        let bare = self.modules.get(cx.module).is_some_and(|module| {
            module.source.is_some()
                && module.path.starts_with(&format!("{outermost}/"))
                && module.name.split('.').next() != Some(package)
                && module.name != "__main__"
        });
        !bare && self.spoken.contains(package)
    }
}

#[cfg(test)]
mod tests {
    use crate::model::Severity;
    use crate::python::lint_run::{LintOptions, run};
    use std::fs;

    fn errors(files: &[(&str, &str)]) -> Vec<String> {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let found = run(&[dir.path().to_owned()], &LintOptions::default());
        assert_eq!(found.entry_points.len(), 1, "{files:?}");
        found
            .findings
            .into_iter()
            .filter(|finding| finding.severity == Severity::Error)
            .map(|finding| finding.message)
            .collect()
    }

    const APP: &str = "from flask import Flask\napp = Flask(__name__)\n";

    #[test]
    fn a_package_that_speaks_of_itself_means_installed_ones_by_bare_names() {
        for own in ["from chat.pages import x\n", "from .pages import x\n", "import chat.pages\n"] {
            let server = format!("{own}from mapper import Session\nimport feed.reader\n{APP}");
            let files = [
                ("chat/__init__.py", ""),
                ("chat/pages.py", "x = 1\n"),
                ("chat/mapper.py", "class Connection:\n    pass\n"),
                ("chat/feed/__init__.py", ""),
                ("chat/wsgi.py", &server),
            ];
            assert_eq!(errors(&files), [""; 0], "{own}");
        }
    }

    #[test]
    fn a_project_that_strayed_into_a_package_means_its_own_modules() {
        let server = format!("from mapper import Session\n{APP}");
        let files = [
            ("chat/__init__.py", ""),
            ("chat/mapper.py", "class Connection:\n    pass\n"),
            ("chat/wsgi.py", &server),
        ];
        assert_eq!(errors(&files).len(), 1);
    }

    #[test]
    fn a_module_may_say_which_package_it_counts_as() {
        let server = "import sys\nfrom pathlib import Path\nsys.path.append(str(Path(__file__).parent))\nfrom core.pages import app\n";
        let pages = |said: &str| format!("{said}from ..config import x\n{APP}");
        let said = pages("__package__ = 'chat.core'\n");
        let unsaid = pages("");
        for (pages, count) in [(&said, 0), (&unsaid, 1)] {
            let files = [
                ("manage.py", ""),
                ("chat/__init__.py", ""),
                ("chat/config.py", "x = 1\n"),
                ("chat/core/__init__.py", ""),
                ("chat/core/pages.py", pages.as_str()),
                ("chat/wsgi.py", server),
            ];
            assert_eq!(errors(&files).len(), count, "{pages}");
        }
    }

    #[test]
    fn a_file_for_apache_does_not_put_its_folder_on_the_path() {
        let files = [
            ("chat/__init__.py", ""),
            ("chat/web/__init__.py", ""),
            ("chat/web/flask/__init__.py", ""),
            ("chat/web/flask/app.py", APP),
            ("chat/web/chat.wsgi", "from chat.web.flask.app import app as application\n"),
        ];
        assert_eq!(errors(&files), [""; 0]);
    }
}
