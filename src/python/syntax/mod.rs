//! Our own words for what the parser found: one file per kind of explanation.
//!
//! The parser says where it noticed something; beginners need to know where the mistake is and what to do.
//! Each explainer looks at one error of the parser and either explains it or passes it on; follow-ups of
//! an explained error are left out.

mod assign;
mod brackets;
mod characters;
mod compile;
mod conflict;
mod copied;
mod echo;
mod generic;
mod imports;
mod indent;
mod languages;
mod listing;
mod missing;
mod pasted;
mod python2;
mod strings;
mod unquoted;
mod version;
mod whole;
mod words;

use std::ops::Range;

use ruff_python_ast::ModModule;
use ruff_python_parser::{ParseErrorType, Parsed};

use super::parse::{ParsedFile, Ranged, Token, TokenKind};
use super::problem::{ErrorKind, SyntaxProblem};
use super::semantic::SemanticError;
use brackets::Brackets;

/// More errors of the parser than this are not looked at.
const MOST: usize = 200;

/// Explains everything that was found in a file; by position, follow-ups left out.
pub(super) fn explain(
    file: &ParsedFile,
    tree: &Parsed<ModModule>,
    semantic: Vec<SemanticError>,
) -> Vec<SyntaxProblem> {
    let mut problems = if tree.errors().is_empty() {
        semantic.into_iter().take(MOST).map(|error| compile::explain(file, error)).collect()
    } else {
        parse_errors(file, tree)
    };
    let broken_from =
        problems.first().map_or(usize::MAX, |first: &SyntaxProblem| first.range.start);
    for error in tree.unsupported_syntax_errors().iter().take(MOST) {
        let problem = version::explain(file, error);
        // What the parser made of broken text may look like new syntax.
        if tree.errors().is_empty() || problem.range.end <= broken_from {
            problems.push(problem);
        }
    }
    problems.sort_by_key(|problem| (problem.range.start, problem.range.end));
    problems.dedup_by(|later, first| {
        later.line == first.line
            && (later.kind == first.kind || later.range.start < first.range.end)
    });
    problems
}

fn parse_errors(file: &ParsedFile, tree: &Parsed<ModModule>) -> Vec<SyntaxProblem> {
    if let Some(problem) = whole::explain(file) {
        return vec![problem];
    }
    let broken = Broken::new(file, tree);
    let (mut problems, blocks) = conflict::explain(&broken);
    let mut errors: Vec<Found<'_>> = tree
        .errors()
        .iter()
        .take(MOST)
        .map(|error| {
            broken.found(
                error.range().start().to_usize()..error.range().end().to_usize(),
                &error.error,
            )
        })
        .collect();
    errors.sort_by_key(|found| found.range.start);
    // A target that holds another error was only read as a target because of that.
    let starts: Vec<usize> = errors.iter().map(|found| found.range.start).collect();
    errors.retain(|found| {
        let inside = |at: &usize| found.range.start < *at && *at < found.range.end;
        !(matches!(found.error, ParseErrorType::InvalidAssignmentTarget)
            && starts.iter().any(inside))
    });
    let mut until = 0;
    let mut last_line = 0;
    for found in &errors {
        let at = found.range.start;
        if at < until || blocks.iter().any(|block| block.contains(&at)) {
            continue;
        }
        if !problems.is_empty() && broken.follows(found, last_line) {
            last_line = found.line.max(last_line);
            continue;
        }
        let Some(explained) = explain_one(&broken, found) else { continue };
        let problem = explained.problem;
        last_line = found.line.max(problem.line);
        until = until.max(explained.until).max(broken.line_end(last_line));
        if !(hides(broken.source, &problems, &problem)
            || echo::is_echo(&broken, found, &problems, &problem))
        {
            problems.push(problem);
        }
    }
    problems
}

/// A bracket is unclosed only because the quote or character behind it swallowed its closer.
fn hides(source: &str, problems: &[SyntaxProblem], unclosed: &SyntaxProblem) -> bool {
    let closer = match source.as_bytes().get(unclosed.range.start) {
        Some(b'(') => ')',
        Some(b'[') => ']',
        _ => '}',
    };
    unclosed.kind == ErrorKind::UnclosedBracket
        && problems.iter().any(|problem| {
            let swallowed = problem.range.start > unclosed.range.start
                && source.get(problem.range.clone()).is_some_and(|text| text.contains(closer));
            (problem.line == unclosed.line || swallowed)
                && matches!(
                    problem.kind,
                    ErrorKind::UnterminatedString
                        | ErrorKind::UnterminatedTripleString
                        | ErrorKind::CurlyQuote
                        | ErrorKind::OddCharacter
                        | ErrorKind::LineContinuation
                        | ErrorKind::FString
                        | ErrorKind::PastedMarkup
                )
        })
}

fn explain_one(broken: &Broken<'_>, found: &Found<'_>) -> Option<Explained> {
    const EXPLAINERS: [fn(&Broken<'_>, &Found<'_>) -> Option<Explained>; 15] = [
        listing::explain,
        pasted::explain,
        copied::explain,
        strings::explain,
        characters::explain,
        indent::explain,
        brackets::explain,
        unquoted::explain,
        python2::explain,
        languages::explain,
        imports::explain,
        words::explain,
        assign::explain,
        missing::explain,
        generic::explain,
    ];
    EXPLAINERS.iter().find_map(|explainer| explainer(broken, found))
}

/// A broken file with what all explainers need.
struct Broken<'a> {
    file: &'a ParsedFile,
    source: &'a str,
    /// Without comments and line ends inside brackets.
    tokens: Vec<Token>,
    brackets: Brackets,
}

/// One error of the parser.
struct Found<'a> {
    range: Range<usize>,
    error: &'a ParseErrorType,
    /// 1-based.
    line: u32,
    /// The line, without its end.
    text: &'a str,
    /// Index of the token at or behind the error.
    token: usize,
    /// Index of the first token of its logical line.
    first: usize,
}

/// An explanation, and how far it accounts for errors that follow.
struct Explained {
    problem: SyntaxProblem,
    /// Byte offset.
    until: usize,
}

impl<'a> Broken<'a> {
    fn new(file: &'a ParsedFile, tree: &Parsed<ModModule>) -> Self {
        let tokens: Vec<Token> = tree
            .tokens()
            .iter()
            .filter(|token| {
                !matches!(token.kind(), TokenKind::Comment | TokenKind::NonLogicalNewline)
            })
            .copied()
            .collect();
        let brackets = Brackets::of(&tokens);
        Self { file, source: &file.source, tokens, brackets }
    }

    fn found(&self, range: Range<usize>, error: &'a ParseErrorType) -> Found<'a> {
        let line = self.file.lines.line(range.start);
        let token = self.tokens.partition_point(|token| {
            token.start().to_usize() < range.start
                || (token.end().to_usize() <= range.start && token.range().is_empty())
        });
        let first = self.tokens[..token.min(self.tokens.len())]
            .iter()
            .rposition(|token| {
                matches!(
                    token.kind(),
                    TokenKind::Newline | TokenKind::Indent | TokenKind::Dedent | TokenKind::Semi
                )
            })
            .map_or(0, |index| index + 1);
        Found { text: self.file.lines.text(self.source, line), range, error, line, token, first }
    }

    /// What follows from an error that was explained already.
    fn follows(&self, found: &Found<'_>, last_line: u32) -> bool {
        let statement = matches!(found.error, ParseErrorType::OtherError(text)
            if text == "Expected a statement" || text.starts_with("Expected dedent"));
        let indent = matches!(found.error, ParseErrorType::UnexpectedIndentation);
        statement
            || (indent
                && (last_line..found.line).all(|line| line == last_line || self.is_blank(line)))
            || (found.line == last_line)
    }

    fn is_blank(&self, line: u32) -> bool {
        let text = self.file.lines.text(self.source, line).trim();
        text.is_empty() || text.starts_with('#')
    }

    fn kind(&self, index: usize) -> TokenKind {
        self.tokens.get(index).map_or(TokenKind::EndOfFile, Token::kind)
    }

    fn word(&self, index: usize) -> &'a str {
        self.tokens.get(index).map_or("", |token| {
            self.source.get(token.start().to_usize()..token.end().to_usize()).unwrap_or("")
        })
    }

    fn span(&self, index: usize) -> Range<usize> {
        self.tokens.get(index).map_or(self.source.len()..self.source.len(), |token| {
            token.start().to_usize()..token.end().to_usize()
        })
    }

    /// No space between a token and the one before.
    fn adjoins(&self, index: usize) -> bool {
        index > 0 && self.span(index - 1).end == self.span(index).start
    }

    /// The tokens of the logical line from `first` to its line end.
    fn statement(&self, first: usize) -> &[Token] {
        let rest = self.tokens.get(first..).unwrap_or(&[]);
        let len =
            rest.iter().position(|token| token.kind() == TokenKind::Newline).unwrap_or(rest.len());
        &rest[..len]
    }

    /// Byte offset behind a line.
    fn line_end(&self, line: u32) -> usize {
        self.file.lines.start(line) + self.file.lines.text(self.source, line).len()
    }

    /// A problem that accounts for the rest of its line.
    fn say(
        &self,
        range: Range<usize>,
        kind: ErrorKind,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Explained {
        let mut problem = self.file.problem(range, kind, message.into());
        problem.hint = Some(hint.into());
        let until = self.line_end(problem.end_line);
        Explained { problem, until }
    }
}

impl Explained {
    /// Adds what Python says.
    fn like(mut self, cpython: impl Into<String>) -> Self {
        self.problem.cpython_like = Some(cpython.into());
        self
    }

    /// Accounts for everything up to there.
    fn up_to(mut self, until: usize) -> Self {
        self.until = self.until.max(until);
        self
    }
}

/// Letters that must be changed, added, left out or swapped with their neighbour; stops counting at 3.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().take(20).collect();
    let b: Vec<char> = b.chars().take(20).collect();
    if a.len().abs_diff(b.len()) > 2 {
        return 3;
    }
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let mut best = (rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
                best = best.min(rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]));
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    best = best.min(rows[i - 2][j - 2] + 1);
                }
                best
            };
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests;
