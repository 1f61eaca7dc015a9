//! `# diagnose: ignore[code]` comments, file by file, and selection by code or name.

use std::collections::BTreeMap;

use super::lints::{LintFinding, lint};
use super::parse::ParsedFile;
use super::source::Source;

/// One comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignore {
    /// 1-based line of the comment.
    pub line: u32,
    /// 1-based column of the `#`.
    pub column: u32,
    /// Codes or names; empty ignores everything on the line.
    pub codes: Vec<String>,
    /// It stands alone on its line and holds for the next line of code.
    pub next: bool,
    /// `# diagnose: ignore-file[…]`.
    pub whole_file: bool,
    pub used: bool,
}

/// The comments of a source. Reading its tokens again only pays where the words stand.
pub(super) fn of_source(source: &Source) -> Vec<Ignore> {
    if memchr::memmem::find(source.text().as_bytes(), b"diagnose:").is_none() {
        Vec::new()
    } else if source.parsed.is_whole() {
        ignores(&source.parsed)
    } else {
        ignores(&source.parsed.again())
    }
}

/// The comments of a file.
pub fn ignores(file: &ParsedFile) -> Vec<Ignore> {
    let mut out = Vec::new();
    for comment in file.comments() {
        let Some((codes, whole_file)) = self::comment(comment.text) else { continue };
        let line = file.lines.text(&file.source, comment.line);
        let (_, column) = file.lines.position(&file.source, comment.range.start().to_usize());
        out.push(Ignore {
            line: comment.line,
            column,
            codes,
            next: line.trim_start().starts_with('#'),
            whole_file,
            used: false,
        });
    }
    out
}

/// `# diagnose: ignore`, `# diagnose: ignore[a, b]`, `# diagnose: ignore-file[…]`: the codes, and
/// whether it speaks of the whole file.
pub fn comment(comment: &str) -> Option<(Vec<String>, bool)> {
    let at = comment.find("diagnose:")?;
    if !comment[..at].trim_end().ends_with('#') {
        return None;
    }
    let rest = comment[at + "diagnose:".len()..].trim_start();
    let (rest, whole) = match rest.strip_prefix("ignore-file") {
        Some(rest) => (rest, true),
        None => (rest.strip_prefix("ignore")?, false),
    };
    let rest = rest.trim_start();
    if let Some(list) = rest.strip_prefix('[') {
        let list = list.split(']').next().unwrap_or("");
        let codes: Vec<String> = list
            .split(',')
            .map(|code| code.trim().to_owned())
            .filter(|code| !code.is_empty())
            .collect();
        return Some((codes, whole));
    }
    (rest.is_empty() || rest.starts_with([' ', '#', '-', ':'])).then_some((Vec::new(), whole))
}

/// Whether a selector names a lint: its code, a start of it (`WD1`), its name, its cause, or `ALL`.
pub fn selects(selector: &str, code: &str, name: &str, cause: Option<&str>) -> bool {
    let selector = selector.trim();
    selector.eq_ignore_ascii_case("all")
        || code.eq_ignore_ascii_case(selector)
        || (selector.len() >= 2
            && code.to_ascii_uppercase().starts_with(&selector.to_ascii_uppercase()))
        || selector == name
        || cause == Some(selector)
}

/// Takes the findings out that a comment ignores, and marks the comment as used.
pub fn apply(
    findings: Vec<LintFinding>,
    ignores: &mut BTreeMap<String, Vec<Ignore>>,
    lines_of: impl Fn(&str, u32) -> u32,
) -> Vec<LintFinding> {
    findings
        .into_iter()
        .filter(|found| {
            let Some(comments) = ignores.get_mut(&*found.place.file) else { return true };
            let first = found.place.line.unwrap_or(1);
            let last = found.place.end_line.unwrap_or(first).max(first);
            let mut keep = true;
            for comment in comments.iter_mut() {
                let here = comment.whole_file
                    || (comment.line >= first && comment.line <= last && !comment.next)
                    || (comment.next && lines_of(&found.place.file, comment.line) == first);
                let named = comment.codes.is_empty()
                    || comment
                        .codes
                        .iter()
                        .any(|code| selects(code, found.code, found.name, found.cause));
                if here && named {
                    comment.used = true;
                    keep = false;
                }
            }
            keep
        })
        .collect()
}

/// Names in a selector list that no lint has.
pub fn unknown(selectors: &[String]) -> Vec<String> {
    selectors
        .iter()
        .filter(|selector| {
            lint(selector).is_none()
                && !super::lints::LINTS
                    .iter()
                    .any(|lint| selects(selector, lint.doc.code, lint.doc.name, lint.doc.cause))
                && !selects(selector, "WD901", "unused-ignore", None)
        })
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{comment, ignores, selects};
    use crate::python::parse::parse_file;

    #[test]
    fn comments_are_read_and_strings_are_not() {
        let text = b"x = '# diagnose: ignore'\ny = 1  # diagnose: ignore[WD101, port-bind]\n# diagnose: ignore-file\n";
        let file = parse_file(text, "x.py", None);
        let found = ignores(&file);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].codes, ["WD101", "port-bind"]);
        assert!(!found[0].next && found[1].next && found[1].whole_file);
    }

    #[test]
    fn other_comments_are_not_ours() {
        assert_eq!(comment("# see diagnose: ignore"), None);
        assert_eq!(comment("# diagnose: ignored"), None);
        assert!(comment("#diagnose:ignore").is_some());
    }

    #[test]
    fn selectors() {
        assert!(selects("WD1", "WD101", "server-at-import", None));
        assert!(selects("dev-server-run", "WD101", "server-at-import", Some("dev-server-run")));
        assert!(!selects("server", "WD101", "server-at-import", None));
    }
}
