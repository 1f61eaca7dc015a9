//! Bytes to a Python syntax tree with its problems. The parser crate stays behind this file.
//!
//! Anything may come in: [`parse_file`] neither panics nor overflows the stack. Trees are walked and dropped by
//! recursion, so walk them through [`ParsedFile::walk`], or inside [`with_deep_stack`] or [`each_core`].

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use ruff_python_ast::PythonVersion as AstVersion;
use ruff_python_parser::{Mode, ParseOptions, Parsed, parse_unchecked};

pub use ruff_python_ast as ast;
pub use ruff_python_ast::ModModule;
pub use ruff_python_ast::token::{Token, TokenKind};
pub use ruff_text_size::{Ranged, TextRange, TextSize};

use super::decode::{DecodeProblem, decode};
use super::limits::{Depth, depth};
pub use super::lines::LineIndex;
pub use super::problem::{ErrorKind, NotParsed, SyntaxProblem};
use super::stack::stack_bytes;
pub use super::stack::{each_core, with_deep_stack};
use super::{semantic, syntax};
use crate::model::PythonVersion;

/// The version for which code is judged when the site's is not known.
pub const DEFAULT_VERSION: PythonVersion = PythonVersion { major: 3, minor: 13 };

/// Depth (as estimated by `limits`) that any thread's stack holds, even in a build without optimisation.
const SHALLOW: u32 = 48;

/// Bytes of stack that one level of a tree may take, in a build without optimisation: a level takes at least one byte
/// of source, so of a small file it is known unseen that the stack holds it.
const LEVEL: usize = 16 << 10;

/// A Python file, read.
#[derive(Debug)]
pub struct ParsedFile {
    /// As given; for messages only.
    pub name: String,
    /// Decoded, without byte order mark. All ranges point into it.
    pub source: String,
    /// `utf-8`, `latin-1`, … as in the cookie.
    pub encoding: String,
    /// Bytes of the byte order mark that stands before `source` in the file.
    pub bom: usize,
    /// Byte offsets in `source`, plus `bom`, are byte offsets in the file: it may be edited by them.
    pub same_bytes: bool,
    pub lines: LineIndex,
    /// By position; the first is the one to show in full.
    pub errors: Vec<SyntaxProblem>,
    /// Why there is no tree though nothing is known to be wrong.
    pub not_parsed: Option<NotParsed>,
    /// The version for which it was judged.
    pub target: PythonVersion,
    tree: Option<Tree>,
    /// The depth of a tree that was let go.
    gone: Option<u32>,
}

/// A tree that is dropped where the stack is deep enough for it.
#[derive(Debug)]
pub(super) struct Tree {
    /// As estimated by `limits`.
    depth: u32,
    /// Taken when it is dropped.
    parsed: Option<Contents>,
}

#[derive(Debug)]
enum Contents {
    Whole(Parsed<ModModule>),
    /// Functions have no bodies any more, and there are no tokens.
    Outline(ModModule),
}

impl Tree {
    fn is_outline(&self) -> bool {
        matches!(self.parsed, Some(Contents::Outline(_)))
    }
}

/// A comment: where it stands and what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comment<'s> {
    /// 1-based.
    pub line: u32,
    pub range: TextRange,
    /// From the `#` to the end of the line.
    pub text: &'s str,
}

/// Reads one file. `target` is the Python that will run it; [`DEFAULT_VERSION`] if that is not known.
///
/// A file that is broken still has a tree (of what could be read), unless its bytes, its size or its nesting forbid it.
pub fn parse_file(bytes: &[u8], name: &str, target: Option<PythonVersion>) -> ParsedFile {
    let target = target.unwrap_or(DEFAULT_VERSION);
    let decoded = decode(bytes);
    let mut file = ParsedFile {
        name: name.to_owned(),
        lines: LineIndex::new(&decoded.text),
        source: decoded.text,
        encoding: decoded.encoding,
        bom: decoded.bom,
        same_bytes: decoded.same_bytes,
        errors: Vec::new(),
        not_parsed: None,
        target,
        tree: None,
        gone: None,
    };
    let problem = decoded.problem.map(|problem| file.decode_error(problem));
    if decoded.unreadable {
        file.errors.extend(problem);
        return file;
    }
    if file.source.len() <= stack_bytes() / LEVEL {
        file.parse_small();
    } else {
        file.parse_judged();
    }
    if let Some(problem) = problem {
        // What the parser says about the same line comes from the replaced bytes.
        file.errors.retain(|error| error.line != problem.line);
        file.errors.push(problem);
        file.errors.sort_by_key(|error| (error.range.start, error.range.end));
    }
    file
}

impl ParsedFile {
    /// The tree; of a broken file what could be read.
    pub fn module(&self) -> Option<&ModModule> {
        match self.tree.as_ref()?.parsed.as_ref()? {
            Contents::Whole(parsed) => Some(parsed.syntax()),
            Contents::Outline(module) => Some(module),
        }
    }

    /// All tokens with comments, in order; empty without a whole tree.
    pub fn tokens(&self) -> &[Token] {
        match self.tree.as_ref().and_then(|tree| tree.parsed.as_ref()) {
            Some(Contents::Whole(parsed)) => parsed.tokens(),
            _ => &[],
        }
    }

    /// Nothing is known to be wrong, and it was examined.
    pub fn is_valid(&self) -> bool {
        self.errors.is_empty() && (self.tree.is_some() || self.gone.is_some())
    }

    /// Frees the tree, which takes some thirty times the memory of the source, until [`Self::bring_back`].
    pub(super) fn let_go(&mut self) -> Option<Tree> {
        let tree = self.tree.take();
        self.gone = tree.as_ref().map(|tree| tree.depth).or(self.gone);
        tree
    }

    /// Parses again what was let go.
    pub(super) fn bring_back(&mut self) {
        let outline = self.tree.as_ref().filter(|tree| tree.is_outline()).map(|tree| tree.depth);
        if let Some(depth) = self.gone.take().or(outline) {
            let errors = std::mem::take(&mut self.errors);
            self.parse(depth);
            self.errors = errors;
        }
    }

    /// Frees what only calls need, the bodies of functions: most of the tree. Whoever parsed a file frees them at
    /// once, while they are in the cache, and for far less than another thread would pay.
    pub(super) fn keep_outline(&mut self) {
        let Some(tree) = &mut self.tree else { return };
        if tree.depth > SHALLOW {
            return;
        }
        if let Some(Contents::Whole(parsed)) = tree.parsed.take() {
            let mut module = parsed.into_syntax();
            super::outline::strip(&mut module.body);
            tree.parsed = Some(Contents::Outline(module));
        }
    }

    /// Bodies of functions and tokens are there, as far as the file could be read.
    pub(super) fn is_whole(&self) -> bool {
        self.gone.is_none() && self.tree.as_ref().is_none_or(|tree| !tree.is_outline())
    }

    /// The same file with its whole tree.
    pub(super) fn again(&self) -> Self {
        let mut file = Self {
            name: self.name.clone(),
            source: self.source.clone(),
            encoding: self.encoding.clone(),
            bom: self.bom,
            same_bytes: self.same_bytes,
            lines: self.lines.clone(),
            errors: self.errors.clone(),
            not_parsed: self.not_parsed.clone(),
            target: self.target,
            tree: None,
            gone: self.gone.or(self.tree.as_ref().map(|tree| tree.depth)),
        };
        file.bring_back();
        file
    }

    /// The comments, for `# diagnose: ignore[…]`.
    pub fn comments(&self) -> impl Iterator<Item = Comment<'_>> {
        self.tokens().iter().filter(|token| token.kind() == TokenKind::Comment).map(|token| {
            Comment {
                line: self.lines.line(token.start().to_usize()),
                range: token.range(),
                text: self.text(token.range()),
            }
        })
    }

    /// The source of a node or token.
    pub fn text(&self, range: TextRange) -> &str {
        self.source.get(range.start().to_usize()..range.end().to_usize()).unwrap_or("")
    }

    /// 1-based line and column (in characters) of a byte offset.
    pub fn position(&self, offset: TextSize) -> (u32, u32) {
        self.lines.position(&self.source, offset.to_usize())
    }

    /// Runs `work` on the tree where the stack is deep enough to walk it; `None` without a tree.
    pub fn walk<R: Send>(&self, work: impl FnOnce(&ModModule) -> R + Send) -> Option<R> {
        let module = self.module()?;
        let depth = self.tree.as_ref().map_or(0, |tree| tree.depth);
        Some(if depth <= SHALLOW { work(module) } else { with_deep_stack(|| work(module)) })
    }

    /// A problem at a range of the source, without the optional parts.
    pub(super) fn problem(
        &self,
        range: Range<usize>,
        kind: ErrorKind,
        message: String,
    ) -> SyntaxProblem {
        let start = self.source.floor_char_boundary(range.start.min(self.source.len()));
        let end = self.source.ceil_char_boundary(range.end.clamp(start, self.source.len()));
        let (line, column) = self.lines.position(&self.source, start);
        let (end_line, end_column) = self.lines.position(&self.source, end);
        SyntaxProblem {
            line,
            column,
            end_line,
            end_column,
            range: start..end,
            kind,
            message,
            cpython_like: None,
            hint: None,
            needs_python: None,
        }
    }

    fn decode_error(&self, problem: DecodeProblem) -> SyntaxProblem {
        let mut error = self.problem(problem.range, problem.kind, problem.message);
        error.cpython_like = problem.cpython_like;
        error.hint = Some(problem.hint);
        error
    }

    /// Parses a file that this stack holds, however deep its tree, and looks at the depth afterwards.
    fn parse_small(&mut self) {
        self.parse_here(SHALLOW);
        let valid = self.errors.is_empty() && self.tree.is_some();
        if valid && super::nesting::bound(self.tokens()) <= SHALLOW {
            return;
        }
        match depth(&self.source) {
            Depth::Fine(depth) => {
                if let Some(tree) = &mut self.tree {
                    tree.depth = depth;
                }
            }
            refused => {
                self.tree = None;
                self.errors.clear();
                self.not_parsed = None;
                self.refuse(refused);
            }
        }
    }

    /// Parses a file if it is not too deep.
    fn parse_judged(&mut self) {
        match depth(&self.source) {
            Depth::Fine(depth) => self.parse(depth),
            refused => self.refuse(refused),
        }
    }

    fn refuse(&mut self, depth: Depth) {
        match depth {
            Depth::Fine(_) => {}
            Depth::Error { range, kind, message, cpython_like, hint } => {
                let mut error = self.problem(range, kind, message);
                error.cpython_like = Some(cpython_like.to_owned());
                error.hint = Some(hint.to_owned());
                self.errors.push(error);
            }
            Depth::TooMuch(why) => self.not_parsed = Some(why),
        }
    }

    fn parse(&mut self, depth: u32) {
        if depth <= SHALLOW {
            self.parse_here(depth);
        } else {
            with_deep_stack(|| self.parse_here(depth));
        }
    }

    fn parse_here(&mut self, depth: u32) {
        let room = match stack_bytes() {
            0 => 200,
            bytes if bytes < 32 << 20 => 3_000,
            _ => u32::MAX,
        };
        if depth > room {
            self.not_parsed = Some(NotParsed {
                why:
                    "the file nests deeply and this machine does not give the memory to examine it"
                        .to_owned(),
            });
            return;
        }
        // The parser is a big program of its own: whatever it stumbles over must not end ours.
        let parsed = catch_unwind(AssertUnwindSafe(|| {
            let options =
                ParseOptions::from(Mode::Module).with_target_version(version(self.target));
            let tree = parse_unchecked(&self.source, options).try_into_module()?;
            let semantic = if tree.errors().is_empty() {
                semantic::check(&self.source, tree.syntax(), version(self.target))
            } else {
                Vec::new()
            };
            Some((tree, semantic))
        }));
        match parsed {
            Ok(Some((tree, semantic))) => {
                if !(tree.has_no_syntax_errors() && semantic.is_empty()) {
                    self.errors = syntax::explain(self, &tree, semantic);
                }
                self.tree = Some(Tree { depth, parsed: Some(Contents::Whole(tree)) });
            }
            _ => {
                self.not_parsed =
                    Some(NotParsed { why: "the parser could not cope with this file".to_owned() });
            }
        }
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let parsed = self.parsed.take();
        if self.depth > SHALLOW {
            with_deep_stack(move || drop(parsed));
        }
    }
}

/// The parser's type for a version.
fn version(version: PythonVersion) -> AstVersion {
    AstVersion { major: version.major, minor: version.minor }
}

#[cfg(test)]
#[path = "parse_test.rs"]
mod tests;
