//! Where `:=` may not stand: CPython's `symtable.c`, `symtable_visit_expr` and `symtable_extend_namedexpr_scope`.

use ruff_python_ast::{Expr, ExprNamed};
use ruff_text_size::Ranged;

use super::scope::ScopeKind;
use super::{Own, SemanticKind, Walk};
use crate::python::problem::ErrorKind;

/// A `:=` is visited.
pub(super) fn check(walk: &Walk<'_>, named: &ExprNamed) {
    let Expr::Name(target) = &*named.target else { return };
    let name = target.id.as_str();
    let say = |message: String, hint, cpython: String| {
        let own = Own { kind: ErrorKind::CompileStep, message, hint, cpython };
        walk.report(named.range(), SemanticKind::Own(own));
    };
    if walk.iterables > 0 {
        say(
            "a comprehension's in \u{2026} part cannot hold an assignment with :=".to_owned(),
            "Assign the value in a line of its own above.",
            "assignment expression cannot be used in a comprehension iterable expression"
                .to_owned(),
        );
        return;
    }
    if !walk.scope().kind.is_comprehension() {
        return;
    }
    for scope in walk.scopes.iter().rev() {
        match scope.kind {
            ScopeKind::Comprehension { .. } => {
                if scope.iteration.contains(&name) {
                    say(
                        format!(
                            "{name} is the variable of this comprehension, so := cannot assign to it"
                        ),
                        "Use another name on the left of :=.",
                        format!(
                            "assignment expression cannot rebind comprehension iteration variable '{name}'"
                        ),
                    );
                    return;
                }
            }
            ScopeKind::Class => {
                say(
                    "a comprehension in the body of a class cannot hold an assignment with :="
                        .to_owned(),
                    "Write a for loop, or move the comprehension into a function.",
                    "assignment expression within a comprehension cannot be used in a class body"
                        .to_owned(),
                );
                return;
            }
            // It assigns to the variable of the function or module: not before a `global` of it.
            ScopeKind::Function { .. } | ScopeKind::Lambda | ScopeKind::Module => {
                for (declared, word) in [(&scope.globals, "global"), (&scope.nonlocals, "nonlocal")]
                {
                    if let Some(range) = declared.get(name)
                        && target.range.start() < range.start()
                    {
                        let kind = SemanticKind::UsedBefore { name: name.to_owned(), word };
                        walk.report(*range, kind);
                    }
                }
                return;
            }
        }
    }
}

/// The names of a comprehension's target become its own.
pub(super) fn iterate<'a>(walk: &mut Walk<'a>, target: &'a Expr) {
    match target {
        Expr::Name(name) => {
            let id = name.id.as_str();
            if walk.scope().assigned.contains(&id) {
                let own = Own {
                    kind: ErrorKind::CompileStep,
                    message: format!(
                        "{id} was assigned with := before in this comprehension, so it cannot be the variable of a for in it"
                    ),
                    hint: "Use another name for one of the two.",
                    cpython: format!(
                        "comprehension inner loop cannot rebind assignment expression target '{id}'"
                    ),
                };
                walk.report(name.range, SemanticKind::Own(own));
            }
            walk.scope_mut().iteration.push(id);
        }
        Expr::Tuple(tuple) => tuple.elts.iter().for_each(|part| iterate(walk, part)),
        Expr::List(list) => list.elts.iter().for_each(|part| iterate(walk, part)),
        Expr::Starred(starred) => iterate(walk, &starred.value),
        _ => {}
    }
}
