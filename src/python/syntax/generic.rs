//! Plain words for the parser's remaining errors.

use ruff_python_parser::ParseErrorType as Error;

use super::{Broken, Explained, Found};
use crate::python::parse::TokenKind;
use crate::python::problem::{ErrorKind as Kind, SyntaxProblem};

pub(super) fn explain(broken: &Broken<'_>, found: &Found<'_>) -> Option<Explained> {
    let (kind, message, hint, cpython) = known(found.error).or_else(|| by_place(broken, found)).unwrap_or_else(|| {
        let word = broken.word(found.token);
        let shown = word.trim();
        let message = if shown.is_empty() || shown.len() > 30 {
            "Python does not understand this place".to_owned()
        } else {
            format!("Python did not expect `{shown}` here")
        };
        (Kind::InvalidSyntax, message, "Look at this line and the one above for a missing bracket, comma, quote or operator.", "invalid syntax")
    });
    Some(broken.say(found.range.clone(), kind, message, hint).like(cpython))
}

/// It says no more than that something is wrong: not worth a place beside a better explanation.
pub(super) fn is_vague(problem: &SyntaxProblem) -> bool {
    problem.kind == Kind::InvalidSyntax && problem.hint.as_deref() == Some(LOOK_AROUND)
}

const LOOK_AROUND: &str =
    "Look at this line and the one above for a missing bracket, comma, quote or operator.";

type Words = (Kind, String, &'static str, &'static str);

fn known(error: &Error) -> Option<Words> {
    let (kind, message, hint, cpython) = match error {
        Error::NonDefaultParamAfterDefaultParam => (
            Kind::Parameters,
            "a parameter without a default stands behind one that has a default",
            "Put the parameters with = last, or give this one a default too.",
            "non-default argument follows default argument",
        ),
        Error::ParamAfterVarKeywordParam => (
            Kind::Parameters,
            "nothing may stand behind the ** parameter",
            "Move the parameter with ** to the end.",
            "arguments cannot follow var-keyword argument",
        ),
        Error::ExpectedKeywordParam => (
            Kind::Parameters,
            "a lone * must be followed by a named parameter",
            "Add a parameter behind the *, or delete the *.",
            "named arguments must follow bare *",
        ),
        Error::VarParameterWithDefault => (
            Kind::Parameters,
            "a parameter with * or ** cannot have a default",
            "Delete the = and what follows.",
            "var-positional argument cannot have default value",
        ),
        Error::PositionalAfterKeywordArgument | Error::PositionalAfterKeywordUnpacking => (
            Kind::Arguments,
            "an argument without a name stands behind one with a name",
            "Put the arguments without NAME= first, or write NAME= before this one.",
            "positional argument follows keyword argument",
        ),
        Error::InvalidArgumentUnpackingOrder => (
            Kind::Arguments,
            "*arguments must stand before **arguments",
            "Swap the two.",
            "iterable argument unpacking follows keyword argument unpacking",
        ),
        Error::InvalidStarredExpressionUsage
        | Error::IterableUnpackingInComprehension
        | Error::InvalidStarPatternUsage => (
            Kind::StarExpression,
            "a * cannot stand before a value here",
            "Put the value into a list or tuple, as in [*a], or delete the *.",
            "can't use starred expression here",
        ),
        Error::UnparenthesizedNamedExpression => (
            Kind::InvalidSyntax,
            ":= needs round brackets here",
            "Write (name := value), or use = in a line of its own.",
            "invalid syntax",
        ),
        Error::UnparenthesizedTupleExpression => (
            Kind::InvalidSyntax,
            "several values need round brackets here",
            "Put round brackets around the values.",
            "invalid syntax",
        ),
        Error::InvalidYieldExpressionUsage => (
            Kind::InvalidSyntax,
            "yield needs round brackets here",
            "Write (yield \u{2026}).",
            "invalid syntax",
        ),
        Error::InvalidLambdaExpressionUsage => (
            Kind::InvalidSyntax,
            "a lambda needs round brackets here",
            "Write (lambda \u{2026}: \u{2026}).",
            "invalid syntax",
        ),
        Error::EmptySlice => (
            Kind::MissingOperand,
            "the square brackets are empty: they need an index or a key",
            "Write which item you want, as in x[0] or x['key'].",
            "invalid syntax",
        ),
        Error::EmptyGlobalNames | Error::EmptyNonlocalNames => (
            Kind::InvalidSyntax,
            "a name is missing behind global or nonlocal",
            "Write the name of the variable.",
            "invalid syntax",
        ),
        Error::EmptyDeleteTargets => (
            Kind::DeleteTarget,
            "del does not say what to delete",
            "Write the name behind del.",
            "invalid syntax",
        ),
        Error::UnexpectedTokenAfterAsync(_) => (
            Kind::InvalidSyntax,
            "behind async only def, with or for may stand",
            "async is a word of the language: choose another name, or write async def.",
            "invalid syntax",
        ),
        Error::InvalidMatchPatternTarget => (
            Kind::MatchPattern,
            "as _ is not allowed in a case pattern",
            "Delete it, or write a name.",
            "cannot use '_' as a target",
        ),
        Error::ExpectedRealNumber | Error::ExpectedImaginaryNumber => (
            Kind::MatchPattern,
            "this is no pattern that case knows",
            "Write a value, a name or a type there.",
            "invalid syntax",
        ),
        _ => return None,
    };
    Some((kind, message.to_owned(), hint, cpython))
}

fn by_place(broken: &Broken<'_>, found: &Found<'_>) -> Option<Words> {
    let start = broken.statement(found.first);
    let is_class = start.iter().take(1).any(|token| token.kind() == TokenKind::Class);
    let is_def = start.iter().take(2).any(|token| token.kind() == TokenKind::Def);
    match found.error {
        Error::UnparenthesizedGeneratorExpression if is_class => Some((
            Kind::Arguments,
            "a class cannot be derived from a for \u{2026} in".to_owned(),
            "Write the class's bases between the brackets, with commas.",
            "invalid syntax",
        )),
        Error::UnparenthesizedGeneratorExpression => Some((
            Kind::Arguments,
            "this for expression needs round brackets, since other arguments stand beside it"
                .to_owned(),
            "Write (x for x in \u{2026}) with its own brackets.",
            "Generator expression must be parenthesized",
        )),
        Error::ExpectedToken { expected: TokenKind::Else, .. } => Some((
            Kind::InvalidSyntax,
            "a value with if in the same line also needs else".to_owned(),
            "Write VALUE if CONDITION else OTHER.",
            "expected 'else' after 'if' expression",
        )),
        Error::ExpectedToken { expected: TokenKind::Lpar, .. } if is_def => Some((
            Kind::InvalidSyntax,
            "the brackets are missing behind the function's name".to_owned(),
            "Write def NAME(): even when there are no parameters.",
            "expected '('",
        )),
        Error::ExpectedToken { expected: TokenKind::Rpar, .. } if is_def => Some((
            Kind::Parameters,
            "the parameters of a function must be names".to_owned(),
            "Write names between the brackets; values belong into the call.",
            "invalid syntax",
        )),
        Error::ExpectedToken { expected: TokenKind::In, .. } => Some((
            Kind::InvalidSyntax,
            "in is missing in this for line".to_owned(),
            "Write for NAME in LIST:",
            "invalid syntax",
        )),
        Error::ExpectedToken { expected: TokenKind::Import, .. } => Some((
            Kind::BadImport,
            "import is missing in this from line".to_owned(),
            "Write from MODULE import NAME.",
            "invalid syntax",
        )),
        Error::OtherError(text) if text == "Expected a parameter name" => Some((
            Kind::Arguments,
            "left of = in a call only a simple name may stand".to_owned(),
            "Write NAME=value, or == to compare.",
            "expression cannot contain assignment, perhaps you meant \"==\"?",
        )),
        _ => None,
    }
}
