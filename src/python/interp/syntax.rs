//! Questions to a syntax tree that need no values: finding a definition, ways out of a loop.

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::Ranged;

/// The function whose definition starts at an offset.
pub(in crate::python) fn find_function(
    body: &[Stmt],
    offset: u32,
) -> Option<&ast::StmtFunctionDef> {
    for stmt in body {
        let range = stmt.range();
        if offset < range.start().to_u32() || offset >= range.end().to_u32() {
            continue;
        }
        if let Stmt::FunctionDef(def) = stmt
            && def.range.start().to_u32() == offset
        {
            return Some(def);
        }
        let found = match stmt {
            Stmt::FunctionDef(def) => find_function(&def.body, offset),
            Stmt::ClassDef(def) => find_function(&def.body, offset),
            Stmt::If(node) => find_function(&node.body, offset).or_else(|| {
                node.elif_else_clauses.iter().find_map(|clause| find_function(&clause.body, offset))
            }),
            Stmt::For(node) => {
                find_function(&node.body, offset).or_else(|| find_function(&node.orelse, offset))
            }
            Stmt::While(node) => {
                find_function(&node.body, offset).or_else(|| find_function(&node.orelse, offset))
            }
            Stmt::With(node) => find_function(&node.body, offset),
            Stmt::Try(node) => find_function(&node.body, offset)
                .or_else(|| {
                    node.handlers.iter().find_map(|ast::ExceptHandler::ExceptHandler(handler)| {
                        find_function(&handler.body, offset)
                    })
                })
                .or_else(|| find_function(&node.orelse, offset))
                .or_else(|| find_function(&node.finalbody, offset)),
            Stmt::Match(node) => {
                node.cases.iter().find_map(|case| find_function(&case.body, offset))
            }
            _ => None,
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

/// Names that a target of an assignment or loop binds.
pub(super) fn target_names<'a>(target: &'a Expr, out: &mut Vec<&'a str>) {
    match target {
        Expr::Name(name) => out.push(name.id.as_str()),
        Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }) => {
            for item in elts {
                target_names(item, out);
            }
        }
        Expr::Starred(node) => target_names(&node.value, out),
        _ => {}
    }
}

struct Yields(bool);

impl<'a> Visitor<'a> for Yields {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        if !matches!(stmt, Stmt::FunctionDef(_) | Stmt::ClassDef(_)) && !self.0 {
            walk_stmt(self, stmt);
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Yield(_) | Expr::YieldFrom(_) => self.0 = true,
            Expr::Lambda(_) => {}
            _ if !self.0 => walk_expr(self, expr),
            _ => {}
        }
    }
}

/// Whether a function's body makes it a generator.
pub(in crate::python) fn is_generator(body: &[Stmt]) -> bool {
    let mut finder = Yields(false);
    finder.visit_body(body);
    finder.0
}

/// Whether a `while True` loop can be left: `break` of its own, `return`, `raise`, an exit call, `await`.
pub(super) struct WaysOut {
    found: bool,
    inner: u32,
    /// An `except` that swallows what is raised inside.
    caught: u32,
}

impl<'a> Visitor<'a> for WaysOut {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
            Stmt::Break(_) if self.inner == 0 => self.found = true,
            Stmt::Return(_) => self.found = true,
            Stmt::Raise(_) if self.caught == 0 => self.found = true,
            Stmt::For(_) | Stmt::While(_) => {
                self.inner += 1;
                walk_stmt(self, stmt);
                self.inner -= 1;
            }
            _ => walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Call(call) = expr {
            let name = match &*call.func {
                Expr::Name(name) => name.id.as_str(),
                Expr::Attribute(attribute) => attribute.attr.as_str(),
                _ => "",
            };
            if matches!(name, "exit" | "quit" | "_exit" | "abort" | "next" | "execv") {
                self.found = true;
            }
        }
        if matches!(expr, Expr::Yield(_) | Expr::YieldFrom(_)) {
            self.found = true;
        }
        walk_expr(self, expr);
    }
}

/// Whether the body of an endless loop has a way out.
pub(super) fn can_end(body: &[Stmt]) -> bool {
    let mut ways = WaysOut { found: false, inner: 0, caught: 0 };
    ways.visit_body(body);
    ways.found
}
