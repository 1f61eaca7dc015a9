//! Modules: files read, parsed and executed once; namespace packages.

use std::rc::Rc;

use ruff_python_ast::name::Name;
use ruff_text_size::TextRange;

use super::{Binding, Caught, Cx, Interp, Module};
use crate::python::ahead::KEPT;
use crate::python::ahead::trash::Maker;
use crate::python::maps::HashMap;
use crate::python::resolve::Origin;
use crate::python::source::Source;
use crate::python::value::{ModuleId, Value};

impl Interp<'_> {
    /// Reads, parses and executes one file as a module.
    pub(super) fn load_file(
        &mut self,
        path: &str,
        name: &str,
        search: Vec<String>,
        cx: &Cx,
    ) -> Option<ModuleId> {
        let limits = &self.options.limits;
        if self.modules.len() >= limits.files {
            self.incomplete(format!("only the first {} files were followed", limits.files));
            return None;
        }
        if cx.depth as usize >= limits.depth {
            self.incomplete("imports deeper than the limit were not followed".to_owned());
            return None;
        }
        let (source, maker) = self.read_source(path, name, !search.is_empty()).unzip();
        let maker = maker.flatten();
        let id = self.modules.len();
        let statements = source.as_ref().map_or(0, |source| source.body().len());
        let mut names = HashMap::with_capacity_and_hasher(
            statements + 3,
            foldhash::fast::RandomState::default(),
        );
        let range = TextRange::default();
        let python_name = if self.options.is_script() && id == 0 { "__main__" } else { name };
        for (key, text) in [("__name__", python_name), ("__file__", path)] {
            names.insert(
                Name::new_static(key),
                Binding { value: Value::str(text), range, maybe: false },
            );
        }
        let package =
            if search.is_empty() { name.rsplit_once('.').map_or("", |(pkg, _)| pkg) } else { name };
        names.insert(
            Name::new_static("__package__"),
            Binding { value: Value::str(package), range, maybe: false },
        );
        self.modules.push(Module {
            name: name.to_owned(),
            path: path.to_owned(),
            source: source.clone(),
            names,
            history: Vec::new(),
            dynamic: false,
            loading: true,
            search,
            when: cx.when,
            guarded: Vec::new(),
            importer: if id > 0 && cx.module != id { Some(cx.module) } else { None },
            shielded: cx.caught.any
                || cx.quiet
                || id > 0 && self.modules.get(cx.module).is_some_and(|module| module.shielded),
            ended: false,
        });
        self.by_name.insert(name.to_owned(), id);
        if let Some(source) = source {
            let broken = source.parsed.module().is_none()
                || source.problems().iter().any(|problem| problem.needs_python.is_none());
            if broken {
                // What a broken file defines is not known for sure.
                self.modules[id].dynamic = true;
            }
            if source.parsed.not_parsed.is_some() {
                self.incomplete(format!("{} could not be parsed", source.shown));
            }
            let inner = Cx {
                module: id,
                weight: cx.weight,
                quiet: cx.quiet,
                caught: Caught::default(),
                frame: None,
                depth: cx.depth + 1,
                via: None,
                when: cx.when,
                statement: None,
            };
            self.block(&inner, source.body());
            self.unbound(&inner, &source);
        } else {
            self.modules[id].dynamic = true;
        }
        self.modules[id].loading = false;
        self.whole.remove(&id);
        // The lints look at the entry point's tree.
        if self.bytes > KEPT && cx.depth > 0 {
            let source = self.modules[id].source.as_mut();
            if let Some(tree) = source.and_then(Rc::get_mut).and_then(|it| it.parsed.let_go()) {
                self.ahead.free(tree, maker);
            }
        }
        Some(id)
    }

    /// A module's source with its whole tree, for calling what it defines.
    pub(super) fn source_to_run(&mut self, module: ModuleId) -> Option<Rc<Source>> {
        let source = self.modules[module].source.as_mut()?;
        if source.parsed.is_whole() {
            return Some(Rc::clone(source));
        }
        if let Some(alone) = Rc::get_mut(source) {
            alone.parsed.bring_back();
            return Some(Rc::clone(source));
        }
        // Its outline is being executed.
        let whole = self.whole.entry(module).or_insert_with(|| Rc::new(source.again()));
        Some(Rc::clone(whole))
    }

    /// Reads and parses one file, or takes it from who did so before.
    fn read_source(
        &mut self,
        path: &str,
        name: &str,
        is_package: bool,
    ) -> Option<(Rc<Source>, Maker)> {
        let limits = &self.options.limits;
        let ready = self.ahead.take(path);
        let disk = self.finder.disk(path);
        let size = match &ready {
            Some(ready) => ready.bytes,
            None => {
                let meta = std::fs::metadata(&disk);
                // Reading a pipe or socket would never end.
                if meta.as_ref().is_ok_and(|meta| !meta.is_file()) {
                    self.incomplete(format!("{} is no file", self.options.shown(path)));
                    return None;
                }
                meta.map_or(0, |meta| meta.len())
            }
        };
        if size > limits.file_bytes || self.bytes + size > limits.total_bytes {
            self.incomplete(format!("{} is too large to be parsed", self.options.shown(path)));
            return None;
        }
        if let Some(ready) = ready {
            self.bytes += ready.bytes;
            return Some((Rc::new(*ready.source), ready.maker));
        }
        let shown = self.options.shown(path);
        match std::fs::read(&disk) {
            Ok(bytes) => {
                self.bytes += bytes.len() as u64;
                let source = Source::parse(&bytes, &shown, &disk, self.options.target());
                let own = self.sys_path.iter().filter(|at| at.origin != Origin::SitePackages);
                self.ahead.offer(&source, name, is_package, own.map(|at| at.path.as_str()));
                Some((Rc::new(source), None))
            }
            Err(error) => {
                self.incomplete(format!("{shown} could not be read: {error}"));
                None
            }
        }
    }

    /// A namespace package: nothing to execute.
    pub(super) fn namespace(&mut self, name: &str, dirs: Vec<String>, cx: &Cx) -> ModuleId {
        let id = self.modules.len();
        self.modules.push(Module {
            name: name.to_owned(),
            path: dirs.first().cloned().unwrap_or_default(),
            source: None,
            names: HashMap::default(),
            history: Vec::new(),
            dynamic: false,
            loading: false,
            search: dirs,
            when: cx.when,
            guarded: Vec::new(),
            importer: Some(cx.module),
            shielded: false,
            ended: false,
        });
        self.by_name.insert(name.to_owned(), id);
        id
    }
}

#[cfg(test)]
mod tests {
    use crate::python::lint_run::{LintOptions, run};
    use std::fs;

    /// More source than trees are kept of: what is called later is parsed again, what is said stays the same.
    #[test]
    fn functions_of_files_whose_trees_were_let_go() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        let padding = "# more\nx = [1, 2, 3]\n".repeat(3_000);
        let mut entry = String::from("import first\n");
        for n in 0..12 {
            fs::write(root.join(format!("part{n}.py")), &padding).unwrap();
            entry.push_str(&format!("import part{n}\n"));
        }
        let first = format!(
            "from flask import Flask\n{padding}\ndef start():\n    app = Flask(__name__)\n    app.run()\n    return app\n"
        );
        fs::write(root.join("first.py"), first).unwrap();
        fs::write(root.join("broken.py"), format!("{padding}\ny = (\n")).unwrap();
        entry.push_str("import broken\napplication = first.start()\n");
        fs::write(root.join("wsgi.py"), entry).unwrap();
        let out = run(&[root.join("wsgi.py")], &LintOptions::default());
        let mut names: Vec<_> = out.findings.iter().map(|found| found.name).collect();
        names.sort_unstable();
        assert_eq!(names, ["server-at-import", "syntax-error"], "{:?}", out.findings);
    }

    /// Beyond the first files only outlines are read: functions called meanwhile run all the same, generators do
    /// not, and comments count.
    #[test]
    fn functions_called_while_their_outline_runs() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        let padding = "# more\nx = [1, 2, 3]\n".repeat(3_000);
        let mut entry = String::new();
        for n in 0..12 {
            fs::write(root.join(format!("part{n}.py")), &padding).unwrap();
            entry.push_str(&format!("import part{n}\n"));
        }
        let late = |comment: &str, more: &str| {
            format!(
                "from flask import Flask\ndef start():\n    app = Flask(__name__)\n    app.run(){comment}\n{more}    return app\napp = start()\n"
            )
        };
        fs::write(root.join("late.py"), late("", "")).unwrap();
        fs::write(root.join("silent.py"), late("  # diagnose: ignore[server-at-import]", ""))
            .unwrap();
        fs::write(root.join("lazy.py"), late("", "    yield app\n")).unwrap();
        entry.push_str("import late, silent, lazy\napplication = late.app\n");
        fs::write(root.join("wsgi.py"), entry).unwrap();
        let out = run(&[root.join("wsgi.py")], &LintOptions::default());
        let found: Vec<_> = out
            .findings
            .iter()
            .map(|found| (found.name, found.place.file.rsplit('/').next().unwrap_or_default()))
            .collect();
        assert_eq!(found, [("server-at-import", "late.py")], "{:?}", out.findings);
    }
}
