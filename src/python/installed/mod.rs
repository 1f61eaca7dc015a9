//! What a module of an installed package defines, read from its source as far as that is certain.
//!
//! Names bound in any branch count as defined, and whatever may define names unseen makes the module open: only
//! what is surely not there is ever spoken of. Syntax only: which file it is, the interpreter knows.

pub mod classes;
mod getattr;
mod opaque;

use std::collections::{HashMap, HashSet};

use ruff_python_ast::{self as ast, ExceptHandler, Expr, Stmt};

use super::interp::scopes;
use super::source::Source;
use classes::Class;

/// What one module offers.
#[derive(Debug, Default)]
pub struct Surface {
    defined: HashSet<String>,
    /// Modules whose public names are taken over, by absolute name.
    pub stars: Vec<String>,
    /// Where a name that is bound once comes from: a module, and a name in it.
    pub imported: HashMap<String, (String, Option<String>)>,
    /// Classes that are defined once.
    pub classes: HashMap<String, Class>,
    /// It may have more names than are seen.
    pub open: bool,
    /// Its submodules may lie elsewhere too.
    pub open_path: bool,
}

impl Surface {
    /// Of a module that nothing is known of.
    pub fn unknown() -> Self {
        Self { open: true, open_path: true, ..Self::default() }
    }

    /// Reads a module. `name` is its dotted name, `package`: it is an `__init__.py`.
    pub fn of(source: &Source, name: &str, package: bool) -> Self {
        let body = source.body();
        // A broken file may define anything.
        if !source.problems().is_empty() || source.parsed.not_parsed.is_some() {
            return Self::unknown();
        }
        let names = scopes::names(source.text(), body);
        let mut out = Self {
            open: opaque::is_opaque(source.text(), body),
            open_path: source.text().contains("__path__"),
            defined: names.module.into_keys().map(Into::into).collect(),
            ..Self::default()
        };
        let mut once = Once { out: &mut out, seen: HashMap::new(), name, package };
        once.block(body);
        let seen = once.seen;
        out.imported.retain(|name, _| seen.get(name) == Some(&1));
        out.classes.retain(|name, _| seen.get(name) == Some(&1));
        if out.defined.contains("__getattr__") {
            match getattr::names(source.text(), body) {
                Some(names) => out.defined.extend(names),
                None => out.open = true,
            }
        }
        out
    }

    /// It binds a name itself.
    pub fn binds(&self, name: &str) -> bool {
        self.defined.contains(name)
    }

    /// Names that it surely binds.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.defined.iter().map(String::as_str)
    }

    /// It surely or possibly has a name of its own; star imports apart.
    pub fn may_have(&self, name: &str) -> bool {
        self.open || self.defined.contains(name)
    }
}

/// Collects imports and classes at the module's level, with how often each name is bound.
struct Once<'o, 'n> {
    out: &'o mut Surface,
    seen: HashMap<String, u32>,
    name: &'n str,
    package: bool,
}

impl Once<'_, '_> {
    fn bind(&mut self, name: &str) {
        *self.seen.entry(name.to_owned()).or_default() += 1;
    }

    fn block(&mut self, body: &[Stmt]) {
        for stmt in body {
            self.stmt(stmt);
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Import(node) => {
                for alias in &node.names {
                    let full = alias.name.as_str();
                    if let Some(asname) = &alias.asname {
                        self.bind(asname);
                        self.out.imported.insert(asname.to_string(), (full.to_owned(), None));
                    } else {
                        let top = full.split('.').next().unwrap_or(full);
                        // Several `import a.b` bind the same.
                        self.seen.insert(top.to_owned(), 1);
                        self.out.imported.insert(top.to_owned(), (top.to_owned(), None));
                    }
                }
            }
            Stmt::ImportFrom(node) => {
                let from = absolute(self.name, self.package, node);
                for alias in &node.names {
                    let Some(from) = &from else {
                        self.out.open = true;
                        continue;
                    };
                    if alias.name.as_str() == "*" {
                        self.out.stars.push(from.clone());
                        continue;
                    }
                    let bound = alias.asname.as_ref().unwrap_or(&alias.name);
                    self.bind(bound);
                    let origin = (from.clone(), Some(alias.name.to_string()));
                    self.out.imported.insert(bound.to_string(), origin);
                }
            }
            Stmt::ClassDef(node) => {
                self.bind(&node.name);
                self.out.classes.insert(node.name.to_string(), Class::of(node));
            }
            Stmt::FunctionDef(node) => self.bind(&node.name),
            Stmt::Assign(node) => {
                for target in &node.targets {
                    if let Expr::Name(name) = target {
                        self.bind(name.id.as_str());
                    }
                }
            }
            Stmt::AnnAssign(node) => {
                if let Expr::Name(name) = &*node.target {
                    self.bind(name.id.as_str());
                }
            }
            Stmt::If(node) => {
                self.block(&node.body);
                node.elif_else_clauses.iter().for_each(|clause| self.block(&clause.body));
            }
            Stmt::Try(node) => {
                self.block(&node.body);
                for ExceptHandler::ExceptHandler(handler) in &node.handlers {
                    self.block(&handler.body);
                }
                self.block(&node.orelse);
                self.block(&node.finalbody);
            }
            Stmt::With(node) => self.block(&node.body),
            Stmt::For(node) => self.block(&node.body),
            Stmt::While(node) => self.block(&node.body),
            _ => {}
        }
    }
}

/// The module that a `from … import` names, seen from a module of that name.
fn absolute(module: &str, package: bool, node: &ast::StmtImportFrom) -> Option<String> {
    let written = node.module.as_ref().map_or("", |name| name.as_str());
    if node.level == 0 {
        return Some(written.to_owned());
    }
    let mut base = if package { module } else { module.rsplit_once('.')?.0 };
    for _ in 1..node.level {
        base = base.rsplit_once('.')?.0;
    }
    Some(if written.is_empty() { base.to_owned() } else { format!("{base}.{written}") })
}

#[cfg(test)]
mod tests {
    use super::Surface;
    use crate::python::source::Source;
    use std::path::Path;

    fn surface(text: &str) -> Surface {
        let source = Source::parse(text.as_bytes(), "x.py", Path::new("x.py"), None);
        Surface::of(&source, "pkg", true)
    }

    #[test]
    fn whatever_may_be_defined_counts() {
        for text in [
            "try:\n    from .a import Name\nexcept ImportError:\n    pass\n",
            "if x:\n    Name = 1\n",
            "for Name in x: pass\n",
            "def f():\n    global Name\n    Name = 1\n",
            "globals()['Na' + 'me'] = 1\n",
            "exec(code)\n",
            "import sys\nsys.modules[__name__] = Lazy()\n",
            "__getattr__ = lazy(__name__)\n",
            "def __getattr__(name):\n    return load(name)\n",
            "def __getattr__(name):\n    if name == 'Name':\n        return 1\n    raise AttributeError(name)\n",
            "x = (\n",
        ] {
            assert!(surface(text).may_have("Name"), "{text}");
        }
    }

    #[test]
    fn what_is_surely_not_there() {
        for text in [
            "x = 1\n",
            "def f():\n    Name = 1\n",
            "class A:\n    Name = 1\n",
            "[Name for Name in x]\n",
            "def __getattr__(name):\n    if name == 'Other':\n        return 1\n    raise AttributeError(name)\n",
        ] {
            assert!(!surface(text).may_have("Name"), "{text}");
        }
        let found = surface("from .sub import A as B\nfrom ..up import *\nfrom . import *\n");
        assert_eq!(found.imported["B"], ("pkg.sub".to_owned(), Some("A".to_owned())));
        assert!(found.open && found.stars == ["pkg"]);
    }
}
