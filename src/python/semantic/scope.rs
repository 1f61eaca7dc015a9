//! One scope on the walk: what kind it is, and which names it declares.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use ruff_python_ast::{Parameters, Stmt};
use ruff_text_size::TextRange;

/// Kinds of scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ScopeKind {
    Module,
    Class,
    Function { is_async: bool },
    Lambda,
    Comprehension { is_async: bool, generator: bool },
}

impl ScopeKind {
    pub(super) const fn is_comprehension(self) -> bool {
        matches!(self, Self::Comprehension { .. })
    }
}

/// A scope.
pub(super) struct Scope<'a> {
    pub(super) kind: ScopeKind,
    pub(super) parameters: Option<&'a Parameters>,
    pub(super) body: &'a [Stmt],
    /// Loops that are open in it.
    pub(super) loops: u32,
    /// Blocks that CPython counts: loops, `with`, `try`.
    pub(super) blocks: u32,
    /// Loops that were open where the innermost `except*` block began.
    pub(super) star_loops: Option<u32>,
    /// Of a comprehension: its variables so far, and the names assigned with `:=`.
    pub(super) iteration: Vec<&'a str>,
    pub(super) assigned: Vec<&'a str>,
    /// Of a comprehension: it awaits something itself; comprehensions in it that do.
    pub(super) awaits: bool,
    pub(super) awaiting: Vec<TextRange>,
    /// The last `global` statement of each name.
    pub(super) globals: HashMap<&'a str, TextRange>,
    pub(super) nonlocals: HashMap<&'a str, TextRange>,
    /// Names bound in it, found when first asked for.
    pub(super) bound: OnceCell<HashSet<&'a str>>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(
        kind: ScopeKind,
        parameters: Option<&'a Parameters>,
        body: &'a [Stmt],
    ) -> Self {
        Self {
            kind,
            parameters,
            body,
            loops: 0,
            blocks: 0,
            star_loops: None,
            iteration: Vec::new(),
            assigned: Vec::new(),
            awaits: false,
            awaiting: Vec::new(),
            globals: HashMap::new(),
            nonlocals: HashMap::new(),
            bound: OnceCell::new(),
        }
    }

    pub(super) fn module(body: &'a [Stmt]) -> Self {
        Self::new(ScopeKind::Module, None, body)
    }

    /// Whether `name` is a parameter of it.
    pub(super) fn has_parameter(&self, name: &str) -> bool {
        self.parameters.is_some_and(|parameters| {
            parameters.iter().any(|parameter| parameter.name().as_str() == name)
        })
    }
}
