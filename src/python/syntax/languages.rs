//! Habits from other languages: braces, `else if`, `&&`, `++`, `//`, `var`.

use ruff_python_parser::{LexicalErrorType, ParseErrorType};

use super::{Broken, Explained, Found};
use crate::python::parse::TokenKind;
use crate::python::problem::ErrorKind;

pub(super) fn explain(broken: &Broken<'_>, found: &Found<'_>) -> Option<Explained> {
    let say = |range, message: &str, hint: &str| {
        Some(broken.say(range, ErrorKind::OtherLanguage, message, hint).like("invalid syntax"))
    };
    let at = broken.kind(found.token);
    let first = broken.kind(found.first);
    let twice =
        |kind| at == kind && broken.adjoins(found.token) && broken.kind(found.token - 1) == kind;
    match found.error {
        ParseErrorType::ExpectedToken { expected: TokenKind::Colon, found: TokenKind::Lbrace } => {
            let end = broken.brackets.end_of(found.range.start).unwrap_or(found.range.end);
            return say(
                found.range.clone(),
                "curly brackets do not make a block in Python",
                "End the line with a colon, indent the lines of the block by 4 spaces, and delete the { and }.",
            )
            .map(|explained| explained.up_to(end));
        }
        ParseErrorType::ExpectedToken { expected: TokenKind::Colon, found: TokenKind::If }
            if first == TokenKind::Else =>
        {
            return say(
                broken.span(found.first).start..found.range.end,
                "else if is written elif in Python",
                "Write elif instead of else if.",
            )
            .map(|explained| explained.like("expected ':'"));
        }
        ParseErrorType::Lexical(LexicalErrorType::UnrecognizedToken { tok: '?' }) => {
            return say(
                found.range.clone(),
                "the question mark means nothing in Python",
                "Write VALUE if CONDITION else OTHER instead of CONDITION ? VALUE : OTHER.",
            );
        }
        ParseErrorType::Lexical(LexicalErrorType::UnrecognizedToken { tok: '$' }) => {
            return say(
                found.range.clone(),
                "the dollar sign means nothing in Python",
                "Names are written without $; read an environment variable with os.environ['NAME'].",
            );
        }
        _ => {}
    }
    if matches!(at, TokenKind::DoubleSlash | TokenKind::Slash) && found.token == found.first {
        return say(
            found.range.clone(),
            "this is a comment of another language; in Python comments begin with #",
            "Begin each line of the comment with #.",
        );
    }
    if twice(TokenKind::Amper) || twice(TokenKind::Vbar) {
        let (sign, word) = if at == TokenKind::Amper { ("&&", "and") } else { ("||", "or") };
        return say(
            found.range.start - 1..found.range.end,
            &format!("{sign} is written {word} in Python"),
            &format!("Write {word} instead of {sign}."),
        );
    }
    if at == TokenKind::Exclamation {
        return say(
            broken.span(found.token),
            "! is written not in Python",
            "Write not instead of !.",
        );
    }
    if at == TokenKind::Newline && found.token >= 2 {
        let last = broken.kind(found.token - 1);
        if matches!(last, TokenKind::Plus | TokenKind::Minus)
            && broken.kind(found.token - 2) == last
            && broken.adjoins(found.token - 1)
        {
            let sign = if last == TokenKind::Plus { "+" } else { "-" };
            return say(
                broken.span(found.token - 2).start..broken.span(found.token - 1).end,
                &format!("Python has no {sign}{sign}"),
                &format!("Write {sign}= 1 instead of {sign}{sign}."),
            );
        }
    }
    let word = broken.word(found.first);
    if found.token == found.first + 1
        && matches!(found.error, ParseErrorType::SimpleStatementsOnSameLine)
    {
        if matches!(
            word,
            "var"
                | "let"
                | "const"
                | "int"
                | "float"
                | "string"
                | "String"
                | "bool"
                | "double"
                | "char"
                | "my"
        ) && broken.kind(found.token + 1) == TokenKind::Equal
        {
            let name = broken.word(found.token);
            return say(
                broken.span(found.first),
                &format!("{word} is not Python: variables are not declared"),
                &format!("Delete {word} and write only {name} = \u{2026}"),
            );
        }
        if matches!(
            word,
            "function"
                | "func"
                | "fn"
                | "sub"
                | "void"
                | "public"
                | "private"
                | "static"
                | "switch"
                | "foreach"
                | "using"
                | "include"
                | "namespace"
                | "package"
                | "interface"
                | "struct"
                | "new"
                | "catch"
                | "throw"
        ) {
            let instead = match word {
                "function" | "func" | "fn" | "sub" | "void" => {
                    "Functions begin with def in Python."
                }
                "switch" => "Write match, or if and elif.",
                "foreach" => "Write for NAME in LIST:",
                "using" | "include" | "package" | "namespace" => "Write import NAME.",
                "catch" => "Write except instead of catch.",
                "throw" => "Write raise instead of throw.",
                _ => "Write it the Python way.",
            };
            return say(
                broken.span(found.first),
                &format!("{word} is a word of another language, not of Python"),
                instead,
            )
            .map(|explained| explained.up_to(block_end(broken, found)));
        }
    }
    None
}

/// Behind the block in braces that begins on this line.
fn block_end(broken: &Broken<'_>, found: &Found<'_>) -> usize {
    let line_end = broken.line_end(found.line);
    let line = broken.source.get(..line_end).unwrap_or("");
    if line.trim_end().ends_with('{') {
        broken.brackets.end_of(line.trim_end().len() - 1).unwrap_or(line_end)
    } else {
        line_end
    }
}
