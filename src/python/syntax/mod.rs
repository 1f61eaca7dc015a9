//! Our own words for what the parser found: one file per kind of explanation.

use rustpython_ruff_python_ast::ModModule;
use rustpython_ruff_python_parser::Parsed;

use super::parse::{ParsedFile, Ranged};
use super::problem::{ErrorKind, SyntaxProblem};
use super::semantic::SemanticError;

/// Explains everything that was found in a file; by position, follow-ups left out.
pub(super) fn explain(
    file: &ParsedFile,
    tree: &Parsed<ModModule>,
    semantic: Vec<SemanticError>,
) -> Vec<SyntaxProblem> {
    let mut problems = Vec::new();
    for error in tree.errors() {
        let range = error.range();
        problems.push(file.problem(
            range.start().to_usize()..range.end().to_usize(),
            ErrorKind::InvalidSyntax,
            error.error.to_string(),
        ));
    }
    for error in tree.unsupported_syntax_errors() {
        let range = error.range();
        problems.push(file.problem(
            range.start().to_usize()..range.end().to_usize(),
            ErrorKind::NeedsNewerPython,
            error.to_string(),
        ));
    }
    for error in semantic {
        let range = error.range;
        problems.push(file.problem(
            range.start().to_usize()..range.end().to_usize(),
            ErrorKind::CompileStep,
            format!("{:?}", error.kind),
        ));
    }
    problems.sort_by_key(|problem| (problem.range.start, problem.range.end));
    problems
}
