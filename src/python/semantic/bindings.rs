//! Which names a scope binds and declares, without the scopes inside it.

use std::collections::HashSet;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Comprehension, ExceptHandler, Expr, ExprContext, Identifier, Pattern, Stmt};
use ruff_text_size::TextRange;

/// Names that statements of `body` bind.
pub(super) fn bound(body: &[Stmt]) -> HashSet<&str> {
    let mut collector = Collector { names: HashSet::new() };
    collector.visit_body(body);
    collector.names
}

/// A name that is declared or bound by a statement (not by an expression) of a scope.
pub(super) struct Declared<'a> {
    pub name: &'a str,
    pub how: How,
    /// The statement.
    pub range: TextRange,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    Global,
    Nonlocal,
    /// By `def`, `class`, `except … as` or `case`. CPython lets an `import` pass.
    Bound,
}

/// Declarations of a scope in order.
pub(super) fn declared<'a>(body: &'a [Stmt], out: &mut Vec<Declared<'a>>) {
    for stmt in body {
        let mut add = |name: &'a str, how, range| out.push(Declared { name, how, range });
        match stmt {
            Stmt::Global(stmt) => {
                stmt.names.iter().for_each(|name| add(name.as_str(), How::Global, stmt.range));
            }
            Stmt::Nonlocal(stmt) => {
                stmt.names.iter().for_each(|name| add(name.as_str(), How::Nonlocal, stmt.range));
            }
            Stmt::FunctionDef(stmt) => add(stmt.name.as_str(), How::Bound, stmt.range),
            Stmt::ClassDef(stmt) => add(stmt.name.as_str(), How::Bound, stmt.range),
            Stmt::If(stmt) => {
                declared(&stmt.body, out);
                stmt.elif_else_clauses.iter().for_each(|clause| declared(&clause.body, out));
            }
            Stmt::For(stmt) => {
                declared(&stmt.body, out);
                declared(&stmt.orelse, out);
            }
            Stmt::While(stmt) => {
                declared(&stmt.body, out);
                declared(&stmt.orelse, out);
            }
            Stmt::With(stmt) => declared(&stmt.body, out),
            Stmt::Try(stmt) => {
                declared(&stmt.body, out);
                for ExceptHandler::ExceptHandler(handler) in &stmt.handlers {
                    if let Some(name) = &handler.name {
                        out.push(Declared { name, how: How::Bound, range: handler.range });
                    }
                    declared(&handler.body, out);
                }
                declared(&stmt.orelse, out);
                declared(&stmt.finalbody, out);
            }
            Stmt::Match(stmt) => {
                for case in &stmt.cases {
                    let mut collector = Collector { names: HashSet::new() };
                    collector.visit_pattern(&case.pattern);
                    for name in collector.names {
                        out.push(Declared { name, how: How::Bound, range: case.range });
                    }
                    declared(&case.body, out);
                }
            }
            _ => {}
        }
    }
}

struct Collector<'a> {
    names: HashSet<&'a str>,
}

impl<'a> Collector<'a> {
    fn add(&mut self, name: Option<&'a Identifier>) {
        self.names.extend(name.map(Identifier::as_str));
    }
}

impl<'a> Visitor<'a> for Collector<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(stmt) => self.add(Some(&stmt.name)),
            Stmt::ClassDef(stmt) => self.add(Some(&stmt.name)),
            Stmt::Import(stmt) => {
                for alias in &stmt.names {
                    let name = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
                    self.names.extend(name.split('.').next());
                }
            }
            Stmt::ImportFrom(stmt) => {
                stmt.names
                    .iter()
                    .for_each(|alias| self.add(alias.asname.as_ref().or(Some(&alias.name))));
            }
            _ => visitor::walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) if name.ctx != ExprContext::Load => {
                self.names.insert(name.id.as_str());
            }
            Expr::Lambda(_) => {}
            _ => visitor::walk_expr(self, expr),
        }
    }

    /// What a comprehension's `for` binds is its own; what `:=` binds in it is not.
    fn visit_comprehension(&mut self, comprehension: &'a Comprehension) {
        self.visit_expr(&comprehension.iter);
        comprehension.ifs.iter().for_each(|test| self.visit_expr(test));
    }

    fn visit_except_handler(&mut self, handler: &'a ExceptHandler) {
        let ExceptHandler::ExceptHandler(inner) = handler;
        self.add(inner.name.as_ref());
        visitor::walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        match pattern {
            Pattern::MatchAs(pattern) => self.add(pattern.name.as_ref()),
            Pattern::MatchStar(pattern) => self.add(pattern.name.as_ref()),
            Pattern::MatchMapping(pattern) => self.add(pattern.rest.as_ref()),
            _ => {}
        }
        visitor::walk_pattern(self, pattern);
    }
}
