//! Merge-conflict markers that were left in the file.

use std::ops::Range;

use super::Broken;
use crate::python::parse::Ranged;
use crate::python::problem::{ErrorKind, SyntaxProblem};

/// Problems, and the byte ranges of the blocks: errors within belong to them.
pub(super) fn explain(broken: &Broken<'_>) -> (Vec<SyntaxProblem>, Vec<Range<usize>>) {
    let mut problems = Vec::new();
    let mut blocks: Vec<Range<usize>> = Vec::new();
    let mut open: Option<usize> = None;
    let lines = &broken.file.lines;
    for line in 1..=lines.count() as u32 {
        if problems.len() >= super::MOST {
            break;
        }
        let text = lines.text(broken.source, line);
        let start = lines.start(line);
        let end = start + text.len();
        let marker = text.get(..7).unwrap_or("");
        let begins = marker == "<<<<<<<" && matches!(text.as_bytes().get(7), None | Some(b' '));
        let ends = marker == ">>>>>>>" && matches!(text.as_bytes().get(7), None | Some(b' '));
        let middle = text.trim_end() == "=======" && !inside_string(broken, start);
        if (begins || ((ends || middle) && open.is_none())) && !inside_string(broken, start) {
            let what = if begins {
                "a merge conflict begins here: Git could not decide between two versions and kept both"
            } else {
                "this line is left over from a merge conflict"
            };
            let mut problem =
                broken.file.problem(start..end, ErrorKind::MergeConflict, what.to_owned());
            problem.hint = Some(
                "Keep the version that you want and delete the other one with the lines <<<<<<<, ======= and >>>>>>>."
                    .to_owned(),
            );
            problem.cpython_like = Some("invalid syntax".to_owned());
            problems.push(problem);
            blocks.push(start..end + 1);
        }
        if begins {
            open = Some(start);
        } else if ends && let (Some(start), Some(block)) = (open.take(), blocks.last_mut()) {
            *block = start..(end + 1);
        }
    }
    (problems, blocks)
}

/// Inside a text over several lines, such as documentation that shows the markers.
fn inside_string(broken: &Broken<'_>, at: usize) -> bool {
    let index = broken.tokens.partition_point(|token| token.start().to_usize() <= at);
    index > 0 && broken.span(index - 1).end > at && broken.span(index - 1).start < at
}
