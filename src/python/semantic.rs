//! Errors of CPython's compile step, found on the tree: `return` outside a function, duplicate arguments, …
//!
//! The parser crate has the checks; this file tells it in which scope it is, and adds what it misses.

mod bindings;
mod blocks;
mod context;
mod debug_name;
mod own;
mod patterns;
mod scope;
mod stars;
mod walrus;

use std::cell::RefCell;
use std::sync::LazyLock;

use memchr::memmem::Finder;
use ruff_python_ast::visitor::Visitor;
use ruff_python_ast::{ModModule, PythonVersion};
use ruff_python_parser::semantic_errors::{SemanticSyntaxChecker, SemanticSyntaxErrorKind};
use ruff_text_size::TextRange;

use scope::Scope;

use crate::python::problem::ErrorKind;

/// An error of the compile step.
#[derive(Debug, Clone, PartialEq)]
pub struct SemanticError {
    pub range: TextRange,
    pub kind: SemanticKind,
}

/// Which one.
#[derive(Debug, Clone, PartialEq)]
pub enum SemanticKind {
    /// One that the crate knows.
    Crate(SemanticSyntaxErrorKind),
    /// `except:` before another `except`.
    DefaultExceptNotLast,
    /// `match` in a form that the crate's version check misses.
    OldMatch,
    /// `with (a as b):`, which the crate's version check misses.
    OldWith,
    /// A parameter that is declared nonlocal.
    NonlocalParameter(String),
    /// Declared both nonlocal and global.
    NonlocalAndGlobal(String),
    /// Used before its `nonlocal` (or, bound by `def`, `class`, `import`, before its `global`) statement.
    UsedBefore { name: String, word: &'static str },
    /// One that only we look for, in its own words.
    Own(Own),
}

/// An error that the crate does not look for.
#[derive(Debug, Clone, PartialEq)]
pub struct Own {
    pub kind: ErrorKind,
    pub message: String,
    pub hint: &'static str,
    /// What CPython says.
    pub cpython: String,
}

/// Words that are looked for in every file.
static GLOBAL: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("global"));
static NONLOCAL: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("nonlocal"));
static FUTURE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("__future__"));

/// Walks a tree that parsed without errors. Recursive: needs a deep stack for deep trees.
pub fn check(source: &str, module: &ModModule, target: PythonVersion) -> Vec<SemanticError> {
    let has = |word: &Finder<'_>| word.find(source.as_bytes()).is_some();
    let mut walk = Walk {
        source,
        target,
        checker: SemanticSyntaxChecker::new(),
        errors: RefCell::new(Vec::new()),
        scopes: vec![Scope::module(&module.body)],
        tries: 0,
        iterables: 0,
        elements: 0,
        declares: has(&GLOBAL) || has(&NONLOCAL),
        future_annotations: has(&FUTURE) && context::defers_annotations(&module.body),
    };
    walk.declare();
    walk.visit_body(&module.body);
    walk.errors.into_inner()
}

/// The walk and what the checker may ask about it.
struct Walk<'a> {
    source: &'a str,
    target: PythonVersion,
    checker: SemanticSyntaxChecker,
    errors: RefCell<Vec<SemanticError>>,
    /// Never empty: the module is the first.
    scopes: Vec<Scope<'a>>,
    /// Open `try` statements, for `lazy import`.
    tries: u32,
    /// Iterables of comprehensions that are open.
    iterables: u32,
    /// Braces of f-strings that are open.
    elements: u32,
    /// The words `global` or `nonlocal` occur at all.
    declares: bool,
    future_annotations: bool,
}

#[cfg(test)]
#[path = "semantic_test.rs"]
mod tests;
