use super::{ErrorKind, ParsedFile, TokenKind, parse_file};
use crate::model::PythonVersion;

fn parse(source: &str) -> ParsedFile {
    parse_file(source.as_bytes(), "app.py", None)
}

#[test]
fn a_valid_file_has_a_tree_and_comments() {
    let file = parse("import os  # one\n# diagnose: ignore[x]\nx = f'{os}'\n");
    assert!(file.is_valid());
    assert_eq!(file.module().map(|module| module.body.len()), Some(2));
    let comments: Vec<_> = file.comments().map(|comment| (comment.line, comment.text)).collect();
    assert_eq!(comments, [(1, "# one"), (2, "# diagnose: ignore[x]")]);
    assert!(file.tokens().iter().any(|token| token.kind() == TokenKind::FStringStart));
}

#[test]
fn a_broken_file_keeps_what_could_be_read() {
    let file = parse("import os\nprint 'x'\napp.run()\n");
    assert!(!file.is_valid());
    assert_eq!(file.errors[0].line, 2);
    assert!(file.module().is_some_and(|module| module.body.len() >= 3));
}

#[test]
fn the_version_decides() {
    let source = b"match x:\n    case 1:\n        pass\n";
    assert!(parse_file(source, "a.py", None).is_valid());
    for subject in ["x", "(a, b)", "[a]", "-a", "*a, b", "(a)"] {
        let source = format!("match {subject}:\n    case 1:\n        pass\n");
        let old = parse_file(source.as_bytes(), "a.py", Some(PythonVersion { major: 3, minor: 9 }));
        assert_eq!(old.errors.len(), 1, "{subject}: {:?}", old.errors);
        assert_eq!(old.errors[0].kind, ErrorKind::NeedsNewerPython);
        assert_eq!(old.errors[0].needs_python, Some(PythonVersion { major: 3, minor: 10 }));
        assert!(old.module().is_some());
    }
}

#[test]
fn bytes_that_are_no_text() {
    let file = parse_file(b"\xff\xfeh\0i\0", "a.py", None);
    assert_eq!(file.errors[0].kind, ErrorKind::Utf16);
    assert!(file.module().is_none());
    let file = parse_file(b"x = '\xe9'\napp.run()\n", "a.py", None);
    assert_eq!((file.errors.len(), file.errors[0].kind), (1, ErrorKind::NotUtf8));
    assert!(file.module().is_some_and(|module| module.body.len() == 2));
}

#[test]
fn positions_are_characters() {
    let file = parse("é = 'ü'; return\n");
    assert_eq!((file.errors[0].line, file.errors[0].column), (1, 10));
}

#[test]
fn big_files_are_noted() {
    let file = parse(&"x = 1\n".repeat(200_000));
    assert!(file.not_parsed.is_some() && file.errors.is_empty() && file.module().is_none());
}

#[test]
fn a_tree_that_was_let_go_comes_back() {
    for text in ["x = 1\ndef f(): pass\n", "x = (\n", "# -*- coding: latin-1 -*-\nx = '\u{e9}'\n"] {
        let mut file = parse_file(text.as_bytes(), "a.py", None);
        let (errors, valid) = (file.errors.clone(), file.is_valid());
        let statements = file.module().map(|module| module.body.len());
        file.let_go();
        assert!(file.module().is_none());
        assert_eq!(file.is_valid(), valid);
        file.bring_back();
        assert_eq!(file.module().map(|module| module.body.len()), statements);
        assert_eq!(file.errors, errors);
        file.bring_back();
        assert!(file.module().is_some());
    }
}
