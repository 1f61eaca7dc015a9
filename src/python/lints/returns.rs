//! What a function of the project gives back, by its text alone.

use ruff_python_ast::visitor::{Visitor, walk_stmt};
use ruff_python_ast::{Expr, Stmt, StmtFunctionDef};

use super::ModuleCtx;
use crate::python::interp::syntax::find_function;
use crate::python::source::Source;
use crate::python::value::FuncRef;

/// Some `return` in the function gives a value. A function that cannot be read may.
pub(super) fn gives_something(cx: &ModuleCtx, func: &FuncRef) -> bool {
    definition(cx, func).is_none_or(|def| {
        let mut returns = Returns(false);
        returns.visit_body(&def.body);
        // Where only an outline was kept, the body is not there.
        returns.0 || def.body.is_empty()
    })
}

/// Where the function is defined.
pub(super) fn definition<'c>(cx: &'c ModuleCtx, func: &FuncRef) -> Option<&'c StmtFunctionDef> {
    find_function(cx.source(func.module)?.body(), func.offset)
}

/// Whether a `return` with a value was seen, outside of inner functions.
struct Returns(bool);

impl<'a> Visitor<'a> for Returns {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Return(node) => self.0 |= node.value.is_some(),
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
            other => walk_stmt(self, other),
        }
    }

    fn visit_expr(&mut self, _: &'a Expr) {}
}

/// The one function at the top of a file in which a name gets its value, and the line; `main` of
/// `def main(): app = Flask(…)`.
pub(super) fn made_inside(source: &Source, name: &str) -> Option<(String, u32)> {
    let mut found = None;
    for stmt in source.body() {
        let Stmt::FunctionDef(def) = stmt else { continue };
        let assigned = def.body.iter().find_map(|stmt| match stmt {
            Stmt::Assign(node) => node.targets.iter().find_map(|target| match target {
                Expr::Name(target) if target.id.as_str() == name => Some(target.range),
                _ => None,
            }),
            _ => None,
        });
        if let Some(range) = assigned {
            if found.is_some() {
                return None;
            }
            found = Some((def.name.to_string(), source.line_of(range.start().to_u32())));
        }
    }
    found
}
