//! Imports that find nothing: whose the module is, where it may lie, and what came in its place.

use ruff_text_size::TextRange;

use super::event::Missing;
use super::{Cx, EventKind, Interp};
use crate::python::entry::EntryOptions;
use crate::python::lints::near;
use crate::python::resolve::finder::Found;
use crate::python::resolve::{Origin, pathops};
use crate::rules::python_tables;

impl Interp<'_> {
    /// Decides whether a top-level module that was not found is missing, and whose it is.
    pub(super) fn not_found(
        &mut self,
        cx: &Cx,
        top: &str,
        full: &str,
        range: TextRange,
        name_range: Option<TextRange>,
    ) {
        if cx.caught.imports || self.hooks || self.replaced.contains(top) {
            return;
        }
        if self.gone(cx, top, name_range.unwrap_or(range)) {
            return;
        }
        let distribution = EntryOptions::distribution(top);
        let own = self.own_path();
        let declared = distribution.is_none() && self.declared(top);
        let theirs = distribution.is_some() || declared;
        let mut names: Vec<String> = Vec::new();
        for entry in self.sys_path.clone() {
            // What lies inside a package is not imported by its bare name.
            let inside = entry.origin == Origin::Assumed
                && self.finder.list(&entry.path).file("__init__.py");
            if entry.origin != Origin::SitePackages && !inside {
                names.extend(self.finder.modules(&entry.path));
            }
        }
        let near =
            if declared { None } else { near::nearest(top, names.iter().map(String::as_str)) };
        let elsewhere = if theirs { None } else { self.elsewhere(cx, top, full, &own) };
        let outside = elsewhere.as_ref().is_some_and(|place| self.set_outside(&own, place));
        let packages_known = self.environment.known && !self.environment.system_too;
        let own_module = !theirs && (near.is_some() || elsewhere.is_some());
        // With an unknown part of the path, nothing is missing for sure.
        let certainty: f64 = if self.path_unknown || outside {
            0.0
        } else if own_module {
            if packages_known || elsewhere.is_some() { 1.0 } else { 0.8 }
        } else if packages_known {
            if distribution.is_some() { 1.0 } else { 0.8 }
        } else if !theirs && (self.path_gone(cx) || self.own_by_name(cx, top)) {
            0.8
        } else {
            0.0
        };
        // Under another name it is a well-known package: names of modules tell capitals from small letters.
        // A requirement of that name is the very package.
        let asked = distribution.is_none() && !own_module && !self.path_unknown;
        let known = if asked { known_as(top) } else { None };
        let known = known.or_else(|| {
            (asked && packages_known && !declared).then(|| self.near_package(top)).flatten()
        });
        let mut certainty = if known.is_some() { certainty.max(0.8) } else { certainty };
        let mut unlisted = None;
        if certainty == 0.0
            && let Some(dist) = &distribution
            && !self.path_unknown
        {
            unlisted = self.unlisted(cx, top, dist);
            certainty = if unlisted.is_some() { 0.8 } else { 0.0 };
        }
        if certainty == 0.0 {
            if self.unresolved.len() < 500 && !self.unresolved.iter().any(|known| known == top) {
                self.unresolved.push(top.to_owned());
            }
            return;
        }
        let kind = EventKind::Missing(Missing {
            name: full.to_owned(),
            part: top.to_owned(),
            own: known.is_none() && (own_module || distribution.is_none() && !packages_known),
            certainty,
            near: if own_module { near } else { known },
            elsewhere,
            distribution,
            name_range,
            searched: own,
            unlisted,
        });
        self.emit(cx, name_range.unwrap_or(range), "missing", kind);
    }

    /// An installed package of nearly that name.
    fn near_package(&mut self, top: &str) -> Option<String> {
        let mut names: Vec<String> = Vec::new();
        for site in self.sites() {
            names.extend(self.finder.modules(&site));
        }
        near::nearest(top, names.iter().map(String::as_str)).filter(|_| top.len() > 4)
    }

    /// The entry point put a folder on the path that is not there: what it imports and nobody has was
    /// to come from that folder.
    fn path_gone(&self, cx: &Cx) -> bool {
        cx.module == 0
            && self.options.whole_tree()
            && self.events.iter().any(|event| {
                event.module == cx.module && matches!(event.kind, EventKind::PathMissing { .. })
            })
    }

    /// On PythonAnywhere the WSGI file imports the app from the user's own files; nobody installs a
    /// package of such a name.
    fn own_by_name(&self, cx: &Cx, top: &str) -> bool {
        const NAMES: &[&str] = &[
            "app",
            "application",
            "flask_app",
            "main",
            "server",
            "api",
            "core",
            "backend",
            "mysite",
            "my_site",
            "myapp",
            "my_app",
            "website",
            "webapp",
            "web_app",
            "project",
            "site",
            "wsgi",
            "run",
            "index",
            "hello",
            "bot",
            "views",
            "routes",
            "models",
            "config",
            "settings",
            "database",
            "utils",
        ];
        cx.module == 0
            && self.options.whole_tree()
            && self.options.is_embedded()
            && NAMES.contains(&top)
    }

    /// A module that this Python's standard library no longer has.
    pub(super) fn gone(&mut self, cx: &Cx, top: &str, range: TextRange) -> bool {
        let Some(removed) = python_tables::stdlib_module(top).and_then(|module| module.removed)
        else {
            return false;
        };
        let python = self.options.python.map(|version| (version.major, version.minor));
        // setuptools, and packages such as legacy-cgi, bring some of them back.
        let mut brought = || {
            top == "distutils" && !self.environment.known && !self.without_setuptools()
                || self.declared(top)
        };
        if python.map_or(removed > (3, 0), |python| python < removed) || brought() {
            return false;
        }
        let gone = python_tables::Removed { since: removed, instead: successor(top) };
        let kind = EventKind::Removed { name: top.to_owned(), gone, module: true };
        self.emit(cx, range, "removed", kind);
        true
    }

    /// A folder near the importing file or the path that has the module, though it is not on the path.
    pub(super) fn elsewhere(
        &mut self,
        cx: &Cx,
        top: &str,
        full: &str,
        own: &[String],
    ) -> Option<String> {
        let second = full.split('.').nth(1).map(str::to_owned);
        let mut places: Vec<String> = Vec::new();
        let file = self.modules.get(cx.module)?.path.clone();
        let here = pathops::parent(&file);
        for dir in own.iter().cloned().chain([here.clone()]) {
            let listing = self.finder.list(&dir);
            for (name, is_dir) in listing.iter() {
                let skip = name.starts_with('.')
                    || matches!(
                        name,
                        "node_modules" | "__pycache__" | "static" | "media" | "templates" | "tests"
                    );
                if is_dir && !skip && places.len() < 400 {
                    places.push(pathops::join(&dir, name));
                }
            }
            let by_code = self
                .sys_path
                .iter()
                .any(|entry| entry.path == dir && matches!(entry.origin, Origin::Code { .. }));
            if dir == here || own.first() == Some(&dir) || by_code {
                let up = pathops::parent(&dir);
                if up != "/" && up != "/home" && up != "/var" {
                    places.push(up);
                }
            }
        }
        places.sort();
        places.dedup();
        let mut hits: Vec<String> = Vec::new();
        for place in places {
            if own.contains(&place) || place.contains("/site-packages") {
                continue;
            }
            let found = match self.finder.find(top, std::iter::once(place.as_str())) {
                Some((Found::Module(path), _)) => second.is_none() && path != file,
                // A package inside a package does not mean itself by its bare name.
                Some((Found::Package { dir, .. }, _))
                    if file.starts_with(&format!("{dir}/"))
                        && self.finder.list(&place).file("__init__.py") =>
                {
                    false
                }
                Some((Found::Package { dir, .. }, _)) => match &second {
                    Some(second) => {
                        self.finder.find(second, std::iter::once(dir.as_str())).is_some()
                    }
                    None => true,
                },
                Some((Found::Namespace(dirs), _)) => match &second {
                    Some(second) => {
                        self.finder.find(second, dirs.iter().map(String::as_str)).is_some()
                    }
                    None => false,
                },
                _ => false,
            };
            // What can be installed from there probably is; a deployment that is known says where it looks.
            let installable = self.options.assume_path && {
                let listing = self.finder.list(&place);
                ["pyproject.toml", "setup.py", "setup.cfg"].iter().any(|name| listing.file(name))
            };
            if found && installable {
                return None;
            }
            if found {
                hits.push(place);
            }
        }
        if hits.len() == 1 { hits.pop() } else { None }
    }
}

/// Where Python 3 has what a module had.
fn successor(module: &str) -> Option<&'static str> {
    Some(match module {
        "ConfigParser" => "configparser",
        "Queue" => "queue",
        "StringIO" | "cStringIO" => "io",
        "urllib2" => "urllib.request",
        "urlparse" => "urllib.parse",
        "httplib" => "http.client",
        "Cookie" => "http.cookies",
        "cookielib" => "http.cookiejar",
        "BaseHTTPServer" | "SimpleHTTPServer" | "CGIHTTPServer" => "http.server",
        "SocketServer" => "socketserver",
        "HTMLParser" => "html.parser",
        "cPickle" => "pickle",
        "commands" => "subprocess",
        "thread" => "_thread",
        "xmlrpclib" => "xmlrpc.client",
        "Tkinter" => "tkinter",
        "imp" => "importlib",
        "asynchat" | "asyncore" | "smtpd" => "asyncio",
        "dummy_threading" => "threading",
        _ => return None,
    })
}

/// The module that was meant by a name that none has: `Flask`, `beautifulsoup4`.
fn known_as(top: &str) -> Option<String> {
    let packaged = || match python_tables::import_names_of(top).as_slice() {
        [name] => Some(*name),
        _ => None,
    };
    python_tables::known_by_case(top)
        .or_else(packaged)
        .filter(|known| *known != top)
        .map(str::to_owned)
}

/// A name that distributions are imported by.
pub(super) fn is_distribution(top: &str) -> bool {
    EntryOptions::distribution(top).is_some()
}

#[cfg(test)]
mod tests {
    use crate::python::lint_run::{LintOptions, run};
    use crate::python::lints::tests::analyse;

    /// Certainties of what is called missing in a WSGI file of PythonAnywhere whose packages are not at hand.
    fn missing(text: &str) -> Vec<f64> {
        let out = analyse(text);
        let found = out.findings.iter().filter(|found| found.name.starts_with("module-not-found"));
        found.map(|found| found.certainty).collect()
    }

    #[test]
    fn nobody_installs_a_package_of_such_a_name() {
        assert_eq!(missing("from mysite import app as application\n"), [0.8]);
        assert_eq!(missing("import flask_app\napplication = flask_app.app\n"), [0.8]);
    }

    #[test]
    fn names_that_may_well_be_a_package_s() {
        for text in [
            // Whoever says so in the requirements knows where it comes from.
            "from core import app as application\n# --- requirements.txt\ncore==1.2\n",
            // Any name may be a package that is not at hand.
            "from unheard_of import app as application\n",
            "from flask_login import app as application\n",
            // The folder that has it is not known.
            "import os, sys\nsys.path.append(os.environ['HERE'])\nfrom mysite import app as application\n",
            "try:\n    from mysite import app as application\nexcept ImportError:\n    application = None\n",
            // Not the WSGI file itself.
            "from shop import application\n# --- shop.py\nfrom utils import x\napplication = print\n",
            "import sys\nsys.modules['mysite'] = object()\nfrom mysite import app as application\n",
        ] {
            assert_eq!(missing(text), [0.0; 0], "{text}");
        }
    }

    #[test]
    fn elsewhere_the_server_may_have_other_folders() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("wsgi.py");
        std::fs::write(&file, "from mysite import app as application\n").unwrap();
        let out = run(&[file], &LintOptions::default());
        assert!(!out.findings.iter().any(|found| found.name.starts_with("module-not-found")));
    }

    #[test]
    fn what_a_folder_was_to_bring_that_is_gone() {
        let path = |folder: &str, import: &str| {
            format!(
                "import sys\nsys.path.insert(0, '{folder}')\n{import}\ndef application(environ, start_response):\n    pass\n# --- more/x.py\n"
            )
        };
        let gone = "/home/ana/site/gone";
        assert_eq!(missing(&path(gone, "import unheard_of")), [0.8]);
        for (folder, import) in [
            ("/home/ana/site/more", "import unheard_of"),
            (gone, "import x_test, flask_login"),
            (gone, "try:\n    import unheard_of\nexcept ImportError:\n    pass"),
            (gone, "sys.path.append(unknown)\nimport unheard_of"),
        ] {
            let found = missing(&path(folder, import));
            let own = usize::from(import.contains("x_test"));
            assert_eq!(found.len(), own, "{folder} {import}");
        }
    }
}
