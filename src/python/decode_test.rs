use super::{Decoded, decode};
use crate::python::problem::ErrorKind;

fn kind(bytes: &[u8]) -> Option<ErrorKind> {
    decode(bytes).problem.map(|problem| problem.kind)
}

fn fine(bytes: &[u8]) -> Decoded {
    let decoded = decode(bytes);
    assert_eq!(decoded.problem, None, "{bytes:?}");
    decoded
}

#[test]
fn utf8_with_and_without_mark() {
    assert_eq!(fine("é = 1\n".as_bytes()).text, "é = 1\n");
    let marked = fine("\u{feff}x = 1\n".as_bytes());
    assert_eq!((marked.text.as_str(), marked.bom, marked.same_bytes), ("x = 1\n", 3, true));
    fine(b"\xef\xbb\xbf# -*- coding: utf-8 -*-\nx = 1\n");
    fine(b"\xef\xbb\xbf# coding=UTF-8-sig\n");
    fine(b"");
}

#[test]
fn cookies_choose_the_codec() {
    assert_eq!(
        fine(b"# -*- coding: latin-1 -*-\nx = '\xe9'\n").text,
        "# -*- coding: latin-1 -*-\nx = 'é'\n"
    );
    assert_eq!(
        fine(b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\nx = '\x80'\n").encoding,
        "cp1252"
    );
    assert!(fine(b"# coding: cp1251\nx = '\xcf'\n").text.contains('П'));
    assert!(fine(b"# coding: iso-8859-15\nx = '\xa4'\n").text.contains('€'));
    assert!(fine(b"# coding: gbk\nx = '\xc4\xe3'\n").text.contains('你'));
    fine(b"# coding: cp437\nx = '\x82'\n");
    fine("# coding: utf8\nx = 'é'\n".as_bytes());
}

#[test]
fn cookies_count_only_where_python_looks() {
    // The second line counts only below a comment or a blank line; the third never does.
    assert_eq!(kind(b"x = 1\n# coding: latin-1\ny = '\xe9'\n"), Some(ErrorKind::NotUtf8));
    assert_eq!(kind(b"\n\n# coding: latin-1\ny = '\xe9'\n"), Some(ErrorKind::NotUtf8));
    fine(b"\n# coding: latin-1\ny = '\xe9'\n");
    assert_eq!(kind(b"x = 'coding: nonsense'\n"), None);
    assert_eq!(kind(b"# decoding=nothing\n"), Some(ErrorKind::UnknownEncoding));
}

#[test]
fn what_python_refuses() {
    assert_eq!(kind(b"x = '\xe9'\n"), Some(ErrorKind::NotUtf8));
    assert_eq!(kind(b"# coding: uft-8\nx = 1\n"), Some(ErrorKind::UnknownEncoding));
    assert_eq!(kind(b"\xef\xbb\xbf# coding: latin-1\nx = 1\n"), Some(ErrorKind::EncodingMismatch));
    assert_eq!(kind("# coding: ascii\nx = 'é'\n".as_bytes()), Some(ErrorKind::BadCookieBytes));
    assert_eq!(kind(b"# coding: cp1252\nx = '\x81'\n"), Some(ErrorKind::BadCookieBytes));
    assert_eq!(kind(b"\xff\xfex\0 \0=\0 \x001\0"), Some(ErrorKind::Utf16));
    assert_eq!(kind(b"i\0m\0p\0o\0r\0t\0 \0o\0s\0"), Some(ErrorKind::Utf16));
    assert_eq!(kind(b"import os\nx = 'a\0b'\n"), Some(ErrorKind::NulByte));
    assert_eq!(kind(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0"), Some(ErrorKind::BinaryFile));
}

#[test]
fn the_first_bad_byte_is_marked() {
    let problem = decode(b"a = 1\nb = '\xe9'\n").problem.unwrap();
    assert_eq!(problem.range.start, 11);
    assert!(
        problem.message.contains("0xe9") && problem.message.contains('é'),
        "{}",
        problem.message
    );
}

#[test]
fn any_two_bytes_are_survived() {
    for first in 0..=255u8 {
        for second in 0..=255u8 {
            let decoded = decode(&[first, second]);
            assert!(decoded.problem.is_none_or(|problem| problem.range.end <= decoded.text.len()));
        }
    }
}
