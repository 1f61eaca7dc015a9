//! What of a syntax tree is executed when its file is imported: all but the bodies of functions.

use ruff_python_ast::{self as ast, Stmt};

/// Empties the bodies of functions. Recursion ends where the parser's own did: only for trees that are not deep.
pub(super) fn strip(body: &mut [Stmt]) {
    for stmt in body {
        match stmt {
            Stmt::FunctionDef(def) => def.body = ast::Suite::default(),
            Stmt::ClassDef(def) => strip(&mut def.body),
            Stmt::If(node) => {
                strip(&mut node.body);
                for clause in &mut node.elif_else_clauses {
                    strip(&mut clause.body);
                }
            }
            Stmt::For(node) => {
                strip(&mut node.body);
                strip(&mut node.orelse);
            }
            Stmt::While(node) => {
                strip(&mut node.body);
                strip(&mut node.orelse);
            }
            Stmt::With(node) => strip(&mut node.body),
            Stmt::Try(node) => {
                strip(&mut node.body);
                for ast::ExceptHandler::ExceptHandler(handler) in &mut node.handlers {
                    strip(&mut handler.body);
                }
                strip(&mut node.orelse);
                strip(&mut node.finalbody);
            }
            Stmt::Match(node) => {
                for case in &mut node.cases {
                    strip(&mut case.body);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::python::interp::scopes;
    use crate::python::parse::parse_file;

    #[test]
    fn an_outline_becomes_whole_again() {
        let text = "class A:\n    def f(self):  # one\n        inner = 1\nif x:\n    pass\nelse:\n    async def g():\n        inner = 2\ntry:\n    pass\nexcept E:\n    def h():\n        inner = 3\n";
        let mut file = parse_file(text.as_bytes(), "m.py", None);
        let names = |file: &crate::python::parse::ParsedFile| {
            let body = file.module().map_or(&[][..], |module| &module.body);
            let names = scopes::names(text, body);
            (names.anywhere.contains("inner"), names.module.contains_key("g"))
        };
        assert_eq!((names(&file), file.comments().count()), ((true, true), 1));
        file.keep_outline();
        assert!(!file.is_whole() && file.is_valid());
        assert_eq!((names(&file), file.comments().count()), ((false, true), 0));
        let again = file.again();
        assert!(again.is_whole());
        assert_eq!((names(&again), again.comments().count()), ((true, true), 1));
        file.bring_back();
        assert!(file.is_whole());
        assert_eq!(names(&file), (true, true));
        // What was let go has no outline either.
        file.let_go();
        file.keep_outline();
        assert!(!file.is_whole() && file.module().is_none());
        assert_eq!(file.again().comments().count(), 1);
    }
}
