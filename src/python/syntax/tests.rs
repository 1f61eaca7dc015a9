//! The table of broken sources in `cases.txt`, checked for line, kind and words.

use crate::model::PythonVersion;
use crate::python::parse::{ParsedFile, parse_file};
use crate::python::problem::ErrorKind;

struct Case {
    /// Kind and line of the first problem; none for a source that compiles.
    expected: Option<(String, u32)>,
    source: String,
}

fn cases() -> Vec<Case> {
    include_str!("cases.txt")
        .split("\n### ")
        .skip(1)
        .map(|part| {
            let (header, source) = part.split_once('\n').unwrap();
            let mut words = header.split(' ');
            let kind = words.next().unwrap();
            let line = words.next().map(|line| line.parse().unwrap());
            let mut text = String::new();
            for piece in source.split('«') {
                match piece.split_once('»') {
                    Some((code, rest)) => {
                        let code = u32::from_str_radix(code.trim_start_matches("U+"), 16).unwrap();
                        text.push(char::from_u32(code).unwrap());
                        text.push_str(rest);
                    }
                    None => text.push_str(piece),
                }
            }
            text.push('\n');
            Case { expected: line.map(|line| (kind.to_owned(), line)), source: text }
        })
        .collect()
}

fn parse(source: &str) -> ParsedFile {
    parse_file(source.as_bytes(), "app.py", Some(PythonVersion { major: 3, minor: 11 }))
}

#[test]
fn every_case_has_its_line_and_kind() {
    let mut wrong = Vec::new();
    let cases = cases();
    assert!(cases.len() >= 250);
    for case in &cases {
        let file = parse(&case.source);
        let first = file.errors.first().map(|error| (error.kind.slug().to_owned(), error.line));
        if first != case.expected {
            wrong.push(format!("{:?} instead of {:?} for\n{}", first, case.expected, case.source));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn one_mistake_is_one_problem() {
    // Two marks of a fence are two places to edit.
    for case in cases().iter().filter(|case| !case.source.starts_with("```")) {
        let file = parse(&case.source);
        assert!(file.errors.len() <= 1, "{:#?}\n{}", file.errors, case.source);
    }
}

#[test]
fn every_message_says_what_to_do() {
    for case in cases() {
        for error in parse(&case.source).errors {
            assert!(error.message.len() > 15 && !error.message.ends_with('.'), "{error:?}");
            assert!(error.hint.as_ref().is_some_and(|hint| hint.len() > 8), "{error:?}");
            assert!(error.cpython_like.is_some(), "{error:?}");
            assert!(error.range.end <= case.source.len() && error.line >= 1 && error.column >= 1);
            for jargon in ["token", "AST", "lexer", "ParseIntError", "EOF", "Expected"] {
                assert!(!error.message.contains(jargon), "{error:?}");
            }
        }
    }
}

#[test]
fn most_kinds_have_a_case() {
    let seen: std::collections::HashSet<_> = cases()
        .iter()
        .flat_map(|case| parse(&case.source).errors)
        .map(|error| error.kind)
        .collect();
    assert!(seen.len() * 10 >= ErrorKind::ALL.len() * 8, "{}", seen.len());
}

#[test]
fn several_mistakes_are_several_problems() {
    let file = parse("import os\nprint 'a'\nx = (1\n");
    let kinds: Vec<_> = file.errors.iter().map(|error| (error.line, error.kind)).collect();
    assert_eq!(kinds, [(2, ErrorKind::Python2Print), (3, ErrorKind::UnclosedBracket)]);
    let file = parse("def f()\n    pass\n\nimprot os\n\nif x = 1:\n    pass\n");
    assert_eq!(file.errors.iter().map(|error| error.line).collect::<Vec<_>>(), [1, 4, 6]);
}

#[test]
fn any_cut_of_a_source_is_survived() {
    let source = "import os\n\n\nclass A(B):\n    def f(self, *a, **k):\n        return f'{a!r:>{k}}' + \"\"\"x\n\"\"\" if a else [x for x in y]\n";
    for end in 0..source.len() {
        for start in [0, end / 2] {
            parse(&source[start..end]);
        }
    }
}
