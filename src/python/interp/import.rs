//! Imports: found on the search path as it is at that moment, loaded once, or called missing where that is sure.

use ruff_python_ast as ast;
use ruff_python_ast::name::Name;
use ruff_text_size::TextRange;

use super::event::{Missing, Shadowed};
use super::missing::is_distribution;
use super::{Cx, EventKind, Interp};
use crate::python::entry::EntryOptions;
use crate::python::lints::near;
use crate::python::resolve::finder::Found;
use crate::python::resolve::{Origin, declared, pathops};
use crate::python::value::{ModuleId, Value};

/// Names that every module has.
const ALWAYS: &[&str] = &[
    "__doc__",
    "__spec__",
    "__loader__",
    "__path__",
    "__builtins__",
    "__cached__",
    "__dict__",
    "__annotations__",
];

impl Interp<'_> {
    pub(super) fn import(&mut self, cx: &Cx, node: &ast::StmtImport) {
        self.import_sites.push((cx.module, node.range));
        self.import_modules(cx, node);
        self.import_sites.pop();
    }

    fn import_modules(&mut self, cx: &Cx, node: &ast::StmtImport) {
        for alias in &node.names {
            let name = alias.name.as_str();
            let value = self.import_dotted(cx, name, alias.range, Some(alias.name.range));
            self.needs_desktop(cx, name, alias.range);
            if let Some(asname) = &alias.asname {
                self.bind(cx, asname.as_str(), value, alias.range);
            } else {
                let top = name.split('.').next().unwrap_or(name);
                let value = match self.by_name.get(top) {
                    Some(&id) if self.modules[id].name == top => Value::Module(id),
                    _ if top == name => value,
                    _ => super::expr::ext(top),
                };
                self.bind(cx, top, value, alias.range);
            }
        }
    }

    pub(super) fn import_from(&mut self, cx: &Cx, node: &ast::StmtImportFrom) {
        self.import_sites.push((cx.module, node.range));
        self.import_names(cx, node);
        self.import_sites.pop();
    }

    fn import_names(&mut self, cx: &Cx, node: &ast::StmtImportFrom) {
        let written = node.module.as_ref().map_or("", |name| name.as_str());
        let name_range = node.module.as_ref().map(|name| name.range);
        let full = if node.level == 0 {
            written.to_owned()
        } else if let Some(full) = self.relative(cx.module, node.level, written) {
            full
        } else {
            self.no_package(cx, node, written);
            for alias in &node.names {
                let name = alias.asname.as_ref().unwrap_or(&alias.name);
                self.bind(cx, name.as_str(), Value::Unknown, alias.range);
            }
            return;
        };
        let base = self.import_dotted(cx, &full, node.range, name_range);
        self.needs_desktop(cx, &full, node.range);
        for alias in &node.names {
            let name = alias.name.as_str();
            if name == "*" {
                self.star(cx, &base);
                continue;
            }
            let value = match base {
                Value::Module(id) => self.from_module(cx, id, name, alias.name.range),
                Value::Unknown => Value::Unknown,
                _ => {
                    let dotted = format!("{full}.{name}");
                    self.removed(cx, &dotted, alias.name.range, cx.caught.imports);
                    if matches!(base, Value::Ext(_)) {
                        self.installed_name(cx, &full, name, alias.name.range);
                    }
                    super::expr::ext(&dotted)
                }
            };
            let bound = alias.asname.as_ref().unwrap_or(&alias.name);
            let blueprint = Self::is_blueprint(&value);
            self.bind(cx, bound.as_str(), value, alias.range);
            if let (true, Value::Module(from)) = (blueprint, &base) {
                self.blueprint_imported(cx, *from, name, bound.as_str());
            }
        }
    }

    /// `from . import x` seen from a module: the absolute name.
    fn relative(&self, module: ModuleId, level: u32, rest: &str) -> Option<String> {
        let module = &self.modules[module];
        // A module may say itself which package it counts as.
        let said = module.names.get("__package__").filter(|b| b.range != TextRange::default());
        let said = said.and_then(|binding| binding.value.text());
        let mut package = match said {
            Some(said) => said.to_owned(),
            None if module.search.is_empty() => module.name.rsplit_once('.')?.0.to_owned(),
            None => module.name.clone(),
        };
        for _ in 1..level {
            package = package.rsplit_once('.')?.0.to_owned();
        }
        Some(if rest.is_empty() { package } else { format!("{package}.{rest}") })
    }

    /// A relative import from a module that is in no package, or not so deep in one.
    fn no_package(&mut self, cx: &Cx, node: &ast::StmtImportFrom, written: &str) {
        let module = &self.modules[cx.module];
        if cx.caught.imports || self.hooks || module.source.is_none() {
            return;
        }
        let top = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
        // Of the entry's own package only the folders tell how the server names it.
        let entry = self.modules.first().is_some_and(|first| top(&first.name) == top(&module.name));
        let named = !self.options.assumed_name && !self.options.searched;
        let dir = pathops::parent(&module.path);
        // A package's own folder is seldom on the path: the name may be an installed package's.
        let assumed =
            self.sys_path.iter().any(|known| known.path == dir && known.origin == Origin::Assumed);
        if assumed && self.finder.list(&dir).file("__init__.py") {
            return;
        }
        let module = &self.modules[cx.module];
        let levels = module.name.matches('.').count();
        let above = (0..levels).fold(dir, |dir, _| pathops::parent(&dir));
        let root = crate::python::entry::is_project_root(&mut self.finder, &above);
        let alone = !module.name.contains('.') && module.search.is_empty();
        // Whatever the package is called, it does not have the module.
        let first = written.split('.').next().unwrap_or_default().to_owned();
        let nowhere = alone && node.level == 1 && !first.is_empty() && {
            let dir = pathops::parent(&module.path);
            self.finder.find(&first, std::iter::once(dir.as_str())).is_none()
        };
        let certainty = if !entry || named || nowhere {
            1.0
        } else if root {
            0.8
        } else {
            return;
        };
        let dots = ".".repeat(node.level as usize);
        let kind = EventKind::Relative { written: format!("{dots}{written}"), alone, certainty };
        self.emit(cx, node.range, "relative", kind);
    }

    fn star(&mut self, cx: &Cx, base: &Value) {
        let Value::Module(id) = base else {
            self.modules[cx.module].dynamic = true;
            return;
        };
        // In the middle of its own import it may get more names.
        if self.modules[*id].dynamic || self.modules[*id].loading {
            self.modules[cx.module].dynamic = true;
        }
        let all: Option<Vec<String>> =
            match self.modules[*id].names.get("__all__").map(|binding| &binding.value) {
                Some(Value::List(items, true)) => {
                    items.iter().map(|item| item.text().map(str::to_owned)).collect()
                }
                Some(_) => {
                    self.modules[cx.module].dynamic = true;
                    None
                }
                None => None,
            };
        let names: Vec<(Name, super::Binding)> = self.modules[*id]
            .names
            .iter()
            .filter(|(name, _)| match &all {
                Some(all) => all.iter().any(|listed| listed == name.as_str()),
                None => !name.starts_with('_'),
            })
            .map(|(name, binding)| (name.clone(), binding.clone()))
            .collect();
        for (name, binding) in names {
            self.bind(cx, &name, binding.value, TextRange::default());
        }
    }

    /// `from module import name`.
    fn from_module(&mut self, cx: &Cx, id: ModuleId, name: &str, range: TextRange) -> Value {
        if let Some(binding) = self.modules[id].names.get(name) {
            return binding.value.clone();
        }
        let full = format!("{}.{name}", self.modules[id].name);
        if let Some(&found) = self.by_name.get(&full) {
            return Value::Module(found);
        }
        if !self.modules[id].search.is_empty()
            && let Some(value) = self.submodule(cx, id, name, &full)
        {
            return value;
        }
        let module = &self.modules[id];
        if module.dynamic
            || module.names.contains_key("__getattr__")
            || cx.caught.imports
            || module.source.is_none()
        {
            if module.source.is_none() && !module.search.is_empty() && !cx.caught.imports {
                if self.is_put_into(id, name) || self.init_misnamed(cx, id, range) {
                    return Value::Unknown;
                }
                self.missing_part(cx, &full, name, id, range);
            }
            return Value::Unknown;
        }
        if self.hooks || ALWAYS.contains(&name) || self.replaced.contains(&module.name) {
            return Value::Unknown;
        }
        // Nobody gets so far.
        if module.ended {
            return Value::Unknown;
        }
        let circular = module.loading;
        // Another order of first imports may well work.
        if circular && self.apps_unknown {
            return Value::Unknown;
        }
        if self.names_of(id).may_be_made(name) || self.put_there(name) {
            return Value::Unknown;
        }
        let module = &self.modules[id];
        let mut inside: Vec<String> = Vec::new();
        for dir in module.search.clone() {
            inside.extend(self.finder.modules(&dir));
        }
        let module = &self.modules[id];
        let near = near::nearest(
            name,
            inside.iter().map(String::as_str).chain(
                module.names.keys().map(Name::as_str).filter(|name| !name.starts_with("__")),
            ),
        );
        let kind = EventKind::MissingName {
            target: id,
            name: name.to_owned(),
            near,
            circular,
            attribute: false,
        };
        self.emit(cx, range, "name", kind);
        Value::Unknown
    }

    /// `sys.modules["shop"].app = …`: a file sets an attribute of that name, and looks modules up.
    fn is_put_into(&self, package: ModuleId, name: &str) -> bool {
        let (package, set) = (&self.modules[package].name, format!(".{name} = "));
        let mut sources = self.modules.iter().filter_map(|module| module.source.as_ref());
        sources.any(|source| {
            let text = source.text();
            text.contains(&set)
                && (text.contains("sys.modules") || text.contains(&format!("{package}{set}")))
        })
    }

    /// `vars(shop)["db"] = …`, `shop.__dict__.update(db=…)`: some file puts names into modules, and speaks of that one.
    fn put_there(&self, name: &str) -> bool {
        let mut sources = self.modules.iter().filter_map(|module| module.source.as_ref());
        sources.any(|source| {
            let text = source.text();
            (text.contains("vars(") || text.contains(".__dict__"))
                && [format!("'{name}'"), format!("\"{name}\""), format!("{name}=")]
                    .iter()
                    .any(|word| text.contains(word))
        })
    }

    /// A submodule that was not loaded yet.
    fn submodule(&mut self, cx: &Cx, package: ModuleId, name: &str, full: &str) -> Option<Value> {
        let dirs = self.modules[package].search.clone();
        let (found, _) = self.finder.find(name, dirs.iter().map(String::as_str))?;
        Some(self.load_found(cx, found, full))
    }

    fn load_found(&mut self, cx: &Cx, found: Found, full: &str) -> Value {
        let loaded = match found {
            Found::Module(path) => self.load_file(&path, full, Vec::new(), cx),
            Found::Package { init, dir } => self.load_file(&init, full, vec![dir], cx),
            Found::Namespace(dirs) => Some(self.namespace(full, dirs, cx)),
            Found::Binary(_) => return super::expr::ext(full),
        };
        loaded.map_or(Value::Unknown, Value::Module)
    }

    /// Imports `a.b.c` and returns `a.b.c`.
    pub(super) fn import_dotted(
        &mut self,
        cx: &Cx,
        full: &str,
        range: TextRange,
        name_range: Option<TextRange>,
    ) -> Value {
        self.spoken_of(full);
        if let Some(&id) = self.by_name.get(full) {
            if id == 0 && cx.module != 0 {
                self.read_twice(cx, range);
            }
            return Value::Module(id);
        }
        if full.is_empty() || full.split('.').any(str::is_empty) {
            return Value::Unknown;
        }
        let mut parts = full.split('.');
        let top = parts.next().unwrap_or(full);
        let mut current = match self.by_name.get(top) {
            Some(&id) => Value::Module(id),
            None => self.import_top(cx, top, full, range, name_range),
        };
        let mut name = top.to_owned();
        for part in parts {
            name = format!("{name}.{part}");
            current = match current {
                Value::Module(id) => {
                    if let Some(&found) = self.by_name.get(&name) {
                        Value::Module(found)
                    } else if let Some(found) = self.submodule(cx, id, part, &name) {
                        found
                    } else {
                        if !cx.caught.imports && !self.modules[id].loading_partly() {
                            self.missing_part(cx, full, part, id, name_range.unwrap_or(range));
                        }
                        return Value::Unknown;
                    }
                }
                Value::Ext(_) => super::expr::ext(&name),
                other => return other,
            };
        }
        if full.contains('.') && matches!(current, Value::Ext(_)) {
            self.installed_module(cx, full, name_range.unwrap_or(range));
        }
        if full.starts_with("django.contrib.") && full.ends_with(".models") {
            self.models_loaded(cx, || format!("`{full}`"));
        }
        current
    }

    /// A package is there, its submodule is not.
    fn missing_part(
        &mut self,
        cx: &Cx,
        full: &str,
        part: &str,
        package: ModuleId,
        range: TextRange,
    ) {
        let module = &self.modules[package];
        if self.hooks || self.replaced.contains(full) {
            return;
        }
        let dynamic = module.dynamic
            || module.source.as_ref().is_some_and(|source| {
                // `__path__.append(…)`
                let set = module.names.get("__path__");
                set.is_some_and(|binding| binding.range != TextRange::default())
                    || source.text().contains("__path__.")
            });
        if dynamic {
            return;
        }
        let dirs = module.search.clone();
        let mut names = Vec::new();
        for dir in &dirs {
            names.extend(self.finder.modules(dir));
        }
        let near = near::nearest(part, names.iter().map(String::as_str));
        // A folder without `__init__.py` gives way to an installed package of the same name, which
        // nobody can see where the virtualenv is not known.
        let namespace = module.source.is_none();
        let search_path = module.path.clone();
        let mut elsewhere = None;
        if near.is_none() && namespace && self.environment.site_packages.is_empty() {
            // `/home/ana/shop/shop` on the path, where `/home/ana/shop` was meant.
            let top = self.modules[package].name.clone();
            if !top.contains('.') && !self.path_unknown {
                let own = self.own_path();
                elsewhere = self.elsewhere(cx, &top, full, &own);
            }
            if elsewhere.is_none() {
                self.unresolved.push(full.to_owned());
                return;
            }
        }
        let certainty = if elsewhere.is_some() && self.options.assume_path { 0.8 } else { 1.0 };
        let kind = EventKind::Missing(Missing {
            name: full.to_owned(),
            part: part.to_owned(),
            own: true,
            certainty,
            near,
            elsewhere,
            distribution: None,
            name_range: Some(range),
            searched: if dirs.is_empty() { vec![search_path] } else { dirs },
            unlisted: None,
        });
        self.emit(cx, range, "missing", kind);
    }

    /// The first part of an import.
    fn import_top(
        &mut self,
        cx: &Cx,
        top: &str,
        full: &str,
        range: TextRange,
        name_range: Option<TextRange>,
    ) -> Value {
        let stdlib = self.options.is_stdlib(top);
        if EntryOptions::is_builtin(top) {
            return super::expr::ext(top);
        }
        // Own folders come before the standard library, site-packages behind it.
        let own = self.own_path();
        let found = self.finder.find(top, own.iter().map(String::as_str));
        let sites: Vec<String> = self.sites();
        match found {
            Some((Found::Namespace(dirs), _))
                if stdlib || self.installed(top, &sites) || self.gives_way(top, full, &dirs) => {}
            Some((found, dir)) => {
                let assumed = self
                    .sys_path
                    .iter()
                    .any(|entry| entry.path == dir && entry.origin == Origin::Assumed);
                // Whether that folder comes first is not known; a package's own folder does not.
                if stdlib && assumed || self.is_installed_ones(cx, top, &dir, &sites) {
                    return super::expr::ext(top);
                }
                if pathops::basename(&dir) == "site-packages"
                    || pathops::basename(&dir) == "dist-packages"
                {
                    self.third_party.insert(top.to_owned());
                    return super::expr::ext(top);
                }
                let shadows = if stdlib {
                    Some(Shadowed::Stdlib)
                } else if !assumed
                    && self.installed(top, &sites)
                    && !self.has_all_of_installed(&found, top, &sites)
                {
                    Some(Shadowed::Installed)
                } else {
                    None
                };
                let value = self.load_found(cx, found, top);
                if let (Some(what), Value::Module(target)) = (shadows, &value) {
                    let kind = EventKind::Shadows { name: top.to_owned(), what, target: *target };
                    self.emit(cx, range, "shadows", kind);
                }
                return value;
            }
            None => {}
        }
        if stdlib {
            return super::expr::ext(top);
        }
        if let Some(path) = self.environment.editable.get(top).cloned() {
            let parent = pathops::parent(&path);
            if let Some((found, _)) = self.finder.find(top, std::iter::once(parent.as_str())) {
                return self.load_found(cx, found, top);
            }
            return super::expr::ext(top);
        }
        if self.installed(top, &sites) {
            self.third_party.insert(top.to_owned());
            return super::expr::ext(top);
        }
        self.clash(cx, top, range);
        self.not_found(cx, top, full, range, name_range);
        super::expr::ext(top)
    }

    /// A folder without `__init__.py` that is called like a well-known package is not what is imported, unless the
    /// package is known not to be there, or what is asked for lies in the folder.
    fn gives_way(&mut self, top: &str, full: &str, dirs: &[String]) -> bool {
        let packages_known = self.environment.known && !self.environment.system_too;
        if packages_known || !is_distribution(top) {
            return false;
        }
        match full.split('.').nth(1) {
            Some(part) => self.finder.find(part, dirs.iter().map(String::as_str)).is_none(),
            None => true,
        }
    }

    /// The folders of the search path in which nothing is installed.
    pub(super) fn own_path(&self) -> Vec<String> {
        let own = self.sys_path.iter().filter(|entry| entry.origin != Origin::SitePackages);
        own.map(|entry| entry.path.clone()).collect()
    }

    /// The project's requirements may bring a module of that name.
    pub(super) fn declared(&mut self, top: &str) -> bool {
        let finder = &mut self.finder;
        let own = self.sys_path.iter().filter(|entry| entry.origin != Origin::SitePackages);
        let words = self.declared.get_or_insert_with(|| {
            declared::words(finder, &own.map(|entry| entry.path.clone()).collect::<Vec<_>>())
        });
        declared::brings(words, top)
    }

    pub(super) fn sites(&self) -> Vec<String> {
        self.sys_path
            .iter()
            .filter(|entry| entry.origin == Origin::SitePackages)
            .map(|entry| entry.path.clone())
            .collect()
    }

    pub(super) fn installed(&mut self, top: &str, sites: &[String]) -> bool {
        self.finder.find(top, sites.iter().map(String::as_str)).is_some()
    }
}

impl super::Module {
    /// A package in the middle of its own import may define submodules in ways not seen yet.
    fn loading_partly(&self) -> bool {
        self.loading && self.dynamic
    }
}
