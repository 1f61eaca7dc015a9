//! Blocks inside blocks: CPython nests only so many of them in one function, and nothing may jump out of `except*`.

use ruff_python_ast::visitor::Visitor;
use ruff_python_ast::{ExceptHandler, PythonVersion, Stmt, StmtTry};
use ruff_text_size::Ranged;

use super::{Own, SemanticKind, Walk};
use crate::python::problem::ErrorKind;

/// `CO_MAXBLOCKS` of each version.
fn most(target: PythonVersion) -> u32 {
    match target.minor {
        ..=12 => 20,
        13 => 21,
        _ => 40,
    }
}

impl<'a> Walk<'a> {
    /// Visits a body that stands in so many more blocks. Counts as CPython does at least, so it never says too
    /// many where CPython does not.
    pub(super) fn blocks(&mut self, more: u32, body: &'a [Stmt]) {
        let most = most(self.target);
        let scope = self.scope_mut();
        let before = scope.blocks;
        scope.blocks = before.saturating_add(more);
        let too_many = before <= most && scope.blocks > most;
        if too_many && let Some(first) = body.first() {
            let own = Own {
                kind: ErrorKind::CompileStep,
                message: format!("more than {most} loops, with and try blocks inside each other"),
                hint: "Move the inner ones into a function.",
                cpython: "too many statically nested blocks".to_owned(),
            };
            self.report(first.range(), SemanticKind::Own(own));
        }
        self.visit_body(body);
        self.scope_mut().blocks = before;
    }

    /// A `try` with all its parts.
    pub(super) fn tried(&mut self, stmt: &'a StmtTry) {
        let last = u32::from(!stmt.finalbody.is_empty());
        let caught = u32::from(!stmt.handlers.is_empty());
        self.blocks(last + caught, &stmt.body);
        for handler in &stmt.handlers {
            let ExceptHandler::ExceptHandler(inner) = handler;
            if let Some(kind) = &inner.type_ {
                self.visit_expr(kind);
            }
            let loops = self.scope().loops;
            let before = self.scope().star_loops;
            if stmt.is_star {
                self.scope_mut().star_loops = Some(loops);
            }
            self.blocks(last + 1, &inner.body);
            self.scope_mut().star_loops = before;
        }
        self.blocks(last, &stmt.orelse);
        self.blocks(last, &stmt.finalbody);
    }
}
