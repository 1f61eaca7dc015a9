//! Plain words for errors of the compile step.

use ruff_python_parser::semantic_errors::{
    AwaitOutsideAsyncFunctionKind as Await, SemanticSyntaxErrorKind as Error,
    YieldOutsideFunctionKind,
};

use crate::model::PythonVersion;
use crate::python::parse::ParsedFile;
use crate::python::problem::{ErrorKind as Kind, SyntaxProblem};
use crate::python::semantic::{SemanticError, SemanticKind};

pub(super) fn explain(file: &ParsedFile, error: SemanticError) -> SyntaxProblem {
    let (mut start, mut end) = (error.range.start().to_usize(), error.range.end().to_usize());
    let mut needs = None;
    let (kind, message, hint, cpython): (Kind, String, &str, String) = match error.kind {
        SemanticKind::Crate(Error::LoadBeforeGlobalDeclaration { name, start: at }) => {
            let used = file.lines.line(start);
            start = at.to_usize();
            end = start + "global".len();
            used_before(&name, "global", Some(used))
        }
        SemanticKind::Crate(inner) => {
            if let Error::NonModuleImportStar(_) | Error::DuplicateParameter(_) = inner {
                end = end.min(file.source.len());
            }
            known(&inner)
        }
        SemanticKind::DefaultExceptNotLast => (
            Kind::DefaultExceptNotLast,
            "except: without a type catches everything, so no other except may follow it"
                .to_owned(),
            "Move this except: to the end.",
            "default 'except:' must be last".to_owned(),
        ),
        SemanticKind::OldMatch => {
            needs = Some(PythonVersion { major: 3, minor: 10 });
            let message = format!(
                "match needs Python 3.10 or newer; this file is read by Python {}",
                file.target
            );
            (
                Kind::NeedsNewerPython,
                message,
                "Use a newer Python for this web app, or write if and elif.",
                "invalid syntax".to_owned(),
            )
        }
        SemanticKind::OldWith => {
            needs = Some(PythonVersion { major: 3, minor: 9 });
            let message = format!(
                "brackets around the parts of a with line need Python 3.9 or newer; this file is read by Python {}",
                file.target
            );
            (
                Kind::NeedsNewerPython,
                message,
                "Use a newer Python for this web app, or delete the brackets.",
                "invalid syntax".to_owned(),
            )
        }
        SemanticKind::NonlocalParameter(name) => (
            Kind::NonlocalOrGlobal,
            format!("{name} is a parameter of this function, so it cannot be nonlocal"),
            "Delete the nonlocal line, or rename the parameter.",
            format!("name '{name}' is parameter and nonlocal"),
        ),
        SemanticKind::NonlocalAndGlobal(name) => (
            Kind::NonlocalOrGlobal,
            format!("{name} is declared both nonlocal and global"),
            "Keep one of the two lines.",
            format!("name '{name}' is nonlocal and global"),
        ),
        SemanticKind::UsedBefore { name, word } => used_before(&name, word, None),
        SemanticKind::Own(own) => (own.kind, own.message, own.hint, own.cpython),
    };
    let mut problem = file.problem(start..end, kind, message);
    problem.hint = Some(hint.to_owned());
    problem.cpython_like = Some(cpython);
    problem.needs_python = needs;
    problem
}

fn used_before(name: &str, word: &str, line: Option<u32>) -> (Kind, String, &'static str, String) {
    let place = line.map_or_else(String::new, |line| format!(" (line {line})"));
    (
        Kind::NonlocalOrGlobal,
        format!("{name} is used before this {word} line{place}"),
        "Move the global or nonlocal line to the beginning of the function.",
        format!("name '{name}' is used prior to {word} declaration"),
    )
}

fn known(error: &Error) -> (Kind, String, &'static str, String) {
    let (kind, message, hint): (Kind, String, &str) = match error {
        Error::ReturnOutsideFunction => (
            Kind::ReturnOutsideFunction,
            "return stands outside of any function".to_owned(),
            "Indent it so that it belongs to its function, or delete it.",
        ),
        Error::YieldOutsideFunction(YieldOutsideFunctionKind::Await) => (
            Kind::AwaitOutsideAsync,
            "await stands outside of any function".to_owned(),
            "Put it into an async def function, and start that with asyncio.run(\u{2026}).",
        ),
        Error::YieldOutsideFunction(_) => (
            Kind::YieldOutsideFunction,
            "yield stands outside of any function".to_owned(),
            "Indent it so that it belongs to its function.",
        ),
        Error::AwaitOutsideAsyncFunction(kind) => {
            let what = match kind {
                Await::Await => "await",
                Await::AsyncFor => "async for",
                Await::AsyncWith => "async with",
                Await::AsyncComprehension => "a comprehension with async",
            };
            (
                Kind::AwaitOutsideAsync,
                format!("{what} works only inside a function that begins with async def"),
                "Write async def instead of def for the function around it.",
            )
        }
        Error::BreakOutsideLoop => (
            Kind::LoopControlOutsideLoop,
            "break stands outside of any loop".to_owned(),
            "Indent it so that it belongs to its for or while, or use return inside a function.",
        ),
        Error::ContinueOutsideLoop => (
            Kind::LoopControlOutsideLoop,
            "continue stands outside of any loop".to_owned(),
            "Indent it so that it belongs to its for or while, or use pass.",
        ),
        Error::DuplicateParameter(name) => (
            Kind::DuplicateArgument,
            format!("two parameters of this function have the name {name}"),
            "Rename one of the two.",
        ),
        Error::DuplicateKeywordArgument(name) => (
            Kind::Arguments,
            format!("the argument {name} is given twice in this call"),
            "Delete one of the two.",
        ),
        Error::NonlocalDeclarationAtModuleLevel => (
            Kind::NonlocalOrGlobal,
            "nonlocal works only inside a function".to_owned(),
            "Delete the line: outside of functions names need no declaration.",
        ),
        Error::NonlocalWithoutBinding(name) => (
            Kind::NonlocalOrGlobal,
            format!("no function around this one has a variable {name}"),
            "Write global for a variable of the module, or set the variable in the outer function first.",
        ),
        Error::GlobalParameter(name) => (
            Kind::NonlocalOrGlobal,
            format!("{name} is a parameter of this function, so it cannot be global"),
            "Delete the global line, or rename the parameter.",
        ),
        Error::LateFutureImport => (
            Kind::FutureImport,
            "imports from __future__ must stand at the top of the file, before all other code"
                .to_owned(),
            "Move this line to the top; only comments and the documentation text may stand above.",
        ),
        Error::FutureFeatureNotDefined(name) => (
            Kind::FutureImport,
            format!("__future__ has nothing called {name}"),
            "Check the spelling, or delete the line.",
        ),
        Error::NonModuleImportStar(_) => (
            Kind::ImportStarInFunction,
            "import * is not allowed inside a function or class".to_owned(),
            "Move the line to the top of the file, or name what you need.",
        ),
        Error::SingleStarredAssignment
        | Error::InvalidStarExpression
        | Error::MultipleStarredExpressions => (
            Kind::StarExpression,
            "a * cannot stand before a name here".to_owned(),
            "Put it into a list or tuple, as in [*a] or a, *b = c; only one * is allowed on the left of =.",
        ),
        Error::IrrefutableCasePattern(_)
        | Error::MultipleCaseAssignment(_)
        | Error::DuplicateMatchClassAttribute(_)
        | Error::DifferentMatchPatternBindings => (
            Kind::MatchPattern,
            format!("this case pattern cannot work: {}", plain(error)),
            "A bare name or _ matches everything, so it must come last; write a constant with a dot or as a value.",
        ),
        Error::DuplicateMatchKey(_) => (
            Kind::MatchPattern,
            "this case pattern asks for the same key twice".to_owned(),
            "Delete one of the two.",
        ),
        Error::WriteToDebug(_) => (
            Kind::CompileStep,
            "__debug__ is Python's own and cannot be given a value".to_owned(),
            "Use another name.",
        ),
        other => (
            Kind::CompileStep,
            plain(other),
            "Change this line: Python refuses it when it compiles the file.",
        ),
    };
    (kind, message, hint, plain(error))
}

/// The crate's own words, as it would print them.
fn plain(error: &Error) -> String {
    let shown = ruff_python_parser::semantic_errors::SemanticSyntaxError {
        kind: error.clone(),
        range: ruff_text_size::TextRange::default(),
        python_version: ruff_python_ast::PythonVersion::latest(),
    };
    shown.to_string().replace('`', "'")
}
