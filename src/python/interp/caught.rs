//! What `except` clauses catch.

use ruff_python_ast::Expr;

/// What an enclosing `try` (or `suppress`) catches.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Caught {
    pub(super) imports: bool,
    pub(super) errors: bool,
    pub(super) exits: bool,
    /// `NameError`.
    pub(super) names: bool,
    /// `TypeError`.
    pub(super) types: bool,
    /// `AttributeError`.
    pub(super) attributes: bool,
    /// `RuntimeError`.
    pub(super) runtime: bool,
    /// Some handler: it may catch what is raised, whatever it is.
    pub(super) any: bool,
}

/// What two handlers catch together.
pub(super) fn merge(a: Caught, b: Caught) -> Caught {
    Caught {
        imports: a.imports || b.imports,
        errors: a.errors || b.errors,
        exits: a.exits || b.exits,
        names: a.names || b.names,
        types: a.types || b.types,
        attributes: a.attributes || b.attributes,
        runtime: a.runtime || b.runtime,
        any: a.any || b.any,
    }
}

impl Caught {
    /// `except:`
    pub(super) fn all() -> Self {
        Self {
            imports: true,
            errors: true,
            exits: true,
            names: true,
            types: true,
            attributes: true,
            runtime: true,
            any: true,
        }
    }
}

/// `except EXPR` may catch `NameError`.
pub(super) fn catches_names(expr: &Expr) -> bool {
    caught_by(expr).names
}

/// `except EXPR` may catch `ImportError`.
pub(super) fn catches_imports(expr: &Expr) -> bool {
    caught_by(expr).imports
}

/// What `except EXPR` catches.
pub(super) fn caught_by(expr: &Expr) -> Caught {
    match expr {
        Expr::Tuple(tuple) => {
            tuple.elts.iter().fold(Caught::default(), |caught, item| merge(caught, caught_by(item)))
        }
        Expr::Name(name) => match name.id.as_str() {
            "ImportError" | "ModuleNotFoundError" => Caught { imports: true, ..Caught::default() },
            "Exception" | "StandardError" => Caught { exits: false, ..Caught::all() },
            "BaseException" => Caught::all(),
            "NameError" | "UnboundLocalError" => Caught { names: true, ..Caught::default() },
            "AttributeError" => Caught { attributes: true, ..Caught::default() },
            "SystemExit" => Caught { exits: true, ..Caught::default() },
            "KeyError" | "IndexError" | "LookupError" | "OSError" | "IOError"
            | "FileNotFoundError" | "EnvironmentError" => {
                Caught { errors: true, ..Caught::default() }
            }
            "TypeError" => Caught { types: true, ..Caught::default() },
            "RuntimeError" => Caught { runtime: true, ..Caught::default() },
            "ValueError" | "KeyboardInterrupt" | "ZeroDivisionError" | "SyntaxError"
            | "StopIteration" => Caught::default(),
            // A name of the project or a library: it could be a base of anything.
            _ => Caught { exits: false, ..Caught::all() },
        },
        _ => Caught { errors: true, ..Caught::default() },
    }
}
