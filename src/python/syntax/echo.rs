//! Errors that exist only because of one before them: not worth a word while that one stands.

use super::{Broken, Found, generic};
use crate::python::parse::TokenKind;
use crate::python::problem::{ErrorKind as Kind, SyntaxProblem};

/// Whether a problem most probably goes away with an earlier one.
pub(super) fn is_echo(
    broken: &Broken<'_>,
    found: &Found<'_>,
    earlier: &[SyntaxProblem],
    problem: &SyntaxProblem,
) -> bool {
    let Some(last) = earlier.last() else { return false };
    // The parser stands between two lines when it looks for its way back.
    let beside = problem.line == last.line
        || problem.line == last.line + 1 && !speaks_for_itself(problem.kind);
    // Its `if` or `try` was not understood.
    let clause = matches!(
        broken.kind(found.first),
        TokenKind::Elif | TokenKind::Else | TokenKind::Except | TokenKind::Finally
    );
    let blocks = is_layout(problem.kind) && earlier.iter().any(|first| moves_blocks(first.kind));
    beside || clause || blocks || generic::is_vague(problem)
}

/// Tokens and words that are wrong wherever they stand.
fn speaks_for_itself(kind: Kind) -> bool {
    kind.slug().starts_with("python2-")
        || matches!(
            kind,
            Kind::UnclosedBracket
                | Kind::UnmatchedBracket
                | Kind::UnterminatedString
                | Kind::UnterminatedTripleString
                | Kind::CurlyQuote
                | Kind::OddCharacter
                | Kind::InvisibleCharacter
                | Kind::MissingColon
                | Kind::AssignInCondition
                | Kind::MisspelledKeyword
        )
}

/// Says that lines do not belong together as they stand.
fn is_layout(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::TabsAndSpaces
            | Kind::UnexpectedIndent
            | Kind::MissingIndent
            | Kind::UnindentMismatch
            | Kind::ElseWithoutIf
            | Kind::TryWithoutExcept
            | Kind::InvalidSyntax
    )
}

/// After it, nobody knows which block a line belongs to: the layout itself, and lines that are not Python and
/// end a block where they stand.
fn moves_blocks(kind: Kind) -> bool {
    is_layout(kind)
        || matches!(
            kind,
            Kind::ShellCommand
                | Kind::PastedPrompt
                | Kind::PastedTraceback
                | Kind::PastedMarkup
                | Kind::MarkdownFence
                | Kind::NotebookMagic
                | Kind::MergeConflict
                | Kind::OtherLanguage
                | Kind::TwoStatements
        )
}
