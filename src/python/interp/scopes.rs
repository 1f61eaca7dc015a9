//! Which names a file binds anywhere, by its text alone: what the interpreter did not see bound may still
//! be, and then nothing is said of it.

use ruff_python_ast::name::Name;
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{self as ast, Expr, ExprContext, Stmt};
use ruff_text_size::Ranged;

use crate::python::maps::{HashMap, HashSet};

/// Words by which code makes names that nobody can see.
const OPAQUE: &[&str] = &[
    "globals()",
    "locals()",
    "vars()",
    "exec(",
    "__builtins__",
    "__dict__",
    "sys.modules[",
    "setattr(",
    "get_ipython",
];

/// The names of one file.
#[derive(Debug, Default)]
pub(in crate::python) struct Names {
    /// Bound at the module's own level, with the first place.
    pub module: HashMap<Name, u32>,
    /// Bound in any scope.
    pub anywhere: HashSet<Name>,
    /// Functions and classes whose bodies bind a name.
    owners: HashMap<Name, Name>,
    /// Classes below a decorator that may add names made from theirs.
    decorated: Vec<Name>,
    /// Names may come from elsewhere.
    pub opaque: bool,
}

impl Names {
    /// The function or class inside which alone a name is bound.
    pub(super) fn owner(&self, name: &str) -> Option<&str> {
        if self.module.contains_key(name) {
            return None;
        }
        self.owners.get(name).map(Name::as_str)
    }

    /// Some function or class binds a name for itself.
    pub(super) fn is_bound_inside(&self, name: &str) -> bool {
        self.owners.contains_key(name)
    }

    /// A decorator may have made this name from that of a class: `Event_Settings` of `Event`.
    pub(super) fn may_be_made(&self, name: &str) -> bool {
        self.decorated.iter().any(|class| name.starts_with(class.as_str()))
    }
}

/// Whether a text holds a word: some ten times as fast as `str::contains`, which every module pays.
pub(super) fn has(text: &str, word: &str) -> bool {
    memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some()
}

/// Collects the names of a file.
pub(in crate::python) fn names(text: &str, body: &[Stmt]) -> Names {
    let mut scan = Scan { names: Names::default(), scopes: Vec::new() };
    scan.names.opaque = OPAQUE.iter().any(|word| has(text, word));
    scan.visit_body(body);
    scan.names
}

struct Scan {
    names: Names,
    /// Functions, classes and lambdas round the current place.
    scopes: Vec<Name>,
}

impl Scan {
    fn bind(&mut self, name: &Name, at: u32) {
        self.names.anywhere.insert(name.clone());
        if let Some(owner) = self.scopes.last() {
            if !owner.is_empty() {
                self.names.owners.entry(name.clone()).or_insert_with(|| owner.clone());
            }
            return;
        }
        let first = self.names.module.entry(name.clone()).or_insert(at);
        *first = (*first).min(at);
    }

    /// Bound at the module's level at a moment that is not known.
    fn bind_module(&mut self, name: &Name) {
        self.names.anywhere.insert(name.clone());
        self.names.module.insert(name.clone(), 0);
    }

    fn parameters(&mut self, parameters: &ast::Parameters) {
        for parameter in parameters {
            self.bind(&parameter.name().id, 0);
        }
    }

    fn inside(&mut self, name: Name, body: impl FnOnce(&mut Self)) {
        self.scopes.push(name);
        body(self);
        self.scopes.pop();
    }

    fn type_params(&mut self, params: Option<&ast::TypeParams>) {
        for param in params.into_iter().flat_map(|params| &params.type_params) {
            self.bind_module(&param.name().id);
        }
    }
}

impl<'a> Visitor<'a> for Scan {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        let at = stmt.range().start().to_u32();
        match stmt {
            Stmt::FunctionDef(def) => {
                self.bind(&def.name.id, at);
                self.type_params(def.type_params.as_deref());
                for decorator in &def.decorator_list {
                    self.visit_expr(&decorator.expression);
                }
                // A default may hold a lambda with names of its own.
                for parameter in def.parameters.iter_non_variadic_params() {
                    if let Some(default) = &parameter.default {
                        self.visit_expr(default);
                    }
                }
                self.inside(def.name.id.clone(), |scan| {
                    scan.parameters(&def.parameters);
                    scan.visit_body(&def.body);
                });
            }
            Stmt::ClassDef(def) => {
                self.bind(&def.name.id, at);
                self.type_params(def.type_params.as_deref());
                if !def.decorator_list.is_empty() {
                    self.names.decorated.push(def.name.id.clone());
                }
                for decorator in &def.decorator_list {
                    self.visit_expr(&decorator.expression);
                }
                if let Some(arguments) = &def.arguments {
                    self.visit_arguments(arguments);
                }
                self.inside(def.name.id.clone(), |scan| scan.visit_body(&def.body));
            }
            Stmt::TypeAlias(node) => {
                if let Expr::Name(name) = &*node.name {
                    self.bind(&name.id, at);
                }
                self.type_params(node.type_params.as_deref());
                walk_stmt(self, stmt);
            }
            Stmt::Import(ast::StmtImport { names, .. }) => {
                for alias in names {
                    match (&alias.asname, alias.name.split_once('.')) {
                        (Some(name), _) => self.bind(&name.id, at),
                        (None, Some((top, _))) => self.bind(&Name::new(top), at),
                        (None, None) => self.bind(&alias.name.id, at),
                    }
                }
            }
            Stmt::ImportFrom(ast::StmtImportFrom { names, .. }) => {
                for alias in names {
                    self.bind(&alias.asname.as_ref().unwrap_or(&alias.name).id, at);
                }
            }
            Stmt::Global(node) => {
                for name in &node.names {
                    self.bind_module(&name.id);
                }
            }
            _ => walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) if name.ctx != ExprContext::Load => {
                self.bind(&name.id, name.range.start().to_u32());
            }
            // A walrus in a comprehension binds outside it, its loops' names stay inside.
            Expr::Named(node) => {
                if let Expr::Name(name) = &*node.target {
                    let scopes = std::mem::take(&mut self.scopes);
                    let outer: Vec<Name> =
                        scopes.iter().filter(|scope| !scope.is_empty()).cloned().collect();
                    self.scopes = outer;
                    self.bind(&name.id, name.range.start().to_u32());
                    self.scopes = scopes;
                }
                self.visit_expr(&node.value);
            }
            Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) | Expr::Generator(_) => {
                self.inside(Name::empty(), |scan| walk_expr(scan, expr));
            }
            Expr::Lambda(node) => self.inside(Name::empty(), |scan| {
                if let Some(parameters) = &node.parameters {
                    scan.parameters(parameters);
                }
                scan.visit_expr(&node.body);
            }),
            _ => walk_expr(self, expr),
        }
    }

    fn visit_except_handler(&mut self, handler: &'a ast::ExceptHandler) {
        let ast::ExceptHandler::ExceptHandler(node) = handler;
        if let Some(name) = &node.name {
            self.bind(&name.id, name.range.start().to_u32());
        }
        ruff_python_ast::visitor::walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'a ast::Pattern) {
        let name = match pattern {
            ast::Pattern::MatchAs(node) => node.name.as_ref(),
            ast::Pattern::MatchStar(node) => node.name.as_ref(),
            ast::Pattern::MatchMapping(node) => node.rest.as_ref(),
            _ => None,
        };
        if let Some(name) = name {
            self.bind(&name.id, name.range.start().to_u32());
        }
        ruff_python_ast::visitor::walk_pattern(self, pattern);
    }
}

/// Names that every module finds without binding them, in Python 3.
pub(super) fn is_builtin(name: &str) -> bool {
    BUILTINS.binary_search(&name).is_ok() || name.starts_with("__") && name.ends_with("__")
}

/// Sorted. `_` is what translations are often installed as.
const BUILTINS: &[&str] = &[
    "ArithmeticError",
    "AssertionError",
    "AttributeError",
    "BaseException",
    "BaseExceptionGroup",
    "BlockingIOError",
    "BrokenPipeError",
    "BufferError",
    "BytesWarning",
    "ChildProcessError",
    "ConnectionAbortedError",
    "ConnectionError",
    "ConnectionRefusedError",
    "ConnectionResetError",
    "DeprecationWarning",
    "EOFError",
    "Ellipsis",
    "EncodingWarning",
    "EnvironmentError",
    "Exception",
    "ExceptionGroup",
    "False",
    "FileExistsError",
    "FileNotFoundError",
    "FloatingPointError",
    "FutureWarning",
    "GeneratorExit",
    "IOError",
    "ImportError",
    "ImportWarning",
    "IndentationError",
    "IndexError",
    "InterruptedError",
    "IsADirectoryError",
    "KeyError",
    "KeyboardInterrupt",
    "LookupError",
    "MemoryError",
    "ModuleNotFoundError",
    "NameError",
    "None",
    "NotADirectoryError",
    "NotImplemented",
    "NotImplementedError",
    "OSError",
    "OverflowError",
    "PendingDeprecationWarning",
    "PermissionError",
    "ProcessLookupError",
    "PythonFinalizationError",
    "RecursionError",
    "ReferenceError",
    "ResourceWarning",
    "RuntimeError",
    "RuntimeWarning",
    "StopAsyncIteration",
    "StopIteration",
    "SyntaxError",
    "SyntaxWarning",
    "SystemError",
    "SystemExit",
    "TabError",
    "TimeoutError",
    "True",
    "TypeError",
    "UnboundLocalError",
    "UnicodeDecodeError",
    "UnicodeEncodeError",
    "UnicodeError",
    "UnicodeTranslateError",
    "UnicodeWarning",
    "UserWarning",
    "ValueError",
    "Warning",
    "WindowsError",
    "ZeroDivisionError",
    "_",
    "abs",
    "aiter",
    "all",
    "anext",
    "any",
    "ascii",
    "bin",
    "bool",
    "breakpoint",
    "bytearray",
    "bytes",
    "callable",
    "chr",
    "classmethod",
    "compile",
    "complex",
    "copyright",
    "credits",
    "delattr",
    "dict",
    "dir",
    "divmod",
    "enumerate",
    "eval",
    "exec",
    "exit",
    "filter",
    "float",
    "format",
    "frozenset",
    "getattr",
    "globals",
    "hasattr",
    "hash",
    "help",
    "hex",
    "id",
    "input",
    "int",
    "isinstance",
    "issubclass",
    "iter",
    "len",
    "license",
    "list",
    "locals",
    "map",
    "max",
    "memoryview",
    "min",
    "next",
    "object",
    "oct",
    "open",
    "ord",
    "pow",
    "print",
    "property",
    "quit",
    "range",
    "repr",
    "reveal_type",
    "reversed",
    "round",
    "set",
    "setattr",
    "slice",
    "sorted",
    "staticmethod",
    "str",
    "sum",
    "super",
    "tuple",
    "type",
    "vars",
    "zip",
];

#[cfg(test)]
mod tests {
    use super::{BUILTINS, is_builtin, names};
    use crate::python::parse::parse_file;

    fn of(text: &str) -> super::Names {
        let file = parse_file(text.as_bytes(), "a.py", None);
        names(text, file.module().map_or(&[], |module| &module.body))
    }

    #[test]
    fn the_list_is_sorted() {
        assert!(BUILTINS.is_sorted());
        assert!(is_builtin("print") && is_builtin("__file__") && !is_builtin("unicode"));
    }

    #[test]
    fn scopes_are_told_apart() {
        let found = of("import os.path as p, sys\n\
            def f(a, *b, c=lambda k: k):\n    global g\n    d = [e for e in a]\n\
            class K:\n    h = 1\n\
            try:\n    pass\nexcept E as x:\n    pass\n\
            with w as y: pass\n\
            z = [i for i in q if (j := i)]\n");
        for name in ["p", "sys", "f", "g", "K", "x", "y", "z", "j"] {
            assert!(found.module.contains_key(name), "{name}");
        }
        for name in ["a", "b", "c", "d", "e", "h", "i", "os"] {
            assert!(!found.module.contains_key(name), "{name}");
        }
        for name in ["d", "i", "k"] {
            assert!(found.anywhere.contains(name), "{name}");
        }
        assert_eq!(found.owner("d"), Some("f"));
        assert_eq!(found.owner("g"), None);
        assert!(!found.opaque);
    }

    #[test]
    fn names_that_are_made_elsewhere() {
        assert!(of("globals()['x'] = 1\n").opaque);
        assert!(of("@reg.add()\nclass Event: pass\n").may_be_made("Event_Settings"));
        assert!(!of("class Event: pass\n").may_be_made("Event_Settings"));
    }
}
