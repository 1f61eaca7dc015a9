//! One Python file, decoded and parsed, with what is needed to point into it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use ruff_python_ast::Stmt;
use ruff_text_size::TextRange;

use super::parse::{ParsedFile, parse_file};
use super::problem::SyntaxProblem;
use crate::model::{Place, PythonVersion};

/// A file that was read. Lives and dies on a deep stack.
#[derive(Debug)]
pub struct Source {
    /// The name to show.
    pub shown: Arc<str>,
    /// File at hand.
    pub disk: PathBuf,
    pub parsed: ParsedFile,
    postpones_annotations: OnceLock<bool>,
}

impl Source {
    /// Parses bytes.
    pub fn parse(bytes: &[u8], shown: &str, disk: &Path, target: Option<PythonVersion>) -> Self {
        Self {
            shown: shown.into(),
            disk: disk.to_owned(),
            parsed: parse_file(bytes, shown, target),
            postpones_annotations: OnceLock::new(),
        }
    }

    /// The same file with its whole tree.
    pub(super) fn again(&self) -> Self {
        Self {
            shown: Arc::clone(&self.shown),
            disk: self.disk.clone(),
            parsed: self.parsed.again(),
            postpones_annotations: self.postpones_annotations.clone(),
        }
    }

    /// The statements; of a broken file what could be read. Functions of an outline have no bodies.
    pub fn body(&self) -> &[Stmt] {
        self.parsed.module().map_or(&[], |module| &module.body)
    }

    /// 1-based line of a byte offset.
    pub fn line_of(&self, offset: u32) -> u32 {
        self.parsed.lines.line(offset as usize)
    }

    /// The decoded text.
    pub fn text(&self) -> &str {
        &self.parsed.source
    }

    /// Whether `from __future__ import annotations` may stand in it: asked for every definition.
    pub fn postpones_annotations(&self) -> bool {
        *self.postpones_annotations.get_or_init(|| {
            let has = |word: &[u8]| memchr::memmem::find(self.text().as_bytes(), word).is_some();
            has(b"from __future__ import") && has(b"annotations")
        })
    }

    /// What keeps the file from running on this Python.
    pub fn problems(&self) -> &[SyntaxProblem] {
        &self.parsed.errors
    }

    /// Bytes of the file for a range of the text; `None` where the file is stored otherwise.
    pub fn file_range(&self, range: TextRange) -> Option<(u32, u32)> {
        let shift = u32::try_from(self.parsed.bom).ok()?;
        self.parsed
            .same_bytes
            .then(|| (range.start().to_u32() + shift, range.end().to_u32() + shift))
    }

    /// The place of a range.
    pub fn place(&self, range: TextRange) -> Place {
        let (line, column) = self.parsed.lines.position(self.text(), range.start().to_usize());
        let (end_line, end_column) =
            self.parsed.lines.position(self.text(), range.end().to_usize());
        Place {
            file: Arc::clone(&self.shown),
            line: Some(line),
            column: Some(column),
            end_line: Some(end_line),
            end_column: Some(end_column),
        }
    }

    /// The line on which a range starts, bounded; with its indentation, which columns count.
    pub fn excerpt(&self, range: TextRange) -> String {
        let line = self.parsed.lines.line(range.start().to_usize());
        self.parsed.lines.text(self.text(), line).trim_end().chars().take(300).collect()
    }

    /// Whether a place lies in the indented lines below a broken line: if and when these run, only that
    /// line could say (`if __name__ = "__main__":`).
    pub fn is_below_broken(&self, offset: u32) -> bool {
        let line = self.line_of(offset);
        // What stands on a broken line itself was pieced together.
        if self.problems().iter().any(|p| p.line == line && p.needs_python.is_none()) {
            return true;
        }
        let text = |line: u32| self.parsed.lines.text(self.text(), line);
        let indent = |line: u32| text(line).len() - text(line).trim_start().len();
        let before = self.problems().iter().filter(|problem| {
            problem.line < line && line - problem.line <= 400 && problem.needs_python.is_none()
        });
        before.rev().take(3).any(|problem| {
            let margin = indent(problem.line);
            (problem.line + 1..=line).all(|at| text(at).trim().is_empty() || indent(at) > margin)
        })
    }

    /// The source text of a range.
    pub fn slice(&self, range: TextRange) -> &str {
        self.text().get(range.start().to_usize()..range.end().to_usize()).unwrap_or("")
    }
}
