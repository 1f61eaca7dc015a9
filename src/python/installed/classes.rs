//! What a call of a class's objects does, as far as its text tells.

use ruff_python_ast::{Expr, Stmt, StmtClassDef, StmtFunctionDef};

/// A class of an installed package.
#[derive(Debug, Clone, Default)]
pub struct Class {
    /// Dotted names of its bases as written; `None`: something else stands there.
    pub bases: Vec<Option<String>>,
    pub call: OwnCall,
}

/// Its own `__call__`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OwnCall {
    /// It has none: the bases decide.
    #[default]
    None,
    /// `async def __call__(self, scope, receive, send)`, or the same that returns what is awaited.
    Asgi,
    /// It takes other than two arguments.
    Other,
    /// It takes two, or nobody knows.
    Maybe,
}

impl Class {
    pub(super) fn of(node: &StmtClassDef) -> Self {
        let arguments = node.arguments.as_deref();
        let bases =
            arguments.into_iter().flat_map(|arguments| &arguments.args).map(dotted).collect();
        // A metaclass and decorators may add anything.
        let changed = !node.decorator_list.is_empty()
            || arguments.is_some_and(|arguments| !arguments.keywords.is_empty());
        let call = if changed { OwnCall::Maybe } else { own_call(&node.body) };
        Self { bases, call }
    }
}

fn own_call(body: &[Stmt]) -> OwnCall {
    let mut call = OwnCall::None;
    for stmt in body {
        match stmt {
            Stmt::FunctionDef(def) if def.name.as_str() == "__call__" => {
                call = if call == OwnCall::None { of_function(def) } else { OwnCall::Maybe };
            }
            Stmt::Assign(node)
                if node.targets.iter().any(
                    |target| matches!(target, Expr::Name(name) if name.id.as_str() == "__call__"),
                ) =>
            {
                call = OwnCall::Maybe;
            }
            Stmt::FunctionDef(_)
            | Stmt::Assign(_)
            | Stmt::AnnAssign(_)
            | Stmt::Expr(_)
            | Stmt::Pass(_)
            | Stmt::ClassDef(_) => {}
            // Something conditional.
            _ if call == OwnCall::None => {
                let mut inner = Vec::new();
                nested(stmt, &mut inner);
                if inner.iter().any(|def| def.name.as_str() == "__call__") {
                    call = OwnCall::Maybe;
                }
            }
            _ => {}
        }
    }
    call
}

fn nested<'a>(stmt: &'a Stmt, out: &mut Vec<&'a StmtFunctionDef>) {
    let mut block = |body: &'a [Stmt]| {
        for stmt in body {
            match stmt {
                Stmt::FunctionDef(def) => out.push(def),
                Stmt::If(_) | Stmt::Try(_) => nested(stmt, out),
                _ => {}
            }
        }
    };
    match stmt {
        Stmt::If(node) => {
            block(&node.body);
            node.elif_else_clauses.iter().for_each(|clause| block(&clause.body));
        }
        Stmt::Try(node) => {
            block(&node.body);
            block(&node.orelse);
        }
        _ => {}
    }
}

/// `self` counts among the parameters.
fn of_function(def: &StmtFunctionDef) -> OwnCall {
    if !def.decorator_list.is_empty() {
        return OwnCall::Maybe;
    }
    let parameters = &def.parameters;
    if parameters.vararg.is_some() {
        return OwnCall::Maybe;
    }
    let positional: Vec<_> = parameters.posonlyargs.iter().chain(&parameters.args).collect();
    let names: Vec<&str> = positional.iter().map(|part| part.parameter.name.as_str()).collect();
    if let [_, "scope", "receive", "send"] = names.as_slice() {
        return OwnCall::Asgi;
    }
    let required = positional.iter().filter(|part| part.default.is_none()).count();
    let keyword = parameters.kwonlyargs.iter().any(|part| part.default.is_none());
    if positional.len() < 3 || required > 3 || keyword {
        return OwnCall::Other;
    }
    if def.is_async { OwnCall::Other } else { OwnCall::Maybe }
}

/// `a.b.C`, also of `C[T]`.
fn dotted(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Name(name) => Some(name.id.to_string()),
        Expr::Attribute(node) => Some(format!("{}.{}", dotted(&node.value)?, node.attr)),
        Expr::Subscript(node) => dotted(&node.value),
        _ => None,
    }
}
