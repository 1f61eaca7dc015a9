//! Syntax that the site's Python does not know yet, or no more.

use ruff_python_parser::{UnsupportedSyntaxError, UnsupportedSyntaxErrorKind as Unsupported};
use ruff_text_size::Ranged;

use crate::model::PythonVersion;
use crate::python::parse::ParsedFile;
use crate::python::problem::{ErrorKind, SyntaxProblem};

pub(super) fn explain(file: &ParsedFile, error: &UnsupportedSyntaxError) -> SyntaxProblem {
    let range = error.range().start().to_usize()..error.range().end().to_usize();
    let text = file.source.get(range.clone()).unwrap_or("");
    if error.kind == Unsupported::UnparenthesizedExceptionTypes
        && let Some((kinds, name)) = python2_except(text)
    {
        let message = format!(
            "this is Python 2's except; in Python 3 the name follows behind as ({kinds} as {name})"
        );
        let mut problem = file.problem(range, ErrorKind::Python2Except, message);
        problem.hint = Some(format!("Write except {kinds} as {name}:"));
        problem.cpython_like = Some("multiple exception types must be parenthesized".to_owned());
        return problem;
    }
    let shown = error.to_string();
    let (what, hint) = words(error.kind);
    let needs = added(&shown);
    let message = match needs {
        Some(version) => format!(
            "{what} need Python {version} or newer; this file is read by Python {}",
            file.target
        ),
        None => format!("{what}: Python {} no longer accepts that", file.target),
    };
    let kind = if needs.is_some() { ErrorKind::NeedsNewerPython } else { ErrorKind::RemovedSyntax };
    let mut problem = file.problem(range, kind, message);
    problem.hint = Some(match needs {
        Some(version) => {
            format!("Use Python {version} for this web app, or write it the old way: {hint}")
        }
        None => hint.to_owned(),
    });
    problem.cpython_like = Some("invalid syntax".to_owned());
    problem.needs_python = needs;
    problem
}

/// `ImportError, e`: the second is a name for the exception, not a type.
fn python2_except(text: &str) -> Option<(&str, &str)> {
    let (kinds, name) = text.rsplit_once(',')?;
    let (kinds, name) = (kinds.trim(), name.trim());
    let simple = name.starts_with(|c: char| c.is_lowercase() || c == '_')
        && name.chars().all(|c| c.is_alphanumeric() || c == '_')
        && !name.ends_with("error");
    let one = !kinds.contains(',') || (kinds.starts_with('(') && kinds.ends_with(')'));
    (simple && one).then_some((kinds, name))
}

/// The version out of `… (syntax was added in Python 3.12)`.
fn added(shown: &str) -> Option<PythonVersion> {
    let (_, version) = shown.rsplit_once("added in Python ")?;
    let (major, minor) = version.trim_end_matches(')').split_once('.')?;
    Some(PythonVersion { major: major.parse().ok()?, minor: minor.parse().ok()? })
}

fn words(kind: Unsupported) -> (&'static str, &'static str) {
    match kind {
        Unsupported::Match => ("match statements", "if and elif."),
        Unsupported::Walrus => ("assignments with :=", "an assignment in a line of its own."),
        Unsupported::ExceptStar => ("except* blocks", "a usual except."),
        Unsupported::UnparenthesizedNamedExpr(_) => {
            ("assignments with := without brackets here", "(name := value) with brackets.")
        }
        Unsupported::StarTuple(_) => {
            ("values with * in return and yield without brackets", "brackets around the values.")
        }
        Unsupported::RelaxedDecorator(_) => {
            ("decorators of this kind", "give the decorator a name in a line above.")
        }
        Unsupported::PositionalOnlyParameter => ("parameters before a /", "delete the /."),
        Unsupported::ParenthesizedKeywordArgumentName => {
            ("brackets around an argument's name", "Delete the brackets.")
        }
        Unsupported::TypeParameterList => {
            ("type parameters in square brackets", "TypeVar and Generic from typing.")
        }
        Unsupported::LazyImportStatement => ("lazy imports", "a usual import."),
        Unsupported::TypeAliasStatement => ("type statements", "NAME = TYPE."),
        Unsupported::TypeParamDefault => {
            ("defaults of type parameters", "TypeVar from typing_extensions.")
        }
        Unsupported::Pep701FString(_) => (
            "f-strings with the same quotes, backslashes or comments inside their braces",
            "use the other kind of quotes inside the braces, or a variable.",
        ),
        Unsupported::ParenthesizedContextManager => {
            ("brackets around the parts of a with line", "one with per line.")
        }
        Unsupported::StarExpressionInIndex | Unsupported::StarAnnotation => {
            ("stars in this place", "a tuple.")
        }
        Unsupported::UnpackingInComprehension(_) => ("stars in comprehensions", "a second for."),
        Unsupported::UnparenthesizedUnpackInFor => {
            ("stars in a for line without brackets", "brackets around the values.")
        }
        Unsupported::UnparenthesizedExceptionTypes => {
            ("several exceptions without brackets", "except (A, B):")
        }
        Unsupported::TemplateStrings => ("t-strings", "an f-string."),
    }
}
