//! What is wrong with a Python file, as data.

use std::ops::Range;

use crate::model::PythonVersion;

/// One thing that keeps Python from running a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxProblem {
    /// 1-based.
    pub line: u32,
    /// 1-based, in characters.
    pub column: u32,
    /// 1-based line of the end of the marked text.
    pub end_line: u32,
    /// 1-based column behind the marked text.
    pub end_column: u32,
    /// The marked bytes of the decoded source.
    pub range: Range<usize>,
    pub kind: ErrorKind,
    /// What is wrong and what it means, in plain words; no full stop at the end.
    pub message: String,
    /// Roughly what Python itself says about it.
    pub cpython_like: Option<String>,
    /// What to do.
    pub hint: Option<String>,
    /// The file is fine for this Python and newer ones.
    pub needs_python: Option<PythonVersion>,
}

/// Kinds of problems; the slug is stable.
macro_rules! kinds {
    ($($name:ident $slug:literal)*) => {
        /// What kind of problem it is; [`ErrorKind::slug`] is stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum ErrorKind { $($name),* }

        impl ErrorKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Stable name in kebab case.
            pub const fn slug(self) -> &'static str {
                match self { $(Self::$name => $slug),* }
            }
        }
    };
}

kinds! {
    // how the file is stored
    NotUtf8 "not-utf8"
    BadCookieBytes "bytes-do-not-fit-encoding"
    UnknownEncoding "unknown-encoding"
    EncodingMismatch "encoding-mismatch"
    Utf16 "utf16"
    NulByte "nul-byte"
    BinaryFile "binary-file"
    // not Python at all
    NotPython "not-python"
    MergeConflict "merge-conflict"
    PastedPrompt "pasted-prompt"
    ShellCommand "shell-command"
    NotebookMagic "notebook-magic"
    MarkdownFence "markdown-fence"
    PastedMarkup "pasted-markup"
    PastedTraceback "pasted-traceback"
    // characters
    CurlyQuote "curly-quote"
    InvisibleCharacter "invisible-character"
    OddCharacter "odd-character"
    // brackets and strings
    UnclosedBracket "unclosed-bracket"
    MismatchedBracket "mismatched-bracket"
    UnmatchedBracket "unmatched-bracket"
    TooManyBrackets "too-many-brackets"
    UnterminatedString "unterminated-string"
    UnterminatedTripleString "unterminated-triple-string"
    UnicodeEscape "unicode-escape"
    BytesNotAscii "bytes-not-ascii"
    FString "f-string"
    MixedStrings "mixed-strings"
    UnquotedText "unquoted-text"
    LineContinuation "line-continuation"
    BadNumber "bad-number"
    // Python 2
    Python2Print "python2-print"
    Python2Exec "python2-exec"
    Python2Except "python2-except"
    Python2Raise "python2-raise"
    Python2Backticks "python2-backticks"
    Python2NotEqual "python2-not-equal"
    Python2Octal "python2-octal"
    Python2Long "python2-long"
    Python2String "python2-string-prefix"
    Python2Parameters "python2-tuple-parameters"
    AsyncName "async-as-name"
    // layout
    TabsAndSpaces "tabs-and-spaces"
    UnexpectedIndent "unexpected-indent"
    MissingIndent "missing-indent"
    UnindentMismatch "unindent-mismatch"
    TooManyIndents "too-many-indents"
    // statements
    AssignInCondition "assign-in-condition"
    AssignToLiteral "assign-to-literal"
    AssignToCall "assign-to-call"
    AssignToKeyword "assign-to-keyword"
    AssignToExpression "assign-to-expression"
    DeleteTarget "delete-target"
    MissingColon "missing-colon"
    MissingComma "missing-comma"
    MissingOperand "missing-operand"
    MisspelledKeyword "misspelled-keyword"
    KeywordAsName "keyword-as-name"
    BadImport "bad-import"
    OtherLanguage "other-language"
    TwoStatements "two-statements-on-a-line"
    ElseWithoutIf "else-without-if"
    TryWithoutExcept "try-without-except"
    DefaultExceptNotLast "default-except-not-last"
    Parameters "bad-parameters"
    Arguments "bad-arguments"
    Decorator "decorator-without-function"
    InvalidSyntax "invalid-syntax"
    // the compile step
    ReturnOutsideFunction "return-outside-function"
    YieldOutsideFunction "yield-outside-function"
    AwaitOutsideAsync "await-outside-async"
    LoopControlOutsideLoop "break-outside-loop"
    DuplicateArgument "duplicate-argument"
    NonlocalOrGlobal "nonlocal-or-global"
    FutureImport "future-import"
    ImportStarInFunction "import-star-in-function"
    StarExpression "star-expression"
    MatchPattern "match-pattern"
    CompileStep "compile-step"
    // versions
    NeedsNewerPython "needs-newer-python"
    RemovedSyntax "removed-syntax"
}

/// Why there is no tree though nothing is known to be wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotParsed {
    /// One sentence for the person: what was not examined, and why.
    pub why: String,
}

#[cfg(test)]
mod tests {
    use super::ErrorKind;

    #[test]
    fn slugs_are_unique() {
        let mut slugs: Vec<_> = ErrorKind::ALL.iter().map(|kind| kind.slug()).collect();
        slugs.sort_unstable();
        slugs.dedup();
        assert_eq!(slugs.len(), ErrorKind::ALL.len());
    }
}
